/*
 * A journal that has reached its size: nothing new is taken, what goes on can
 * come to its end, and sweeping makes room without a restart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/vault.h"
#include "bridge-client/provider/provider.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	1790000000
#define DAY	86400
#define SIZE	(1 << 20)	/* the least that may be configured */
#define OPEN	40		/* calls that go on meanwhile */
#define MOST	20000

static struct journal *j;
static unsigned n_made;

static void
make_call(struct call *c)
{
	unsigned n = n_made++;
	struct acceptance a;
	const char *why;

	memset(&a, 0, sizeof(a));
	make_id(a.id, WALL, n);
	make_id(a.offer, WALL - DAY, n);
	a.uses = 1;
	a.not_after = WALL + DAY;
	snprintf(a.name, sizeof(a.name), "Alice Example");
	snprintf(a.account, sizeof(a.account), "acme");
	snprintf(a.offeror, sizeof(a.offeror), "alice@example.com");
	if (tel_parse(&a.a, "+442079460123", 13, &why) != 0 ||
	    tel_parse(&a.b, "+442079460124", 13, &why) != 0)
		abort();
	snprintf(a.caller, sizeof(a.caller), "+441632960000");
	a.max_s = 3600;
	call_init(c, &a);
	c->state = CALL_STARTING;
	c->since = c->accepted_at = WALL;
	c->leg[LEG_A].state = CALL_LEG_ASKED;
}

/* As the driver does it: a transaction that is lost is aborted. */
static enum journal_result
done(enum journal_result r, int64_t wall)
{
	if (r == JOURNAL_OK)
		return j->op->commit(j, wall);
	j->op->abort(j);
	return r;
}

static enum journal_result
accept_one(struct call *c)
{
	enum journal_result r = j->op->begin(j);

	return done(r == JOURNAL_OK ? j->op->accept(j, c) : r, WALL);
}

static enum journal_result
put_one(struct call *c, enum call_state state)
{
	enum journal_result r = j->op->begin(j);

	c->state = state;
	if (state == CALL_ENDED) {
		c->end = ASK_END_TALKED;
		c->ended_at = WALL;
	}
	return done(r == JOURNAL_OK ? j->op->put(j, c) : r, WALL);
}

static enum journal_result
sweep(int64_t wall)
{
	enum journal_result r = j->op->begin(j);

	return done(r == JOURNAL_OK ? j->op->sweep(j, wall, DAY, 4096) : r,
	    wall);
}

/* Acceptances until none is taken any more; calls end at once. */
static enum journal_result
fill(void)
{
	enum journal_result r = JOURNAL_OK;
	struct call c;
	int n;

	for (n = 0; n < MOST && r == JOURNAL_OK; n++) {
		make_call(&c);
		r = accept_one(&c);
		if (r == JOURNAL_OK && put_one(&c, CALL_ENDED) != JOURNAL_OK)
			return JOURNAL_BROKEN;
	}
	tap_note("%d calls", n);
	return r;
}

/* Each goes through all its states; how many records were refused. */
static int
go_on(struct call open[OPEN])
{
	enum call_state state;
	int i, n = 0;

	for (state = CALL_RINGING_A; state <= CALL_ENDED; state++)
		for (i = 0; i < OPEN; i++) {
			open[i].is_spent = state >= CALL_RINGING_B;
			n += put_one(&open[i], state) != JOURNAL_OK;
		}
	return n;
}

int
main(void)
{
	struct vault *vault;
	static struct call open[OPEN], c;
	char why[256] = "", dir[512];
	int i, n = 0;

	snprintf(dir, sizeof(dir), "%s/j", tap_dir());
	vault = vault_open(NULL, why, sizeof(why));
	j = journal_lmdb_open(dir, vault, SIZE, why, sizeof(why));
	if (!ok(j != NULL, "a small journal (%s)", why))
		return tap_done();
	for (i = 0; i < OPEN; i++) {
		make_call(&open[i]);
		n += accept_one(&open[i]) != JOURNAL_OK;
	}
	is_int(n, 0, "%d calls are open", OPEN);
	is_int(fill(), JOURNAL_FULL, "it fills up until nothing is taken");
	ok(strlen(j->op->error(j)) > 0, "it says why: %s", j->op->error(j));
	make_call(&c);
	is_int(accept_one(&c), JOURNAL_FULL, "nor the next");
	is_int(go_on(open), 0, "the open calls go on, and end");
	is_int(accept_one(&c), JOURNAL_FULL, "it is still full");
	n = 0;
	for (i = 0; i < 200; i++)
		n += sweep(WALL + 3 * DAY) != JOURNAL_OK;
	is_int(n, 0, "what is past keeping is swept");
	is_int(accept_one(&c), JOURNAL_OK, "then there is room again");
	is_int(put_one(&c, CALL_ENDED), JOURNAL_OK, "and that call ends");
	j->op->close(j);
	vault_close(vault);
	return tap_done();
}
