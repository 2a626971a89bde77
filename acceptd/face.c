/*
 * The connection to the bridge's face socket.
 *
 * DOWN --dial--> DIALLING --connected--> UP --lost--> DOWN
 *
 * While DOWN a timer dials again, later each time; and a question dials at
 * once when the last attempt is not quite fresh, so that the first visitor
 * after the bridge's return is served.
 */

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/sock.h"

#include "acceptd/face.h"

#define CHAINS		1024		/* of open questions, by id */
#define OUT_MAX		(8 * 1024 * 1024)
#define IN_MAX		(2 * FRAME_MAX + 4096)
#define READ_SIZE	65536
#define AGAIN_MIN_MS	100
#define AGAIN_MAX_MS	2000

enum state { DOWN, DIALLING, UP };

TAILQ_HEAD(questions, face_question);

struct face_question {
	struct face			*face;
	uint32_t			 id;
	uint8_t				 verb;
	int				 is_subscription;
	int64_t				 deadline_ms;
	face_fn				*fn;
	void				*ctx;
	struct face_question		*next;	/* in its chain */
	struct questions		*list;
	TAILQ_ENTRY(face_question)	 at;	/* in `list` */
};

struct face {
	struct loop		*loop;
	const char		*address;
	int64_t			 timeout_ms;
	enum state		 state;
	int			 fd;
	struct loop_fd		*watch;
	struct loop_timer	*deadline, *again;
	int64_t			 again_ms;	/* the next pause */
	int64_t			 dialled_ms;	/* the last attempt */
	int			 is_reading, is_doomed;
	struct buf		 in, out;
	uint32_t		 last_id;
	uint32_t		 n_open;
	struct questions	 waiting;	/* by deadline */
	struct questions	 answered;	/* subscriptions */
	struct questions	 orphans;	/* of a lost connection */
	struct face_question	*chain[CHAINS];
};

static void on_deadline(void *);
static void on_again(void *);
static void on_ready(void *, int);

struct face *
face_new(struct loop *loop, const char *address, int64_t timeout_ms)
{
	struct face *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->loop = loop;
	f->address = address;
	f->timeout_ms = timeout_ms;
	f->fd = -1;
	f->again_ms = AGAIN_MIN_MS;
	TAILQ_INIT(&f->waiting);
	TAILQ_INIT(&f->answered);
	TAILQ_INIT(&f->orphans);
	buf_init(&f->in, IN_MAX);
	buf_init(&f->out, OUT_MAX);
	f->deadline = loop_timer_new(loop, on_deadline, f);
	f->again = loop_timer_new(loop, on_again, f);
	if (f->deadline == NULL || f->again == NULL) {
		face_free(f);
		return NULL;
	}
	loop_timer_arm(f->again, 0);
	return f;
}

static void
enter(struct face *f, enum state state)
{
	static const char *const words[] = { "down", "dialling", "up" };

	log_debug("bridge: %s -> %s", words[f->state], words[state]);
	f->state = state;
}

/* Questions. */

static void
unlink_question(struct face_question *q)
{
	struct face_question **at = &q->face->chain[q->id % CHAINS];

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	TAILQ_REMOVE(q->list, q, at);
	q->face->n_open--;
	free(q);
}

static void
move_question(struct face_question *q, struct questions *to)
{
	TAILQ_REMOVE(q->list, q, at);
	q->list = to;
	TAILQ_INSERT_TAIL(to, q, at);
}

/* No answer will come. */
static void
fail_question(struct face_question *q)
{
	face_fn *fn = q->fn;
	void *ctx = q->ctx;

	unlink_question(q);
	fn(ctx, NULL);
}

static void
arm_deadline(struct face *f)
{
	const struct face_question *first = TAILQ_FIRST(&f->waiting);
	int64_t left;

	if (first == NULL) {
		loop_timer_arm(f->deadline, -1);
		return;
	}
	left = first->deadline_ms - clock_mono_ms();
	loop_timer_arm(f->deadline, left > 0 ? left : 0);
}

