#ifndef BRIDGE_SERVICE_HOOK_H
#define BRIDGE_SERVICE_HOOK_H

struct frame;
struct peer;
struct service;

/*
 * ASK_HOOK: a webhook, to those whom it concerns.  What a provider says is
 * done at the end of this turn, as with a stream's events; he need not wait for
 * it.  A payer waits until what was left with him is bound, so that he says it
 * again where it could not be.  0; -1: the body cannot be read.
 */
int service_hook_ask(const struct service *, struct peer *,
    const struct frame *);

#endif
