#ifndef BRIDGE_PROVIDER_TALK_H
#define BRIDGE_PROVIDER_TALK_H

#include <stddef.h>

#include "bridge-client/net/rest.h"

struct loop;
struct provider;
struct provider_conf;
struct request;

/*
 * Requests that go by a provider's stream of events, and their answers: fewer
 * connections, no more than a write for all that a turn of the loop has to ask,
 * and an order.  What it does not take goes by HTTP, where it always may.
 *
 * Whether the other side takes requests there is known when it has answered
 * one: each time when the stream is up, a question is sent to find out.
 */
struct talk;

struct talk_conf {
	struct loop			*loop;
	const struct provider		*kind;	/* say and heard are there */
	const struct provider_conf	*conf;	/* borrowed */
	/* as rest_stream_say() */
	int				(*say)(void *ctx, const void *, size_t);
	void				*ctx;
};

struct talk *talk_new(const struct talk_conf *);	/* NULL: no memory */
/* Requests under way end without their callbacks.  NULL is fine. */
void talk_free(struct talk *);

void talk_up(struct talk *);
/* What was under way ends a second later, without an answer: what the other
 * side has read of it is done by then. */
void talk_down(struct talk *);
/* A message of the stream.  1, or 0: it is no answer. */
int talk_heard(struct talk *, const char *, size_t);

/*
 * As rest_send().  -1: send it otherwise.
 *
 * A request without an answer in its time may be done later.  Until it is, what
 * is asked of the same thing waits behind it, and all else goes otherwise: so
 * an answer that nothing is there is never older than a request that makes it.
 */
int talk_send(struct talk *, const struct request *, rest_done_fn *, void *ctx)
    __attribute__((warn_unused_result));

#endif
