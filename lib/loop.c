/*
 * The event loop: epoll for descriptors, a binary heap of timers, a signalfd,
 * and a hook at the end of each turn.
 *
 * A turn takes at most a batch of descriptors, then the timers that were due
 * when it began to look, then the hook: none of the three can starve another.
 * A descriptor that is always ready goes to the end of epoll's list each time
 * that it is reported, so more ready ones than a batch take their turns.
 */

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/log.h"

#include "lib/loop.h"

#define BATCH 64		/* descriptors served in a turn */
#define NOT_ARMED SIZE_MAX

struct loop_fd {
	struct loop	*loop;
	int		 fd;		/* -1: freed, waits to be buried */
	int		 events;
	loop_fd_fn	*fn;
	void		*ctx;
	struct loop_fd	*next;		/* among the dead */
};

struct loop_timer {
	struct loop	*loop;
	int64_t		 at_ms;
	uint64_t	 order;		/* of arming: equal times keep it */
	size_t		 place;		/* in the heap, or NOT_ARMED */
	loop_fn		*fn;
	void		*ctx;
};

struct loop {
	int			  epfd;
	int			  is_stopped;
	int			  serving;	/* batches of epoll's in use */
	struct loop_fd		 *dead;
	struct loop_timer	**heap;
	size_t			  heap_n;	/* timers armed */
	size_t			  heap_size;	/* allocated */
	size_t			  timers;	/* that exist */
	uint64_t		  order;
	loop_fn			 *end_fn;
	void			 *end_ctx;
	int			  signal_fd;
	struct loop_fd		 *signal_watch;
	loop_signal_fn		 *signal_fn;
	void			 *signal_ctx;
};

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->signal_fd = -1;
	l->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epfd < 0) {
		free(l);
		return NULL;
	}
	return l;
}

/* Watches freed during the batch: epoll's answers may still point at them. */
static void
bury_dead(struct loop *l)
{
	struct loop_fd *w;

	while ((w = l->dead) != NULL) {
		l->dead = w->next;
		free(w);
	}
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	/* Watches and timers are their owners', to be freed before. */
	loop_fd_free(l->signal_watch);
	bury_dead(l);
	if (l->signal_fd >= 0)
		close(l->signal_fd);
	close(l->epfd);
	free(l->heap);
	free(l);
}

/*
 * Tells epoll.  A watch without events is not in epoll at all: a hang-up is
 * always reported there, and would turn a paused watch into a busy loop.
 */
static int
set_epoll(struct loop_fd *w, int op)
{
	struct epoll_event ev = { .data.ptr = w };

	if (w->events & LOOP_READ)
		ev.events |= EPOLLIN;
	if (w->events & LOOP_WRITE)
		ev.events |= EPOLLOUT;
	return epoll_ctl(w->loop->epfd, op, w->fd, &ev);
}

struct loop_fd *
loop_fd_new(struct loop *l, int fd, int events, loop_fd_fn *fn, void *ctx)
{
	struct loop_fd *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->loop = l;
	w->fd = fd;
	w->events = events;
	w->fn = fn;
	w->ctx = ctx;
	if (events != 0 && set_epoll(w, EPOLL_CTL_ADD) < 0) {
		free(w);
		return NULL;
	}
	return w;
}

void
loop_fd_set(struct loop_fd *w, int events)
{
	int op = EPOLL_CTL_MOD;

	if (w->events == events)
		return;
	if (w->events == 0)
		op = EPOLL_CTL_ADD;
	else if (events == 0)
		op = EPOLL_CTL_DEL;
	w->events = events;
	if (set_epoll(w, op) < 0)
		log_warn("loop: cannot watch descriptor %d: %s", w->fd,
		    strerror(errno));
}

void
loop_fd_free(struct loop_fd *w)
{
	struct loop *l;

	if (w == NULL)
		return;
	l = w->loop;
	if (w->events != 0)
		(void)set_epoll(w, EPOLL_CTL_DEL);
	if (l->serving == 0) {
		free(w);
		return;
	}
	w->fd = -1;
	w->next = l->dead;
	l->dead = w;
}

/* Timers.  A heap: each is due no earlier than its parent at (place-1)/2. */

static int
is_earlier(const struct loop_timer *a, const struct loop_timer *b)
{
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms;
	return a->order < b->order;
}

static void
heap_put(struct loop *l, size_t place, struct loop_timer *t)
{
	l->heap[place] = t;
	t->place = place;
}

/* Settles `t` at or around `place`, towards the root or away from it. */
static void
heap_settle(struct loop *l, size_t place, struct loop_timer *t)
{
	size_t up, child;

	while (place > 0 && is_earlier(t, l->heap[up = (place - 1) / 2])) {
		heap_put(l, place, l->heap[up]);
		place = up;
	}
	while ((child = 2 * place + 1) < l->heap_n) {
		if (child + 1 < l->heap_n &&
		    is_earlier(l->heap[child + 1], l->heap[child]))
			child++;
		if (!is_earlier(l->heap[child], t))
			break;
		heap_put(l, place, l->heap[child]);
		place = child;
	}
	heap_put(l, place, t);
}

