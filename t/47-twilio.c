/* Twilio: requests, documents, replies, webhooks and how they are signed. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"

#include "bridge-client/net/sha1.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/twilio.h"

#include "t/trunks.h"

#define BASE	"https://api.twilio.com/2010-04-01"
#define AC	"AC00112233445566778899aabbccddeeff"
#define HOOK	"https://call.example.com/hook/tw"
#define CA	"CA00112233445566778899aabbccddeef"

static const struct provider *const twilio = &provider_twilio;
static struct provider_conf conf = {
	.name = "tw", .url = BASE, .user = AC, .app = AC, .trunk_pstn = "",
	.trunk_sip = "", .prompts = "https://call.example.com/prompts",
	.hook_url = HOOK
};

/* %XX back to what it was. */
static const char *
decoded(struct request *r)
{
	static char out[8192];
	const char *p = buf_cstr(&r->body);
	char hex[3] = "";
	size_t n = 0;

	ok(strchr(p, '+') == NULL, "no bare +");
	for (; *p != '\0' && n + 1 < sizeof(out); p++) {
		if (*p != '%') {
			out[n++] = *p;
			continue;
		}
		memcpy(hex, p + 1, 2);
		out[n++] = (char)strtol(hex, NULL, 16);
		p += 2;
	}
	out[n] = '\0';
	return out;
}

static const struct trunk trunk = {
	.provider = &provider_twilio, .conf = &conf,
	.base = BASE "/Accounts/" AC,
	.ref = { CA "a", CA "b" }, .auth = REQUEST_BASIC, .body = decoded
};

static struct provider_intent
intent(enum provider_act act, enum leg leg)
{
	return trunk_intent(&trunk, act, leg);
}

