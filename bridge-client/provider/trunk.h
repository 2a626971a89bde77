#ifndef BRIDGE_PROVIDER_TRUNK_H
#define BRIDGE_PROVIDER_TRUNK_H

#include <stddef.h>

#include "bridge-client/net/rest.h"

struct driver;
struct loop;
struct provider;
struct provider_conf;
struct world;

/*
 * The driver's real world: providers over libcurl, their event streams, the
 * loop's timers and the end of its turns.
 *
 *	t = trunk_open(loop, rest, providers, n, why, sizeof(why));
 *	trunk_world(t, &conf.world);
 *	d = driver_new(&conf, why, sizeof(why));
 *	trunk_start(t, d);
 *	...
 *	trunk_close(t);
 *	driver_free(d);
 */
struct trunk;

struct trunk_provider {
	const struct provider		*kind;
	const struct provider_conf	*conf;		/* borrowed */
	struct rest_account_conf	 account;	/* pointers borrowed */
};

/* NULL with a sentence in `why`.  At most WORLD_PROVIDERS_MAX. */
struct trunk *trunk_open(struct loop *, struct rest *,
    const struct trunk_provider *, size_t n, char *why, size_t size);
void trunk_world(struct trunk *, struct world *out);
/*
 * From now on events and alarms go to this driver; takes the loop's turn end
 * (loop_at_turn_end()).  0, or -1: out of memory or no such stream.
 */
int trunk_start(struct trunk *, struct driver *)
    __attribute__((warn_unused_result));
/* Streams end; requests under way end without their callbacks when the rest
 * is closed.  NULL is fine. */
void trunk_close(struct trunk *);

#endif
