/* What the files in provider/ have in common. */

#include <stdio.h>
#include <string.h>

#include "bridge-client/net/request.h"
#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/bandwidth.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx.h"
#include "bridge-client/provider/twilio.h"
#include "bridge-client/provider/vonage.h"

#include "t/tap.h"

#define ID	"000102030405060708090a0b0c0d0e0f"

static void
test_common(void)
{
	static const struct {
		const char *said, *shown;
	} plain[] = {
		{ "to (415) 555-0100 failed", "to (... failed" },
		{ "01 42 34 56 78", "..." },
		{ "+44 20 7946-0123, ext", "+..., ext" },
		{ "no route to sip:bob@example.com now",
		    "no route to ... now" },
		{ "'SIPS:bob@example.com'", "'...'" },
		{ "SIP 486 (Busy), Q.850 17", "SIP 486 (Busy), Q.850 17" },
		{ "192.0.2.100 port 443", "192.0.2.100 port 443" },
		{ "error 21211", "error ..." },
	};
	unsigned char call[PROVIDER_CALL_BYTES];
	char text[64];
	size_t i;

	provider_plain(text, sizeof(text), "a\n\xc3\xa9 123 +44 20 79460123");
	is_str(text, "a??? 123 +...", "text for people");
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		provider_plain(text, sizeof(text), plain[i].said);
		is_str(text, plain[i].shown, "%s", plain[i].said);
	}
	provider_plain(text, 8, "abcdefghijklm");
	is_str(text, "abcd", "cut where it does not fit");
	is_int(provider_read_id(ID, 32, call), 0, "an id");
	ok(call[0] == 0 && call[10] == 10 && call[15] == 15, "its bytes");
	is_int(provider_read_id(ID, 31, call), -1, "too short an id");
	is_int(provider_read_id("g" ID, 32, call), -1, "no digit");
	provider_read_id(ID, 32, call);
	provider_put_id(call, text);
	is_str(text, ID, "and written again");
	is_int(provider_cause_of(486, 0), CAUSE_BUSY, "by SIP's status");
	is_int(provider_cause_of(0, 17), CAUSE_BUSY, "by Q.850's cause");
	is_int(provider_cause_of(403, 21), CAUSE_FAILED,
	    "SIP's status is more exact");
	is_int(provider_cause_of(0, 0), CAUSE_FAILED, "no cause at all");
}

static void
test_to(void)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "+442079460123", "+442079460123" },
		{ "sip:desk@example.com", "sip:desk@example.com" },
		{ "sips:desk@example.com:5061",
		    "sip:desk@example.com:5061;transport=tls" },
	};
	char to[PROVIDER_TO_SIZE];
	struct tel tel;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(tel_parse(&tel, cases[i].text, strlen(cases[i].text),
		    &why), 0, "%s", cases[i].text);
		provider_put_to(&tel, to);
		is_str(to, cases[i].want, "is rung so");
	}
}

static void
test_prompts(void)
{
	static const struct { const char *prompt, *lang; int want; } cases[] = {
		{ "a", "en", 1 }, { "a,b-c", "en", 2 }, { "", "en", -1 },
		{ "a,", "en", -1 }, { ",a", "en", -1 }, { "a,,b", "en", -1 },
		{ "a,../b", "en", -1 }, { "a", "", -1 }, { "a", "e/n", -1 },
		{ NULL, "en", -1 }, { "a", NULL, -1 },
	};
	struct provider_intent in;
	size_t i;

	memset(&in, 0, sizeof(in));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in.prompt = cases[i].prompt;
		in.lang = cases[i].lang;
		is_int(provider_n_prompts(&in), cases[i].want,
		    "prompts \"%s\" in \"%s\"", in.prompt != NULL ?
		    in.prompt : "-", in.lang != NULL ? in.lang : "-");
	}
}

