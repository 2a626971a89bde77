/*
 * calloffer keys: which are in use, and when one may be destroyed.
 */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/scan.h"

#include "admin/command.h"
#include "admin/facts.h"
#include "admin/text.h"

#include "admin/keys.h"

#define DAY	86400		/* a call may outlive its offer */

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer keys: %s\n", why);
	return status;
}

/* "2026-11-23", UTC: its end.  0, or -1. */
static int
end_of_day(const char *text, int64_t *at)
{
	if (clock_read_day(text, at) != 0)
		return -1;
	*at += DAY;
	return 0;
}

/* How long an offer may live, by any key that the bridge trusts. */
static int64_t
longest_life(const struct facts *bridge)
{
	const char *s = facts_get(bridge, "lifetime", 0);
	uint64_t life;

	return s != NULL && scan_uint(s, strlen(s), INT32_MAX, &life) == 0 ?
	    (int64_t)life : 0;
}

static void
tell_old(const char *file, int64_t life, int64_t since)
{
	char when[TEXT_TIME_SIZE], span[TEXT_TIME_SIZE];

	text_span(life + DAY, span);
	text_moment(since + life + DAY, when);
	if (since == 0)
		printf("        not the milter's here; %s after the last "
		    "milter has ceased to seal\n        to it, the last of "
		    "these offers has ended (-s says since when)\n", span);
	else if (since + life + DAY > clock_wall())
		printf("        the last offer sealed to it ends before %s: "
		    "keep it until then\n", when);
	else
		printf("        the last offer sealed to it has ended: take it "
		    "out of unseal_keys,\n        restart the bridge, and "
		    "`shred -u %s`\n", file);
}

/* Of each unsealing key: "ID FILE". */
static void
tell_unseal(const struct facts *bridge, const char *seal, int64_t since)
{
	const char *key, *file;
	size_t i;

	for (i = 0; (key = facts_get(bridge, "unseal", i)) != NULL; i++) {
		file = strchr(key, ' ');
		file = file != NULL ? file + 1 : "?";
		printf("unseal  %.8s  %s\n", key, file);
		if (seal != NULL && strncmp(key, seal, 8) == 0)
			printf("        offers are sealed to it\n");
		else
			tell_old(file, longest_life(bridge), since);
	}
}

static int
tell(const struct facts *milter, const struct facts *bridge, int64_t since)
{
	const char *key;
	size_t i;

	if (!milter->is_good && !bridge->is_good)
		return fail(EX_CONFIG, milter->is_here ? milter->why :
		    bridge->is_here ? bridge->why : "there is no configuration "
		    "of the milter or the bridge here");
	key = facts_get(milter, "sign", 0);
	if (key != NULL)
		printf("sign    %s  offers are signed with it\n", key);
	for (i = 0; (key = facts_get(bridge, "verify", i)) != NULL; i++)
		printf("verify  %.8s  %s\n", key, strlen(key) > 9 ? key + 9 :
		    "");
	tell_unseal(bridge, facts_get(milter, "seal", 0), since);
	return EX_OK;
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct facts milter, bridge;
	int64_t since = 0;
	int ch, status;

	while ((ch = getopt(argc, argv, "s:")) != -1) {
		if (ch != 's')
			return COMMAND_USAGE;
		if (end_of_day(optarg, &since) == -1)
			return fail(EX_USAGE, "give a day as 2026-11-23");
	}
	if (argc != optind)
		return COMMAND_USAGE;
	facts_gather(&milter, "milter", place);
	facts_gather(&bridge, "bridge", place);
	status = tell(&milter, &bridge, since);
	facts_free(&milter);
	facts_free(&bridge);
	return status;
}

const struct command keys_command = {
	"keys", "[-s DAY]",
	"show the keys, and when an old one may go",
	"Shows which keys the milter and the bridge use here.  Of a key to\n"
	"which nothing is sealed any more it says when the last offer that\n"
	"was sealed to it has ended, and how to destroy it then.\n\n"
	"  -s DAY   since when no milter has sealed to the older keys\n",
	run
};
