#include "lib/db.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"

#include "bridge-client/journal/walk.h"

#define ID		JOURNAL_ID_BYTES

enum visited { NEXT, NO_MORE, FAILED };

static enum visited
visit(const struct walk_by *w, struct db_txn *txn, const struct db_value *k,
    const struct db_value *v)
{
	const struct record_row row = { k->data, v->data, v->len };
	char id[TOKEN_UUID_SIZE] = "?";
	struct call c;

	if (w->is_open_only && !record_may_be_open(v->data, v->len))
		return NEXT;
	if (k->len == ID && record_get_call(&c, &row, w->vault) == 0) {
		if ((w->is_open_only && c.state == CALL_ENDED) ||
		    c.accepted_at < w->since)
			return NEXT;
		/* what cannot be read for now must not pass for nothing */
		if (w->fill != NULL && w->fill(txn, &c) == JOURNAL_BROKEN)
			return FAILED;
		return w->fn(w->ctx, &c) == 0 ? NEXT : NO_MORE;
	}
	if (k->len == ID)
		token_uuid_text(k->data, id);
	log_warn("call=%s record=damaged", id);
	return NEXT;
}

enum journal_result
walk_calls(struct db *db, const struct walk_by *w)
{
	struct rows_key from;
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	struct db_txn *txn;
	enum db_result r = db_begin(db, &txn, 0);
	enum visited done = NEXT;

	if (r != DB_OK)
		return rows_result(r);
	rows_key_of_accepted(&from, w->since);
	r = w->is_backward ? db_last(txn, ROWS_CALLS, &cursor, &k, &v) :
	    db_seek(txn, ROWS_CALLS, from.bytes, from.len, &cursor, &k, &v);
	while (r == DB_OK && (done = visit(w, txn, &k, &v)) == NEXT)
		r = w->is_backward ? db_prev(cursor, &k, &v) :
		    db_next(cursor, &k, &v);
	db_cursor_free(cursor);
	db_abort(txn);
	if (done == FAILED)
		return JOURNAL_BROKEN;
	return r == DB_NOT_FOUND ? JOURNAL_OK : rows_result(r);
}
