/*
 * Requests by a provider's stream of events: Asterisk's form of them, what
 * becomes of one that is not answered, and what goes by HTTP for its sake.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/loop.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/ari_talk.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/talk.h"

#include "t/tap.h"

#define URL	"http://127.0.0.1:8088/ari"
#define TRIAL	"\"transaction_id\":\"0\",\"method\":\"GET\"," \
	"\"uri\":\"applications/calloffer\""

static const struct provider_conf conf = { .name = "home", .url = URL,
	.app = "calloffer", .trunk_pstn = "PJSIP/%s@trunk" };

/* As Asterisk 22 says it. */
#define ANSWER(id, status, body) "{\"type\":\"RESTResponse\"," \
	"\"transaction_id\":\"" id "\",\"request_id\":\"\"," \
	"\"status_code\":" status ",\"reason_phrase\":\"OK\"," \
	"\"uri\":\"channels/x\",\"content_type\":\"application/json\"," \
	"\"message_body\":\"" body "\",\"application\":\"calloffer\"}"

static void
make(struct request *r, const char *method, const char *path)
{
	request_init(r);
	r->method = method;
	r->timeout_ms = 5000;
	buf_printf(&r->url, "%s%s", URL, path);
}

/*
 * The form.
 */
static void
test_say(void)
{
	static const struct {
		const char	*what, *method, *path, *body, *want;
	} cases[] = {
		{ "no path", "GET", "", "", NULL },
		{ "a question", "GET", "/channels/x", "",
		    "{\"type\":\"RESTRequest\",\"transaction_id\":\"7\","
		    "\"method\":\"GET\",\"uri\":\"channels/x\"}" },
		{ "a query", "DELETE", "/channels/x?reason=normal", "",
		    "{\"type\":\"RESTRequest\",\"transaction_id\":\"7\","
		    "\"method\":\"DELETE\","
		    "\"uri\":\"channels/x?reason=normal\"}" },
		{ "a body", "POST", "/channels/x?timeout=9",
		    "{\"a\":\"\\\\\"}",
		    "{\"type\":\"RESTRequest\",\"transaction_id\":\"7\","
		    "\"method\":\"POST\",\"uri\":\"channels/x?timeout=9\","
		    "\"content_type\":\"application/json\","
		    "\"message_body\":\"{\\\"a\\\":\\\"\\\\\\\\\\\"}\"}" },
	};
	struct request r;
	struct buf b;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&r, cases[i].method, cases[i].path);
		buf_str(&r.body, cases[i].body);
		if (cases[i].body[0] != '\0')
			r.type = "application/json";
		buf_init(&b, 4096);
		rc = ari_talk_say(&conf, &r, 7, &b);
		if (cases[i].want == NULL)
			ok(rc == -1, "say: %s: no", cases[i].what);
		else
			is_str(rc == 0 ? buf_cstr(&b) : "?", cases[i].want,
			    "say: %s", cases[i].what);
		buf_free(&b);
		request_free(&r);
	}
	make(&r, "GET", "/channels/x");
	request_header(&r, "X-Other", "1");
	buf_init(&b, 4096);
	ok(ari_talk_say(&conf, &r, 7, &b) == -1, "say: a header: no");
	buf_free(&b);
	request_free(&r);
}

static char heard[256];

static void
hear(void *ctx, uint32_t id, int status, const char *body, size_t len)
{
	(void)ctx;
	snprintf(heard, sizeof(heard), "%u %d %.*s", (unsigned)id, status,
	    (int)len, body);
}

static void
test_heard(void)
{
	static const struct {
		const char	*what, *text;
		int		 is_answer;
		const char	*want;
	} cases[] = {
		{ "nothing", "", 0, "" },
		{ "an event", "{\"type\":\"StasisStart\"}", 0, "" },
		{ "an event that has the word", "{\"type\":\"Dial\","
		    "\"name\":\"RESTResponse\"}", 0, "" },
		{ "half an answer", "{\"type\":\"RESTResponse\"", 0, "" },
		{ "no id", "{\"type\":\"RESTResponse\",\"status_code\":200}",
		    1, "" },
		{ "an id that is none", ANSWER("-1", "200", ""), 1, "" },
		{ "an id beyond ours", ANSWER("4294967296", "200", ""), 1,
		    "" },
		{ "a status that is none", ANSWER("7", "0", ""), 1, "" },
		{ "an answer", ANSWER("7", "404", "{\\\"message\\\":1}"), 1,
		    "7 404 {\"message\":1}" },
		{ "the greatest id", ANSWER("4294967295", "200", ""), 1,
		    "4294967295 200 " },
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		heard[0] = '\0';
		rc = ari_talk_heard(cases[i].text, strlen(cases[i].text),
		    hear, NULL);
		ok(rc == cases[i].is_answer &&
		    strcmp(heard, cases[i].want) == 0, "heard: %s: %d \"%s\"",
		    cases[i].what, rc, heard);
	}
}

