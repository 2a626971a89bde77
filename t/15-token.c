/*
 * The token as lib sees it: what verification refuses, in which words, and
 * offer ids.  Tokens are signed here by hand, so that what no mint makes can
 * be made too.
 */

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/key.h"
#include "lib/secret.h"
#include "lib/token.h"
#include "t/tap.h"

#define VARIANT	sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define NAME_AT	31	/* where the length of the name stands */

static struct key_ring ring;
static unsigned char secret[64];

static struct made {
	size_t		n;		/* of raw */
	unsigned char	raw[1024];
	size_t		len;
	char		text[2048];
} made;

static void
make_key(void)
{
	unsigned char seed[32], *public = ring.keys[0].public;

	memset(seed, 7, sizeof(seed));
	crypto_sign_seed_keypair(public, secret, seed);
	ring.keys[0].kind = KEY_VERIFY;
	key_id(ring.keys[0].id, public);
	ring.n = 1;
}

/* Signs the first `n` bytes of made.raw, and writes the text. */
static void
sign(size_t n)
{
	unsigned char message[sizeof(TOKEN_CONTEXT) + sizeof(made.raw)] =
	    TOKEN_CONTEXT;

	memcpy(message + sizeof(TOKEN_CONTEXT), made.raw, n);
	crypto_sign_detached(made.raw + n, NULL, message,
	    sizeof(TOKEN_CONTEXT) + n, secret);
	made.n = n + TOKEN_SIG_BYTES;
	sodium_bin2base64(made.text, sizeof(made.text), made.raw, made.n,
	    VARIANT);
	made.len = strlen(made.text);
}

/* A good token; gives the count of bytes before its signature. */
static size_t
make(const char *name, size_t sealed_len)
{
	size_t n = 0, name_len = strlen(name);

	made.raw[n++] = TOKEN_VERSION;
	made.raw[n++] = 2;
	memcpy(made.raw + n, ring.keys[0].id, 4);
	memcpy(made.raw + n + 4, "seal", 4);
	memcpy(made.raw + n + 8, "\0\152\1\2\3", 5);
	token_uuid_new(made.raw + n + 13, 1790000000000);
	n += 29;
	made.raw[n++] = (unsigned char)name_len;
	memcpy(made.raw + n, name, name_len);
	n += name_len;
	made.raw[n++] = (unsigned char)(sealed_len >> 8);
	made.raw[n++] = (unsigned char)sealed_len;
	memset(made.raw + n, 0x5e, sealed_len);
	n += sealed_len;
	sign(n);
	return n;
}

static enum token_verdict
verify(void)
{
	struct token t;
	char *edge = tap_edge(made.text, made.len);

	return token_verify(&t, edge, made.len, &ring);
}

static void
test_good(void)
{
	struct token t, peeked;

	make("Alice", 64);
	is_int(token_verify(&t, made.text, made.len, &ring), TOKEN_GOOD,
	    "a good token");
	is_int(t.uses, 2, "uses");
	is_mem(t.sign_id, ring.keys[0].id, 4, "signing key");
	is_mem(t.seal_id, "seal", 4, "sealing key");
	is_int(t.not_after, 0x6a010203, "not after");
	is_str(t.name, "Alice", "name");
	is_int(t.sealed_len, 64, "sealed length");
	is_int(t.sealed[63], 0x5e, "sealed part");
	is_int(token_peek(&peeked, made.text, made.len), TOKEN_GOOD, "peeked");
	is_mem(&peeked, &t, sizeof(t), "the same is seen without a key");
	make("", 64);
	is_int(verify(), TOKEN_GOOD, "an empty name");
	make("", 272);
	is_int(verify(), TOKEN_GOOD, "the longest sealed part");
}

