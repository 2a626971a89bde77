#ifndef BRIDGE_PAYER_MEANS_H
#define BRIDGE_PAYER_MEANS_H

#include <stdint.h>

#include "lib/terms.h"

/*
 * Means of payment, as data: what the payer knows an account by, and the
 * links by which somebody is invited to leave them with him.  No part of them
 * is here: only the payer's names for them.
 */
#define MEANS_ID_BYTES		16
#define MEANS_PAYER_MAX		32
#define MEANS_CUSTOMER_MAX	95
#define MEANS_REF_MAX		96
#define MEANS_ROUNDS_MAX	200	/* pages of one link */

enum means_kind {
	MEANS_LINK = 1,		/* an invitation, by its id */
	MEANS_BOUND,		/* what an account is known by; by its name */
	MEANS_ASKED		/* the link that was mailed last because a bank
				   wanted it; by the account's name */
};

struct means {
	uint8_t		kind;
	unsigned char	id[MEANS_ID_BYTES];	/* of the link, a UUIDv7 */
	char		account[TERMS_ACCOUNT_MAX + 1];
	char		payer[MEANS_PAYER_MAX + 1];	/* its section */
	char		customer[MEANS_CUSTOMER_MAX + 1];	/* or "" */
	char		address[TERMS_ADDRESS_MAX + 1];	/* who was invited */
	char		lang[3];
	char		ref[MEANS_REF_MAX + 1];	/* of the page, or "" */
	uint8_t		round;		/* pages that were over */
	uint8_t		is_used;	/* MEANS_LINK: once, for ever */
	int64_t		at;		/* Unix seconds: made, or bound */
	int64_t		until;		/* 0: for ever */
};

#endif
