#ifndef LIB_ZONE_H
#define LIB_ZONE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A time zone: how far its clocks are ahead of UTC, at any moment.  Read from
 * the zone database's own files (RFC 9636), beyond their tables by the rule at
 * their end; the zone of the process is neither looked at nor changed, so any
 * thread may ask.
 */
#define ZONE_BYTES_MAX	65536

struct zone;

/* "Europe/Berlin"; UTC is always there.  NULL: there is no such zone here, or
 * it cannot be read. */
struct zone *zone_open(const char *name);
/* 1 where it can be opened. */
int zone_is_known(const char *name);
/* 1 where this machine has a database of zones at all. */
int zone_has_any(void);
/* A file's bytes.  NULL: they are no zone of ours, or memory is short. */
struct zone *zone_read(const void *, size_t);
void zone_free(struct zone *);		/* NULL is fine */

/* Seconds east of UTC, of a moment in Unix seconds. */
int32_t zone_offset(const struct zone *, int64_t at);
/*
 * When its clocks show this: seconds since 1970-01-01 00:00 as if it were UTC.
 * The first time, where they show it twice; where they skip it, as much later
 * as they do.
 */
int64_t zone_moment(const struct zone *, int64_t shown);

#endif
