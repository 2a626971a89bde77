#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/scan.h"
#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "bridge-client/net/request.h"
#include "bridge-client/service/tally.h"

#include "bridge-client/call/exchange.h"

#define STEPS_MAX	8
#define HANG_MS		2000	/* waits no longer for the provider's leave */
#define TOO_MANY_S	1	/* where 429 does not say for how long */

struct exchange {
	struct exchanges	*all;
	struct exchange		*next, *prev;
	struct exchange		*queue_next, *queue_prev;
	size_t			 provider;
	int			 step;
	int			 has_acted;	/* more than asked */
	int			 is_waiting;	/* to be sent: in its queue */
	int64_t			 since_ms;	/* .. and since when */
	int64_t			 sent_ms;	/* this step's request */
	struct exchange_owner	 owner;		/* zeros: forgotten */
	struct provider_intent	 intent;	/* points into what follows */
	struct tel		 to;
	char			 caller[TEL_TEXT_MAX + 1];
	char			 ref[PROVIDER_REF_MAX + 1];
	char			 other_ref[PROVIDER_REF_MAX + 1];
	char			 lang[3];
	char			 digits[TEL_EXT_MAX + 1];
	char			 name[TOKEN_NAME_MAX + 1];
	char			 reference[TERMS_REFERENCE_MAX + 1];
};

static void
link_in(struct exchange *x)
{
	x->next = x->all->first;
	if (x->next != NULL)
		x->next->prev = x;
	x->all->first = x;
}

static void
end(struct exchange *x)
{
	if (x->prev != NULL)
		x->prev->next = x->next;
	else
		x->all->first = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	free(x);
}

static void on_done(void *, int, int, const char *, size_t, const char *);

static int
is_call(const struct exchange *x)
{
	return x->intent.act == PROVIDER_RING && x->step == 0;
}

/* Waiting. */

static struct exchange_queue *
queue_of(const struct exchange *x)
{
	enum exchange_urgency u = EXCHANGE_MORE;

	if (x->intent.act == PROVIDER_HANG)
		u = EXCHANGE_HANG;
	else if (is_call(x))
		u = EXCHANGE_CALL;
	return &x->all->waiting[x->provider][u];
}

static void
enqueue(struct exchange *x)
{
	struct exchange_queue *q = queue_of(x);

	x->is_waiting = 1;
	x->queue_next = NULL;
	x->queue_prev = q->last;
	if (q->last != NULL)
		q->last->queue_next = x;
	else
		q->first = x;
	q->last = x;
}

static void
dequeue(struct exchange *x)
{
	struct exchange_queue *q = queue_of(x);

	x->is_waiting = 0;
	if (x->queue_prev != NULL)
		x->queue_prev->queue_next = x->queue_next;
	else
		q->first = x->queue_next;
	if (x->queue_next != NULL)
		x->queue_next->queue_prev = x->queue_prev;
	else
		q->last = x->queue_prev;
}

static int
has_slot(const struct exchange *x)
{
	return x->intent.act == PROVIDER_HANG ||
	    x->all->n_sent[x->provider] < EXCHANGE_AT_ONCE;
}

static int64_t
due_ms(const struct exchange *x)
{
	int64_t ms = pace_due_ms(&x->all->pace[x->provider], is_call(x));

	if (x->intent.act == PROVIDER_HANG && ms > x->since_ms + HANG_MS)
		return x->since_ms + HANG_MS;
	return ms;
}

/* A RING that has asked whether somebody listens; the stream fell meanwhile. */
static int
is_unheard(const struct exchange *x)
{
	return x->intent.act == PROVIDER_RING && x->step == 1 &&
	    !x->intent.has_listener &&
	    x->all->provider[x->provider].kind->stream != NULL &&
	    !listener_has_stayed(&x->all->listener[x->provider], x->sent_ms);
}

/* Sends this step's request.  0, or -1: then `*out` is the outcome. */
static int
send_now(struct exchange *x, struct provider_reply *out)
{
	const struct world_provider *p = &x->all->provider[x->provider];
	const struct world *w = &x->all->world;
	struct request r;
	int is_deaf = is_unheard(x), status = -1;

	memset(out, 0, sizeof(*out));
	request_init(&r);
	x->sent_ms = clock_mono_ms();
	if (is_call(x))
		x->intent.has_listener = listener_is_sure(
		    &x->all->listener[x->provider], x->sent_ms);
	if (is_deaf)
		provider_say(out, PROVIDER_NOT, "its events come no more");
	else if (x->step >= STEPS_MAX ||
	    p->kind->request(p->conf, &x->intent, x->step, &r) != 0)
		provider_say(out, PROVIDER_REFUSED,
		    "this provider cannot do that");
	else if (w->send(w->ctx, x->provider, &r, on_done, x) != 0)
		p->kind->reply(&x->intent, x->step, 0, 0, "", 0, out);
	else
		status = 0;
	if (status == 0)
		x->all->n_sent[x->provider]++;
	if (status == 0 && strcmp(r.method, "GET") != 0)
		x->has_acted = 1;
	if (status == 0 && is_call(x))
		pace_call(&x->all->pace[x->provider], p->conf->calls_per_s,
		    clock_mono_ms());
	request_free(&r);
	return status;
}

