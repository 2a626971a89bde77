#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/terms.h"

#include "bridge-client/call/call.h"
#include "bridge-client/net/request.h"

#include "bridge-client/call/payment.h"

#define STEPS_MAX 4

struct payment {
	struct payment		**all;
	struct payment		*next, *prev;
	const struct world	*world;
	int			 step;
	struct payment_ask	 ask;		/* points into what follows */
	char			 ref[PAYER_REF_MAX + 1];
	char			 account[TERMS_ACCOUNT_MAX + 1];
	char			 customer[CALL_CUSTOMER_MAX + 1];
	char			 currency[MONEY_CURRENCY_SIZE];
};

static void
end(struct payment *p)
{
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		*p->all = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	free(p);
}

static void on_done(void *, int, int, const char *, size_t, const char *);

/* Sends this step's request.  0, or -1: then `*out` is the outcome. */
static int
send_step(struct payment *p, struct payer_reply *out)
{
	const struct world_payer *who = &p->world->payer[p->ask.payer];
	const struct world *w = p->world;
	struct request r;
	int status = -1;

	memset(out, 0, sizeof(*out));
	request_init(&r);
	p->ask.intent.wall = clock_wall();
	if (p->step >= STEPS_MAX || who->kind->request(who->conf,
	    &p->ask.intent, p->step, &r) != 0)
		payer_say(out, PAYER_REFUSED, "this payer cannot do that");
	else if (w->pay(w->pay_ctx, p->ask.payer, &r, on_done, p) != 0)
		who->kind->reply(&p->ask.intent, p->step, 0, 0, "", 0, out);
	else
		status = 0;
	request_free(&r);
	return status;
}

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct payment *p = ctx;
	struct payer_reply reply;

	memset(&reply, 0, sizeof(reply));
	p->world->payer[p->ask.payer].kind->reply(&p->ask.intent, p->step,
	    status, is_sent, body, len, &reply);
	if (status == 0 && reply.detail[0] == '\0' && why != NULL)
		payer_say(&reply, reply.outcome, why);
	if (reply.outcome == PAYER_MORE) {
		p->step++;
		memcpy(p->ref, reply.ref, sizeof(p->ref));
		if (send_step(p, &reply) == 0)
			return;
	}
	if (reply.is_his_turn && p->world->his_turn != NULL)
		p->world->his_turn(p->world->turn_ctx, p->ask.intent.call);
	if (p->ask.fn != NULL)
		p->ask.fn(p->ask.ctx, &reply);
	end(p);
}

#define COPY(p, what) do {						\
	snprintf((p)->what, sizeof((p)->what), "%s", (p)->ask.intent.what); \
	(p)->ask.intent.what = (p)->what;				\
} while (0)

struct payment *
payment_begin(struct payment **all, const struct world *w,
    const struct payment_ask *ask, struct payer_reply *now)
{
	struct payment *p = calloc(1, sizeof(*p));

	memset(now, 0, sizeof(*now));
	if (p == NULL) {
		payer_say(now, PAYER_NOT, "out of memory");
		return NULL;
	}
	p->all = all;
	p->world = w;
	p->ask = *ask;
	COPY(p, ref);
	COPY(p, account);
	COPY(p, customer);
	COPY(p, currency);
	p->next = *all;
	if (p->next != NULL)
		p->next->prev = p;
	*all = p;
	if (send_step(p, now) == 0)
		return p;
	end(p);
	return NULL;
}

void
payment_forget(struct payment *p)
{
	if (p != NULL)
		p->ask.fn = NULL;
}

void
payment_free_all(struct payment **all)
{
	while (*all != NULL)
		end(*all);
}
