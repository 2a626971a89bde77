/*
 * Balances of accounts, from the entries of the ledger.
 */

#include <stdlib.h>
#include <string.h>

#include "lib/ask.h"

#include "admin/books.h"

struct account {
	char		name[ASK_ACCOUNT_MAX + 1];
	char		currency[4];
	int64_t		opening, debits, credits, balance;
};

struct books {
	struct account	*list;
	size_t		 n, size;
};

struct books *
books_new(void)
{
	return calloc(1, sizeof(struct books));
}

void
books_free(struct books *b)
{
	if (b == NULL)
		return;
	free(b->list);
	free(b);
}

static struct account *
find(const struct books *b, const char *name, const char *currency)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (strcmp(b->list[i].name, name) == 0 &&
		    strcmp(b->list[i].currency, currency) == 0)
			return &b->list[i];
	return NULL;
}

/* Its place, or -1: out of memory. */
static int
find_or_make(struct books *b, const char *name, const char *currency)
{
	struct account *a = find(b, name, currency), *grown;

	if (a != NULL)
		return (int)(a - b->list);
	if (b->n == b->size) {
		grown = reallocarray(b->list, b->size + 64, sizeof(*grown));
		if (grown == NULL)
			return -1;
		b->list = grown;
		b->size += 64;
	}
	a = &b->list[b->n];
	memset(a, 0, sizeof(*a));
	memcpy(a->name, name, strlen(name) + 1);
	memcpy(a->currency, currency, strlen(currency) + 1);
	return (int)b->n++;
}

static int
move(struct books *b, const char *name, const struct ask_entry *e, int sign,
    int is_within)
{
	int at = find_or_make(b, name, e->currency);
	struct account *a;

	if (at == -1)
		return -1;
	a = &b->list[at];
	a->balance += sign * e->amount;
	if (!is_within)
		a->opening += sign * e->amount;
	else if (sign > 0)
		a->credits += e->amount;
	else
		a->debits += e->amount;
	return 0;
}

int
books_add(struct books *b, const struct ask_entry *e, int is_within)
{
	return move(b, e->debit, e, -1, is_within) == 0 &&
	    move(b, e->credit, e, 1, is_within) == 0 ? 0 : -1;
}

int64_t
books_balance(const struct books *b, const char *account,
    const char *currency)
{
	const struct account *a = find(b, account, currency);

	return a != NULL ? a->balance : 0;
}

static void
add_up(const struct books *b, const char *currency, struct books_row *sum)
{
	const struct account *a;
	size_t i;

	memset(sum, 0, sizeof(*sum));
	sum->account = "";
	sum->currency = currency;
	for (i = 0; i < b->n; i++) {
		a = &b->list[i];
		if (strcmp(a->currency, currency) != 0)
			continue;
		sum->opening += a->opening;
		sum->debits += a->debits;
		sum->credits += a->credits;
		sum->closing += a->balance;
	}
}

void
books_each(const struct books *b, void (*fn)(void *ctx,
    const struct books_row *), void *ctx)
{
	const struct account *a;
	struct books_row row;
	size_t i, k;

	for (i = 0; i < b->n; i++) {
		a = &b->list[i];
		row = (struct books_row){ a->name, a->currency, a->opening,
		    a->debits, a->credits, a->balance };
		fn(ctx, &row);
	}
	for (i = 0; i < b->n; i++) {
		for (k = 0; k < i; k++)
			if (strcmp(b->list[k].currency,
			    b->list[i].currency) == 0)
				break;
		if (k < i)
			continue;
		add_up(b, b->list[i].currency, &row);
		fn(ctx, &row);
	}
}
