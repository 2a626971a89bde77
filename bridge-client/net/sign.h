#ifndef BRIDGE_NET_SIGN_H
#define BRIDGE_NET_SIGN_H

#include <stddef.h>

struct secret;

/*
 * How a callback proves whose it is.  Signatures by a private key are checked
 * here, and never made; a MAC under what both sides know is made alike for
 * checking theirs and for our own.
 */
#define SIGN_KEY_BYTES		32	/* Ed25519: public key */
#define SIGN_BYTES		64	/* its signature */

/*
 * Base64 (RFC 4648, 4: with its padding, canonical) as bytes.  Their number,
 * or -1: it is none, or longer than `size`.
 */
long sign_base64(const char *, void *dst, size_t size)
    __attribute__((warn_unused_result));

/* 0 when the signature is of these bytes by this key (RFC 8032), else -1. */
int sign_check(const unsigned char key[SIGN_KEY_BYTES],
    const unsigned char signature[SIGN_BYTES], const void *, size_t)
    __attribute__((warn_unused_result));

#define SIGN_SHA256_BYTES	32
#define SIGN_SHA256_HEX_SIZE	65
/* SHA-256 in lower-case hexadecimal. */
void sign_sha256_hex(const void *, size_t, char dst[SIGN_SHA256_HEX_SIZE]);
/* HMAC-SHA256 (RFC 2104) under what both sides know. */
void sign_hmac_sha256(const struct secret *, const void *, size_t,
    unsigned char out[SIGN_SHA256_BYTES]);

/* 1 when both are the same, in a time that does not tell where they differ. */
int sign_is_same(const void *, const void *, size_t)
    __attribute__((warn_unused_result));

#endif
