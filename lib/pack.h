#ifndef LIB_PACK_H
#define LIB_PACK_H

#include <stddef.h>

struct buf;

/*
 * Structs as bytes, by a table of their fields that the encoder and the
 * decoder read alike, so that the two cannot drift apart: integers big-endian
 * at their size, strings and blobs as a 2-byte length and the bytes, lists as
 * a 2-byte count and the elements.
 */
enum pack_kind {
	PACK_END,
	PACK_SMALL,		/* uint8_t within min..max */
	PACK_U16, PACK_U32, PACK_U64,
	PACK_STRING,		/* char[size], NUL-terminated */
	PACK_FIXED,		/* unsigned char[size], as it is */
	PACK_BLOB,	/* pointer; its length is the member at `count` */
	PACK_NUMBER,		/* struct tel */
	PACK_LIST	/* structs, at most `max`; uint16_t at `count` */
};

struct pack_field {
	enum pack_kind		 kind;
	size_t			 offset;
	size_t			 size;	/* of a member or element */
	unsigned		 min, max;
	size_t			 count;
	const struct pack_field	*fields;	/* LIST: of an element */
};

/* Appends; what is out of bounds makes the buffer bad. */
void pack_put(struct buf *, const struct pack_field *, const void *in);

/* The whole body, everything within its bounds: 0; or -1, and `out` is of
 * zeros.  Blobs are borrowed from the body. */
struct pack_body {
	const void	*data;
	size_t		 len;
};
int pack_get(const struct pack_field *, void *out, size_t size,
    const struct pack_body *) __attribute__((warn_unused_result));

#endif
