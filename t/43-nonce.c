/*
 * What the bridge hands out and knows again: nonces, page addresses, hashes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"
#include "lib/token.h"

#include "bridge-client/guard/nonce.h"

#include "t/tap.h"

#define NOW	1800000000000LL

static struct secret *mac, *other;
static unsigned char offer[16], offer2[16];

static void
set_up(void)
{
	unsigned char k[32];

	memset(k, 7, sizeof(k));
	mac = secret_take(k, sizeof(k));
	memset(k, 8, sizeof(k));
	other = secret_take(k, sizeof(k));
	token_uuid_new(offer, NOW - 86400000);
	token_uuid_new(offer2, NOW - 86400000);
}

static void
test_ages(void)
{
	static const struct {
		int64_t			age_ms;
		enum nonce_verdict	want;
	} cases[] = {
		{ -86400000, NONCE_EARLY }, { -1, NONCE_EARLY },
		{ 0, NONCE_EARLY }, { 1999, NONCE_EARLY },
		{ 2000, NONCE_GOOD }, { 60000, NONCE_GOOD },
		{ 1800000, NONCE_GOOD }, { 1800001, NONCE_LATE },
		{ 86400000, NONCE_LATE },
	};
	char text[ASK_NONCE_MAX + 1];
	unsigned char call[16];
	size_t i;

	nonce_make(text, mac, offer, NOW);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(nonce_check(call, text, mac, offer,
		    NOW + cases[i].age_ms), cases[i].want, "age %lld ms",
		    (long long)cases[i].age_ms);
	is_int(token_offer_ms(call), NOW, "a late one still names its call");
}

/* Any other character at any place, shorter, longer: never good. */
static int
count_accepted(const char *good, int (*accepts)(const char *))
{
	char text[ASK_NONCE_MAX + 1];
	size_t n = strlen(good), i;
	int count = 0, c;

	for (i = 0; i <= n; i++)
		for (c = 0; c < 256; c++) {
			memcpy(text, good, n + 1);
			text[n + 1] = '\0';
			if ((unsigned char)text[i] == c)
				continue;
			text[i] = (char)c;
			count += accepts(text);
		}
	return count;
}

static int
accepts_nonce(const char *text)
{
	unsigned char call[16];

	return nonce_check(call, text, mac, offer, NOW + 5000) != NONCE_BAD;
}

static int
accepts_secret(const char *text)
{
	unsigned char call[16];

	return nonce_secret_check(call, text, mac) == 0;
}

static void
test_forged(void)
{
	char text[ASK_NONCE_MAX + 1], secret[ASK_SECRET_MAX + 1];
	unsigned char call[16], again[16];

	nonce_make(text, mac, offer, NOW);
	is_int(strlen(text), 43, "43 characters");
	is_int(count_accepted(text, accepts_nonce), 0,
	    "no changed, cut or longer nonce is known");
	is_int(nonce_check(call, text, mac, offer2, NOW + 5000), NONCE_BAD,
	    "a nonce of another offer is not known");
	is_int(nonce_check(call, text, other, offer, NOW + 5000), NONCE_BAD,
	    "nor one of another key");
	is_int(nonce_check(call, text, mac, offer, NOW + 5000), NONCE_GOOD,
	    "the nonce itself is");
	nonce_secret(secret, mac, call);
	is_int(strlen(secret), 43, "43 characters");
	is_int(count_accepted(secret, accepts_secret), 0,
	    "no changed, cut or longer address is known");
	is_int(nonce_secret_check(again, text, mac), -1,
	    "a nonce is no address");
	is_int(nonce_check(again, secret, mac, offer, NOW + 5000), NONCE_BAD,
	    "an address is no nonce");
	is_int(nonce_secret_check(again, secret, other), -1,
	    "an address of another key is not known");
	is_int(nonce_secret_check(again, secret, mac), 0,
	    "the address itself is");
	is_mem(again, call, 16, "and names the call of the nonce");
}

static void
test_distinct(void)
{
	char a[ASK_NONCE_MAX + 1], b[ASK_NONCE_MAX + 1];
	unsigned char h[16], h2[16];

	nonce_make(a, mac, offer, NOW);
	nonce_make(b, mac, offer, NOW);
	ok(strcmp(a, b) != 0, "two nonces of one moment differ");
	nonce_hash(h, mac, "+442079460123");
	nonce_hash(h2, mac, "+442079460124");
	ok(memcmp(h, h2, 16) != 0, "two numbers differ");
	nonce_hash(h2, other, "+442079460123");
	ok(memcmp(h, h2, 16) != 0, "one number differs by the key");
	nonce_hash(h2, mac, "+442079460123");
	is_mem(h, h2, 16, "one number is itself");
}

int
main(void)
{
	if (secret_init() == -1)
		return 1;
	set_up();
	test_ages();
	test_forged();
	test_distinct();
	secret_free(mac);
	secret_free(other);
	return tap_done();
}
