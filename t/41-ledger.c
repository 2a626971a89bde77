/*
 * The ledger: what is held, taken and freed with the calls; what is refused;
 * what survives; and that both sides are always the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/journal/ledger_record.h"
#include "bridge-client/journal/vault.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	1790000000
#define DAY	86400
#define EUR	MONEY_ONE

static struct journal *j;
static struct vault *vault;
static char dir[512];

static void
make_call(struct call *c, unsigned n, int64_t hold)
{
	static const struct tariff_rate rate = { 0, EUR, 1, 1 };
	struct acceptance a;

	memset(&a, 0, sizeof(a));
	make_id(a.id, WALL, n);
	make_id(a.offer, WALL, n + 10000);
	memset(a.a_hash, (int)n + 1, sizeof(a.a_hash));
	a.uses = 1;
	a.not_after = WALL + 7 * DAY;
	snprintf(a.account, sizeof(a.account), "acme");
	snprintf(a.fare.payer, sizeof(a.fare.payer), CALL_PREPAID);
	snprintf(a.fare.currency, sizeof(a.fare.currency), "EUR");
	a.fare.hold = hold;
	a.fare.rate[0] = a.fare.rate[1] = rate;
	a.max_s = 600;
	call_init(c, &a);
	c->state = CALL_STARTING;
	c->since = c->accepted_at = WALL;
	c->pay = CALL_PAY_HELD;
}

static void
end_call(struct call *c, enum call_pay pay, int64_t cost)
{
	c->state = CALL_ENDED;
	c->end = ASK_END_TALKED;
	c->ended_at = WALL + 60;
	c->pay = (uint8_t)pay;
	c->cost = cost;
}

static enum journal_result
write_one(struct call *c, int is_new)
{
	enum journal_result r;

	if (j->op->begin(j) != JOURNAL_OK)
		return JOURNAL_BROKEN;
	r = is_new ? j->op->accept(j, c) : j->op->put(j, c);
	return j->op->commit(j, WALL) == JOURNAL_OK ? r : JOURNAL_BROKEN;
}

static enum journal_result
post(unsigned n, int64_t amount)
{
	struct journal_post p = { .account = "acme", .currency = "EUR",
	    .amount = amount, .at = WALL, .note = "by bank" };
	enum journal_result r;

	make_id(p.id, WALL, n);
	if (j->op->begin(j) != JOURNAL_OK)
		return JOURNAL_BROKEN;
	r = j->op->post(j, &p);
	return j->op->commit(j, WALL) == JOURNAL_OK ? r : JOURNAL_BROKEN;
}

static int64_t
left(void)
{
	struct ledger_account a;

	if (j->op->account(j, "customer:acme", "EUR", &a) != JOURNAL_OK)
		abort();
	return ledger_available(&a);
}

struct sums {
	int64_t		debits, credits, held_d, held_c, moved, held;
	uint64_t	last;
	unsigned	n, kinds[LEDGER_KINDS];
	int		has_gap;
};

static int
add_account(void *ctx, const struct ledger_account *a)
{
	struct sums *s = ctx;

	s->debits += a->debits;
	s->credits += a->credits;
	s->held_d += a->debits_held;
	s->held_c += a->credits_held;
	return 0;
}

static int
add_entry(void *ctx, const struct ledger_entry *e)
{
	struct sums *s = ctx;

	s->has_gap |= e->number != s->last + 1;
	s->last = e->number;
	s->moved += e->amount;
	s->held += e->held;
	s->n++;
	s->kinds[e->kind]++;
	return 0;
}

static struct sums
audit(const char *when)
{
	struct sums s;

	memset(&s, 0, sizeof(s));
	is_int(j->op->accounts(j, add_account, &s), JOURNAL_OK,
	    "%s: the accounts", when);
	is_int(j->op->entries(j, 0, add_entry, &s), JOURNAL_OK,
	    "%s: the entries", when);
	ok(s.debits == s.credits && s.debits == s.moved &&
	    s.held_d == s.held_c && s.held_d == s.held && !s.has_gap,
	    "%s: both sides are the same, and the entries say why", when);
	return s;
}

static void
open_journal(void)
{
	char why[256] = "";

	if (j != NULL)
		j->op->close(j);
	j = journal_lmdb_open(dir, vault, 16 << 20, why, sizeof(why));
	if (!ok(j != NULL, "the journal is open (%s)", why))
		exit(1);
}

static void
test_holds(void)
{
	struct call one, two, three;
	struct sums s;

	make_call(&one, 1, 3 * EUR);
	is_int(write_one(&one, 1), JOURNAL_UNPAID, "nothing is there");
	is_int(left(), 0, "nothing is held");
	is_int(post(9001, 10 * EUR), JOURNAL_OK, "a top-up");
	is_int(post(9001, 10 * EUR), JOURNAL_SAME, "the same one again");
	is_int(left(), 10 * EUR, "counts once");
	is_int(write_one(&one, 1), JOURNAL_OK, "the first call");
	is_int(left(), 7 * EUR, "its hold is reserved");
	is_int(write_one(&one, 1), JOURNAL_SAME, "the same acceptance again");
	is_int(left(), 7 * EUR, "holds once");
	make_call(&two, 2, 7 * EUR);
	two.acc.fare.floor = 1;
	is_int(write_one(&two, 1), JOURNAL_UNPAID, "below the floor");
	two.acc.fare.floor = 0;
	make_call(&three, 3, 1);
	is_int(write_one(&two, 1), JOURNAL_OK, "to the last cent");
	is_int(write_one(&three, 1), JOURNAL_UNPAID, "not a millionth more");
	s = audit("two holds");
	is_int(s.held, 10 * EUR, "all is held");
	end_call(&one, CALL_PAY_TAKEN, 2 * EUR);
	is_int(write_one(&one, 0), JOURNAL_OK, "the first has cost less");
	is_int(left(), EUR, "the rest is free");
	is_int(write_one(&one, 0), JOURNAL_OK, "recorded again");
	one.pay = CALL_PAY_FREE;
	is_int(write_one(&one, 0), JOURNAL_OK, "and as if it were free");
	is_int(left(), EUR, "it is resolved once");
	end_call(&two, CALL_PAY_TAKEN, 8 * EUR);
	is_int(write_one(&two, 0), JOURNAL_OK, "the second would cost more");
	is_int(left(), EUR, "no more is taken than was held");
	is_int(write_one(&three, 1), JOURNAL_OK, "there is some again");
	three.pay_ref[0] = 'x';
	is_int(write_one(&three, 0), JOURNAL_OK, "nothing has happened to it");
	end_call(&three, CALL_PAY_FREE, 0);
	is_int(write_one(&three, 0), JOURNAL_OK, "nobody has talked");
	is_int(left(), EUR, "it is free");
	s = audit("at the end");
	is_int(s.n, 7, "no entry but these");
	ok(s.kinds[LEDGER_TOPUP] == 1 && s.kinds[LEDGER_HOLD] == 3 &&
	    s.kinds[LEDGER_CAPTURE] == 2 && s.kinds[LEDGER_RELEASE] == 1,
	    "one of each thing that happened");
	is_int(s.held, 0, "nothing is held any more");
	is_int(post(9002, -EUR), JOURNAL_OK, "what is left is paid out");
	is_int(left(), 0, "to the last cent");
	(void)audit("paid out");
}

static int n_open;
static struct call restored;

static int
on_open(void *ctx, const struct call *c)
{
	(void)ctx;
	n_open++;
	restored = *c;
	return 0;
}

/* What is durable: the money of a call that is open comes back with it. */
static void
test_restart(void)
{
	struct call c;

	is_int(post(9003, 5 * EUR), JOURNAL_OK, "a top-up");
	make_call(&c, 20, 4 * EUR);
	snprintf(c.acc.fare.customer, sizeof(c.acc.fare.customer), "cus_1");
	is_int(write_one(&c, 1), JOURNAL_OK, "a call");
	open_journal();
	is_int(left(), EUR, "it is held after a start");
	n_open = 0;
	is_int(j->op->open_calls(j, on_open, NULL), JOURNAL_OK, "open calls");
	ok(n_open == 1 && memcmp(&restored.acc.fare, &c.acc.fare,
	    sizeof(c.acc.fare)) == 0 && restored.pay == CALL_PAY_HELD,
	    "with its fare");
	end_call(&restored, CALL_PAY_TAKEN, 3 * EUR);
	is_int(write_one(&restored, 0), JOURNAL_OK, "it ends");
	is_int(left(), 2 * EUR, "and is paid");
	(void)audit("after the start");
}

