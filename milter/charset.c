/*
 * Which character sets may be given ASCII text, and how it stands in them.
 *
 * Not listed means left alone: EBCDIC, johab and hz (whose second bytes look
 * like markup), and everything unheard of.
 */

#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "milter/charset.h"

#define ESC	0x1b
#define SHIFT_OUT 0x0e
#define SHIFT_IN 0x0f
#define OTHER	0xff		/* a flattened character that is not ASCII */

static const struct name {
	const char	*name;		/* "*" at its end: anything follows */
	struct charset	 set;
} names[] = {
	{ "us-ascii",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "ascii",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "ansi_x3.4-1968", { CHARSET_ASCII, 1, 0, 0 } },
	{ "iso-646-us",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "utf-8",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "utf8",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "iso-8859-*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "iso8859-*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "iso_8859-*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "latin1",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "windows-125*", { CHARSET_ASCII, 1, 0, 0 } },
	{ "cp125*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "windows-874", { CHARSET_ASCII, 1, 0, 0 } },
	{ "tis-620",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "koi8-*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "macintosh",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "x-mac-*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "ibm437",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "ibm85*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "ibm86*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "cp437",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "cp85*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "cp86*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "gb2312",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "gbk",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "cp936",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "gb18030",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "big5",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "big5-hkscs",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "cp950",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "euc-*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "ks_c_5601*",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "cp949",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "shift_jis",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "shift-jis",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "sjis",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "windows-31j", { CHARSET_ASCII, 1, 0, 0 } },
	{ "cp932",	{ CHARSET_ASCII, 1, 0, 0 } },
	{ "iso-2022-jp*", { CHARSET_ISO2022, 1, 0, 0 } },
	{ "iso-2022-kr", { CHARSET_ISO2022, 1, 0, 0 } },
	{ "iso-2022-cn*", { CHARSET_ISO2022, 1, 0, 0 } },
	{ "utf-7",	{ CHARSET_UTF7, 1, 0, 0 } },
	{ "utf-16le",	{ CHARSET_WIDE, 2, 0, 0 } },
	{ "utf-16be",	{ CHARSET_WIDE, 2, 1, 0 } },
	{ "utf-32le",	{ CHARSET_WIDE, 4, 0, 0 } },
	{ "utf-32be",	{ CHARSET_WIDE, 4, 1, 0 } },
	/* the byte order is told by the mark alone: -1 */
	{ "utf-16",	{ CHARSET_WIDE, 2, -1, 0 } },
	{ "utf-32",	{ CHARSET_WIDE, 4, -1, 0 } },
};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

static int
is_named(const char *pattern, const char *name)
{
	size_t len = strlen(pattern), n = strlen(name);

	if (pattern[len - 1] != '*')
		return scan_is(name, n, pattern);
	len--;
	return n >= len && scan_same(name, len, pattern, len);
}

/* The mark U+FEFF in front, and what it says about the order of bytes. */
static int
read_mark(struct charset *set, const unsigned char *p, size_t len)
{
	static const struct {
		size_t		unit;
		int		is_big;
		size_t		len;
		unsigned char	bytes[4];
	} marks[] = {
		{ 1, 0, 3, { 0xef, 0xbb, 0xbf } },
		{ 2, 0, 2, { 0xff, 0xfe } },
		{ 2, 1, 2, { 0xfe, 0xff } },
		{ 4, 0, 4, { 0xff, 0xfe, 0x00, 0x00 } },
		{ 4, 1, 4, { 0x00, 0x00, 0xfe, 0xff } },
	};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (marks[i].unit != set->unit || len < marks[i].len ||
		    memcmp(p, marks[i].bytes, marks[i].len) != 0)
			continue;
		if (set->is_big >= 0 && set->is_big != marks[i].is_big)
			return -1;
		set->is_big = marks[i].is_big;
		set->bom = marks[i].len;
		return 0;
	}
	return set->is_big >= 0 ? 0 : -1;
}

int
charset_find(struct charset *set, const char *name, const unsigned char *text,
    size_t len)
{
	size_t i;

	if (name[0] == '\0')
		name = "us-ascii";
	for (i = 0; i < N_NAMES; i++) {
		if (is_named(names[i].name, name)) {
			*set = names[i].set;
			if (set->kind == CHARSET_ASCII ||
			    set->kind == CHARSET_WIDE)
				return read_mark(set, text, len);
			return 0;
		}
	}
	return -1;
}

static int
flatten_wide(const struct charset *set, unsigned char *p, size_t len,
    size_t *flat)
{
	size_t low = set->is_big ? set->unit - 1 : 0, i, j;
	int is_ascii;

	if (len % set->unit != 0)
		return -1;
	for (i = 0; i < len / set->unit; i++) {
		const unsigned char *c = p + i * set->unit;

		is_ascii = c[low] < 0x80;
		for (j = 0; j < set->unit; j++)
			if (j != low && c[j] != 0)
				is_ascii = 0;
		p[i] = is_ascii ? c[low] : OTHER;
	}
	*flat = len / set->unit;
	return 0;
}

/* Where in an ISO 2022 text we are. */
struct shift {
	int	g0_is_ascii;
	int	g0_is_wide;	/* two bytes a character */
	int	is_half;	/* ... and one of them has been read */
	int	is_out;		/* SO: G1 is shown */
	size_t	n_single;	/* bytes left of a single shift */
};

/*
 * The escape sequence at `p` (ISO 2022: ESC, intermediates, a final byte);
 * its length, 0 where it has no end.  Only what changes G0 matters; G1 and G2
 * wait for a shift.
 */
static size_t
read_escape(struct shift *s, const unsigned char *p, size_t len)
{
	size_t n = 1;

	while (n < len && p[n] >= 0x20 && p[n] <= 0x2f)
		n++;
	if (n == len || p[n] < 0x30 || p[n] > 0x7e)
		return 0;
	if (n == 1 && p[1] == 'N') {
		s->n_single = 2;	/* SS2, of one or two bytes */
	} else if (n == 2 && p[1] == '(') {
		/* ASCII, or JIS-Roman that differs in two letters */
		s->g0_is_ascii = p[2] == 'B' || p[2] == 'J';
		s->g0_is_wide = 0;
	} else if (p[1] == '$' && (n == 2 || p[2] == '(')) {
		s->g0_is_ascii = 0;
		s->g0_is_wide = 1;
	}
	return n + 1;
}

static int
flatten_iso2022(unsigned char *p, size_t len)
{
	struct shift s = { .g0_is_ascii = 1 };
	size_t i = 0, n;

	while (i < len) {
		/* Half a character: readers differ on where the next begins. */
		if (s.is_half && p[i] <= ' ')
			return -1;
		if (p[i] == ESC) {
			n = read_escape(&s, p + i, len - i);
			if (n == 0)
				return -1;
			memset(p + i, OTHER, n);
			i += n;
			continue;
		}
		if (p[i] == SHIFT_OUT || p[i] == SHIFT_IN) {
			s.is_out = p[i] == SHIFT_OUT;
			p[i++] = OTHER;
			continue;
		}
		if (s.n_single > 0 && p[i] != '\r' && p[i] != '\n') {
			s.n_single--;
			p[i++] = OTHER;
			continue;
		}
		if (s.g0_is_wide && !s.is_out && p[i] > ' ')
			s.is_half = !s.is_half;
		if (!s.g0_is_ascii || s.is_out || p[i] >= 0x80)
			p[i] = OTHER;
		i++;
	}
	return s.g0_is_ascii && !s.is_out ? 0 : -1;
}

/* What stands between "+" and the first byte that is no base64. */
static void
flatten_utf7(unsigned char *p, size_t len)
{
	int is_shifted = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (is_shifted && !scan_is_alnum(p[i]) && p[i] != '+' &&
		    p[i] != '/')
			is_shifted = 0;
		else if (p[i] == '+')
			is_shifted = 1;
		if (is_shifted)
			p[i] = OTHER;
	}
}

int
charset_flatten(const struct charset *set, unsigned char *p, size_t len,
    size_t *flat)
{
	*flat = len;
	switch (set->kind) {
	case CHARSET_ASCII:
		return 0;
	case CHARSET_ISO2022:
		return flatten_iso2022(p, len);
	case CHARSET_UTF7:
		flatten_utf7(p, len);
		return 0;
	case CHARSET_WIDE:
		return flatten_wide(set, p, len, flat);
	}
	return -1;
}

static void
put_wide(const struct charset *set, struct buf *b, const char *text, size_t n)
{
	unsigned char c[4];
	size_t i;

	for (i = 0; i < n; i++) {
		memset(c, 0, sizeof(c));
		c[set->is_big ? set->unit - 1 : 0] = (unsigned char)text[i];
		buf_put(b, c, set->unit);
	}
}

void
charset_put(const struct charset *set, struct buf *b, const char *text,
    size_t n)
{
	size_t i;

	switch (set->kind) {
	case CHARSET_ASCII:
	case CHARSET_ISO2022:
		buf_put(b, text, n);
		return;
	case CHARSET_UTF7:
		for (i = 0; i < n; i++) {
			buf_put(b, text + i, 1);
			if (text[i] == '+')
				buf_put(b, "-", 1);
		}
		return;
	case CHARSET_WIDE:
		put_wide(set, b, text, n);
		return;
	}
}
