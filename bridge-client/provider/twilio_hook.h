#ifndef BRIDGE_PROVIDER_TWILIO_HOOK_H
#define BRIDGE_PROVIDER_TWILIO_HOOK_H

#include "bridge-client/provider/provider.h"

/* What Twilio and SignalWire tell by webhook: the tables' `hook' of
 * provider/twilio. */
enum provider_verdict twilio_hook_read(const struct provider_conf *,
    const struct provider_hook *, struct provider_hooked *out);

/* The dialect, where it differs. */
int twilio_hook_is_signalwire(const struct provider_conf *);
/*
 * What a word for a call's state means: kind and cause of the event.  0, or -1:
 * it is none of theirs.
 */
int twilio_hook_state(const char *word, struct provider_event *);

#endif
