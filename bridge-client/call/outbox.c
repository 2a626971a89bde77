#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/scan.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/payment.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/call/outbox.h"

#define SPELLED_MAX	16	/* characters */
#define HELD_MS	5000	/* a RING that waited longer is asked for anew */

enum stage { WAITING, SENT, OVER };

struct outbox_act {
	struct outbox_act	*next;
	struct outbox		*box;
	struct exchange		*exchange;	/* while SENT */
	enum stage		 stage;
	size_t			 provider;
	struct call_action	 action;
	struct provider_reply	 reply;		/* when OVER */
	struct payment		*payment;	/* likewise, of who pays */
	struct payer_reply	 paid;
};

static int
is_payment(const struct call_action *a)
{
	return a->pay != PAYER_NOTHING;
}

static int
is_of_leg(const struct call_action *a, enum leg leg)
{
	if (is_payment(a))
		return 0;
	return a->act == PROVIDER_BRIDGE || a->act == PROVIDER_UNBRIDGE ||
	    a->leg == leg;
}

static void
is_over(struct outbox_act *a, enum provider_outcome outcome, const char *why)
{
	a->stage = OVER;
	memset(&a->reply, 0, sizeof(a->reply));
	provider_say(&a->reply, outcome, why);
}

int
outbox_add(struct outbox *o, const struct call_action *action, size_t provider)
{
	struct outbox_act *a = calloc(1, sizeof(*a)), **p;

	if (a == NULL)
		return -1;
	a->box = o;
	a->provider = provider;
	a->action = *action;
	for (p = &o->first; *p != NULL; p = &(*p)->next)
		if (!is_payment(action) && action->act == PROVIDER_HANG &&
		    (*p)->stage == WAITING &&
		    (*p)->action.act != PROVIDER_UNBRIDGE &&
		    (*p)->action.act != PROVIDER_FIND &&
		    is_of_leg(&(*p)->action, action->leg))
			is_over(*p, PROVIDER_NOT, "");
	*p = a;
	return 0;
}

/* Nothing of the same leg is before it that is not over. */
static int
may_go(const struct outbox *o, const struct outbox_act *a)
{
	const struct outbox_act *b;
	enum leg leg = a->action.leg;
	int is_of_both = is_of_leg(&a->action, LEG_A) &&
	    is_of_leg(&a->action, LEG_B);

	if (is_payment(&a->action) || a->action.act == PROVIDER_HANG ||
	    a->action.act == PROVIDER_FIND)
		return 1;
	for (b = o->first; b != a; b = b->next)
		if (b->stage != OVER && b->action.act != PROVIDER_FIND &&
		    (is_of_both || is_of_leg(&b->action, leg)))
			return 0;
	return 1;
}

static void
on_outcome(void *ctx, const struct provider_reply *reply)
{
	struct outbox_act *a = ctx;

	a->exchange = NULL;
	a->stage = OVER;
	a->reply = *reply;
	a->box->ready(a->box->ctx);
}

/*
 * What can be spelled of a reference: its letters and digits, where it has no
 * others than ASCII's, and not too many to be listened to.
 */
static void
spell(char dst[SPELLED_MAX + 1], const char *reference)
{
	size_t n = 0;

	for (; *reference != '\0'; reference++) {
		if (!scan_is_alnum((unsigned char)*reference) &&
		    (*reference < ' ' || *reference > '~'))
			break;
		if (!scan_is_alnum((unsigned char)*reference))
			continue;
		if (n == SPELLED_MAX)
			break;
		dst[n++] = (char)scan_lower((unsigned char)*reference);
	}
	dst[*reference == '\0' ? n : 0] = '\0';
}

static void
fill(struct provider_intent *in, const struct call *c,
    const struct call_action *a)
{
	const struct acceptance *acc = &c->acc;

	memset(in, 0, sizeof(*in));
	in->act = a->act;
	memcpy(in->call, acc->id, sizeof(in->call));
	in->leg = a->leg;
	in->ref = c->leg[a->leg].ref;
	in->other_ref = c->leg[!a->leg].ref;
	in->to = a->leg == LEG_A ? &acc->a : &acc->b;
	in->caller = acc->caller;
	in->ring_s = acc->ring_s;
	/* for so long as is paid for */
	in->max_s = call_leg_max_s(c, a->leg) - (int)(acc->max_s -
	    call_paid_s(c));
	in->left_s = CALL_BRIDGE_S + CALL_PART_S + (int)((c->talk_ms -
	    clock_mono_ms()) / 1000 + call_paid_s(c));
	in->prompt = a->prompt;
	in->lang = a->leg == LEG_A ? acc->a_lang : acc->b_lang;
	in->is_joined = c->state == CALL_TALKING;
	in->name = acc->name;
	in->reference = acc->reference;
	in->digits = a->is_first ? in->to->ext : "";
}

