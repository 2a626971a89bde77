#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/scan.h"
#include "lib/tel.h"

#include "bridge-client/request.h"

#include "bridge-client/exchange.h"

#define STEPS_MAX	8
#define HANG_MS		2000	/* waits no longer for the provider's leave */
#define TOO_MANY_S	1	/* where 429 does not say for how long */

struct exchange {
	struct exchanges	*all;
	struct exchange		*next, *prev;
	size_t			 provider;
	int			 step;
	int			 has_acted;	/* more than asked */
	int			 is_waiting;	/* to be sent */
	int64_t			 since_ms;	/* .. and since when */
	struct exchange_owner	 owner;		/* zeros: forgotten */
	struct provider_intent	 intent;	/* points into what follows */
	struct tel		 to;
	char			 caller[TEL_TEXT_MAX + 1];
	char			 ref[PROVIDER_REF_MAX + 1];
	char			 other_ref[PROVIDER_REF_MAX + 1];
	char			 lang[3];
	char			 digits[TEL_EXT_MAX + 1];
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

static int64_t
due_ms(const struct exchange *x)
{
	int64_t ms = pace_due_ms(&x->all->pace[x->provider], is_call(x));

	if (x->intent.act == PROVIDER_HANG && ms > x->since_ms + HANG_MS)
		return x->since_ms + HANG_MS;
	return ms;
}

/* Sends this step's request.  0, or -1: then `*out` is the outcome. */
static int
send_now(struct exchange *x, struct provider_reply *out)
{
	const struct world_provider *p = &x->all->provider[x->provider];
	const struct world *w = &x->all->world;
	struct request r;
	int status = -1;

	x->is_waiting = 0;
	memset(out, 0, sizeof(*out));
	request_init(&r);
	if (x->step >= STEPS_MAX ||
	    p->kind->request(p->conf, &x->intent, x->step, &r) != 0)
		provider_say(out, PROVIDER_REFUSED,
		    "this provider cannot do that");
	else if (w->send(w->ctx, x->provider, &r, on_done, x) != 0)
		p->kind->reply(&x->intent, x->step, 0, 0, "", 0, out);
	else
		status = 0;
	if (status == 0 && strcmp(r.method, "GET") != 0)
		x->has_acted = 1;
	if (status == 0 && is_call(x))
		pace_call(&x->all->pace[x->provider], p->conf->calls_per_s,
		    clock_mono_ms());
	request_free(&r);
	return status;
}

/* Likewise, or waits for its time. */
static int
send_step(struct exchange *x, struct provider_reply *out)
{
	int64_t at_ms;

	if (!x->is_waiting)
		x->since_ms = clock_mono_ms();
	at_ms = due_ms(x);
	if (at_ms <= clock_mono_ms())
		return send_now(x, out);
	if (x->owner.until_ms != 0 && at_ms > x->owner.until_ms) {
		memset(out, 0, sizeof(*out));
		provider_say(out, PROVIDER_NOT,
		    "the provider takes no more calls just now");
		return -1;
	}
	x->is_waiting = 1;
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
	    scan_uint(why, strlen(why), PACE_HOLD_MAX_S, &s) < 0)
		s = status == 429 ? TOO_MANY_S : 0;
	if (s > 0)
		pace_hold(&x->all->pace[x->provider], (int64_t)s,
		    clock_mono_ms());
}

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct exchange *x = ctx;
	const struct world_provider *p = &x->all->provider[x->provider];
	struct provider_reply reply;

	memset(&reply, 0, sizeof(reply));
	p->kind->reply(&x->intent, x->step, status, is_sent, body, len,
	    &reply);
	if (status == 0 && reply.detail[0] == '\0' && why != NULL)
		provider_plain(reply.detail, sizeof(reply.detail), why);
	heed(x, status, why);
	if (reply.outcome == PROVIDER_MORE && !is_wanted(x)) {
		not_wanted(x, &reply);
	} else if (reply.outcome == PROVIDER_MORE) {
		x->step++;
		if (reply.ref[0] != '\0') {
			memcpy(x->ref, reply.ref, sizeof(x->ref));
			x->intent.ref = x->ref;
		}
		if (send_step(x, &reply) == 0)
			return;
	}
	is_over(x, &reply);
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
	if (in->lang != NULL) {
		snprintf(x->lang, sizeof(x->lang), "%s", in->lang);
		x->intent.lang = x->lang;
	}
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

/* Of those that wait and may go, or cannot in their time, the oldest. */
static struct exchange *
next_due(const struct exchanges *all, int64_t *next_ms)
{
	struct exchange *x, *found = NULL;
	int64_t now_ms = clock_mono_ms(), ms;

	*next_ms = 0;
	for (x = all->first; x != NULL; x = x->next) {
		if (!x->is_waiting)
			continue;
		ms = due_ms(x);
		if (ms <= now_ms || (x->owner.until_ms != 0 &&
		    ms > x->owner.until_ms))
			found = x;
		else if (*next_ms == 0 || ms < *next_ms)
			*next_ms = ms;
	}
	return found;
}

int64_t
exchange_wake(struct exchanges *all)
{
	struct provider_reply reply;
	struct exchange *x;
	int64_t next_ms;

	while ((x = next_due(all, &next_ms)) != NULL) {
		if (!is_wanted(x))
			not_wanted(x, &reply);
		else if (send_step(x, &reply) == 0)
			continue;
		is_over(x, &reply);
	}
	return next_ms;
}

void
exchange_forget(struct exchange *x)
{
	if (x == NULL)
		return;
	memset(&x->owner, 0, sizeof(x->owner));
	if (x->is_waiting)
		end(x);
}

void
exchange_free_all(struct exchanges *all)
{
	while (all->first != NULL)
		end(all->first);
}
