/* Codes: for whom and how long one is good, how often it is tried, mailed. */

#include <stdio.h>
#include <string.h>

#include "bridge-client/guard/code.h"

#include "t/tap.h"

static unsigned made;

static void
make(char dst[CODE_DIGITS + 1])
{
	snprintf(dst, CODE_DIGITS + 1, "1234%04u",
	    ++made % 10000);
}

static const char *const words[] = { [CODE_GOOD] = "good", [CODE_NEW] = "new",
	[CODE_OUT] = "out", [CODE_WRONG] = "wrong", [CODE_LATER] = "later" };

/* One after the other, of one table: seconds pass, then somebody asks. */
static void
test_story(void)
{
	static const struct {
		int		 s;
		char		 offer, number;
		const char	*typed, *want, *why;
	} steps[] = {
		{ 0, 'o', 'n', "12340001", "new", "there was none" },
		{ 0, 'o', 'n', "", "out", "asked again" },
		{ 0, 'o', 'm', "", "later", "for another number" },
		{ 0, 'o', 'm', "12340001", "later", "of another number" },
		{ 0, 'p', 'n', "12340001", "new", "of another offer" },
		{ 1, 'o', 'n', "12340002", "wrong", "another" },
		{ 0, 'o', 'n', "1234000", "wrong", "too short" },
		{ 0, 'o', 'n', "123400011", "wrong", "too long" },
		{ 0, 'o', 'n', " 1234-00 01", "good", "as people type it" },
		{ 0, 'o', 'n', "12340001", "later", "once only" },
		{ 0, 'o', 'n', "", "later", "the next" },
		{ CODE_PAUSE_S - 2, 'o', 'm', "", "later", "a second early" },
		{ 1, 'o', 'm', "", "new", "after the pause" },
		{ CODE_LIVES_S - 1, 'o', 'm', "", "out", "its last second" },
		{ 1, 'o', 'm', "12340003", "later", "it is over" },
		{ CODE_PAUSE_S - CODE_LIVES_S, 'o', 'm', "", "new", "a third" },
		{ 0, 'o', 'm', "1", "wrong", "1" }, { 0, 'o', 'm', "2",
		    "wrong", "2" }, { 0, 'o', 'm', "3", "wrong", "3" },
		{ 0, 'o', 'm', "4", "wrong", "4" },
		{ 0, 'o', 'm', "5", "wrong", "5" },
		{ 0, 'o', 'm', "12340004", "later", "tried too often" },
		{ CODE_PAUSE_S, 'o', 'm', "", "later", "three in a day" },
		{ 86400 - 3 * CODE_PAUSE_S - 1, 'o', 'm', "", "later",
		    "nearly" },
		{ 1, 'o', 'm', "", "new", "the next day" },
	};
	struct code_table *t = code_new(make);
	unsigned char offer[CODE_OFFER_BYTES], number[CODE_HASH_BYTES];
	struct code_ask ask = { offer, number, NULL, 1000 };
	char out[CODE_DIGITS + 1];
	int64_t in_s;
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		memset(offer, steps[i].offer, sizeof(offer));
		memset(number, steps[i].number, sizeof(number));
		ask.typed = steps[i].typed;
		ask.now_s += steps[i].s;
		is_str(words[code_check(t, &ask, out, &in_s)], steps[i].want,
		    "%zu: %s", i, steps[i].why);
		if (strcmp(steps[i].want, "later") == 0)
			ok(in_s > 0, "says when");
	}
	code_free(t);
}

static void
test_full(void)
{
	struct code_table *t = code_new(make);
	unsigned char offer[CODE_OFFER_BYTES] = { 0 };
	unsigned char number[CODE_HASH_BYTES] = { 1 };
	struct code_ask ask = { offer, number, "", 5 };
	char out[CODE_DIGITS + 1];
	int64_t in_s;
	int i, n = 0;

	for (i = 0; i < CODE_OFFERS_MAX; i++) {
		memcpy(offer, &i, sizeof(i));
		n += code_check(t, &ask, out, &in_s) == CODE_NEW;
	}
	is_int(n, CODE_OFFERS_MAX, "as many offers as there are places");
	memcpy(offer, &i, sizeof(i));
	is_int(code_check(t, &ask, out, &in_s), CODE_LATER, "no other");
	memset(offer, 0, sizeof(offer));
	is_int(code_check(t, &ask, out, &in_s), CODE_OUT, "the first still is");
	memcpy(offer, &i, sizeof(i));
	ask.now_s += 86400;
	is_int(code_check(t, &ask, out, &in_s), CODE_NEW, "the next day");
	code_free(t);
}

int
main(void)
{
	test_story();
	test_full();
	return tap_done();
}
