/* The loop: descriptors, timers, signals, and who may free whom when. */

#include <sys/socket.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/loop.h"

#include "t/tap.h"

static char trace[256];		/* what happened, a letter each */

static void
mark(char c)
{
	size_t n = strlen(trace);

	if (n + 1 < sizeof(trace)) {
		trace[n] = c;
		trace[n + 1] = '\0';
	}
}

static void
is_trace(const char *want, const char *what)
{
	is_str(trace, want, "%s", what);
	trace[0] = '\0';
}

static void
on_timer(void *ctx)
{
	mark(*(const char *)ctx);
}

static void
test_timer_order(void)
{
	static const struct {
		char name[2];
		int64_t in_ms;
	} cases[] = {
		{ "e", 50 }, { "b", 20 }, { "x", -1 }, { "a", 10 },
		{ "c", 20 }, { "d", 40 }, { "f", INT64_MAX },
	};
	struct loop *l = loop_new();
	struct loop_timer *t[7];

	clock_fake(1000000, 1000);
	for (size_t i = 0; i < 7; i++) {
		t[i] = loop_timer_new(l, on_timer, (void *)cases[i].name);
		loop_timer_arm(t[i], cases[i].in_ms);
	}
	ok(!loop_timer_is_armed(t[2]) && loop_timer_is_armed(t[6]), "armed");
	loop_turn(l, 0);
	is_trace("", "none before its time");
	clock_fake(1000000, 1019);
	loop_turn(l, 0);
	is_trace("a", "one is due");
	loop_timer_arm(t[5], 1);
	loop_timer_arm(t[0], -1);
	clock_fake(1000000, 1020);
	loop_turn(l, 0);
	is_trace("bcd", "equal times in the order of arming; one moved");
	clock_fake(1000000, 99000);
	loop_turn(l, 0);
	is_trace("", "disarmed does not fire, nor a fired one again");
	ok(!loop_timer_is_armed(t[1]), "not armed after it fired");
	for (size_t i = 0; i < 7; i++)
		loop_timer_free(t[i]);
	loop_timer_free(NULL);
	loop_free(l);
	clock_fake(-1, 0);
}

/* Against a plain list: the heap gives them back sorted. */
static void
test_many_timers(void)
{
	enum { MANY = 500 };
	static struct loop_timer *t[MANY];
	static int64_t at[MANY];
	struct loop *l = loop_new();
	uint32_t seed = 1;
	size_t i, wrong = 0;

	clock_fake(1000000, 0);
	for (i = 0; i < MANY; i++)
		t[i] = loop_timer_new(l, on_timer, (void *)"t");
	for (i = 0; i < 4 * MANY; i++) {
		seed = seed * 1103515245u + 12345;
		at[i % MANY] = (seed >> 16) % 1000 + 1;
		if (at[i % MANY] % 7 == 0)
			at[i % MANY] = -1;
		loop_timer_arm(t[i % MANY], at[i % MANY]);
	}
	for (int64_t now = 1; now <= 1000; now++) {
		clock_fake(1000000, now);
		do {
			trace[0] = '\0';
			loop_turn(l, 0);
		} while (trace[0] != '\0');
		for (i = 0; i < MANY; i++)
			wrong += loop_timer_is_armed(t[i]) != (at[i] > now);
	}
	is_int(wrong, 0, "500 timers fire at their own time");
	for (i = 0; i < MANY; i++)
		loop_timer_free(t[i]);
	loop_free(l);
	trace[0] = '\0';
	clock_fake(-1, 0);
}

struct pair {
	struct loop		*l;
	struct loop_timer	*a, *b;
	int			 left;
};

static void
again(void *ctx)
{
	struct pair *p = ctx;

	mark('a');
	if (p->left-- > 0)
		loop_timer_arm(p->a, 0);
}

static void
free_both(void *ctx)
{
	struct pair *p = ctx;

	mark('f');
	loop_timer_free(p->a);
	loop_timer_free(p->b);
	p->a = p->b = NULL;
}

