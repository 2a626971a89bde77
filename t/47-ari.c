/* Asterisk's REST interface, from what a real one said (t/data/ari). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tel.h"

#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/provider.h"

#include "t/trunks.h"

#define NAME_A	"co-" ID "-a"
#define NAME_B	"co-" ID "-b"
#define BASE	"http://127.0.0.1:8088/ari"

static const struct provider *const ari = &provider_ari;
#define SECTION(base, who, what, pstn, sip, where) { .name = "home", \
	.url = base, .user = who, .app = what, .trunk_pstn = pstn, \
	.trunk_sip = sip, .prompts = where }
static const struct provider_conf conf = SECTION(BASE, "calloffer",
    "calloffer", "PJSIP/%s@trunk", "PJSIP/packet/%s", "/usr/share/prompts");

static const struct trunk trunk = {
	.provider = &provider_ari, .conf = &conf, .base = BASE,
	.auth = REQUEST_BASIC
};

static struct provider_intent
intent(enum provider_act act, enum leg leg)
{
	return trunk_intent(&trunk, act, leg);
}

#define ROW(is_good, what, ...) { what, SECTION(__VA_ARGS__), is_good }

static void
test_check(void)
{
	static const struct {
		const char		*what;
		struct provider_conf	 conf;
		int			 is_good;
	} cases[] = {
		ROW(0, "no http", "ftp://host", "u", "a", "P/%s@t", "", "/p"),
		ROW(0, "a slash at the end", "http://host/", "u", "a", "P/%s@t",
		    "", "/p"),
		ROW(0, "a query", "http://host?x", "u", "a", "P/%s@t", "", "/p"),
		ROW(0, "no user", "http://host", "", "a", "P/%s@t", "", "/p"),
		ROW(0, "no app", "http://host", "u", "", "P/%s@t", "", "/p"),
		ROW(0, "two apps", "http://host", "u", "a,b", "P/%s@t", "", "/p"),
		ROW(0, "no place for the number", "http://host", "u", "a", "P/t",
		    "", "/p"),
		ROW(0, "two places", "http://host", "u", "a", "P/%s@%s", "", "/p"),
		ROW(0, "also a %n", "http://host", "u", "a", "P/%s%n", "", "/p"),
		ROW(0, "no technology", "http://host", "u", "a", "%s/t", "", "/p"),
		ROW(0, "trunk_sip", "http://host", "u", "a", "P/%s@t", "P/t", "/p"),
		ROW(0, "prompts", "http://host", "u", "a", "P/%s@t", "", "p"),
		ROW(0, "prompts with a comma", "http://host", "u", "a", "P/%s@t",
		    "", "/p,q"),
		ROW(1, "no packet legs", "https://h:8089/ari", "u", "a_1-b",
		    "P/%s@t", NULL, "/p"),
	};
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why = ari->check(&cases[i].conf);
		ok((why == NULL) == cases[i].is_good, "section: %s: %s",
		    cases[i].what, why != NULL ? why : "good");
	}
	ok(ari->check(&conf) == NULL, "the usual section");
}

static void
test_requests(void)
{
	static const struct trunk_request cases[] = {
		{ PROVIDER_PROBE, LEG_A, 0, "GET",
		    "/applications/calloffer", "" },
		{ PROVIDER_PROBE, LEG_A, 2, "POST",
		    "/events/user/calloffer-probe?application=calloffer", "" },
		{ PROVIDER_RING, LEG_A, 0, "GET",
		    "/applications/calloffer", "" },
		{ PROVIDER_RING, LEG_A, 1, "POST", "/channels/" NAME_A
		    "?endpoint=PJSIP%2F%2B442079460123%40trunk"
		    "&callerId=%22%22%20%3C%2B441632960000%3E"
		    "&timeout=25&app=calloffer&appArgs=a",
		    "{\"variables\":{\"TIMEOUT(absolute)\":\"3600\"}}" },
		{ PROVIDER_RING, LEG_B, 2, "GET", "/channels/" NAME_B, "" },
		{ PROVIDER_PLAY, LEG_B, 0, "POST",
		    "/channels/" NAME_B "/play/" NAME_B "?media="
		    "sound%3A%2Fusr%2Fshare%2Fprompts%2Fen%2Fa-offer%2C"
		    "sound%3A%2Fusr%2Fshare%2Fprompts%2Fen%2Fa-press", "" },
		{ PROVIDER_HUSH, LEG_A, 0, "DELETE", "/playbacks/" NAME_A,
		    "" },
		{ PROVIDER_BRIDGE, LEG_A, 0, "POST",
		    "/bridges/co-" ID "?type=mixing", "" },
		{ PROVIDER_BRIDGE, LEG_A, 1, "POST",
		    "/bridges/co-" ID "/addChannel?channel=" NAME_A "%2C"
		    NAME_B "&inhibitConnectedLineUpdates=true", "" },
		{ PROVIDER_HANG, LEG_B, 0, "DELETE",
		    "/channels/" NAME_B "?reason=normal", "" },
		{ PROVIDER_UNBRIDGE, LEG_A, 0, "DELETE", "/bridges/co-" ID,
		    "" },
		{ PROVIDER_FIND, LEG_A, 0, "GET", "/channels/" NAME_A, "" },
	};
	static const int steps[] = { 3, 3, 1, 1, 2, 1, 1, 1 };
	struct provider_intent in;
	struct request r;
	char dst[64];

	trunk_requests(&trunk, cases, N(cases));
	trunk_steps(&trunk, steps, N(steps));
	in = intent(PROVIDER_PROBE, LEG_A);
	is_int(ari->request(&conf, &in, 1, &r), 0, "the filter of events");
	ok(strstr(buf_cstr(&r.body), "{\"type\":\"ApplicationReplaced\"}") !=
	    NULL, "lets through that we were replaced");
	request_free(&r);
	is_int(ari->stream(&conf, dst, sizeof(dst)), 0, "stream");
	is_str(dst, "/events?app=calloffer", "its path");
	is_int(ari->stream(&conf, dst, 10), -1, "where it does not fit");
}

static void
test_endpoints(void)
{
	struct provider_conf no_sip = conf;
	struct provider_intent in = intent(PROVIDER_RING, LEG_B);
	struct tel desk = { TEL_SIP, "sip:desk@example.com:5062", "" };
	struct tel none = { TEL_NONE, "", "" };
	struct request r;

	in.to = &desk;
	is_int(ari->request(&conf, &in, 1, &r), 0, "a packet leg");
	ok(strstr(buf_cstr(&r.url), "?endpoint=PJSIP%2Fpacket%2F"
	    "sip%3Adesk%40example.com%3A5062&") != NULL, "its endpoint");
	request_free(&r);
	no_sip.trunk_sip = "";
	is_int(ari->request(&no_sip, &in, 1, &r), -1,
	    "none without trunk_sip");
	request_free(&r);
	in.to = &none;
	is_int(ari->request(&conf, &in, 1, &r), -1, "none to nobody");
	request_free(&r);
}

/* No leg without a caller of our own: Asterisk would find one by itself. */
static void
test_callers(void)
{
	static const struct {
		const char	*number, *want;
	} cases[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ "+44 1", NULL },
		{ "+441>\"x", NULL },
		{ "anonymous", NULL },
		{ "441632960000", "callerId=%22%22%20%3C441632960000%3E&" },
		{ "+441", "callerId=%22%22%20%3C%2B441%3E&" },
	};
	struct provider_intent in = intent(PROVIDER_RING, LEG_A);
	struct request r;
	size_t i;
	int status;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in.caller = cases[i].number;
		status = ari->request(&conf, &in, 1, &r);
		is_int(status, cases[i].want != NULL ? 0 : -1, "caller %zu",
		    i);
		if (status == 0)
			ok(strstr(buf_cstr(&r.url), cases[i].want) != NULL,
			    "as %s", cases[i].want);
		request_free(&r);
	}
	in = intent(PROVIDER_RING, LEG_A);
	in.ring_s = 0;
	is_int(ari->request(&conf, &in, 1, &r), -1,
	    "no ringing without an end");
	request_free(&r);
	in = intent(PROVIDER_RING, LEG_A);
	in.max_s = 0;
	is_int(ari->request(&conf, &in, 1, &r), -1, "no leg without an end");
	request_free(&r);
}

