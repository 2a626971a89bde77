#ifndef ADMIN_TRUST_H
#define ADMIN_TRUST_H

/* calloffer trust: public keys from one organisation to another. */
struct command;

extern const struct command trust_command;

#endif
