/*
 * The journal: what is accepted, what is refused, what survives.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/db.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"
#include "bridge-client/journal/vault.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	1790000000
#define DAY	86400

static struct journal *j;
static struct vault *vault;
static char dir[512];
static unsigned n_dirs;

static void
open_sized(size_t size)
{
	char why[256] = "";

	snprintf(dir, sizeof(dir), "%s/j%u", tap_dir(), n_dirs++);
	vault_close(vault);
	vault = vault_open(NULL, why, sizeof(why));
	j = journal_lmdb_open(dir, vault, size, why, sizeof(why));
	if (!ok(j != NULL, "a new journal (%s)", why))
		exit(1);
}

#define open_new() open_sized(16 << 20)

static void
reopen(void)
{
	char why[256] = "";

	j->op->close(j);
	j = journal_lmdb_open(dir, vault, 16 << 20, why, sizeof(why));
	if (!ok(j != NULL, "opened again (%s)", why))
		exit(1);
}

/* An id of this time; `n` tells them apart. */
/* Call `n` of offer `offer`, accepted now. */
static void
make_call(struct call *c, unsigned n, unsigned offer)
{
	struct acceptance a;

	memset(&a, 0, sizeof(a));
	make_id(a.id, WALL, n);
	make_id(a.offer, WALL - DAY, offer);
	memset(a.tag, (int)offer, sizeof(a.tag));
	memset(a.a_hash, (int)n, sizeof(a.a_hash));
	a.uses = 1;
	a.not_after = WALL + 7 * DAY;
	snprintf(a.name, sizeof(a.name), "Jos\303\251 Example");
	snprintf(a.account, sizeof(a.account), "acme");
	snprintf(a.offeror, sizeof(a.offeror), "jose@example.com");
	snprintf(a.recipient, sizeof(a.recipient), "someone@example.net");
	snprintf(a.reference, sizeof(a.reference), "order 4711");
	set_tel(&a.a, "+442079460123");
	set_tel(&a.b, "sip:desk@example.com");
	snprintf(a.caller, sizeof(a.caller), "+441632960000");
	snprintf(a.a_lang, sizeof(a.a_lang), "en");
	a.ring_s = 25;
	a.confirm_s = 10;
	a.max_s = 3600;
	call_init(c, &a);
	c->state = CALL_STARTING;
	c->since = c->accepted_at = WALL;
	c->leg[0].state = CALL_LEG_ASKED;
	c->leg[0].asked_at = WALL;
	snprintf(c->provider, sizeof(c->provider), "asterisk");
}

static enum journal_result
accept_one(const struct call *c)
{
	enum journal_result r;

	if (j->op->begin(j) != JOURNAL_OK)
		return JOURNAL_BROKEN;
	r = j->op->accept(j, c);
	return j->op->commit(j, WALL) == JOURNAL_OK ? r : JOURNAL_BROKEN;
}

static enum journal_result
put_one(struct call *c)
{
	enum journal_result r;

	if (j->op->begin(j) != JOURNAL_OK)
		return JOURNAL_BROKEN;
	r = j->op->put(j, c);
	return j->op->commit(j, WALL) == JOURNAL_OK ? r : JOURNAL_BROKEN;
}

static struct journal_offer
look(const struct call *c)
{
	struct journal_key key = { c->acc.offer, c->acc.tag, c->acc.offeror };
	struct journal_offer o;

	is_int(j->op->look(j, &key, &o), JOURNAL_OK, "the offer is looked at");
	return o;
}

static void
end_call(struct call *c)
{
	c->state = CALL_ENDED;
	c->end = ASK_END_TALKED;
	c->ended_at = WALL + 60;
	c->leg[0].state = c->leg[1].state = CALL_LEG_GONE;
}

/* Acceptances. */

