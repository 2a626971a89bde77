#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"

#include "bridge-client/journal/rows.h"

#define ID JOURNAL_ID_BYTES
#define NONCE_S		3600	/* an id is at most so much older than its
				   acceptance */
#define RESERVE_PART	32		/* of the map; ... */
#define RESERVE_MIN	(128 << 10)	/* .. but at least so many bytes */

const char *const rows_tables[ROWS_TABLES + 1] = {
	"blocked", "calls", "meta", "revoked", "uses", "accounts", "entries",
	"holds", "notices", "means", "forgets", NULL
};

const struct rows_key rows_high = { "high", 4 };
const struct rows_key rows_jump = { "jump", 4 };
const struct rows_key rows_sealed = { "sealed", 6 };
const struct rows_key rows_copy = { "copy", 4 };
const struct rows_key rows_restored = { "restored", 8 };

enum journal_result
rows_result(enum db_result r)
{
	switch (r) {
	case DB_OK:
		return JOURNAL_OK;
	case DB_NOT_FOUND:
		return JOURNAL_NOT_FOUND;
	case DB_FULL:
		return JOURNAL_FULL;
	case DB_BROKEN:
		break;
	}
	return JOURNAL_BROKEN;
}

int
rows_has_room(struct db *db)
{
	size_t used, max, reserve;

	if (db_usage(db, &used, &max) != 0)
		return 1;	/* the transaction will say what is wrong */
	reserve = max / RESERVE_PART > RESERVE_MIN ? max / RESERVE_PART :
	    RESERVE_MIN;
	return used + reserve < max;
}

int
rows_usage(struct db *db, uint64_t *used, uint64_t *max)
{
	size_t u, m;

	if (db_usage(db, &u, &m) != 0)
		return -1;
	*used = u;
	*max = m;
	return 0;
}

enum journal_result
rows_get_call(struct db_txn *txn, struct vault *vault,
    const unsigned char id[ID], struct call *out)
{
	struct record_row row = { .id = id };
	struct db_value v;
	enum db_result r = db_get(txn, ROWS_CALLS, id, ID, &v);

	if (r != DB_OK)
		return rows_result(r);
	row.data = v.data;
	row.len = v.len;
	return record_get_call(out, &row, vault) == 0 ? JOURNAL_OK :
	    JOURNAL_DAMAGED;
}

enum journal_result
rows_put_call(struct db_txn *txn, struct buf *scratch, struct vault *vault,
    const struct call *c)
{
	buf_clear(scratch);
	if (record_put_call(scratch, c, vault) != 0)
		return JOURNAL_BROKEN;
	return rows_result(db_put(txn, ROWS_CALLS, c->acc.id, ID,
	    scratch->data, scratch->len));
}

enum journal_result
rows_get_uses(struct db_txn *txn, const unsigned char offer[ID],
    struct record_uses *u)
{
	struct db_value v;
	enum db_result r = db_get(txn, ROWS_USES, offer, ID, &v);

	memset(u, 0, sizeof(*u));
	if (r != DB_OK)
		return rows_result(r);
	return record_get_uses(u, offer, v.data, v.len) == 0 ? JOURNAL_OK :
	    JOURNAL_DAMAGED;
}

void
rows_offer_of(struct journal_offer *out, const struct record_uses *u)
{
	out->uses = u->uses;
	out->spent = u->spent;
	out->is_open = u->is_open;
	out->attempts = u->attempts;
	out->not_after = u->not_after;
	memcpy(out->bound, u->bound, sizeof(out->bound));
}

enum journal_result
rows_put_uses(struct db_txn *txn, const unsigned char offer[ID],
    const struct record_uses *u)
{
	unsigned char row[RECORD_USES_MAX];
	size_t len = record_put_uses(row, offer, u);

	return rows_result(db_put(txn, ROWS_USES, offer, ID, row, len));
}

enum journal_result
rows_get_times(struct db_txn *txn, enum rows_table table,
    const struct rows_key *k, struct record_times *t)
{
	struct db_value v;
	enum db_result r = db_get(txn, (int)table, k->bytes, k->len, &v);

	if (r != DB_OK)
		return rows_result(r);
	return record_get_times(t, k->bytes, k->len, v.data, v.len) == 0 ?
	    JOURNAL_OK : JOURNAL_DAMAGED;
}

enum journal_result
rows_put_times(struct db_txn *txn, enum rows_table table,
    const struct rows_key *k, const struct record_times *t)
{
	unsigned char row[RECORD_TIMES_BYTES];

	record_put_times(row, k->bytes, k->len, t);
	return rows_result(db_put(txn, (int)table, k->bytes, k->len, row,
	    sizeof(row)));
}

