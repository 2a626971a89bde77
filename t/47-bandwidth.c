/* Bandwidth: requests, documents, replies. */

#include <stdio.h>
#include <string.h>

#include "lib/secret.h"

#include "bridge-client/provider/bandwidth.h"
#include "bridge-client/provider/provider.h"

/* Its first 48 bits are of 2026-11-23 08:00:00 (RFC 9562, 5.7). */
#define ID	"01a2076b44007fff88090a0b0c0d0e0f"
#include "t/trunks.h"

#define BASE	"https://voice.bandwidth.com/api/v2/accounts/9900000"
#define APP	"04e88489-df02-4e34-a0ee-27a91849555f"
#define HOOK	"https://call.example.com/hook/bw"
#define REF	"c-15ac29a2-1331029c-2cb0-4a07-b215-b22865662d8"
/* printf co-ID-a | openssl dgst -sha256 -hmac "sixteen or more!" -binary |
 * base64; and of co-ID-b */
#define PASS_a	"2up1yZXO5t5gbR0zTHKbnrGqx5gNRYlN9NYNw9Uosns="
#define PASS_b	"kCiIXRXY7+L+kS9wKgJT5DYZTR4M1T4W1JJ8HJ6WqEM="

static const struct provider *const bandwidth = &provider_bandwidth;
static struct provider_conf conf = {
	.name = "bw", .kind = "bandwidth", .url = BASE, .user = "api",
	.app = APP, .trunk_pstn = "", .trunk_sip = "",
	.prompts = "https://call.example.com/prompts", .hook_url = HOOK
};

static const struct trunk trunk = {
	.provider = &provider_bandwidth, .conf = &conf, .base = BASE,
	.ref = { REF "a", REF "b" }, .auth = REQUEST_BASIC
};

static struct provider_intent
intent(enum provider_act act, enum leg leg)
{
	return trunk_intent(&trunk, act, leg);
}

static void
test_check(struct secret *small)
{
	char far[512];
	const struct trunk_fault bad[] = {
		{ "no http", FIELD(url), "voice.bandwidth.com/accounts/1" },
		{ "no account", FIELD(url),
		    "https://voice.bandwidth.com/api/v2" },
		{ "an empty one", FIELD(url),
		    "https://voice.bandwidth.com/api/v2/accounts" },
		{ "an account that is a word", FIELD(url),
		    "https://voice.bandwidth.com/api/v2/accounts/mine" },
		{ "something behind it", FIELD(url), BASE "/calls" },
		{ "no user", FIELD(user), "" },
		{ "no application", FIELD(app), "" },
		{ "an application with a slash", FIELD(app), "a/b" },
		{ "a trunk", FIELD(trunk_pstn), "PJSIP/%s@t" },
		{ "a trunk for SIP", FIELD(trunk_sip), "PJSIP/x/%s" },
		{ "prompts in a directory", FIELD(prompts), "/prompts" },
		{ "prompts with an ampersand", FIELD(prompts),
		    "https://x.example.com/a&b" },
		{ "hooks without TLS", FIELD(hook_url),
		    "http://call.example.com/hook/bw" },
		{ "hooks with a quote", FIELD(hook_url),
		    "https://call.example.com/\"/hook/bw" },
		{ "hooks far away", FIELD(hook_url), far },
		{ "no secret", FIELD(hook_secret), NULL },
		{ "a short secret", FIELD(hook_secret), small },
	};
	snprintf(far, sizeof(far), "https://%0400d.example.com/hook/bw", 1);
	trunk_check(&trunk, bad, N(bad));
}

#define SENT(what) "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Bxml>" what \
	"</Bxml>"
#define GATHER(leg, what, wait, speaks) "<Gather gatherUrl=\"" HOOK "/co-" ID \
	"-" #leg "/" what "\" gatherMethod=\"POST\" username=\"co-" ID "-" \
	#leg "\" password=\"" PASS_##leg "\" maxDigits=\"1\" " \
	"firstDigitTimeout=\"" wait "\">" speaks "</Gather>"
#define PLAYS(name) "<PlayAudio>https://call.example.com/prompts/en/" name \
	".wav</PlayAudio>"
#define PROMPTS(leg) GATHER(leg, "spoken/a-press", "1", PLAYS("a-offer") \
	PLAYS("a-press"))
#define CALL(leg, to, ring, priority) "{\"to\":\"" to "\",\"from\":\"" PROXY \
	"\",\"applicationId\":\"" APP "\",\"callTimeout\":" ring "," \
	"\"priority\":" priority ",\"username\":\"co-" ID "-" #leg "\"," \
	"\"password\":\"" PASS_##leg "\",\"answerUrl\":\"" HOOK "/co-" ID "-" \
	#leg "/answer\",\"answerMethod\":\"POST\",\"disconnectUrl\":\"" HOOK \
	"/co-" ID "-" #leg "/end\",\"disconnectMethod\":\"POST\",\"tag\":" \
	"\"co-" ID "-" #leg "\"}"

