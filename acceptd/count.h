#ifndef ACCEPTD_COUNT_H
#define ACCEPTD_COUNT_H

#include <stdint.h>

#include "lib/ask.h"

struct buf;

/* What has happened since the start, for /metrics. */
enum count_what {
	COUNT_GETS,		/* offer pages asked for */
	COUNT_POSTS,		/* forms sent */
	COUNT_ACCEPTED,		/* calls accepted */
	COUNT_CONFIRMS,		/* numbers shown back */
	COUNT_CALLS,		/* call pages */
	COUNT_STREAMS,		/* live streams begun */
	COUNT_HANGUPS,
	COUNT_HOOKS,
	COUNT_THROTTLED,	/* refused here, for coming too often */
	COUNT_FOREIGN,		/* forms from another site */
	COUNT_HONEYPOT,
	COUNT_HTTP_BAD,		/* ambiguous or broken requests */
	COUNT_CUT,		/* connections cut at a deadline */
	COUNT_WHATS
};

struct count {
	uint64_t	 n[COUNT_WHATS];
	uint64_t	 refused[ASK_REFUSALS];
};

/* What is the case just now. */
struct count_now {
	int		 is_bridge_up;
	uint32_t	 connections, streams, questions;
	int64_t		 started;	/* Unix time */
};

/* Prometheus' text format, version 0.0.4. */
void count_print(struct buf *, const struct count *, const struct count_now *);

#endif
