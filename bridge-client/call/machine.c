/*
 * What happens to a call.  Read with the table of states and events in
 * DESIGN, section 6.
 *
 * Three rules carry it.  Leg B is asked for in one place only, on A's key 1.
 * A leg is asked for again only when its provider has said that it certainly
 * was not rung.  And a leg that is not wanted any more is put down and looked
 * for until it is certainly gone, whatever the order of what is heard of it.
 */
#include <string.h>

#include "bridge-client/call/till.h"

#include "bridge-client/call/machine.h"

#define HUNG_MS		1000	/* after a HANG: gone by then, or look */
#define TRIES_MAX	3	/* of what certainly was not done */
#define PAY_MS		30000	/* who pays has said yes by then */

/* What is heard of a leg. */

/* It exists: it rings, or is up.  This may be news of a while ago. */
static void
is_alive(struct step *s, enum leg leg, int is_up)
{
	struct call *c = s->c;
	enum call_leg_state was = c->leg[leg].state;
	enum call_leg_state now = is_up ? CALL_LEG_UP : CALL_LEG_MADE;

	if (was == CALL_LEG_GONE)
		return;
	c->leg[leg].is_news = 1;
	c->leg[leg].is_missed = 0;
	if (!step_is_wanted(c, leg)) {
		if (was < now && !call_is_free(c))
			step_set_leg(s, leg, now);
		step_give(s, PROVIDER_HANG, leg);
		return;
	}
	if (was == CALL_LEG_NONE || was >= now)
		return;
	step_set_leg(s, leg, now);
	c->leg[leg].due_ms = 0;
	if (is_up && step_is_being_rung(c, leg))
		step_ask(s, leg);
	else if (c->state == CALL_STARTING)
		step_set_state(s, CALL_RINGING_A, c->due_ms);
}

static void
is_gone(struct step *s, enum leg leg, int cause)
{
	struct call *c = s->c;
	enum ask_end end = step_end_by(c, leg, cause);

	if (step_is_down(c, leg) || call_is_free(c))
		return;
	step_set_leg(s, leg, CALL_LEG_GONE);
	c->leg[leg].due_ms = c->leg[leg].prompt_ms = 0;
	if (!step_is_wanted(c, leg))
		return;
	if (c->state == CALL_PARTING)
		step_close(s);
	else if (leg == LEG_B && c->state != CALL_TALKING)
		step_part(s, end);
	else
		step_finish(s, end);
}

static void
has_pressed(struct step *s, enum leg leg, char key)
{
	struct call *c = s->c;

	if (step_is_being_rung(c, leg)) {
		is_alive(s, leg, 1);	/* its answer is late; asked again */
	} else if (!step_is_asked(c, leg)) {
		return;
	} else if (key == '1') {
		if (leg == LEG_A)
			step_agree(s);
		else
			step_bridge(s);
	} else if (key == '9' && leg == LEG_A) {
		c->is_blocked = 1;
		step_part(s, ASK_END_A_BLOCKED);
	} else if (++c->leg[leg].n_wrong >= CALL_WRONG_MAX) {
		step_no_key(s, leg);
	} else {
		step_give(s, PROVIDER_HUSH, leg);
		step_prompt(s, leg);
	}
}

static void
on_provider(struct step *s)
{
	const struct provider_event *e = s->ev->provider;

	if (step_is_of_another(s->c, e))
		return;
	if (!step_is_down(s->c, e->leg))
		step_set_ref(s, e->leg, e->ref);
	step_set_price(s, e->leg, e->price);
	switch (e->kind) {
	case EVENT_RINGING:
		s->c->leg[e->leg].is_rung = 1;
		is_alive(s, e->leg, 0);
		break;
	case EVENT_ANSWERED:
		is_alive(s, e->leg, 1);
		break;
	case EVENT_KEY:
		has_pressed(s, e->leg, e->key);
		break;
	case EVENT_SPOKEN:
		step_has_heard(s, e);
		break;
	case EVENT_GONE:
		if (step_is_being_rung(s->c, e->leg))
			step_note(s, e->detail);
		if (!step_goes_elsewhere(s, e))
			is_gone(s, e->leg, (int)e->cause);
		break;
	case EVENT_NONE:
	case EVENT_ECHO:
	case EVENT_PRICE:
	case EVENT_LOST:
		break;
	}
}

/* Outcomes. */

