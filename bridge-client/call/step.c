#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "bridge-client/call/step.h"

#define CHECK_MS	30000	/* a leg that talks is looked at so often */
#define HOLD_MS		5000	/* between two words to A while B rings */
#define WARN_S		30	/* before the money is at its end */
#define MORE_S		60	/* likewise: more is asked for */
#define CAUSE_MS	1000	/* why it went is told by then, if ever */
#define LATE_S		30	/* after the leg's own limit it is gone */

static const char *
prompts(const struct call *c, enum leg leg)
{
	if (leg == LEG_A)
		return "a-offer,a-name,a-press";
	return c->acc.is_known ? "b-known,b-reference,b-press" :
	    "b-offer,b-reference,b-press";
}

static const char *
again(const struct call *c, enum leg leg)
{
	if (call_has_ext(c, leg))
		return prompts(c, leg);
	return leg == LEG_A ? "a-press" : "b-press";
}

int
step_is_down(const struct call *c, enum leg leg)
{
	return c->leg[leg].state == CALL_LEG_NONE ||
	    c->leg[leg].state == CALL_LEG_GONE;
}

int
step_is_wanted(const struct call *c, enum leg leg)
{
	switch ((enum call_state)c->state) {
	case CALL_PARTING:
		return leg == LEG_A;
	case CALL_CLOSING:
	case CALL_ENDED:
	case CALL_SETTLING:
		return 0;
	case CALL_NEW:
	case CALL_AUTHORISING:
	case CALL_STARTING:
	case CALL_RINGING_A:
	case CALL_ASKING_A:
	case CALL_RINGING_B:
	case CALL_ASKING_B:
	case CALL_BRIDGING:
	case CALL_TALKING:
	case CALL_STATES:
		break;
	}
	return 1;
}

int
step_is_being_rung(const struct call *c, enum leg leg)
{
	if (leg == LEG_B)
		return c->state == CALL_RINGING_B;
	return c->state == CALL_STARTING || c->state == CALL_RINGING_A;
}

int
step_is_asked(const struct call *c, enum leg leg)
{
	return c->state == (leg == LEG_A ? CALL_ASKING_A : CALL_ASKING_B);
}

int
step_is_of_another(const struct call *c, const struct provider_event *e)
{
	const char *ref = c->leg[e->leg].ref;

	return e->ref[0] != '\0' && ref[0] != '\0' && strcmp(e->ref, ref) != 0;
}

enum ask_end
step_end_by(const struct call *c, enum leg leg, int cause)
{
	static const enum ask_end ends[2][CAUSE_CANCELLED + 1] = { {
		[CAUSE_NORMAL] = ASK_END_A_LEFT,
		[CAUSE_BUSY] = ASK_END_A_BUSY,
		[CAUSE_DECLINED] = ASK_END_A_DECLINED,
		[CAUSE_NO_ANSWER] = ASK_END_A_NO_ANSWER,
		[CAUSE_UNREACHABLE] = ASK_END_A_UNREACHABLE,
		[CAUSE_FAILED] = ASK_END_A_UNREACHABLE,
		[CAUSE_CANCELLED] = ASK_END_A_NO_ANSWER
	}, {
		[CAUSE_NORMAL] = ASK_END_B_DECLINED,
		[CAUSE_BUSY] = ASK_END_B_BUSY,
		[CAUSE_DECLINED] = ASK_END_B_DECLINED,
		[CAUSE_NO_ANSWER] = ASK_END_B_NO_ANSWER,
		[CAUSE_UNREACHABLE] = ASK_END_B_UNREACHABLE,
		[CAUSE_FAILED] = ASK_END_B_UNREACHABLE,
		[CAUSE_CANCELLED] = ASK_END_B_NO_ANSWER
	} };

	if (c->state == CALL_TALKING)
		return ASK_END_TALKED;
	if (cause < 0 || cause > CAUSE_CANCELLED)
		return ASK_END_UNKNOWN;	/* whether people left or we failed */
	if (!step_is_being_rung(c, leg))
		return leg == LEG_A ? ASK_END_A_LEFT : ASK_END_B_DECLINED;
	return ends[leg][cause];
}

