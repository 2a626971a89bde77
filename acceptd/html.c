/* Writing HTML: escaping, and sentences with holes. */

#include <string.h>

#include "lib/buf.h"

#include "acceptd/html.h"

static const char *
entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	}
	return NULL;
}

/* The first bytes of a string.  libc looks at sixteen of them at a time. */
static void
put_text(struct buf *b, const char *s, size_t len)
{
	size_t n;

	while ((n = strcspn(s, "&<>\"'")) < len) {
		buf_put(b, s, n);
		buf_str(b, entity(s[n]));
		s += n + 1;
		len -= n + 1;
	}
	buf_put(b, s, len);
}

void
html_text(struct buf *b, const char *s)
{
	put_text(b, s, strlen(s));
}

static const struct html_hole *
find(const struct html_hole *holes, const char *name, size_t len)
{
	if (holes == NULL)
		return NULL;
	for (; holes->name != NULL; holes++)
		if (strlen(holes->name) == len &&
		    memcmp(holes->name, name, len) == 0)
			return holes;
	return NULL;
}

static void
put_hole(struct buf *b, const struct html_hole *hole)
{
	if (hole->as == HTML_MARKUP) {
		buf_str(b, hole->value);
		return;
	}
	buf_str(b, hole->as == HTML_NUMBER ?
	    "<bdi class=\"number\" dir=\"ltr\">" : "<bdi>");
	html_text(b, hole->value);
	buf_str(b, "</bdi>");
}

/* 1 when something may run from right to left: U+0580 to U+07FF. */
static int
has_rtl(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0xd6 && (unsigned char)*s <= 0xdf)
			return 1;
	return 0;
}

/*
 * What <bdi> does in markup, done by the characters for it (UAX 9: FSI or LRI,
 * then PDI), where there are two directions to be kept apart.
 */
static void
put_plain_hole(struct buf *b, const struct html_hole *hole, int is_rtl)
{
	int is_apart = is_rtl || has_rtl(hole->value);

	if (is_apart)
		buf_str(b, hole->as == HTML_NUMBER ? "\342\201\246" :
		    "\342\201\250");
	buf_str(b, hole->value);
	if (is_apart)
		buf_str(b, "\342\201\251");
}

static void
fill(struct buf *b, const char *s, const struct html_hole *holes, int is_html)
{
	int is_rtl = has_rtl(s);
	const struct html_hole *hole;
	const char *open, *close;

	for (; (open = strchr(s, '{')) != NULL; s = close + 1) {
		close = strchr(open, '}');
		if (close == NULL)
			break;
		if (is_html)
			put_text(b, s, (size_t)(open - s));
		else
			buf_put(b, s, (size_t)(open - s));
		hole = find(holes, open + 1, (size_t)(close - open - 1));
		if (hole == NULL)
			buf_put(b, open, (size_t)(close + 1 - open));
		else if (is_html)
			put_hole(b, hole);
		else
			put_plain_hole(b, hole, is_rtl);
	}
	if (is_html)
		html_text(b, s);
	else
		buf_str(b, s);
}

void
html_fill(struct buf *b, const char *sentence, const struct html_hole *holes)
{
	fill(b, sentence, holes, 1);
}

void
html_fill_plain(struct buf *b, const char *sentence,
    const struct html_hole *holes)
{
	fill(b, sentence, holes, 0);
}

void
html_json(struct buf *b, const char *s)
{
	unsigned char c;

	buf_str(b, "\"");
	for (; (c = (unsigned char)*s) != '\0'; s++) {
		if (c < 0x20 || c == '<' || c == '"' || c == '\\')
			buf_printf(b, "\\u%04x", c);
		else
			buf_put(b, s, 1);
	}
	buf_str(b, "\"");
}
