/*
 * The hours within which an offer is open: text, and packed.  What they mean
 * at a given time in a given zone is the bridge's to say.
 */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "lib/window.h"

#define DAY_MIN		1440
#define ALL_DAYS	0x7f

static const char *const day_names[7] = {
	"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"
};

static int
refuse(const char **why, const char *reason)
{
	if (why != NULL)
		*why = reason;
	return -1;
}

static int
parse_day(const char *p, size_t len)
{
	int i;

	for (i = 0; i < 7; i++)
		if (scan_is(p, len, day_names[i]))
			return i;
	return -1;
}

/* "Mon" or "Sat-Mon", which wraps. */
static int
parse_range(const char *p, size_t len, unsigned *days)
{
	const char *dash = memchr(p, '-', len);
	size_t first = dash == NULL ? len : (size_t)(dash - p);
	int from, to;

	from = parse_day(p, first);
	to = dash == NULL ? from : parse_day(dash + 1, len - first - 1);
	if (from == -1 || to == -1)
		return -1;
	for (;; from = (from + 1) % 7) {
		*days |= 1u << from;
		if (from == to)
			return 0;
	}
}

static int
parse_days(const char *p, size_t len, uint8_t *out)
{
	const char *end = p + len, *comma;
	unsigned days = 0;

	for (;;) {
		comma = memchr(p, ',', (size_t)(end - p));
		if (comma == NULL)
			comma = end;
		if (parse_range(p, (size_t)(comma - p), &days) != 0)
			return -1;
		if (comma == end)
			break;
		p = comma + 1;
	}
	*out = (uint8_t)days;
	return 0;
}

/* "09:00": two digits each, so that it cannot be misread. */
static int
parse_time(const char *p, size_t len, uint16_t *out)
{
	uint64_t h, m;

	if (len != 5 || p[2] != ':' || scan_uint(p, 2, 24, &h) != 0 ||
	    scan_uint(p + 3, 2, 59, &m) != 0 || h * 60 + m > DAY_MIN)
		return -1;
	*out = (uint16_t)(h * 60 + m);
	return 0;
}

/* An IANA name: no empty part, nothing that climbs out of a folder. */
static int
is_zone(const char *p, size_t len)
{
	size_t i;

	if (len < 1 || len > WINDOW_ZONE_MAX || !scan_is_alpha((unsigned char)
	    p[0]) || p[len - 1] == '/')
		return 0;
	for (i = 1; i < len; i++)
		if ((!scan_is_alnum((unsigned char)p[i]) &&
		    memchr("/_+-", p[i], 4) == NULL) ||
		    (p[i] == '/' && p[i - 1] == '/'))
			return 0;
	return 1;
}

/* The next word of the slice, which ends at one space or at the end. */
static const char *
next_word(const char **p, const char *end, size_t *len)
{
	const char *word = *p, *space;

	space = memchr(word, ' ', (size_t)(end - word));
	*len = (size_t)((space == NULL ? end : space) - word);
	*p = space == NULL ? end : space + 1;
	return word;
}

int
window_parse(struct window *w, const char *p, size_t len, const char **why)
{
	const char *end = p + len, *word, *dash;
	struct window out;
	size_t n, zone;

	memset(w, 0, sizeof(*w));
	memset(&out, 0, sizeof(out));
	word = next_word(&p, end, &n);
	if (parse_days(word, n, &out.days) != 0)
		return refuse(why, "days are Mon to Sun, as Mon-Fri or "
		    "Mon,Wed");
	word = next_word(&p, end, &n);
	dash = memchr(word, '-', n);
	if (dash == NULL ||
	    parse_time(word, (size_t)(dash - word), &out.from_min) != 0 ||
	    parse_time(dash + 1, n - (size_t)(dash - word) - 1,
	    &out.to_min) != 0)
		return refuse(why, "times are 00:00 to 24:00, as 09:00-17:00");
	if (out.from_min >= out.to_min)
		return refuse(why, "the end is not after the start");
	zone = (size_t)(end - p);
	if (!is_zone(p, zone))
		return refuse(why, "a zone is an IANA name, as Europe/Berlin");
	memcpy(out.zone, p, zone);
	*w = out;
	return 0;
}

/* Days in their order, runs of three and more as a range. */
static size_t
days_text(unsigned days, char *dst, size_t size)
{
	size_t n = 0;
	int i, last;

	dst[0] = '\0';
	for (i = 0; i < 7; i = last + 1) {
		last = i;
		if ((days & 1u << i) == 0)
			continue;
		while (last < 6 && (days & 1u << (last + 1)) != 0)
			last++;
		if (last - i < 2)
			last = i;
		n += (size_t)snprintf(dst + n, size - n, "%s%s%s%s",
		    n > 0 ? "," : "", day_names[i], last > i ? "-" : "",
		    last > i ? day_names[last] : "");
	}
	return n;
}

void
window_text(const struct window *w, char dst[WINDOW_TEXT_SIZE])
{
	size_t n = days_text(w->days & ALL_DAYS, dst, WINDOW_TEXT_SIZE);

	if (n == 0)
		return;
	snprintf(dst + n, WINDOW_TEXT_SIZE - n,
	    " %02u:%02u-%02u:%02u %.*s", w->from_min / 60u, w->from_min % 60u,
	    w->to_min / 60u, w->to_min % 60u, WINDOW_ZONE_MAX, w->zone);
}

static int
is_window(const struct window *w)
{
	return w->days != 0 && w->days <= ALL_DAYS && w->to_min <= DAY_MIN &&
	    w->from_min < w->to_min &&
	    is_zone(w->zone, strnlen(w->zone, sizeof(w->zone)));
}

void
window_pack(const struct window *w, struct buf *b)
{
	size_t n = strnlen(w->zone, sizeof(w->zone));

	if (w->days == 0) {
		buf_u8(b, 0);
		return;
	}
	if (!is_window(w))
		b->is_bad = 1;
	buf_u8(b, w->days);
	buf_u16(b, w->from_min);
	buf_u16(b, w->to_min);
	buf_u8(b, (uint8_t)n);
	buf_put(b, w->zone, n);
}

void
window_unpack(struct window *w, struct scan *s)
{
	memset(w, 0, sizeof(*w));
	w->days = scan_u8(s);
	if (w->days == 0)
		return;
	w->from_min = scan_u16(s);
	w->to_min = scan_u16(s);
	scan_str(s, w->zone, sizeof(w->zone), scan_u8(s));
	if (s->is_bad || !is_window(w)) {
		s->is_bad = 1;
		memset(w, 0, sizeof(*w));
	}
}
