/*
 * One world: offers, people who click, time that goes by, and its end, at
 * which everything must be as if nothing had ever gone wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#include "bridge-client/call/step.h"

#include "t/sim/sim.h"

#define HOUR_MS		INT64_C(3600000)
#define TALK_SLACK_MS	12000	/* the answer to BRIDGE, and a HANG */

struct sim_world world;

int64_t
world_wall(void)
{
	return clock_wall();
}

void
world_set_clock(void)
{
	clock_fake(SIM_WALL * 1000 + world.now_ms + world.skew_ms,
	    world.now_ms - world.boot_ms);
}

void
world_wrong(const struct sim_call *c, const char *literal)
{
	if (world.wrong != NULL ||
	    (sim_only != NULL && strcmp(sim_only, literal) != 0))
		return;
	sim_log("WRONG: %s", literal);
	world.wrong = literal;
	world.wrong_call = c;
}

int
world_index(const struct sim_call *c)
{
	return (int)(c - world.call);
}

struct sim_call *
world_call(const unsigned char id[CALL_ID_BYTES])
{
	struct sim_call *c = &world.call[id[CALL_ID_BYTES - 1] % SIM_CALLS];

	if (memcmp(c->acc.id, id, CALL_ID_BYTES) != 0)
		abort();
	return c;
}

/* Offers and acceptances. */

static void
make_id(unsigned char id[CALL_ID_BYTES], int64_t ms, unsigned last)
{
	int i;

	for (i = 0; i < 6; i++)
		id[i] = (unsigned char)(ms >> (40 - 8 * i));
	for (; i < CALL_ID_BYTES - 1; i++)
		id[i] = (unsigned char)sim_dice(256);
	id[6] = (unsigned char)(0x70 | (id[6] & 15));
	id[8] = (unsigned char)(0x80 | (id[8] & 63));
	id[CALL_ID_BYTES - 1] = (unsigned char)last;
}

void
world_id(unsigned char id[CALL_ID_BYTES], unsigned last)
{
	make_id(id, SIM_WALL * 1000 + world.now_ms, last);
}

static void
make_offer(size_t i)
{
	struct sim_offer *o = &world.offer[i];

	make_id(o->id, SIM_WALL * 1000 - sim_between(2000, 48 * HOUR_MS),
	    (unsigned)i);
	memset(o->tag, (int)(sim_dice(4) == 0 ? 0 : i), sizeof(o->tag));
	o->sender = (int)sim_dice(SIM_SENDERS);
	o->uses = (uint8_t)(1 + sim_dice(4));
	o->attempts_max = (uint16_t)(sim_dice(2) == 0 ? 0 : 2 + sim_dice(5));
	o->not_after = SIM_WALL + sim_between(300, 2 * 86400);
}

static void
make_acceptance(struct sim_call *c, unsigned n)
{
	struct acceptance *a = &c->acc;
	const struct sim_offer *o = c->offer;

	make_id(a->id, SIM_WALL * 1000 + world.now_ms + world.skew_ms -
	    sim_between(2000, HOUR_MS / 4), n);
	memcpy(a->offer, o->id, sizeof(a->offer));
	memcpy(a->tag, o->tag, sizeof(a->tag));
	memset(a->a_hash, c->person + 1, sizeof(a->a_hash));
	a->uses = o->uses;
	a->attempts_max = o->attempts_max;
	a->is_bound = (o - world.offer) % 3 == 0;
	a->not_after = o->not_after;
	a->offeror[0] = (char)('a' + o->sender);
	a->a.kind = a->b.kind = TEL_E164;
	snprintf(a->a.text, sizeof(a->a.text), "+44207946%04d", c->person);
	snprintf(a->b.text, sizeof(a->b.text), "+44207947%04d",
	    (int)(o - world.offer));
	snprintf(a->caller, sizeof(a->caller), "+441632960000");
	snprintf(a->a_lang, sizeof(a->a_lang), "en");
	snprintf(a->b_lang, sizeof(a->b_lang), "de");
	a->ring_s = (uint16_t)sim_between(10, 40);
	a->confirm_s = (uint16_t)sim_between(5, 15);
	a->max_s = (uint32_t)sim_between(20, 200);
	a->n_routes = (uint8_t)(1 + sim_dice(2));
	a->route[0] = (uint8_t)sim_dice(2);
	a->route[1] = (uint8_t)!a->route[0];
	money_of(a);
}

