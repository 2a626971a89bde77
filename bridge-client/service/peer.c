/*
 * peer: connections on a listening Unix socket, and the frames on them.
 *
 * A connection that is to end is only marked; the loop's next turn closes it.
 * So nobody's memory goes away under his feet, whoever's function was called.
 * Answers are gathered likewise: those of a turn go out by one write(2).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/sock.h"

#include "bridge-client/service/peer.h"

#define READ_BYTES	65536
#define IN_MAX		(FRAME_MAX + 4 + READ_BYTES)
#define STUCK_MS	10000	/* half a frame, or an answer not fetched */
#define PAUSE_MS	500	/* when no descriptor is left */
#define ASKED_MAX	512	/* questions of one that are worked on: others
				   wait in his socket, not in our memory */
#define SEND_BYTES	65536	/* of answers do not wait for others */

struct peer {
	struct peer_socket	*socket;
	struct peer		*prev, *next;
	struct loop_fd		*watch;
	struct loop_timer	*stuck;
	struct buf		 in, out;
	struct peer_ticket	*tickets;
	size_t			 n_tickets;
	size_t			 n_asked;	/* of these, questions */
	int			 fd;
	int			 is_ended;
};

struct peer_socket {
	struct peer_socket_conf	 conf;
	struct loop		*loop;
	struct loop_fd		*watch;
	struct loop_timer	*pause;		/* listen again */
	struct loop_timer	*reap;		/* close what has ended */
	struct loop_timer	*send;		/* what has been answered */
	struct peer		*peers;
	size_t			 n_peers;
	int			 fd;
};

static void
end(struct peer *p, const char *why)
{
	if (p->is_ended)
		return;
	p->is_ended = 1;
	log_debug("socket=%s peer ends: %s", p->socket->conf.name, why);
	loop_fd_set(p->watch, 0);
	loop_timer_arm(p->socket->reap, 0);
}

static void
peer_free(struct peer *p)
{
	struct peer_ticket *t;

	while ((t = p->tickets) != NULL) {
		peer_release(t);
		if (t->gone != NULL)
			t->gone(t);
	}
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		p->socket->peers = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	p->socket->n_peers--;
	loop_fd_free(p->watch);
	loop_timer_free(p->stuck);
	buf_free(&p->in);
	buf_free(&p->out);
	close(p->fd);
	free(p);
}

static void
on_reap(void *ctx)
{
	struct peer_socket *s = ctx;
	struct peer *p, *next;

	for (p = s->peers; p != NULL; p = next) {
		next = p->next;
		if (p->is_ended)
			peer_free(p);
	}
}

static void
on_stuck(void *ctx)
{
	end(ctx, "stuck");
}

static int
is_asking_too_much(const struct peer *p)
{
	return p->n_asked >= ASKED_MAX;
}

/*
 * What is waited for now.  A peer that does not fetch its answers, or asks
 * faster than it can be answered, is not asked for more questions.
 */
static void
set_waiting(struct peer *p)
{
	int events = 0;

	if (p->is_ended)
		return;
	if (p->out.len <= p->socket->conf.out_max / 2 &&
	    !is_asking_too_much(p))
		events |= LOOP_READ;
	if (p->out.len > 0)
		events |= LOOP_WRITE;
	loop_fd_set(p->watch, events);
	if ((p->in.len == 0 || is_asking_too_much(p)) && p->out.len == 0)
		loop_timer_arm(p->stuck, -1);
	else if (!loop_timer_is_armed(p->stuck))
		loop_timer_arm(p->stuck, STUCK_MS);
}

static void
flush(struct peer *p)
{
	ssize_t n;

	if (p->out.len > 0)
		log_flush();
	while (p->out.len > 0) {
		n = write(p->fd, p->out.data, p->out.len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n <= 0) {
			end(p, "cannot be written to");
			return;
		}
		buf_drain(&p->out, (size_t)n);
		loop_timer_arm(p->stuck, STUCK_MS);
	}
}

void
peer_answer_more(struct peer *p, const struct frame *asked,
    const struct buf *body)
{
	if (p->is_ended)
		return;
	frame_put(&p->out, asked->id, asked->verb, body->data, body->len);
	if (!buf_ok(&p->out) || !buf_ok(body))
		end(p, "does not fetch its answers");
}

void
peer_answer(struct peer *p, const struct frame *asked, const struct buf *body)
{
	peer_answer_more(p, asked, body);
	if (!p->is_ended && p->out.len >= SEND_BYTES)
		flush(p);
	if (!p->is_ended && !loop_timer_is_armed(p->socket->send))
		loop_timer_arm(p->socket->send, 0);
}

static void
ask(struct peer *p, const struct frame *f)
{
	const struct peer_socket_conf *conf = &p->socket->conf;

	if (conf->ask(conf->ctx, p, f) == 0)
		return;
	log_warn("socket=%s verb=%u cannot be read, or is none of this "
	    "socket's: connection ended", conf->name, f->verb);
	end(p, "asks what cannot be read");
}

/* All whole frames of the input, as far as they can be worked on. */
static void
take_frames(struct peer *p)
{
	struct frame f;
	size_t at = 0, used;

	while (!p->is_ended && !is_asking_too_much(p)) {
		switch (frame_next(&f, p->in.data + at, p->in.len - at,
		    &used)) {
		case FRAME_WHOLE:
			at += used;
			ask(p, &f);
			continue;
		case FRAME_BAD:
			end(p, "does not speak in frames");
			break;
		case FRAME_MORE:
			break;
		}
		break;
	}
	/* a new half frame gets the whole time */
	if (at > 0)
		loop_timer_arm(p->stuck, -1);
	buf_drain(&p->in, at);
}

