/*
 * Live streams.  A watch is one call with one subscription at the bridge and
 * any number of streams; it remembers the last status, so that a new stream
 * has something to show at once.
 */

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"
#include "lib/loop.h"

#include "acceptd/face.h"
#include "acceptd/limit.h"

#include "acceptd/live.h"

#define CHAINS		4096		/* of watches, by their secret */
#define OUT_MAX		8192		/* a reader behind by more is dropped */
#define BEAT_MS		20000		/* a sign of life for proxies */
#define AGAIN_MS	1000		/* until the bridge is asked again */

static const char head[] =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/event-stream; charset=utf-8\r\n"
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Accel-Buffering: no\r\n"
    "Connection: close\r\n"
    "\r\n"
    "retry: 3000\n\n";

struct stream {
	TAILQ_ENTRY(stream)	 at;		/* in its watch */
	struct watch		*watch;
	int			 fd;
	struct loop_fd		*ready;
	struct buf		 out;
	char			 lang[9];
	char			 client[ASK_CLIENT_MAX + 1];
};

struct watch {
	TAILQ_ENTRY(watch)	 at;		/* in all */
	struct watch		*next;		/* in its chain */
	struct live		*live;
	struct face_question	*question;	/* NULL: to be asked again */
	int			 has_status;
	struct ask_status	 status;
	TAILQ_HEAD(, stream)	 streams;
	char			 secret[ASK_SECRET_MAX + 1];
};

struct live {
	struct live_options	 options;
	struct limit_tally	*tally;
	struct loop_timer	*beat, *again;
	uint32_t		 n;
	TAILQ_HEAD(, watch)	 watches;
	struct watch		*chain[CHAINS];
};

static void on_status(void *, const struct frame *);

/* Secrets are random already. */
static struct watch **
find(struct live *l, const char *secret)
{
	struct watch **at;
	const char *p;
	unsigned h = 0;

	for (p = secret; *p != '\0'; p++)
		h = h * 31 + (unsigned char)*p;
	for (at = &l->chain[h % CHAINS]; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->secret, secret) == 0)
			break;
	return at;
}

static void
free_watch(struct watch *w)
{
	struct watch **at = find(w->live, w->secret);

	*at = w->next;
	TAILQ_REMOVE(&w->live->watches, w, at);
	face_forget(w->question);
	free(w);
}

/* The watch stays; whoever ends the last stream ends it. */
static void
close_stream(struct stream *s)
{
	struct live *l = s->watch->live;

	TAILQ_REMOVE(&s->watch->streams, s, at);
	limit_tally_leave(l->tally, s->client);
	l->n--;
	loop_fd_free(s->ready);
	close(s->fd);
	buf_free(&s->out);
	free(s);
}

static void
drop_stream(struct stream *s)
{
	struct watch *w = s->watch;

	close_stream(s);
	if (TAILQ_EMPTY(&w->streams))
		free_watch(w);
}

/* -1: the reader is gone, or does not read. */
static int
flush(struct stream *s)
{
	ssize_t n;

	if (!buf_ok(&s->out))
		return -1;
	if (s->out.len == 0)
		return 0;
	n = send(s->fd, s->out.data, s->out.len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (n > 0)
		buf_drain(&s->out, (size_t)n);
	if (s->out.len == 0)
		buf_free(&s->out);	/* thousands wait, few have news */
	loop_fd_set(s->ready, s->out.len > 0 ? LOOP_READ | LOOP_WRITE :
	    LOOP_READ);
	return 0;
}

static void
on_ready(void *ctx, int events)
{
	struct stream *s = ctx;
	char bytes[256];
	ssize_t n = 1;

	if (events & LOOP_READ)
		n = recv(s->fd, bytes, sizeof(bytes), 0);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
	    flush(s) < 0)
		drop_stream(s);
}

static void
put_event(struct stream *s)
{
	const struct live_options *o = &s->watch->live->options;

	buf_str(&s->out, "data: ");
	o->event(o->ctx, &s->out, &s->watch->status, s->lang);
	buf_str(&s->out, "\n\n");
}

static int
is_over(const struct watch *w)
{
	return w->has_status && (w->status.stage == ASK_STAGE_ENDED ||
	    w->status.stage == ASK_STAGE_NONE);
}

/* Everyone gets the news; a call that is over ends its streams. */
static void
tell(struct watch *w)
{
	struct stream *s, *next;
	int has_ended = is_over(w);

	for (s = TAILQ_FIRST(&w->streams); s != NULL; s = next) {
		next = TAILQ_NEXT(s, at);
		put_event(s);
		if (flush(s) < 0 || has_ended)
			close_stream(s);
	}
	if (TAILQ_EMPTY(&w->streams))
		free_watch(w);
}

