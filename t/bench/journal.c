/*
 * Durable acceptances: the journal's real transaction, 64 to a commit, beside
 * the same with a commit for each.  Offers are accepted at a realistic age:
 * over a lifetime of a week, most of them within hours.  Interleaved rounds on
 * one disk, below the build; the ratio is of the medians.
 *
 *	journal [ROUNDS [OFFERS]]
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/journal_lmdb.h"
#include "bridge-client/journal/vault.h"

#define BATCH		64
#define ROUND_MS	300	/* of each side */
#define ROUNDS_MAX	200
#define LIFE_S		(7 * 86400)
#define RATE		10	/* acceptances a second, of the world */
#define KEEP_S		(8 * 86400)	/* until an ended call is forgotten */
#define LIVE		(320 * BATCH)	/* calls in so much time */

struct side {
	const char	*name;
	size_t		 batch;
	struct journal	*j;
	char		 dir[512];
	int64_t		 wall_ms;	/* its own time */
	int64_t		 step_ms;	/* between two acceptances */
	uint64_t	 n;
	double		 cpu_s;
	double		 rate[ROUNDS_MAX];
};

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

/* Half within the hour, half of the others within two, and so on. */
static int64_t
age_ms(void)
{
	long span_s = 3600;

	while (span_s < LIFE_S && (random() & 1))
		span_s *= 2;
	return random() % (span_s < LIFE_S ? span_s : LIFE_S) * 1000 +
	    random() % 1000;
}

static void
make_call(struct side *s, struct call *c)
{
	static const char *why;
	struct acceptance *a = &c->acc;

	s->wall_ms += s->step_ms;
	memset(c, 0, sizeof(*c));
	token_uuid_new(a->id, s->wall_ms - 20000);
	token_uuid_new(a->offer, s->wall_ms - age_ms());
	a->uses = 1;
	a->not_after = s->wall_ms / 1000 + LIFE_S;
	snprintf(a->name, sizeof(a->name), "Jane Doe, Example Ltd");
	snprintf(a->account, sizeof(a->account), "example");
	snprintf(a->offeror, sizeof(a->offeror), "jane.doe@example.com");
	snprintf(a->recipient, sizeof(a->recipient), "someone@example.net");
	snprintf(a->reference, sizeof(a->reference), "order 4711");
	snprintf(a->caller, sizeof(a->caller), "+441632960000");
	if (tel_parse(&a->a, "+442079460123", 13, &why) != 0 ||
	    tel_parse(&a->b, "+442079460999", 13, &why) != 0)
		abort();
	memcpy(a->a_hash, a->id, sizeof(a->a_hash));
	memcpy(a->tag, a->offer, sizeof(a->tag));
	a->ring_s = 25;
	a->confirm_s = 10;
	a->max_s = 3600;
	c->state = CALL_STARTING;
	c->accepted_at = c->since = s->wall_ms / 1000;
	c->leg[0].state = CALL_LEG_ASKED;
	c->leg[0].asked_at = c->since;
	snprintf(c->provider, sizeof(c->provider), "asterisk");
}

static void
one_commit(struct side *s, size_t batch)
{
	struct call c;
	size_t i;

	if (s->j->op->begin(s->j) != JOURNAL_OK)
		abort();
	for (i = 0; i < batch; i++) {
		make_call(s, &c);
		if (s->j->op->accept(s->j, &c) != JOURNAL_OK)
			abort();
	}
	if (s->j->op->commit(s->j, s->wall_ms / 1000) != JOURNAL_OK)
		abort();
}

static void
open_side(struct side *s, const char *base, size_t n_offers)
{
	char why[256] = "";
	size_t i;

	snprintf(s->dir, sizeof(s->dir), "%s/bench-journal-%ld-%zu", base,
	    (long)getpid(), s->batch);
	s->j = journal_lmdb_open(s->dir, vault_open(NULL, why, sizeof(why)), 0,
	    why, sizeof(why));
	if (s->j == NULL) {
		fprintf(stderr, "bench: %s\n", why);
		exit(1);
	}
	s->step_ms = 1000 / RATE;
	s->wall_ms = clock_wall_ms() - (int64_t)n_offers * s->step_ms;
	for (i = 0; i < n_offers; i += 1024)
		one_commit(s, 1024);
}

static void
close_side(struct side *s)
{
	static const char *const files[] = { "data.mdb", "lock.mdb" };
	char path[600];
	size_t i;

	s->j->op->close(s->j);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", s->dir, files[i]);
		unlink(path);
	}
	rmdir(s->dir);
}

static void
run_round(struct side *s, size_t round)
{
	int64_t start_us = clock_mono_us(), now_us = start_us;
	double cpu = cpu_s();
	uint64_t n = 0;

	while (now_us - start_us < ROUND_MS * 1000) {
		one_commit(s, s->batch);
		n += s->batch;
		now_us = clock_mono_us();
	}
	s->cpu_s += cpu_s() - cpu;
	s->n += n;
	s->rate[round] = (double)n * 1e6 / (double)(now_us - start_us);
}

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
	struct side s = { .name = "expiry", .batch = 2 };
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
