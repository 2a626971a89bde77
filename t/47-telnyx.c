/* Telnyx Call Control, from what it answers and tells (t/data/telnyx). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx.h"

#include "t/trunks.h"

#define STATE_A	"Y28tMDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYtYQ=="
#define STATE_B	"Y28tMDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYtYg=="
#define BASE	"https://api.telnyx.com/v2"
#define HOOK	"https://call.example.com/hook/phone"

static const struct provider *const telnyx = &provider_telnyx;
static const struct provider_conf conf = {
	.name = "phone", .url = BASE, .user = "", .app = "1684641123236054244",
	.trunk_pstn = "", .trunk_sip = "",
	.prompts = "https://call.example.com/prompts", .hook_url = HOOK,
	.public_key = "37d89fJO9E9TB6KECMvCMkIaEO2yVckeQ4nUP+l1+SI="
};

static const struct trunk trunk = {
	.provider = &provider_telnyx, .conf = &conf, .base = BASE,
	.ref = { "v3:a/1", "v3:b" }, .auth = REQUEST_BEARER
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
		{ "no http", FIELD(url), "api.telnyx.com" },
		{ "a slash at the end", FIELD(url), "https://h.example/" },
		{ "a user", FIELD(user), "me" },
		{ "no application", FIELD(app), "" },
		{ "a name for one", FIELD(app), "offers" },
		{ "a trunk", FIELD(trunk_pstn), "PJSIP/%s@t" },
		{ "a packet trunk", FIELD(trunk_sip), "PJSIP/%s" },
		{ "prompts in a directory", FIELD(prompts), "/prompts" },
		{ "prompts with a query", FIELD(prompts), "https://h.e/p?q" },
		{ "no key", FIELD(public_key), "" },
		{ "a short key", FIELD(public_key), "AAAA" },
		{ "no base64", FIELD(public_key),
		    "37d89fJO9E9TB6KECMvCMkIaEO2yVckeQ4nUP+l1+S!=" },
	};

	trunk_check(&trunk, bad, N(bad));
}

static void
test_requests(void)
{
	static const struct trunk_request cases[] = {
		{ PROVIDER_PROBE, LEG_A, 0, "GET",
		    "/call_control_applications/1684641123236054244", "" },
		{ PROVIDER_RING, LEG_A, 0, "POST", "/calls",
		    "{\"connection_id\":\"1684641123236054244\","
		    "\"to\":\"" A "\",\"from\":\"" PROXY "\","
		    "\"timeout_secs\":25,"
		    "\"time_limit_secs\":3600,\"retry_on_timeout\":false,"
		    "\"command_id\":\"co-" ID "-a\","
		    "\"client_state\":\"" STATE_A "\","
		    "\"webhook_url\":\"" HOOK "\","
		    "\"webhook_url_method\":\"POST\"}" },
		{ PROVIDER_PLAY, LEG_A, 0, "POST",
		    "/calls/v3%3Aa%2F1/actions/playback_start",
		    "{\"audio_url\":\"https://call.example.com/prompts/en/"
		    "a-offer.wav\",\"audio_type\":\"wav\","
		    "\"client_state\":\"" STATE_A "\"}" },
		{ PROVIDER_PLAY, LEG_B, 1, "POST",
		    "/calls/v3%3Ab/actions/playback_start",
		    "{\"audio_url\":\"https://call.example.com/prompts/en/"
		    "a-press.wav\",\"audio_type\":\"wav\","
		    "\"client_state\":\"" STATE_B "\"}" },
		{ PROVIDER_HUSH, LEG_B, 0, "POST",
		    "/calls/v3%3Ab/actions/playback_stop",
		    "{\"stop\":\"all\"}" },
		{ PROVIDER_BRIDGE, LEG_A, 0, "POST",
		    "/calls/v3%3Aa%2F1/actions/bridge",
		    "{\"call_control_id\":\"v3:b\","
		    "\"prevent_double_bridge\":true}" },
		{ PROVIDER_HANG, LEG_B, 0, "POST",
		    "/calls/v3%3Ab/actions/hangup",
		    "{\"client_state\":\"" STATE_B "\"}" },
		{ PROVIDER_FIND, LEG_A, 0, "GET", "/calls/v3%3Aa%2F1", "" },
	};
	static const int steps[] = { 1, 1, 2, 1, 1, 2, 0, 1 };

	trunk_requests(&trunk, cases, N(cases));
	trunk_steps(&trunk, steps, N(steps));
	trunk_needs_limits(&trunk);
	ok(telnyx->stream == NULL, "events come by webhook");
}

/* A leg whose name we were not told is looked for by ours. */
static void
test_nameless(void)
{
	struct provider_intent in;
	struct request r;
	size_t i;

	trunk_needs_name(&trunk);
	in = intent(PROVIDER_BRIDGE, LEG_A);
	in.other_ref = "";
	trunk_is_refused(&trunk, &in, 0, "of both legs");
	for (i = 0; i < 2; i++) {
		in = intent(i == 0 ? PROVIDER_HANG : PROVIDER_FIND, LEG_A);
		in.ref = "";
		is_int(telnyx->request(&conf, &in, 0, &r), 0, "looked for");
		is_str(r.method, "GET", "asked");
		is_str(buf_cstr(&r.url), BASE "/connections/"
		    "1684641123236054244/active_calls?page%5Blimit%5D=250",
		    "among the active calls");
		request_free(&r);
		trunk_is_refused(&trunk, &in, 1, "and no more");
	}
}

