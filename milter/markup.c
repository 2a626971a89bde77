/*
 * Checking a piece of HTML against a list of what may be in it.
 */

#include <stdio.h>
#include <string.h>

#include "lib/scan.h"

#include "milter/markup.h"

#define DEPTH_MAX	16
#define NAME_MAX	16
#define VALUE_MAX	1024

/* What an element is, and what it may hold. */
enum kind {
	FLOW = 1,		/* div, p, table */
	INLINE = 2,		/* a, span, b, strong, br, and words */
	ROWS = 4,		/* tbody, tr */
	CELLS = 8,		/* td */
	NOTHING = 0
};

struct element {
	const char	*name;
	int		 is;		/* an enum kind */
	int		 holds;		/* some of them */
	const char	*attributes;	/* besides style, dir, lang */
};

static const struct element elements[] = {
	{ "div", FLOW, FLOW | INLINE, " align " },
	{ "p", FLOW, INLINE, " align " },
	{ "table", FLOW, ROWS, " role border cellpadding cellspacing width "
	    "align " },
	{ "tbody", ROWS, ROWS, " " },
	{ "tr", ROWS, CELLS, " " },
	{ "td", CELLS, FLOW | INLINE, " width height align valign " },
	{ "a", INLINE, INLINE, " href title " },
	{ "span", INLINE, INLINE, " aria-hidden " },
	{ "b", INLINE, INLINE, " " },
	{ "strong", INLINE, INLINE, " " },
	{ "br", INLINE, NOTHING, " " },
};
#define N_ELEMENTS (sizeof(elements) / sizeof(elements[0]))

struct reader {
	const char		*p;
	const char		*url;
	int			 line;
	const struct element	*open[DEPTH_MAX];
	size_t			 depth;
	int			 n_roots;
	int			 n_links;
	int			 link_line;
	int			 n_words;	/* in the link */
	char			*why;
	size_t			 size;
};

static int
refuse(struct reader *r, const char *fault, const char *what)
{
	snprintf(r->why, r->size, "%s%s%s", fault, what[0] != '\0' ? ": " : "",
	    what);
	return -1;
}

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip(struct reader *r)
{
	for (; is_white((unsigned char)*r->p); r->p++)
		r->line += *r->p == '\n';
}

static int
is_in_link(const struct reader *r)
{
	size_t i;

	for (i = 0; i < r->depth; i++)
		if (r->open[i]->name[0] == 'a')
			return 1;
	return 0;
}

/* Letters and hyphens. */
static int
read_name(struct reader *r, char name[NAME_MAX + 1])
{
	size_t n = 0;

	while ((*r->p >= 'a' && *r->p <= 'z') || *r->p == '-') {
		if (n == NAME_MAX)
			return -1;
		name[n++] = *r->p++;
	}
	name[n] = '\0';
	return n > 0 ? 0 : -1;
}

static int
read_value(struct reader *r, char value[VALUE_MAX + 1])
{
	size_t n = 0;

	if (r->p[0] != '=' || r->p[1] != '"')
		return -1;
	for (r->p += 2; *r->p != '"'; r->p++) {
		if (*r->p < ' ' || strchr("<>&'\"", *r->p) != NULL ||
		    n == VALUE_MAX)
			return -1;
		value[n++] = *r->p;
	}
	r->p++;
	value[n] = '\0';
	return 0;
}

/* Styles: nothing that hides, moves, fetches or runs. */
static int
check_style(struct reader *r, const char *value)
{
	static const char *const banned[] = { "url(", "expression", "behavior",
	    "binding", "javascript", "position", "display:none", "visibility",
	    "opacity", "font-size:0", "transform", "clip", "text-indent",
	    "content", "animation", "filter", "overflow", "max-height",
	    "line-height:0", "color:transparent", NULL };
	char flat[VALUE_MAX + 1];
	size_t n = 0, i;

	for (; *value != '\0'; value++) {
		if (!scan_is_alnum((unsigned char)*value) &&
		    strchr(" #%(),.:;!-", *value) == NULL)
			return refuse(r, "a style is of letters, digits and "
			    "#%(),.:;!-", "");
		if (*value != ' ')
			flat[n++] = (char)scan_lower((unsigned char)*value);
	}
	flat[n] = '\0';
	for (i = 0; banned[i] != NULL; i++)
		if (strstr(flat, banned[i]) != NULL)
			return refuse(r, "not allowed in a style", banned[i]);
	return 0;
}

static int
is_among(const char *list, const char *name)
{
	char word[NAME_MAX + 3];

	snprintf(word, sizeof(word), " %s ", name);
	return strstr(list, word) != NULL;
}

static int
check_attribute(struct reader *r, const struct element *e, const char *name,
    const char *value)
{
	if (strcmp(name, "style") == 0)
		return check_style(r, value);
	if (strcmp(name, "dir") == 0)
		return strcmp(value, "ltr") == 0 || strcmp(value, "rtl") == 0 ?
		    0 : refuse(r, "dir is ltr or rtl", "");
	if (strcmp(name, "href") == 0 && e->name[0] == 'a')
		return strcmp(value, r->url) == 0 ? 0 :
		    refuse(r, "the link must lead to {url}, and to nothing "
		    "else", "");
	if (strcmp(name, "lang") == 0 || is_among(e->attributes, name))
		return 0;
	return refuse(r, "this attribute is not allowed here", name);
}

