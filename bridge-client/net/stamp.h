#ifndef BRIDGE_NET_STAMP_H
#define BRIDGE_NET_STAMP_H

#include <stddef.h>
#include <stdint.h>

#include "bridge-client/payer/payer.h"

struct secret;

/*
 * Signatures of the form "t=UNIX,v1=HEX[,v1=HEX..]", as Stripe sends them and
 * as our own contract has it: HMAC-SHA256 over the time, something between,
 * and the body.  Of several v1 (a secret is being changed) one has to be
 * right; other members are passed over.
 */
struct stamp {
	const char		*header;	/* its value */
	const struct secret	*secret;
	const char		*between;	/* time and body */
	const void		*body;
	size_t			 len;
	int64_t			 wall;		/* now, Unix seconds */
};

/* STALE only where it is signed: more than PAYER_HOOK_S off, either way. */
enum payer_verdict stamp_check(const struct stamp *)
    __attribute__((warn_unused_result));

#endif
