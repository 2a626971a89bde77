#include "lib/db.h"
#include "lib/log.h"

#include "bridge-client/journal/ledger.h"
#include "bridge-client/journal/ledger_record.h"
#include "bridge-client/journal/rows.h"

#include "bridge-client/journal/ledger_list.h"

enum journal_result
ledger_list_accounts(struct db *db, journal_account_fn *fn, void *ctx)
{
	struct db_cursor *cursor = NULL;
	struct ledger_account a;
	struct db_value k, v;
	struct db_txn *txn;
	enum db_result r = db_begin(db, &txn, 0);

	if (r != DB_OK)
		return rows_result(r);
	r = db_seek(txn, ROWS_ACCOUNTS, NULL, 0, &cursor, &k, &v);
	for (; r == DB_OK; r = db_next(cursor, &k, &v)) {
		if (ledger_record_get_account(&a, k.data, k.len, v.data,
		    v.len) != 0)
			log_warn("ledger=damaged row=account");
		else if (fn(ctx, &a) != 0)
			break;
	}
	db_cursor_free(cursor);
	db_abort(txn);
	return r == DB_NOT_FOUND ? JOURNAL_OK : rows_result(r);
}

enum journal_result
ledger_list_entries(struct db *db, uint64_t from, journal_entry_fn *fn,
    void *ctx)
{
	unsigned char key[LEDGER_NUMBER_BYTES];
	struct db_cursor *cursor = NULL;
	struct ledger_entry e;
	struct db_value k, v;
	struct db_txn *txn;
	enum db_result r = db_begin(db, &txn, 0);

	if (r != DB_OK)
		return rows_result(r);
	ledger_record_number(key, from);
	r = db_seek(txn, ROWS_ENTRIES, key, sizeof(key), &cursor, &k, &v);
	for (; r == DB_OK; r = db_next(cursor, &k, &v)) {
		if (ledger_record_get_entry(&e, k.data, k.len, v.data,
		    v.len) != 0)
			log_warn("ledger=damaged row=entry");
		else if (fn(ctx, &e) != 0)
			break;
	}
	db_cursor_free(cursor);
	db_abort(txn);
	return r == DB_NOT_FOUND ? JOURNAL_OK : rows_result(r);
}
