#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/db.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/journal/vault.h"

#include "bridge-client/journal/restore.h"

#define ID	JOURNAL_ID_BYTES
#define SKEW_S	300	/* what a mail server's clock may be ahead of ours */
#define AHEAD_S	60	/* beyond the clock's own unsteadiness */

/* What the journal says of itself. */
struct inside {
	int		is_copy;
	int		is_sealed;	/* it knows of high-water marks */
	int64_t		high;
};

static int
read_inside(struct db_txn *txn, struct inside *in)
{
	struct record_times t = { 0, 0 };
	struct db_value v;
	enum db_result copy, sealed;
	enum journal_result high;

	copy = db_get(txn, ROWS_META, rows_copy.bytes, rows_copy.len, &v);
	sealed = db_get(txn, ROWS_META, rows_sealed.bytes, rows_sealed.len,
	    &v);
	high = rows_get_times(txn, ROWS_META, &rows_high, &t);
	in->is_copy = copy == DB_OK;
	in->is_sealed = sealed == DB_OK;
	in->high = t.at;
	return (copy == DB_OK || copy == DB_NOT_FOUND) &&
	    (sealed == DB_OK || sealed == DB_NOT_FOUND) &&
	    (high == JOURNAL_OK || high == JOURNAL_NOT_FOUND) ? 0 : -1;
}

static int
judge(const struct inside *in, struct vault *vault, char *why, size_t size)
{
	char is[CLOCK_ISO_SIZE], was[CLOCK_ISO_SIZE];
	int64_t mark;
	int rc = vault_high(vault, &mark);

	if (in->is_copy)
		snprintf(why, size, "this is a backup");
	else if (rc == -1)
		snprintf(why, size, "%s", vault_error(vault));
	else if (rc == 0 && in->is_sealed && in->high != 0)
		snprintf(why, size, "nothing says whether this is the "
		    "journal's latest state: the file high-water is missing "
		    "beside the day keys");
	else if (rc == 1 && mark > in->high) {
		clock_iso(in->high, is);
		clock_iso(mark, was);
		snprintf(why, size, "this journal ends at %s and has been at "
		    "%s: it is an older one", is, was);
	} else
		return 0;
	return 1;
}

/* 0, or -1. */
static int
look(struct db *db, struct inside *in)
{
	struct db_txn *txn;
	int rc;

	if (db_begin(db, &txn, 0) != DB_OK)
		return -1;
	rc = read_inside(txn, in);
	db_abort(txn);
	return rc;
}

int
restore_is_needed(struct db *db, struct vault *vault, char *why, size_t size)
{
	struct inside in;
	size_t n;

	if (look(db, &in) != 0)
		return -1;
	if (judge(&in, vault, why, size) == 0)
		return 0;
	n = strlen(why);
	snprintf(why + n, size - n, " (`calloffer restored' says how to go "
	    "on)");
	return 1;
}

/* The first open call behind `next`, which moves there.  NOT_FOUND: none. */
static enum journal_result
next_open(struct db_txn *txn, struct vault *vault, struct rows_key *next,
    struct call *c)
{
	struct db_cursor *cursor = NULL;
	struct record_row row;
	struct db_value k, v;
	enum db_result r;
	int is_open = 0;

	r = db_seek(txn, ROWS_CALLS, next->bytes, next->len, &cursor, &k, &v);
	while (r == DB_OK) {
		row = (struct record_row){ k.data, v.data, v.len };
		is_open = k.len == ID && record_may_be_open(v.data, v.len) &&
		    record_get_call(c, &row, vault) == 0;
		rows_key_of(next, k.data, k.len);
		if (is_open)
			break;
		r = db_next(cursor, &k, &v);
	}
	db_cursor_free(cursor);
	next->bytes[next->len++] = 0;
	return rows_result(r);
}

/* It is over, and nobody knows how. */
static void
end_call(struct call *c)
{
	if (c->end == ASK_END_NONE) {
		c->end = ASK_END_UNKNOWN;
		c->ended_at = c->since;
	}
	c->state = CALL_CLOSING;
}

static enum journal_result
end_calls(struct db_txn *txn, const struct restore_place *at, uint32_t *n)
{
	struct rows_key next = { .len = 1 };
	enum journal_result r;
	struct call c;
	struct buf row;

	buf_init(&row, RECORD_CALL_MAX);
	while ((r = next_open(txn, at->vault, &next, &c)) == JOURNAL_OK) {
		end_call(&c);
		r = rows_put_call(txn, &row, at->vault, &c);
		if (r != JOURNAL_OK)
			break;
		++*n;
	}
	buf_free(&row);
	return r == JOURNAL_NOT_FOUND ? JOURNAL_OK : r;
}

/* All of it, in a transaction. */
static enum journal_result
restore(struct db_txn *txn, const struct restore_place *at, int64_t now,
    struct restore_done *out)
{
	struct record_times high = { now, 0 }, all = { 0, now };
	struct record_times before = { now + SKEW_S, 0 };
	enum journal_result r = end_calls(txn, at, &out->n_open);
	enum db_result d;

	if (r == JOURNAL_OK)
		r = rows_put_times(txn, ROWS_META, &rows_high, &high);
	if (r == JOURNAL_OK)
		r = rows_put_times(txn, ROWS_META, &rows_jump, &all);
	if (r == JOURNAL_OK)
		r = rows_put_times(txn, ROWS_META, &rows_restored, &before);
	if (r != JOURNAL_OK)
		return r;
	out->before = before.at;
	d = db_del(txn, ROWS_META, rows_copy.bytes, rows_copy.len);
	return d == DB_NOT_FOUND ? JOURNAL_OK : rows_result(d);
}

static int
restore_in(struct db *db, const struct restore_place *at, int64_t now,
    struct restore_done *out)
{
	struct db_txn *txn;

	if (db_begin(db, &txn, 1) != DB_OK)
		return -1;
	if (restore(txn, at, now, out) == JOURNAL_OK)
		return db_commit(txn) == DB_OK ? 0 : -1;
	db_abort(txn);
	return -1;
}

/* When it goes on from, and in `*rc` whether it needs that: not where it is no
 * older one, nor of a time that has not come. */
static int64_t
time_of(const struct inside *in, struct vault *vault, int64_t wall, int *rc)
{
	char reason[512];
	int64_t mark;

	*rc = 0;
	if (judge(in, vault, reason, sizeof(reason)) == 0) {
		*rc = in->high <= wall + AHEAD_S;
		return wall;
	}
	return vault_high(vault, &mark) == 1 && mark > wall ? mark : wall;
}

int
restore_journal(const struct restore_place *at, int64_t wall,
    struct restore_done *out, char *why, size_t size)
{
	struct inside in;
	struct db *db;
	int64_t now;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	db = db_open(at->dir, DB_WRITE_DIR, rows_tables, at->map_size, why,
	    size);
	if (db == NULL)
		return -1;
	if (look(db, &in) == 0) {
		now = time_of(&in, at->vault, wall, &rc);
		vault_forget_error(at->vault);
		if (rc == 0)
			rc = restore_in(db, at, now, out) == 0 &&
			    vault_set_high(at->vault, now) == 0 ? 0 : -1;
	}
	if (rc == -1)
		snprintf(why, size, "%s: %s", at->dir,
		    vault_error(at->vault)[0] != '\0' ?
		    vault_error(at->vault) : db_error(db));
	db_close(db);
	return rc;
}
