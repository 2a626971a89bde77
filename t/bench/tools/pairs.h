#ifndef T_BENCH_TOOLS_PAIRS_H
#define T_BENCH_TOOLS_PAIRS_H

/*
 * Interleaved rounds of two sides, for benches in C: medians, and the 95 %
 * interval of the median of what the pairs say, by order statistics.  The
 * same as in pairs.py.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAIRS_MAX 101

static inline double
pairs_cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline int
pairs_by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double
pairs_median(const double *v, size_t n)
{
	double sorted[PAIRS_MAX];

	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), pairs_by_value);
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

/* The rank, from 1, of the interval's lower end; the upper is its mirror. */
static inline size_t
pairs_rank(size_t n)
{
	double p = pow(0.5, (double)n), tail = 0;
	size_t k;

	for (k = 0; k < n / 2; k++) {
		tail += p;
		if (2 * tail > 0.05)
			break;
		p *= (double)(n - k) / (double)(k + 1);
	}
	return k > 0 ? k : 1;
}

struct pairs_line {
	const char	*name;
	const char	*peer;
	const char	*goal;		/* "<=1.5"; NULL: printed only */
	int		 is_faster;	/* the ratio is the peer's by ours */
};

/* Figures are seconds. */
static inline void
pairs_say(const struct pairs_line *l, const double *ours, const double *peer,
    size_t n)
{
	double ratio[PAIRS_MAX], sorted[PAIRS_MAX], limit;
	size_t i, k = pairs_rank(n);
	int is_met;

	for (i = 0; i < n; i++)
		ratio[i] = l->is_faster ? peer[i] / ours[i] : ours[i] / peer[i];
	memcpy(sorted, ratio, n * sizeof(*ratio));
	qsort(sorted, n, sizeof(*sorted), pairs_by_value);
	printf("bench %s ours=%.1fus peer=%s:%.1fus ratio=%.3f%s%s "
	    "ci=%.3f..%.3f pairs=%zu", l->name, pairs_median(ours, n) * 1e6,
	    l->peer, pairs_median(peer, n) * 1e6, pairs_median(ratio, n),
	    l->goal != NULL ? " goal=" : "", l->goal != NULL ? l->goal : "",
	    sorted[k - 1], sorted[n - k], n);
	if (l->goal != NULL) {
		limit = strtod(l->goal + 2, NULL);
		is_met = l->goal[0] == '<' ? sorted[k - 1] <= limit :
		    sorted[n - k] >= limit;
		printf(" met=%s", is_met ? "yes" : "no");
	}
	printf("\n");
	fflush(stdout);
}

#endif
