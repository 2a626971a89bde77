#ifndef BRIDGE_JOURNAL_WALK_H
#define BRIDGE_JOURNAL_WALK_H

#include <stdint.h>

#include "bridge-client/journal/journal.h"

struct db;
struct db_txn;
struct vault;

/* Calls of the LMDB journal, one after the other.  Damaged rows are told in
 * the log and left out. */
struct walk_by {
	struct vault	*vault;
	int64_t		 since;		/* accepted at this or later */
	int		 is_open_only;
	int		 is_backward;	/* newest first, and all */
	/* NULL, or what fills in what other tables have of the call */
	enum journal_result (*fill)(struct db_txn *, struct call *);
	journal_call_fn	*fn;
	void		*ctx;
};

enum journal_result walk_calls(struct db *, const struct walk_by *);

#endif
