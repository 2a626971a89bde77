#include <string.h>

#include "bridge-client/call/call.h"

#include "bridge-client/call/till.h"

#define TRIES_MAX	3	/* of an AUTHORISE that certainly was not one */
#define LATE_MS		60000	/* a request may arrive so much later */
#define AGAIN_MS	3600000	/* of his patience a start leaves so much */

static int
is_settled(const struct call *c)
{
	return c->pay == CALL_PAY_NONE || c->pay >= CALL_PAY_TAKEN;
}

static void
set(struct call *c, enum call_pay pay)
{
	c->pay = (uint8_t)pay;
	c->is_dirty = 1;
}

static enum till_says
want(struct call *c, enum payer_act act, int64_t now_ms)
{
	c->pay_wants = (uint8_t)act;
	c->pay_asked_ms = now_ms;
	c->pay_due_ms = 0;
	return TILL_WAIT;
}

/* Later, with growing pauses. */
static enum till_says
later(struct call *c, int64_t now_ms)
{
	static const int pause_ms[] = { 500, 1000, 2000, 4000, 8000, 15000,
	    60000 };
	size_t n = sizeof(pause_ms) / sizeof(pause_ms[0]);

	c->pay_due_ms = now_ms + pause_ms[c->pay_tries < n ? c->pay_tries :
	    n - 1];
	if (c->pay_tries < n)
		c->pay_tries++;
	return TILL_WAIT;
}

static enum till_says
resolve(struct call *c, enum call_pay pay)
{
	set(c, pay);
	c->pay_due_ms = 0;
	return TILL_SETTLED;
}

/* It was asked for in vain: while this call still waits, it is declined. */
static enum till_says
is_declined(struct call *c, enum call_pay pay)
{
	(void)resolve(c, pay);
	return c->state == CALL_AUTHORISING ? TILL_DECLINED : TILL_SETTLED;
}

static enum till_says
is_held(struct call *c, int64_t now_ms)
{
	set(c, CALL_PAY_HELD);
	c->pay_tries = 0;
	if (c->state == CALL_AUTHORISING)
		return TILL_HELD;
	return c->state == CALL_SETTLING ? till_settle(c, now_ms) : TILL_WAIT;
}

enum till_says
till_begin(struct call *c, int64_t now_ms)
{
	if (c->acc.fare.payer[0] == '\0')
		return TILL_HELD;
	if (call_is_prepaid(c)) {
		set(c, CALL_PAY_HELD);
		return TILL_HELD;
	}
	set(c, CALL_PAY_ASKED);
	c->pay_since_ms = now_ms;
	return want(c, PAYER_AUTHORISE, now_ms);
}

/* Outcomes. */

static enum till_says
authorised(struct call *c, const struct payer_reply *r, int64_t now_ms)
{
	switch (r->outcome) {
	case PAYER_DONE:
	case PAYER_MORE:
		return is_held(c, now_ms);
	case PAYER_REFUSED:
		return is_declined(c, CALL_PAY_REFUSED);
	case PAYER_NOT:
		if (c->state == CALL_AUTHORISING && c->pay_tries + 1 <
		    TRIES_MAX)
			return later(c, now_ms);
		return is_declined(c, CALL_PAY_REFUSED);
	case PAYER_UNKNOWN:
		break;
	}
	c->pay_tries = TRIES_MAX;	/* from now on only asked about */
	return later(c, now_ms);
}

static enum till_says
found_while_asked(struct call *c, const struct payer_reply *r, int64_t now_ms)
{
	if (r->outcome == PAYER_DONE && r->found == PAYER_IS_HELD)
		return is_held(c, now_ms);
	if (r->outcome == PAYER_DONE && (r->found == PAYER_IS_REFUSED ||
	    r->found == PAYER_IS_FREE))
		return is_declined(c, CALL_PAY_REFUSED);
	return later(c, now_ms);
}

