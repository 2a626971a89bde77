#include <string.h>

#include "bridge-client/call.h"

static const char *const state_words[CALL_STATES] = {
	"new", "starting", "ringing-a", "asking-a", "ringing-b", "asking-b",
	"bridging", "talking", "parting", "closing", "ended"
};

const char *
call_state_word(enum call_state state)
{
	return state < CALL_STATES ? state_words[state] : "?";
}

enum ask_stage
call_stage(const struct call *c)
{
	static const enum ask_stage stage[CALL_STATES] = {
		ASK_STAGE_STARTING, ASK_STAGE_STARTING, ASK_STAGE_RINGING_A,
		ASK_STAGE_ASKING_A, ASK_STAGE_RINGING_B, ASK_STAGE_ASKING_B,
		ASK_STAGE_ASKING_B, ASK_STAGE_TALKING, ASK_STAGE_ENDED,
		ASK_STAGE_ENDED, ASK_STAGE_ENDED
	};

	return c->state < CALL_STATES ? stage[c->state] : ASK_STAGE_NONE;
}

int64_t
call_talk_s(const struct call *c, int64_t wall)
{
	int64_t until = c->ended_at != 0 ? c->ended_at : wall;

	return c->talk_at == 0 || until < c->talk_at ? 0 : until - c->talk_at;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

int64_t
call_due_ms(const struct call *c)
{
	int64_t due = sooner(c->due_ms, c->bridge_ms);
	int i;

	for (i = 0; i < 2; i++) {
		due = sooner(due, c->leg[i].due_ms);
		due = sooner(due, c->leg[i].prompt_ms);
	}
	return due;
}

void
call_init(struct call *c, const struct acceptance *acc)
{
	memset(c, 0, sizeof(*c));
	c->acc = *acc;
}
