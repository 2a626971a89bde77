#include <string.h>

#include "lib/ask.h"
#include "lib/db.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/mail/letter.h"

#include "bridge-client/journal/notices.h"

#define ID	JOURNAL_ID_BYTES
#define KEEP_S	86400		/* it is tried so long, and then forgotten */

/* The key: state, call, kind, tries.  The row: when, until when. */
enum { DUE = 1, ASKED = 2 };
#define KEY_BYTES	(1 + ID + 2)

static void
key_of(struct rows_key *k, const struct journal_notice *n)
{
	k->bytes[0] = n->is_asked ? ASKED : DUE;
	memcpy(k->bytes + 1, n->call, ID);
	k->bytes[1 + ID] = n->kind;
	k->bytes[2 + ID] = n->tries;
	k->len = KEY_BYTES;
}

static enum journal_result
put(struct db_txn *txn, const struct journal_notice *n)
{
	struct record_times t = { n->at, n->until };
	struct rows_key k;

	key_of(&k, n);
	return rows_put_times(txn, ROWS_NOTICES, &k, &t);
}

/* What the offeror should hear of it; 0: nothing. */
static int
kind_of(const struct call *c, int is_used_up)
{
	switch ((enum ask_end)c->end) {
	case ASK_END_B_NO_ANSWER:
	case ASK_END_B_BUSY:
	case ASK_END_B_NO_KEY:
	case ASK_END_B_UNREACHABLE:
		return LETTER_MISSED;
	case ASK_END_A_BLOCKED:
	case ASK_END_B_DECLINED:
		return LETTER_DECLINED;
	default:
		return is_used_up && c->is_spent ? LETTER_USED_UP : 0;
	}
}

enum journal_result
notices_add(struct db_txn *txn, const struct call *was, const struct call *c)
{
	struct journal_notice n = { .at = c->ended_at,
		.until = c->ended_at + KEEP_S };
	struct record_uses u;
	enum journal_result r;

	if (!call_is_free(c) || call_is_free(was) ||
	    strchr(c->acc.offeror, '@') == NULL)
		return JOURNAL_OK;
	r = rows_get_uses(txn, c->acc.offer, &u);
	n.kind = (uint8_t)kind_of(c, r == JOURNAL_OK && u.spent >= u.uses);
	if (n.kind == 0)
		return JOURNAL_OK;
	memcpy(n.call, c->acc.id, ID);
	return put(txn, &n);
}

enum journal_result
notices_receipt(struct db_txn *txn, const struct call *c)
{
	struct journal_notice n = { .kind = LETTER_RECEIPT, .at = c->since,
		.until = c->since + KEEP_S };

	if (strchr(c->acc.offeror, '@') == NULL)
		return JOURNAL_OK;
	memcpy(n.call, c->acc.id, ID);
	return put(txn, &n);
}

enum journal_result
notices_set(struct db_txn *txn, const struct journal_notice *was,
    const struct journal_notice *now)
{
	struct rows_key k;
	enum db_result r;

	key_of(&k, was);
	r = db_del(txn, ROWS_NOTICES, k.bytes, k.len);
	if (r != DB_OK && r != DB_NOT_FOUND)
		return rows_result(r);
	return now != NULL ? put(txn, now) : JOURNAL_OK;
}

static int
read_due(struct journal_notice *n, const struct db_value *k,
    const struct db_value *v)
{
	const unsigned char *p = k->data;
	struct record_times t;

	if (k->len != KEY_BYTES ||
	    record_get_times(&t, k->data, k->len, v->data, v->len) != 0)
		return -1;
	memset(n, 0, sizeof(*n));
	memcpy(n->call, p + 1, ID);
	n->kind = p[1 + ID];
	n->tries = p[2 + ID];
	n->at = t.at;
	n->until = t.until;
	return (n->kind >= LETTER_MISSED && n->kind <= LETTER_RECEIPT) ||
	    n->kind == LETTER_LINK || n->kind == LETTER_LINK_BANK ? 0 : -1;
}

enum journal_result
notices_due(struct db *db, int64_t wall, struct journal_notice *out)
{
	static const unsigned char first = DUE;
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	struct db_txn *txn;
	enum db_result r = db_begin(db, &txn, 0);
	int is_due = 0;

	if (r != DB_OK)
		return rows_result(r);
	r = db_seek(txn, ROWS_NOTICES, &first, 1, &cursor, &k, &v);
	while (r == DB_OK && !is_due &&
	    ((const unsigned char *)k.data)[0] == DUE) {
		is_due = read_due(out, &k, &v) == 0 && out->at <= wall &&
		    out->until >= wall;
		if (!is_due)
			r = db_next(cursor, &k, &v);
	}
	db_cursor_free(cursor);
	db_abort(txn);
	if (is_due)
		return JOURNAL_OK;
	return r == DB_OK ? JOURNAL_NOT_FOUND : rows_result(r);
}
