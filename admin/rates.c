/*
 * calloffer rates: checks a file of rates, and says what a call costs by it.
 */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/money.h"
#include "lib/scan.h"
#include "lib/tariff.h"
#include "lib/tel.h"

#include "admin/command.h"
#include "admin/text.h"

#include "admin/rates.h"

#define LABEL		12		/* columns of the labels */
#define MOST_S		14400
#define LEGS		2

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer rates: %s\n", why);
	return status;
}

static void
show_leg(const char *number, const char *prefix, const struct tariff_rate *r)
{
	char minute[MONEY_TEXT_SIZE], setup[MONEY_TEXT_SIZE];

	money_text(r->minute, minute);
	money_text(r->setup, setup);
	text_row(LABEL, "Number", "%s", number);
	text_row(LABEL, "Prefix", "%s", prefix);
	text_row(LABEL, "A minute", "%s", minute);
	text_row(LABEL, "Setup", "%s", setup);
	text_row(LABEL, "Rounding", "%d/%d s", r->first_s, r->step_s);
	putchar('\n');
}

/* What each leg, and both together, cost.  An exit status. */
static int
price(const struct tariff *t, char **number, int n, uint64_t seconds)
{
	char prefix[TARIFF_PREFIX_SIZE], cost[MONEY_TEXT_SIZE];
	struct tariff_rate rate[LEGS];
	const char *why;
	struct tel tel;
	int i;

	for (i = 0; i < n; i++) {
		if (tel_parse(&tel, number[i], strlen(number[i]), &why) != 0) {
			fprintf(stderr, "calloffer rates: %s: %s\n", number[i],
			    why);
			return EX_USAGE;
		}
		if (tariff_find(t, tel.text, clock_wall(), &rate[i],
		    prefix) != 0) {
			fprintf(stderr, "calloffer rates: %s has no price: "
			    "no prefix fits\n", tel.text);
			return 1;
		}
		show_leg(tel.text, prefix, &rate[i]);
	}
	money_text(tariff_cost(rate, (size_t)n, (int64_t)seconds), cost);
	text_row(LABEL, "Talk", "%llu s", (unsigned long long)seconds);
	text_row(LABEL, "Costs", "%s", cost);
	return EX_OK;
}

static int
run(const struct place *place, int argc, char **argv)
{
	uint64_t seconds = 60;
	struct tariff *t;
	char why[512];
	int ch, status = EX_OK;

	(void)place;
	while ((ch = getopt(argc, argv, "t:")) != -1)
		if (ch != 't' || scan_duration(optarg, strlen(optarg), MOST_S,
		    &seconds) != 0)
			return COMMAND_USAGE;
	if (optind >= argc || argc - optind > 1 + LEGS)
		return COMMAND_USAGE;
	t = tariff_read(argv[optind], why, sizeof(why));
	if (t == NULL)
		return fail(EX_DATAERR, why);
	if (argc - optind == 1)
		printf("%zu prices, all good\n", tariff_count(t));
	else
		status = price(t, argv + optind + 1, argc - optind - 1,
		    seconds);
	tariff_free(t);
	return status;
}

const struct command rates_command = {
	"rates", "[-t TIME] FILE [NUMBER [NUMBER]]",
	"check a file of rates, and what a call costs by it",
	"Checks every line of FILE; see calloffer-rates(5).  With numbers,\n"
	"says what a call to them costs, both legs together.\n\n"
	"  -t TIME  of so long a talk, as 90s or 10m; by default a minute\n",
	run
};