static enum till_says
found_while_taking(struct call *c, const struct payer_reply *r, int64_t now_ms)
{
	if (r->outcome != PAYER_DONE)
		return later(c, now_ms);
	switch (r->found) {
	case PAYER_IS_TAKEN:
		return resolve(c, CALL_PAY_TAKEN);
	case PAYER_IS_HELD:
		return want(c, PAYER_CAPTURE, now_ms);
	case PAYER_GONE:
	case PAYER_IS_FREE:
	case PAYER_IS_REFUSED:
		break;
	}
	return resolve(c, CALL_PAY_LOST);
}

static enum till_says
captured(struct call *c, const struct payer_reply *r, int64_t now_ms)
{
	if (r->outcome == PAYER_DONE)
		return resolve(c, CALL_PAY_TAKEN);
	if (r->outcome == PAYER_REFUSED)
		return resolve(c, CALL_PAY_LOST);
	return later(c, now_ms);
}

/*
 * What the payer has never heard of may be on its way to him still, and a
 * second VOID a minute later finds it.
 */
static enum till_says
voided(struct call *c, const struct payer_reply *r, int64_t now_ms)
{
	if (r->outcome == PAYER_DONE && (r->found != PAYER_GONE ||
	    c->pay_asked_ms - c->pay_since_ms > LATE_MS))
		return resolve(c, CALL_PAY_FREE);
	if (r->outcome == PAYER_REFUSED)
		return resolve(c, CALL_PAY_LOST);
	return later(c, now_ms);
}

/*
 * A raise is of the one hold that there is.  Whatever has become of it, what is
 * captured is no more than what is certain, and that frees the rest, or VOID
 * does; so one of which nobody knows is not asked about.
 */
static enum till_says
raised(struct call *c, const struct payer_reply *r, int64_t now_ms)
{
	int is_more = r->outcome == PAYER_DONE && c->pay == CALL_PAY_HELD &&
	    c->raise > c->hold;

	if (is_more)
		c->hold = c->raise;
	if (r->outcome != PAYER_UNKNOWN)
		c->raise = 0;
	c->is_dirty = 1;
	if (c->state == CALL_SETTLING)
		return till_due(c, now_ms);
	return is_more && c->state == CALL_TALKING ? TILL_RAISED : TILL_WAIT;
}

enum till_says
till_more(struct call *c, int64_t now_ms)
{
	uint32_t s = c->limit_s + c->acc.fare.step_s;

	if (c->pay != CALL_PAY_HELD || c->pay_waits != PAYER_NOTHING)
		return TILL_WAIT;
	c->raise = call_cost(&c->acc.fare, s < c->acc.max_s ? s :
	    c->acc.max_s);
	c->is_dirty = 1;
	if (!call_is_prepaid(c))
		return want(c, PAYER_RAISE, now_ms);
	c->pay_waits = PAYER_RAISE;	/* the journal says it */
	return TILL_WAIT;
}

enum till_says
till_paid(struct call *c, enum payer_act act, const struct payer_reply *r,
    int64_t now_ms)
{
	enum call_pay pay = c->pay;

	if (r->ref[0] != '\0' && strcmp(c->pay_ref, r->ref) != 0) {
		memcpy(c->pay_ref, r->ref, sizeof(c->pay_ref));
		c->is_dirty = 1;
	}
	if (act == PAYER_RAISE)
		return raised(c, r, now_ms);
	if (act == PAYER_AUTHORISE && pay == CALL_PAY_ASKED)
		return authorised(c, r, now_ms);
	if (act == PAYER_QUERY && pay == CALL_PAY_ASKED)
		return found_while_asked(c, r, now_ms);
	if (act == PAYER_QUERY && pay == CALL_PAY_TAKING)
		return found_while_taking(c, r, now_ms);
	if (act == PAYER_CAPTURE && pay == CALL_PAY_TAKING)
		return captured(c, r, now_ms);
	if (act == PAYER_VOID && pay == CALL_PAY_FREEING)
		return voided(c, r, now_ms);
	if (act == PAYER_AUTHORISE && pay == CALL_PAY_FREEING &&
	    (r->outcome == PAYER_REFUSED || r->outcome == PAYER_NOT))
		return resolve(c, CALL_PAY_REFUSED);
	/* an answer to what is no question any more: to what is one now */
	return c->state == CALL_SETTLING ? till_due(c, now_ms) : TILL_WAIT;
}

