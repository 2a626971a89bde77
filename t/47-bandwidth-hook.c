/* Bandwidth's webhooks: whether they are its, and what they say. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/provider/bandwidth.h"
#include "bridge-client/provider/provider.h"

#include "t/tap.h"

#define ID	"000102030405060708090a0b0c0d0e0f"
#define APP	"04e88489-df02-4e34-a0ee-27a91849555f"
#define HOOK	"https://call.example.com/hook/bw"
#define REF	"c-15ac29a2-1331029c-2cb0-4a07-b215-b22865662d85"
#define WALL	1795420800	/* 2026-11-23 08:00:00 */
/* printf co-ID-a | openssl dgst -sha256 -hmac "sixteen or more!" -binary |
 * base64; and of co-ID-b */
#define PASS_A	"G9jSEFlEbc7ETdQw8bpCPIN4iXeFhBUksXWGlIH9bew="
#define PASS_B	"4Q/R6WX4uwJgFAWvukWIDMhLV7s++ER+gH+vOP2emAc="

static struct provider_conf conf = {
	.name = "bw", .app = APP, .hook_url = HOOK,
	.url = "https://voice.bandwidth.com/api/v2/accounts/9900000"
};

static enum provider_verdict
hook_with(const char *shown, const char *path, const char *body,
    struct provider_hooked *out)
{
	struct provider_hook h = { .wall = WALL, .len = strlen(body) };
	char url[256], text[256], head[512] = "host: x\n";

	if (shown != NULL) {
		sodium_bin2base64(text, sizeof(text),
		    (const unsigned char *)shown, strlen(shown),
		    sodium_base64_VARIANT_ORIGINAL);
		snprintf(head, sizeof(head), "authorization: Basic %s\n",
		    text);
	}
	snprintf(url, sizeof(url), HOOK "%s", path);
	h.url = url;
	h.headers = head;
	h.body = tap_edge(body, h.len);
	memset(out, 0, sizeof(*out));
	buf_init(&out->answer, PROVIDER_ANSWER_MAX);
	return provider_bandwidth.hook(&conf, &h, out);
}

#define SAYS_AT(time, type, more) "{\"eventType\":\"" type "\"," \
	"\"eventTime\":\"" time "\",\"accountId\":\"9900000\"," \
	"\"applicationId\":\"" APP "\",\"to\":\"+442079460123\",\"from\":" \
	"\"+441632960000\",\"callId\":\"" REF "\"" more "}"
#define NOW	"2026-11-23T08:00:00.123Z"
#define SAYS(type, more) SAYS_AT(NOW, type, more)
#define OF(account, app) "{\"eventType\":\"answer\",\"eventTime\":\"" NOW \
	"\",\"accountId\":\"" account "\",\"applicationId\":\"" app "\"," \
	"\"callId\":\"" REF "\"}"
#define ANSWER	"/co-" ID "-a/answer"
#define USER_A	"co-" ID "-a:"
#define USER_B	"co-" ID "-b:"

