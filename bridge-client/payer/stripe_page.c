#include <stdio.h>
#include <string.h>

#include "lib/json.h"

#include "bridge-client/net/request.h"

#include "bridge-client/payer/stripe_page.h"

#define TIMEOUT_MS	6500	/* somebody looks at a page meanwhile */

int
stripe_page_split(const char *customer, char cus[PAYER_REF_MAX + 1],
    char pm[PAYER_REF_MAX + 1])
{
	size_t n = strcspn(customer, ":");

	if (strncmp(customer, "cus_", 4) != 0 || n > PAYER_REF_MAX ||
	    strncmp(customer + n, ":pm_", 4) != 0 ||
	    strlen(customer + n + 1) > PAYER_REF_MAX)
		return -1;
	memcpy(cus, customer, n);
	cus[n] = '\0';
	memcpy(pm, customer + n + 1, strlen(customer + n + 1) + 1);
	return 0;
}

/* He whom Stripe knows already stays the same; of another it makes one. */
static void
put_customer(struct request *r, const struct payer_page_intent *in)
{
	char cus[PAYER_REF_MAX + 1], pm[PAYER_REF_MAX + 1];

	if (stripe_page_split(in->customer, cus, pm) == 0) {
		request_form(r, "customer", cus);
		return;
	}
	request_form(r, "customer_creation", "always");
	request_form(r, "customer_email", in->address);
}

/* Twice is once: the key says which page of which invitation. */
static void
put_new(struct request *r, const struct payer_page_intent *in)
{
	char id[PAYER_ID_SIZE], key[64];

	payer_put_id(in->id, id);
	snprintf(key, sizeof(key), "calloffer:%s:page:%u", id, in->round);
	request_header(r, "Idempotency-Key", key);
	r->method = "POST";
	r->type = "application/x-www-form-urlencoded";
	request_form(r, "mode", "setup");
	request_form(r, "payment_method_types[0]", "card");
	put_customer(r, in);
	request_form(r, "client_reference_id", id);
	request_form(r, "metadata[invitation]", id);
	request_form(r, "setup_intent_data[metadata][invitation]", id);
	request_form(r, "success_url", in->back);
	request_form(r, "cancel_url", in->back);
}

int
stripe_page_request(const struct payer_conf *c,
    const struct payer_page_intent *in, struct request *r)
{
	request_init(r);
	r->timeout_ms = TIMEOUT_MS;
	r->auth = REQUEST_BEARER;
	buf_str(&r->url, c->url);
	request_path(r, "v1");
	request_path(r, "checkout");
	request_path(r, "sessions");
	if (in->ref[0] == '\0') {
		put_new(r, in);
	} else {
		request_path(r, in->ref);
		request_query(r, "expand[]", "setup_intent");
	}
	return request_ok(r) ? 0 : -1;
}

static void
say(struct payer_page *out, enum payer_outcome outcome, const char *detail)
{
	out->outcome = outcome;
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
}

/* An id of Stripe's, as ours are kept. */
static int
is_id(const char *s, const char *prefix)
{
	return s != NULL && strncmp(s, prefix, strlen(prefix)) == 0 &&
	    strlen(s) <= PAYER_REF_MAX && strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_") == strlen(s);
}

/* What was left: whose, and which. */
static int
read_left(const struct json *j, struct payer_page *out)
{
	const char *cus = json_str(j, "customer");
	const char *pm = json_str(j, "setup_intent.payment_method");
	const char *status = json_str(j, "setup_intent.status");
	struct buf b;

	if (!is_id(cus, "cus_") || !is_id(pm, "pm_") || status == NULL ||
	    strcmp(status, "succeeded") != 0)
		return -1;
	buf_over(&b, out->customer, sizeof(out->customer));
	buf_printf(&b, "%s:%s", cus, pm);
	return buf_ok(&b) ? 0 : -1;
}

static void
read_session(const struct json *j, struct payer_page *out)
{
	const char *id = json_str(j, "id"), *status = json_str(j, "status");
	const char *url = json_str(j, "url");

	say(out, PAYER_UNKNOWN, "Stripe's answer cannot be read");
	if (!is_id(id, "cs_") || status == NULL)
		return;
	snprintf(out->ref, sizeof(out->ref), "%s", id);
	if (strcmp(status, "complete") == 0) {
		out->state = PAYER_PAGE_LEFT;
		if (read_left(j, out) != 0)
			return;
	} else if (strcmp(status, "expired") == 0) {
		out->state = PAYER_PAGE_OVER;
	} else if (url != NULL && payer_is_url(url)) {
		out->state = PAYER_PAGE_OPEN;
		snprintf(out->url, sizeof(out->url), "%s", url);
	} else {
		return;
	}
	say(out, PAYER_DONE, "");
}

void
stripe_page_reply(const struct payer_page_intent *in, int status, int is_sent,
    const char *body, size_t len, struct payer_page *out)
{
	struct json *j = status != 0 ? json_parse(body, len) : NULL;
	const char *code = json_str(j, "error.code");

	if (status == 0) {
		say(out, is_sent ? PAYER_UNKNOWN : PAYER_NOT,
		    is_sent ? "no answer" : "");
	} else if (status == 429 || status == 401 || status == 403) {
		say(out, PAYER_NOT, status == 429 ? "Stripe is busy" :
		    "Stripe does not take our key");
	} else if (status == 404 && in->ref[0] != '\0') {
		out->state = PAYER_PAGE_OVER;
		say(out, PAYER_DONE, "");
	} else if (status >= 500 || status == 409 || j == NULL) {
		say(out, PAYER_UNKNOWN, "Stripe cannot say");
	} else if (status >= 400) {
		say(out, PAYER_REFUSED, code != NULL && strlen(code) < 64 ?
		    code : "Stripe refuses the request");
	} else {
		read_session(j, out);
	}
	json_free(j);
}
