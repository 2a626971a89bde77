/*
 * What legs have cost, where it is known after the end only: told late, or
 * asked for; and in the record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#include "bridge-client/call/batch.h"
#include "bridge-client/call/exchange.h"
#include "bridge-client/call/prices.h"
#include "bridge-client/net/request.h"

#include "t/tap.h"

static int64_t now_ms;
static struct call record;	/* the journal's */
static int n_puts, is_full, n_sent;
static world_done_fn *last_fn;
static void *last_ctx;
static char last_url[128];

static void
at(int64_t ms)
{
	now_ms = ms;
	clock_fake(INT64_C(1790000000000) + ms, ms);
}

/* A provider that says it when asked; the body is the price. */

static int
write_request(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	(void)c;
	request_init(r);
	buf_str(&r->url, in->ref);
	return in->act == PROVIDER_FIND && step == 0 ? 0 : -1;
}

static void
read_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	char text[32];

	(void)in, (void)step, (void)is_sent;
	snprintf(text, sizeof(text), "%.*s", (int)len, body);
	out->outcome = status == 200 ? PROVIDER_DONE : PROVIDER_UNKNOWN;
	provider_put_price(out->price, text, "USD");
}

static struct provider kind = { .name = "words", .has_late_price = 1,
    .request = write_request, .reply = read_reply };
static const struct provider_conf conf = { .name = "phone" };

static int
send_it(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	(void)ctx;
	(void)provider;
	snprintf(last_url, sizeof(last_url), "%.*s", (int)r->url.len,
	    (const char *)r->url.data);
	last_fn = fn;
	last_ctx = done_ctx;
	n_sent++;
	return 0;
}

static void
answer(int status, const char *body)
{
	last_fn(last_ctx, status, 1, body, strlen(body), "");
}

/* A journal of one call. */

static enum journal_result
get(struct journal *j, const unsigned char id[16], struct call *out)
{
	(void)j;
	if (memcmp(id, record.acc.id, 16) != 0)
		return JOURNAL_NOT_FOUND;
	*out = record;
	return JOURNAL_OK;
}

static enum journal_result
begin(struct journal *j)
{
	(void)j;
	return is_full ? JOURNAL_FULL : JOURNAL_OK;
}

static enum journal_result
commit(struct journal *j, int64_t wall)
{
	(void)j;
	(void)wall;
	return JOURNAL_OK;
}

static enum journal_result
put(struct journal *j, struct call *c)
{
	(void)j;
	record = *c;
	n_puts++;
	return JOURNAL_OK;
}

static void
nothing(struct journal *j)
{
	(void)j;
}

static const char *
no_error(const struct journal *j)
{
	(void)j;
	return "as the test wants it";
}

static int64_t
high(const struct journal *j)
{
	(void)j;
	return 0;
}

static int n_scans;

static enum journal_result
scan(struct journal *j, int64_t since, journal_call_fn *fn, void *ctx)
{
	(void)j;
	n_scans++;
	ok(since < record.ended_at || record.ended_at == 0 ||
	    record.ended_at < clock_wall() - 3600,
	    "from before what ended lately began");
	fn(ctx, &record);
	return JOURNAL_OK;
}

static const struct journal_ops ops = { .get = get, .scan = scan,
    .begin = begin, .commit = commit, .put = put, .abort = nothing,
    .error = no_error, .high = high };
static struct journal journal = { &ops };
static struct exchanges all;
static struct prices prices;
static struct batch batch;

static void
start(void)
{
	at(1000000);
	memset(&all, 0, sizeof(all));
	all.world.send = send_it;
	all.n = 1;
	all.provider[0].kind = &kind;
	all.provider[0].conf = &conf;
	memset(&record, 0, sizeof(record));
	record.acc.id[0] = 7;
	record.state = CALL_ENDED;
	snprintf(record.leg[LEG_A].ref, sizeof(record.leg[LEG_A].ref), "ra");
	snprintf(record.leg[LEG_B].ref, sizeof(record.leg[LEG_B].ref), "rb");
	n_puts = is_full = n_sent = 0;
	kind.has_late_price = 1;
	prices_init(&prices, &all, &journal);
	batch_init(&batch, &journal);
}

static void
stop(void)
{
	prices_free(&prices);
	exchange_free_all(&all);
	batch_free(&batch);
}

static void
turn(void)
{
	batch.n_dirty = 0;
	prices_gather(&prices, &batch, 0);
	batch_write(&batch);
	batch.n_dirty = 0;
	prices_written(&prices);
}

static void
tell(unsigned char id, enum leg leg, const char *price)
{
	struct provider_event e = { .kind = EVENT_PRICE, .leg = leg };

	e.call[0] = id;
	snprintf(e.price, sizeof(e.price), "%s", price);
	prices_told(&prices, &e);
}

static void
test_told(void)
{
	start();
	tell(8, LEG_A, "1.00");
	turn();
	is_int(n_puts, 0, "of no call that we know: nothing");
	tell(7, LEG_A, "");
	turn();
	is_int(n_puts, 0, "no price: nothing");
	tell(7, LEG_A, "0.0106 USD");
	tell(7, LEG_B, "0.0050 USD");
	turn();
	is_int(n_puts, 1, "both legs', one record");
	is_str(record.leg[LEG_A].price, "0.0106 USD", "A's");
	is_str(record.leg[LEG_B].price, "0.0050 USD", "B's");
	is_int(record.state, CALL_ENDED, "all else is as it was");
	is_int(prices_wake(&prices), 0, "nothing is left to do");
	record.state = CALL_TALKING;
	tell(7, LEG_A, "9.00");
	turn();
	is_int(n_puts, 1, "an open call is not ours to write");
	record.state = CALL_ENDED;
	is_full = 1;
	tell(7, LEG_A, "9.00");
	turn();
	is_int(n_puts, 1, "the journal is full");
	is_int(prices_wake(&prices), 1001000, "it is tried again");
	is_full = 0;
	batch.retry_ms = 0;
	turn();
	is_str(record.leg[LEG_A].price, "9.00", "and written then");
	record.acc.a.kind = TEL_E164;
	tell(7, LEG_A, "8.00");
	call_erase(&record);
	turn();
	is_str(record.leg[LEG_A].price, "8.00", "told, and then erased");
	ok(record.is_erased && record.acc.a.kind == TEL_NONE,
	    "what was erased meanwhile stays so");
	stop();
}