static void
test_verdicts(void)
{
	struct call c, d;
	struct journal_offer o;

	open_new();
	make_call(&c, 1, 1);
	o = look(&c);
	is_int(o.uses, 0, "never accepted");
	is_int(accept_one(&c), JOURNAL_OK, "accepted");
	is_int(accept_one(&c), JOURNAL_SAME, "the same again");
	make_call(&d, 2, 1);
	is_int(accept_one(&d), JOURNAL_IN_CALL, "another, while it goes on");
	o = look(&c);
	ok(o.uses == 1 && o.spent == 0 && o.is_open && o.attempts == 1,
	    "a use is reserved");
	end_call(&c);
	is_int(put_one(&c), JOURNAL_OK, "it ends without the key 1");
	o = look(&c);
	ok(o.spent == 0 && !o.is_open, "the use is released");
	is_int(accept_one(&d), JOURNAL_OK, "so it can be accepted again");
	d.is_spent = 1;
	d.state = CALL_RINGING_B;
	is_int(put_one(&d), JOURNAL_OK, "key 1");
	is_int(put_one(&d), JOURNAL_OK, "written twice");
	o = look(&d);
	ok(o.spent == 1 && o.is_open && o.attempts == 2, "the use is spent");
	make_call(&c, 3, 1);
	is_int(accept_one(&c), JOURNAL_USED_UP, "used up while they talk");
	end_call(&d);
	is_int(put_one(&d), JOURNAL_OK, "it ends");
	is_int(accept_one(&c), JOURNAL_USED_UP, "used up");
	is_int(accept_one(&d), JOURNAL_SAME, "the same, long after");
	reopen();
	o = look(&d);
	ok(o.spent == 1 && !o.is_open, "the use is still spent");
	is_int(accept_one(&c), JOURNAL_USED_UP, "and the offer used up");
	make_call(&c, 4, 2);
	is_int(put_one(&c), JOURNAL_NOT_FOUND, "never accepted: not put");
	j->op->close(j);
}

static void
test_attempts(void)
{
	struct call c;
	unsigned i;

	open_new();
	for (i = 0; i < 4; i++) {
		make_call(&c, i, 1);
		c.acc.attempts_max = 3;
		is_int(accept_one(&c), i < 3 ? JOURNAL_OK : JOURNAL_TOO_MANY,
		    "attempt %u of 3", i + 1);
		end_call(&c);
		if (i < 3)
			is_int(put_one(&c), JOURNAL_OK, "ended");
	}
	make_call(&c, 9, 1);
	c.acc.uses = 2;
	is_int(accept_one(&c), JOURNAL_OK, "no cap");
	j->op->close(j);
}

static void
test_batch(void)
{
	struct call c;
	int n[JOURNAL_BROKEN + 1] = { 0 };
	unsigned i;

	open_new();
	is_int(j->op->begin(j), JOURNAL_OK, "one transaction");
	for (i = 0; i < 50; i++) {
		make_call(&c, i, 1);
		n[j->op->accept(j, &c)]++;
	}
	is_int(j->op->commit(j, WALL), JOURNAL_OK, "one commit");
	is_int(n[JOURNAL_OK], 1, "50 acceptances of one offer: one call");
	is_int(n[JOURNAL_IN_CALL], 49, "and 49 clear answers");
	is_int(j->op->begin(j), JOURNAL_OK, "another");
	make_call(&c, 60, 2);
	is_int(j->op->accept(j, &c), JOURNAL_OK, "accepted");
	j->op->abort(j);
	is_int(accept_one(&c), JOURNAL_OK, "aborted: it had not been");
	j->op->close(j);
}

/* What forbids. */

static void
revoke(enum ask_revoke_by by, const struct call *c, int64_t at)
{
	struct journal_revocation r = { .by = (uint8_t)by, .at = at,
	    .keep_until = WALL + DAY };

	r.id = by == ASK_BY_OFFER ? c->acc.offer : by == ASK_BY_TAG ?
	    c->acc.tag : NULL;
	r.sender = by == ASK_BY_SENDER ? c->acc.offeror : NULL;
	is_int(j->op->begin(j), JOURNAL_OK, "begin");
	is_int(j->op->revoke(j, &r), JOURNAL_OK, "revoke");
	is_int(j->op->commit(j, WALL), JOURNAL_OK, "commit");
}

