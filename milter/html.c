/*
 * A tokenizer that is just good enough to tell what is markup; the place is
 * where the first mark of a signature or a quoted message stands that no own
 * words follow.
 */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "milter/cell.h"
#include "milter/heading.h"
#include "milter/tag.h"

#include "milter/html.h"

#define NOWHERE SIZE_MAX
#define CLIPPED 95000	/* Gmail shows some 102 kB, the button included */

struct reader {
	const unsigned char	*p;
	size_t			 len;
	size_t			 at;

	size_t		body_end;	/* the last </body>, </html> */
	size_t		html_end;
	size_t		top;		/* behind <body>, or </head> */
	size_t		body_at;
	int		is_page;	/* any of these, <html>, <!doctype> */
	size_t		place;		/* of the mark no own words followed */
	int		is_final;	/* all that follows is quoted */
	struct tag_slice quote;		/* name of the element we are in */
	size_t		quote_depth;
	struct tag_slice hidden;	/* likewise, not shown */
	size_t		hidden_depth;
	size_t		hidden_at;	/* where it begins */

	struct cell	cell;
	size_t		fit;		/* the last place that a block fits */

	size_t		break_at;	/* where a new line of text may begin */
	size_t		line;		/* where the last one did */
	size_t		line_place;	/* the place before it */
	int		is_colon;	/* ... and it ends in a colon */
	int		has_address;	/* ... and holds an "@" */
	int		is_arrow;	/* the one being read is quoted */
	size_t		opened;		/* the first block begun since text */
	size_t		prefix;		/* a line of that class began there */
	size_t		ruler;		/* an <hr>, and no text since */

	int		has_words;	/* of the author's own */
	int		is_loose;	/* ... and some stand in no table */
	int		is_centring;	/* what begins stands in the middle */
	int		is_sheet;	/* a table did, before the first word */
};

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Where `what` is found at or behind `at`; NOWHERE. */
static size_t
find(const struct reader *r, size_t at, const char *what)
{
	const unsigned char *hit;

	if (at >= r->len)
		return NOWHERE;
	hit = memmem(r->p + at, r->len - at, what, strlen(what));
	return hit != NULL ? (size_t)(hit - r->p) : NOWHERE;
}

/* At "<!--": behind the comment; NOWHERE when it does not end. */
static size_t
behind_comment(const struct reader *r)
{
	const unsigned char *p = r->p;
	size_t at = r->at + 4;

	if (at < r->len && p[at] == '>')
		return at + 1;
	if (at + 1 < r->len && p[at] == '-' && p[at + 1] == '>')
		return at + 2;
	for (; (at = find(r, at, "--")) != NOWHERE; at++) {
		if (at + 2 < r->len && p[at + 2] == '>')
			return at + 3;
		if (at + 3 < r->len && p[at + 2] == '!' && p[at + 3] == '>')
			return at + 4;
	}
	return NOWHERE;
}

/* Behind a raw text's content, at its end tag; NOWHERE when it has none. */
static size_t
raw_end(const struct reader *r, const struct tag *t)
{
	size_t at = t->next, n = t->name.len;

	while ((at = find(r, at, "</")) != NOWHERE) {
		if (at + 2 + n < r->len && scan_same((const char *)r->p + at +
		    2, n, (const char *)t->name.p, n) &&
		    (is_white(r->p[at + 2 + n]) || r->p[at + 2 + n] == '/' ||
		    r->p[at + 2 + n] == '>'))
			return at;
		at += 2;
	}
	return NOWHERE;
}

/* That place, or where the last cell before it ends. */
static size_t
fitting(const struct reader *r, size_t at)
{
	return cell_fits(&r->cell) ? at : r->fit;
}

/* Places that mark; the attribution right above it belongs to it. */
static void
set_place(struct reader *r, const struct tag *t)
{
	if (r->place != NOWHERE)
		return;
	r->place = fitting(r, t->at);
	if (r->ruler != NOWHERE)
		r->place = r->ruler;
	else if ((r->is_colon || r->line == r->prefix) &&
	    tag_is(t, "blockquote") && r->line != NOWHERE)
		r->place = r->line_place != NOWHERE ? r->line_place : r->line;
}

