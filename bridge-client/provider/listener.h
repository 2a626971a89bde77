#ifndef BRIDGE_PROVIDER_LISTENER_H
#define BRIDGE_PROVIDER_LISTENER_H

#include <stdint.h>

/*
 * Where a provider's events come by a stream, nobody is rung before the
 * provider has said that somebody listens to it: whoever answered would be
 * dropped.  One such answer is good for a second, for all who are rung in it;
 * it says less of the next one than it does of the moment in which it was
 * given, but what makes it wrong ends the stream, or comes by it, within
 * milliseconds.  What does not is an old connection's late end, which may take
 * the application from a stream that has just come up; so while the stream is
 * young each RING asks.  All times are monotonic, ms.
 */
struct listener {
	int64_t	since_ms;	/* its events come to us; 0: they do not */
	int64_t	asked_ms;	/* when was asked what was answered well */
};

#define LISTENER_YOUNG_MS	10000
#define LISTENER_GOOD_MS	1000

/* Its events come; once more changes nothing. */
void listener_begin(struct listener *, int64_t now_ms);
/* They do not, or it is not known. */
void listener_end(struct listener *);
/* Somebody listens, says the answer to a question of this time. */
void listener_found(struct listener *, int64_t asked_ms);
/* 1: its events have come all the while since then: what was said since holds
 * still. */
int listener_has_stayed(const struct listener *, int64_t since_ms);
/* 1: the provider need not be asked. */
int listener_is_sure(const struct listener *, int64_t now_ms);

#endif
