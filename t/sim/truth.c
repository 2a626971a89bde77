/*
 * What providers and telephones really do.  Nobody here knows what the bridge
 * believes.
 */
#include <stdio.h>
#include <string.h>

#include "t/sim/sim.h"

int
truth_is_there(const struct sim_phone *p)
{
	return p->state == SIM_PHONE_RINGING || p->state == SIM_PHONE_UP;
}

static void
person(struct sim_phone *p, enum sim_act act, int64_t in_ms, int how)
{
	struct sim_thing *t = sim_later(SIM_PERSON, in_ms);

	t->phone = p;
	t->gen = p->gen;
	t->what = (int)act;
	t->status = how;
}

static void
tell(const struct sim_phone *p, enum provider_event_kind kind,
    enum provider_cause cause, const char *detail)
{
	struct provider_event more = { .cause = cause };

	snprintf(more.detail, sizeof(more.detail), "%s", detail);
	net_event(p, kind, 2, &more);
}

static void
goes(struct sim_phone *p, enum provider_cause cause)
{
	static const char *const why[] = { "left", "busy", "declined",
	    "no answer", "unreachable", "failed", "cancelled" };

	if (!truth_is_there(p))
		return;
	sim_log("call %d leg %c is gone: %s", world_index(p->call),
	    "ab"[p->leg], why[cause]);
	p->state = SIM_PHONE_GONE;
	p->gen++;
	p->call->is_bridged = 0;
	tell(p, EVENT_GONE, cause, why[cause]);
}

/* How it goes on at a telephone that rings. */
static void
begins_to_ring(struct sim_phone *p, const struct sim_wire *w)
{
	static const enum provider_cause causes[] = { CAUSE_BUSY,
	    CAUSE_DECLINED, CAUSE_UNREACHABLE, CAUSE_FAILED };
	int64_t answer_ms = 300 + sim_about(4000);
	unsigned mood = sim_dice(100);

	p->state = SIM_PHONE_RINGING;
	p->rung_ms = world.now_ms;
	p->n_rung++;
	counts.rings++;
	if (mood < 85)
		net_event(p, EVENT_RINGING, sim_between(5, 300), NULL);
	if (mood < 12)
		person(p, SIM_LEAVES, sim_between(50, 4000),
		    (int)causes[mood / 3]);
	else if (mood < 92)
		person(p, SIM_ANSWERS, answer_ms, 0);
	person(p, SIM_RINGS_OUT, w->ring_s * 1000, 0);
	person(p, SIM_LIMIT, w->max_s * INT64_C(1000), 0);
}

static void
answers(struct sim_phone *p)
{
	p->state = SIM_PHONE_UP;
	tell(p, EVENT_ANSWERED, CAUSE_NORMAL, "");
	if (sim_chance(100))
		person(p, SIM_LEAVES, sim_about(15000), CAUSE_NORMAL);
	if (sim_chance(20))
		person(p, SIM_PRESSES, sim_between(0, 2000),
		    "19"[sim_dice(2)]);
}

/* Somebody hears the prompts, or only a machine does. */
static void
hears(struct sim_phone *p, const struct sim_wire *w)
{
	static const char wrong[] = "023456789*#";
	int is_asked = strstr(w->prompt, "press") != NULL;
	unsigned mood = sim_dice(100);

	p->speaks = ++p->n_plays;
	memcpy(p->prompt, w->prompt, sizeof(p->prompt));
	person(p, SIM_HEARD, sim_between(1000, 6000), p->speaks);
	if (!is_asked)
		mood += 60;
	if (mood < 78)
		person(p, SIM_PRESSES, 200 + sim_about(1500), '1');
	else if (mood < 86)
		person(p, SIM_PRESSES, 200 + sim_about(1500),
		    wrong[sim_dice(sizeof(wrong) - 1)]);
	if (mood < 5)
		person(p, SIM_PRESSES, 200 + sim_about(1500), "19"[mood & 1]);
}

