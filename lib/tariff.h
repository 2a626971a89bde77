#ifndef LIB_TARIFF_H
#define LIB_TARIFF_H

#include <stddef.h>
#include <stdint.h>

/*
 * A tariff: what it costs to reach numbers, by their prefixes.  It is read
 * from a file of comma-separated values (RFC 4180) whose first line names the
 * columns, in any order:
 *
 *	prefix	 "44", "+4477"; or "sip", for SIP addresses
 *	minute	 the price of 60 seconds, as "0.0125"
 *	setup	 the price of a leg that talks at all; without it 0
 *	rounding "60/60": so many seconds at least, then in steps of so many;
 *		 without it 1/1
 *	from	 the first day (UTC) on which it holds, "2026-11-23"; without
 *		 it, ever since
 *	note	 for people
 *
 * The longest prefix that holds already is the one that counts, of several
 * days the latest.  Looking a number up takes as long among 100,000 prefixes
 * as among ten.
 */
#define TARIFF_ROWS_MAX	1000000

struct tariff_rate {
	int64_t		setup;		/* lib/money.h's millionths */
	int64_t		minute;
	uint16_t	first_s;	/* 1 .. 3600 */
	uint16_t	step_s;
};

struct tariff;

/* NULL, and a sentence "PATH:LINE: what is wrong" in `why`. */
struct tariff *tariff_read(const char *path, char *why, size_t size);
void tariff_free(struct tariff *);		/* NULL is fine */
size_t tariff_count(const struct tariff *);

/*
 * What "+442079460123" or "sip:desk@example.com" costs at this time (Unix
 * seconds).  The prefix it goes by is written where one is asked for.  0, or
 * -1: it has no price.
 */
#define TARIFF_PREFIX_SIZE 17
int tariff_find(const struct tariff *, const char *number, int64_t wall,
    struct tariff_rate *out, char prefix[TARIFF_PREFIX_SIZE])
    __attribute__((warn_unused_result));

/*
 * What so many seconds of talk cost by these rates together, each rounded by
 * itself, fractions of a millionth up.  0 seconds cost as much as one.
 */
int64_t tariff_cost(const struct tariff_rate *, size_t n, int64_t seconds);

/* The longest talk that costs no more than `amount`, up to `most` seconds; 0
 * where not even one second can be paid. */
int64_t tariff_seconds(const struct tariff_rate *, size_t n, int64_t amount,
    int64_t most);

#endif
