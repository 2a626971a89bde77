#ifndef ADMIN_KEYGEN_H
#define ADMIN_KEYGEN_H

/* calloffer keygen: makes the keys of an installation, and nothing else. */
struct command;

extern const struct command keygen_command;

#endif
