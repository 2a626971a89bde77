#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/db.h"
#include "lib/log.h"
#include "lib/tariff.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/ledger_record.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"

#include "bridge-client/journal/ledger_lmdb.h"

#define ID		JOURNAL_ID_BYTES
#define LOST_S		(3 * 86400)	/* no call is open for so long */
#define SWEEP_MAX	64

/* Rows. */

static enum journal_result
get_account(struct db_txn *txn, const char *name, const char *currency,
    struct ledger_account *a)
{
	struct ledger_key k;
	struct db_value v;
	enum db_result r;

	ledger_record_key(&k, name, currency);
	r = db_get(txn, ROWS_ACCOUNTS, k.bytes, k.len, &v);
	if (r == DB_OK)
		return ledger_record_get_account(a, k.bytes, k.len, v.data,
		    v.len) == 0 ? JOURNAL_OK : JOURNAL_DAMAGED;
	memset(a, 0, sizeof(*a));
	snprintf(a->name, sizeof(a->name), "%s", name);
	snprintf(a->currency, sizeof(a->currency), "%s", currency);
	return r == DB_NOT_FOUND ? JOURNAL_OK : rows_result(r);
}

static enum journal_result
put_account(struct db_txn *txn, const struct ledger_account *a)
{
	unsigned char row[LEDGER_RECORD_MAX];
	struct ledger_key k;
	struct buf b;

	buf_over(&b, row, sizeof(row));
	ledger_record_key(&k, a->name, a->currency);
	ledger_record_put_account(&b, a);
	return rows_result(db_put(txn, ROWS_ACCOUNTS, k.bytes, k.len, row,
	    b.len));
}

static enum journal_result
get_hold(struct db_txn *txn, const unsigned char id[ID], struct ledger_hold *h)
{
	struct db_value v;
	enum db_result r = db_get(txn, ROWS_HOLDS, id, ID, &v);

	if (r != DB_OK)
		return rows_result(r);
	return ledger_record_get_hold(h, id, v.data, v.len) == 0 ?
	    JOURNAL_OK : JOURNAL_DAMAGED;
}

static enum journal_result
put_hold(struct db_txn *txn, const unsigned char id[ID],
    const struct ledger_hold *h)
{
	unsigned char row[LEDGER_RECORD_MAX];
	struct buf b;

	buf_over(&b, row, sizeof(row));
	ledger_record_put_hold(&b, id, h);
	return rows_result(db_put(txn, ROWS_HOLDS, id, ID, row, b.len));
}

/* The number of the next entry. */
static enum journal_result
next_number(struct db_txn *txn, uint64_t *number)
{
	struct db_cursor *cursor = NULL;
	struct ledger_entry last;
	struct db_value k, v;
	enum db_result r = db_last(txn, ROWS_ENTRIES, &cursor, &k, &v);
	int is_good = r == DB_OK && ledger_record_get_entry(&last, k.data,
	    k.len, v.data, v.len) == 0;

	db_cursor_free(cursor);
	*number = is_good ? last.number + 1 : 1;
	if (r == DB_OK && !is_good)
		return JOURNAL_BROKEN;
	return r == DB_OK || r == DB_NOT_FOUND ? JOURNAL_OK : rows_result(r);
}

static enum journal_result
append(struct db_txn *txn, const struct ledger_entry *e)
{
	unsigned char row[LEDGER_RECORD_MAX], key[LEDGER_NUMBER_BYTES];
	struct buf b;

	buf_over(&b, row, sizeof(row));
	ledger_record_number(key, e->number);
	ledger_record_put_entry(&b, e);
	return rows_result(db_put(txn, ROWS_ENTRIES, key, sizeof(key), row,
	    b.len));
}

/* The book. */

void
ledger_lmdb_begin(struct ledger_book *book, struct db_txn *txn)
{
	book->txn = txn;
	book->next = 0;
	book->n = 0;
}

enum journal_result
ledger_lmdb_end(struct ledger_book *book)
{
	enum journal_result r = JOURNAL_OK;
	size_t i;

	for (i = 0; i < book->n && r == JOURNAL_OK; i++)
		r = put_account(book->txn, &book->account[i]);
	book->n = 0;
	return r;
}