/*
 * A leg is rung only while the call asks for it, and never twice; two are
 * joined only while it waits for that.
 */
static int
is_wanted(void *ctx)
{
	const struct outbox_act *a = ctx;
	const struct call *c = a->box->call;

	if (a->action.act == PROVIDER_BRIDGE)
		return c->state == CALL_BRIDGING;
	if (a->action.act == PROVIDER_EXTEND)
		return c->state == CALL_TALKING;
	return a->action.act != PROVIDER_RING ||
	    (c->leg[a->action.leg].state == CALL_LEG_ASKED &&
	    step_is_wanted(c, a->action.leg));
}

static void
send_act(struct outbox_act *a)
{
	struct exchange_owner owner = { a, on_outcome, is_wanted, 0 };
	const struct call *c = a->box->call;
	char spelled[SPELLED_MAX + 1];
	struct provider_intent in;

	if (a->provider >= a->box->all->n) {
		is_over(a, PROVIDER_DONE, "");	/* FIND: PROVIDER_GONE */
		return;
	}
	fill(&in, c, &a->action);
	if (!a->box->all->provider[a->provider].kind->has_speech) {
		in.name = c->acc.name_file;
		spell(spelled, c->acc.reference);
		in.reference = spelled;
	}
	if (in.act == PROVIDER_RING)
		owner.until_ms = c->leg[in.leg].asked_ms + HELD_MS;
	a->stage = SENT;
	a->exchange = exchange_begin(a->box->all, a->provider, &in, &owner,
	    &a->reply);
	if (a->exchange == NULL)
		a->stage = OVER;
}

/*
 * How long a leg is looked for counts from when it was asked for: a RING that
 * was held for long would come too late.
 */
static void
send_ring(struct outbox_act *a, enum outbox_ring ring)
{
	int64_t asked_ms = a->box->call->leg[a->action.leg].asked_ms;

	if (ring == OUTBOX_RING && clock_mono_ms() - asked_ms > HELD_MS)
		is_over(a, PROVIDER_NOT, "the journal was full for too long");
	else if (ring == OUTBOX_DROP)
		is_over(a, PROVIDER_NOT, "the provider cannot be reached");
	else if (ring == OUTBOX_RING)
		send_act(a);
}

/* Who pays. */

static void
on_paid(void *ctx, const struct payer_reply *reply)
{
	struct outbox_act *a = ctx;

	a->payment = NULL;
	a->stage = OVER;
	a->paid = *reply;
	a->box->ready(a->box->ctx);
}

/* The payer by its name; what is not configured any more cannot be asked. */
static size_t
payer_of(const struct outbox *o)
{
	const struct world *w = &o->all->world;
	size_t i;

	for (i = 0; i < w->n_payers; i++)
		if (strcmp(w->payer[i].conf->name,
		    o->call->acc.fare.payer) == 0)
			break;
	return i;
}

static void
send_payment(struct outbox_act *a)
{
	const struct call *c = a->box->call;
	struct payment_ask ask = { .payer = payer_of(a->box), .fn = on_paid,
	    .ctx = a, .intent = { .act = a->action.pay, .ref = c->pay_ref,
	    .account = c->acc.account, .customer = c->acc.fare.customer,
	    .currency = c->acc.fare.currency,
	    .may_grow = c->acc.fare.step_s != 0, .amount = c->hold } };

	memcpy(ask.intent.call, c->acc.id, sizeof(ask.intent.call));
	if (a->action.pay == PAYER_CAPTURE)
		ask.intent.amount = c->cost;
	if (a->action.pay == PAYER_RAISE)
		ask.intent.amount = c->raise;
	a->stage = OVER;
	memset(&a->paid, 0, sizeof(a->paid));
	if ((a->action.pay == PAYER_AUTHORISE && c->state !=
	    CALL_AUTHORISING) || (a->action.pay == PAYER_RAISE &&
	    c->state != CALL_TALKING)) {
		payer_say(&a->paid, PAYER_NOT, "");
	} else if (ask.payer == a->box->all->world.n_payers) {
		payer_say(&a->paid, PAYER_NOT, "who pays is not configured");
	} else {
		a->stage = SENT;
		a->payment = payment_begin(&a->box->all->payments,
		    &a->box->all->world, &ask, &a->paid);
		if (a->payment == NULL)
			a->stage = OVER;
	}
}

