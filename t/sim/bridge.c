/*
 * The bridge: its real driver, which is started, told of things, and killed.
 * What it says is held against the ledger at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/token.h"

#include "t/sim/sim.h"

#define START_MS	400	/* the first click comes later */
#define NONCE_MIN_S	2
#define NONCE_MAX_S	1800
#define KEEP_REVOKED_S	(30 * 86400)
#define CLOCK_BACK_S	60
#define HIGH_STEP_S	10

static struct driver *driver;
static int64_t alarm_ms = -1;	/* in the world's time; -1: none */
static int is_dead;		/* in the middle of a turn */
static int die_in;		/* so many points; 0: not */

int
bridge_is_up(void)
{
	return driver != NULL && !is_dead;
}

int
bridge_dies(void)
{
	if (die_in > 0 && --die_in == 0) {
		sim_log("the bridge dies");
		is_dead = 1;
	}
	return is_dead;
}

int
bridge_get(const struct sim_call *c, struct call *out)
{
	return driver == NULL ? -1 : driver_get(driver, c->acc.id, out);
}

int64_t
bridge_alarm_ms(void)
{
	return driver != NULL ? alarm_ms : -1;
}

void
bridge_die_in(int points)
{
	die_in = points;
}

/* Life and death. */

static void
on_wake(void *ctx, int64_t in_ms)
{
	(void)ctx;
	alarm_ms = in_ms < 0 ? -1 : world.now_ms + in_ms;
}

static void
on_listen(void *ctx, size_t provider)
{
	(void)ctx;
	(void)provider;
	if (!is_dead)
		sim_later(SIM_STREAM, 10)->what = SIM_STREAM_AGAIN;
}

/* Somebody who looks at the page is told what is durable, and in order. */
static void
on_stage(void *ctx, const struct call *call)
{
	struct sim_call *c = ctx;
	struct call durable = { .state = ledger_of(c)->state };

	if (is_dead)
		return;
	if (call_stage(call) != call_stage(&durable))
		world_wrong(c, "somebody is told what is not durable");
	if (call_stage(call) < c->stage)
		world_wrong(c, "somebody is told a stage that was over");
	c->stage = call_stage(call);
	if (c->stage == ASK_STAGE_ENDED) {
		watch_free(c->watch);
		c->watch = NULL;
	}
}

static void
on_ended(void *ctx, const struct call *call)
{
	struct sim_call *c = world_call(call->acc.id);

	(void)ctx;
	if (is_dead)
		return;
	if (ledger_of(c)->state != CALL_ENDED)
		world_wrong(c, "ended, and this is not durable");
	if (++c->n_ended > 1)
		world_wrong(c, "it ends twice");
	if (c->watch != NULL)
		world_wrong(c, "somebody waits for an end that has come");
}

static int
is_answer_or_event(struct sim_thing *t)
{
	if (t->kind == SIM_ARRIVE) {
		t->fn = NULL;
		return 0;
	}
	if (t->kind == SIM_PAY) {
		t->fn = NULL;
		return 0;
	}
	return t->kind == SIM_ANSWER || t->kind == SIM_PAID || (t->kind == SIM_EVENT &&
	    (t->provider == 0 || sim_dice(2) == 0));
}

/* What was sent goes on; answers find nobody. */
void
bridge_die(void)
{
	size_t i;

	if (driver == NULL)
		return;
	sim_log("the bridge is down");
	counts.crashes++;
	is_dead = 1;
	sim_each(is_answer_or_event);
	for (i = 0; i < world.n_calls; i++) {
		world.call[i].n_ended = 0;
		watch_free(world.call[i].watch);
		world.call[i].watch = NULL;
	}
	driver_free(driver);
	driver = NULL;
	alarm_ms = -1;
	ledger_close();
	ledger_crash();
	is_dead = die_in = 0;
	world.stalled_ms = world.call_ms = 0;
	memset(world.alone_ms, 0, sizeof(world.alone_ms));
	weather_is_bad(1);
	sim_later(SIM_START, sim_dice(3) > 0 ? sim_between(10, 3000) :
	    sim_between(0, 60000));
}

