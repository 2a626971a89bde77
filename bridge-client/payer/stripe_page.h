#ifndef BRIDGE_PAYER_STRIPE_PAGE_H
#define BRIDGE_PAYER_STRIPE_PAGE_H

#include "bridge-client/payer/payer.h"

/*
 * Stripe Checkout in the mode that takes no money: its page collects a card,
 * has the bank ask its holder, and leaves a customer and a payment method,
 * "cus_..:pm_..".  Card data go to Stripe alone.
 */
int stripe_page_request(const struct payer_conf *,
    const struct payer_page_intent *, struct request *);
void stripe_page_reply(const struct payer_page_intent *, int status,
    int is_sent, const char *body, size_t len, struct payer_page *);

/* "cus_..:pm_..": its parts.  0, or -1. */
int stripe_page_split(const char *customer, char cus[PAYER_REF_MAX + 1],
    char pm[PAYER_REF_MAX + 1]);

#endif
