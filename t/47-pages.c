/*
 * Pages on which means of payment are left, Stripe's and those of our own
 * contract: what is asked, what answers mean; and what webhooks say, whose
 * signatures were made by the vendor's own library and by openssl.
 */
#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "lib/secret.h"

#include "bridge-client/net/request.h"
#include "bridge-client/net/sign.h"
#include "bridge-client/payer/http.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/payer/stripe.h"
#include "bridge-client/provider/provider.h"

#include "t/tap.h"

#define ID	"000102030405060708090a0b0c0d0e0f"
#define WALL	1790000000
#define BASE	"https://pay.example.com/v1"
#define SESSIONS "https://api.stripe.com/v1/checkout/sessions"

static struct payer_conf bank = { .name = "bank", .url = BASE };
static struct payer_conf cards = { .name = "cards",
	.url = "https://api.stripe.com" };

static struct payer_page_intent
intent(const char *ref, const char *customer)
{
	struct payer_page_intent in = { .ref = ref, .account = "sales",
	    .customer = customer, .address = "al@example.com",
	    .back = "https://call.example.com/p/S", .wall = WALL, .round = 2 };
	unsigned i;

	for (i = 0; i < sizeof(in.id); i++)
		in.id[i] = (unsigned char)i;
	return in;
}

static const struct {
	const struct payer	*payer;
	struct payer_conf	*conf;
	const char		*ref, *customer, *method, *url, *body, *header;
} asked[] = {
	{ &payer_stripe, &cards, "", "", "POST", SESSIONS,
	    "mode=setup&payment_method_types%5B0%5D=card"
	    "&customer_creation=always&customer_email=al%40example.com"
	    "&client_reference_id=" ID "&metadata%5Binvitation%5D=" ID
	    "&setup_intent_data%5Bmetadata%5D%5Binvitation%5D=" ID
	    "&success_url=https%3A%2F%2Fcall.example.com%2Fp%2FS"
	    "&cancel_url=https%3A%2F%2Fcall.example.com%2Fp%2FS",
	    "Idempotency-Key: calloffer:" ID ":page:2" },
	{ &payer_stripe, &cards, "", "cus_1:pm_1", "POST", SESSIONS,
	    "mode=setup&payment_method_types%5B0%5D=card&customer=cus_1"
	    "&client_reference_id=" ID "&metadata%5Binvitation%5D=" ID
	    "&setup_intent_data%5Bmetadata%5D%5Binvitation%5D=" ID
	    "&success_url=https%3A%2F%2Fcall.example.com%2Fp%2FS"
	    "&cancel_url=https%3A%2F%2Fcall.example.com%2Fp%2FS",
	    "Idempotency-Key: calloffer:" ID ":page:2" },
	{ &payer_stripe, &cards, "cs_1", "cus_1:pm_1", "GET",
	    SESSIONS "/cs_1?expand%5B%5D=setup_intent", "", "" },
	/* as in t/47-payer.c */
	{ &payer_http, &bank, "", "c7", "PUT", BASE "/pages/" ID,
	    "{\"account\":\"sales\",\"customer\":\"c7\",\"address\":"
	    "\"al@example.com\",\"back\":\"https://call.example.com/p/S\"}",
	    "Calloffer-Signature: t=1790000000,v1="
	    "6e0e37ea0290e372ae069723947b8e62"
	    "74dc275646b1aca6a59fbed6ee20d12c" },
	{ &payer_http, &bank, ID, "c7", "GET", BASE "/pages/" ID, "",
	    "Calloffer-Signature: t=1790000000,v1="
	    "51cf6d5283a03f2428305c66336e55ff"
	    "f08891fabb73f8e23dc7ad65712bfde8" }
};

static void
test_requests(void)
{
	struct payer_page_intent in;
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		in = intent(asked[i].ref, asked[i].customer);
		is_int(asked[i].payer->page(asked[i].conf, &in, &r), 0,
		    "page %zu", i);
		is_str(r.method, asked[i].method, "  its method");
		is_str(buf_cstr(&r.url), asked[i].url, "  its address");
		is_str(buf_cstr(&r.body), asked[i].body, "  its body");
		is_str(r.header, asked[i].header, "  its header");
		ok(r.timeout_ms < 8000, "  somebody waits for it");
		request_free(&r);
	}
}

#define SESSION(status, more) "{\"id\":\"cs_1\",\"object\":" \
	"\"checkout.session\",\"status\":\"" status "\"" more "}"
#define LEFT(customer, pm, state) SESSION("complete", ",\"url\":null," \
	"\"customer\":" customer ",\"setup_intent\":{\"id\":\"seti_1\"," \
	"\"status\":\"" state "\",\"payment_method\":" pm "}")
