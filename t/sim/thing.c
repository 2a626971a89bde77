/*
 * What is to happen, in the order of its time: a heap.  And chance.
 */
#include <stdlib.h>
#include <string.h>

#include "t/sim/sim.h"

static struct sim_thing **heap;
static size_t n_heap, heap_size;
static struct sim_thing *unused;
static uint64_t order;
static uint64_t state;

/* splitmix64, so that neighbouring seeds have nothing in common. */
static uint64_t
next_random(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void
sim_seed(uint64_t seed)
{
	state = seed;
	(void)next_random();
}

unsigned
sim_dice(unsigned n)
{
	return (unsigned)((next_random() >> 32) * n >> 32);
}

int
sim_chance(unsigned per_mille)
{
	return per_mille > 0 && sim_dice(1000) < per_mille;
}

int64_t
sim_between(int64_t low, int64_t high)
{
	return low + (int64_t)(next_random() % (uint64_t)(high - low + 1));
}

/* The sum of halvings: near enough to exponential, and exact everywhere. */
int64_t
sim_about(int64_t mean)
{
	int64_t n = 0;

	while (n < 7 && sim_dice(1000) < 368)
		n++;
	return mean * n / 2 + sim_between(0, mean);
}

static int
is_before(const struct sim_thing *a, const struct sim_thing *b)
{
	return a->at_ms < b->at_ms ||
	    (a->at_ms == b->at_ms && a->order < b->order);
}

static void
sink(size_t i)
{
	struct sim_thing *t = heap[i];
	size_t child;

	for (; (child = 2 * i + 1) < n_heap; i = child) {
		if (child + 1 < n_heap &&
		    is_before(heap[child + 1], heap[child]))
			child++;
		if (!is_before(heap[child], t))
			break;
		heap[i] = heap[child];
	}
	heap[i] = t;
}

static void
put(struct sim_thing *t)
{
	size_t i = n_heap++;

	if (n_heap > heap_size) {
		heap_size = heap_size * 2 + 256;
		heap = realloc(heap, heap_size * sizeof(heap[0]));
		if (heap == NULL)
			abort();
	}
	for (; i > 0 && is_before(t, heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = t;
}

struct sim_thing *
sim_later(enum sim_thing_kind kind, int64_t in_ms)
{
	struct sim_thing *t = unused;

	if (t != NULL)
		unused = t->next;
	else if ((t = malloc(sizeof(*t))) == NULL)
		abort();
	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->at_ms = world.now_ms + in_ms;
	t->order = order++;
	put(t);
	return t;
}

struct sim_thing *
sim_next(void)
{
	return n_heap > 0 ? heap[0] : NULL;
}

struct sim_thing *
sim_take(void)
{
	struct sim_thing *t = heap[0];

	heap[0] = heap[--n_heap];
	if (n_heap > 0)
		sink(0);
	return t;
}

void
sim_again(struct sim_thing *t, int64_t in_ms)
{
	t->at_ms = world.now_ms + in_ms;
	t->order = order++;
	put(t);
}

void
sim_drop(struct sim_thing *t)
{
	t->next = unused;
	unused = t;
}

void
sim_each(int (*fn)(struct sim_thing *))
{
	size_t i, n = n_heap;

	n_heap = 0;
	for (i = 0; i < n; i++)
		if (fn(heap[i]) != 0)
			sim_drop(heap[i]);
		else
			heap[n_heap++] = heap[i];
	for (i = n_heap / 2; i-- > 0; )
		sink(i);
}

static int
anything(struct sim_thing *t)
{
	(void)t;
	return 1;
}

void
sim_drop_all(void)
{
	sim_each(anything);
	order = 0;
}
