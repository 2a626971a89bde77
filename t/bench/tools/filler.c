/*
 * A journal of the past: calls that were accepted, one each so many seconds
 * until now, and have ended; written by the bridge's own rooms.
 *
 *	filler journal keys count seconds
 *
 * Prints how many bytes all tables take.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/secret.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/vault.h"

#include "t/bench/ages.h"

#define BATCH	4096

static _Noreturn void
die(const char *why)
{
	fprintf(stderr, "filler: %s\n", why);
	exit(1);
}

/* What is the same of all. */
static void
usual_call(struct call *c)
{
	struct acceptance *a = &c->acc;
	const char *why = "";

	memset(c, 0, sizeof(*c));
	a->uses = 1;
	snprintf(a->name, sizeof(a->name), "Alice Example");
	snprintf(a->account, sizeof(a->account), "sales");
	snprintf(a->offeror, sizeof(a->offeror), "alice@example.com");
	snprintf(a->recipient, sizeof(a->recipient),
	    "bob.builder@example.org");
	snprintf(a->caller, sizeof(a->caller), "+442079460100");
	snprintf(a->a_lang, sizeof(a->a_lang), "en");
	snprintf(a->b_lang, sizeof(a->b_lang), "en");
	if (tel_parse(&a->a, "+447400123456", 13, &why) != 0 ||
	    tel_parse(&a->b, "+442079460123", 13, &why) != 0)
		die(why);
	a->ring_s = 30;
	a->confirm_s = 10;
	a->max_s = 3600;
	snprintf(c->provider, sizeof(c->provider), "pbx");
}

static void
accept_at(struct journal *j, struct call *c, int64_t wall_ms)
{
	struct acceptance *a = &c->acc;

	token_uuid_new(a->id, wall_ms - 20000);
	token_uuid_new(a->offer, wall_ms - ages_ms());
	memcpy(a->tag, a->offer, sizeof(a->tag));
	/* random to its first byte, as a hash is: an id begins with its time */
	memcpy(a->a_hash, a->id + 8, 8);
	memcpy(a->a_hash + 8, a->id + 8, 8);
	a->not_after = wall_ms / 1000 + AGES_WEEK_S;
	c->accepted_at = c->since = wall_ms / 1000;
	c->leg[0].asked_at = c->accepted_at;
	c->ended_at = 0;
	c->state = CALL_STARTING;
	c->end = ASK_END_NONE;
	c->leg[0].state = CALL_LEG_ASKED;
	if (j->op->accept(j, c) != JOURNAL_OK)
		die(j->op->error(j));
	c->state = CALL_ENDED;
	c->end = ASK_END_A_NO_ANSWER;
	c->ended_at = c->since = c->accepted_at + 30;
	c->leg[0].state = CALL_LEG_GONE;
	if (j->op->put(j, c) != JOURNAL_OK)
		die(j->op->error(j));
}

int
main(int argc, char **argv)
{
	uint64_t used, max;
	struct journal *j;
	struct vault *v;
	struct call c;
	char why[256] = "";
	int64_t now_ms = clock_wall_ms(), step_ms, at_ms = 0;
	int64_t n, i;

	if (argc != 5 || secret_init() != 0) {
		fprintf(stderr, "usage: filler journal keys count seconds\n");
		return 64;
	}
	n = strtol(argv[3], NULL, 10);
	step_ms = (int64_t)(strtod(argv[4], NULL) * 1000);
	v = vault_open(argv[2], why, sizeof(why));
	j = v == NULL ? NULL : journal_lmdb_open(argv[1], v, 0, why,
	    sizeof(why));
	if (j == NULL)
		die(why);
	usual_call(&c);
	for (i = 0; i < n; i++) {
		if (i % BATCH == 0 && j->op->begin(j) != JOURNAL_OK)
			die(j->op->error(j));
		at_ms = now_ms - (n - i) * step_ms;
		accept_at(j, &c, at_ms);
		if ((i % BATCH == BATCH - 1 || i == n - 1) &&
		    j->op->commit(j, at_ms / 1000) != JOURNAL_OK)
			die(j->op->error(j));
	}
	if (j->op->usage(j, &used, &max) != 0)
		die(j->op->error(j));
	printf("bytes=%" PRIu64 "\n", used);
	j->op->close(j);
	vault_close(v);
	return 0;
}
