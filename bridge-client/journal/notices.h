#ifndef BRIDGE_JOURNAL_NOTICES_H
#define BRIDGE_JOURNAL_NOTICES_H

#include <stdint.h>

#include "bridge-client/journal/journal.h"

struct call;
struct db;
struct db_txn;

/*
 * The notices of the LMDB journal (journal.h): one of a call at most, made in
 * the transaction in which nobody is called any more; and a receipt, in the
 * one in which it has been paid.
 */
enum journal_result notices_add(struct db_txn *, const struct call *was,
    const struct call *now);
enum journal_result notices_receipt(struct db_txn *, const struct call *);
enum journal_result notices_set(struct db_txn *, const struct journal_notice *,
    const struct journal_notice *now);
/* Outside of a transaction. */
enum journal_result notices_due(struct db *, int64_t wall,
    struct journal_notice *out);

#endif
