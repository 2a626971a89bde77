#ifndef BRIDGE_PAYER_STRIPE_H
#define BRIDGE_PAYER_STRIPE_H

#include "bridge-client/payer/payer.h"

/*
 * Stripe: PaymentIntents that are captured by hand, of a customer who has left
 * a way to pay.  `customer' of the account is "cus_..:pm_..", the customer and
 * the way, as stripe_page has it.  Each intent carries the call's id in its
 * metadata, by which it is found again; each request that does something has
 * an idempotency key.
 */
extern const struct payer payer_stripe;

#endif
