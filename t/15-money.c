/* Amounts of money: read, written, in coins. */

#include <string.h>

#include "lib/money.h"
#include "t/tap.h"

static void
test_refused(void)
{
	static const char *const bad[] = { "", "-", ".", ".5", "5.", "-.5",
	    "+1", " 1", "1 ", "1,5", "1.2.3", "1.0000000", "0x1", "1e3", "--1",
	    "1.-5", "1000000000.000001", "1000000001", "-1000000000.000001",
	    "99999999999999999999", "1.5\t" };
	int64_t v = 42;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(money_read(bad[i], strlen(bad[i]), &v), -1,
		    "no amount: \"%s\"", bad[i]);
	is_int(v, 42, "and nothing is written");
	is_int(money_is_currency("eur") + money_is_currency("EURO") +
	    money_is_currency("EU") + money_is_currency(""), 0,
	    "no currencies");
}

static void
test_amounts(void)
{
	static const struct { const char *in, *out; int64_t v; } good[] = {
		{ "0", "0.00", 0 }, { "-0", "0.00", 0 },
		{ "1", "1.00", 1000000 },
		{ "12.5", "12.50", 12500000 }, { "0.000125", "0.000125", 125 },
		{ "-0.000001", "-0.000001", -1 }, { "0.0120", "0.012", 12000 },
		{ "1000000000", "1000000000.00", MONEY_MAX },
		{ "-1000000000.000000", "-1000000000.00", -MONEY_MAX },
		{ "007.100000", "7.10", 7100000 }
	};
	char text[MONEY_TEXT_SIZE];
	int64_t v;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		v = 42;
		is_int(money_read(good[i].in, strlen(good[i].in), &v), 0,
		    "an amount: %s", good[i].in);
		is_int(v, good[i].v, "  read exactly");
		money_text(v, text);
		is_str(text, good[i].out, "  written again");
	}
	money_text(INT64_MIN, text);
	is_str(text, "-9223372036854.775808", "the lowest number of all");
	is_int(money_is_currency("EUR"), 1, "a currency");
}

static void
test_coins(void)
{
	static const struct { int64_t v; const char *currency, *out; } said[] =
	{
		{ 12500000, "EUR", "12.50 EUR" },
		{ -206, "EUR", "-0.000206 EUR" },
		{ 12000000, "JPY", "12 JPY" },
		{ 12500000, "JPY", "12.5 JPY" },
		{ 0, "JPY", "0 JPY" },
		{ 1250000, "KWD", "1.250 KWD" },
		{ INT64_MIN, "EUR", "-9223372036854.775808 EUR" }
	};
	char text[MONEY_SAID_SIZE];
	size_t i;

	is_int(money_coins(1230000, "EUR"), 123, "cents");
	is_int(money_coins(1230001, "EUR"), 124, "rounded up");
	is_int(money_coins(1, "JPY"), 1, "a yen has no cents");
	is_int(money_coins(1001, "KWD"), 2, "a dinar has thousandths");
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		money_say(said[i].v, said[i].currency, text);
		is_str(text, said[i].out, "said: %s", said[i].out);
	}
	is_int(money_coins(0, "EUR"), 0, "nothing is nothing");
	is_int(money_of_coins(124, "EUR"), 1240000, "and back");
	is_int(money_of_coins(7, "JPY"), 7000000, "and back");
}

int
main(void)
{
	test_refused();
	test_amounts();
	test_coins();
	return tap_done();
}