static void
test_authentic(void)
{
	static const struct {
		const char		*name, *shown, *path, *body;
		enum provider_verdict	 want;
	} cases[] = {
		{ "nothing shown", NULL, ANSWER, SAYS("answer", ""),
		    PROVIDER_FORGED },
		{ "an empty word", "", ANSWER, SAYS("answer", ""),
		    PROVIDER_FORGED },
		{ "no password", USER_A, ANSWER, SAYS("answer", ""),
		    PROVIDER_FORGED },
		{ "another password", USER_A "x" PASS_A, ANSWER,
		    SAYS("answer", ""), PROVIDER_FORGED },
		{ "one as long", USER_A PASS_B, ANSWER, SAYS("answer", ""),
		    PROVIDER_FORGED },
		{ "the secret itself", "calloffer:sixteen or more!", ANSWER,
		    SAYS("answer", ""), PROVIDER_FORGED },
		{ "B's, of what is A's", USER_B PASS_B, ANSWER,
		    SAYS("answer", ""), PROVIDER_FORGED },
		{ "A's, of what is B's", USER_A PASS_A, "/co-" ID "-b/key",
		    SAYS("gather", ",\"digits\":\"1\""), PROVIDER_FORGED },
		{ "no leg", USER_A PASS_A, "/answer", SAYS("answer", ""),
		    PROVIDER_FORGED },
		{ "no URL", USER_A PASS_A, "", SAYS("answer", ""),
		    PROVIDER_FORGED },
		{ "no leg of ours", USER_A PASS_A, "/co-" ID "-c/key",
		    SAYS("answer", ""), PROVIDER_FORGED },
		{ "no JSON", USER_A PASS_A, ANSWER, "x", PROVIDER_FORGED },
		{ "an array", USER_A PASS_A, ANSWER, "[]", PROVIDER_FORGED },
		{ "another account", USER_A PASS_A, ANSWER, OF("9900001", APP),
		    PROVIDER_FORGED },
		{ "another application", USER_A PASS_A, ANSWER,
		    OF("9900000", "x"), PROVIDER_FORGED },
		{ "no time", USER_A PASS_A, ANSWER, SAYS_AT("", "answer", ""),
		    PROVIDER_FORGED },
		{ "a time that is none", USER_A PASS_A, ANSWER,
		    SAYS_AT("2026-11-23T08:0x:00Z", "answer", ""),
		    PROVIDER_FORGED },
		{ "of elsewhere", USER_A PASS_A, ANSWER,
		    SAYS_AT("2026-11-23T08:00:00+01:00", "answer", ""),
		    PROVIDER_FORGED },
		{ "six minutes ago", USER_A PASS_A, ANSWER,
		    SAYS_AT("2026-11-23T07:54:00Z", "answer", ""),
		    PROVIDER_STALE },
		{ "in six minutes", USER_A PASS_A, ANSWER,
		    SAYS_AT("2026-11-23T08:06:00.000Z", "answer", ""),
		    PROVIDER_STALE },
		{ "as it should be", USER_A PASS_A, ANSWER, SAYS("answer", ""),
		    PROVIDER_AUTHENTIC },
		{ "four minutes ago", USER_A PASS_A, ANSWER,
		    SAYS_AT("2026-11-23T07:56:00Z", "answer", ""),
		    PROVIDER_AUTHENTIC },
	};
	struct provider_hook h = { .url = HOOK ANSWER, .wall = WALL,
	    .body = (const unsigned char *)OF("9900000", APP),
	    .len = strlen(OF("9900000", APP)) };
	static const char *const heads[] = { "", "Basic", "Basic ", "Basic =",
	    "Bearer x", "Digest username=\"x\"" };
	struct provider_hooked out;
	char line[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(hook_with(cases[i].shown, cases[i].path, cases[i].body,
		    &out), cases[i].want, "shown: %s", cases[i].name);
		ok(cases[i].want == PROVIDER_AUTHENTIC ||
		    (out.event.kind == EVENT_NONE && out.answer.len == 0),
		    "and nothing is taken of it");
		buf_free(&out.answer);
	}
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		snprintf(line, sizeof(line), "authorization: %s\n", heads[i]);
		h.headers = line;
		is_int(provider_bandwidth.hook(&conf, &h, &out),
		    PROVIDER_FORGED, "nor by \"%s\"", heads[i]);
	}
}

#define WAITING "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>" \
	"<Gather gatherUrl=\"" HOOK "/co-" ID "-b/key\" gatherMethod=" \
	"\"POST\" username=\"co-" ID "-b\" password=\"" PASS_B "\" " \
	"maxDigits=\"1\" firstDigitTimeout=\"60\"></Gather></Response>"

static void
test_events(void)
{
#define LEG_B_PATH "/co-" ID "-b"
#define ENDS(cause, more) LEG_B_PATH "/end", SAYS("disconnect", \
	",\"startTime\":\"2026-11-23T07:59:00Z\",\"cause\":\"" cause "\"" more)