/* Where it is kept that the outcome of this act is still to come. */
static uint16_t *
waits(struct call *c, enum provider_act act, enum leg leg)
{
	return act == PROVIDER_BRIDGE || act == PROVIDER_UNBRIDGE ?
	    &c->waits : &c->leg[leg].waits;
}

int
step_is_awaited(struct call *c, enum provider_act act, enum leg leg)
{
	return (*waits(c, act, leg) & 1u << act) != 0;
}

void
step_came(struct step *s, enum provider_act act, enum leg leg)
{
	*waits(s->c, act, leg) &= (uint16_t)~(1u << act);
}

static void
give(struct step *s, enum provider_act act, enum leg leg, const char *prompt)
{
	struct call_action *a;

	assert(s->out->n < CALL_ACTIONS_MAX);
	a = &s->out->list[s->out->n++];
	a->act = act;
	a->leg = leg;
	a->prompt = prompt;
	a->is_first = 0;
	a->pay = PAYER_NOTHING;
	*waits(s->c, act, leg) |= (uint16_t)(1u << act);
}

void
step_give(struct step *s, enum provider_act act, enum leg leg)
{
	if (act != PROVIDER_HUSH && step_is_awaited(s->c, act, leg))
		return;
	if (act == PROVIDER_FIND)
		s->c->leg[leg].is_news = 0;
	give(s, act, leg, NULL);
}

void
step_pay(struct step *s, enum payer_act act)
{
	struct call_action *a;

	assert(s->out->n < CALL_ACTIONS_MAX);
	a = &s->out->list[s->out->n++];
	memset(a, 0, sizeof(*a));
	a->pay = act;
	s->c->pay_waits = (uint8_t)act;
	s->c->pay_wants = PAYER_NOTHING;
}

int64_t
step_in_ms(const struct step *s, int64_t ms)
{
	return s->ev->now_ms + ms;
}

int64_t
step_mono_of(const struct step *s, int64_t wall)
{
	int64_t ago_s = s->ev->wall - wall;

	return ago_s <= 0 ? s->ev->now_ms : s->ev->now_ms - ago_s * 1000;
}

void
step_set_state(struct step *s, enum call_state state, int64_t due_ms)
{
	s->c->state = (uint8_t)state;
	s->c->since = s->ev->wall;
	s->c->due_ms = due_ms;
	s->c->is_dirty = 1;
}

void
step_set_leg(struct step *s, enum leg leg, enum call_leg_state state)
{
	s->c->leg[leg].state = (uint8_t)state;
	s->c->is_dirty = 1;
}

void
step_set_ref(struct step *s, enum leg leg, const char *ref)
{
	char *dst = s->c->leg[leg].ref;

	if (ref[0] == '\0' || strcmp(dst, ref) == 0)
		return;
	memcpy(dst, ref, strlen(ref) + 1);
	s->c->is_dirty = 1;
}

void
step_set_price(struct step *s, enum leg leg, const char *price)
{
	char *dst = s->c->leg[leg].price;

	if (price[0] == '\0' || strcmp(dst, price) == 0)
		return;
	memcpy(dst, price, strlen(price) + 1);
	s->c->is_dirty = 1;
}

void
step_note(struct step *s, const char *detail)
{
	if (detail[0] == '\0')
		return;
	snprintf(s->c->detail, sizeof(s->c->detail), "%s", detail);
	s->c->is_dirty = 1;
}

void
step_ring(struct step *s, enum leg leg)
{
	struct call_leg *l = &s->c->leg[leg];

	step_set_leg(s, leg, CALL_LEG_ASKED);
	l->is_rung = 0;
	l->asked_at = s->ev->wall;
	l->asked_ms = s->ev->now_ms;
	s->c->due_ms = step_in_ms(s, s->c->acc.ring_s * INT64_C(1000) +
	    CALL_RING_GRACE_S * 1000);
	step_give(s, PROVIDER_RING, leg);
}

