#ifndef BRIDGE_PROVIDER_ARI_EVENT_H
#define BRIDGE_PROVIDER_ARI_EVENT_H

#include "bridge-client/provider/provider.h"

/* The name under which PROBE has an event sent to us: EVENT_ECHO. */
#define ARI_EVENT_ECHO "calloffer-probe"

/* One event of Asterisk's: the table's `event' of provider/ari. */
int ari_event_read(const void *, size_t, struct provider_event *out);

#endif