static void
heap_remove(struct loop_timer *t)
{
	struct loop *l = t->loop;
	struct loop_timer *last;
	size_t place = t->place;

	if (place == NOT_ARMED)
		return;
	t->place = NOT_ARMED;
	last = l->heap[--l->heap_n];
	if (last != t)
		heap_settle(l, place, last);
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_fn *fn, void *ctx)
{
	struct loop_timer *t, **heap;
	size_t size;

	/* The heap has room for every timer that exists: arming cannot fail. */
	if (l->timers == l->heap_size) {
		size = l->heap_size > 0 ? 2 * l->heap_size : 16;
		heap = reallocarray(l->heap, size, sizeof(*heap));
		if (heap == NULL)
			return NULL;
		l->heap = heap;
		l->heap_size = size;
	}
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	l->timers++;
	t->loop = l;
	t->place = NOT_ARMED;
	t->fn = fn;
	t->ctx = ctx;
	return t;
}

/* Rounded up: a timer must not be early by a part of a millisecond. */
static int64_t
time_after(int64_t in_ms)
{
	int64_t now_us = clock_mono_us();
	int64_t now_ms = now_us / 1000;

	if (in_ms > 0 && now_us % 1000 != 0)
		now_ms++;
	return in_ms < INT64_MAX - now_ms ? now_ms + in_ms : INT64_MAX;
}

void
loop_timer_arm(struct loop_timer *t, int64_t in_ms)
{
	struct loop *l = t->loop;

	heap_remove(t);
	if (in_ms < 0)
		return;
	t->at_ms = time_after(in_ms);
	t->order = l->order++;
	heap_settle(l, l->heap_n++, t);
}

int
loop_timer_is_armed(const struct loop_timer *t)
{
	return t->place != NOT_ARMED;
}

void
loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	heap_remove(t);
	t->loop->timers--;
	free(t);
}

void
loop_at_turn_end(struct loop *l, loop_fn *fn, void *ctx)
{
	l->end_fn = fn;
	l->end_ctx = ctx;
}

static int
wait_ms(const struct loop *l, int64_t max_ms)
{
	int64_t in_ms;

	if (l->heap_n > 0) {
		in_ms = l->heap[0]->at_ms - clock_mono_ms();
		if (in_ms < 0)
			in_ms = 0;
		if (max_ms < 0 || in_ms < max_ms)
			max_ms = in_ms;
	}
	if (max_ms < 0)
		return -1;
	return max_ms < INT_MAX ? (int)max_ms : INT_MAX;
}

static void
serve_fds(struct loop *l, const struct epoll_event *ev, int n)
{
	struct loop_fd *w;
	int i, events;

	l->serving++;
	for (i = 0; i < n; i++) {
		w = ev[i].data.ptr;
		if (w->fd < 0)
			continue;	/* freed by a callback before */
		events = 0;
		if (ev[i].events & EPOLLIN)
			events |= LOOP_READ;
		if (ev[i].events & EPOLLOUT)
			events |= LOOP_WRITE;
		/* A callback before may have lost interest on its behalf. */
		events &= w->events;
		if (w->events != 0 && (ev[i].events & (EPOLLERR | EPOLLHUP)))
			events = LOOP_READ | LOOP_WRITE;
		if (events != 0)
			w->fn(w->ctx, events);
	}
	if (--l->serving == 0)
		bury_dead(l);
}

/* What is armed from now on waits for the next turn, even when due at once. */
static void
serve_timers(struct loop *l)
{
	int64_t now_ms = clock_mono_ms();
	uint64_t limit = l->order;
	struct loop_timer *t;

	while (l->heap_n > 0) {
		t = l->heap[0];
		if (t->at_ms > now_ms || t->order >= limit)
			break;
		heap_remove(t);
		t->fn(t->ctx);
	}
}

int
loop_turn(struct loop *l, int64_t max_ms)
{
	struct epoll_event ev[BATCH];
	int n;

	n = epoll_wait(l->epfd, ev, BATCH, wait_ms(l, max_ms));
	if (n < 0) {
		if (errno != EINTR)
			return -1;
		n = 0;
	}
	log_hold(1);
	serve_fds(l, ev, n);
	serve_timers(l);
	if (l->end_fn != NULL)
		l->end_fn(l->end_ctx);
	log_hold(0);
	return 0;
}

int
loop_run(struct loop *l)
{
	int result = 0;

	while (!l->is_stopped && result == 0)
		result = loop_turn(l, -1);
	l->is_stopped = 0;
	return result;
}

void
loop_stop(struct loop *l)
{
	l->is_stopped = 1;
}

static void
on_signal(void *ctx, int events)
{
	struct loop *l = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (read(l->signal_fd, &info, sizeof(info)) == sizeof(info))
		l->signal_fn(l->signal_ctx, (int)info.ssi_signo);
}

int
loop_signals(struct loop *l, const int *signo, int n, loop_signal_fn *fn,
    void *ctx)
{
	sigset_t set;
	int i;

	sigemptyset(&set);
	for (i = 0; i < n; i++)
		sigaddset(&set, signo[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	l->signal_fn = fn;
	l->signal_ctx = ctx;
	l->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->signal_fd < 0)
		return -1;
	l->signal_watch = loop_fd_new(l, l->signal_fd, LOOP_READ, on_signal, l);
	return l->signal_watch != NULL ? 0 : -1;
}
