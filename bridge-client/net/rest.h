#ifndef BRIDGE_NET_REST_H
#define BRIDGE_NET_REST_H

#include <stddef.h>

#include "bridge-client/net/request.h"

struct buf;
struct loop;
struct secret;

/*
 * Requests and bare connections on the loop, by libcurl.
 * Connections are kept and reused, no redirect is followed, no proxy of the
 * environment used, only http and https, TLS always verified (with `ca_file`
 * where the configuration names one).
 */
struct rest;
struct rest_account;	/* credentials and limits towards one API */

/* Ignores SIGPIPE from here on. */
struct rest *rest_open(struct loop *);
/* Frees the accounts, too.  Not from within a callback of this room. */
void rest_close(struct rest *);

struct rest_account_conf {
	const char		*user;		/* Basic; NULL: Bearer */
	const struct secret	*password;	/* borrowed */
	const char		*ca_file;	/* NULL: the system's */
	int			 connect_ms;
	/* makes a Bearer's token: see credentials.h; NULL: the password is */
	int			(*token)(void *ctx, struct buf *);
	void			*token_ctx;
};
/* Strings are copied. */
struct rest_account *rest_account_new(struct rest *,
    const struct rest_account_conf *);
/* Running requests end without their callbacks, wires are closed (their
 * owners close them before). */
void rest_account_free(struct rest_account *);
struct loop *rest_loop(const struct rest_account *);

/*
 * `status`: HTTP status, or 0 where there was no answer; then `is_sent` is 0
 * only when it is certain that no byte of the request left.  What is no GET is
 * sent once at most.  `why` is the transport's word for it; where there was an
 * answer, the seconds that its Retry-After asks for, in digits, or "".  Never
 * called from within rest_send(); it may send, and free the account.
 */
typedef void rest_done_fn(void *ctx, int status, int is_sent,
    const char *body, size_t len, const char *why);

/* The request is copied; 0, or -1: not sent, and the callback won't come. */
int rest_send(struct rest_account *, const struct request *, rest_done_fn *,
    void *ctx) __attribute__((warn_unused_result));

/* As credentials_put(). */
int rest_credentials(const struct rest_account *, enum request_auth,
    struct buf *) __attribute__((warn_unused_result));

/*
 * A bare connection to the host of an http or https URL, through TLS for the
 * latter: for what is not HTTP.  `ready` is called like a watch's (lib/loop)
 * once it stands; else `failed`, and then the wire is good for closing only.
 * Neither from within rest_wire_open().  In both the wire may be closed.
 */
struct rest_wire;
struct rest_wire_fn {
	void	(*ready)(void *ctx, int events);
	void	(*failed)(void *ctx, const char *why);
};
struct rest_wire *rest_wire_open(struct rest_account *, const char *url,
    const struct rest_wire_fn *, void *ctx);
/* LOOP_READ | LOOP_WRITE; both at first. */
void rest_wire_want(struct rest_wire *, int events);
/* Bytes moved, 0: not now, -1: the connection has ended.  Read until it says
 * 0: TLS may hold bytes of which the loop knows nothing. */
long rest_wire_read(struct rest_wire *, void *, size_t);
long rest_wire_write(struct rest_wire *, const void *, size_t);
void rest_wire_close(struct rest_wire *);

#endif