static void
enter(struct tag_slice *in, size_t *depth, const struct tag *t)
{
	if (*depth == 0)
		*in = t->name;
	(*depth)++;
}

/* Does this begin what is not shown, or nest in it? */
static int
hides(const struct reader *r, const struct tag *t)
{
	static const char *const foreign[] = { "svg", "math", NULL };

	/* HTML knows no other element that "/>" closes. */
	if (t->is_self_closing && tag_is_one_of(t, foreign))
		return 0;
	if (r->hidden_depth > 0)
		return scan_same((const char *)t->name.p, t->name.len,
		    (const char *)r->hidden.p, r->hidden.len);
	return tag_is_closed(t) ||
	    (tag_is_hidden(t) && !tag_is_empty(t));
}

/* Where the page begins to be shown: at its first <body>. */
static void
note_top(struct reader *r, const struct tag *t)
{
	static const char *const frame[] = { "html", "head", "body", NULL };

	if (r->is_page && t->is_end && tag_is(t, "head") && r->top == NOWHERE)
		r->top = t->next;
	if (!tag_is_one_of(t, frame))
		return;
	if (tag_is(t, "body") && !t->is_end && r->body_at == NOWHERE)
		r->top = r->body_at = fitting(r, t->next);
	r->is_page = 1;
}

/* Does a table that stands in the middle hold what is to be read? */
static void
note_sheet(struct reader *r, const struct tag *t)
{
	if (tag_is(t, "table"))
		r->is_sheet |= r->is_centring || tag_is_centred(t);
	else if (tag_is_centred(t))
		r->is_centring = 1;
	else if (tag_is(t, "td"))
		r->is_centring = 0;
}

static void
take_start(struct reader *r, const struct tag *t)
{
	if (r->hidden_depth == 0)
		note_top(r, t);
	if (hides(r, t)) {
		if (r->hidden_depth == 0)
			r->hidden_at = t->at;
		enter(&r->hidden, &r->hidden_depth, t);
		return;
	}
	if (r->hidden_depth > 0 || r->is_final)
		return;
	if (r->quote_depth > 0) {
		if (scan_same((const char *)t->name.p, t->name.len,
		    (const char *)r->quote.p, r->quote.len))
			r->quote_depth++;
		return;
	}
	if (!r->has_words)
		note_sheet(r, t);
	if (tag_is_final(t)) {
		set_place(r, t);
		r->is_final = 1;
	} else if (tag_is_mark(t) || (tag_is(t, "blockquote") &&
	    r->is_colon && r->has_address)) {
		set_place(r, t);
		if (!tag_is_empty(t))
			enter(&r->quote, &r->quote_depth, t);
	} else if (tag_is(t, "hr")) {
		r->ruler = fitting(r, t->at);
	} else if (tag_is(t, "img")) {
		r->ruler = NOWHERE;
	} else if (tag_is(t, "br")) {
		r->break_at = fitting(r, t->next);
		r->opened = NOWHERE;
	} else if (tag_is_holder(t)) {
		r->break_at = t->next;
		r->opened = NOWHERE;
	} else if (tag_is_block(t)) {
		r->break_at = fitting(r, t->at);
		if (r->opened == NOWHERE)
			r->opened = r->break_at;
		if (tag_is_prefix(t))
			r->prefix = r->break_at;
	}
}

static void
take_end(struct reader *r, const struct tag *t)
{
	int is_body = tag_is(t, "body");
	int is_html = tag_is(t, "html");

	if (r->hidden_depth > 0) {
		/* </body> does not end the body: what follows is in it. */
		if (scan_same((const char *)t->name.p, t->name.len,
		    (const char *)r->hidden.p, r->hidden.len) &&
		    !is_body && !is_html)
			r->hidden_depth--;
		return;
	}
	note_top(r, t);
	if (is_body)
		r->body_end = fitting(r, t->at);
	else if (is_html)
		r->html_end = fitting(r, t->at);
	else if (r->quote_depth > 0 && scan_same((const char *)t->name.p,
	    t->name.len, (const char *)r->quote.p, r->quote.len))
		r->quote_depth--;
	if (r->quote_depth == 0 && tag_is_block(t)) {
		r->break_at = fitting(r, t->next);
		r->opened = NOWHERE;
	}
}

