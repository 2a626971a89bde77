#ifndef BRIDGE_PROVIDER_PACE_H
#define BRIDGE_PROVIDER_PACE_H

#include <stdint.h>

/*
 * How fast one provider may be asked.  Calls begin no faster than he allows: a
 * bucket that holds one token, so that they are spaced evenly.  And when he
 * says that it is too much (429, or Retry-After: RFC 9110, 10.2.3), he is left
 * alone for as long as he wishes.  All times are monotonic, ms.
 */
struct pace {
	int64_t	next_ms;	/* the next call may begin then; zeros: now */
	int64_t	hold_ms;	/* nothing is asked before */
};

#define PACE_HOLD_MAX_S	3600	/* nobody is believed for longer */

/* When something, or a call, may be asked for; in the past: now. */
int64_t pace_due_ms(const struct pace *, int is_call);
/* A call begins; `per_s` 0: as many as one likes. */
void pace_call(struct pace *, int per_s, int64_t now_ms);
/* Leave him alone for so many seconds. */
void pace_hold(struct pace *, int64_t s, int64_t now_ms);

#endif
