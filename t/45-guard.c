/*
 * What may be dialled, and how often.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/secret.h"

#include "bridge-client/call/call.h"
#include "bridge-client/contract/contract.h"
#include "bridge-client/guard/guard.h"
#include "bridge-client/guard/phone.h"
#include "bridge-client/guard/prefix.h"

#include "t/tap.h"

#define DENIED	"t/data/denied-numbers"
#define NOW	1800000000LL

static char gb[] = "GB", us[] = "US", de[] = "DE";
static char domain[] = "example.com", below[] = "*.example.net";
static char *gb_us_de[] = { gb, us, de };
static char any[] = "*";
static char *domains[] = { domain, below }, *all[] = { any };

static struct contract_account
account(char *region)
{
	struct contract_account a = {
		.name = "sales", .region = region,
		.per_number_10min = 2, .per_number_day = 5,
		.per_prefix_10min = 3, .per_client_10min = 4,
		.per_client_day = 50, .per_offer_attempts = 3,
		.per_offeror_day = 20, .per_day = 30, .at_once = 10
	};

	return a;
}

/* Every number of the list, by an account that allows its very country. */
static void
test_denied(void)
{
	FILE *f = fopen(DENIED, "re");
	char line[512], *region, *number, *why;
	struct contract_account a;
	struct guard_number n;
	int count = 0;

	if (!ok(f != NULL, "the list is there"))
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#')
			continue;
		line[strcspn(line, "\n")] = '\0';
		why = line;
		region = strsep(&why, "\t");
		number = strsep(&why, "\t");
		if (why == NULL) {
			ok(0, "three fields: %s", line);
			continue;
		}
		a = account(region[0] == '-' ? gb : region);
		ok(guard_read(&a, number, "", &n) != ASK_OK &&
		    n.tel.kind == TEL_NONE, "%s: %s (%s)", a.region, number,
		    why);
		count++;
	}
	fclose(f);
	ok(count >= 200, "%d numbers that must not pass", count);
}

