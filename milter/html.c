/*
 * A tokenizer that is just good enough to tell what is markup, and a reader of
 * the marks that mail programs leave around signatures and quoted messages.
 *
 * The place is where the first such mark stands that no own words follow.
 */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "milter/cell.h"

#include "milter/html.h"

#define NOWHERE SIZE_MAX

struct slice {
	const unsigned char	*p;
	size_t			 len;
};

struct tag {
	size_t		at;		/* of its "<" */
	size_t		next;		/* behind its ">" */
	struct slice	name;
	struct slice	class;
	struct slice	id;
	struct slice	type;
	struct slice	style;
	int		is_end;
	int		is_self_closing;
	int		is_hidden;	/* by its attribute of that name */
};

struct reader {
	const unsigned char	*p;
	size_t			 len;
	size_t			 at;

	size_t		body_end;	/* the last </body>, </html> */
	size_t		html_end;
	size_t		place;		/* of the mark no own words followed */
	int		is_final;	/* all that follows is quoted */
	struct slice	quote;		/* element that we are in: its name */
	size_t		quote_depth;
	struct slice	hidden;		/* likewise, not shown */
	size_t		hidden_depth;
	size_t		hidden_at;	/* where it begins */

	struct cell	cell;
	size_t		fit;		/* the last place that a block fits */

	size_t		break_at;	/* where a new line of text may begin */
	size_t		line;		/* where the last one did */
	int		is_colon;	/* ... and it ends in a colon */
	size_t		ruler;		/* an <hr>, and no text since */
};

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static int
is_name(const struct slice *s, const char *name)
{
	/* Most differ in their first letter, whose case is bit 5. */
	return s->len > 0 && ((s->p[0] ^ name[0]) & ~0x20) == 0 &&
	    scan_is((const char *)s->p, s->len, name);
}