/* As this transaction has it so far; there is room.  Borrowed until the next
 * make_room(). */
static enum journal_result
open_account(struct ledger_book *book, const char *name, const char *currency,
    struct ledger_account **out)
{
	struct ledger_account *a;
	enum journal_result r;
	size_t i;

	for (i = 0; i < book->n; i++) {
		a = &book->account[i];
		if (strcmp(a->name, name) == 0 &&
		    strcmp(a->currency, currency) == 0) {
			*out = a;
			return JOURNAL_OK;
		}
	}
	*out = &book->account[book->n];
	r = get_account(book->txn, name, currency, *out);
	book->n += r == JOURNAL_OK;
	return r;
}

/* Both sides of an entry will have room. */
static enum journal_result
make_room(struct ledger_book *book)
{
	return book->n + 2 <= LEDGER_BOOK_MAX ? JOURNAL_OK :
	    ledger_lmdb_end(book);
}

/*
 * The only way in which an account changes: by an entry, on both sides of it
 * alike.  A row that cannot be read is a person's business, and no money moves.
 */
static enum journal_result
enter(struct ledger_book *book, struct ledger_entry *e)
{
	struct ledger_account *debit, *credit;
	enum journal_result r = make_room(book);

	if (r == JOURNAL_OK && book->next == 0)
		r = next_number(book->txn, &book->next);
	e->number = book->next;
	if (r == JOURNAL_OK)
		r = open_account(book, e->debit, e->currency, &debit);
	if (r == JOURNAL_OK)
		r = open_account(book, e->credit, e->currency, &credit);
	if (r == JOURNAL_OK)
		r = append(book->txn, e);
	if (r != JOURNAL_OK)
		return r == JOURNAL_DAMAGED ? JOURNAL_BROKEN : r;
	book->next++;
	debit->debits += e->amount;
	debit->debits_held += e->held;
	credit->credits += e->amount;
	credit->credits_held += e->held;
	return JOURNAL_OK;
}

/* The money of calls. */

static int
is_prepaid(const struct call_fare *f)
{
	return strcmp(f->payer, CALL_PREPAID) == 0;
}

static int
is_resolved(enum call_pay pay)
{
	return pay >= CALL_PAY_TAKEN;
}

static void
hold_of(struct ledger_hold *h, const struct call *c)
{
	memset(h, 0, sizeof(*h));
	h->fare = c->acc.fare;
	h->fare.hold = c->hold;
	h->raise = call_is_prepaid(c) ? 0 : c->raise;
	h->pay = c->pay;
	h->at = c->ended_at != 0 ? c->ended_at : c->accepted_at;
	h->cost = c->cost;
	memcpy(h->account, c->acc.account, sizeof(h->account));
	memcpy(h->ref, c->pay_ref, sizeof(h->ref));
}

/* From the payer to what calls have earned. */
static void
entry_of(struct ledger_entry *e, enum ledger_kind kind,
    const unsigned char id[ID], const struct ledger_hold *h)
{
	memset(e, 0, sizeof(*e));
	e->kind = (uint8_t)kind;
	e->at = h->at;
	memcpy(e->id, id, ID);
	memcpy(e->currency, h->fare.currency, sizeof(e->currency));
	if (is_prepaid(&h->fare))
		ledger_customer(e->debit, h->account);
	else
		ledger_cash(e->debit, h->fare.payer);
	snprintf(e->credit, sizeof(e->credit), "revenue");
}

/* What has been paid in and may yet be held. */
static enum journal_result
find_left(struct ledger_book *book, const struct ledger_hold *h, int64_t *left)
{
	char name[LEDGER_NAME_MAX + 1];
	struct ledger_account *a;
	enum journal_result r = make_room(book);

	ledger_customer(name, h->account);
	if (r == JOURNAL_OK)
		r = open_account(book, name, h->fare.currency, &a);
	if (r == JOURNAL_OK)
		*left = ledger_available(a) - h->fare.floor;
	return r == JOURNAL_DAMAGED ? JOURNAL_UNPAID : r;
}

