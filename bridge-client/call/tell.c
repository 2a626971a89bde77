/*
 * tell: a call as the sockets tell it.
 */
#include <string.h>

#include "lib/ask.h"
#include "lib/tel.h"

#include "bridge-client/call/call.h"
#include "bridge-client/guard/phone.h"

#include "bridge-client/call/tell.h"

/* All these fields are of one size on both sides. */
#define COPY(dst, src) do { \
	_Static_assert(sizeof(dst) == sizeof(src), "same size"); \
	memcpy(dst, src, sizeof(dst)); \
} while (0)

static int
is_forgotten(const struct call *c, int64_t wall)
{
	return call_stage(c) == ASK_STAGE_ENDED && c->ended_at != 0 &&
	    wall > c->ended_at + TELL_PAGE_S;
}

void
tell_status(struct ask_status *s, const struct call *c, int64_t wall)
{
	memset(s, 0, sizeof(*s));
	if (c == NULL || is_forgotten(c, wall))
		return;
	s->stage = (uint8_t)call_stage(c);
	s->end = s->stage == ASK_STAGE_ENDED ? c->end : ASK_END_NONE;
	s->since = c->since;
	if (s->stage == ASK_STAGE_ENDED)
		s->talk_s = call_talk_s(c, wall);
	COPY(s->name, c->acc.name);
	phone_show(s->caller, sizeof(s->caller), c->acc.caller);
	COPY(s->lang, c->acc.a_lang);
}

void
tell_call(struct ask_call *a, const struct call *c)
{
	memset(a, 0, sizeof(*a));
	COPY(a->call, c->acc.id);
	COPY(a->offer, c->acc.offer);
	a->stage = (uint8_t)call_stage(c);
	a->end = c->end;
	a->accepted_at = c->accepted_at;
	a->key_at = c->key_at;
	a->talk_at = c->talk_at;
	a->ended_at = c->ended_at;
	COPY(a->account, c->acc.account);
	COPY(a->offeror, c->acc.offeror);
	call_redact(c, 0, a->a);
	call_redact(c, 1, a->b);
	COPY(a->provider, c->provider);
	COPY(a->detail, c->detail);
	COPY(a->price_a, c->leg[0].price);
	COPY(a->price_b, c->leg[1].price);
}
