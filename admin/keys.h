#ifndef ADMIN_KEYS_H
#define ADMIN_KEYS_H

/* calloffer keys: which are in use, and when one may be destroyed. */
struct command;

extern const struct command keys_command;

#endif
