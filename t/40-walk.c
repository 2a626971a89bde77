/*
 * The call machine: anything in any order, against what must never be; and
 * every path ends.
 */
#include <stdio.h>
#include <string.h>

#include "bridge-client/call/machine.h"

#include "t/machine.h"
#include "t/tap.h"

#define WALKS	100000

static const struct acceptance acc = {
	.uses = 1, .ring_s = 25, .confirm_s = 10, .max_s = 600, .n_routes = 1,
	.a_lang = "en", .b_lang = "de"
};

static uint32_t seed;

struct world {
	int	rings[2];	/* given and not certainly undone */
	int	has_agreed;	/* A's key 1 was heard when it was asked for */
	int	b_agreed;
	int	n_spent;
	int	n_resolved;	/* of the hold */
};

static unsigned
dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

static int
is_resolved(const struct call *c)
{
	return c->pay >= CALL_PAY_TAKEN;
}

/* What must never be with money. */
static const char *
check_money(const struct call *was, const struct call *c,
    const struct call_action *a, struct world *w)
{
	int is_paid_for = c->acc.fare.payer[0] != '\0';

	if (a == NULL) {
		w->n_resolved += is_resolved(c) && !is_resolved(was);
		if (w->n_resolved > 1 || (is_resolved(was) &&
		    c->pay != was->pay))
			return "a hold is resolved twice";
		if (c->cost < 0 || c->cost > c->acc.fare.hold)
			return "it costs more than is held";
		if (c->cost != 0 && c->talk_at == 0)
			return "nobody has talked, and it costs";
		return c->state == CALL_ENDED && is_paid_for &&
		    !is_resolved(c) ? "ended, and the hold is not resolved" :
		    NULL;
	}
	if (a->pay == PAYER_NOTHING)
		return (a->act == PROVIDER_RING || a->act ==
		    PROVIDER_BRIDGE) && is_paid_for && c->pay !=
		    CALL_PAY_HELD ? "rung or bridged, and nothing is held" :
		    NULL;
	if (a->pay == PAYER_CAPTURE && (c->pay != CALL_PAY_TAKING ||
	    c->end == ASK_END_NONE))
		return "CAPTURE without its intent on record";
	if (a->pay == PAYER_AUTHORISE && c->state != CALL_AUTHORISING)
		return "AUTHORISE out of its time";
	return a->pay == PAYER_VOID && c->pay != CALL_PAY_FREEING ?
	    "VOID without its intent on record" : NULL;
}

static const char *
check(const struct call *was, const struct call *c,
    const struct call_actions *out, struct world *w)
{
	const struct call_action *a;
	const char *wrong;
	size_t i;

	w->n_spent += c->is_spent && !was->is_spent;
	if (w->n_spent > 1 || (was->is_spent && !c->is_spent))
		return "the use is spent once";
	if (c->is_spent && !w->has_agreed)
		return "spent without the key 1";
	wrong = check_money(was, c, NULL, w);
	for (i = 0; i < out->n && wrong == NULL; i++) {
		a = &out->list[i];
		wrong = check_money(was, c, a, w);
		if (a->pay != PAYER_NOTHING)
			continue;
		if (was->state == CALL_ENDED && a->act != PROVIDER_HANG)
			return "after the end only HANG";
		if (a->act == PROVIDER_RING && c->end != ASK_END_NONE)
			return "rung after the end is known";
		if (a->act == PROVIDER_RING && ++w->rings[a->leg] > 1)
			return "a leg is rung twice";
		if (a->act == PROVIDER_RING && a->leg == LEG_B &&
		    (!w->has_agreed || !c->is_spent))
			return "B rung without A's key 1";
		if (a->act == PROVIDER_RING &&
		    (c->leg[a->leg].state != CALL_LEG_ASKED || !c->is_dirty))
			return "RING without its intent on record";
		if (a->act == PROVIDER_BRIDGE && (!w->b_agreed ||
		    c->leg[LEG_A].state != CALL_LEG_UP ||
		    c->leg[LEG_B].state != CALL_LEG_UP))
			return "bridged without consent of two who are there";
	}
	if (c->state == CALL_ENDED && (c->end == ASK_END_NONE ||
	    (c->leg[0].state != CALL_LEG_NONE &&
	    c->leg[0].state != CALL_LEG_GONE) ||
	    (c->leg[1].state != CALL_LEG_NONE &&
	    c->leg[1].state != CALL_LEG_GONE)))
		return "ended with a leg, or without an end";
	if (c->state != was->state && !c->is_dirty)
		return "a change that is not marked";
	return wrong;
}