int
step_next_route(struct call *c, enum leg leg)
{
	struct call_leg *l = &c->leg[leg];
	unsigned may = leg == LEG_A ? UINT8_MAX :
	    c->acc.joins[c->leg[LEG_A].route_at];
	uint8_t i;

	l->tried = (uint8_t)(l->tried | 1u << l->route_at);
	for (i = 0; i < c->acc.n_routes; i++)
		if ((may & ~l->tried & 1u << i) != 0) {
			l->route_at = i;
			l->ref[0] = '\0';
			return 1;
		}
	return 0;
}

int
step_goes_elsewhere(struct step *s, const struct provider_event *e)
{
	struct call_leg *l = &s->c->leg[e->leg];

	if (!e->is_unrung || l->is_rung || step_is_down(s->c, e->leg) ||
	    !step_is_being_rung(s->c, e->leg) ||
	    !step_next_route(s->c, e->leg))
		return 0;
	step_set_leg(s, e->leg, CALL_LEG_NONE);
	l->tries = 0;
	l->due_ms = step_in_ms(s, STEP_AGAIN_MS);
	return 1;
}

static void
speak(struct step *s, enum leg leg, const char *prompt)
{
	s->c->leg[leg].prompt_ms = 0;
	s->c->leg[leg].speaking = prompt;
	give(s, PROVIDER_PLAY, leg, prompt);
}

void
step_prompt(struct step *s, enum leg leg)
{
	s->c->leg[leg].n_prompts = 1;
	s->c->due_ms = step_in_ms(s, call_asking_s(s->c, leg) *
	    INT64_C(1000));
	speak(s, leg, prompts(s->c, leg));
}

void
step_look(struct step *s, enum leg leg)
{
	s->c->leg[leg].due_ms = 0;
	step_give(s, PROVIDER_FIND, leg);
}

/* Past this the leg's own limit, which the provider keeps, has ended it. */
static int
is_past_its_limit(const struct step *s, enum leg leg)
{
	int64_t max_s = call_leg_max_s(s->c, leg) + LATE_S;

	return s->ev->now_ms - s->c->leg[leg].asked_ms > max_s * 1000;
}

void
step_look_later(struct step *s, enum leg leg)
{
	static const int pause_ms[] = { 500, 1000, 2000, 4000, 8000, 15000 };
	struct call_leg *l = &s->c->leg[leg];
	size_t n = sizeof(pause_ms) / sizeof(pause_ms[0]);

	if (!step_is_wanted(s->c, leg) && is_past_its_limit(s, leg)) {
		step_set_leg(s, leg, CALL_LEG_GONE);
		l->due_ms = 0;
		return;
	}
	l->due_ms = step_in_ms(s, pause_ms[l->tries < n ? l->tries : n - 1]);
	if (l->tries < n)
		l->tries++;
}

int
step_waits_for_cause(struct step *s, enum leg leg)
{
	struct call_leg *l = &s->c->leg[leg];

	if (l->is_missed || !step_is_wanted(s->c, leg) ||
	    s->c->end != ASK_END_NONE || s->c->state == CALL_TALKING)
		return 0;
	l->is_missed = 1;
	l->due_ms = step_in_ms(s, CAUSE_MS);
	return 1;
}

void
step_look_for_late(struct step *s, enum leg leg)
{
	struct call_leg *l = &s->c->leg[leg];
	int64_t late_ms = (s->c->acc.ring_s + LATE_S) * INT64_C(1000);

	if (step_is_awaited(s->c, PROVIDER_RING, leg) ||
	    s->ev->now_ms - l->asked_ms < late_ms)
		step_look_later(s, leg);
	else
		step_set_leg(s, leg, CALL_LEG_GONE);
}