void
bridge_start(void)
{
	struct driver_conf conf = { .n_providers = SIM_PROVIDERS,
	    .keep = { SIM_KEEP_S, SIM_KEEP_NUMBERS_S }, .ended = on_ended };
	char why[256] = "";

	if (driver != NULL)
		return;
	if (sim_dice(4) == 0)		/* the whole machine was down */
		world.boot_ms = world.now_ms - sim_between(1, 100000);
	world_set_clock();
	memcpy(conf.provider, net_provider, sizeof(net_provider));
	if (world.is_one_switch)
		conf.provider[0].joins = conf.provider[1].joins = 3;
	conf.world = (struct world){ .send = net_send, .wake = on_wake,
	    .listen = on_listen };
	money_world(&conf.world);
	conf.journal = ledger_open();
	if (conf.journal != NULL)
		driver = driver_new(&conf, why, sizeof(why));
	if (driver == NULL) {
		sim_log("it does not start: %s", why);
		ledger_close();
		sim_later(SIM_START, 1000);
		return;
	}
	sim_log("the bridge is up");
	weather_is_bad(-1);
	world.is_stream_up = world.is_stolen = 0;
	sim_later(SIM_STREAM, sim_between(1, 100))->what = SIM_STREAM_UP;
	bridge_turn_end();
}

void
bridge_turn_end(void)
{
	if (driver == NULL)
		return;
	driver_turn_end(driver);
	if (is_dead)
		bridge_die();
}

void
bridge_wake(void)
{
	alarm_ms = -1;
	driver_wake(driver);
}

void
bridge_stream(int is_up)
{
	if (driver == NULL)
		return;
	if (is_up)
		driver_stream_up(driver, 0);
	else
		driver_stream_down(driver, 0, "cut");
}

void
bridge_stolen(void)
{
	struct provider_event lost = { .kind = EVENT_LOST };

	if (driver != NULL)
		driver_event(driver, 0, &lost);
}

/* Events.  A key 1 that was asked for must have its effect at once. */
static void
deliver(const struct sim_thing *t)
{
	if (t->provider == 0)
		driver_stream_text(driver, 0, (const char *)&t->event,
		    sizeof(t->event));
	else
		driver_event(driver, (size_t)t->provider, &t->event);
}

void
bridge_event(struct sim_thing *t)
{
	struct sim_phone *p = &t->call->phone[t->event.leg];
	int is_asked;
	struct call c;

	sim_log("< %d call %d leg %c kind %d key %c cause %d %s", t->provider,
	    world_index(t->call), "ab"[t->event.leg], (int)t->event.kind,
	    t->event.key != 0 ? t->event.key : '-', (int)t->event.cause,
	    t->event.detail);
	if (t->event.kind != EVENT_KEY || t->event.key != '1' ||
	    bridge_get(t->call, &c) != 0) {
		deliver(t);
		return;
	}
	is_asked = c.state == (p->leg == LEG_A ? CALL_ASKING_A :
	    CALL_ASKING_B);
	deliver(t);
	if (!is_asked)
		return;
	p->was_heard = 1;
	if (bridge_get(t->call, &c) != 0 || (p->leg == LEG_A ? !c.is_spent :
	    c.state != CALL_BRIDGING))
		world_wrong(t->call, "a key 1 has no effect");
}

/* People. */

static void
check_ok(struct sim_call *c, int is_new)
{
	struct call now;

	c->was_ok = 1;
	if (!ledger_of(c)->is_in)
		world_wrong(c, "accepted, and this is not in the journal");
	if (is_new && world_wall() < ledger.high - CLOCK_BACK_S - HIGH_STEP_S)
		world_wrong(c, "accepted while the clock is set back");
	if (c->watch != NULL || sim_dice(4) != 0 || bridge_get(c, &now) != 0)
		return;
	c->stage = call_stage(&now);
	if (c->stage != ASK_STAGE_ENDED)
		c->watch = driver_watch(driver, c->acc.id, on_stage, c);
}

static void
on_accepted(void *ctx, const struct acceptance *acc, enum ask_refusal r,
    int is_new)
{
	struct sim_call *c = ctx;

	(void)acc;
	if (is_dead)
		return;		/* nobody hears it */
	sim_log("call %d is told %s", world_index(c), ask_refusal_word(r));
	counts.refused[r]++;
	c->is_unanswered--;
	if (r == ASK_OK) {
		check_ok(c, is_new);
		return;
	}
	c->was_refused = 1;
	if (!c->was_ok && ledger_of(c)->is_in && !c->was_in)
		world_wrong(c, "refused, and it is in the journal");
	if (r == ASK_STOPPED &&
	    world_wall() >= ledger.high - CLOCK_BACK_S &&
	    world_wall() >= ledger.since - CLOCK_BACK_S)
		world_wrong(c, "stopped though the clock is right");
	if (r == ASK_NO_PROVIDER && world.weather.is_calm &&
	    world.now_ms > START_MS)
		world_wrong(c, "no provider though all are there");
	if (r == ASK_STORE_FULL && world.weather.is_calm)
		world_wrong(c, "full though there is room");
}