/* RFC 3174's and RFC 2202's. */
static void
test_sha1(void)
{
	static const struct {
		const char	*text;
		int		 times;
		const char	*want;
	} cases[] = {
		{ "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "0123456701234567012345670123456701234567012345670123456701"
		    "234567", 10, "dea356a2cddd90c7a7ecedc5ebb563934f460452" },
		{ "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	};
	unsigned char out[SHA1_BYTES];
	char hex[2 * SHA1_BYTES + 1], key[] = "Jefe";
	struct secret *secret = secret_take(key, 4);
	struct buf b;
	size_t i, j;

	buf_init(&b, 4096);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		for (j = 0; j < (size_t)cases[i].times; j++)
			buf_str(&b, cases[i].text);
		sha1_hash(b.data, b.len, out);
		for (j = 0; j < SHA1_BYTES; j++)
			snprintf(hex + 2 * j, 3, "%02x", out[j]);
		is_str(hex, cases[i].want, "SHA-1 of %zu bytes", b.len);
	}
	buf_free(&b);
	is_int(sha1_hmac(secret, "what do ya want for nothing?", 28, out), 0,
	    "HMAC");
	is_mem(out, "\xef\xfc\xdf\x6a\xe5\xeb\x2f\xa2\xd2\x74\x16\xd5\xf1\x84"
	    "\xdf\x9c\x25\x9a\x7c\x79", SHA1_BYTES, "is RFC 2202's");
	secret_free(secret);
}

static void
test_check(void)
{
	static const struct trunk_fault bad[] = {
		{ "no http", FIELD(url), "api.twilio.com" },
		{ "no user", FIELD(user), "" },
		{ "no account", FIELD(app), "" },
		{ "another's account", FIELD(app), "AC1/../AC2" },
		{ "a trunk", FIELD(trunk_pstn), "PJSIP/%s@t" },
		{ "prompts in a directory", FIELD(prompts), "/prompts" },
		{ "prompts that end the document", FIELD(prompts),
		    "https://h.example/a&b" },
		{ "a public URL likewise", FIELD(hook_url), "https://h/<" },
		{ "no token", FIELD(hook_secret), NULL },
	};

	trunk_check(&trunk, bad, N(bad));
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>"
#define GATHER(leg, wait) "<Gather input=\"dtmf\" numDigits=\"1\" " \
	"finishOnKey=\"\" timeout=\"" wait "\" method=\"POST\" " \
	"action=\"" HOOK "/co-" ID "-" leg "/key\">"
#define WAITING(leg) XML GATHER(leg, "3600") "</Gather></Response>"
#define MEETING(leg) XML "<Dial><Conference beep=\"false\" " \
	"startConferenceOnEnter=\"true\" endConferenceOnExit=\"true\" " \
	"maxParticipants=\"2\" waitUrl=\"\" participantLabel=\"co-" ID "-" \
	leg "\">co-" ID "</Conference></Dial></Response>"

static void
test_requests(void)
{
	static const struct trunk_request cases[] = {
		{ PROVIDER_PROBE, LEG_A, 0, "GET", "/Calls.json?PageSize=1",
		    "" },
		{ PROVIDER_RING, LEG_A, 0, "POST", "/Calls.json",
		    "To=" A "&From=" PROXY "&Twiml=" WAITING("a")
		    "&Timeout=25&TimeLimit=3600&StatusCallback=" HOOK "/co-" ID
		    "-a/status&StatusCallbackMethod=POST"
		    "&StatusCallbackEvent=initiated"
		    "&StatusCallbackEvent=ringing"
		    "&StatusCallbackEvent=answered"
		    "&StatusCallbackEvent=completed" },
		{ PROVIDER_PLAY, LEG_B, 0, "POST", "/Calls/" CA "b.json",
		    "Twiml=" XML GATHER("b", "1")
		    "<Play>https://call.example.com/prompts/en/a-offer.wav"
		    "</Play><Play>https://call.example.com/prompts/en/"
		    "a-press.wav</Play></Gather><Redirect method=\"POST\">"
		    HOOK "/co-" ID "-b/spoken/a-press</Redirect></Response>" },
		{ PROVIDER_HUSH, LEG_A, 0, "POST", "/Calls/" CA "a.json",
		    "Twiml=" WAITING("a") },
		{ PROVIDER_BRIDGE, LEG_A, 0, "POST", "/Calls/" CA "a.json",
		    "Twiml=" MEETING("a") },
		{ PROVIDER_BRIDGE, LEG_A, 1, "POST", "/Calls/" CA "b.json",
		    "Twiml=" MEETING("b") },
		{ PROVIDER_HANG, LEG_B, 0, "POST", "/Calls/" CA "b.json",
		    "Status=completed" },
		{ PROVIDER_FIND, LEG_A, 0, "GET", "/Calls/" CA "a.json", "" },
	};
	static const int steps[] = { 1, 1, 1, 1, 2, 4, 0, 1 };

	trunk_requests(&trunk, cases, N(cases));
	trunk_steps(&trunk, steps, N(steps));
	trunk_needs_limits(&trunk);
}

/* A leg whose name we were not told: among those of its two numbers. */
static void
test_nameless(void)
{
	static const char *const states[] = { "in-progress", "ringing",
	    "queued" };
	struct provider_intent in;
	struct provider_reply out;
	struct request r;
	char url[512];
	int i;

	trunk_needs_name(&trunk);
	trunk_bad_prompts(&trunk);
	for (i = 0; i < 3; i++) {
		in = intent(PROVIDER_HANG, LEG_A);
		in.ref = "";
		is_int(twilio->request(&conf, &in, i, &r), 0, "looked for");
		snprintf(url, sizeof(url), BASE "/Accounts/" AC "/Calls.json"
		    "?To=%%2B442079460123&From=%%2B441632960000&Status=%s"
		    "&PageSize=50", states[i]);
		is_str(buf_cstr(&r.url), url, "in one state");
		request_free(&r);
		twilio->reply(&in, i, 200, 1, "{\"calls\":[]}", 12, &out);
		is_int(out.outcome, i < 2 ? PROVIDER_MORE : PROVIDER_DONE,
		    "none: and the next");
	}
}

static void
test_replies(void)
{
#define NAMED "{\"sid\":\"" CA "a\",\"status\":\"queued\"}"
#define ERROR(code) "{\"code\":" code ",\"message\":\"No to " A "\"}"
#define LIST "{\"calls\":[{\"sid\":\"" CA "a\",\"status\":\"ringing\"}]}"
	static const struct trunk_reply cases[] = {
		{ PROVIDER_PROBE, 0, 0, 200, "{}", PROVIDER_DONE, -1 },
		{ PROVIDER_PROBE, 0, 0, 401, "{}", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, 0, 404, "{}", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, 0, 503, "", PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 1, 0, 201, NAMED, PROVIDER_DONE, -1 },
		{ PROVIDER_RING, 1, 0, 201, "{}", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 400, ERROR("21211"), PROVIDER_REFUSED,
		    -1 },
		{ PROVIDER_RING, 1, 0, 429, ERROR("20429"), PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 1, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 302, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_PLAY, 0, 0, 200, NAMED, PROVIDER_DONE, -1 },
		{ PROVIDER_PLAY, 0, 0, 400, ERROR("21220"), PROVIDER_REFUSED,
		    -1 },
		{ PROVIDER_HUSH, 0, 0, 400, ERROR("21220"), PROVIDER_DONE,
		    -1 },
		{ PROVIDER_HANG, 0, 0, 400, ERROR("21220"), PROVIDER_DONE,
		    -1 },
		{ PROVIDER_HANG, 0, 0, 404, ERROR("20404"), PROVIDER_DONE,
		    -1 },
		{ PROVIDER_HANG, 0, 0, 400, ERROR("21218"), PROVIDER_REFUSED,
		    -1 },
		{ PROVIDER_HANG, 0, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_HANG, 1, 0, 200, LIST, PROVIDER_MORE, -1 },
		{ PROVIDER_HANG, 1, 0, 500, LIST, PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_BRIDGE, 0, 0, 200, NAMED, PROVIDER_MORE, -1 },
		{ PROVIDER_BRIDGE, 0, 1, 200, NAMED, PROVIDER_DONE, -1 },
		{ PROVIDER_BRIDGE, 0, 1, 400, ERROR("21220"),
		    PROVIDER_REFUSED, -1 },
		{ PROVIDER_FIND, 0, 0, 200, NAMED, PROVIDER_DONE,
		    PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 0, 0, 200, "{\"status\":\"in-progress\"}",
		    PROVIDER_DONE, PROVIDER_IS_UP },
		{ PROVIDER_FIND, 0, 0, 200, "{\"status\":\"busy\"}",
		    PROVIDER_DONE, PROVIDER_GONE },
		{ PROVIDER_FIND, 0, 0, 404, "", PROVIDER_DONE, PROVIDER_GONE },
		{ PROVIDER_FIND, 0, 0, 200, "<html>", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_FIND, 1, 1, 200, LIST, PROVIDER_DONE,
		    PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 1, 2, 200, "{\"calls\":[]}", PROVIDER_DONE,
		    PROVIDER_GONE },
		{ PROVIDER_RING, 1, 0, 0, "", PROVIDER_UNKNOWN, -1 },
	};

	trunk_replies(&trunk, cases, N(cases));
}

/* A webhook at this path with this body; signed as Twilio does, over `base`,
 * unless a signature is given. */
static enum provider_verdict
hook(const char *url, const char *body, const char *base,
    const char *signature, struct provider_hooked *out)
{
	unsigned char mac[SHA1_BYTES];
	struct provider_hook h = { .url = url, .len = strlen(body) };
	enum provider_verdict verdict;
	struct buf head;

	buf_init(&head, 256);
	buf_str(&head, "x-twilio-signature: ");
	if (sha1_hmac(conf.hook_secret, base, strlen(base), mac) != 0)
		abort();
	if (signature == NULL)
		buf_base64(&head, mac, sizeof(mac));
	else
		buf_str(&head, signature);
	buf_str(&head, "\n");
	h.headers = buf_cstr(&head);
	h.body = tap_edge(body, h.len);
	memset(out, 0, sizeof(*out));
	buf_init(&out->answer, PROVIDER_ANSWER_MAX);
	verdict = twilio->hook(&conf, &h, out);
	buf_free(&head);
	return verdict;
}

static void
test_vectors(void)
{
	static const char url[] = "https://mycompany.com/myapp.php?foo=1&bar=2";
	static const struct {
		const char	*name, *body;
	} cases[] = {
		{ "twilio.signature", "Digits=1234&To=%2B18005551212&From="
		    "%2B14158675309&Caller=%2B14158675309"
		    "&CallSid=CA1234567890ABCDE" },
		{ "twilio_array.signature", "b=&a=2&a=1" },
	};
	struct provider_hooked out;
	struct json *j;
	struct buf file;
	FILE *f = fopen("t/data/webhook-vectors.json", "r");
	const char *signature;
	size_t i;

	buf_init(&file, 65536);
	if (f != NULL) {
		buf_grown(&file, fread(buf_room(&file, 32768), 1, 32768, f));
		fclose(f);
	}
	j = json_parse(buf_cstr(&file), file.len);
	for (i = 0; i < 2; i++) {
		signature = j != NULL ? json_str(j, cases[i].name) : NULL;
		if (!ok(signature != NULL, "the vector %s", cases[i].name))
			continue;
		is_int(hook(url, cases[i].body, "", signature, &out),
		    PROVIDER_AUTHENTIC, "is accepted");
		buf_free(&out.answer);
		is_int(hook(url, "Digits=1235", "", signature, &out),
		    PROVIDER_FORGED, "and not for another body");
		is_int(hook(HOOK, cases[i].body, "", signature, &out),
		    PROVIDER_FORGED, "nor at another place");
	}
	json_free(j);
	buf_free(&file);
}

static void
test_hooks(void)
{
	static const struct {
		const char			*path, *body, *fields;
		enum provider_event_kind	 kind;
		int				 what;	/* key or cause */
		const char			*detail;
	} cases[] = {
#define STATUS(word) "/co-" ID "-a/status", "CallSid=" CA "a&CallStatus=" \
	word "&SequenceNumber=1", "CallSid" CA "aCallStatus" word \
	"SequenceNumber1"
		{ STATUS("initiated"), EVENT_RINGING, 0, "" },
		{ STATUS("ringing"), EVENT_RINGING, 0, "" },
		{ STATUS("in-progress"), EVENT_ANSWERED, 0, "" },
		{ STATUS("completed"), EVENT_GONE, CAUSE_NORMAL, "completed" },
		{ STATUS("busy"), EVENT_GONE, CAUSE_BUSY, "busy" },
		{ STATUS("no-answer"), EVENT_GONE, CAUSE_NO_ANSWER,
		    "no-answer" },
		{ STATUS("canceled"), EVENT_GONE, CAUSE_CANCELLED,
		    "canceled" },
		{ STATUS("failed"), EVENT_GONE, CAUSE_FAILED, "failed" },
		{ STATUS("other"), EVENT_NONE, 0, "" },
		{ "/co-" ID "-b/status", "CallStatus=failed&SipResponseCode="
		    "404", "CallStatusfailedSipResponseCode404", EVENT_GONE,
		    CAUSE_UNREACHABLE, "SIP 404, failed" },
		{ "/co-" ID "-a/key", "Digits=1", "Digits1", EVENT_KEY, '1',
		    "" },
		{ "/co-" ID "-b/key", "Digits=%23", "Digits#", EVENT_KEY, '#',
		    "" },
		{ "/co-" ID "-a/key", "Digits=12", "Digits12", EVENT_NONE, 0,
		    "" },
		{ "/co-" ID "-a/spoken/a-press", "", "", EVENT_SPOKEN, 0,
		    "a-press" },
		{ "/co-" ID "-a/spoken/../x", "", "", EVENT_NONE, 0, "" },
		{ "/co-" ID "-c/key", "Digits=1", "Digits1", EVENT_NONE, 0,
		    "" },
		{ "", "Digits=1", "Digits1", EVENT_NONE, 0, "" },
	};
	struct provider_hooked out;
	char url[256], base[512];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(url, sizeof(url), HOOK "%s", cases[i].path);
		snprintf(base, sizeof(base), "%s%s", url, cases[i].fields);
		is_int(hook(url, cases[i].body, base, NULL, &out),
		    PROVIDER_AUTHENTIC, "%s %s", cases[i].path,
		    cases[i].body);
		is_int(out.event.kind, cases[i].kind, "kind");
		is_int(out.event.kind == EVENT_KEY ? out.event.key :
		    (int)out.event.cause, cases[i].what, "key or cause");
		is_str(out.event.detail, cases[i].detail, "detail");
		if (out.event.kind == EVENT_KEY ||
		    out.event.kind == EVENT_SPOKEN)
			is_str(buf_cstr(&out.answer), out.event.leg == LEG_A ?
			    WAITING("a") : WAITING("b"), "goes on waiting");
		buf_free(&out.answer);
	}
	for (i = 0; i < 6; i++) {
		static const char *const bad[] = { "a", "a=%", "a=%0", "a=%zz",
		    "a=%00", "=&=&x" };

		is_int(hook(HOOK, bad[i], "", NULL, &out), PROVIDER_FORGED,
		    "no form: %s", bad[i]);
	}
	is_int(hook(HOOK, "", HOOK, "", &out), PROVIDER_FORGED,
	    "no signature");
	is_int(hook(HOOK, "", HOOK, "AAAA", &out), PROVIDER_FORGED,
	    "a short one");
}

/* The dialect: where it differs, and that it does nowhere else. */
static void
test_signalwire(void)
{
	static const struct provider *const sw = &provider_signalwire;
	static const char project[] = "b08dacad-0f6b-4a1e-8f4f-2c1f6b7d3a01";
	struct provider_conf kept = conf;
	struct provider_hook h = { .url = HOOK "/co-" ID "-a/key", .len = 8,
	    .body = (const unsigned char *)"Digits=1" };
	struct provider_hooked out;
	unsigned char mac[SHA1_BYTES];
	struct provider_intent in;
	struct request r, t;
	struct buf head;

	conf.kind = "signalwire";
	ok(sw->check(&conf) != NULL, "Twilio's account is none of its");
	conf.app = conf.user = project;
	conf.url = "https://acme.signalwire.com/api/laml/2010-04-01";
	ok(sw->check(&conf) == NULL, "a project is");
	in = intent(PROVIDER_RING, LEG_A);
	is_int(sw->request(&conf, &in, 0, &r), 0, "RING");
	is_int(twilio->request(&kept, &in, 0, &t), 0, "Twilio's");
	ok(strstr(buf_cstr(&r.body), "TimeLimit") == NULL &&
	    strstr(buf_cstr(&t.body), "&TimeLimit=3600") != NULL &&
	    r.body.len + strlen("&TimeLimit=3600") == t.body.len,
	    "is asked for without a limit, and all else is the same");
	request_free(&r);
	request_free(&t);
	in = intent(PROVIDER_BRIDGE, LEG_A);
	is_int(sw->request(&conf, &in, 0, &r), 0, "BRIDGE");
	ok(strstr(decoded(&r), "<Dial timeLimit=\"3600\"><Conference") != NULL,
	    "the conference has one");
	ok(strstr(decoded(&r), "participantLabel") == NULL, "and no labels");
	request_free(&r);
	buf_init(&head, 256);
	buf_str(&head, "x-signalwire-signature: ");
	if (sha1_hmac(conf.hook_secret, HOOK "/co-" ID "-a/keyDigits1",
	    strlen(HOOK "/co-" ID "-a/keyDigits1"), mac) != 0)
		abort();
	buf_base64(&head, mac, sizeof(mac));
	buf_str(&head, "\n");
	h.headers = buf_cstr(&head);
	memset(&out, 0, sizeof(out));
	buf_init(&out.answer, PROVIDER_ANSWER_MAX);
	is_int(sw->hook(&conf, &h, &out), PROVIDER_AUTHENTIC, "its header");
	is_int(out.event.key, '1', "its key");
	buf_free(&out.answer);
	conf = kept;
	is_int(twilio->hook(&conf, &h, &out), PROVIDER_FORGED,
	    "which says nothing to Twilio's");
	buf_free(&out.answer);
	buf_free(&head);
}

/* The price comes with a question, some time after the end. */
static void
test_price(void)
{
	static const char body[] = "{\"sid\":\"x\",\"status\":\"completed\","
	    "\"price\":\"-0.02600\",\"price_unit\":\"USD\"}";
	static const char early[] = "{\"sid\":\"x\",\"status\":\"completed\","
	    "\"price\":null,\"price_unit\":\"USD\"}";
	struct provider_intent in = intent(PROVIDER_FIND, LEG_A);
	struct provider_reply out;

	twilio->reply(&in, 0, 200, 1, early, strlen(early), &out);
	is_str(out.price, "", "no price yet");
	twilio->reply(&in, 0, 200, 1, body, strlen(body), &out);
	is_str(out.price, "0.02600 USD", "the price");
	ok(twilio->has_late_price && provider_signalwire.has_late_price,
	    "which is asked for");
}

int
main(void)
{
	char token[] = "12345";
	struct secret *secret;

	if (secret_init() != 0)
		return 1;
	secret = secret_take(token, 5);
	conf.hook_secret = secret;
	test_sha1();
	test_check();
	test_requests();
	test_nameless();
	test_replies();
	test_vectors();
	test_hooks();
	test_signalwire();
	test_price();
	secret_free(secret);
	return tap_done();
}
