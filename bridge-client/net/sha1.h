#ifndef BRIDGE_NET_SHA1_H
#define BRIDGE_NET_SHA1_H

#include <stddef.h>

struct secret;

/*
 * SHA-1 (RFC 3174) where others demand it: in HMAC (RFC 2104), by which some
 * providers sign, and in a WebSocket's handshake.  For nothing new.
 */
#define SHA1_BYTES 20

/* All zero where the library has no SHA-1. */
void sha1_hash(const void *, size_t, unsigned char out[SHA1_BYTES]);
/* 0, or -1: it has none, or no memory. */
int sha1_hmac(const struct secret *key, const void *, size_t,
    unsigned char out[SHA1_BYTES]) __attribute__((warn_unused_result));

#endif
