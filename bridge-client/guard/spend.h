#ifndef BRIDGE_GUARD_SPEND_H
#define BRIDGE_GUARD_SPEND_H

#include <stddef.h>
#include <stdint.h>

struct acceptance;
struct call;
struct contract_account;
struct secret;

/*
 * What an account's calls have cost lately, and may cost yet: for its caps in
 * money.  A call counts from its acceptance with the most that it can cost, and
 * with what it did cost from its end: to its offer as long as that is good, to
 * its offeror and its account for a day.  In memory alone, rebuilt at start
 * from the journal.  Calls for which nobody pays do not count.
 */
struct spend;

struct spend *spend_new(const struct secret *mac);	/* NULL: no memory */
void spend_free(struct spend *);			/* NULL is fine */

/* What the account's caps leave to one more call: lib/money.h, MONEY_MAX where
 * it has none. */
int64_t spend_left(struct spend *, const struct contract_account *,
    const struct acceptance *, int64_t now);

/* It is about to be accepted, with its fare.  0; 1: it counts already, or never
 * will; -1: out of memory. */
int spend_reserve(struct spend *, const struct contract_account *,
    const struct acceptance *, int64_t now)
    __attribute__((warn_unused_result));
/* No call came of it. */
void spend_release(struct spend *, const unsigned char id[16]);
/* It has ended: what it has cost is known. */
void spend_ended(struct spend *, const struct call *);

/* From the journal after a start, with its money; oldest first. */
void spend_recall(struct spend *, const struct contract_account *,
    const struct call *);

#endif
