#include <string.h>

#include "lib/db.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/means_record.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"

#include "bridge-client/journal/sweep.h"

#define ID		JOURNAL_ID_BYTES
#define OVER_S		86400	/* kept beyond an offer's end */
#define SWEEP_MAX	64	/* rows gathered before they are deleted */

/* One table's. */
struct found {
	enum rows_table	 table;
	size_t		 left;		/* of the budget */
	size_t		 n;
	struct rows_key	 over[SWEEP_MAX];
};

/* When the call ended; by a clock that was set back it may be before it was
 * accepted. */
static int64_t
last_time(const struct call *c)
{
	return c->ended_at > c->accepted_at ? c->ended_at : c->accepted_at;
}

/* A link that leads nowhere any more, used or not. */
static int
is_link_over(const struct sweep *w, const struct db_value *k,
    const struct db_value *v)
{
	struct means_key key = { .len = k->len };
	struct means m;

	if (k->len > sizeof(key.bytes))
		return 0;
	memcpy(key.bytes, k->data, k->len);
	return means_record_get(&m, &key, v->data, v->len) == 0 &&
	    m.until != 0 && m.until + OVER_S < w->wall;
}

/* May this row be forgotten? */
static int
is_over(const struct sweep *w, enum rows_table table,
    const struct db_value *k, const struct db_value *v)
{
	const struct record_row row = { k->data, v->data, v->len };
	struct record_times t;
	struct record_uses u;
	struct call c;

	if (table == ROWS_CALLS)
		return k->len == ID && !record_may_be_open(v->data, v->len) &&
		    record_get_call(&c, &row, NULL) == 0 &&
		    last_time(&c) + w->keep_s < w->wall;
	if (table == ROWS_MEANS)
		return is_link_over(w, k, v);
	if (table == ROWS_USES)
		return k->len == ID &&
		    record_get_uses(&u, k->data, v->data, v->len) == 0 &&
		    !u.is_open && u.not_after + OVER_S < w->wall;
	return record_get_times(&t, k->data, k->len, v->data, v->len) == 0 &&
	    t.until + OVER_S < w->wall;
}

/* Gathers what is over; borrowed keys do not outlive a deletion. */
static enum db_result
gather(struct db_txn *txn, const struct sweep *w, struct found *f)
{
	struct rows_key *from = &w->from[f->table];
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	enum db_result r;

	r = db_seek(txn, (int)f->table, from->len > 0 ? from->bytes : NULL,
	    from->len, &cursor, &k, &v);
	for (; r == DB_OK && f->left > 0 && f->n < SWEEP_MAX; f->left--) {
		rows_key_of(from, k.data, k.len);
		if (is_over(w, f->table, &k, &v))
			f->over[f->n++] = *from;
		r = db_next(cursor, &k, &v);
	}
	if (r == DB_NOT_FOUND)
		from->len = 0;		/* from the beginning, the next time */
	db_cursor_free(cursor);
	return r == DB_NOT_FOUND ? DB_OK : r;
}

static enum db_result
sweep_table(struct db_txn *txn, const struct sweep *w, enum rows_table table)
{
	struct found f = { .table = table, .left = w->budget };
	enum db_result r;
	size_t i;

	do {
		f.n = 0;
		r = gather(txn, w, &f);
		for (i = 0; r == DB_OK && i < f.n; i++)
			r = db_del(txn, (int)table, f.over[i].bytes,
			    f.over[i].len);
	} while (r == DB_OK && f.n == SWEEP_MAX);
	return r;
}

enum journal_result
sweep_rows(struct db_txn *txn, const struct sweep *w)
{
	static const enum rows_table swept[] = { ROWS_CALLS, ROWS_USES,
	    ROWS_REVOKED, ROWS_NOTICES, ROWS_MEANS, ROWS_FORGETS };
	enum db_result r = DB_OK;
	size_t i;

	for (i = 0; i < sizeof(swept) / sizeof(swept[0]) && r == DB_OK; i++)
		r = sweep_table(txn, w, swept[i]);
	return rows_result(r);
}
