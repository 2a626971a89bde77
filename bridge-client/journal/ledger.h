#ifndef BRIDGE_JOURNAL_LEDGER_H
#define BRIDGE_JOURNAL_LEDGER_H

#include <stdint.h>

#include "lib/money.h"
#include "lib/terms.h"

/*
 * The ledger, as data: what accounts have paid in, what is held, what calls
 * have cost.  Double entry: each entry moves an amount from the account that
 * it debits to the one that it credits, and nothing is ever changed or taken
 * out.  Accounts:
 *
 *	customer:NAME	what an account of the configuration has paid in;
 *			it has its credits less its debits
 *	revenue		what calls have earned
 *	cash:topup	where that came from: by calloffer ledger
 *	cash:NAME	.. by the payer of this section
 *
 * Each is of one currency: of several there are several accounts of one name.
 * A hold moves nothing; it is counted beside what was moved, on both sides.
 */
#define LEDGER_NAME_MAX	(10 + TERMS_ACCOUNT_MAX)	/* "customer:" */
#define LEDGER_NOTE_MAX	63
#define LEDGER_ID_BYTES	16

enum ledger_kind {
	LEDGER_TOPUP = 1,	/* by hand; less than 0: paid out */
	LEDGER_HOLD,
	LEDGER_CAPTURE,		/* moves the cost, ends the hold */
	LEDGER_RELEASE,		/* ends the hold */
	LEDGER_EXPIRE		/* likewise: its call is lost */
};
#define LEDGER_KINDS (LEDGER_EXPIRE + 1)

struct ledger_entry {
	uint64_t	number;		/* 1, 2, ..: no gaps */
	uint8_t		kind;		/* enum ledger_kind */
	int64_t		at;		/* Unix seconds */
	unsigned char	id[LEDGER_ID_BYTES];	/* of the call or top-up */
	char		debit[LEDGER_NAME_MAX + 1];
	char		credit[LEDGER_NAME_MAX + 1];
	char		currency[MONEY_CURRENCY_SIZE];
	int64_t		amount;		/* moved */
	int64_t		held;		/* more is held by this; or less, < 0 */
	char		note[LEDGER_NOTE_MAX + 1];
};

struct ledger_account {
	char		name[LEDGER_NAME_MAX + 1];
	char		currency[MONEY_CURRENCY_SIZE];
	int64_t		debits, credits;
	int64_t		debits_held, credits_held;
};

/* What is left for calls that begin. */
int64_t ledger_available(const struct ledger_account *);

/* "customer:NAME", "cash:NAME". */
void ledger_customer(char dst[LEDGER_NAME_MAX + 1], const char *name);
void ledger_cash(char dst[LEDGER_NAME_MAX + 1], const char *name);

/* "top-up", "hold", ... */
const char *ledger_word(enum ledger_kind);

#endif