/* It will not be its turn in time. */
static int
is_too_late(const struct exchange *x)
{
	int64_t at_ms = due_ms(x), now_ms = clock_mono_ms();

	return x->owner.until_ms != 0 &&
	    (at_ms > now_ms ? at_ms : now_ms) > x->owner.until_ms;
}

/* Of steps that were sent before nobody can say that nothing happened. */
static void
too_late(const struct exchange *x, struct provider_reply *out)
{
	memset(out, 0, sizeof(*out));
	provider_say(out, x->has_acted ? PROVIDER_UNKNOWN : PROVIDER_NOT,
	    "the provider takes no more calls just now");
}

/* Likewise, or waits for its turn. */
static int
send_step(struct exchange *x, struct provider_reply *out)
{
	x->since_ms = clock_mono_ms();
	if (is_too_late(x)) {
		too_late(x, out);
		return -1;
	}
	if (queue_of(x)->first == NULL && has_slot(x) &&
	    due_ms(x) <= clock_mono_ms())
		return send_now(x, out);
	enqueue(x);
	return 0;
}

static int
is_wanted(const struct exchange *x)
{
	return x->owner.is_wanted == NULL || x->owner.is_wanted(x->owner.ctx);
}

static void
not_wanted(const struct exchange *x, struct provider_reply *out)
{
	memset(out, 0, sizeof(*out));
	provider_say(out, x->has_acted ? PROVIDER_UNKNOWN : PROVIDER_NOT, "");
}

static void
is_over(struct exchange *x, const struct provider_reply *reply)
{
	if (x->owner.fn != NULL)
		x->owner.fn(x->owner.ctx, reply);
	end(x);
}

/* The provider wants to be left alone. */
static void
heed(struct exchange *x, int status, const char *why)
{
	uint64_t s;

	if (status < 400 || why == NULL ||
	    scan_uint(why, strlen(why), INT32_MAX, &s) < 0)
		s = status == 429 ? TOO_MANY_S : 0;
	if (s > 0)
		pace_hold(&x->all->pace[x->provider], (int64_t)s,
		    clock_mono_ms());
}

/* RING's first step was the question whether somebody listens. */
static void
is_listened_to(const struct exchange *x)
{
	if (is_call(x) && !x->intent.has_listener &&
	    x->all->provider[x->provider].kind->stream != NULL)
		listener_found(&x->all->listener[x->provider], x->sent_ms);
}

static void go_on(struct exchanges *, size_t);

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct exchange *x = ctx;
	struct exchanges *all = x->all;
	size_t provider = x->provider;
	const struct world_provider *p = &all->provider[provider];
	struct provider_reply reply;
	int is_sent_on = 0;

	all->n_sent[provider]--;
	tally_request(provider, clock_mono_ms() - x->sent_ms, status);
	memset(&reply, 0, sizeof(reply));
	p->kind->reply(&x->intent, x->step, status, is_sent, body, len,
	    &reply);
	if (status == 0 && reply.detail[0] == '\0' && why != NULL)
		provider_plain(reply.detail, sizeof(reply.detail), why);
	heed(x, status, why);
	if (reply.outcome == PROVIDER_MORE && !is_wanted(x)) {
		not_wanted(x, &reply);
	} else if (reply.outcome == PROVIDER_MORE) {
		is_listened_to(x);
		x->step++;
		if (reply.ref[0] != '\0') {
			memcpy(x->ref, reply.ref, sizeof(x->ref));
			x->intent.ref = x->ref;
		}
		is_sent_on = send_step(x, &reply) == 0;
	}
	if (!is_sent_on)
		is_over(x, &reply);
	go_on(all, provider);
}

