#ifndef ACCEPTD_DESK_H
#define ACCEPTD_DESK_H

#include <stddef.h>

#include "acceptd/visit.h"

struct face;
struct frame;
struct http_exchange;
struct http_handler;
struct live;
struct web_request;

/*
 * Carries visits about: from HTTP to the site, its questions to the bridge and
 * the answers back, the response to HTTP, the stream to live.  The site comes
 * as functions, so that it need not be known here.
 */
struct desk;

struct desk_site {
	void		*ctx;
	enum visit_step	 (*begin)(void *ctx, struct visit *,
			    const struct web_request *);
	enum visit_step	 (*answer)(void *ctx, struct visit *,
			    const struct frame *);
};

/* All borrowed.  NULL: out of memory. */
struct desk *desk_new(const struct desk_site *, struct face *, struct live *);
void desk_free(struct desk *);

/* http_handler's request(), with the desk as its ctx. */
void desk_request(void *desk, struct http_exchange *,
    const struct web_request *);

#endif
