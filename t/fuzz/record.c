/*
 * A row of the journal whose checksum is right and whose fields are anything:
 * what is read can be written again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/bytes.h"
#include "bridge-client/journal/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const unsigned char id[16] = { 1, 2, 3 };
	struct record_times t;
	struct record_uses u;
	struct record_row r = { .id = id };
	struct call c;
	struct buf row, again;

	buf_init(&row, RECORD_CALL_MAX);
	buf_init(&again, RECORD_CALL_MAX);
	buf_put(&row, p, len);
	bytes_end(&row, 0, id, sizeof(id));
	if (!buf_ok(&row))
		goto out;
	r.data = row.data;
	r.len = row.len;
	if (record_get_call(&c, &r, NULL) == 0) {
		if (record_put_call(&again, &c, NULL) != 0)
			abort();
	}
	(void)record_is_bare(&r);
	(void)record_may_be_open(row.data, row.len);
	if (record_get_uses(&u, id, row.data, row.len) == 0 &&
	    row.len != RECORD_USES_BYTES && row.len != RECORD_USES_MAX)
		abort();
	if (record_get_times(&t, id, sizeof(id), row.data, row.len) == 0 &&
	    row.len != RECORD_TIMES_BYTES)
		abort();
out:
	buf_free(&row);
	buf_free(&again);
	return 0;
}