/* It certainly was not rung: again, by another way, or not at all. */
static void
was_not_rung(struct step *s, enum leg leg, int may_try_again)
{
	struct call *c = s->c;
	struct call_leg *l = &c->leg[leg];

	step_set_leg(s, leg, CALL_LEG_NONE);
	l->due_ms = 0;
	if (!step_is_wanted(c, leg))
		return;
	if (may_try_again && ++l->tries < TRIES_MAX) {
		l->due_ms = step_in_ms(s, INT64_C(500) << l->tries);
	} else if (step_next_route(c, leg)) {
		l->tries = 0;
		step_ring(s, leg);
	} else if (leg == LEG_B) {
		step_part(s, ASK_END_PROVIDER);
	} else {
		step_finish(s, ASK_END_PROVIDER);
	}
}

static void
ring_outcome(struct step *s, enum leg leg, const struct provider_reply *r)
{
	struct call_leg *l = &s->c->leg[leg];

	step_set_ref(s, leg, r->ref);
	if (l->state != CALL_LEG_ASKED)
		return;		/* events were faster */
	switch (r->outcome) {
	case PROVIDER_DONE:
	case PROVIDER_MORE:
		is_alive(s, leg, 0);
		break;
	case PROVIDER_REFUSED:
	case PROVIDER_NOT:
		step_note(s, r->detail);
		was_not_rung(s, leg, r->outcome == PROVIDER_NOT);
		break;
	case PROVIDER_UNKNOWN:
		step_note(s, r->detail);
		l->tries = 0;
		step_look(s, leg);
		break;
	}
}

static void
hang_outcome(struct step *s, enum leg leg, const struct provider_reply *r)
{
	if (r->outcome == PROVIDER_DONE)
		s->c->leg[leg].due_ms = step_in_ms(s, HUNG_MS);
	else
		step_look_later(s, leg);
}

static void
find_outcome(struct step *s, enum leg leg, const struct provider_reply *r)
{
	struct call *c = s->c;

	if (r->outcome != PROVIDER_DONE) {
		step_look_later(s, leg);
	} else if (r->found != PROVIDER_GONE) {
		is_alive(s, leg, r->found == PROVIDER_IS_UP);
		if (c->state == CALL_TALKING)
			step_check_later(s, leg);
	} else if (r->has_cause) {
		is_gone(s, leg, (int)r->cause);
	} else if (c->leg[leg].is_news) {
		step_look(s, leg);	/* it was not there yet */
	} else if (c->leg[leg].state == CALL_LEG_ASKED) {
		step_look_for_late(s, leg);
	} else if (!step_waits_for_cause(s, leg)) {
		is_gone(s, leg, STEP_UNSEEN);
	}
}

static void
bridge_outcome(struct step *s, const struct provider_reply *r)
{
	struct call *c = s->c;

	if (c->state != CALL_BRIDGING)
		return;
	if (r->outcome == PROVIDER_DONE) {
		step_talk(s);
		return;
	}
	step_note(s, r->detail);
	if ((r->outcome == PROVIDER_NOT || r->may_repeat) &&
	    ++c->tries < TRIES_MAX)
		c->bridge_ms = step_in_ms(s, INT64_C(250) << c->tries);
	else
		step_part(s, ASK_END_PROVIDER);
}

static void
unbridge_outcome(struct step *s, const struct provider_reply *r)
{
	struct call *c = s->c;

	if (r->outcome == PROVIDER_DONE || r->outcome == PROVIDER_REFUSED ||
	    ++c->tries >= TRIES_MAX) {
		c->is_bridged = 0;
		c->is_dirty = 1;
	} else {
		c->bridge_ms = step_in_ms(s, INT64_C(500) << c->tries);
	}
}

static void
play_outcome(struct step *s, enum leg leg, const struct provider_reply *r)
{
	if (r->outcome != PROVIDER_REFUSED)
		return;
	if (leg == LEG_A && s->c->state == CALL_PARTING) {
		step_close(s);
	} else if (step_is_asked(s->c, leg)) {
		step_note(s, r->detail);
		step_look(s, leg);
	}
}

static void
on_outcome(struct step *s)
{
	enum provider_act act = s->ev->act;
	enum leg leg = s->ev->leg;
	const struct provider_reply *r = s->ev->reply;

	if (!step_is_awaited(s->c, act, leg))
		return;
	step_came(s, act, leg);
	if (call_is_free(s->c))
		return;
	switch (act) {
	case PROVIDER_RING:
		ring_outcome(s, leg, r);
		break;
	case PROVIDER_PLAY:
		play_outcome(s, leg, r);
		break;
	case PROVIDER_BRIDGE:
		bridge_outcome(s, r);
		break;
	case PROVIDER_UNBRIDGE:
		unbridge_outcome(s, r);
		break;
	case PROVIDER_HANG:
		if (!step_is_down(s->c, leg))
			hang_outcome(s, leg, r);
		break;
	case PROVIDER_FIND:
		if (!step_is_down(s->c, leg))
			find_outcome(s, leg, r);
		break;
	case PROVIDER_EXTEND:
		step_extended(s, leg, r);
		break;
	case PROVIDER_HUSH:
	case PROVIDER_PROBE:
		break;
	}
}