static void
test_prompts(void)
{
	struct provider_intent in = intent(PROVIDER_PLAY, LEG_A);

	trunk_bad_prompts(&trunk);
	in.prompt = "a,";
	trunk_is_refused(&trunk, &in, 0, "no second prompt");
	in.prompt = "a,,b";
	trunk_is_refused(&trunk, &in, 0, "none in between");
}

static void
test_replies(void)
{
	static const struct {
		enum provider_act	 act;
		int			 step;
		const char		*name;
		enum provider_outcome	 want;
		int			 found;		/* -1: not said */
	} cases[] = {
		{ PROVIDER_PROBE, 0, "application.no", PROVIDER_NOT, -1 },
		{ PROVIDER_PROBE, 0, "application.401", PROVIDER_REFUSED, -1 },
		{ PROVIDER_PROBE, 0, "application.yes", PROVIDER_MORE, -1 },
		{ PROVIDER_PROBE, 1, "filter", PROVIDER_MORE, -1 },
		{ PROVIDER_PROBE, 2, "echo.no", PROVIDER_NOT, -1 },
		{ PROVIDER_PROBE, 2, "echo", PROVIDER_DONE, -1 },
		{ PROVIDER_RING, 0, "application.no", PROVIDER_NOT, -1 },
		{ PROVIDER_RING, 0, "application.401", PROVIDER_REFUSED, -1 },
		{ PROVIDER_RING, 0, "application.yes", PROVIDER_MORE, -1 },
		{ PROVIDER_RING, 1, "ring", PROVIDER_DONE, -1 },
		{ PROVIDER_RING, 1, "ring.again", PROVIDER_MORE, -1 },
		{ PROVIDER_RING, 1, "ring.noendpoint", PROVIDER_MORE, -1 },
		{ PROVIDER_RING, 1, "ring.notech", PROVIDER_MORE, -1 },
		{ PROVIDER_RING, 1, "application.401", PROVIDER_REFUSED, -1 },
		{ PROVIDER_RING, 2, "find.gone", PROVIDER_REFUSED, -1 },
		{ PROVIDER_RING, 2, "find.ringing", PROVIDER_DONE, -1 },
		{ PROVIDER_PLAY, 0, "play", PROVIDER_DONE, -1 },
		{ PROVIDER_PLAY, 0, "play.gone", PROVIDER_REFUSED, -1 },
		{ PROVIDER_HUSH, 0, "hush", PROVIDER_DONE, -1 },
		{ PROVIDER_HUSH, 0, "hush.gone", PROVIDER_DONE, -1 },
		{ PROVIDER_BRIDGE, 0, "bridge.new", PROVIDER_MORE, -1 },
		{ PROVIDER_BRIDGE, 0, "bridge.again", PROVIDER_MORE, -1 },
		{ PROVIDER_BRIDGE, 0, "application.401", PROVIDER_REFUSED,
		    -1 },
		{ PROVIDER_BRIDGE, 1, "add", PROVIDER_DONE, -1 },
		{ PROVIDER_BRIDGE, 1, "add.nobody", PROVIDER_REFUSED, -1 },
		{ PROVIDER_BRIDGE, 1, "add.nobridge", PROVIDER_REFUSED, -1 },
		{ PROVIDER_HANG, 0, "hang", PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, "hang.gone", PROVIDER_DONE, -1 },
		{ PROVIDER_HANG, 0, "application.401", PROVIDER_REFUSED, -1 },
		{ PROVIDER_UNBRIDGE, 0, "unbridge", PROVIDER_DONE, -1 },
		{ PROVIDER_UNBRIDGE, 0, "unbridge.gone", PROVIDER_DONE, -1 },
		{ PROVIDER_UNBRIDGE, 0, "unbridge.going", PROVIDER_DONE, -1 },
		{ PROVIDER_FIND, 0, "find.gone", PROVIDER_DONE, PROVIDER_GONE },
		{ PROVIDER_FIND, 0, "find.ringing", PROVIDER_DONE,
		    PROVIDER_IS_RINGING },
		{ PROVIDER_FIND, 0, "find.up", PROVIDER_DONE,
		    PROVIDER_IS_UP },
		{ PROVIDER_FIND, 0, "application.401", PROVIDER_UNKNOWN, -1 },
	};
	struct provider_intent in;
	struct provider_reply out;
	char *line, *body;
	size_t i;
	int status;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].act, LEG_A);
		line = transcript("ari/replies", cases[i].name);
		status = (int)strtol(line, &body, 10);
		body++;
		ari->reply(&in, cases[i].step, status, 1,
		    tap_edge(body, strlen(body)), strlen(body), &out);
		is_int(out.outcome, cases[i].want, "act %d step %d: %s (%s)",
		    cases[i].act, cases[i].step, cases[i].name, out.detail);
		if (cases[i].found >= 0)
			is_int(out.found, cases[i].found, "what was found");
		ok(out.outcome == PROVIDER_DONE ||
		    out.outcome == PROVIDER_MORE || out.detail[0] != '\0',
		    "there is a word for it");
		ok(!has_number(out.detail), "without a number");
		free(line);
	}
}

