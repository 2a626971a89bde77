#ifndef BRIDGE_JOURNAL_H
#define BRIDGE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct call;
struct ledger_account;
struct ledger_entry;
struct means;
struct tel;

/*
 * The journal: what survives.  One store behind this table of functions, one
 * file per kind of store; nothing above knows which.  Called by one thread.
 *
 *	struct journal *j;
 *	j->op->begin(j); j->op->accept(j, c); j->op->commit(j, wall);
 *
 * Kept: calls by their id; per offer its uses; revocations; blocked numbers;
 * the highest time seen.  Ids are UUIDv7, so keys rise with time.
 */
#define JOURNAL_ID_BYTES 16

enum journal_result {
	JOURNAL_OK = 0,
	/* verdicts on an acceptance; nothing was changed by it */
	JOURNAL_SAME,		/* this very acceptance has been accepted */
	JOURNAL_USED_UP,
	JOURNAL_REVOKED,
	JOURNAL_IN_CALL,	/* a call of this offer has not ended */
	JOURNAL_TOO_MANY,	/* attempts at this offer */
	JOURNAL_BLOCKED,	/* the number pressed 9 */
	JOURNAL_BOUND,		/* the offer is another number's */
	JOURNAL_UNPAID,		/* the account has not got its hold */
	JOURNAL_NOT_FOUND,
	JOURNAL_DAMAGED,	/* this row fails its checksum */
	/* the transaction is lost: abort it */
	JOURNAL_FULL,		/* no room: nothing was written, try later */
	JOURNAL_BROKEN		/* anything else: error() says what */
};

/* How long what has ended is kept. */
struct journal_keep {
	int64_t		calls_s;
	int64_t		numbers_s;	/* beyond the day of the call */
};

/* What is known of an offer. */
struct journal_offer {
	uint8_t		uses;		/* 0: never accepted */
	uint8_t		spent;
	uint8_t		is_open;	/* a call has not ended */
	uint16_t	attempts;
	int64_t		not_after;
	uint8_t		is_revoked;
	unsigned char	bound[16];	/* hash of the number that pressed 1
					   first; zeros: none has */
};

/* By what offers are revoked: enum ask_revoke_by of lib/ask.h. */
struct journal_revocation {
	uint8_t			 by;
	const unsigned char	*id;	/* offer or tag, 16 bytes; else NULL */
	const char		*sender;	/* lower case, or NULL */
	int64_t			 at;	/* a sender's offers minted before it */
	int64_t			 keep_until;	/* then it may be forgotten */
};

/* Which offer is asked about: revocation needs all three. */
struct journal_key {
	const unsigned char	*offer;
	const unsigned char	*tag;
	const char		*sender;	/* lower case */
};

/* What is to be erased of what identifies people. */
struct journal_erasure {
	uint8_t			 by;	/* enum ask_erase_by of lib/ask.h */
	const struct tel		*number; /* as A or as B; else NULL */
	const unsigned char	*offer;	/* 16 bytes; else NULL */
	int64_t			 day;	/* a time in it, Unix s */
};
struct journal_erased {
	uint32_t	n_calls;	/* that were found, and have ended */
	uint32_t	n_open;		/* that have not: they are left */
	int		is_more;	/* to be done: ask again */
};

/*
 * Money put into an account by hand, or, less than 0, taken out.  The id, a
 * UUIDv7 of now, is its own: the same one again is JOURNAL_SAME.
 */
struct journal_post {
	unsigned char	 id[JOURNAL_ID_BYTES];
	const char	*account;
	const char	*currency;
	int64_t		 amount;
	int64_t		 at;		/* Unix seconds */
	const char	*note;		/* cut where it is too long */
};

/*
 * A mail that the offeror should get of a call.  Like a RING it is asked for
 * durably before anything is sent: one that is asked for and of which nothing
 * is known is not asked for again.
 */
struct journal_notice {
	unsigned char	call[JOURNAL_ID_BYTES];	/* or link, by its kind */
	uint8_t		kind;		/* enum letter_kind */
	uint8_t		is_asked;
	uint8_t		tries;		/* that certainly came to nothing */
	int64_t		at;		/* not before */
	int64_t		until;		/* nor after */
};

/*
 * A leg of an erased call, whose record its provider should delete, too.  That
 * may be asked any number of times.
 */
struct journal_forget {
	unsigned char	call[JOURNAL_ID_BYTES];
	uint8_t		leg;		/* enum leg */
	uint8_t		tries;		/* that came to nothing */
	int64_t		at;		/* not before */
	int64_t		until;		/* nor after */
};

struct journal;

/* One account, entry: as below. */
typedef int journal_account_fn(void *ctx, const struct ledger_account *);
typedef int journal_entry_fn(void *ctx, const struct ledger_entry *);
/* One call, borrowed until it returns; non-zero: no more. */
typedef int journal_call_fn(void *ctx, const struct call *);

struct journal_ops {
	void	(*close)(struct journal *);
	/* What was wrong at the last BROKEN. */
	const char *(*error)(const struct journal *);