/* Asterisk is told of an extension when somebody has answered. */
static void
test_extension(void)
{
	static const struct provider_conf conf = { .url = "http://h/ari",
	    .app = "x", .prompts = "/p" };
	static const char *const urls[] = {
		"http://h/ari/channels/co-" ID "-b/dtmf?dtmf=42&before=1000",
		"http://h/ari/channels/co-" ID "-b/play/co-" ID
		    "-b?media=sound%3A%2Fp%2Fen%2Fb-press" };
	struct provider_intent in = { .act = PROVIDER_PLAY, .leg = LEG_B,
	    .prompt = "b-press", .lang = "en", .digits = "42" };
	struct provider_reply out;
	struct request r;
	int i;

	provider_read_id(ID, 32, in.call);
	for (i = 0; i < 2; i++) {
		is_int(provider_ari.request(&conf, &in, i, &r), 0, "step %d",
		    i);
		is_str(r.method, "POST", "method");
		is_str(buf_cstr(&r.url), urls[i], "URL");
		request_free(&r);
	}
	is_int(provider_ari.request(&conf, &in, 2, &r), -1, "no third");
	request_free(&r);
	provider_ari.reply(&in, 0, 204, 1, "", 0, &out);
	is_int(out.outcome, PROVIDER_MORE, "dialled: go on");
	provider_ari.reply(&in, 0, 404, 1, "", 0, &out);
	is_int(out.outcome, PROVIDER_REFUSED, "nobody there");
	provider_ari.reply(&in, 1, 201, 1, "", 0, &out);
	is_int(out.outcome, PROVIDER_DONE, "spoken");
	in.digits = "";
	is_int(provider_ari.request(&conf, &in, 0, &r), 0, "without one");
	is_str(buf_cstr(&r.url), urls[1], "spoken at once");
	request_free(&r);
	is_int(provider_ari.request(&conf, &in, 1, &r), -1, "and that is all");
	request_free(&r);
}

/* Whether somebody may have been rung. */
static void
test_unrung(void)
{
	static const struct { const char *state, *more; int want; } cases[] = {
		{ "Ringing", "\"cause\":34,\"tech_cause\":503", 0 },
		{ "Up", "\"cause\":34,\"tech_cause\":503", 0 },
		{ "Down", "\"cause\":18,\"tech_cause\":408", 0 },
		{ "Down", "\"cause\":17,\"tech_cause\":486", 0 },
		{ "Down", "\"cause\":19", 0 },
		{ "Down", "\"cause\":34,\"tech_cause\":480", 0 },
		{ "Down", "\"cause\":34,\"tech_cause\":503", 1 },
		{ "Down", "\"cause\":34", 1 },
	};
	struct provider_event e;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "{\"type\":\"ChannelDestroyed\","
		    "\"channel\":{\"id\":\"co-" ID "-a\",\"state\":\"%s\"},"
		    "%s}", cases[i].state, cases[i].more);
		is_int(provider_ari.event(text, strlen(text), &e), 0, "%s",
		    text);
		is_int(e.is_unrung, cases[i].want, "%s", cases[i].want ?
		    "nobody was rung" : "somebody may have been");
	}
}

static void
test_joins(void)
{
	static const struct provider_conf a = { .url = "http://h/ari" };
	static const struct provider_conf b = { .url = "http://i/ari" };

	is_int(provider_ari.joins(&a, &a), 1, "trunks of one Asterisk");
	is_int(provider_ari.joins(&a, &b), 0, "two of them");
}

/* A leg may be up for longer: as each provider counts. */
static void
test_extend(void)
{
	static const struct provider_conf conf = { .url = "https://h", .app =
	    "AC1", .kind = "twilio" }, wire = { .url = "https://h", .app =
	    "p1", .kind = "signalwire" };
	struct provider_intent in = { .act = PROVIDER_EXTEND, .ref = "CA1",
	    .max_s = 900, .left_s = 90 };
	struct request r;

	is_int(provider_ari.request(&conf, &in, 0, &r), 0, "Asterisk");
	ok(strstr(buf_cstr(&r.url), "/channels/co-") != NULL &&
	    strstr(buf_cstr(&r.url), "-a/variable?variable=TIMEOUT%28absolute"
	    "%29&value=90") != NULL, "  counts from now: %s",
	    buf_cstr(&r.url));
	request_free(&r);
	is_int(provider_twilio.request(&conf, &in, 0, &r), 0, "Twilio");
	is_str(buf_cstr(&r.url), "https://h/Accounts/AC1/Calls/CA1.json",
	    "  the leg");
	is_str(buf_cstr(&r.body), "TimeLimit=900", "  counts from its start");
	request_free(&r);
	is_int(provider_signalwire.request(&wire, &in, 0, &r), -1,
	    "SignalWire's has the conference's limit");
	request_free(&r);
	ok(provider_ari.can_extend && provider_twilio.can_extend &&
	    !provider_signalwire.can_extend, "and who can says so");
}