enum journal_result
rows_raise_times(struct db_txn *txn, enum rows_table table,
    const struct rows_key *k, const struct record_times *t)
{
	struct record_times was;
	enum journal_result r = rows_get_times(txn, table, k, &was);

	if (r == JOURNAL_NOT_FOUND || r == JOURNAL_DAMAGED)
		return rows_put_times(txn, table, k, t);
	if (r != JOURNAL_OK)
		return r;
	was.at = t->at > was.at ? t->at : was.at;
	was.until = t->until > was.until ? t->until : was.until;
	return rows_put_times(txn, table, k, &was);
}

int
rows_has_any(struct db_txn *txn, enum rows_table table)
{
	struct db_cursor *cursor = NULL;
	struct db_value k, v;
	enum db_result r = db_seek(txn, (int)table, NULL, 0, &cursor, &k, &v);

	db_cursor_free(cursor);
	return r != DB_NOT_FOUND;
}

void
rows_key_of(struct rows_key *k, const void *data, size_t len)
{
	k->len = len > ROWS_KEY_MAX ? ROWS_KEY_MAX : len;
	memcpy(k->bytes, data, k->len);
}

void
rows_key_of_forget(struct rows_key *k, const struct journal_forget *f)
{
	memcpy(k->bytes, f->call, ID);
	k->bytes[ID] = f->leg;
	k->bytes[ID + 1] = f->tries;
	k->len = ID + 2;
}

/* What is revoked, behind the kind of it. */
static void
key_of_kind(struct rows_key *k, enum ask_revoke_by by, const void *what,
    size_t len)
{
	if (len > ROWS_KEY_MAX - 1)
		len = ROWS_KEY_MAX - 1;
	k->bytes[0] = (unsigned char)by;
	memcpy(k->bytes + 1, what, len);
	k->len = len + 1;
}

void
rows_key_of_revocation(struct rows_key *k, const struct journal_revocation *r)
{
	if (r->by == ASK_BY_SENDER)
		key_of_kind(k, r->by, r->sender, strlen(r->sender));
	else
		key_of_kind(k, r->by, r->id, ID);
}

/* A UUIDv7 begins with 48 bits of milliseconds (RFC 9562, 5.7). */
void
rows_key_of_time(struct rows_key *k, int64_t wall)
{
	uint64_t ms = wall <= 0 ? 0 : (uint64_t)wall * 1000;
	int i;

	memset(k->bytes, 0, ID);
	for (i = 0; i < 6; i++)
		k->bytes[i] = (unsigned char)(ms >> (40 - 8 * i));
	k->len = ID;
}

void
rows_key_of_accepted(struct rows_key *k, int64_t wall)
{
	rows_key_of_time(k, wall - NONCE_S);
}

static enum journal_result
is_revoked_by(struct db_txn *txn, const struct rows_key *k, int64_t minted)
{
	struct record_times t;
	enum journal_result r = rows_get_times(txn, ROWS_REVOKED, k, &t);

	if (r == JOURNAL_NOT_FOUND)
		return JOURNAL_OK;
	if (r == JOURNAL_DAMAGED)
		return JOURNAL_REVOKED;
	if (r == JOURNAL_OK &&
	    (k->bytes[0] != ASK_BY_SENDER || minted < t.at))
		return JOURNAL_REVOKED;
	return r;
}

enum journal_result
rows_is_revoked(struct db_txn *txn, const struct journal_key *what)
{
	int64_t minted = token_offer_ms(what->offer) / 1000;
	enum journal_result r;
	struct rows_key k;

	key_of_kind(&k, ASK_BY_OFFER, what->offer, ID);
	r = is_revoked_by(txn, &k, minted);
	if (r != JOURNAL_OK)
		return r;
	key_of_kind(&k, ASK_BY_TAG, what->tag, ID);
	r = is_revoked_by(txn, &k, minted);
	if (r != JOURNAL_OK)
		return r;
	key_of_kind(&k, ASK_BY_SENDER, what->sender, strlen(what->sender));
	return is_revoked_by(txn, &k, minted);
}

enum journal_result
rows_is_blocked(struct db *db, const unsigned char hash[16])
{
	struct record_times t;
	struct rows_key k;
	struct db_txn *txn;
	enum journal_result r;

	rows_key_of(&k, hash, CALL_HASH_BYTES);
	r = rows_result(db_begin(db, &txn, 0));
	if (r != JOURNAL_OK)
		return r;
	r = rows_get_times(txn, ROWS_BLOCKED, &k, &t);
	db_abort(txn);
	if (r == JOURNAL_OK || r == JOURNAL_DAMAGED)
		return JOURNAL_BLOCKED;
	return r == JOURNAL_NOT_FOUND ? JOURNAL_OK : r;
}
