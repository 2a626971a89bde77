/* Telnyx's webhooks: whose they are, and what they say (t/data/telnyx). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "lib/secret.h"

#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx.h"

#include "t/tap.h"
#include "t/transcript.h"

#define STATE_A	"Y28tMDAwMTAyMDMwNDA1MDYwNzA4MDkwYTBiMGMwZDBlMGYtYQ=="
#define HOOK	"https://call.example.com/hook/phone"
#define WALL	1795374726

static const struct provider *const telnyx = &provider_telnyx;
static struct provider_conf conf = { .name = "phone", .hook_url = HOOK };
static unsigned char sign_secret[crypto_sign_SECRETKEYBYTES];

struct hooking {
	const char	*body;
	int64_t		 at;		/* as it is signed */
	int64_t		 wall;
	const char	*headers;	/* NULL: the right ones */
};

static enum provider_verdict
hook(const struct hooking *k, struct provider_hooked *out)
{
	unsigned char signature[crypto_sign_BYTES];
	struct provider_hook h = { .url = HOOK, .wall = k->wall };
	struct buf text, head;
	enum provider_verdict verdict;

	buf_init(&text, 65536);
	buf_init(&head, 1024);
	buf_printf(&text, "%lld|%s", (long long)k->at, k->body);
	crypto_sign_detached(signature, NULL, text.data, text.len,
	    sign_secret);
	buf_str(&head, "host: x\ntelnyx-signature-ed25519: ");
	buf_base64(&head, signature, sizeof(signature));
	buf_printf(&head, "\ntelnyx-timestamp: %lld\nx: y\n",
	    (long long)k->at);
	h.headers = k->headers != NULL ? k->headers : buf_cstr(&head);
	h.len = strlen(k->body);
	h.body = tap_edge(k->body, h.len);
	memset(out, 0, sizeof(*out));
	verdict = telnyx->hook(&conf, &h, out);
	buf_free(&text);
	buf_free(&head);
	return verdict;
}

static const char *const cause_word[] = { "normal", "busy", "declined",
    "no-answer", "unreachable", "failed", "cancelled" };

static void
tell(char *dst, size_t size, const struct provider_event *e)
{
	const char *leg = e->leg == LEG_A ? "a" : "b";

	dst[0] = '\0';
	switch (e->kind) {
	case EVENT_NONE:
	case EVENT_ECHO:
	case EVENT_LOST:
		return;
	case EVENT_RINGING:
		snprintf(dst, size, "%s rings", leg);
		break;
	case EVENT_ANSWERED:
		snprintf(dst, size, "%s answers", leg);
		break;
	case EVENT_KEY:
		snprintf(dst, size, "%s key %c", leg, e->key);
		break;
	case EVENT_SPOKEN:
		snprintf(dst, size, "%s heard %s%s", leg, e->detail,
		    e->cause == CAUSE_FAILED ? "nothing" : "");
		break;
	case EVENT_GONE:
		snprintf(dst, size, "%s gone %s (%s)", leg,
		    cause_word[e->cause], e->detail);
		break;
	case EVENT_PRICE:
		snprintf(dst, size, "%s has cost %s", leg, e->price);
		break;
	}
}