/* Who talks is told that the end is near, and stays joined. */
static void
test_joined(void)
{
	static const struct provider_conf vonage = { .url = "https://h/calls",
	    .app = "a1", .prompts = "https://w/prompts", .hook_url =
	    "https://w/hook/v" }, telnyx = { .url = "https://t/v2", .app = "1",
	    .prompts = "https://w/prompts" };
	struct provider_intent in = { .act = PROVIDER_PLAY, .ref = "u1",
	    .prompt = "a-ending", .lang = "en", .name = "", .reference = "",
	    .digits = "", .is_joined = 1 };
	struct request r;

	is_int(provider_vonage.request(&vonage, &in, 0, &r), 0, "Vonage");
	is_str(r.method, "PUT", "  its method");
	is_str(buf_cstr(&r.url), "https://h/calls/u1/stream", "  to the leg");
	is_str(buf_cstr(&r.body), "{\"stream_url\":[\"https://w/prompts/en/"
	    "a-ending.wav\"],\"loop\":1}", "  and no other document");
	request_free(&r);
	is_int(provider_vonage.request(&vonage, &in, 1, &r), -1, "  once");
	request_free(&r);
	is_int(provider_telnyx.request(&telnyx, &in, 0, &r), 0, "Telnyx");
	is_str(buf_cstr(&r.url), "https://t/v2/calls/u1/actions/"
	    "playback_start", "  to the leg");
	request_free(&r);
	ok(provider_vonage.is_heard_talking && provider_telnyx.is_heard_talking
	    && provider_ari.is_heard_talking &&
	    provider_twilio.is_heard_talking &&
	    !provider_signalwire.is_heard_talking &&
	    !provider_bandwidth.is_heard_talking, "and with whom that works");
}

/* With Twilio by a label of ours, in the conference that is looked up first. */
static void
test_announcement(void)
{
	static const struct provider_conf tw = { .kind = "twilio", .url =
	    "https://h", .app = "AC1", .prompts = "https://w/prompts" },
	    sw = { .kind = "signalwire", .url = "https://h", .app = "p1",
	    .prompts = "https://w/prompts" };
#define LABEL "co-00000000000000000000000000000000"
	static const char found[] = "{\"conferences\":[{\"sid\":\"CF1\"}]}";
	static const struct {
		int			 step, status;
		const char		*body;
		enum provider_outcome	 want;
	} cases[] = {
		{ 0, 200, "{\"conferences\":[]}", PROVIDER_NOT },
		{ 0, 200, "", PROVIDER_NOT },
		{ 0, 500, found, PROVIDER_NOT },
		{ 0, 200, found, PROVIDER_MORE },
		{ 1, 404, "{}", PROVIDER_REFUSED },
		{ 1, 429, "{}", PROVIDER_NOT },
		{ 1, 500, "", PROVIDER_UNKNOWN },
		{ 1, 200, "{}", PROVIDER_DONE },
	};
	struct provider_intent in = { .act = PROVIDER_PLAY, .ref = "CA1",
	    .leg = LEG_B, .prompt = "b-ending,b-press", .lang = "en",
	    .name = "", .reference = "", .digits = "", .is_joined = 1 };
	struct provider_reply out;
	struct request r;
	size_t i;

	is_int(provider_twilio.request(&tw, &in, 0, &r), -1, "two: no");
	request_free(&r);
	in.prompt = "b-ending";
	is_int(provider_signalwire.request(&sw, &in, 0, &r), -1,
	    "SignalWire: no");
	request_free(&r);
	is_int(provider_twilio.request(&tw, &in, 0, &r), 0, "Twilio");
	is_str(buf_cstr(&r.url), "https://h/Accounts/AC1/Conferences.json"
	    "?FriendlyName=" LABEL "&Status=in-progress&PageSize=1",
	    "  by the conference's name");
	request_free(&r);
	in.ref = "CF1";
	is_int(provider_twilio.request(&tw, &in, 1, &r), 0, "  in it");
	is_str(buf_cstr(&r.url), "https://h/Accounts/AC1/Conferences/CF1/"
	    "Participants/" LABEL "-b.json", "  to B alone");
	is_str(buf_cstr(&r.body), "AnnounceUrl=https%3A%2F%2Fw%2Fprompts%2Fen"
	    "%2Fb-ending.wav&AnnounceMethod=GET", "  the recording");
	request_free(&r);
	is_int(provider_twilio.request(&tw, &in, 2, &r), -1, "  once");
	request_free(&r);
	in.act = PROVIDER_HUSH;
	is_int(provider_twilio.request(&tw, &in, 0, &r), -1,
	    "no other document, in which he would leave");
	request_free(&r);
	in.act = PROVIDER_PLAY;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		provider_twilio.reply(&in, cases[i].step, cases[i].status, 1,
		    cases[i].body, strlen(cases[i].body), &out);
		is_int(out.outcome, cases[i].want, "step %d: HTTP %d %s",
		    cases[i].step, cases[i].status, cases[i].body);
	}
	provider_twilio.reply(&in, 0, 200, 1, found, strlen(found), &out);
	is_str(out.ref, "CF1", "its own name");
}

