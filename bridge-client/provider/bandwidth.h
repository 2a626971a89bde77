#ifndef BRIDGE_PROVIDER_BANDWIDTH_H
#define BRIDGE_PROVIDER_BANDWIDTH_H

struct provider;

/*
 * Bandwidth's Programmable Voice, version 2.  Documents (BXML) are sent along
 * with the request, never fetched, but for those with which a webhook is
 * answered, and these hold no number.  Ids of legs are Bandwidth's (callId);
 * ours, "co-CALL-a", is in the path of the leg's webhooks.
 */
extern const struct provider provider_bandwidth;

#endif
