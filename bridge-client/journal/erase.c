#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/db.h"
#include "lib/log.h"
#include "lib/tel.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/journal/vault.h"

#include "bridge-client/journal/erase.h"

#define DAY_S	86400
#define FORGET_S (7 * DAY_S)	/* providers are asked so long */
#define CHUNK	256		/* rows of one commit */
#define ID	JOURNAL_ID_BYTES

enum stage { IDLE, NEXT_DAY, LOOKING, WRITING };

/* What is meant; a copy of a struct journal_erasure. */
struct meant {
	uint8_t		by;		/* enum ask_erase_by; 0: nothing */
	struct tel	number;
	unsigned char	offer[ID];
	int32_t		day;
};

struct erase {
	struct erase_at	 at;
	enum stage	 stage;
	struct meant	 meant;
	int32_t		 day;		/* the one that it has come to */
	struct rows_key	 next;		/* row */
	int		 is_elsewhere;
	uint32_t	 n_meant;	/* of this day, that have ended */
	uint32_t	 n_open;	/* likewise, that have not */
	uint32_t	 n_left;	/* days whose keys do not do as told */
	struct journal_erased sum;
};

struct erase *
erase_new(const struct erase_at *at)
{
	struct erase *e = calloc(1, sizeof(*e));

	if (e != NULL)
		e->at = *at;
	return e;
}

void
erase_free(struct erase *e)
{
	free(e);
}

void
erase_elsewhere(struct erase *e)
{
	e->is_elsewhere = 1;
}

static enum journal_result
remember(struct erase *e, struct db_txn *txn, const struct call *c)
{
	struct record_times t = { 0, clock_wall() + FORGET_S };
	struct journal_forget f = { .tries = 0 };
	enum journal_result r = JOURNAL_OK;
	struct rows_key k;

	memcpy(f.call, c->acc.id, ID);
	for (f.leg = 0; f.leg < 2 && e->is_elsewhere && r == JOURNAL_OK;
	    f.leg++) {
		if (c->leg[f.leg].ref[0] == '\0')
			continue;
		rows_key_of_forget(&k, &f);
		r = rows_put_times(txn, ROWS_FORGETS, &k, &t);
	}
	return r;
}

/* Which rows. */

static int
is_meant(const struct erase *e, const struct call *c)
{
	const struct meant *m = &e->meant;

	if (c->is_erased)
		return 0;
	switch (m->by) {
	case ASK_ERASE_NUMBER:
		return strcmp(c->acc.a.text, m->number.text) == 0 ||
		    strcmp(c->acc.b.text, m->number.text) == 0;
	case ASK_ERASE_OFFER:
		return memcmp(c->acc.offer, m->offer, ID) == 0;
	case ASK_ERASE_DAY:
		return 1;
	}
	return 0;
}

/* The next id in key order. */
static void
step_over(struct rows_key *k)
{
	size_t i = k->len;

	while (i > 0 && ++k->bytes[--i] == 0)
		continue;
}

/*
 * The row at or after `next`, which moves beyond it.  NOT_FOUND: the day is
 * over.  DAMAGED: this row is; a person may look at it.
 */
static enum journal_result
take_row(struct erase *e, struct db_txn *txn, struct call *c)
{
	struct db_cursor *cursor = NULL;
	struct record_row row;
	struct db_value k, v;
	enum db_result r;
	int rc;

	r = db_seek(txn, ROWS_CALLS, e->next.bytes, e->next.len, &cursor, &k,
	    &v);
	if (r == DB_OK && (k.len != ID || vault_day(k.data) > e->day))
		r = DB_NOT_FOUND;
	if (r != DB_OK) {
		db_cursor_free(cursor);
		return rows_result(r);
	}
	rows_key_of(&e->next, k.data, k.len);
	row = (struct record_row){ e->next.bytes, v.data, v.len };
	rc = record_get_call(c, &row, e->at.vault);
	db_cursor_free(cursor);
	step_over(&e->next);
	return rc == 0 ? JOURNAL_OK : JOURNAL_DAMAGED;
}

/* A day. */

static void
go_to(struct erase *e, enum stage stage)
{
	e->stage = stage;
	rows_key_of_time(&e->next, (int64_t)e->day * DAY_S);
}

/* It is left as it is.  The other days follow, and then that is told. */
static enum journal_result
leave_day(struct erase *e)
{
	log_warn("journal=not-erased why=\"%s\"", vault_error(e->at.vault));
	e->n_left++;
	e->stage = NEXT_DAY;
	return JOURNAL_OK;
}