/* Answers go, and who has been answered may go on asking. */
static void
on_send(void *ctx)
{
	struct peer_socket *s = ctx;
	struct peer *p;

	for (p = s->peers; p != NULL; p = p->next) {
		if (p->is_ended || (p->out.len == 0 && p->in.len == 0))
			continue;
		flush(p);
		if (!p->is_ended && p->in.len > 0)
			take_frames(p);
		set_waiting(p);
	}
}

static void
read_some(struct peer *p)
{
	unsigned char *room = buf_room(&p->in, READ_BYTES);
	ssize_t n;

	if (room == NULL) {
		end(p, "out of memory");
		return;
	}
	n = read(p->fd, room, READ_BYTES);
	if (n > 0) {
		buf_grown(&p->in, (size_t)n);
		take_frames(p);
	} else if (n == 0)
		end(p, "has hung up");
	else if (errno != EAGAIN && errno != EINTR)
		end(p, "cannot be read from");
}

static void
on_ready(void *ctx, int events)
{
	struct peer *p = ctx;

	if (p->is_ended)
		return;
	if (events & LOOP_WRITE)
		flush(p);
	if (!p->is_ended && (events & LOOP_READ))
		read_some(p);
	if (!p->is_ended)
		flush(p);
	set_waiting(p);
}

/* NULL: out of memory; the descriptor stays the caller's. */
static struct peer *
peer_new(struct peer_socket *s, int fd)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->socket = s;
	p->fd = fd;
	buf_init(&p->in, IN_MAX);
	buf_init(&p->out, s->conf.out_max);
	p->watch = loop_fd_new(s->loop, fd, LOOP_READ, on_ready, p);
	p->stuck = loop_timer_new(s->loop, on_stuck, p);
	if (p->watch == NULL || p->stuck == NULL) {
		loop_fd_free(p->watch);
		loop_timer_free(p->stuck);
		free(p);
		return NULL;
	}
	p->next = s->peers;
	if (p->next != NULL)
		p->next->prev = p;
	s->peers = p;
	s->n_peers++;
	return p;
}

static void
greet(struct peer_socket *s, int fd)
{
	uid_t uid = (uid_t)-1;

	if (sock_peer_uid(fd, &uid) == -1 ||
	    !s->conf.may_speak(s->conf.ctx, uid))
		log_warn("socket=%s refused uid=%ld", s->conf.name,
		    uid == (uid_t)-1 ? -1L : (long)uid);
	else if (s->n_peers >= s->conf.most)
		log_warn("socket=%s refused: %zu connections already",
		    s->conf.name, s->n_peers);
	else if (peer_new(s, fd) != NULL)
		return;
	close(fd);
}

static void
on_pause_over(void *ctx)
{
	struct peer_socket *s = ctx;

	loop_fd_set(s->watch, LOOP_READ);
}

static void
on_knock(void *ctx, int events)
{
	struct peer_socket *s = ctx;
	int fd = sock_accept(s->fd);

	(void)events;
	if (fd >= 0) {
		greet(s, fd);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	log_warn("socket=%s cannot accept: %s", s->conf.name, strerror(errno));
	loop_fd_set(s->watch, 0);
	loop_timer_arm(s->pause, PAUSE_MS);
}

struct peer_socket *
peer_listen(struct loop *loop, int fd, const struct peer_socket_conf *conf)
{
	struct peer_socket *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->conf = *conf;
	s->loop = loop;
	s->fd = fd;
	s->watch = loop_fd_new(loop, fd, LOOP_READ, on_knock, s);
	s->pause = loop_timer_new(loop, on_pause_over, s);
	s->reap = loop_timer_new(loop, on_reap, s);
	s->send = loop_timer_new(loop, on_send, s);
	if (s->watch != NULL && s->pause != NULL && s->reap != NULL &&
	    s->send != NULL)
		return s;
	peer_close(s);
	return NULL;
}

void
peer_close(struct peer_socket *s)
{
	struct peer *p;

	if (s == NULL)
		return;
	while ((p = s->peers) != NULL) {
		if (!p->is_ended)
			flush(p);
		peer_free(p);
	}
	loop_fd_free(s->watch);
	loop_timer_free(s->pause);
	loop_timer_free(s->reap);
	loop_timer_free(s->send);
	close(s->fd);
	free(s);
}

int
peer_hold(struct peer_ticket *t, struct peer *p, const struct frame *f,
    void (*gone)(struct peer_ticket *))
{
	if (p->n_tickets >= PEER_TICKETS_MAX)
		return -1;
	t->peer = p;
	t->id = f->id;
	t->verb = f->verb;
	t->gone = gone;
	t->prev = NULL;
	t->next = p->tickets;
	if (t->next != NULL)
		t->next->prev = t;
	p->tickets = t;
	p->n_tickets++;
	p->n_asked += t->gone == NULL;
	return 0;
}

void
peer_release(struct peer_ticket *t)
{
	if (t->peer == NULL)
		return;
	if (t->prev != NULL)
		t->prev->next = t->next;
	else
		t->peer->tickets = t->next;
	if (t->next != NULL)
		t->next->prev = t->prev;
	t->peer->n_tickets--;
	t->peer->n_asked -= t->gone == NULL;
	t->peer = NULL;
}

void
peer_ticket_answer(const struct peer_ticket *t, const struct buf *body)
{
	const struct frame asked = { .id = t->id, .verb = t->verb };

	if (t->peer != NULL)
		peer_answer(t->peer, &asked, body);
}