static void
test_revoked(void)
{
	static const struct {
		const char		*name;
		enum ask_revoke_by	 by;
		int64_t			 at;
		enum journal_result	 want;
	} cases[] = {
		{ "by offer", ASK_BY_OFFER, WALL, JOURNAL_REVOKED },
		{ "by message", ASK_BY_TAG, WALL, JOURNAL_REVOKED },
		{ "by sender", ASK_BY_SENDER, WALL, JOURNAL_REVOKED },
		{ "by sender, older mail", ASK_BY_SENDER, WALL - 2 * DAY,
		    JOURNAL_OK }
	};
	struct call c, other;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_new();
		make_call(&c, 1, 1);
		make_call(&other, 2, 2);
		snprintf(other.acc.offeror, sizeof(other.acc.offeror),
		    "ann@example.com");
		revoke(cases[i].by, &c, cases[i].at);
		is_int(look(&c).is_revoked, cases[i].want == JOURNAL_REVOKED,
		    "%s: seen", cases[i].name);
		is_int(look(&other).is_revoked, 0, "%s: others not",
		    cases[i].name);
		reopen();
		is_int(accept_one(&c), cases[i].want, "%s", cases[i].name);
		is_int(accept_one(&other), JOURNAL_OK, "%s: others",
		    cases[i].name);
		j->op->close(j);
	}
}

static void
test_blocked(void)
{
	struct call c, other;

	open_new();
	make_call(&c, 1, 1);
	is_int(j->op->is_blocked(j, c.acc.a_hash), JOURNAL_OK, "not yet");
	is_int(j->op->is_blocked(j, NULL), JOURNAL_OK, "nor is anybody");
	is_int(accept_one(&c), JOURNAL_OK, "accepted");
	c.is_blocked = 1;
	end_call(&c);
	is_int(put_one(&c), JOURNAL_OK, "pressed 9");
	is_int(j->op->is_blocked(j, c.acc.a_hash), JOURNAL_BLOCKED, "blocked");
	is_int(j->op->is_blocked(j, NULL), JOURNAL_BLOCKED, "somebody is");
	reopen();
	make_call(&other, 2, 2);
	memcpy(other.acc.a_hash, c.acc.a_hash, sizeof(c.acc.a_hash));
	is_int(accept_one(&other), JOURNAL_BLOCKED, "by any offer");
	make_call(&other, 3, 2);
	is_int(accept_one(&other), JOURNAL_OK, "other numbers are not");
	j->op->close(j);
}

/* Reading. */

struct seen {
	unsigned	n, most;
	unsigned char	last[64];	/* id[15] in order */
};

static int
on_call(void *ctx, const struct call *c)
{
	struct seen *s = ctx;

	s->last[s->n++] = c->acc.id[15];
	return s->n == s->most;
}

static void
accept_at(unsigned n, int64_t wall, int is_ended)
{
	struct call c;

	make_call(&c, n, n);
	make_id(c.acc.id, wall - 60, n);	/* the page was read */
	c.accepted_at = wall;
	is_int(accept_one(&c), JOURNAL_OK, "call %u", n);
	if (!is_ended)
		return;
	end_call(&c);
	is_int(put_one(&c), JOURNAL_OK, "ends");
}

static void
test_walks(void)
{
	struct seen s;
	struct call c;

	open_new();
	accept_at(1, WALL - 3 * DAY, 1);
	accept_at(2, WALL - DAY - 1, 1);
	accept_at(3, WALL - DAY, 1);
	accept_at(4, WALL - 10, 0);
	accept_at(5, WALL - 5, 1);
	accept_at(6, WALL, 0);
	memset(&s, 0, sizeof(s));
	is_int(j->op->list(j, on_call, &s), JOURNAL_OK, "list");
	ok(s.n == 6 && s.last[0] == 6 && s.last[5] == 1, "newest first");
	memset(&s, 0, sizeof(s));
	s.most = 2;
	is_int(j->op->list(j, on_call, &s), JOURNAL_OK, "list");
	is_int(s.n, 2, "until it is enough");
	memset(&s, 0, sizeof(s));
	is_int(j->op->scan(j, WALL - DAY, on_call, &s), JOURNAL_OK, "scan");
	ok(s.n == 4 && s.last[0] == 3 && s.last[3] == 6, "of the last day");
	reopen();
	memset(&s, 0, sizeof(s));
	is_int(j->op->open_calls(j, on_call, &s), JOURNAL_OK, "open");
	ok(s.n == 2 && s.last[0] == 4 && s.last[1] == 6, "the open ones");
	make_call(&c, 9, 9);
	is_int(j->op->get(j, c.acc.id, &c), JOURNAL_NOT_FOUND, "no such call");
	make_id(c.acc.id, WALL - 60, 6);
	is_int(j->op->get(j, c.acc.id, &c), JOURNAL_OK, "a call by its id");
	is_str(c.acc.reference, "order 4711", "it is all there");
	j->op->close(j);
}

