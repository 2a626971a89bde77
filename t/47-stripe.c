/* Stripe as one who pays: what it is asked, and what its answers mean. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/net/request.h"
#include "bridge-client/payer/payer.h"
#include "bridge-client/payer/stripe.h"

#include "t/tap.h"

#define BASE	"https://api.stripe.com"
#define PIS	BASE "/v1/payment_intents"
#define ID	"000102030405060708090a0b0c0d0e0f"

static const struct payer_conf conf = { .name = "cards", .url = BASE };

static struct payer_intent
intent(enum payer_act act, const char *ref)
{
	struct payer_intent in;
	size_t i;

	memset(&in, 0, sizeof(in));
	in.act = act;
	for (i = 0; i < PAYER_CALL_BYTES; i++)
		in.call[i] = (unsigned char)i;
	in.ref = ref;
	in.customer = "cus_9s6XKzkNRiz8i3:pm_1PgafyB7WZ01zgkW";
	in.account = "sales";
	in.currency = "EUR";
	in.amount = 1800001;
	return in;
}

static const struct {
	enum payer_act	 act;
	const char	*ref, *method, *url, *body, *header;
} asked[] = {
	{ PAYER_AUTHORISE, "", "POST", PIS,
	    "amount=181&currency=eur&customer=cus_9s6XKzkNRiz8i3"
	    "&payment_method=pm_1PgafyB7WZ01zgkW&capture_method=manual"
	    "&confirm=true&off_session=true&error_on_requires_action=true"
	    "&metadata%5Bcall%5D=" ID,
	    "Idempotency-Key: calloffer:" ID ":auth" },
	{ PAYER_CAPTURE, "pi_1", "POST", PIS "/pi_1/capture",
	    "amount_to_capture=181",
	    "Idempotency-Key: calloffer:" ID ":capture" },
	{ PAYER_RAISE, "pi_1", "POST", PIS "/pi_1/increment_authorization",
	    "amount=181", "Idempotency-Key: calloffer:" ID ":raise:181" },
	{ PAYER_VOID, "pi_1", "POST", PIS "/pi_1/cancel",
	    "cancellation_reason=abandoned", "" },
	{ PAYER_QUERY, "pi_1", "GET", PIS "/pi_1", "", "" },
	{ PAYER_QUERY, "", "GET", PIS "?customer=cus_9s6XKzkNRiz8i3&limit=100",
	    "", "" },
	{ PAYER_VOID, "", "GET", PIS "?customer=cus_9s6XKzkNRiz8i3&limit=100",
	    "", "" }
};

static void
test_requests(void)
{
	static const char *const bad[] = { "", "cus_1", "pm_1:cus_1",
	    "cus_1:", "cus_1:card_1", "1:pm_1" };
	struct payer_intent in;
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		in = intent(PAYER_AUTHORISE, "");
		in.customer = bad[i];
		is_int(payer_stripe.request(&conf, &in, 0, &r), -1,
		    "no customer: \"%s\"", bad[i]);
		request_free(&r);
	}
	in = intent(PAYER_RAISE, "");
	is_int(payer_stripe.request(&conf, &in, 0, &r), -1,
	    "more of what has no name yet cannot be held");
	request_free(&r);
	in = intent(PAYER_AUTHORISE, "");
	in.may_grow = 1;
	(void)payer_stripe.request(&conf, &in, 0, &r);
	ok(strstr(buf_cstr(&r.body), "request_incremental_authorization%5D="
	    "if_available") != NULL, "one that may become more");
	request_free(&r);
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		in = intent(asked[i].act, asked[i].ref);
		is_int(payer_stripe.request(&conf, &in, 0, &r), 0, "%s %s",
		    payer_act_word(in.act), in.ref);
		is_str(r.method, asked[i].method, "  its method");
		is_str(buf_cstr(&r.url), asked[i].url, "  its address");
		is_str(buf_cstr(&r.body), asked[i].body, "  its body");
		is_str(r.header, asked[i].header, "  its idempotency key");
		is_int(r.auth, REQUEST_BEARER, "  with our key");
		request_free(&r);
	}
}

#define PI(state) "{\"id\":\"pi_1\",\"object\":\"payment_intent\"," \
	"\"status\":\"" state "\",\"metadata\":{\"call\":\"" ID "\"}}"
#define ERR(code, state) "{\"error\":{\"code\":\"" code "\"," \
	"\"payment_intent\":" PI(state) "}}"
#define LIST(items) "{\"object\":\"list\",\"data\":[" items "]}"
#define OTHER "{\"id\":\"pi_0\",\"status\":\"succeeded\"," \
	"\"metadata\":{\"call\":\"ff\"}},{\"id\":\"pi_2\",\"metadata\":{}}"

static const struct {
	enum payer_act		act;
	const char		*ref;
	int			status;
	const char		*body;
	enum payer_outcome	outcome;
	enum payer_found	found;
	const char		*got;		/* ref */
} told[] = {
	{ PAYER_AUTHORISE, "", 200, PI("requires_capture"), PAYER_DONE,
	    PAYER_IS_HELD, "pi_1" },
	{ PAYER_AUTHORISE, "", 200, PI("processing"), PAYER_UNKNOWN,
	    PAYER_GONE, "pi_1" },
	{ PAYER_AUTHORISE, "", 200, PI("succeeded"), PAYER_REFUSED,
	    PAYER_IS_TAKEN, "pi_1" },
	{ PAYER_AUTHORISE, "", 402, ERR("card_declined",
	    "requires_payment_method"), PAYER_REFUSED, PAYER_IS_REFUSED,
	    "pi_1" },
	{ PAYER_AUTHORISE, "", 402, ERR("authentication_required",
	    "requires_payment_method"), PAYER_REFUSED, PAYER_IS_REFUSED,
	    "pi_1" },
	{ PAYER_AUTHORISE, "", 400, "{\"error\":{\"code\":"
	    "\"amount_too_small\"}}", PAYER_REFUSED, PAYER_GONE, "" },
	{ PAYER_AUTHORISE, "", 401, "{\"error\":{}}", PAYER_NOT, PAYER_GONE,
	    "" },
	{ PAYER_AUTHORISE, "", 409, "{\"error\":{}}", PAYER_UNKNOWN,
	    PAYER_GONE, "" },
	{ PAYER_AUTHORISE, "", 429, "{\"error\":{}}", PAYER_NOT, PAYER_GONE,
	    "" },
	{ PAYER_AUTHORISE, "", 500, "{\"error\":{}}", PAYER_UNKNOWN,
	    PAYER_GONE, "" },
	{ PAYER_AUTHORISE, "", 200, "<html>", PAYER_UNKNOWN, PAYER_GONE, "" },
	{ PAYER_AUTHORISE, "", 0, "", PAYER_UNKNOWN, PAYER_GONE, "" },
	{ PAYER_CAPTURE, "pi_1", 200, PI("succeeded"), PAYER_DONE,
	    PAYER_IS_TAKEN, "pi_1" },
	{ PAYER_CAPTURE, "pi_1", 400, ERR("payment_intent_unexpected_state",
	    "succeeded"), PAYER_DONE, PAYER_IS_TAKEN, "pi_1" },
	{ PAYER_CAPTURE, "pi_1", 400, ERR("payment_intent_unexpected_state",
	    "canceled"), PAYER_REFUSED, PAYER_IS_FREE, "pi_1" },
	{ PAYER_CAPTURE, "pi_1", 500, "{}", PAYER_UNKNOWN, PAYER_GONE, "" },
	{ PAYER_RAISE, "pi_1", 200, PI("requires_capture"), PAYER_DONE,
	    PAYER_IS_HELD, "pi_1" },
	{ PAYER_RAISE, "pi_1", 402, ERR("card_declined", "requires_capture"),
	    PAYER_REFUSED, PAYER_GONE, "" },
	{ PAYER_RAISE, "pi_1", 400, "{\"error\":{\"code\":"
	    "\"payment_intent_incompatible_payment_method\"}}",
	    PAYER_REFUSED, PAYER_GONE, "" },
	{ PAYER_RAISE, "pi_1", 500, "{}", PAYER_UNKNOWN, PAYER_GONE, "" },
	{ PAYER_VOID, "pi_1", 200, PI("canceled"), PAYER_DONE,
	    PAYER_IS_FREE, "pi_1" },
	{ PAYER_VOID, "pi_1", 400, ERR("payment_intent_unexpected_state",
	    "canceled"), PAYER_DONE, PAYER_IS_FREE, "pi_1" },
	{ PAYER_VOID, "pi_1", 400, ERR("payment_intent_unexpected_state",
	    "succeeded"), PAYER_REFUSED, PAYER_IS_TAKEN, "pi_1" },
	{ PAYER_VOID, "", 200, LIST(OTHER), PAYER_DONE, PAYER_GONE, "" },
	{ PAYER_VOID, "", 200, LIST(OTHER "," PI("requires_capture")),
	    PAYER_MORE, PAYER_IS_HELD, "pi_1" },
	{ PAYER_VOID, "", 200, LIST(PI("canceled")), PAYER_DONE,
	    PAYER_IS_FREE, "pi_1" },
	{ PAYER_VOID, "", 200, LIST(PI("requires_payment_method")),
	    PAYER_DONE, PAYER_IS_REFUSED, "pi_1" },
	{ PAYER_QUERY, "", 200, LIST(""), PAYER_DONE, PAYER_GONE, "" },
	{ PAYER_QUERY, "", 200, LIST(OTHER "," PI("requires_capture")),
	    PAYER_DONE, PAYER_IS_HELD, "pi_1" },
	{ PAYER_QUERY, "", 200, "{}", PAYER_UNKNOWN, PAYER_GONE, "" },
	{ PAYER_QUERY, "pi_1", 200, PI("succeeded"), PAYER_DONE,
	    PAYER_IS_TAKEN, "pi_1" },
	{ PAYER_QUERY, "pi_1", 200, PI("processing"), PAYER_UNKNOWN,
	    PAYER_GONE, "pi_1" }
};

static void
test_replies(void)
{
	struct payer_intent in;
	struct payer_reply r;
	size_t i, len;

	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		in = intent(told[i].act, told[i].ref);
		memset(&r, 0, sizeof(r));
		len = strlen(told[i].body);
		payer_stripe.reply(&in, 0, told[i].status, 1,
		    tap_edge(told[i].body, len), len, &r);
		ok(r.outcome == told[i].outcome && r.found == told[i].found &&
		    strcmp(r.ref, told[i].got) == 0,
		    "%s, %d: outcome %d, %s, \"%s\" (%s)",
		    payer_act_word(in.act), told[i].status, r.outcome,
		    payer_found_word(r.found), r.ref, r.detail);
	}
	memset(&r, 0, sizeof(r));
	in = intent(PAYER_AUTHORISE, "");
	payer_stripe.reply(&in, 0, 0, 0, "", 0, &r);
	is_int(r.outcome, PAYER_NOT, "nothing was sent: certainly not");
}

int
main(void)
{
	ok(payer_stripe.check(&conf) != NULL, "a section without its secret");
	test_requests();
	test_replies();
	return tap_done();
}
