/*
 * One address out of a From header, or none.
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/mailbox.h"

struct cursor {
	const char	*p;
	const char	*end;
};

static int
is_atext(int c)
{
	return scan_is_alnum(c) || c >= 0x80 ||
	    (c > ' ' && memchr("!#$%&'*+-/=?^_`{|}~", c, 19) != NULL);
}

/* Behind the comment that begins here; -1 when it does not end. */
static int
skip_comment(struct cursor *c)
{
	int depth = 0;

	for (; c->p < c->end; c->p++) {
		if (*c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		else if (*c->p == '(')
			depth++;
		else if (*c->p == ')' && --depth == 0) {
			c->p++;
			return 0;
		}
	}
	return -1;
}

/* White space, folds and comments. */
static int
skip_cfws(struct cursor *c)
{
	while (c->p < c->end) {
		if (*c->p == '(') {
			if (skip_comment(c) != 0)
				return -1;
		} else if (*c->p == ' ' || *c->p == '\t' || *c->p == '\r' ||
		    *c->p == '\n') {
			c->p++;
		} else {
			break;
		}
	}
	return 0;
}

static int
skip_quoted(struct cursor *c)
{
	for (c->p++; c->p < c->end; c->p++) {
		if (*c->p == '\\' && c->p + 1 < c->end)
			c->p++;
		else if (*c->p == '"') {
			c->p++;
			return 0;
		}
	}
	return -1;
}

/* Labels of letters, digits and hyphens; a dot between any two. */
static int
is_domain(const char *p, size_t len)
{
	size_t i, label = 0;
	unsigned char c;

	for (i = 0; i < len; i++) {
		c = (unsigned char)p[i];
		if (c == '.') {
			if (label == 0)
				return 0;
			label = 0;
		} else if (scan_is_alnum(c) || c == '-' || c >= 0x80) {
			label++;
		} else {
			return 0;
		}
	}
	return label > 0;
}

static int
is_local(const char *p, size_t len)
{
	size_t i;

	if (len == 0 || p[0] == '.' || p[len - 1] == '.')
		return 0;
	for (i = 0; i < len; i++) {
		if (p[i] == '.' && p[i + 1] == '.')
			return 0;
		if (p[i] != '.' && !is_atext((unsigned char)p[i]))
			return 0;
	}
	return 1;
}

static int
read_address(char *dst, const char *p, size_t len)
{
	const char *at = memchr(p, '@', len);
	size_t local, i;

	if (at == NULL || len > MAILBOX_MAX)
		return -1;
	local = (size_t)(at - p);
	if (!is_local(p, local) || !is_domain(at + 1, len - local - 1))
		return -1;
	for (i = 0; i < len; i++)
		dst[i] = (char)scan_lower((unsigned char)p[i]);
	dst[len] = '\0';
	return 0;
}

/* At "<": the address up to ">", and nothing but comments behind it. */
static int
read_angle(char *dst, struct cursor *c)
{
	const char *first = ++c->p;

	while (c->p < c->end && *c->p != '>')
		c->p++;
	if (c->p == c->end ||
	    read_address(dst, first, (size_t)(c->p - first)) != 0)
		return -1;
	c->p++;
	if (skip_cfws(c) != 0 || c->p != c->end)
		return -1;
	return 0;
}

/* The words of a display name; what they are does not matter. */
static int
skip_phrase(struct cursor *c)
{
	while (c->p < c->end && *c->p != '<') {
		if (*c->p == '"') {
			if (skip_quoted(c) != 0)
				return -1;
		} else if (is_atext((unsigned char)*c->p) || *c->p == '.' ||
		    *c->p == '[' || *c->p == ']') {
			c->p++;
		} else {
			return -1;
		}
		if (skip_cfws(c) != 0)
			return -1;
	}
	return c->p < c->end ? 0 : -1;
}

int
mailbox_parse(char dst[MAILBOX_MAX + 1], const char *text, size_t len)
{
	struct cursor c = { text, text + len };
	const char *first, *last;

	dst[0] = '\0';
	if (skip_cfws(&c) != 0)
		return -1;
	/* An address alone: no white space inside, comments behind at most. */
	first = c.p;
	while (c.p < c.end && (is_atext((unsigned char)*c.p) ||
	    *c.p == '.' || *c.p == '@'))
		c.p++;
	last = c.p;
	if (skip_cfws(&c) == 0 && c.p == c.end)
		return read_address(dst, first, (size_t)(last - first));
	c.p = first;
	if (skip_phrase(&c) != 0)
		return -1;
	return read_angle(dst, &c);
}
