#ifndef BRIDGE_GUARD_HOURS_H
#define BRIDGE_GUARD_HOURS_H

#include <stdint.h>

struct window;

/*
 * Whether an offer is open at a moment, in the offeror's own zone, through
 * daylight saving and leap days.  Where the clock skips the minute at which it
 * opens or closes, it does so as much later as the clock is put forward; a
 * minute that comes twice opens or closes it the first time.
 */
enum hours_state {
	HOURS_OPEN,
	HOURS_CLOSED,
	HOURS_ZONE_UNKNOWN	/* no such zone on this machine: closed */
};

/*
 * `*opens_at`: when it opens next, Unix seconds; 0 where it is open, or will
 * not open within the next eight days.  A window without days is always open.
 */
enum hours_state hours_state(const struct window *, int64_t at,
    int64_t *opens_at) __attribute__((warn_unused_result));

#endif
