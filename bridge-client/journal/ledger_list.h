#ifndef BRIDGE_JOURNAL_LEDGER_LIST_H
#define BRIDGE_JOURNAL_LEDGER_LIST_H

#include <stdint.h>

#include "bridge-client/journal/journal.h"

struct db;

/* All accounts, and all entries from this number on, as the last commit has
 * them; see journal.h. */
enum journal_result ledger_list_accounts(struct db *, journal_account_fn *,
    void *ctx);
enum journal_result ledger_list_entries(struct db *, uint64_t from,
    journal_entry_fn *, void *ctx);

#endif
