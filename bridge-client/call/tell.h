#ifndef BRIDGE_CALL_TELL_H
#define BRIDGE_CALL_TELL_H

#include <stdint.h>

#include "lib/ask.h"

struct call;

/*
 * A call as the face's socket and the administrator's tell it.
 */

/* How long the page of a call lives on after its end. */
#define TELL_PAGE_S	86400

/* NULL, or long over: ASK_STAGE_NONE. */
void tell_status(struct ask_status *, const struct call *, int64_t wall);
void tell_call(struct ask_call *, const struct call *);

#endif
