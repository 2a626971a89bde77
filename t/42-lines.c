/*
 * Can a provider be used just now?  It answers, its stream is up, and the
 * events are ours.
 */
#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/clock.h"

#include "bridge-client/call/lines.h"
#include "bridge-client/net/request.h"

#include "t/tap.h"

static struct exchanges all;
static struct lines lines;
static int64_t now_ms;
static int n_sent, n_listened;
static world_done_fn *done;
static void *done_ctx;

static int
send_it(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *fn_ctx)
{
	(void)ctx;
	(void)provider;
	(void)r;
	n_sent++;
	done = fn;
	done_ctx = fn_ctx;
	return 0;
}

static void
listen_again(void *ctx, size_t provider)
{
	(void)ctx;
	(void)provider;
	n_listened++;
}

static int
request(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	(void)c;
	(void)step;
	request_init(r);
	return in->act == PROVIDER_PROBE ? 0 : -1;
}

static void
reply(const struct provider_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct provider_reply *out)
{
	(void)in;
	(void)step;
	(void)is_sent;
	(void)body;
	(void)len;
	provider_say(out, status == 200 ? PROVIDER_DONE : PROVIDER_NOT,
	    status == 200 ? "" : "nobody listens");
}

static int
stream(const struct provider_conf *c, char *dst, size_t size)
{
	(void)c;
	return snprintf(dst, size, "/") == 1 ? 0 : -1;
}

static struct provider kind = { .name = "kind", .request = request,
    .reply = reply, .stream = stream };
static const struct provider_conf conf = { .name = "mine" };

/* After so many milliseconds; how many questions that brings. */
static int
after(int64_t ms)
{
	int before = n_sent;

	now_ms += ms;
	clock_fake(1700000000000, now_ms);
	(void)lines_wake(&lines);
	return n_sent - before;
}

static void
answer(int status)
{
	done(done_ctx, status, 1, "", 0, "");
}

static const char *
detail(void)
{
	static struct ask_health h;

	lines_health(&lines, &h);
	return h.provider[0].is_ready ? "ready" : h.provider[0].detail;
}

static void
test_stream(void)
{
	static const int pause[] = { 1000, 2000, 4000, 8000, 16000, 30000,
	    30000 };
	size_t i;

	is_int(after(60000), 0, "without its stream nobody asks");
	is_int(lines_is_ready(&lines, 0), 0, "nor is it ready");
	lines_stream(&lines, 0, 1, "");
	is_int(after(0), 1, "the stream is up: it is asked at once");
	is_int(lines_is_ready(&lines, 0), 0, "not ready before it answers");
	answer(404);
	is_str(detail(), "nobody listens", "a bad answer is told");
	is_int(after(1999), 0, "then a pause");
	is_int(after(1), 1, "and it is asked again");
	answer(200);
	is_str(detail(), "ready", "a good answer: ready");
	for (i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
		is_int(after(pause[i] - 1), 0, "then a pause, %d ms",
		    pause[i]);
		is_int(after(1), 1, "and it is asked again");
		answer(200);
	}
	lines_stream(&lines, 0, 0, "it fell");
	is_str(detail(), "it fell", "the stream falls: not ready");
	is_int(after(60000), 0, "and nobody asks");
}

/* Whoever waits for an answer does not look again and again whether it is
 * time to ask. */
static void
test_asked(void)
{
	lines_stream(&lines, 0, 1, "");
	is_int(after(0), 1, "it is asked");
	lines_stream(&lines, 0, 0, "it fell");
	lines_stream(&lines, 0, 1, "");
	is_int(after(0), 0, "and not again before it answers");
	is_int(lines_wake(&lines), 0, "nor is that due");
	answer(200);
	is_str(detail(), "ready", "it answers");
	ok(lines_wake(&lines) > now_ms, "the next time is later");
	lines_stream(&lines, 0, 0, "it fell");
}

static void
test_lost(void)
{
	lines_stream(&lines, 0, 1, "");
	after(0);
	answer(200);
	after(5000);
	answer(200);
	lines_lost(&lines, 0);
	is_str(detail(), "another program has taken over our events",
	    "somebody else gets our events");
	is_int(after(4999), 0, "he is not asked about at once");
	is_int(after(1), 1, "but after a while");
	answer(200);
	is_int(n_listened, 0, "while he listens he is left in peace");
	is_int(lines_is_ready(&lines, 0), 0, "and we are not ready");
	is_int(after(5000), 1, "asked again");
	answer(404);
	is_int(n_listened, 1, "he is gone: the stream is opened anew");
	lines_stream(&lines, 0, 0, "anew");
	lines_stream(&lines, 0, 1, "");
	is_int(after(0), 1, "it is up: asked at once");
	answer(200);
	is_str(detail(), "ready", "and ready");
	is_int(n_listened, 1, "the stream stays");
}

/* The stream is up, and nobody listens all the same. */
static void
test_deaf(void)
{
	int before = n_listened;

	after(30000);
	answer(404);
	is_int(n_listened - before, 0, "one bad answer: patience");
	after(2000);
	answer(200);
	after(30000);
	answer(404);
	is_int(n_listened - before, 0, "a good one: from the beginning");
	after(2000);
	answer(404);
	is_int(n_listened - before, 1, "two in a row: it listens anew");
	after(2000);
	answer(200);
	is_str(detail(), "ready", "and ready");
}