static void
is_silent(struct sim_phone *p, enum provider_cause cause)
{
	if (p->speaks == 0)
		return;
	p->speaks = 0;
	tell(p, EVENT_SPOKEN, cause, p->prompt);
}

static void
limit(struct sim_phone *p)
{
	sim_log("call %d leg %c: the provider's limit", world_index(p->call),
	    "ab"[p->leg]);
	goes(p, CAUSE_NORMAL);
}

void
truth_person(struct sim_thing *t)
{
	struct sim_phone *p = t->phone;
	struct provider_event key = { .key = (char)t->status };

	if (t->gen != p->gen)
		return;		/* the telephone has been put down since */
	switch ((enum sim_act)t->what) {
	case SIM_ANSWERS:
		if (p->state == SIM_PHONE_RINGING)
			answers(p);
		break;
	case SIM_PRESSES:
		if (p->state != SIM_PHONE_UP)
			break;
		p->has_agreed |= key.key == '1';
		net_event(p, EVENT_KEY, 2, &key);
		break;
	case SIM_LEAVES:
		p->has_left = 1;
		goes(p, (enum provider_cause)t->status);
		break;
	case SIM_HEARD:
		if (p->speaks == t->status)
			is_silent(p, !world.weather.is_calm && sim_chance(3) ?
			    CAUSE_FAILED : CAUSE_NORMAL);
		break;
	case SIM_RINGS_OUT:
		if (p->state == SIM_PHONE_RINGING)
			goes(p, CAUSE_NO_ANSWER);
		break;
	case SIM_LIMIT:
		if (t->status == p->n_limits)
			limit(p);
		break;
	}
}

/* Requests: each gives an HTTP status. */

/* Where all is well, only one who is the first of two. */
static int
is_refused(const struct sim_phone *p, const struct sim_thing *t)
{
	const struct acceptance *a = &p->call->acc;

	if (!world.weather.is_calm)
		return t->fate == SIM_FINE && sim_chance(5);
	return p->n_refused == 0 && a->n_routes == 2 && (p->leg == LEG_A ?
	    a->route[0] == t->provider : world.is_one_switch) &&
	    sim_chance(50);
}

/* Created, and then the network will have none of it. */
static void
no_trunk_takes(struct sim_phone *p)
{
	struct provider_event more = { .cause = CAUSE_FAILED, .is_unrung = 1 };

	p->provider = 0;
	p->n_refused++;
	net_event(p, EVENT_GONE, sim_between(0, 50), &more);
}

static int
ring(struct sim_phone *p, struct sim_thing *t)
{
	if (truth_is_there(p))
		return 409;
	if (is_refused(p, t)) {
		p->n_refused++;
		return 400;
	}
	if (t->provider == 0 && t->fate == SIM_FINE && sim_chance(15)) {
		no_trunk_takes(p);
		return 200;
	}
	if (p->n_rung > 0)
		world_wrong(p->call, "a telephone is rung twice");
	p->provider = t->provider;
	begins_to_ring(p, &t->wire);
	if (t->provider == 1)
		snprintf(p->ref, sizeof(p->ref), "r%u", sim_dice(100000));
	memcpy(t->body, p->ref, sizeof(p->ref));
	return 200;
}

static int
join(struct sim_call *c, int provider)
{
	struct sim_phone *a = &c->phone[LEG_A], *b = &c->phone[LEG_B];

	if (a->state != SIM_PHONE_UP || b->state != SIM_PHONE_UP ||
	    a->provider != provider ||
	    (b->provider != provider && !world.is_one_switch))
		return 404;
	if (!a->has_agreed || !b->has_agreed)
		world_wrong(c, "bridged without both keys");
	counts.bridged++;
	c->is_bridged = 1;
	c->bridged_ms = world.now_ms;
	c->bridged_bad_ms = weather_bad_ms();
	world_check(c, SIM_CHECK_TALK, money_pays_s(c) * INT64_C(1000));
	if (!sim_chance(200))
		person(&c->phone[sim_dice(2)], SIM_LEAVES,
		    1000 + sim_about(c->acc.fare.step_s > 0 ? 100000 : 25000),
		    CAUSE_NORMAL);
	return 200;
}

