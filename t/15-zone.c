/*
 * Time zones: every one of this machine's against the C library, in the past
 * and far beyond the tables; rules that no zone has just now; and what is none.
 */
#include <sys/stat.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/zone.h"

#include "t/tap.h"

#define ZONES	"/usr/share/zoneinfo"
#define STEP_S	INT64_C(1731013)	/* 20 days and something */
#define BEGIN	INT64_C(315532800)	/* 1980 */
#define END	INT64_C(5680281600)	/* 2150 */

/* The zones of this machine. */

static size_t n_zones, n_bad, n_asked;

static void
differs(const char *name, int64_t at, int64_t got, int64_t want)
{
	if (n_bad++ < 10)
		ok(0, "%s at %lld: %lld, should be %lld", name, (long long)at,
		    (long long)got, (long long)want);
}

/* What the clocks show then, and when they do. */
static void
compare(const char *name, const struct zone *z, int64_t at)
{
	struct tm tm;
	time_t t = (time_t)at;
	int64_t shown;

	n_asked++;
	if (localtime_r(&t, &tm) == NULL)
		abort();
	if (zone_offset(z, at) != tm.tm_gmtoff)
		differs(name, at, zone_offset(z, at), tm.tm_gmtoff);
	shown = at + tm.tm_gmtoff;
	if (zone_moment(z, shown) > at ||
	    zone_moment(z, shown) + zone_offset(z, zone_moment(z, shown)) !=
	    shown)
		differs(name, at, zone_moment(z, shown), at);
}

static int
try_zone(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	const char *name = path + strlen(ZONES) + 1;
	struct zone *z;
	char tz[256];
	int64_t at, from, to, mid;

	(void)st;
	(void)ftw;
	if (kind != FTW_F || strchr(name, '.') != NULL ||
	    strncmp(name, "right/", 6) == 0)
		return 0;
	z = zone_open(name);
	if (z == NULL)
		return 0;	/* tables for people, and such */
	n_zones++;
	snprintf(tz, sizeof(tz), ":%s", name);
	setenv("TZ", tz, 1);
	tzset();
	for (at = BEGIN; at < END; at += STEP_S) {
		compare(name, z, at);
		if (zone_offset(z, at) == zone_offset(z, at + STEP_S))
			continue;
		from = at;		/* the very second of the change */
		to = at + STEP_S;
		while (to - from > 1) {
			mid = from + (to - from) / 2;
			if (zone_offset(z, mid) == zone_offset(z, at))
				from = mid;
			else
				to = mid;
		}
		compare(name, z, from);
		compare(name, z, to);
	}
	zone_free(z);
	return 0;
}

/* Files of our own. */

static void
put_header(struct buf *b, unsigned times, unsigned types, unsigned leaps)
{
	buf_str(b, "TZif2");
	buf_put(b, (const char[15]){ 0 }, 15);
	buf_u32(b, 0);
	buf_u32(b, 0);
	buf_u32(b, leaps);
	buf_u32(b, times);
	buf_u32(b, types);
	buf_u32(b, 4);
}

/* Four bytes of names: "A\0B\0". */
static void
put_type(struct buf *b, int32_t offset)
{
	buf_u32(b, (uint32_t)offset);
	buf_u16(b, 0);
}

/* One change, at 1000, from an hour to two; and this rule. */
static void
put_zone(struct buf *b, const char *rule)
{
	buf_clear(b);
	put_header(b, 0, 1, 0);
	put_type(b, 0);
	buf_put(b, "A\0B\0", 4);
	put_header(b, 1, 2, 0);
	buf_u64(b, 1000);
	buf_u8(b, 1);
	put_type(b, 3600);
	put_type(b, 7200);
	buf_put(b, "A\0B\0", 4);
	buf_printf(b, "\n%s\n", rule);
}

static int64_t
moment(const char *s)
{
	struct tm tm = { .tm_isdst = 0 };

	if (strptime(s, "%Y-%m-%d %H:%M", &tm) == NULL)
		abort();
	return timegm(&tm);
}

static void
test_rules(void)
{
	static const struct {
		const char	*rule, *at;
		int32_t		 want;
	} cases[] = {
		{ "", "1970-01-01 00:10", 3600 },
		{ "", "2026-07-01 00:00", 7200 },
		{ "XXX-3", "1970-01-01 00:10", 3600 },
		{ "XXX-3", "2026-07-01 00:00", 10800 },
		{ "<-0330>3:30", "2026-07-01 00:00", -12600 },
		{ "AAA-1BBB,J60,J300", "2026-03-01 00:59", 3600 },
		{ "AAA-1BBB,J60,J300", "2026-03-01 01:00", 7200 },
		{ "AAA-1BBB,J60,J300", "2028-03-01 00:59", 3600 },
		{ "AAA-1BBB,J60,J300", "2028-03-01 01:00", 7200 },
		{ "AAA-1BBB,59,300", "2028-02-29 00:59", 3600 },
		{ "AAA-1BBB,59,300", "2028-02-29 01:00", 7200 },
		{ "AAA0BBB-2,M2.5.0/1:30,M10.1.3", "2026-02-22 01:29", 0 },
		{ "AAA0BBB-2,M2.5.0/1:30,M10.1.3", "2026-02-22 01:30", 7200 },
		{ "AAA0BBB-2,M2.5.0/1:30,M10.1.3", "2032-02-29 01:30", 7200 },
		{ "AAA0BBB,M3.4.4/-2,M10.1.0/50", "2026-03-25 21:59", 0 },
		{ "AAA0BBB,M3.4.4/-2,M10.1.0/50", "2026-03-25 22:00", 3600 },
		{ "AAA0BBB,M3.4.4/-2,M10.1.0/50", "2026-10-06 00:59", 3600 },
		{ "AAA0BBB,M3.4.4/-2,M10.1.0/50", "2026-10-06 01:00", 0 },
		{ "AAA5BBB,0/0,J365/25", "2026-01-01 05:00", -14400 },
		{ "AAA5BBB,0/0,J365/25", "2027-01-01 04:59", -14400 },
	};
	struct zone *z;
	struct buf b;
	size_t i;

	buf_init(&b, 4096);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_zone(&b, cases[i].rule);
		z = zone_read(b.data, b.len);
		is_int(z != NULL ? zone_offset(z, moment(cases[i].at)) : -1,
		    cases[i].want, "%s at %s", cases[i].rule, cases[i].at);
		zone_free(z);
	}
	buf_free(&b);
}

