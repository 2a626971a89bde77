#ifndef BRIDGE_JOURNAL_USES_H
#define BRIDGE_JOURNAL_USES_H

#include "bridge-client/journal/journal.h"

struct call;
struct db_txn;

/* The use of an offer, as the record of a call changes it: spent, released. */
enum journal_result uses_settle(struct db_txn *, const struct call *was,
    const struct call *now);

#endif
