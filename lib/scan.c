/*
 * Reading bytes and numbers from outside: bounded, exact, no allocation, and
 * the same whatever the locale.
 */

#include <string.h>

#include "lib/scan.h"

void
scan_init(struct scan *s, const void *p, size_t n)
{
	static const unsigned char nothing[1];

	s->p = n > 0 ? p : nothing;
	s->end = s->p + n;
	s->is_bad = 0;
}

size_t
scan_left(const struct scan *s)
{
	return s->is_bad ? 0 : (size_t)(s->end - s->p);
}

int
scan_done(const struct scan *s)
{
	return !s->is_bad && s->p == s->end;
}

const unsigned char *
scan_bytes(struct scan *s, size_t n)
{
	const unsigned char *p = s->p;

	if (s->is_bad || n > (size_t)(s->end - s->p)) {
		s->is_bad = 1;
		return NULL;
	}
	s->p += n;
	return p;
}

static uint64_t
read_number(struct scan *s, size_t n)
{
	const unsigned char *p = scan_bytes(s, n);
	uint64_t v = 0;
	size_t i;

	if (p == NULL)
		return 0;
	for (i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

uint8_t
scan_u8(struct scan *s)
{
	return (uint8_t)read_number(s, 1);
}

uint16_t
scan_u16(struct scan *s)
{
	return (uint16_t)read_number(s, 2);
}

uint32_t
scan_u32(struct scan *s)
{
	return (uint32_t)read_number(s, 4);
}

uint64_t
scan_u64(struct scan *s)
{
	return read_number(s, 8);
}

void
scan_copy(struct scan *s, void *dst, size_t n)
{
	const unsigned char *p = scan_bytes(s, n);

	if (n == 0)
		return;
	if (p == NULL)
		memset(dst, 0, n);
	else
		memcpy(dst, p, n);
}

void
scan_str(struct scan *s, char *dst, size_t size, size_t n)
{
	const unsigned char *p = scan_bytes(s, n);

	if (size > 0)
		dst[0] = '\0';
	if (p == NULL)
		return;
	if (n >= size || memchr(p, '\0', n) != NULL) {
		s->is_bad = 1;
		return;
	}
	memcpy(dst, p, n);
	dst[n] = '\0';
}

int
scan_uint(const char *s, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t v = 0, digit;
	size_t i;

	if (n == 0)
		return -1;
	for (i = 0; i < n; i++) {
		if (!scan_is_digit((unsigned char)s[i]))
			return -1;
		digit = (uint64_t)(s[i] - '0');
		if (digit > max || v > (max - digit) / 10)
			return -1;
		v = v * 10 + digit;
	}
	*out = v;
	return 0;
}

/* A number whose last character may be a unit that multiplies it. */
static int
scan_scaled(const char *s, size_t n, uint64_t unit, uint64_t max,
    uint64_t *out)
{
	uint64_t v;

	if (unit != 0)
		n--;
	else
		unit = 1;
	if (scan_uint(s, n, max / unit, &v) < 0)
		return -1;
	*out = v * unit;
	return 0;
}

int
scan_duration(const char *s, size_t n, uint64_t max_s, uint64_t *out_s)
{
	uint64_t unit = 0;

	if (n == 0)
		return -1;
	switch (s[n - 1]) {
	case 's':
		unit = 1;
		break;
	case 'm':
		unit = 60;
		break;
	case 'h':
		unit = 3600;
		break;
	case 'd':
		unit = 86400;
		break;
	case 'w':
		unit = 604800;
		break;
	}
	return scan_scaled(s, n, unit, max_s, out_s);
}

int
scan_size(const char *s, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t unit = 0;

	if (n == 0)
		return -1;
	switch (scan_lower((unsigned char)s[n - 1])) {
	case 'k':
		unit = (uint64_t)1 << 10;
		break;
	case 'm':
		unit = (uint64_t)1 << 20;
		break;
	case 'g':
		unit = (uint64_t)1 << 30;
		break;
	}
	return scan_scaled(s, n, unit, max, out);
}

/* What a character of base64url stands for, from '-' to 'z'; -1: nothing. */
static const signed char sextets[] = {
	62, -1, -1,					/* - . / */
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61,		/* 0 to 9 */
	-1, -1, -1, -1, -1, -1, -1,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,	/* A to M */
	13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	-1, -1, -1, -1, 63, -1,				/* _ after four */
	26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,	/* a to m */
	39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51
};

static int
sextet(char c)
{
	unsigned i = (unsigned char)c - (unsigned)'-';

	return i < sizeof(sextets) ? sextets[i] : -1;
}

/* Of two to four characters, one byte less; -1, or what is left over. */
static int
quantum(unsigned char *dst, const char *p, size_t n)
{
	int a = sextet(p[0]), b = sextet(p[1]);
	int c = n > 2 ? sextet(p[2]) : 0, d = n > 3 ? sextet(p[3]) : 0;

	if ((a | b | c | d) < 0)
		return -1;
	dst[0] = (unsigned char)(a << 2 | b >> 4);
	if (n == 2)
		return b & 15;
	dst[1] = (unsigned char)(b << 4 | c >> 2);
	if (n == 3)
		return c & 3;
	dst[2] = (unsigned char)(c << 6 | d);
	return 0;
}

long
scan_base64url(unsigned char *dst, size_t size, const char *p, size_t n)
{
	size_t len = n / 4 * 3 + (n % 4 > 0 ? n % 4 - 1 : 0), at;

	if (n % 4 == 1 || len > size)
		return -1;
	for (at = 0; n >= 4; n -= 4, p += 4, at += 3)
		if (quantum(dst + at, p, 4) != 0)
			return -1;
	return n == 0 || quantum(dst + at, p, n) == 0 ? (long)len : -1;
}

int
scan_is_base64url(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!scan_is_alnum((unsigned char)p[i]) && p[i] != '-' &&
		    p[i] != '_')
			return 0;
	return 1;
}

int
scan_same(const char *a, size_t an, const char *b, size_t bn)
{
	size_t i;

	if (an != bn)
		return 0;
	for (i = 0; i < an; i++)
		if (scan_lower((unsigned char)a[i]) !=
		    scan_lower((unsigned char)b[i]))
			return 0;
	return 1;
}

int
scan_is(const char *s, size_t n, const char *literal)
{
	size_t i;

	/* Most words differ in their first letter: no strlen() before that. */
	for (i = 0; i < n; i++)
		if (literal[i] == '\0' || scan_lower((unsigned char)s[i]) !=
		    scan_lower((unsigned char)literal[i]))
			return 0;
	return literal[n] == '\0';
}

/*
 * The character at `p`, its length in `*len`; 0 where it is none (RFC 3629,
 * 4: only the shortest form, no surrogates, nothing above U+10FFFF).  A NUL
 * is none, either: nobody here wants one.
 */
static uint32_t
read_utf8(const unsigned char *p, size_t left, size_t *len)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t n, i;

	if (p[0] < 0x80) {
		*len = 1;
		return p[0];
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > left)
		return 0;
	c = p[0] & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < lowest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*len = n;
	return c;
}

static int
is_printable(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return 0;		/* C0, DEL, C1 */
	if (c == 0x2028 || c == 0x2029)
		return 0;		/* line and paragraph separators */
	if (c == 0x061c || c == 0x200e || c == 0x200f ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return 0;		/* bidirectional controls */
	return 1;
}

int
scan_is_printable_utf8(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len;
	uint32_t c;

	while (n > 0) {
		c = read_utf8(p, n, &len);
		if (c == 0 || !is_printable(c))
			return 0;
		p += len;
		n -= len;
	}
	return 1;
}
