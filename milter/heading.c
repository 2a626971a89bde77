/*
 * The headings of messages that are answered to.
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/heading.h"

#define WORD_MAX 24		/* bytes of the word before a colon */
#define TITLE_MAX 100
#define REACH 8192		/* bytes of markup for so many lines */

static int
begins(const struct heading_line *l, const char *with)
{
	size_t n;

	if (l->len == 0 || l->p[0] != (unsigned char)with[0])
		return 0;
	n = strlen(with);
	return l->len >= n && memcmp(l->p, with, n) == 0;
}

static int
has_address(const struct heading_line *l)
{
	return l->len > 0 && memchr(l->p, '@', l->len) != NULL;
}

/* 10:00, or 2026 */
static int
has_time(const struct heading_line *l)
{
	const unsigned char *p = l->p;
	size_t i;

	for (i = 0; i + 3 <= l->len; i++)
		if (scan_is_digit(p[i]) && scan_is_digit(p[i + 2]) &&
		    (p[i + 1] == ':' || (i + 4 <= l->len &&
		    scan_is_digit(p[i + 1]) && scan_is_digit(p[i + 3]))))
			return 1;
	return 0;
}

int
heading_is_exact(const struct heading_line *l)
{
	return has_address(l) || has_time(l);
}

/* Of this century, and 10:00 or 10.00: as programs write when it was sent. */
static int
has_moment(const struct heading_line *l)
{
	const unsigned char *p = l->p;
	int has_year = 0, has_hour = 0;
	size_t i;

	for (i = 0; i + 4 <= l->len; i++) {
		has_year |= p[i] == '2' && p[i + 1] == '0' &&
		    scan_is_digit(p[i + 2]) && scan_is_digit(p[i + 3]);
		has_hour |= scan_is_digit(p[i]) && (p[i + 1] == ':' ||
		    p[i + 1] == '.') && scan_is_digit(p[i + 2]) &&
		    scan_is_digit(p[i + 3]);
	}
	return has_year && has_hour;
}

/* A colon; or the wide one of UTF-8, of GBK and EUC. */
static int
is_colon(const unsigned char *p, size_t left)
{
	return p[0] == ':' ||
	    (left >= 3 && memcmp(p, "\xef\xbc\x9a", 3) == 0) ||
	    (left >= 2 && memcmp(p, "\xa3\xba", 2) == 0);
}

int
heading_is_field(const struct heading_line *l)
{
	size_t most = l->len < WORD_MAX ? l->len : WORD_MAX, first = 0, i;

	/* Nearly every line leaves here. */
	if (most == 0 || (memchr(l->p, ':', most) == NULL &&
	    memchr(l->p, 0xef, most) == NULL &&
	    memchr(l->p, 0xa3, most) == NULL))
		return 0;
	while (first < most && l->p[first] == '*')	/* *From:* */
		first++;
	for (i = first; i < most; i++) {
		if (is_colon(l->p + i, l->len - i))
			return i > first;
		if (scan_is_digit(l->p[i]) || l->p[i] == '/' ||
		    l->p[i] == '@')
			return 0;
	}
	return 0;
}

