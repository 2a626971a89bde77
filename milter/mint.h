#ifndef MILTER_MINT_H
#define MILTER_MINT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/token.h"

struct terms;

/*
 * The only room of the house that seals and signs: from what is offered to the
 * text of a token.  Holds one signing key (in guarded memory) and one public
 * sealing key; rotation is a new mint.
 *
 * A mint is never changed after it was opened: any number of threads may use
 * it at once.
 */
struct mint;

/* NULL, and a sentence with the path in `why`. */
struct mint *mint_open(const char *sign_path, const char *seal_path,
    char *why, size_t size);
/* One more who frees it. */
struct mint *mint_hold(struct mint *);
void mint_free(struct mint *);		/* NULL is fine */

/* The ids of the two keys, for logs and checks: borrowed. */
const unsigned char *mint_sign_id(const struct mint *);
const unsigned char *mint_seal_id(const struct mint *);

/* What is offered.  Everything is borrowed for the call alone. */
struct mint_offer {
	int64_t			 now_ms;	/* Unix time, for the id */
	int64_t			 not_after;	/* Unix seconds */
	uint8_t			 uses;		/* 1..255 */
	const char		*name;		/* display name, "" is fine */
	const struct terms	*terms;
};

struct mint_token {
	unsigned char	offer[TOKEN_OFFER_BYTES];
	size_t		len;			/* of the text */
	char		text[TOKEN_TEXT_MAX + 1];
};

enum mint_result {
	MINT_OK = 0,
	MINT_TOO_BIG,	/* would be longer than TOKEN_TEXT_MAX */
	MINT_BAD	/* a field is out of its bounds */
};

/* Allocates nothing.  `*out` is filled only when MINT_OK. */
enum mint_result mint_token(const struct mint *, const struct mint_offer *,
    struct mint_token *out) __attribute__((warn_unused_result));

#endif
