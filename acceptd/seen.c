/* Tokens whose signature held a moment ago. */

#include <stdlib.h>
#include <string.h>

#include "lib/token.h"

#include "acceptd/seen.h"

struct entry {
	uint16_t	 len;		/* 0: empty */
	uint8_t		 uses;
	int64_t		 not_after;
	unsigned char	 offer[TOKEN_OFFER_BYTES];
	char		 name[TOKEN_NAME_MAX + 1];
	char		 text[TOKEN_TEXT_MAX];
};

struct seen {
	size_t		 rows;		/* a power of two */
	struct entry	*entries;
};

struct seen *
seen_new(size_t room)
{
	struct seen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	for (s->rows = 1; s->rows < room; s->rows *= 2)
		;
	s->entries = calloc(s->rows, sizeof(*s->entries));
	if (s->entries == NULL) {
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
	free(s->entries);
	free(s);
}

void
seen_clear(struct seen *s)
{
	memset(s->entries, 0, s->rows * sizeof(*s->entries));
}

/* The end of a token is its signature, as good as random. */
static struct entry *
place(const struct seen *s, const char *text, size_t len)
{
	size_t i, h = 0;

	for (i = len > 12 ? len - 12 : 0; i < len; i++)
		h = h * 67 + (unsigned char)text[i];
	return &s->entries[h & (s->rows - 1)];
}

int
seen_find(const struct seen *s, const char *text, size_t len,
    struct token *out)
{
	const struct entry *e = place(s, text, len);

	if (len == 0 || e->len != len || memcmp(e->text, text, len) != 0)
		return 0;
	memset(out, 0, sizeof(*out));
	out->uses = e->uses;
	out->not_after = e->not_after;
	memcpy(out->offer, e->offer, sizeof(out->offer));
	memcpy(out->name, e->name, sizeof(out->name));
	return 1;
}

void
seen_add(struct seen *s, const char *text, size_t len, const struct token *t)
{
	struct entry *e = place(s, text, len);

	if (len == 0 || len > TOKEN_TEXT_MAX)
		return;
	memset(e, 0, sizeof(*e));
	e->len = (uint16_t)len;
	e->uses = t->uses;
	e->not_after = t->not_after;
	memcpy(e->offer, t->offer, sizeof(e->offer));
	memcpy(e->name, t->name, sizeof(e->name));
	memcpy(e->text, text, len);
}