static struct sim_call *
new_call(struct sim_offer *o)
{
	struct sim_call *c = &world.call[world.n_calls];
	int leg;

	c->offer = o;
	c->person = (int)sim_dice(SIM_PEOPLE);
	make_acceptance(c, (unsigned)world.n_calls++);
	for (leg = LEG_A; leg <= LEG_B; leg++) {
		c->phone[leg].call = c;
		c->phone[leg].leg = (enum leg)leg;
	}
	if (sim_chance(80))
		sim_later(SIM_CANCEL, sim_about(15000))->call = c;
	return c;
}

/* The page is sent: once, twice, again much later, or by several at once. */
static void
click(struct sim_thing *t)
{
	struct sim_offer *o = &world.offer[sim_dice((unsigned)
	    world.n_offers)];
	unsigned n = sim_chance(150) ? 2 + sim_dice(3) : 1;
	struct sim_call *c = t->call;

	if (c != NULL) {
		bridge_click(c);
		sim_drop(t);
		return;
	}
	while (n-- > 0 && world.n_calls < SIM_CALLS) {
		c = new_call(o);
		bridge_click(c);
		if (sim_chance(80))
			bridge_click(c);
		if (sim_chance(80))
			sim_later(SIM_CLICK, sim_about(sim_dice(2) == 0 ?
			    200 : 100000))->call = c;
	}
	if (world.n_calls < SIM_CALLS && !world.is_quiet)
		sim_again(t, sim_about(t->bound_ms));
	else
		sim_drop(t);
}

/* Checks that come later. */

void
world_check(struct sim_call *c, enum sim_check what, int64_t in_ms)
{
	struct call call = { .acc = c->acc };
	int64_t leg_ms = call_leg_max_s(&call, LEG_A) * INT64_C(1000);
	struct sim_thing *t;

	if (what == SIM_CHECK_TALK)
		in_ms += TALK_SLACK_MS;
	else
		in_ms += what == SIM_CHECK_END ? leg_ms + SIM_SLACK_MS :
		    2 * (leg_ms + SIM_SLACK_MS);
	t = sim_later(SIM_CHECK, in_ms);
	t->what = (int)what;
	t->call = c;
	t->since_ms = world.now_ms;
	t->bound_ms = in_ms;
	t->bad_ms = weather_bad_ms();
}

static void
check(struct sim_thing *t)
{
	int64_t at_ms = t->since_ms + t->bound_ms + weather_bad_ms() -
	    t->bad_ms;
	struct sim_call *c = t->call;
	struct call now;

	if (world.now_ms < at_ms || !bridge_is_up()) {
		sim_again(t, world.now_ms < at_ms ? at_ms - world.now_ms :
		    1000);
		return;
	}
	switch ((enum sim_check)t->what) {
	case SIM_CHECK_END:
		if (bridge_get(c, &now) == 0 && now.end == ASK_END_NONE)
			world_wrong(c, "a call does not end in its time");
		break;
	case SIM_CHECK_ENDED:
		if (ledger_of(c)->state != CALL_ENDED)
			world_wrong(c, "a call is not over in its time");
		break;
	case SIM_CHECK_TALK:
		if (!c->is_bridged || c->phone[0].n_hangs != 0 ||
		    c->phone[1].n_hangs != 0)
			break;
		at_ms = c->bridged_ms + money_pays_s(c) * INT64_C(1000) +
		    weather_bad_ms() - c->bridged_bad_ms;
		if (at_ms + TALK_SLACK_MS > world.now_ms)
			world_check(c, SIM_CHECK_TALK, at_ms - world.now_ms);
		else
			world_wrong(c, "they talk beyond the limit");
		break;
	}
	sim_drop(t);
}

/* Time. */

