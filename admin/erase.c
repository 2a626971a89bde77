/*
 * calloffer erase: takes numbers out of what is kept of calls.
 */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "admin/command.h"
#include "admin/talk.h"
#include "admin/words.h"

#include "admin/erase.h"

#define BODY_MAX 512

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer erase: %s\n", why);
	return status;
}

/* What is meant says of itself what it is. */
static int
fill(struct ask_erase *ask, const char *word)
{
	const char *why;

	memset(ask, 0, sizeof(*ask));
	if (token_uuid_parse(ask->offer, word, strlen(word)) == 0) {
		ask->by = ASK_ERASE_OFFER;
	} else if (clock_read_day(word, &ask->day) == 0) {
		ask->by = ASK_ERASE_DAY;
	} else {
		memset(ask->offer, 0, sizeof(ask->offer));
		ask->by = ASK_ERASE_NUMBER;
		if (tel_parse(&ask->number, word, strlen(word), &why) != 0)
			return fail(EX_USAGE, "give a number with its plus "
			    "sign, a SIP address, the id of an offer or a day "
			    "(2026-11-23)");
	}
	return EX_OK;
}

static int
tell(const struct ask_erased *e)
{
	printf("erased from %u call%s\n", e->n_calls, e->n_calls == 1 ? "" :
	    "s");
	if (e->n_open == 0)
		return EX_OK;
	fprintf(stderr, "calloffer erase: %u call%s not ended yet: %s left; "
	    "do it again when %s\n", e->n_open, e->n_open == 1 ? " has" :
	    "s have", e->n_open == 1 ? "it is" : "they are",
	    e->n_open == 1 ? "it has" : "they have");
	return EX_TEMPFAIL;
}

/* Asks until it is done. */
static int
ask_all(struct talk *talk, const struct buf *body)
{
	struct ask_erased e = { .is_more = 1 };
	struct frame frame;
	char why[512];

	while (e.is_more) {
		if (talk_ask(talk, ASK_ERASE, body, why, sizeof(why)) == -1 ||
		    talk_hear(talk, &frame, why, sizeof(why)) == -1)
			return fail(EX_UNAVAILABLE, why);
		if (ask_get_erased(&e, frame.body, frame.len) == -1)
			return fail(EX_PROTOCOL, "the bridge's answer cannot "
			    "be read: is it of another version?");
		if (e.refusal != ASK_OK)
			return fail(EX_TEMPFAIL, words_refusal(e.refusal));
	}
	return tell(&e);
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct talk *talk;
	struct ask_erase ask;
	struct buf body;
	char why[512];
	int status;

	if (getopt(argc, argv, "") != -1 || argc - optind != 1)
		return COMMAND_USAGE;
	status = fill(&ask, argv[optind]);
	if (status != EX_OK)
		return status;
	buf_init(&body, BODY_MAX);
	ask_put_erase(&body, &ask);
	talk = talk_open(place->socket, why, sizeof(why));
	if (!buf_ok(&body))
		status = fail(EX_OSERR, "out of memory");
	else if (talk == NULL)
		status = fail(EX_UNAVAILABLE, why);
	else
		status = ask_all(talk, &body);
	talk_close(talk);
	buf_free(&body);
	return status;
}

const struct command erase_command = {
	"erase", "NUMBER | OFFER-ID | DAY",
	"take numbers out of what is kept of calls",
	"Erases the numbers, and whom the mail went to, of all calls with a\n"
	"number; of all calls of an offer; or of a day (2026-11-23, UTC).\n"
	"What remains is when a call was and how it ended, the first and last\n"
	"two digits, and a keyed hash for the limits.  Calls that go on are\n"
	"left, and the exit status is then 75.  Nothing brings it back.\n",
	run
};
