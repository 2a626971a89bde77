/*
 * What payers tell by webhook, signed so that it is read, and what they answer
 * of the pages on which means are left: whatever it is.  The first byte chooses
 * who, and how he answers.  News are of one call or page, or a sentence; a page
 * that is open leads where a browser may be sent to.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/secret.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/provider/provider.h"

#define WALL	1795374727

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int is_true)
{
	if (!is_true)
		abort();
}

static int
is_text(const char *s, size_t size)
{
	return strnlen(s, size) < size;
}

/* "NAME: t=UNIX,v1=HEX", as both have it, but for what is between. */
static void
put_header(struct buf *head, int is_stripe, const struct secret *secret,
    const struct provider_hook *h)
{
	unsigned char mac[SIGN_SHA256_BYTES];
	struct buf base;
	size_t i;

	buf_init(&base, h->len + 64);
	buf_printf(&base, "%d%s", WALL, is_stripe ? "." :
	    "\nPOST\n/hook/x\n");
	buf_put(&base, h->body, h->len);
	sign_hmac_sha256(secret, base.data, base.len, mac);
	buf_printf(head, "%s: t=%d,v1=", is_stripe ? "stripe-signature" :
	    "calloffer-signature", WALL);
	for (i = 0; i < sizeof(mac); i++)
		buf_printf(head, "%02x", mac[i]);
	buf_str(head, "\n");
	buf_free(&base);
}

static void
check_news(const struct payer_hooked *out)
{
	hold(out->news <= PAYER_NEWS_PERSON);
	hold(is_text(out->once, sizeof(out->once)) &&
	    is_text(out->detail, sizeof(out->detail)));
	hold(scan_is_printable_utf8(out->detail, strlen(out->detail)));
	if (out->news == PAYER_NEWS_PERSON)
		hold(out->detail[0] != '\0');
	else if (out->news != PAYER_NO_NEWS)
		hold(out->detail[0] == '\0');
}

static void
hook(const struct payer *payer, const uint8_t *p, size_t len)
{
	char word[] = "what both sides know";
	struct secret *secret = secret_take(word, strlen(word));
	struct payer_conf conf = { .name = "x", .url = "https://p",
	    .secret = secret, .hook_secret = secret };
	struct provider_hook h = { .url = "https://h/hook/x", .body = p,
	    .len = len, .wall = WALL };
	int is_stripe = strcmp(payer->name, "stripe") == 0;
	struct payer_hooked out;
	struct buf head;

	buf_init(&head, 2048);
	put_header(&head, is_stripe, secret, &h);
	h.headers = buf_cstr(&head);
	memset(&out, 0, sizeof(out));
	hold(payer->hook(&conf, &h, &out) == PAYER_AUTHENTIC);
	check_news(&out);
	h.wall = WALL + PAYER_HOOK_S + 1;
	hold(payer->hook(&conf, &h, &out) == PAYER_STALE);
	/* the bytes as a signature: none is right */
	h.wall = WALL;
	buf_clear(&head);
	buf_str(&head, is_stripe ? "stripe-signature: " :
	    "calloffer-signature: ");
	buf_put(&head, p, len < 1200 ? len : 1200);
	h.headers = buf_cstr(&head);
	hold(payer->hook(&conf, &h, &out) == PAYER_FORGED);
	buf_free(&head);
	secret_free(secret);
}

static void
page(const struct payer *payer, int status, int is_made, const uint8_t *p,
    size_t len)
{
	struct payer_page_intent in = { .ref = is_made ? "cs_1" : "",
	    .account = "sales", .customer = "", .address = "a@example.com",
	    .back = "https://h/p/x", .wall = WALL };
	struct payer_page out;

	memset(&out, 0, sizeof(out));
	payer->page_reply(&in, status, 1, (const char *)p, len, &out);
	hold(out.outcome <= PAYER_UNKNOWN && out.outcome != PAYER_MORE);
	hold(is_text(out.ref, sizeof(out.ref)) &&
	    is_text(out.url, sizeof(out.url)) &&
	    is_text(out.customer, sizeof(out.customer)) &&
	    is_text(out.detail, sizeof(out.detail)));
	if (out.outcome != PAYER_DONE)
		return;
	hold(out.state != PAYER_PAGE_NONE);
	hold((out.state == PAYER_PAGE_OPEN) == (out.url[0] != '\0'));
	hold((out.state == PAYER_PAGE_LEFT) == (out.customer[0] != '\0'));
	if (out.state == PAYER_PAGE_OPEN)
		hold(payer_is_url(out.url));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	static const int statuses[] = { 200, 201, 400, 402, 404, 409, 429,
	    500 };
	const struct payer *payer;

	if (sodium_init() < 0)
		abort();
	if (len < 1)
		return 0;
	payer = payer_all[p[0] & 1];
	hook(payer, p + 1, len - 1);
	page(payer, statuses[p[0] >> 1 & 7], p[0] >> 4 & 1, p + 1, len - 1);
	return 0;
}