static int
ends_in(const unsigned char *p, size_t len, const char *what)
{
	size_t n = strlen(what);

	return len >= n && memcmp(p + len - n, what, n) == 0;
}

/*
 * 1 when a run of text shows something; its last character in `*last`.  Read
 * from its end: most often that is it.
 */
static int
is_shown(const unsigned char *p, size_t len, int *last)
{
	while (len > 0) {
		if (ends_in(p, len, "\xc2\xa0")) {
			len -= 2;
		} else if (is_white(p[len - 1]) || p[len - 1] == 0xa0) {
			len--;
		} else if (ends_in(p, len, "&nbsp;") ||
		    ends_in(p, len, "&#160;")) {
			len -= 6;
		} else {
			*last = p[len - 1];
			return 1;
		}
	}
	return 0;
}

/* "--" alone on its line, as in plain text (RFC 3676, 4.3). */
static int
is_delimiter(const struct reader *r, size_t from, size_t to)
{
	static const char *const ends[] = { "<br", "</div", "</p", "<div",
	    "<p" };
	size_t i, n, left = r->len - to;
	int last;

	while (from < to && is_white(r->p[from]))
		from++;
	if (to - from < 2 || memcmp(r->p + from, "--", 2) != 0 ||
	    is_shown(r->p + from + 2, to - from - 2, &last))
		return 0;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		n = strlen(ends[i]);
		if (left >= n && scan_same((const char *)r->p + to, n, ends[i],
		    n))
			return 1;
	}
	return 0;
}

/* The header of a message answered to, where nothing else sets it off. */
static int
is_heading(const struct reader *r, size_t from, size_t to)
{
	struct heading_view v;
	struct heading_line l;

	while (from < to && is_white(r->p[from]))
		from++;
	l.p = r->p + from;
	l.len = to - from;
	if (!heading_is_field(&l) && (l.len < 5 ||
	    memcmp(l.p, "-----", 5) != 0))
		return 0;	/* nearly every line leaves here */
	heading_look(&v, r->p, r->len, from);
	return heading_is_header(v.line, v.n) ||
	    (v.n > 1 && heading_is_title(&v.line[0], &v.line[1]));
}

/* A line of a quote as in plain text: "&gt; ...".  Who wrote it is above. */
static int
take_arrow(struct reader *r, size_t from, size_t to)
{
	static const char arrow[] = "&gt;";
	const size_t n = sizeof(arrow) - 1;

	if (r->break_at != NOWHERE) {
		while (from < to && is_white(r->p[from]))
			from++;
		r->is_arrow = to - from >= n &&
		    memcmp(r->p + from, arrow, n) == 0;
	}
	if (!r->is_arrow)
		return 0;
	if (r->place == NOWHERE)
		r->place = !r->is_colon ? r->break_at :
		    r->line_place != NOWHERE ? r->line_place : r->line;
	r->break_at = r->opened = NOWHERE;
	return 1;
}

/* What follows the text, to the end, is not the author's. */
static void
end_words(struct reader *r, size_t at)
{
	if (r->place == NOWHERE)
		r->place = at;
	r->is_final = 1;
}

/* The author's own words: the marks before them were not the last. */
static void
take_text(struct reader *r, size_t from, size_t to)
{
	int last = 0;

	if (from >= to || r->is_final || r->quote_depth > 0 ||
	    r->hidden_depth > 0)
		return;
	if (!is_shown(r->p + from, to - from, &last))
		return;
	if (take_arrow(r, from, to))
		return;
	if (r->break_at != NOWHERE && is_delimiter(r, from, to)) {
		end_words(r, r->break_at);
		return;
	}
	if (r->break_at != NOWHERE && is_heading(r, from, to)) {
		end_words(r, r->opened != NOWHERE ? r->opened : r->break_at);
		return;
	}
	if (r->break_at != NOWHERE) {
		r->line = r->break_at;
		r->line_place = r->place;
		r->has_address = 0;
	}
	r->break_at = r->opened = NOWHERE;
	r->has_address |= memchr(r->p + from, '@', to - from) != NULL;
	r->place = NOWHERE;
	r->ruler = NOWHERE;
	r->is_colon = last == ':';
	r->has_words = 1;
	r->is_loose |= r->cell.depth == 0;
}

