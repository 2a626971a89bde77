/* What people type for a number. */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "acceptd/typed.h"

#define EXTENSION ";ext="	/* RFC 3966; what follows is read elsewhere */
#define SCHEME "tel:"
#define FILLER_MIN 7		/* digits; fewer are no number anyway */

/*
 * What a number is pasted with, and what it stands for: blanks and dashes that
 * typesetters put into it, digits of other scripts; '\0': nothing to be seen.
 */
static const struct {
	uint32_t	from, to;
	char		as;
	int		is_digit;	/* `as` is the first of ten */
} folds[] = {
	{ 0x00a0, 0x00a0, ' ', 0 },	/* no-break space */
	{ 0x00ad, 0x00ad, '\0', 0 },	/* soft hyphen */
	{ 0x0660, 0x0669, '0', 1 },	/* Arabic-Indic */
	{ 0x06f0, 0x06f9, '0', 1 },	/* Persian */
	{ 0x2000, 0x200a, ' ', 0 },	/* spaces of many widths */
	{ 0x200b, 0x200d, '\0', 0 },	/* of no width, and joiners */
	{ 0x2010, 0x2015, '-', 0 },	/* hyphens and dashes */
	{ 0x202f, 0x202f, ' ', 0 },	/* narrow no-break space */
	{ 0x2060, 0x2060, '\0', 0 },	/* word joiner */
	{ 0x2212, 0x2212, '-', 0 },	/* minus */
	{ 0x3000, 0x3000, ' ', 0 },	/* ideographic space */
	{ 0xfe00, 0xfe0f, '\0', 0 },	/* variation selectors */
	{ 0xfeff, 0xfeff, '\0', 0 },	/* byte order mark */
	{ 0xff0b, 0xff0b, '+', 0 },	/* full-width, from here on */
	{ 0xff0d, 0xff0d, '-', 0 },
	{ 0xff10, 0xff19, '0', 1 }
};
#define FOLDS (sizeof(folds) / sizeof(folds[0]))

/* A character of two or three bytes; 0: another. */
static uint32_t
wide(const unsigned char *p, size_t *len)
{
	*len = 1;
	if (p[0] < 0xc0 || p[0] >= 0xf0 || (p[1] & 0xc0) != 0x80)
		return 0;
	*len = 2;
	if (p[0] < 0xe0)
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	if ((p[2] & 0xc0) != 0x80) {
		*len = 1;
		return 0;
	}
	*len = 3;
	return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
	    (p[2] & 0x3f);
}

/* The ASCII character that stands at `p`, '\0' for none; -1: it stays. */
static int
folded(const unsigned char *p, size_t *len)
{
	uint32_t c = wide(p, len);
	size_t i;

	for (i = 0; i < FOLDS; i++)
		if (c >= folds[i].from && c <= folds[i].to)
			return folds[i].is_digit ? folds[i].as +
			    (int)(c - folds[i].from) : folds[i].as;
	*len = 1;
	return -1;
}

/* Without space in front, and without "tel:" (RFC 3966). */
static const char *
start_of(const char *s)
{
	s += strspn(s, " ");
	if (strlen(s) >= strlen(SCHEME) &&
	    scan_is(s, strlen(SCHEME), SCHEME))
		s += strlen(SCHEME);
	return s + strspn(s, " ");
}

int
typed_fold(char *dst, size_t size, const char *src)
{
	const unsigned char *p = (const unsigned char *)start_of(src);
	size_t n = 0, len;
	int c;

	for (; *p != '\0'; p += len) {
		c = folded(p, &len);
		if (c < 0)
			c = *p;
		if (c == '\0' || (n == 0 && c == ' '))
			continue;
		if (n + 1 >= size)
			return -1;
		dst[n++] = (char)c;
	}
	while (n > 0 && dst[n - 1] == ' ')
		n--;
	if (size == 0)
		return -1;
	dst[n] = '\0';
	return 0;
}

int
typed_is_global(const char *s)
{
	size_t len;

	if (strncmp(s, "sip:", 4) == 0 || strncmp(s, "sips:", 5) == 0)
		return 1;
	if (s[0] != '+')
		return 0;
	len = strspn(s + 1, "0123456789 .-");
	return len > 0 && (s[1 + len] == '\0' ||
	    strncmp(s + 1 + len, EXTENSION, strlen(EXTENSION)) == 0);
}

/* Noughts in front aside, which are often the prefix of a trunk call. */
int
typed_is_filler(const char *s)
{
	int step = 0, last = 0, n = 0, n_zeros = 0, d;

	for (; *s != '\0'; s++) {
		if (*s == '+')
			return 0;
		if (!scan_is_digit((unsigned char)*s))
			continue;
		d = *s - '0';
		if (n == 0 && d == 0) {
			n_zeros++;
			continue;
		}
		if (n == 1)
			step = (d - last + 10) % 10;
		else if (n > 1 && (d - last + 10) % 10 != step)
			return 0;
		last = d;
		n++;
	}
	return n + n_zeros >= FILLER_MIN && (step <= 1 || step == 9) &&
	    (n == 0 || n >= FILLER_MIN - 1);
}

int
typed_three(char dst[4], const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		if (*s == ' ' || *s == '-')
			continue;
		if (!scan_is_digit((unsigned char)*s) || n == 3)
			return 0;
		dst[n++] = *s;
	}
	dst[n] = '\0';
	return n == 3;
}
