/*
 * What Asterisk says: events, answers by the stream of them, and the bodies of
 * replies.  What comes out is bounded, and holds no number where it is told.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/provider.h"

#include "t/fuzz/trunks.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
is_bounded(void *ctx, uint32_t id, int status, const char *body, size_t len)
{
	(void)ctx, (void)id;
	if (status < 100 || status > 599 || strlen(body) != len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const int status[] = { 200, 204, 400, 404, 409, 500 };
	struct provider_intent in;
	struct provider_reply r;
	struct provider_event e;
	int step;

	provider_ari.event(p, len, &e);
	is_good_event(&e);
	provider_ari.heard(p, len, is_bounded, NULL);
	/* The length chooses which reply it is. */
	memset(&in, 0, sizeof(in));
	in.act = (enum provider_act)(len % (PROVIDER_FIND + 1));
	for (step = 0; step < 3; step++) {
		provider_ari.reply(&in, step, status[len / 8 % 6], 1,
		    (const char *)p, len, &r);
		is_plain(r.detail, sizeof(r.detail));
	}
	return 0;
}
