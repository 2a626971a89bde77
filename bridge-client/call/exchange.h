#ifndef BRIDGE_CALL_EXCHANGE_H
#define BRIDGE_CALL_EXCHANGE_H

#include <stddef.h>

#include "bridge-client/call/world.h"
#include "bridge-client/provider/listener.h"
#include "bridge-client/provider/pace.h"
#include "bridge-client/provider/provider.h"

/*
 * One intent carried out at one provider: all its steps, to its outcome.
 */
struct exchange;
struct payment;

/* What waits goes in its order; but who is to be put down goes first, and what
 * has begun before what begins. */
enum exchange_urgency { EXCHANGE_HANG, EXCHANGE_MORE, EXCHANGE_CALL,
    EXCHANGE_URGENCIES };

struct exchange_queue {
	struct exchange	*first, *last;
};

/* Whom they are held with, and those under way. */
struct exchanges {
	struct world		 world;
	size_t			 n;
	struct world_provider	 provider[WORLD_PROVIDERS_MAX];
	struct pace		 pace[WORLD_PROVIDERS_MAX];
	struct listener		 listener[WORLD_PROVIDERS_MAX];
	unsigned		 n_sent[WORLD_PROVIDERS_MAX];	/* unanswered */
	struct exchange_queue	 waiting[WORLD_PROVIDERS_MAX]
				    [EXCHANGE_URGENCIES];
	struct exchange		*first;
	struct payment		*payments;	/* see payment.h */
};

/* Who holds it. */
struct exchange_owner {
	void	 *ctx;
	/* Comes once, later, and the exchange is gone then.  NULL: nobody
	 * wants to know. */
	void	(*fn)(void *ctx, const struct provider_reply *);
	/* Asked before each further step; NULL: it is.  Where it is not, no
	 * step follows: PROVIDER_NOT when nothing was sent so far but GETs,
	 * else PROVIDER_UNKNOWN. */
	int	(*is_wanted)(void *ctx);
	/* Where the provider may not be asked before this (monotonic), he is
	 * not asked at all: PROVIDER_NOT.  0: whenever that is. */
	int64_t	 until_ms;
};

/* Copies what it is given; at most WORLD_PROVIDERS_MAX. */
void exchange_init(struct exchanges *, const struct world *,
    const struct world_provider *, size_t n);
/* The index of the provider of this name; SIZE_MAX: it is not configured any
 * more. */
size_t exchange_find(const struct exchanges *, const char *name);

/*
 * Each request waits until its provider may be asked
 * (bridge-client/provider/pace) and has answered others (EXCHANGE_AT_ONCE);
 * but a HANG for two seconds at most, and for no answer.
 *
 * Begins.  NULL: it is over already, `*now` is the outcome and no callback
 * comes.  What the intent points to is copied, but for the literal prompt.
 */
#define EXCHANGE_AT_ONCE 32
struct exchange *exchange_begin(struct exchanges *, size_t provider,
    const struct provider_intent *, const struct exchange_owner *,
    struct provider_reply *now);

/* Sends what waits and may be sent now.  When to come again, monotonic ms; 0:
 * nothing waits. */
int64_t exchange_wake(struct exchanges *);

/* Requests that wait for their turn. */
size_t exchange_n_waiting(const struct exchanges *, size_t provider);

/* It goes on, but nobody is asked or told; what still waits is dropped.  NULL
 * is fine. */
void exchange_forget(struct exchange *);

/* Frees all; the world must not call back any more. */
void exchange_free_all(struct exchanges *);

#endif
