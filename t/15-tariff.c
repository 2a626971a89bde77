/* Tariffs: what is refused, what a number costs, for how long money pays. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/tariff.h"
#include "t/tap.h"

#define NOW	1790000000	/* 2026-09-21 */
#define MANY	100000

static char path[512];

static struct tariff *
read_text(const char *text, char *why, size_t size)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		abort();
	return tariff_read(path, why, size);
}

static void
test_refused(void)
{
	static const struct { const char *text, *want; } bad[] = {
		{ "", "there is no price" },
		{ "prefix,minute\n", ":1: there is no price" },
		{ "44,0.1\n", ":1: the first line names" },
		{ "prefix\n44\n", ":1: the first line names" },
		{ "prefix,minute,prefix\n", ":1: the first line names" },
		{ "prefix,minute,colour\n", ":1: the first line names" },
		{ "prefix,minute\n44\n", ":2: not as many" },
		{ "prefix,minute\n44,0.1,x\n", ":2: not as many" },
		{ "prefix,minute\n\"44,0.1\n", ":2: not as many" },
		{ "prefix,minute\n4\"4,0.1\n", ":2: not as many" },
		{ "prefix,minute\n\"44\"x,0.1\n", ":2: not as many" },
		{ "prefix,minute\n044,0.1\n", ":2: a prefix is" },
		{ "prefix,minute\n,0.1\n", ":2: a prefix is" },
		{ "prefix,minute\n4 4,0.1\n", ":2: a prefix is" },
		{ "prefix,minute\n1234567890123456,0.1\n", ":2: a prefix is" },
		{ "prefix,minute\n44,-0.1\n", ":2: minute is" },
		{ "prefix,minute\n44,0.1234567\n", ":2: minute is" },
		{ "prefix,minute\n44,1001\n", ":2: minute is" },
		{ "prefix,minute\n\n44,\n", ":3: minute is" },
		{ "prefix,minute,setup\n44,1,x\n", ":2: setup is" },
		{ "prefix,minute,rounding\n44,1,60\n", ":2: rounding is" },
		{ "prefix,minute,rounding\n44,1,0/1\n", ":2: rounding is" },
		{ "prefix,minute,rounding\n44,1,1/0\n", ":2: rounding is" },
		{ "prefix,minute,rounding\n44,1,3601/1\n", ":2: rounding is" },
		{ "prefix,minute,from\n44,1,2026-02-30\n", ":2: from is" },
		{ "prefix,minute,from\n44,1,26-02-03\n", ":2: from is" },
		{ "prefix,minute\n44,1\n+44,2\n", ":3: this prefix has" },
		{ "prefix,minute,from\n44,1,2026-01-01\n45,1,\n"
		    "44,2,2026-01-01\n", ":4: this prefix has" }
	};
	struct tariff *t;
	char why[512];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = '\0';
		t = read_text(bad[i].text, why, sizeof(why));
		ok(t == NULL && strstr(why, bad[i].want) != NULL,
		    "refused: %s", why);
		tariff_free(t);
	}
	ok(tariff_read("/nowhere/rates", why, sizeof(why)) == NULL,
	    "no file: %s", why);
}

static void
test_found(void)
{
	static const struct {
		const char	*number, *prefix;	/* NULL: no price */
		int64_t		 minute, setup;
	} cases[] = {
		{ "+33123456789", NULL, 0, 0 },
		{ "+4", NULL, 0, 0 },
		{ "+442079460123", "+44", 12000, 0 },
		{ "+447700900123", "+447", 150000, 20000 },
		{ "+447712345678", "+4477123", 99000, 0 },
		{ "+447712445678", "+447", 150000, 20000 },
		{ "+49301234567", "+49", 10000, 0 },
		{ "+15551234567", "+1", 1, 0 },
		{ "sip:desk@example.com", "sip", 2000, 0 }
	};
	char why[512] = "", prefix[TARIFF_PREFIX_SIZE];
	struct tariff_rate r;
	struct tariff *t;
	size_t i;
	int found;

	t = read_text("prefix,note,setup,minute,rounding,from\r\n"
	    "44,\"Britain, \"\"all\"\"\",,0.012,60/60,\r\n"
	    "447,,0.02,0.15,,\r\n"
	    "+4477123,,,0.099,6/6,2026-09-21\r\n"
	    "4477124,not yet,,0.5,,2026-09-22\r\n"
	    "49,old,,0.05,,2020-01-01\r\n49,,,0.01,,2026-01-01\r\n"
	    "49,later,,0.02,,2027-01-01\r\n"
	    "sip,,,0.002,,\r\n1,,,0.000001,,", why, sizeof(why));
	if (!ok(t != NULL, "a tariff (%s)", why))
		return;
	is_int(tariff_count(t), 9, "all rows are there");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		found = tariff_find(t, cases[i].number, NOW, &r, prefix);
		is_int(found, cases[i].prefix != NULL ? 0 : -1, "%s is %s",
		    cases[i].number, found == 0 ? "priced" : "not priced");
		if (cases[i].prefix == NULL || found != 0)
			continue;
		is_str(prefix, cases[i].prefix, "  by its prefix");
		is_int(r.minute, cases[i].minute, "  a minute");
		is_int(r.setup, cases[i].setup, "  setup");
	}
	is_int(tariff_find(t, "+4930", NOW + 365 * 86400, &r, NULL), 0,
	    "next year as well");
	is_int(r.minute, 20000, "  at next year's price");
	tariff_free(t);
}