/* What never came from a real Asterisk while we looked. */
static void
test_odd_replies(void)
{
	static const struct {
		enum provider_act	 act;
		int			 step, status, is_sent;
		const char		*body;
		enum provider_outcome	 want;
	} cases[] = {
		{ PROVIDER_PROBE, 0, 0, 0, "", PROVIDER_NOT },
		{ PROVIDER_PROBE, 0, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_PROBE, 1, 403, 1, "", PROVIDER_REFUSED },
		{ PROVIDER_PROBE, 1, 404, 1, "", PROVIDER_MORE },
		{ PROVIDER_PROBE, 2, 500, 1, "", PROVIDER_NOT },
		{ PROVIDER_RING, 0, 0, 0, "", PROVIDER_NOT },
		{ PROVIDER_RING, 0, 0, 1, "", PROVIDER_NOT },
		{ PROVIDER_RING, 0, 503, 1, "", PROVIDER_NOT },
		{ PROVIDER_RING, 1, 0, 0, "", PROVIDER_NOT },
		{ PROVIDER_RING, 1, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 1, 201, 1, "{}", PROVIDER_DONE },
		{ PROVIDER_RING, 1, 302, 1, "", PROVIDER_REFUSED },
		{ PROVIDER_RING, 1, 400, 1, "{\"message\":\"No +442079460123"
		    "\"}", PROVIDER_REFUSED },
		{ PROVIDER_RING, 1, 502, 1, "<html>", PROVIDER_MORE },
		{ PROVIDER_RING, 2, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 2, 500, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_RING, 2, 200, 1, "no JSON", PROVIDER_UNKNOWN },
		{ PROVIDER_HANG, 0, 0, 0, "", PROVIDER_NOT },
		{ PROVIDER_HANG, 0, 0, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_HANG, 0, 500, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_BRIDGE, 1, 500, 1, "", PROVIDER_UNKNOWN },
		{ PROVIDER_FIND, 0, 200, 1, "{\"state\":7}",
		    PROVIDER_UNKNOWN },
	};
	struct provider_intent in;
	struct provider_reply out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].act, LEG_A);
		ari->reply(&in, cases[i].step, cases[i].status,
		    cases[i].is_sent, cases[i].body, strlen(cases[i].body),
		    &out);
		is_int(out.outcome, cases[i].want,
		    "act %d step %d: HTTP %d, sent %d (%s)", cases[i].act,
		    cases[i].step, cases[i].status, cases[i].is_sent,
		    out.detail);
		ok(!has_number(out.detail), "without a number");
	}
}

