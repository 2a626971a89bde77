/*
 * From what is offered to a token, and back in the bridge; every change of a
 * token on its way is refused.
 */

#include <sys/stat.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "bridge-client/guard/unseal.h"
#include "lib/key.h"
#include "lib/secret.h"
#include "lib/terms.h"
#include "lib/token.h"
#include "milter/mint.h"
#include "t/tap.h"

#define NOW_MS	1790000000123
#define UNTIL	1790604800

static char why[512];
static struct key_ring ring;
static struct unseal *unseal;
static struct mint *mint;

static void
save(enum key_kind kind, const char *name, const unsigned char *bytes)
{
	is_int(key_save(kind, bytes, tap_path(name), why, sizeof(why)), 0,
	    "%s is made", name);
}

/* sign, verify, unseal, seal, with a number behind. */
static void
make_keys(int number)
{
	unsigned char seed[32], sk[64], pk[32];
	char name[16];

	memset(seed, number, sizeof(seed));
	crypto_sign_seed_keypair(pk, sk, seed);
	snprintf(name, sizeof(name), "sign%d", number);
	save(KEY_SIGN, name, seed);
	snprintf(name, sizeof(name), "verify%d", number);
	save(KEY_VERIFY, name, pk);
	crypto_scalarmult_base(pk, seed);
	snprintf(name, sizeof(name), "unseal%d", number);
	save(KEY_UNSEAL, name, seed);
	snprintf(name, sizeof(name), "seal%d", number);
	save(KEY_SEAL, name, pk);
}

static void
usual_terms(struct terms *t)
{
	const char *reason = "";

	memset(t, 0, sizeof(*t));
	is_int(tel_parse(&t->destination, "+442079460123;ext=42", 20,
	    &reason), 0, "the destination (%s)", reason);
	snprintf(t->offeror, sizeof(t->offeror), "alice@example.com");
	snprintf(t->account, sizeof(t->account), "sales");
	terms_tag(t->tag, t->offeror, "<1@example.com>");
	snprintf(t->recipient, sizeof(t->recipient), "bob@example.net");
}

static struct mint_offer
usual_offer(const struct terms *t)
{
	struct mint_offer o = { NOW_MS, UNTIL, 3, "Alice D\xc3\xb6", t };

	return o;
}

static void
test_open_refused(void)
{
	unsigned char low_order[32] = { 0 };

	ok(mint_open(tap_path("none"), tap_path("seal1"), why, sizeof(why)) ==
	    NULL, "no signing key: %s", why);
	ok(mint_open(tap_path("sign1"), tap_path("none"), why, sizeof(why)) ==
	    NULL, "no sealing key: %s", why);
	ok(mint_open(tap_path("unseal1"), tap_path("seal1"), why, sizeof(why))
	    == NULL, "another's secret: %s", why);
	ok(mint_open(tap_path("sign1"), tap_path("verify1"), why, sizeof(why))
	    == NULL, "a verify key to seal to: %s", why);
	save(KEY_SEAL, "low", low_order);
	ok(mint_open(tap_path("sign1"), tap_path("low"), why, sizeof(why)) ==
	    NULL, "a key of low order: %s", why);
	is_int(chmod(tap_path("sign2"), 0440), 0, "the group may read it");
	ok(mint_open(tap_path("sign2"), tap_path("seal1"), why, sizeof(why)) ==
	    NULL, "then it is refused: %s", why);
	is_int(chmod(tap_path("sign2"), 0400), 0, "now it may not");

	ok(unseal_add(unseal, tap_path("none"), why, sizeof(why)) == -1,
	    "no unsealing key: %s", why);
	ok(unseal_add(unseal, tap_path("sign1"), why, sizeof(why)) == -1,
	    "another's secret: %s", why);
	is_int(unseal_add(unseal, tap_path("unseal1"), why, sizeof(why)), 0,
	    "the right one");
	ok(unseal_add(unseal, tap_path("unseal1"), why, sizeof(why)) == -1,
	    "but not twice: %s", why);
}

