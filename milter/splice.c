/*
 * Edits of a body, and the body as they make it.
 */

#include <string.h>

#include "milter/splice.h"

void
splice_init(struct splice *s, size_t max)
{
	s->n = 0;
	buf_init(&s->text, max);
}

void
splice_clear(struct splice *s)
{
	s->n = 0;
	buf_clear(&s->text);
}

void
splice_free(struct splice *s)
{
	if (s == NULL)
		return;
	s->n = 0;
	buf_free(&s->text);
}

int
splice_add(struct splice *s, size_t at, size_t del, const void *bytes,
    size_t len)
{
	const struct splice_edit *last = s->n > 0 ? &s->edit[s->n - 1] : NULL;
	struct splice_edit *e = &s->edit[s->n];

	if (s->n == SPLICE_MAX)
		return -1;
	if (last != NULL && (at < last->at || at - last->at < last->del))
		return -1;
	e->at = at;
	e->del = del;
	e->from = s->text.len;
	e->len = len;
	buf_put(&s->text, bytes, len);
	if (!buf_ok(&s->text))
		return -1;
	s->n++;
	return 0;
}

int
splice_next(const struct splice *s, size_t body_len, struct splice_cursor *c,
    struct splice_piece *piece)
{
	const struct splice_edit *e;
	size_t stop;

	for (;;) {
		e = c->edit < s->n ? &s->edit[c->edit] : NULL;
		stop = e != NULL && e->at < body_len ? e->at : body_len;
		if (c->at < stop) {
			piece->bytes = NULL;
			piece->at = c->at;
			piece->len = stop - c->at;
			c->at = stop;
			return 1;
		}
		if (e == NULL)
			return 0;
		if (!c->is_inserted && e->len > 0) {
			c->is_inserted = 1;
			piece->bytes = s->text.data + e->from;
			piece->at = 0;
			piece->len = e->len;
			return 1;
		}
		c->is_inserted = 0;
		c->edit++;
		c->at += e->del < body_len - c->at ? e->del : body_len - c->at;
	}
}

size_t
splice_growth(const struct splice *s)
{
	size_t out = 0, i;

	for (i = 0; i < s->n; i++)
		out += s->edit[i].del;
	return s->text.len > out ? s->text.len - out : 0;
}
