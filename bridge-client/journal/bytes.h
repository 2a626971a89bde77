#ifndef BRIDGE_JOURNAL_BYTES_H
#define BRIDGE_JOURNAL_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct scan;

/*
 * What all rows of the journal are written with: a version, the fields, and a
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) over the row's key and all bytes
 * before.  It finds what a disk or a careless hand has changed or put under
 * another key, not what an enemy has.
 */

/* Ends the row that begins at `start`: appends its checksum.  Nothing where
 * the buffer is bad. */
void bytes_end(struct buf *, size_t start, const void *key, size_t key_len);
/* The cursor over a row's fields, when its checksum holds; its version, or
 * -1. */
int bytes_open(struct scan *, const void *key, size_t key_len, const void *row,
    size_t len) __attribute__((warn_unused_result));

/* Unix seconds in 5 bytes; what is before or beyond becomes the first or last
 * that they hold. */
#define BYTES_TIME_MAX	(INT64_C(1) << 40)
void bytes_put_time(struct buf *, int64_t);
int64_t bytes_get_time(struct scan *);

/* A length byte and the text. */
void bytes_put_text(struct buf *, const char *);
void bytes_get_text(struct scan *, char *dst, size_t size);

#endif