static void
test_events(void)
{
	static const struct {
		const char	*name, *want;
	} cases[] = {
		{ "initiated", "a rings" },
		{ "initiated.b", "b rings" },
		{ "initiated.incoming", "" },
		{ "answered", "a answers" },
		{ "answered.foreign", "" },
		{ "key.1", "a key 1" },
		{ "key.hash", "a key #" },
		{ "key.letter", "" },
		{ "playback.started", "" },
		{ "playback.offer", "a heard a-offer" },
		{ "playback.press", "a heard a-press" },
		{ "playback.cancelled", "" },
		{ "playback.hangup", "" },
		{ "playback.missing", "a heard nothing" },
		{ "playback.failed", "a heard nothing" },
		{ "hangup.busy", "a gone busy (SIP 486, user_busy)" },
		{ "hangup.declined", "a gone declined (SIP 603, "
		    "call_rejected)" },
		{ "hangup.no-answer", "a gone no-answer (SIP 487, "
		    "no_answer)" },
		{ "hangup.timeout", "a gone no-answer (SIP 487, timeout)" },
		{ "hangup.normal", "a gone normal (normal_clearing)" },
		{ "hangup.cancel", "a gone cancelled (SIP 487, "
		    "originator_cancel)" },
		{ "hangup.limit", "a gone normal (time_limit)" },
		{ "hangup.unknown-number", "a gone unreachable (SIP 404, "
		    "not_found)" },
		{ "hangup.unspecified", "a gone failed (unspecified)" },
		{ "hangup.unspecified.480", "a gone no-answer (SIP 480, "
		    "unspecified)" },
		{ "bridged", "" },
		{ "cost", "a has cost 0.0106 USD" },
	};
	static const unsigned char call[PROVIDER_CALL_BYTES] = { 0, 1, 2, 3, 4,
	    5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct provider_hooked out;
	struct hooking k = { .at = WALL, .wall = WALL };
	char *body, got[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.body = body = transcript("telnyx/events", cases[i].name);
		is_int(hook(&k, &out), PROVIDER_AUTHENTIC, "%s",
		    cases[i].name);
		tell(got, sizeof(got), &out.event);
		is_str(got, cases[i].want, "means");
		ok(!out.is_odd && strlen(out.once) == 36, "once: %s",
		    out.once);
		ok(!has_number(out.event.detail), "without a number");
		if (out.event.kind != EVENT_NONE) {
			is_mem(out.event.call, call, sizeof(call),
			    "its call");
			is_str(out.event.ref, "v3:aaaa_BBBB-cccc1111",
			    "its leg");
		}
		free(body);
	}
}

static void
test_signatures(void)
{
#define HEAD "telnyx-signature-ed25519: "
#define NOSIG "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAA=="
	static const struct {
		const char		*what;
		const char		*headers;
		int64_t			 age_s;
		enum provider_verdict	 want;
	} cases[] = {
		{ "just now", NULL, 0, PROVIDER_AUTHENTIC },
		{ "five minutes ago", NULL, 300, PROVIDER_AUTHENTIC },
		{ "longer ago", NULL, 301, PROVIDER_STALE },
		{ "a little ahead", NULL, -300, PROVIDER_AUTHENTIC },
		{ "in the future", NULL, -301, PROVIDER_STALE },
		{ "no headers", "", 0, PROVIDER_FORGED },
		{ "no signature", "telnyx-timestamp: 1795374726\n", 0,
		    PROVIDER_FORGED },
		{ "no time", HEAD NOSIG "\n", 0, PROVIDER_FORGED },
		{ "another's signature", HEAD NOSIG
		    "\ntelnyx-timestamp: 1795374726\n", 0, PROVIDER_FORGED },
		{ "a short one", HEAD "AAAA\ntelnyx-timestamp: 1795374726\n",
		    0, PROVIDER_FORGED },
		{ "no base64", HEAD "!!!!\ntelnyx-timestamp: 1795374726\n", 0,
		    PROVIDER_FORGED },
		{ "no number for a time", HEAD NOSIG
		    "\ntelnyx-timestamp: soon\n", 0, PROVIDER_FORGED },
		{ "two of them", HEAD NOSIG "\n" HEAD NOSIG
		    "\ntelnyx-timestamp: 1795374726\n", 0, PROVIDER_FORGED },
	};
	struct hooking k = { .at = WALL };
	struct provider_hooked out;
	char *body = transcript("telnyx/events", "key.1");
	size_t i;

	k.body = body;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.headers = cases[i].headers;
		k.wall = WALL + cases[i].age_s;
		is_int(hook(&k, &out), cases[i].want, "signed: %s",
		    cases[i].what);
		if (cases[i].want != PROVIDER_AUTHENTIC)
			ok(out.event.kind == EVENT_NONE && !out.once[0],
			    "and says nothing");
	}
	free(body);
}