static void
test_high(void)
{
	struct call c;

	open_new();
	is_int(j->op->high(j), 0, "nothing yet");
	make_call(&c, 1, 1);
	is_int(accept_one(&c), JOURNAL_OK, "accepted");
	is_int(j->op->high(j), WALL, "the highest time");
	is_int(j->op->begin(j), JOURNAL_OK, "begin");
	is_int(j->op->commit(j, WALL - 500), JOURNAL_OK, "an earlier one");
	is_int(j->op->high(j), WALL, "does not lower it");
	reopen();
	is_int(j->op->high(j), WALL, "it is kept");
	j->op->close(j);
}

/* What is open is found, however far the clock has leapt meanwhile. */
static void
test_leap(void)
{
	static const struct { int64_t at; unsigned n; } leaps[] = {
		{ WALL + 5 * DAY, 1 }, { WALL + 6 * DAY, 1 },
		{ WALL + 20 * DAY, 1 }, { WALL + 20 * DAY + 3000, 1 },
		{ WALL + 20 * DAY + 6000, 1 }
	};
	struct seen s;
	size_t i;

	open_new();
	accept_at(1, WALL, 0);
	for (i = 0; i < sizeof(leaps) / sizeof(leaps[0]); i++) {
		is_int(j->op->begin(j), JOURNAL_OK, "begin");
		is_int(j->op->commit(j, leaps[i].at), JOURNAL_OK, "leaps");
		reopen();
		memset(&s, 0, sizeof(s));
		is_int(j->op->open_calls(j, on_call, &s), JOURNAL_OK, "open");
		is_int(s.n, leaps[i].n, "after leap %zu it is found", i);
	}
	for (i = 0; i <= 49; i++) {
		is_int(j->op->begin(j), JOURNAL_OK, "begin");
		is_int(j->op->commit(j, WALL + 20 * DAY + 6000 +
		    (int64_t)i * 3600), JOURNAL_OK, "an hour");
	}
	memset(&s, 0, sizeof(s));
	is_int(j->op->open_calls(j, on_call, &s), JOURNAL_OK, "open");
	is_int(s.n, 0, "two days later none can be open from before");
	j->op->close(j);
}

static void
sweep(int64_t wall, size_t budget)
{
	is_int(j->op->begin(j), JOURNAL_OK, "begin");
	is_int(j->op->sweep(j, wall, 90 * DAY, budget), JOURNAL_OK, "sweep");
	is_int(j->op->commit(j, wall), JOURNAL_OK, "commit");
}

static void
test_sweep(void)
{
	struct seen s;
	struct call c;
	unsigned i;

	open_new();
	for (i = 0; i < 10; i++)
		accept_at(i, WALL, i != 4);
	make_call(&c, 0, 0);
	revoke(ASK_BY_OFFER, &c, WALL);
	sweep(WALL + 8 * DAY, 100);
	is_int(look(&c).uses, 1, "the use is kept for a day");
	sweep(WALL + 8 * DAY + 1, 100);
	is_int(look(&c).uses, 0, "then forgotten");
	is_int(look(&c).is_revoked, 0, "and the revocation");
	make_call(&c, 4, 4);
	is_int(look(&c).uses, 1, "but not of an open call");
	memset(&s, 0, sizeof(s));
	is_int(j->op->list(j, on_call, &s), JOURNAL_OK, "list");
	is_int(s.n, 10, "calls are kept longer");
	sweep(WALL + 91 * DAY, 6);
	memset(&s, 0, sizeof(s));
	is_int(j->op->list(j, on_call, &s), JOURNAL_OK, "list");
	is_int(s.n, 5, "of six rows, one is open");
	sweep(WALL + 91 * DAY, 6);
	memset(&s, 0, sizeof(s));
	is_int(j->op->list(j, on_call, &s), JOURNAL_OK, "list");
	ok(s.n == 1 && s.last[0] == 4, "it goes on where it was");
	make_call(&c, 11, 11);
	is_int(accept_one(&c), JOURNAL_OK, "accepted");
	end_call(&c);
	c.ended_at = WALL - 200 * DAY;
	is_int(put_one(&c), JOURNAL_OK, "ends while the clock is set back");
	sweep(WALL + 89 * DAY, 100);
	is_int(j->op->get(j, c.acc.id, &c), JOURNAL_OK,
	    "it is kept from when it was accepted");
	j->op->close(j);
	open_new();
	for (i = 0; i < 200; i++)
		accept_at(i, WALL, 1);
	sweep(WALL + 91 * DAY, 1000);
	memset(&s, 0, sizeof(s));
	is_int(j->op->list(j, on_call, &s), JOURNAL_OK, "list");
	is_int(s.n, 0, "however many: all that was looked at");
	j->op->close(j);
}

