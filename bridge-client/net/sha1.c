/* SHA-1, by OpenSSL. */

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/secret.h"

#include "bridge-client/net/sha1.h"

void
sha1_hash(const void *data, size_t len, unsigned char out[SHA1_BYTES])
{
	if (EVP_Digest(data, len, out, NULL, EVP_sha1(), NULL) != 1)
		memset(out, 0, SHA1_BYTES);
}

int
sha1_hmac(const struct secret *key, const void *p, size_t len,
    unsigned char out[SHA1_BYTES])
{
	return secret_len(key) <= INT_MAX && HMAC(EVP_sha1(),
	    secret_bytes(key), (int)secret_len(key), p, len, out, NULL) !=
	    NULL ? 0 : -1;
}