#define KEYS(digits) SAYS("gather", ",\"digits\":\"" digits "\"")
	static const struct {
		const char			*path, *body;
		enum provider_event_kind	 kind;
		int				 what;	/* key or cause */
		const char			*detail;
		int				 is_answered, is_odd;
	} cases[] = {
		{ LEG_B_PATH "/answer", SAYS("answer", ""), EVENT_ANSWERED, 0,
		    "", 1, 0 },
		{ ENDS("hangup", ""), EVENT_GONE, CAUSE_NORMAL, "hangup", 0,
		    0 },
		{ ENDS("busy", ",\"errorMessage\":\"Callee is busy\""),
		    EVENT_GONE, CAUSE_BUSY, "busy, Callee is busy", 0, 0 },
		{ ENDS("timeout", ""), EVENT_GONE, CAUSE_NO_ANSWER, "timeout",
		    0, 0 },
		{ ENDS("cancel", ""), EVENT_GONE, CAUSE_CANCELLED, "cancel", 0,
		    0 },
		{ ENDS("rejected", ""), EVENT_GONE, CAUSE_DECLINED, "rejected",
		    0, 0 },
		{ ENDS("callback-error", ""), EVENT_GONE, CAUSE_FAILED,
		    "callback-error", 0, 0 },
		{ ENDS("of-next-year", ""), EVENT_GONE, CAUSE_FAILED,
		    "of-next-year", 0, 0 },
		{ ENDS("442079460123", ",\"errorMessage\":\"to "
		    "+442079460123\""), EVENT_GONE, CAUSE_FAILED,
		    "..., to +...", 0, 0 },
		{ LEG_B_PATH "/end", SAYS("disconnect", ",\"startTime\":"
		    "\"2026-11-23T07:59:00Z\""), EVENT_GONE, CAUSE_FAILED,
		    "unknown", 0, 0 },
		{ LEG_B_PATH "/key", KEYS("1"), EVENT_KEY, '1', "", 1, 0 },
		{ LEG_B_PATH "/key", KEYS("#"), EVENT_KEY, '#', "", 1, 0 },
		{ LEG_B_PATH "/key", KEYS("12"), EVENT_NONE, 0, "", 1, 0 },
		{ LEG_B_PATH "/key", KEYS("a"), EVENT_NONE, 0, "", 1, 0 },
		{ LEG_B_PATH "/key", KEYS(""), EVENT_NONE, 0, "", 1, 0 },
		{ LEG_B_PATH "/spoken/b-press", KEYS(""), EVENT_SPOKEN, 0,
		    "b-press", 1, 0 },
		{ LEG_B_PATH "/spoken/b-press", SAYS("gather", ""),
		    EVENT_SPOKEN, 0, "b-press", 1, 0 },
		{ LEG_B_PATH "/spoken/b-press", KEYS("1"), EVENT_KEY, '1', "",
		    1, 0 },
		{ LEG_B_PATH "/spoken/b-press", KEYS("12"), EVENT_NONE, 0, "",
		    1, 0 },
		{ LEG_B_PATH "/spoken/../x", KEYS(""), EVENT_NONE, 0, "", 1,
		    0 },
		{ LEG_B_PATH "/key", SAYS("recordingAvailable", ""),
		    EVENT_NONE, 0, "", 0, 0 },
		{ LEG_B_PATH "/answer", "{\"eventTime\":\"" NOW "\","
		    "\"accountId\":\"9900000\",\"applicationId\":\"" APP "\"}",
		    EVENT_NONE, 0, "", 0, 1 },
	};
	struct provider_hooked out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(hook_with(USER_B PASS_B, cases[i].path, cases[i].body,
		    &out), PROVIDER_AUTHENTIC, "%s %s", cases[i].path,
		    cases[i].body);
		is_int(out.is_odd, cases[i].is_odd, "understood");
		is_int(out.event.kind, cases[i].kind, "kind");
		is_int(out.event.leg, LEG_B, "leg");
		is_int(out.event.kind == EVENT_KEY ? out.event.key :
		    (int)out.event.cause, cases[i].what, "key or cause");
		is_str(out.event.detail, cases[i].detail, "detail");
		ok(!out.event.is_unrung, "may have rung");
		is_str(buf_cstr(&out.answer), cases[i].is_answered ? WAITING :
		    "", "what it is answered");
		if (!out.is_odd)
			is_str(out.event.ref, REF, "whose it is");
		buf_free(&out.answer);
	}
	hook_with(USER_B PASS_B, LEG_B_PATH "/end", SAYS("disconnect",
	    ",\"startTime\":null,\"cause\":\"account-limit\""), &out);
	ok(out.event.is_unrung, "what never left the queue was not rung");
	buf_free(&out.answer);
}

/* What is repeated is the same, and what is not is another. */
static void
test_once(void)
{
	static const struct {
		const char	*path, *body;
		int		 is_same;
	} cases[] = {
		{ LEG_B_PATH "/key", KEYS("1"), 1 },
		{ LEG_B_PATH "/key", SAYS_AT("2026-11-23T08:00:00.124Z",
		    "gather", ",\"digits\":\"1\""), 0 },
		{ LEG_B_PATH "/key", KEYS("2"), 0 },
		{ ENDS("hangup", ""), 0 },
		{ LEG_B_PATH "/answer", SAYS("answer", ""), 0 },
	};
	struct provider_hooked a, b;
	size_t i;

	hook_with(USER_B PASS_B, cases[0].path, cases[0].body, &a);
	ok(a.once[0] != '\0', "it is known when it comes again");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hook_with(USER_B PASS_B, cases[i].path, cases[i].body, &b);
		is_int(strcmp(a.once, b.once) == 0, cases[i].is_same,
		    "%s again", cases[i].path);
		buf_free(&b.answer);
	}
	buf_free(&a.answer);
}

int
main(void)
{
	char text[] = "sixteen or more!";
	struct secret *secret;

	if (secret_init() != 0)
		return 1;
	secret = secret_take(text, strlen(text));
	conf.hook_secret = secret;
	test_authentic();
	test_events();
	test_once();
	secret_free(secret);
	return tap_done();
}
