/*
 * What Bandwidth says: webhooks, shown with the password so that they are read,
 * passwords that are none, and the bodies of replies.  What comes out is
 * bounded and holds no number.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/provider/bandwidth.h"
#include "bridge-client/provider/bxml.h"
#include "bridge-client/provider/provider.h"

#include "t/fuzz/trunks.h"

#define WALL	1795420800
#define LEG	"co-000102030405060708090a0b0c0d0e0f-a"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
put_shown(struct buf *b, const void *p, size_t len)
{
	buf_clear(b);
	buf_str(b, "authorization: Basic ");
	buf_base64(b, p, len);
	buf_str(b, "\n");
}

/* Seeds are of this account, application and time: so they are read. */
static void
hook(const uint8_t *p, size_t len)
{
	static const char *const what[] = { "answer", "key", "spoken/b-press",
	    "end" };
	char word[] = "sixteen or more!", url[128];
	char shown[sizeof(LEG) + BXML_PASSWORD_SIZE] = LEG ":";
	struct secret *secret = secret_take(word, strlen(word));
	struct provider_conf conf = { .name = "x", .app = "x",
	    .url = "https://h/accounts/1", .hook_url = "https://h/hook/x",
	    .hook_secret = secret };
	struct provider_hook h = { .url = url, .body = p, .len = len,
	    .wall = WALL };
	struct provider_hooked out = { .is_odd = 0 };
	struct buf head;

	buf_init(&head, 2048);
	buf_init(&out.answer, PROVIDER_ANSWER_MAX);
	bxml_put_password(&conf, LEG, shown + strlen(shown));
	put_shown(&head, shown, strlen(shown));
	h.headers = buf_cstr(&head);
	snprintf(url, sizeof(url), "%s/" LEG "/%s", conf.hook_url,
	    what[len % 4]);
	(void)provider_bandwidth.hook(&conf, &h, &out);
	is_good_event(&out.event);
	/* the bytes as what is shown: none is right */
	put_shown(&head, p, len < 400 ? len : 400);
	h.headers = buf_cstr(&head);
	if (provider_bandwidth.hook(&conf, &h, &out) != PROVIDER_FORGED)
		abort();
	buf_free(&out.answer);
	buf_free(&head);
	secret_free(secret);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const int status[] = { 200, 201, 404, 401, 409, 429, 500 };

	if (sodium_init() < 0)
		abort();
	hook(p, len);
	try_reply(&provider_bandwidth, status, sizeof(status) / sizeof(status[0]), p,
	    len);
	return 0;
}
