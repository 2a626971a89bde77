#include <stdio.h>
#include <string.h>

#include "lib/money.h"
#include "lib/tariff.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/journal/ledger.h"
#include "bridge-client/payer/means.h"

#include "bridge-client/payer/fare.h"

/* What this call may cost at most; in the coins of who pays. */
static int64_t
bound(const struct fare_ask *q)
{
	const struct contract_account *a = q->account;
	int64_t most = q->most;

	if (a->per_call > 0 && a->per_call < most)
		most = a->per_call;
	return strcmp(a->payer, CALL_PREPAID) == 0 ? most :
	    most - most % money_of_coins(1, a->currency);
}

/* What there is to be held, if that is less. */
static enum ask_refusal
available(const struct fare_ask *q, int64_t *most)
{
	const struct contract_account *a = q->account;
	char name[LEDGER_NAME_MAX + 1];
	struct ledger_account row;

	if (strcmp(a->payer, CALL_PREPAID) != 0)
		return ASK_OK;
	ledger_customer(name, a->name);
	if (q->journal->op->account(q->journal, name, a->currency, &row) !=
	    JOURNAL_OK)
		return ASK_STOPPED;
	if (ledger_available(&row) - a->floor < *most)
		*most = ledger_available(&row) - a->floor;
	return ASK_OK;
}

/* Whom the payer knows: by what was left with him, or else as the
 * configuration says. */
static void
put_customer(struct call_fare *f, const struct contract_account *a,
    struct journal *j)
{
	struct means m = { .kind = MEANS_BOUND };
	const char *customer = a->customer;

	snprintf(m.account, sizeof(m.account), "%s", a->name);
	if (strcmp(a->payer, CALL_PREPAID) != 0 && j != NULL &&
	    j->op->means_get(j, &m) == JOURNAL_OK && m.customer[0] != '\0' &&
	    strcmp(m.payer, a->payer) == 0)
		customer = m.customer;
	snprintf(f->customer, sizeof(f->customer), "%s", customer);
}

enum ask_refusal
fare_make(struct acceptance *acc, const struct fare_ask *q)
{
	const struct contract_account *a = q->account;
	struct call_fare *f = &acc->fare;
	enum ask_refusal refusal;
	int64_t most, longest, first;

	memset(f, 0, sizeof(*f));
	if (a->rates == NULL)
		return ASK_OK;
	if (tariff_find(a->rates, acc->a.text, q->wall, &f->rate[0],
	    NULL) != 0 ||
	    tariff_find(a->rates, acc->b.text, q->wall, &f->rate[1],
	    NULL) != 0)
		return ASK_NUMBER_DENIED;
	most = bound(q);
	longest = tariff_seconds(f->rate, 2, most, acc->max_s);
	refusal = available(q, &most);
	if (refusal != ASK_OK)
		return refusal;
	first = tariff_seconds(f->rate, 2, most, a->hold_s != 0 &&
	    a->hold_s < longest ? a->hold_s : longest);
	if (first < a->least_s && first < acc->max_s)
		return ASK_UNPAID;
	snprintf(f->payer, sizeof(f->payer), "%s", a->payer);
	put_customer(f, a, q->journal);
	snprintf(f->currency, sizeof(f->currency), "%s", a->currency);
	f->floor = a->floor;
	f->hold = call_cost(f, first);
	f->step_s = first < longest ? (uint32_t)a->hold_s : 0;
	acc->max_s = (uint32_t)(a->hold_s != 0 ? longest : first);
	return ASK_OK;
}