/* The vector whose signature the vendor's own library accepts. */
static void
test_vector(void)
{
	struct provider_conf c = conf;
	struct provider_hook h = { .url = HOOK, .wall = WALL };
	struct provider_hooked out = { .is_odd = 0 };
	struct json *j;
	struct buf head, file;
	FILE *f = fopen("t/data/webhook-vectors.json", "r");
	unsigned char *body;

	buf_init(&file, 65536);
	buf_init(&head, 1024);
	if (f != NULL) {
		buf_grown(&file, fread(buf_room(&file, 32768), 1, 32768, f));
		fclose(f);
	}
	j = json_parse(buf_cstr(&file), file.len);
	if (!ok(j != NULL, "the vectors"))
		return;
	c.public_key = json_str(j, "telnyx.public_key_b64");
	buf_printf(&head, "telnyx-signature-ed25519: %s\n"
	    "telnyx-timestamp: %s\n", json_str(j, "telnyx.signature_b64"),
	    json_str(j, "telnyx.timestamp"));
	h.headers = buf_cstr(&head);
	h.body = (const unsigned char *)json_str(j, "telnyx.body");
	h.len = strlen(json_str(j, "telnyx.body"));
	is_int(telnyx->hook(&c, &h, &out), PROVIDER_AUTHENTIC, "the vector");
	is_str(out.once, "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0", "its id");
	h.wall = WALL + 600;
	is_int(telnyx->hook(&c, &h, &out), PROVIDER_STALE,
	    "ten minutes later, as for the vendor's");
	h.wall = WALL;
	body = malloc(h.len);
	memcpy(body, h.body, h.len);
	body[h.len / 2] ^= 1;
	h.body = body;
	is_int(telnyx->hook(&c, &h, &out), PROVIDER_FORGED, "changed");
	free(body);
	buf_free(&head);
	buf_free(&file);
	json_free(j);
}

static void
test_odd_events(void)
{
	static const char *const bodies[] = { "", "no JSON", "[]", "{}",
	    "{\"data\":{\"event_type\":\"call.answered\"}}",
	    "{\"data\":{\"id\":\"1\"}}", "{\"data\":{\"event_type\":1,"
	    "\"id\":\"1\"}}" };
	static const char *const nothing[] = {
	    "{\"data\":{\"event_type\":\"call.answered\",\"id\":\"1\"}}",
	    "{\"data\":{\"event_type\":\"call.new\",\"id\":\"1\",\"payload\":"
	    "{\"client_state\":\"" STATE_A "\"}}}",
	    "{\"data\":{\"event_type\":\"call.dtmf.received\",\"id\":\"1\","
	    "\"payload\":{\"client_state\":\"" STATE_A "\"}}}",
	    "{\"data\":{\"event_type\":\"call.playback.ended\",\"id\":\"1\","
	    "\"payload\":{\"client_state\":\"" STATE_A "\"}}}" };
	struct hooking k = { .at = WALL, .wall = WALL };
	struct provider_hooked out;
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		k.body = bodies[i];
		is_int(hook(&k, &out), PROVIDER_AUTHENTIC, "odd %zu", i);
		ok(out.is_odd && out.event.kind == EVENT_NONE,
		    "is not understood");
	}
	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		k.body = nothing[i];
		is_int(hook(&k, &out), PROVIDER_AUTHENTIC, "strange %zu", i);
		ok(!out.is_odd && out.event.kind == EVENT_NONE,
		    "is of no interest");
	}
	k.body = "{\"data\":{\"event_type\":\"call.hangup\",\"id\":\"1\","
	    "\"payload\":{\"client_state\":\"" STATE_A "\",\"hangup_cause\":"
	    "\"to +442079460123\",\"sip_hangup_cause\":\"99999\"}}}";
	is_int(hook(&k, &out), PROVIDER_AUTHENTIC, "a strange end");
	ok(out.event.kind == EVENT_GONE && out.event.cause == CAUSE_FAILED &&
	    !has_number(out.event.detail), "is one, without a number: %s",
	    out.event.detail);
}

int
main(void)
{
	static const unsigned char seed[crypto_sign_SEEDBYTES] = "seed";
	unsigned char public[crypto_sign_PUBLICKEYBYTES];
	struct buf b;

	if (secret_init() != 0)
		return 1;
	crypto_sign_seed_keypair(public, sign_secret, seed);
	buf_init(&b, 64);
	buf_base64(&b, public, sizeof(public));
	conf.public_key = buf_cstr(&b);
	test_events();
	test_signatures();
	test_vector();
	test_odd_events();
	buf_free(&b);
	return tap_done();
}
