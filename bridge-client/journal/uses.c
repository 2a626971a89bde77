#include <string.h>

#include "lib/log.h"
#include "lib/token.h"

#include "bridge-client/call/call.h"
#include "bridge-client/journal/record.h"
#include "bridge-client/journal/rows.h"

#include "bridge-client/journal/uses.h"

enum journal_result
uses_settle(struct db_txn *txn, const struct call *was, const struct call *c)
{
	char id[TOKEN_UUID_SIZE];
	struct record_uses u;
	enum journal_result r;
	int is_spent = c->is_spent && !was->is_spent;
	int is_ended = call_is_free(c) && !call_is_free(was);

	if (!is_spent && !is_ended)
		return JOURNAL_OK;
	r = rows_get_uses(txn, c->acc.offer, &u);
	if (r == JOURNAL_NOT_FOUND || r == JOURNAL_DAMAGED) {
		token_uuid_text(c->acc.offer, id);
		log_warn("offer=%s record=damaged", id);
		return JOURNAL_OK;	/* the call itself must go on */
	}
	if (r != JOURNAL_OK)
		return r;
	if (is_spent && u.spent == 0)
		memcpy(u.bound, c->acc.a_hash, sizeof(u.bound));
	if (is_spent && u.spent < UINT8_MAX)
		u.spent++;
	if (is_ended)
		u.is_open = 0;
	return rows_put_uses(txn, c->acc.offer, &u);
}
