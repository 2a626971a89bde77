#ifndef BRIDGE_PROVIDER_ARI_TALK_H
#define BRIDGE_PROVIDER_ARI_TALK_H

#include "bridge-client/provider/provider.h"

/*
 * ARI's "REST over WebSocket": see say and heard in
 * bridge-client/provider/provider.h.  Asterisk 22.10 has it; one too old for
 * that takes no notice of what it is sent.
 */
#define ARI_TALK_ANSWER "RESTResponse"	/* the type of an answer */

int ari_talk_say(const struct provider_conf *, const struct request *,
    uint32_t id, struct buf *out) __attribute__((warn_unused_result));
int ari_talk_heard(const void *, size_t, provider_answer_fn *, void *ctx);

#endif