/* A row that somebody has changed. */
static void
spoil(enum rows_table table, const unsigned char key[16])
{
	char why[256] = "";
	unsigned char row[RECORD_CALL_MAX];
	struct db_txn *txn;
	struct db_value v;
	struct db *db;

	j->op->close(j);
	db = db_open(dir, DB_WRITE_DIR, rows_tables, 16 << 20, why,
	    sizeof(why));
	if (db == NULL || db_begin(db, &txn, 1) != DB_OK ||
	    db_get(txn, (int)table, key, 16, &v) != DB_OK)
		abort();
	memcpy(row, v.data, v.len);
	row[2] ^= 1;
	if (db_put(txn, (int)table, key, 16, row, v.len) != DB_OK ||
	    db_commit(txn) != DB_OK)
		abort();
	db_close(db);
	j = journal_lmdb_open(dir, vault, 16 << 20, why, sizeof(why));
	ok(j != NULL, "opens with a damaged row (%s)", why);
}

static void
test_damage(void)
{
	struct seen s = { 0 };
	struct call c, d;

	open_new();
	make_call(&c, 1, 1);
	make_call(&d, 2, 2);
	is_int(accept_one(&c), JOURNAL_OK, "accepted");
	is_int(accept_one(&d), JOURNAL_OK, "accepted");
	spoil(ROWS_CALLS, c.acc.id);
	is_int(j->op->get(j, c.acc.id, &d), JOURNAL_DAMAGED, "get");
	is_int(j->op->open_calls(j, on_call, &s), JOURNAL_OK, "open");
	ok(s.n == 1 && s.last[0] == 2, "the others are read");
	c.is_blocked = 1;
	end_call(&c);
	is_int(put_one(&c), JOURNAL_OK, "it can be written over");
	is_int(j->op->is_blocked(j, c.acc.a_hash), JOURNAL_BLOCKED,
	    "and its 9 counts");
	is_int(look(&c).is_open, 0, "and frees its offer");
	make_call(&d, 3, 2);
	spoil(ROWS_USES, d.acc.offer);
	is_int(accept_one(&d), JOURNAL_DAMAGED, "no use on a damaged row");
	j->op->close(j);
}

static void
test_full(void)
{
	enum journal_result r = JOURNAL_OK;
	struct call c;
	unsigned i;

	open_sized(256 << 10);
	for (i = 0; r == JOURNAL_OK && i < 10000; i++) {
		make_call(&c, i, i);
		r = j->op->begin(j);
		if (r == JOURNAL_OK)
			r = j->op->accept(j, &c);
		if (r == JOURNAL_OK)
			r = j->op->commit(j, WALL);
		else
			j->op->abort(j);
	}
	is_int(r, JOURNAL_FULL, "full after %u", i);
	is_int(j->op->get(j, c.acc.id, &c), JOURNAL_NOT_FOUND,
	    "nothing is half recorded");
	make_call(&c, i - 1, i - 1);
	is_int(look(&c).uses, 0, "nor its use");
	j->op->close(j);
}

static void
test_size(void)
{
	struct call c;
	uint64_t used, max;
	unsigned i;

	open_new();
	is_int(j->op->begin(j), JOURNAL_OK, "begin");
	for (i = 0; i < 10000; i++) {
		make_call(&c, i, i);
		if (j->op->accept(j, &c) != JOURNAL_OK)
			break;
	}
	is_int(j->op->commit(j, WALL), JOURNAL_OK, "10,000 offers");
	is_int(j->op->usage(j, &used, &max), 0, "usage");
	ok(i == 10000 && used / i <= 500, "%llu bytes for each",
	    (unsigned long long)(used / (i > 0 ? i : 1)));
	j->op->close(j);
}

int
main(void)
{
	test_verdicts();
	test_attempts();
	test_batch();
	test_revoked();
	test_blocked();
	test_walks();
	test_high();
	test_leap();
	test_sweep();
	test_damage();
	test_full();
	test_size();
	vault_close(vault);
	return tap_done();
}
