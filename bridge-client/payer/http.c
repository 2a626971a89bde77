#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/money.h"
#include "lib/scan.h"

#include "bridge-client/net/request.h"
#include "bridge-client/net/sign.h"
#include "bridge-client/net/stamp.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/payer/http.h"

#define TIMEOUT_MS	10000
#define PAGE_TIMEOUT_MS	6500	/* somebody looks at a page meanwhile */
#define HEADER_SIZE	1024
#define BASE_MAX	(REQUEST_BODY_MAX + REQUEST_URL_MAX + 64)

static const char *
check(const struct payer_conf *c)
{
	if (c->secret == NULL)
		return "needs secret_file";
	return c->hook_secret == NULL ? NULL : "signs its webhooks by "
	    "secret_file too, and needs no hook_secret_file";
}

static void
put_id(struct request *r, const unsigned char id[PAYER_CALL_BYTES])
{
	char hex[PAYER_ID_SIZE];

	payer_put_id(id, hex);
	request_path(r, hex);
}

/* What stands behind the host: of a URL that was checked. */
static const char *
path_of(struct request *r)
{
	const char *host = strstr(buf_cstr(&r->url), "://");
	const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

	return path != NULL ? path : "";
}

/*
 * "Calloffer-Signature: t=UNIX,v1=HEX": HMAC-SHA256 over the time, method,
 * path and body, each but the last with a line feed behind it.
 */
static int
sign(const struct payer_conf *c, int64_t wall, struct request *r)
{
	unsigned char mac[SIGN_SHA256_BYTES];
	char value[128];
	struct buf base;
	int n, i, status;

	buf_init(&base, BASE_MAX);
	buf_printf(&base, "%lld\n%s\n%s\n", (long long)wall, r->method,
	    path_of(r));
	if (r->body.len > 0)
		buf_put(&base, r->body.data, r->body.len);
	status = buf_ok(&base) ? 0 : -1;
	if (status == 0)
		sign_hmac_sha256(c->secret, base.data, base.len, mac);
	buf_free(&base);
	n = snprintf(value, sizeof(value), "t=%lld,v1=", (long long)wall);
	for (i = 0; i < SIGN_SHA256_BYTES && status == 0; i++)
		n += snprintf(value + n, sizeof(value) - (size_t)n, "%02x",
		    mac[i]);
	request_header(r, "Calloffer-Signature", value);
	return status;
}

static void
put_amount(struct request *r, const struct payer_intent *in)
{
	char amount[MONEY_TEXT_SIZE];

	money_text(in->amount, amount);
	request_json(r, "amount", amount);
	request_json(r, "currency", in->currency);
}

static int
make_request(const struct payer_conf *c, const struct payer_intent *in,
    int step, struct request *r)
{
	request_init(r);
	if (step != 0)
		return -1;
	r->timeout_ms = TIMEOUT_MS;
	buf_str(&r->url, c->url);
	request_path(r, "holds");
	put_id(r, in->call);
	switch (in->act) {
	case PAYER_AUTHORISE:
		put_amount(r, in);
		request_json(r, "account", in->account);
		request_json(r, "customer", in->customer);
		request_json_end(r);
		r->method = "PUT";
		break;
	case PAYER_CAPTURE:
		request_path(r, "capture");
		put_amount(r, in);
		request_json_end(r);
		break;
	case PAYER_RAISE:
		request_path(r, "raise");
		put_amount(r, in);
		request_json_end(r);
		break;
	case PAYER_VOID:
		r->method = "DELETE";
		break;
	case PAYER_QUERY:
		break;
	case PAYER_NOTHING:
		return -1;
	}
	return request_ok(r) ? sign(c, in->wall, r) : -1;
}

/* The state that the answer tells.  0, or -1: it tells none. */
static int
read_state(const char *body, size_t len, enum payer_found *out)
{
	static const char *const words[] = {
		[PAYER_GONE] = "gone", [PAYER_IS_HELD] = "held",
		[PAYER_IS_TAKEN] = "taken", [PAYER_IS_FREE] = "free",
		[PAYER_IS_REFUSED] = "refused"
	};
	struct json *j = json_parse(body, len);
	const char *state = json_str(j, "state");
	size_t i, n = sizeof(words) / sizeof(words[0]);

	for (i = 0; i < n; i++)
		if (state != NULL && strcmp(state, words[i]) == 0)
			break;
	json_free(j);
	if (i == n)
		return -1;
	*out = (enum payer_found)i;
	return 0;
}

/* What was asked for is so; the only good answer that an act has. */
static int
is_done(enum payer_act act, enum payer_found found)
{
	switch (act) {
	case PAYER_AUTHORISE:
	case PAYER_RAISE:
		return found == PAYER_IS_HELD;
	case PAYER_CAPTURE:
		return found == PAYER_IS_TAKEN;
	case PAYER_VOID:
		return found != PAYER_IS_HELD && found != PAYER_IS_TAKEN;
	case PAYER_QUERY:
		return 1;
	case PAYER_NOTHING:
		break;
	}
	return 0;
}

/* Refused, but he could be let say yes on a page. */
static int
wants_page(const char *body, size_t len)
{
	struct json *j = json_parse(body, len);
	int wants = json_is(j, "action", "page");

	json_free(j);
	return wants;
}

