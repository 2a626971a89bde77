/*
 * What must be in the journal: a second, plain ledger is kept beside it, and
 * every verdict and every row is held against that.  A transaction is a copy,
 * a commit an assignment.
 */
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/journal/vault.h"

#include "t/sim/sim.h"

#define HIGH_STEP_S	10	/* the high water is known so exactly */

struct ledger ledger;
static struct ledger txn;	/* as it would be */
static struct ledger doubt;	/* as it is if a doubtful commit was done */
static struct vault *vault;	/* it outlives the bridge */
static struct journal *real;
static struct journal shim;

void
ledger_reset(void)
{
	char why[256];

	memset(&ledger, 0, sizeof(ledger));
	vault_close(vault);
	vault = vault_open(NULL, why, sizeof(why));
}

const struct ledger_call *
ledger_of(const struct sim_call *c)
{
	return &ledger.call[world_index(c)];
}

static int
is_lost(enum journal_result r)
{
	return r == JOURNAL_FULL || r == JOURNAL_BROKEN;
}

/* Transactions. */

static enum journal_result
my_begin(struct journal *j)
{
	(void)j;
	txn = ledger;
	return bridge_is_up() ? real->op->begin(real) : JOURNAL_BROKEN;
}

static void
my_abort(struct journal *j)
{
	(void)j;
	real->op->abort(real);
}

/* Of the money. */
static void
check_pay(struct sim_call *c, const struct ledger_call *was,
    const struct ledger_call *now)
{
	if (now->pay != was->pay)
		counts.pays[now->pay]++;
	if (was->pay >= CALL_PAY_TAKEN && now->pay != was->pay)
		world_wrong(c, "a hold is resolved twice");
	if (now->pay == CALL_PAY_TAKEN && now->cost > now->hold)
		world_wrong(c, "more is taken than was held");
	if (now->cost != 0 && (!c->phone[0].has_agreed ||
	    !c->phone[1].has_agreed))
		world_wrong(c, "nobody has talked, and it costs");
	if (now->state == CALL_ENDED && c->acc.fare.payer[0] != '\0' &&
	    now->pay < CALL_PAY_TAKEN)
		world_wrong(c, "ended, and its hold is not resolved");
}

struct books {
	int64_t	debits[2], credits[2], held[2];	/* EUR, JPY */
	struct ledger_purse purse[SIM_PURSES];
};

static int
add_account(void *ctx, const struct ledger_account *a)
{
	struct books *b = ctx;
	int currency = strcmp(a->currency, "EUR") != 0, i;

	b->debits[currency] += a->debits;
	b->credits[currency] += a->credits;
	b->held[currency] += a->debits_held - a->credits_held;
	if (strncmp(a->name, "customer:p", 10) == 0) {
		i = a->name[10] - '0';
		b->purse[i].paid_in = a->credits;
		b->purse[i].spent = a->debits;
		b->purse[i].held = a->debits_held;
	}
	return 0;
}

/* The books, as this commit has left them. */
static void
check_books(void)
{
	struct books b;
	int i;

	memset(&b, 0, sizeof(b));
	if (real->op->accounts(real, add_account, &b) != JOURNAL_OK)
		return;		/* the disk fails */
	for (i = 0; i < 2; i++)
		if (b.debits[i] != b.credits[i] || b.held[i] != 0)
			world_wrong(NULL, "debits are not credits");
	if (memcmp(b.purse, ledger.purse, sizeof(b.purse)) != 0)
		world_wrong(NULL, "an account has not what it must have");
	for (i = 0; i < SIM_PURSES; i++)
		if (b.purse[i].paid_in - b.purse[i].spent - b.purse[i].held <
		    SIM_FLOOR)
			world_wrong(NULL, "an account is below its floor");
}