/* So much more of what has been paid in, if it is there. */
static enum journal_result
hold_more(struct ledger_book *book, const unsigned char id[ID],
    const struct ledger_hold *h, int64_t amount)
{
	struct ledger_entry e;
	int64_t left = 0;
	enum journal_result r = find_left(book, h, &left);

	if (r != JOURNAL_OK || left < amount)
		return r == JOURNAL_OK ? JOURNAL_UNPAID : r;
	entry_of(&e, LEDGER_HOLD, id, h);
	e.held = amount;
	return enter(book, &e);
}

enum journal_result
ledger_lmdb_accept(struct ledger_book *book, const struct call *c)
{
	const struct call_fare *f = &c->acc.fare;
	struct ledger_hold h;
	enum journal_result r = JOURNAL_OK;

	if (f->payer[0] == '\0')
		return JOURNAL_OK;
	hold_of(&h, c);
	h.fare.hold = f->hold;
	if (is_prepaid(f))
		r = hold_more(book, c->acc.id, &h, f->hold);
	return r == JOURNAL_OK ? put_hold(book->txn, c->acc.id, &h) : r;
}

/* What was held, and more was never promised, is all that is taken. */
static void
bound_cost(struct ledger_hold *h, const unsigned char id[ID])
{
	char text[TOKEN_UUID_SIZE];

	if (h->cost >= 0 && h->cost <= h->fare.hold)
		return;
	token_uuid_text(id, text);
	log_warn("call=%s cost=%lld hold=%lld: no more is taken than is held",
	    text, (long long)h->cost, (long long)h->fare.hold);
	h->cost = h->cost < 0 ? 0 : h->fare.hold;
}

static enum journal_result
resolve(struct ledger_book *book, const unsigned char id[ID],
    const struct ledger_hold *h)
{
	struct ledger_entry e;
	int is_taken = h->pay == CALL_PAY_TAKEN;

	entry_of(&e, is_taken ? LEDGER_CAPTURE : LEDGER_RELEASE, id, h);
	e.amount = is_taken ? h->cost : 0;
	e.held = is_prepaid(&h->fare) ? -h->fare.hold : 0;
	return e.amount != 0 || e.held != 0 ? enter(book, &e) : JOURNAL_OK;
}

/*
 * The hold becomes what is asked for; or else, where what is left lets them
 * talk for longer at all, what the longest such talk costs.
 */
static enum journal_result
grow(struct ledger_book *book, struct call *c, struct ledger_hold *h)
{
	const struct call_fare *f = &h->fare;
	struct ledger_hold now = *h;
	int64_t left = 0, rest;
	enum journal_result r = find_left(book, h, &left);

	if (r == JOURNAL_OK && left < c->raise - f->hold) {
		rest = call_cost(f, tariff_seconds(f->rate, 2, f->hold + left,
		    c->acc.max_s));
		if (rest <= f->hold)
			return JOURNAL_UNPAID;
		c->raise = rest;
	}
	now.at = c->talk_at;
	if (r == JOURNAL_OK)
		r = hold_more(book, c->acc.id, &now, c->raise - f->hold);
	if (r == JOURNAL_OK)
		h->fare.hold = c->raise;
	return r;
}

static int
is_same(const struct ledger_hold *was, const struct call *c)
{
	return was->pay == c->pay && was->cost == c->cost &&
	    (call_is_prepaid(c) ? c->raise <= was->fare.hold :
	    was->raise == c->raise && c->hold <= was->fare.hold) &&
	    strcmp(was->ref, c->pay_ref) == 0;
}

