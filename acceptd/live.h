#ifndef ACCEPTD_LIVE_H
#define ACCEPTD_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"

struct buf;
struct face;
struct loop;

/*
 * Live streams (server-sent events): sockets that have been detached from
 * HTTP.  However many watch a call, the bridge is subscribed to once.  A
 * stream ends with its call, or when its reader is gone or does not read; a
 * bridge that is away is waited for.
 */
struct live;

struct live_options {
	struct loop	*loop;
	struct face	*face;
	uint32_t	 max_streams;
	uint32_t	 max_per_client;
	/* One event's JSON in this language. */
	void		(*event)(void *ctx, struct buf *,
			    const struct ask_status *, const char *lang);
	void		*ctx;
};

struct live_viewer {
	const char	*secret;
	const char	*lang;
	const char	*client;
};

struct live *live_new(const struct live_options *);
void live_free(struct live *);

/* 1 when there is room for one more of this client. */
int live_has_room(struct live *, const char *client);
/* Takes the descriptor, whatever happens. */
void live_open(struct live *, int fd, const struct live_viewer *);
uint32_t live_count(const struct live *);

#endif
