#ifndef BRIDGE_PAYER_STRIPE_HOOK_H
#define BRIDGE_PAYER_STRIPE_HOOK_H

#include "bridge-client/payer/payer.h"

/*
 * What Stripe tells by webhook, signed with the secret of the endpoint: means
 * that were left on a page, what has become of a PaymentIntent, and what a
 * person should hear of, disputes and money that was given back by hand.
 */
enum payer_verdict stripe_hook_read(const struct payer_conf *,
    const struct provider_hook *, struct payer_hooked *);

#endif
