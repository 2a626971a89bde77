/*
 * Content-Type and Content-Disposition: who may be given a button, and where
 * parts begin.  A value that two readers could read differently is refused.
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/ctype.h"

struct cursor {
	const char	*p;
	const char	*end;
};

struct param {
	const char	*name;
	size_t		 name_len;
	char		 value[CTYPE_START_MAX + 1];
	size_t		 len;		/* as it is, also where it was cut */
	int		 is_odd;	/* more than a token, unquoted */
};

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_white(struct cursor *c)
{
	while (c->p < c->end && is_white((unsigned char)*c->p))
		c->p++;
}

static int
is_token(int c)
{
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return 1;	/* nearly all */
	return c > ' ' && c < 0x7f &&
	    memchr("()<>@,;:\\\"/[]?=", c, 15) == NULL;
}

/* A type or subtype, in lower case. */
static int
read_word(struct cursor *c, char dst[CTYPE_WORD_MAX + 1])
{
	size_t n = 0;

	while (c->p < c->end && is_token((unsigned char)*c->p)) {
		if (n == CTYPE_WORD_MAX)
			return -1;
		dst[n++] = (char)scan_lower((unsigned char)*c->p++);
	}
	dst[n] = '\0';
	return n > 0 ? 0 : -1;
}

static void
add_char(struct param *p, char c)
{
	if (p->len < CTYPE_START_MAX)
		p->value[p->len] = c;
	p->len++;
}

