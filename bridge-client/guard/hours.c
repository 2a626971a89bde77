/*
 * hours: is an offer open now, and when does it open next?
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/window.h"

#include "bridge-client/guard/hours.h"

#define LOCAL_ZONE	":/etc/localtime"	/* as where no TZ is set */

/* Borrows the process' zone; what stood there before is the caller's. */
static char *
zone_enter(const char *zone)
{
	char name[WINDOW_ZONE_MAX + 2];
	const char *was = getenv("TZ");
	char *kept = was != NULL ? strdup(was) : NULL;

	snprintf(name, sizeof(name), ":%s", zone);
	setenv("TZ", name, 1);
	tzset();
	return kept;
}

/*
 * What stands there is replaced, and never taken out: then glibc moves nothing
 * under the eyes of another thread that reads the environment, as libcurl's do
 * when they ask the DNS.
 */
static void
zone_leave(char *kept)
{
	setenv("TZ", kept != NULL ? kept : LOCAL_ZONE, 1);
	tzset();
	free(kept);
}

/*
 * The moment of `min` minutes after midnight of the day `days` after the day
 * of `day`.  Where the clock skips that minute, mktime() gives a neighbour;
 * where the minute comes twice, one of the two.
 */
static int64_t
moment(const struct tm *day, int days, int min)
{
	struct tm tm = {
		.tm_year = day->tm_year, .tm_mon = day->tm_mon,
		.tm_mday = day->tm_mday + days,
		.tm_hour = min / 60, .tm_min = min % 60, .tm_isdst = -1
	};

	return mktime(&tm);
}

/* The weekday, 0 Monday, of the day `days` after that of `day`. */
static int
weekday(const struct tm *day, int days)
{
	return (day->tm_wday + 6 + days) % 7;
}

static enum hours_state
reckon(const struct window *w, int64_t at, int64_t *opens_at)
{
	struct tm day;
	time_t t = at;
	int64_t from, to;
	int i;

	if (localtime_r(&t, &day) == NULL)
		return HOURS_CLOSED;
	for (i = 0; i <= 8; i++) {
		if ((w->days & 1 << weekday(&day, i)) == 0)
			continue;
		from = moment(&day, i, w->from_min);
		to = moment(&day, i, w->to_min);
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
	char *kept;

	*opens_at = 0;
	if (w->days == 0)
		return HOURS_OPEN;
	if (!clock_is_zone(w->zone))
		return HOURS_ZONE_UNKNOWN;
	kept = zone_enter(w->zone);
	state = reckon(w, at, opens_at);
	zone_leave(kept);
	return state;
}
