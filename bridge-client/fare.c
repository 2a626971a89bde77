#include <stdio.h>
#include <string.h>

#include "lib/money.h"
#include "lib/tariff.h"

#include "bridge-client/call.h"
#include "bridge-client/contract.h"
#include "bridge-client/journal.h"
#include "bridge-client/ledger.h"

#include "bridge-client/fare.h"

/* What is there for this call, at most. */
static enum ask_refusal
available(const struct fare_ask *q, int64_t *out)
{
	const struct contract_account *a = q->account;
	char name[LEDGER_NAME_MAX + 1];
	struct ledger_account row;

	*out = q->most;
	if (a->per_call > 0 && a->per_call < *out)
		*out = a->per_call;
	if (strcmp(a->payer, CALL_PREPAID) != 0) {
		*out -= *out % money_of_coins(1, a->currency);
		return ASK_OK;
	}
	ledger_customer(name, a->name);
	if (q->journal->op->account(q->journal, name, a->currency, &row) !=
	    JOURNAL_OK)
		return ASK_STOPPED;
	if (ledger_available(&row) - a->floor < *out)
		*out = ledger_available(&row) - a->floor;
	return ASK_OK;
}

enum ask_refusal
fare_make(struct acceptance *acc, const struct fare_ask *q)
{
	const struct contract_account *a = q->account;
	struct call_fare *f = &acc->fare;
	enum ask_refusal refusal;
	int64_t most, seconds;

	memset(f, 0, sizeof(*f));
	if (a->rates == NULL)
		return ASK_OK;
	if (tariff_find(a->rates, acc->a.text, q->wall, &f->rate[0],
	    NULL) != 0 ||
	    tariff_find(a->rates, acc->b.text, q->wall, &f->rate[1],
	    NULL) != 0)
		return ASK_NUMBER_DENIED;
	refusal = available(q, &most);
	if (refusal != ASK_OK)
		return refusal;
	seconds = tariff_seconds(f->rate, 2, most, acc->max_s);
	if (seconds < a->least_s && seconds < acc->max_s)
		return ASK_UNPAID;
	snprintf(f->payer, sizeof(f->payer), "%s", a->payer);
	snprintf(f->customer, sizeof(f->customer), "%s", a->customer);
	snprintf(f->currency, sizeof(f->currency), "%s", a->currency);
	f->floor = a->floor;
	f->hold = call_cost(f, seconds);
	acc->max_s = (uint32_t)seconds;
	return ASK_OK;
}
