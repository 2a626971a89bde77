#ifndef LIB_MONEY_H
#define LIB_MONEY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Amounts of money: whole millionths of the currency's main unit, in 64 bits
 * with a sign, so that 1.25 EUR is 1250000 and the price of a second can be
 * said exactly.  There is no other kind of amount, and no fraction of one.
 */
#define MONEY_ONE	INT64_C(1000000)
#define MONEY_CURRENCY_SIZE 4
#define MONEY_MAX	(INT64_C(1000000000) * MONEY_ONE) /* either side */

/*
 * "12", "12.5", "-0.000125": the whole slice, at most six decimals, within
 * MONEY_MAX.  0, or -1 and `*out` untouched.
 */
int money_read(const char *, size_t, int64_t *out)
    __attribute__((warn_unused_result));

/* "12.50", "-0.000125": two decimals, more where they are needed. */
#define MONEY_TEXT_SIZE	32
void money_text(int64_t, char dst[MONEY_TEXT_SIZE]);
/* "12.50 EUR", "12 JPY", "0.125 KWD": as many decimals as the currency has,
 * more where they are needed. */
#define MONEY_SAID_SIZE	(MONEY_TEXT_SIZE + MONEY_CURRENCY_SIZE)
void money_say(int64_t, const char *currency, char dst[MONEY_SAID_SIZE]);

/* 1 for three capital letters (ISO 4217), as EUR. */
int money_is_currency(const char *);

/*
 * In the currency's smallest coins (cents; a yen; a thousandth of a dinar), as
 * those who take cards count it, rounded up; and back.
 */
int64_t money_coins(int64_t, const char *currency);
int64_t money_of_coins(int64_t coins, const char *currency);

#endif
