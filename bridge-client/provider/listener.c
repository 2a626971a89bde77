/* Whether somebody listens to a provider's events, known from lately. */

#include "bridge-client/provider/listener.h"

void
listener_begin(struct listener *l, int64_t now_ms)
{
	if (l->since_ms == 0)
		l->since_ms = now_ms;
}

void
listener_end(struct listener *l)
{
	l->since_ms = l->asked_ms = 0;
}

int
listener_has_stayed(const struct listener *l, int64_t since_ms)
{
	return l->since_ms != 0 && since_ms >= l->since_ms;
}

/* What was asked before the stream came up says nothing of it. */
void
listener_found(struct listener *l, int64_t asked_ms)
{
	if (listener_has_stayed(l, asked_ms) && asked_ms > l->asked_ms)
		l->asked_ms = asked_ms;
}

int
listener_is_sure(const struct listener *l, int64_t now_ms)
{
	return l->asked_ms != 0 &&
	    now_ms - l->since_ms >= LISTENER_YOUNG_MS &&
	    now_ms - l->asked_ms <= LISTENER_GOOD_MS;
}
