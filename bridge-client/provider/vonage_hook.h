#ifndef BRIDGE_PROVIDER_VONAGE_HOOK_H
#define BRIDGE_PROVIDER_VONAGE_HOOK_H

#include "bridge-client/provider/provider.h"

/* What Vonage tells by webhook: the table's `hook` of provider/vonage. */
enum provider_verdict vonage_hook_read(const struct provider_conf *,
    const struct provider_hook *, struct provider_hooked *out);

/*
 * What a word for a call's state means: kind and cause of the event.  0, or -1:
 * it is none of theirs.
 */
int vonage_hook_state(const char *word, struct provider_event *);

#endif