static const struct {
	const char		*typed, *region;
	enum ask_refusal	 want;
	const char		*canonical, *shown, *country;
} numbers[] = {
	{ "+442079460123", "", ASK_OK, "+442079460123", "+44 20 7946 0123",
	    "GB" },
	{ "020 7946 0123", "", ASK_OK, "+442079460123", "+44 20 7946 0123",
	    "GB" },
	{ "201-555-0123", "US", ASK_OK, "+12015550123", "+1 201-555-0123",
	    "US" },
	{ "0151 23456789", "DE", ASK_OK, "+4915123456789", "+49 1512 3456789",
	    "DE" },
	{ "+1 800 555 0123", "", ASK_OK, "+18005550123", "+1 800-555-0123",
	    "US" },
	{ "+442079460123", "XX", ASK_OK, "+442079460123", "+44 20 7946 0123",
	    "GB" },
	{ "412-555-0123", "", ASK_NUMBER_BAD, "", "", "" },
	{ "hello", "", ASK_NUMBER_BAD, "", "", "" },
	{ "+44 20 7946", "", ASK_NUMBER_BAD, "", "", "" },
	{ "999", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "112", "DE", ASK_NUMBER_DENIED, "", "", "" },
	{ "+44999", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "+33142345678", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "+8821612345678", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "+447700900123", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "+442079460123;ext=", "", ASK_NUMBER_BAD, "", "", "" },
	{ "+442079460123;ext=4a", "", ASK_NUMBER_BAD, "", "", "" },
	{ "+442079460123;ext=1234567", "", ASK_NUMBER_BAD, "", "", "" },
	{ "+442079460123;ext=4;ext=2", "", ASK_NUMBER_BAD, "", "", "" },
	{ "+448712345678;ext=42", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "020 7946 0123;ext=42", "GB", ASK_OK, "+442079460123",
	    "+44 20 7946 0123", "GB" },
	{ "sip:alice@localhost", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@desk.local", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@example.com", "", ASK_OK, "sip:alice@example.com",
	    "sip:alice@example.com", "" },
	{ "SIPS:alice@Sub.Example.NET", "", ASK_OK,
	    "sips:alice@sub.example.net", "sips:alice@sub.example.net", "" },
	{ "sip:+442079460123@example.com", "", ASK_OK,
	    "sip:+442079460123@example.com",
	    "sip:+442079460123@example.com", "" },
	{ "sip:+448712345678@example.com", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:+8816123456@example.com", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:00448712345678@example.com", "", ASK_NUMBER_DENIED, "", "",
	    "" },
	{ "sip:999@example.com", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:+44-20-7946-0123@example.com", "", ASK_NUMBER_BAD, "", "", "" },
	{ "sip:+442079460123=1@example.com", "", ASK_NUMBER_BAD, "", "", "" },
	{ "sip:+4402079460123@example.com", "", ASK_NUMBER_BAD, "", "", "" },
	{ "sip:00448712345678_@example.com", "", ASK_NUMBER_DENIED, "", "",
	    "" },
	{ "sip:9@example.com", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@example.org", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@example.net", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@127.0.0.1", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@[::1]", "", ASK_NUMBER_DENIED, "", "", "" },
	{ "sip:alice@2130706433", "", ASK_NUMBER_BAD, "", "", "" },
	{ "sip:alice@example.com;transport=tcp", "", ASK_NUMBER_BAD, "", "",
	    "" },
	{ "sip:alice@example.com?Subject=x", "", ASK_NUMBER_BAD, "", "", "" },
	{ "sip:alice:secret@example.com", "", ASK_NUMBER_BAD, "", "", "" },
	{ "sip:", "", ASK_NUMBER_BAD, "", "", "" },
};

/* Refusals may be told more or less exactly; but they must be refusals. */
static void
test_numbers(void)
{
	struct contract_account a = account(gb);
	struct guard_number n;
	FILE *f;
	char path[512], why[128], shown[TEL_TEXT_MAX + 1];
	enum ask_refusal got;
	size_t i;

	a.countries.n = 3;
	a.countries.item = gb_us_de;
	a.sip_domains.n = 2;
	a.sip_domains.item = domains;
	a.is_sip_offeree = 1;
	snprintf(path, sizeof(path), "%s/deny", tap_dir());
	f = fopen(path, "we");
	fputs("+447700\n", f);
	fclose(f);
	a.deny = prefix_read(path, why, sizeof(why));
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		got = guard_read(&a, numbers[i].typed, numbers[i].region, &n);
		is_str(ask_refusal_word(got),
		    ask_refusal_word(numbers[i].want), "typed: %s",
		    numbers[i].typed);
		is_str(n.tel.text, numbers[i].canonical, "canonical");
		phone_show(shown, sizeof(shown), n.tel.text);
		is_str(shown, numbers[i].shown, "shown");
		is_str(n.region, numbers[i].country, "country");
	}
	a.is_sip_offeree = 0;
	is_int(guard_read(&a, "sip:alice@example.com", "", &n),
	    ASK_NUMBER_DENIED, "no SIP address where the account says no");
	a.is_sip_offeree = 1;
	a.sip_domains.item = all;
	is_int(guard_read(&a, "sip:alice@192.0.2.1", "", &n),
	    ASK_NUMBER_DENIED, "nor ever an address of a host in numbers");
	is_int(guard_read(&a, "sip:alice@example.org", "", &n), ASK_OK,
	    "where any name would do");
	is_int(guard_read(&a, "sip:alice@desk.local", "", &n),
	    ASK_NUMBER_DENIED, "but none of a private network");
	is_int(guard_read(&a, "+442079460123;ext=42", "", &n), ASK_OK,
	    "an extension");
	is_str(n.tel.ext, "42", "is dialled after the answer");
	prefix_free(a.deny);
}