/* What a commit has changed, and what must be true of it. */
static void
check_call(struct sim_call *c, const struct ledger_call *was,
    const struct ledger_call *now)
{
	if (now->is_spent && !was->is_spent && !c->phone[LEG_A].has_agreed)
		world_wrong(c, "a use is spent without A's key 1");
	if (was->is_spent && !now->is_spent)
		world_wrong(c, "a spent use is given back");
	check_pay(c, was, now);
	if (now->state != was->state)
		counts.states[now->state]++;
	if (now->state != CALL_ENDED || was->state == CALL_ENDED)
		return;
	counts.ends[now->end]++;
	if (now->end == ASK_END_NONE)
		world_wrong(c, "ended without an end");
	if (truth_is_there(&c->phone[0]) || truth_is_there(&c->phone[1]))
		world_wrong(c, "ended while a leg is there");
	if (c->phone[0].n_on_its_way + c->phone[1].n_on_its_way > 0)
		world_wrong(c, "ended while a leg may yet appear");
}

static void
check_commit(const struct ledger *was)
{
	struct sim_call *c;
	size_t i;

	for (i = 0; i < world.n_calls; i++) {
		c = &world.call[i];
		check_call(c, &was->call[i], &ledger.call[i]);
		if (!ledger.call[i].is_in || c->is_checked)
			continue;
		c->is_checked = 1;
		counts.calls++;
		world_check(c, SIM_CHECK_END, 0);
		world_check(c, SIM_CHECK_ENDED, 0);
	}
}

static enum journal_result
my_commit(struct journal *j, int64_t wall)
{
	struct ledger was = ledger;
	int n_doubts = disk.n_doubts;
	enum journal_result r;

	(void)j;
	if (bridge_dies()) {
		real->op->abort(real);
		return JOURNAL_BROKEN;
	}
	if (wall > txn.high)
		txn.high = wall;
	r = real->op->commit(real, wall);
	sim_log("commit: %s", r == JOURNAL_OK ? "ok" : r == JOURNAL_FULL ?
	    "full" : "broken");
	counts.commits++;
	if (r == JOURNAL_OK) {
		ledger = txn;
		check_commit(&was);
		check_books();
	} else if (disk.n_doubts != n_doubts) {
		doubt = txn;
	}
	(void)bridge_dies();
	return r;
}

void
ledger_crash(void)
{
	struct ledger was = ledger;

	disk_crash();
	if (!disk.was_done)
		return;
	counts.doubts++;
	ledger = doubt;
	check_commit(&was);
}

/* Inside of one. */

static int
is_prepaid(const struct sim_call *c)
{
	return strcmp(c->acc.fare.payer, CALL_PREPAID) == 0;
}

static struct ledger_purse *
purse_of(const struct sim_call *c)
{
	return &txn.purse[c->acc.account[1] - '0'];
}

static int64_t
left(const struct sim_call *c)
{
	const struct ledger_purse *p = purse_of(c);

	return p->paid_in - p->spent - p->held;
}

/* What has become of its money, as the record says. */
static void
move_money(const struct sim_call *c, const struct ledger_call *was,
    const struct call *now)
{
	if (!is_prepaid(c) || now->pay == was->pay)
		return;
	if (now->pay == CALL_PAY_HELD)
		purse_of(c)->held += c->acc.fare.hold;
	if (now->pay != CALL_PAY_TAKEN && now->pay != CALL_PAY_FREE)
		return;
	purse_of(c)->held -= was->pay == CALL_PAY_HELD ? was->hold : 0;
	if (now->pay == CALL_PAY_TAKEN)
		purse_of(c)->spent += now->cost;
}

