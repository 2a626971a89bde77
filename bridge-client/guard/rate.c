/*
 * rate: how often something happened lately.
 *
 * A hash table of keys, chained; each key holds the moments of its events,
 * sorted, oldest first.  "At most N in W seconds" then is one look at the Nth
 * newest moment.  A moment older than the longest window that was ever asked
 * for its kind counts no more; every reservation sweeps a few chains of such.
 */
#include <stdlib.h>
#include <string.h>

#include "bridge-client/guard/rate.h"

#define KINDS		256
#define SWEEP_CHAINS	8
#define RETRY_FULL_S	60

struct entry {
	struct entry	*next;
	int64_t		*at;	/* sorted, oldest first */
	size_t		 n, size;
	unsigned char	 key[RATE_KEY_BYTES];
	uint8_t		 kind;
};

struct rate {
	struct entry	**chain;
	size_t		  n_chains;	/* a power of two */
	size_t		  swept;	/* next chain to sweep */
	size_t		  n_events, max_events;
	int64_t		  full_sweep_at;
	int64_t		  horizon[KINDS];	/* longest window of a kind */
};

struct rate *
rate_new(size_t max_events)
{
	struct rate *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->max_events = max_events;
	for (r->n_chains = 64; r->n_chains < max_events / 4;)
		r->n_chains *= 2;
	r->chain = calloc(r->n_chains, sizeof(*r->chain));
	if (r->chain == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

static void
entry_free(struct entry *e)
{
	free(e->at);
	free(e);
}

void
rate_free(struct rate *r)
{
	struct entry *e, *next;
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n_chains; i++)
		for (e = r->chain[i]; e != NULL; e = next) {
			next = e->next;
			entry_free(e);
		}
	free(r->chain);
	free(r);
}

size_t
rate_events(const struct rate *r)
{
	return r->n_events;
}

/* The keys are keyed hashes already: nobody outside can aim at a chain. */
static struct entry **
chain_of(const struct rate *r, const struct rate_limit *l)
{
	uint64_t h;

	memcpy(&h, l->key, sizeof(h));
	return &r->chain[(h + l->kind) & (r->n_chains - 1)];
}

static struct entry *
find(const struct rate *r, const struct rate_limit *l)
{
	struct entry *e;

	for (e = *chain_of(r, l); e != NULL; e = e->next)
		if (e->kind == l->kind &&
		    memcmp(e->key, l->key, RATE_KEY_BYTES) == 0)
			return e;
	return NULL;
}

/* Drops the moments that count no more, and entries left without any. */
static void
sweep_chain(struct rate *r, size_t i, int64_t now)
{
	struct entry **link = &r->chain[i], *e;
	size_t old;

	while ((e = *link) != NULL) {
		for (old = 0; old < e->n &&
		    e->at[old] <= now - r->horizon[e->kind];)
			old++;
		if (old > 0)
			memmove(e->at, e->at + old,
			    (e->n - old) * sizeof(*e->at));
		e->n -= old;
		r->n_events -= old;
		if (e->n > 0) {
			link = &e->next;
			continue;
		}
		*link = e->next;
		entry_free(e);
	}
}

static void
sweep(struct rate *r, int64_t now)
{
	size_t i, n = SWEEP_CHAINS;

	if (r->n_events >= r->max_events && r->full_sweep_at != now) {
		r->full_sweep_at = now;
		n = r->n_chains;
	}
	for (i = 0; i < n; i++) {
		sweep_chain(r, r->swept, now);
		r->swept = (r->swept + 1) & (r->n_chains - 1);
	}
}

static struct entry *
find_or_make(struct rate *r, const struct rate_limit *l)
{
	struct entry *e = find(r, l), **link;

	if (e != NULL)
		return e;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->kind = l->kind;
	memcpy(e->key, l->key, RATE_KEY_BYTES);
	link = chain_of(r, l);
	e->next = *link;
	*link = e;
	return e;
}

/* Room for one moment more; 0, or -1: out of memory. */
static int
grow(struct entry *e)
{
	size_t size = e->size > 0 ? e->size * 2 : 4;
	int64_t *at;

	if (e->n < e->size)
		return 0;
	at = reallocarray(e->at, size, sizeof(*at));
	if (at == NULL)
		return -1;
	e->at = at;
	e->size = size;
	return 0;
}

static int
add(struct rate *r, const struct rate_limit *l, int64_t at)
{
	struct entry *e;
	size_t i;

	if (r->n_events >= r->max_events)
		return -1;
	e = find_or_make(r, l);
	if (e == NULL || grow(e) == -1)
		return -1;
	for (i = e->n; i > 0 && e->at[i - 1] > at; i--)
		e->at[i] = e->at[i - 1];
	e->at[i] = at;
	e->n++;
	r->n_events++;
	return 0;
}

static void
take_back(struct rate *r, const struct rate_limit *l, int64_t at)
{
	struct entry *e = find(r, l);
	size_t i;

	if (e == NULL)
		return;
	for (i = e->n; i > 0; i--) {
		if (e->at[i - 1] != at)
			continue;
		memmove(e->at + i - 1, e->at + i, (e->n - i) * sizeof(*e->at));
		e->n--;
		r->n_events--;
		return;
	}
}

/* Is this key named before? Then its event is counted already. */
static int
is_again(const struct rate_limit *l, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (l[j].kind == l[i].kind &&
		    memcmp(l[j].key, l[i].key, RATE_KEY_BYTES) == 0)
			return 1;
	return 0;
}

static void
remember_windows(struct rate *r, const struct rate_limit *l, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (r->horizon[l[i].kind] < l[i].window_s)
			r->horizon[l[i].kind] = l[i].window_s;
}

static int64_t
next_of(const struct rate *r, const struct rate_limit *l, int64_t now)
{
	const struct entry *e;
	int64_t nth;

	if (l->most == 0)
		return INT64_MAX;
	e = find(r, l);
	if (e == NULL || e->n < l->most)
		return 0;
	nth = e->at[e->n - l->most];
	return nth > now - l->window_s ? nth + l->window_s : 0;
}

int64_t
rate_next(const struct rate *r, const struct rate_limit *l, size_t n,
    int64_t now)
{
	int64_t at = 0, next;
	size_t i;

	for (i = 0; i < n; i++) {
		next = next_of(r, &l[i], now);
		if (next > at)
			at = next;
	}
	if (at == 0 && r->n_events + n > r->max_events)
		return now + RETRY_FULL_S;
	return at;
}

int64_t
rate_reserve(struct rate *r, const struct rate_limit *l, size_t n, int64_t now)
{
	int64_t at;
	size_t i;

	remember_windows(r, l, n);
	sweep(r, now);
	at = rate_next(r, l, n, now);
	if (at != 0)
		return at;
	for (i = 0; i < n; i++) {
		if (is_again(l, i) || add(r, &l[i], now) == 0)
			continue;
		rate_release(r, l, i, now);
		return now + RETRY_FULL_S;
	}
	return 0;
}

void
rate_count(struct rate *r, const struct rate_limit *l, size_t n, int64_t at)
{
	size_t i;

	remember_windows(r, l, n);
	for (i = 0; i < n; i++)
		if (!is_again(l, i))
			(void)add(r, &l[i], at);
}

void
rate_release(struct rate *r, const struct rate_limit *l, size_t n, int64_t at)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_again(l, i))
			take_back(r, &l[i], at);
}
