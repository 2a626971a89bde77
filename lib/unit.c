/*
 * Durations and sizes in the largest unit that says them exactly.
 */

#include <inttypes.h>
#include <stdio.h>

#include "lib/unit.h"

struct unit {
	const char	*suffix;
	int64_t		 is;
};

/* The last unit is 1: it always fits. */
static void
show(const struct unit *u, int64_t v, char *dst)
{
	while (u->is > 1 && (v == 0 || v % u->is != 0))
		u++;
	snprintf(dst, UNIT_SIZE, "%" PRId64 "%s", v / u->is, u->suffix);
}

void
unit_duration(int64_t s, char dst[UNIT_SIZE])
{
	static const struct unit units[] = {
		{ "w", 604800 }, { "d", 86400 }, { "h", 3600 }, { "m", 60 },
		{ "s", 1 },
	};

	show(units, s, dst);
}

void
unit_size(int64_t bytes, char dst[UNIT_SIZE])
{
	static const struct unit units[] = {
		{ "G", 1 << 30 }, { "M", 1 << 20 }, { "k", 1 << 10 },
		{ "", 1 },
	};

	show(units, bytes, dst);
}
