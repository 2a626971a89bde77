/*
 * Finding the end of the author's own words in plain text.
 *
 * One pass over the lines.  A line that only a mail program writes (signature
 * delimiter, "-----Original Message-----" and the like) ends the search; a run
 * of ">" lines counts only when nothing but such lines follows it up to there.
 */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "milter/heading.h"

#include "milter/plain.h"

#define NOWHERE SIZE_MAX
#define ATTRIBUTION_LINES 3	/* wrapped at most so often */

struct text {
	const unsigned char	*p;
	size_t			 len;
};

struct line {
	size_t	at;
	size_t	len;		/* without its line end */
	size_t	next;		/* where the next begins */
};

/* 0 at the end of the text. */
static int
line_at(const struct text *t, size_t at, struct line *l)
{
	const unsigned char *end;

	if (at >= t->len)
		return 0;
	end = memchr(t->p + at, '\n', t->len - at);
	l->at = at;
	l->next = end != NULL ? (size_t)(end - t->p) + 1 : t->len;
	l->len = (end != NULL ? l->next - 1 : t->len) - at;
	if (end != NULL && l->len > 0 && t->p[at + l->len - 1] == '\r')
		l->len--;
	return 1;
}

/* The line that ends where another begins.  0 at the front. */
static int
line_before(const struct text *t, size_t at, struct line *l)
{
	size_t first;

	if (at == 0)
		return 0;
	for (first = at - 1; first > 0 && t->p[first - 1] != '\n'; first--)
		;
	return line_at(t, first, l);
}

static int
is_blank(const struct text *t, const struct line *l)
{
	size_t i;

	for (i = 0; i < l->len; i++)
		if (!scan_is_space(t->p[l->at + i]))
			return 0;
	return 1;
}

static int
begins(const struct text *t, const struct line *l, const char *with)
{
	size_t n;

	if (l->len == 0 || t->p[l->at] != (unsigned char)with[0])
		return 0;
	n = strlen(with);
	return l->len >= n && memcmp(t->p + l->at, with, n) == 0;
}

static int
holds(const struct text *t, const struct line *l, const char *what)
{
	return memmem(t->p + l->at, l->len, what, strlen(what)) != NULL;
}

static size_t
trimmed(const struct text *t, const struct line *l)
{
	size_t n = l->len;

	while (n > 0 && scan_is_space(t->p[l->at + n - 1]))
		n--;
	return n;
}

static int
ends_with(const struct text *t, const struct line *l, size_t n,
    const char *what)
{
	size_t len = strlen(what);

	return n >= len && memcmp(t->p + l->at + n - len, what, len) == 0;
}

/* U+200E, U+200F, U+202A to U+202E: the direction of writing. */
static int
ends_in_mark(const struct text *t, const struct line *l, size_t n)
{
	const unsigned char *p = t->p + l->at + n;

	return n >= 3 && p[-3] == 0xe2 && p[-2] == 0x80 &&
	    (p[-1] == 0x8e || p[-1] == 0x8f ||
	    (p[-1] >= 0xaa && p[-1] <= 0xae));
}

static int
ends_in_colon(const struct text *t, const struct line *l)
{
	/* Full-width ones: UTF-8, GBK and EUC-KR, Big5, EUC-JP, Shift_JIS. */
	static const char *const colons[] = { ":", "\xef\xbc\x9a", "\xa3\xba",
	    "\xa1\x47", "\xa1\xa7", "\x81\x46" };
	size_t n = trimmed(t, l), i;

	while (ends_in_mark(t, l, n))
		n -= 3;
	for (i = 0; i < sizeof(colons) / sizeof(colons[0]); i++)
		if (ends_with(t, l, n, colons[i]))
			return 1;
	return 0;
}

static int
has_digit(const struct text *t, const struct line *l)
{
	size_t i;

	for (i = 0; i < l->len; i++)
		if (scan_is_digit(t->p[l->at + i]))
			return 1;
	return 0;
}

