/*
 * A call whose row is damaged while it is open: its offer, and what it held,
 * are free again when it can be open no longer, and not before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/journal/vault.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	INT64_C(1790000000)
#define DAY	INT64_C(86400)
#define HOUR	INT64_C(3600)
#define MAP	(16 << 20)

enum { IN_STATE = 1, IN_END = 2, IN_OFFER = 45 };	/* of a call's row */

static struct journal *j;
static struct vault *vault;
static char dir[512];
static unsigned n_dirs;

static void
open_journal(int is_new)
{
	char why[600] = "";

	if (is_new) {
		snprintf(dir, sizeof(dir), "%s/j%u", tap_dir(), n_dirs++);
		vault_close(vault);
		vault = vault_open(NULL, why, sizeof(why));
	}
	j = journal_lmdb_open(dir, vault, MAP, why, sizeof(why));
	if (!ok(j != NULL, "the journal (%s)", why))
		exit(1);
}

/* Of an offer of two uses, which is good for a week. */
static void
init_at(struct call *c, unsigned n, unsigned offer, int64_t wall)
{
	struct acceptance a;

	memset(&a, 0, sizeof(a));
	make_id(a.id, wall, n);
	make_id(a.offer, WALL - DAY, offer);
	memset(a.a_hash, (int)n, sizeof(a.a_hash));
	a.uses = 2;
	a.not_after = WALL + 7 * DAY;
	a.max_s = 3600;
	set_tel(&a.a, "+442079460123");
	set_tel(&a.b, "+442079460999");
	call_init(c, &a);
	c->state = CALL_STARTING;
	c->accepted_at = c->since = wall;
}

static enum journal_result
accept_call(struct call *c)
{
	enum journal_result r;

	if (j->op->begin(j) != JOURNAL_OK)
		return JOURNAL_BROKEN;
	r = j->op->accept(j, c);
	return j->op->commit(j, c->accepted_at) == JOURNAL_OK ? r :
	    JOURNAL_BROKEN;
}

static enum journal_result
accept_at(struct call *c, unsigned n, unsigned offer, int64_t wall)
{
	init_at(c, n, offer, wall);
	return accept_call(c);
}

static void
end_call(struct call *c)
{
	c->state = CALL_ENDED;
	c->ended_at = c->accepted_at + 60;
	if (j->op->begin(j) != JOURNAL_OK || j->op->put(j, c) != JOURNAL_OK ||
	    j->op->commit(j, c->ended_at) != JOURNAL_OK)
		abort();
}

/* While nobody has it open. */
static void
damage(const struct call *c, size_t at)
{
	unsigned char row[RECORD_CALL_MAX];
	char why[256];
	struct db_txn *txn;
	struct db_value v;
	struct db *db;

	j->op->close(j);
	db = db_open(dir, DB_WRITE_DIR, rows_tables, MAP, why, sizeof(why));
	if (db == NULL || db_begin(db, &txn, 1) != DB_OK ||
	    db_get(txn, ROWS_CALLS, c->acc.id, sizeof(c->acc.id), &v) != DB_OK)
		abort();
	memcpy(row, v.data, v.len);
	row[at] ^= 1;
	if (db_put(txn, ROWS_CALLS, c->acc.id, sizeof(c->acc.id), row,
	    v.len) != DB_OK || db_commit(txn) != DB_OK)
		abort();
	db_close(db);
	open_journal(0);
}

/* The hours go by, and then it is swept. */
static void
sweep_at(int hours)
{
	int i;

	for (i = 0; i <= hours; i++)
		if (j->op->begin(j) != JOURNAL_OK ||
		    j->op->commit(j, WALL + i * HOUR) != JOURNAL_OK)
			abort();
	if (j->op->begin(j) != JOURNAL_OK ||
	    j->op->sweep(j, WALL + hours * HOUR, 90 * DAY, 1000) !=
	    JOURNAL_OK || j->op->commit(j, WALL + hours * HOUR) != JOURNAL_OK)
		abort();
}

static struct journal_offer
look(const struct call *c)
{
	const struct journal_key key = { c->acc.offer, c->acc.tag,
		c->acc.offeror };
	struct journal_offer o;

	if (j->op->look(j, &key, &o) != JOURNAL_OK)
		abort();
	return o;
}

