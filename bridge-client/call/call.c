#include <string.h>

#include "lib/log.h"
#include "lib/money.h"
#include "lib/tariff.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"

#define SPEAK_S	30	/* a prompt has been spoken by then */
#define ROUND_S	10	/* and takes about so long */

static const char *const state_words[CALL_STATES] = {
	"new", "starting", "ringing-a", "asking-a", "ringing-b", "asking-b",
	"bridging", "talking", "parting", "closing", "ended", "authorising",
	"settling"
};

const char *
call_state_word(enum call_state state)
{
	return state < CALL_STATES ? state_words[state] : "?";
}

void
call_log(const struct call *c, enum call_state was)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(c->acc.id, id);
	if (c->end != ASK_END_NONE)
		log_info("call=%s state=%s->%s end=%s why=\"%s\"", id,
		    call_state_word(was), call_state_word(c->state),
		    ask_end_word(c->end), c->detail);
	else
		log_info("call=%s state=%s->%s provider=%s", id,
		    call_state_word(was), call_state_word(c->state),
		    c->provider);
}

int
call_has_ext(const struct call *c, int leg)
{
	return (leg == 0 ? &c->acc.a : &c->acc.b)->ext[0] != '\0';
}

int
call_rounds(const struct call *c, int leg)
{
	return CALL_ROUNDS + (call_has_ext(c, leg) ? c->acc.ring_s / ROUND_S :
	    0);
}

int
call_asking_s(const struct call *c, int leg)
{
	return SPEAK_S + c->acc.confirm_s +
	    (call_has_ext(c, leg) ? c->acc.ring_s : 0);
}

/*
 * By how many providers B may be rung, one after the other, while A waits.
 * After a start it is not known any more, and then it is all: no leg counts as
 * gone sooner than its provider was told.
 */
static int
n_routes_of_b(const struct call *c)
{
	unsigned joins = c->acc.joins[c->leg[0].route_at] |
	    1u << c->leg[0].route_at;
	int n = 0;

	if (c->acc.n_routes == 0)
		return CALL_ROUTES_MAX;
	for (; joins != 0; joins &= joins - 1)
		n++;
	return n;
}

int
call_leg_max_s(const struct call *c, int leg)
{
	int ring_s = c->acc.ring_s + CALL_RING_GRACE_S;
	int b_s = (leg == 0 ? n_routes_of_b(c) : 1) * ring_s +
	    CALL_WRONG_MAX * call_asking_s(c, 1);
	int a_s = ring_s + CALL_WRONG_MAX * call_asking_s(c, 0);

	return (leg == 0 ? a_s : 0) + b_s + (int)c->acc.max_s +
	    CALL_BRIDGE_S + CALL_PART_S;
}

enum ask_stage
call_stage(const struct call *c)
{
	static const enum ask_stage stage[CALL_STATES] = {
		ASK_STAGE_STARTING, ASK_STAGE_STARTING, ASK_STAGE_RINGING_A,
		ASK_STAGE_ASKING_A, ASK_STAGE_RINGING_B, ASK_STAGE_ASKING_B,
		ASK_STAGE_ASKING_B, ASK_STAGE_TALKING, ASK_STAGE_ENDED,
		ASK_STAGE_ENDED, ASK_STAGE_ENDED, ASK_STAGE_STARTING,
		ASK_STAGE_ENDED
	};

	return c->state < CALL_STATES ? stage[c->state] : ASK_STAGE_NONE;
}

int64_t
call_talk_s(const struct call *c, int64_t wall)
{
	int64_t until = c->ended_at != 0 ? c->ended_at : wall;

	return c->talk_at == 0 || until < c->talk_at ? 0 : until - c->talk_at;
}

void
call_redact(const struct call *c, int leg, char dst[TEL_REDACTED_SIZE])
{
	if (c->is_erased)
		memcpy(dst, c->shown[leg], TEL_REDACTED_SIZE);
	else
		tel_redact(leg == 0 ? &c->acc.a : &c->acc.b, dst);
}

void
call_erase(struct call *c)
{
	char shown[2][TEL_REDACTED_SIZE];

	call_redact(c, 0, shown[0]);
	call_redact(c, 1, shown[1]);
	memcpy(c->shown, shown, sizeof(shown));
	memset(&c->acc.a, 0, sizeof(c->acc.a));
	memset(&c->acc.b, 0, sizeof(c->acc.b));
	memset(c->acc.recipient, 0, sizeof(c->acc.recipient));
	c->is_erased = 1;
}

int
call_is_free(const struct call *c)
{
	return c->state == CALL_ENDED || c->state == CALL_SETTLING;
}

int64_t
call_cost(const struct call_fare *f, int64_t seconds)
{
	int64_t cost = tariff_cost(f->rate, 2, seconds);

	return strcmp(f->payer, CALL_PREPAID) == 0 ? cost :
	    money_of_coins(money_coins(cost, f->currency), f->currency);
}

int
call_is_prepaid(const struct call *c)
{
	return strcmp(c->acc.fare.payer, CALL_PREPAID) == 0;
}

uint32_t
call_paid_s(const struct call *c)
{
	return c->acc.fare.payer[0] == '\0' ? c->acc.max_s :
	    (uint32_t)tariff_seconds(c->acc.fare.rate, 2, c->hold,
	    c->acc.max_s);
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
	int64_t due = sooner(sooner(c->due_ms, c->bridge_ms), c->pay_due_ms);
	int i;

	due = sooner(due, c->more_ms);
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
	c->hold = acc->fare.hold;
	c->limit_s = call_paid_s(c);
}
