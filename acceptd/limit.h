#ifndef ACCEPTD_LIMIT_H
#define ACCEPTD_LIMIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * How often, and how many at once: throttles by key, in memory, in a space
 * fixed when it is made.
 *
 * A rate is a bucket per key that holds `burst` tokens and gains `per_min` a
 * minute.  When there is no room for another key the one that has waited
 * longest is forgotten, which errs on the side of letting through; the
 * authority is the bridge's.
 */
struct limit;

/* `room`: keys remembered, rounded up.  NULL: out of memory. */
struct limit *limit_new(uint32_t burst, uint32_t per_min, size_t room);
void limit_free(struct limit *);
/* 0: go ahead; else the milliseconds until the next is allowed. */
int64_t limit_take(struct limit *, const char *key, int64_t mono_ms);

/* Counts what exists at once by key; forgets a key at zero. */
struct limit_tally;
struct limit_tally *limit_tally_new(uint32_t most);
void limit_tally_free(struct limit_tally *);
/* 0, or -1: there are `most` already (or no memory). */
int limit_tally_enter(struct limit_tally *, const char *key)
    __attribute__((warn_unused_result));
void limit_tally_leave(struct limit_tally *, const char *key);

#endif
