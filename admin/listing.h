#ifndef ADMIN_LISTING_H
#define ADMIN_LISTING_H

#include <stddef.h>

#include "lib/ask.h"

struct talk;

/* Calls as the bridge lists them, newest first. */
struct listing {
	struct ask_call	*call;
	size_t		 n, size;
};

/* Fills an empty listing.  0, or -1 and a sentence. */
int listing_fetch(struct listing *, struct talk *, const struct ask_list *,
    char *why, size_t size) __attribute__((warn_unused_result));
/* The call of that id, or NULL. */
const struct ask_call *listing_find(const struct listing *,
    const unsigned char id[TOKEN_OFFER_BYTES]);
/* It is then empty, and may be filled again. */
void listing_free(struct listing *);

#endif
