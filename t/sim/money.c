/*
 * Money: accounts that pay in advance, and one payer who is asked over the
 * same network as everybody.  He knows what he holds; nobody here knows what
 * the bridge believes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/net/request.h"
#include "bridge-client/payer/payer.h"

#include "t/sim/sim.h"

#define TIMEOUT_MS	5000
#define LATE_MS		50000	/* an AUTHORISE begins at most so much later */
#define VERIFIER	"verifier"

/* A request: a struct. */
struct bill {
	uint8_t		act;		/* enum payer_act */
	unsigned char	call[CALL_ID_BYTES];
	int64_t		amount;
};

static int
write_request(const struct payer_conf *conf, const struct payer_intent *in,
    int step, struct request *out)
{
	struct bill b = { .act = (uint8_t)in->act, .amount = in->amount };

	(void)conf;
	request_init(out);
	memcpy(b.call, in->call, sizeof(b.call));
	buf_put(&out->url, &b, sizeof(b));
	return step == 0 && request_ok(out) ? 0 : -1;
}

static void
read_reply(const struct payer_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct payer_reply *out)
{
	(void)in;
	(void)step;
	if (status == 0)
		payer_say(out, is_sent ? PAYER_UNKNOWN : PAYER_NOT,
		    "no answer");
	else if (status == 503)
		payer_say(out, PAYER_NOT, "busy");
	else if (status >= 500)
		payer_say(out, PAYER_UNKNOWN, "failed");
	else if (status >= 400)
		payer_say(out, PAYER_REFUSED, "refused");
	else
		out->outcome = PAYER_DONE;
	if (len == 1)
		out->found = (enum payer_found)(body[0] - '0');
	snprintf(out->ref, sizeof(out->ref), "%s", status == 200 ? "pay" : "");
}

static const struct payer kind = {
	.name = "sim", .request = write_request, .reply = read_reply
};
static const struct payer_conf conf = { .name = VERIFIER };
static const struct world_payer payers[] = { { &kind, &conf } };

/* What must be so when something is asked of him. */
static void
check(struct sim_call *c, const struct bill *b)
{
	const struct ledger_call *l = ledger_of(c);

	if (b->act == PAYER_AUTHORISE && l->pay != CALL_PAY_ASKED)
		world_wrong(c, "asked to hold, and this is not on record");
	if (b->act == PAYER_AUTHORISE && c->has_doubt)
		world_wrong(c, "asked to hold again, though it is not known");
	if (b->act == PAYER_CAPTURE && (l->pay != CALL_PAY_TAKING ||
	    l->cost != b->amount))
		world_wrong(c, "asked to pay, and this is not on record");
	if (b->act == PAYER_RAISE && (l->raise != b->amount ||
	    l->pay != CALL_PAY_HELD))
		world_wrong(c, "asked to hold more, and this is not on record");
	if (b->act == PAYER_RAISE && c->is_raising)
		world_wrong(c, "asked for more again, though it is not known");
	c->is_raising |= b->act == PAYER_RAISE;
	if (b->act == PAYER_VOID && l->pay != CALL_PAY_FREEING)
		world_wrong(c, "asked to free, and this is not on record");
}

static void
answer(const struct sim_thing *like, int status, int is_sent, int64_t in_ms)
{
	struct sim_thing *t = sim_later(SIM_PAID, in_ms);

	t->call = like->call;
	t->what = like->what;
	t->fn = like->fn;
	t->ctx = like->ctx;
	t->status = status;
	t->is_sent = is_sent;
	if (is_sent && status == 0 && like->what == PAYER_AUTHORISE)
		like->call->has_doubt = 1;
}

static void
go(const struct sim_thing *like, int is_answered, int64_t in_ms)
{
	struct sim_thing *t = sim_later(SIM_PAY, in_ms);

	t->call = like->call;
	t->what = like->what;
	t->bound_ms = like->bound_ms;
	t->fn = is_answered ? like->fn : NULL;
	t->ctx = like->ctx;
}