#define LONG_ID	"cus_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const struct payer	*payer;
	const char		*ref;
	int			 status;
	const char		*body;
	enum payer_outcome	 outcome;
	enum payer_page_state	 state;
	const char		*says;	/* url, or customer */
} told[] = {
	{ &payer_stripe, "", 200, SESSION("open", ",\"url\":"
	    "\"https://checkout.stripe.com/c/pay/cs_1#fid\""), PAYER_DONE,
	    PAYER_PAGE_OPEN, "https://checkout.stripe.com/c/pay/cs_1#fid" },
	{ &payer_stripe, "", 200, SESSION("open", ",\"url\":"
	    "\"javascript:alert(1)\""), PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "", 200, SESSION("open", ",\"url\":"
	    "\"http://checkout.stripe.com/\""), PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "", 200, SESSION("open", ",\"url\":"
	    "\"https://a.example/\\\"onclick=\""), PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "", 200, SESSION("open", ""), PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "cs_1", 200, LEFT("\"cus_1\"", "\"pm_1\"",
	    "succeeded"), PAYER_DONE, PAYER_PAGE_LEFT, "cus_1:pm_1" },
	{ &payer_stripe, "cs_1", 200, LEFT("\"cus_1\"", "\"pm_1\"",
	    "requires_action"), PAYER_UNKNOWN, PAYER_PAGE_LEFT, NULL },
	{ &payer_stripe, "cs_1", 200, LEFT("null", "\"pm_1\"", "succeeded"),
	    PAYER_UNKNOWN, PAYER_PAGE_LEFT, NULL },
	{ &payer_stripe, "cs_1", 200, LEFT("\"cus_1\"", "\"pm_1:x\"",
	    "succeeded"), PAYER_UNKNOWN, PAYER_PAGE_LEFT, NULL },
	{ &payer_stripe, "cs_1", 200, LEFT("\"" LONG_ID "\"",
	    "\"pm_12345678901\"", "succeeded"), PAYER_UNKNOWN,
	    PAYER_PAGE_LEFT, NULL },
	{ &payer_stripe, "cs_1", 200, SESSION("expired", ""), PAYER_DONE,
	    PAYER_PAGE_OVER, "" },
	{ &payer_stripe, "cs_1", 404, "{\"error\":{}}", PAYER_DONE,
	    PAYER_PAGE_OVER, "" },
	{ &payer_stripe, "", 404, "{\"error\":{}}", PAYER_REFUSED, 0, NULL },
	{ &payer_stripe, "", 400, "{\"error\":{\"code\":\"email_invalid\"}}",
	    PAYER_REFUSED, 0, NULL },
	{ &payer_stripe, "", 409, "{}", PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "", 401, "{}", PAYER_NOT, 0, NULL },
	{ &payer_stripe, "", 200, "{}", PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "", 200, "<html>", PAYER_UNKNOWN, 0, NULL },
	{ &payer_stripe, "", 0, "", PAYER_UNKNOWN, 0, NULL },
	{ &payer_http, "", 200, "{\"state\":\"open\",\"url\":"
	    "\"https://pay.example.com/leave/1\"}", PAYER_DONE,
	    PAYER_PAGE_OPEN, "https://pay.example.com/leave/1" },
	{ &payer_http, "", 200, "{\"state\":\"open\"}", PAYER_UNKNOWN, 0,
	    NULL },
	{ &payer_http, "", 200, "{\"state\":\"open\",\"url\":"
	    "\"https://a b\"}", PAYER_UNKNOWN, 0, NULL },
	{ &payer_http, ID, 200, "{\"state\":\"left\",\"customer\":\"c7\"}",
	    PAYER_DONE, PAYER_PAGE_LEFT, "c7" },
	{ &payer_http, ID, 200, "{\"state\":\"left\",\"customer\":\"\"}",
	    PAYER_UNKNOWN, 0, NULL },
	{ &payer_http, ID, 200, "{\"state\":\"left\"}", PAYER_UNKNOWN, 0,
	    NULL },
	{ &payer_http, ID, 200, "{\"state\":\"over\"}", PAYER_DONE,
	    PAYER_PAGE_OVER, "" },
	{ &payer_http, ID, 500, "{\"state\":\"over\"}", PAYER_UNKNOWN, 0,
	    NULL },
	{ &payer_http, ID, 405, "", PAYER_REFUSED, 0, NULL }
};

