/*
 * Providers are asked no faster than they like: calls are spaced, and who
 * wants to be left alone is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#include "bridge-client/call/exchange.h"
#include "bridge-client/net/request.h"

#include "t/tap.h"

static int64_t now_ms;
static char sent[512];		/* names of what was sent, in order */
static world_done_fn *last_fn;
static void *last_ctx;
static int is_wanted = 1;

static void
at(int64_t ms)
{
	now_ms = ms;
	clock_fake(INT64_C(1790000000000) + ms, ms);
}

static int
send_it(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	size_t n = strlen(sent);

	(void)ctx;
	(void)provider;
	snprintf(sent + n, sizeof(sent) - n, "%s%.*s", n > 0 ? " " : "",
	    (int)r->url.len, (const char *)r->url.data);
	last_fn = fn;
	last_ctx = done_ctx;
	return 0;
}

/* Its name is its `caller'. */
static int
write_request(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	(void)c;
	request_init(r);
	r->method = "POST";
	buf_str(&r->url, in->caller);
	return step < 2 ? 0 : -1;
}

static void
read_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	(void)in, (void)is_sent, (void)body, (void)len;
	out->outcome = status == 200 ? step == 0 ? PROVIDER_MORE :
	    PROVIDER_DONE : PROVIDER_NOT;
}

static const struct provider kind = { .name = "words",
    .request = write_request, .reply = read_reply };
static struct provider_conf conf = { .name = "words" };
static struct exchanges all;
static char told[64];		/* outcomes, a letter each */

static void
on_over(void *ctx, const struct provider_reply *r)
{
	static const char letters[] = { [PROVIDER_DONE] = 'D',
	    [PROVIDER_REFUSED] = 'R', [PROVIDER_NOT] = 'N',
	    [PROVIDER_UNKNOWN] = 'U' };
	size_t n = strlen(told);

	(void)ctx;
	told[n] = letters[r->outcome];
	told[n + 1] = '\0';
}

static int
wanted(void *ctx)
{
	(void)ctx;
	return is_wanted;
}

static void
start(int calls_per_s)
{
	exchange_free_all(&all);
	memset(&all, 0, sizeof(all));
	at(1000000);
	conf.calls_per_s = calls_per_s;
	all.world.send = send_it;
	all.n = 1;
	all.provider[0].kind = &kind;
	all.provider[0].conf = &conf;
	sent[0] = told[0] = '\0';
	is_wanted = 1;
}

static struct exchange *
ask(enum provider_act act, const char *name, int64_t in_ms)
{
	struct provider_intent in = { .act = act, .caller = name };
	struct exchange_owner owner = { NULL, on_over, wanted,
	    in_ms > 0 ? now_ms + in_ms : 0 };
	struct provider_reply now;
	struct exchange *x = exchange_begin(&all, 0, &in, &owner, &now);

	if (x == NULL)
		on_over(NULL, &now);
	return x;
}

static void
after(int64_t ms, const char *want, const char *name)
{
	at(1000000 + ms);
	exchange_wake(&all);
	is_str(sent, want, "%s: after %d ms", name, (int)ms);
}

static void
test_spaced(void)
{
	start(0);
	ask(PROVIDER_RING, "a", 0);
	ask(PROVIDER_RING, "b", 0);
	is_str(sent, "a b", "no limit: all at once");
	is_int(exchange_wake(&all), 0, "nothing waits");
	start(3);
	ask(PROVIDER_RING, "a", 5000);
	ask(PROVIDER_RING, "b", 5000);
	ask(PROVIDER_RING, "c", 5000);
	ask(PROVIDER_PLAY, "p", 0);
	is_str(sent, "a p", "three a second: one now, and what is no call");
	is_int(exchange_wake(&all), 1000334, "when to come again");
	after(333, "a p", "not yet");
	after(334, "a p b", "the oldest");
	after(667, "a p b", "not yet");
	after(668, "a p b c", "the next");
	is_int(exchange_wake(&all), 0, "nothing waits");
	after(5000, "a p b c", "later");
	ask(PROVIDER_RING, "d", 5000);
	is_str(sent, "a p b c d", "nothing is saved up, nothing is owed");
}