static void
test_aborted(void)
{
	struct call c;

	make_call(&c, 30, EUR);
	is_int(j->op->begin(j), JOURNAL_OK, "a transaction");
	is_int(j->op->accept(j, &c), JOURNAL_OK, "a call in it");
	j->op->abort(j);
	is_int(left(), 2 * EUR, "what was not committed holds nothing");
	(void)audit("after the abort");
}

/* More is held while they talk, or the rest, or nothing and all else is
 * recorded. */
static void
test_raise(void)
{
	static const struct {
		int64_t			paid_in, asked;
		enum journal_result	r;
		int64_t			held, left;
		const char		*what;
	} cases[] = {
		{ 0, EUR * 3 / 2, JOURNAL_OK, EUR * 3 / 2, EUR / 2, "more" },
		{ 0, EUR * 3 / 2, JOURNAL_OK, EUR * 3 / 2, EUR / 2, "again" },
		{ 0, 3 * EUR, JOURNAL_OK, 2 * EUR, 0, "the rest" },
		{ 0, 3 * EUR, JOURNAL_UNPAID, 3 * EUR, 0, "there is none" },
		{ 30000, 3 * EUR, JOURNAL_UNPAID, 3 * EUR, 30000,
		    "none that pays for a second" },
		{ 30000, 3 * EUR, JOURNAL_OK, 2 * EUR + 33334, 26666,
		    "nor for two, but for one" },
	};
	struct call c;
	size_t i;

	make_call(&c, 50, EUR);
	c.acc.fare.step_s = 30;
	is_int(write_one(&c, 1), JOURNAL_OK, "a call that may hold more");
	c.state = CALL_TALKING;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].paid_in > 0)
			is_int(post(9010 + (unsigned)i, cases[i].paid_in),
			    JOURNAL_OK, "a top-up");
		c.raise = cases[i].asked;
		is_int(write_one(&c, 0), cases[i].r, "%s", cases[i].what);
		is_int(c.raise, cases[i].held, "%s: held", cases[i].what);
		is_int(left(), cases[i].left, "%s: left", cases[i].what);
	}
	is_int(post(9004, -left()), JOURNAL_OK, "what is left is paid out");
	open_journal();
	is_int(j->op->open_calls(j, on_open, NULL), JOURNAL_OK, "a start");
	ok(restored.hold == 2 * EUR + 33334 && restored.raise == 0 &&
	    restored.acc.fare.step_s == 30 && restored.state == CALL_TALKING,
	    "it is held still, and may become more");
	is_int(call_paid_s(&restored), 61, "and pays for so long");
	end_call(&restored, CALL_PAY_TAKEN, 3 * EUR);
	restored.raise = 5 * EUR;
	is_int(write_one(&restored, 0), JOURNAL_OK, "it ends");
	is_int(left(), 0, "no more than all of it is taken, and none held");
	is_int(post(9005, 2 * EUR), JOURNAL_OK, "a top-up");
	(void)audit("after the raise");
}

