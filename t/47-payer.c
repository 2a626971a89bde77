/* Who pays, by our own contract: what he is asked, and what answers mean. */

#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/secret.h"

#include "bridge-client/net/request.h"
#include "bridge-client/payer/http.h"
#include "bridge-client/payer/payer.h"

#include "t/tap.h"

#define BASE	"https://pay.example.com/v1"
#define HOLD	BASE "/holds/000102030405060708090a0b0c0d0e0f"

static struct payer_conf conf = { .name = "bank", .url = BASE };

static struct payer_intent
intent(enum payer_act act)
{
	struct payer_intent in;
	size_t i;

	memset(&in, 0, sizeof(in));
	in.act = act;
	for (i = 0; i < PAYER_CALL_BYTES; i++)
		in.call[i] = (unsigned char)i;
	in.ref = in.customer = "";
	in.account = "sales";
	in.currency = "EUR";
	in.amount = 1800000;
	in.wall = 1790000000;
	return in;
}

/*
 * What is asked.  The signatures were made by another hand:
 *	printf '1790000000\nPUT\n/v1/holds/0001..\n{..}' |
 *	    openssl dgst -sha256 -hmac 'what both know'
 */
static const struct {
	enum payer_act	 act;
	const char	*method, *url, *body, *signature;
} asked[] = {
	{ PAYER_AUTHORISE, "PUT", HOLD,
	    "{\"amount\":\"1.80\",\"currency\":\"EUR\",\"account\":\"sales\","
	    "\"customer\":\"\"}",
	    "fc022d3645288ad21a88c2e7b024f836"
	    "bcef88903af1b91f2cd1fd6d28a02b75" },
	{ PAYER_CAPTURE, "POST", HOLD "/capture",
	    "{\"amount\":\"1.80\",\"currency\":\"EUR\"}",
	    "6b9b7750772537a6dac12f062930b2fd"
	    "6c7f36fe5c73e58b48940b41eec3bb2c" },
	{ PAYER_RAISE, "POST", HOLD "/raise",
	    "{\"amount\":\"1.80\",\"currency\":\"EUR\"}",
	    "76612c271a6536a76db372ce2ed3f983"
	    "b38902ec2db6db1a8d8921cfa5e88cdf" },
	{ PAYER_VOID, "DELETE", HOLD, "",
	    "f12ab7ccca5e3bb48db8853dbd266958"
	    "4c4801457f397c68f842ea185ad0de2d" },
	{ PAYER_QUERY, "GET", HOLD, "",
	    "f36338329a77d2c16a60d017fe1c298f"
	    "fdb6309fe14d7319818cb51e911e449d" }
};

static void
test_requests(void)
{
	char want[256];
	struct payer_intent in;
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		in = intent(asked[i].act);
		is_int(payer_http.request(&conf, &in, 0, &r), 0, "%s",
		    payer_act_word(in.act));
		is_str(r.method, asked[i].method, "  its method");
		is_str(buf_cstr(&r.url), asked[i].url, "  its address");
		is_str(buf_cstr(&r.body), asked[i].body, "  its body");
		snprintf(want, sizeof(want), "Calloffer-Signature: "
		    "t=1790000000,v1=%s", asked[i].signature);
		is_str(r.header, want, "  its signature");
		is_int(r.auth, REQUEST_NO_AUTH, "  the secret stays here");
		request_free(&r);
		is_int(payer_http.request(&conf, &in, 1, &r), -1,
		    "  there is no second step");
		request_free(&r);
	}
}