static void
test_replies(void)
{
	struct payer_page_intent in;
	struct payer_page page;
	size_t i, len;

	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		in = intent(told[i].ref, "");
		len = strlen(told[i].body);
		memset(&page, 0, sizeof(page));
		told[i].payer->page_reply(&in, told[i].status, 1,
		    tap_edge(told[i].body, len), len, &page);
		ok(page.outcome == told[i].outcome && (told[i].says == NULL ||
		    page.state == told[i].state), "%s, %d %s: %d",
		    told[i].payer->name, told[i].status, told[i].body,
		    page.outcome);
		if (told[i].says != NULL)
			is_str(page.state == PAYER_PAGE_OPEN ? page.url :
			    page.customer, told[i].says, "  what it says");
	}
}

/* His bank wants to hear from him: only where it is asked for a hold. */
static void
test_turns(void)
{
	static const char stripe[] = "{\"error\":{\"code\":"
	    "\"authentication_required\",\"payment_intent\":{\"id\":\"pi_1\","
	    "\"status\":\"requires_payment_method\"}}}";
	static const char own[] = "{\"state\":\"refused\",\"action\":"
	    "\"page\"}";
	struct payer_intent in = { .act = PAYER_AUTHORISE, .ref = "",
	    .account = "sales", .customer = "cus_1:pm_1", .currency = "EUR" };
	struct payer_reply r = { .is_his_turn = 0 };

	payer_stripe.reply(&in, 0, 402, 1, stripe, strlen(stripe), &r);
	ok(r.outcome == PAYER_REFUSED && r.is_his_turn, "Stripe: his turn");
	memset(&r, 0, sizeof(r));
	payer_http.reply(&in, 0, 402, 1, own, strlen(own), &r);
	ok(r.outcome == PAYER_REFUSED && r.is_his_turn, "ours: his turn");
	memset(&r, 0, sizeof(r));
	payer_http.reply(&in, 0, 402, 1, own, 19, &r);
	ok(!r.is_his_turn, "refused, and nobody's turn");
	in.act = PAYER_QUERY;
	memset(&r, 0, sizeof(r));
	payer_http.reply(&in, 0, 402, 1, own, strlen(own), &r);
	ok(!r.is_his_turn, "only a question about it");
}

/*
 * Webhooks.
 */
static enum payer_verdict
hook(const struct payer *payer, const struct payer_conf *conf,
    const struct provider_hook *h, struct payer_hooked *out)
{
	memset(out, 0, sizeof(*out));
	return payer->hook(conf, h, out);
}

static void
test_vectors(void)
{
	struct provider_hook h = { .url = "/hook/cards" };
	struct buf file, head, path;
	struct payer_hooked out;
	const char *body;
	int64_t now;
	struct json *j;
	FILE *f = fopen("t/data/stripe-signatures.json", "r");
	int i, n;

	buf_init(&file, 65536);
	buf_init(&head, 4096);
	buf_init(&path, 64);
	if (f != NULL) {
		buf_grown(&file, fread(buf_room(&file, 32768), 1, 32768, f));
		fclose(f);
	}
	j = json_parse(buf_cstr(&file), file.len);
	n = j != NULL ? json_count(j, "cases") : 0;
	ok(n > 10, "the vectors");
	for (i = 0; i < n; i++) {
#define AT(what) (buf_clear(&path), buf_printf(&path, "cases.%d." what, i), \
	buf_cstr(&path))
		buf_clear(&head);
		buf_printf(&head, "host: call.example.com\nstripe-signature: "
		    "%s\n", json_str(j, AT("header")));
		body = json_str(j, AT("body"));
		h.headers = buf_cstr(&head);
		h.len = strlen(body);
		h.body = tap_edge(body, h.len);
		h.wall = json_int(j, AT("now"), &now) == 0 ? now : 0;
		ok((hook(&payer_stripe, &cards, &h, &out) ==
		    PAYER_AUTHENTIC) == json_bool(j, AT("good")),
		    "as the vendor says: %s", json_str(j, AT("name")));
	}
	json_free(j);
	buf_free(&file);
	buf_free(&head);
	buf_free(&path);
}

/* Not what the vendor's library looks at: its header must be there once, and
 * hold no more than there can be. */