/* In the order in which the journal asks. */
static enum journal_result
verdict(const struct sim_call *c)
{
	const struct sim_offer *o = c->offer;
	const struct ledger_offer *l = &txn.offer[o - world.offer];

	if (txn.call[world_index(c)].is_in)
		return JOURNAL_SAME;
	if (l->is_revoked ||
	    token_offer_ms(o->id) / 1000 < txn.revoked_at[o->sender])
		return JOURNAL_REVOKED;
	if (txn.is_blocked[c->person])
		return JOURNAL_BLOCKED;
	if (l->spent >= o->uses)
		return JOURNAL_USED_UP;
	if (l->n_open > 0)
		return JOURNAL_IN_CALL;
	if (c->acc.is_bound && l->bound != 0 && l->bound != c->person + 1)
		return JOURNAL_BOUND;
	if (o->attempts_max != 0 && l->attempts >= o->attempts_max)
		return JOURNAL_TOO_MANY;
	return is_prepaid(c) && left(c) - c->acc.fare.hold <
	    c->acc.fare.floor ? JOURNAL_UNPAID : JOURNAL_OK;
}

static enum journal_result
my_accept(struct journal *j, const struct call *call)
{
	struct sim_call *c = world_call(call->acc.id);
	struct ledger_offer *l = &txn.offer[c->offer - world.offer];
	enum journal_result want = verdict(c), r;

	(void)j;
	r = real->op->accept(real, call);
	if (is_lost(r))
		return r;
	if (r != want) {
		sim_log("verdict %d, should be %d", r, want);
		world_wrong(c, "an acceptance is judged wrongly");
	}
	if (r != JOURNAL_OK)
		return r;
	l->n_open++;
	l->attempts++;
	move_money(c, &txn.call[world_index(c)], call);
	txn.call[world_index(c)] = (struct ledger_call){ .is_in = 1,
	    .state = call->state, .pay = call->pay, .hold = c->acc.fare.hold,
	    .leg = { call->leg[0].state, call->leg[1].state } };
	return r;
}

/* More is to be held in advance, or what there is: may it be, and is it? */
static enum journal_result
raise_hold(const struct sim_call *c, struct ledger_call *l,
    const struct call *call, int64_t asked)
{
	int64_t more = asked - l->hold, spare = left(c) - c->acc.fare.floor;
	uint32_t s = c->acc.max_s;

	if (!is_prepaid(c)) {
		l->raise = call->raise;
		if (call->hold > l->hold)
			l->hold = call->hold;
		return JOURNAL_OK;
	}
	if (more <= 0 || call->pay != CALL_PAY_HELD)
		return JOURNAL_OK;
	if (more > spare) {
		while (s > 0 && call_cost(&c->acc.fare, s) > l->hold + spare)
			s--;
		more = call_cost(&c->acc.fare, s) - l->hold;
		counts.raises[more > 0 ? SIM_RAISED_PARTLY : SIM_UNRAISED]++;
	} else {
		counts.raises[SIM_RAISED]++;
	}
	if (more <= 0)
		return JOURNAL_UNPAID;
	l->hold += more;
	purse_of(c)->held += more;
	return call->raise == l->hold ? JOURNAL_OK : JOURNAL_BROKEN;
}

/* The offer is: who pays is nobody else's business. */
static int
is_free(int state)
{
	return state == CALL_ENDED || state == CALL_SETTLING;
}

static enum journal_result
my_put(struct journal *j, struct call *call)
{
	struct sim_call *c = world_call(call->acc.id);
	struct ledger_call *l = &txn.call[world_index(c)];
	struct ledger_offer *o = &txn.offer[c->offer - world.offer];
	enum journal_result r, want;
	int64_t asked = call->raise;

	(void)j;
	r = real->op->put(real, call);
	if (is_lost(r))
		return r;
	want = raise_hold(c, l, call, asked);
	if (l->is_in && r != want && (r == JOURNAL_OK || r == JOURNAL_UNPAID))
		world_wrong(c, "more is held wrongly");
	if ((r != JOURNAL_OK && r != JOURNAL_UNPAID) || !l->is_in) {
		world_wrong(c, "a record that nobody has accepted");
		return r;
	}
	if (call->is_spent && !l->is_spent && o->spent++ == 0)
		o->bound = c->person + 1;
	if (is_free(call->state) && !is_free(l->state))
		o->n_open--;
	move_money(c, l, call);
	money_check_price(c, call);
	if (call->since > txn.since)
		txn.since = call->since;
	if (call->is_blocked)
		txn.is_blocked[c->person] = 1;
	*l = (struct ledger_call){ .is_in = 1, .state = call->state,
	    .end = call->end, .is_spent = call->is_spent,
	    .is_blocked = call->is_blocked, .pay = call->pay,
	    .cost = call->cost, .hold = l->hold, .raise = l->raise, .leg = { call->leg[0].state,
	    call->leg[1].state } };
	return r;
}

