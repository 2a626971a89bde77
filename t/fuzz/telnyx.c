/*
 * What Telnyx says: webhooks, signed so that they are read, and the bodies of
 * replies.  What comes out is bounded and holds no number.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"

#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx.h"

#include "t/fuzz/trunks.h"

#define WALL 1795374726

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hook(const uint8_t *p, size_t len)
{
	static const unsigned char seed[crypto_sign_SEEDBYTES] = "seed";
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	unsigned char signature[crypto_sign_BYTES];
	struct provider_conf conf = { .name = "x", .hook_url = "x" };
	struct provider_hook h = { .body = p, .len = len, .wall = WALL };
	struct provider_hooked out = { .is_odd = 0 };
	struct buf text, head, key;

	crypto_sign_seed_keypair(public, secret, seed);
	buf_init(&text, len + 64);
	buf_init(&head, 512);
	buf_init(&key, 64);
	buf_printf(&text, "%d|", WALL);
	buf_put(&text, p, len);
	crypto_sign_detached(signature, NULL, text.data, text.len, secret);
	buf_str(&head, "telnyx-signature-ed25519: ");
	buf_base64(&head, signature, sizeof(signature));
	buf_printf(&head, "\ntelnyx-timestamp: %d\n", WALL);
	buf_base64(&key, public, sizeof(public));
	conf.public_key = buf_cstr(&key);
	h.headers = buf_cstr(&head);
	if (provider_telnyx.hook(&conf, &h, &out) != PROVIDER_AUTHENTIC)
		abort();
	is_good_event(&out.event);
	/* the bytes as headers: none of them is signed */
	buf_clear(&head);
	buf_put(&head, p, len < 400 ? len : 400);
	h.headers = buf_cstr(&head);
	if (provider_telnyx.hook(&conf, &h, &out) == PROVIDER_AUTHENTIC)
		abort();
	buf_free(&text);
	buf_free(&head);
	buf_free(&key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const int status[] = { 200, 401, 404, 422, 429, 500 };

	if (sodium_init() < 0)
		abort();
	hook(p, len);
	try_reply(&provider_telnyx, status, sizeof(status) / sizeof(status[0]), p,
	    len);
	return 0;
}
