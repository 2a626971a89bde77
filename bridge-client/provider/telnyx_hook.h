#ifndef BRIDGE_PROVIDER_TELNYX_HOOK_H
#define BRIDGE_PROVIDER_TELNYX_HOOK_H

#include "bridge-client/provider/provider.h"

/* What Telnyx tells by webhook: the table's `hook` of provider/telnyx. */
enum provider_verdict telnyx_hook_read(const struct provider_conf *,
    const struct provider_hook *, struct provider_hooked *out);

#endif
