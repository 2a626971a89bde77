#ifndef T_BENCH_AGES_H
#define T_BENCH_AGES_H

#include <stdint.h>
#include <stdlib.h>

#define AGES_WEEK_S	(7 * 86400)

/* How old an offer is when it is looked at: half within the hour, half of the
 * others within two, and so on. */
static int64_t
ages_ms(void)
{
	long span_s = 3600;

	while (span_s < AGES_WEEK_S && (random() & 1))
		span_s *= 2;
	return random() % (span_s < AGES_WEEK_S ? span_s : AGES_WEEK_S) *
	    1000 + random() % 1000;
}

#endif
