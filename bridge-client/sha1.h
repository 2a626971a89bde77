#ifndef BRIDGE_SHA1_H
#define BRIDGE_SHA1_H

#include <stddef.h>

struct secret;

/*
 * SHA-1 (RFC 3174), for HMAC (RFC 2104) alone: some providers sign so, and
 * libsodium has no SHA-1.  For nothing new.
 */
#define SHA1_BYTES 20

void sha1_hash(const void *, size_t, unsigned char out[SHA1_BYTES]);
/* 0, or -1: out of memory. */
int sha1_hmac(const struct secret *key, const void *, size_t,
    unsigned char out[SHA1_BYTES]) __attribute__((warn_unused_result));

#endif