static void
test_timers_in_callbacks(void)
{
	struct pair p = { .left = 2 };

	p.l = loop_new();
	p.a = loop_timer_new(p.l, again, &p);
	loop_timer_arm(p.a, 0);
	loop_turn(p.l, 0);
	is_trace("a", "armed again at once, it waits for the next turn");
	loop_turn(p.l, 0);
	loop_turn(p.l, 0);
	loop_turn(p.l, 0);
	is_trace("aa", "and fires there");
	loop_timer_free(p.a);
	p.a = loop_timer_new(p.l, free_both, &p);
	p.b = loop_timer_new(p.l, free_both, &p);
	loop_timer_arm(p.a, 0);
	loop_timer_arm(p.b, 0);
	loop_turn(p.l, 0);
	is_trace("f", "a timer frees itself and another that is due");
	loop_free(p.l);
}

struct ends {
	int		 fd[2];
	struct loop_fd	*watch[2];
	int		 seen;
	int		 which;		/* of two such, for the trace */
	struct ends	*other;
};

static struct ends
ends_new(void)
{
	struct ends e = { .which = 0 };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, e.fd) < 0)
		e.fd[0] = e.fd[1] = -1;
	return e;
}

static void
ends_close(struct ends *e)
{
	for (int i = 0; i < 2; i++) {
		loop_fd_free(e->watch[i]);
		if (e->fd[i] >= 0)
			close(e->fd[i]);
	}
}

static void
on_fd(void *ctx, int events)
{
	struct ends *e = ctx;

	e->seen = events;
	mark('i');
}

static void
test_events(void)
{
	struct loop *l = loop_new();
	struct ends e = ends_new();

	ok(loop_fd_new(l, 9999, LOOP_READ, on_fd, &e) == NULL,
	    "no such descriptor");
	e.watch[0] = loop_fd_new(l, e.fd[0], LOOP_READ, on_fd, &e);
	loop_turn(l, 0);
	is_trace("", "nothing to read");
	ok(write(e.fd[1], "x", 1) == 1, "a byte is sent");
	loop_turn(l, 0);
	loop_turn(l, 0);
	is_trace("ii", "level triggered: told until it is read");
	is_int(e.seen, LOOP_READ, "only reading");
	loop_fd_set(e.watch[0], LOOP_READ | LOOP_WRITE);
	loop_turn(l, 0);
	is_int(e.seen, LOOP_READ | LOOP_WRITE, "both");
	loop_fd_set(e.watch[0], LOOP_WRITE);
	loop_turn(l, 0);
	is_int(e.seen, LOOP_WRITE, "only writing");
	trace[0] = '\0';
	loop_fd_set(e.watch[0], 0);
	close(e.fd[1]);
	e.fd[1] = -1;
	loop_turn(l, 0);
	is_trace("", "without events not even a hang-up");
	loop_fd_set(e.watch[0], LOOP_READ);
	loop_turn(l, 0);
	is_int(e.seen, LOOP_READ | LOOP_WRITE, "a hang-up is both");
	trace[0] = '\0';
	ends_close(&e);
	loop_turn(l, 0);
	is_trace("", "freed: silent");
	loop_free(l);
}

/* Whichever comes first frees both, and closes. */
static void
free_other(void *ctx, int events)
{
	struct ends *e = ctx;

	(void)events;
	mark('k');
	loop_fd_free(e->other->watch[0]);
	e->other->watch[0] = NULL;
	loop_fd_free(e->watch[0]);
	e->watch[0] = NULL;
}

static void
pause_other(void *ctx, int events)
{
	struct ends *e = ctx;

	(void)events;
	mark('p');
	loop_fd_set(e->other->watch[0], 0);
}

