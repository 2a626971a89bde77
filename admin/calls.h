#ifndef ADMIN_CALLS_H
#define ADMIN_CALLS_H

/* calloffer calls: what became of the acceptances. */
struct command;

extern const struct command calls_command;

#endif
