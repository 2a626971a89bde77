#ifndef BRIDGE_JOURNAL_LEDGER_LMDB_H
#define BRIDGE_JOURNAL_LEDGER_LMDB_H

#include <stddef.h>
#include <stdint.h>

#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/journal/rows.h"

struct call;
struct db;
struct db_txn;

/*
 * The ledger in the journal's own tables, always in the transaction of the
 * call that it is about: neither is ever durable without the other.  Calls for
 * which nobody pays cost nothing here.
 */

/*
 * What one transaction has changed of accounts, written at its end: those that
 * many calls have in common are read and written once for all of them.
 */
#define LEDGER_BOOK_MAX	64
struct ledger_book {
	struct db_txn		*txn;
	uint64_t		 next;	/* number of the next entry; 0: ask */
	size_t			 n;
	struct ledger_account	 account[LEDGER_BOOK_MAX];
};
void ledger_lmdb_begin(struct ledger_book *, struct db_txn *);
/* Before the commit, which must not be done where this fails. */
enum journal_result ledger_lmdb_end(struct ledger_book *)
    __attribute__((warn_unused_result));

/*
 * The call is accepted.  Prepaid: its hold is reserved, or JOURNAL_UNPAID where
 * the account would fall below its floor, and then nothing was changed.
 */
enum journal_result ledger_lmdb_accept(struct ledger_book *,
    const struct call *);

/*
 * What has become of its money since.  A hold is resolved once, whatever comes
 * later, and never for more than was held.  `*is_taken` is set when it was
 * now, and something was taken.  Prepaid: a raise is held, or becomes what the
 * rest of the account pays for and is held; or -- all else is done --
 * JOURNAL_UNPAID.
 */
enum journal_result ledger_lmdb_put(struct ledger_book *, struct call *,
    int *is_taken);

/* Fills in the money of a call that was read.  NOT_FOUND: nobody pays. */
enum journal_result ledger_lmdb_get(struct db_txn *, struct call *);

/* See journal.h. */
enum journal_result ledger_lmdb_post(struct ledger_book *,
    const struct journal_post *);
/* This outside of a transaction. */
enum journal_result ledger_lmdb_account(struct db *, const char *name,
    const char *currency, struct ledger_account *out);

/*
 * Forgets what became of the money of calls, and the ids of top-ups, when they
 * are past keeping; entries and accounts stay for ever.  A hold whose call is
 * over or lost, which cannot be, or whose row is damaged, expires.  Looks at
 * `budget` rows and goes on there the next time.
 */
struct ledger_sweep {
	int64_t		 wall;
	int64_t		 keep_s;
	size_t		 budget;
	struct rows_key	*from;
};
enum journal_result ledger_lmdb_sweep(struct ledger_book *,
    const struct ledger_sweep *);

#endif
