#ifndef BRIDGE_PROVIDER_TWILIO_H
#define BRIDGE_PROVIDER_TWILIO_H

struct provider;

/*
 * Twilio's Programmable Voice, interface 2010-04-01.  Documents (TwiML) are
 * sent along with the request, never fetched, but for those with which
 * a webhook is answered, and these hold no number.  Ids of legs are Twilio's
 * (CallSid); ours, "co-CALL-a", is in the path of the leg's webhooks.
 */
extern const struct provider provider_twilio;

/* SignalWire's Compatibility API, a dialect of it. */
extern const struct provider provider_signalwire;

#endif