static void
test_free(void)
{
	struct journal_offer o;
	struct call c, next;

	open_journal(1);
	is_int(accept_at(&c, 1, 1, WALL), JOURNAL_OK, "a call");
	damage(&c, IN_END);
	sweep_at(49);
	is_int(look(&c).is_open, 1, "it may yet be open");
	sweep_at(50);
	o = look(&c);
	ok(!o.is_open && o.spent == 1, "then its offer is free, a use spent");
	is_mem(o.bound, c.acc.a_hash, sizeof(o.bound), "by its number");
	is_int(j->op->get(j, c.acc.id, &next), JOURNAL_DAMAGED,
	    "the row is still to be seen");
	is_int(accept_at(&next, 2, 1, WALL + 50 * HOUR), JOURNAL_OK,
	    "the next call");
	sweep_at(50);
	o = look(&c);
	ok(o.is_open && o.spent == 1, "is left in peace");
	end_call(&next);
	sweep_at(51);
	is_int(look(&c).spent, 1, "and one use is spent, whoever sweeps");
	j->op->close(j);
}

/* One that pressed 1: it was counted then. */
static void
test_spent(void)
{
	struct call c;

	open_journal(1);
	is_int(accept_at(&c, 1, 1, WALL), JOURNAL_OK, "a call");
	c.is_spent = 1;
	is_int(j->op->begin(j), JOURNAL_OK, "begin");
	is_int(j->op->put(j, &c), JOURNAL_OK, "key 1");
	is_int(j->op->commit(j, WALL), JOURNAL_OK, "commit");
	damage(&c, IN_END);
	sweep_at(50);
	ok(!look(&c).is_open && look(&c).spent == 1, "is not counted twice");
	j->op->close(j);
}

static void
test_not_free(void)
{
	struct call c, other, lost;

	open_journal(1);
	is_int(accept_at(&c, 1, 1, WALL), JOURNAL_OK, "a call");
	end_call(&c);
	is_int(accept_at(&other, 2, 1, WALL + 40 * HOUR), JOURNAL_OK,
	    "another of its offer");
	is_int(accept_at(&lost, 3, 3, WALL), JOURNAL_OK, "and one of another");
	damage(&c, IN_STATE);
	damage(&lost, IN_OFFER);
	sweep_at(50);
	is_int(look(&other).is_open, 1, "an old call frees no younger one's");
	is_int(look(&lost).is_open, 1, "nor one that names none");
	sweep_at(9 * 24);
	is_int(look(&lost).uses, 2, "a use that may be open is kept");
	sweep_at(9 * 24 + 1);
	is_int(look(&lost).uses, 0, "and forgotten when none can be");
	j->op->close(j);
}

static int64_t
left(void)
{
	struct ledger_account a;

	if (j->op->account(j, "customer:acme", "EUR", &a) != JOURNAL_OK)
		abort();
	return ledger_available(&a);
}

/* Of a call that is well, and of one whose row is damaged there. */
static void
test_held(size_t at)
{
	struct journal_post p = { .account = "acme", .currency = "EUR",
	    .amount = 10 * MONEY_ONE, .at = WALL, .note = "by bank" };
	const struct tariff_rate rate = { 0, MONEY_ONE, 1, 1 };
	struct call c[2];
	unsigned i;

	open_journal(1);
	make_id(p.id, WALL, 9);
	if (j->op->begin(j) != JOURNAL_OK || j->op->post(j, &p) !=
	    JOURNAL_OK || j->op->commit(j, WALL) != JOURNAL_OK)
		abort();
	for (i = 0; i < 2; i++) {
		init_at(&c[i], i + 1, i + 1, WALL);
		snprintf(c[i].acc.account, sizeof(c[i].acc.account), "acme");
		snprintf(c[i].acc.fare.payer, sizeof(c[i].acc.fare.payer),
		    CALL_PREPAID);
		snprintf(c[i].acc.fare.currency,
		    sizeof(c[i].acc.fare.currency), "EUR");
		c[i].acc.fare.hold = (i + 1) * MONEY_ONE;
		c[i].acc.fare.rate[0] = c[i].acc.fare.rate[1] = rate;
		c[i].pay = CALL_PAY_HELD;
		is_int(accept_call(&c[i]), JOURNAL_OK, "a call that is paid");
	}
	damage(&c[1], at);
	sweep_at(72);
	is_int(left(), 7 * MONEY_ONE, "what a damaged call held stays held");
	sweep_at(73);
	is_int(left(), 9 * MONEY_ONE, "until it can be open no longer");
	sweep_at(73);
	is_int(left(), 9 * MONEY_ONE, "and is given back once");
	j->op->close(j);
}

int
main(void)
{
	test_free();
	test_spent();
	test_not_free();
	test_held(IN_END);
	test_held(IN_OFFER);
	vault_close(vault);
	return tap_done();
}
