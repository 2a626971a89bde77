#ifndef ACCEPTD_HTTP_H
#define ACCEPTD_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "acceptd/web.h"

struct client_nets;
struct loop;

/*
 * The one door to libmicrohttpd, driven by our loop.  It makes a struct
 * web_request of what came in, when it is unambiguous (strict.h), in time
 * (reaper.h) and within its ceilings, and sends the struct web_response.
 *
 * A request may be answered at once or later; meanwhile its connection rests.
 */
struct http;
struct http_exchange;

struct http_options {
	int			 listen_fd;	/* taken over */
	unsigned		 max_connections;
	uint32_t		 max_per_client;	/* proxies excepted */
	int64_t			 header_timeout_ms;	/* whole head */
	int64_t			 body_timeout_ms;	/* whole body */
	int64_t			 reply_timeout_ms;	/* whole response */
	int64_t			 idle_timeout_ms;	/* between requests */
	const struct client_nets *proxies;		/* borrowed */
	uint64_t		*n_bad, *n_cut;		/* counters */
};

struct http_handler {
	void	*ctx;
	/* The most bytes that a body may have; 0: there must be none. */
	size_t	(*body_max)(void *ctx, enum web_method, const char *path);
	/* 1 when the path wants web_request.headers. */
	int	(*wants_headers)(void *ctx, const char *path);
	/*
	 * The request, borrowed for the call.  Sooner or later there must be
	 * one http_respond(), or at once an http_detach().
	 */
	void	(*request)(void *ctx, struct http_exchange *,
		    const struct web_request *);
};

/* NULL, and a sentence in `why`.  The handler is copied. */
struct http *http_new(struct loop *, const struct http_options *,
    const struct http_handler *, char *why, size_t size);
void http_free(struct http *);

/* Takes the response's body.  The exchange is gone. */
void http_respond(struct http_exchange *, struct web_response *);
/*
 * The connection's socket, which from now on is the caller's: nothing has been
 * sent on it.  Only from within request().  -1: no descriptor left; then it
 * must still be answered.
 */
int http_detach(struct http_exchange *);

/* At the end of each turn of the loop. */
void http_turn(struct http *);
/* Accepts no connection any more, and ends those that have been answered. */
void http_quiesce(struct http *);
uint32_t http_connections(const struct http *);

/* 1 when this listening socket may be served: loopback and Unix always, any
 * other only by a library that is strict enough by itself. */
int http_may_listen(int fd);
/* Likewise, before there is a socket. */
int http_may_listen_at(const char *address);

#endif