static void
on_deadline(void *ctx)
{
	struct face *f = ctx;
	struct face_question *q;
	int64_t now = clock_mono_ms();

	while ((q = TAILQ_FIRST(&f->waiting)) != NULL &&
	    q->deadline_ms <= now) {
		log_warn("bridge: no answer in time, verb=%u", q->verb);
		fail_question(q);
	}
	arm_deadline(f);
}

/* The connection. */

static void
close_connection(struct face *f)
{
	loop_fd_free(f->watch);
	f->watch = NULL;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	buf_clear(&f->in);
	buf_clear(&f->out);
}

/* Whoever waits is told; he may ask anew from within. */
static void
lose(struct face *f, const char *why)
{
	struct face_question *q;

	if (f->state == DOWN)
		return;
	if (f->is_reading) {
		f->is_doomed = 1;	/* the input is in use */
		return;
	}
	if (f->state == UP)
		log_warn("bridge: lost: %s", why);
	else
		log_debug("bridge: cannot be reached: %s", why);
	enter(f, DOWN);
	close_connection(f);
	loop_timer_arm(f->again, f->again_ms);
	f->again_ms = f->again_ms * 2 < AGAIN_MAX_MS ? f->again_ms * 2 :
	    AGAIN_MAX_MS;
	while ((q = TAILQ_FIRST(&f->waiting)) != NULL)
		move_question(q, &f->orphans);
	while ((q = TAILQ_FIRST(&f->answered)) != NULL)
		move_question(q, &f->orphans);
	while ((q = TAILQ_FIRST(&f->orphans)) != NULL)
		fail_question(q);
	arm_deadline(f);
}

static void
connected(struct face *f)
{
	enter(f, UP);
	log_info("bridge: connected");
	f->again_ms = AGAIN_MIN_MS;
	loop_fd_set(f->watch, LOOP_READ);
	face_flush(f);
}

static void
dial(struct face *f)
{
	char why[256];

	f->dialled_ms = clock_mono_ms();
	enter(f, DIALLING);
	f->fd = sock_dial(f->address, why, sizeof(why));
	if (f->fd < 0) {
		lose(f, why);
		return;
	}
	f->watch = loop_fd_new(f->loop, f->fd, LOOP_WRITE, on_ready, f);
	if (f->watch == NULL)
		lose(f, "out of memory");
}

static void
on_again(void *ctx)
{
	struct face *f = ctx;

	if (f->state == DOWN)
		dial(f);
}

static struct face_question *
find(struct face *f, uint32_t id)
{
	struct face_question *q = f->chain[id % CHAINS];

	while (q != NULL && q->id != id)
		q = q->next;
	return q;
}

static void
deliver(struct face *f, const struct frame *frame)
{
	struct face_question *q = find(f, frame->id);
	face_fn *fn;
	void *ctx;

	if (q == NULL)
		return;		/* forgotten, or too late */
	if (q->verb != frame->verb) {
		face_reset(f);
		return;
	}
	fn = q->fn;
	ctx = q->ctx;
	if (!q->is_subscription)
		unlink_question(q);
	else if (q->list == &f->waiting)
		move_question(q, &f->answered);
	fn(ctx, frame);
}

static void
take_frames(struct face *f)
{
	enum frame_result r = FRAME_MORE;
	size_t from = 0, used = 0;
	struct frame frame;

	f->is_reading = 1;
	while (!f->is_doomed && (r = frame_next(&frame, f->in.data + from,
	    f->in.len - from, &used)) == FRAME_WHOLE) {
		from += used;
		deliver(f, &frame);
	}
	f->is_reading = 0;
	if (f->is_doomed || r == FRAME_BAD) {
		f->is_doomed = 0;
		lose(f, "it does not speak our language");
		return;
	}
	buf_drain(&f->in, from);
	arm_deadline(f);
}

