/*
 * Few pages are touched: an acceptance reads and writes one row of `uses` and
 * one of `calls`, both near the end of their tables because ids rise with
 * time; all acceptances of a turn share one commit.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/db.h"
#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/erase.h"
#include "bridge-client/journal/forgotten.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/ledger_list.h"
#include "bridge-client/journal/ledger_lmdb.h"
#include "bridge-client/journal/means_lmdb.h"
#include "bridge-client/journal/notices.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/restore.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/journal/sweep.h"
#include "bridge-client/journal/uses.h"
#include "bridge-client/journal/vault.h"
#include "bridge-client/journal/walk.h"

#include "bridge-client/journal/journal_lmdb.h"

#define MAP_SIZE	((size_t)64 << 30)
#define ID		JOURNAL_ID_BYTES
#define HIGH_STEP_S	10	/* the high water is written this seldom */
#define OPEN_S		(2 * 86400)	/* no call is open for longer */
#define JUMP_S		3600	/* a clock that leaps so far is remembered */
#define NUMBERS_DAY_S	86400	/* of a key of the vault */

struct lmdb {
	struct journal	 j;		/* first: it is cast */
	struct db	*db;
	struct db_txn	*txn;
	struct ledger_book book;	/* of txn */
	struct vault	*vault;		/* borrowed */
	struct erase	*erase;
	struct buf	 row;
	int64_t		 high;		/* highest wall committed */
	int64_t		 high_kept;	/* .. as it is in the table */
	int64_t		 restored_at;	/* offers minted before are refused */
	/* The last leap: calls since `at` may be open, until the high water
	 * is OPEN_S beyond `until`. */
	struct record_times jump;
	int		 has_room;	/* for what is new, now */
	const char	*full;		/* why not, if it was needed */
	int		 has_blocked;
	int		 has_revoked;
	int		 has_notices;	/* somebody sends them */
	struct rows_key	 swept[ROWS_TABLES];	/* to go on there */
};

static struct lmdb *
self(struct journal *j)
{
	return (struct lmdb *)j;
}

/* No call that was accepted before is open, whatever the clock has done. */
static int64_t
open_since(const struct lmdb *l)
{
	int64_t since = l->high - OPEN_S;

	return l->jump.until >= since && l->jump.at < since ? l->jump.at :
	    since;
}

/* Transactions. */

static enum journal_result
op_begin(struct journal *j)
{
	struct lmdb *l = self(j);
	enum db_result r;

	l->full = NULL;
	vault_forget_error(l->vault);
	l->has_room = rows_has_room(l->db);
	r = db_begin(l->db, &l->txn, 1);
	if (r != DB_OK)
		l->txn = NULL;
	ledger_lmdb_begin(&l->book, l->txn);
	return rows_result(r);
}

static void
op_abort(struct journal *j)
{
	struct lmdb *l = self(j);

	db_abort(l->txn);
	l->txn = NULL;
}

static enum journal_result
op_commit(struct journal *j, int64_t wall)
{
	struct lmdb *l = self(j);
	struct record_times t = { wall, 0 }, jump = { open_since(l), wall };
	struct db_txn *txn = l->txn;
	enum journal_result r = ledger_lmdb_end(&l->book);
	int is_due = wall >= l->high_kept + HIGH_STEP_S;
	int is_jump = l->high != 0 && wall > l->high + JUMP_S;

	if (is_due && r == JOURNAL_OK)
		r = rows_put_times(txn, ROWS_META, &rows_high, &t);
	if (is_jump && r == JOURNAL_OK)
		r = rows_put_times(txn, ROWS_META, &rows_jump, &jump);
	if (r != JOURNAL_OK) {
		op_abort(j);
		return r;
	}
	l->txn = NULL;
	vault_forget_error(l->vault);
	r = rows_result(db_commit(txn));
	if (r != JOURNAL_OK)
		return r;
	if (is_due) {
		l->high_kept = wall;
		(void)vault_set_high(l->vault, wall);
	}
	if (is_jump)
		l->jump = jump;
	if (wall > l->high)
		l->high = wall;
	return JOURNAL_OK;
}

