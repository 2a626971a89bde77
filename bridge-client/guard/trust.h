#ifndef BRIDGE_GUARD_TRUST_H
#define BRIDGE_GUARD_TRUST_H

#include <stdint.h>

struct contract_key;
struct terms;
struct token;

/*
 * Whether a verify key may say what this token says: the last of the checks
 * that a token must pass, after its signature and its unsealing.
 */
enum trust_verdict {
	TRUST_GOOD,
	TRUST_COMPROMISED,	/* the key is; whatever it says */
	TRUST_RETIRED,		/* minted after the key was retired */
	TRUST_FUTURE,		/* minted later than now */
	TRUST_LIFETIME,		/* lives longer than the key may grant, or ends
				   before it began */
	TRUST_USES,
	TRUST_ACCOUNT,
	TRUST_FROM,
	TRUST_DESTINATION
};

/* What a mail server's clock may be ahead of ours. */
#define TRUST_SKEW_S	300

enum trust_verdict trust_check(const struct contract_key *,
    const struct token *, const struct terms *, int64_t now)
    __attribute__((warn_unused_result));

/* "the key is compromised", "minted in the future", ...: for logs. */
const char *trust_verdict_text(enum trust_verdict);

#endif
