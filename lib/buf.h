#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer with a ceiling that is fixed when it is made.
 *
 * A failed append (out of memory, or over the ceiling) is remembered: all
 * later appends do nothing, and buf_ok() says no.  So an encoder writes all
 * its fields and asks once.  Numbers are written big-endian.
 */
struct buf {
	unsigned char	*data;	/* owned; NULL while empty */
	size_t		 len;
	size_t		 size;	/* allocated */
	size_t		 max;	/* ceiling of len */
	int		 is_bad;
};

void buf_init(struct buf *, size_t max);
/*
 * Over `size` bytes of the caller's, which hold `size` - 1 of content: nothing
 * is allocated, and buf_free() and buf_take() must not be called.
 */
void buf_over(struct buf *, void *, size_t size);
/* Gives the memory back; the buffer is as after buf_init().  NULL is fine. */
void buf_free(struct buf *);
/* Empties it and forgets a failure; keeps the memory. */
void buf_clear(struct buf *);
/* 1 when every append so far succeeded. */
int buf_ok(const struct buf *) __attribute__((warn_unused_result));

void buf_put(struct buf *, const void *, size_t);
void buf_u8(struct buf *, uint8_t);
void buf_u16(struct buf *, uint16_t);
void buf_u32(struct buf *, uint32_t);
void buf_u64(struct buf *, uint64_t);
/* The string without its NUL. */
void buf_str(struct buf *, const char *);
void buf_printf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* As base64, standard alphabet, padded (RFC 4648, 4). */
void buf_base64(struct buf *, const void *, size_t);

/*
 * Room for `n` more bytes at the end, for read(2) and the like; NULL as for a
 * failed append.  Commit what was used with buf_grown().
 */
unsigned char *buf_room(struct buf *, size_t n);
void buf_grown(struct buf *, size_t n);

/* Removes the first `n` bytes (n <= len). */
void buf_drain(struct buf *, size_t n);

/*
 * The content as a C string: a NUL is kept behind the last byte (not counted
 * in len).  Never NULL: "" where the buffer is empty or bad.  Valid until the
 * next call that changes the buffer.
 */
const char *buf_cstr(struct buf *);

/* Hands the memory to the caller, who frees it; the buffer is then empty. */
unsigned char *buf_take(struct buf *, size_t *len);

#endif