/* Inside of one. */

/* An offer of before an older journal took the place of a newer one: what has
 * become of it is not known. */
static int
is_from_before(const struct lmdb *l, const unsigned char offer[ID])
{
	return l->restored_at != 0 &&
	    token_offer_ms(offer) / 1000 < l->restored_at;
}

/* What forbids the acceptance; `*u` is its offer's row, new where none is. */
static enum journal_result
verdict(struct lmdb *l, const struct acceptance *a, struct record_uses *u)
{
	struct journal_key what = { a->offer, a->tag, a->offeror };
	struct record_times t;
	struct rows_key hash;
	enum journal_result r;

	rows_key_of(&hash, a->a_hash, sizeof(a->a_hash));
	if (is_from_before(l, a->offer))
		return JOURNAL_REVOKED;
	r = l->has_revoked ? rows_is_revoked(l->txn, &what) : JOURNAL_OK;
	if (r != JOURNAL_OK)
		return r;
	r = l->has_blocked ? rows_get_times(l->txn, ROWS_BLOCKED, &hash,
	    &t) : JOURNAL_NOT_FOUND;
	if (r != JOURNAL_NOT_FOUND)
		return r == JOURNAL_OK || r == JOURNAL_DAMAGED ?
		    JOURNAL_BLOCKED : r;
	r = rows_get_uses(l->txn, a->offer, u);
	if (r == JOURNAL_NOT_FOUND)
		return JOURNAL_OK;
	if (r != JOURNAL_OK)
		return r;
	if (u->spent >= a->uses)
		return JOURNAL_USED_UP;
	if (u->is_open)
		return JOURNAL_IN_CALL;
	if (a->is_bound && u->spent > 0 &&
	    memcmp(u->bound, a->a_hash, sizeof(u->bound)) != 0)
		return JOURNAL_BOUND;
	return a->attempts_max != 0 && u->attempts >= a->attempts_max ?
	    JOURNAL_TOO_MANY : JOURNAL_OK;
}

static enum journal_result
op_accept(struct journal *j, const struct call *c)
{
	struct lmdb *l = self(j);
	const struct acceptance *a = &c->acc;
	struct record_uses u;
	struct db_value v;
	enum db_result found = db_get(l->txn, ROWS_CALLS, a->id, ID, &v);
	enum journal_result r;

	if (found != DB_NOT_FOUND)
		return found == DB_OK ? JOURNAL_SAME : rows_result(found);
	if (!l->has_room) {
		l->full = "journal_size is reached, but for what is kept "
		    "for calls that go on";
		return JOURNAL_FULL;
	}
	r = verdict(l, a, &u);
	if (r == JOURNAL_OK)
		r = ledger_lmdb_accept(&l->book, c);
	if (r != JOURNAL_OK)
		return r;
	u.uses = a->uses;
	u.is_open = 1;
	u.attempts = (uint16_t)(u.attempts + (u.attempts < UINT16_MAX));
	u.not_after = a->not_after;
	r = rows_put_uses(l->txn, a->offer, &u);
	return r == JOURNAL_OK ? rows_put_call(l->txn, &l->row, l->vault, c) :
	    r;
}

static enum journal_result
block(struct lmdb *l, const struct call *c)
{
	struct record_times now = { c->ended_at, 0 };
	struct rows_key hash;

	rows_key_of(&hash, c->acc.a_hash, sizeof(c->acc.a_hash));
	l->has_blocked = 1;
	return rows_put_times(l->txn, ROWS_BLOCKED, &hash, &now);
}

