/* Tokens of an application: the keys that will do, and what is signed. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "lib/scan.h"
#include "lib/secret.h"

#include "bridge-client/net/jwt.h"

#include "t/tap.h"

#define APP	"00000000-0000-4000-8000-000000000000"
#define WALL	INT64_C(1795374727)

static struct secret *
pem_of(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct secret *s;
	char *text;
	long len;

	PEM_write_bio_PrivateKey(bio, key, passphrase != NULL ?
	    EVP_aes_256_cbc() : NULL, (const unsigned char *)passphrase,
	    passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL);
	len = BIO_get_mem_data(bio, &text);
	s = secret_take(text, (size_t)len);
	BIO_free(bio);
	return s;
}

static void
is_refused(struct secret *pem, const char *name)
{
	char why[128] = "";
	struct jwt *j = jwt_new(pem, APP, why, sizeof(why));

	ok(j == NULL && why[0] != '\0', "no key: %s: %s", name, why);
	jwt_free(j);
	secret_free(pem);
}

static void
test_refused(EVP_PKEY *good)
{
	EVP_PKEY *small = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-256");
	char junk[] = "KEY0123", empty[] = "-----BEGIN PRIVATE KEY-----\n"
	    "-----END PRIVATE KEY-----\n";

	is_refused(secret_take(junk, strlen(junk)), "a password");
	is_refused(secret_take(empty, strlen(empty)), "an empty PEM");
	is_refused(NULL, "no file");
	is_refused(pem_of(small, NULL), "1024 bits");
	is_refused(pem_of(ec, NULL), "no RSA");
	is_refused(pem_of(good, "secret"), "with a passphrase");
	EVP_PKEY_free(small);
	EVP_PKEY_free(ec);
}

/* 1 when the token's last part is the key's signature of the others. */
static int
is_signed(EVP_PKEY *key, const char *token)
{
	const char *dot = strrchr(token, '.');
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[512];
	long n = scan_base64url(signature, sizeof(signature), dot + 1,
	    strlen(dot + 1));
	int good = n > 0 &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, signature, (size_t)n,
	    (const unsigned char *)token, (size_t)(dot - token)) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static struct json *
part(const char *token, int i)
{
	unsigned char text[1024];
	long n;

	for (; i > 0; i--)
		token = strchr(token, '.') + 1;
	n = scan_base64url(text, sizeof(text), token, strcspn(token, "."));
	return n > 0 ? json_parse(text, (size_t)n) : NULL;
}

static void
test_token(EVP_PKEY *key)
{
	struct secret *pem = pem_of(key, NULL);
	struct jwt *j = jwt_new(pem, APP, (char[128]){ "" }, 128);
	char first[2048], id[64];
	int64_t at = 0;
	struct json *p;
	struct buf b;

	secret_free(pem);
	buf_init(&b, 4096);
	clock_fake(WALL * 1000, 1000);
	if (!ok(j != NULL && jwt_put(j, &b) == 0, "a token"))
		return;
	snprintf(first, sizeof(first), "%s", buf_cstr(&b));
	ok(is_signed(key, first), "is signed");
	first[10] ^= 1;
	ok(!is_signed(key, first), "not so another");
	first[10] ^= 1;
	p = part(first, 0);
	is_str(json_str(p, "alg"), "RS256", "by this");
	is_str(json_str(p, "typ"), "JWT", "as that");
	json_free(p);
	p = part(first, 1);
	is_str(json_str(p, "application_id"), APP, "for the application");
	ok(json_int(p, "iat", &at) == 0 && at == WALL, "now");
	ok(json_int(p, "exp", &at) == 0 && at == WALL + 900,
	    "for a quarter of an hour");
	snprintf(id, sizeof(id), "%s", json_str(p, "jti"));
	json_free(p);
	clock_fake((WALL + 300) * 1000, 1000);
	buf_clear(&b);
	is_int(jwt_put(j, &b), 0, "five minutes later");
	is_str(buf_cstr(&b), first, "the same");
	clock_fake((WALL + 301) * 1000, 1000);
	buf_clear(&b);
	is_int(jwt_put(j, &b), 0, "then");
	p = part(buf_cstr(&b), 1);
	ok(is_signed(key, buf_cstr(&b)) && p != NULL &&
	    json_int(p, "iat", &at) == 0 && at == WALL + 301 &&
	    strcmp(json_str(p, "jti"), id) != 0, "another");
	json_free(p);
	clock_fake(WALL * 1000, 1000);
	buf_clear(&b);
	is_int(jwt_put(j, &b), 0, "the clock is set back");
	p = part(buf_cstr(&b), 1);
	ok(p != NULL && json_int(p, "iat", &at) == 0 && at == WALL,
	    "none of the future");
	json_free(p);
	buf_free(&b);
	buf_init(&b, 100);
	is_int(jwt_put(j, &b), -1, "where it does not fit it is none");
	buf_free(&b);
	jwt_free(j);
}

int
main(void)
{
	EVP_PKEY *key;

	if (secret_init() != 0)
		return 1;
	key = EVP_RSA_gen(2048);
	test_refused(key);
	test_token(key);
	EVP_PKEY_free(key);
	return tap_done();
}
