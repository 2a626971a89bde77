#ifndef BRIDGE_GUARD_HOURS_H
#define BRIDGE_GUARD_HOURS_H

#include <stdint.h>

struct window;

/*
 * Whether an offer is open at a moment, in the offeror's own zone, through
 * daylight saving and leap days.  For one thread alone: it borrows the time
 * zone of the process while it reckons, and gives it back.
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