/* Money. */

static void
begin_to_ring(struct step *s)
{
	step_set_state(s, CALL_STARTING, 0);
	step_ring(s, LEG_A);
}

/* Both legs are down: who pays has the last word. */
static void
settle(struct step *s)
{
	step_set_state(s, CALL_SETTLING, 0);
	if (till_settle(s->c, s->ev->now_ms) == TILL_SETTLED)
		step_set_state(s, CALL_ENDED, 0);
}

static void
on_money(struct step *s, enum till_says says)
{
	switch (says) {
	case TILL_HELD:
		begin_to_ring(s);
		break;
	case TILL_DECLINED:
		step_finish(s, ASK_END_UNPAID);
		break;
	case TILL_RAISED:
		step_extend(s);
		break;
	case TILL_SETTLED:
		if (s->c->state == CALL_SETTLING)
			step_set_state(s, CALL_ENDED, 0);
		break;
	case TILL_WAIT:
		break;
	}
}

static void
on_paid(struct step *s)
{
	struct call *c = s->c;

	if (c->pay_waits != s->ev->pay)
		return;
	c->pay_waits = PAYER_NOTHING;
	if (s->ev->paid->outcome != PAYER_DONE)
		step_note(s, s->ev->paid->detail);
	on_money(s, till_paid(c, s->ev->pay, s->ev->paid, s->ev->now_ms));
}

static void
on_deadline(struct step *s)
{
	switch ((enum call_state)s->c->state) {
	case CALL_AUTHORISING:
		step_note(s, "who pays has not answered in time");
		step_finish(s, ASK_END_UNPAID);
		break;
	case CALL_STARTING:
	case CALL_BRIDGING:
		step_finish(s, ASK_END_PROVIDER);
		break;
	case CALL_RINGING_A:
		step_finish(s, ASK_END_A_NO_ANSWER);
		break;
	case CALL_ASKING_A:
		step_no_key(s, LEG_A);
		break;
	case CALL_RINGING_B:
		step_part(s, s->c->leg[LEG_B].state == CALL_LEG_MADE ?
		    ASK_END_B_NO_ANSWER : ASK_END_PROVIDER);
		break;
	case CALL_ASKING_B:
		step_no_key(s, LEG_B);
		break;
	case CALL_TALKING:
		step_finish(s, ASK_END_TALKED);
		break;
	case CALL_PARTING:
		step_close(s);
		break;
	case CALL_NEW:
	case CALL_CLOSING:
	case CALL_ENDED:
	case CALL_SETTLING:
	case CALL_STATES:
		break;
	}
}

static void
on_leg_due(struct step *s, enum leg leg)
{
	if (!step_is_down(s->c, leg))
		step_look(s, leg);
	else if (s->c->leg[leg].state != CALL_LEG_NONE ||
	    !step_is_being_rung(s->c, leg))
		return;
	else if (step_is_awaited(s->c, PROVIDER_RING, leg))
		s->c->leg[leg].due_ms = step_in_ms(s, STEP_AGAIN_MS);
	else
		step_ring(s, leg);
}

/* 1, and the time is cleared, when it has come. */
static int
has_come(const struct step *s, int64_t *ms)
{
	if (*ms == 0 || *ms > s->ev->now_ms)
		return 0;
	*ms = 0;
	return 1;
}

static void
on_timer(struct step *s)
{
	struct call *c = s->c;
	int leg;

	if (has_come(s, &c->due_ms))
		on_deadline(s);
	if (has_come(s, &c->pay_due_ms))
		on_money(s, till_due(c, s->ev->now_ms));
	if (has_come(s, &c->more_ms) && c->state == CALL_TALKING)
		on_money(s, till_more(c, s->ev->now_ms));
	if (has_come(s, &c->bridge_ms) && c->state == CALL_BRIDGING)
		step_give(s, PROVIDER_BRIDGE, LEG_A);
	for (leg = LEG_A; leg <= LEG_B; leg++) {
		if (has_come(s, &c->leg[leg].due_ms))
			on_leg_due(s, leg);
		if (has_come(s, &c->leg[leg].prompt_ms))
			step_remind(s, leg);
	}
}