enum till_says
till_due(struct call *c, int64_t now_ms)
{
	c->pay_due_ms = 0;
	if (c->pay_waits != PAYER_NOTHING)
		return TILL_WAIT;
	if (c->state == CALL_SETTLING &&
	    now_ms - c->pay_since_ms > TILL_PATIENCE_MS)
		return resolve(c, CALL_PAY_LOST);
	switch ((enum call_pay)c->pay) {
	case CALL_PAY_ASKED:
		return want(c, c->pay_tries < TRIES_MAX ? PAYER_AUTHORISE :
		    PAYER_QUERY, now_ms);
	case CALL_PAY_TAKING:
		return want(c, PAYER_QUERY, now_ms);
	case CALL_PAY_FREEING:
		return want(c, PAYER_VOID, now_ms);
	case CALL_PAY_NONE:
	case CALL_PAY_HELD:
	case CALL_PAY_TAKEN:
	case CALL_PAY_FREE:
	case CALL_PAY_REFUSED:
	case CALL_PAY_LOST:
		break;
	}
	return TILL_WAIT;
}

int
till_hurry(struct call *c, int64_t now_ms)
{
	if (c->pay_due_ms == 0)
		return 0;
	c->pay_due_ms = now_ms;
	return 1;
}

/* The end. */

/* Seconds that were talked, a part of one as a whole. */
static int64_t
talked_s(const struct call *c, int64_t now_ms)
{
	int64_t s = (now_ms - c->talk_ms + 999) / 1000;

	return s < 0 ? 0 : s > c->limit_s ? c->limit_s : s;
}

void
till_end(struct call *c, int64_t now_ms)
{
	const struct call_fare *f = &c->acc.fare;

	if (f->payer[0] == '\0')
		return;
	if (c->talk_at != 0)
		c->cost = call_cost(f, talked_s(c, now_ms));
	if (c->cost > c->hold)
		c->cost = c->hold;
	if (!call_is_prepaid(c))
		return;
	c->raise = 0;
	c->pay_waits = PAYER_NOTHING;
	set(c, c->cost > 0 ? CALL_PAY_TAKEN : CALL_PAY_FREE);
}

void
till_restored(struct call *c, int64_t ago_s)
{
	int64_t ago_ms = ago_s < 0 ? 0 : ago_s * 1000;

	if (c->pay != CALL_PAY_TAKING)
		return;
	c->pay_since_ms -= ago_ms < TILL_PATIENCE_MS - AGAIN_MS ? ago_ms :
	    TILL_PATIENCE_MS - AGAIN_MS;
}

enum till_says
till_settle(struct call *c, int64_t now_ms)
{
	enum call_pay was = c->pay;

	if (is_settled(c))
		return TILL_SETTLED;
	if (call_is_prepaid(c))		/* it was ended by no step of ours */
		return resolve(c, CALL_PAY_FREE);
	if (was == CALL_PAY_ASKED)
		set(c, CALL_PAY_FREEING);
	else if (was == CALL_PAY_HELD)
		set(c, c->cost > 0 ? CALL_PAY_TAKING : CALL_PAY_FREEING);
	if (was == CALL_PAY_HELD || c->pay_since_ms == 0)
		c->pay_since_ms = now_ms;
	c->pay_tries = 0;
	if (c->pay_waits != PAYER_NOTHING)
		return TILL_WAIT;	/* its outcome first */
	if (c->pay == CALL_PAY_TAKING)
		return want(c, was == CALL_PAY_HELD ? PAYER_CAPTURE :
		    PAYER_QUERY, now_ms);
	return want(c, PAYER_VOID, now_ms);
}
