#ifndef BRIDGE_CALL_PAYMENT_H
#define BRIDGE_CALL_PAYMENT_H

#include <stddef.h>

#include "bridge-client/call/world.h"
#include "bridge-client/payer/payer.h"

/*
 * One act of a payer carried out: all its steps, to its outcome.
 */
struct payment;

typedef void payment_fn(void *ctx, const struct payer_reply *);

struct payment_ask {
	size_t			 payer;		/* index in the world's */
	struct payer_intent	 intent;	/* strings are copied */
	payment_fn		*fn;		/* once, later */
	void			*ctx;
};

/* Begins, and adds it to the list of those under way.  NULL: it is over
 * already, `*now` is the outcome and no callback comes. */
struct payment *payment_begin(struct payment **all, const struct world *,
    const struct payment_ask *, struct payer_reply *now);

/* It goes on, but nobody is told.  NULL is fine. */
void payment_forget(struct payment *);

/* Frees all; the world must not call back any more. */
void payment_free_all(struct payment **all);

#endif
