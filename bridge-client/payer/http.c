#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/money.h"
#include "lib/scan.h"

#include "bridge-client/request.h"
#include "bridge-client/sign.h"

#include "bridge-client/payer/http.h"

#define TIMEOUT_MS	10000
#define BASE_MAX	(REQUEST_BODY_MAX + REQUEST_URL_MAX + 64)

static const char *
check(const struct payer_conf *c)
{
	return c->secret == NULL ? "needs secret_file" : NULL;
}

static void
put_id(struct request *r, const unsigned char call[PAYER_CALL_BYTES])
{
	char id[2 * PAYER_CALL_BYTES + 1];
	int i;

	for (i = 0; i < PAYER_CALL_BYTES; i++)
		snprintf(id + 2 * i, 3, "%02x", call[i]);
	request_path(r, id);
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
sign(const struct payer_conf *c, const struct payer_intent *in,
    struct request *r)
{
	unsigned char mac[SIGN_SHA256_BYTES];
	char value[128];
	struct buf base;
	int n, i, status;

	buf_init(&base, BASE_MAX);
	buf_printf(&base, "%lld\n%s\n%s\n", (long long)in->wall, r->method,
	    path_of(r));
	if (r->body.len > 0)
		buf_put(&base, r->body.data, r->body.len);
	status = buf_ok(&base) ? 0 : -1;
	if (status == 0)
		sign_hmac_sha256(c->secret, base.data, base.len, mac);
	buf_free(&base);
	n = snprintf(value, sizeof(value), "t=%lld,v1=", (long long)in->wall);
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
	return request_ok(r) ? sign(c, in, r) : -1;
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
	const char *state = j != NULL ? json_str(j, "state") : NULL;
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
	}
}

const struct payer payer_http = {
	.name = "http",
	.can_raise = 1,
	.check = check,
	.request = make_request,
	.reply = read_reply
};
