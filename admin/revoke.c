/*
 * calloffer revoke: ends offers before their time.
 */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/entry.h"
#include "lib/frame.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "admin/command.h"
#include "admin/talk.h"
#include "admin/words.h"

#include "admin/revoke.h"

#define BODY_MAX 1024

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer revoke: %s\n", why);
	return status;
}

static int
is_message_id(const char *s)
{
	return s[strspn(s, "<>")] != '\0' && strpbrk(s, " \t\r\n") == NULL;
}

/* The sender's address as tokens have it.  0, or -1: it is none. */
static int
sender_of(struct ask_revoke *ask, const char *sender)
{
	const char *why;

	return sender[0] != '@' && entry_key(sender, strlen(sender),
	    ask->sender, sizeof(ask->sender), &why) == 0 ? 0 : -1;
}

/* What is asked for, from the words given.  0, or an exit status. */
static int
fill(struct ask_revoke *ask, const char *offer, const char *msgid,
    const char *sender)
{
	if (sender != NULL && sender_of(ask, sender) == -1)
		return fail(EX_USAGE, "-s wants an address");
	if (offer != NULL) {
		ask->by = ASK_BY_OFFER;
		if (token_uuid_parse(ask->offer, offer, strlen(offer)) == -1)
			return fail(EX_USAGE, "this is not an offer's id: "
			    "it has 36 characters, as `calloffer calls` and "
			    "the mail log show it");
	} else if (msgid != NULL) {
		ask->by = ASK_BY_TAG;
		if (!is_message_id(msgid))
			return fail(EX_USAGE, "-m wants a Message-ID");
		terms_tag(ask->tag, ask->sender, msgid);
	} else {
		ask->by = ASK_BY_SENDER;
	}
	return EX_OK;
}

static int
revoke(const struct place *place, const struct ask_revoke *ask)
{
	struct talk *talk = NULL;
	struct ask_revoked answer;
	struct frame frame;
	struct buf body;
	char why[512];
	int status = EX_UNAVAILABLE;

	buf_init(&body, BODY_MAX);
	ask_put_revoke(&body, ask);
	if (!buf_ok(&body)) {
		status = fail(EX_OSERR, "out of memory");
		goto out;
	}
	talk = talk_open(place->socket, why, sizeof(why));
	if (talk == NULL ||
	    talk_ask(talk, ASK_REVOKE, &body, why, sizeof(why)) == -1 ||
	    talk_hear(talk, &frame, why, sizeof(why)) == -1) {
		fail(status, why);
		goto out;
	}
	if (ask_get_revoked(&answer, frame.body, frame.len) == -1) {
		status = fail(EX_PROTOCOL, "the bridge's answer cannot be "
		    "read: is it of another version?");
		goto out;
	}
	if (answer.refusal != ASK_OK) {
		status = fail(EX_TEMPFAIL, words_refusal(answer.refusal));
		goto out;
	}
	printf("revoked%s", ask->by == ASK_BY_SENDER ?
	    ": all offers made until now" : "");
	if (ask->is_hangup)
		printf("; %u call%s hung up", answer.n_hung_up,
		    answer.n_hung_up == 1 ? "" : "s");
	printf("\n");
	status = EX_OK;
out:
	talk_close(talk);
	buf_free(&body);
	return status;
}

static int
run(const struct place *place, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "hangup", no_argument, NULL, 'H' },
		{ NULL, 0, NULL, 0 }
	};
	const char *msgid = NULL, *sender = NULL, *offer = NULL;
	struct ask_revoke ask;
	int ch, status;

	memset(&ask, 0, sizeof(ask));
	while ((ch = getopt_long(argc, argv, "Hm:s:", longs, NULL)) != -1) {
		switch (ch) {
		case 'H':
			ask.is_hangup = 1;
			break;
		case 'm':
			msgid = optarg;
			break;
		case 's':
			sender = optarg;
			break;
		default:
			return COMMAND_USAGE;
		}
	}
	if (argc - optind > 1)
		return COMMAND_USAGE;
	if (argc - optind == 1)
		offer = argv[optind];
	if (offer != NULL ? msgid != NULL || sender != NULL : sender == NULL)
		return COMMAND_USAGE;
	status = fill(&ask, offer, msgid, sender);
	return status == EX_OK ? revoke(place, &ask) : status;
}

const struct command revoke_command = {
	"revoke", "[--hangup] OFFER-ID | -s SENDER [-m MESSAGE-ID]",
	"end offers before their time",
	"Revokes one offer by its id; the offer of one message by its sender\n"
	"and Message-ID; or all offers that a sender has made until now.\n\n"
	"  -m MESSAGE-ID  of the message that carried the offer\n"
	"  -s SENDER      the offeror's address\n"
	"  --hangup       also end a call that is going on\n",
	run
};