static void
copy(struct exchange *x, const struct provider_intent *in)
{
	x->intent = *in;
	if (in->to != NULL) {
		x->to = *in->to;
		x->intent.to = &x->to;
	}
	if (in->caller != NULL) {
		snprintf(x->caller, sizeof(x->caller), "%s", in->caller);
		x->intent.caller = x->caller;
	}
	if (in->ref != NULL) {
		snprintf(x->ref, sizeof(x->ref), "%s", in->ref);
		x->intent.ref = x->ref;
	}
	if (in->other_ref != NULL) {
		snprintf(x->other_ref, sizeof(x->other_ref), "%s",
		    in->other_ref);
		x->intent.other_ref = x->other_ref;
	}
	if (in->digits != NULL) {
		snprintf(x->digits, sizeof(x->digits), "%s", in->digits);
		x->intent.digits = x->digits;
	}
	if (in->name != NULL) {
		snprintf(x->name, sizeof(x->name), "%s", in->name);
		x->intent.name = x->name;
	}
	if (in->reference != NULL) {
		snprintf(x->reference, sizeof(x->reference), "%s",
		    in->reference);
		x->intent.reference = x->reference;
	}
	if (in->lang != NULL) {
		snprintf(x->lang, sizeof(x->lang), "%s", in->lang);
		x->intent.lang = x->lang;
	}
}

void
exchange_init(struct exchanges *all, const struct world *world,
    const struct world_provider *provider, size_t n)
{
	memset(all, 0, sizeof(*all));
	all->world = *world;
	all->n = n;
	memcpy(all->provider, provider, n * sizeof(*provider));
}

size_t
exchange_find(const struct exchanges *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->provider[i].conf->name, name) == 0)
			return i;
	return SIZE_MAX;
}

struct exchange *
exchange_begin(struct exchanges *all, size_t provider,
    const struct provider_intent *in, const struct exchange_owner *owner,
    struct provider_reply *now)
{
	struct exchange *x = calloc(1, sizeof(*x));

	memset(now, 0, sizeof(*now));
	if (x == NULL) {
		provider_say(now, PROVIDER_NOT, "out of memory");
		return NULL;
	}
	x->all = all;
	x->provider = provider;
	x->owner = *owner;
	copy(x, in);
	link_in(x);
	if (send_step(x, now) == 0)
		return x;
	end(x);
	return NULL;
}

/* The next that may go, or cannot in its time. */
static struct exchange *
next_of(const struct exchanges *all, size_t provider)
{
	int64_t now_ms = clock_mono_ms();
	struct exchange *x;
	size_t u;

	for (u = 0; u < EXCHANGE_URGENCIES; u++) {
		x = all->waiting[provider][u].first;
		if (x != NULL && (is_too_late(x) ||
		    (has_slot(x) && due_ms(x) <= now_ms)))
			return x;
	}
	return NULL;
}

/* Sends what may be sent. */
static void
go_on(struct exchanges *all, size_t provider)
{
	struct provider_reply reply;
	struct exchange *x;

	while ((x = next_of(all, provider)) != NULL) {
		dequeue(x);
		if (!is_wanted(x))
			not_wanted(x, &reply);
		else if (is_too_late(x))
			too_late(x, &reply);
		else if (send_now(x, &reply) == 0)
			continue;
		is_over(x, &reply);
	}
}

/* When the first of each queue may go, or has waited for too long; who waits
 * for an answer alone is sent on by that. */
static int64_t
next_wake(const struct exchanges *all, size_t provider)
{
	int64_t next_ms = 0, ms, now_ms = clock_mono_ms();
	const struct exchange *x;
	size_t u;

	for (u = 0; u < EXCHANGE_URGENCIES; u++) {
		x = all->waiting[provider][u].first;
		if (x == NULL)
			continue;
		ms = due_ms(x);
		if (ms <= now_ms && x->owner.until_ms == 0)
			continue;
		if (ms <= now_ms)
			ms = x->owner.until_ms + 1;
		if (next_ms == 0 || ms < next_ms)
			next_ms = ms;
	}
	return next_ms;
}

int64_t
exchange_wake(struct exchanges *all)
{
	int64_t next_ms = 0, ms;
	size_t i;

	for (i = 0; i < all->n; i++) {
		go_on(all, i);
		ms = next_wake(all, i);
		if (ms != 0 && (next_ms == 0 || ms < next_ms))
			next_ms = ms;
	}
	return next_ms;
}

size_t
exchange_n_waiting(const struct exchanges *all, size_t provider)
{
	const struct exchange *x;
	size_t u, n = 0;

	for (u = 0; u < EXCHANGE_URGENCIES; u++)
		for (x = all->waiting[provider][u].first; x != NULL;
		    x = x->queue_next)
			n++;
	return n;
}

void
exchange_forget(struct exchange *x)
{
	if (x == NULL)
		return;
	memset(&x->owner, 0, sizeof(x->owner));
	if (x->is_waiting) {
		dequeue(x);
		end(x);
	}
}

void
exchange_free_all(struct exchanges *all)
{
	while (all->first != NULL)
		end(all->first);
	memset(all->waiting, 0, sizeof(all->waiting));
	memset(all->n_sent, 0, sizeof(all->n_sent));
}