static void
subscribe(struct watch *w)
{
	struct ask_watch q = { 0 };
	struct buf body;

	snprintf(q.secret, sizeof(q.secret), "%s", w->secret);
	q.is_subscription = 1;
	buf_init(&body, FRAME_MAX);
	ask_put_watch(&body, &q);
	w->question = face_subscribe(w->live->options.face, ASK_STATUS, &body,
	    on_status, w);
	buf_free(&body);
	if (w->question == NULL && !loop_timer_is_armed(w->live->again))
		loop_timer_arm(w->live->again, AGAIN_MS);
}

static void
on_status(void *ctx, const struct frame *f)
{
	struct watch *w = ctx;

	if (f == NULL) {
		w->question = NULL;
		if (!loop_timer_is_armed(w->live->again))
			loop_timer_arm(w->live->again, AGAIN_MS);
		return;
	}
	if (ask_get_status(&w->status, f->body, f->len) < 0) {
		face_reset(w->live->options.face);
		return;
	}
	w->has_status = 1;
	tell(w);
}

static void
on_again(void *ctx)
{
	struct live *l = ctx;
	struct watch *w;

	TAILQ_FOREACH(w, &l->watches, at)
		if (w->question == NULL)
			subscribe(w);
}

/* A comment, so that nobody on the way takes silence for death. */
static void
on_beat(void *ctx)
{
	struct live *l = ctx;
	struct watch *w, *next_watch;
	struct stream *s, *next;

	for (w = TAILQ_FIRST(&l->watches); w != NULL; w = next_watch) {
		next_watch = TAILQ_NEXT(w, at);
		for (s = TAILQ_FIRST(&w->streams); s != NULL; s = next) {
			next = TAILQ_NEXT(s, at);
			buf_str(&s->out, ":\n\n");
			if (flush(s) < 0)
				close_stream(s);
		}
		if (TAILQ_EMPTY(&w->streams))
			free_watch(w);
	}
	loop_timer_arm(l->beat, BEAT_MS);
}

struct live *
live_new(const struct live_options *o)
{
	struct live *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->options = *o;
	TAILQ_INIT(&l->watches);
	l->tally = limit_tally_new(o->max_per_client);
	l->beat = loop_timer_new(o->loop, on_beat, l);
	l->again = loop_timer_new(o->loop, on_again, l);
	if (l->tally == NULL || l->beat == NULL || l->again == NULL) {
		live_free(l);
		return NULL;
	}
	loop_timer_arm(l->beat, BEAT_MS);
	return l;
}

void
live_free(struct live *l)
{
	struct watch *w;
	struct stream *s;

	if (l == NULL)
		return;
	while ((w = TAILQ_FIRST(&l->watches)) != NULL) {
		while ((s = TAILQ_FIRST(&w->streams)) != NULL)
			close_stream(s);
		free_watch(w);
	}
	limit_tally_free(l->tally);
	loop_timer_free(l->beat);
	loop_timer_free(l->again);
	free(l);
}

static struct watch *
watch_call(struct live *l, const char *secret)
{
	struct watch **at = find(l, secret), *w;

	if (*at != NULL)
		return *at;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return NULL;
	w->live = l;
	TAILQ_INIT(&w->streams);
	snprintf(w->secret, sizeof(w->secret), "%s", secret);
	*at = w;
	TAILQ_INSERT_TAIL(&l->watches, w, at);
	subscribe(w);
	return w;
}

int
live_has_room(struct live *l, const char *client)
{
	if (l->n >= l->options.max_streams ||
	    limit_tally_enter(l->tally, client) < 0)
		return 0;
	limit_tally_leave(l->tally, client);
	return 1;
}

void
live_open(struct live *l, int fd, const struct live_viewer *viewer)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct watch *w = s == NULL ? NULL : watch_call(l, viewer->secret);

	if (w == NULL || limit_tally_enter(l->tally, viewer->client) < 0)
		goto bad;
	s->watch = w;
	s->fd = fd;
	snprintf(s->lang, sizeof(s->lang), "%s", viewer->lang);
	snprintf(s->client, sizeof(s->client), "%s", viewer->client);
	buf_init(&s->out, OUT_MAX);
	TAILQ_INSERT_TAIL(&w->streams, s, at);
	l->n++;
	s->ready = loop_fd_new(l->options.loop, fd, LOOP_READ, on_ready, s);
	if (s->ready == NULL) {
		drop_stream(s);
		return;
	}
	buf_str(&s->out, head);
	if (w->has_status)
		put_event(s);
	if (flush(s) < 0)
		drop_stream(s);
	return;
bad:
	if (w != NULL && TAILQ_EMPTY(&w->streams))
		free_watch(w);
	close(fd);
	free(s);
}

uint32_t
live_count(const struct live *l)
{
	return l->n;
}
