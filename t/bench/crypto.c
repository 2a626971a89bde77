/*
 * Minting and verifying a token, beside bare libsodium doing the same
 * primitives on buffers of the same length: seal, sign, base64; base64,
 * verify.  Interleaved rounds of CPU time; the ratio is of the medians.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "lib/key.h"
#include "lib/secret.h"
#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/token.h"
#include "milter/mint.h"

#include "t/tap.h"

#define ROUNDS	31
#define TIMES	400
#define VARIANT	sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define MESSAGE	(sizeof(TOKEN_CONTEXT) + TOKEN_RAW_MAX)

static unsigned char sign_pk[32], sign_sk[64], seal_pk[32], seal_sk[32];

/* What the bare side works on. */
static struct bare {
	unsigned char	message[MESSAGE];
	size_t		len;		/* without the signature */
	size_t		plain_len;
	char		text[TOKEN_TEXT_MAX + 1];
	size_t		text_len;
} bare;

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return ((double)t.tv_sec + (double)t.tv_nsec / 1e9);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return (v[n / 2]);
}

static void
need(int good, const char *what)
{
	if (!good) {
		fprintf(stderr, "bench: %s\n", what);
		exit(2);
	}
}

static void
bare_mint(void)
{
	static unsigned char plain[512];
	unsigned char *raw = bare.message + sizeof(TOKEN_CONTEXT);

	need(crypto_box_seal(raw, plain, bare.plain_len, seal_pk) == 0, "seal");
	crypto_sign_detached(raw + bare.len, NULL, bare.message,
	    sizeof(TOKEN_CONTEXT) + bare.len, sign_sk);
	sodium_bin2base64(bare.text, sizeof(bare.text), raw,
	    bare.len + TOKEN_SIG_BYTES, VARIANT);
}

static void
bare_verify(void)
{
	unsigned char m[MESSAGE];
	size_t n;

	memcpy(m, TOKEN_CONTEXT, sizeof(TOKEN_CONTEXT));
	need(sodium_base642bin(m + sizeof(TOKEN_CONTEXT), TOKEN_RAW_MAX,
	    bare.text, bare.text_len, NULL, &n, NULL, VARIANT) == 0, "base64");
	n += sizeof(TOKEN_CONTEXT) - TOKEN_SIG_BYTES;
	need(crypto_sign_verify_detached(m + n, m, n, sign_pk) == 0, "verify");
}

static void
report(const char *name, double *ours, double *peer)
{
	double a = TIMES / median(ours, ROUNDS);
	double b = TIMES / median(peer, ROUNDS);

	printf("bench %s ours=%.0f/s peer=libsodium:%.0f/s ratio=%.3f "
	    "goal=>=0.9\n", name, a, b, a / b);
}

static struct mint *
open_mint(struct key_ring *ring)
{
	char sign[128], pub[128], seal[128], why[256];
	struct mint *m;
	unsigned char seed[32];

	randombytes_buf(seed, sizeof(seed));
	crypto_sign_seed_keypair(sign_pk, sign_sk, seed);
	crypto_box_keypair(seal_pk, seal_sk);
	snprintf(sign, sizeof(sign), "%s/sign.key", tap_dir());
	snprintf(pub, sizeof(pub), "%s/sign.pub", tap_dir());
	snprintf(seal, sizeof(seal), "%s/seal.pub", tap_dir());
	need(key_save(KEY_SIGN, seed, sign, why, sizeof(why)) == 0 &&
	    key_save(KEY_VERIFY, sign_pk, pub, why, sizeof(why)) == 0 &&
	    key_save(KEY_SEAL, seal_pk, seal, why, sizeof(why)) == 0 &&
	    key_ring_add(ring, KEY_VERIFY, pub, why, sizeof(why)) == 0, why);
	m = mint_open(sign, seal, why, sizeof(why));
	need(m != NULL, why);
	return (m);
}

static void
usual_terms(struct terms *t)
{
	const char *why = "";

	memset(t, 0, sizeof(*t));
	need(tel_parse(&t->destination, "+442079460123", 13, &why) == 0, why);
	snprintf(t->offeror, sizeof(t->offeror), "alice@example.com");
	snprintf(t->account, sizeof(t->account), "sales");
	snprintf(t->recipient, sizeof(t->recipient), "bob.builder@example.org");
	snprintf(t->lang, sizeof(t->lang), "en");
	terms_tag(t->tag, t->offeror, "<20261123060933.1@example.com>");
}

int
main(void)
{
	static double mint_ours[ROUNDS], mint_peer[ROUNDS];
	static double verify_ours[ROUNDS], verify_peer[ROUNDS];
	static struct key_ring ring;
	struct mint_offer offer = { .now_ms = 1764000000000,
	    .not_after = 1764600000, .uses = 1, .name = "Alice Example" };
	struct mint_token token;
	struct token seen;
	struct terms terms;
	struct mint *mint;
	double t;

	need(secret_init() == 0, "libsodium");
	mint = open_mint(&ring);
	usual_terms(&terms);
	offer.terms = &terms;
	need(mint_token(mint, &offer, &token) == MINT_OK, "mint");
	need(token_verify(&seen, token.text, token.len, &ring) == TOKEN_GOOD,
	    "our own token");
	memcpy(bare.message, TOKEN_CONTEXT, sizeof(TOKEN_CONTEXT));
	bare.plain_len = seen.sealed_len - crypto_box_SEALBYTES;
	bare.len = token.len * 3 / 4 - TOKEN_SIG_BYTES;
	bare.text_len = token.len;
	for (int r = 0; r < ROUNDS; r++) {
		t = cpu_s();
		for (int i = 0; i < TIMES; i++)
			need(mint_token(mint, &offer, &token) == MINT_OK, "");
		mint_ours[r] = cpu_s() - t;
		t = cpu_s();
		for (int i = 0; i < TIMES; i++)
			bare_mint();
		mint_peer[r] = cpu_s() - t;
		t = cpu_s();
		for (int i = 0; i < TIMES; i++)
			need(token_verify(&seen, token.text, token.len,
			    &ring) == TOKEN_GOOD, "verify ours");
		verify_ours[r] = cpu_s() - t;
		t = cpu_s();
		for (int i = 0; i < TIMES; i++)
			bare_verify();
		verify_peer[r] = cpu_s() - t;
	}
	printf("bench token-length ours=%zu characters\n", token.len);
	report("token-mint", mint_ours, mint_peer);
	report("token-verify", verify_ours, verify_peer);
	mint_free(mint);
	return (0);
}