static void
test_too_late(void)
{
	int i;

	start(1);
	for (i = 0; i < 7; i++)
		ask(PROVIDER_RING, "x", 5000);
	is_str(told, "", "the bucket says nothing of those that wait");
	for (i = 1; i <= 5; i++) {
		at(1000000 + i * 1000);
		exchange_wake(&all);
	}
	is_str(sent, "x x x x x x", "six in five seconds");
	is_str(told, "N", "the seventh certainly not");
}

static void
test_not_wanted(void)
{
	struct exchange *x;

	start(1);
	ask(PROVIDER_RING, "a", 5000);
	ask(PROVIDER_RING, "b", 5000);
	x = ask(PROVIDER_RING, "c", 5000);
	exchange_forget(x);
	is_wanted = 0;
	after(3000, "a", "ended while it waited, and forgotten");
	is_str(told, "N", "which the one is told");
	is_int(exchange_wake(&all), 0, "nothing waits");
}

static void
test_left_alone(void)
{
	static const struct {
		int		 status;
		const char	*why;
		int64_t		 hold_ms;
	} cases[] = {
		{ 200, "7", 0 }, { 500, "", 0 }, { 503, "2", 2000 },
		{ 429, "", 1000 }, { 429, "3", 3000 }, { 429, "0", 1 },
		{ 429, "-5", 1000 }, { 429, "x", 1000 },
		{ 429, "3600", 3600000 }, { 503, "7200", 3600000 },
		{ 429, "99999999", 3600000 }, { 429, "99999999999", 1000 },
		{ 0, "3", 0 },
	};
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(0);
		snprintf(name, sizeof(name), "HTTP %d, \"%s\"",
		    cases[i].status, cases[i].why);
		ask(PROVIDER_PLAY, "a", 0);
		last_fn(last_ctx, cases[i].status, 1, "", 0, cases[i].why);
		sent[0] = '\0';
		ask(PROVIDER_PLAY, "b", 0);
		if (cases[i].hold_ms <= 1) {
			is_str(sent, "b", "%s: asked at once", name);
			continue;
		}
		after(cases[i].hold_ms - 1, "", name);
		after(cases[i].hold_ms, "b", name);
	}
	start(0);
	pace_hold(&all.pace[0], 60, now_ms);
	pace_hold(&all.pace[0], 1, now_ms);
	ask(PROVIDER_HANG, "h", 0);
	ask(PROVIDER_RING, "r", 5000);
	is_str(told, "N", "a RING does not wait for a minute");
	after(1999, "", "a HANG waits");
	after(2000, "h", "a HANG does not for long");
}

/* So many requests are unanswered at once; the others wait in their order. */
static void
test_at_once(void)
{
	world_done_fn *fn;
	struct exchange *dropped;
	void *ctx;
	int i;

	start(0);
	for (i = 0; i < EXCHANGE_AT_ONCE; i++)
		ask(PROVIDER_PLAY, "p", 0);
	fn = last_fn;
	ctx = last_ctx;
	sent[0] = '\0';
	ask(PROVIDER_RING, "r1", 5000);
	dropped = ask(PROVIDER_RING, "r2", 5000);
	ask(PROVIDER_RING, "r3", 5000);
	ask(PROVIDER_PLAY, "p1", 0);
	is_str(sent, "", "they wait for an answer");
	ask(PROVIDER_HANG, "h", 0);
	is_str(sent, "h", "a HANG waits for none");
	exchange_forget(dropped);
	last_fn(last_ctx, 500, 1, "", 0, "");
	is_str(told, "N", "the HANG has its answer");
	is_str(sent, "h", "which gives nobody a turn");
	fn(ctx, 500, 1, "", 0, "");
	is_str(sent, "h p1", "what goes on, before what begins");
	last_fn(last_ctx, 500, 1, "", 0, "");
	is_str(sent, "h p1 r1", "one answered, one more");
	last_fn(last_ctx, 200, 1, "", 0, "");
	is_str(sent, "h p1 r1 r1", "a ring that has begun goes on");
	told[0] = '\0';
	after(5000, "h p1 r1 r1", "in time");
	is_str(told, "", "nobody is told yet");
	after(5001, "h p1 r1 r1", "too late");
	is_str(told, "N", "who waited too long is told, who was forgotten not");
}

int
main(void)
{
	test_spaced();
	test_too_late();
	test_not_wanted();
	test_left_alone();
	test_at_once();
	exchange_free_all(&all);
	return tap_done();
}
