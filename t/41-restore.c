/*
 * A journal that a wrong clock has led into the future is brought back: until
 * then nothing is accepted, and afterwards no offer of before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/restore.h"
#include "bridge-client/journal/vault.h"

#include "t/names.h"
#include "t/tap.h"

#define WALL	INT64_C(1790000000)
#define DAY	INT64_C(86400)
#define FAR	(WALL + 3650 * DAY)

static char dir[512], keys[512];
static struct vault *vault;
static struct journal *j;

static void
open_journal(void)
{
	char why[600] = "";

	j = journal_lmdb_open(dir, vault, 16 << 20, why, sizeof(why));
	if (!ok(j != NULL, "the journal (%s)", why))
		exit(1);
}

static enum journal_result
accept_at(unsigned n, int64_t minted, int64_t wall)
{
	struct acceptance a;
	struct call c;
	enum journal_result r;

	memset(&a, 0, sizeof(a));
	make_id(a.id, wall, n);
	make_id(a.offer, minted, n);
	a.uses = 1;
	a.not_after = wall + DAY;
	set_tel(&a.a, "+442079460123");
	set_tel(&a.b, "+442079460999");
	call_init(&c, &a);
	c.state = CALL_STARTING;
	c.accepted_at = c.since = wall;
	if (j->op->begin(j) != JOURNAL_OK)
		return JOURNAL_BROKEN;
	r = j->op->accept(j, &c);
	if (r == JOURNAL_OK) {
		c.state = CALL_ENDED;
		c.ended_at = c.since = wall;
		r = j->op->put(j, &c);
	}
	return j->op->commit(j, wall) == JOURNAL_OK ? r : JOURNAL_BROKEN;
}

static int
restore(int64_t wall, struct restore_done *out)
{
	const struct restore_place at = { dir, 16 << 20, vault };
	char why[600] = "";

	return restore_journal(&at, wall, out, why, sizeof(why));
}

int
main(void)
{
	struct restore_done done;
	char why[600] = "";

	snprintf(dir, sizeof(dir), "%s/j", tap_dir());
	snprintf(keys, sizeof(keys), "%s/k", tap_dir());
	vault = vault_open(keys, why, sizeof(why));
	if (!ok(vault != NULL, "the keys (%s)", why))
		return 1;
	open_journal();
	is_int(accept_at(1, WALL - DAY, WALL), JOURNAL_OK, "accepted");
	j->op->close(j);
	is_int(restore(WALL + 5, &done), 1, "its time is ours: nothing to do");
	is_int(restore(WALL - 60, &done), 1, "nor for a minute");
	open_journal();
	is_int(accept_at(2, FAR - DAY, FAR), JOURNAL_OK,
	    "accepted by a clock that is wrong");
	j->op->close(j);
	open_journal();
	is_int(j->op->high(j), FAR, "which is remembered");
	j->op->close(j);
	is_int(restore(WALL + 100, &done), 0, "brought back");
	ok(done.before == WALL + 400, "with no offer of before");
	is_int(restore(WALL + 100, &done), 1, "once");
	open_journal();
	is_int(j->op->high(j), WALL + 100, "and it goes on from there");
	is_int(accept_at(3, WALL, WALL + 200), JOURNAL_REVOKED,
	    "what was used may be forgotten: refused");
	is_int(accept_at(4, WALL + 500, WALL + 600), JOURNAL_OK,
	    "a newer one is good");
	j->op->close(j);
	open_journal();
	is_int(j->op->high(j), WALL + 600, "a start, and it stays so");
	j->op->close(j);
	vault_close(vault);
	return tap_done();
}