static void
test_bad_offers(void)
{
	char name[TOKEN_NAME_MAX + 2];
	struct mint_token out;
	struct mint_offer o;
	struct terms t, bad;

	usual_terms(&t);
	o = usual_offer(&t);
	o.uses = 0;
	is_int(mint_token(mint, &o, &out), MINT_BAD, "no uses");
	o = usual_offer(&t);
	o.not_after = -1;
	is_int(mint_token(mint, &o, &out), MINT_BAD, "before 1970");
	o.not_after = (int64_t)1 << 40;
	is_int(mint_token(mint, &o, &out), MINT_BAD, "beyond five bytes");
	o = usual_offer(&t);
	memset(name, 'x', sizeof(name));
	name[TOKEN_NAME_MAX + 1] = '\0';
	o.name = name;
	is_int(mint_token(mint, &o, &out), MINT_BAD, "a name too long");
	o.name = "Alice\nDoe";
	is_int(mint_token(mint, &o, &out), MINT_BAD, "a control in the name");
	o.name = "Alice \xe2\x80\xae" "eoD";
	is_int(mint_token(mint, &o, &out), MINT_BAD, "a name turned around");
	o = usual_offer(&bad);
	memset(&bad, 0, sizeof(bad));
	is_int(mint_token(mint, &o, &out), MINT_BAD, "terms without anything");
	bad = t;
	snprintf(bad.lang, sizeof(bad.lang), "DE");
	is_int(mint_token(mint, &o, &out), MINT_BAD, "a language in capitals");
	bad = t;
	memset(bad.recipient, 'R', TERMS_ADDRESS_MAX);
	is_int(mint_token(mint, &o, &out), MINT_TOO_BIG, "too big a token");
}

/* The longest that still fits, and one block more. */
static void
test_size(void)
{
	struct mint_token out;
	struct mint_offer o;
	struct terms t;
	struct token token;
	char name[TOKEN_NAME_MAX + 1];
	size_t n, longest = 0, fits = 0;

	usual_terms(&t);
	o = usual_offer(&t);
	is_int(mint_token(mint, &o, &out), MINT_OK, "the usual offer");
	ok(out.len <= 320, "is short: %zu characters", out.len);
	is_int(strlen(out.text), out.len, "its length is told");
	memset(name, 'n', TOKEN_NAME_MAX);
	name[TOKEN_NAME_MAX] = '\0';
	o.name = name;
	for (n = 1; n <= TERMS_ADDRESS_MAX; n++) {
		memset(t.recipient, 'r', n);
		t.recipient[n] = '\0';
		if (mint_token(mint, &o, &out) != MINT_OK)
			break;
		longest = out.len;
		fits += token_verify(&token, out.text, out.len, &ring) ==
		    TOKEN_GOOD;
	}
	is_int(fits, n - 1, "%zu of growing length are good", n - 1);
	ok(longest > 480 && longest <= TOKEN_TEXT_MAX,
	    "up to %zu characters", longest);
	is_int(mint_token(mint, &o, &out), MINT_TOO_BIG, "and no further");
}

static void
test_there_and_back(void)
{
	struct mint_token out;
	struct mint_offer o;
	struct terms t, back;
	struct token token;

	usual_terms(&t);
	o = usual_offer(&t);
	is_int(mint_token(mint, &o, &out), MINT_OK, "minted");
	is_int(token_verify(&token, out.text, out.len, &ring), TOKEN_GOOD,
	    "verified");
	is_int(token.uses, 3, "uses");
	is_int(token.not_after, UNTIL, "not after");
	is_str(token.name, "Alice D\xc3\xb6", "name");
	is_mem(token.offer, out.offer, sizeof(out.offer), "offer id");
	is_int(token_offer_ms(token.offer), NOW_MS, "made when it was");
	is_mem(token.sign_id, mint_sign_id(mint), 4, "signing key id");
	is_mem(token.seal_id, mint_seal_id(mint), 4, "sealing key id");
	is_mem(token.seal_id, unseal_id(unseal, 0), 4, "which the bridge has");
	ok(unseal_id(unseal, 1) == NULL, "and no other");
	is_int(unseal_open(unseal, &token, &back), UNSEAL_GOOD, "unsealed");
	is_mem(&back, &t, sizeof(t), "the same terms");

	token.seal_id[0] ^= 1;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_KEY_UNKNOWN,
	    "sealed to a key that is not here");
	token.seal_id[0] ^= 1;
	token.sealed[token.sealed_len - 1] ^= 1;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "sealed part changed");
	is_int(back.destination.kind, TEL_NONE, "then nothing is given");
	token.sealed_len = 47;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "sealed part too short for a seal");
	token.sealed_len = sizeof(token.sealed) + 1;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "sealed part longer than a token");
}

