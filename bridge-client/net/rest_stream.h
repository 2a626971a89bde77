#ifndef BRIDGE_NET_REST_STREAM_H
#define BRIDGE_NET_REST_STREAM_H

#include <stddef.h>

struct rest_account;

/*
 * A WebSocket (RFC 6455) kept open for ever: reconnects by itself with
 * growing pauses (0.1 s to 2 s), pings each 10 s of silence and gives up a
 * connection silent for 20 s.  `url` is ws:// or wss:// or http(s)://.
 *
 * `down` follows each `up`, and is called for each attempt that fails before
 * it.  No callback comes from within rest_stream_open(); in each the stream
 * may be closed.
 */
struct rest_stream;
struct rest_stream_fn {
	void	(*up)(void *ctx);
	void	(*down)(void *ctx, const char *why);
	void	(*text)(void *ctx, const char *, size_t);	/* a message */
};
/* NULL: no such URL, or no memory. */
struct rest_stream *rest_stream_open(struct rest_account *, const char *url,
    const struct rest_stream_fn *, void *ctx);
/*
 * Sends a message of text; it goes out in the loop's next turn, with all that
 * is said until then.  0; or -1, the stream is not up, or has as much to send
 * as it may: nothing of it goes out.
 */
int rest_stream_say(struct rest_stream *, const void *, size_t)
    __attribute__((warn_unused_result));
/* Drops the connection, and begins again: `down` is called, if it was up. */
void rest_stream_again(struct rest_stream *, const char *why);
/* Before its account is freed. */
void rest_stream_close(struct rest_stream *);

#endif