static const char *
body_of(struct provider_intent *in, struct request *r)
{
	request_free(r);
	return telnyx->request(&conf, in, 0, r) == 0 ? buf_cstr(&r->body) :
	    NULL;
}

static void
test_dial(void)
{
	struct tel desk = { TEL_SIP, "sip:desk@example.com:5062", "" };
	struct tel extension = { TEL_E164, A, "42" };
	struct tel none = { TEL_NONE, "", "" };
	static const char *const callers[] = { NULL, "", "441632960000",
	    "anonymous", "+44 1", "+", "+44\"1" };
	struct provider_intent in = intent(PROVIDER_RING, LEG_A);
	const char *body;
	struct request r;
	size_t i;

	request_init(&r);
	in.to = &desk;
	body = body_of(&in, &r);
	ok(body != NULL && strstr(body, "\"to\":\"sip:desk@example.com:5062\"")
	    != NULL, "a packet leg");
	in.to = &extension;
	body = body_of(&in, &r);
	ok(body != NULL && strstr(body, "\"to\":\"" A "\"") != NULL &&
	    strstr(body, "\"send_digits_on_answer\":\"W42\"") != NULL,
	    "an extension is dialled after the answer");
	in.to = &none;
	ok(body_of(&in, &r) == NULL, "none to nobody");
	for (i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		in = intent(PROVIDER_RING, LEG_A);
		in.caller = callers[i];
		ok(body_of(&in, &r) == NULL, "caller %zu", i);
	}
	in = intent(PROVIDER_RING, LEG_A);
	in.max_s = 20000;
	body = body_of(&in, &r);
	ok(body != NULL && strstr(body, "\"time_limit_secs\":14400") != NULL,
	    "the longest that Telnyx knows");
	in.max_s = 10;
	body = body_of(&in, &r);
	ok(body != NULL && strstr(body, "\"time_limit_secs\":30") != NULL,
	    "the shortest");
	in.max_s = 0;
	ok(body_of(&in, &r) == NULL, "no leg without an end");
	in = intent(PROVIDER_RING, LEG_A);
	in.ring_s = 4;
	ok(body_of(&in, &r) == NULL, "rings five seconds at least");
	request_free(&r);
}

