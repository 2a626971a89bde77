/*
 * calloffer calls: what became of the acceptances.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "lib/ask.h"
#include "lib/clock.h"
#include "lib/scan.h"

#include "admin/cdr.h"
#include "admin/command.h"
#include "admin/listing.h"
#include "admin/talk.h"
#include "admin/text.h"
#include "admin/words.h"

#include "admin/calls.h"

#define MOST_DEFAULT	20
#define FOLLOW_MS	1000
#define FOLLOW_BACK_S	(8 * 3600)	/* no call is older and still open */

enum form { TABLE, JSON, CSV };

struct options {
	uint32_t	most;
	int		is_open_only;
	enum form	form;
	int		is_following;
};

static const struct text_column columns[] = {
	{ "ACCEPTED", 0, 12 },
	{ "OFFEROR", TEXT_FLEXIBLE, 16 },
	{ "OFFEREE", TEXT_FLEXIBLE, 8 },
	{ "DEST.", TEXT_FLEXIBLE, 8 },
	{ "STATE", TEXT_FLEXIBLE, 28 },
	{ "OFFER", TEXT_OPTIONAL, 36 },
	{ "PROVIDER", TEXT_OPTIONAL, 0 },
	{ NULL, 0, 0 }
};

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer calls: %s\n", why);
	return status;
}

static enum text_tone
tone_of(const struct ask_call *call)
{
	if (call->stage != ASK_STAGE_ENDED)
		return TEXT_STRONG;
	if (call->end == ASK_END_PROVIDER || call->end == ASK_END_UNKNOWN)
		return TEXT_BAD;
	return TEXT_PLAIN;
}

static int
add_row(struct text_table *table, const struct ask_call *call)
{
	char when[TEXT_TIME_SIZE], state[WORDS_STATE_SIZE];
	char offer[TOKEN_UUID_SIZE];
	const char *cells[] = { when, call->offeror, call->a, call->b, state,
	    offer, call->provider };

	text_when(call->accepted_at, when);
	words_state(call, clock_wall(), state);
	token_uuid_text(call->offer, offer);
	return text_table_add(table, cells, call->detail, tone_of(call));
}

/* One call: a row to be printed later, or a line for programs at once. */
static int
show(struct text_table *table, const struct ask_call *call, enum form form)
{
	return form == TABLE ? add_row(table, call) : form == JSON ?
	    cdr_put_json(call) : cdr_put_csv(call);
}

/* Those of `new` that `old` does not have, or has in another state. */
static int
show_news(struct text_table *table, const struct listing *new,
    const struct listing *old, enum form form)
{
	const struct ask_call *before;
	size_t i;

	for (i = new->n; i-- > 0; ) {
		before = listing_find(old, new->call[i].call);
		if (before != NULL && before->stage == new->call[i].stage &&
		    before->end == new->call[i].end)
			continue;
		if (show(table, &new->call[i], form) == -1)
			return -1;
	}
	if (form == TABLE)
		text_table_print(table);
	fflush(stdout);
	return ferror(stdout) ? -1 : 0;
}

static void
nap(void)
{
	struct timespec ts = { FOLLOW_MS / 1000,
	    FOLLOW_MS % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* Asks again and again, and tells what is new, until it is interrupted. */
static int
follow(struct talk *talk, struct text_table *table, struct listing *last,
    const struct options *o)
{
	struct listing now;
	struct ask_list ask;
	char why[512];

	memset(&ask, 0, sizeof(ask));
	for (;;) {
		nap();
		ask.since = clock_wall() - FOLLOW_BACK_S;
		if (listing_fetch(&now, talk, &ask, why, sizeof(why)) == -1)
			return fail(EX_UNAVAILABLE, why);
		if (show_news(table, &now, last, o->form) == -1) {
			listing_free(&now);
			return EX_IOERR;
		}
		listing_free(last);
		*last = now;
	}
}

static int
list(const struct place *place, const struct options *o)
{
	struct text_table *table = text_table_new(columns);
	struct ask_list ask;
	struct listing all = { NULL, 0, 0 }, none = { NULL, 0, 0 };
	struct talk *talk = NULL;
	char why[512];
	int status = EX_UNAVAILABLE;

	memset(&ask, 0, sizeof(ask));
	ask.most = o->most;
	ask.is_open_only = (uint8_t)o->is_open_only;
	if (table == NULL) {
		status = fail(EX_OSERR, "out of memory");
		goto out;
	}
	talk = talk_open(place->socket, why, sizeof(why));
	if (talk == NULL ||
	    listing_fetch(&all, talk, &ask, why, sizeof(why)) == -1) {
		fail(status, why);
		goto out;
	}
	if (o->form == CSV)
		cdr_put_csv_head();
	if (all.n == 0 && o->form == TABLE && !o->is_following)
		printf("no calls\n");
	else if (show_news(table, &all, &none, o->form) == -1) {
		status = fail(EX_IOERR, "cannot write");
		goto out;
	}
	status = o->is_following ? follow(talk, table, &all, o) : EX_OK;
out:
	listing_free(&all);
	talk_close(talk);
	text_table_free(table);
	return status;
}

static int
run(const struct place *place, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "csv", no_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 }
	};
	struct options o = { .most = MOST_DEFAULT };
	uint64_t most;
	int ch;

	while ((ch = getopt_long(argc, argv, "cfjn:o", longs, NULL)) != -1) {
		switch (ch) {
		case 'f':
			o.is_following = 1;
			break;
		case 'j':
			o.form = JSON;
			break;
		case 'c':
			o.form = CSV;
			break;
		case 'n':
			if (scan_uint(optarg, strlen(optarg), UINT32_MAX,
			    &most) == -1)
				return COMMAND_USAGE;
			o.most = (uint32_t)most;
			break;
		case 'o':
			o.is_open_only = 1;
			break;
		default:
			return COMMAND_USAGE;
		}
	}
	return argc == optind ? list(place, &o) : COMMAND_USAGE;
}

const struct command calls_command = {
	"calls", "[-fo] [-n NUMBER] [--json | --csv]",
	"list calls",
	"Lists the last calls, the newest at the bottom: when the offer was\n"
	"accepted, whose it was, the two numbers shortened, and how it stands\n"
	"or ended.  The offer's id is shown where there is room for it.\n\n"
	"  -n NUMBER  how many (20; 0 for all)\n"
	"  -o         open calls only\n"
	"  -f         go on: a line for each call that comes or changes\n"
	"  --json     one JSON object on each line, times in Unix seconds\n"
	"  --csv      a table for spreadsheets, times in UTC\n",
	run
};
