/*
 * The file in which a name is recorded.
 */

#include <stdio.h>
#include <string.h>

#include "lib/token.h"

#include "lib/spoken.h"

#define BYTES	16

void
spoken_put(char dst[SPOKEN_SIZE], const char *name)
{
	unsigned char digest[TOKEN_DIGEST_BYTES];
	size_t i, n;

	token_digest(digest, name, strlen(name));
	n = (size_t)snprintf(dst, SPOKEN_SIZE, "name-");
	for (i = 0; i < BYTES; i++)
		n += (size_t)snprintf(dst + n, SPOKEN_SIZE - n, "%02x",
		    digest[i]);
}
