/*
 * What the bridge's answers mean, as a person would say it.
 */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"

#include "admin/text.h"
#include "admin/words.h"

static const char *
stage_text(enum ask_stage stage)
{
	switch (stage) {
	case ASK_STAGE_NONE:
		return "no such call";
	case ASK_STAGE_STARTING:
		return "starting";
	case ASK_STAGE_RINGING_A:
		return "ringing the offeree";
	case ASK_STAGE_ASKING_A:
		return "offeree asked for 1";
	case ASK_STAGE_RINGING_B:
		return "ringing destination";
	case ASK_STAGE_ASKING_B:
		return "destination asked for 1";
	case ASK_STAGE_TALKING:
		return "talking";
	case ASK_STAGE_ENDED:
		return "ended";
	case ASK_STAGES:
		break;
	}
	return "?";
}

static const char *
end_text(enum ask_end end)
{
	static const char *const text[ASK_ENDS] = {
		[ASK_END_NONE] = "ended",
		[ASK_END_TALKED] = "talked",
		[ASK_END_A_NO_ANSWER] = "offeree did not answer",
		[ASK_END_A_BUSY] = "offeree was busy",
		[ASK_END_A_DECLINED] = "offeree declined",
		[ASK_END_A_NO_KEY] = "offeree did not press 1",
		[ASK_END_A_BLOCKED] = "offeree said never again",
		[ASK_END_A_UNREACHABLE] = "offeree not reachable",
		[ASK_END_A_LEFT] = "offeree hung up early",
		[ASK_END_B_NO_ANSWER] = "destination did not answer",
		[ASK_END_B_BUSY] = "destination was busy",
		[ASK_END_B_DECLINED] = "destination declined",
		[ASK_END_B_NO_KEY] = "destination did not press 1",
		[ASK_END_B_UNREACHABLE] = "destination not reachable",
		[ASK_END_CANCELLED] = "cancelled on the page",
		[ASK_END_REVOKED] = "revoked",
		[ASK_END_PROVIDER] = "provider failed",
		[ASK_END_UNKNOWN] = "nobody could tell",
		[ASK_END_UNPAID] = "not paid for",
	};

	if ((unsigned)end >= ASK_ENDS || text[end] == NULL)
		return "?";
	return text[end];
}

const char *
words_refusal(enum ask_refusal refusal)
{
	static const char *const text[ASK_REFUSALS] = {
		[ASK_OK] = "accepted",
		[ASK_TOKEN_BAD] = "the bridge knows no such account",
		[ASK_EXPIRED] = "the offer has expired",
		[ASK_USED_UP] = "the offer is used up",
		[ASK_REVOKED] = "the offer is revoked",
		[ASK_CLOSED] = "it is outside the hours of the offer",
		[ASK_IN_CALL] = "a call is going on",
		[ASK_NUMBER_BAD] = "the number cannot exist",
		[ASK_NUMBER_DENIED] = "the number is not rung by policy: see "
		    "the countries and denied prefixes in bridge.conf",
		[ASK_NUMBER_WRONG] = "the number is not the known one",
		[ASK_TOO_MANY] = "too many calls just now: a throttle or a "
		    "cap of bridge.conf holds it",
		[ASK_NONCE_EARLY] = "too early",
		[ASK_NONCE_LATE] = "too late",
		[ASK_NONCE_BAD] = "the page's nonce is wrong",
		[ASK_STOPPED] = "calls are switched off, or the clock of the "
		    "bridge's machine is wrong: `calloffer check` says which",
		[ASK_NO_PROVIDER] = "no provider is ready to place a call: "
		    "`calloffer check` says why",
		[ASK_STORE_FULL] = "the journal is full: make room on its "
		    "disk, or raise its size in bridge.conf",
		[ASK_UNREACHABLE] = "the bridge does not answer",
		[ASK_UNPAID] = "the account cannot pay for it: `calloffer "
		    "ledger' says what is left, calloffer-rates(5) what "
		    "numbers cost",
		[ASK_CODE_WANTED] = "who got the mail must agree",
		[ASK_CODE_WRONG] = "the code is wrong",
	};

	if ((unsigned)refusal >= ASK_REFUSALS || text[refusal] == NULL)
		return "refused, for a reason this version does not know";
	return text[refusal];
}

void
words_state(const struct ask_call *call, int64_t now,
    char dst[WORDS_STATE_SIZE])
{
	char span[TEXT_TIME_SIZE];

	if (call->stage == ASK_STAGE_ENDED && call->talk_at != 0 &&
	    call->ended_at >= call->talk_at) {
		text_span(call->ended_at - call->talk_at, span);
		if (call->end == ASK_END_TALKED)
			snprintf(dst, WORDS_STATE_SIZE, "talked %s", span);
		else
			snprintf(dst, WORDS_STATE_SIZE, "%s, talked %s",
			    end_text(call->end), span);
	} else if (call->stage == ASK_STAGE_ENDED) {
		snprintf(dst, WORDS_STATE_SIZE, "%s", end_text(call->end));
	} else if (call->stage == ASK_STAGE_TALKING && call->talk_at != 0) {
		text_span(now - call->talk_at, span);
		snprintf(dst, WORDS_STATE_SIZE, "talking for %s", span);
	} else {
		snprintf(dst, WORDS_STATE_SIZE, "%s",
		    stage_text(call->stage));
	}
}