enum journal_result
ledger_lmdb_put(struct ledger_book *book, struct call *c, int *is_taken)
{
	char text[TOKEN_UUID_SIZE];
	struct ledger_hold was, h;
	enum journal_result r, verdict = JOURNAL_OK;

	*is_taken = 0;
	if (c->acc.fare.payer[0] == '\0')
		return JOURNAL_OK;
	token_uuid_text(c->acc.id, text);
	r = get_hold(book->txn, c->acc.id, &was);
	if (r == JOURNAL_NOT_FOUND || r == JOURNAL_DAMAGED) {
		log_warn("call=%s hold=damaged", text);
		return JOURNAL_OK;	/* the call itself must go on */
	}
	if (r != JOURNAL_OK || is_same(&was, c))
		return r;
	if (is_resolved(was.pay)) {
		log_warn("call=%s hold=resolved already", text);
		return JOURNAL_OK;
	}
	hold_of(&h, c);
	h.fare = was.fare;
	if (!call_is_prepaid(c) && c->hold > was.fare.hold)
		h.fare.hold = c->hold;
	bound_cost(&h, c->acc.id);
	if (is_resolved(h.pay))
		r = resolve(book, c->acc.id, &h);
	else if (call_is_prepaid(c) && c->raise > was.fare.hold)
		r = verdict = grow(book, c, &h);
	*is_taken = h.pay == CALL_PAY_TAKEN && h.cost > 0;
	if (r == JOURNAL_OK || r == JOURNAL_UNPAID)
		r = put_hold(book->txn, c->acc.id, &h);
	return r == JOURNAL_OK ? verdict : r;
}

enum journal_result
ledger_lmdb_get(struct db_txn *txn, struct call *c)
{
	struct ledger_hold h;
	enum journal_result r = get_hold(txn, c->acc.id, &h);

	if (r != JOURNAL_OK)
		return r;
	c->acc.fare = h.fare;
	c->hold = h.fare.hold;
	c->raise = h.raise;
	c->pay = h.pay;
	c->cost = h.cost;
	memcpy(c->pay_ref, h.ref, sizeof(c->pay_ref));
	return JOURNAL_OK;
}

/* By hand. */

enum journal_result
ledger_lmdb_post(struct ledger_book *book, const struct journal_post *p)
{
	struct ledger_hold h = { .pay = CALL_PAY_TAKEN, .at = p->at,
	    .cost = p->amount };
	struct ledger_entry e = { .kind = LEDGER_TOPUP, .at = p->at,
	    .amount = p->amount };
	struct ledger_hold was;
	enum journal_result r = get_hold(book->txn, p->id, &was);

	if (r != JOURNAL_NOT_FOUND)
		return r == JOURNAL_OK ? JOURNAL_SAME : r;
	memcpy(e.id, p->id, sizeof(e.id));
	ledger_cash(e.debit, "topup");
	ledger_customer(e.credit, p->account);
	snprintf(e.currency, sizeof(e.currency), "%s", p->currency);
	snprintf(e.note, sizeof(e.note), "%s", p->note);
	snprintf(h.account, sizeof(h.account), "%s", p->account);
	memcpy(h.fare.currency, e.currency, sizeof(h.fare.currency));
	r = enter(book, &e);
	return r == JOURNAL_OK ? put_hold(book->txn, p->id, &h) : r;
}

/* Reading. */

enum journal_result
ledger_lmdb_account(struct db *db, const char *name, const char *currency,
    struct ledger_account *out)
{
	struct db_txn *txn;
	enum journal_result r = rows_result(db_begin(db, &txn, 0));

	if (r != JOURNAL_OK)
		return r;
	r = get_account(txn, name, currency, out);
	db_abort(txn);
	return r;
}

/* Sweeping. */

struct found {
	size_t			left;		/* of the budget */
	struct rows_key		over[SWEEP_MAX];	/* to be forgotten */
	size_t			n_over;
	struct rows_key		lost[SWEEP_MAX];	/* may have expired */
	size_t			n_lost;
};

static void
judge(struct found *f, const struct ledger_sweep *w, const struct rows_key *k,
    const struct db_value *v)
{
	struct ledger_hold h;

	if (k->len != ID || ledger_record_get_hold(&h, k->bytes, v->data,
	    v->len) != 0)
		return;
	if (is_resolved(h.pay) && h.at + w->keep_s < w->wall)
		f->over[f->n_over++] = *k;
	else if (!is_resolved(h.pay) && h.at + LOST_S < w->wall)
		f->lost[f->n_lost++] = *k;
}