static enum journal_result
op_put(struct journal *j, struct call *c)
{
	struct lmdb *l = self(j);
	struct call was;
	int is_taken;
	enum journal_result verdict = JOURNAL_OK;
	enum journal_result r = rows_get_call(l->txn, NULL, c->acc.id, &was);

	if (r == JOURNAL_DAMAGED) {
		was = *c;		/* its use counts as recorded */
		was.state = CALL_STARTING;
		was.is_blocked = 0;
		r = JOURNAL_OK;
	}
	if (r == JOURNAL_OK)
		r = uses_settle(l->txn, &was, c);
	if (r == JOURNAL_OK && l->has_notices)
		r = notices_add(l->txn, &was, c);
	if (r == JOURNAL_OK && c->is_blocked && !was.is_blocked)
		r = block(l, c);
	if (r == JOURNAL_OK)
		r = verdict = ledger_lmdb_put(&l->book, c, &is_taken);
	if (r == JOURNAL_UNPAID)
		r = JOURNAL_OK;
	if (r == JOURNAL_OK && is_taken && l->has_notices)
		r = notices_receipt(l->txn, c);
	if (r == JOURNAL_OK)
		r = rows_put_call(l->txn, &l->row, l->vault, c);
	return r == JOURNAL_OK ? verdict : r;
}

static enum journal_result
op_post(struct journal *j, const struct journal_post *p)
{
	return ledger_lmdb_post(&self(j)->book, p);
}

static enum journal_result
op_revoke(struct journal *j, const struct journal_revocation *rev)
{
	struct lmdb *l = self(j);
	struct record_times t = { rev->at, rev->keep_until };
	struct rows_key k;

	rows_key_of_revocation(&k, rev);
	l->has_revoked = 1;
	return rows_raise_times(l->txn, ROWS_REVOKED, &k, &t);
}

static enum journal_result
op_sweep(struct journal *j, int64_t wall, int64_t keep_s, size_t budget)
{
	struct lmdb *l = self(j);
	const struct sweep w = { wall, keep_s, open_since(l), l->vault,
	    budget, l->swept };
	const struct ledger_sweep money = { wall, keep_s, budget,
	    &l->swept[ROWS_HOLDS] };
	enum journal_result r = sweep_rows(l->txn, &w);

	return r == JOURNAL_OK ? ledger_lmdb_sweep(&l->book, &money) : r;
}

static enum journal_result
op_notice_set(struct journal *j, const struct journal_notice *was,
    const struct journal_notice *now)
{
	return notices_set(self(j)->txn, was, now);
}

/* Outside of one. */

static enum journal_result
op_notice_due(struct journal *j, int64_t wall, struct journal_notice *out)
{
	self(j)->has_notices = 1;
	return notices_due(self(j)->db, wall, out);
}

static enum journal_result
op_get(struct journal *j, const unsigned char id[ID], struct call *out)
{
	struct db_txn *txn;
	enum journal_result r = rows_result(db_begin(self(j)->db, &txn, 0));

	if (r != JOURNAL_OK)
		return r;
	r = rows_get_call(txn, self(j)->vault, id, out);
	if (r == JOURNAL_OK && ledger_lmdb_get(txn, out) == JOURNAL_BROKEN)
		r = JOURNAL_BROKEN;
	db_abort(txn);
	return r;
}

static enum journal_result
op_look(struct journal *j, const struct journal_key *what,
    struct journal_offer *out)
{
	struct lmdb *l = self(j);
	struct record_uses u;
	struct db_txn *txn;
	enum journal_result r = rows_result(db_begin(l->db, &txn, 0));

	memset(out, 0, sizeof(*out));
	if (r != JOURNAL_OK)
		return r;
	r = l->has_revoked ? rows_is_revoked(txn, what) : JOURNAL_OK;
	out->is_revoked = r == JOURNAL_REVOKED ||
	    is_from_before(l, what->offer);
	if (r == JOURNAL_OK || r == JOURNAL_REVOKED)
		r = rows_get_uses(txn, what->offer, &u);
	db_abort(txn);
	if (r == JOURNAL_OK)
		rows_offer_of(out, &u);
	return r == JOURNAL_NOT_FOUND ? JOURNAL_OK : r;
}

