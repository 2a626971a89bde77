/*
 * What Asterisk says: events, and the bodies of replies.  What comes out is
 * bounded and holds no number.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/provider.h"

#include "t/fuzz/trunks.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

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