static void
test_replies(void)
{
	static const struct {
		enum provider_act	 act;
		int			 is_nameless;
		const char		*name;
		enum provider_outcome	 want;
		int			 found;		/* -1: not said */
		const char		*ref;
	} cases[] = {
#define NAME "v3:aaaa_BBBB-cccc1111"
		{ PROVIDER_PROBE, 0, "app", PROVIDER_DONE, -1, "" },
		{ PROVIDER_PROBE, 0, "app.off", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_PROBE, 0, "app.v1", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_PROBE, 0, "app.401", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_PROBE, 0, "app.404", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_PROBE, 0, "app.503", PROVIDER_NOT, -1, "" },
		{ PROVIDER_RING, 1, "dial", PROVIDER_DONE, -1, NAME },
		{ PROVIDER_RING, 1, "dial.nameless", PROVIDER_UNKNOWN, -1,
		    "" },
		{ PROVIDER_RING, 1, "dial.422", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_RING, 1, "dial.403", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_RING, 1, "app.401", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_RING, 1, "dial.429", PROVIDER_NOT, -1, "" },
		{ PROVIDER_RING, 1, "dial.500", PROVIDER_UNKNOWN, -1, "" },
		{ PROVIDER_RING, 1, "dial.503", PROVIDER_UNKNOWN, -1, "" },
		{ PROVIDER_PLAY, 0, "done", PROVIDER_MORE, -1, "" },
		{ PROVIDER_PLAY, 0, "ended", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_PLAY, 0, "not-answered", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_HUSH, 0, "done", PROVIDER_DONE, -1, "" },
		{ PROVIDER_HUSH, 0, "ended", PROVIDER_DONE, -1, "" },
		{ PROVIDER_BRIDGE, 0, "done", PROVIDER_DONE, -1, "" },
		{ PROVIDER_BRIDGE, 0, "ended", PROVIDER_REFUSED, -1, "" },
		{ PROVIDER_BRIDGE, 0, "command.429", PROVIDER_NOT, -1, "" },
		{ PROVIDER_BRIDGE, 0, "command.500", PROVIDER_UNKNOWN, -1,
		    "" },
		{ PROVIDER_HANG, 0, "done", PROVIDER_DONE, -1, "" },
		{ PROVIDER_HANG, 0, "ended", PROVIDER_DONE, -1, "" },
		{ PROVIDER_HANG, 0, "no-such-call", PROVIDER_DONE, -1, "" },
		{ PROVIDER_HANG, 0, "not-answered", PROVIDER_REFUSED, -1,
		    "" },
		{ PROVIDER_HANG, 0, "command.500", PROVIDER_UNKNOWN, -1, "" },
		{ PROVIDER_HANG, 1, "list.none", PROVIDER_DONE, -1, "" },
		{ PROVIDER_HANG, 1, "list.others", PROVIDER_DONE, -1, "" },
		{ PROVIDER_HANG, 1, "list.ours", PROVIDER_MORE, -1, NAME },
		{ PROVIDER_HANG, 1, "list.404", PROVIDER_UNKNOWN, -1, "" },
		{ PROVIDER_FIND, 0, "find.alive", PROVIDER_DONE,
		    PROVIDER_IS_RINGING, "" },
		{ PROVIDER_FIND, 0, "find.ended", PROVIDER_DONE,
		    PROVIDER_GONE, "" },
		{ PROVIDER_FIND, 0, "find.404", PROVIDER_DONE, PROVIDER_GONE,
		    "" },
		{ PROVIDER_FIND, 0, "no-such-call", PROVIDER_DONE,
		    PROVIDER_GONE, "" },
		{ PROVIDER_FIND, 0, "find.dialling", PROVIDER_UNKNOWN, -1,
		    "" },
		{ PROVIDER_FIND, 0, "app.401", PROVIDER_UNKNOWN, -1, "" },
		{ PROVIDER_FIND, 0, "command.500", PROVIDER_UNKNOWN, -1, "" },
		{ PROVIDER_FIND, 1, "list.none", PROVIDER_DONE,
		    PROVIDER_GONE, "" },
		{ PROVIDER_FIND, 1, "list.others", PROVIDER_DONE,
		    PROVIDER_GONE, "" },
		{ PROVIDER_FIND, 1, "list.ours", PROVIDER_DONE,
		    PROVIDER_IS_RINGING, NAME },
		{ PROVIDER_FIND, 1, "app.401", PROVIDER_UNKNOWN, -1, "" },
	};
	struct provider_intent in;
	struct provider_reply out;
	char *line, *body;
	size_t i;
	int status;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].act, LEG_A);
		if (cases[i].is_nameless)
			in.ref = "";
		line = transcript("telnyx/replies", cases[i].name);
		status = (int)strtol(line, &body, 10);
		body++;
		telnyx->reply(&in, 0, status, 1, tap_edge(body, strlen(body)),
		    strlen(body), &out);
		is_int(out.outcome, cases[i].want, "act %d: %s (%s)",
		    cases[i].act, cases[i].name, out.detail);
		if (cases[i].found >= 0)
			is_int(out.found, cases[i].found, "what was found");
		is_str(out.ref, cases[i].ref, "its name");
		ok(out.outcome == PROVIDER_DONE ||
		    out.outcome == PROVIDER_MORE || out.detail[0] != '\0',
		    "there is a word for it");
		ok(!has_number(out.detail), "without a number");
		free(line);
	}
	in = intent(PROVIDER_PLAY, LEG_A);
	telnyx->reply(&in, 1, 200, 1, "{}", 2, &out);
	is_int(out.outcome, PROVIDER_DONE, "the last of the prompts");
}