static void
test_cost(void)
{
	/* What one leg, or two, cost. */
	static const struct {
		struct tariff_rate	rate[2];
		size_t			n;
		int64_t			seconds, cost;
	} cases[] = {
		{ { { 0, 60, 1, 1 } }, 1, 0, 1 },
		{ { { 0, 60, 1, 1 } }, 1, 90, 90 },
		{ { { 0, 61, 1, 1 } }, 1, 1, 2 },	/* rounded up */
		{ { { 5, 60, 60, 60 } }, 1, 1, 65 },
		{ { { 5, 60, 60, 60 } }, 1, 60, 65 },
		{ { { 5, 60, 60, 60 } }, 1, 61, 125 },
		{ { { 0, 60, 30, 6 } }, 1, 29, 30 },
		{ { { 0, 60, 30, 6 } }, 1, 31, 36 },
		{ { { 0, 60, 30, 6 } }, 1, 36, 36 },
		{ { { 0, 60, 60, 60 }, { 7, 120, 6, 6 } }, 2, 61, 259 },
		{ { { 0, 0, 1, 1 } }, 1, 3600, 0 }
	};
	size_t i;
	int64_t s;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(tariff_cost(cases[i].rate, cases[i].n,
		    cases[i].seconds), cases[i].cost, "%d s, %d/%d",
		    (int)cases[i].seconds, cases[i].rate[0].first_s,
		    cases[i].rate[0].step_s);
	is_int(tariff_seconds(cases[3].rate, 1, 64, 3600), 0,
	    "not even the first minute");
	is_int(tariff_seconds(cases[3].rate, 1, 65, 3600), 60, "one minute");
	is_int(tariff_seconds(cases[3].rate, 1, 184, 3600), 120, "two");
	is_int(tariff_seconds(cases[10].rate, 1, 0, 3600), 3600,
	    "what is free has no end but the longest");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = tariff_seconds(cases[i].rate, cases[i].n, 5000, 4000);
		ok(tariff_cost(cases[i].rate, cases[i].n, s) <= 5000 &&
		    (s == 4000 || tariff_cost(cases[i].rate, cases[i].n,
		    s + 1) > 5000), "5000 pay for %d s and no more", (int)s);
	}
}

/* Mean of a look-up in a tariff of `n` prefixes, in nanoseconds. */
static double
look_up_ns(size_t n)
{
	char why[256], number[32];
	struct tariff_rate r;
	struct tariff *t;
	FILE *f = fopen(path, "w");
	int64_t began_ms;
	size_t i, found = 0;

	fprintf(f, "prefix,minute\n");
	for (i = 0; i < n; i++)
		fprintf(f, "%zu,0.01\n", 1000000 + i * 7);
	fclose(f);
	t = tariff_read(path, why, sizeof(why));
	if (t == NULL)
		abort();
	began_ms = clock_mono_ms();
	for (i = 0; i < 1000000; i++) {
		snprintf(number, sizeof(number), "+%zu000",
		    1000000 + i * 7919 % n * 7);
		found += tariff_find(t, number, NOW, &r, NULL) == 0;
	}
	is_int(found, 1000000, "all are found among %zu", n);
	tariff_free(t);
	return (double)(clock_mono_ms() - began_ms);
}

static void
test_many(void)
{
	double few = look_up_ns(10), many = look_up_ns(MANY);

	tap_note("a look-up among 10: %.0f ns, among %d: %.0f ns", few, MANY,
	    many);
	ok(many < 8 * few + 200, "100,000 prefixes cost little more than 10");
}

int
main(void)
{
	snprintf(path, sizeof(path), "%s/rates.csv", tap_dir());
	test_refused();
	test_found();
	test_cost();
	test_many();
	return tap_done();
}
