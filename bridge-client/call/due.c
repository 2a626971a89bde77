#include <stdlib.h>

#include "bridge-client/call/due.h"

static void
place(struct due_heap *h, size_t i, struct due *d)
{
	h->v[i - 1] = d;
	d->place = i;
}

/* Finds the place of `d`, which is to be in or above the free place `i`. */
static size_t
up(struct due_heap *h, size_t i, const struct due *d)
{
	for (; i > 1 && h->v[i / 2 - 1]->at > d->at; i /= 2)
		place(h, i, h->v[i / 2 - 1]);
	return i;
}

static size_t
down(struct due_heap *h, size_t i, const struct due *d)
{
	size_t child;

	for (; (child = 2 * i) <= h->n; i = child) {
		if (child < h->n && h->v[child]->at < h->v[child - 1]->at)
			child++;
		if (h->v[child - 1]->at >= d->at)
			break;
		place(h, i, h->v[child - 1]);
	}
	return i;
}

int
due_reserve(struct due_heap *h, size_t n)
{
	struct due **v;

	if (n <= h->size)
		return 0;
	n += n / 2 + 16;
	v = realloc(h->v, n * sizeof(*v));
	if (v == NULL)
		return -1;
	h->v = v;
	h->size = n;
	return 0;
}

static void
take_out(struct due_heap *h, struct due *d)
{
	struct due *last = h->v[h->n - 1];
	size_t i = d->place;

	h->n--;
	d->place = 0;
	if (last != d)
		place(h, up(h, down(h, i, last), last), last);
}

void
due_set(struct due_heap *h, struct due *d, int64_t at)
{
	if (at == d->at && d->place != 0)
		return;
	if (d->place != 0)
		take_out(h, d);
	d->at = at;
	if (at == 0)
		return;
	h->n++;
	place(h, up(h, h->n, d), d);
}

struct due *
due_first(const struct due_heap *h)
{
	return h->n > 0 ? h->v[0] : NULL;
}

void
due_free(struct due_heap *h)
{
	free(h->v);
	h->v = NULL;
	h->n = h->size = 0;
}