static void
test_bad(void)
{
	static const char *const rules[] = { "A1", "AAA", "<AAA1", "AAA25",
	    "AAA1:60", "AAA1BBB", "AAA1BBB,M3.1.0", "AAA1BBB,M3.1.0,M13.1.0",
	    "AAA1BBB,M3.1.0,M0.1.0", "AAA1BBB,M3.0.0,M4.1.0",
	    "AAA1BBB,M3.6.0,M4.1.0", "AAA1BBB,M3.1.7,M4.1.0",
	    "AAA1BBB,J0,J9", "AAA1BBB,366,9", "AAA1BBB,1/168,9",
	    "AAA1BBB,1,9,", "AAA1\nBBB" };
	struct zone *z;
	struct buf b;
	size_t i, n_taken = 0;

	buf_init(&b, 4096);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		put_zone(&b, rules[i]);
		z = zone_read(b.data, b.len);
		ok(z == NULL, "no rule: %s", rules[i]);
		zone_free(z);
	}
	put_zone(&b, "AAA1BBB,M3.1.0,M4.1.0");
	for (i = 0; i < b.len; i++) {
		z = zone_read(tap_edge(b.data, i), i);
		n_taken += z != NULL;
		zone_free(z);
	}
	is_int(n_taken, 0, "cut anywhere: none");
	buf_clear(&b);
	put_header(&b, 0, 1, 0);
	put_type(&b, 0);
	buf_put(&b, "A\0B\0", 4);
	put_header(&b, 0, 1, 1);
	put_type(&b, 0);
	buf_put(&b, "A\0B\0", 4);
	buf_u64(&b, 78796800);
	buf_u32(&b, 1);
	buf_str(&b, "\n\n");
	ok(zone_read(b.data, b.len) == NULL, "leap seconds: not ours");
	buf_free(&b);
}

static void
test_names(void)
{
	static const char *const bad[] = { "", "Europe/Berln", "Europe",
	    "/etc/localtime", "../zoneinfo/UTC", "Europe/../UTC", "Berlin",
	    "zone.tab", "leapseconds", "right/Europe/Berlin" };
	static const char *const good[] = { "UTC", "Europe/Berlin",
	    "America/Argentina/Buenos_Aires", "Etc/GMT+5" };
	struct zone *z = zone_open("UTC");
	size_t i;

	ok(z != NULL && zone_offset(z, 1800000000) == 0, "UTC");
	zone_free(z);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(zone_is_known(bad[i]), 0, "no zone: \"%s\"", bad[i]);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		is_int(zone_is_known(good[i]), 1, "a zone: %s", good[i]);
	is_int(zone_has_any(), 1, "there are some");
	setenv("TZDIR", tap_dir(), 1);
	is_int(zone_has_any(), 0, "nowhere else");
	is_int(zone_is_known("Europe/Berlin"), 0, "so this is none");
	is_int(zone_is_known("UTC"), 1, "and this is always one");
	unsetenv("TZDIR");
}

/* Clocks that skip an hour, and show one twice. */
static void
test_moments(void)
{
	struct zone *z;
	struct buf b;

	buf_init(&b, 4096);
	put_zone(&b, "AAA-1BBB,M3.5.0,M10.5.0/3");
	z = zone_read(b.data, b.len);
	is_int(zone_moment(z, moment("2026-03-29 02:30")),
	    moment("2026-03-29 01:30"), "skipped: as much later");
	is_int(zone_moment(z, moment("2026-10-25 02:30")),
	    moment("2026-10-25 00:30"), "twice: the first time");
	is_int(zone_moment(z, moment("2026-10-25 03:30")),
	    moment("2026-10-25 02:30"), "once");
	zone_free(z);
	buf_free(&b);
}

int
main(void)
{
	test_names();
	test_bad();
	test_rules();
	test_moments();
	if (nftw(ZONES, try_zone, 16, FTW_PHYS) != 0)
		n_bad++;
	is_int(n_bad, 0, "%zu zones at %zu moments as the C library has it",
	    n_zones, n_asked);
	ok(n_zones > 300, "and these are all");
	return tap_done();
}
