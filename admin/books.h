#ifndef ADMIN_BOOKS_H
#define ADMIN_BOOKS_H

#include <stdint.h>

struct ask_entry;

/*
 * The accounts of the ledger as its entries make them, from the first one on:
 * what each has after an entry, and before and after a period.
 */
struct books;

struct books *books_new(void);		/* NULL: out of memory */
void books_free(struct books *);	/* NULL is fine */

/* The next entry; 1 for `is_within`: it is of the period.  0, or -1: out of
 * memory. */
int books_add(struct books *, const struct ask_entry *, int is_within)
    __attribute__((warn_unused_result));

/* Credits less debits so far. */
int64_t books_balance(const struct books *, const char *account,
    const char *currency);

/*
 * Every account, in the order of their first entries, and for each currency
 * the sum of all, whose name is "": what it had before the period, what was
 * debited and credited in it, what it has after it.
 */
struct books_row {
	const char	*account, *currency;
	int64_t		 opening, debits, credits, closing;
};
void books_each(const struct books *, void (*)(void *ctx,
    const struct books_row *), void *ctx);

#endif
