#ifndef LIB_WINDOW_H
#define LIB_WINDOW_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct scan;

/*
 * The hours within which an offer may be accepted, in the offeror's own zone:
 *
 *	Mon-Fri 09:00-17:00 Europe/Berlin
 *	Mon,Wed,Sat 10:00-12:30 UTC
 *
 * Days by their English three letters, ranges and commas (ranges may wrap:
 * Sat-Mon); 24-hour times, the end after the start, 24:00 allowed as end; an
 * IANA zone name of at most 40 letters, digits, "/", "_", "+", "-".
 */
#define WINDOW_ZONE_MAX 40
struct window {
	uint8_t		days;	/* bit 0 Monday .. bit 6 Sunday; 0: no window */
	uint16_t	from_min;	/* minutes after midnight */
	uint16_t	to_min;		/* exclusive, at most 1440 */
	char		zone[WINDOW_ZONE_MAX + 1];
};

/* -1 with a reason that completes "the hours cannot be read: ...". */
int window_parse(struct window *, const char *, size_t, const char **why)
    __attribute__((warn_unused_result));
#define WINDOW_TEXT_SIZE 96
void window_text(const struct window *, char dst[WINDOW_TEXT_SIZE]);

/* days, from, to, one byte of length, zone; the single byte 0 for none. */
void window_pack(const struct window *, struct buf *);
void window_unpack(struct window *, struct scan *);

#endif
