/* How often, and how many at once: throttles by key, in memory. */

#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "acceptd/limit.h"

#define WAYS		8	/* keys that share a row */
#define TALLY_ROWS	1024
#define SCALE		60000	/* a token in units: one per ms at 1/min */

/*
 * A key is known by 64 bits of a hash that is seeded at the start, so that
 * nobody can choose keys that fall together.
 */
struct bucket {
	uint64_t	hash;
	int64_t		units;		/* tokens * SCALE */
	int64_t		at_ms;		/* when `units` was true; 0: empty */
};

struct limit {
	uint64_t	 seed;
	int64_t		 burst, per_min;
	size_t		 rows;		/* a power of two */
	struct bucket	*buckets;	/* rows * WAYS */
};

static uint64_t
new_seed(void)
{
	uint64_t seed = 0;

	/* Without entropy it is predictable, not wrong. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = (uintptr_t)&seed;
	return seed;
}

/* FNV-1a from a secret start, then a finalizer to spread the low bits. */
static uint64_t
hash(uint64_t seed, const char *key)
{
	uint64_t h = seed ^ 0xcbf29ce484222325u;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3u;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	h ^= h >> 33;
	return h != 0 ? h : 1;
}

struct limit *
limit_new(uint32_t burst, uint32_t per_min, size_t room)
{
	struct limit *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->seed = new_seed();
	l->burst = burst;
	l->per_min = per_min;
	for (l->rows = 1; l->rows * WAYS < room; l->rows *= 2)
		;
	l->buckets = calloc(l->rows * WAYS, sizeof(*l->buckets));
	if (l->buckets == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void
limit_free(struct limit *l)
{
	if (l == NULL)
		return;
	free(l->buckets);
	free(l);
}

/* The key's bucket, or the one of its row that was used longest ago. */
static struct bucket *
find(struct limit *l, const char *key, int64_t mono_ms)
{
	uint64_t h = hash(l->seed, key);
	struct bucket *row = &l->buckets[(h & (l->rows - 1)) * WAYS];
	struct bucket *oldest = row;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (row[i].hash == h)
			return &row[i];
		if (row[i].at_ms < oldest->at_ms)
			oldest = &row[i];
	}
	oldest->hash = h;
	oldest->units = l->burst * SCALE;
	oldest->at_ms = mono_ms;
	return oldest;
}

int64_t
limit_take(struct limit *l, const char *key, int64_t mono_ms)
{
	struct bucket *b = find(l, key, mono_ms);
	int64_t full = l->burst * SCALE;
	int64_t past = mono_ms - b->at_ms;

	if (past > 0) {
		if (past > full / (l->per_min > 0 ? l->per_min : 1))
			b->units = l->per_min > 0 ? full : b->units;
		else
			b->units += past * l->per_min;
		if (b->units > full)
			b->units = full;
		b->at_ms = mono_ms;
	}
	if (b->units >= SCALE) {
		b->units -= SCALE;
		return 0;
	}
	if (l->per_min == 0)
		return SCALE;
	return (SCALE - b->units + l->per_min - 1) / l->per_min;
}

struct limit_tally {
	uint64_t	 seed;
	uint32_t	 most;
	struct count {
		struct count	*next;
		uint64_t	 hash;
		uint32_t	 n;
	}		*row[TALLY_ROWS];
};

struct limit_tally *
limit_tally_new(uint32_t most)
{
	struct limit_tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->seed = new_seed();
	t->most = most;
	return t;
}

void
limit_tally_free(struct limit_tally *t)
{
	struct count *c;
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < TALLY_ROWS; i++)
		while ((c = t->row[i]) != NULL) {
			t->row[i] = c->next;
			free(c);
		}
	free(t);
}

static struct count **
find_count(struct limit_tally *t, uint64_t h)
{
	struct count **at = &t->row[h % TALLY_ROWS];

	while (*at != NULL && (*at)->hash != h)
		at = &(*at)->next;
	return at;
}

int
limit_tally_enter(struct limit_tally *t, const char *key)
{
	uint64_t h = hash(t->seed, key);
	struct count **at = find_count(t, h);

	if (*at == NULL) {
		if (t->most == 0 || (*at = calloc(1, sizeof(**at))) == NULL)
			return -1;
		(*at)->hash = h;
	}
	if ((*at)->n >= t->most)
		return -1;
	(*at)->n++;
	return 0;
}

void
limit_tally_leave(struct limit_tally *t, const char *key)
{
	struct count **at = find_count(t, hash(t->seed, key)), *gone;

	if (*at == NULL || --(*at)->n > 0)
		return;
	gone = *at;
	*at = gone->next;
	free(gone);
}
