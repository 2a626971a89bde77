/* Carries visits about, between HTTP, the site, the bridge and live. */

#include <sys/queue.h>

#include <stdlib.h>

#include "acceptd/face.h"
#include "acceptd/http.h"
#include "acceptd/live.h"
#include "acceptd/web.h"

#include "acceptd/desk.h"

struct desk {
	struct desk_site	 site;
	struct face		*face;
	struct live		*live;
	LIST_HEAD(, errand)	 errands;
};

/* A visit on its way. */
struct errand {
	LIST_ENTRY(errand)	 at;
	struct desk		*desk;
	struct http_exchange	*exchange;
	struct visit		 visit;
};

static void on_answer(void *, const struct frame *);

struct desk *
desk_new(const struct desk_site *site, struct face *face, struct live *live)
{
	struct desk *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->site = *site;
	d->face = face;
	d->live = live;
	LIST_INIT(&d->errands);
	return d;
}

static void
free_errand(struct errand *e)
{
	LIST_REMOVE(e, at);
	visit_free(&e->visit);
	free(e);
}

void
desk_free(struct desk *d)
{
	struct errand *e;

	if (d == NULL)
		return;
	while ((e = LIST_FIRST(&d->errands)) != NULL)
		free_errand(e);
	free(d);
}

/* A response without words, for when there is no memory for any. */
static void
respond_status(struct http_exchange *x, int status)
{
	struct web_response r;

	web_response_init(&r);
	r.status = status;
	http_respond(x, &r);
	web_response_free(&r);
}

static void
begin_stream(struct errand *e)
{
	const struct live_viewer viewer = {
		e->visit.secret, e->visit.lang, e->visit.client
	};
	int fd;

	fd = live_has_room(e->desk->live, e->visit.client) ?
	    http_detach(e->exchange) : -1;
	if (fd < 0)
		respond_status(e->exchange, 503);
	else
		live_open(e->desk->live, fd, &viewer);
}

/* As far as it goes without waiting. */
static void
go(struct errand *e, enum visit_step step)
{
	struct desk *d = e->desk;

	while (step == VISIT_ASK) {
		e->visit.is_sent = face_ask(d->face, e->visit.verb,
		    &e->visit.question, on_answer, e) != NULL;
		if (e->visit.is_sent)
			return;
		step = d->site.answer(d->site.ctx, &e->visit, NULL);
	}
	if (step == VISIT_STREAM)
		begin_stream(e);
	else
		http_respond(e->exchange, &e->visit.response);
	free_errand(e);
}

static void
on_answer(void *ctx, const struct frame *f)
{
	struct errand *e = ctx;
	struct desk *d = e->desk;
	enum visit_step step;

	step = d->site.answer(d->site.ctx, &e->visit, f);
	if (e->visit.is_garbled) {
		e->visit.is_garbled = 0;
		face_reset(d->face);
	}
	go(e, step);
}

void
desk_request(void *desk, struct http_exchange *x, const struct web_request *r)
{
	struct desk *d = desk;
	struct errand *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		respond_status(x, 503);
		return;
	}
	e->desk = d;
	e->exchange = x;
	visit_init(&e->visit);
	LIST_INSERT_HEAD(&d->errands, e, at);
	go(e, d->site.begin(d->site.ctx, &e->visit, r));
}