static const char *const cause_word[] = { "normal", "busy", "declined",
    "no-answer", "unreachable", "failed", "cancelled" };

static void
tell(char *dst, size_t size, const struct provider_event *e)
{
	const char *leg = e->leg == LEG_A ? "a" : "b";
	size_t n = strlen(dst);

	switch (e->kind) {
	case EVENT_NONE:
		break;
	case EVENT_RINGING:
		snprintf(dst + n, size - n, "%s rings; ", leg);
		break;
	case EVENT_ANSWERED:
		snprintf(dst + n, size - n, "%s answers; ", leg);
		break;
	case EVENT_KEY:
		snprintf(dst + n, size - n, "%s key %c; ", leg, e->key);
		break;
	case EVENT_SPOKEN:
		snprintf(dst + n, size - n, "%s heard %s%s; ", leg, e->detail,
		    e->cause == CAUSE_FAILED ? " (not)" : "");
		break;
	case EVENT_GONE:
		snprintf(dst + n, size - n, "%s gone %s (%s); ", leg,
		    cause_word[e->cause], e->detail);
		break;
	case EVENT_PRICE:
		break;
	case EVENT_ECHO:
	case EVENT_LOST:
		snprintf(dst + n, size - n, e->kind == EVENT_ECHO ? "echo; " :
		    "lost; ");
		break;
	}
}

