#ifndef BRIDGE_PROVIDER_ARI_H
#define BRIDGE_PROVIDER_ARI_H

struct provider;

/*
 * Asterisk's REST interface (ARI), version 18 or later.  The ids are ours:
 *
 *	channel, playback	co-CALL-a, co-CALL-b
 *	bridge			co-CALL
 *
 * CALL being the call's 16 bytes in lower-case hexadecimal.
 */
extern const struct provider provider_ari;

#endif