/* What waits for a channel keeps nobody else waiting. */
static void
test_apart(void)
{
	static const struct {
		enum provider_act	act;
		int			is_apart;
	} cases[] = {
		{ PROVIDER_PROBE, 1 }, { PROVIDER_RING, 0 },
		{ PROVIDER_HUSH, 1 }, { PROVIDER_BRIDGE, 1 },
		{ PROVIDER_HANG, 1 }, { PROVIDER_UNBRIDGE, 1 },
		{ PROVIDER_FIND, 0 }, { PROVIDER_EXTEND, 1 },
	};
	struct provider_intent in = { .act = PROVIDER_PROBE };
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in.act = cases[i].act;
		ok(provider_ari.request(&conf, &in, 0, &r) == 0 &&
		    r.is_apart == cases[i].is_apart, "act %d: %s", in.act,
		    r.is_apart ? "by HTTP" : "by the stream");
		request_free(&r);
	}
}

/*
 * The stream, and who waits.
 */
static struct loop *loop;
static struct talk *talk;
static int64_t now_ms = 1000;
static int n_said, is_full;
static char said[1024];

static int
say(void *ctx, const void *text, size_t len)
{
	(void)ctx;
	if (is_full)
		return -1;
	n_said++;
	snprintf(said, sizeof(said), "%.*s", (int)len, (const char *)text);
	return 0;
}

struct waiter {
	int	 n, status, is_sent;
	char	 body[64], why[64];
};

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct waiter *w = ctx;

	w->n++;
	w->status = status;
	w->is_sent = is_sent;
	snprintf(w->body, sizeof(w->body), "%.*s", (int)len, body);
	snprintf(w->why, sizeof(w->why), "%s", why);
}

static int
send_it(const char *method, const char *path, struct waiter *w)
{
	struct request r;
	int rc;

	memset(w, 0, sizeof(*w));
	make(&r, method, path);
	rc = talk_send(talk, &r, on_done, w);
	request_free(&r);
	return rc;
}

/* Time goes on, and what is due then happens. */
static void
pass(int64_t ms)
{
	now_ms += ms;
	clock_fake(INT64_C(1790000000000) + now_ms, now_ms);
	loop_turn(loop, 0);
	loop_turn(loop, 0);
}

static int
answer(const char *text)
{
	return talk_heard(talk, text, strlen(text));
}

static void
begin(void)
{
	const struct talk_conf c = { .loop = loop, .kind = &provider_ari,
		.conf = &conf, .say = say };

	n_said = is_full = 0;
	talk = talk_new(&c);
	talk_up(talk);
	(void)answer(ANSWER("0", "200", "{}"));
}

static void
test_trial(void)
{
	const struct talk_conf c = { .loop = loop, .kind = &provider_ari,
		.conf = &conf, .say = say };
	struct waiter w;

	n_said = 0;
	talk = talk_new(&c);
	ok(send_it("GET", "/channels/a", &w) == -1, "not up: by HTTP");
	talk_up(talk);
	ok(n_said == 1 && strstr(said, TRIAL) != NULL,
	    "up: a question finds out: %s", said);
	ok(send_it("GET", "/channels/a", &w) == -1, "not answered: by HTTP");
	ok(answer(ANSWER("0", "404", "")) == 1, "it does not know us");
	ok(send_it("GET", "/channels/a", &w) == -1, "by HTTP");
	ok(answer(ANSWER("0", "200", "{}")) == 1, "it is answered");
	ok(answer("{\"type\":\"Dial\"}") == 0, "an event is none of ours");
	ok(send_it("GET", "/channels/a", &w) == 0, "by the stream");
	talk_down(talk);
	ok(send_it("GET", "/channels/a", &w) == -1, "down: by HTTP");
	talk_free(talk);
	ok(w.n == 0, "and the end is silent");
}

