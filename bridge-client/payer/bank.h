#ifndef BRIDGE_PAYER_BANK_H
#define BRIDGE_PAYER_BANK_H

#include <stddef.h>

struct bank;
struct contract;
struct contract_place;
struct rest;
struct world;

/*
 * Those who pay, as the driver's world has them: the payers of the
 * configuration, over libcurl.
 */

/* Is every section of a kind that there is, and good?  0, or -1. */
int bank_check(const struct contract *, const struct contract_place *);

/* The contract is borrowed, with its secrets.  NULL: out of memory. */
struct bank *bank_open(struct rest *, const struct contract *);
void bank_world(struct bank *, struct world *out);
/* Before the rest is closed.  NULL is fine. */
void bank_close(struct bank *);

#endif
