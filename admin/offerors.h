#ifndef ADMIN_OFFERORS_H
#define ADMIN_OFFERORS_H

/*
 * calloffer offerors: compiles the offerors table from its text, complete or
 * not at all.
 */
struct command;

extern const struct command offerors_command;

#endif
