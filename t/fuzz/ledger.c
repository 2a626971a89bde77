/*
 * A row of the ledger whose checksum is right and whose fields are anything:
 * what is read is written again byte for byte.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#include "bridge-client/journal/bytes.h"
#include "bridge-client/journal/ledger_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
same(const struct buf *a, const struct buf *b)
{
	if (!buf_ok(b) || a->len != b->len ||
	    memcmp(a->data, b->data, a->len) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	unsigned char key[16] = "customer:a\0EUR", number[8] = { 0 };
	struct ledger_account account;
	struct ledger_entry entry;
	struct ledger_hold hold;
	struct buf row, again;
	const void *keys[] = { key, number, key };
	const size_t sizes[] = { 14, sizeof(number), sizeof(key) };
	int i, is_read;

	for (i = 0; i < 3; i++) {
		buf_init(&row, 4 * LEDGER_RECORD_MAX);
		buf_init(&again, 4 * LEDGER_RECORD_MAX);
		buf_put(&row, p, len);
		bytes_end(&row, 0, keys[i], sizes[i]);
		is_read = 0;
		if (buf_ok(&row) && i == 0 && ledger_record_get_account(
		    &account, keys[i], sizes[i], row.data, row.len) == 0) {
			ledger_record_put_account(&again, &account);
			is_read = 1;
		} else if (buf_ok(&row) && i == 1 && ledger_record_get_entry(
		    &entry, keys[i], sizes[i], row.data, row.len) == 0) {
			ledger_record_put_entry(&again, &entry);
			is_read = 1;
		} else if (buf_ok(&row) && i == 2 && ledger_record_get_hold(
		    &hold, key, row.data, row.len) == 0) {
			ledger_record_put_hold(&again, key, &hold);
			is_read = 1;
		}
		if (is_read)
			same(&row, &again);
		buf_free(&row);
		buf_free(&again);
	}
	return 0;
}
