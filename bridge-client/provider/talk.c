/*
 * talk: requests by a stream of events.
 *
 * A list of what has been asked, oldest first, as which the answers come.
 *
 *	        +--in time--> (answered)
 *	ASKED --+--out of time--> LATE --whenever--> (forgotten)
 *	        +--the stream falls--> LOST --a second--> (not answered)
 *
 * A question that is late is forgotten at once: it changes nothing.
 */
#include <sys/queue.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/loop.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/talk.h"

#define MOST		128	/* at once */
#define MESSAGE_MAX	4096
#define PLACE_SIZE	96
#define LOST_MS		1000
#define TRIAL		0	/* the id of the question that finds out */

enum asked_state { IS_ASKED, IS_LATE, IS_LOST };

struct asked {
	TAILQ_ENTRY(asked)	 entry;
	enum asked_state	 state;
	int			 is_question;
	uint32_t		 id;
	int64_t			 until_ms;
	char			 place[PLACE_SIZE];	/* the URL's path */
	rest_done_fn		*fn;
	void			*ctx;
};

struct talk {
	struct talk_conf	 conf;
	struct loop_timer	*timer;
	int			 is_open;	/* requests are taken */
	uint32_t		 last_id;
	size_t			 n, n_late;
	TAILQ_HEAD(, asked)	 asked;
};

static void
forget(struct talk *t, struct asked *a)
{
	TAILQ_REMOVE(&t->asked, a, entry);
	t->n--;
	t->n_late -= a->state == IS_LATE;
	free(a);
}

/* The callback may send. */
static void
end(struct talk *t, struct asked *a, const char *why)
{
	rest_done_fn *fn = a->fn;
	void *ctx = a->ctx;

	forget(t, a);
	fn(ctx, 0, 1, "", 0, why);
}

/* Its callback is told, and what does something stays. */
static void
out_of_time(struct talk *t, struct asked *a)
{
	static const char why[] = "no answer in time";

	if (a->is_question) {
		end(t, a, why);
		return;
	}
	a->state = IS_LATE;
	t->n_late++;
	a->fn(a->ctx, 0, 1, "", 0, why);
}

static struct asked *
find_due(const struct talk *t)
{
	int64_t now_ms = clock_mono_ms();
	struct asked *a;

	TAILQ_FOREACH(a, &t->asked, entry)
		if (a->state != IS_LATE && a->until_ms <= now_ms)
			return a;
	return NULL;
}

/* For the first that is due; what is armed for an answered one is harmless. */
static void
arm(struct talk *t)
{
	int64_t next_ms = INT64_MAX, now_ms = clock_mono_ms();
	const struct asked *a;

	TAILQ_FOREACH(a, &t->asked, entry)
		if (a->state != IS_LATE && a->until_ms < next_ms)
			next_ms = a->until_ms;
	if (next_ms != INT64_MAX)
		loop_timer_arm(t->timer, next_ms > now_ms ? next_ms - now_ms :
		    0);
}

static void
on_timer(void *ctx)
{
	struct talk *t = ctx;
	struct asked *a;

	while ((a = find_due(t)) != NULL) {
		if (a->state == IS_LOST)
			end(t, a, "the connection ended before an answer");
		else
			out_of_time(t, a);
	}
	arm(t);
}