static void
random_reply(struct provider_reply *r, enum provider_act act)
{
	static const enum provider_outcome o[] = { PROVIDER_REFUSED,
	    PROVIDER_NOT, PROVIDER_UNKNOWN };

	memset(r, 0, sizeof(*r));
	r->outcome = dice(8) == 0 ? o[dice(3)] : PROVIDER_DONE;
	r->found = dice(10) == 0 ? PROVIDER_GONE :
	    (enum provider_found)(1 + dice(2));
	if (act == PROVIDER_RING && dice(4) == 0)
		snprintf(r->ref, sizeof(r->ref), "ref-%u", dice(1000));
}

static void
random_paid(struct payer_reply *r)
{
	memset(r, 0, sizeof(*r));
	r->outcome = dice(3) == 0 ? (enum payer_outcome)(PAYER_REFUSED +
	    dice(3)) : PAYER_DONE;
	r->found = (enum payer_found)dice(5);
	if (dice(4) == 0)
		snprintf(r->ref, sizeof(r->ref), "pay-%u", dice(1000));
}

static void
random_event(const struct call *c, struct call_event *ev,
    struct provider_reply *reply, struct provider_event *pe)
{
	static const char keys[] = "11119123#";
	static struct payer_reply paid;

	memset(ev, 0, sizeof(*ev));
	memset(pe, 0, sizeof(*pe));
	ev->leg = pe->leg = (enum leg)dice(2);
	switch (c->pay_waits != PAYER_NOTHING ? dice(24) : dice(16)) {
	case 16: case 17: case 18: case 19: case 20: case 21: case 22: case 23:
		ev->kind = CALL_PAID;
		ev->pay = (enum payer_act)c->pay_waits;
		random_paid(&paid);
		ev->paid = &paid;
		break;
	case 0:
		ev->kind = dice(8) == 0 ? CALL_CANCEL : CALL_RESYNC;
		break;
	case 1:
		ev->kind = dice(8) == 0 ? CALL_REVOKE : CALL_BEGIN;
		break;
	case 2: case 3:
		ev->kind = CALL_TIMER;
		now_ms += dice(3) == 0 ? dice(60000) : call_due_ms(c) > now_ms ?
		    call_due_ms(c) - now_ms : 0;
		break;
	case 4: case 5: case 6: case 7: case 8: case 9:
		ev->kind = CALL_OUTCOME;
		ev->act = (enum provider_act)(1 + dice(7));
		random_reply(reply, ev->act);
		ev->reply = reply;
		break;
	default:
		ev->kind = CALL_PROVIDER;
		pe->kind = (enum provider_event_kind)(1 + dice(6));
		if (pe->kind == EVENT_GONE && dice(10) != 0)
			pe->kind = EVENT_ANSWERED;
		pe->key = keys[dice(sizeof(keys) - 1)];
		pe->cause = (enum provider_cause)dice(7);
		ev->provider = pe;
		break;
	}
}

/* What the world knows of its own before the machine is told. */
static void
notice(struct call *c, const struct call_event *ev, struct world *w)
{
	if (ev->kind == CALL_PROVIDER && ev->provider->kind == EVENT_KEY &&
	    ev->provider->key == '1') {
		if (ev->provider->leg == LEG_A && c->state == CALL_ASKING_A)
			w->has_agreed = 1;
		if (ev->provider->leg == LEG_B && c->state == CALL_ASKING_B)
			w->b_agreed = 1;
	}
	if (ev->kind == CALL_OUTCOME && ev->act == PROVIDER_RING &&
	    step_is_awaited(c, PROVIDER_RING, ev->leg) &&
	    (ev->reply->outcome == PROVIDER_NOT ||
	    ev->reply->outcome == PROVIDER_REFUSED))
		w->rings[ev->leg]--;
}

/* Now everything is answered, and time goes on: does it end? */
static const char *
drain(struct call *c, struct world *w)
{
	static const struct payer_reply paid = { .found = PAYER_IS_FREE };
	struct provider_reply reply;
	struct call_actions out;
	struct call_event ev;
	struct call was;
	const char *wrong;
	int i, act, leg;

	for (i = 0; i < 400 && c->state != CALL_ENDED; i++) {
		memset(&ev, 0, sizeof(ev));
		ev.kind = CALL_TIMER;
		for (act = PROVIDER_RING; act <= PROVIDER_FIND; act++)
			for (leg = LEG_A; leg <= LEG_B; leg++)
				if (step_is_awaited(c, (enum provider_act)act,
				    (enum leg)leg)) {
					ev.kind = CALL_OUTCOME;
					ev.act = (enum provider_act)act;
					ev.leg = (enum leg)leg;
				}
		if (c->pay_waits != PAYER_NOTHING) {
			ev.kind = CALL_PAID;
			ev.pay = (enum payer_act)c->pay_waits;
			ev.paid = &paid;
		}
		memset(&reply, 0, sizeof(reply));	/* DONE, GONE */
		if (ev.act == PROVIDER_RING && ev.kind == CALL_OUTCOME)
			reply.outcome = PROVIDER_UNKNOWN;
		ev.reply = &reply;
		if (ev.kind == CALL_TIMER && call_due_ms(c) == 0)
			return "waits for nothing";
		if (ev.kind == CALL_TIMER && call_due_ms(c) > now_ms)
			now_ms = call_due_ms(c);
		was = *c;
		c->is_dirty = 0;
		do_step(c, &ev, &out);
		wrong = check(&was, c, &out, w);
		if (wrong != NULL)
			return wrong;
	}
	return c->state == CALL_ENDED ? NULL : "does not end";
}