static void
test_requests(void)
{
	static const struct trunk_request cases[] = {
		{ PROVIDER_PROBE, LEG_A, 0, "GET", "/statistics", "" },
		{ PROVIDER_RING, LEG_A, 0, "POST", "/calls",
		    CALL(a, A, "25", "2") },
		{ PROVIDER_RING, LEG_B, 0, "POST", "/calls",
		    CALL(b, B, "25", "1") },
		{ PROVIDER_PLAY, LEG_B, 0, "PUT", "/calls/" REF "b/bxml",
		    SENT(PROMPTS(b)) },
		{ PROVIDER_PLAY, LEG_B, 3, "PUT", "/calls/" REF "b/bxml",
		    SENT(PROMPTS(b)) },
		{ PROVIDER_HUSH, LEG_A, 0, "PUT", "/calls/" REF "a/bxml",
		    SENT(GATHER(a, "key", "60", "")) },
		{ PROVIDER_BRIDGE, LEG_A, 0, "PUT", "/calls/" REF "a/bxml",
		    SENT("<Bridge>" REF "b</Bridge>") },
		{ PROVIDER_HANG, LEG_B, 0, "POST", "/calls/" REF "b",
		    "{\"state\":\"completed\"}" },
		{ PROVIDER_FIND, LEG_A, 0, "GET", "/calls/" REF "a", "" },
	};
	static const int steps[] = { 1, 1, 4, 1, 1, 2, 0, 1 };

	trunk_requests(&trunk, cases, N(cases));
	trunk_steps(&trunk, steps, N(steps));
}

/* Whom it can ring, and for how long at most. */
static void
test_ring(void)
{
	static const struct {
		const char	*to, *body;
		int		 ring_s;
	} cases[] = {
		{ B ";ext=42", CALL(a, B, "60", "2"), 60 },
		{ "sip:desk@example.com", CALL(a, "sip:desk@example.com", "60",
		    "2"), 60 },
		{ "sips:desk@example.com:5062", CALL(a, "sip:desk@example.com:"
		    "5062;transport=tls", "60", "2"), 60 },
		{ B, CALL(a, B, "300", "2"), 999 },
	};
	struct provider_intent in;
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(PROVIDER_RING, LEG_A);
		trunk_set_to(cases[i].to);
		in.ring_s = cases[i].ring_s;
		is_int(bandwidth->request(&conf, &in, 0, &r), 0, "rings %s",
		    cases[i].to);
		is_str(buf_cstr(&r.body), cases[i].body, "so");
		request_free(&r);
	}
	trunk_needs_limits(&trunk);
	in = intent(PROVIDER_PLAY, LEG_A);
	in.digits = "42";
	is_int(bandwidth->request(&conf, &in, 0, &r), 0, "an extension");
	is_str(buf_cstr(&r.body), SENT("<SendDtmf>W42</SendDtmf>" PROMPTS(a)),
	    "is dialled before");
	request_free(&r);
}

static void
test_nameless(void)
{
	static const char want[] = BASE "/calls?to=%2B442079460123&from="
	    "%2B441632960000&minStartTime=2026-11-23T07%3A55%3A00Z&"
	    "pageSize=200";
	struct provider_intent in;
	struct request r;
	size_t i;

	trunk_needs_name(&trunk);
	trunk_bad_prompts(&trunk);
	in = intent(PROVIDER_BRIDGE, LEG_A);
	in.other_ref = "c-1</Bridge><Transfer>";
	trunk_is_refused(&trunk, &in, 0, "and the other's, a plain one");
	for (i = 0; i < 2; i++) {
		in = intent(i == 0 ? PROVIDER_HANG : PROVIDER_FIND, LEG_A);
		in.ref = "";
		is_int(bandwidth->request(&conf, &in, 0, &r), 0, "looked for");
		is_str(buf_cstr(&r.url), want, "since the offer was shown");
		request_free(&r);
		trunk_is_refused(&trunk, &in, 1, "once");
	}
}

static void
test_replies(void)
{
#define NAMED "{\"callId\":\"" REF "a\",\"to\":\"" A "\"}"
#define ERROR "{\"type\":\"validation\",\"description\":\"No to " A "\"}"
#define STATE(more) "{\"callId\":\"" REF "a\",\"state\":" more "}"
#define ENDED STATE("\"disconnected\",\"endTime\":\"2026-11-23T08:01:00Z\"," \
	"\"disconnectCause\":\"busy\"")