static void
test_destinations(void)
{
	static const struct {
		const char		*text;
		enum ask_refusal	 want;
	} cases[] = {
		{ "+442079460123", ASK_OK }, { "+442079460123;ext=42", ASK_OK },
		{ "+448712345678", ASK_NUMBER_DENIED },
		{ "+33142345678", ASK_NUMBER_DENIED },
		{ "+4420794601", ASK_NUMBER_BAD },
		{ "sip:desk@example.com", ASK_OK },
		{ "sip:100@example.com", ASK_OK },
		{ "sip:999@example.com", ASK_NUMBER_DENIED },
		{ "sip:+448712345678@example.com", ASK_NUMBER_DENIED },
		{ "sip:desk@example.org", ASK_NUMBER_DENIED },
		{ "sip:desk@192.0.2.1", ASK_NUMBER_DENIED },
	};
	struct contract_account a = account(gb);
	struct tel tel;
	const char *why;
	char region[3];
	size_t i;

	a.sip_domains.n = 1;
	a.sip_domains.item = domains;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(tel_parse(&tel, cases[i].text, strlen(cases[i].text),
		    &why), 0, "%s", cases[i].text);
		is_str(ask_refusal_word(guard_destination(&a, &tel)),
		    ask_refusal_word(cases[i].want), "as a destination");
	}
	for (i = 0; i < 2; i++) {
		is_int(tel_parse(&tel, "+4402079460123;ext=42", 21, &why), 0,
		    "a number with a nought too many");
		is_int(guard_destination(&a, &tel), ASK_OK, "may be rung");
		is_str(tel.text, "+442079460123", "as it was judged");
		is_str(tel.ext, "42", "and its extension");
	}
	memset(&tel, 0, sizeof(tel));
	is_int(guard_destination(&a, &tel), ASK_NUMBER_BAD, "none");
	guard_region(&tel, region);
	is_str(region, "", "which has no country");
	is_int(tel_parse(&tel, "+12015550123", 12, &why), 0, "a number");
	guard_region(&tel, region);
	is_str(region, "US", "has one");
	a.sip_domains.n = 0;
	is_int(tel_parse(&tel, "sip:desk@example.com", 20, &why), 0, "SIP");
	is_int(guard_destination(&a, &tel), ASK_NUMBER_DENIED,
	    "no packet destination where the account names no domain");
}

static struct acceptance
acceptance(struct guard *g, const char *number, int id)
{
	struct acceptance acc;
	const char *why;

	memset(&acc, 0, sizeof(acc));
	memcpy(acc.id, &id, sizeof(id));
	snprintf(acc.account, sizeof(acc.account), "sales");
	snprintf(acc.offeror, sizeof(acc.offeror), "alice@example.com");
	if (tel_parse(&acc.a, number, strlen(number), &why) == -1)
		tap_note("%s: %s", number, why);
	guard_hash(g, &acc.a, acc.a_hash);
	return acc;
}

struct step {
	const char		*number, *client;
	int64_t			 at;
	enum ask_refusal	 want;
	int64_t			 retry_at;
	int			 is_closed;	/* and the call ends at once */
};

static void
walk(const char *what, struct contract_account a, const struct step *s,
    size_t n, const struct secret *mac)
{
	struct guard *g = guard_new(mac, 10000);
	struct acceptance acc;
	struct guard_ask ask = { .account = &a, .acc = &acc };
	int64_t retry_at;
	size_t i;

	for (i = 0; i < n; i++) {
		acc = acceptance(g, s[i].number, (int)i + 1);
		ask.client = s[i].client;
		is_int(guard_reserve(g, &ask, s[i].at, &retry_at), s[i].want,
		    "%s, step %zu", what, i);
		is_int(retry_at, s[i].retry_at, "and when again");
		if (s[i].is_closed)
			guard_closed(g, &acc);
	}
	guard_free(g);
}
#define WALK(what, a, s) walk(what, a, s, sizeof(s) / sizeof((s)[0]), mac)

