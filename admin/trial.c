/*
 * calloffer test-call: rings two numbers and joins them, without any mail.
 */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/tel.h"

#include "admin/command.h"
#include "admin/listing.h"
#include "admin/talk.h"
#include "admin/text.h"
#include "admin/words.h"

#include "admin/trial.h"

#define BODY_MAX	1024
#define LOOK_EVERY_MS	300
#define LOOK_BACK_S	300	/* clocks of two machines may differ */

static volatile sig_atomic_t is_interrupted;

static void
interrupt(int signo)
{
	(void)signo;
	is_interrupted = 1;
}

static int
fail(int status, const char *why)
{
	fprintf(stderr, "calloffer test-call: %s\n", why);
	return status;
}

static int
status_of(enum ask_refusal refusal)
{
	if (refusal == ASK_TOKEN_BAD)
		return EX_USAGE;	/* no such account */
	if (refusal == ASK_NUMBER_BAD || refusal == ASK_NUMBER_DENIED)
		return EX_NOPERM;
	return refusal == ASK_TOO_MANY || refusal == ASK_STORE_FULL ?
	    EX_TEMPFAIL : EX_UNAVAILABLE;
}

/* Asks for the call.  0, or an exit status. */
static int
start(struct talk *talk, const struct ask_test *ask,
    struct ask_accepted *answer)
{
	struct frame frame;
	struct buf body;
	char why[512];
	int status = EX_OK;

	buf_init(&body, BODY_MAX);
	ask_put_test(&body, ask);
	if (!buf_ok(&body))
		status = fail(EX_OSERR, "out of memory");
	else if (talk_ask(talk, ASK_TEST, &body, why, sizeof(why)) == -1 ||
	    talk_hear(talk, &frame, why, sizeof(why)) == -1)
		status = fail(EX_UNAVAILABLE, why);
	else if (ask_get_accepted(answer, frame.body, frame.len) == -1)
		status = fail(EX_PROTOCOL, "the bridge's answer cannot be "
		    "read: is it of another version?");
	else if (answer->refusal != ASK_OK)
		status = fail(status_of(answer->refusal),
		    words_refusal(answer->refusal));
	buf_free(&body);
	return status;
}

/* Where the call stands.  0, or -1 and a sentence. */
static int
look(struct talk *talk, const unsigned char *id, struct ask_call *call,
    char *why, size_t size)
{
	const struct ask_call *found;
	struct listing list;
	struct ask_list ask;

	memset(&ask, 0, sizeof(ask));
	ask.since = clock_wall() - LOOK_BACK_S;
	if (listing_fetch(&list, talk, &ask, why, size) == -1)
		return -1;
	found = listing_find(&list, id);
	if (found != NULL)
		*call = *found;
	else
		snprintf(why, size, "the bridge lost sight of the call");
	listing_free(&list);
	return found == NULL ? -1 : 0;
}

static void
hang_up(struct talk *talk, const struct ask_call *call)
{
	struct ask_revoke ask;
	struct buf body;
	char why[512];

	memset(&ask, 0, sizeof(ask));
	ask.by = ASK_BY_OFFER;
	ask.is_hangup = 1;
	memcpy(ask.offer, call->offer, sizeof(ask.offer));
	buf_init(&body, BODY_MAX);
	ask_put_revoke(&body, &ask);
	if (!buf_ok(&body) ||
	    talk_ask(talk, ASK_REVOKE, &body, why, sizeof(why)) == -1)
		fail(0, "the call could not be hung up");
	buf_free(&body);
}

static void
tell(const struct ask_call *call, int64_t started_ms)
{
	char state[WORDS_STATE_SIZE];

	words_state(call, clock_wall(), state);
	printf("%6.1f s  ", (double)(clock_mono_ms() - started_ms) / 1000);
	text_say(call->stage != ASK_STAGE_ENDED ? TEXT_PLAIN :
	    call->end == ASK_END_TALKED ? TEXT_GOOD : TEXT_BAD, "%s", state);
	if (*call->detail != '\0')
		text_say(TEXT_FAINT, "  (%s)", call->detail);
	printf("\n");
	fflush(stdout);
}

/* Tells every change until the end.  An exit status. */
static int
watch(struct talk *talk, const unsigned char *id)
{
	const struct timespec nap = { 0, LOOK_EVERY_MS * 1000000L };
	int64_t started_ms = clock_mono_ms();
	int stage = -1, is_hung_up = 0;
	struct ask_call call;
	char why[512];

	for (;;) {
		if (look(talk, id, &call, why, sizeof(why)) == -1)
			return fail(EX_UNAVAILABLE, why);
		if (call.stage != stage)
			tell(&call, started_ms);
		stage = call.stage;
		if (stage == ASK_STAGE_ENDED)
			return call.end == ASK_END_TALKED ? EX_OK : 1;
		if (is_interrupted && !is_hung_up) {
			hang_up(talk, &call);
			is_hung_up = 1;
		}
		nanosleep(&nap, NULL);
	}
}

static int
number(struct tel *tel, const char *text)
{
	const char *why;

	if (tel_parse(tel, text, strlen(text), &why) == 0)
		return 0;
	fprintf(stderr, "calloffer test-call: %s: this cannot be rung: %s\n",
	    text, why);
	return -1;
}

static int
run(const struct place *place, int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = interrupt };
	struct ask_accepted answer;
	struct ask_test ask;
	struct talk *talk;
	char why[512];
	int status;

	if (argc != 4 || strlen(argv[1]) > TERMS_ACCOUNT_MAX)
		return COMMAND_USAGE;
	memset(&ask, 0, sizeof(ask));
	snprintf(ask.account, sizeof(ask.account), "%s", argv[1]);
	if (number(&ask.a, argv[2]) == -1 || number(&ask.b, argv[3]) == -1)
		return EX_USAGE;
	talk = talk_open(place->socket, why, sizeof(why));
	if (talk == NULL)
		return fail(EX_UNAVAILABLE, why);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	status = start(talk, &ask, &answer);
	if (status == EX_OK) {
		printf("%s is rung first, as an offeree would be; after the "
		    "key 1,\n%s as the destination.  Interrupt to hang up."
		    "\n\n", argv[2], argv[3]);
		fflush(stdout);
		status = watch(talk, answer.call);
	}
	talk_close(talk);
	return status;
}

const struct command trial_command = {
	"test-call", "ACCOUNT NUMBER-A NUMBER-B",
	"ring two numbers and join them",
	"Rings NUMBER-A as an offeree; after the key 1 rings NUMBER-B as the\n"
	"destination; after the key 1 joins them.  Numbers are +442079460123\n"
	"or sip:desk@example.com, and ACCOUNT is one of the bridge's: its\n"
	"caller id, its countries and its caps hold.  Tells each step; an\n"
	"interrupt hangs up.  The exit status is 0 when both have talked.\n",
	run
};
