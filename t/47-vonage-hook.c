/* Vonage's webhooks: whether they are its, and what they say. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "lib/secret.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/vonage.h"

#include "t/tap.h"
#include "t/transcript.h"

#define ID	"000102030405060708090a0b0c0d0e0f"
#define APP	"00000000-0000-4000-8000-000000000000"
#define HOOK	"https://call.example.com/hook/vo"
#define WALL	1795374727
#define HEAD	"{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

static struct provider_conf conf = {
	.name = "vo", .user = "abcd1234", .app = APP, .hook_url = HOOK
};

static void
put_part(struct buf *b, const void *p, size_t len)
{
	char text[2048];

	sodium_bin2base64(text, sizeof(text), p, len,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	buf_str(b, text);
}

/* A webhook: its token's head, claims and body; "%H" in the claims is the
 * body's hash. */
struct hooking {
	const char	*head, *claims, *body, *path;
	const char	*scheme;	/* NULL: "Bearer " */
	int		 is_cut;	/* the signature's last character */
};

static enum provider_verdict
hook(const struct hooking *k, struct provider_hooked *out)
{
	struct provider_hook h = { .wall = WALL, .len = strlen(k->body) };
	unsigned char mac[SIGN_SHA256_BYTES];
	char hash[SIGN_SHA256_HEX_SIZE], claims[1024], url[256];
	const char *place = strstr(k->claims, "%H");
	enum provider_verdict verdict;
	struct buf token, head;

	sign_sha256_hex(k->body, h.len, hash);
	if (place != NULL)
		snprintf(claims, sizeof(claims), "%.*s%s%s",
		    (int)(place - k->claims), k->claims, hash, place + 2);
	else
		snprintf(claims, sizeof(claims), "%s", k->claims);
	buf_init(&token, 4096);
	buf_init(&head, 8192);
	put_part(&token, k->head, strlen(k->head));
	buf_u8(&token, '.');
	put_part(&token, claims, strlen(claims));
	sign_hmac_sha256(conf.hook_secret, token.data, token.len, mac);
	buf_u8(&token, '.');
	put_part(&token, mac, sizeof(mac));
	token.len -= k->is_cut != 0;
	buf_printf(&head, "host: x\nauthorization: %s%s\n",
	    k->scheme != NULL ? k->scheme : "Bearer ", buf_cstr(&token));
	snprintf(url, sizeof(url), HOOK "%s", k->path);
	h.url = url;
	h.headers = buf_cstr(&head);
	h.body = tap_edge(k->body, h.len);
	memset(out, 0, sizeof(*out));
	buf_init(&out->answer, PROVIDER_ANSWER_MAX);
	verdict = provider_vonage.hook(&conf, &h, out);
	buf_free(&token);
	buf_free(&head);
	return verdict;
}

#define CLAIMS "{\"iat\":1795374727,\"api_key\":\"abcd1234\"," \
	"\"application_id\":\"" APP "\",\"payload_hash\":\"%H\"}"
#define STATUS "/co-" ID "-a/status"
#define BODY "{\"uuid\":\"aaaa\",\"status\":\"answered\"}"