static void
test_caps(const struct secret *mac)
{
	static const struct step number[] = {
		{ "+442079460123", "", NOW, ASK_OK, 0, 0 },
		{ "+442079460123", "", NOW + 1, ASK_TOO_MANY, NOW + 61, 1 },
		/* the refused one was never open: the first still is */
		{ "+442079460123", "", NOW + 2, ASK_TOO_MANY, NOW + 62, 1 },
	}, minutes[] = {
		{ "+442079460123", "", NOW, ASK_OK, 0, 1 },
		{ "+442079460123", "", NOW + 10, ASK_OK, 0, 1 },
		{ "+442079460123", "", NOW + 20, ASK_TOO_MANY, NOW + 600, 1 },
		{ "+442079460123", "", NOW + 600, ASK_OK, 0, 1 },
		{ "+442079460123", "", NOW + 1200, ASK_OK, 0, 1 },
		{ "+442079460123", "", NOW + 1800, ASK_OK, 0, 1 },
		{ "+442079460123", "", NOW + 2400, ASK_TOO_MANY, NOW + 86400,
		    1 },
	}, prefix[] = {
		{ "+442079460123", "", NOW, ASK_OK, 0, 1 },
		{ "+442079460124", "", NOW, ASK_OK, 0, 1 },
		{ "+442079460125", "", NOW, ASK_OK, 0, 1 },
		{ "+442079460199", "", NOW, ASK_TOO_MANY, NOW + 600, 1 },
		{ "+442079460223", "", NOW, ASK_OK, 0, 1 },
	}, client[] = {
		{ "+442079460123", "192.0.2.0/24", NOW, ASK_OK, 0, 1 },
		{ "+442079460223", "192.0.2.0/24", NOW, ASK_OK, 0, 1 },
		{ "+442079460323", "192.0.2.0/24", NOW, ASK_OK, 0, 1 },
		{ "+442079460423", "192.0.2.0/24", NOW, ASK_OK, 0, 1 },
		{ "+442079460523", "192.0.2.0/24", NOW, ASK_TOO_MANY,
		    NOW + 600, 1 },
		{ "+442079460523", "198.51.100.0/24", NOW, ASK_OK, 0, 1 },
	}, day[] = {
		{ "+442079460123", "", NOW, ASK_OK, 0, 1 },
		{ "+442079460223", "", NOW, ASK_OK, 0, 1 },
		{ "+442079460323", "", NOW + 5, ASK_TOO_MANY, NOW + 86400, 1 },
	}, at_once[] = {
		{ "+442079460123", "", NOW, ASK_OK, 0, 0 },
		{ "+442079460223", "", NOW, ASK_OK, 0, 0 },
		{ "+442079460323", "", NOW, ASK_TOO_MANY, NOW + 60, 1 },
	};
	struct contract_account a = account(gb);

	WALK("one call at a time to a number", a, number);
	WALK("to one number", a, minutes);
	WALK("to numbers alike", a, prefix);
	WALK("from one client", a, client);
	a.per_day = 2;
	WALK("of the account", a, day);
	a.per_day = 30;
	a.per_offeror_day = 2;
	WALK("of the offeror", a, day);
	a.per_offeror_day = 20;
	a.at_once = 2;
	WALK("at once", a, at_once);
}

/* Who is one, whatever he is called. */
static void
test_spellings(const struct secret *mac)
{
	static const struct {
		const char	*a, *b;
		int		 is_same;
	} cases[] = {
		{ "+442079460123", "+442079460123;ext=42", 1 },
		{ "+442079460123", "sip:+442079460123@example.com", 1 },
		{ "sip:bob@example.com", "sips:BOB@Example.com:5061", 1 },
		{ "sip:bob@example.com", "sip:bob@example.org", 0 },
		{ "sip:bob@example.com", "sip:rob@example.com", 0 },
		{ "sip:100@example.com", "sip:100@example.org", 0 },
		{ "sip:bob@[2001:db8::1]", "sip:bob@[2001:db8::2]", 0 },
		{ "+442079460123", "+442079460124", 0 },
	};
	struct guard *g = guard_new(mac, 100);
	unsigned char a[16], b[16];
	const char *why;
	struct tel tel;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(a, 0, sizeof(a));
		if (tel_parse(&tel, cases[i].a, strlen(cases[i].a), &why) == 0)
			guard_hash(g, &tel, a);
		memset(b, 0, sizeof(b));
		if (tel_parse(&tel, cases[i].b, strlen(cases[i].b), &why) == 0)
			guard_hash(g, &tel, b);
		is_int(memcmp(a, b, sizeof(a)) == 0, cases[i].is_same,
		    "%s and %s", cases[i].a, cases[i].b);
	}
	guard_free(g);
}