static enum journal_result
op_is_blocked(struct journal *j, const unsigned char hash[16])
{
	return !self(j)->has_blocked ? JOURNAL_OK : hash == NULL ?
	    JOURNAL_BLOCKED : rows_is_blocked(self(j)->db, hash);
}

static enum journal_result
op_forget_due(struct journal *j, int64_t wall, struct journal_forget *out)
{
	erase_elsewhere(self(j)->erase);
	return forgotten_due(self(j)->db, wall, out);
}

static enum journal_result
op_forget_set(struct journal *j, const struct journal_forget *was,
    const struct journal_forget *now)
{
	return forgotten_set(self(j)->txn, was, now);
}

static enum journal_result
op_account(struct journal *j, const char *name, const char *currency,
    struct ledger_account *out)
{
	return ledger_lmdb_account(self(j)->db, name, currency, out);
}

static enum journal_result
op_accounts(struct journal *j, journal_account_fn *fn, void *ctx)
{
	return ledger_list_accounts(self(j)->db, fn, ctx);
}

static enum journal_result
op_entries(struct journal *j, uint64_t from, journal_entry_fn *fn, void *ctx)
{
	return ledger_list_entries(self(j)->db, from, fn, ctx);
}

static enum journal_result
op_means_put(struct journal *j, const struct means *m)
{
	return means_lmdb_put(self(j)->txn, m);
}

static enum journal_result
op_means_get(struct journal *j, struct means *m)
{
	return means_lmdb_get(self(j)->db, m);
}

static enum journal_result
op_open_calls(struct journal *j, journal_call_fn *fn, void *ctx)
{
	struct walk_by by = { .vault = self(j)->vault,
	    .since = open_since(self(j)), .is_open_only = 1,
	    .fill = ledger_lmdb_get, .fn = fn, .ctx = ctx };

	return walk_calls(self(j)->db, &by);
}

static enum journal_result
op_scan(struct journal *j, int64_t since, journal_call_fn *fn, void *ctx)
{
	struct walk_by by = { .vault = self(j)->vault, .since = since,
	    .fill = ledger_lmdb_get, .fn = fn, .ctx = ctx };

	return walk_calls(self(j)->db, &by);
}

static enum journal_result
op_list(struct journal *j, journal_call_fn *fn, void *ctx)
{
	struct walk_by by = { .vault = self(j)->vault, .is_backward = 1,
	    .fn = fn, .ctx = ctx };

	return walk_calls(self(j)->db, &by);
}

static int64_t
op_high(const struct journal *j)
{
	return ((const struct lmdb *)j)->high;
}

static enum journal_result
op_erase(struct journal *j, const struct journal_erasure *what, size_t budget,
    struct journal_erased *out)
{
	return erase_step(self(j)->erase, what, budget, out);
}

static enum journal_result
op_tidy(struct journal *j, int64_t wall, int64_t keep_s, size_t budget)
{
	struct lmdb *l = self(j);
	int32_t first = (int32_t)((wall - keep_s) / NUMBERS_DAY_S);

	vault_forget_error(l->vault);
	vault_look(l->vault);
	return vault_expire(l->vault, first) == 0 ?
	    erase_resume(l->erase, budget) : JOURNAL_BROKEN;
}

static int
op_usage(struct journal *j, uint64_t *used, uint64_t *max)
{
	return rows_usage(self(j)->db, used, max);
}

static const char *
op_error(const struct journal *j)
{
	const struct lmdb *l = (const struct lmdb *)j;

	if (l->full != NULL)
		return l->full;
	return vault_error(l->vault)[0] != '\0' ? vault_error(l->vault) :
	    db_error(l->db);
}

static void
op_close(struct journal *j)
{
	struct lmdb *l = self(j);

	op_abort(j);
	erase_free(l->erase);
	db_close(l->db);
	buf_free(&l->row);
	free(l);
}

