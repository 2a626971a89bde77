/*
 * Tokens: the input as a token's text, and as what stands before a signature
 * that holds, so that the parser behind the signature is reached too.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/key.h"
#include "lib/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct key_ring ring;
static unsigned char secret[64];

static void
init(void)
{
	static const unsigned char seed[32] = { 1 };

	if (sodium_init() < 0)
		abort();
	crypto_sign_seed_keypair(ring.keys[0].public, secret, seed);
	ring.keys[0].kind = KEY_VERIFY;
	key_id(ring.keys[0].id, ring.keys[0].public);
	ring.n = 1;
}

/* One offer, one encoding. */
static void
same(const struct token *t, const unsigned char *raw, size_t len)
{
	struct buf b;

	buf_init(&b, TOKEN_RAW_MAX);
	token_pack(t, &b);
	if (!buf_ok(&b) || b.len != len || memcmp(b.data, raw, len) != 0)
		abort();
	buf_free(&b);
}

static void
signed_token(const uint8_t *p, size_t len)
{
	unsigned char message[sizeof(TOKEN_CONTEXT) + 1024] = TOKEN_CONTEXT;
	unsigned char *raw = message + sizeof(TOKEN_CONTEXT);
	char text[2048];
	struct token t, peeked;

	if (len < 6 || len > 512)
		return;
	memcpy(raw, p, len);
	memcpy(raw + 2, ring.keys[0].id, KEY_ID_BYTES);
	crypto_sign_detached(raw + len, NULL, message,
	    sizeof(TOKEN_CONTEXT) + len, secret);
	sodium_bin2base64(text, sizeof(text), raw, len + 64,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	if (token_verify(&t, text, strlen(text), &ring) != TOKEN_GOOD)
		return;
	same(&t, raw, len);
	if (token_peek(&peeked, text, strlen(text)) != TOKEN_GOOD)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const struct key_ring none;
	unsigned char id[TOKEN_OFFER_BYTES];
	char uuid[TOKEN_UUID_SIZE];
	struct token t;

	if (ring.n == 0)
		init();
	if (token_verify(&t, (const char *)p, len, &none) == TOKEN_GOOD)
		abort();
	if (token_verify(&t, (const char *)p, len, &ring) == TOKEN_GOOD &&
	    token_peek(&t, (const char *)p, len) != TOKEN_GOOD)
		abort();
	if (token_uuid_parse(id, (const char *)p, len) == 0)
		token_uuid_text(id, uuid);
	signed_token(p, len);
	return 0;
}