static int
send_bill(void *ctx, size_t payer, const struct request *r, world_done_fn *fn,
    void *done_ctx)
{
	int64_t way_ms = world.weather.is_calm ? 5 : sim_between(1, 40);
	struct sim_thing t = { .fn = fn, .ctx = done_ctx };
	struct bill b;

	(void)ctx;
	(void)payer;
	if (bridge_dies())
		return 0;
	memcpy(&b, r->url.data, sizeof(b));
	t.call = world_call(b.call);
	t.what = b.act;
	t.bound_ms = b.amount;
	counts.bills++;
	sim_log("> %s call %d", payer_act_word(b.act), world_index(t.call));
	check(t.call, &b);
	if (world.is_payer_down) {
		if (sim_dice(4) == 0) {
			t.call->is_raising = 0;
			return -1;
		}
		answer(&t, 0, sim_dice(2) == 0, sim_between(1, TIMEOUT_MS));
		return 0;
	}
	switch (net_fate()) {
	case SIM_FINE:
	case SIM_FATES:
		go(&t, 1, way_ms);
		break;
	case SIM_DOUBLED:
		go(&t, 1, way_ms);
		go(&t, 0, 2 * way_ms);
		break;
	case SIM_LOST:
		answer(&t, 0, 1, TIMEOUT_MS);
		break;
	case SIM_LATE:
		answer(&t, 0, 1, TIMEOUT_MS);
		go(&t, 0, sim_between(TIMEOUT_MS, LATE_MS));
		break;
	case SIM_UNANSWERED:
		answer(&t, 0, 1, TIMEOUT_MS);
		go(&t, 0, way_ms);
		break;
	case SIM_ERROR:
		answer(&t, 503, 1, way_ms);
		break;
	case SIM_RESET:
		answer(&t, 0, 1, 2 * way_ms);
		if (sim_dice(2) == 0)
			go(&t, 0, way_ms);
		break;
	}
	(void)bridge_dies();
	return 0;
}

/* What he does. */

static int
authorise(struct sim_call *c, int64_t amount)
{
	if (c->held == SIM_NOT_HELD)
		c->held = sim_chance(150) ? SIM_DECLINED : SIM_HELD;
	if (c->held == SIM_HELD)
		c->held_amount = amount;
	return c->held == SIM_HELD ? 200 : 402;
}

static int
raise_hold(struct sim_call *c, int64_t amount)
{
	if (c->held != SIM_HELD)
		return 409;
	if (amount > c->held_amount && sim_chance(200))
		return 402;
	if (amount > c->held_amount)
		c->held_amount = amount;
	return 200;
}

static int
capture(struct sim_call *c, int64_t amount)
{
	if (c->held == SIM_TAKEN && c->taken == amount)
		return 200;
	if (c->held == SIM_TAKEN)
		world_wrong(c, "he pays twice");
	if (c->held != SIM_HELD)
		return 409;
	if (amount > c->held_amount)
		world_wrong(c, "he pays more than was held");
	c->held = SIM_TAKEN;
	c->taken = amount;
	return 200;
}

/* Does he remember what he has never heard of? */
static char
release(struct sim_call *c)
{
	if (c->held == SIM_TAKEN)
		world_wrong(c, "what was paid is freed");
	if (c->held == SIM_NOT_HELD && !world.has_memory)
		return '0' + PAYER_GONE;
	if (c->held != SIM_DECLINED)
		c->held = SIM_FREE;
	return '0' + PAYER_IS_FREE;
}

void
money_arrive(struct sim_thing *t)
{
	static const char found[] = {
		[SIM_NOT_HELD] = '0' + PAYER_GONE,
		[SIM_HELD] = '0' + PAYER_IS_HELD,
		[SIM_TAKEN] = '0' + PAYER_IS_TAKEN,
		[SIM_FREE] = '0' + PAYER_IS_FREE,
		[SIM_DECLINED] = '0' + PAYER_IS_REFUSED
	};
	struct sim_call *c = t->call;

	t->status = 200;
	if (t->what == PAYER_AUTHORISE)
		t->status = authorise(c, t->bound_ms);
	else if (t->what == PAYER_RAISE)
		t->status = raise_hold(c, t->bound_ms);
	else if (t->what == PAYER_CAPTURE)
		t->status = capture(c, t->bound_ms);
	else if (t->what == PAYER_VOID)
		t->body[0] = release(c);
	else
		t->body[0] = found[c->held];
	if (t->fn == NULL) {
		sim_drop(t);
		return;
	}
	t->kind = SIM_PAID;
	t->is_sent = 1;
	sim_again(t, world.weather.is_calm ? 5 : sim_between(1,
	    sim_chance((unsigned)world.weather.slow) ? TIMEOUT_MS - 100 : 40));
}

void
money_answer(struct sim_thing *t)
{
	sim_log("= %s call %d: %d%s %s", payer_act_word((enum payer_act)
	    t->what), world_index(t->call), t->status, t->status == 0 &&
	    t->is_sent ? "?" : "", t->body);
	if (t->what == PAYER_RAISE && (t->status != 0 || !t->is_sent)) {
		t->call->is_raising = 0;
		counts.raises[t->status == 200 ? SIM_RAISED : SIM_UNRAISED]++;
	}
	t->fn(t->ctx, t->status, t->is_sent, t->body, strlen(t->body), "");
	sim_drop(t);
}

void
money_world(struct world *w)
{
	w->n_payers = 1;
	w->payer = payers;
	w->pay = send_bill;
}