void
outbox_send(struct outbox *o, enum outbox_ring ring)
{
	struct outbox_act *a;

	for (a = o->first; a != NULL; a = a->next) {
		if (a->stage != WAITING || !may_go(o, a))
			continue;
		if (is_payment(&a->action)) {
			if (ring != OUTBOX_HOLD)
				send_payment(a);
		} else if (!is_wanted(a))
			is_over(a, PROVIDER_NOT, "");
		else if (a->action.act == PROVIDER_RING)
			send_ring(a, ring);
		else
			send_act(a);
	}
}

static void
log_payment(const struct outbox_act *a)
{
	static const char *const outcomes[] = {
		[PAYER_DONE] = "done", [PAYER_MORE] = "more",
		[PAYER_REFUSED] = "refused", [PAYER_NOT] = "not-done",
		[PAYER_UNKNOWN] = "unknown"
	};
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(a->box->call->acc.id, id);
	(a->paid.outcome == PAYER_DONE ? log_info : log_warn)("call=%s "
	    "payer=%s act=%s outcome=%s found=%s why=\"%s\"", id,
	    a->box->call->acc.fare.payer, payer_act_word(a->action.pay),
	    outcomes[a->paid.outcome], payer_found_word(a->paid.found),
	    a->paid.detail);
}

/* What was needed and has not been done is a person's business. */
static void
log_outcome(const struct outbox_act *a)
{
	static const char *const outcomes[] = {
		[PROVIDER_DONE] = "done", [PROVIDER_MORE] = "more",
		[PROVIDER_REFUSED] = "refused", [PROVIDER_NOT] = "not-done",
		[PROVIDER_UNKNOWN] = "unknown"
	};
	static const char *const acts[] = {
		[PROVIDER_PROBE] = "probe", [PROVIDER_RING] = "ring",
		[PROVIDER_PLAY] = "play", [PROVIDER_HUSH] = "hush",
		[PROVIDER_BRIDGE] = "bridge", [PROVIDER_HANG] = "hang",
		[PROVIDER_UNBRIDGE] = "unbridge", [PROVIDER_FIND] = "find",
		[PROVIDER_EXTEND] = "extend"
	};
	enum provider_act act = a->action.act;
	int is_serious = a->reply.outcome != PROVIDER_DONE &&
	    a->reply.detail[0] != '\0' &&
	    (act == PROVIDER_RING || act == PROVIDER_BRIDGE);
	char id[TOKEN_UUID_SIZE];

	if (act == PROVIDER_RING)
		tally_rung(a->provider, (int)a->reply.outcome);
	token_uuid_text(a->box->call->acc.id, id);
	(is_serious ? log_warn : log_debug)("call=%s act=%s leg=%c "
	    "outcome=%s why=\"%s\"", id, acts[act],
	    a->action.leg == LEG_A ? 'a' : 'b', outcomes[a->reply.outcome],
	    a->reply.detail);
}

int
outbox_take(struct outbox *o, struct outbox_outcome *out)
{
	struct outbox_act **p, *a;

	for (p = &o->first; *p != NULL && (*p)->stage != OVER; )
		p = &(*p)->next;
	a = *p;
	if (a == NULL)
		return 0;
	*p = a->next;
	if (is_payment(&a->action))
		log_payment(a);
	else
		log_outcome(a);
	out->act = a->action.act;
	out->leg = a->action.leg;
	out->reply = a->reply;
	out->pay = a->action.pay;
	out->paid = a->paid;
	free(a);
	return 1;
}

void
outbox_clear(struct outbox *o)
{
	struct outbox_act *a;

	while ((a = o->first) != NULL) {
		o->first = a->next;
		exchange_forget(a->exchange);
		payment_forget(a->payment);
		free(a);
	}
}
