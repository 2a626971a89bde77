#ifndef BRIDGE_PROVIDER_BANDWIDTH_HOOK_H
#define BRIDGE_PROVIDER_BANDWIDTH_HOOK_H

#include "bridge-client/provider/provider.h"

/* What Bandwidth tells by webhook: the table's `hook` of provider/bandwidth. */
enum provider_verdict bandwidth_hook_read(const struct provider_conf *,
    const struct provider_hook *, struct provider_hooked *out);

/* The account, in digits: what stands last in the section's `url`.  NULL: there
 * is none. */
const char *bandwidth_hook_account(const struct provider_conf *);

/* What a word for the cause of a call's end means; what is new is a failure. */
enum provider_cause bandwidth_hook_cause(const char *word);

#endif
