/* Tokens by which an application proves who it is. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "lib/token.h"

#include "bridge-client/net/jwt.h"

#define BITS_MIN	2048
#define LIFE_S		900
#define FRESH_S		300	/* then another is made */
#define TOKEN_MAX	4096
#define SIGNATURE_MAX	1024	/* of 8192 bits */

struct jwt {
	EVP_PKEY	*key;
	char		 application[128];
	struct buf	 token;
	int64_t		 made_at;	/* Unix seconds; 0: never */
};

/* A key that wants a passphrase is none for us: nobody is asked. */
static int
no_passphrase(char *dst, int size, int for_writing, void *ctx)
{
	(void)dst, (void)size, (void)for_writing, (void)ctx;
	return -1;
}

static EVP_PKEY *
read_key(const struct secret *pem)
{
	BIO *bio = BIO_new_mem_buf(secret_bytes(pem), (int)secret_len(pem));
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

struct jwt *
jwt_new(const struct secret *pem, const char *application, char *why,
    size_t size)
{
	struct jwt *j = calloc(1, sizeof(*j));

	if (j == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	buf_init(&j->token, TOKEN_MAX);
	snprintf(j->application, sizeof(j->application), "%s", application);
	if (pem != NULL)
		j->key = read_key(pem);
	if (j->key == NULL)
		snprintf(why, size, "must hold the application's private key, "
		    "as PEM and without a passphrase");
	else if (!EVP_PKEY_is_a(j->key, "RSA") ||
	    EVP_PKEY_get_bits(j->key) < BITS_MIN)
		snprintf(why, size, "must hold an RSA key of %d bits or more",
		    BITS_MIN);
	else
		return j;
	jwt_free(j);
	return NULL;
}

void
jwt_free(struct jwt *j)
{
	if (j == NULL)
		return;
	EVP_PKEY_free(j->key);
	buf_free(&j->token);
	free(j);
}

/* RFC 7515, 2: base64url without padding. */
static void
put_part(struct buf *b, const void *p, size_t len)
{
	size_t i, start = b->len;

	buf_base64(b, p, len);
	if (!buf_ok(b))
		return;
	while (b->len > start && b->data[b->len - 1] == '=')
		b->len--;
	for (i = start; i < b->len; i++)
		if (b->data[i] == '+')
			b->data[i] = '-';
		else if (b->data[i] == '/')
			b->data[i] = '_';
}

static void
put_claims(struct buf *b, const struct jwt *j, int64_t now)
{
	unsigned char id[TOKEN_OFFER_BYTES];
	char text[TOKEN_UUID_SIZE];
	struct buf claims;

	token_uuid_new(id, clock_wall_ms());
	token_uuid_text(id, text);
	buf_init(&claims, TOKEN_MAX);
	buf_str(&claims, "{\"application_id\":");
	json_put_str(&claims, j->application);
	buf_printf(&claims, ",\"iat\":%lld,\"exp\":%lld,\"jti\":\"%s\"}",
	    (long long)now, (long long)now + LIFE_S, text);
	if (!buf_ok(&claims))
		b->is_bad = 1;
	else
		put_part(b, claims.data, claims.len);
	buf_free(&claims);
}

/* 0, or -1. */
static int
sign(const struct jwt *j, struct buf *b)
{
	unsigned char signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int is_good = ctx != NULL && buf_ok(b) &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, j->key) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, b->data, b->len) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	if (!is_good)
		return -1;
	buf_u8(b, '.');
	put_part(b, signature, len);
	return buf_ok(b) ? 0 : -1;
}

static int
renew(struct jwt *j, int64_t now)
{
	static const char head[] = "{\"alg\":\"RS256\",\"typ\":\"JWT\"}";

	j->made_at = 0;
	buf_clear(&j->token);
	put_part(&j->token, head, sizeof(head) - 1);
	buf_u8(&j->token, '.');
	put_claims(&j->token, j, now);
	if (sign(j, &j->token) != 0)
		return -1;
	j->made_at = now;
	return 0;
}

int
jwt_put(void *ctx, struct buf *b)
{
	struct jwt *j = ctx;
	int64_t now = clock_wall(), age = now - j->made_at;

	if ((j->made_at == 0 || age < 0 || age > FRESH_S) && renew(j, now) != 0)
		return -1;
	buf_put(b, j->token.data, j->token.len);
	return buf_ok(b) ? 0 : -1;
}