static void
test_signatures(void)
{
	static const struct {
		const char		*name;
		struct hooking		 k;
		enum provider_verdict	 want;
	} cases[] = {
		{ "no algorithm", { "{\"alg\":\"none\"}", CLAIMS, BODY, STATUS,
		    NULL, 0 }, PROVIDER_FORGED },
		{ "another", { "{\"alg\":\"HS384\"}", CLAIMS, BODY, STATUS,
		    NULL, 0 }, PROVIDER_FORGED },
		{ "no head", { "x", CLAIMS, BODY, STATUS, NULL, 0 },
		    PROVIDER_FORGED },
		{ "a signature cut short", { HEAD, CLAIMS, BODY, STATUS, NULL,
		    1 }, PROVIDER_FORGED },
		{ "no Bearer", { HEAD, CLAIMS, BODY, STATUS, "Basic ", 0 },
		    PROVIDER_FORGED },
		{ "another body's hash", { HEAD, "{\"iat\":1795374727,"
		    "\"api_key\":\"abcd1234\",\"payload_hash\":\"00\"}", BODY,
		    STATUS, NULL, 0 }, PROVIDER_FORGED },
		{ "no hash", { HEAD, "{\"iat\":1795374727,\"api_key\":"
		    "\"abcd1234\"}", BODY, STATUS, NULL, 0 },
		    PROVIDER_FORGED },
		{ "no time", { HEAD, "{\"api_key\":\"abcd1234\","
		    "\"payload_hash\":\"%H\"}", BODY, STATUS, NULL, 0 },
		    PROVIDER_FORGED },
		{ "another account", { HEAD, "{\"iat\":1795374727,\"api_key\":"
		    "\"abcd1235\",\"payload_hash\":\"%H\"}", BODY, STATUS,
		    NULL, 0 }, PROVIDER_FORGED },
		{ "another application", { HEAD, "{\"iat\":1795374727,"
		    "\"api_key\":\"abcd1234\",\"application_id\":\"x\","
		    "\"payload_hash\":\"%H\"}", BODY, STATUS, NULL, 0 },
		    PROVIDER_FORGED },
		{ "claims that are none", { HEAD, "iat", BODY, STATUS, NULL,
		    0 }, PROVIDER_FORGED },
		{ "six minutes ago", { HEAD, "{\"iat\":1795374367,\"api_key\":"
		    "\"abcd1234\",\"payload_hash\":\"%H\"}", BODY, STATUS,
		    NULL, 0 }, PROVIDER_STALE },
		{ "in six minutes", { HEAD, "{\"iat\":1795375087,\"api_key\":"
		    "\"abcd1234\",\"payload_hash\":\"%H\"}", BODY, STATUS,
		    NULL, 0 }, PROVIDER_STALE },
		{ "as it should be", { HEAD, CLAIMS, BODY, STATUS, NULL, 0 },
		    PROVIDER_AUTHENTIC },
		{ "in small letters", { HEAD, CLAIMS, BODY, STATUS, "bearer ",
		    0 }, PROVIDER_AUTHENTIC },
	};
	struct provider_hooked out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(hook(&cases[i].k, &out), cases[i].want, "signed: %s",
		    cases[i].name);
		ok(cases[i].want == PROVIDER_AUTHENTIC ||
		    (out.event.kind == EVENT_NONE && out.answer.len == 0),
		    "and nothing is taken of it");
		buf_free(&out.answer);
	}
}

/* The vector, confirmed by the vendor's own library. */
static void
test_vector(void)
{
	static const char *const heads[] = { "", "x", ".", "..", "a.b.c" };
	struct provider_hook h = { .url = HOOK STATUS, .wall = WALL };
	struct provider_hooked out;
	struct buf file, head;
	struct json *j;
	const char *body, *token;
	FILE *f = fopen("t/data/webhook-vectors.json", "r");
	size_t i;

	buf_init(&file, 65536);
	buf_init(&head, 4096);
	if (f != NULL) {
		buf_grown(&file, fread(buf_room(&file, 32768), 1, 32768, f));
		fclose(f);
	}
	j = json_parse(buf_cstr(&file), file.len);
	body = j != NULL ? json_str(j, "vonage.body") : NULL;
	token = j != NULL ? json_str(j, "vonage.authorization") : NULL;
	if (!ok(body != NULL && token != NULL, "the vector"))
		return;
	memset(&out, 0, sizeof(out));
	buf_init(&out.answer, PROVIDER_ANSWER_MAX);
	buf_printf(&head, "authorization: %s\n", token);
	h.headers = buf_cstr(&head);
	h.body = (const unsigned char *)body;
	h.len = strlen(body);
	is_int(provider_vonage.hook(&conf, &h, &out), PROVIDER_AUTHENTIC,
	    "is accepted");
	is_int(out.event.kind, EVENT_ANSWERED, "and understood");
	h.len--;
	is_int(provider_vonage.hook(&conf, &h, &out), PROVIDER_FORGED,
	    "and not for another body");
	buf_printf(&head, "authorization: %s\n", token);
	h.headers = buf_cstr(&head);
	h.len++;
	is_int(provider_vonage.hook(&conf, &h, &out), PROVIDER_FORGED,
	    "nor twice");
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		buf_clear(&head);
		buf_printf(&head, "authorization: Bearer %s\n", heads[i]);
		h.headers = buf_cstr(&head);
		is_int(provider_vonage.hook(&conf, &h, &out), PROVIDER_FORGED,
		    "nor by \"%s\"", heads[i]);
	}
	buf_free(&out.answer);
	buf_free(&file);
	buf_free(&head);
	json_free(j);
}

