/*
 * Sealing and signing.  No other room of any program calls these primitives:
 * a test reads it from the linked programs.
 */

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/key.h"
#include "lib/secret.h"
#include "lib/terms.h"
#include "lib/token.h"

#include "milter/mint.h"

#define VARIANT		sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define TERMS_SIZE	1024	/* more than the longest terms, and a byte */
#define FIXED		98	/* a token but its name and sealed part */

struct mint {
	atomic_uint	 refs;
	struct secret	*sign;		/* expanded: seed and public key */
	unsigned char	 sign_id[KEY_ID_BYTES];
	struct key	 seal;
};

/* From the seed that the file holds to what crypto_sign_detached() wants. */
static int
expand(struct mint *m, const struct key *k)
{
	unsigned char sk[crypto_sign_SECRETKEYBYTES];
	unsigned char pk[crypto_sign_PUBLICKEYBYTES];

	crypto_sign_seed_keypair(pk, sk, secret_bytes(k->secret));
	key_id(m->sign_id, pk);
	m->sign = secret_take(sk, sizeof(sk));
	return m->sign == NULL ? -1 : 0;
}

/* A point of low order seals nothing: better told now than at each mail. */
static int
can_seal(const struct key *k)
{
	unsigned char sealed[crypto_box_SEALBYTES + 1];

	return crypto_box_seal(sealed, (const unsigned char *)"", 1,
	    k->public) == 0;
}

struct mint *
mint_open(const char *sign_path, const char *seal_path, char *why, size_t size)
{
	struct mint *m = calloc(1, sizeof(*m));
	struct key sign;
	int rc;

	if (m == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	atomic_init(&m->refs, 1);
	if (key_load(&sign, KEY_SIGN, sign_path, why, size) != 0)
		goto fail;
	rc = expand(m, &sign);
	key_wipe(&sign);
	if (rc != 0) {
		snprintf(why, size, "%s: out of memory", sign_path);
		goto fail;
	}
	if (key_load(&m->seal, KEY_SEAL, seal_path, why, size) != 0)
		goto fail;
	if (!can_seal(&m->seal)) {
		snprintf(why, size, "%s: not a key to which anything can be "
		    "sealed", seal_path);
		goto fail;
	}
	return m;
fail:
	mint_free(m);
	return NULL;
}

struct mint *
mint_hold(struct mint *m)
{
	atomic_fetch_add(&m->refs, 1);
	return m;
}

void
mint_free(struct mint *m)
{
	if (m == NULL || atomic_fetch_sub(&m->refs, 1) > 1)
		return;
	secret_free(m->sign);
	key_wipe(&m->seal);
	free(m);
}

const unsigned char *
mint_sign_id(const struct mint *m)
{
	return m->sign_id;
}

const unsigned char *
mint_seal_id(const struct mint *m)
{
	return m->seal.id;
}

static enum mint_result
seal(const struct mint *m, const struct terms *terms, struct token *t)
{
	unsigned char plain[TERMS_SIZE];
	enum mint_result r = MINT_OK;
	struct buf b;

	buf_over(&b, plain, sizeof(plain));
	terms_pack(terms, &b);
	if (!buf_ok(&b))
		r = MINT_BAD;
	else if (b.len + crypto_box_SEALBYTES > sizeof(t->sealed))
		r = MINT_TOO_BIG;
	else if (crypto_box_seal(t->sealed, plain, b.len, m->seal.public) != 0)
		r = MINT_BAD;
	t->sealed_len = b.len + crypto_box_SEALBYTES;
	sodium_memzero(plain, sizeof(plain));
	return r;
}

/* The context and its NUL stand before the token, and are not sent. */
static enum mint_result
sign(const struct mint *m, const struct token *t, struct mint_token *out)
{
	unsigned char message[sizeof(TOKEN_CONTEXT) + TOKEN_RAW_MAX + 1] =
	    TOKEN_CONTEXT;
	unsigned char *raw = message + sizeof(TOKEN_CONTEXT);
	struct buf b;

	buf_over(&b, raw, TOKEN_RAW_MAX - TOKEN_SIG_BYTES + 1);
	token_pack(t, &b);
	if (!buf_ok(&b))
		return MINT_BAD;
	crypto_sign_detached(raw + b.len, NULL, message,
	    sizeof(TOKEN_CONTEXT) + b.len, secret_bytes(m->sign));
	sodium_bin2base64(out->text, sizeof(out->text), raw,
	    b.len + TOKEN_SIG_BYTES, VARIANT);
	out->len = strlen(out->text);
	memcpy(out->offer, t->offer, sizeof(out->offer));
	return MINT_OK;
}

enum mint_result
mint_token(const struct mint *m, const struct mint_offer *o,
    struct mint_token *out)
{
	size_t n = strlen(o->name);
	enum mint_result r;
	struct token t;

	if (n > TOKEN_NAME_MAX)
		return MINT_BAD;
	r = seal(m, o->terms, &t);
	if (r != MINT_OK)
		return r;
	if (FIXED + n + t.sealed_len > TOKEN_RAW_MAX)
		return MINT_TOO_BIG;
	t.uses = o->uses;
	t.not_after = o->not_after;
	memcpy(t.name, o->name, n + 1);
	memcpy(t.sign_id, m->sign_id, sizeof(t.sign_id));
	memcpy(t.seal_id, m->seal.id, sizeof(t.seal_id));
	token_uuid_new(t.offer, o->now_ms);
	return sign(m, &t, out);
}