static void
read_reply(const struct payer_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct payer_reply *out)
{
	(void)step;
	if (status == 0) {
		payer_say(out, is_sent ? PAYER_UNKNOWN : PAYER_NOT,
		    is_sent ? "no answer" : "");
	} else if (status == 429 || status == 503) {
		payer_say(out, PAYER_NOT, "the payer is busy");
	} else if (status >= 500 || status < 200 ||
	    read_state(body, len, &out->found) != 0) {
		/* 401, 404 without a state: not he, or not our secret */
		payer_say(out, status >= 400 && status < 500 ? PAYER_NOT :
		    PAYER_UNKNOWN, status == 401 || status == 403 ?
		    "the payer does not take our signature" :
		    "the payer's answer cannot be read");
	} else if (is_done(in->act, out->found) && (in->act != PAYER_RAISE ||
	    status < 300)) {
		out->outcome = PAYER_DONE;
	} else {
		payer_say(out, PAYER_REFUSED, "the payer says no");
		out->is_his_turn = in->act == PAYER_AUTHORISE &&
		    wants_page(body, len);
	}
}

/* Pages. */

static int
page(const struct payer_conf *c, const struct payer_page_intent *in,
    struct request *r)
{
	request_init(r);
	r->timeout_ms = PAGE_TIMEOUT_MS;
	buf_str(&r->url, c->url);
	request_path(r, "pages");
	put_id(r, in->id);
	if (in->ref[0] == '\0') {
		request_json(r, "account", in->account);
		request_json(r, "customer", in->customer);
		request_json(r, "address", in->address);
		request_json(r, "back", in->back);
		request_json_end(r);
		r->method = "PUT";
	}
	return request_ok(r) ? sign(c, in->wall, r) : -1;
}

/* 0, or -1: it tells no state, or not what belongs to it. */
static int
read_page(const struct json *j, struct payer_page *out)
{
	const char *state = json_str(j, "state"), *url = json_str(j, "url");
	const char *customer = json_str(j, "customer");

	if (state == NULL)
		return -1;
	if (strcmp(state, "over") == 0 || strcmp(state, "gone") == 0) {
		out->state = PAYER_PAGE_OVER;
	} else if (strcmp(state, "open") == 0 && url != NULL &&
	    payer_is_url(url)) {
		out->state = PAYER_PAGE_OPEN;
		snprintf(out->url, sizeof(out->url), "%s", url);
	} else if (strcmp(state, "left") == 0 && customer != NULL &&
	    customer[0] != '\0' && strlen(customer) <= PAYER_CUSTOMER_MAX &&
	    scan_is_printable_utf8(customer, strlen(customer))) {
		out->state = PAYER_PAGE_LEFT;
		memcpy(out->customer, customer, strlen(customer) + 1);
	} else {
		return -1;
	}
	return 0;
}

static void
page_reply(const struct payer_page_intent *in, int status, int is_sent,
    const char *body, size_t len, struct payer_page *out)
{
	struct json *j = status == 200 ? json_parse(body, len) : NULL;

	payer_put_id(in->id, out->ref);
	out->outcome = PAYER_UNKNOWN;
	if (j != NULL && read_page(j, out) == 0)
		out->outcome = PAYER_DONE;
	else if (status == 0 && !is_sent)
		out->outcome = PAYER_NOT;
	else if (status >= 400 && status < 500 && status != 429)
		out->outcome = PAYER_REFUSED;
	if (out->outcome != PAYER_DONE)
		snprintf(out->detail, sizeof(out->detail), "the payer has no "
		    "page for us (%d)", status);
	json_free(j);
}

/*
 * He tells that there is something to be asked, {"page": ID} or {"call": ID},
 * signed as we sign: the path is ours, without the query.
 */
static enum payer_verdict
hook(const struct payer_conf *c, const struct provider_hook *h,
    struct payer_hooked *out)
{
	char header[HEADER_SIZE], between[64];
	const struct stamp stamp = { .header = header, .secret = c->secret,
		.between = between, .body = h->body, .len = h->len,
		.wall = h->wall };
	enum payer_verdict verdict;
	const char *call, *id;
	struct json *j;

	snprintf(between, sizeof(between), "\nPOST\n/hook/%s\n", c->name);
	if (provider_header(h, "calloffer-signature", header,
	    sizeof(header)) != 0)
		return PAYER_FORGED;
	verdict = stamp_check(&stamp);
	if (verdict != PAYER_AUTHENTIC ||
	    (j = json_parse(h->body, h->len)) == NULL)
		return verdict;
	call = json_str(j, "call");
	id = call != NULL ? call : json_str(j, "page");
	if (id != NULL && payer_read_id(id, out->id) == 0)
		out->news = call != NULL ? PAYER_NEWS_CALL : PAYER_NEWS_PAGE;
	json_free(j);
	return PAYER_AUTHENTIC;
}

const struct payer payer_http = {
	.name = "http",
	.can_raise = 1,
	.check = check,
	.request = make_request,
	.reply = read_reply,
	.page = page,
	.page_reply = page_reply,
	.hook = hook
};