static void
test_events(void)
{
	static const struct {
		const char	*name, *want;
	} cases[] = {
		{ "486", "a gone busy (SIP 486, User busy); " },
		{ "600", "a gone busy (SIP 600, User busy); " },
		{ "603", "a gone declined (SIP 603, Call Rejected); " },
		{ "403", "a gone failed (SIP 403, Call Rejected); " },
		{ "480", "a gone no-answer (SIP 480, User alerting, no "
		    "answer); " },
		{ "404", "a gone unreachable (SIP 404, Unallocated "
		    "(unassigned) number); " },
		{ "410", "a gone unreachable (SIP 410, Number changed); " },
		{ "484", "a gone unreachable (SIP 484, Invalid number "
		    "format); " },
		{ "503", "a gone failed (SIP 503, Circuit/channel "
		    "congestion); " },
		{ "500", "a gone failed (SIP 500, Network out of order); " },
		{ "180", "a rings; a rings; a gone no-answer (SIP 480, User "
		    "alerting, no answer); " },
		{ "201", "a rings; a rings; a answers; a gone normal (); "
		    "a gone normal (Unknown); " },
		{ "183", "a rings; a rings; a rings; a answers; a gone normal "
		    "(); a gone normal (Normal Clearing); " },
		{ "cancel", "a rings; a rings; a gone cancelled (Normal "
		    "Clearing); " },
		{ "talk", "a rings; a rings; a answers; a heard a-press; "
		    "a heard a-offer; a heard nothing (not); a key 1; "
		    "b rings; b rings; b answers; "
		    "a gone normal (); a gone normal (Normal Clearing); "
		    "b gone normal (); b gone normal (Normal Clearing); " },
		{ "echo", "echo; " },
		{ "replaced", "lost; " },
	};
	struct provider_event e;
	char told[1024], *line = NULL, *body;
	size_t i, size = 0, len;
	FILE *f;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		told[0] = '\0';
		f = fopen("t/data/ari/events", "r");
		len = strlen(cases[i].name);
		while (f != NULL && getline(&line, &size, f) > 0) {
			if (strncmp(line, cases[i].name, len) != 0 ||
			    line[len] != '\t')
				continue;
			body = line + len + 1;
			len = strcspn(body, "\n");
			if (ari->event(tap_edge(body, len), len, &e) < 0)
				snprintf(told, sizeof(told), "not understood");
			tell(told, sizeof(told), &e);
			if (e.kind != EVENT_NONE && e.kind != EVENT_LOST &&
			    e.kind != EVENT_ECHO)
				ok(e.call[0] == 0 && e.call[15] == 15,
				    "of our call");
			len = strlen(cases[i].name);
		}
		if (f != NULL)
			fclose(f);
		is_str(told, cases[i].want, "events: %s", cases[i].name);
	}
	free(line);
}

