/* Jobs of threads: each is worked on once, then done once, on the loop. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/loop.h"

#include "bridge-client/net/crew.h"

#include "t/tap.h"

#define JOBS 5000

struct one {
	struct crew_job	 job;		/* first: it is cast */
	int		 n_worked, n_done, is_elsewhere;
};

static struct one one[JOBS];
static struct crew *crew;
static struct loop *loop;
static pthread_t me;
static int n_done, n_wrong, n_again;

static void
work(struct crew_job *job)
{
	struct one *o = (struct one *)job;

	o->n_worked++;
	o->is_elsewhere = !pthread_equal(pthread_self(), me);
}

static void
done(struct crew_job *job)
{
	struct one *o = (struct one *)job;

	o->n_done++;
	n_done++;
	n_wrong += o->n_worked != o->n_done || !o->is_elsewhere ||
	    !pthread_equal(pthread_self(), me);
	/* It may be given again, from within. */
	if (n_again > 0) {
		n_again--;
		crew_give(crew, job);
	}
}

static void
give(int n)
{
	int i;

	memset(one, 0, sizeof(one));
	n_done = n_wrong = 0;
	for (i = 0; i < n; i++) {
		one[i].job.work = work;
		one[i].job.done = done;
		crew_give(crew, &one[i].job);
	}
}

static int
n_left(int n)
{
	int i, left = 0;

	for (i = 0; i < n; i++)
		left += one[i].n_done == 0;
	return left;
}

static void
test(unsigned n_threads)
{
	static const int counts[] = { 1, 2, 15, 16, 17, JOBS };
	size_t i;

	crew = crew_new(loop, n_threads);
	if (!ok(crew != NULL, "%u threads", n_threads))
		return;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		give(counts[i]);
		while (n_done < counts[i] && loop_turn(loop, 5000) == 0)
			;
		is_int(n_wrong + n_left(counts[i]), 0, "%d jobs, each once",
		    counts[i]);
	}
	n_again = 100;
	give(100);
	crew_settle(crew);
	is_int(n_done, 200, "all that was given is done when it has settled");
	is_int(n_wrong, 0, "on the loop's own thread");
	crew_settle(crew);
	give(JOBS);
	crew_free(crew);
	is_int(n_done, JOBS, "and before it is freed");
	is_int(n_left(JOBS) + n_wrong, 0, "each once");
}

int
main(void)
{
	me = pthread_self();
	loop = loop_new();
	ok(crew_usual() >= 1 && crew_usual() <= CREW_MAX, "a usual number");
	test(1);
	test(3);
	test(CREW_MAX + 5);
	crew_free(NULL);
	loop_free(loop);
	return tap_done();
}
