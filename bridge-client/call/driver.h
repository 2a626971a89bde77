#ifndef BRIDGE_CALL_DRIVER_H
#define BRIDGE_CALL_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"

#include "bridge-client/call/call.h"
#include "bridge-client/call/machine.h"
#include "bridge-client/call/watch.h"
#include "bridge-client/call/world.h"
#include "bridge-client/journal/journal.h"

/*
 * The driver: journal, act, journal.  It owns the calls that are open, runs
 * the machine (machine.h), and is the only room that has anything done.
 *
 * All that happens in a turn of the loop goes into one durable commit at its
 * end, driver_turn_end(); only then are callbacks called and requests sent.
 * No callback is ever called from within another function of this room than
 * driver_turn_end() and driver_wake().
 */
struct driver;
struct lines;

struct driver_conf {
	struct journal		*journal;	/* borrowed */
	struct world		 world;
	size_t			 n_providers;
	struct world_provider	 provider[WORLD_PROVIDERS_MAX];
	struct journal_keep	 keep;		/* of what has ended */
	/* Called once per call when it has ended and this is durable; or NULL.
	 * For counters; the call is borrowed. */
	void			(*ended)(void *ctx, const struct call *);
	void			*ended_ctx;
};

/*
 * Reads the open calls from the journal and begins to reconcile them.  NULL
 * with a sentence in `why`.
 */
struct driver *driver_new(const struct driver_conf *, char *why, size_t size);
/* Forgets everything: nothing is sent, no callback comes.  The world must not
 * call back any more; watches are given back before. */
void driver_free(struct driver *);

/* At the end of each turn of the loop; and when the alarm goes off. */
void driver_turn_end(struct driver *);
void driver_wake(struct driver *);

/*
 * Accepts.  The callback comes at the end of the turn, when it is durable:
 * ASK_OK (also where this very acceptance had been accepted before: same
 * call, same answer), ASK_USED_UP, ASK_REVOKED, ASK_IN_CALL, ASK_TOO_MANY,
 * ASK_NUMBER_DENIED (pressed 9 once), ASK_NO_PROVIDER, ASK_STOPPED,
 * ASK_STORE_FULL.  `is_new` is 1 when this acceptance has made the call.  The
 * acceptance is copied.  -1: out of memory, no callback.
 */
typedef void driver_accepted_fn(void *ctx, const struct acceptance *,
    enum ask_refusal, int is_new);
int driver_accept(struct driver *, const struct acceptance *,
    driver_accepted_fn *, void *ctx) __attribute__((warn_unused_result));

/* The call as it is: an open one, or from the journal.  -1: there is none. */
int driver_get(struct driver *, const unsigned char id[CALL_ID_BYTES],
    struct call *out) __attribute__((warn_unused_result));

/*
 * Watches an open call: the callback comes after each change of its stage or
 * end, durable.  NULL: not open (any more), or out of memory.  To be given
 * back by watch_free(), also when the call has ended; in the callback
 * that is allowed.
 */
struct watch *driver_watch(struct driver *,
    const unsigned char id[CALL_ID_BYTES], watch_fn *, void *ctx);

/* Each call that is open (state, not stage), in no order, until `fn` says
 * non-zero: what it says, or 0. */
int driver_each(const struct driver *, journal_call_fn *, void *ctx);

/* `why` is CALL_CANCEL (the page) or CALL_REVOKE (the administrator).  0, or
 * -1: not open. */
int driver_hangup(struct driver *, const unsigned char id[CALL_ID_BYTES],
    enum call_event_kind why);

/* Who pays for the call knows more of it: what is to be asked is asked now. */
void driver_news(struct driver *, const unsigned char id[CALL_ID_BYTES]);

/*
 * Revokes.  Calls of those offers that do not talk yet are ended, with
 * `is_hangup` those that talk as well.  The callback comes when it is durable:
 * ASK_OK or ASK_STORE_FULL (then nothing was done).  What the revocation
 * points to is copied.  -1: out of memory, no callback.
 */
typedef void driver_revoked_fn(void *ctx, enum ask_refusal,
    uint32_t n_hung_up);
int driver_revoke(struct driver *, const struct journal_revocation *,
    int is_hangup, driver_revoked_fn *, void *ctx)
    __attribute__((warn_unused_result));

/* What comes from a provider, by its index. */
void driver_stream_up(struct driver *, size_t provider);
void driver_stream_down(struct driver *, size_t provider, const char *why);
void driver_stream_text(struct driver *, size_t provider, const char *, size_t);
/* One event, authenticated: a webhook's. */
void driver_event(struct driver *, size_t provider,
    const struct provider_event *);

/* The fields that this room knows: journal, open calls, providers. */
void driver_health(struct driver *, struct ask_health *out);
/* To be looked at: lines.h.  Borrowed. */
const struct lines *driver_lines(const struct driver *);

#endif
