#ifndef BRIDGE_PROVIDER_VONAGE_H
#define BRIDGE_PROVIDER_VONAGE_H

struct provider;

/*
 * Vonage's Voice API, version 1.  Documents (NCCO) are sent along with the
 * request, never fetched, but for those with which a webhook is answered, and
 * these hold no number.  Ids of legs are Vonage's (uuid); ours, "co-CALL-a", is
 * in the path of the leg's webhooks.
 */
extern const struct provider provider_vonage;

#endif