	/*
	 * One transaction at a time.  Durable when commit() gives OK; after any
	 * result of commit() it is gone.  `wall` is now, Unix seconds.
	 */
	enum journal_result (*begin)(struct journal *);
	enum journal_result (*commit)(struct journal *, int64_t wall);
	void	(*abort)(struct journal *);	/* harmless without begin() */

	/* Inside a transaction. */

	/*
	 * Reserves a use of the offer and records the call, or says why not.
	 * FULL comes early, so that what goes on can still be recorded.  Where
	 * the account pays in advance, the call's hold is reserved with it.
	 * The call must not have ended.
	 */
	enum journal_result (*accept)(struct journal *, const struct call *);
	/*
	 * Records a call that has been accepted.  In the same breath the use
	 * is spent when is_spent was set, the number blocked when is_blocked
	 * was, and the offer is free again when the call has ended (the use
	 * released when it was not spent); its hold is resolved when the call
	 * says so.  Twice is the same as once.  Where the account pays in
	 * advance and the call's raise is more than its hold, so much is held
	 * from now on; or where the account has less, the raise becomes what
	 * that pays for; or not a second more can be paid and it is UNPAID,
	 * and all else is recorded.
	 */
	enum journal_result (*put)(struct journal *, struct call *);
	enum journal_result (*post)(struct journal *,
	    const struct journal_post *);
	enum journal_result (*revoke)(struct journal *,
	    const struct journal_revocation *);
	/*
	 * Forgets what is past keeping: calls that ended more than `keep_s`
	 * ago, uses and revocations whose offers have been over for a day.
	 * Looks at `budget` rows at most and goes on there the next time.
	 */
	enum journal_result (*sweep)(struct journal *, int64_t wall,
	    int64_t keep_s, size_t budget);

	/* Means of payment (means.h): in the place of what was there. */
	enum journal_result (*means_put)(struct journal *,
	    const struct means *);

	/* What has become of a notice; NULL: it is done with. */
	enum journal_result (*notice_set)(struct journal *,
	    const struct journal_notice *was,
	    const struct journal_notice *now);

	/* Outside of one. */

	/* One that is to be sent now; NOT_FOUND: none.  From the first time
	 * on that this is asked, put() makes them. */
	enum journal_result (*notice_due)(struct journal *, int64_t wall,
	    struct journal_notice *out);

	/* One that is due now; NOT_FOUND: none.  From the first time on that
	 * this is asked, erase() makes them.  What has become of one (inside of
	 * a transaction); NULL: it is done with. */
	enum journal_result (*forget_due)(struct journal *, int64_t wall,
	    struct journal_forget *out);
	enum journal_result (*forget_set)(struct journal *,
	    const struct journal_forget *was,
	    const struct journal_forget *now);

	/*
	 * Erases numbers, and what else identifies people, from calls that
	 * have ended: what is left is a keyed hash, the country's first digits
	 * and the last two.  Looks at `budget` rows at most; until nothing is
	 * left to do (is_more), it is to be asked again for the same.
	 * BROKEN: not all of it is erased; all that can be is, in the end.
	 */
	enum journal_result (*erase)(struct journal *,
	    const struct journal_erasure *, size_t budget,
	    struct journal_erased *);
	/* Erases all that is of days that were over `keep_s` before `wall`,
	 * and finishes what a crash has interrupted. */
	enum journal_result (*tidy)(struct journal *, int64_t wall,
	    int64_t keep_s, size_t budget);

	enum journal_result (*get)(struct journal *,
	    const unsigned char id[JOURNAL_ID_BYTES], struct call *out);
	/* OK also where the offer has never been seen. */
	enum journal_result (*look)(struct journal *,
	    const struct journal_key *, struct journal_offer *out);
	/* OK: it is not.  BLOCKED: it is.  Of NULL: whether any is. */
	enum journal_result (*is_blocked)(struct journal *,
	    const unsigned char hash[16]);
	/* Every call that has not ended (state, not stage), oldest first. */
	enum journal_result (*open_calls)(struct journal *, journal_call_fn *,
	    void *ctx);
	/* Every call accepted at `since` or later, with its money, oldest
	 * first. */
	enum journal_result (*scan)(struct journal *, int64_t since,
	    journal_call_fn *, void *ctx);
	/* Newest first, all; the callback says when it has enough. */
	enum journal_result (*list)(struct journal *, journal_call_fn *,
	    void *ctx);
	/* "customer:NAME" and the like, see ledger.h; of zeros where there is
	 * none yet. */
	enum journal_result (*account)(struct journal *, const char *name,
	    const char *currency, struct ledger_account *out);
	enum journal_result (*accounts)(struct journal *,
	    journal_account_fn *, void *ctx);
	/* From this number on, oldest first. */
	enum journal_result (*entries)(struct journal *, uint64_t from,
	    journal_entry_fn *, void *ctx);
	/* By its kind, and its id or account; the rest is filled in. */
	enum journal_result (*means_get)(struct journal *, struct means *);
	/* The highest `wall` of a commit (after a start, at most ten seconds
	 * less), Unix seconds. */
	int64_t	(*high)(const struct journal *);
	/* Bytes, for metrics.  0, or -1. */
	int	(*usage)(struct journal *, uint64_t *used, uint64_t *max);
};

struct journal {
	const struct journal_ops *op;
};

#endif
