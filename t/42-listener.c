/*
 * Nobody is rung unheard: who was told so a moment ago need not ask.
 */
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/tel.h"

#include "bridge-client/call/lines.h"
#include "bridge-client/net/request.h"
#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/listener.h"

#include "t/tap.h"

#define GOOD	LISTENER_GOOD_MS
#define YOUNG	LISTENER_YOUNG_MS

/* Its own memory. */

static void
test_memory(void)
{
	static const struct {
		const char	*what;
		int64_t		 since, asked, end, now;	/* 0: never */
		int		 is_sure;
	} cases[] = {
		{ "nothing is known", 0, 0, 0, 50000, 0 },
		{ "a stream, and nobody asked", 1000, 0, 0, 50000, 0 },
		{ "asked, and no stream", 0, 50000, 0, 50000, 0 },
		{ "asked before the stream came", 1000, 999, 0, 11000, 0 },
		{ "young", 1000, 10999, 0, 10999, 0 },
		{ "asked long ago", 1000, 50000, 0, 51001, 0 },
		{ "fallen since", 1000, 50000, 50001, 50002, 0 },
		{ "old enough", 1000, 10999, 0, 11000, 1 },
		{ "asked just now", 1000, 50000, 0, 50000, 1 },
		{ "asked a moment ago", 1000, 50000, 0, 51000, 1 },
	};
	struct listener l;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&l, 0, sizeof(l));
		if (cases[i].since != 0)
			listener_begin(&l, cases[i].since);
		if (cases[i].asked != 0)
			listener_found(&l, cases[i].asked);
		if (cases[i].end != 0)
			listener_end(&l);
		is_int(listener_is_sure(&l, cases[i].now), cases[i].is_sure,
		    "%s", cases[i].what);
	}
	memset(&l, 0, sizeof(l));
	listener_begin(&l, 1000);
	listener_begin(&l, 40000);
	listener_found(&l, 41000);
	listener_found(&l, 40500);
	is_int(listener_is_sure(&l, 42000), 1, "it is as old as it was, and "
	    "an older answer changes nothing");
	listener_end(&l);
	listener_begin(&l, 42000);
	is_int(listener_is_sure(&l, 42000 + YOUNG), 0,
	    "what was known ends with it");
}

/* RINGs of Asterisk's, and what is sent for each. */

static struct exchanges all;
static struct lines lines;
static int64_t now_ms;
static char asked[64];		/* a letter for each request */
static world_done_fn *done;
static void *done_ctx;

static int
send_it(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *fn_ctx)
{
	size_t n = strlen(asked);

	(void)ctx;
	(void)provider;
	asked[n++] = strcmp(r->method, "GET") == 0 ? 'g' : 'P';
	asked[n] = '\0';
	done = fn;
	done_ctx = fn_ctx;
	return 0;
}

static void
listen_again(void *ctx, size_t provider)
{
	(void)ctx;
	(void)provider;
}

static const struct provider_conf conf = { .name = "home",
	.url = "http://127.0.0.1:8088/ari", .user = "calloffer",
	.app = "calloffer", .trunk_pstn = "PJSIP/%s@trunk",
	.trunk_sip = "", .prompts = "/prompts" };
static const struct tel to = { TEL_E164, "+442079460123", "" };
static const struct provider_intent ring = { .act = PROVIDER_RING, .ref = "",
	.to = &to, .caller = "+441632960000", .ring_s = 25,
	.max_s = 3600, .lang = "en" };

static void
after(int64_t ms)
{
	now_ms += ms;
	clock_fake(1700000000000, now_ms);
}

static void
answer(int status)
{
	done(done_ctx, status, 1, "{}", 2, "");
}

static enum provider_outcome outcome;

static void
is_over(void *ctx, const struct provider_reply *r)
{
	(void)ctx;
	outcome = r->outcome;
}

/* One RING, whose first question waits so long and is answered so; what was
 * sent: "gP" asks and rings, "P" rings. */
static const char *
ring_after(int64_t ms, int64_t slow_ms, int status)
{
	const struct exchange_owner owner = { NULL, is_over, NULL, 0 };
	struct provider_reply now;

	after(ms);
	asked[0] = '\0';
	if (exchange_begin(&all, 0, &ring, &owner, &now) == NULL)
		return "nothing";
	if (asked[0] == 'g') {
		after(slow_ms);
		answer(status);
	}
	if (strchr(asked, 'P') != NULL)
		answer(200);
	return asked;
}

static void
start(void)
{
	memset(&all, 0, sizeof(all));
	all.world.send = send_it;
	all.world.listen = listen_again;
	all.n = 1;
	all.provider[0].kind = &provider_ari;
	all.provider[0].conf = &conf;
	lines_init(&lines, &all);
}

/* The stream comes up and is found good. */
static void
come_up(void)
{
	lines_stream(&lines, 0, 1, "");
	after(0);
	(void)lines_wake(&lines);
	lines_echo(&lines, 0);
	answer(200);
	answer(200);
	answer(204);
	is_int(lines_is_ready(&lines, 0), 1, "the stream is good");
}

