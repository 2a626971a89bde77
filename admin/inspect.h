#ifndef ADMIN_INSPECT_H
#define ADMIN_INSPECT_H

/* calloffer inspect: shows what of a token is for everybody to read. */
struct command;

extern const struct command inspect_command;

#endif