void
bridge_click(struct sim_call *c)
{
	int64_t age_s = world_wall() - token_offer_ms(c->acc.id) / 1000;

	counts.clicks++;
	/* What the service sees to before the driver is asked. */
	if (driver == NULL || world_wall() > c->offer->not_after ||
	    age_s < NONCE_MIN_S || age_s > NONCE_MAX_S)
		return;
	sim_log("call %d is clicked", world_index(c));
	c->is_unanswered++;
	c->was_in = ledger_of(c)->is_in;
	if (driver_accept(driver, &c->acc, on_accepted, c) != 0)
		abort();
}

void
bridge_cancel(struct sim_call *c)
{
	struct call now;

	if (driver == NULL || driver_hangup(driver, c->acc.id,
	    CALL_CANCEL) != 0)
		return;
	sim_log("call %d is cancelled", world_index(c));
	c->was_meddled = 1;
	if (bridge_get(c, &now) == 0 && now.end == ASK_END_NONE)
		world_wrong(c, "cancelled, and it goes on");
}

/* One revocation at a time: its turn ends at once. */
static struct {
	struct journal_revocation what;
	char			  sender[2];
	int			  is_hangup;
	struct sim_offer	 *offer;
} rev;

static int
is_meant(const struct sim_offer *o)
{
	if (rev.what.by == ASK_BY_SENDER)
		return o->sender == rev.sender[0] - 'a' &&
		    token_offer_ms(o->id) / 1000 < rev.what.at;
	return rev.what.by == ASK_BY_OFFER ? o == rev.offer :
	    memcmp(o->tag, rev.offer->tag, sizeof(o->tag)) == 0;
}

static void
on_revoked(void *ctx, enum ask_refusal refusal, uint32_t n)
{
	struct sim_call *c;
	struct call now;
	size_t i;

	(void)ctx;
	(void)n;
	if (is_dead)
		return;
	sim_log("revoked: %s", ask_refusal_word(refusal));
	for (i = 0; i < world.n_offers && refusal == ASK_OK; i++)
		world.offer[i].is_revoked |= is_meant(&world.offer[i]);
	for (i = 0; i < world.n_calls && refusal == ASK_OK; i++) {
		c = &world.call[i];
		if (!is_meant(c->offer))
			continue;
		c->was_meddled = 1;
		if (bridge_get(c, &now) == 0 && now.end == ASK_END_NONE &&
		    (now.state != CALL_TALKING || rev.is_hangup))
			world_wrong(c, "revoked, and the call goes on");
	}
}

/* One of the offers, all of a message, or all of a sender so far. */
void
bridge_revoke(void)
{
	static const enum ask_revoke_by by[] = { ASK_BY_OFFER, ASK_BY_OFFER,
	    ASK_BY_TAG, ASK_BY_SENDER };

	if (driver == NULL)
		return;
	memset(&rev, 0, sizeof(rev));
	rev.offer = &world.offer[sim_dice((unsigned)world.n_offers)];
	rev.sender[0] = (char)('a' + rev.offer->sender);
	rev.what.by = (uint8_t)by[sim_dice(4)];
	rev.is_hangup = (int)sim_dice(2);
	if (rev.what.by == ASK_BY_SENDER)
		rev.what.sender = rev.sender;
	else
		rev.what.id = rev.what.by == ASK_BY_OFFER ? rev.offer->id :
		    rev.offer->tag;
	rev.what.at = world_wall();
	rev.what.keep_until = rev.what.at + KEEP_REVOKED_S;
	sim_log("revoke by %d offer %d", rev.what.by,
	    (int)(rev.offer - world.offer));
	if (driver_revoke(driver, &rev.what, rev.is_hangup, on_revoked,
	    NULL) != 0)
		abort();
	bridge_turn_end();
}