/* Accounts and what they pay. */

void
money_of(struct acceptance *a)
{
	struct call_fare *f = &a->fare;
	unsigned who = sim_dice(10);
	int64_t coin;
	int i;

	snprintf(a->account, sizeof(a->account), "p%u", who % SIM_PURSES);
	if (who < 4)
		return;
	snprintf(f->payer, sizeof(f->payer), "%s", who < 8 ? CALL_PREPAID :
	    VERIFIER);
	snprintf(f->currency, sizeof(f->currency), "%s", who % SIM_PURSES ==
	    0 ? "EUR" : "JPY");
	/* what is rounded to coins is counted in them */
	coin = who < 8 ? 1 : money_of_coins(1, f->currency);
	for (i = 0; i < 2; i++) {
		f->rate[i].minute = sim_between(0, 3) * 60 * coin;
		f->rate[i].setup = sim_between(0, 1) * 50 * coin;
		f->rate[i].first_s = (uint16_t)(1 + sim_dice(2) * 59);
		f->rate[i].step_s = (uint16_t)(1 + sim_dice(2) * 5);
	}
	f->floor = sim_dice(4) == 0 ? SIM_FLOOR : 0;
	f->hold = call_cost(f, a->max_s);
	if (sim_dice(3) > 0)
		return;
	f->rate[0].minute *= 4;
	f->step_s = (uint32_t)sim_between(70, 120);
	a->max_s = (uint32_t)sim_between(150, 400);
	f->hold = call_cost(f, f->step_s);
}

uint32_t
money_pays_s(const struct sim_call *c)
{
	const struct call_fare *f = &c->acc.fare;
	int64_t amount = strcmp(f->payer, VERIFIER) == 0 ? c->held_amount :
	    ledger_of(c)->hold;

	return f->payer[0] == '\0' ? c->acc.max_s : (uint32_t)tariff_seconds(
	    f->rate, 2, amount, c->acc.max_s);
}

/* A top-up, whose id is its own; where it is doubtful it is said again. */
void
money_topup(struct sim_thing *t)
{
	static const char *const accounts[SIM_PURSES] = { "p0", "p1", "p2" };
	struct journal_post p = { .at = world_wall(), .note = "sim" };
	int purse = t->gen % SIM_PURSES;

	p.account = accounts[purse];
	p.currency = purse == 0 ? "EUR" : "JPY";
	p.amount = t->bound_ms;
	memcpy(p.id, t->wire.call, sizeof(p.id));
	if (bridge_is_up() && ledger_topup(&p, purse,
	    world.n_topups)) {
		t->gen = (int)sim_dice(SIM_PURSES);
		t->bound_ms = sim_between(100, 2000);
		world_id(t->wire.call, SIM_TOPUP_ID + ++world.n_topups);
		sim_again(t, sim_about(20000));
	} else {
		sim_again(t, 1000);
	}
}

/* The end: nobody owes anybody anything. */
void
money_audit(void)
{
	const struct ledger_call *l;
	const struct sim_call *c;
	size_t i;

	for (i = 0; i < world.n_calls; i++) {
		c = &world.call[i];
		l = ledger_of(c);
		if (c->held == SIM_HELD)
			world_wrong(c, "money is held for ever");
		if (c->held == SIM_TAKEN && (l->pay != CALL_PAY_TAKEN ||
		    l->cost != c->taken))
			world_wrong(c, "he has paid, and the ledger knows not");
		if (l->pay == CALL_PAY_TAKEN && strcmp(c->acc.fare.payer,
		    VERIFIER) == 0 && c->held != SIM_TAKEN)
			world_wrong(c, "the ledger says paid, and he has not");
		if (l->pay == CALL_PAY_LOST)
			world_wrong(c, "a hold is lost");
	}
}

/* Who has talked has paid, as soon as it is over; others when they are asked. */
void
money_check_price(const struct sim_call *c, const struct call *now)
{
	if (call_is_free(now) && now->talk_at != 0 && call_is_prepaid(now) &&
	    call_cost(&c->acc.fare, 1) > 0 && now->pay != CALL_PAY_TAKEN)
		world_wrong(c, "they have talked, and it costs nothing");
}

/* Somebody is rung or joined for whom somebody has to pay. */
void
money_check(const struct sim_call *c)
{
	const char *payer = c->acc.fare.payer;

	if (payer[0] == '\0')
		return;
	if (ledger_of(c)->pay != CALL_PAY_HELD)
		world_wrong(c, "rung or bridged, and nothing is held");
	if (strcmp(payer, VERIFIER) == 0 && c->held != SIM_HELD)
		world_wrong(c, "rung or bridged, and he has not agreed");
}