static const struct journal_ops ops = {
	.close = op_close,
	.error = op_error,
	.begin = op_begin,
	.commit = op_commit,
	.abort = op_abort,
	.accept = op_accept,
	.put = op_put,
	.post = op_post,
	.revoke = op_revoke,
	.sweep = op_sweep,
	.erase = op_erase,
	.tidy = op_tidy,
	.notice_set = op_notice_set,
	.notice_due = op_notice_due,
	.forget_due = op_forget_due,
	.forget_set = op_forget_set,
	.get = op_get,
	.look = op_look,
	.is_blocked = op_is_blocked,
	.open_calls = op_open_calls,
	.scan = op_scan,
	.list = op_list,
	.account = op_account,
	.accounts = op_accounts,
	.entries = op_entries,
	.means_put = op_means_put,
	.means_get = op_means_get,
	.high = op_high,
	.usage = op_usage
};

/* Highest time: what was kept, or the newest call where that is later; not by
 * more, for that would be kept. */
static int
read_state(struct lmdb *l)
{
	struct record_times t = { 0, 0 };
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	struct db_txn *txn;
	struct call c;
	enum journal_result r;

	if (db_begin(l->db, &txn, 0) != DB_OK)
		return -1;
	r = rows_get_times(txn, ROWS_META, &rows_high, &t);
	l->high = l->high_kept = r == JOURNAL_OK ? t.at : 0;
	if (r == JOURNAL_OK)
		r = rows_get_times(txn, ROWS_META, &rows_jump, &l->jump);
	if (rows_get_times(txn, ROWS_META, &rows_restored, &t) == JOURNAL_OK)
		l->restored_at = t.at;
	if (db_last(txn, ROWS_CALLS, &cursor, &k, &v) == DB_OK && k.len == ID &&
	    record_get_call(&c, &(struct record_row){ k.data, v.data, v.len },
	    NULL) == 0 && c.since > l->high &&
	    c.since <= l->high + HIGH_STEP_S)
		l->high = c.since;
	db_cursor_free(cursor);
	l->has_blocked = rows_has_any(txn, ROWS_BLOCKED);
	l->has_revoked = rows_has_any(txn, ROWS_REVOKED);
	db_abort(txn);
	return r == JOURNAL_OK || r == JOURNAL_NOT_FOUND ? 0 : -1;
}

/* 0, or -1 and what is wrong, if anything but the database is. */
static int
start(struct lmdb *l, char *why, size_t size)
{
	const struct erase_at at = { l->db, &l->row, l->vault };
	int64_t mark;

	*why = '\0';
	l->erase = erase_new(&at);
	if (l->erase == NULL || read_state(l) != 0)
		return -1;
	if (restore_is_needed(l->db, l->vault, why, size) != 0)
		return -1;
	/* before the first commit: from now on a missing mark says something */
	if (vault_high(l->vault, &mark) == 0 &&
	    vault_set_high(l->vault, l->high_kept) != 0)
		return -1;
	return erase_convert(&at) == JOURNAL_OK ? 0 : -1;
}

struct journal *
journal_lmdb_open(const char *dir, struct vault *vault, size_t map_size,
    char *why, size_t size)
{
	char what[512];
	struct lmdb *l;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		snprintf(why, size, "%s: %s", dir, strerror(errno));
		return NULL;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	l->j.op = &ops;
	l->vault = vault;
	buf_init(&l->row, RECORD_CALL_MAX);
	l->db = db_open(dir, DB_WRITE_DIR, rows_tables,
	    map_size != 0 ? map_size : MAP_SIZE, why, size);
	if (l->db == NULL) {
		buf_free(&l->row);
		free(l);
		return NULL;
	}
	if (start(l, what, sizeof(what)) == 0)
		return &l->j;
	snprintf(why, size, "%s: %s%s", dir, what[0] != '\0' ? "" :
	    "the journal cannot be read: ", what[0] != '\0' ? what :
	    op_error(&l->j));
	op_close(&l->j);
	return NULL;
}
