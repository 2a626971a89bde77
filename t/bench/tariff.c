/*
 * What a number costs, looked up among 100,000 prefixes and among 1,000:
 * interleaved rounds; the ratio is of the medians.  As many steps each, so what
 * differs is how much of the table the processor's caches hold.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/tariff.h"

#define ROUNDS	31
#define LOOKS	200000
#define NOW	1790000000

static struct tariff *
make(long n)
{
	char path[64] = "/tmp/bench-tariff-XXXXXX", why[256] = "";
	FILE *f = fdopen(mkstemp(path), "w");
	struct tariff *t;
	long i;

	if (f == NULL)
		abort();
	fprintf(f, "prefix,minute,rounding\n");
	for (i = 0; i < n; i++)
		fprintf(f, "%ld,0.%04ld,60/60\n", 1000000 + i * 89, i % 9999);
	fclose(f);
	t = tariff_read(path, why, sizeof(why));
	unlink(path);
	if (t == NULL)
		abort();
	return t;
}

/* Nanoseconds for one. */
static double
look(const struct tariff *t)
{
	struct tariff_rate r;
	char number[32];
	int64_t start_us = clock_mono_us();
	long i, found = 0;

	for (i = 0; i < LOOKS; i++) {
		snprintf(number, sizeof(number), "+%ld%05ld", 1000000 +
		    i % 1000 * 89, i % 100000);
		found += tariff_find(t, number, NOW, &r, NULL) == 0;
	}
	if (found != LOOKS)
		abort();
	return (double)(clock_mono_us() - start_us) * 1000 / LOOKS;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(void)
{
	struct tariff *many = make(100000), *few = make(1000);
	double a[ROUNDS], b[ROUNDS], ratio;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		a[i] = look(many);
		b[i] = look(few);
	}
	qsort(a, ROUNDS, sizeof(*a), by_value);
	qsort(b, ROUNDS, sizeof(*b), by_value);
	ratio = a[ROUNDS / 2] / b[ROUNDS / 2];
	printf("bench tariff-ns-per-number ours=100000-prefixes:%.0f "
	    "peer=1000-prefixes:%.0f ratio=%.2f\n", a[ROUNDS / 2],
	    b[ROUNDS / 2], ratio);
	tariff_free(many);
	tariff_free(few);
	return 0;
}
