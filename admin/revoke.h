#ifndef ADMIN_REVOKE_H
#define ADMIN_REVOKE_H

/* calloffer revoke: ends offers before their time. */
struct command;

extern const struct command revoke_command;

#endif
