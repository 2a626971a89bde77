/*
 * The scan.  A message in one piece and in pieces of a few bytes gives the
 * same texts, and these lie in the body, in order, apart from each other.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/mime.h"

#include "t/fuzz/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(const struct mime *m, size_t len)
{
	const struct leaf *l;
	size_t i, before = 0;

	if (mime_end(m) != REASON_NONE)
		return;
	if (m->n_leaves == 0 || m->n_leaves > MIME_LEAVES_MAX)
		abort();
	for (i = 0; i < m->n_leaves; i++) {
		l = &m->leaf[i];
		if (l->at < before || l->end < l->at || l->end > len)
			abort();
		if (l->digest_len > 0 && (l->digest_at < before ||
		    l->digest_at + l->digest_len > l->at))
			abort();
		before = l->end;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static struct mime whole, pieces;
	size_t head = message_begin(&whole, p, len), fed, n = len - head;
	uint8_t *copy;

	if (mime_feed(&whole, p + head, n, 1) != n)
		abort();
	check(&whole, n);

	message_begin(&pieces, p, len);
	for (fed = 0; fed < n && !mime_is_done(&pieces);) {
		fed += 1 + (len + fed) % 5;
		if (fed > n)
			fed = n;
		/* Exactly what is there, so that a reader too many is seen. */
		copy = malloc(fed - pieces.at + 1);
		if (copy == NULL)
			return 0;
		memcpy(copy, p + head + pieces.at, fed - pieces.at);
		copy = realloc(copy, fed - pieces.at);
		(void)mime_feed(&pieces, copy, fed - pieces.at, 0);
		free(copy);
	}
	if (!mime_is_done(&pieces))
		(void)mime_feed(&pieces, p + head + pieces.at, n - pieces.at,
		    1);
	if (mime_end(&whole) != mime_end(&pieces) ||
	    (mime_end(&whole) == REASON_NONE &&
	    (whole.n_leaves != pieces.n_leaves ||
	    memcmp(whole.leaf, pieces.leaf, whole.n_leaves *
	    sizeof(whole.leaf[0])) != 0)))
		abort();
	return 0;
}