#define QUEUED STATE("\"queued\",\"endTime\":null")
	static const struct trunk_reply cases[] = {
		{ PROVIDER_PROBE, 0, 0, 200, "{}", PROVIDER_DONE, -1 },
		{ PROVIDER_PROBE, 0, 0, 401, "{}", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, 0, 403, "{}", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, 0, 404, "{}", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, 0, 503, "", PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 1, 0, 201, NAMED, PROVIDER_DONE, -1 },
		{ PROVIDER_RING, 1, 0, 201, "{}", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 400, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_RING, 1, 0, 429, ERROR, PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 1, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 503, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 302, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_RING, 1, 0, 0, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_PLAY, 0, 0, 204, "", PROVIDER_DONE, -1 },
		{ PROVIDER_PLAY, 0, 0, 404, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_PLAY, 0, 0, 409, ERROR, PROVIDER_MORE, -1 },
		{ PROVIDER_PLAY, 0, 3, 409, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_HUSH, 0, 0, 404, ERROR, PROVIDER_DONE, -1 },
		{ PROVIDER_HUSH, 0, 0, 409, ERROR, PROVIDER_NOT, -1 },
		{ PROVIDER_HANG, 0, 0, 200, "", PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, 0, 404, ERROR, PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, 0, 409, ERROR, PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_HANG, 0, 0, 400, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_HANG, 0, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_HANG, 1, 0, 200, "[" QUEUED "]", PROVIDER_MORE,
		    -1 },
		{ PROVIDER_HANG, 1, 0, 200, "[" ENDED "," QUEUED "]",
		    PROVIDER_MORE, -1 },
		{ PROVIDER_HANG, 1, 0, 200, "[]", PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 1, 0, 500, "[" QUEUED "]", PROVIDER_UNKNOWN,
		    -1 },
		{ PROVIDER_BRIDGE, 0, 0, 204, "", PROVIDER_DONE, -1 },
		{ PROVIDER_BRIDGE, 0, 0, 409, ERROR, PROVIDER_NOT, -1 },
		{ PROVIDER_BRIDGE, 0, 0, 404, ERROR, PROVIDER_REFUSED, -1 },
		{ PROVIDER_BRIDGE, 0, 0, 500, "", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_FIND, 0, 0, 200, QUEUED, PROVIDER_DONE,
		    PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 0, 0, 200, STATE("\"initiated\""),
		    PROVIDER_DONE, PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 0, 0, 200, STATE("\"answered\""),
		    PROVIDER_DONE, PROVIDER_IS_UP },
		{ PROVIDER_FIND, 0, 0, 200, STATE("\"of-next-year\","
		    "\"answerTime\":\"2026-11-23T08:00:00Z\",\"endTime\":"
		    "null"), PROVIDER_DONE, PROVIDER_IS_UP },
		{ PROVIDER_FIND, 0, 0, 200, ENDED, PROVIDER_DONE,
		    PROVIDER_GONE },
		{ PROVIDER_FIND, 0, 0, 200, "{}", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_FIND, 0, 0, 200, "<html>", PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_FIND, 0, 0, 404, ERROR, PROVIDER_UNKNOWN, -1 },
		{ PROVIDER_FIND, 1, 0, 200, "[]", PROVIDER_DONE,
		    PROVIDER_GONE },
		{ PROVIDER_FIND, 1, 0, 200, "[" ENDED "]", PROVIDER_DONE,
		    PROVIDER_GONE },
		{ PROVIDER_FIND, 1, 0, 200, "[" ENDED "," STATE("\"answered\"")
		    "]", PROVIDER_DONE, PROVIDER_IS_UP },
		{ PROVIDER_FIND, 1, 0, 200, "{}", PROVIDER_UNKNOWN, -1 },
	};
	struct provider_intent in;
	struct provider_reply out;

	trunk_replies(&trunk, cases, N(cases));
	in = intent(PROVIDER_FIND, LEG_A);
	bandwidth->reply(&in, 0, 200, 1, ENDED, strlen(ENDED), &out);
	ok(out.has_cause && out.cause == CAUSE_BUSY, "how it ended");
	in.ref = "";
	bandwidth->reply(&in, 0, 200, 1, "[" ENDED "]", strlen(ENDED) + 2,
	    &out);
	ok(!out.has_cause, "but another's end is not its own");
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
	buf_str(&b, "[" ENDED);
	for (i = 1; i < 200; i++)
		buf_str(&b, "," ENDED);
	buf_str(&b, "]");
	bandwidth->reply(&in, 0, 200, 1, buf_cstr(&b), b.len, &out);
	is_int(out.outcome, PROVIDER_UNKNOWN,
	    "two hundred others: nobody knows");
	buf_free(&b);
}

int
main(void)
{
	char text[] = "sixteen or more!", little[] = "fifteen or less";
	struct secret *secret, *small;

	if (secret_init() != 0)
		return 1;
	secret = secret_take(text, strlen(text));
	small = secret_take(little, strlen(little));
	conf.hook_secret = secret;
	test_check(small);
	test_requests();
	test_ring();
	test_nameless();
	test_replies();
	test_long_list();
	secret_free(secret);
	secret_free(small);
	return tap_done();
}
