/* Vonage: requests, documents, replies. */

#include <stdio.h>
#include <string.h>

#include "lib/secret.h"

#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/vonage.h"

#include "t/trunks.h"

#define BASE	"https://api.nexmo.com/v1/calls"
#define APP	"00000000-0000-4000-8000-000000000000"
#define HOOK	"https://call.example.com/hook/vo"
#define REF	"63f61863-4a51-4f6b-86e1-46edebcf935"

static const struct provider *const vonage = &provider_vonage;
static struct provider_conf conf = {
	.name = "vo", .kind = "vonage", .url = BASE, .user = "abcd1234",
	.app = APP, .trunk_pstn = "", .trunk_sip = "",
	.prompts = "https://call.example.com/prompts", .hook_url = HOOK
};

static const struct trunk trunk = {
	.provider = &provider_vonage, .conf = &conf, .base = BASE,
	.ref = { REF "a", REF "b" }, .auth = REQUEST_BEARER
};

static struct provider_intent
intent(enum provider_act act, enum leg leg)
{
	return trunk_intent(&trunk, act, leg);
}

static void
test_check(void)
{
	static const struct trunk_fault bad[] = {
		{ "no http", FIELD(url), "api.nexmo.com" },
		{ "no application", FIELD(app), "" },
		{ "an application with a slash", FIELD(app), "a/b" },
		{ "a trunk", FIELD(trunk_pstn), "PJSIP/%s@t" },
		{ "prompts in a directory", FIELD(prompts), "/prompts" },
		{ "no secret", FIELD(hook_secret), NULL },
	};

	trunk_check(&trunk, bad, N(bad));
}

#define INPUT(leg, what, wait) "{\"action\":\"input\",\"type\":[\"dtmf\"]," \
	"\"dtmf\":{\"maxDigits\":1,\"timeOut\":" wait ",\"submitOnHash\":" \
	"false},\"eventUrl\":[\"" HOOK "/co-" ID "-" leg "/" what "\"]," \
	"\"eventMethod\":\"POST\"}"
#define WAITING(leg) "[" INPUT(leg, "key", "10") "]"
#define STREAM(name) "{\"action\":\"stream\",\"streamUrl\":[\"https://" \
	"call.example.com/prompts/en/" name ".wav\"],\"bargeIn\":true},"
#define TRANSFER(ncco) "{\"action\":\"transfer\",\"destination\":{" \
	"\"type\":\"ncco\",\"ncco\":" ncco "}}"
#define MEETING TRANSFER("[{\"action\":\"conversation\",\"name\":\"co-" ID \
	"\",\"endOnExit\":true}]")
#define CALL(leg, to, limit) "{\"to\":[" to "],\"from\":{\"type\":\"phone\"," \
	"\"number\":\"441632960000\"},\"ncco\":" WAITING(leg) "," \
	"\"event_url\":[\"" HOOK "/co-" ID "-" leg "/status\"]," \
	"\"event_method\":\"POST\",\"ringing_timer\":25," \
	"\"length_timer\":" limit "}"
#define PHONE(number) "{\"type\":\"phone\",\"number\":\"" number "\"}"

static void
test_requests(void)
{
	static const struct trunk_request cases[] = {
		{ PROVIDER_PROBE, LEG_A, 0, "GET", "?page_size=1", "" },
		{ PROVIDER_RING, LEG_A, 0, "POST", "",
		    CALL("a", PHONE("442079460123"), "3600") },
		{ PROVIDER_RING, LEG_B, 0, "POST", "",
		    CALL("b", PHONE("442079460199"), "3600") },
		{ PROVIDER_PLAY, LEG_B, 0, "PUT", "/" REF "b",
		    TRANSFER("[" STREAM("a-offer") STREAM("a-press")
		    INPUT("b", "spoken/a-press", "1") "]") },
		{ PROVIDER_HUSH, LEG_A, 0, "PUT", "/" REF "a",
		    TRANSFER(WAITING("a")) },
		{ PROVIDER_BRIDGE, LEG_A, 0, "PUT", "/" REF "a", MEETING },
		{ PROVIDER_BRIDGE, LEG_A, 1, "PUT", "/" REF "b", MEETING },
		{ PROVIDER_HANG, LEG_B, 0, "PUT", "/" REF "b",
		    "{\"action\":\"hangup\"}" },
		{ PROVIDER_FIND, LEG_A, 0, "GET", "/" REF "a", "" },
	};
	static const int steps[] = { 1, 1, 1, 1, 2, 4, 0, 1 };

	trunk_requests(&trunk, cases, N(cases));
	trunk_steps(&trunk, steps, N(steps));
}

/* Whom it can ring, and for how long at most. */
static void
test_ring(void)
{
	static const struct {
		const char	*to, *body;
		int		 max_s;
	} cases[] = {
		{ B ";ext=42", CALL("a", "{\"type\":\"phone\",\"number\":"
		    "\"442079460199\",\"dtmfAnswer\":\"pp42\"}", "60"), 60 },
		{ "sip:desk@example.com", CALL("a", "{\"type\":\"sip\","
		    "\"uri\":\"sip:desk@example.com\"}", "60"), 60 },
		{ "sips:desk@example.com:5062", CALL("a", "{\"type\":\"sip\","
		    "\"uri\":\"sip:desk@example.com:5062;transport=tls\"}",
		    "60"), 60 },
		{ B, CALL("a", PHONE("442079460199"), "7200"), 99999 },
	};
	struct provider_intent in;
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(PROVIDER_RING, LEG_A);
		trunk_set_to(cases[i].to);
		in.max_s = cases[i].max_s;
		is_int(vonage->request(&conf, &in, 0, &r), 0, "rings %s",
		    cases[i].to);
		is_str(buf_cstr(&r.body), cases[i].body, "so");
		request_free(&r);
	}
	trunk_needs_limits(&trunk);
}

