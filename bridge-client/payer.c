#include <stdio.h>

#include "bridge-client/payer.h"

void
payer_say(struct payer_reply *r, enum payer_outcome outcome,
    const char *detail)
{
	r->outcome = outcome;
	snprintf(r->detail, sizeof(r->detail), "%s", detail);
}

const char *
payer_act_word(enum payer_act act)
{
	static const char *const words[PAYER_ACTS] = { "nothing", "authorise",
	    "capture", "void", "query", "raise" };

	return act < PAYER_ACTS ? words[act] : "?";
}

const char *
payer_found_word(enum payer_found found)
{
	static const char *const words[] = { "gone", "held", "taken", "free",
	    "refused" };

	return found <= PAYER_IS_REFUSED ? words[found] : "?";
}