/* It says that somebody listens; whether that is us only an event tells. */
static void
test_echo(void)
{
	int before = n_listened;

	kind.is_echoed = 1;
	lines_stream(&lines, 0, 0, "it fell");
	lines_stream(&lines, 0, 1, "");
	after(0);
	answer(200);
	is_str(detail(), "it fell", "it answers: not ready before its echo");
	is_int(after(1999), 0, "for which there is time");
	lines_echo(&lines, 0);
	is_str(detail(), "ready", "the echo: ready");
	is_int(after(999), 0, "then a pause");
	is_int(after(1), 1, "and it is asked again");
	lines_echo(&lines, 0);
	answer(200);
	is_int(after(1999), 0, "an echo before its answer is as good");
	is_int(after(1), 1, "asked again");
	answer(200);
	is_str(detail(), "ready", "it answers: it is still ready");
	is_int(after(2000), 0, "without an echo it is not asked");
	is_int(n_listened - before, 1, "but listened to anew");
	is_str(detail(), "its events do not come", "and not ready");
	lines_stream(&lines, 0, 0, "anew");
	lines_stream(&lines, 0, 1, "");
	is_int(after(0), 1, "it is up: asked at once");
	answer(200);
	lines_stream(&lines, 0, 0, "it fell");
	is_int(after(5000), 0, "it falls: no echo is waited for");
	is_int(n_listened - before, 1, "nor is it listened to anew");
	lines_echo(&lines, 0);
	is_str(detail(), "it fell", "one that comes late says nothing");
	kind.is_echoed = 0;
	lines_stream(&lines, 0, 1, "");
	after(0);
	answer(200);
}

/* A question of before the fall is still open. */
static void
test_slow_answer(void)
{
	after(30000);
	lines_stream(&lines, 0, 0, "it fell");
	lines_stream(&lines, 0, 1, "");
	is_int(after(10), 0, "not asked twice at a time");
	is_int(lines_wake(&lines), 0, "nor is there anything to wake for");
	answer(0);
	is_int(after(2000), 1, "it comes to nothing: asked again");
	answer(200);
	is_str(detail(), "ready", "and ready");
}

/* An attempt of ours that was given up got through after the next one. */
static void
test_ghosts(void)
{
	int before = n_listened, i;

	lines_stream(&lines, 0, 0, "it fell");
	lines_stream(&lines, 0, 1, "");
	lines_lost(&lines, 0);
	is_int(n_listened - before, 0, "none was given up: somebody else");
	for (i = 0; i < 5; i++)
		lines_stream(&lines, 0, 0, "no answer to the handshake");
	for (i = 0; i < 3; i++) {
		lines_stream(&lines, 0, 1, "");
		now_ms += 999;
		clock_fake(1700000000000, now_ms);
		lines_lost(&lines, 0);
		is_int(n_listened - before, i + 1, "a moment after us: that "
		    "was us");
		is_int(lines_is_ready(&lines, 0), 0, "not ready");
		lines_stream(&lines, 0, 0, "anew");
	}
	lines_stream(&lines, 0, 1, "");
	lines_lost(&lines, 0);
	is_int(n_listened - before, 3, "but not for ever");
	for (i = 0; i < 2; i++)
		lines_stream(&lines, 0, 0, "no answer to the handshake");
	lines_stream(&lines, 0, 1, "");
	after(0);
	answer(200);
	after(5000);
	answer(200);
	lines_stream(&lines, 0, 0, "it fell");
	lines_stream(&lines, 0, 1, "");
	lines_lost(&lines, 0);
	is_int(n_listened - before, 3, "after a good time they are forgotten");
	lines_stream(&lines, 0, 0, "anew");
	lines_stream(&lines, 0, 1, "");
	after(0);
	answer(200);
}

/* Whose events come by webhooks has no stream, and is left in peace as well. */
static void
test_no_stream(void)
{
	static const int pause[] = { 1000, 2000, 4000, 8000, 16000, 30000 };
	size_t i;

	kind.stream = NULL;
	lines_init(&lines, &all);
	is_int(after(0), 1, "no stream: it is asked at once");
	for (i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
		answer(200);
		is_str(detail(), "ready", "it answers: ready");
		is_int(after(pause[i] - 1), 0, "then a pause, %d ms",
		    pause[i]);
		is_int(after(1), 1, "and it is asked again");
	}
	answer(200);
}

int
main(void)
{
	now_ms = 1000000;
	clock_fake(1700000000000, now_ms);
	all.world.send = send_it;
	all.world.listen = listen_again;
	all.n = 1;
	all.provider[0].kind = &kind;
	all.provider[0].conf = &conf;
	lines_init(&lines, &all);
	test_stream();
	test_asked();
	test_lost();
	test_deaf();
	test_echo();
	test_slow_answer();
	test_ghosts();
	test_no_stream();
	exchange_free_all(&all);
	return tap_done();
}