#define CHANNEL(id)	"\"channel\":{\"id\":\"" id "\",\"state\":\"Ringing\"}"

static void
test_odd_events(void)
{
	static const struct {
		const char		*text;
		int			 status;
		enum provider_event_kind kind;
	} cases[] = {
		{ "", -1, EVENT_NONE },
		{ "{", -1, EVENT_NONE },
		{ "[]", -1, EVENT_NONE },
		{ "{\"type\":1}", -1, EVENT_NONE },
		{ "{\"type\":\"StasisStart\"}", 0, EVENT_NONE },
		{ "{\"type\":\"Other\"," CHANNEL(NAME_A) "}", 0, EVENT_NONE },
		{ "{\"type\":\"ChannelVarset\"}", 0, EVENT_NONE },
		{ "{\"type\":\"StasisStart\"," CHANNEL("1700000000.1") "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"StasisStart\"," CHANNEL("co-" ID "-c") "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"StasisStart\"," CHANNEL("co-" ID) "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"StasisStart\"," CHANNEL("xx-" ID "-a") "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"StasisStart\","
		    CHANNEL("co-000102030405060708090A0B0C0D0E0F-a") "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"StasisStart\"," CHANNEL(NAME_A "a") "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"StasisStart\"," CHANNEL(NAME_A) "}", 0,
		    EVENT_ANSWERED },
		{ "{\"type\":\"ChannelStateChange\"," CHANNEL(NAME_B) "}", 0,
		    EVENT_RINGING },
		{ "{\"type\":\"ChannelDtmfReceived\",\"digit\":\"#\","
		    CHANNEL(NAME_A) "}", 0, EVENT_KEY },
		{ "{\"type\":\"ChannelDtmfReceived\",\"digit\":\"A\","
		    CHANNEL(NAME_A) "}", 0, EVENT_NONE },
		{ "{\"type\":\"ChannelDtmfReceived\",\"digit\":\"\","
		    CHANNEL(NAME_A) "}", 0, EVENT_NONE },
		{ "{\"type\":\"ChannelDtmfReceived\",\"digit\":\"11\","
		    CHANNEL(NAME_A) "}", 0, EVENT_NONE },
		{ "{\"type\":\"ChannelDtmfReceived\"," CHANNEL(NAME_A) "}", 0,
		    EVENT_NONE },
		{ "{\"type\":\"PlaybackFinished\",\"playback\":{\"id\":\""
		    NAME_A "\"}}", 0, EVENT_SPOKEN },
		{ "{\"type\":\"ChannelDestroyed\",\"cause\":\"x\","
		    "\"tech_cause\":99999999999,\"cause_txt\":\"+442079460123"
		    "\"," CHANNEL(NAME_A) "}", 0, EVENT_GONE },
	};
	struct provider_event e;
	size_t i, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = strlen(cases[i].text);
		is_int(ari->event(tap_edge(cases[i].text, len), len, &e),
		    cases[i].status, "event: %s", cases[i].text);
		is_int(e.kind, cases[i].kind, "its meaning");
		ok(!has_number(e.detail), "without a number");
	}
	is_int(e.cause, CAUSE_FAILED, "an unknown cause is a failure");
	is_str(e.detail, "+...", "what could be a number is left out");
}

int
main(void)
{
	test_check();
	test_requests();
	test_endpoints();
	test_callers();
	test_prompts();
	test_replies();
	test_odd_replies();
	test_events();
	test_odd_events();
	ok(provider_all[0] == ari, "Asterisk is built in");
	return tap_done();
}