static void
on_begin(struct step *s)
{
	s->c->accepted_at = s->ev->wall;
	if (till_begin(s->c, s->ev->now_ms) == TILL_HELD)
		begin_to_ring(s);
	else
		step_set_state(s, CALL_AUTHORISING, step_in_ms(s, PAY_MS));
}

static void
on_hangup(struct step *s, int is_revoked)
{
	switch ((enum call_state)s->c->state) {
	case CALL_AUTHORISING:
	case CALL_STARTING:
	case CALL_RINGING_A:
	case CALL_ASKING_A:
	case CALL_RINGING_B:
	case CALL_ASKING_B:
	case CALL_BRIDGING:
		step_finish(s, is_revoked ? ASK_END_REVOKED :
		    ASK_END_CANCELLED);
		break;
	case CALL_TALKING:
		step_finish(s, is_revoked ? ASK_END_REVOKED : ASK_END_TALKED);
		break;
	case CALL_PARTING:
		step_close(s);
		break;
	case CALL_NEW:
	case CALL_CLOSING:
	case CALL_ENDED:
	case CALL_SETTLING:
	case CALL_STATES:
		break;
	}
}

static void
on_resync(struct step *s)
{
	int leg;

	for (leg = LEG_A; leg <= LEG_B; leg++)
		if (!step_is_down(s->c, leg) &&
		    !step_is_awaited(s->c, PROVIDER_RING, leg))
			step_look(s, leg);
}

/*
 * After a start.  Who was talking may go on talking, until the same limit;
 * everything else is ended.  That is simple, and nobody is rung twice.  How
 * long ago a leg was asked for only the wall clock could tell, which may have
 * leapt: its time is counted anew.
 */
static void
on_restored(struct step *s)
{
	struct call *c = s->c;

	c->leg[LEG_A].asked_ms = c->leg[LEG_B].asked_ms = s->ev->now_ms;
	switch ((enum call_state)c->state) {
	case CALL_TALKING:
		c->talk_ms = step_mono_of(s, c->talk_at);
		step_limit(s);
		if (c->due_ms <= s->ev->now_ms)
			step_finish(s, ASK_END_TALKED);
		else
			on_resync(s);
		break;
	case CALL_PARTING:
	case CALL_CLOSING:
		step_close(s);
		break;
	case CALL_SETTLING:
		settle(s);
		till_restored(c, s->ev->wall - c->ended_at);
		break;
	case CALL_NEW:
	case CALL_AUTHORISING:
	case CALL_STARTING:
	case CALL_RINGING_A:
	case CALL_ASKING_A:
	case CALL_RINGING_B:
	case CALL_ASKING_B:
	case CALL_BRIDGING:
		step_finish(s, ASK_END_UNKNOWN);
		break;
	case CALL_ENDED:
	case CALL_STATES:
		break;
	}
}

/* Both legs are down: the bridge goes, and then it is over. */
static void
end_if_down(struct step *s)
{
	struct call *c = s->c;

	if (c->state != CALL_CLOSING || !step_is_down(c, LEG_A) ||
	    !step_is_down(c, LEG_B))
		return;
	if (!c->is_bridged)
		settle(s);
	else if (c->bridge_ms == 0)
		step_give(s, PROVIDER_UNBRIDGE, LEG_A);
}

void
machine_step(struct call *c, const struct call_event *ev,
    struct call_actions *out)
{
	struct step s = { c, ev, out };
	int had_ended = c->end != ASK_END_NONE;

	out->n = 0;
	if ((c->state == CALL_NEW) != (ev->kind == CALL_BEGIN))
		return;
	switch (ev->kind) {
	case CALL_BEGIN:
		on_begin(&s);
		break;
	case CALL_RESTORED:
		on_restored(&s);
		break;
	case CALL_TIMER:
		on_timer(&s);
		break;
	case CALL_CANCEL:
	case CALL_REVOKE:
		on_hangup(&s, ev->kind == CALL_REVOKE);
		break;
	case CALL_RESYNC:
		on_resync(&s);
		break;
	case CALL_OUTCOME:
		on_outcome(&s);
		break;
	case CALL_PAID:
		on_paid(&s);
		break;
	case CALL_PROVIDER:
		on_provider(&s);
		break;
	}
	if (!had_ended && c->end != ASK_END_NONE)
		till_end(c, ev->now_ms);
	end_if_down(&s);
	if (c->pay_wants != PAYER_NOTHING)
		step_pay(&s, (enum payer_act)c->pay_wants);
}
