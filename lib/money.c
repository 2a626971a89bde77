/*
 * Amounts as text, and as coins.
 */

#include <stdio.h>
#include <string.h>

#include "lib/scan.h"

#include "lib/money.h"

#define DECIMALS 6

int
money_read(const char *s, size_t len, int64_t *out)
{
	int is_less = len > 0 && s[0] == '-';
	const char *text = s + is_less, *dot;
	size_t n = len - (size_t)is_less, whole, i;
	uint64_t units, part = 0;

	dot = memchr(text, '.', n);
	whole = dot != NULL ? (size_t)(dot - text) : n;
	if (scan_uint(text, whole, (uint64_t)(MONEY_MAX / MONEY_ONE),
	    &units) != 0)
		return -1;
	if (dot != NULL) {
		n -= whole + 1;
		if (n > DECIMALS || scan_uint(dot + 1, n, MONEY_ONE - 1,
		    &part) != 0)
			return -1;
		for (i = n; i < DECIMALS; i++)
			part *= 10;
	}
	if (units * (uint64_t)MONEY_ONE + part > (uint64_t)MONEY_MAX)
		return -1;
	*out = (int64_t)(units * (uint64_t)MONEY_ONE + part);
	if (is_less)
		*out = -*out;
	return 0;
}

/* At least so many decimals; its length. */
static int
put_text(int64_t amount, int decimals, char dst[MONEY_TEXT_SIZE])
{
	uint64_t v = amount < 0 ? -(uint64_t)amount : (uint64_t)amount;
	int n = snprintf(dst, MONEY_TEXT_SIZE, "%s%llu.%06llu",
	    amount < 0 ? "-" : "", (unsigned long long)(v / 1000000),
	    (unsigned long long)(v % 1000000));
	int least = n - DECIMALS + decimals;

	while (n > least && dst[n - 1] == '0')
		dst[--n] = '\0';
	if (dst[n - 1] == '.')
		dst[--n] = '\0';
	return n;
}

void
money_text(int64_t amount, char dst[MONEY_TEXT_SIZE])
{
	(void)put_text(amount, 2, dst);
}

int
money_is_currency(const char *s)
{
	int i;

	for (i = 0; i < 3; i++)
		if (s[i] < 'A' || s[i] > 'Z')
			return 0;
	return s[3] == '\0';
}

/* ISO 4217: the currencies whose smallest coin is not a hundredth. */
static int64_t
coin(const char *currency)
{
	static const char none[][4] = { "BIF", "CLP", "DJF", "GNF", "JPY",
	    "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
	    "XPF" };
	static const char three[][4] = { "BHD", "IQD", "JOD", "KWD", "LYD",
	    "OMR", "TND" };
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (strcmp(currency, none[i]) == 0)
			return MONEY_ONE;
	for (i = 0; i < sizeof(three) / sizeof(three[0]); i++)
		if (strcmp(currency, three[i]) == 0)
			return MONEY_ONE / 1000;
	return MONEY_ONE / 100;
}

void
money_say(int64_t amount, const char *currency, char dst[MONEY_SAID_SIZE])
{
	int64_t one = coin(currency);
	int n = put_text(amount, one == MONEY_ONE ? 0 : one == MONEY_ONE /
	    1000 ? 3 : 2, dst);

	snprintf(dst + n, (size_t)(MONEY_SAID_SIZE - n), " %s", currency);
}

int64_t
money_coins(int64_t amount, const char *currency)
{
	int64_t one = coin(currency);

	return amount <= 0 ? amount / one : (amount + one - 1) / one;
}

int64_t
money_of_coins(int64_t coins, const char *currency)
{
	return coins * coin(currency);
}
