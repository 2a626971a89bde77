#ifndef BRIDGE_LINES_H
#define BRIDGE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "bridge-client/exchange.h"

struct ask_health_provider;

/*
 * Whether a provider can be used just now: it answers, it knows us, and where
 * its events come by a stream, that stream is up.  Asked again and again.
 */
struct lines;
struct line {
	struct lines	*all;
	int		 is_probed;	/* just now */
	int		 is_stream_up;
	int		 is_lost;	/* somebody else gets our events */
	int		 is_ready;
	int64_t		 due_ms;	/* the next probe; 0: none is due */
	char		 detail[128];	/* what is wrong */
};

struct lines {
	struct exchanges	*exchanges;
	struct line		 line[WORLD_PROVIDERS_MAX];
};

/* Stays where it is from then on. */
void lines_init(struct lines *, struct exchanges *);
int lines_is_ready(const struct lines *, size_t provider);
void lines_stream(struct lines *, size_t provider, int is_up, const char *why);
/* Somebody else gets our events, until the stream comes up again. */
void lines_lost(struct lines *, size_t provider);
/* Asks those that are due; when the next is, monotonic ms, or 0. */
int64_t lines_wake(struct lines *);
void lines_health(const struct lines *, size_t provider,
    struct ask_health_provider *out);

#endif
