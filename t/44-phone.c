/*
 * Numbering plans: what kind of number is this?
 */
#include <stdio.h>
#include <string.h>

#include "bridge-client/guard/phone.h"

#include "t/tap.h"

static const char *const unreadable[] = {
	"", " ", "+", "-", "hello", "+44 20 7946 0123 ext 4",
	"+442079460123x4", "+442079460123;ext=4", "tel:+442079460123",
	"1-800-FLOWERS", "+44\n2079460123", "+44\t2079460123",
	"+442079460123,1", "*67 2015550123", "sip:desk@example.com",
	"\xff\xfe\xfd", "\xc3", "+999123456789", "++442079460123",
	"44+2079460123",
	"+442079460123 \xd0\xb4\xd0\xbe\xd0\xb1 5",	/* an extension */
	"0000000000000000000000000000000000000000000000000000000000000000000",
};

static const struct {
	const char	*text, *region, *e164, *shown, *country;
	enum phone_type	 type;
} cases[] = {
	{ "+442079460123", "", "+442079460123", "+44 20 7946 0123", "GB",
	    PHONE_FIXED },
	{ "020 7946 0123", "GB", "+442079460123", "+44 20 7946 0123", "GB",
	    PHONE_FIXED },
	{ "(020) 7946-0123", "GB", "+442079460123", "+44 20 7946 0123", "GB",
	    PHONE_FIXED },
	{ "0044 20 7946 0123", "GB", "+442079460123", "+44 20 7946 0123",
	    "GB", PHONE_FIXED },
	{ "+44 (0)20 7946 0123", "US", "+442079460123", "+44 20 7946 0123",
	    "GB", PHONE_FIXED },
	{ "201 555 0123", "US", "+12015550123", "+1 201-555-0123", "US",
	    PHONE_FIXED_OR_MOBILE },
	{ "011442079460123", "US", "+442079460123", "+44 20 7946 0123", "GB",
	    PHONE_FIXED },
	{ "0151 23456789", "DE", "+4915123456789", "+49 1512 3456789", "DE",
	    PHONE_MOBILE },
	{ "030/1234567", "DE", "+49301234567", "+49 30 1234567", "DE",
	    PHONE_FIXED },
	{ "\xd9\xa0\xd9\xa2\xd9\xa0\xd9\xa7\xd9\xa9\xd9\xa4\xd9\xa6\xd9\xa0"
	    "\xd9\xa1\xd9\xa2\xd9\xa3", "GB", "+442079460123",
	    "+44 20 7946 0123", "GB", PHONE_FIXED },
	{ "+39 02 1234 5678", "", "+390212345678", "+39 02 1234 5678", "IT",
	    PHONE_FIXED },
	{ "+448712345678", "", "+448712345678", "+44 871 234 5678", "GB",
	    PHONE_PREMIUM },
	{ "+33899123456", "", "+33899123456", "+33 899 12 34 56", "FR",
	    PHONE_PREMIUM },
	{ "+447012345678", "", "+447012345678", "+44 70 1234 5678", "GB",
	    PHONE_PERSONAL },
	{ "+18005550123", "", "+18005550123", "+1 800-555-0123", "US",
	    PHONE_TOLL_FREE },
	{ "+18765230123", "", "+18765230123", "+1 876-523-0123", "JM",
	    PHONE_FIXED_OR_MOBILE },
	{ "+80012345678", "", "+80012345678", "+800 1234 5678", "001",
	    PHONE_TOLL_FREE },
	{ "+8821612345678", "", "+8821612345678", "+882 16 1234 5678", "001",
	    PHONE_VOIP },
};

int
main(void)
{
	static const struct { const char *e164, *shown; } shown[] = {
		{ "+442079460100", "+44 20 7946 0100" },
		{ "+12015550123", "+1 201-555-0123" },
		{ "+33142345678", "+33 1 42 34 56 78" },
		{ "sip:a@example.com", "sip:a@example.com" },
		{ "", "" }, { "+", "+" }
	};
	char text[64];
	char number[PHONE_SHOWN_SIZE], want[PHONE_SHOWN_SIZE];
	struct phone p;
	int wrong = 0;
	size_t i;

	is_int(phone_init(), 0, "the plans are there");
	for (i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
		is_int(phone_read(&p, unreadable[i], "GB"), -1,
		    "no number: case %zu", i);
	is_int(phone_read(&p, "02079460123", ""), -1,
	    "national form without a country");
	is_int(phone_read(&p, "02079460123", "XX"), -1, "no such country");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!is_int(phone_read(&p, cases[i].text, cases[i].region), 0,
		    "%s", cases[i].text))
			continue;
		is_str(p.e164, cases[i].e164, "as E.164");
		phone_show(text, sizeof(text), p.e164);
		is_str(text, cases[i].shown, "as shown");
		is_str(p.region, cases[i].country, "its country");
		is_int(p.type, cases[i].type, "its type");
		ok(p.is_possible && p.is_valid, "in use");
	}
	ok(phone_read(&p, "+4420794601", "") == 0 && !p.is_valid, "too short");
	ok(phone_read(&p, "+44999", "") == -1 || !p.is_possible,
	    "an emergency number behind a country code");
	ok(phone_is_short("999", "GB"), "999 in GB");
	ok(phone_is_short("112", "DE"), "112 in DE");
	ok(phone_is_short("1 1 2", "DE"), "1 1 2 in DE");
	ok(phone_is_short("9115", "US"), "911 and more");
	ok(phone_is_short("118118", "GB"), "a directory service");
	ok(phone_is_short("100", "GB") && !phone_is_emergency("100", "GB"),
	    "an operator is no emergency");
	ok(!phone_is_short("02079460123", "GB"), "a usual number");
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		phone_show(text, sizeof(text), shown[i].e164);
		is_str(text, shown[i].shown, "shown: %s", shown[i].e164);
	}
	phone_show(text, 14, "+442079460100");
	is_str(text, "+442079460100", "no room to group it: as it is");
	/* Far more than are remembered, and each a second time. */
	for (i = 0; i < 2000; i++) {
		snprintf(number, sizeof(number), "+44207946%04zu", i / 2);
		snprintf(want, sizeof(want), "+44 20 7946 %04zu", i / 2);
		phone_show(text, sizeof(text), number);
		wrong += strcmp(text, want) != 0;
	}
	is_int(wrong, 0, "each its own, whatever was shown before");
	ok(phone_is_region("GB") && phone_is_region("US"), "countries");
	ok(!phone_is_region("UK") && !phone_is_region("gb") &&
	    !phone_is_region("") && !phone_is_region("001"), "no countries");
	is_int(phone_country_code("UK"), 0, "no country has no code");
	is_int(phone_country_code("GB"), 44, "a country has its code");
	return tap_done();
}
