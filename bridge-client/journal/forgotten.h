#ifndef BRIDGE_JOURNAL_FORGOTTEN_H
#define BRIDGE_JOURNAL_FORGOTTEN_H

#include <stdint.h>

#include "bridge-client/journal/journal.h"

struct db;
struct db_txn;

/* Legs of erased calls whose records are to be deleted by their providers, in
 * the LMDB journal; journal.h says what they are. */
enum journal_result forgotten_due(struct db *, int64_t wall,
    struct journal_forget *out);
enum journal_result forgotten_set(struct db_txn *,
    const struct journal_forget *was, const struct journal_forget *now);

#endif
