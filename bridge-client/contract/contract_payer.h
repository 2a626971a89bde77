#ifndef BRIDGE_CONTRACT_PAYER_H
#define BRIDGE_CONTRACT_PAYER_H

#include <stdint.h>

#include "lib/conf.h"

struct secret;

/*
 * A section `payer NAME' of the configuration: who is asked whether an account
 * can pay, and who takes what a call has cost.  As
 * bridge-client/contract/contract.h.
 */
struct contract_payer {
	char		*kind;		/* of payer.h, e.g. "http" */
	char		*url;		/* of the API, no slash at the end */
	char		*secret_file;
	char		*hook_secret_file; /* "": by what secret_file holds,
					      or no webhooks come */
	char		*ca_file;	/* "": the system's */
	int64_t		 connect_s;

	/* made by contract_load */
	const char	*name;
	struct secret	*secret;	/* NULL after CONTRACT_RELOAD */
	struct secret	*hook_secret;	/* likewise, or there is none */
	int		 line;
};

#define CONTRACT_PAYERS_MAX	8

/* The keys of such a section. */
extern const struct conf_key contract_payer_keys[];

/* 1 when what only a restart can change is not the same. */
int contract_payer_differs(const struct conf_sections *,
    const struct conf_sections *);
void contract_payer_free(struct conf_sections *);

#endif
