#ifndef BRIDGE_PROVIDER_VONAGE_HOOK_H
#define BRIDGE_PROVIDER_VONAGE_HOOK_H

#include "bridge-client/provider.h"

/* What Vonage tells by webhook: the table's `hook` of provider/vonage. */
enum provider_verdict vonage_hook_read(const struct provider_conf *,
    const struct provider_hook *, struct provider_hooked *out);

#endif
