#ifndef T_FUZZ_TRUNKS_H
#define T_FUZZ_TRUNKS_H

/* What providers say: what must be so of whatever comes of it. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/provider/provider.h"

/* No target needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

/* For people: bounded, and without a number. */
static void
is_plain(const char *s, size_t size)
{
	size_t i, n = 0;

	if (strnlen(s, size) == size)
		abort();
	for (i = 0; s[i] != '\0'; i++) {
		n = s[i] >= '0' && s[i] <= '9' ? n + 1 : 0;
		if (n > 3 || s[i] < ' ' || s[i] > '~')
			abort();
	}
}

static void
is_good_event(const struct provider_event *e)
{
	is_plain(e->detail, sizeof(e->detail));
	if (e->kind == EVENT_KEY && e->key == '\0')
		abort();
}

/* The body of a reply: its length chooses to which act, and its status among
 * these; to a leg whose name is known, and to one that is looked for. */
static void
try_reply(const struct provider *p, const int *status, size_t n_status,
    const uint8_t *body, size_t len)
{
	static const struct tel to = { .kind = TEL_E164,
	    .text = "+442079460123" };
	struct provider_intent in = {
		.act = (enum provider_act)(len % (PROVIDER_FIND + 1)),
		.prompt = "a,b", .to = &to, .caller = "+441632960000"
	};
	struct provider_reply r;
	int i;

	for (i = 0; i < 2; i++) {
		in.ref = i == 0 ? "" : "v3:x";
		p->reply(&in, 0, status[len / 8 % n_status], 1,
		    (const char *)body, len, &r);
		is_plain(r.detail, sizeof(r.detail));
	}
}

#endif