/* Signed by the right key, but not as a mint would make it. */
static void
test_signed_but_wrong(void)
{
	size_t n;

	n = make("Alice", 64);
	made.raw[0] = 2;
	sign(n);
	is_int(verify(), TOKEN_VERSION_UNKNOWN, "version 2");
	made.raw[0] = 0;
	sign(n);
	is_int(verify(), TOKEN_VERSION_UNKNOWN, "version 0");
	made.raw[0] = 1;
	made.raw[1] = 0;
	sign(n);
	is_int(verify(), TOKEN_MALFORMED, "no uses");
	made.raw[1] = 1;
	made.raw[21] ^= 0x10;
	sign(n);
	is_int(verify(), TOKEN_MALFORMED, "an offer id of another version");
	made.raw[21] ^= 0x10;
	made.raw[23] ^= 0x40;
	sign(n);
	is_int(verify(), TOKEN_MALFORMED, "an offer id of another variant");
	made.raw[23] ^= 0x40;
	made.raw[NAME_AT]++;
	sign(n);
	is_int(verify(), TOKEN_MALFORMED, "a name one longer");
	made.raw[NAME_AT] -= 2;
	sign(n);
	is_int(verify(), TOKEN_MALFORMED, "a name one shorter");
	made.raw[NAME_AT] = 255;
	sign(n);
	is_int(verify(), TOKEN_MALFORMED, "a name beyond the end");
	made.raw[NAME_AT] = 5;
	sign(n);
	is_int(verify(), TOKEN_GOOD, "put right again");
	sign(n + 1);
	is_int(verify(), TOKEN_MALFORMED, "a byte left over");
	sign(n - 1);
	is_int(verify(), TOKEN_MALFORMED, "a byte missing");
	sign(n + 16);
	is_int(verify(), TOKEN_MALFORMED, "a block left over");
}

