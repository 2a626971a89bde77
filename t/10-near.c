/* "Did you mean?", and units as people write them. */

#include <string.h>

#include "lib/near.h"
#include "lib/unit.h"

#include "t/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void
test_near(void)
{
	static const struct {
		const char *typed, *known;
		size_t distance;
		int is_typo;
	} cases[] = {
		{ "", "", 0, 0 },
		{ "x", "y", 1, 0 },
		{ "no", "on", 1, 0 },
		{ "listen", "listen", 0, 1 },
		{ "lisen", "listen", 1, 1 },
		{ "listne", "listen", 1, 1 },
		{ "prot", "port", 1, 1 },
		{ "lstn", "listen", 2, 0 },
		{ "socket", "listen", 5, 0 },
		{ "timeouts", "timeout", 1, 1 },
	};
	char longest[NEAR_MAX + 2];

	for (size_t i = 0; i < N(cases); i++) {
		is_int(near_distance(cases[i].typed, cases[i].known),
		    cases[i].distance, "distance of `%s' and `%s'",
		    cases[i].typed, cases[i].known);
		is_int(near_is_typo(cases[i].typed, cases[i].known),
		    cases[i].is_typo, "typo of `%s' and `%s'",
		    cases[i].typed, cases[i].known);
	}
	memset(longest, 'a', sizeof(longest));
	longest[NEAR_MAX + 1] = '\0';
	is_int(near_distance(longest, longest), NEAR_MAX, "too long is far");
	longest[NEAR_MAX] = '\0';
	is_int(near_distance(longest, longest), 0, "the longest is not");
}

static void
test_unit(void)
{
	static const struct {
		int64_t v;
		const char *duration, *size;
	} cases[] = {
		{ 0, "0s", "0" },
		{ 1, "1s", "1" },
		{ 60, "1m", "60" },
		{ 90, "90s", "90" },
		{ 3600, "1h", "3600" },
		{ 86400, "1d", "86400" },
		{ 604800, "1w", "604800" },
		{ 1024, "1024s", "1k" },
		{ 10485760, "10485760s", "10M" },
		{ INT64_C(1) << 40, "1099511627776s", "1024G" },
		{ INT64_MAX, "9223372036854775807s", "9223372036854775807" },
		{ INT64_MIN + 1, "-9223372036854775807s",
		    "-9223372036854775807" },
	};
	char shown[UNIT_SIZE];

	for (size_t i = 0; i < N(cases); i++) {
		unit_duration(cases[i].v, shown);
		is_str(shown, cases[i].duration, "a duration");
		unit_size(cases[i].v, shown);
		is_str(shown, cases[i].size, "a size");
	}
}

int
main(void)
{
	test_near();
	test_unit();
	return tap_done();
}