/* A comment opened in a script can hide what looks like the script's end. */
static int
is_unsure(const struct reader *r, size_t from, size_t to)
{
	const struct reader script = { .p = r->p, .len = to };
	size_t open = find(&script, from, "<!--");

	return open != NOWHERE && find(&script, open, "-->") == NOWHERE;
}

/* A tag, and the raw text that belongs to it.  -1: the text ends inside. */
static int
take_tag(struct reader *r)
{
	struct tag t;
	size_t end;

	if (tag_read(&t, r->p, r->len, r->at) != 0)
		return -1;
	r->at = t.next;
	r->fit = fitting(r, t.at);
	if (t.is_end) {
		cell_end(&r->cell, (const char *)t.name.p, t.name.len);
		take_end(r, &t);
		return 0;
	}
	if (tag_is(&t, "plaintext") || tag_is(&t, "frameset"))
		return -1;
	if (!tag_is_raw(&t)) {
		take_start(r, &t);
		cell_start(&r->cell, (const char *)t.name.p, t.name.len);
		return 0;
	}
	end = raw_end(r, &t);
	if (end == NOWHERE)
		return -1;
	if (tag_is(&t, "script") && is_unsure(r, t.next, end))
		return -1;
	r->at = end;
	return 0;
}

/* At "<": over one piece of markup.  -1: the text ends inside it. */
static int
take_markup(struct reader *r)
{
	size_t left = r->len - r->at, next;
	const unsigned char *p = r->p + r->at;

	if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
		next = behind_comment(r);
	} else if (left >= 2 && (p[1] == '!' || p[1] == '?' || (p[1] == '/' &&
	    (left == 2 || !scan_is_alpha(p[2]))))) {
		if (left >= 9 && scan_is((const char *)p + 2, 7, "doctype"))
			r->is_page = 1;
		next = find(r, r->at, ">");	/* a bogus comment */
		next += next != NOWHERE;
	} else if (left >= 2 && (scan_is_alpha(p[1]) || p[1] == '/')) {
		return take_tag(r);
	} else {
		take_text(r, r->at, r->at + 1);
		next = r->at + 1;
	}
	if (next == NOWHERE)
		return -1;
	r->at = next;
	return 0;
}

enum html_result
html_place(const unsigned char *p, size_t len, struct html_spot *spot)
{
	struct reader r = { .p = p, .len = len, .body_end = NOWHERE,
	    .html_end = NOWHERE, .place = NOWHERE, .line = NOWHERE,
	    .ruler = NOWHERE, .break_at = NOWHERE, .prefix = NOWHERE,
	    .line_place = NOWHERE, .opened = NOWHERE, .top = NOWHERE,
	    .body_at = NOWHERE };
	const unsigned char *open;
	size_t text, at;

	if (find(&r, 0, "-----BEGIN PGP SIGNED MESSAGE") != NOWHERE ||
	    find(&r, 0, "-----BEGIN PGP MESSAGE") != NOWHERE)
		return HTML_PGP;
	while (r.at < len) {
		text = r.at;
		open = memchr(p + r.at, '<', len - r.at);
		r.at = open != NULL ? (size_t)(open - p) : len;
		take_text(&r, text, r.at);
		if (r.at < len && take_markup(&r) != 0)
			return HTML_BROKEN;
	}
	at = fitting(&r, len);
	if (r.html_end != NOWHERE)
		at = r.html_end;
	if (r.body_end != NOWHERE)
		at = r.body_end;
	spot->is_sheet = r.is_sheet && !r.is_loose && r.place >= at;
	if (r.place < at)
		at = r.place;
	if (r.hidden_depth > 0 && r.hidden_at < at)
		return HTML_BROKEN;
	if (at > CLIPPED && (r.top != NOWHERE || !r.is_page))
		at = r.top != NOWHERE ? r.top : 0;
	spot->at = at;
	return HTML_PLACED;
}
