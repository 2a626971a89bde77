#ifndef BRIDGE_REST_H
#define BRIDGE_REST_H

#include <stddef.h>

struct loop;
struct request;
struct secret;

/*
 * The one door to libcurl: requests and WebSocket streams on the loop.
 * Connections are kept and reused, no redirect is followed, only http and
 * https, TLS always verified (with `ca_file` where the configuration names
 * one).
 */
struct rest;
struct rest_account;	/* credentials and limits towards one API */
struct rest_stream;

struct rest *rest_open(struct loop *);
/* Running requests end without their callbacks. */
void rest_close(struct rest *);

struct rest_account_conf {
	const char		*user;		/* Basic; NULL: Bearer */
	const struct secret	*password;	/* borrowed */
	const char		*ca_file;	/* NULL: the system's */
	int			 connect_ms;
};
struct rest_account *rest_account_new(struct rest *,
    const struct rest_account_conf *);
void rest_account_free(struct rest_account *);

/*
 * `status`: HTTP status, or 0 where there was no answer; then `is_sent` is 0
 * only when it is certain that no byte of the request reached the other side.
 * `why` is the transport's word for it.  Never called from within rest_send().
 */
typedef void rest_done_fn(void *ctx, int status, int is_sent,
    const char *body, size_t len, const char *why);

/* The request is copied; 0, or -1: not sent, and the callback won't come. */
int rest_send(struct rest_account *, const struct request *, rest_done_fn *,
    void *ctx) __attribute__((warn_unused_result));

/*
 * A WebSocket (RFC 6455) kept open for ever: reconnects by itself with
 * growing pauses (0.1 s to 10 s), pings each 10 s of silence and gives up a
 * connection silent for 20 s.  `url` is ws:// or wss:// or http(s)://.
 */
struct rest_stream_fn {
	void	(*up)(void *ctx);
	void	(*down)(void *ctx, const char *why);
	void	(*text)(void *ctx, const char *, size_t); /* one message */
};
struct rest_stream *rest_stream_open(struct rest_account *, const char *url,
    const struct rest_stream_fn *, void *ctx);
void rest_stream_close(struct rest_stream *);

#endif
