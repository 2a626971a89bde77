/* Deadlines by class. */

#include <stdlib.h>

#include "lib/clock.h"
#include "lib/loop.h"

#include "acceptd/reaper.h"

#define SWEEP_MS 250		/* how late a deadline may be seen */

TAILQ_HEAD(entries, reaper_entry);

struct reaper_queue {
	int64_t		 time_ms;
	struct entries	 entries;
};

struct reaper {
	struct loop_timer	*timer;
	reaper_fn		*fn;
	void			*ctx;
	struct reaper_queue	 queue[REAPER_CLASSES];
};

/* Looks as long as there is something to look at. */
static void
sweep(void *ctx)
{
	struct reaper *r = ctx;
	struct reaper_entry *e;
	int64_t now = clock_mono_ms();
	int i, is_busy = 0;

	for (i = 0; i < REAPER_CLASSES; i++) {
		while ((e = TAILQ_FIRST(&r->queue[i].entries)) != NULL &&
		    e->due_ms <= now) {
			reaper_remove(e);
			r->fn(r->ctx, e);
		}
		is_busy |= e != NULL;
	}
	if (is_busy)
		loop_timer_arm(r->timer, SWEEP_MS);
}

struct reaper *
reaper_new(struct loop *loop, const int64_t times_ms[REAPER_CLASSES],
    reaper_fn *fn, void *ctx)
{
	struct reaper *r = calloc(1, sizeof(*r));
	int i;

	if (r == NULL)
		return NULL;
	r->fn = fn;
	r->ctx = ctx;
	r->timer = loop_timer_new(loop, sweep, r);
	if (r->timer == NULL) {
		free(r);
		return NULL;
	}
	for (i = 0; i < REAPER_CLASSES; i++) {
		r->queue[i].time_ms = times_ms[i];
		TAILQ_INIT(&r->queue[i].entries);
	}
	return r;
}

void
reaper_free(struct reaper *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	free(r);
}

void
reaper_remove(struct reaper_entry *e)
{
	if (e->queue == NULL)
		return;
	TAILQ_REMOVE(&e->queue->entries, e, at);
	e->queue = NULL;
}

void
reaper_put(struct reaper *r, struct reaper_entry *e, unsigned class)
{
	struct reaper_queue *q = &r->queue[class];

	reaper_remove(e);
	e->due_ms = clock_mono_ms() + q->time_ms;
	e->queue = q;
	TAILQ_INSERT_TAIL(&q->entries, e, at);
	if (!loop_timer_is_armed(r->timer))
		loop_timer_arm(r->timer, SWEEP_MS);
}
