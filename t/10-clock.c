/* The clock that tests can set, and dates. */

#include <string.h>

#include "lib/clock.h"

#include "t/tap.h"

static void
test_fake(void)
{
	int64_t before = clock_mono_ms();

	ok(clock_wall() > 1700000000, "the wall clock is of this age");
	clock_fake(1795414173999, 5000);
	is_int(clock_wall(), 1795414173, "fake seconds");
	is_int(clock_wall_ms(), 1795414173999, "fake milliseconds");
	is_int(clock_mono_ms(), 5000, "fake monotonic");
	is_int(clock_mono_us(), 5000000, "fake monotonic, microseconds");
	clock_fake(0, 0);
	is_int(clock_wall_ms(), 0, "the epoch can be faked");
	clock_fake(-1, 0);
	ok(clock_mono_ms() >= before, "the real clock again");
}

static void
test_iso(void)
{
	static const struct {
		int64_t wall;
		const char *iso;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1970-01-01T00:00:00Z" },
		{ 1795414173, "2026-11-23T06:09:33Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "9999-12-31T23:59:59Z" },
	};
	char iso[CLOCK_ISO_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_iso(cases[i].wall, iso);
		is_str(iso, cases[i].iso, "%lld", (long long)cases[i].wall);
	}
}

static void
test_read(void)
{
	static const char *const bad[] = { "", "2026", "2026-11-2",
	    "2026-11-31", "2026-02-29", "26-11-2026", "2026-11-23 ",
	    " 2026-11-2", "2026/11/23", "2026-13-01", "1969-12-31",
	    "2026-11-23T", "2026-11-23T06:09", "2026-11-23T06:09:33",
	    "2026-11-23T24:00:00Z", "2026-11-23T06:09:60Z",
	    "2026-11-23 06:09:33Z", "2026-11-23T06:09:33Z ",
	    "12026-11-23" };
	static const struct {
		const char *text;
		int64_t wall;
	} good[] = {
		{ "1970-01-01", 0 }, { "2000-02-29", 951782400 },
		{ "2026-11-23", 1795392000 },
		{ "2026-11-23T06:09:33Z", 1795414173 },
		{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
	};
	int64_t at = 7;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(clock_read(bad[i], &at), -1, "no time: \"%s\"",
		    bad[i]);
	is_int(at, 7, "and nothing is told");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		is_int(clock_read(good[i].text, &at), 0, "a time: %s",
		    good[i].text);
		is_int(at, good[i].wall, "this one");
		is_int(clock_read_day(good[i].text, &at),
		    strlen(good[i].text) == 10 ? 0 : -1, "a day, or none");
	}
}

int
main(void)
{
	test_fake();
	test_iso();
	test_read();
	return tap_done();
}
