#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/money.h"
#include "lib/scan.h"

#include "bridge-client/net/request.h"

#include "bridge-client/payer/stripe_hook.h"
#include "bridge-client/payer/stripe_page.h"

#include "bridge-client/payer/stripe.h"

#define TIMEOUT_MS	20000	/* a bank is asked meanwhile */
#define REPLY_MAX	(1 << 20)
#define LISTED		100	/* the customer's latest, to look among */

static const char *
check(const struct payer_conf *c)
{
	return c->secret == NULL ? "needs secret_file, the secret key" : NULL;
}

/* "calloffer:CALL:auth": twice is once, for a day. */
static void
put_key(struct request *r, const char *id, const char *what)
{
	char key[96];

	snprintf(key, sizeof(key), "calloffer:%s:%s", id, what);
	request_header(r, "Idempotency-Key", key);
}

static void
put_amount(struct request *r, const char *name, const struct payer_intent *in)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)money_coins(
	    in->amount, in->currency));
	request_form(r, name, text);
}

static void
put_post(struct request *r)
{
	r->method = "POST";
	r->type = "application/x-www-form-urlencoded";
}

static int
put_authorise(struct request *r, const struct payer_intent *in,
    const char *id)
{
	char cus[PAYER_REF_MAX + 1], pm[PAYER_REF_MAX + 1];
	char currency[MONEY_CURRENCY_SIZE];
	int i;

	if (stripe_page_split(in->customer, cus, pm) != 0 ||
	    !money_is_currency(in->currency))
		return -1;
	for (i = 0; i < MONEY_CURRENCY_SIZE; i++)
		currency[i] = (char)scan_lower((unsigned char)in->currency[i]);
	put_post(r);
	put_amount(r, "amount", in);
	request_form(r, "currency", currency);
	request_form(r, "customer", cus);
	request_form(r, "payment_method", pm);
	request_form(r, "capture_method", "manual");
	request_form(r, "confirm", "true");
	request_form(r, "off_session", "true");
	request_form(r, "error_on_requires_action", "true");
	request_form(r, "metadata[call]", id);
	if (in->may_grow)
		request_form(r, "payment_method_options[card]"
		    "[request_incremental_authorization]", "if_available");
	put_key(r, id, "auth");
	return 0;
}

/* What has no id yet is looked for among the customer's latest. */
static int
is_listing(const struct payer_intent *in)
{
	return in->act != PAYER_AUTHORISE && in->act != PAYER_RAISE &&
	    in->ref[0] == '\0';
}

/* One of each amount. */
static void
put_raise_key(struct request *r, const struct payer_intent *in, const char *id)
{
	char what[32];

	snprintf(what, sizeof(what), "raise:%lld", (long long)money_coins(
	    in->amount, in->currency));
	put_key(r, id, what);
}

static int
put_list(struct request *r, const struct payer_intent *in)
{
	char cus[PAYER_REF_MAX + 1], pm[PAYER_REF_MAX + 1], limit[16];

	if (stripe_page_split(in->customer, cus, pm) != 0)
		return -1;
	snprintf(limit, sizeof(limit), "%d", LISTED);
	request_query(r, "customer", cus);
	request_query(r, "limit", limit);
	r->reply_max = REPLY_MAX;
	return 0;
}

static int
put_act(struct request *r, const struct payer_intent *in, const char *id)
{
	if (is_listing(in))
		return put_list(r, in);
	if (in->act == PAYER_AUTHORISE)
		return put_authorise(r, in, id);
	if (in->ref[0] == '\0')
		return -1;
	request_path(r, in->ref);
	switch (in->act) {
	case PAYER_CAPTURE:
		request_path(r, "capture");
		put_post(r);
		put_amount(r, "amount_to_capture", in);
		put_key(r, id, "capture");
		return 0;
	case PAYER_RAISE:
		request_path(r, "increment_authorization");
		put_post(r);
		put_amount(r, "amount", in);
		put_raise_key(r, in, id);
		return 0;
	case PAYER_VOID:
		request_path(r, "cancel");
		put_post(r);
		request_form(r, "cancellation_reason", "abandoned");
		return 0;
	case PAYER_QUERY:
		return 0;
	case PAYER_AUTHORISE:
	case PAYER_NOTHING:
		break;
	}
	return -1;
}

static int
make_request(const struct payer_conf *c, const struct payer_intent *in,
    int step, struct request *r)
{
	char id[PAYER_ID_SIZE];

	request_init(r);
	if (step > 1)
		return -1;
	payer_put_id(in->call, id);
	r->timeout_ms = TIMEOUT_MS;
	r->auth = REQUEST_BEARER;
	buf_str(&r->url, c->url);
	request_path(r, "v1");
	request_path(r, "payment_intents");
	return put_act(r, in, id) == 0 && request_ok(r) ? 0 : -1;
}