/* What webhooks at URLs of ours have in common. */
static void
test_hooked(void)
{
#define HOOK	"https://h/hook/x"
#define OURS	HOOK "/co-000102030405060708090a0b0c0d0e0f-b"
	static const struct provider_conf c = { .hook_url = HOOK };
	static const char *const none[] = { "", HOOK, HOOK "/", HOOK "/key",
	    HOOK "/co-000102030405060708090a0b0c0d0e0f-",
	    HOOK "/co-000102030405060708090a0b0c0d0e0f-c/key",
	    HOOK "/xx-000102030405060708090a0b0c0d0e0f-a/key" };
	static const char *const words[] = { "", "/spoken/", "/spoken/a.b",
	    "/spoken/a/b", "spoken/a", "/key" };
	static const char *const keys[] = { "", "12", "a", "A", " ", "+" };
	struct provider_event e;
	struct provider_hook h;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		h.url = tap_edge(none[i], strlen(none[i]) + 1);
		ok(provider_hooked_leg(&c, &h, &e) == NULL, "no leg: %s",
		    none[i]);
	}
	h.url = OURS "/key";
	is_str(provider_hooked_leg(&c, &h, &e), "/key", "B's");
	is_int(e.leg, LEG_B, "its leg");
	is_int(e.call[15], 15, "its call");
	h.url = tap_edge(OURS, sizeof(OURS));
	is_str(provider_hooked_leg(&c, &h, &e), "", "nothing behind it");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ok(provider_spoken(words[i]) == NULL, "no prompt: \"%s\"",
		    words[i]);
	is_str(provider_spoken("/spoken/a-press"), "a-press", "a prompt");
	memset(&e, 0, sizeof(e));
	is_int(provider_put_key(&e, NULL), 0, "no key");
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		is_int(provider_put_key(&e, keys[i]), 0, "no key: \"%s\"",
		    keys[i]);
	is_int(e.kind, EVENT_NONE, "and no event");
	is_int(provider_put_key(&e, "#"), 1, "a key");
	ok(e.kind == EVENT_KEY && e.key == '#', "this one");
	provider_put_spoken(&e, "a-press");
	is_int(e.kind, EVENT_SPOKEN, "spoken");
	is_str(e.detail, "a-press", "this prompt");
}

int
main(void)
{
	test_common();
	test_hooked();
	test_to();
	test_prompts();
	test_extension();
	test_unrung();
	test_joins();
	test_extend();
	test_joined();
	test_announcement();
	return tap_done();
}