static void
sweep(int64_t wall)
{
	if (j->op->begin(j) != JOURNAL_OK ||
	    j->op->sweep(j, wall, 30 * DAY, 4096) != JOURNAL_OK ||
	    j->op->commit(j, wall) != JOURNAL_OK)
		abort();
}

/* A hold whose call has ended without a word about it. */
static void
test_expiry(void)
{
	struct call c;
	struct sums s;
	unsigned i;

	make_call(&c, 40, EUR);
	is_int(write_one(&c, 1), JOURNAL_OK, "a call");
	sweep(WALL + 4 * DAY);
	is_int(left(), EUR, "while its call is open it is held");
	end_call(&c, CALL_PAY_HELD, 0);
	is_int(write_one(&c, 0), JOURNAL_OK, "it ends, and is still held");
	sweep(WALL + 2 * DAY);
	is_int(left(), EUR, "so it stays for a while");
	sweep(WALL + 4 * DAY);
	is_int(left(), 2 * EUR, "then it expires");
	sweep(WALL + 4 * DAY);
	s = audit("after the sweep");
	is_int(s.kinds[LEDGER_EXPIRE], 1, "once");
	is_int(post(9003, 5 * EUR), JOURNAL_SAME, "a top-up's id is known");
	sweep(WALL + 40 * DAY);
	is_int(post(9003, 5 * EUR), JOURNAL_OK, "as long as calls are kept");
	s = audit("after the last sweep");
	ok(s.kinds[LEDGER_HOLD] == 9, "entries are kept for ever");
	for (i = 0; i < 200; i++)
		if (post(9100 + i, EUR) != JOURNAL_OK)
			abort();
	sweep(WALL + 40 * DAY);
	is_int(post(9299, EUR), JOURNAL_OK, "however many are past keeping");
}

/* Rows: strict. */
static void
test_rows(void)
{
	struct ledger_hold h = { .pay = CALL_PAY_HELD, .at = WALL, .fare = {
	    .payer = "prepaid", .currency = "EUR", .hold = 5, .floor = -7,
	    .rate = { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } } }, .account = "acme",
	    .ref = "r" }, again;
	unsigned char id[16] = "0123456789abcde", row[LEDGER_RECORD_MAX];
	struct buf b;
	size_t i, n_bad = 0;

	buf_over(&b, row, sizeof(row));
	ledger_record_put_hold(&b, id, &h);
	is_int(row[0], 1, "of the first version, where it does not grow");
	h.fare.step_s = 600;
	h.raise = 9;
	buf_clear(&b);
	ledger_record_put_hold(&b, id, &h);
	ok(ledger_record_get_hold(&again, id, row, b.len) == 0 &&
	    memcmp(&again, &h, sizeof(h)) == 0, "a hold, read again");
	for (i = 0; i < b.len; i++) {
		row[i] ^= 1;
		n_bad += ledger_record_get_hold(&again, id, row, b.len) != 0;
		row[i] ^= 1;
		n_bad += ledger_record_get_hold(&again, id, row, i) != 0;
	}
	is_int(n_bad, 2 * b.len, "changed or cut anywhere: refused");
	id[0] ^= 1;
	is_int(ledger_record_get_hold(&again, id, row, b.len), -1,
	    "under another key as well");
}

int
main(void)
{
	vault = vault_open(NULL, dir, sizeof(dir));
	snprintf(dir, sizeof(dir), "%s/journal", tap_dir());
	open_journal();
	test_holds();
	test_restart();
	test_aborted();
	test_raise();
	test_expiry();
	test_rows();
	j->op->close(j);
	return tap_done();
}