static void
stream(struct sim_thing *t)
{
	int what = t->what;

	if (what == SIM_STREAM_UP && !world.is_link_up[0]) {
		sim_again(t, 1000);
		return;
	}
	sim_drop(t);
	if (what == SIM_STREAM_UP && !world.is_stream_up && bridge_is_up()) {
		world.is_stream_up = 1;
		world.stream_ms = world.now_ms;
		world.is_stolen = SIM_NO_THIEF;
		bridge_stream(1);
	} else if (what != SIM_STREAM_UP && world.is_stream_up) {
		world.is_stream_up = 0;
		bridge_stream(0);
		sim_later(SIM_STREAM, sim_about(3000))->what = SIM_STREAM_UP;
	}
}

/* What happens at the bridge waits while it does not run. */
static int
is_at_the_bridge(const struct sim_thing *t)
{
	return t->kind == SIM_ANSWER || t->kind == SIM_EVENT ||
	    t->kind == SIM_CLICK || t->kind == SIM_CANCEL ||
	    t->kind == SIM_REVOKE || t->kind == SIM_STREAM ||
	    t->kind == SIM_PAID || t->kind == SIM_TOPUP;
}

static void
answer(struct sim_thing *t)
{
	char why[8];
	int s = 0;

	sim_log("= %s call %d leg %c step %d: %d%s", net_act_words[t->wire.act],
	    t->call != NULL ? world_index(t->call) : -1, "ab"[t->wire.leg],
	    t->wire.step, t->status, t->status == 0 && t->is_sent ? "?" : "");
	if (t->provider == 0 && t->wire.act == PROVIDER_RING &&
	    t->wire.step == 0 && t->status == 200)
		net_listened(t);
	if (t->status == 429) {
		s = (int)sim_dice(10);
		world.alone_ms[t->provider] = world.now_ms +
		    (s > 0 ? s : 1) * 1000;
	}
	snprintf(why, sizeof(why), "%.*d", s > 0, s);
	t->fn(t->ctx, t->status, t->is_sent, t->body, strlen(t->body), why);
	sim_drop(t);
}

static void
happen(struct sim_thing *t)
{
	switch (t->kind) {
	case SIM_ARRIVE:
		net_arrive(t);
		break;
	case SIM_ANSWER:
		answer(t);
		break;
	case SIM_EVENT:
		net_deliver(t);
		break;
	case SIM_PERSON:
		truth_person(t);
		sim_drop(t);
		break;
	case SIM_CLICK:
		click(t);
		break;
	case SIM_CANCEL:
		bridge_cancel(t->call);
		sim_drop(t);
		break;
	case SIM_REVOKE:
		bridge_revoke();
		sim_again(t, sim_about(t->bound_ms));
		break;
	case SIM_FAULT:
		weather_fault(t);
		break;
	case SIM_REPAIR:
		weather_repair(t);
		break;
	case SIM_START:
		bridge_start();
		sim_drop(t);
		break;
	case SIM_STREAM:
		stream(t);
		break;
	case SIM_PAY:
		money_arrive(t);
		break;
	case SIM_PAID:
		money_answer(t);
		break;
	case SIM_TOPUP:
		money_topup(t);
		break;
	case SIM_CHECK:
		check(t);
		break;
	}
}

/* The alarm, or the next thing; and mostly the end of the turn. */
static void
turn(void)
{
	struct sim_thing *t = sim_next();
	int64_t alarm_ms = bridge_alarm_ms();

	if (alarm_ms >= 0 && alarm_ms < world.stalled_ms)
		alarm_ms = world.stalled_ms;
	if (alarm_ms >= 0 && (t == NULL || alarm_ms < t->at_ms)) {
		if (alarm_ms > world.now_ms)
			world.now_ms = alarm_ms;
		world_set_clock();
		bridge_wake();
		bridge_turn_end();
		counts.turns++;
		return;
	}
	t = sim_take();
	if (t->at_ms > world.now_ms)
		world.now_ms = t->at_ms;
	world_set_clock();
	if (world.now_ms < world.stalled_ms && is_at_the_bridge(t)) {
		sim_again(t, world.stalled_ms - world.now_ms);
		return;
	}
	happen(t);
	counts.turns++;
	t = sim_next();
	if (t == NULL || t->at_ms > world.now_ms || sim_dice(2) == 0)
		if (world.now_ms >= world.stalled_ms)
			bridge_turn_end();
}

