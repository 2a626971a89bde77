#ifndef BRIDGE_JOURNAL_MEANS_LMDB_H
#define BRIDGE_JOURNAL_MEANS_LMDB_H

#include <stdint.h>

#include "bridge-client/journal/journal.h"

struct db;
struct db_txn;
struct means;

/* Means of payment in the journal's own tables; see journal.h. */
enum journal_result means_lmdb_put(struct db_txn *, const struct means *);
/* Outside of a transaction. */
enum journal_result means_lmdb_get(struct db *, struct means *);

#endif