static void
test_signed_lengths(void)
{
	static const struct {
		const char	*what, *name;
		size_t		 sealed_len;
	} wrong[] = {
		{ "no sealed part", "Alice", 0 },
		{ "a seal around nothing", "Alice", 48 },
		{ "a seal not of whole blocks", "Alice", 65 },
		{ "a newline in the name", "Al\nice", 64 },
		{ "a C1 control in the name", "Al\xc2\x85" "ice", 64 },
		{ "a name that is not UTF-8", "Al\xff" "ice", 64 },
		{ "a name cut within a character", "Alic\xc3", 64 },
		{ "an override in the name", "Al\xe2\x80\xaeice", 64 },
		{ "a name of 65", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaa", 64 },
		{ "more than a token holds", "a", 288 },
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make(wrong[i].name, wrong[i].sealed_len);
		is_int(verify(), TOKEN_MALFORMED, "%s", wrong[i].what);
	}
	make("a", 64);
	made.raw[NAME_AT + 1] = '\0';
	sign(made.n - TOKEN_SIG_BYTES);
	is_int(verify(), TOKEN_MALFORMED, "a NUL in the name");
}

static void
test_every_bit(void)
{
	enum token_verdict v;
	size_t i, good = 0, peeked = 0;
	struct token t;

	make("Alice", 64);
	for (i = 0; i < made.n * 8; i++) {
		made.raw[i / 8] ^= (unsigned char)(1 << i % 8);
		sodium_bin2base64(made.text, sizeof(made.text), made.raw,
		    made.n, VARIANT);
		v = verify();
		good += v == TOKEN_GOOD;
		/* What each part of the token is refused for. */
		if (i < 8)
			good += v != TOKEN_VERSION_UNKNOWN;
		else if (i >= 16 && i < 48)
			good += v != TOKEN_KEY_UNKNOWN;
		else
			good += v != TOKEN_FORGED;
		peeked += token_peek(&t, made.text, made.len) == TOKEN_GOOD;
		made.raw[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	is_int(good, 0, "each of %zu bits, when changed, is refused",
	    made.n * 8);
	ok(peeked > 0, "(peeking does not look at the signature)");
	sodium_bin2base64(made.text, sizeof(made.text), made.raw, made.n,
	    VARIANT);
	for (i = 0; i < made.len; i++)
		good += token_verify(&t, tap_edge(made.text, i), i, &ring) ==
		    TOKEN_GOOD || token_peek(&t, tap_edge(made.text, i), i) ==
		    TOKEN_GOOD;
	is_int(good, 0, "so is each length short of the whole");
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
    "uvwxyz0123456789-_";

/* Where bytes are over, the last letter has low bits that must be zero. */
static void
test_low_bits(const char *name, size_t over, size_t n_letters)
{
	const char *last;
	size_t i;

	make(name, 64);
	is_int(made.n % 3, over, "bytes over");
	last = strchr(alphabet, made.text[made.len - 1]);
	for (i = 1; i < n_letters; i++) {
		made.text[made.len - 1] = last[i];
		is_int(verify(), TOKEN_MALFORMED, "stray low bits");
	}
}

/* Another text of the same bytes is another token: refused. */
static void
test_base64(void)
{
	static const char *const behind[] = {
		"=", "==", " ", "\n", "\r\n", "\t", ".", "%", "/", "?", "\xff"
	};
	/* libsodium's own reader takes what is above 0x7f for letters. */
	static const char within[] = { '+', '/', ' ', '\n', '=', '.', '\0',
	    '\x80', '\xff' };
	struct token t;
	size_t i, at;
	char was;

	make("aa", 64);
	at = made.len;
	for (i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		snprintf(made.text + at, 8, "%s", behind[i]);
		made.len = at + strlen(behind[i]);
		is_int(verify(), TOKEN_MALFORMED, "%zu behind", i);
	}
	snprintf(made.text + at, 8, "AAAA");
	made.len = at + 1;
	is_int(verify(), TOKEN_FORGED, "more bytes behind");
	made.len = at + 4;
	is_int(verify(), TOKEN_FORGED, "still more");
	made.text[at] = '\0';
	made.len = at + 1;
	is_int(verify(), TOKEN_MALFORMED, "a NUL behind");
	made.len = at;
	for (i = 0; i < sizeof(within); i++) {
		was = made.text[100];
		made.text[100] = within[i];
		is_int(verify(), TOKEN_MALFORMED, "%zu within", i);
		made.text[100] = was;
	}
	for (was = made.text[100], i = 128, at = 0; i < 256; i++) {
		made.text[100] = (char)i;
		at += verify() != TOKEN_MALFORMED;
	}
	made.text[100] = was;
	is_int(at, 0, "no byte above 0x7f");
	is_int(token_verify(&t, "", 0, &ring), TOKEN_MALFORMED, "nothing");
	memset(made.text, 'A', sizeof(made.text));
	memcpy(made.text, "AQ", 2);
	made.len = TOKEN_TEXT_MAX + 1;
	is_int(verify(), TOKEN_MALFORMED, "longer than any token");
	made.len = TOKEN_TEXT_MAX + 4;
	is_int(verify(), TOKEN_MALFORMED, "much longer");
}

static void
test_keys(void)
{
	static struct key_ring none, other;
	struct token t;

	make("Alice", 64);
	is_int(token_verify(&t, made.text, made.len, &none),
	    TOKEN_KEY_UNKNOWN, "a ring without keys");
	other = ring;
	other.keys[0].public[5] ^= 1;
	is_int(token_verify(&t, made.text, made.len, &other), TOKEN_FORGED,
	    "the id of one key, the signature of another");
	/* The neutral element, for which any message is signed by zeros. */
	memset(other.keys[0].public, 0, 32);
	other.keys[0].public[0] = 1;
	memset(made.raw + made.n - 64, 0, 64);
	made.raw[made.n - 64] = 1;
	sodium_bin2base64(made.text, sizeof(made.text), made.raw, made.n,
	    VARIANT);
	is_int(token_verify(&t, made.text, made.len, &other), TOKEN_FORGED,
	    "a key of low order");
}

/* RFC 8032, 8.4: S plus the group's order would do, were S not checked. */
static void
test_malleable(void)
{
	static const unsigned char order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
		0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0x10
	};
	unsigned char *s;
	unsigned carry = 0;
	int i;

	make("Alice", 64);
	s = made.raw + made.n - 32;
	for (i = 0; i < 32; i++) {
		carry += s[i] + order[i];
		s[i] = (unsigned char)carry;
		carry >>= 8;
	}
	sodium_bin2base64(made.text, sizeof(made.text), made.raw, made.n,
	    VARIANT);
	is_int(verify(), TOKEN_FORGED, "the same signature, written anew");
}

static void
test_pack(void)
{
	struct token t, bad;
	struct buf b;

	make("Alice", 64);
	is_int(token_peek(&t, made.text, made.len), TOKEN_GOOD, "fields");
	buf_init(&b, TOKEN_RAW_MAX);
	token_pack(&t, &b);
	ok(buf_ok(&b), "packed");
	is_int(b.len, made.n - TOKEN_SIG_BYTES, "their length");
	is_mem(b.data, made.raw, b.len, "the bytes that were signed");
#define REFUSED(change, what) do { \
	bad = t; \
	change; \
	buf_clear(&b); \
	token_pack(&bad, &b); \
	ok(!buf_ok(&b), "not packed: " what); \
} while (0)
	REFUSED(bad.uses = 0, "no uses");
	REFUSED(bad.not_after = -1, "before 1970");
	REFUSED(bad.not_after = (int64_t)1 << 40, "after five bytes");
	REFUSED(bad.name[0] = '\n', "a control");
	REFUSED(memset(bad.name, 'a', sizeof(bad.name)), "a name without end");
	REFUSED(bad.sealed_len = 0, "nothing sealed");
	REFUSED(bad.sealed_len = 65, "no whole blocks");
	REFUSED(bad.sealed_len = TOKEN_SEALED_MAX + 2, "more than there is");
	REFUSED(bad.offer[6] = 0x40, "another id");
	buf_free(&b);
}

static void
test_uuid_text(void)
{
	static const char text[] = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
	static const char *const wrong[] = {
		"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
		"017f22e279b07cc398c4dc0c0c07398f----",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
		"017f22e-279b0-7cc3-98c4-dc0c0c07398f",
		"017f22e2+79b0-7cc3-98c4-dc0c0c07398f",
		"{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
	};
	unsigned char id[TOKEN_OFFER_BYTES];
	char back[TOKEN_UUID_SIZE];
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(token_uuid_parse(id, wrong[i], strlen(wrong[i])) == -1,
		    "no UUID: %s", wrong[i]);
	/* RFC 9562, A.6 */
	is_int(token_uuid_parse(id, text, 36), 0, "the RFC's own");
	is_int(token_offer_ms(id), 1645557742000, "its time");
	token_uuid_text(id, back);
	is_str(back, text, "there and back");
	is_int(token_uuid_parse(id, "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
	    36), 0, "in capitals");
	token_uuid_text(id, back);
	is_str(back, text, "is the same");
}

static void
test_uuid_new(void)
{
	unsigned char last[TOKEN_OFFER_BYTES] = { 0 }, id[TOKEN_OFFER_BYTES];
	int i, n_bad = 0, n_form = 0;

	for (i = 0; i < 20000; i++) {
		token_uuid_new(id, 1790000001000 + i / 5000);
		n_bad += memcmp(last, id, sizeof(id)) >= 0;
		n_form += id[6] >> 4 != 7 || id[8] >> 6 != 2 ||
		    token_offer_ms(id) != 1790000001000 + i / 5000;
		memcpy(last, id, sizeof(id));
	}
	is_int(n_bad, 0, "20000 in four milliseconds: in order");
	is_int(n_form, 0, "of version 7, with their time");
	token_uuid_new(id, 1790000001002);
	ok(memcmp(last, id, sizeof(id)) < 0,
	    "a thread that comes late by a millisecond keeps the order");
	token_uuid_new(id, 1780000000000);
	is_int(token_offer_ms(id), 1780000000000, "a clock set back is obeyed");
	token_uuid_new(last, 1790000009999);
	token_uuid_new(id, 1780000000000);
	ok(memcmp(last + 6, id + 6, 10) != 0, "random bits differ");
}

static void
test_words(void)
{
	is_str(token_verdict_text(TOKEN_GOOD), "good", "good");
	is_str(token_verdict_text(TOKEN_KEY_UNKNOWN),
	    "signed with an unknown key", "key unknown");
	ok(strcmp(token_verdict_text(TOKEN_FORGED),
	    token_verdict_text(TOKEN_MALFORMED)) != 0, "each its own");
}

int
main(void)
{
	if (secret_init() != 0)
		return 1;
	make_key();
	test_every_bit();
	test_low_bits("a", 1, 16);
	test_low_bits("aa", 2, 4);
	test_base64();
	test_signed_but_wrong();
	test_signed_lengths();
	test_keys();
	test_malleable();
	test_good();
	test_pack();
	test_uuid_text();
	test_uuid_new();
	test_words();
	return tap_done();
}
