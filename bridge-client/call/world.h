#ifndef BRIDGE_CALL_WORLD_H
#define BRIDGE_CALL_WORLD_H

#include <stddef.h>
#include <stdint.h>

struct payer;
struct payer_conf;
struct provider;
struct provider_conf;
struct request;

/*
 * The world as the driver sees it: a network, one alarm clock, and providers.
 * (Time itself is lib/clock.h's.)  bridge-client/provider/trunk is the real
 * one; tests bring their own.
 */

/* As rest_done_fn of bridge-client/net/rest.h. */
typedef void world_done_fn(void *ctx, int status, int is_sent,
    const char *body, size_t len, const char *why);

struct world {
	void	*ctx;
	/*
	 * Sends to the provider of this index; the request is copied.  0: the
	 * callback comes once, later; -1: certainly not sent, no callback.
	 */
	int	(*send)(void *ctx, size_t provider, const struct request *,
		    world_done_fn *, void *done_ctx);
	/* Call driver_wake() in so many ms, and not when it was wished before;
	 * -1: never. */
	void	(*wake)(void *ctx, int64_t in_ms);
	/* Opens the stream of the provider's events anew: it is up, and they do
	 * not come by it.  What comes of that is told as ever. */
	void	(*listen)(void *ctx, size_t provider);
	/* Who pays, and how one of them is asked: as send().  Where there is
	 * none, zeros. */
	size_t	 n_payers;
	const struct world_payer *payer;		/* borrowed */
	void	*pay_ctx;
	int	(*pay)(void *pay_ctx, size_t payer, const struct request *,
		    world_done_fn *, void *done_ctx);
	/* Who pays for this call would, if his customer said yes himself on a
	 * page of his.  NULL: nobody is told. */
	void	(*his_turn)(void *turn_ctx,
		    const unsigned char call[16]);
	void	*turn_ctx;
};

struct world_payer {
	const struct payer		*kind;
	const struct payer_conf		*conf;		/* borrowed */
};

#define WORLD_PROVIDERS_MAX 8
struct world_provider {
	const struct provider		*kind;
	const struct provider_conf	*conf;		/* borrowed */
	/* a bit for each other, by its index, whose legs can be joined with
	 * this one's */
	uint8_t				 joins;
};

#endif