void
step_ask(struct step *s, enum leg leg)
{
	step_set_state(s, leg == LEG_A ? CALL_ASKING_A : CALL_ASKING_B, 0);
	s->c->leg[leg].n_wrong = 0;
	step_prompt(s, leg);
	s->out->list[s->out->n - 1].is_first = 1;
}

/*
 * The only place where B is asked for.  The very record that says so spends
 * the use.
 */
void
step_agree(struct step *s)
{
	s->c->is_spent = 1;
	s->c->key_at = s->ev->wall;
	s->c->leg[LEG_B].route_at = s->c->leg[LEG_A].route_at;
	step_set_state(s, CALL_RINGING_B, 0);
	step_give(s, PROVIDER_HUSH, LEG_A);
	speak(s, LEG_A, "a-wait");
	step_ring(s, LEG_B);
}

void
step_bridge(struct step *s)
{
	step_set_state(s, CALL_BRIDGING, step_in_ms(s, CALL_BRIDGE_S * 1000));
	s->c->is_bridged = 1;
	s->c->tries = 0;
	s->c->leg[LEG_A].prompt_ms = s->c->leg[LEG_B].prompt_ms = 0;
	step_give(s, PROVIDER_HUSH, LEG_A);
	step_give(s, PROVIDER_HUSH, LEG_B);
	step_give(s, PROVIDER_BRIDGE, LEG_A);
}

/* When they have talked for so long; monotonic ms. */
static int64_t
at_talk_s(const struct call *c, uint32_t s)
{
	return c->talk_ms + s * INT64_C(1000);
}

/* Where the end is one of money, a word comes before, in its time or never. */
static void
warn_later(struct step *s, enum leg leg)
{
	struct call_leg *l = &s->c->leg[leg];
	int64_t at_ms = at_talk_s(s->c, s->c->limit_s) - WARN_S * 1000;

	if (s->c->acc.fare.payer[0] != '\0' && l->is_heard_talking &&
	    s->c->limit_s >= 2 * WARN_S && at_ms > s->ev->now_ms)
		l->prompt_ms = at_ms;
}

void
step_limit(struct step *s)
{
	struct call *c = s->c;

	c->limit_s = call_paid_s(c);
	c->due_ms = at_talk_s(c, c->limit_s);
	c->more_ms = 0;
	if (c->acc.fare.step_s != 0 && c->limit_s < c->acc.max_s &&
	    c->raise == 0)
		c->more_ms = at_talk_s(c, c->limit_s > MORE_S ? c->limit_s -
		    MORE_S : 0);
	warn_later(s, LEG_A);
	warn_later(s, LEG_B);
}

void
step_extend(struct step *s)
{
	s->c->extended = 0;
	step_give(s, PROVIDER_EXTEND, LEG_A);
	step_give(s, PROVIDER_EXTEND, LEG_B);
}

void
step_extended(struct step *s, enum leg leg, const struct provider_reply *r)
{
	if (r->outcome == PROVIDER_DONE)
		s->c->extended = (uint8_t)(s->c->extended | 1u << leg);
	if (s->c->extended == 3 && s->c->state == CALL_TALKING)
		step_limit(s);
}

void
step_talk(struct step *s)
{
	step_set_state(s, CALL_TALKING, 0);
	s->c->talk_at = s->ev->wall;
	s->c->talk_ms = s->ev->now_ms;
	step_check_later(s, LEG_A);
	step_check_later(s, LEG_B);
	step_limit(s);
}

void
step_check_later(struct step *s, enum leg leg)
{
	s->c->leg[leg].tries = 0;
	s->c->leg[leg].due_ms = step_in_ms(s, CHECK_MS);
}

static void
set_end(struct step *s, enum ask_end end)
{
	s->c->end = (uint8_t)end;
	s->c->ended_at = s->ev->wall;
	s->c->is_dirty = 1;
}

static void
put_down(struct step *s, enum leg leg)
{
	struct call_leg *l = &s->c->leg[leg];

	l->prompt_ms = l->due_ms = 0;
	l->tries = 0;
	if (!step_is_down(s->c, leg))
		step_give(s, PROVIDER_HANG, leg);
}

