#ifndef BRIDGE_NET_JWT_H
#define BRIDGE_NET_JWT_H

#include <stddef.h>

struct buf;
struct secret;

/*
 * Tokens by which an application proves to its provider that it is itself
 * (JWT, RFC 7519; RS256, RFC 7518, 3.3), by OpenSSL: libsodium has no RSA, and
 * libcurl brings this library along in any case.
 */
struct jwt;

/*
 * From a private RSA key as PEM, of 2048 bits at least, for this application.
 * While it lives the key is in OpenSSL's memory, too.  NULL, and `why` says
 * what is wrong with it.  The application's name is copied.
 */
struct jwt *jwt_new(const struct secret *pem, const char *application,
    char *why, size_t size);
/* NULL is fine. */
void jwt_free(struct jwt *);

/* A token that is good for the next ten minutes, as credentials.h wants it:
 * `ctx` is the struct jwt.  0, or -1. */
int jwt_put(void *ctx, struct buf *) __attribute__((warn_unused_result));

#endif
