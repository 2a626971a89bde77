/* How fast a provider may be asked. */

#include "bridge-client/provider/pace.h"

int64_t
pace_due_ms(const struct pace *p, int is_call)
{
	return is_call && p->next_ms > p->hold_ms ? p->next_ms : p->hold_ms;
}

void
pace_call(struct pace *p, int per_s, int64_t now_ms)
{
	if (per_s <= 0)
		return;
	if (p->next_ms < now_ms)
		p->next_ms = now_ms;
	p->next_ms += (1000 + per_s - 1) / per_s;
}

void
pace_hold(struct pace *p, int64_t s, int64_t now_ms)
{
	int64_t until_ms;

	if (s > PACE_HOLD_MAX_S)
		s = PACE_HOLD_MAX_S;
	until_ms = now_ms + s * 1000;
	if (until_ms > p->hold_ms)
		p->hold_ms = until_ms;
}
