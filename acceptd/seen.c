/*
 * Tokens whose signature held a moment ago.  Sets of a few digests, the newest
 * first: what is added pushes the oldest of its set out.
 */

#include <stdlib.h>
#include <string.h>

#include "lib/token.h"

#include "acceptd/seen.h"

#define WAYS	8
#define KEPT	16	/* bytes of a digest: nobody finds another token that
			   has these */

struct set {
	unsigned char	digest[WAYS][KEPT];	/* 0: none */
};

struct seen {
	size_t		 n;		/* a power of two */
	struct set	*sets;
};

struct seen *
seen_new(size_t room)
{
	struct seen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	for (s->n = 1; s->n * WAYS < room; s->n *= 2)
		;
	s->sets = calloc(s->n, sizeof(*s->sets));
	if (s->sets == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
seen_free(struct seen *s)
{
	if (s == NULL)
		return;
	free(s->sets);
	free(s);
}

void
seen_clear(struct seen *s)
{
	memset(s->sets, 0, s->n * sizeof(*s->sets));
}

static struct set *
set_of(const struct seen *s, const unsigned char digest[TOKEN_DIGEST_BYTES])
{
	uint32_t h;

	memcpy(&h, digest, sizeof(h));
	return &s->sets[h & (s->n - 1)];
}

int
seen_find(const struct seen *s, const char *text, size_t len)
{
	unsigned char digest[TOKEN_DIGEST_BYTES];
	const struct set *set;
	size_t i;

	token_digest(digest, text, len);
	set = set_of(s, digest);
	for (i = 0; i < WAYS; i++)
		if (memcmp(set->digest[i], digest, KEPT) == 0)
			return 1;
	return 0;
}

void
seen_add(struct seen *s, const char *text, size_t len)
{
	unsigned char digest[TOKEN_DIGEST_BYTES];
	struct set *set;

	token_digest(digest, text, len);
	set = set_of(s, digest);
	memmove(set->digest[1], set->digest[0],
	    (WAYS - 1) * sizeof(set->digest[0]));
	memcpy(set->digest[0], digest, KEPT);
}