static void
test_headers(void)
{
	static const char mac[] = "000102030405060708090a0b0c0d0e0f"
	    "000102030405060708090a0b0c0d0e0f";
	char text[1024];
	struct provider_hook h = { .url = "/hook/cards", .wall = WALL,
	    .headers = text, .body = (const unsigned char *)"{}", .len = 2 };
	struct payer_hooked out;
	size_t i;
	/* around a signature, or nothing */
	static const struct { const char *before, *behind; } bad[] = {
		{ "t=,v1=", NULL }, { "t=1790000000", NULL },
		{ "t=1790000000,v1=", NULL }, { "t=1790000000,v1=00", NULL },
		{ "t=+1790000000,v1=", "" }, { ",,,", NULL }, { "=", NULL },
		{ "t=1790000000,t=1790000000,v1=", "" },
		{ "t=9999999999999,v1=", "" }, { "t=1790000000,v1=", "0" },
		{ "t=1790000000;v1=", "" }, { "t=1790000000,v1=", "" } };

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "stripe-signature: %s%s%s",
		    bad[i].before, bad[i].behind != NULL ? mac : "",
		    bad[i].behind != NULL ? bad[i].behind : "");
		is_int(hook(&payer_stripe, &cards, &h, &out), PAYER_FORGED,
		    "refused: %s", text);
	}
	snprintf(text, sizeof(text), "%s", "");
	is_int(hook(&payer_stripe, &cards, &h, &out), PAYER_FORGED,
	    "refused: no signature");
	snprintf(text, sizeof(text), "stripe-signature: t=1790000000,v1="
	    "4d2f32e2ed0d94d9d63d3a8e9a8d4c5d5ed6ad3e9c4c8a40bb7a6b8ff0ab2c1"
	    "0\nstripe-signature: x\n");
	is_int(hook(&payer_stripe, &cards, &h, &out), PAYER_FORGED,
	    "refused: two of them");
}

/* What an event means, signed as it must be. */
static void
sign_it(const char *between, const char *body, const struct secret *secret,
    char *dst, size_t size)
{
	unsigned char mac[SIGN_SHA256_BYTES];
	struct buf base;
	size_t n;
	int i;

	buf_init(&base, 65536);
	buf_printf(&base, "%d%s%s", WALL, between, body);
	sign_hmac_sha256(secret, base.data, base.len, mac);
	buf_free(&base);
	n = (size_t)snprintf(dst, size, "stripe-signature: t=%d,v1=", WALL);
	for (i = 0; i < SIGN_SHA256_BYTES; i++)
		n += (size_t)snprintf(dst + n, size - n, "%02x", mac[i]);
}

#define EVENT(type, object) "{\"id\":\"evt_1\",\"type\":\"" type "\"," \
	"\"data\":{\"object\":" object "}}"
#define CALL "{\"metadata\":{\"call\":\"" ID "\"}}"
#define CHARGE(amount, captured, refunded) "{\"amount\":" amount "," \
	"\"amount_captured\":" captured ",\"amount_refunded\":" refunded \
	",\"currency\":\"eur\",\"payment_intent\":\"pi_1\"}"

static const struct {
	const char	*body;
	enum payer_news	 news;
	const char	*detail;
} events[] = {
	{ EVENT("checkout.session.completed",
	    "{\"client_reference_id\":\"" ID "\"}"), PAYER_NEWS_PAGE, "" },
	{ EVENT("checkout.session.completed",
	    "{\"client_reference_id\":\"somebody else's\"}"),
	    PAYER_NO_NEWS, "" },
	{ EVENT("checkout.session.completed", "{}"), PAYER_NO_NEWS, "" },
	{ EVENT("setup_intent.succeeded", "{\"metadata\":{\"invitation\":\""
	    ID "\"}}"), PAYER_NEWS_PAGE, "" },
	{ EVENT("setup_intent.succeeded", "{\"metadata\":null}"),
	    PAYER_NO_NEWS, "" },
	{ EVENT("payment_intent.succeeded", CALL), PAYER_NEWS_CALL, "" },
	{ EVENT("payment_intent.payment_failed", CALL), PAYER_NEWS_CALL, "" },
	{ EVENT("payment_intent.canceled", CALL), PAYER_NEWS_CALL, "" },
	{ EVENT("payment_intent.amount_capturable_updated", CALL),
	    PAYER_NEWS_CALL, "" },
	{ EVENT("payment_intent.created", CALL), PAYER_NO_NEWS, "" },
	{ EVENT("charge.dispute.created", "{\"amount\":105,\"currency\":"
	    "\"eur\",\"payment_intent\":\"pi_1\",\"status\":"
	    "\"needs_response\"}"), PAYER_NEWS_PERSON,
	    "dispute of pi_1: 105 eur, needs_response" },
	{ EVENT("charge.dispute.created", "{\"amount\":105,\"currency\":"
	    "\"e u\",\"payment_intent\":\"pi\\n1\",\"status\":7}"),
	    PAYER_NEWS_PERSON, "dispute of ?: 105 ?, ?" },
	{ EVENT("charge.refunded", CHARGE("160", "105", "55")),
	    PAYER_NO_NEWS, "" },
	{ EVENT("charge.refunded", CHARGE("160", "0", "160")),
	    PAYER_NO_NEWS, "" },
	{ EVENT("charge.refunded", CHARGE("160", "105", "160")),
	    PAYER_NEWS_PERSON, "refund of pi_1: 105 eur, by hand" },
	{ "{}", PAYER_NO_NEWS, "" },
	{ "[]", PAYER_NO_NEWS, "" },
	{ "no JSON", PAYER_NO_NEWS, "" }
};