static int
hang(struct sim_phone *p, int provider)
{
	if (!truth_is_there(p) || p->provider != provider)
		return 404;
	goes(p, p->state == SIM_PHONE_UP ? CAUSE_NORMAL : CAUSE_CANCELLED);
	return 200;
}

static int
extend(struct sim_phone *p, const struct sim_thing *t)
{
	int64_t end_ms = p->rung_ms + t->wire.max_s * INT64_C(1000);

	if (p->state != SIM_PHONE_UP || p->provider != t->provider)
		return 404;
	counts.extended++;
	person(p, SIM_LIMIT, end_ms > world.now_ms ? end_ms - world.now_ms :
	    0, ++p->n_limits);
	return 200;
}

static int
on_leg(struct sim_phone *p, struct sim_thing *t)
{
	const struct sim_wire *w = &t->wire;

	if (w->act == PROVIDER_FIND) {
		if (truth_is_there(p) && p->provider == t->provider)
			t->body[0] = p->state == SIM_PHONE_UP ? '2' : '1';
		else
			t->body[0] = '0';
		return 200;
	}
	if (w->act == PROVIDER_HANG)
		return hang(p, t->provider);
	if (w->act == PROVIDER_EXTEND)
		return extend(p, t);
	if (p->state != SIM_PHONE_UP || p->provider != t->provider)
		return 404;
	if (w->act == PROVIDER_PLAY)
		hears(p, w);
	else
		is_silent(p, CAUSE_NORMAL);
	return 200;
}

/*
 * RING by the provider with the stream takes three steps, as BRIDGE takes two:
 * what comes before and after the one that has the effect only asks.
 */
static int
is_question(const struct sim_thing *t)
{
	if (t->provider != 0)
		return 0;
	return t->wire.act == PROVIDER_RING ? t->wire.step != 1 :
	    t->wire.act == PROVIDER_BRIDGE && t->wire.step == 0;
}

/* By anybody. */
static int
is_listened(void)
{
	return world.is_stolen == SIM_THIEF ||
	    (world.is_stream_up && world.is_stolen == SIM_NO_THIEF);
}

static int
answer_question(const struct sim_thing *t)
{
	const struct sim_phone *p = &t->call->phone[t->wire.leg];

	if (t->wire.act == PROVIDER_BRIDGE)
		return 200;
	if (t->wire.step == 0)
		return is_listened() ? 200 : 404;
	return truth_is_there(p) ? 200 : 404;
}

void
truth_serve(struct sim_thing *t)
{
	const struct sim_wire *w = &t->wire;
	struct sim_phone *p;

	if (w->act == PROVIDER_PROBE) {
		t->status = t->provider != 0 || is_listened() ? 200 : 404;
		return;
	}
	p = &t->call->phone[w->leg];
	if (is_question(t))
		t->status = answer_question(t);
	else if (w->act == PROVIDER_RING)
		t->status = ring(p, t);
	else if (w->act == PROVIDER_BRIDGE)
		t->status = join(t->call, t->provider);
	else if (w->act == PROVIDER_UNBRIDGE)
		t->status = 200;
	else
		t->status = on_leg(p, t);
}

void
truth_restart(int provider)
{
	struct sim_phone *p;
	size_t i;
	int leg;

	for (i = 0; i < world.n_calls; i++)
		for (leg = LEG_A; leg <= LEG_B; leg++) {
			p = &world.call[i].phone[leg];
			if (!truth_is_there(p) || p->provider != provider)
				continue;
			p->state = SIM_PHONE_GONE;
			p->gen++;
			p->has_left = 1;
			world.call[i].is_bridged = 0;
		}
}
