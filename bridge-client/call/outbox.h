#ifndef BRIDGE_CALL_OUTBOX_H
#define BRIDGE_CALL_OUTBOX_H

#include <stddef.h>

#include "bridge-client/call/exchange.h"
#include "bridge-client/call/step.h"

/*
 * What one call has still to have done, in its order: the acts of a leg go
 * out one after the other, those of both legs after what is before them on
 * either; HANG and FIND wait for nobody, and nor does what is asked of who
 * pays.
 */
struct outbox_act;

struct outbox {
	struct outbox_act	*first;
	struct exchanges	*all;
	const struct call	*call;	/* borrowed */
	/* An outcome is ready to be taken; not from within outbox_send(). */
	void			(*ready)(void *ctx);
	void			*ctx;
};

/*
 * Adds the action, for the provider of this index; SIZE_MAX: one that is not
 * configured any more, which knows no legs.  A HANG makes what has not been
 * sent on its leg needless (PROVIDER_NOT).  0, or -1: no memory, not added.
 */
int outbox_add(struct outbox *, const struct call_action *, size_t provider);

/* Sends what may go now.  A leg is rung only while the call asks for it, two
 * are joined only while it waits for that; and where such an act takes several
 * requests, this is asked before each. */
enum outbox_ring {
	OUTBOX_HOLD,	/* no RING yet: the call is not durable */
	OUTBOX_RING,
	OUTBOX_DROP	/* the provider cannot be used: PROVIDER_NOT */
};
void outbox_send(struct outbox *, enum outbox_ring);

/* The oldest outcome that is ready, and logs it.  1, or 0: none. */
struct outbox_outcome {
	enum provider_act	act;
	enum leg		leg;
	struct provider_reply	reply;
	enum payer_act		pay;		/* then instead of the above */
	struct payer_reply	paid;
};
int outbox_take(struct outbox *, struct outbox_outcome *);

/* Forgets everything; what was sent goes on. */
void outbox_clear(struct outbox *);

#endif
