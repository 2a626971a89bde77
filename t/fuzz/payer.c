/*
 * What one who pays answers, whatever it is: the first two bytes choose who,
 * what was asked, and the status.  Nothing is held, taken or free but what he
 * says in the right words.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/payer/payer.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int is_true)
{
	if (!is_true)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const int statuses[] = { 200, 402, 400, 404, 409, 429, 500, 0 };
	struct payer_intent in = { .currency = "EUR", .account = "sales",
	    .customer = "cus_1:pm_1" };
	const struct payer *payer;
	struct payer_reply r;
	int step;

	if (n < 2)
		return 0;
	payer = payer_all[p[0] & 1];
	in.act = (enum payer_act)(1 + (p[0] >> 1) % (PAYER_ACTS - 1));
	in.ref = (p[0] & 64) != 0 ? "pi_1" : "";
	for (step = 0; step < 2; step++) {
		memset(&r, 0, sizeof(r));
		payer->reply(&in, step, statuses[p[1] % 8], p[1] >> 7,
		    (const char *)p + 2, n - 2, &r);
		hold(r.outcome <= PAYER_UNKNOWN &&
		    r.found <= PAYER_IS_REFUSED);
		hold(memchr(r.ref, '\0', sizeof(r.ref)) != NULL &&
		    memchr(r.detail, '\0', sizeof(r.detail)) != NULL);
		if (in.act == PAYER_AUTHORISE && r.outcome == PAYER_DONE)
			hold(r.found == PAYER_IS_HELD);
		if (in.act == PAYER_CAPTURE && r.outcome == PAYER_DONE)
			hold(r.found == PAYER_IS_TAKEN);
		if (r.outcome == PAYER_MORE)
			hold(r.ref[0] != '\0');
	}
	return 0;
}
