/*
 * Durable acceptances: the journal's real transaction, 64 to a commit, beside
 * the same with a commit for each.
 *
 *	journal [ROUNDS [OFFERS]]
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>

#include "t/bench/sides.h"

#define KEEP_S		(8 * 86400)	/* until an ended call is forgotten */
#define LIVE		(320 * BATCH)	/* calls in so much time */

/* Calls that have ended come and go: as many as there are rooms for. */
static void
pass(struct side *s, size_t n)
{
	struct call c;
	size_t i;

	for (i = 0; i < n; i++) {
		if (i % BATCH == 0 && s->j->op->begin(s->j) != JOURNAL_OK)
			abort();
		make_call(s, &c);
		if (s->j->op->accept(s->j, &c) != JOURNAL_OK)
			abort();
		c.state = CALL_ENDED;
		c.ended_at = c.accepted_at + 30;
		c.leg[0].state = CALL_LEG_GONE;
		if (s->j->op->put(s->j, &c) != JOURNAL_OK)
			abort();
		if (i % BATCH == BATCH - 1 && (s->j->op->sweep(s->j,
		    s->wall_ms / 1000, KEEP_S, 4 * BATCH) != JOURNAL_OK ||
		    s->j->op->commit(s->j, s->wall_ms / 1000) != JOURNAL_OK))
			abort();
	}
}

static double
file_mb(const struct side *s)
{
	char path[600];
	struct stat st;

	snprintf(path, sizeof(path), "%s/data.mdb", s->dir);
	return stat(path, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

/* 0, or 1: the file goes on growing. */
static int
expiry(const char *base)
{
	struct side s = { .name = "expiry" };
	double before, after;

	open_side(&s, base, 0);
	s.step_ms = (int64_t)KEEP_S * 1000 / LIVE;
	s.wall_ms = clock_wall_ms() - 6 * (int64_t)KEEP_S * 1000;
	pass(&s, 2 * LIVE);
	before = file_mb(&s);
	pass(&s, 4 * LIVE);
	after = file_mb(&s);
	printf("bench journal-file-after-4-turnovers ours=%.1fMB "
	    "peer=before:%.1fMB ratio=%.3f goal=<=1.05\n", after, before,
	    after / before);
	close_side(&s);
	return after / before > 1.05;
}

int
main(int argc, char **argv)
{
	struct side many = { .name = "batch", .batch = BATCH };
	struct side one = { .name = "one", .batch = 1 };
	const char *base = getenv("B") != NULL ? getenv("B") : "build";
	size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 15;
	size_t n_offers = argc > 2 ? strtoul(argv[2], NULL, 10) : 200000;
	double ours, peer;
	uint64_t used, max;
	size_t i;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		rounds = 15;
	open_side(&many, base, n_offers);
	open_side(&one, base, n_offers);
	if (many.j->op->usage(many.j, &used, &max) != 0)
		abort();
	if (n_offers > 0)
		printf("bench journal-bytes-per-offer ours=%.0f "
		    "peer=ceiling:500 ratio=%.2f goal=<=1\n",
		    (double)used / (double)n_offers,
		    (double)used / (double)n_offers / 500);
	for (i = 0; i < rounds; i++) {
		run_round(&many, i);
		run_round(&one, i);
	}
	ours = median(many.rate, rounds);
	peer = median(one.rate, rounds);
	printf("bench journal-acceptances-per-second ours=%.0f "
	    "peer=commit-each:%.0f ratio=%.1f goal=>=8\n", ours, peer,
	    ours / peer);
	printf("bench journal-cpu-us-per-acceptance ours=%.1f "
	    "peer=commit-each:%.1f ratio=%.2f\n", many.cpu_s * 1e6 /
	    (double)many.n, one.cpu_s * 1e6 / (double)one.n,
	    many.cpu_s / (double)many.n / (one.cpu_s / (double)one.n));
	close_side(&many);
	close_side(&one);
	return expiry(base) != 0 || ours / peer < 8;
}