/* The way to talking; a walk leaves it somewhere. */
static const struct {
	enum call_event_kind	 kind;
	enum leg		 leg;
	int			 what;	/* enum provider_act, _event_kind */
} happy[] = {
	{ CALL_BEGIN, LEG_A, 0 },
	{ CALL_PAID, LEG_A, PAYER_AUTHORISE },
	{ CALL_OUTCOME, LEG_A, PROVIDER_RING },
	{ CALL_PROVIDER, LEG_A, EVENT_ANSWERED },
	{ CALL_PROVIDER, LEG_A, EVENT_KEY },
	{ CALL_OUTCOME, LEG_B, PROVIDER_RING },
	{ CALL_PROVIDER, LEG_B, EVENT_ANSWERED },
	{ CALL_PROVIDER, LEG_B, EVENT_KEY },
	{ CALL_OUTCOME, LEG_A, PROVIDER_BRIDGE }
};
#define HAPPY (sizeof(happy) / sizeof(happy[0]))

static void
happy_event(size_t i, struct call_event *ev, struct provider_reply *reply,
    struct provider_event *pe)
{
	static const struct payer_reply paid = { .outcome = PAYER_DONE };

	memset(ev, 0, sizeof(*ev));
	memset(reply, 0, sizeof(*reply));
	memset(pe, 0, sizeof(*pe));
	ev->kind = happy[i].kind;
	ev->leg = pe->leg = happy[i].leg;
	ev->act = (enum provider_act)happy[i].what;
	ev->reply = reply;
	ev->pay = PAYER_AUTHORISE;
	ev->paid = &paid;
	ev->provider = pe;
	pe->kind = (enum provider_event_kind)happy[i].what;
	pe->key = '1';
}

static const char *
walk(int *reached)
{
	struct provider_event pe;
	struct provider_reply reply;
	struct call_actions out;
	struct call_event ev;
	static const struct tariff_rate rate = { 5, 60, 6, 6 };
	static const char *const payers[] = { "", CALL_PREPAID, "verifier" };
	struct world w = { .n_spent = 0 };
	struct acceptance a = acc;
	struct call c, was;
	const char *wrong;
	size_t i, n = 10 + dice(60), leave = 1 + dice(HAPPY);

	a.n_routes = (uint8_t)(1 + dice(2));
	a.joins[0] = a.joins[1] = (uint8_t)(dice(2) == 0 ? 3 : 0);
	now_ms = 1000000;
	snprintf(a.fare.payer, sizeof(a.fare.payer), "%s", payers[dice(3)]);
	a.fare.rate[0] = a.fare.rate[1] = rate;
	a.fare.hold = tariff_cost(a.fare.rate, 2, a.max_s);
	call_init(&c, &a);
	for (i = 0; i < n; i++) {
		if (i < leave)
			happy_event(i, &ev, &reply, &pe);
		else
			random_event(&c, &ev, &reply, &pe);
		if (i >= leave && dice(200) == 0) {
			ev.kind = CALL_RESTORED;
			forget(&c);
		}
		notice(&c, &ev, &w);
		was = c;
		c.is_dirty = 0;
		do_step(&c, &ev, &out);
		wrong = check(&was, &c, &out, &w);
		if (wrong != NULL)
			return wrong;
		reached[c.state]++;
	}
	return drain(&c, &w);
}

static void
test_walks(void)
{
	int reached[CALL_STATES] = { 0 };
	const char *wrong = NULL;
	uint32_t i;
	int s;

	for (i = 1; i <= WALKS && wrong == NULL; i++) {
		seed = i * 2654435761u;
		wrong = walk(reached);
	}
	ok(wrong == NULL, "%d random walks: %s (seed %u)", WALKS,
	    wrong != NULL ? wrong : "nothing that must not be", i - 1);
	for (s = CALL_STARTING; s < CALL_STATES; s++)
		ok(reached[s] > 1000, "the walks came by %s (%d)",
		    call_state_word((enum call_state)s), reached[s]);
}

int
main(void)
{
	test_walks();
	return tap_done();
}
