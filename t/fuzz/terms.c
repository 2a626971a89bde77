/* The sealed part in the clear: what is read is written back the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct terms t;
	struct buf b;

	if (terms_unpack(&t, p, len) != 0)
		return 0;
	buf_init(&b, 4096);
	terms_pack(&t, &b);
	if (!buf_ok(&b) || b.len != len || memcmp(b.data, p, len) != 0)
		abort();
	buf_free(&b);
	return 0;
}
