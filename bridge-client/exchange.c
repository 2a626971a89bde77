#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tel.h"

#include "bridge-client/request.h"

#include "bridge-client/exchange.h"

#define STEPS_MAX 8

struct exchange {
	struct exchanges	*all;
	struct exchange		*next, *prev;
	size_t			 provider;
	int			 step;
	int			 has_acted;	/* more than asked */
	struct exchange_owner	 owner;		/* zeros: forgotten */
	struct provider_intent	 intent;	/* points into what follows */
	struct tel		 to;
	char			 caller[TEL_TEXT_MAX + 1];
	char			 ref[PROVIDER_REF_MAX + 1];
	char			 other_ref[PROVIDER_REF_MAX + 1];
	char			 lang[3];
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

/* Sends this step's request.  0, or -1: then `*out` is the outcome. */
static int
send_step(struct exchange *x, struct provider_reply *out)
{
	const struct world_provider *p = &x->all->provider[x->provider];
	const struct world *w = &x->all->world;
	struct request r;
	int status = -1;

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
	request_free(&r);
	return status;
}

static int
is_wanted(const struct exchange *x)
{
	return x->owner.is_wanted == NULL || x->owner.is_wanted(x->owner.ctx);
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
	if (reply.outcome == PROVIDER_MORE && !is_wanted(x)) {
		provider_say(&reply, x->has_acted ? PROVIDER_UNKNOWN :
		    PROVIDER_NOT, "");
	} else if (reply.outcome == PROVIDER_MORE) {
		x->step++;
		if (reply.ref[0] != '\0') {
			memcpy(x->ref, reply.ref, sizeof(x->ref));
			x->intent.ref = x->ref;
		}
		if (send_step(x, &reply) == 0)
			return;
	}
	if (x->owner.fn != NULL)
		x->owner.fn(x->owner.ctx, &reply);
	end(x);
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

void
exchange_forget(struct exchange *x)
{
	if (x != NULL)
		memset(&x->owner, 0, sizeof(x->owner));
}

void
exchange_free_all(struct exchanges *all)
{
	while (all->first != NULL)
		end(all->first);
}