/* "From:" and "Sent:" of the programs that name no address. */
static int
is_known_pair(const struct heading_line *l, const struct heading_line *next)
{
	static const struct {
		const char	*first;
		const char	*second[2];
	} pairs[] = {
		{ "From:", { "Sent:", "Date:" } },
		{ "Von:", { "Gesendet:", "Datum:" } },
		{ "De :", { "Envoy", "Date" } },
		{ "De\xc2\xa0:", { "Envoy", "Date" } },
		{ "De&nbsp;:", { "Envoy", "Date" } },
		{ "De:", { "Enviad", "Fecha:" } },
		{ "De:", { "Enviad", "Data:" } },
		{ "Da:", { "Inviato:", "Data:" } },
		{ "Van:", { "Verzonden:", "Datum:" } },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (begins(l, pairs[i].first) &&
		    (begins(next, pairs[i].second[0]) ||
		    begins(next, pairs[i].second[1])))
			return 1;
	return 0;
}

int
heading_is_header(const struct heading_line *l, size_t n)
{
	size_t i;

	if (n < 2 || !heading_is_field(&l[0]) || !heading_is_field(&l[1]))
		return 0;
	if (is_known_pair(&l[0], &l[1]))
		return 1;
	if (n < 3 || !has_address(&l[0]) || !heading_is_field(&l[2]))
		return 0;
	for (i = 1; i < n && heading_is_field(&l[i]); i++)
		if (has_moment(&l[i]) && !has_address(&l[i]))
			return 1;
	return 0;
}

int
heading_is_title(const struct heading_line *l, const struct heading_line *next)
{
	size_t left = 0, right = 0;

	if (l->len > TITLE_MAX)
		return 0;
	while (left < l->len && l->p[left] == '-')
		left++;
	while (right < l->len && l->p[l->len - 1 - right] == '-')
		right++;
	if (left < 5 || right < 5 || left == l->len)
		return 0;
	return heading_is_field(next) || has_address(next);
}

int
heading_is_forward(const struct heading_line *l)
{
	static const char *const words[] = { "Begin forwarded message",
	    "Anfang der weitergeleiteten Nachricht",
	    "Anfang der weitergeleiteten E-Mail",
	    "D\xc3\xa9" "but du message r\xc3\xa9" "exp\xc3\xa9" "di\xc3\xa9",
	    "D\xc3\xa9" "but du message transf\xc3\xa9r\xc3\xa9",
	    "Inicio del mensaje reenviado", "Inizio messaggio inoltrato",
	    "Begin doorgestuurd bericht", "In\xc3\xad" "cio da mensagem "
	    "reencaminhada" };
	size_t i, n;

	if (l->len == 0 || l->p[l->len - 1] != ':')
		return 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i]);
		if (begins(l, words[i]) && l->len <= n + 3)
			return 1;
	}
	return 0;
}

/* HTML */

struct view {
	const unsigned char	*p;
	size_t			 len;
	size_t			 at;
	size_t			 used;		/* bytes of text[] */
	size_t			 first;		/* where the line begins */
};

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Those within a line; every other tag ends it. */
static int
is_inline(const unsigned char *p, size_t len)
{
	static const char *const names[] = { "b", "strong", "font", "span",
	    "a", "i", "em", "u", "o:p", "wbr", "small", "bdi", "bdo" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (scan_is((const char *)p, len, names[i]))
			return 1;
	return 0;
}

static void
end_line(struct heading_view *g, struct view *v)
{
	struct heading_line *l = &g->line[g->n];

	while (v->used > v->first && is_white(g->text[v->used - 1]))
		v->used--;
	if (v->used == v->first || g->n == HEADING_LINES)
		return;
	l->p = g->text + v->first;
	l->len = v->used - v->first;
	g->n++;
	v->first = v->used;
}

static void
put(struct heading_view *g, struct view *v, int c)
{
	if (is_white(c)) {
		if (v->used == v->first || is_white(g->text[v->used - 1]))
			return;
		c = ' ';
	}
	if (v->used < HEADING_VIEW_MAX)
		g->text[v->used++] = (unsigned char)c;
}

/* Behind the tag or comment at `at`; its line may be at its end. */
static void
take_tag(struct heading_view *g, struct view *v)
{
	const unsigned char *p = v->p + v->at, *end;
	size_t left = v->len - v->at, n, skip;

	if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
		end = memmem(p, left, "-->", 3);
		v->at = end != NULL ? (size_t)(end - v->p) + 3 : v->len;
		return;
	}
	end = memchr(p, '>', left);
	skip = left > 1 && p[1] == '/' ? 2 : 1;
	for (n = skip; n < left && (scan_is_alnum(p[n]) || p[n] == ':'); n++)
		;
	if (!is_inline(p + skip, n - skip))
		end_line(g, v);
	v->at = end != NULL ? (size_t)(end - v->p) + 1 : v->len;
}

void
heading_look(struct heading_view *g, const unsigned char *p, size_t len,
    size_t at)
{
	static const char space[] = "&nbsp;";
	const size_t n = sizeof(space) - 1;
	struct view v = { p, len - at < REACH ? len : at + REACH, at, 0, 0 };

	g->n = 0;
	while (v.at < v.len && v.used < HEADING_VIEW_MAX &&
	    g->n < HEADING_LINES) {
		if (p[v.at] == '<') {
			take_tag(g, &v);
		} else if (v.len - v.at >= n &&
		    memcmp(p + v.at, space, n) == 0) {
			put(g, &v, ' ');
			v.at += n;
		} else {
			put(g, &v, p[v.at++]);
		}
	}
	end_line(g, &v);
}
