/*
 * What Twilio and SignalWire say: webhooks, signed so that they are read,
 * signatures that are none, and the bodies of replies.  What comes out is
 * bounded and holds no number.
 */

#include <stdint.h>
#include <stdio.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/net/fields.h"
#include "bridge-client/net/sha1.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/twilio.h"

#include "t/fuzz/trunks.h"

#define WALL	1795374727
#define LEG	"/co-000102030405060708090a0b0c0d0e0f-a/"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct provider *const kinds[] = { &provider_twilio,
	&provider_signalwire };
static const char *const headers[] = { "x-twilio-signature",
	"x-signalwire-signature" };

/* Over the URL and the fields in order, each pair once.  0, or -1: it is no
 * form. */
static int
sign(struct buf *head, const char *name, const struct secret *secret,
    const struct provider_hook *h)
{
	unsigned char mac[SHA1_BYTES];
	struct fields f;
	struct buf base;
	size_t i;
	int status = fields_read(&f, h->body, h->len);

	buf_init(&base, h->len + 512);
	buf_str(&base, h->url);
	for (i = 0; status == 0 && i < f.n; i++) {
		if (i > 0 && fields_compare(&f.field[i - 1],
		    &f.field[i]) == 0)
			continue;
		buf_str(&base, f.field[i].name);
		buf_str(&base, f.field[i].value);
	}
	if (sha1_hmac(secret, base.data, base.len, mac) != 0)
		abort();
	buf_printf(head, "%s: ", name);
	buf_base64(head, mac, sizeof(mac));
	buf_str(head, "\n");
	buf_free(&base);
	fields_free(&f);
	return status;
}

static void
is_sound(const struct provider_hooked *out)
{
	const struct provider_event *e = &out->event;

	is_good_event(e);
	if ((e->kind != EVENT_KEY && e->key != '\0') ||
	    strnlen(e->ref, sizeof(e->ref)) == sizeof(e->ref) ||
	    strnlen(out->once, sizeof(out->once)) == sizeof(out->once) ||
	    !buf_ok(&out->answer) || (out->answer.len > 0 && out->type == NULL))
		abort();
}

/* The length chooses where it comes. */
static void
hook(const struct provider *kind, const char *name, const uint8_t *p,
    size_t len)
{
	static const char *const what[] = { "status", "key", "spoken/b-press",
	    "x" };
	char word[] = "12345", url[128];
	struct secret *secret = secret_take(word, strlen(word));
	struct provider_conf conf = { .name = "x", .kind = kind->name,
	    .app = "x", .hook_url = "https://h/hook/x",
	    .hook_secret = secret };
	struct provider_hook h = { .url = url, .body = p, .len = len,
	    .wall = WALL };
	struct provider_hooked out = { .is_odd = 0 };
	struct buf head;
	int is_form;

	buf_init(&head, 1024);
	buf_init(&out.answer, PROVIDER_ANSWER_MAX);
	snprintf(url, sizeof(url), "%s" LEG "%s", conf.hook_url,
	    what[len % 4]);
	is_form = sign(&head, name, secret, &h) == 0;
	h.headers = buf_cstr(&head);
	if (kind->hook(&conf, &h, &out) != (is_form ? PROVIDER_AUTHENTIC :
	    PROVIDER_FORGED))
		abort();
	is_sound(&out);
	/* the bytes as headers: none of them is signed */
	buf_clear(&head);
	buf_printf(&head, "%s: ", name);
	buf_put(&head, p, len < 400 ? len : 400);
	h.headers = buf_cstr(&head);
	if (kind->hook(&conf, &h, &out) != PROVIDER_FORGED)
		abort();
	buf_free(&out.answer);
	buf_free(&head);
	secret_free(secret);
}

/* Likewise which reply it is. */
static void
reply(const struct provider *kind, const uint8_t *p, size_t len)
{
	static const int status[] = { 200, 201, 404, 400, 401, 429, 500 };
	struct tel to = { .kind = TEL_E164, .text = "+442079460123" };
	struct provider_intent in = { .prompt = "a-ending", .to = &to,
	    .act = (enum provider_act)(len % PROVIDER_ACTS),
	    .caller = "+441632960000" };
	struct provider_reply r;
	int i;

	for (i = 0; i < 8; i++) {
		in.ref = (i & 1) != 0 ? "" : "CA1";
		in.is_joined = i >> 1 & 1;
		kind->reply(&in, i >> 2, status[len / 16 % 7], 1,
		    (const char *)p, len, &r);
		is_plain(r.detail, sizeof(r.detail));
		if (strnlen(r.ref, sizeof(r.ref)) == sizeof(r.ref) ||
		    strnlen(r.price, sizeof(r.price)) == sizeof(r.price) ||
		    (r.outcome == PROVIDER_MORE && in.is_joined &&
		    in.act == PROVIDER_PLAY && r.ref[0] == '\0'))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	int i;

	if (sodium_init() < 0)
		abort();
	for (i = 0; i < 2; i++) {
		hook(kinds[i], headers[i], p, len);
		reply(kinds[i], p, len);
	}
	return 0;
}
