/*
 * What Vonage says: webhooks, signed so that they are read, tokens that are
 * none, and the bodies of replies.  What comes out is bounded and holds no
 * number.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/vonage.h"

#include "t/fuzz/trunks.h"

#define WALL	1795374727
#define LEG	"/co-000102030405060708090a0b0c0d0e0f-a/"
#define HEAD	"eyJhbGciOiJIUzI1NiJ9"	/* {"alg":"HS256"} */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* The header of a webhook with this body. */
static void
put_header(struct buf *b, const struct secret *secret, const uint8_t *p,
    size_t len)
{
	unsigned char mac[SIGN_SHA256_BYTES];
	char hash[SIGN_SHA256_HEX_SIZE], text[512];
	struct buf claims;
	size_t start;

	sign_sha256_hex(p, len, hash);
	buf_init(&claims, 512);
	buf_printf(&claims, "{\"iat\":%d,\"payload_hash\":\"%s\"}", WALL, hash);
	sodium_bin2base64(text, sizeof(text), claims.data, claims.len,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	buf_str(b, "authorization: Bearer ");
	start = b->len;
	buf_printf(b, HEAD ".%s", text);
	sign_hmac_sha256(secret, b->data + start, b->len - start, mac);
	sodium_bin2base64(text, sizeof(text), mac, sizeof(mac),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	buf_printf(b, ".%s\n", text);
	buf_free(&claims);
}

static void
hook(const uint8_t *p, size_t len)
{
	static const char *const what[] = { "status", "key", "spoken/b-press",
	    "x" };
	char word[] = "sigsecret", url[128];
	struct secret *secret = secret_take(word, strlen(word));
	struct provider_conf conf = { .name = "x", .app = "x",
	    .hook_url = "https://h/hook/x", .hook_secret = secret };
	struct provider_hook h = { .url = url, .body = p, .len = len,
	    .wall = WALL };
	struct provider_hooked out = { .is_odd = 0 };
	struct buf head;

	buf_init(&head, 2048);
	buf_init(&out.answer, PROVIDER_ANSWER_MAX);
	put_header(&head, secret, p, len);
	h.headers = buf_cstr(&head);
	snprintf(url, sizeof(url), "%s" LEG "%s", conf.hook_url,
	    what[len % 4]);
	if (provider_vonage.hook(&conf, &h, &out) != PROVIDER_AUTHENTIC)
		abort();
	is_good_event(&out.event);
	/* the bytes as a token: none is signed */
	buf_clear(&head);
	buf_str(&head, "authorization: Bearer ");
	buf_put(&head, p, len < 400 ? len : 400);
	h.headers = buf_cstr(&head);
	if (provider_vonage.hook(&conf, &h, &out) == PROVIDER_AUTHENTIC)
		abort();
	buf_free(&out.answer);
	buf_free(&head);
	secret_free(secret);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const int status[] = { 200, 201, 404, 401, 429, 500 };

	if (sodium_init() < 0)
		abort();
	hook(p, len);
	try_reply(&provider_vonage, status, sizeof(status) / sizeof(status[0]), p,
	    len);
	return 0;
}
