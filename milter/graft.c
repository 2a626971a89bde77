/*
 * Putting a button into one text: decode it for the eye, flatten its character
 * set, find the place, and write the edit in the text's own encoding.
 */

#include <string.h>

#include "milter/button.h"
#include "milter/html.h"
#include "milter/splice.h"

#include "milter/graft.h"

#define BLOCK_MAX	16384	/* bytes of a button, however encoded */
#define BLOCK_USUAL	2048

/* The text with ASCII eyes: itself, or a flattened copy of it. */
static enum reason
look(struct graft *g, struct buf *copy, const unsigned char **p, size_t *len)
{
	size_t n;

	*p = g->text.text + g->set.bom;
	*len = g->text.len - g->set.bom;
	if (g->set.kind == CHARSET_ASCII)
		return REASON_NONE;
	n = *len;
	buf_init(copy, n);
	buf_put(copy, *p, n);
	if (!buf_ok(copy))
		return REASON_ERROR;
	if (n > 0 && charset_flatten(&g->set, copy->data, n, len) != 0)
		return REASON_CHARSET;
	*p = copy->data;
	return REASON_NONE;
}

static enum reason
place_html(struct graft *g, const unsigned char *p, size_t len, size_t *at)
{
	struct html_spot spot;

	/* Markup may hide in a shifted run, where nobody sees it. */
	if (g->set.kind == CHARSET_UTF7)
		return REASON_CHARSET;
	switch (html_place(p, len, &spot)) {
	case HTML_PLACED:
		*at = spot.at;
		g->is_sheet = spot.is_sheet;
		g->spot.is_midline = *at > 0 && p[*at - 1] != '\n';
		return REASON_NONE;
	case HTML_BROKEN:
		return REASON_HTML;
	case HTML_PGP:
		return REASON_PGP;
	}
	return REASON_ERROR;
}

static enum reason
place(struct graft *g)
{
	const unsigned char *p;
	struct buf copy = { 0 };
	size_t len, at = 0;
	enum reason r;

	r = look(g, &copy, &p, &len);
	if (r != REASON_NONE) {
		buf_free(&copy);
		return r;
	}
	if (g->leaf->is_html) {
		r = place_html(g, p, len, &at);
	} else if (plain_place(p, len, &g->spot) != 0) {
		r = REASON_PGP;
	} else {
		at = g->spot.at;
	}
	buf_free(&copy);
	if (r != REASON_NONE)
		return r;
	codec_find_place(&g->place, &g->text, at * g->set.unit + g->set.bom);
	return codec_may_cut(&g->text, &g->place) ? REASON_NONE :
	    REASON_BOUNDARY;
}

enum reason
graft_place(struct graft *g, const struct leaf *leaf,
    const unsigned char *content)
{
	size_t len = leaf->end - leaf->at;

	memset(g, 0, sizeof(*g));
	g->leaf = leaf;
	g->text.codec = leaf->codec;
	g->text.raw = content;
	g->text.raw_len = len;
	g->text.text = content;
	g->text.len = len;
	if (leaf->codec != CODEC_PLAIN) {
		buf_init(&g->decoded, len + 3);
		if (codec_decode(leaf->codec, content, len, &g->decoded) != 0)
			return buf_ok(&g->decoded) ? REASON_ENCODING :
			    REASON_ERROR;
		g->text.text = g->decoded.data;
		g->text.len = g->decoded.len;
	}
	if (charset_find(&g->set, leaf->charset, g->text.text, g->text.len)
	    != 0)
		return REASON_CHARSET;
	if (g->set.kind == CHARSET_WIDE && leaf->codec == CODEC_PLAIN)
		return REASON_CHARSET;	/* RFC 2781, 3: not without encoding */
	return place(g);
}

/* What is inserted, in ASCII, with the empty lines that set it off. */
static void
compose(const struct graft *g, const struct button *b, struct buf *out)
{
	static const char spaces[] = "  ";
	size_t odd;

	if (g->spot.is_midline)
		buf_str(out, "\r\n");
	if (g->leaf->is_html) {
		if (g->is_sheet)
			buf_str(out, "<div align=\"center\" "
			    "style=\"padding:0 8px\">\r\n");
		button_html(b, out);
		if (g->is_sheet)
			buf_str(out, "</div>\r\n");
		if (codec_grain(&g->text, &g->place) == 3) {
			buf_put(out, spaces, (3 - (out->len + 2) % 3) % 3);
			buf_str(out, "\r\n");
		}
		return;
	}
	if (!g->spot.has_gap_before)
		buf_str(out, "\r\n");
	button_text(b, out);
	if (!g->spot.has_gap_after)
		buf_str(out, "\r\n");
	odd = codec_grain(&g->text, &g->place) == 3 ? out->len % 3 : 0;
	while (odd-- > 0)
		buf_str(out, "\r\n");
}

/* The edit of the text, counted from the front of the body. */
static int
insert(const struct graft *g, const struct buf *block, struct splice *s)
{
	const struct codec_text ins = { CODEC_PLAIN, NULL, 0, block->data,
	    block->len };
	struct buf out;
	int rc = -1;

	buf_init(&out, 4 * BLOCK_MAX);
	(void)buf_room(&out, BLOCK_USUAL);
	codec_insert(&g->text, &g->place, &ins, &out);
	/* An empty text: its boundary must begin a line of its own. */
	if (g->leaf->is_open && out.len >= 2 &&
	    memcmp(out.data + out.len - 2, "\r\n", 2) != 0)
		buf_str(&out, "\r\n");
	if (buf_ok(&out))
		rc = splice_add(s, g->leaf->at + g->place.raw, g->place.del,
		    out.data, out.len);
	buf_free(&out);
	return rc;
}

int
graft_apply(const struct graft *g, const struct button *b, struct splice *s)
{
	struct buf ascii, block;
	int rc = -1;

	if (g->leaf->digest_len > 0 && splice_add(s, g->leaf->digest_at,
	    g->leaf->digest_len, "", 0) != 0)
		return -1;
	buf_init(&ascii, BLOCK_MAX);
	buf_init(&block, 4 * BLOCK_MAX);
	(void)buf_room(&ascii, BLOCK_USUAL);
	compose(g, b, &ascii);
	if (buf_ok(&ascii)) {
		charset_put(&g->set, &block, (const char *)ascii.data,
		    ascii.len);
		if (buf_ok(&block))
			rc = insert(g, &block, s);
	}
	buf_free(&ascii);
	buf_free(&block);
	return rc;
}

void
graft_free(struct graft *g)
{
	buf_free(&g->decoded);
}