static void
test_free_in_callback(void)
{
	struct loop *l = loop_new();
	struct ends a = ends_new(), b = ends_new();

	a.other = &b;
	b.other = &a;
	a.watch[0] = loop_fd_new(l, a.fd[0], LOOP_WRITE, pause_other, &a);
	b.watch[0] = loop_fd_new(l, b.fd[0], LOOP_WRITE, pause_other, &b);
	loop_turn(l, 0);
	is_trace("p", "another's interest ends within the turn");
	ends_close(&a);
	ends_close(&b);
	a = ends_new();
	b = ends_new();
	a.other = &b;
	b.other = &a;
	a.watch[0] = loop_fd_new(l, a.fd[0], LOOP_WRITE, free_other, &a);
	b.watch[0] = loop_fd_new(l, b.fd[0], LOOP_WRITE, free_other, &b);
	loop_turn(l, 0);
	is_trace("k", "a watch frees another that is ready, and itself");
	loop_turn(l, 0);
	is_trace("", "both are gone");
	ends_close(&a);
	ends_close(&b);
	loop_free(l);
}

static void
count_fd(void *ctx, int events)
{
	(void)events;
	++*(int *)ctx;
}

static void
on_end(void *ctx)
{
	(void)ctx;
	mark('e');
}

static void
test_fairness(void)
{
	enum { MANY = 100 };
	struct loop *l = loop_new();
	struct ends e[MANY];
	int count[MANY] = { 0 };
	size_t i, starved = 0;
	struct loop_timer *t = loop_timer_new(l, on_timer, (void *)"t");

	for (i = 0; i < MANY; i++) {
		e[i] = ends_new();
		e[i].watch[0] = loop_fd_new(l, e[i].fd[0], LOOP_WRITE, count_fd,
		    &count[i]);
	}
	loop_at_turn_end(l, on_end, NULL);
	loop_timer_arm(t, 0);
	loop_turn(l, -1);
	is_trace("te", "the timer, then the end of the turn");
	loop_turn(l, -1);
	loop_turn(l, -1);
	for (i = 0; i < MANY; i++)
		starved += count[i] == 0;
	is_int(starved, 0, "of 100 that are always ready, none starves");
	for (i = 0; i < MANY; i++)
		ends_close(&e[i]);
	loop_timer_free(t);
	loop_free(l);
	trace[0] = '\0';
}

static void
on_signal(void *ctx, int signo)
{
	mark(signo == SIGHUP ? 'H' : signo == SIGTERM ? 'T' : '?');
	if (signo == SIGTERM)
		loop_stop(ctx);
}

static void
test_signals(void)
{
	static const int signo[] = { SIGTERM, SIGHUP };
	struct loop *l = loop_new();

	is_int(loop_signals(l, signo, 2, on_signal, l), 0, "signals");
	kill(getpid(), SIGHUP);
	loop_turn(l, 0);
	is_trace("H", "a signal is an event");
	kill(getpid(), SIGTERM);
	is_int(loop_run(l), 0, "the loop runs until it is stopped");
	is_trace("T", "by the other signal");
	loop_free(l);
}

/* With the real clock: a timer is never early. */
static void
test_real_clock(void)
{
	struct loop *l = loop_new();
	struct loop_timer *t = loop_timer_new(l, on_timer, (void *)"t");
	int64_t before_us;
	int early = 0;

	for (int i = 0; i < 20; i++) {
		before_us = clock_mono_us();
		loop_timer_arm(t, 1);
		while (loop_timer_is_armed(t))
			loop_turn(l, 0);
		early += clock_mono_us() - before_us < 1000;
	}
	is_int(early, 0, "never early, not by a part of a millisecond");
	loop_timer_arm(t, 1);
	while (loop_timer_is_armed(t))
		loop_turn(l, -1);
	ok(1, "and the loop wakes up for it");
	loop_timer_free(t);
	loop_free(l);
	loop_free(NULL);
}

int
main(void)
{
	test_timer_order();
	test_many_timers();
	test_timers_in_callbacks();
	test_events();
	test_free_in_callback();
	test_fairness();
	test_signals();
	test_real_clock();
	return tap_done();
}