#define WAITING "[{\"action\":\"input\",\"type\":[\"dtmf\"],\"dtmf\":{" \
	"\"maxDigits\":1,\"timeOut\":10,\"submitOnHash\":false}," \
	"\"eventUrl\":[\"" HOOK "/co-" ID "-b/key\"],\"eventMethod\":" \
	"\"POST\"}]"

static void
test_events(void)
{
#define SAYS(word, more) "/co-" ID "-b/status", \
	"{\"uuid\":\"aaaa\",\"status\":\"" word "\"" more "}"
#define KEYS(digits, late) "{\"uuid\":\"aaaa\",\"timestamp\":\"t\"," \
	"\"dtmf\":{\"digits\":\"" digits "\",\"timed_out\":" late "}}"
	static const struct {
		const char			*path, *body;
		enum provider_event_kind	 kind;
		int				 what;	/* key or cause */
		const char			*detail;
		int				 is_odd;
	} cases[] = {
		{ SAYS("started", ""), EVENT_RINGING, 0, "", 0 },
		{ SAYS("ringing", ""), EVENT_RINGING, 0, "", 0 },
		{ SAYS("answered", ""), EVENT_ANSWERED, 0, "", 0 },
		{ SAYS("completed", ""), EVENT_GONE, CAUSE_NORMAL,
		    "completed", 0 },
		{ SAYS("busy", ""), EVENT_GONE, CAUSE_BUSY, "busy", 0 },
		{ SAYS("cancelled", ""), EVENT_GONE, CAUSE_CANCELLED,
		    "cancelled", 0 },
		{ SAYS("rejected", ""), EVENT_GONE, CAUSE_DECLINED,
		    "rejected", 0 },
		{ SAYS("timeout", ""), EVENT_GONE, CAUSE_NO_ANSWER, "timeout",
		    0 },
		{ SAYS("unanswered", ""), EVENT_GONE, CAUSE_NO_ANSWER,
		    "unanswered", 0 },
		{ SAYS("failed", ",\"detail\":\"cannot_route\""), EVENT_GONE,
		    CAUSE_UNREACHABLE, "failed, cannot_route", 0 },
		{ SAYS("failed", ",\"detail\":\"to +442079460123\""),
		    EVENT_GONE, CAUSE_FAILED, "failed, to +...", 0 },
		{ SAYS("machine", ""), EVENT_NONE, 0, "", 0 },
		{ SAYS("transfer", ""), EVENT_NONE, 0, "", 0 },
		{ "/co-" ID "-b/status", "{\"uuid\":\"aaaa\",\"reason\":\"x\"}",
		    EVENT_NONE, 0, "", 0 },
		{ "/co-" ID "-b/key", KEYS("1", "false"), EVENT_KEY, '1', "",
		    0 },
		{ "/co-" ID "-b/key", KEYS("#", "false"), EVENT_KEY, '#', "",
		    0 },
		{ "/co-" ID "-b/key", KEYS("12", "false"), EVENT_NONE, 0, "",
		    0 },
		{ "/co-" ID "-b/key", KEYS("", "true"), EVENT_NONE, 0, "", 0 },
		{ "/co-" ID "-b/key", "{\"uuid\":\"aaaa\",\"speech\":{"
		    "\"results\":[{\"text\":\"1\"}]}}", EVENT_NONE, 0, "", 0 },
		{ "/co-" ID "-b/spoken/b-press", KEYS("", "true"),
		    EVENT_SPOKEN, 0, "b-press", 0 },
		{ "/co-" ID "-b/spoken/b-press", KEYS("1", "false"),
		    EVENT_KEY, '1', "", 0 },
		{ "/co-" ID "-b/spoken/b-press", KEYS("", "false"),
		    EVENT_NONE, 0, "", 0 },
		{ "/co-" ID "-b/spoken/../x", KEYS("", "true"), EVENT_NONE, 0,
		    "", 1 },
		{ "/co-" ID "-b/other", KEYS("1", "false"), EVENT_NONE, 0, "",
		    1 },
		{ "/co-" ID "-c/key", KEYS("1", "false"), EVENT_NONE, 0, "",
		    1 },
		{ "/co-" ID "-b/key", "{\"dtmf\":{\"digits\":\"1\"}}",
		    EVENT_NONE, 0, "", 1 },
		{ "", KEYS("1", "false"), EVENT_NONE, 0, "", 1 },
		{ "/co-" ID "-b/key", "[]", EVENT_NONE, 0, "", 1 },
		{ "/co-" ID "-b/key", "1", EVENT_NONE, 0, "", 1 },
	};
	struct hooking k = { .head = HEAD, .claims = CLAIMS };
	struct provider_hooked out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.path = cases[i].path;
		k.body = cases[i].body;
		is_int(hook(&k, &out), PROVIDER_AUTHENTIC, "%s %s", k.path,
		    k.body);
		is_int(out.is_odd, cases[i].is_odd, "understood");
		is_int(out.event.kind, cases[i].kind, "kind");
		is_int(out.event.kind == EVENT_KEY ? out.event.key :
		    (int)out.event.cause, cases[i].what, "key or cause");
		is_str(out.event.detail, cases[i].detail, "detail");
		if (!out.is_odd && strstr(k.path, "/status") == NULL)
			is_str(buf_cstr(&out.answer), WAITING,
			    "goes on waiting");
		if (!out.is_odd)
			is_str(out.event.ref, "aaaa", "whose it is");
		buf_free(&out.answer);
	}
}

