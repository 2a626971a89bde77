#ifndef BRIDGE_PROVIDER_TELNYX_H
#define BRIDGE_PROVIDER_TELNYX_H

struct provider;

/*
 * Telnyx Call Control, version 2 of its interface.  Ids of legs are Telnyx's
 * (call_control_id); ours, "co-CALL-a", goes along as client_state and comes
 * back in every event.
 */
extern const struct provider provider_telnyx;

#endif