/* What is no answer of Telnyx's at all. */
static void
test_odd_replies(void)
{
	static const struct {
		enum provider_act	 act;
		int			 status, is_sent;
		const char		*body;
		enum provider_outcome	 want;
	} cases[] = {
		{ PROVIDER_PROBE, 0, 0, "", PROVIDER_NOT },
		{ PROVIDER_PROBE, 200, 1, "<html>", PROVIDER_NOT },
		{ PROVIDER_RING, 0, 0, "", PROVIDER_NOT },
		{ PROVIDER_RING, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 200, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 200, 1, "[]", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 302, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 400, 1, "<html>", PROVIDER_REFUSED },
		{ PROVIDER_RING, 502, 1, "<html>", PROVIDER_UNKNOWN },
		{ PROVIDER_HANG, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_HANG, 422, 1, "", PROVIDER_REFUSED },
		{ PROVIDER_FIND, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_FIND, 200, 1, "no JSON", PROVIDER_UNKNOWN },
		{ PROVIDER_FIND, 200, 1, "{\"data\":{\"is_alive\":1}}",
		    PROVIDER_UNKNOWN },
		{ PROVIDER_FIND, 422, 1, "{}", PROVIDER_UNKNOWN },
	};
	struct provider_intent in;
	struct provider_reply out;
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].act, LEG_A);
		telnyx->reply(&in, 0, cases[i].status, cases[i].is_sent,
		    cases[i].body, strlen(cases[i].body), &out);
		is_int(out.outcome, cases[i].want,
		    "act %d: HTTP %d, sent %d (%s)", cases[i].act,
		    cases[i].status, cases[i].is_sent, out.detail);
		ok(!has_number(out.detail), "without a number");
	}
	/* more than are looked through: not found is not gone */
	buf_init(&b, 65536);
	buf_str(&b, "{\"data\":[{}");
	for (i = 1; i < 250; i++)
		buf_str(&b, ",{}");
	buf_str(&b, "]}");
	in = intent(PROVIDER_FIND, LEG_A);
	in.ref = "";
	telnyx->reply(&in, 0, 200, 1, buf_cstr(&b), b.len, &out);
	is_int(out.outcome, PROVIDER_UNKNOWN, "a page that is full");
	buf_free(&b);
}

/* Whatever is asked for a leg, the other's number is nowhere in it, and its
 * own only where it is rung. */
static void
test_leak(void)
{
	struct provider_intent in;
	struct request r;
	int act, leg, step, n = 0, bad = 0;
	const char *own, *other, *at;

	for (act = PROVIDER_PROBE; act <= PROVIDER_FIND; act++)
		for (leg = LEG_A; leg <= LEG_B; leg++)
			for (step = 0; step < 3; step++, request_free(&r)) {
				in = intent((enum provider_act)act,
				    (enum leg)leg);
				if (telnyx->request(&conf, &in, step, &r) != 0)
					continue;
				own = leg == LEG_A ? A + 1 : B + 1;
				other = leg == LEG_A ? B + 1 : A + 1;
				at = strstr(buf_cstr(&r.body), own);
				bad += strstr(buf_cstr(&r.body), other) != NULL;
				bad += strstr(buf_cstr(&r.url), other) != NULL;
				bad += strstr(buf_cstr(&r.url), own) != NULL;
				bad += at != NULL && act != PROVIDER_RING;
				bad += at != NULL &&
				    strstr(at + 1, own) != NULL;
				n++;
			}
	is_int(bad, 0, "no number where it is not rung, in %d requests", n);
}

int
main(void)
{
	test_check();
	test_requests();
	test_nameless();
	test_dial();
	trunk_bad_prompts(&trunk);
	test_replies();
	test_odd_replies();
	test_leak();
	return tap_done();
}
