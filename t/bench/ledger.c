/*
 * Acceptances whose call is paid for in advance, beside those for which nobody
 * pays: the journal's real transaction, 64 to a commit, with a hold in the
 * ledger for each.
 *
 *	ledger [ROUNDS [OFFERS]]
 */
#include <stdio.h>
#include <stdlib.h>

#include "t/bench/sides.h"

#define ACCOUNTS	50

static void
pay(struct call *c)
{
	struct acceptance *a = &c->acc;

	snprintf(a->account, sizeof(a->account), "example%ld", random() %
	    ACCOUNTS);
	snprintf(a->fare.payer, sizeof(a->fare.payer), CALL_PREPAID);
	snprintf(a->fare.currency, sizeof(a->fare.currency), "EUR");
	a->fare.floor = -MONEY_MAX;
	a->fare.hold = 3600000;
	a->fare.rate[0].minute = a->fare.rate[1].minute = 30000;
	a->fare.rate[0].first_s = a->fare.rate[1].first_s = 1;
	a->fare.rate[0].step_s = a->fare.rate[1].step_s = 1;
	c->pay = CALL_PAY_HELD;
}

int
main(int argc, char **argv)
{
	struct side paid = { .name = "paid", .batch = BATCH, .more = pay };
	struct side free_of_charge = { .name = "free", .batch = BATCH };
	const char *base = getenv("B") != NULL ? getenv("B") : "build";
	size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 15;
	size_t n_offers = argc > 2 ? strtoul(argv[2], NULL, 10) : 200000;
	double ours, peer;
	size_t i;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		rounds = 15;
	open_side(&paid, base, n_offers);
	open_side(&free_of_charge, base, n_offers);
	for (i = 0; i < rounds; i++) {
		run_round(&paid, i);
		run_round(&free_of_charge, i);
	}
	ours = median(paid.rate, rounds);
	peer = median(free_of_charge.rate, rounds);
	printf("bench ledger-acceptances-per-second ours=%.0f "
	    "peer=without-hold:%.0f ratio=%.2f goal=>=0.8\n", ours, peer,
	    ours / peer);
	printf("bench ledger-cpu-us-per-acceptance ours=%.1f "
	    "peer=without-hold:%.1f ratio=%.2f\n", paid.cpu_s * 1e6 /
	    (double)paid.n, free_of_charge.cpu_s * 1e6 /
	    (double)free_of_charge.n, paid.cpu_s / (double)paid.n /
	    (free_of_charge.cpu_s / (double)free_of_charge.n));
	close_side(&paid);
	close_side(&free_of_charge);
	return ours / peer >= 0.8 ? 0 : 1;
}
