#ifndef BRIDGE_PROVIDER_ROSTER_H
#define BRIDGE_PROVIDER_ROSTER_H

#include <stddef.h>

#include "bridge-client/call/world.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/provider/provider.h"

struct jwt;

/*
 * The providers of the configuration, by their indexes: each checked by its own
 * kind.  Of zeros at first, and stays where it is from then on.
 */
struct roster {
	size_t			 n;
	struct world_provider	 provider[CONTRACT_PROVIDERS_MAX];
	struct provider_conf	 conf[CONTRACT_PROVIDERS_MAX];
	char			 hook_url[CONTRACT_PROVIDERS_MAX][512];
	/* of those that are asked with a token of ours; else NULL */
	struct jwt		*jwt[CONTRACT_PROVIDERS_MAX];
};

/* What is read borrows from the contract.  0, or -1 and one line. */
int roster_read(struct roster *, const struct contract *,
    const struct contract_place *) __attribute__((warn_unused_result));
void roster_clear(struct roster *);

#endif
