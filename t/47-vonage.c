/* Vonage: requests, documents, replies. */

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "lib/tel.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/vonage.h"

#include "t/tap.h"
#include "t/transcript.h"

#define ID	"000102030405060708090a0b0c0d0e0f"
#define BASE	"https://api.nexmo.com/v1/calls"
#define APP	"00000000-0000-4000-8000-000000000000"
#define HOOK	"https://call.example.com/hook/vo"
#define REF	"63f61863-4a51-4f6b-86e1-46edebcf935"
#define A	"+442079460123"
#define B	"+442079460199"
#define PROXY	"+441632960000"

static const struct provider *const vonage = &provider_vonage;
static struct provider_conf conf = {
	.name = "vo", .kind = "vonage", .url = BASE, .user = "abcd1234",
	.app = APP, .trunk_pstn = "", .trunk_sip = "",
	.prompts = "https://call.example.com/prompts", .hook_url = HOOK
};

static struct tel to;

static void
set_to(const char *text)
{
	const char *why;

	if (tel_parse(&to, text, strlen(text), &why) < 0)
		tap_note("%s: %s", text, why);
}

static struct provider_intent
intent(enum provider_act act, enum leg leg)
{
	struct provider_intent in;
	size_t i;

	memset(&in, 0, sizeof(in));
	in.act = act;
	in.leg = leg;
	for (i = 0; i < PROVIDER_CALL_BYTES; i++)
		in.call[i] = (unsigned char)i;
	set_to(leg == LEG_A ? A : B);
	in.to = &to;
	in.ref = leg == LEG_A ? REF "a" : REF "b";
	in.other_ref = leg == LEG_A ? REF "b" : REF "a";
	in.caller = PROXY;
	in.ring_s = 25;
	in.max_s = 3600;
	in.prompt = "a-offer,a-press";
	in.lang = "en";
	return in;
}

static void
test_check(void)
{
#define FIELD(name) offsetof(struct provider_conf, name)
	static const struct {
		const char	*what;
		size_t		 field;
		const char	*value;
	} bad[] = {
		{ "no http", FIELD(url), "api.nexmo.com" },
		{ "no application", FIELD(app), "" },
		{ "an application with a slash", FIELD(app), "a/b" },
		{ "a trunk", FIELD(trunk_pstn), "PJSIP/%s@t" },
		{ "prompts in a directory", FIELD(prompts), "/prompts" },
		{ "no secret", FIELD(hook_secret), NULL },
	};
	struct provider_conf c;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = conf;
		memcpy((char *)&c + bad[i].field, &bad[i].value,
		    sizeof(bad[i].value));
		why = vonage->check(&c);
		ok(why != NULL, "section: %s: %s", bad[i].what,
		    why != NULL ? why : "good");
	}
	ok(vonage->check(&conf) == NULL, "the usual section");
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
	static const struct {
		enum provider_act	 act;
		enum leg		 leg;
		int			 step;
		const char		*method, *url, *body;
	} cases[] = {
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
	struct provider_intent in;
	struct request r;
	struct json *j;
	char url[512];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].act, cases[i].leg);
		is_int(vonage->request(&conf, &in, cases[i].step, &r), 0,
		    "act %d step %d", cases[i].act, cases[i].step);
		snprintf(url, sizeof(url), BASE "%s", cases[i].url);
		is_str(r.method, cases[i].method, "method");
		is_str(buf_cstr(&r.url), url, "URL");
		is_str(buf_cstr(&r.body), cases[i].body, "body");
		is_int(r.auth, REQUEST_BEARER, "credentials");
		j = json_parse(r.body.data, r.body.len);
		ok(r.body.len == 0 || j != NULL, "is JSON");
		json_free(j);
		request_free(&r);
	}
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		in = intent((enum provider_act)i, LEG_A);
		is_int(vonage->request(&conf, &in, steps[i], &r), -1,
		    "act %zu has %d steps", i, steps[i]);
		request_free(&r);
	}
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
		set_to(cases[i].to);
		in.max_s = cases[i].max_s;
		is_int(vonage->request(&conf, &in, 0, &r), 0, "rings %s",
		    cases[i].to);
		is_str(buf_cstr(&r.body), cases[i].body, "so");
		request_free(&r);
	}
	for (i = 0; i < 3; i++) {
		in = intent(PROVIDER_RING, LEG_A);
		if (i == 0)
			in.caller = "anonymous";
		else if (i == 1)
			in.max_s = 0;
		else
			in.ring_s = 0;
		is_int(vonage->request(&conf, &in, 0, &r), -1,
		    "nobody is rung without caller and limits (%zu)", i);
		request_free(&r);
	}
}

static void
test_nameless(void)
{
	static const enum provider_act acts[] = { PROVIDER_PLAY, PROVIDER_HUSH,
	    PROVIDER_BRIDGE };
	static const char *const states[] = { "answered", "ringing",
	    "started" };
	static const char none[] = "{\"_embedded\":{\"calls\":[]}}";
	struct provider_intent in;
	struct provider_reply out;
	struct request r;
	char url[256];
	int i;

	for (i = 0; i < 3; i++) {
		in = intent(acts[i], LEG_A);
		in.ref = "";
		is_int(vonage->request(&conf, &in, 0, &r), -1,
		    "act %d needs the leg's name", acts[i]);
		request_free(&r);
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
	static const struct {
		enum provider_act	 act;
		int			 is_nameless, step, status;
		const char		*body;
		enum provider_outcome	 want;
		int			 found;
	} cases[] = {
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
	struct provider_intent in;
	struct provider_reply out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].act, LEG_A);
		if (cases[i].is_nameless)
			in.ref = "";
		vonage->reply(&in, cases[i].step, cases[i].status, 1,
		    cases[i].body, strlen(cases[i].body), &out);
		is_int(out.outcome, cases[i].want, "act %d: HTTP %d %s (%s)",
		    cases[i].act, cases[i].status, cases[i].body, out.detail);
		if (cases[i].found >= 0)
			is_int(out.found, cases[i].found, "what was found");
		ok(!has_number(out.detail), "without a number");
	}
	vonage->reply(&in, 0, 0, 0, "", 0, &out);
	is_int(out.outcome, PROVIDER_NOT, "what was not sent did not happen");
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
