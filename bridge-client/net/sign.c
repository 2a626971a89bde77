/* How a provider's callback proves that it is his. */

#include <string.h>

#include <sodium.h>

#include "lib/scan.h"
#include "lib/secret.h"

#include "bridge-client/net/sign.h"

long
sign_base64(const char *s, void *dst, size_t size)
{
	size_t i, len = strlen(s), n;

	/* sodium_base642bin() takes bytes from 0x80 up for letters */
	for (i = 0; i < len; i++)
		if (!scan_is_alnum((unsigned char)s[i]) && s[i] != '+' &&
		    s[i] != '/' && s[i] != '=')
			return -1;
	if (sodium_base642bin(dst, size, s, len, NULL, &n, NULL,
	    sodium_base64_VARIANT_ORIGINAL) != 0)
		return -1;
	return (long)n;
}

void
sign_sha256_hex(const void *p, size_t len, char dst[SIGN_SHA256_HEX_SIZE])
{
	unsigned char hash[SIGN_SHA256_BYTES];

	crypto_hash_sha256(hash, p, len);
	sodium_bin2hex(dst, SIGN_SHA256_HEX_SIZE, hash, sizeof(hash));
}

void
sign_hmac_sha256(const struct secret *key, const void *p, size_t len,
    unsigned char out[SIGN_SHA256_BYTES])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, secret_bytes(key),
	    secret_len(key));
	crypto_auth_hmacsha256_update(&state, p, len);
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof(state));
}

int
sign_check(const unsigned char key[SIGN_KEY_BYTES],
    const unsigned char signature[SIGN_BYTES], const void *p, size_t len)
{
	return crypto_sign_verify_detached(signature, p, len, key) == 0 ? 0 :
	    -1;
}

int
sign_is_same(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}
