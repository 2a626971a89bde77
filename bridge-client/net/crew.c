/*
 * Two lists: of jobs to be worked on, from which threads take, and of those
 * that are ready, which the loop takes as a whole when its eventfd says that
 * there are some.  That is when there are enough of them, for what the loop
 * does next is a commit, or when there is nothing else to work on.
 */
#include <sys/eventfd.h>

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/loop.h"

#include "bridge-client/net/crew.h"

#define ENOUGH 32	/* jobs to disturb the loop */

struct list {
	struct crew_job	 *first;
	struct crew_job	**last;
};

struct crew {
	pthread_mutex_t	 lock;		/* of what follows */
	pthread_cond_t	 has_work, has_ready;
	struct list	 todo, ready;
	unsigned	 n_idle, n_ready;
	int		 is_told;	/* the loop, of those that are ready */
	int		 is_over;

	size_t		 n_given;	/* and not done: the loop's own */
	pthread_t	 thread[CREW_MAX];
	unsigned	 n;
	int		 fd;
	struct loop_fd	*watch;
};

static void
list_init(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void
list_add(struct list *l, struct crew_job *job)
{
	job->next = NULL;
	*l->last = job;
	l->last = &job->next;
}

static struct crew_job *
list_take(struct list *l)
{
	struct crew_job *job = l->first;

	if (job != NULL && (l->first = job->next) == NULL)
		l->last = &l->first;
	return job;
}

static void
tell_loop(struct crew *c)
{
	const uint64_t one = 1;

	if (c->is_told || (c->n_ready < ENOUGH && c->todo.first != NULL))
		return;
	c->is_told = 1;
	/* It cannot fail: the loop sets it back long before it is full. */
	if (write(c->fd, &one, sizeof(one)) < 0)
		abort();
	pthread_cond_signal(&c->has_ready);
}

static void *
thread_main(void *ctx)
{
	struct crew *c = ctx;
	struct crew_job *job;

	pthread_mutex_lock(&c->lock);
	while (!c->is_over) {
		job = list_take(&c->todo);
		if (job == NULL) {
			c->n_idle++;
			pthread_cond_wait(&c->has_work, &c->lock);
			c->n_idle--;
			continue;
		}
		pthread_mutex_unlock(&c->lock);
		job->work(job);
		pthread_mutex_lock(&c->lock);
		list_add(&c->ready, job);
		c->n_ready++;
		tell_loop(c);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* Those that are ready. */
static void
take_ready(struct crew *c)
{
	struct list ready;
	struct crew_job *job;

	pthread_mutex_lock(&c->lock);
	ready = c->ready;
	list_init(&c->ready);
	c->n_ready = 0;
	c->is_told = 0;
	pthread_mutex_unlock(&c->lock);
	while ((job = list_take(&ready)) != NULL) {
		c->n_given--;
		job->done(job);
	}
}

static void
on_ready(void *ctx, int events)
{
	struct crew *c = ctx;
	uint64_t n;

	(void)events;
	if (read(c->fd, &n, sizeof(n)) == sizeof(n))
		take_ready(c);
}

/* Signals are the loop's. */
static int
start_threads(struct crew *c, unsigned n)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (c->n < n && pthread_create(&c->thread[c->n], NULL, thread_main,
	    c) == 0)
		c->n++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return c->n > 0 ? 0 : -1;
}

struct crew *
crew_new(struct loop *loop, unsigned n)
{
	struct crew *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->has_work, NULL);
	pthread_cond_init(&c->has_ready, NULL);
	list_init(&c->todo);
	list_init(&c->ready);
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->fd >= 0)
		c->watch = loop_fd_new(loop, c->fd, LOOP_READ, on_ready, c);
	if (c->watch != NULL && start_threads(c, n < CREW_MAX ? n :
	    CREW_MAX) == 0)
		return c;
	crew_free(c);
	return NULL;
}

unsigned
crew_usual(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN) / 2;

	return n < 1 ? 1 : n > CREW_MAX ? CREW_MAX : (unsigned)n;
}

void
crew_give(struct crew *c, struct crew_job *job)
{
	unsigned n_idle;

	c->n_given++;
	pthread_mutex_lock(&c->lock);
	list_add(&c->todo, job);
	n_idle = c->n_idle;
	pthread_mutex_unlock(&c->lock);
	if (n_idle > 0)
		pthread_cond_signal(&c->has_work);
}

void
crew_settle(struct crew *c)
{
	while (c->n_given > 0) {
		pthread_mutex_lock(&c->lock);
		while (c->ready.first == NULL)
			pthread_cond_wait(&c->has_ready, &c->lock);
		pthread_mutex_unlock(&c->lock);
		take_ready(c);
	}
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	crew_settle(c);
	pthread_mutex_lock(&c->lock);
	c->is_over = 1;
	pthread_cond_broadcast(&c->has_work);
	pthread_mutex_unlock(&c->lock);
	while (c->n > 0)
		pthread_join(c->thread[--c->n], NULL);
	loop_fd_free(c->watch);
	if (c->fd >= 0)
		close(c->fd);
	pthread_cond_destroy(&c->has_ready);
	pthread_cond_destroy(&c->has_work);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
