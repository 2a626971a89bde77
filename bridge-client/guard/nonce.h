#ifndef BRIDGE_GUARD_NONCE_H
#define BRIDGE_GUARD_NONCE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"

struct secret;

/*
 * Whatever the bridge hands out and must know again without having stored
 * it: keyed BLAKE2b under the MAC key, one context for each purpose.
 *
 *	nonce	16 call id (a UUIDv7: when and which), 16 tag over context,
 *		offer id, call id
 *	secret	16 call id, 16 tag over context, call id
 *	link	16 id of an invitation (bridge-client/payer/means.h), 16 tag
 *	number	16 tag over context, canonical number
 *
 * The first three as base64url, 43 characters.  The nonce of the offer's page
 * is the id of the call that it may become, so that a double click is one call;
 * the secret is the address of that call's page.
 */
#define NONCE_CALL_BYTES	16
#define NONCE_OFFER_BYTES	16
#define NONCE_HASH_BYTES	16
#define NONCE_MIN_MS		2000
#define NONCE_MAX_MS		(30 * 60 * 1000)

enum nonce_verdict {
	NONCE_GOOD,
	NONCE_EARLY,	/* younger than NONCE_MIN_MS: a machine's doing */
	NONCE_LATE,
	NONCE_BAD	/* not ours, or of another offer */
};

/* A fresh nonce for this offer. */
void nonce_make(char text[ASK_NONCE_MAX + 1], const struct secret *mac,
    const unsigned char offer[NONCE_OFFER_BYTES], int64_t wall_ms);
/* `call` is filled unless the nonce is bad: a late one may name a call that
 * exists. */
enum nonce_verdict nonce_check(unsigned char call[NONCE_CALL_BYTES],
    const char *text, const struct secret *mac,
    const unsigned char offer[NONCE_OFFER_BYTES], int64_t wall_ms)
    __attribute__((warn_unused_result));

/* The address of a call's page, and the call of an address: 0, or -1. */
void nonce_secret(char text[ASK_SECRET_MAX + 1], const struct secret *mac,
    const unsigned char call[NONCE_CALL_BYTES]);
int nonce_secret_check(unsigned char call[NONCE_CALL_BYTES], const char *text,
    const struct secret *mac) __attribute__((warn_unused_result));

/* Likewise of a link by which means of payment are left. */
void nonce_link(char text[ASK_SECRET_MAX + 1], const struct secret *mac,
    const unsigned char id[NONCE_CALL_BYTES]);
int nonce_link_check(unsigned char id[NONCE_CALL_BYTES], const char *text,
    const struct secret *mac) __attribute__((warn_unused_result));

/* What stands for a number (or SIP address, or address prefix) in throttles
 * and block lists. */
void nonce_hash(unsigned char hash[NONCE_HASH_BYTES], const struct secret *mac,
    const char *text);

/* Eight random digits. */
void nonce_code(char text[9]);

#endif