static enum journal_result
next_day(struct erase *e)
{
	int32_t day;

	for (;;) {
		if (!vault_next_day(e->at.vault, e->day, &day)) {
			e->stage = IDLE;
			return e->n_left == 0 ? JOURNAL_OK : JOURNAL_BROKEN;
		}
		e->day = day;
		if (e->meant.by == ASK_ERASE_DAY && day != e->meant.day)
			continue;
		if (e->meant.by != 0 || vault_is_mixed(e->at.vault, day))
			break;
	}
	e->n_meant = e->n_open = 0;
	if (vault_read(e->at.vault, e->day) != 0)
		return leave_day(e);
	go_to(e, e->meant.by != 0 ? LOOKING : WRITING);
	return JOURNAL_OK;
}

/* The whole day was looked at. */
static enum journal_result
decide(struct erase *e)
{
	struct vault *v = e->at.vault;
	int is_whole = e->meant.by == ASK_ERASE_DAY && e->n_open == 0 &&
	    !e->is_elsewhere;

	if (e->n_meant == 0 && !vault_is_mixed(v, e->day))
		e->stage = NEXT_DAY;
	else if ((is_whole ? vault_erase : vault_renew)(v, e->day) != 0)
		return leave_day(e);
	else if (is_whole)
		e->stage = NEXT_DAY;
	else
		go_to(e, WRITING);
	e->sum.n_open += e->n_open;
	e->sum.n_calls += e->n_meant;
	return JOURNAL_OK;
}

static enum journal_result
look(struct erase *e, size_t *budget)
{
	enum journal_result r;
	struct db_txn *txn;
	struct call c;

	r = rows_result(db_begin(e->at.db, &txn, 0));
	if (r != JOURNAL_OK)
		return r;
	for (; *budget > 0; --*budget) {
		r = take_row(e, txn, &c);
		if (r == JOURNAL_DAMAGED)
			continue;
		if (r != JOURNAL_OK)
			break;
		if (!is_meant(e, &c))
			continue;
		if (c.state == CALL_ENDED)
			e->n_meant++;
		else
			e->n_open++;
	}
	db_abort(txn);
	return r == JOURNAL_NOT_FOUND ? decide(e) : r == JOURNAL_DAMAGED ?
	    JOURNAL_OK : r;
}

/* One commit's worth.  NOT_FOUND: that was the day. */
static enum journal_result
write_some(struct erase *e, size_t *budget)
{
	const struct rows_key from = e->next;
	enum journal_result r, end = JOURNAL_OK;
	struct db_txn *txn;
	struct call c;
	size_t n;

	r = rows_result(db_begin(e->at.db, &txn, 1));
	for (n = 0; r == JOURNAL_OK && n < CHUNK && *budget > 0; n++) {
		--*budget;
		end = take_row(e, txn, &c);
		if (end == JOURNAL_DAMAGED)
			continue;
		if (end != JOURNAL_OK)
			break;
		if (is_meant(e, &c) && c.state == CALL_ENDED) {
			r = remember(e, txn, &c);
			call_erase(&c);
		}
		if (r == JOURNAL_OK)
			r = rows_put_call(txn, e->at.row, e->at.vault, &c);
	}
	if (end != JOURNAL_OK && end != JOURNAL_NOT_FOUND &&
	    end != JOURNAL_DAMAGED)
		r = end;
	if (r == JOURNAL_OK)
		r = rows_result(db_commit(txn));
	else
		db_abort(txn);
	if (r != JOURNAL_OK)
		e->next = from;
	return r == JOURNAL_OK ? end : r;
}

static enum journal_result
write_day(struct erase *e, size_t *budget)
{
	enum journal_result r = write_some(e, budget);

	if (r == JOURNAL_DAMAGED)
		return JOURNAL_OK;
	if (r != JOURNAL_NOT_FOUND)
		return r;
	if (vault_settle(e->at.vault, e->day) != 0)
		return JOURNAL_BROKEN;
	e->stage = NEXT_DAY;
	return JOURNAL_OK;
}

static enum journal_result
go_on(struct erase *e, size_t budget)
{
	enum journal_result r = JOURNAL_OK;

	while (r == JOURNAL_OK && budget > 0 && e->stage != IDLE) {
		switch (e->stage) {
		case NEXT_DAY:
			r = next_day(e);
			break;
		case LOOKING:
			r = look(e, &budget);
			break;
		case WRITING:
			r = write_day(e, &budget);
			break;
		case IDLE:
			break;
		}
	}
	return r;
}