/* What answers mean. */
static const struct {
	enum payer_act		act;
	int			status, is_sent;
	const char		*body;
	enum payer_outcome	outcome;
	enum payer_found	found;
} told[] = {
	{ PAYER_AUTHORISE, 200, 1, "{\"state\":\"held\"}", PAYER_DONE,
	    PAYER_IS_HELD },
	{ PAYER_AUTHORISE, 402, 1, "{\"state\":\"refused\"}", PAYER_REFUSED,
	    PAYER_IS_REFUSED },
	{ PAYER_AUTHORISE, 200, 1, "{\"state\":\"free\"}", PAYER_REFUSED,
	    PAYER_IS_FREE },
	{ PAYER_AUTHORISE, 200, 1, "{\"state\":\"taken\"}", PAYER_REFUSED,
	    PAYER_IS_TAKEN },
	{ PAYER_AUTHORISE, 200, 1, "{\"state\":\"gone\"}", PAYER_REFUSED,
	    PAYER_GONE },
	{ PAYER_AUTHORISE, 200, 1, "{\"state\":\"perhaps\"}", PAYER_UNKNOWN,
	    PAYER_GONE },
	{ PAYER_AUTHORISE, 200, 1, "held", PAYER_UNKNOWN, PAYER_GONE },
	{ PAYER_AUTHORISE, 200, 1, "", PAYER_UNKNOWN, PAYER_GONE },
	{ PAYER_AUTHORISE, 500, 1, "{\"state\":\"held\"}", PAYER_UNKNOWN,
	    PAYER_GONE },
	{ PAYER_AUTHORISE, 502, 1, "<html>", PAYER_UNKNOWN, PAYER_GONE },
	{ PAYER_AUTHORISE, 429, 1, "", PAYER_NOT, PAYER_GONE },
	{ PAYER_AUTHORISE, 503, 1, "", PAYER_NOT, PAYER_GONE },
	{ PAYER_AUTHORISE, 401, 1, "{}", PAYER_NOT, PAYER_GONE },
	{ PAYER_AUTHORISE, 404, 1, "not here", PAYER_NOT, PAYER_GONE },
	{ PAYER_AUTHORISE, 302, 1, "", PAYER_UNKNOWN, PAYER_GONE },
	{ PAYER_AUTHORISE, 0, 1, "", PAYER_UNKNOWN, PAYER_GONE },
	{ PAYER_AUTHORISE, 0, 0, "", PAYER_NOT, PAYER_GONE },
	{ PAYER_CAPTURE, 200, 1, "{\"state\":\"taken\"}", PAYER_DONE,
	    PAYER_IS_TAKEN },
	{ PAYER_CAPTURE, 200, 1, "{\"state\":\"held\"}", PAYER_REFUSED,
	    PAYER_IS_HELD },
	{ PAYER_CAPTURE, 200, 1, "{\"state\":\"free\"}", PAYER_REFUSED,
	    PAYER_IS_FREE },
	{ PAYER_CAPTURE, 0, 1, "", PAYER_UNKNOWN, PAYER_GONE },
	{ PAYER_RAISE, 200, 1, "{\"state\":\"held\"}", PAYER_DONE,
	    PAYER_IS_HELD },
	{ PAYER_RAISE, 402, 1, "{\"state\":\"held\"}", PAYER_REFUSED,
	    PAYER_IS_HELD },
	{ PAYER_RAISE, 200, 1, "{\"state\":\"taken\"}", PAYER_REFUSED,
	    PAYER_IS_TAKEN },
	{ PAYER_VOID, 200, 1, "{\"state\":\"free\"}", PAYER_DONE,
	    PAYER_IS_FREE },
	{ PAYER_VOID, 200, 1, "{\"state\":\"gone\"}", PAYER_DONE,
	    PAYER_GONE },
	{ PAYER_VOID, 402, 1, "{\"state\":\"refused\"}", PAYER_DONE,
	    PAYER_IS_REFUSED },
	{ PAYER_VOID, 200, 1, "{\"state\":\"taken\"}", PAYER_REFUSED,
	    PAYER_IS_TAKEN },
	{ PAYER_QUERY, 200, 1, "{\"state\":\"taken\"}", PAYER_DONE,
	    PAYER_IS_TAKEN },
	{ PAYER_QUERY, 402, 1, "{\"state\":\"refused\"}", PAYER_DONE,
	    PAYER_IS_REFUSED },
	{ PAYER_QUERY, 500, 1, "", PAYER_UNKNOWN, PAYER_GONE }
};

static void
test_replies(void)
{
	struct payer_intent in;
	struct payer_reply r;
	size_t i;

	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		in = intent(told[i].act);
		memset(&r, 0, sizeof(r));
		payer_http.reply(&in, 0, told[i].status, told[i].is_sent,
		    tap_edge(told[i].body, strlen(told[i].body)),
		    strlen(told[i].body), &r);
		ok(r.outcome == told[i].outcome &&
		    (r.outcome == PAYER_UNKNOWN || r.outcome == PAYER_NOT ||
		    r.found == told[i].found), "%s, %d %s: %d, %s",
		    payer_act_word(in.act), told[i].status, told[i].body,
		    r.outcome, payer_found_word(r.found));
	}
}

int
main(void)
{
	char path[512], why[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/secret", tap_dir());
	f = fopen(path, "w");
	if (f == NULL || fputs("what both know\n", f) < 0 || fclose(f) != 0 ||
	    chmod(path, 0600) != 0 || secret_init() != 0)
		abort();
	ok(payer_http.check(&conf) != NULL, "a section without its secret");
	conf.secret = secret_read(path, why, sizeof(why));
	if (!ok(conf.secret != NULL, "the secret (%s)", why))
		return tap_done();
	conf.hook_secret = conf.secret;
	ok(payer_http.check(&conf) != NULL, "one with what it has no use for");
	conf.hook_secret = NULL;
	ok(payer_http.check(&conf) == NULL, "a good section");
	test_requests();
	test_replies();
	secret_free((struct secret *)(uintptr_t)conf.secret);
	return tap_done();
}
