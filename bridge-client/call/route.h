#ifndef BRIDGE_CALL_ROUTE_H
#define BRIDGE_CALL_ROUTE_H

#include <stddef.h>

struct call;
struct exchanges;

/*
 * By which provider each leg of a call goes.  The call says it by the account's
 * list (acc.route), the driver by its own indexes, the journal by names.
 */

/*
 * Before a call begins: A goes by the first provider of the list that is
 * ready, and then by no other that is not; B by one whose legs can be joined
 * with A's.  0, or -1: none is ready.
 */
typedef int route_ready_fn(void *ctx, size_t provider);
int route_begin(struct call *, const struct exchanges *, route_ready_fn *,
    void *ctx) __attribute__((warn_unused_result));

/* The indexes of A's and B's, and in the call their names and what they can do,
 * as it is now. */
void route_set(struct call *, const struct exchanges *, size_t provider[2]);

/* The same by the names, for a call that was read from the journal.  SIZE_MAX:
 * that provider is not configured any more. */
void route_restore(struct call *, const struct exchanges *,
    size_t provider[2]);

#endif
