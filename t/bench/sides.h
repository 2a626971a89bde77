#ifndef T_BENCH_SIDES_H
#define T_BENCH_SIDES_H

/*
 * Two journals side by side on one disk, below the build, and acceptances into
 * them: of offers of a realistic age, over a lifetime of a week, most of them
 * within hours.  Rounds are interleaved, and compared by their medians.
 */

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

#include "t/bench/ages.h"

#define BATCH		64
#define ROUND_MS	300	/* of each side */
#define ROUNDS_MAX	200
#define LIFE_S		AGES_WEEK_S
#define RATE		10	/* acceptances a second, of the world */

struct side {
	const char	*name;
	size_t		 batch;
	void		(*more)(struct call *);	/* what its calls have more */
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

static void
make_call(struct side *s, struct call *c)
{
	static const char *why;
	struct acceptance *a = &c->acc;

	s->wall_ms += s->step_ms;
	memset(c, 0, sizeof(*c));
	token_uuid_new(a->id, s->wall_ms - 20000);
	token_uuid_new(a->offer, s->wall_ms - ages_ms());
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
	if (s->more != NULL)
		s->more(c);
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

	snprintf(s->dir, sizeof(s->dir), "%s/bench-%ld-%s", base,
	    (long)getpid(), s->name);
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

#endif
