/*
 * Punycode: a label's code points beyond ASCII, in order of their numbers, as
 * the distances between the places where they belong (RFC 3492, 6.3).
 */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "lib/idn.h"

#define LABEL_MAX 63	/* RFC 1035, 2.3.4 */

/* RFC 3492, 5 */
#define BASE		36
#define T_MIN		1
#define T_MAX		26
#define SKEW		38
#define DAMP		700
#define FIRST_BIAS	72
#define FIRST_N		128

struct out {
	char	*p;
	size_t	 n;
	size_t	 size;		/* n > size: it did not fit */
};

static void
put(struct out *o, int c)
{
	if (o->n < o->size)
		o->p[o->n] = (char)c;
	o->n++;
}

static uint32_t
lower(uint32_t c)
{
	if (c < 0x80)
		return (uint32_t)scan_lower((int)c);
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) ||	/* Latin-1 */
	    (c >= 0x391 && c <= 0x3ab && c != 0x3a2) ||	/* Greek */
	    (c >= 0x410 && c <= 0x42f))			/* Cyrillic */
		return c + 32;
	return c >= 0x400 && c <= 0x40f ? c + 80 : c;
}

/* The code points of a label that is known to be UTF-8. */
static size_t
read_points(uint32_t point[LABEL_MAX], const char *label, size_t len)
{
	const unsigned char *p = (const unsigned char *)label, *end = p + len;
	size_t n = 0, more;
	uint32_t c;

	while (p < end) {
		if (n == LABEL_MAX)
			return LABEL_MAX + 1;
		c = *p++;
		more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		if (more > 0)
			c &= 0x3fu >> more;
		for (; more > 0 && p < end; more--)
			c = c << 6 | (*p++ & 0x3f);
		point[n++] = lower(c);
	}
	return n;
}

static uint32_t
adapt(uint32_t delta, uint32_t count, int is_first)
{
	uint32_t k = 0;

	delta = is_first ? delta / DAMP : delta / 2;
	delta += delta / count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static int
digit(uint32_t d)
{
	return (int)(d < 26 ? 'a' + d : '0' + d - 26);
}

static void
put_distance(struct out *o, uint32_t q, uint32_t bias)
{
	uint32_t k, t;

	for (k = BASE;; k += BASE) {
		t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
		if (q < t)
			break;
		put(o, digit(t + (q - t) % (BASE - t)));
		q = (q - t) / (BASE - t);
	}
	put(o, digit(q));
}

/* A label has 63 points at most, each below 2^21: nothing overflows. */
static void
put_points(struct out *o, const uint32_t *point, size_t n, uint32_t basic)
{
	uint32_t done = basic, next = FIRST_N, delta = 0, bias = FIRST_BIAS;
	uint32_t least;
	size_t i;

	for (; done < n; delta++, next++) {
		least = UINT32_MAX;
		for (i = 0; i < n; i++)
			if (point[i] >= next && point[i] < least)
				least = point[i];
		delta += (least - next) * (done + 1);
		next = least;
		for (i = 0; i < n; i++) {
			delta += point[i] < next;
			if (point[i] != next)
				continue;
			put_distance(o, delta, bias);
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
	}
}

static int
put_coded(struct out *o, const char *label, size_t len)
{
	uint32_t point[LABEL_MAX + 1];
	size_t n = read_points(point, label, len), first = o->n, i;
	uint32_t basic = 0;

	if (n > LABEL_MAX)
		return -1;
	for (i = 0; i < 4; i++)
		put(o, "xn--"[i]);
	for (i = 0; i < n; i++) {
		if (point[i] < 0x80) {
			put(o, (int)point[i]);
			basic++;
		}
	}
	if (basic > 0)
		put(o, '-');
	put_points(o, point, n, basic);
	return o->n - first <= LABEL_MAX ? 0 : -1;
}

static int
put_label(struct out *o, const char *label, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)label[i] >= 0x80)
			return put_coded(o, label, len);
	for (i = 0; i < len; i++)
		put(o, scan_lower((unsigned char)label[i]));
	return 0;
}

int
idn_ascii(char *dst, size_t size, const char *domain, size_t len)
{
	struct out o = { dst, 0, size };
	const char *end = domain + len, *dot;

	if (len > 0 && !scan_is_printable_utf8(domain, len))
		return -1;
	for (;; domain = dot + 1) {
		dot = memchr(domain, '.', (size_t)(end - domain));
		if (put_label(&o, domain, (size_t)((dot != NULL ? dot : end) -
		    domain)) != 0)
			return -1;
		if (dot == NULL)
			break;
		put(&o, '.');
	}
	put(&o, '\0');
	return o.n <= size ? 0 : -1;
}