/* A PaymentIntent's status; -1: it says nothing yet. */
static int
found_of(const char *status, enum payer_found *out)
{
	static const struct { const char *word; enum payer_found found; } is[] =
	{
		{ "requires_capture", PAYER_IS_HELD },
		{ "succeeded", PAYER_IS_TAKEN },
		{ "canceled", PAYER_IS_FREE },
		{ "requires_payment_method", PAYER_IS_REFUSED },
		{ "requires_action", PAYER_IS_REFUSED },
		{ "requires_confirmation", PAYER_IS_REFUSED }
	};
	size_t i;

	for (i = 0; i < sizeof(is) / sizeof(is[0]); i++)
		if (status != NULL && strcmp(status, is[i].word) == 0) {
			*out = is[i].found;
			return 0;
		}
	return -1;
}

/* That act's only good end. */
static int
is_done(enum payer_act act, enum payer_found found)
{
	if (act == PAYER_AUTHORISE || act == PAYER_RAISE)
		return found == PAYER_IS_HELD;
	if (act == PAYER_CAPTURE)
		return found == PAYER_IS_TAKEN;
	/* one that was never paid holds nothing, and never will */
	return act == PAYER_QUERY || found == PAYER_IS_FREE ||
	    found == PAYER_IS_REFUSED;
}

/* It, or the one within an error. */
static void
read_intent(const struct payer_intent *in, const struct json *j,
    const char *at, struct payer_reply *out)
{
	char path[64];
	const char *id;

	snprintf(path, sizeof(path), "%sid", at);
	id = json_str(j, path);
	if (id != NULL && strncmp(id, "pi_", 3) == 0 &&
	    strlen(id) <= PAYER_REF_MAX)
		snprintf(out->ref, sizeof(out->ref), "%s", id);
	snprintf(path, sizeof(path), "%sstatus", at);
	if (found_of(json_str(j, path), &out->found) != 0)
		payer_say(out, PAYER_UNKNOWN, "it is being worked on");
	else if (is_done(in->act, out->found))
		out->outcome = PAYER_DONE;
	else
		payer_say(out, PAYER_REFUSED, "it is in another state");
}

/* Among the customer's latest is this call's, or is not. */
static void
read_list(const struct payer_intent *in, const struct json *j,
    struct payer_reply *out)
{
	int i, n = json_count(j, "data");
	char path[64], id[PAYER_ID_SIZE];
	const char *call;

	payer_put_id(in->call, id);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "data.%d.metadata.call", i);
		call = json_str(j, path);
		if (call != NULL && strcmp(call, id) == 0)
			break;
	}
	if (n < 0) {
		payer_say(out, PAYER_UNKNOWN, "Stripe's answer cannot be read");
	} else if (i == n) {
		out->found = PAYER_GONE;
		out->outcome = in->act == PAYER_CAPTURE ? PAYER_REFUSED :
		    PAYER_DONE;
	} else {
		snprintf(path, sizeof(path), "data.%d.", i);
		read_intent(in, j, path, out);
		if (out->outcome == PAYER_REFUSED && out->found ==
		    PAYER_IS_HELD && out->ref[0] != '\0')
			payer_say(out, PAYER_MORE, "");
	}
}

/* An error: a card that is declined, a state that does not allow it. */
static void
read_error(const struct payer_intent *in, int status, const struct json *j,
    struct payer_reply *out)
{
	const char *code = json_str(j, "error.code");

	if (in->act == PAYER_RAISE)
		payer_say(out, PAYER_REFUSED, "");	/* held as before */
	else if (json_str(j, "error.payment_intent.status") != NULL)
		read_intent(in, j, "error.payment_intent.", out);
	else if (in->act == PAYER_AUTHORISE || status == 404)
		payer_say(out, PAYER_REFUSED, "");
	else
		payer_say(out, PAYER_UNKNOWN, "");
	if (out->outcome == PAYER_DONE)
		return;
	out->is_his_turn = in->act == PAYER_AUTHORISE && code != NULL &&
	    strcmp(code, "authentication_required") == 0;
	if (out->is_his_turn)
		payer_say(out, PAYER_REFUSED, "his bank wants him to confirm "
		    "it himself");
	else if (code != NULL && strlen(code) < 64)
		payer_say(out, out->outcome, code);
}

static void
read_reply(const struct payer_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct payer_reply *out)
{
	struct json *j = status != 0 ? json_parse(body, len) : NULL;

	(void)step;
	if (status == 0)
		payer_say(out, is_sent ? PAYER_UNKNOWN : PAYER_NOT,
		    is_sent ? "no answer" : "");
	else if (status == 429 || status == 401 || status == 403)
		payer_say(out, PAYER_NOT, status == 429 ? "Stripe is busy" :
		    "Stripe does not take our key");
	else if (status >= 500 || status == 409 || j == NULL)
		payer_say(out, PAYER_UNKNOWN, "Stripe cannot say");
	else if (status >= 400)
		read_error(in, status, j, out);
	else if (is_listing(in))
		read_list(in, j, out);
	else
		read_intent(in, j, "", out);
	json_free(j);
}

const struct payer payer_stripe = {
	.name = "stripe",
	.can_raise = 1,
	.check = check,
	.request = make_request,
	.reply = read_reply,
	.page = stripe_page_request,
	.page_reply = stripe_page_reply,
	.hook = stripe_hook_read,
	.title = "Stripe"
};
