#ifndef LIB_FRAME_H
#define LIB_FRAME_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * Frames on a stream socket between two programs of this house:
 *
 *	4	length of what follows, 5..FRAME_MAX
 *	4	id, chosen by the asking side; answers carry it back
 *	1	verb
 *	..	body
 *
 * Pure: bytes in, slices out.
 */
#define FRAME_MAX	65536

struct frame {
	uint32_t		 id;
	uint8_t			 verb;
	const unsigned char	*body;	/* borrowed from the input */
	size_t			 len;
};

enum frame_result { FRAME_WHOLE, FRAME_MORE, FRAME_BAD };

/*
 * The first frame of the slice.  FRAME_WHOLE: `*used` bytes belong to it.
 * FRAME_BAD: the peer does not speak this; end the connection.
 */
enum frame_result frame_next(struct frame *, const void *, size_t,
    size_t *used) __attribute__((warn_unused_result));
/* Appends a frame.  A body over the ceiling makes the buffer bad. */
void frame_put(struct buf *, uint32_t id, uint8_t verb, const void *body,
    size_t len);

#endif