/* Counts what is dear in opening, in the place of libsodium's. */
static int n_dear;

int
crypto_box_beforenm(unsigned char *key, const unsigned char *public,
    const unsigned char *secret)
{
	static int (*theirs)(unsigned char *, const unsigned char *,
	    const unsigned char *);

	if (theirs == NULL)
		*(void **)&theirs = dlsym(RTLD_NEXT, "crypto_box_beforenm");
	n_dear++;
	return theirs(key, public, secret);
}

static void
test_again(void)
{
	struct mint_token out, other;
	struct mint_offer o;
	struct terms t, back;
	struct token token, second;

	usual_terms(&t);
	o = usual_offer(&t);
	if (mint_token(mint, &o, &out) != MINT_OK || token_verify(&token,
	    out.text, out.len, &ring) != TOKEN_GOOD ||
	    mint_token(mint, &o, &other) != MINT_OK || token_verify(&second,
	    other.text, other.len, &ring) != TOKEN_GOOD)
		ok(0, "two offers");
	n_dear = 0;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_GOOD, "opened");
	is_int(n_dear, 1, "at its price");
	is_int(unseal_open(unseal, &token, &back), UNSEAL_GOOD, "and again");
	is_int(n_dear, 1, "for next to nothing");
	is_mem(&back, &t, sizeof(t), "with the same terms in it");
	is_int(unseal_open(unseal, &second, &back), UNSEAL_GOOD, "another");
	is_int(n_dear, 2, "is another");

	token.sealed[token.sealed_len - 1] ^= 1;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "changed it does not open, known as it is");
	is_int(n_dear, 2, "nor is more found out for that");
	token.sealed[token.sealed_len - 1] ^= 1;
	token.sealed[31] ^= 0x40;
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "nor with another key of its own");
	is_int(n_dear, 3, "which is not taken for the one that was known");
	memset(token.sealed, 0, 32);
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "a key of low order has nothing in common with ours");
	is_int(unseal_open(unseal, &token, &back), UNSEAL_BROKEN,
	    "the second time, too");
	is_int(n_dear, 5, "and is not remembered");
}

/* What seals well but holds no terms. */
static void
test_not_terms(void)
{
	unsigned char plain[32] = { 1 };
	struct terms back;
	struct token t;
	struct key k;

	memset(&t, 0, sizeof(t));
	is_int(key_load(&k, KEY_SEAL, tap_path("seal1"), why, sizeof(why)), 0,
	    "the bridge's public key");
	memcpy(t.seal_id, k.id, sizeof(t.seal_id));
	crypto_box_seal(t.sealed, plain, sizeof(plain), k.public);
	t.sealed_len = sizeof(plain) + crypto_box_SEALBYTES;
	is_int(unseal_open(unseal, &t, &back), UNSEAL_BROKEN, "no terms");
	crypto_box_seal(t.sealed, plain, 0, k.public);
	t.sealed_len = crypto_box_SEALBYTES;
	is_int(unseal_open(unseal, &t, &back), UNSEAL_BROKEN, "nothing in it");
}

static void
test_every_bit(void)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
	    "mnopqrstuvwxyz0123456789-_";
	struct mint_token out;
	struct mint_offer o;
	struct terms t;
	struct token token;
	size_t i, j, good = 0;
	char was;

	usual_terms(&t);
	o = usual_offer(&t);
	is_int(mint_token(mint, &o, &out), MINT_OK, "minted");
	for (i = 0; i < out.len; i++) {
		was = out.text[i];
		for (j = 0; j < 64; j++) {
			out.text[i] = alphabet[j];
			if (alphabet[j] != was && token_verify(&token,
			    out.text, out.len, &ring) == TOKEN_GOOD)
				good++;
		}
		out.text[i] = was;
	}
	is_int(good, 0, "no other letter of base64 at any place is good");
	for (i = 0; i < out.len; i++)
		good += token_verify(&token, tap_edge(out.text, i), i,
		    &ring) == TOKEN_GOOD;
	is_int(good, 0, "nor is it when cut, at any length");
	is_int(token_verify(&token, out.text, out.len, &ring), TOKEN_GOOD,
	    "only as it was made");
}