static void
test_asked(void)
{
	static const size_t by[2] = { 0, SIZE_MAX };
	static const size_t both[2] = { 0, 0 };

	start();
	prices_ended(&prices, &record, by);
	is_int(prices_wake(&prices), 1060000, "asked for in a minute");
	at(1060000);
	is_int(prices_wake(&prices), 0, "asked");
	is_str(last_url, "ra", "for A's");
	answer(200, "");
	is_int(prices_wake(&prices), 1300000, "not known yet: later");
	at(1300000);
	prices_wake(&prices);
	answer(500, "");
	is_int(prices_wake(&prices), 2800000, "no answer: later still");
	at(2800000);
	prices_wake(&prices);
	answer(200, "-0.0300");
	turn();
	is_str(record.leg[LEG_A].price, "0.0300 USD", "then it is known");
	is_int(prices_wake(&prices), 0, "and asked for no more");
	is_int(n_sent, 3, "three times in all");
	prices_ended(&prices, &record, both);
	at(2860000);
	prices_wake(&prices);
	is_str(last_url, "rb", "what is known is not asked for");
	is_int(n_sent, 4, "it alone");
	stop();
	start();
	kind.has_late_price = 0;
	prices_ended(&prices, &record, both);
	is_int(prices_wake(&prices), 0, "who does not say it is not asked");
	kind.has_late_price = 1;
	record.leg[0].ref[0] = record.leg[1].ref[0] = '\0';
	prices_ended(&prices, &record, both);
	is_int(prices_wake(&prices), 0, "nor for what never was");
	stop();
}

/* After a start. */
static void
test_recalled(void)
{
	static const struct {
		const char	*name;
		int64_t		 ended_s;	/* ago */
		int		 state, is_known, has_late;
		const char	*provider, *b_provider;
		int		 n;		/* that are asked for */
	} cases[] = {
		{ "both legs", 1800, CALL_ENDED, 0, 1, "phone", "phone", 2 },
		{ "A alone is theirs", 60, CALL_ENDED, 0, 1, "phone", "gone",
		    1 },
		{ "B was not rung", 60, CALL_ENDED, 0, 1, "phone", "", 1 },
		{ "they are known", 60, CALL_ENDED, 1, 1, "phone", "phone",
		    0 },
		{ "long over", 4000, CALL_ENDED, 0, 1, "phone", "phone", 0 },
		{ "it goes on", 0, CALL_TALKING, 0, 1, "phone", "phone", 0 },
		{ "nobody says them", 60, CALL_ENDED, 0, 0, "phone", "phone",
		    0 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start();
		kind.has_late_price = cases[i].has_late;
		record.state = (uint8_t)cases[i].state;
		record.ended_at = clock_wall() - cases[i].ended_s;
		snprintf(record.provider, sizeof(record.provider), "%s",
		    cases[i].provider);
		snprintf(record.b_provider, sizeof(record.b_provider), "%s",
		    cases[i].b_provider);
		if (cases[i].is_known) {
			snprintf(record.leg[LEG_A].price, 8, "1.00");
			snprintf(record.leg[LEG_B].price, 8, "1.00");
		}
		n_scans = 0;
		prices_recall(&prices);
		is_int(n_scans, cases[i].has_late, "%s: the journal is %s",
		    cases[i].name, cases[i].has_late ? "asked" :
		    "left in peace");
		is_int(prices.n_asks, cases[i].n, "%s: %d", cases[i].name,
		    cases[i].n);
		is_int(prices_wake(&prices), cases[i].n > 0 ? 1060000 : 0,
		    "%s: in a minute", cases[i].name);
		stop();
	}
}

static void
test_prices(void)
{
	static const struct {
		const char	*amount, *currency, *want;
	} cases[] = {
		{ "0.0106", "USD", "0.0106 USD" }, { "-0.03000", "EUR",
		    "0.03000 EUR" }, { "1", NULL, "1" }, { "0", "", "0" },
		{ "0.1", "usd", "0.1" }, { "0.1", "DOLLARS", "0.1" },
		{ NULL, "USD", "" }, { "", "USD", "" }, { "--1", "USD", "" },
		{ ".5", "USD", "" }, { "1.2.3", "USD", "" },
		{ "1e9", "USD", "" }, { "12345678901234567890", "USD", "" },
		{ "free", "USD", "" },
	};
	char price[PROVIDER_PRICE_MAX + 1];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		provider_put_price(price, cases[i].amount, cases[i].currency);
		is_str(price, cases[i].want, "\"%s\" of \"%s\"",
		    cases[i].amount != NULL ? cases[i].amount : "-",
		    cases[i].currency != NULL ? cases[i].currency : "-");
	}
}

int
main(void)
{
	test_told();
	test_asked();
	test_recalled();
	test_prices();
	return tap_done();
}
