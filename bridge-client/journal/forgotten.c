#include <string.h>

#include "lib/db.h"

#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"

#include "bridge-client/journal/forgotten.h"

#define ID	JOURNAL_ID_BYTES

static int
read_row(struct journal_forget *f, const struct db_value *k,
    const struct db_value *v)
{
	const unsigned char *p = k->data;
	struct record_times t;

	if (k->len != ID + 2 || p[ID] > 1 ||
	    record_get_times(&t, k->data, k->len, v->data, v->len) != 0)
		return -1;
	memcpy(f->call, p, ID);
	f->leg = p[ID];
	f->tries = p[ID + 1];
	f->at = t.at;
	f->until = t.until;
	return 0;
}

enum journal_result
forgotten_due(struct db *db, int64_t wall, struct journal_forget *out)
{
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	struct db_txn *txn;
	enum db_result r = db_begin(db, &txn, 0);
	int is_due = 0;

	if (r != DB_OK)
		return rows_result(r);
	r = db_seek(txn, ROWS_FORGETS, NULL, 0, &cursor, &k, &v);
	while (r == DB_OK && !is_due) {
		is_due = read_row(out, &k, &v) == 0 && out->at <= wall &&
		    out->until >= wall;
		if (!is_due)
			r = db_next(cursor, &k, &v);
	}
	db_cursor_free(cursor);
	db_abort(txn);
	return is_due ? JOURNAL_OK : r == DB_NOT_FOUND ? JOURNAL_NOT_FOUND :
	    rows_result(r);
}

enum journal_result
forgotten_set(struct db_txn *txn, const struct journal_forget *was,
    const struct journal_forget *now)
{
	struct rows_key k;
	enum db_result r;

	rows_key_of_forget(&k, was);
	r = db_del(txn, ROWS_FORGETS, k.bytes, k.len);
	if ((r != DB_OK && r != DB_NOT_FOUND) || now == NULL)
		return r == DB_NOT_FOUND ? JOURNAL_OK : rows_result(r);
	rows_key_of_forget(&k, now);
	return rows_put_times(txn, ROWS_FORGETS, &k,
	    &(struct record_times){ now->at, now->until });
}
