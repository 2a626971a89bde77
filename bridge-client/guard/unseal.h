#ifndef BRIDGE_GUARD_UNSEAL_H
#define BRIDGE_GUARD_UNSEAL_H

#include <stddef.h>

struct terms;
struct token;

/*
 * The only room of the house that opens the sealed part of a token.  Holds
 * the secret keys that are live, in guarded memory: several, so that milters
 * can change to a new sealing key while older offers are still out.  What it
 * opened a moment ago it opens again at a tenth of the price.
 */
struct unseal;

#define UNSEAL_KEYS_MAX 16

struct unseal *unseal_new(void);	/* NULL: out of memory */
void unseal_free(struct unseal *);	/* NULL is fine */

/*
 * Adds a key file (KEY_UNSEAL).  0, or -1 and a sentence with the path: it
 * cannot be read, is there already, or is one too many.
 */
int unseal_add(struct unseal *, const char *path, char *why, size_t size)
    __attribute__((warn_unused_result));

/* The id of the i-th public key, for logs and checks; NULL beyond the last. */
const unsigned char *unseal_id(const struct unseal *, size_t i);

enum unseal_result {
	UNSEAL_GOOD = 0,
	UNSEAL_KEY_UNKNOWN,	/* sealed to a key that is not (or no longer)
				   here */
	UNSEAL_BROKEN		/* does not open, or holds no terms */
};

/*
 * The terms of a token that token_verify() found good.  Allocates nothing, in
 * any thread; `*out` is all zeros unless good.
 */
enum unseal_result unseal_open(const struct unseal *, const struct token *,
    struct terms *out) __attribute__((warn_unused_result));

#endif
