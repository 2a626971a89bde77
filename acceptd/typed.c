/* What people type for a number. */

#include <string.h>

#include "lib/scan.h"

#include "acceptd/typed.h"

#define EXTENSION ";ext="	/* RFC 3966; what follows is read elsewhere */
#define FILLER_MIN 7		/* digits; fewer are no number anyway */

/* The ASCII character that the UTF-8 sequence at `p` stands for, or 0. */
static char
folded(const unsigned char *p, size_t *len)
{
	/* U+0660..0669, U+06F0..06F9 */
	if (p[0] == 0xd9 && p[1] >= 0xa0 && p[1] <= 0xa9) {
		*len = 2;
		return (char)('0' + (p[1] - 0xa0));
	}
	if (p[0] == 0xdb && p[1] >= 0xb0 && p[1] <= 0xb9) {
		*len = 2;
		return (char)('0' + (p[1] - 0xb0));
	}
	if (p[0] != 0xef || p[1] != 0xbc)
		return '\0';
	*len = 3;
	/* U+FF10..FF19, U+FF0B, U+FF0D */
	if (p[2] >= 0x90 && p[2] <= 0x99)
		return (char)('0' + (p[2] - 0x90));
	if (p[2] == 0x8b)
		return '+';
	return p[2] == 0x8d ? '-' : '\0';
}

int
typed_fold(char *dst, size_t size, const char *src)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t n = 0, len;
	char c;

	while (*p != '\0') {
		len = 1;
		c = folded(p, &len);
		if (c == '\0') {
			c = (char)*p;
			len = 1;
		}
		p += len;
		if (n == 0 && c == ' ')
			continue;
		if (n + 1 >= size)
			return -1;
		dst[n++] = c;
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
