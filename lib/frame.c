/*
 * Frames on a stream socket between two programs of this house.
 */

#include "lib/buf.h"
#include "lib/scan.h"

#include "lib/frame.h"

#define PREFIX	4		/* the length itself */
#define HEAD	5		/* id and verb, counted by the length */

enum frame_result
frame_next(struct frame *f, const void *data, size_t len, size_t *used)
{
	struct scan s;
	uint32_t n;

	/* A wrong length is seen before anything is gathered for it. */
	if (len < PREFIX)
		return FRAME_MORE;
	scan_init(&s, data, len);
	n = scan_u32(&s);
	if (n < HEAD || n > FRAME_MAX)
		return FRAME_BAD;
	if (scan_left(&s) < n)
		return FRAME_MORE;
	f->id = scan_u32(&s);
	f->verb = scan_u8(&s);
	f->len = n - HEAD;
	f->body = scan_bytes(&s, f->len);
	*used = PREFIX + n;
	return FRAME_WHOLE;
}

void
frame_put(struct buf *b, uint32_t id, uint8_t verb, const void *body,
    size_t len)
{
	if (len > FRAME_MAX - HEAD) {
		b->is_bad = 1;
		return;
	}
	buf_u32(b, (uint32_t)(HEAD + len));
	buf_u32(b, id);
	buf_u8(b, verb);
	buf_put(b, body, len);
}
