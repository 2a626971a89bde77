/*
 * Files of the zone database: whatever they are, clocks differ from UTC by no
 * more than 26 hours, at any moment, and so does what they show from when.
 */

#include <stdlib.h>

#include "lib/zone.h"

#define MOST_S	(26 * 3600)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const int64_t at[] = { INT64_MIN, INT64_MAX, 0, -1, 1795374727,
	    1774746000, 1792890000, 32503680000 };
	struct zone *z = zone_read(p, len);
	int64_t shown, moment;
	size_t i;

	for (i = 0; z != NULL && i < sizeof(at) / sizeof(at[0]); i++) {
		if (abs(zone_offset(z, at[i])) > MOST_S)
			abort();
		shown = at[i] / 2 / 86400 * 86400;
		moment = zone_moment(z, shown);
		if (moment < shown - MOST_S || moment > shown + MOST_S)
			abort();
	}
	zone_free(z);
	return 0;
}
