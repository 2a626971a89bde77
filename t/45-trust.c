/*
 * May this key say what this token says?
 */
#include <stdio.h>
#include <string.h>

#include "lib/secret.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/trust.h"

#include "t/tap.h"

#define NOW	1800000000LL
#define DAY	86400

static char sales[] = "sales", own[] = "example.com", below[] = "*.example.net";
static char gb[] = "+44*", desk[] = "sip:*@example.com", any[] = "*";
static char *accounts[] = { sales }, *domains[] = { own, below };
static char *destinations[] = { gb, desk }, *all[] = { any };

/* What differs from a token that is good; 0 and NULL: nothing. */
static const struct {
	const char		*what;
	int64_t			 minted;	/* beside NOW */
	int64_t			 lives;		/* from then on; 0: a day */
	int			 uses;
	const char		*account, *offeror, *destination;
	enum contract_state	 state;
	enum trust_verdict	 want;
} cases[] = {
	{ "usual", 0, 0, 0, NULL, NULL, NULL, 0, TRUST_GOOD },
	{ "minted by a clock ahead", 300, 0, 0, NULL, NULL, NULL, 0,
	    TRUST_GOOD },
	{ "minted in the future", 301, 0, 0, NULL, NULL, NULL, 0,
	    TRUST_FUTURE },
	{ "minted far in the future", 365 * DAY, 0, 0, NULL, NULL, NULL, 0,
	    TRUST_FUTURE },
	{ "as long as may be", -DAY, 7 * DAY, 0, NULL, NULL, NULL, 0,
	    TRUST_GOOD },
	{ "too long", -DAY, 7 * DAY + 1, 0, NULL, NULL, NULL, 0,
	    TRUST_LIFETIME },
	{ "backdated to live longer", -100 * DAY, 101 * DAY, 0, NULL, NULL,
	    NULL, 0, TRUST_LIFETIME },
	{ "over before it began", 0, -1, 0, NULL, NULL, NULL, 0,
	    TRUST_LIFETIME },
	{ "three uses", 0, 0, 3, NULL, NULL, NULL, 0, TRUST_GOOD },
	{ "four uses", 0, 0, 4, NULL, NULL, NULL, 0, TRUST_USES },
	{ "another account", 0, 0, 0, "default", NULL, NULL, 0,
	    TRUST_ACCOUNT },
	{ "an account alike", 0, 0, 0, "sales2", NULL, NULL, 0,
	    TRUST_ACCOUNT },
	{ "another domain", 0, 0, 0, NULL, "alice@example.org", NULL, 0,
	    TRUST_FROM },
	{ "a domain alike", 0, 0, 0, NULL, "alice@notexample.com", NULL, 0,
	    TRUST_FROM },
	{ "the domain in the local part", 0, 0, 0, NULL,
	    "\"a@example.com\"@example.org", NULL, 0, TRUST_FROM },
	{ "no domain", 0, 0, 0, NULL, "alice", NULL, 0, TRUST_FROM },
	{ "an empty domain", 0, 0, 0, NULL, "alice@", NULL, 0, TRUST_FROM },
	{ "nobody", 0, 0, 0, NULL, "", NULL, 0, TRUST_FROM },
	{ "the domain in capitals", 0, 0, 0, NULL, "alice@EXAMPLE.com", NULL,
	    0, TRUST_GOOD },
	{ "a domain below", 0, 0, 0, NULL, "bob@a.example.net", NULL, 0,
	    TRUST_GOOD },
	{ "the domain above", 0, 0, 0, NULL, "bob@example.net", NULL, 0,
	    TRUST_FROM },
	{ "a destination elsewhere", 0, 0, 0, NULL, NULL, "+12015550123", 0,
	    TRUST_DESTINATION },
	{ "a packet destination", 0, 0, 0, NULL, NULL, "sip:x@example.com", 0,
	    TRUST_GOOD },
	{ "a packet destination elsewhere", 0, 0, 0, NULL, NULL,
	    "sip:x@example.org", 0, TRUST_DESTINATION },
	{ "the key compromised", 0, 0, 0, NULL, NULL, NULL,
	    CONTRACT_COMPROMISED, TRUST_COMPROMISED },
	{ "... long before", -6 * DAY, 7 * DAY, 0, NULL, NULL, NULL,
	    CONTRACT_COMPROMISED, TRUST_COMPROMISED },
	{ "the key retired before", 0, 0, 0, NULL, NULL, NULL,
	    CONTRACT_RETIRED, TRUST_RETIRED },
	{ "minted as it was retired", -2 * DAY, 3 * DAY, 0, NULL, NULL, NULL,
	    CONTRACT_RETIRED, TRUST_RETIRED },
	{ "minted a second before", -2 * DAY - 1, 3 * DAY, 0, NULL, NULL,
	    NULL, CONTRACT_RETIRED, TRUST_GOOD },
};

static void
test_case(size_t i, const struct contract_key *model)
{
	struct contract_key key = *model;
	struct token token = { .uses = 1 };
	struct terms terms;
	const char *number = cases[i].destination, *why;
	int64_t minted = NOW + cases[i].minted;

	memset(&terms, 0, sizeof(terms));
	key.state = cases[i].state;
	key.retired_at = NOW - 2 * DAY;
	if (cases[i].uses != 0)
		token.uses = (uint8_t)cases[i].uses;
	token_uuid_new(token.offer, minted * 1000);
	token.not_after = minted + (cases[i].lives != 0 ? cases[i].lives :
	    DAY);
	snprintf(terms.account, sizeof(terms.account), "%s",
	    cases[i].account != NULL ? cases[i].account : "sales");
	snprintf(terms.offeror, sizeof(terms.offeror), "%s",
	    cases[i].offeror != NULL ? cases[i].offeror : "alice@example.com");
	if (number == NULL)
		number = "+442079460123";
	if (tel_parse(&terms.destination, number, strlen(number), &why) == -1)
		tap_note("%s: %s", number, why);
	is_str(trust_verdict_text(trust_check(&key, &token, &terms, NOW)),
	    trust_verdict_text(cases[i].want), "%s", cases[i].what);
}

int
main(void)
{
	struct contract_key key = {
		.accounts = { 1, accounts }, .from_domains = { 2, domains },
		.destinations = { 2, destinations },
		.max_lifetime_s = 7 * DAY, .max_uses = 3
	};
	struct token token = { .uses = 255 };
	struct terms terms;
	size_t i;

	if (secret_init() == -1)
		return 1;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(i, &key);
	key.accounts.item = key.from_domains.item = key.destinations.item =
	    all;
	key.accounts.n = key.from_domains.n = key.destinations.n = 1;
	key.max_uses = 255;
	memset(&terms, 0, sizeof(terms));
	snprintf(terms.offeror, sizeof(terms.offeror), "x@y.example");
	token_uuid_new(token.offer, NOW * 1000);
	token.not_after = NOW + DAY;
	is_int(trust_check(&key, &token, &terms, NOW), TRUST_GOOD,
	    "a key that may say anything");
	return tap_done();
}
