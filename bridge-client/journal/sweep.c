#include <string.h>

#include "lib/db.h"
#include "lib/log.h"
#include "lib/token.h"

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

/* Damaged, and as if its call were open, which no start would find any more. */
static int
is_stuck(const struct sweep *w, const struct record_row *row)
{
	struct rows_key first;
	struct call c;

	rows_key_of_accepted(&first, w->open_since);
	return memcmp(row->id, first.bytes, ID) < 0 &&
	    record_get_call(&c, row, w->vault) == -1;
}

/* Ended long ago, or stuck. */
static int
is_call_over(const struct sweep *w, const struct record_row *row)
{
	struct call c;

	if (record_may_be_open(row->data, row->len))
		return is_stuck(w, row);
	return record_get_call(&c, row, NULL) == 0 &&
	    last_time(&c) + w->keep_s < w->wall;
}

/* Is something to be done with this row? */
static int
is_over(const struct sweep *w, enum rows_table table,
    const struct db_value *k, const struct db_value *v)
{
	const struct record_row row = { k->data, v->data, v->len };
	struct record_times t;
	struct record_uses u;

	if (table == ROWS_CALLS)
		return k->len == ID && is_call_over(w, &row);
	if (table == ROWS_MEANS)
		return is_link_over(w, k, v);
	if (table == ROWS_USES)
		return k->len == ID &&
		    record_get_uses(&u, k->data, v->data, v->len) == 0 &&
		    (!u.is_open || u.not_after < w->open_since) &&
		    u.not_after + OVER_S < w->wall;
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

/* Does a call that may be open hold it, damaged or not?  If in doubt: yes. */
static int
is_held(struct db_txn *txn, const struct sweep *w,
    const unsigned char offer[ID])
{
	struct rows_key from;
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	struct acceptance a;
	enum db_result r;
	int is_found = 0;

	rows_key_of_accepted(&from, w->open_since);
	r = db_seek(txn, ROWS_CALLS, from.bytes, from.len, &cursor, &k, &v);
	while (r == DB_OK && !is_found) {
		is_found = record_may_be_open(v.data, v.len) &&
		    record_guess(&a, &(struct record_row){ k.data, v.data,
		    v.len }) == 0 && memcmp(a.offer, offer, ID) == 0;
		r = db_next(cursor, &k, &v);
	}
	db_cursor_free(cursor);
	return is_found || (r != DB_OK && r != DB_NOT_FOUND);
}

/* Whether 1 was pressed is not known: it was, unless all that were tried have
 * been counted. */
static enum journal_result
free_offer(struct db_txn *txn, const struct acceptance *a,
    struct record_uses *u)
{
	if (u->spent < u->attempts && u->spent < u->uses) {
		if (u->spent == 0)
			memcpy(u->bound, a->a_hash, sizeof(u->bound));
		u->spent++;
	}
	u->is_open = 0;
	return rows_put_uses(txn, a->offer, u);
}

/* The row stays for a person to see; it is passed again. */
static enum journal_result
unstick(struct db_txn *txn, const struct sweep *w, const struct record_row *row)
{
	char call[TOKEN_UUID_SIZE], offer[TOKEN_UUID_SIZE];
	struct record_uses u;
	struct acceptance a;
	enum journal_result r;

	if (record_guess(&a, row) == -1)
		return JOURNAL_OK;
	r = rows_get_uses(txn, a.offer, &u);
	if (r == JOURNAL_NOT_FOUND || r == JOURNAL_DAMAGED)
		return JOURNAL_OK;
	if (r != JOURNAL_OK || !u.is_open || is_held(txn, w, a.offer))
		return r;
	token_uuid_text(row->id, call);
	token_uuid_text(a.offer, offer);
	log_warn("call=%s record=damaged offer=%s is free again, and counts as "
	    "used", call, offer);
	return free_offer(txn, &a, &u);
}

static enum journal_result
sweep_row(struct db_txn *txn, const struct sweep *w, enum rows_table table,
    const struct rows_key *k)
{
	struct db_value v;
	enum db_result r;

	if (table == ROWS_CALLS) {
		r = db_get(txn, ROWS_CALLS, k->bytes, k->len, &v);
		if (r != DB_OK)
			return rows_result(r);
		if (record_may_be_open(v.data, v.len))
			return unstick(txn, w, &(struct record_row){ k->bytes,
			    v.data, v.len });
	}
	return rows_result(db_del(txn, (int)table, k->bytes, k->len));
}

static enum journal_result
sweep_table(struct db_txn *txn, const struct sweep *w, enum rows_table table)
{
	struct found f = { .table = table, .left = w->budget };
	enum journal_result r;
	size_t i;

	do {
		f.n = 0;
		r = rows_result(gather(txn, w, &f));
		for (i = 0; r == JOURNAL_OK && i < f.n; i++)
			r = sweep_row(txn, w, table, &f.over[i]);
	} while (r == JOURNAL_OK && f.n == SWEEP_MAX);
	return r;
}

enum journal_result
sweep_rows(struct db_txn *txn, const struct sweep *w)
{
	static const enum rows_table swept[] = { ROWS_CALLS, ROWS_USES,
	    ROWS_REVOKED, ROWS_NOTICES, ROWS_MEANS, ROWS_FORGETS };
	enum journal_result r = JOURNAL_OK;
	size_t i;

	for (i = 0; i < sizeof(swept) / sizeof(swept[0]) && r == JOURNAL_OK;
	    i++)
		r = sweep_table(txn, w, swept[i]);
	return r;
}