static enum db_result
gather(struct db_txn *txn, const struct ledger_sweep *w, struct found *f)
{
	struct db_cursor *cursor = NULL;
	struct rows_key *from = w->from;
	struct db_value k, v;
	enum db_result r;

	f->n_over = f->n_lost = 0;
	r = db_seek(txn, ROWS_HOLDS, from->len > 0 ? from->bytes : NULL,
	    from->len, &cursor, &k, &v);
	for (; r == DB_OK && f->left > 0 && f->n_over < SWEEP_MAX &&
	    f->n_lost < SWEEP_MAX; f->left--) {
		rows_key_of(from, k.data, k.len);
		judge(f, w, from, &v);
		r = db_next(cursor, &k, &v);
	}
	if (r == DB_NOT_FOUND)
		from->len = 0;		/* from the beginning, the next time */
	db_cursor_free(cursor);
	return r == DB_NOT_FOUND ? DB_OK : r;
}

/* The call of this hold, which may go on for days when the clock has leapt.
 * One whose row is damaged is found by no start, so nobody ends it. */
static enum journal_result
is_open(struct db_txn *txn, const unsigned char id[ID], int *answer)
{
	struct db_value v;
	enum db_result found = db_get(txn, ROWS_CALLS, id, ID, &v);
	struct call c;

	*answer = found == DB_OK && record_may_be_open(v.data, v.len) &&
	    record_get_call(&c, &(struct record_row){ id, v.data, v.len },
	    NULL) == 0;
	return found == DB_NOT_FOUND ? JOURNAL_OK : rows_result(found);
}

/* A hold without a call that could resolve it. */
static enum journal_result
expire(struct ledger_book *book, const unsigned char id[ID], int64_t wall)
{
	char text[TOKEN_UUID_SIZE];
	struct ledger_entry e;
	struct ledger_hold h;
	enum journal_result r = get_hold(book->txn, id, &h);

	if (r != JOURNAL_OK)
		return r == JOURNAL_DAMAGED ? JOURNAL_OK : r;
	token_uuid_text(id, text);
	log_warn("call=%s hold=expired: its call is lost", text);
	h.at = wall;
	entry_of(&e, LEDGER_EXPIRE, id, &h);
	e.held = is_prepaid(&h.fare) ? -h.fare.hold : 0;
	h.pay = is_prepaid(&h.fare) ? CALL_PAY_FREE : CALL_PAY_LOST;
	r = e.held != 0 ? enter(book, &e) : JOURNAL_OK;
	return r == JOURNAL_OK ? put_hold(book->txn, id, &h) : r;
}

/* What was gathered. */
static enum journal_result
let_go(struct ledger_book *book, const struct found *f, int64_t wall)
{
	struct db_txn *txn = book->txn;
	enum journal_result r = JOURNAL_OK;
	int is_kept;
	size_t i;

	for (i = 0; i < f->n_over && r == JOURNAL_OK; i++) {
		r = is_open(txn, f->over[i].bytes, &is_kept);
		if (r == JOURNAL_OK && !is_kept)
			r = rows_result(db_del(txn, ROWS_HOLDS,
			    f->over[i].bytes, f->over[i].len));
	}
	for (i = 0; i < f->n_lost && r == JOURNAL_OK; i++) {
		r = is_open(txn, f->lost[i].bytes, &is_kept);
		if (r == JOURNAL_OK && !is_kept)
			r = expire(book, f->lost[i].bytes, wall);
	}
	return r;
}

enum journal_result
ledger_lmdb_sweep(struct ledger_book *book, const struct ledger_sweep *w)
{
	struct found f = { .left = w->budget };
	enum journal_result r;

	do {
		r = rows_result(gather(book->txn, w, &f));
		if (r == JOURNAL_OK)
			r = let_go(book, &f, w->wall);
	} while (r == JOURNAL_OK && (f.n_over == SWEEP_MAX ||
	    f.n_lost == SWEEP_MAX));
	return r;
}