static void
read_some(struct face *f)
{
	unsigned char *room = buf_room(&f->in, READ_SIZE);
	ssize_t n;

	if (room == NULL) {
		lose(f, "out of memory");
		return;
	}
	n = recv(f->fd, room, READ_SIZE, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(f, n == 0 ? "it closed the connection" :
		    strerror(errno));
		return;
	}
	buf_grown(&f->in, (size_t)n);
	take_frames(f);
}

static void
on_ready(void *ctx, int events)
{
	struct face *f = ctx;
	int error;

	if (f->state == DIALLING) {
		error = sock_dial_result(f->fd);
		if (error != 0)
			lose(f, strerror(error));
		else
			connected(f);
		return;
	}
	if (events & LOOP_WRITE)
		face_flush(f);
	if ((events & LOOP_READ) && f->state == UP)
		read_some(f);
}

void
face_flush(struct face *f)
{
	ssize_t n;

	if (f->state != UP || f->out.len == 0)
		return;
	n = send(f->fd, f->out.data, f->out.len, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		lose(f, strerror(errno));
		return;
	}
	if (n > 0)
		buf_drain(&f->out, (size_t)n);
	loop_fd_set(f->watch, f->out.len > 0 ? LOOP_READ | LOOP_WRITE :
	    LOOP_READ);
}

void
face_reset(struct face *f)
{
	lose(f, "it does not speak our language");
}

int
face_is_up(const struct face *f)
{
	return f->state == UP;
}

uint32_t
face_open_questions(const struct face *f)
{
	return f->n_open;
}

static int
is_ready_to_ask(struct face *f, size_t len)
{
	if (f->state == DOWN &&
	    clock_mono_ms() - f->dialled_ms >= AGAIN_MIN_MS)
		dial(f);
	return f->state != DOWN && f->out.len + len + 16 < OUT_MAX;
}

static struct face_question *
ask(struct face *f, uint8_t verb, const struct buf *body, int is_subscription)
{
	struct face_question *q;

	if (!buf_ok(body) || !is_ready_to_ask(f, body->len))
		return NULL;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return NULL;
	do
		q->id = ++f->last_id;
	while (find(f, q->id) != NULL);
	frame_put(&f->out, q->id, verb, body->data, body->len);
	if (!buf_ok(&f->out)) {
		free(q);
		lose(f, "out of memory");
		return NULL;
	}
	q->face = f;
	q->verb = verb;
	q->is_subscription = is_subscription;
	q->deadline_ms = clock_mono_ms() + f->timeout_ms;
	q->next = f->chain[q->id % CHAINS];
	f->chain[q->id % CHAINS] = q;
	q->list = &f->waiting;
	TAILQ_INSERT_TAIL(&f->waiting, q, at);
	f->n_open++;
	if (!loop_timer_is_armed(f->deadline))
		loop_timer_arm(f->deadline, f->timeout_ms);
	return q;
}

struct face_question *
face_ask(struct face *f, uint8_t verb, const struct buf *body, face_fn *fn,
    void *ctx)
{
	struct face_question *q = ask(f, verb, body, 0);

	if (q != NULL) {
		q->fn = fn;
		q->ctx = ctx;
	}
	return q;
}

struct face_question *
face_subscribe(struct face *f, uint8_t verb, const struct buf *body,
    face_fn *fn, void *ctx)
{
	struct face_question *q = ask(f, verb, body, 1);

	if (q != NULL) {
		q->fn = fn;
		q->ctx = ctx;
	}
	return q;
}

void
face_forget(struct face_question *q)
{
	if (q != NULL)
		unlink_question(q);
}

void
face_free(struct face *f)
{
	struct face_question *q;
	size_t i;

	if (f == NULL)
		return;
	for (i = 0; i < CHAINS; i++)
		while ((q = f->chain[i]) != NULL)
			unlink_question(q);
	close_connection(f);
	loop_timer_free(f->deadline);
	loop_timer_free(f->again);
	buf_free(&f->in);
	buf_free(&f->out);
	free(f);
}
