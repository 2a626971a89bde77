#include "lib/buf.h"
#include "lib/db.h"

#include "bridge-client/journal/means_record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/payer/means.h"

#include "bridge-client/journal/means_lmdb.h"

enum journal_result
means_lmdb_put(struct db_txn *txn, const struct means *m)
{
	unsigned char row[MEANS_RECORD_MAX + 1];
	struct means_key k;
	struct buf b;

	buf_over(&b, row, sizeof(row));
	means_record_key(&k, m);
	means_record_put(&b, m);
	if (!buf_ok(&b))
		return JOURNAL_BROKEN;
	return rows_result(db_put(txn, ROWS_MEANS, k.bytes, k.len, b.data,
	    b.len));
}

enum journal_result
means_lmdb_get(struct db *db, struct means *m)
{
	enum journal_result r;
	struct db_txn *txn;
	struct means_key k;
	struct db_value v;

	means_record_key(&k, m);
	r = rows_result(db_begin(db, &txn, 0));
	if (r != JOURNAL_OK)
		return r;
	r = rows_result(db_get(txn, ROWS_MEANS, k.bytes, k.len, &v));
	if (r == JOURNAL_OK && means_record_get(m, &k, v.data, v.len) != 0)
		r = JOURNAL_DAMAGED;
	db_abort(txn);
	return r;
}
