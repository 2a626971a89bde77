/*
 * nonce: what the bridge hands out and knows again without storing it.
 */
#include <string.h>

#include <sodium.h>

#include "lib/scan.h"
#include "lib/secret.h"
#include "lib/token.h"

#include "bridge-client/guard/nonce.h"

#define TAG_BYTES	16
#define TEXT_BYTES	(NONCE_CALL_BYTES + TAG_BYTES)

static const char context_nonce[] = "calloffer/nonce/1";
static const char context_secret[] = "calloffer/secret/1";
static const char context_link[] = "calloffer/link/1";
static const char context_number[] = "calloffer/number/1";

/* The context with its NUL, then two slices; only the last varies in length. */
static void
tag(unsigned char out[TAG_BYTES], const struct secret *mac,
    const char *context, const void *a, size_t a_len, const void *b,
    size_t b_len)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, secret_bytes(mac), secret_len(mac),
	    TAG_BYTES);
	crypto_generichash_update(&st, (const unsigned char *)context,
	    strlen(context) + 1);
	crypto_generichash_update(&st, a, a_len);
	crypto_generichash_update(&st, b, b_len);
	crypto_generichash_final(&st, out, TAG_BYTES);
	sodium_memzero(&st, sizeof(st));
}

static void
encode(char *text, size_t size, const unsigned char raw[TEXT_BYTES])
{
	sodium_bin2base64(text, size, raw, TEXT_BYTES,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Exactly TEXT_BYTES, in the one spelling that encode() makes: libsodium
 * refuses a last character whose unused bits are not zero, but takes bytes from
 * 0x80 up for letters. */
static int
decode(unsigned char raw[TEXT_BYTES], const char *text)
{
	size_t len = strlen(text), n;

	if (!scan_is_base64url(text, len) ||
	    sodium_base642bin(raw, TEXT_BYTES, text, len, NULL, &n,
	    NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == -1)
		return -1;
	return n == TEXT_BYTES ? 0 : -1;
}

void
nonce_make(char text[ASK_NONCE_MAX + 1], const struct secret *mac,
    const unsigned char offer[NONCE_OFFER_BYTES], int64_t wall_ms)
{
	unsigned char raw[TEXT_BYTES];

	token_uuid_new(raw, wall_ms);
	tag(raw + NONCE_CALL_BYTES, mac, context_nonce, offer,
	    NONCE_OFFER_BYTES, raw, NONCE_CALL_BYTES);
	encode(text, ASK_NONCE_MAX + 1, raw);
}

enum nonce_verdict
nonce_check(unsigned char call[NONCE_CALL_BYTES], const char *text,
    const struct secret *mac, const unsigned char offer[NONCE_OFFER_BYTES],
    int64_t wall_ms)
{
	unsigned char raw[TEXT_BYTES], want[TAG_BYTES];
	int64_t age_ms;

	memset(call, 0, NONCE_CALL_BYTES);
	if (decode(raw, text) == -1)
		return NONCE_BAD;
	tag(want, mac, context_nonce, offer, NONCE_OFFER_BYTES, raw,
	    NONCE_CALL_BYTES);
	if (sodium_memcmp(want, raw + NONCE_CALL_BYTES, TAG_BYTES) != 0)
		return NONCE_BAD;
	memcpy(call, raw, NONCE_CALL_BYTES);
	age_ms = wall_ms - token_offer_ms(call);
	if (age_ms < NONCE_MIN_MS)
		return NONCE_EARLY;
	if (age_ms > NONCE_MAX_MS)
		return NONCE_LATE;
	return NONCE_GOOD;
}

/* An id of ours and its tag: known again, and made by nobody else. */
static void
put_known(char text[ASK_SECRET_MAX + 1], const struct secret *mac,
    const char *context, const unsigned char id[NONCE_CALL_BYTES])
{
	unsigned char raw[TEXT_BYTES];

	memcpy(raw, id, NONCE_CALL_BYTES);
	tag(raw + NONCE_CALL_BYTES, mac, context, id, NONCE_CALL_BYTES, NULL,
	    0);
	encode(text, ASK_SECRET_MAX + 1, raw);
}

static int
read_known(unsigned char id[NONCE_CALL_BYTES], const char *text,
    const struct secret *mac, const char *context)
{
	unsigned char raw[TEXT_BYTES], want[TAG_BYTES];

	memset(id, 0, NONCE_CALL_BYTES);
	if (decode(raw, text) == -1)
		return -1;
	tag(want, mac, context, raw, NONCE_CALL_BYTES, NULL, 0);
	if (sodium_memcmp(want, raw + NONCE_CALL_BYTES, TAG_BYTES) != 0)
		return -1;
	memcpy(id, raw, NONCE_CALL_BYTES);
	return 0;
}

void
nonce_secret(char text[ASK_SECRET_MAX + 1], const struct secret *mac,
    const unsigned char call[NONCE_CALL_BYTES])
{
	put_known(text, mac, context_secret, call);
}

int
nonce_secret_check(unsigned char call[NONCE_CALL_BYTES], const char *text,
    const struct secret *mac)
{
	return read_known(call, text, mac, context_secret);
}

void
nonce_link(char text[ASK_SECRET_MAX + 1], const struct secret *mac,
    const unsigned char id[NONCE_CALL_BYTES])
{
	put_known(text, mac, context_link, id);
}

int
nonce_link_check(unsigned char id[NONCE_CALL_BYTES], const char *text,
    const struct secret *mac)
{
	return read_known(id, text, mac, context_link);
}

void
nonce_hash(unsigned char hash[NONCE_HASH_BYTES], const struct secret *mac,
    const char *text)
{
	tag(hash, mac, context_number, NULL, 0, text, strlen(text));
}

void
nonce_code(char text[9])
{
	size_t i;

	for (i = 0; i < 8; i++)
		text[i] = (char)('0' + randombytes_uniform(10));
	text[8] = '\0';
}