/* "On Monday ...", as the languages begin it; ASCII letters only. */
static int
has_opener(const struct text *t, const struct line *l)
{
	static const char *const openers[] = { "On ", "Am ", "Le ", "El ",
	    "Il ", "Op ", "Em ", "W dniu ", "Den ", "Dne ", "Dana ", "Pe ",
	    "Quoting ", "In message ", "At " };
	size_t i;

	for (i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		if (begins(t, l, openers[i]))
			return 1;
	return 0;
}

/* "... wrote:" */
static int
has_verb(const struct text *t, const struct line *l)
{
	static const char *const verbs[] = { " wrote", " schrieb", "crit",
	    " escribi", " scritto", " schreef", " geschreven", " escreveu",
	    " pisze", " napisa", " skrev", " napsal", " kirjoitti",
	    " a scris", " geschrieben", " writes" };
	size_t i;

	if (!ends_in_colon(t, l))
		return 0;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (holds(t, l, verbs[i]))
			return 1;
	return 0;
}

static int
next_filled(const struct text *t, size_t at, struct line *l)
{
	while (line_at(t, at, l)) {
		if (!is_blank(t, l))
			return 1;
		at = l->next;
	}
	return 0;
}

static size_t
count_run(const struct text *t, const struct line *l, int c)
{
	size_t n = 0;

	while (n < l->len && t->p[l->at + n] == c)
		n++;
	return n;
}

static struct heading_line
heading(const struct text *t, const struct line *l)
{
	const struct heading_line h = { t->p + l->at, trimmed(t, l) };

	return h;
}

static int
is_dashed_title(const struct text *t, const struct line *l)
{
	struct heading_line title = heading(t, l), below;
	struct line next;

	if (title.len < 5 || memcmp(title.p, "-----", 5) != 0 ||
	    !next_filled(t, l->next, &next))
		return 0;
	below = heading(t, &next);
	return heading_is_title(&title, &below);
}

/* The header of a message, and nothing to set it off. */
static int
is_bare_header(const struct text *t, const struct line *l)
{
	struct heading_line lines[HEADING_LINES];
	struct line next = *l, above;
	size_t n = 1;

	lines[0].p = t->p + l->at;
	lines[0].len = l->len;
	if (!heading_is_field(&lines[0]) || !line_at(t, l->next, &next))
		return 0;	/* nearly every line leaves here */
	lines[0] = heading(t, l);
	lines[n++] = heading(t, &next);
	if (heading_is_header(lines, n))
		return 1;
	/* Longer ones begin with an address. */
	if (memchr(lines[0].p, '@', lines[0].len) == NULL)
		return 0;
	while (n < HEADING_LINES && line_at(t, next.next, &next))
		lines[n++] = heading(t, &next);
	/* In the midst of a header that is pasted in, it does not begin. */
	if (line_before(t, l->at, &above) && !is_blank(t, &above))
		return 0;
	return heading_is_header(lines, n);
}

/* >>> Bob <bob@example.net> 02.11.26 10:00 >>> */
static int
is_arrowed(const struct text *t, const struct line *l)
{
	const struct heading_line h = heading(t, l);

	return begins(t, l, ">>> ") && ends_with(t, l, h.len, " >>>") &&
	    heading_is_exact(&h);
}

/* A ruler of underscores above the header of the message answered to. */
static int
is_ruler(const struct text *t, const struct line *l)
{
	size_t len = trimmed(t, l);
	struct heading_line below;
	struct line next;

	if (len < 20 || count_run(t, l, '_') != len ||
	    !next_filled(t, l->next, &next))
		return 0;
	below = heading(t, &next);
	return heading_is_field(&below);
}

/* "On ... wrote:" above a text that is not marked by ">". */
static int
is_attribution(const struct text *t, const struct line *l)
{
	struct heading_line h;
	struct line second, next;

	if (!has_opener(t, l) || !has_digit(t, l))
		return 0;
	if (has_verb(t, l)) {
		second = *l;
	} else if (!line_at(t, l->next, &second) || !has_verb(t, &second)) {
		return 0;
	}
	h.p = t->p + l->at;
	h.len = second.at + second.len - l->at;
	if (!heading_is_exact(&h))
		return 0;
	return next_filled(t, second.next, &next) && t->p[next.at] != '>';
}

/* A line that ends the author's words whatever follows it. */
static int
is_end(const struct text *t, const struct line *l)
{
	unsigned char first = t->p[l->at];
	struct heading_line h;

	switch (first) {
	case '-':
		return (trimmed(t, l) == 2 && begins(t, l, "--")) ||
		    is_dashed_title(t, l);
	case '_':
		return is_ruler(t, l);
	case '>':
		return 1;	/* an arrowed one */
	default:
		if (is_bare_header(t, l))
			return 1;
		if (first < 'A' || first > 'Z')
			return 0;
		h = heading(t, l);
		return is_attribution(t, l) || heading_is_forward(&h);
	}
}

static int
is_pgp(const struct text *t, const struct line *l)
{
	return begins(t, l, "-----BEGIN PGP SIGNED MESSAGE-----") ||
	    begins(t, l, "-----BEGIN PGP MESSAGE");
}

/* From the first ">" up over the line, or lines, that say who wrote it. */
static size_t
above_attribution(const struct text *t, size_t quote)
{
	struct line l, above;
	size_t at = quote;
	int i;

	if (!line_before(t, at, &l))
		return quote;
	if (is_blank(t, &l) && !line_before(t, l.at, &l))
		return quote;
	if (!ends_in_colon(t, &l))
		return quote;
	at = l.at;
	for (i = 1; !has_opener(t, &l); i++) {
		if (i == ATTRIBUTION_LINES || !line_before(t, l.at, &l) ||
		    is_blank(t, &l) || ends_in_colon(t, &l))
			break;
		if (has_opener(t, &l))
			return l.at;
	}
	/* Gmail wraps around the "<": "... Bob <" */
	if (line_before(t, at, &above) && (t->p[at] == '<' ?
	    has_digit(t, &above) :
	    ends_with(t, &above, trimmed(t, &above), "<")))
		at = above.at;
	if (!line_at(t, at, &l))
		return quote;
	return has_opener(t, &l) || has_verb(t, &l) || has_digit(t, &l) ||
	    holds(t, &l, "@") ? at : quote;
}

/* Up over empty lines: they then stand between the button and what follows. */
static size_t
above_blank(const struct text *t, size_t at)
{
	struct line l;

	while (line_before(t, at, &l) && is_blank(t, &l))
		at = l.at;
	return at;
}

static void
describe(const struct text *t, size_t at, struct plain_spot *spot)
{
	struct line l;

	spot->at = at;
	spot->is_midline = at > 0 && t->p[at - 1] != '\n';
	spot->has_gap_before = !line_before(t, at, &l) || is_blank(t, &l);
	spot->has_gap_after = !line_at(t, at, &l) || is_blank(t, &l);
}

int
plain_place(const unsigned char *p, size_t len, struct plain_spot *spot)
{
	const struct text t = { p, len };
	size_t at = 0, end = NOWHERE, quote = NOWHERE;
	struct line l;

	for (; line_at(&t, at, &l); at = l.next) {
		if (l.len == 0)
			continue;
		if (p[at] == '-' && is_pgp(&t, &l))
			return -1;
		if (end != NOWHERE)
			continue;
		if (p[at] == '>' && !is_arrowed(&t, &l)) {
			if (quote == NOWHERE)
				quote = at;
		} else if (is_end(&t, &l)) {
			end = at;
		} else if (quote != NOWHERE && !is_blank(&t, &l)) {
			quote = NOWHERE;
		}
	}
	if (end == NOWHERE)
		end = len;
	if (quote != NOWHERE)
		end = above_attribution(&t, quote);
	describe(&t, above_blank(&t, end), spot);
	return 0;
}
