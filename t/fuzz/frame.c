/* A stream of frames: each that is cut out is built again the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct frame f;
	struct buf b;
	size_t used;

	buf_init(&b, 2 * FRAME_MAX);
	while (frame_next(&f, p, len, &used) == FRAME_WHOLE) {
		if (used > len || used < 9)
			abort();
		buf_clear(&b);
		frame_put(&b, f.id, f.verb, f.body, f.len);
		if (!buf_ok(&b) || b.len != used || memcmp(b.data, p, used) !=
		    0)
			abort();
		p += used;
		len -= used;
	}
	buf_free(&b);
	return 0;
}
