#ifndef BRIDGE_JOURNAL_SWEEP_H
#define BRIDGE_JOURNAL_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/rows.h"

struct db_txn;
struct vault;

/*
 * What of the LMDB journal is past keeping is forgotten: calls that ended, uses
 * and revocations whose offers have been over for a day.
 *
 * A call whose row is damaged while it is open never ends.  When it can be open
 * no longer, its offer is free again, and counts as used: once, with a warning.
 */
struct sweep {
	int64_t		 wall;
	int64_t		 keep_s;	/* of calls, beyond their end */
	int64_t		 open_since;	/* none from before is open */
	struct vault	*vault;
	size_t		 budget;	/* rows of each table to be looked at */
	struct rows_key	*from;		/* ROWS_TABLES of them: to go on there
					   the next time; of zeros at first */
};

/* In a transaction.  A damaged row is left for a person to see. */
enum journal_result sweep_rows(struct db_txn *, const struct sweep *);

#endif