void
step_close(struct step *s)
{
	step_set_state(s, CALL_CLOSING, 0);
	s->c->bridge_ms = 0;
	s->c->tries = 0;
	put_down(s, LEG_A);
	put_down(s, LEG_B);
}

void
step_finish(struct step *s, enum ask_end end)
{
	set_end(s, end);
	step_close(s);
}

static const char *
apology(enum ask_end end)
{
	if (end == ASK_END_B_BUSY)
		return "a-busy";
	if (end == ASK_END_B_NO_ANSWER || end == ASK_END_B_NO_KEY)
		return "a-no-answer";
	if (end == ASK_END_B_DECLINED)
		return "a-declined";
	return end == ASK_END_A_BLOCKED ? "a-blocked" : "a-failed";
}

void
step_part(struct step *s, enum ask_end end)
{
	if (s->c->leg[LEG_A].state != CALL_LEG_UP) {
		step_finish(s, end);
		return;
	}
	set_end(s, end);
	step_set_state(s, CALL_PARTING, step_in_ms(s, CALL_PART_S * 1000));
	s->c->bridge_ms = 0;
	put_down(s, LEG_B);
	step_give(s, PROVIDER_HUSH, LEG_A);
	speak(s, LEG_A, apology(end));
}

/* A is on hold while B is rung and asked. */
static int
is_on_hold(const struct call *c)
{
	return c->state == CALL_RINGING_B || c->state == CALL_ASKING_B;
}

void
step_no_key(struct step *s, enum leg leg)
{
	if (leg == LEG_A)
		step_finish(s, ASK_END_A_NO_KEY);
	else
		step_part(s, ASK_END_B_NO_KEY);
}

/* Is it the end of what was hushed, and not of what is spoken now? */
static int
is_of_the_past(struct step *s, const struct provider_event *e)
{
	const char *now = s->c->leg[e->leg].speaking;
	const char *last = now != NULL ? strrchr(now, ',') : NULL;

	if (step_is_awaited(s->c, PROVIDER_PLAY, e->leg) || now == NULL)
		return 1;
	return e->detail[0] != '\0' &&
	    strcmp(e->detail, last != NULL ? last + 1 : now) != 0;
}

/* Who cannot be told what it is about cannot agree to it. */
static void
cannot_hear(struct step *s, const struct provider_event *e)
{
	step_note(s, "a prompt is missing at the provider");
	if (e->leg == LEG_A)
		step_finish(s, ASK_END_PROVIDER);
	else
		step_part(s, ASK_END_PROVIDER);
}

void
step_has_heard(struct step *s, const struct provider_event *e)
{
	struct call *c = s->c;

	if (is_of_the_past(s, e))
		return;
	if (step_is_asked(c, e->leg) && e->cause == CAUSE_FAILED)
		cannot_hear(s, e);
	else if (step_is_asked(c, e->leg))
		c->leg[e->leg].prompt_ms = step_in_ms(s, c->acc.confirm_s *
		    INT64_C(1000) / CALL_ROUNDS);
	else if (e->leg == LEG_A && is_on_hold(c))
		c->leg[e->leg].prompt_ms = step_in_ms(s, HOLD_MS);
	else if (e->leg == LEG_A && c->state == CALL_PARTING)
		step_close(s);
}

void
step_remind(struct step *s, enum leg leg)
{
	struct call *c = s->c;

	if (leg == LEG_A && is_on_hold(c))
		speak(s, leg, "a-wait");
	else if (c->state == CALL_TALKING)
		speak(s, leg, leg == LEG_A ? "a-ending" : "b-ending");
	else if (!step_is_asked(c, leg))
		return;
	else if (++c->leg[leg].n_prompts > call_rounds(c, leg))
		step_no_key(s, leg);
	else
		speak(s, leg, again(c, leg));
}