static enum journal_result
my_revoke(struct journal *j, const struct journal_revocation *rev)
{
	enum journal_result r = real->op->revoke(real, rev);
	size_t i;
	int s;

	(void)j;
	if (r != JOURNAL_OK)
		return r;
	for (i = 0; i < world.n_offers; i++)
		txn.offer[i].is_revoked |= rev->id != NULL &&
		    memcmp(rev->id, rev->by == ASK_BY_OFFER ?
		    world.offer[i].id : world.offer[i].tag, 16) == 0;
	if (rev->by == ASK_BY_SENDER) {
		s = rev->sender[0] - 'a';
		if (rev->at > txn.revoked_at[s])
			txn.revoked_at[s] = rev->at;
	}
	return r;
}

static enum journal_result
my_sweep(struct journal *j, int64_t wall, int64_t keep_s, size_t budget)
{
	(void)j;
	return real->op->sweep(real, wall, keep_s, budget);
}

/* As the administrator would: a transaction of its own. */
int
ledger_topup(const struct journal_post *p, int purse, unsigned number)
{
	enum journal_result r = my_begin(&shim);

	if (r != JOURNAL_OK)
		return 0;
	r = real->op->post(real, p);
	if (r == JOURNAL_OK && number < txn.topped)
		world_wrong(NULL, "a top-up counts twice");
	if (r == JOURNAL_OK) {
		txn.purse[purse].paid_in += p->amount;
		txn.topped = number + 1;
	}
	if (r != JOURNAL_OK) {
		my_abort(&shim);
		return r == JOURNAL_SAME;
	}
	return my_commit(&shim, world_wall()) == JOURNAL_OK;
}

/* Outside of one. */

static enum journal_result
my_tidy(struct journal *j, int64_t wall, int64_t keep_s, size_t budget)
{
	(void)j;
	return real->op->tidy(real, wall, keep_s, budget);
}

static enum journal_result
my_get(struct journal *j, const unsigned char id[16], struct call *out)
{
	(void)j;
	return real->op->get(real, id, out);
}

struct opened {
	journal_call_fn	*fn;
	void		*ctx;
	int		 is_seen[SIM_CALLS];
};

static void
check_row(struct sim_call *c, const struct call *row)
{
	const struct ledger_call *l = ledger_of(c);

	if (!l->is_in || row->state != l->state || row->end != l->end ||
	    row->is_spent != l->is_spent ||
	    row->is_blocked != l->is_blocked ||
	    (row->acc.fare.payer[0] != '\0' && (row->pay != l->pay ||
	    row->cost != l->cost || row->hold != l->hold ||
	    row->raise != l->raise)) ||
	    row->leg[0].state != l->leg[0] || row->leg[1].state != l->leg[1])
		world_wrong(c, "the journal is not what was committed");
}

static int
opens(void *ctx, const struct call *row)
{
	struct opened *o = ctx;
	struct sim_call *c = world_call(row->acc.id);

	o->is_seen[world_index(c)] = 1;
	if (strcmp(row->acc.fare.payer, c->acc.fare.payer) != 0 ||
	    row->acc.fare.step_s != c->acc.fare.step_s)
		world_wrong(c, "who pays for an open call is forgotten");
	check_row(c, row);
	return o->fn(o->ctx, row);
}

