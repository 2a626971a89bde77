/*
 * Caps in money: what they leave to a call, and for how long; and what a call
 * is begun with: its hold, and the longest talk that this pays for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/secret.h"
#include "lib/tariff.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/spend.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/payer/fare.h"

#include "t/tap.h"

#define NOW	1790000000
#define DAY	86400
#define EUR	MONEY_ONE

static struct secret *mac;
static struct contract_account account;
static int64_t paid_in;

static void
make(struct acceptance *a, int n, int offer, const char *offeror)
{
	static const char *why;

	memset(a, 0, sizeof(*a));
	a->id[0] = (unsigned char)(n >> 8);
	a->id[15] = (unsigned char)n;
	a->offer[15] = (unsigned char)offer;
	a->not_after = NOW + 7 * DAY;
	a->max_s = 600;
	snprintf(a->account, sizeof(a->account), "%s", account.name);
	snprintf(a->offeror, sizeof(a->offeror), "%s", offeror);
	if (tel_parse(&a->a, "+442079460123", 13, &why) != 0 ||
	    tel_parse(&a->b, "+442079460999", 13, &why) != 0)
		abort();
}

/* One of `cost`, by the minute and a leg. */
static void
pay(struct acceptance *a, int64_t cost)
{
	snprintf(a->fare.payer, sizeof(a->fare.payer), CALL_PREPAID);
	snprintf(a->fare.currency, sizeof(a->fare.currency), "EUR");
	a->fare.rate[0] = (struct tariff_rate){ cost, 0, 1, 1 };
	a->fare.rate[1] = (struct tariff_rate){ 0, 0, 1, 1 };
}

static void
reserve(struct spend *s, int n, int offer, const char *offeror, int64_t at)
{
	struct acceptance a;

	make(&a, n, offer, offeror);
	pay(&a, 4 * EUR);
	is_int(spend_reserve(s, &account, &a, at), 0, "call %d is reserved",
	    n);
}

static int64_t
left(struct spend *s, int offer, const char *offeror, int64_t at)
{
	struct acceptance a;

	make(&a, 999, offer, offeror);
	return spend_left(s, &account, &a, at);
}

static void
end_call(struct spend *s, int n, int64_t cost)
{
	struct call c;

	memset(&c, 0, sizeof(c));
	c.acc.id[0] = (unsigned char)(n >> 8);
	c.acc.id[15] = (unsigned char)n;
	c.cost = cost;
	spend_ended(s, &c);
}

static void
test_caps(void)
{
	struct spend *s = spend_new(mac);
	struct acceptance a;

	is_int(left(s, 1, "a@x", NOW), MONEY_MAX, "no caps");
	account.spend_offer = 5 * EUR;
	account.spend_offeror = 10 * EUR;
	account.spend_day = 13 * EUR;
	is_int(left(s, 1, "a@x", NOW), 5 * EUR, "what the offer may cost");
	reserve(s, 1, 1, "a@x", NOW);
	is_int(left(s, 1, "a@x", NOW), EUR, "so much less");
	is_int(left(s, 2, "a@x", NOW), 5 * EUR, "another offer of his");
	reserve(s, 2, 2, "a@x", NOW + 1);
	is_int(left(s, 3, "a@x", NOW + 1), 2 * EUR, "his day");
	is_int(left(s, 3, "b@x", NOW + 1), 5 * EUR, "another's");
	reserve(s, 3, 3, "b@x", NOW + 2);
	is_int(left(s, 4, "c@x", NOW + 2), EUR, "the account's day");
	end_call(s, 2, EUR);
	is_int(left(s, 4, "c@x", NOW + 2), 4 * EUR, "one has cost less");
	account.spend_day = 14 * EUR;
	is_int(left(s, 4, "a@x", NOW + 2), 5 * EUR, "his, too");
	account.spend_day = 13 * EUR;
	make(&a, 3, 3, "b@x");
	spend_release(s, a.id);
	is_int(left(s, 3, "b@x", NOW + 2), 5 * EUR, "one did not begin");
	pay(&a, EUR);
	is_int(spend_reserve(s, &account, &a, NOW + 3), 0, "again");
	is_int(spend_reserve(s, &account, &a, NOW + 3), 1, "counts once");
	is_int(left(s, 4, "c@x", NOW + DAY - 1), 5 * EUR, "6 of 13, a day on");
	account.spend_day = 6 * EUR;
	is_int(left(s, 4, "c@x", NOW + DAY - 1), 0, "to the end of the day");
	is_int(left(s, 4, "c@x", NOW + DAY), 4 * EUR, "the first is over");
	is_int(left(s, 1, "a@x", NOW + DAY), EUR, "but not for its offer");
	end_call(s, 1, 6 * EUR);
	is_int(left(s, 1, "z@x", NOW + DAY), 0, "never less than nothing");
	is_int(left(s, 1, "z@x", NOW + 9 * DAY), 5 * EUR,
	    "when the offer is over, it is forgotten");
	spend_free(s);
	spend_free(NULL);
}

static void
test_recall(void)
{
	struct spend *s = spend_new(mac);
	struct call c;

	account.spend_offer = account.spend_offeror = 0;
	account.spend_day = 100 * EUR;
	memset(&c, 0, sizeof(c));
	make(&c.acc, 1, 1, "a@x");
	c.accepted_at = NOW;
	spend_recall(s, &account, &c);
	is_int(left(s, 1, "a@x", NOW), 100 * EUR, "nobody pays");
	pay(&c.acc, 4 * EUR);
	spend_recall(s, &account, &c);
	spend_recall(s, &account, &c);
	is_int(left(s, 1, "a@x", NOW), 96 * EUR, "one that is open, once");
	make(&c.acc, 2, 1, "a@x");
	pay(&c.acc, 4 * EUR);
	c.ended_at = NOW + 60;
	c.cost = EUR;
	spend_recall(s, &account, &c);
	is_int(left(s, 1, "a@x", NOW), 95 * EUR, "one that has ended");
	spend_free(s);
}

