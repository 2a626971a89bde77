/* What is said behind a prompt: names, references; by everybody in his way. */

#include <stdio.h>
#include <string.h>

#include "bridge-client/net/request.h"
#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/ncco.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx.h"
#include "bridge-client/provider/twiml.h"

#include "t/tap.h"

#define A_SAYS	"a-offer,a-name,a-press"
#define B_SAYS	"b-offer,b-reference,b-press"
#define WORD	"name-0123456789abcdef0123456789abcdef"

static const struct provider_conf conf = { .url = "http://h/ari", .app = "1",
    .prompts = "/p", .names = "/n", .hook_url = "https://c/hook/x" };

static struct provider_intent
intent(enum leg leg, const char *lang, const char *name, const char *reference)
{
	struct provider_intent in = { .act = PROVIDER_PLAY, .leg = leg,
	    .ref = "v3:a", .prompt = leg == LEG_A ? A_SAYS : B_SAYS,
	    .lang = lang, .name = name, .reference = reference };

	return in;
}

static void
test_left_out(void)
{
	static const struct {
		enum leg	 leg;
		const char	*name, *reference, *want;
	} cases[] = {
		{ LEG_A, NULL, NULL, "a-offer a-press " },
		{ LEG_A, "", "47", "a-offer a-press " },
		{ LEG_A, "Ann", "47", "a-offer a-name=Ann a-press " },
		{ LEG_B, "Ann", "", "b-offer b-press " },
		{ LEG_B, "Ann", "47", "b-offer b-reference=47 b-press " },
	};
	char word[PROVIDER_WORD_SIZE], said[256];
	struct provider_intent in;
	struct buf b;
	size_t i;
	int j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].leg, "en", cases[i].name,
		    cases[i].reference);
		buf_over(&b, said, sizeof(said));
		for (j = 0; provider_prompt(&in, j, word) == 0; j++)
			buf_printf(&b, "%s%s%s ", word,
			    *provider_behind(&in, word) != '\0' ? "=" : "",
			    provider_behind(&in, word));
		is_str(buf_cstr(&b), cases[i].want, "%s", cases[i].want);
		is_int(provider_n_prompts(&in), j, "as many");
	}
	in.prompt = "a-name";
	in.name = "";
	is_int(provider_n_prompts(&in), 0, "nothing is left");
}

#define MEDIA(list) "http://h/ari/channels/co-" ID "-%c/play/co-" ID \
	"-%c?media=" list
#define ID	"00000000000000000000000000000000"
#define SOUND(path) "sound%%3A%%2F" path
#define P(name)	SOUND("p%%2Fen%%2F" name)

static void
test_asterisk(void)
{
	static const struct {
		enum leg	 leg;
		const char	*name, *reference, *want;
	} cases[] = {
		{ LEG_A, "", "", MEDIA(P("a-offer") "%%2C" P("a-press")) },
		{ LEG_A, WORD, "", MEDIA(P("a-offer") "%%2C" P("a-name")
		    "%%2C" SOUND("n%%2F" WORD) "%%2C" P("a-press")) },
		{ LEG_B, WORD, "a7", MEDIA(P("b-offer") "%%2C"
		    P("b-reference") "%%2C" P("x-a") "%%2C" P("x-7") "%%2C"
		    P("b-press")) },
	};
	char want[1024];
	struct provider_intent in;
	struct request r;
	size_t i;
	int leg;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(cases[i].leg, "en", cases[i].name,
		    cases[i].reference);
		leg = cases[i].leg == LEG_A ? 'a' : 'b';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(want, sizeof(want), cases[i].want, leg, leg);
#pragma GCC diagnostic pop
		is_int(provider_ari.request(&conf, &in, 0, &r), 0, "Asterisk");
		is_str(buf_cstr(&r.url), want, "plays \"%s\", \"%s\"",
		    in.name, in.reference);
		request_free(&r);
	}
	in = intent(LEG_A, "en", "../../etc/x", "");
	is_int(provider_ari.request(&conf, &in, 0, &r), -1, "no path");
	request_free(&r);
}

