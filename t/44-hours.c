/*
 * Is an offer open now, and when does it open next?
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/window.h"

#include "bridge-client/guard/hours.h"

#include "t/tap.h"

/* Moments as UTC; 2026-11-23 is a Monday. */
static const struct {
	const char		*window, *at;
	enum hours_state	 want;
	const char		*opens;		/* "" : 0 */
} cases[] = {
	/* Berlin is an hour ahead of UTC in winter */
	{ "Mon-Fri 09:00-17:00 Europe/Berlin", "2026-11-23 07:59:59",
	    HOURS_CLOSED, "2026-11-23 08:00:00" },
	{ "Mon-Fri 09:00-17:00 Europe/Berlin", "2026-11-23 08:00:00",
	    HOURS_OPEN, "" },
	{ "Mon-Fri 09:00-17:00 Europe/Berlin", "2026-11-23 15:59:59",
	    HOURS_OPEN, "" },
	{ "Mon-Fri 09:00-17:00 Europe/Berlin", "2026-11-23 16:00:00",
	    HOURS_CLOSED, "2026-11-24 08:00:00" },
	/* over the weekend, and into summer time (29 March) */
	{ "Mon-Fri 09:00-17:00 Europe/Berlin", "2026-03-27 16:00:00",
	    HOURS_CLOSED, "2026-03-30 07:00:00" },
	{ "Mon-Fri 09:00-17:00 Europe/Berlin", "2026-11-27 16:00:00",
	    HOURS_CLOSED, "2026-11-30 08:00:00" },
	/* one day a week: the same day, a week later */
	{ "Mon 10:00-12:00 UTC", "2026-11-23 12:00:00",
	    HOURS_CLOSED, "2026-11-30 10:00:00" },
	{ "Mon 10:00-12:00 UTC", "2026-11-23 09:00:00",
	    HOURS_CLOSED, "2026-11-23 10:00:00" },
	/* the day of the zone, not of UTC */
	{ "Mon 00:00-24:00 Pacific/Auckland", "2026-11-22 11:30:00",
	    HOURS_OPEN, "" },
	{ "Mon 00:00-24:00 Pacific/Auckland", "2026-11-23 11:00:00",
	    HOURS_CLOSED, "2026-11-29 11:00:00" },
	{ "Sun 22:00-24:00 America/New_York", "2026-11-23 04:59:59",
	    HOURS_OPEN, "" },
	{ "Sun 22:00-24:00 America/New_York", "2026-11-23 05:00:00",
	    HOURS_CLOSED, "2026-11-30 03:00:00" },
	/* wrapped days, leap day */
	{ "Sat-Mon 09:00-10:00 UTC", "2026-11-24 09:30:00",
	    HOURS_CLOSED, "2026-11-28 09:00:00" },
	{ "Mon-Sun 00:00-01:00 UTC", "2028-02-28 12:00:00",
	    HOURS_CLOSED, "2028-02-29 00:00:00" },
	/* a minute that the clock skips (02:30 on 29 March in Berlin) */
	{ "Sun 02:30-04:00 Europe/Berlin", "2026-03-29 01:45:00",
	    HOURS_OPEN, "" },
	{ "Mon-Sun 00:00-24:00 No/Where", "2026-11-23 12:00:00",
	    HOURS_ZONE_UNKNOWN, "" },
};

static int64_t
moment(const char *s)
{
	struct tm tm = { .tm_isdst = 0 };

	if (s[0] == '\0' || strptime(s, "%Y-%m-%d %H:%M:%S", &tm) == NULL)
		return 0;
	return timegm(&tm);
}

int
main(void)
{
	static const char *bad[] = { "/etc/passwd", "../UTC", "", "." };
	struct window w;
	const char *why;
	int64_t opens;
	size_t i;

	setenv("TZ", "Asia/Tokyo", 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&w, 0, sizeof(w));
		w.days = 0x7f;
		w.to_min = 1440;
		memcpy(w.zone, bad[i], strlen(bad[i]) + 1);
		is_int(hours_state(&w, 1800000000, &opens), HOURS_ZONE_UNKNOWN,
		    "no zone: \"%s\"", bad[i]);
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (window_parse(&w, cases[i].window, strlen(cases[i].window),
		    &why) == -1) {
			ok(0, "%s: %s", cases[i].window, why);
			continue;
		}
		is_int(hours_state(&w, moment(cases[i].at), &opens),
		    cases[i].want, "%s at %s", cases[i].window, cases[i].at);
		is_int(opens, moment(cases[i].opens), "opens at %s",
		    cases[i].opens);
	}
	memset(&w, 0, sizeof(w));
	is_int(hours_state(&w, 1800000000, &opens), HOURS_OPEN,
	    "no window: always open");
	is_str(getenv("TZ"), "Asia/Tokyo", "the program's zone is no matter");
	return tap_done();
}