/* Many at a time: the totals come to nothing in the end. */
static void
test_many(void)
{
	struct spend *s = spend_new(mac);
	struct acceptance a;
	int i, bad = 0;

	account.spend_offer = 50 * EUR;
	account.spend_day = 1000000 * EUR;
	for (i = 0; i < 20000; i++) {
		make(&a, i, i % 200, i % 3 != 0 ? "a@x" : "b@x");
		pay(&a, 4 * EUR);
		bad += spend_reserve(s, &account, &a, NOW + i) != 0;
		if (i % 5 == 0)
			spend_release(s, a.id);
	}
	is_int(bad, 0, "20,000 are reserved");
	is_int(left(s, 201, "a@x", NOW + i), 50 * EUR, "the offers' cap");
	account.spend_offer = 0;
	is_int(left(s, 1, "a@x", NOW + i), (1000000 - 4 * 16000) * EUR,
	    "and all that were not released");
	is_int(left(s, 1, "a@x", NOW + 30 * DAY), 1000000 * EUR,
	    "a month later nothing");
	spend_free(s);
}

/* Fares. */

static enum journal_result
get_account(struct journal *j, const char *name, const char *currency,
    struct ledger_account *out)
{
	(void)j;
	(void)name;
	(void)currency;
	memset(out, 0, sizeof(*out));
	out->credits = paid_in;
	return JOURNAL_OK;
}

static enum journal_result
get_means(struct journal *j, struct means *m)
{
	(void)j;
	(void)m;
	return JOURNAL_NOT_FOUND;
}

static void
test_fares(void)
{
	static const struct journal_ops ops = { .account = get_account,
	    .means_get = get_means };
	static const struct {
		const char	*what, *payer;
		int64_t		 paid_in, floor, per_call, caps;
		enum ask_refusal want;
		int64_t		 hold;
		uint32_t	 max_s;
	} cases[] = {
		/* 0.02 a second */
		{ "nothing is there", CALL_PREPAID, 0, 0, 0, MONEY_MAX,
		    ASK_UNPAID, 0, 0 },
		{ "half a minute's worth", CALL_PREPAID, 590000, 0, 0,
		    MONEY_MAX, ASK_UNPAID, 0, 0 },
		{ "the caps are reached", CALL_PREPAID, 100 * EUR, 0, 0, 0,
		    ASK_UNPAID, 0, 0 },
		{ "all the talk", CALL_PREPAID, 100 * EUR, 0, 0, MONEY_MAX,
		    ASK_OK, 12 * EUR, 600 },
		{ "what there is", CALL_PREPAID, 2 * EUR, 0, 0, MONEY_MAX,
		    ASK_OK, 2 * EUR, 100 },
		{ "what the floor leaves", CALL_PREPAID, 2 * EUR, EUR, 0,
		    MONEY_MAX, ASK_OK, EUR, 50 },
		{ "what he may owe", CALL_PREPAID, 0, -EUR, 0, MONEY_MAX,
		    ASK_OK, EUR, 50 },
		{ "what one may cost", CALL_PREPAID, 100 * EUR, 0, 3 * EUR,
		    MONEY_MAX, ASK_OK, 3 * EUR, 150 },
		{ "what the caps leave", CALL_PREPAID, 100 * EUR, 0, 3 * EUR,
		    EUR, ASK_OK, EUR, 50 },
		{ "in the coins of who pays", "bank", 0, 0, 1009999,
		    MONEY_MAX, ASK_OK, EUR, 50 }
	};
	struct journal j = { &ops };
	struct fare_ask ask = { .account = &account, .journal = &j,
	    .wall = NOW };
	char path[64] = "/tmp/spend-XXXXXX", why[256];
	int fd = mkstemp(path);
	struct acceptance a;
	size_t i;

	if (fd < 0 || dprintf(fd, "prefix,minute\n44,0.60\n") < 0)
		abort();
	account.rates = tariff_read(path, why, sizeof(why));
	account.currency = (char *)(uintptr_t)"EUR";
	account.customer = (char *)(uintptr_t)"";
	account.least_s = 30;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&a, 1, 1, "a@x");
		account.payer = (char *)(uintptr_t)cases[i].payer;
		account.floor = cases[i].floor;
		account.per_call = cases[i].per_call;
		paid_in = cases[i].paid_in;
		ask.most = cases[i].caps;
		is_int(fare_make(&a, &ask), cases[i].want, "%s",
		    cases[i].what);
		if (cases[i].want != ASK_OK)
			continue;
		is_int(a.fare.hold, cases[i].hold, "  is held");
		is_int(a.max_s, cases[i].max_s, "  and pays for so long");
	}
	tariff_free(account.rates);
	close(fd);
	unlink(path);
}

int
main(void)
{
	unsigned char k[32];

	if (secret_init() == -1)
		return 1;
	memset(k, 7, sizeof(k));
	mac = secret_take(k, sizeof(k));
	account.name = "acme";
	test_caps();
	test_recall();
	test_many();
	test_fares();
	secret_free(mac);
	return tap_done();
}