static void
test_events(void)
{
	char head[256], id[PAYER_ID_SIZE];
	struct provider_hook h = { .url = "/hook/cards", .wall = WALL,
	    .headers = head };
	struct payer_hooked out;
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		sign_it(".", events[i].body, cards.hook_secret, head,
		    sizeof(head));
		h.len = strlen(events[i].body);
		h.body = tap_edge(events[i].body, h.len);
		is_int(hook(&payer_stripe, &cards, &h, &out), PAYER_AUTHENTIC,
		    "event %zu", i);
		is_int(out.news, events[i].news, "  its news");
		payer_put_id(out.id, id);
		if (out.news == PAYER_NEWS_PAGE || out.news == PAYER_NEWS_CALL)
			is_str(id, ID, "  of whom");
		if (out.news == PAYER_NEWS_PERSON)
			is_str(out.detail, events[i].detail, "  for people");
		if (out.news != PAYER_NO_NEWS)
			is_str(out.once, "evt_1", "  once");
	}
}

/* Of our own contract; signed by another hand, as in t/47-payer.c. */
static void
test_own(void)
{
	static const struct {
		const char	*mac, *body;
		int64_t		 wall;
		enum payer_verdict verdict;
		enum payer_news	 news;
	} own[] = {
		{ "d40d89fc4f7405c8c78fd5228f2f089b"
	    "b7e7d0a2f6fdcb82613c24236c3c28da",
		    "{\"page\":\"" ID "\"}", WALL, PAYER_AUTHENTIC,
		    PAYER_NEWS_PAGE },
		{ "55e4e5f560566dd849bcbbbd81159b42"
	    "7f1a4d91f55bd42a572d98077b802d67",
		    "{\"call\":\"" ID "\"}", WALL, PAYER_AUTHENTIC,
		    PAYER_NEWS_CALL },
		{ "55e4e5f560566dd849bcbbbd81159b42"
	    "7f1a4d91f55bd42a572d98077b802d67",
		    "{\"call\":\"" ID "\"}", WALL + 301, PAYER_STALE, 0 },
		{ "55e4e5f560566dd849bcbbbd81159b42"
	    "7f1a4d91f55bd42a572d98077b802d67",
		    "{\"page\":\"" ID "\"}", WALL, PAYER_FORGED, 0 },
		/* to another section of ours */
		{ "abbbe3c3b08c351dd62f4b65fd347f31"
	    "24bc6f74ba3503c77ec4f4e9541912ef",
		    "{\"page\":\"" ID "\"}", WALL, PAYER_FORGED, 0 }
	};
	struct provider_hook h = { .url = "/hook/bank" };
	struct payer_hooked out;
	char head[256];
	size_t i;

	h.headers = head;
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		snprintf(head, sizeof(head), "calloffer-signature: t=%d,v1=%s",
		    WALL, own[i].mac);
		h.body = (const unsigned char *)own[i].body;
		h.len = strlen(own[i].body);
		h.wall = own[i].wall;
		is_int(hook(&payer_http, &bank, &h, &out), own[i].verdict,
		    "our own %zu", i);
		is_int(out.news, own[i].news, "  its news");
	}
}

static const struct secret *
make_secret(const char *name, const char *text)
{
	char path[512], why[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", tap_dir(), name);
	f = fopen(path, "w");
	if (f == NULL || fprintf(f, "%s\n", text) < 0 || fclose(f) != 0 ||
	    chmod(path, 0600) != 0)
		abort();
	return secret_read(path, why, sizeof(why));
}

int
main(void)
{
	if (secret_init() != 0)
		abort();
	bank.secret = make_secret("bank", "what both know");
	cards.secret = make_secret("key", "sk_test_1");
	test_requests();
	test_replies();
	test_turns();
	test_headers();
	cards.hook_secret = make_secret("hook", "whsec_calloffer");
	test_headers();
	test_vectors();
	test_events();
	test_own();
	secret_free((struct secret *)(uintptr_t)bank.secret);
	secret_free((struct secret *)(uintptr_t)cards.secret);
	secret_free((struct secret *)(uintptr_t)cards.hook_secret);
	return tap_done();
}