static int
is_one_of(const struct slice *s, const char *const *names)
{
	for (; s->len > 0 && *names != NULL; names++)
		if (is_name(s, *names))
			return 1;
	return 0;
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

static struct slice *
wanted(struct tag *t, const struct slice *name)
{
	if (is_name(name, "class"))
		return &t->class;
	if (is_name(name, "id"))
		return &t->id;
	if (is_name(name, "type"))
		return &t->type;
	if (is_name(name, "style"))
		return &t->style;
	return NULL;
}

/* At "=", or not: an attribute's value.  -1: the text ends in it. */
static int
read_value(const struct reader *r, size_t *at, struct slice *value)
{
	const unsigned char *p = r->p, *end;
	size_t i = *at;

	while (i < r->len && is_white(p[i]))
		i++;
	if (i == r->len || p[i] != '=')
		return 0;
	for (i++; i < r->len && is_white(p[i]); i++)
		;
	if (i == r->len)
		return -1;
	if (p[i] == '"' || p[i] == '\'') {
		end = memchr(p + i + 1, p[i], r->len - i - 1);
		if (end == NULL)
			return -1;
		value->p = p + i + 1;
		value->len = (size_t)(end - value->p);
		*at = (size_t)(end - p) + 1;
		return 0;
	}
	value->p = p + i;
	while (i < r->len && !is_white(p[i]) && p[i] != '>')
		i++;
	value->len = (size_t)(p + i - value->p);
	*at = i;
	return 0;
}

/* At "<" or "</" and a letter.  -1: the text ends in the tag. */
static int
read_tag(const struct reader *r, struct tag *t)
{
	const unsigned char *p = r->p;
	struct slice name, value, *to;
	size_t i = r->at + 1;

	memset(t, 0, sizeof(*t));
	t->at = r->at;
	t->is_end = p[i] == '/';
	i += (size_t)t->is_end;
	t->name.p = p + i;
	while (i < r->len && !is_white(p[i]) && p[i] != '/' && p[i] != '>')
		i++;
	t->name.len = (size_t)(p + i - t->name.p);
	while (i < r->len && p[i] != '>') {
		t->is_self_closing = p[i] == '/';
		if (is_white(p[i]) || p[i] == '/') {
			i++;
			continue;
		}
		name.p = p + i++;	/* may be "=": so says the standard */
		while (i < r->len && !is_white(p[i]) && p[i] != '/' &&
		    p[i] != '>' && p[i] != '=')
			i++;
		name.len = (size_t)(p + i - name.p);
		t->is_hidden |= is_name(&name, "hidden");
		memset(&value, 0, sizeof(value));
		if (read_value(r, &i, &value) != 0)
			return -1;
		to = wanted(t, &name);
		if (to != NULL && to->p == NULL)
			*to = value;
	}
	t->next = i + 1;
	return i < r->len ? 0 : -1;
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

/* One of the words of a class attribute; `with` may end or begin in "*". */
static int
has_class(const struct slice *class, const char *with)
{
	size_t n, i = 0, first, len;
	int is_tail = with[0] == '*';

	if (class->len == 0)
		return 0;	/* most elements have none */
	n = strlen(with);
	while (i < class->len) {
		for (first = i; i < class->len && !is_white(class->p[i]); i++)
			;
		len = i - first;
		if (is_tail && len >= n - 1 &&
		    memcmp(class->p + i - (n - 1), with + 1, n - 1) == 0)
			return 1;
		if (len == n && memcmp(class->p + first, with, n) == 0)
			return 1;
		i++;
	}
	return 0;
}

/* "property: value", with white space where CSS lets it stand. */
static int
has_property(const struct slice *style, const char *name, const char *value)
{
	const unsigned char *p = style->p;
	size_t n, len, i, j;

	if (style->len == 0)
		return 0;
	n = strlen(name);
	len = strlen(value);
	for (i = 0; i + n < style->len; i++) {
		if (!scan_same((const char *)p + i, n, name, n))
			continue;
		for (j = i + n; j < style->len && is_white(p[j]); j++)
			;
		if (j == style->len || p[j] != ':')
			continue;
		for (j++; j < style->len && is_white(p[j]); j++)
			;
		if (style->len - j >= len &&
		    scan_same((const char *)p + j, len, value, len))
			return 1;
	}
	return 0;
}

/* Preview texts above a newsletter, for example. */
static int
is_hidden(const struct tag *t)
{
	return t->is_hidden || has_property(&t->style, "display", "none") ||
	    has_property(&t->style, "visibility", "hidden");
}

/* What follows, to the end, is the message answered to. */
static int
is_final_mark(const struct tag *t)
{
	static const char *const ids[] = { "divRplyFwdMsg", "appendonsend",
	    "mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION",
	    NULL };

	return is_one_of(&t->id, ids) ||
	    has_class(&t->class, "OutlookMessageHeader") ||
	    has_property(&t->style, "border-top", "solid #E1E1E1") ||
	    has_property(&t->style, "border-top", "solid #B5C4DF");
}

/* A signature, or a quoted message, or who wrote it: a container. */
static int
is_mark(const struct tag *t)
{
	static const char *const classes[] = { "gmail_quote",
	    "gmail_quote_container", "gmail_attr", "gmail_signature",
	    "gmail_signature_prefix", "*yahoo_quoted", "moz-cite-prefix",
	    "moz-signature", "moz-forward-container", "protonmail_quote",
	    "protonmail_signature_block", "zmail_extra", "tutanota_quote",
	    "AppleMailSignature", NULL };
	static const char *const ids[] = { "Signature", "reply-intro",
	    "AppleMailSignature", "ms-outlook-mobile-signature", NULL };
	const char *const *class;

	if (is_name(&t->name, "blockquote") && is_name(&t->type, "cite"))
		return 1;
	for (class = classes; *class != NULL; class++)
		if (has_class(&t->class, *class))
			return 1;
	return is_one_of(&t->id, ids);
}

static int
is_block(const struct slice *name)
{
	static const char *const names[] = { "div", "p", "li", "pre",
	    "blockquote", "center", NULL };

	return is_one_of(name, names);
}

/* In which a line begins, too, but a block only behind them. */
static int
is_holder(const struct slice *name)
{
	static const char *const names[] = { "body", "td", "th", NULL };

	return is_one_of(name, names);
}

/* Elements that have no end, and no content. */
static int
is_empty(const struct slice *name)
{
	static const char *const names[] = { "br", "hr", "img", "input", "meta",
	    "link", "wbr", "col", "area", "base", "embed", NULL };

	return is_one_of(name, names);
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
	else if (r->is_colon && is_name(&t->name, "blockquote") &&
	    r->line != NOWHERE)
		r->place = r->line;
}

static void
enter(struct slice *in, size_t *depth, const struct tag *t)
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
	static const char *const unseen[] = { "svg", "math", "template",
	    "select", "datalist", "object", "video", "audio", "canvas", NULL };

	/* HTML knows no other element that "/>" closes. */
	if (t->is_self_closing && is_one_of(&t->name, foreign))
		return 0;
	if (r->hidden_depth > 0)
		return scan_same((const char *)t->name.p, t->name.len,
		    (const char *)r->hidden.p, r->hidden.len);
	return is_one_of(&t->name, unseen) ||
	    (is_hidden(t) && !is_empty(&t->name));
}

static void
take_start(struct reader *r, const struct tag *t)
{
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
	if (is_final_mark(t)) {
		set_place(r, t);
		r->is_final = 1;
	} else if (is_mark(t)) {
		set_place(r, t);
		if (!is_empty(&t->name))
			enter(&r->quote, &r->quote_depth, t);
	} else if (is_name(&t->name, "hr")) {
		r->ruler = fitting(r, t->at);
	} else if (is_name(&t->name, "br")) {
		r->break_at = fitting(r, t->next);
	} else if (is_holder(&t->name)) {
		r->break_at = t->next;
	} else if (is_block(&t->name)) {
		r->break_at = fitting(r, t->at);
	}
}

static void
take_end(struct reader *r, const struct tag *t)
{
	int is_body = is_name(&t->name, "body");
	int is_html = is_name(&t->name, "html");

	if (r->hidden_depth > 0) {
		/* </body> does not end the body: what follows is in it. */
		if (scan_same((const char *)t->name.p, t->name.len,
		    (const char *)r->hidden.p, r->hidden.len) &&
		    !is_body && !is_html)
			r->hidden_depth--;
		return;
	}
	if (is_body)
		r->body_end = fitting(r, t->at);
	else if (is_html)
		r->html_end = fitting(r, t->at);
	else if (r->quote_depth > 0 && scan_same((const char *)t->name.p,
	    t->name.len, (const char *)r->quote.p, r->quote.len))
		r->quote_depth--;
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
	r->place = NOWHERE;
	r->ruler = NOWHERE;
	r->is_colon = last == ':';
	if (r->break_at != NOWHERE)
		r->line = r->break_at;
	r->break_at = NOWHERE;
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
	static const char *const raw[] = { "script", "style", "title",
	    "textarea", "xmp", "iframe", "noembed", "noframes", "noscript",
	    NULL };
	struct tag t;
	size_t end;

	if (read_tag(r, &t) != 0)
		return -1;
	r->at = t.next;
	r->fit = fitting(r, t.at);
	if (t.is_end) {
		take_end(r, &t);
		cell_end(&r->cell, (const char *)t.name.p, t.name.len);
		return 0;
	}
	if (is_name(&t.name, "plaintext"))
		return -1;
	if (!is_one_of(&t.name, raw)) {
		take_start(r, &t);
		cell_start(&r->cell, (const char *)t.name.p, t.name.len);
		return 0;
	}
	end = raw_end(r, &t);
	if (end == NOWHERE)
		return -1;
	if (is_name(&t.name, "script") && is_unsure(r, t.next, end))
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
html_place(const unsigned char *p, size_t len, size_t *at)
{
	struct reader r = { .p = p, .len = len, .body_end = NOWHERE,
	    .html_end = NOWHERE, .place = NOWHERE, .line = NOWHERE,
	    .ruler = NOWHERE, .break_at = NOWHERE };
	const unsigned char *open;
	size_t text;

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
	*at = fitting(&r, len);
	if (r.html_end != NOWHERE)
		*at = r.html_end;
	if (r.body_end != NOWHERE)
		*at = r.body_end;
	if (r.place < *at)
		*at = r.place;
	if (r.hidden_depth > 0 && r.hidden_at < *at)
		return HTML_BROKEN;
	return HTML_PLACED;
}
