/*
 * A button put into whatever comes.  What is left when the inserted bytes are
 * taken out is the body as it came; the scan finds the same texts again; each
 * decodes to the old text and one stretch more; no line was made that could be
 * a boundary.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "milter/button.h"
#include "milter/graft.h"
#include "milter/icon.h"
#include "milter/mime.h"
#include "milter/picture.h"
#include "milter/splice.h"

#include "t/fuzz/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_inserted(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (p[i] == '-' && p[i + 1] == '-' &&
		    (i == 0 || p[i - 1] == '\n'))
			abort();
}

/* The new body; checks that without the insertions it is the old one. */
static void
write_out(const struct splice *s, const uint8_t *body, size_t len,
    struct buf *out, int has_icon)
{
	struct splice_cursor at = { 0 };
	struct splice_piece p;

	while (splice_next(s, len, &at, &p)) {
		if (p.bytes != NULL) {
			if (!has_icon)
				check_inserted(p.bytes, p.len);
			buf_put(out, p.bytes, p.len);
			continue;
		}
		buf_put(out, body + p.at, p.len);
	}
	if (out->len != len + splice_growth(s))
		abort();
}

static void
decode(const struct leaf *l, const uint8_t *body, struct buf *out)
{
	size_t n = l->end - l->at;

	buf_init(out, n + 3);
	if (l->codec == CODEC_PLAIN)
		buf_put(out, body + l->at, n);
	else if (codec_decode(l->codec, body + l->at, n, out) != 0)
		abort();
}

/* The new text is the old one and one stretch more. */
static void
check_text(const struct buf *a, const struct buf *b)
{
	size_t head = 0, more;

	if (b->len <= a->len)
		abort();
	more = b->len - a->len;
	while (head < a->len && a->data[head] == b->data[head])
		head++;
	if (a->len > head && memcmp(a->data + head, b->data + head + more,
	    a->len - head) != 0)
		abort();
}

static void
check_again(const struct mime *old, const uint8_t *p, size_t head,
    const uint8_t *body, const struct buf *out)
{
	static struct mime new;
	struct buf a, b;
	size_t i;

	message_begin(&new, p, head);
	/* A part around the HTML, and one with the icon, may have come. */
	new.depth_max++;
	new.parts_max += 2;
	(void)mime_feed(&new, out->data, out->len, 1);
	if (mime_end(&new) != REASON_NONE || new.n_leaves != old->n_leaves)
		abort();
	for (i = 0; i < old->n_leaves; i++) {
		decode(&old->leaf[i], body, &a);
		decode(&new.leaf[i], out->data, &b);
		check_text(&a, &b);
		buf_free(&a);
		buf_free(&b);
	}
}

/* With the icon, or with the glyph. */
static void
apply(const struct mime *m, const struct graft *g, const struct icon *icon,
    struct splice *s)
{
	static const unsigned char id[TOKEN_OFFER_BYTES] = { 1, 2, 3 };
	struct button button = { "en",
	    "https://call.example.com/o/AQFlx1n7WBU_awBrDSC8AaIHO1vQcrKz-xxx",
	    "Alice", NULL, NULL };
	struct picture picture;
	size_t i;

	picture_plan(&picture, icon, m->leaf, m->n_leaves);
	picture_name(&picture, id, "https://call.example.com");
	for (i = 0; i < m->n_leaves; i++) {
		button.image = picture_on(&picture, &m->leaf[i]);
		if (picture_before(&picture, &m->leaf[i], s) != 0 ||
		    graft_apply(&g[i], &button, s) != 0 ||
		    picture_behind(&picture, &m->leaf[i], s) != 0)
			abort();
	}
	if (picture_behind(&picture, NULL, s) != 0)
		abort();
}

static void
check(const uint8_t *p, size_t len, const struct icon *icon)
{
	static struct mime m;
	struct graft g[MIME_LEAVES_MAX];
	size_t head = message_begin(&m, p, len), i, n = 0;
	enum reason r;
	struct splice s;
	struct buf out;

	m.seeks_seam = icon != NULL;
	(void)mime_feed(&m, p + head, len - head, 1);
	r = mime_end(&m);
	while (r == REASON_NONE && n < m.n_leaves) {
		r = graft_place(&g[n], &m.leaf[n], p + head + m.leaf[n].at);
		n++;
	}
	splice_init(&s, 1 << 20);
	buf_init(&out, len + (1 << 20));
	if (r == REASON_NONE) {
		apply(&m, g, icon, &s);
		write_out(&s, p + head, len - head, &out, icon != NULL);
		check_again(&m, p, head, p + head, &out);
	}
	for (i = 0; i < n; i++)
		graft_free(&g[i]);
	splice_free(&s);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static char base64[] = "iVBORw0KGgo=\r\n";
	static const struct icon icon = { 20, 20, sizeof(base64) - 1, base64 };

	check(p, len, NULL);
	check(p, len, &icon);
	return 0;
}