static enum journal_result
my_open_calls(struct journal *j, journal_call_fn *fn, void *ctx)
{
	struct opened o = { .fn = fn, .ctx = ctx };
	enum journal_result r = real->op->open_calls(real, opens, &o);
	size_t i;

	(void)j;
	for (i = 0; i < world.n_calls && r == JOURNAL_OK; i++)
		if (ledger.call[i].is_in &&
		    (ledger.call[i].state != CALL_ENDED) != o.is_seen[i])
			world_wrong(&world.call[i], "an open call is not "
			    "found after a start");
	return r;
}

static int64_t
my_high(const struct journal *j)
{
	int64_t high = real->op->high(real);

	(void)j;
	if (high >= ledger.high - HIGH_STEP_S &&
	    (high <= ledger.high || high <= ledger.since))
		return high;
	sim_log("the high water is %+d s, should be %+d s",
	    (int)(high - SIM_WALL), (int)(ledger.high - SIM_WALL));
	world_wrong(NULL, "the high water is wrong");
	return high;
}

static int
my_usage(struct journal *j, uint64_t *used, uint64_t *max)
{
	(void)j;
	return real->op->usage(real, used, max);
}

static const char *
my_error(const struct journal *j)
{
	(void)j;
	return real->op->error(real);
}

static const struct journal_ops ops = {
	.error = my_error, .begin = my_begin, .commit = my_commit,
	.abort = my_abort, .accept = my_accept, .put = my_put,
	.revoke = my_revoke, .sweep = my_sweep, .tidy = my_tidy,
	.get = my_get,
	.open_calls = my_open_calls, .high = my_high, .usage = my_usage
};

struct journal *
ledger_open(void)
{
	struct journal_notice notice;
	char why[256];

	real = journal_lmdb_open(disk.dir, vault, 8 << 20, why, sizeof(why));
	if (real == NULL)
		sim_log("the journal does not open: %s", why);
	if (real != NULL)		/* from now on it makes notices */
		(void)real->op->notice_due(real, 0, &notice);
	shim.op = &ops;
	return real != NULL ? &shim : NULL;
}

void
ledger_close(void)
{
	if (real != NULL)
		real->op->close(real);
	real = NULL;
}

/* The end. */

static void
audit_offer(size_t i)
{
	const struct sim_offer *o = &world.offer[i];
	const struct ledger_offer *l = &ledger.offer[i];
	char sender[2] = { (char)('a' + o->sender), '\0' };
	struct journal_key key = { o->id, o->tag, sender };
	struct journal_offer row;

	if (real->op->look(real, &key, &row) != JOURNAL_OK)
		world_wrong(NULL, "an offer cannot be read");
	if (row.uses == 0 && ledger.high > o->not_after + 86400)
		return;		/* forgotten, as it may be by then */
	if (l->attempts > 0 && (row.spent != l->spent ||
	    row.attempts != l->attempts))
		world_wrong(NULL, "the ledger of uses is wrong");
	if (row.is_open || l->n_open > 0)
		world_wrong(NULL, "a use is held for ever");
	if (row.spent > o->uses)
		world_wrong(NULL, "more uses are spent than there were");
}

void
ledger_audit(void)
{
	struct sim_call *c;
	struct call row;
	size_t i;

	for (i = 0; i < world.n_calls; i++) {
		c = &world.call[i];
		if (real->op->get(real, c->acc.id, &row) == JOURNAL_OK)
			check_row(c, &row);
		else if (ledger.call[i].is_in &&
		    (ledger.call[i].state != CALL_ENDED ||
		    ledger.high < token_offer_ms(c->acc.id) / 1000 +
		    SIM_KEEP_S))
			world_wrong(c, "a call is lost");
	}
	for (i = 0; i < world.n_offers; i++)
		audit_offer(i);
}
