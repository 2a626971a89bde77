/*
 * hours: is an offer open now, and when does it open next?
 */
#include <stddef.h>

#include "lib/window.h"
#include "lib/zone.h"

#include "bridge-client/guard/hours.h"

#define DAY_S	86400

/* The weekday, 0 Monday, of the day so many after 1970-01-01, a Thursday. */
static int
weekday(int64_t day)
{
	return (int)((day + 3) % 7);
}

static enum hours_state
reckon(const struct window *w, const struct zone *zone, int64_t at,
    int64_t *opens_at)
{
	int64_t today = (at + zone_offset(zone, at)) / DAY_S, day, from, to;

	for (day = today; day <= today + 8; day++) {
		if ((w->days & 1 << weekday(day)) == 0)
			continue;
		from = zone_moment(zone, day * DAY_S + w->from_min * 60);
		to = zone_moment(zone, day * DAY_S + w->to_min * 60);
		if (at >= from && at < to)
			return HOURS_OPEN;
		if (from > at && from < to) {
			*opens_at = from;
			return HOURS_CLOSED;
		}
	}
	return HOURS_CLOSED;
}

enum hours_state
hours_state(const struct window *w, int64_t at, int64_t *opens_at)
{
	enum hours_state state;
	struct zone *zone;

	*opens_at = 0;
	if (w->days == 0)
		return HOURS_OPEN;
	zone = zone_open(w->zone);
	if (zone == NULL)
		return HOURS_ZONE_UNKNOWN;
	state = reckon(w, zone, at, opens_at);
	zone_free(zone);
	return state;
}