static void
test_rings(void)
{
	start();
	is_str(ring_after(YOUNG, 0, 200), "g", "no stream: each asks");
	is_int(outcome, PROVIDER_NOT, "and rings nobody");
	come_up();
	is_str(ring_after(1, 0, 200), "gP", "a young stream: each asks");
	is_str(ring_after(YOUNG - 2, 0, 200), "gP", "while it is young");
	is_str(ring_after(1, 0, 200), "P", "older: who comes after one that "
	    "asked rings");
	is_int(outcome, PROVIDER_DONE, "and that is all");
	is_str(ring_after(GOOD - 1, 0, 200), "P", "for a second");
	is_str(ring_after(1, 0, 404), "g", "no longer: and nobody listens");
	is_int(outcome, PROVIDER_NOT, "so nobody is rung");
	is_str(ring_after(1, 0, 500), "g", "what is no answer tells nothing");
	is_str(ring_after(1, 0, 200), "gP", "the next one asks");
	is_str(ring_after(1, 0, 200), "P", "and the one after it rings");
	after(GOOD);
	is_str(ring_after(0, 900, 200), "gP", "an answer that took its time");
	is_str(ring_after(GOOD - 900, 0, 200), "P", "counts from its question");
	is_str(ring_after(1, 0, 200), "gP", "on");
}

static void
test_ends(void)
{
	is_str(ring_after(1, 0, 200), "P", "it is known");
	lines_stream(&lines, 0, 0, "it fell");
	is_str(ring_after(0, 0, 200), "g", "the stream falls: it is not");
	come_up();
	is_str(ring_after(0, 0, 200), "gP", "it comes back: it is young");
	after(YOUNG);
	(void)ring_after(0, 0, 200);
	is_str(ring_after(0, 0, 200), "P", "it is known");
	lines_lost(&lines, 0);
	is_str(ring_after(0, 0, 200), "g", "others get our events: it is not");
	lines_stream(&lines, 0, 0, "anew");
	come_up();
	after(YOUNG);
	(void)ring_after(0, 0, 200);
	is_str(ring_after(0, 0, 200), "P", "it is known");
	(void)lines_wake(&lines);
	answer(404);
	is_str(ring_after(0, 0, 200), "g", "a bad probe: it is not");
	exchange_free_all(&all);
}

/* The answer was true when it was given. */
static void
test_falls_meanwhile(void)
{
	const struct exchange_owner owner = { NULL, is_over, NULL, 0 };
	struct provider_reply now;
	world_done_fn *fn;
	void *ctx;
	int is_back;

	for (is_back = 0; is_back < 2; is_back++) {
		start();
		come_up();
		after(1);
		asked[0] = '\0';
		ok(exchange_begin(&all, 0, &ring, &owner, &now) != NULL,
		    "a RING asks");
		fn = done;
		ctx = done_ctx;
		lines_stream(&lines, 0, 0, "it fell");
		after(1);
		if (is_back)
			come_up();
		asked[0] = '\0';
		fn(ctx, 200, 1, "{}", 2, "");
		is_str(asked, "", "the stream falls%s: nobody is rung",
		    is_back ? " and comes back" : "");
		is_int(outcome, PROVIDER_NOT, "which is certain");
		exchange_free_all(&all);
	}
}

/* What is left out is the first step, and nothing else. */
static void
test_steps(void)
{
	static const int statuses[] = { 0, 200, 201, 400, 401, 404, 409, 500 };
	struct provider_intent known = ring;
	struct provider_reply a, b;
	struct request q, r;
	size_t i;
	int step;

	known.has_listener = 1;
	is_int(provider_ari.request(&conf, &known, 2, &r), -1, "two steps");
	request_free(&r);
	is_int(provider_ari.request(&conf, &known, -1, &r), -1,
	    "and none before");
	request_free(&r);
	for (step = 0; step < 2; step++) {
		is_int(provider_ari.request(&conf, &known, step, &q), 0,
		    "step %d of one that is known", step);
		is_int(provider_ari.request(&conf, &ring, step + 1, &r), 0,
		    "step %d of another", step + 1);
		is_str(q.method, r.method, "step %d: its method", step);
		is_str(buf_cstr(&q.url), buf_cstr(&r.url), "URL");
		is_str(buf_cstr(&q.body), buf_cstr(&r.body), "body");
		request_free(&q);
		request_free(&r);
		for (i = 0; i < 2 * sizeof(statuses) / sizeof(int); i++) {
			provider_ari.reply(&known, step, statuses[i / 2],
			    i % 2 == 0, "", 0, &a);
			provider_ari.reply(&ring, step + 1, statuses[i / 2],
			    i % 2 == 0, "", 0, &b);
			is_int(a.outcome, b.outcome, "step %d, %d", step,
			    statuses[i / 2]);
		}
	}
}

int
main(void)
{
	now_ms = 1000000;
	clock_fake(1700000000000, now_ms);
	test_memory();
	test_rings();
	test_ends();
	test_falls_meanwhile();
	test_steps();
	return tap_done();
}