struct talk *
talk_new(const struct talk_conf *conf)
{
	struct talk *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	TAILQ_INIT(&t->asked);
	t->conf = *conf;
	t->timer = loop_timer_new(conf->loop, on_timer, t);
	if (t->timer == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
talk_free(struct talk *t)
{
	if (t == NULL)
		return;
	while (!TAILQ_EMPTY(&t->asked))
		forget(t, TAILQ_FIRST(&t->asked));
	loop_timer_free(t->timer);
	free(t);
}

static int
say(struct talk *t, const struct request *r, uint32_t id)
{
	struct buf b;
	int status;

	buf_init(&b, MESSAGE_MAX);
	status = t->conf.kind->say(t->conf.conf, r, id, &b);
	if (status == 0)
		status = t->conf.say(t->conf.ctx, b.data, b.len);
	buf_free(&b);
	return status;
}

void
talk_up(struct talk *t)
{
	const struct provider_intent probe = { .act = PROVIDER_PROBE };
	struct request r;

	/* A question: harmless where nobody understands it. */
	if (t->conf.kind->request(t->conf.conf, &probe, 0, &r) == 0)
		(void)say(t, &r, TRIAL);
	request_free(&r);
}

void
talk_down(struct talk *t)
{
	struct asked *a, *next;

	t->is_open = 0;
	for (a = TAILQ_FIRST(&t->asked); a != NULL; a = next) {
		next = TAILQ_NEXT(a, entry);
		if (a->state == IS_LATE) {
			forget(t, a);
		} else if (a->state == IS_ASKED) {
			a->state = IS_LOST;
			a->until_ms = clock_mono_ms() + LOST_MS;
		}
	}
	arm(t);
}

static struct asked *
find(const struct talk *t, uint32_t id)
{
	struct asked *a;

	TAILQ_FOREACH(a, &t->asked, entry)
		if (a->id == id)
			break;
	return a;
}

static void
on_answer(void *ctx, uint32_t id, int status, const char *body, size_t len)
{
	struct talk *t = ctx;
	struct asked *a = find(t, id);
	rest_done_fn *fn;

	if (id == TRIAL && status == 200 && !t->is_open) {
		t->is_open = 1;
		log_info("provider=%s requests=by-stream",
		    t->conf.conf->name);
	}
	if (a == NULL)
		return;
	fn = a->state == IS_ASKED ? a->fn : NULL;
	ctx = a->ctx;
	forget(t, a);
	if (fn != NULL)
		fn(ctx, status, 1, body, len, "");
}

int
talk_heard(struct talk *t, const char *text, size_t len)
{
	return t->conf.kind->heard(text, len, on_answer, t);
}

/* 0, or -1: it does not fit. */
static int
put_place(char dst[PLACE_SIZE], const struct talk *t, const struct request *r)
{
	size_t base = strlen(t->conf.conf->url), n;
	const unsigned char *query;

	if (r->url.len <= base)
		return -1;
	query = memchr(r->url.data, '?', r->url.len);
	n = (query != NULL ? (size_t)(query - r->url.data) : r->url.len) -
	    base;
	if (n >= PLACE_SIZE)
		return -1;
	memcpy(dst, r->url.data + base, n);
	dst[n] = '\0';
	return 0;
}

static int
is_behind_late(const struct talk *t, const char *place)
{
	const struct asked *a;

	TAILQ_FOREACH(a, &t->asked, entry)
		if (a->state == IS_LATE && strcmp(a->place, place) == 0)
			return 1;
	return 0;
}

static uint32_t
next_id(struct talk *t)
{
	if (++t->last_id == TRIAL)
		t->last_id++;
	return t->last_id;
}

int
talk_send(struct talk *t, const struct request *r, rest_done_fn *fn, void *ctx)
{
	struct asked *a;

	if (!t->is_open || r->is_apart || t->n >= MOST || !request_ok(r))
		return -1;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return -1;
	a->until_ms = clock_mono_ms() + r->timeout_ms;
	a->is_question = strcmp(r->method, "GET") == 0;
	a->fn = fn;
	a->ctx = ctx;
	if (put_place(a->place, t, r) == -1 ||
	    (t->n_late > 0 && !is_behind_late(t, a->place)) ||
	    say(t, r, a->id = next_id(t)) == -1) {
		free(a);
		return -1;
	}
	TAILQ_INSERT_TAIL(&t->asked, a, entry);
	t->n++;
	if (!loop_timer_is_armed(t->timer))
		arm(t);
	return 0;
}
