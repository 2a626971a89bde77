#ifndef BRIDGE_GUARD_H
#define BRIDGE_GUARD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/tel.h"

struct acceptance;
struct contract_account;
struct secret;

/*
 * What may be dialled, and how often: the last word before a telephone rings
 * and somebody pays.
 */

/* A number as the offeree gave it, read. */
struct guard_number {
	struct tel	tel;
	char		region[3];		/* "GB"; "" for a SIP address */
};

/*
 * May this account ring what the offeree typed?  `region` ("GB", or "" for
 * the account's) says how a number without a plus sign is meant.  ASK_OK,
 * ASK_NUMBER_BAD or ASK_NUMBER_DENIED; `*out` is filled only when good.
 */
enum ask_refusal guard_read(const struct contract_account *,
    const char *typed, const char *region, struct guard_number *out)
    __attribute__((warn_unused_result));

/*
 * May it ring this destination?  As above; a number that may be rung is
 * written anew, as it was judged ("+4402079460123" is +442079460123).
 */
enum ask_refusal guard_destination(const struct contract_account *,
    struct tel *) __attribute__((warn_unused_result));

/*
 * The country of a number that is known already, "" where it has none.
 */
void guard_region(const struct tel *, char region[3]);

/*
 * The caps.  An acceptance is counted before it is recorded, all caps at
 * once or none, and stays counted when it has made a call.
 */
struct guard;

/* Some five for each acceptance of a day; no more are let through. */
#define GUARD_EVENTS_MAX	8000000

struct guard *guard_new(const struct secret *mac, size_t max_events);
void guard_free(struct guard *);

struct guard_ask {
	const struct contract_account	*account;
	const struct acceptance		*acc;	/* with its a_hash */
	const char			*client;	/* prefix, or "" */
};

/* ASK_OK; or ASK_TOO_MANY, and `*retry_at` says when (0: not known). */
enum ask_refusal guard_reserve(struct guard *, const struct guard_ask *,
    int64_t now, int64_t *retry_at) __attribute__((warn_unused_result));
/* No call came of it: as if it had not been, `at` as it was reserved.  Needs no
 * account: the configuration may have lost it since. */
void guard_release(struct guard *, const struct guard_ask *, int64_t at);

/* From the journal after a start: this acceptance became a call at `at`, ... */
void guard_recall(struct guard *, const struct guard_ask *, int64_t at);
/* ... and has not ended.  (guard_reserve() says so by itself.) */
void guard_opened(struct guard *, const struct acceptance *);
/* It has ended. */
void guard_closed(struct guard *, const struct acceptance *);

/* Events that the caps remember, and so many at most. */
size_t guard_events(const struct guard *);
/* Calls of this account that have not ended. */
size_t guard_open(const struct guard *, const char *account);

/*
 * Of a number that is known a few digits are asked: `refusal` is what became of
 * them.  The same, or ASK_TOO_MANY: nobody may try them all.
 */
enum ask_refusal guard_guess(struct guard *, const unsigned char offer[16],
    enum ask_refusal refusal, int64_t now);

/*
 * What stands for A's number: for acceptance's a_hash.  The same for all
 * spellings that ring the same telephone: a number in a SIP address is that
 * number, and scheme, port and case of a SIP address are nothing.
 */
void guard_hash(const struct guard *, const struct tel *,
    unsigned char hash[16]);

#endif
