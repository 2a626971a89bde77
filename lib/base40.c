/*
 * Letters, digits and the four signs of addresses, three in two bytes.
 */

#include <stddef.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "lib/base40.h"

#define BASE	40

static const char letters[BASE + 1] =
    "abcdefghijklmnopqrstuvwxyz0123456789.-@_";

static unsigned
value(char c)
{
	unsigned i;

	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a');
	if (c >= '0' && c <= '9')
		return 26u + (unsigned)(c - '0');
	for (i = 36; i < BASE && letters[i] != c; i++)
		;
	return i;
}

int
base40_fits(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && value(s[i]) < BASE; i++)
		;
	return n > 0 && i == n;
}

void
base40_put(struct buf *b, const char *s, size_t n)
{
	unsigned group;
	size_t i, take;

	for (; n > 0; s += take, n -= take) {
		take = n < 3 ? n : 3;
		for (group = 0, i = 0; i < take; i++)
			group = group * BASE + value(s[i]);
		if (take == 1)
			buf_u8(b, (uint8_t)group);
		else
			buf_u16(b, (uint16_t)group);
	}
}

void
base40_get(struct scan *s, char *dst, size_t n)
{
	unsigned group;
	size_t i, take;

	for (dst[n] = '\0'; n > 0; dst += take, n -= take) {
		take = n < 3 ? n : 3;
		group = take == 1 ? scan_u8(s) : scan_u16(s);
		for (i = take; i-- > 0; group /= BASE)
			dst[i] = letters[group % BASE];
		if (group != 0)
			s->is_bad = 1;
	}
}
