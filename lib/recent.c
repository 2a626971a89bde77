/*
 * What was worked out a moment ago.  Sets of a few, the newest first: what is
 * added pushes the oldest of its set out.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/recent.h"

#define WAYS	8

struct set {
	unsigned char	name[WAYS][RECENT_NAME];	/* 0: none */
};

struct recent {
	size_t		 n;		/* a power of two */
	size_t		 size;
	struct set	*sets;
	unsigned char	*values;	/* WAYS of each set */
};

struct recent *
recent_new(size_t room, size_t size)
{
	struct recent *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->size = size;
	for (r->n = 1; r->n * WAYS < room; r->n *= 2)
		;
	r->sets = calloc(r->n, sizeof(*r->sets));
	r->values = size == 0 ? NULL : calloc(r->n * WAYS, size);
	if (r->sets == NULL || (size > 0 && r->values == NULL)) {
		recent_free(r);
		return NULL;
	}
	return r;
}

void
recent_free(struct recent *r)
{
	if (r == NULL)
		return;
	free(r->sets);
	free(r->values);
	free(r);
}

void
recent_clear(struct recent *r)
{
	memset(r->sets, 0, r->n * sizeof(*r->sets));
	if (r->size > 0)
		memset(r->values, 0, r->n * WAYS * r->size);
}

static size_t
place_of(const struct recent *r, const unsigned char name[RECENT_NAME])
{
	uint32_t h;

	memcpy(&h, name, sizeof(h));
	return h & (r->n - 1);
}

int
recent_find(const struct recent *r, const unsigned char name[RECENT_NAME],
    void *value)
{
	size_t place = place_of(r, name), i;

	for (i = 0; i < WAYS; i++)
		if (memcmp(r->sets[place].name[i], name, RECENT_NAME) == 0)
			break;
	if (i == WAYS)
		return 0;
	if (value != NULL && r->size > 0)
		memcpy(value, r->values + (place * WAYS + i) * r->size,
		    r->size);
	return 1;
}

void
recent_add(struct recent *r, const unsigned char name[RECENT_NAME],
    const void *value)
{
	size_t place = place_of(r, name);
	struct set *set = &r->sets[place];
	unsigned char *first;

	memmove(set->name[1], set->name[0], (WAYS - 1) * RECENT_NAME);
	memcpy(set->name[0], name, RECENT_NAME);
	if (r->size == 0)
		return;
	first = r->values + place * WAYS * r->size;
	memmove(first + r->size, first, (WAYS - 1) * r->size);
	memcpy(first, value, r->size);
}
