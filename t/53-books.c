/* Balances of accounts, from their entries: debits are credits in each. */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"

#include "admin/books.h"

#include "t/tap.h"

static const struct {
	const char	*debit, *credit, *currency;
	int64_t		 amount;
	int		 is_within;
} entries[] = {
	{ "cash:topup", "customer:acme", "EUR", 1000, 0 },
	{ "customer:acme", "revenue", "EUR", 0, 0 },	/* a hold */
	{ "customer:acme", "revenue", "EUR", 300, 0 },
	{ "cash:topup", "customer:acme", "EUR", 50, 1 },
	{ "cash:bank", "revenue", "JPY", 7, 1 },
	{ "customer:acme", "revenue", "EUR", 200, 1 },
	{ "cash:topup", "customer:acme", "EUR", -25, 1 }
};

static char said[1024];

static void
put(void *ctx, const struct books_row *row)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof(said) - n, "%s %s %lld %lld %lld %lld\n",
	    row->account, row->currency, (long long)row->opening,
	    (long long)row->debits, (long long)row->credits,
	    (long long)row->closing);
}

static void
test_books(void)
{
	struct books *b = books_new();
	struct ask_entry e;
	size_t i;

	is_int(books_balance(b, "revenue", "EUR"), 0, "nothing yet");
	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		memset(&e, 0, sizeof(e));
		e.number = i + 1;
		e.amount = entries[i].amount;
		snprintf(e.debit, sizeof(e.debit), "%s", entries[i].debit);
		snprintf(e.credit, sizeof(e.credit), "%s", entries[i].credit);
		snprintf(e.currency, sizeof(e.currency), "%s",
		    entries[i].currency);
		is_int(books_add(b, &e, entries[i].is_within), 0,
		    "entry %zu", i + 1);
	}
	is_int(books_balance(b, "customer:acme", "EUR"), 525, "what is left");
	is_int(books_balance(b, "revenue", "JPY"), 7, "in another currency");
	books_each(b, put, NULL);
	is_str(said, "cash:topup EUR -1000 25 0 -1025\n"
	    "customer:acme EUR 700 200 25 525\n"
	    "revenue EUR 300 0 200 500\n"
	    "cash:bank JPY 0 7 0 -7\n"
	    "revenue JPY 0 0 7 7\n"
	    " EUR 0 225 225 0\n"
	    " JPY 0 7 7 0\n", "the period, and that its sums balance");
	books_free(b);
	books_free(NULL);
}

int
main(void)
{
	test_books();
	return tap_done();
}