/* The end. */

static int
is_over(void)
{
	size_t i;

	for (i = 0; i < world.n_calls; i++)
		if (ledger.call[i].is_in &&
		    ledger.call[i].state != CALL_ENDED)
			return 0;
	return bridge_is_up();
}

static void
check_call_at_end(const struct sim_call *c)
{
	const struct sim_phone *p = c->phone;
	int is_rung = p[0].n_rung + p[1].n_rung > 0;

	if (truth_is_there(&p[0]) || truth_is_there(&p[1]))
		world_wrong(c, "a leg is left up");
	if (is_rung && c->was_refused && !c->was_ok && c->is_unanswered == 0)
		world_wrong(c, "refused, and a telephone rang");
	if (is_rung && !ledger_of(c)->is_in)
		world_wrong(c, "a telephone rang for nothing");
	if (c->was_ok && !ledger_of(c)->is_in)
		world_wrong(c, "an acceptance is lost");
	if (p[LEG_B].n_rung > 0 && !ledger_of(c)->is_spent)
		world_wrong(c, "B was rung and no use is spent");
	/* (who leaves while he is bridged is told by a refusal first) */
	if (world.weather.is_calm && (ledger_of(c)->end == ASK_END_UNKNOWN ||
	    (ledger_of(c)->end == ASK_END_PROVIDER && !p[0].has_left &&
	    !p[1].has_left)))
		world_wrong(c, "nobody knows why it ended though all was well");
	if (world.weather.is_calm && p[0].was_heard && p[1].was_heard &&
	    !p[0].has_left && !p[1].has_left && !c->was_meddled &&
	    ledger_of(c)->end != ASK_END_TALKED)
		world_wrong(c, "both agreed, and they do not talk");
}

static void
finish(void)
{
	int64_t until_ms;
	size_t i;

	weather_clear();
	until_ms = world.now_ms + 2 * HOUR_MS;
	while (world.wrong == NULL && !is_over() && world.now_ms < until_ms)
		turn();
	if (world.wrong == NULL && !is_over())
		world_wrong(NULL, "the world does not come to its end");
	for (i = 0; i < world.n_calls; i++)
		check_call_at_end(&world.call[i]);
	if (world.wrong == NULL)
		money_audit();
	if (world.wrong == NULL)
		ledger_audit();
}

static void
begin(uint64_t seed)
{
	struct sim_thing *t;
	size_t i;

	sim_drop_all();
	memset(&world, 0, sizeof(world));
	world.seed = seed;
	sim_seed(seed);
	weather_draw(&world.weather);
	disk_reset(sim_dice(16) == 0);
	ledger_reset();
	world.boot_ms = -sim_between(1, HOUR_MS);
	world.is_one_switch = (int)sim_dice(2);
	world.is_link_up[0] = world.is_link_up[1] = 1;
	world.n_offers = 4 + sim_dice(SIM_OFFERS - 3);
	for (i = 0; i < world.n_offers; i++)
		make_offer(i);
	weather_begin();
	weather_is_bad(1);	/* until the bridge is up */
	bridge_start();
	world.has_memory = (int)sim_dice(2);
	t = sim_later(SIM_TOPUP, 450);
	world_id(t->wire.call, SIM_TOPUP_ID);
	t->bound_ms = 2000;
	t = sim_later(SIM_CLICK, 500);
	t->bound_ms = sim_between(1, 15) * 1000;
	if (sim_dice(2) == 0) {
		t = sim_later(SIM_REVOKE, sim_about(100000));
		t->bound_ms = sim_between(20, 500) * 1000;
	}
}

const char *
world_run(uint64_t seed)
{
	int64_t long_ms;

	begin(seed);
	while (world.wrong == NULL && world.n_calls < SIM_CALLS)
		turn();
	long_ms = world.now_ms + sim_between(0, 200000);
	while (world.wrong == NULL && world.now_ms < long_ms)
		turn();
	if (world.wrong == NULL)
		finish();
	counts.worlds++;
	counts.sim_ms += (uint64_t)world.now_ms;
	bridge_die();
	sim_drop_all();
	if (disk.is_lmdb)
		disk_end();
	return world.wrong;
}