/* Up to ">". */
static int
read_attributes(struct reader *r, const struct element *e)
{
	char name[NAME_MAX + 1], value[VALUE_MAX + 1], seen[256] = " ";
	size_t used = 1;
	int has_href = 0;

	for (skip(r); *r->p != '>'; skip(r)) {
		if (read_name(r, name) != 0 || read_value(r, value) != 0)
			return refuse(r, "an attribute is name=\"value\", in "
			    "small letters, its value without < > & and '",
			    "");
		if (is_among(seen, name) || used + NAME_MAX + 2 > sizeof(seen))
			return refuse(r, "the attribute stands there twice",
			    name);
		used += (size_t)snprintf(seen + used, sizeof(seen) - used,
		    "%s ", name);
		if (check_attribute(r, e, name, value) != 0)
			return -1;
		has_href |= strcmp(name, "href") == 0;
		if (*r->p != '>' && !is_white((unsigned char)*r->p))
			return refuse(r, "a space is wanted between "
			    "attributes", "");
	}
	r->p++;
	if (e->name[0] == 'a' && !has_href)
		return refuse(r, "<a> needs href=\"{url}\"", "");
	return 0;
}

static const struct element *
find(const char *name)
{
	size_t i;

	for (i = 0; i < N_ELEMENTS; i++)
		if (strcmp(elements[i].name, name) == 0)
			return &elements[i];
	return NULL;
}

static int
check_parent(struct reader *r, const struct element *e)
{
	if (r->depth == 0) {
		if (strcmp(e->name, "div") != 0 || ++r->n_roots > 1)
			return refuse(r, "one <div> must stand around all",
			    "");
		return 0;
	}
	if (!(r->open[r->depth - 1]->holds & e->is))
		return refuse(r, "this element cannot stand here", e->name);
	if (e->name[0] == 'a' && r->n_links++ > 0)
		return refuse(r, "there is more than one link", "");
	if (e->name[0] == 'a')
		r->link_line = r->line;
	return 0;
}

static int
take_start(struct reader *r)
{
	const struct element *e;
	char name[NAME_MAX + 1];

	if (read_name(r, name) != 0)
		return refuse(r, "a tag or &lt; is wanted: comments and the "
		    "like are not allowed", "");
	e = find(name);
	if (e == NULL)
		return refuse(r, "this element is not allowed", name);
	if (check_parent(r, e) != 0 || read_attributes(r, e) != 0)
		return -1;
	if (e->holds == NOTHING)
		return 0;
	if (r->depth == DEPTH_MAX)
		return refuse(r, "too deep", "");
	r->open[r->depth++] = e;
	return 0;
}

static int
take_end(struct reader *r)
{
	char name[NAME_MAX + 1];

	if (read_name(r, name) != 0 || *r->p++ != '>')
		return refuse(r, "an end tag is </name>", "");
	if (r->depth == 0 || strcmp(r->open[r->depth - 1]->name, name) != 0)
		return refuse(r, "this end tag closes nothing that is open",
		    name);
	r->depth--;
	return 0;
}

static int
take_entity(struct reader *r)
{
	static const char *const names[] = { "amp;", "lt;", "gt;", "quot;",
	    "nbsp;", NULL };
	const char *p = r->p + 1;
	size_t i, n;

	for (i = 0; names[i] != NULL; i++) {
		n = strlen(names[i]);
		if (strncmp(p, names[i], n) == 0) {
			r->p = p + n;
			return 0;
		}
	}
	for (n = 0; p[0] == '#' && scan_is_digit((unsigned char)p[n + 1]); n++)
		;
	if (n == 0 || n > 7 || p[n + 1] != ';')
		return refuse(r, "an entity is a number, such as &#9742;, or "
		    "amp, lt, gt, quot, nbsp", "");
	r->p = p + n + 2;
	return 0;
}

/* A character, or an entity, of words. */
static int
take_text(struct reader *r)
{
	const int is_gap = strncmp(r->p, "&nbsp;", 6) == 0 ||
	    strncmp(r->p, "&#160;", 6) == 0;

	if (r->depth == 0 || !(r->open[r->depth - 1]->holds & INLINE))
		return refuse(r, "words cannot stand here", "");
	r->n_words += !is_gap && is_in_link(r);
	if (*r->p == '&')
		return take_entity(r);
	if (*r->p == '>')
		return refuse(r, "> in words is written &gt;", "");
	r->p++;
	return 0;
}

static int
take(struct reader *r)
{
	if (*r->p != '<')
		return take_text(r);
	r->p++;
	if (*r->p != '/')
		return take_start(r);
	r->p++;
	return take_end(r);
}

int
markup_check(const char *html, const char *url, char *why, size_t size)
{
	struct reader r = { .p = html, .url = url, .line = 1, .why = why,
	    .size = size };

	for (skip(&r); *r.p != '\0'; skip(&r))
		if (take(&r) != 0)
			return r.line;
	if (r.depth > 0) {
		(void)refuse(&r, "this element is not closed",
		    r.open[r.depth - 1]->name);
		return r.p[-1] == '\n' ? r.line - 1 : r.line;
	}
	if (r.n_links == 0) {
		(void)refuse(&r, "there is no link", "<a href=\"{url}\">");
		return 1;
	}
	if (r.n_words == 0) {
		(void)refuse(&r, "the link has no words", "");
		return r.link_line;
	}
	return 0;
}