static void
begin(struct erase *e, const struct meant *m)
{
	e->meant = *m;
	e->day = INT32_MIN;
	e->stage = NEXT_DAY;
	e->n_left = 0;
	memset(&e->sum, 0, sizeof(e->sum));
}

static void
read_meant(struct meant *m, const struct journal_erasure *what)
{
	memset(m, 0, sizeof(*m));
	m->by = what->by;
	if (what->by == ASK_ERASE_NUMBER)
		m->number = *what->number;
	else if (what->by == ASK_ERASE_OFFER)
		memcpy(m->offer, what->offer, ID);
	else
		m->day = (int32_t)(what->day / DAY_S);
}

/* Somebody else's is finished first. */
int
erase_step(struct erase *e, const struct journal_erasure *what, size_t budget,
    struct journal_erased *out)
{
	struct meant m;
	enum journal_result r;
	int is_ours;

	read_meant(&m, what);
	if (e->stage == IDLE)
		begin(e, &m);
	is_ours = memcmp(&m, &e->meant, sizeof(m)) == 0;
	r = go_on(e, budget);
	memset(out, 0, sizeof(*out));
	if (is_ours)
		*out = e->sum;
	out->is_more = !is_ours || e->stage != IDLE;
	return r;
}

int
erase_resume(struct erase *e, size_t budget)
{
	static const struct meant nothing;

	if (e->stage == IDLE)
		begin(e, &nothing);
	return go_on(e, budget);
}

/* A journal of before. */

/* Gathers the keys of some bare rows. */
static enum db_result
gather(struct db_txn *txn, struct rows_key *from, struct rows_key *list,
    size_t *n)
{
	struct db_cursor *cursor = NULL;
	struct record_row row;
	struct db_value k, v;
	enum db_result r;

	*n = 0;
	r = db_seek(txn, ROWS_CALLS, from->bytes, from->len, &cursor, &k, &v);
	while (r == DB_OK && *n < CHUNK) {
		row = (struct record_row){ k.data, v.data, v.len };
		rows_key_of(from, k.data, k.len);
		if (k.len == ID && record_is_bare(&row))
			list[(*n)++] = *from;
		r = db_next(cursor, &k, &v);
	}
	db_cursor_free(cursor);
	return r;
}

static enum journal_result
seal_rows(const struct erase_at *at)
{
	struct rows_key from, list[CHUNK];
	enum journal_result r = JOURNAL_OK;
	enum db_result more = DB_OK;
	struct db_txn *txn;
	struct call c;
	size_t i, n;

	rows_key_of_time(&from, 0);
	while (r == JOURNAL_OK && more == DB_OK) {
		r = rows_result(db_begin(at->db, &txn, 1));
		if (r != JOURNAL_OK)
			return r;
		more = gather(txn, &from, list, &n);
		for (i = 0; r == JOURNAL_OK && i < n; i++) {
			r = rows_get_call(txn, at->vault, list[i].bytes, &c);
			if (r == JOURNAL_OK)
				r = rows_put_call(txn, at->row, at->vault, &c);
			if (r == JOURNAL_DAMAGED)
				r = JOURNAL_OK;
		}
		if (r == JOURNAL_OK)
			r = rows_result(db_commit(txn));
		else
			db_abort(txn);
	}
	return r != JOURNAL_OK || more == DB_NOT_FOUND ? r :
	    rows_result(more);
}

static enum journal_result
mark_sealed(const struct erase_at *at)
{
	const struct record_times t = { 0, 0 };
	enum journal_result r;
	struct db_txn *txn;

	r = rows_result(db_begin(at->db, &txn, 1));
	if (r != JOURNAL_OK)
		return r;
	r = rows_put_times(txn, ROWS_META, &rows_sealed, &t);
	if (r == JOURNAL_OK)
		return rows_result(db_commit(txn));
	db_abort(txn);
	return r;
}

int
erase_convert(const struct erase_at *at)
{
	struct record_times t;
	enum journal_result r;
	struct db_txn *txn;

	r = rows_result(db_begin(at->db, &txn, 0));
	if (r != JOURNAL_OK)
		return r;
	r = rows_get_times(txn, ROWS_META, &rows_sealed, &t);
	db_abort(txn);
	if (r == JOURNAL_NOT_FOUND)
		r = seal_rows(at);
	else
		return r;
	return r == JOURNAL_OK ? mark_sealed(at) : r;
}
