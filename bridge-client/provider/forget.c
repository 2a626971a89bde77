#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/world.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/forget.h"

#define PAUSE_MS	10000	/* until it is looked again */
#define NEXT_MS		200	/* between two of them */
#define RETRY_S		60	/* doubled each time, to an hour */
#define RETRY_MAX_S	3600

struct forget {
	struct journal		*journal;
	struct world		 world;
	const struct world_provider *provider;
	size_t			 n;
	struct loop_timer	*timer;
	struct journal_forget	 now;		/* the one that is asked for */
	int			 is_busy;
};

int
forget_is_wanted(const struct forget_conf *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->provider[i].conf->is_erasing)
			return 1;
	return 0;
}

static void
tell(const struct journal_forget *f, const char *outcome, int status)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(f->call, id);
	(strcmp(outcome, "given-up") == 0 ? log_warn : log_info)("call=%s "
	    "leg=%c delete=%s status=%d", id, f->leg == LEG_A ? 'a' : 'b',
	    outcome, status);
}

/* What cannot be written is asked for once more. */
static void
record(struct forget *f, const struct journal_forget *now)
{
	const struct journal_ops *op = f->journal->op;

	if (op->begin(f->journal) != JOURNAL_OK)
		return;
	if (op->forget_set(f->journal, &f->now, now) != JOURNAL_OK)
		op->abort(f->journal);
	else
		(void)op->commit(f->journal, clock_wall());
}

static void
put_off(struct forget *f, int status)
{
	struct journal_forget n = f->now;

	n.at = clock_wall() + (n.tries < 6 ? RETRY_S << n.tries :
	    RETRY_MAX_S);
	n.tries = (uint8_t)(n.tries + (n.tries < UINT8_MAX));
	tell(&n, n.at <= n.until ? "later" : "given-up", status);
	record(f, n.at <= n.until ? &n : NULL);
}

/* 401 and the like may be mended. */
static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct forget *f = ctx;

	(void)is_sent, (void)body, (void)len, (void)why;
	f->is_busy = 0;
	if ((status >= 200 && status <= 299) || status == 404 ||
	    status == 410) {
		tell(&f->now, "done", status);
		record(f, NULL);
	} else {
		put_off(f, status);
	}
	loop_timer_arm(f->timer, NEXT_MS);
}

/* SIZE_MAX: nobody is to delete it. */
static size_t
whose(const struct forget *f, const struct call *c)
{
	const char *name = f->now.leg == LEG_A ? c->provider : c->b_provider;
	const struct world_provider *p;
	size_t i;

	for (i = 0; i < f->n; i++) {
		p = &f->provider[i];
		if (strcmp(p->conf->name, name) == 0)
			return p->conf->is_erasing &&
			    p->kind->forget != NULL ? i : SIZE_MAX;
	}
	return SIZE_MAX;
}

static void
ask(struct forget *f, const struct call *c)
{
	const char *ref = c->leg[f->now.leg].ref;
	const struct world_provider *p;
	size_t i = whose(f, c);
	struct request r;

	if (i == SIZE_MAX) {
		record(f, NULL);
		return;
	}
	p = &f->provider[i];
	request_init(&r);
	if (p->kind->forget(p->conf, ref, &r) != 0)
		record(f, NULL);
	else if (f->world.send(f->world.ctx, i, &r, on_done, f) != 0)
		put_off(f, 0);
	else
		f->is_busy = 1;
	request_free(&r);
}

static void
on_timer(void *ctx)
{
	struct forget *f = ctx;
	struct call c;

	if (f->is_busy)
		return;
	loop_timer_arm(f->timer, PAUSE_MS);
	if (f->journal->op->forget_due(f->journal, clock_wall(), &f->now) !=
	    JOURNAL_OK)
		return;
	if (f->journal->op->get(f->journal, f->now.call, &c) == JOURNAL_OK)
		ask(f, &c);
	else
		record(f, NULL);
	if (!f->is_busy)
		loop_timer_arm(f->timer, NEXT_MS);
}

struct forget *
forget_open(struct loop *loop, const struct forget_conf *c)
{
	struct forget *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->journal = c->journal;
	f->world = *c->world;
	f->provider = c->provider;
	f->n = c->n;
	f->timer = loop_timer_new(loop, on_timer, f);
	if (f->timer == NULL) {
		free(f);
		return NULL;
	}
	/* from now on the journal makes them */
	on_timer(f);
	return f;
}

void
forget_close(struct forget *f)
{
	if (f == NULL)
		return;
	loop_timer_free(f->timer);
	free(f);
}