static void
test_guesses(const struct secret *mac)
{
	static const unsigned char offer[16] = { 1 }, other[16] = { 2 };
	struct guard *g = guard_new(mac, 100);
	int i, n = 0;

	for (i = 0; i < 20; i++)
		n += guard_guess(g, offer, ASK_NUMBER_WRONG, NOW + i) ==
		    ASK_NUMBER_WRONG;
	is_int(n, 10, "ten wrong guesses");
	is_int(guard_guess(g, offer, ASK_OK, NOW + 30), ASK_TOO_MANY,
	    "then the right one is none, either");
	is_int(guard_guess(g, other, ASK_OK, NOW + 30), ASK_OK,
	    "of another offer it is");
	is_int(guard_guess(g, offer, ASK_OK, NOW + 86400), ASK_OK,
	    "and a day later");
	guard_free(g);
}

static void
test_memory(const struct secret *mac)
{
	struct contract_account a = account(gb);
	struct guard *g = guard_new(mac, 10000);
	struct acceptance acc = acceptance(g, "+442079460123", 1);
	struct guard_ask ask = { .account = &a, .acc = &acc,
		.client = "192.0.2.0/24" };
	/* the configuration was read again meanwhile */
	const struct guard_ask gone = { .acc = &acc, .client = ask.client };
	int64_t at;

	is_int(guard_reserve(g, &ask, NOW, &at), ASK_OK, "reserved");
	guard_release(g, &gone, NOW);
	is_int((int64_t)guard_events(g), 0, "released: nothing is counted");
	is_int((int64_t)guard_open(g, "sales"), 0, "and nothing is open");
	is_int(guard_reserve(g, &ask, NOW, &at), ASK_OK, "so it can be again");
	guard_closed(g, &acc);
	guard_closed(g, &acc);
	is_int(guard_reserve(g, &ask, NOW, &at), ASK_OK, "the second");
	guard_closed(g, &acc);
	is_int(guard_reserve(g, &ask, NOW, &at), ASK_TOO_MANY, "no third");
	guard_free(g);

	g = guard_new(mac, 10000);
	guard_recall(g, &ask, NOW - 100);
	guard_recall(g, &ask, NOW - 50);
	is_int(guard_reserve(g, &ask, NOW, &at), ASK_TOO_MANY,
	    "what the journal remembers counts");
	is_int(at, NOW + 500, "until it is old");
	guard_free(g);

	g = guard_new(mac, 10000);
	guard_opened(g, &acc);
	is_int(guard_reserve(g, &ask, NOW, &at), ASK_TOO_MANY,
	    "a call that was open at the start counts");
	guard_closed(g, &acc);
	is_int(guard_reserve(g, &ask, NOW, &at), ASK_OK, "until it ends");
	guard_free(g);
	guard_free(NULL);
}

int
main(void)
{
	unsigned char key[32] = { 1 };
	struct secret *mac;

	if (secret_init() == -1 || phone_init() == -1)
		return 1;
	mac = secret_take(key, sizeof(key));
	test_denied();
	test_numbers();
	test_destinations();
	test_caps(mac);
	test_spellings(mac);
	test_guesses(mac);
	test_memory(mac);
	secret_free(mac);
	return tap_done();
}
