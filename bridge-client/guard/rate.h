#ifndef BRIDGE_GUARD_RATE_H
#define BRIDGE_GUARD_RATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * How often something happened lately: sliding windows, exact to the second,
 * in memory alone.  A key is a kind and a hash; what they stand for is the
 * caller's business.  Rebuilt at start from the journal.
 *
 * Memory is bounded by the number of events that the table may hold; when it
 * is full of events that still count, nothing more is allowed.
 */
struct rate;

#define RATE_KEY_BYTES	16

/* One thing that is about to happen, and how often it may. */
struct rate_limit {
	uint8_t		kind;
	unsigned char	key[RATE_KEY_BYTES];
	uint32_t	most;		/* 0: never */
	int64_t		window_s;
};

struct rate *rate_new(size_t max_events);
void rate_free(struct rate *);

/*
 * All or nothing: 0 and every key has one event more at `now`; or the moment
 * (Unix seconds) at which it may be tried again, and nothing was counted.
 * Several limits of the same kind and key (10 minutes, a day) count one event.
 */
int64_t rate_reserve(struct rate *, const struct rate_limit *, size_t n,
    int64_t now) __attribute__((warn_unused_result));
/* The answer rate_reserve() would give. */
int64_t rate_next(const struct rate *, const struct rate_limit *, size_t n,
    int64_t now);
/* Counts without asking: what the journal remembers.  In any order. */
void rate_count(struct rate *, const struct rate_limit *, size_t n,
    int64_t at);
/* Takes back what was reserved at `at`. */
void rate_release(struct rate *, const struct rate_limit *, size_t n,
    int64_t at);

/* Events that the table holds, for tests and metrics. */
size_t rate_events(const struct rate *);

#endif