static void
test_answers(void)
{
	struct waiter one, two, three;
	struct request r;

	begin();
	ok(send_it("POST", "/channels/a?x=1", &one) == 0 &&
	    send_it("POST", "/channels/b", &two) == 0 && n_said == 3,
	    "two requests");
	ok(answer(ANSWER("2", "200", "{}")) == 1 && two.n == 1 &&
	    two.status == 200 && one.n == 0, "the second's answer");
	is_str(two.body, "{}", "and its body");
	(void)answer(ANSWER("1", "409", ""));
	ok(one.n == 1 && one.status == 409 && one.is_sent, "the first's");
	(void)answer(ANSWER("1", "200", ""));
	ok(one.n == 1, "an answer that comes twice is told once");
	make(&r, "DELETE", "/channels/a");
	r.is_apart = 1;
	ok(talk_send(talk, &r, on_done, &three) == -1,
	    "what nothing may delay: by HTTP");
	request_free(&r);
	is_full = 1;
	ok(send_it("POST", "/channels/c", &three) == -1,
	    "no room in the stream: by HTTP");
	pass(60000);
	ok(one.n == 1 && two.n == 1 && three.n == 0, "and no more is told");
	talk_free(talk);
}

static void
test_late(void)
{
	struct waiter ring, find, other;

	begin();
	(void)send_it("POST", "/channels/a?x=1", &ring);
	pass(4999);
	ok(ring.n == 0, "within its time");
	pass(1);
	ok(ring.n == 1 && ring.status == 0 && ring.is_sent,
	    "beyond: no answer, and it may have been done");
	is_str(ring.why, "no answer in time", "why");
	ok(send_it("POST", "/channels/b", &other) == -1,
	    "another meanwhile: by HTTP");
	ok(send_it("GET", "/channels/a", &find) == 0,
	    "what came of it is asked behind it");
	pass(5000);
	ok(find.n == 1 && find.status == 0, "which has its time, too");
	ok(send_it("GET", "/channels/a", &find) == 0, "and again");
	(void)answer(ANSWER("1", "200", "{}"));
	ok(ring.n == 1, "it was done: told to nobody");
	(void)answer(ANSWER("3", "200", "{}"));
	ok(find.n == 1 && find.status == 200, "but what is asked behind it");
	ok(send_it("POST", "/channels/b", &other) == 0,
	    "all goes by the stream again");
	talk_free(talk);
}

static void
test_late_question(void)
{
	struct waiter find, other;

	begin();
	(void)send_it("GET", "/channels/a", &find);
	pass(5000);
	ok(find.n == 1 && find.status == 0, "a question without an answer");
	ok(send_it("POST", "/channels/b", &other) == 0,
	    "delays nothing: it changes nothing");
	(void)answer(ANSWER("1", "404", ""));
	ok(find.n == 1, "its answer is nobody's");
	talk_free(talk);
}

static void
test_down(void)
{
	struct waiter ring, late, again;

	begin();
	(void)send_it("POST", "/channels/a", &late);
	pass(5000);
	talk_down(talk);
	talk_up(talk);
	(void)answer(ANSWER("0", "200", "{}"));
	ok(late.n == 1 && send_it("POST", "/channels/b", &ring) == 0,
	    "a new stream knows nothing of what was late on the old");
	talk_down(talk);
	pass(999);
	ok(ring.n == 0, "what was under way may still be read");
	talk_up(talk);
	(void)answer(ANSWER("0", "200", "{}"));
	ok(send_it("POST", "/channels/c", &again) == 0, "others go on");
	pass(1);
	ok(ring.n == 1 && ring.status == 0 && ring.is_sent && again.n == 0,
	    "a second later it ends: it may have been done");
	is_str(ring.why, "the connection ended before an answer", "why");
	pass(3999);
	ok(again.n == 0, "the others have their time");
	pass(1000);
	ok(again.n == 1 && late.n == 1 && ring.n == 1, "each ends once");
	talk_free(talk);
}

static void
test_many(void)
{
	struct waiter w[200];
	char path[32];
	int i, n = 0;

	begin();
	for (i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "/channels/%d", i);
		n += send_it("POST", path, &w[i]) == 0;
	}
	ok(n == 128 && n_said == 129, "so many at once: %d", n);
	pass(5000);
	for (i = n = 0; i < 128; i++)
		n += w[i].n;
	ok(n == 128, "and each ends: %d", n);
	talk_free(talk);
}

int
main(void)
{
	test_say();
	test_heard();
	test_apart();
	loop = loop_new();
	clock_fake(INT64_C(1790000000000) + now_ms, now_ms);
	test_trial();
	test_answers();
	test_late();
	test_late_question();
	test_down();
	test_many();
	loop_free(loop);
	return tap_done();
}
