/*
 * trust: may this key say what this token says?
 */
#include <string.h>

#include "lib/pattern.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "bridge-client/contract/contract.h"

#include "bridge-client/guard/trust.h"

static enum trust_verdict
check_time(const struct contract_key *key, const struct token *token,
    int64_t now)
{
	int64_t minted = token_offer_ms(token->offer) / 1000;

	if (minted > now + TRUST_SKEW_S)
		return TRUST_FUTURE;
	if (key->state == CONTRACT_RETIRED && minted >= key->retired_at)
		return TRUST_RETIRED;
	if (token->not_after < minted ||
	    token->not_after - minted > key->max_lifetime_s)
		return TRUST_LIFETIME;
	return TRUST_GOOD;
}

static int
is_from_allowed(const struct contract_key *key, const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL && at[1] != '\0' &&
	    pattern_fits_any(&key->from_domains, at + 1);
}

enum trust_verdict
trust_check(const struct contract_key *key, const struct token *token,
    const struct terms *terms, int64_t now)
{
	enum trust_verdict verdict;

	if (key->state == CONTRACT_COMPROMISED)
		return TRUST_COMPROMISED;
	verdict = check_time(key, token, now);
	if (verdict != TRUST_GOOD)
		return verdict;
	if (token->uses > key->max_uses)
		return TRUST_USES;
	if (!pattern_fits_any(&key->accounts, terms->account))
		return TRUST_ACCOUNT;
	if (!is_from_allowed(key, terms->offeror))
		return TRUST_FROM;
	if (!pattern_fits_any(&key->destinations, terms->destination.text))
		return TRUST_DESTINATION;
	return TRUST_GOOD;
}

const char *
trust_verdict_text(enum trust_verdict verdict)
{
	switch (verdict) {
	case TRUST_GOOD:
		return "good";
	case TRUST_COMPROMISED:
		return "the key is compromised";
	case TRUST_RETIRED:
		return "minted after the key was retired";
	case TRUST_FUTURE:
		return "minted in the future";
	case TRUST_LIFETIME:
		return "lives longer than the key may grant";
	case TRUST_USES:
		return "more uses than the key may grant";
	case TRUST_ACCOUNT:
		return "the key may not speak for this account";
	case TRUST_FROM:
		return "the key may not speak for this sender's domain";
	case TRUST_DESTINATION:
		return "the key may not offer this destination";
	}
	return "?";
}