/* Two milters' keys and two of the bridge live at once; then one is gone. */
static void
test_rotation(void)
{
	struct mint *second;
	struct mint_token one, two;
	struct mint_offer o;
	struct terms t, back;
	struct token token;

	second = mint_open(tap_path("sign2"), tap_path("seal2"), why,
	    sizeof(why));
	ok(second != NULL, "a second mint with other keys");
	usual_terms(&t);
	o = usual_offer(&t);
	is_int(mint_token(mint, &o, &one), MINT_OK, "minted with the first");
	is_int(mint_token(second, &o, &two), MINT_OK, "and with the second");
	is_int(token_verify(&token, two.text, two.len, &ring),
	    TOKEN_KEY_UNKNOWN, "which nobody knows yet");
	is_int(key_ring_add(&ring, KEY_VERIFY, tap_path("verify2"), why,
	    sizeof(why)), 0, "its verify key is announced");
	is_int(token_verify(&token, two.text, two.len, &ring), TOKEN_GOOD,
	    "now it is known");
	is_int(unseal_open(unseal, &token, &back), UNSEAL_KEY_UNKNOWN,
	    "but cannot be opened");
	is_int(unseal_add(unseal, tap_path("unseal2"), why, sizeof(why)), 0,
	    "the bridge learns its key");
	is_int(unseal_open(unseal, &token, &back), UNSEAL_GOOD, "opened");
	is_int(token_verify(&token, one.text, one.len, &ring), TOKEN_GOOD,
	    "the first is good still");
	is_int(unseal_open(unseal, &token, &back), UNSEAL_GOOD, "and opens");
	mint_free(second);
}

#define THREADS	4
#define EACH	64

struct worker {
	pthread_t	thread;
	int		n_bad;
	unsigned char	offers[EACH][TOKEN_OFFER_BYTES];
};

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct mint_token out;
	struct mint_offer o;
	struct terms t, back;
	struct token token;
	int i;

	memset(&t, 0, sizeof(t));
	if (tel_parse(&t.destination, "sip:desk@example.com", 20, NULL) != 0)
		w->n_bad++;
	snprintf(t.offeror, sizeof(t.offeror), "alice@example.com");
	snprintf(t.account, sizeof(t.account), "default");
	o = usual_offer(&t);
	for (i = 0; i < EACH; i++) {
		if (mint_token(mint, &o, &out) != MINT_OK ||
		    token_verify(&token, out.text, out.len, &ring) !=
		    TOKEN_GOOD || unseal_open(unseal, &token, &back) !=
		    UNSEAL_GOOD || memcmp(&back, &t, sizeof(t)) != 0)
			w->n_bad++;
		memcpy(w->offers[i], out.offer, sizeof(out.offer));
		if (i > 0 && memcmp(w->offers[i], w->offers[i - 1],
		    TOKEN_OFFER_BYTES) <= 0)
			w->n_bad++;
	}
	return NULL;
}

static void
test_threads(void)
{
	static struct worker workers[THREADS];
	int i, j, k, same = 0;

	for (i = 0; i < THREADS; i++)
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	for (i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		is_int(workers[i].n_bad, 0, "thread %d: all good, in order",
		    i);
	}
	for (i = 1; i < THREADS; i++)
		for (j = 0; j < EACH; j++)
			for (k = 0; k < EACH; k++)
				same += memcmp(workers[0].offers[j],
				    workers[i].offers[k], 16) == 0;
	is_int(same, 0, "no offer id was given twice");
}

int
main(void)
{
	if (secret_init() != 0)
		return 1;
	make_keys(1);
	make_keys(2);
	unseal = unseal_new();
	test_open_refused();
	mint = mint_open(tap_path("sign1"), tap_path("seal1"), why,
	    sizeof(why));
	if (!ok(mint != NULL, "the mint opens"))
		return tap_done();
	is_int(key_ring_add(&ring, KEY_VERIFY, tap_path("verify1"), why,
	    sizeof(why)), 0, "one verify key");
	test_bad_offers();
	test_size();
	test_there_and_back();
	test_again();
	test_not_terms();
	test_every_bit();
	test_rotation();
	test_threads();
	mint_free(mint);
	unseal_free(unseal);
	return tap_done();
}