/* What is repeated is the same, and what is not is another. */
static void
test_once(void)
{
	struct hooking k = { .head = HEAD, .claims = CLAIMS,
	    .path = "/co-" ID "-a/key" };
	struct provider_hooked a, b;

	k.body = KEYS("1", "false");
	hook(&k, &a);
	buf_free(&a.answer);
	hook(&k, &b);
	buf_free(&b.answer);
	is_str(a.once, b.once, "the same key again");
	k.body = "{\"uuid\":\"aaaa\",\"timestamp\":\"u\",\"dtmf\":{\"digits\":"
	    "\"1\"}}";
	hook(&k, &b);
	buf_free(&b.answer);
	ok(strcmp(a.once, b.once) != 0, "another key");
	k.path = STATUS;
	k.body = "{\"uuid\":\"aaaa\",\"status\":\"completed\",\"price\":"
	    "\"0.0110\",\"rate\":\"0.0165\"}";
	hook(&k, &b);
	buf_free(&b.answer);
	is_str(b.event.price, "0.0110", "the end says the price");
	k.body = BODY;
	hook(&k, &b);
	ok(strcmp(a.once, b.once) != 0, "another event");
	buf_free(&b.answer);
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
	test_signatures();
	test_vector();
	test_events();
	test_once();
	secret_free(secret);
	return tap_done();
}
