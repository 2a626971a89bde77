#ifndef BRIDGE_CALL_LINES_H
#define BRIDGE_CALL_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "bridge-client/call/exchange.h"

struct ask_health;

/*
 * Whether a provider can be used just now: it answers, it knows us, and where
 * its events come by a stream, that stream is up and brings them.  Asked again
 * and again, the more often the younger the stream.
 */
struct lines;
struct line {
	struct lines	*all;
	int		 is_probed;	/* just now */
	int		 n_bad;		/* answers in a row */
	int		 is_stream_up;
	int		 is_heard;	/* an echo, since it was asked last */
	int		 is_awaited;	/* it answered: the echo is to come */
	int		 is_lost;	/* somebody else gets our events */
	int		 n_given_up;	/* attempts at it, a few at most */
	int64_t		 up_ms;		/* since when it is up, or is not */
	int		 is_ready;
	int64_t		 due_ms;	/* the next probe; 0: none is due */
	int64_t		 pause_ms;	/* before the next but one */
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
/*
 * Somebody else gets our events.  When he is gone, which the provider is asked
 * each few seconds, the stream is opened anew.  Who comes a moment after us,
 * where we had given up attempts before, was ourselves: one of these got
 * through late.  Then it is opened anew at once.
 */
void lines_lost(struct lines *, size_t provider);
/* EVENT_ECHO. */
void lines_echo(struct lines *, size_t provider);
/* Asks those that are due, and sends what had to wait; when the next is,
 * monotonic ms, or 0. */
int64_t lines_wake(struct lines *);
/* One message of the stream.  0, or -1: not understood. */
int lines_read(const struct lines *, size_t provider, const char *, size_t,
    struct provider_event *out) __attribute__((warn_unused_result));
/* Hangs up a leg that belongs to no call any more: it comes too late. */
void lines_hang(struct lines *, size_t provider,
    const struct provider_event *);
/* One of them, for metrics. */
struct lines_now {
	unsigned	is_ready, is_stream_up;
	unsigned	has_stream;
	unsigned	n_waiting, n_unanswered;	/* requests */
};
void lines_look(const struct lines *, size_t provider, struct lines_now *);
/* Their number and each one's part. */
void lines_health(const struct lines *, struct ask_health *out);

#endif