static void
test_nameless(void)
{
	static const char *const states[] = { "answered", "ringing",
	    "started" };
	static const char none[] = "{\"_embedded\":{\"calls\":[]}}";
	struct provider_intent in;
	struct provider_reply out;
	struct request r;
	char url[256];
	int i;

	trunk_needs_name(&trunk);
	trunk_bad_prompts(&trunk);
	for (i = 0; i < 3; i++) {
		in = intent(PROVIDER_HANG, LEG_A);
		in.ref = "";
		is_int(vonage->request(&conf, &in, i, &r), 0, "looked for");
		snprintf(url, sizeof(url), BASE "?status=%s&page_size=100"
		    "&order=desc", states[i]);
		is_str(buf_cstr(&r.url), url, "in one state");
		request_free(&r);
		vonage->reply(&in, i, 200, 1, none, strlen(none), &out);
		is_int(out.outcome, i < 2 ? PROVIDER_MORE : PROVIDER_DONE,
		    "none: and the next");
	}
}

static void
test_replies(void)
{
#define NAMED "{\"uuid\":\"" REF "a\",\"status\":\"started\"}"
#define ERROR "{\"title\":\"Bad\",\"detail\":\"No to " A "\"}"
#define LISTED(to, from) "{\"_embedded\":{\"calls\":[{\"uuid\":\"x\",\"to\":{" \
	"\"number\":\"1\"},\"from\":{\"number\":\"2\"}},{\"uuid\":\"" REF \
	"a\",\"to\":{\"type\":\"phone\",\"number\":\"" to "\"},\"from\":{" \
	"\"type\":\"phone\",\"number\":\"" from "\"}}]}}"
#define LIST LISTED("442079460123", "441632960000")
	static const struct trunk_reply cases[] = {
		{ PROVIDER_PROBE, 0, 0, 200, "{}", PROVIDER_DONE, -1 },
		{ PROVIDER_PROBE, 0, 0, 401, "{}", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, 0, 503, "", PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 1, 0, 201, NAMED, PROVIDER_DONE, -1 },
		{ PROVIDER_RING, 1, 0, 201, "{}", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 400, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_RING, 1, 0, 429, ERROR, PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 1, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 302, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 0, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_PLAY, 0, 0, 204, "", PROVIDER_DONE, -1 },
		{ PROVIDER_PLAY, 0, 0, 404, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_HUSH, 0, 0, 404, ERROR, PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, 0, 204, "", PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, 0, 404, ERROR, PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, 0, 400, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_HANG, 0, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_HANG, 1, 0, 200, LIST, PROVIDER_MORE, -1 },
		{ PROVIDER_HANG, 1, 0, 500, LIST, PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_BRIDGE, 0, 0, 204, "", PROVIDER_MORE, -1 },
		{ PROVIDER_BRIDGE, 0, 1, 204, "", PROVIDER_DONE, -1 },
		{ PROVIDER_BRIDGE, 0, 1, 404, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_FIND, 0, 0, 200, NAMED, PROVIDER_DONE,
		    PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 0, 0, 200, "{\"status\":\"answered\"}",
		    PROVIDER_DONE, PROVIDER_IS_UP },
		{ PROVIDER_FIND, 0, 0, 200, "{\"status\":\"busy\"}",
		    PROVIDER_DONE, PROVIDER_GONE },
		{ PROVIDER_FIND, 0, 0, 404, "", PROVIDER_DONE, PROVIDER_GONE },
		{ PROVIDER_FIND, 0, 0, 200, "<html>", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_FIND, 1, 1, 200, LIST, PROVIDER_DONE,
		    PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 1, 2, 200, LISTED("44207946012",
		    "441632960000"), PROVIDER_DONE, PROVIDER_GONE },
		{ PROVIDER_FIND, 1, 2, 200, LISTED("442079460123",
		    "441632960001"), PROVIDER_DONE, PROVIDER_GONE },
	};

	trunk_replies(&trunk, cases, N(cases));
}

/* A list that may go on holds nobody back, but says so. */
static void
test_long_list(void)
{
	struct provider_intent in = intent(PROVIDER_FIND, LEG_A);
	struct provider_reply out;
	struct buf b;
	int i;

	in.ref = "";
	buf_init(&b, 65536);
	buf_str(&b, "{\"_embedded\":{\"calls\":[{}");
	for (i = 1; i < 100; i++)
		buf_str(&b, ",{}");
	buf_str(&b, "]}}");
	vonage->reply(&in, 0, 200, 1, buf_cstr(&b), b.len, &out);
	is_int(out.outcome, PROVIDER_UNKNOWN, "a hundred others: nobody knows");
	buf_free(&b);
}

int
main(void)
{
	char text[] = "sigsecret";
	struct secret *secret;

	if (secret_init() != 0)
		return 1;
	secret = secret_take(text, strlen(text));
	conf.hook_secret = secret;
	test_check();
	test_requests();
	test_ring();
	test_nameless();
	test_replies();
	test_long_list();
	secret_free(secret);
	return tap_done();
}
