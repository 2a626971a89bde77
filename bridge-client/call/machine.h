#ifndef BRIDGE_CALL_MACHINE_H
#define BRIDGE_CALL_MACHINE_H

#include "bridge-client/call/step.h"

/*
 * The call machine: what is done when something happens to a call.  A pure
 * function, (state, event) -> (state, actions): no I/O, no clock, no memory of
 * its own.  The table of states and events is in DESIGN, section 6.
 *
 * Any event is harmless in any state, twice, late or in another order; what
 * has no meaning changes nothing.  Sets is_dirty when something that is kept
 * in the journal has changed; who makes it durable clears it.
 */
void machine_step(struct call *, const struct call_event *,
    struct call_actions *out);

#endif