static int
read_quoted(struct cursor *c, struct param *p)
{
	for (c->p++; c->p < c->end && *c->p != '"'; c->p++) {
		if (*c->p == '\r' || *c->p == '\n')
			continue;	/* a fold */
		if (*c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		add_char(p, *c->p);
	}
	if (c->p == c->end)
		return -1;
	c->p++;
	return 0;
}

/*
 * Up to white space or ";".  Boundaries with "=" and the like are often left
 * unquoted, and every reader takes them so.
 */
static int
read_bare(struct cursor *c, struct param *p)
{
	while (c->p < c->end && *c->p != ';' &&
	    !is_white((unsigned char)*c->p)) {
		if (memchr("\"(),\\", *c->p, 5) != NULL)
			return -1;
		add_char(p, *c->p++);
	}
	return 0;
}

/* At a parameter's name.  -1: not to be read in one way only. */
static int
read_param(struct cursor *c, struct param *p)
{
	p->name = c->p;
	while (c->p < c->end && is_token((unsigned char)*c->p))
		c->p++;
	p->name_len = (size_t)(c->p - p->name);
	p->len = 0;
	p->is_odd = 0;
	skip_white(c);
	if (p->name_len == 0 || c->p == c->end || *c->p != '=')
		return -1;
	c->p++;
	skip_white(c);
	if (c->p < c->end && *c->p == '"') {
		if (read_quoted(c, p) != 0)
			return -1;
	} else if (read_bare(c, p) != 0) {
		return -1;
	}
	skip_white(c);
	/* name=my file.txt: its end is the next semicolon for everybody */
	for (; c->p < c->end && *c->p != ';'; c->p++) {
		p->is_odd = 1;
		if (memchr("\"(),\\", *c->p, 5) != NULL)
			return -1;
	}
	p->value[p->len < CTYPE_START_MAX ? p->len : CTYPE_START_MAX] = '\0';
	return 0;
}

/* RFC 2231, 4: charset'language'text, percent-encoded. */
static int
decode_extended(struct param *p)
{
	static const char digits[] = "0123456789abcdef";
	const char *from = memchr(p->value, '\'', p->len), *hi, *lo;
	char *to = p->value;

	if (from == NULL || (from = strchr(from + 1, '\'')) == NULL)
		return -1;
	for (from++; *from != '\0'; from++) {
		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		hi = memchr(digits, scan_lower((unsigned char)from[1]), 16);
		if (hi == NULL)
			return -1;
		lo = memchr(digits, scan_lower((unsigned char)from[2]), 16);
		if (lo == NULL)
			return -1;
		*to++ = (char)((hi - digits) << 4 | (lo - digits));
		from += 2;
	}
	*to = '\0';
	p->len = (size_t)(to - p->value);
	return 0;
}

/* Appends: the pieces of a continued charset come in order, or not at all. */
static int
set_charset(struct ctype *t, struct param *p, int *n_pieces)
{
	const char *star = memchr(p->name, '*', p->name_len);
	size_t have = strlen(t->charset), rest, i;

	if (p->len > CTYPE_START_MAX)
		return -1;
	if (star == NULL || star + 1 == p->name + p->name_len) {
		if (*n_pieces > 0 || (star != NULL && decode_extended(p) != 0))
			return -1;
		*n_pieces = 100;	/* whole: no piece may follow */
	} else {
		rest = (size_t)(p->name + p->name_len - star);
		if (rest != 2 || star[1] != '0' + *n_pieces)
			return -1;
		(*n_pieces)++;
	}
	if (have + p->len > CTYPE_WORD_MAX)
		return -1;
	for (i = 0; i < p->len; i++)
		t->charset[have + i] =
		    (char)scan_lower((unsigned char)p->value[i]);
	t->charset[have + p->len] = '\0';
	return 0;
}

static int
set_word(char dst[CTYPE_WORD_MAX + 1], const struct param *p)
{
	size_t i;

	if (dst[0] != '\0' || p->len > CTYPE_WORD_MAX || p->len == 0)
		return -1;
	for (i = 0; i <= p->len; i++)
		dst[i] = (char)scan_lower((unsigned char)p->value[i]);
	return 0;
}

/* A line of two dashes and a space, or =20, is the mark of a signature. */
static int
set_boundary(struct ctype *t, const struct param *p)
{
	if (t->boundary[0] != '\0' || t->is_boundary_bad)
		return -1;
	if (p->len == 0 || p->len > CTYPE_BOUNDARY_MAX ||
	    p->value[0] == ' ' ||
	    (p->len <= 4 && memcmp(p->value, "=20=", p->len) == 0) ||
	    is_white((unsigned char)p->value[p->len - 1]) ||
	    memchr(p->value, '\0', p->len) != NULL)
		t->is_boundary_bad = 1;
	else
		memcpy(t->boundary, p->value, p->len + 1);
	return 0;
}

static int
set_start(struct ctype *t, const struct param *p)
{
	if (t->start[0] != '\0' || p->len > CTYPE_START_MAX || p->len == 0)
		return -1;
	memcpy(t->start, p->value, p->len + 1);
	return 0;
}

/* The name up to a star, which RFC 2231 adds. */
static int
is_named(const struct param *p, const char *name, int *has_star)
{
	const char *star = memchr(p->name, '*', p->name_len);
	size_t len = star != NULL ? (size_t)(star - p->name) : p->name_len;

	*has_star = star != NULL;
	return scan_is(p->name, len, name);
}

static int
set_param(struct ctype *t, struct param *p, int *n_charset)
{
	enum { CHARSET, NAME, BOUNDARY, METHOD, START, KNOWN };
	static const char *const known[KNOWN] = { "charset", "name",
	    "boundary", "method", "start" };
	int star = 0, which;

	for (which = 0; which < KNOWN; which++)
		if (is_named(p, known[which], &star))
			break;
	if (which == KNOWN)
		return 0;
	if (which == NAME) {
		t->has_name = 1;
		return 0;
	}
	if (p->is_odd || (star && which != CHARSET))
		return -1;
	switch (which) {
	case CHARSET:
		return set_charset(t, p, n_charset);
	case BOUNDARY:
		return set_boundary(t, p);
	case METHOD:
		return set_word(t->method, p);
	default:
		return set_start(t, p);
	}
}

int
ctype_parse(struct ctype *t, const char *text, size_t len)
{
	struct cursor c = { text, text + len };
	struct param p;
	int n_charset = 0;

	memset(t, 0, sizeof(*t));
	skip_white(&c);
	if (read_word(&c, t->type) != 0)
		return -1;
	/* White space beside the slash: RFC 822 allows it, many do not. */
	if (c.p == c.end || *c.p++ != '/' || read_word(&c, t->subtype) != 0)
		return -1;
	if (strcmp(t->type, "text") != 0 && strcmp(t->type, "multipart") != 0)
		return 0;
	for (;;) {
		skip_white(&c);
		if (c.p == c.end)
			return 0;
		if (*c.p++ != ';')
			return -1;
		skip_white(&c);
		if (c.p == c.end || *c.p == ';')
			continue;
		if (read_param(&c, &p) != 0 ||
		    set_param(t, &p, &n_charset) != 0)
			return -1;
	}
}

void
ctype_default(struct ctype *t)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->type, "text", sizeof("text"));
	memcpy(t->subtype, "plain", sizeof("plain"));
}

int
ctype_is(const struct ctype *t, const char *type, const char *subtype)
{
	return strcmp(t->type, type) == 0 && strcmp(t->subtype, subtype) == 0;
}

int
ctype_is_file(const char *text, size_t len)
{
	struct cursor c = { text, text + len };
	const char *first, *p;

	skip_white(&c);
	first = c.p;
	while (c.p < c.end && is_token((unsigned char)*c.p))
		c.p++;
	if (!scan_is(first, (size_t)(c.p - first), "inline"))
		return 1;
	for (p = c.p; p + 8 <= c.end; p++)
		if (scan_is(p, 8, "filename"))
			return 1;
	return 0;
}
