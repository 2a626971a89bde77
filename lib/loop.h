#ifndef LIB_LOOP_H
#define LIB_LOOP_H

#include <stdint.h>

/*
 * The event loop of a single-threaded program: descriptors (epoll, level
 * triggered), timers on the monotonic clock, and what is to be done at the end
 * of each turn.  Nothing here blocks but loop_run().
 */
struct loop;
struct loop_fd;
struct loop_timer;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* `events`: what is ready; an error or a hang-up is both. */
typedef void loop_fd_fn(void *ctx, int events);
typedef void loop_fn(void *ctx);

struct loop *loop_new(void);
/* Its watches and timers must have been freed before. */
void loop_free(struct loop *);

/*
 * Watches `fd`, which stays the caller's.  NULL on error.  loop_fd_free() must
 * come before close(); inside a callback it is allowed for any watch.  With no
 * events at all the watch sleeps, and does not even hear of a hang-up.
 */
struct loop_fd *loop_fd_new(struct loop *, int fd, int events, loop_fd_fn *,
    void *ctx);
void loop_fd_set(struct loop_fd *, int events);
void loop_fd_free(struct loop_fd *);

/*
 * A timer fires once, at or after its time, never from within the call that
 * armed it.  Arming again moves it; -1 ms disarms.  In a callback it may be
 * armed again or freed.
 */
struct loop_timer *loop_timer_new(struct loop *, loop_fn *, void *ctx);
void loop_timer_arm(struct loop_timer *, int64_t in_ms);
int loop_timer_is_armed(const struct loop_timer *);
void loop_timer_free(struct loop_timer *);

/*
 * Called at the end of every turn, after all ready descriptors and due timers:
 * the place to commit what the turn has gathered.  One per loop.
 */
void loop_at_turn_end(struct loop *, loop_fn *, void *ctx);

/* Runs until loop_stop().  0, or -1 with errno. */
int loop_run(struct loop *);
/* One turn: waits at most `max_ms` (-1: as long as it takes). */
int loop_turn(struct loop *, int64_t max_ms);
void loop_stop(struct loop *);

/*
 * Signals as events: `fn` is called in the loop for each `signo` named; the
 * signals are blocked for the process (signalfd).  Call once.
 */
typedef void loop_signal_fn(void *ctx, int signo);
int loop_signals(struct loop *, const int *signo, int n, loop_signal_fn *,
    void *ctx);

#endif
