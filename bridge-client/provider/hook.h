#ifndef BRIDGE_PROVIDER_HOOK_H
#define BRIDGE_PROVIDER_HOOK_H

#include <stddef.h>

struct ask_hook;
struct provider_hooked;
struct secret;
struct world_provider;

/*
 * Webhooks on their way to the driver: whose they are, whether they are, and
 * whether they have come before.  What comes again is dropped for as long as
 * it would be believed, unless more than HOOK_SEEN have come in between.
 */
struct hook;

#define HOOK_SEEN 16384

struct hook_conf {
	size_t				 n;
	const struct world_provider	*provider;	/* borrowed */
	const struct secret		*mac;		/* borrowed */
};

/* NULL: out of memory. */
struct hook *hook_new(const struct hook_conf *);
/* NULL is fine. */
void hook_free(struct hook *);

/*
 * The HTTP status of the answer.  404: of no provider that sends any; 403: not
 * authentic, or too old; else 200, also for what has come before and what is
 * of no interest: the event is then EVENT_NONE.  `out` is to be freed by
 * buf_free(&out->answer), whatever the status.
 */
int hook_read(struct hook *, const struct ask_hook *, size_t *provider,
    struct provider_hooked *out) __attribute__((warn_unused_result));

#endif