/* All that fits is taken by Asterisk in one line. */
static void
test_longest(void)
{
	char path[128], line[8192];
	struct provider_conf c = conf;
	struct provider_intent in = intent(LEG_B, "en", WORD,
	    "0123456789abcdef");
	struct request r;

	memset(path, '/', sizeof(path));
	path[101] = '\0';
	c.prompts = path;
	c.user = "u";
	c.trunk_pstn = "PJSIP/%s@t";
	ok(provider_ari.check(&c) != NULL, "a path of 101 characters is not");
	memset(path + 1, 'x', 99);
	path[100] = '\0';
	ok(provider_ari.check(&c) == NULL, "one of 100 is");
	is_int(provider_ari.request(&c, &in, 0, &r), 0, "the longest");
	snprintf(line, sizeof(line), "POST %s HTTP/1.1\r\n", buf_cstr(&r.url));
	ok(strlen(line) < 4096, "%zu bytes", strlen(line));
	request_free(&r);
}

static void
test_telnyx(void)
{
	static const char *const want[] = {
		"playback_start /a-offer.wav", "playback_start /a-name.wav",
		"speak \"payload\":\"Bo \\\"B\\\"\"",
		"playback_start /a-press.wav"
	};
	struct provider_intent in = intent(LEG_A, "ar", "Bo \"B\"", "");
	struct provider_reply out;
	const char *space;
	struct request r;
	int i, n = sizeof(want) / sizeof(want[0]);

	for (i = 0; i < n; i++) {
		is_int(provider_telnyx.request(&conf, &in, i, &r), 0,
		    "Telnyx, step %d", i);
		space = strchr(want[i], ' ');
		ok(strncmp(strrchr(buf_cstr(&r.url), '/') + 1, want[i],
		    (size_t)(space - want[i])) == 0 &&
		    strstr(buf_cstr(&r.body), space + 1) != NULL,
		    "is %s: %s", want[i], buf_cstr(&r.body));
		if (strncmp(want[i], "speak", 5) == 0)
			ok(strstr(buf_cstr(&r.body), "\"arb\"") != NULL,
			    "in its language");
		request_free(&r);
		provider_telnyx.reply(&in, i, 200, 1, "{}", 2, &out);
		is_int(out.outcome, i + 1 < n ? PROVIDER_MORE : PROVIDER_DONE,
		    "and goes on until the end");
	}
	is_int(provider_telnyx.request(&conf, &in, n, &r), -1, "then no more");
	request_free(&r);
}

static void
test_documents(void)
{
	static const struct { const char *lang, *twiml, *ncco; } cases[] = {
		{ "ja", "a-name.wav</Play><Say language=\"ja-JP\">Bo &amp; "
		    "&lt;B&gt; \"x\"</Say><Play>/p/ja/a-press.wav",
		    "{\"action\":\"talk\",\"text\":\"Bo & <B> \\\"x\\\"\","
		    "\"language\":\"ja-JP\",\"bargeIn\":true}" },
		{ "ar", "<Say voice=\"Polly.Zeina\" language=\"arb\">",
		    "\"language\":\"ar\"" },
		{ "xx", "<Say language=\"en-GB\">",
		    "\"language\":\"en-GB\"" },
	};
	struct provider_intent in;
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in = intent(LEG_A, cases[i].lang, "Bo & <B> \"x\"", "");
		buf_init(&b, 8192);
		is_int(twiml_put_prompts(&b, &conf, &in), 0, "TwiML");
		ok(strstr(buf_cstr(&b), cases[i].twiml) != NULL, "has %s: %s",
		    cases[i].twiml, buf_cstr(&b));
		buf_clear(&b);
		is_int(ncco_put_prompts(&b, &conf, &in), 0, "NCCO");
		ok(strstr(buf_cstr(&b), cases[i].ncco) != NULL, "has %s: %s",
		    cases[i].ncco, buf_cstr(&b));
		buf_free(&b);
	}
}

int
main(void)
{
	test_left_out();
	test_asterisk();
	test_longest();
	test_telnyx();
	test_documents();
	return tap_done();
}
