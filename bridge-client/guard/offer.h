#ifndef BRIDGE_GUARD_OFFER_H
#define BRIDGE_GUARD_OFFER_H

#include <stdint.h>

#include "lib/ask.h"
#include "lib/terms.h"
#include "lib/token.h"

struct acceptance;
struct contract;
struct contract_account;
struct guard_number;
struct journal;
struct unseal;

/*
 * From a token's text to an offer that holds: signature, seal, scope of the
 * key, time; and from an offer and a number to an acceptance.
 */
struct offer {
	struct token			 token;
	struct terms			 terms;
	char				 sender[TERMS_ADDRESS_MAX + 1];
					/* the offeror, lower case */
	const struct contract_account	*account;
};

/*
 * ASK_OK, ASK_TOKEN_BAD or ASK_EXPIRED; with ASK_EXPIRED the offer is filled
 * as well.  `*why` is for logs.
 */
enum ask_refusal offer_open(struct offer *, const char *text,
    const struct contract *, const struct unseal *, const char **why)
    __attribute__((warn_unused_result));

/*
 * Is it a time to accept?  ASK_OK, ASK_STOPPED, or ASK_CLOSED and when it
 * opens (Unix seconds, or 0).
 */
enum ask_refusal offer_is_open(const struct offer *, const struct contract *,
    int64_t *opens_at) __attribute__((warn_unused_result));

/* What the journal says of it: ASK_OK, _REVOKED, _USED_UP, _IN_CALL,
 * _TOO_MANY; ASK_STOPPED where it cannot be asked. */
enum ask_refusal offer_past(const struct offer *, struct journal *)
    __attribute__((warn_unused_result));

/*
 * The number on which the offeree is to be called: what he typed, or, where
 * the offeror gave the number, its last three digits (of a SIP address, the
 * whole).  ASK_OK, ASK_NUMBER_BAD, _DENIED or _WRONG.
 */
enum ask_refusal offer_number(const struct offer *, const char *typed,
    struct guard_number *out) __attribute__((warn_unused_result));

/* All fields of the acceptance but its id and a_hash; `lang` is A's. */
void offer_accept(const struct offer *, const struct contract *,
    const struct guard_number *, const char *lang, struct acceptance *out);
/* The fields that the account decides: caller, times, caps, routes. */
void offer_by_account(const struct contract *,
    const struct contract_account *, struct acceptance *);

#endif
