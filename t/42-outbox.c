/*
 * What a call has to have done goes out in its order; and the heap of times.
 */
#include "bridge-client/call/due.h"
#include "bridge-client/call/outbox.h"

#include "t/phones.h"

/* Requests that were sent, and may be answered. */
static struct {
	char		 text[16];	/* "PLAY a" */
	world_done_fn	*fn;
	void		*ctx;
} sent[64];
static size_t n_sent;
static int n_ready;
static int fails;	/* world_send() */

static int
send_it(void *ctx, size_t provider, const struct request *r,
    world_done_fn *fn, void *done_ctx)
{
	struct buf url = r->url;

	(void)ctx;
	(void)provider;
	if (fails)
		return -1;
	snprintf(sent[n_sent].text, sizeof(sent[n_sent].text), "%.*s",
	    (int)(strchr((const char *)url.data, ' ') + 2 -
	    (const char *)url.data), (const char *)url.data);
	sent[n_sent].fn = fn;
	sent[n_sent++].ctx = done_ctx;
	return 0;
}

static void
on_ready(void *ctx)
{
	(void)ctx;
	n_ready++;
}

static struct exchanges all;
static struct outbox box;
static struct call call;

static void
start(void)
{
	const char *why;

	memset(&all, 0, sizeof(all));
	memset(&call, 0, sizeof(call));
	set_clock(1000000);
	call.leg[LEG_A].asked_ms = call.leg[LEG_B].asked_ms = w.now_ms;
	all.world.send = send_it;
	all.n = 1;
	all.provider[0].kind = &word_provider;
	all.provider[0].conf = &word_conf;
	memset(&box, 0, sizeof(box));
	box.all = &all;
	box.call = &call;
	box.ready = on_ready;
	call.state = CALL_STARTING;
	call.leg[LEG_A].state = call.leg[LEG_B].state = CALL_LEG_ASKED;
	if (tel_parse(&call.acc.a, "+442079460123", 13, &why) != 0)
		abort();
	call.acc.b = call.acc.a;
	snprintf(call.acc.caller, sizeof(call.acc.caller), "+441632960000");
	n_sent = 0;
	n_ready = fails = 0;
}

static void
stop(void)
{
	outbox_clear(&box);
	exchange_free_all(&all);
}

static void
add(enum provider_act what, enum leg leg)
{
	struct call_action a = { .act = what, .leg = leg,
	    .prompt = "a-wait" };

	if (outbox_add(&box, &a, 0) != 0)
		abort();
}

/* Answers the first of these that is open: "PLAY a". */
static void
answer(const char *text, int status)
{
	size_t i;

	for (i = 0; i < n_sent; i++)
		if (sent[i].fn != NULL && strcmp(sent[i].text, text) == 0) {
			sent[i].fn(sent[i].ctx, status, 1, "", 0, "");
			sent[i].fn = NULL;
			return;
		}
	ok(0, "%s is not open", text);
}

/* All that has been sent so far. */
static void
were_sent(const char *want, const char *name)
{
	char got[512] = "";
	size_t i, n = 0;

	for (i = 0; i < n_sent; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s",
		    i > 0 ? "," : "", sent[i].text);
	is_str(got, want, "%s", name);
}

/* Sends, and takes what is over. */
static void
go(enum outbox_ring ring)
{
	struct outbox_outcome o;

	outbox_send(&box, ring);
	while (outbox_take(&box, &o))
		continue;
}

static void
test_order(void)
{
	start();
	add(PROVIDER_HUSH, LEG_A);
	add(PROVIDER_PLAY, LEG_A);
	add(PROVIDER_RING, LEG_B);
	go(OUTBOX_RING);
	were_sent("HUSH a,RING b", "a leg's acts wait, the other's do not");
	answer("HUSH a", 400);
	go(OUTBOX_RING);
	were_sent("HUSH a,RING b,PLAY a", "whatever came of it");
	stop();
	start();
	call.state = CALL_BRIDGING;
	add(PROVIDER_HUSH, LEG_A);
	add(PROVIDER_HUSH, LEG_B);
	add(PROVIDER_BRIDGE, LEG_A);
	add(PROVIDER_PLAY, LEG_B);
	go(OUTBOX_RING);
	answer("HUSH a", 200);
	go(OUTBOX_RING);
	were_sent("HUSH a,HUSH b", "BRIDGE waits for both");
	answer("HUSH b", 200);
	go(OUTBOX_RING);
	were_sent("HUSH a,HUSH b,BRIDGE a", "and goes before what follows");
	add(PROVIDER_FIND, LEG_B);
	add(PROVIDER_HANG, LEG_B);
	go(OUTBOX_RING);
	were_sent("HUSH a,HUSH b,BRIDGE a,FIND b,HANG b",
	    "FIND and HANG wait for nobody, PLAY is needless");
	is_int(n_ready, 2, "told of each answer");
	stop();
}

static void
test_ring(void)
{
	struct outbox_outcome o;

	start();
	add(PROVIDER_RING, LEG_A);
	outbox_send(&box, OUTBOX_HOLD);
	were_sent("", "held");
	is_int(outbox_take(&box, &o), 0, "it waits");
	outbox_send(&box, OUTBOX_DROP);
	is_int(outbox_take(&box, &o), 1, "the provider is not there");
	is_int(o.reply.outcome, PROVIDER_NOT, "certainly not rung");
	add(PROVIDER_RING, LEG_A);
	outbox_send(&box, OUTBOX_HOLD);
	add(PROVIDER_HANG, LEG_A);
	outbox_send(&box, OUTBOX_RING);
	were_sent("HANG a", "a HANG makes it needless");
	is_int(outbox_take(&box, &o), 1, "which is told");
	ok(o.act == PROVIDER_RING && o.reply.outcome == PROVIDER_NOT,
	    "certainly not rung");
	add(PROVIDER_RING, LEG_B);
	call.leg[LEG_B].state = CALL_LEG_GONE;
	outbox_send(&box, OUTBOX_RING);
	were_sent("HANG a", "not asked for any more: not rung");
	stop();
	start();
	add(PROVIDER_RING, LEG_A);
	fails = 1;
	outbox_send(&box, OUTBOX_RING);
	is_int(outbox_take(&box, &o), 1, "could not be sent");
	is_int(o.reply.outcome, PROVIDER_NOT, "certainly not rung");
	fails = 0;
	add(PROVIDER_PLAY, LEG_A);
	outbox_send(&box, OUTBOX_RING);
	outbox_clear(&box);
	answer("PLAY a", 200);
	is_int(n_ready, 0, "forgotten: nobody is told");
	stop();
}

/* A provider that first asks, then does it, then looks what has come of it. */
static int
three_steps(const struct provider_conf *conf, const struct provider_intent *in,
    int step, struct request *r)
{
	int rc = step > 2 ? -1 : word_request(conf, in, 0, r);

	r->method = step == 1 ? "POST" : "GET";
	return rc;
}

static void
more(const struct provider_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct provider_reply *out)
{
	word_reply(in, step, status, is_sent, body, len, out);
	if (step < 2 && out->outcome == PROVIDER_DONE)
		out->outcome = PROVIDER_MORE;
}

static const struct provider slow = { .name = "slow", .request = three_steps,
    .reply = more };

/* What has come of this act, after so many answers and after `happens`. */
static void
test_between(enum provider_act act, void (*happens)(void), int answers,
    const char *want, const char *name)
{
	const char *words = act == PROVIDER_BRIDGE ? "BRIDGE a" : "RING a";
	struct outbox_outcome o;

	start();
	all.provider[0].kind = &slow;
	call.state = act == PROVIDER_BRIDGE ? CALL_BRIDGING : CALL_STARTING;
	add(act, LEG_A);
	outbox_send(&box, OUTBOX_RING);
	for (int i = 1; i < answers; i++)
		answer(words, 200);
	happens();
	answer(words, 200);
	were_sent(want, name);
	is_int(outbox_take(&box, &o), 1, "%s: there is an outcome", name);
	is_int(o.act, act, "%s: of this act", name);
	is_int(o.reply.outcome, answers > 1 ? PROVIDER_UNKNOWN : PROVIDER_NOT,
	    "%s: what it has come to", name);
	stop();
}

static void
it_ends(void)
{
	call.state = CALL_CLOSING;
}

static void
a_is_heard_of(void)
{
	call.leg[LEG_A].state = CALL_LEG_UP;
}

static void
test_steps(void)
{
	struct outbox_outcome o;

	test_between(PROVIDER_RING, it_ends, 1, "RING a",
	    "ended before it was asked to ring: it is not");
	test_between(PROVIDER_RING, it_ends, 2, "RING a,RING a",
	    "ended when it had been asked to ring: nobody can say");
	test_between(PROVIDER_RING, a_is_heard_of, 1, "RING a",
	    "the leg is there: it is not asked for again");
	test_between(PROVIDER_BRIDGE, it_ends, 1, "BRIDGE a",
	    "ended before they were joined: they are not");
	start();
	call.state = CALL_PARTING;
	add(PROVIDER_BRIDGE, LEG_A);
	outbox_send(&box, OUTBOX_RING);
	were_sent("", "the other side has left: nobody is joined");
	is_int(outbox_take(&box, &o), 1, "which is told");
	is_int(o.reply.outcome, PROVIDER_NOT, "certainly not joined");
	stop();
	start();
	all.provider[0].kind = &slow;
	add(PROVIDER_RING, LEG_A);
	outbox_send(&box, OUTBOX_RING);
	outbox_clear(&box);
	answer("RING a", 200);
	were_sent("RING a,RING a", "forgotten: it goes on");
	stop();
}

static void
test_held(void)
{
	struct outbox_outcome o;

	start();
	add(PROVIDER_RING, LEG_A);
	outbox_send(&box, OUTBOX_HOLD);
	set_clock(w.now_ms + 5000);
	outbox_send(&box, OUTBOX_RING);
	were_sent("RING a", "held for a while: rung");
	stop();
	start();
	add(PROVIDER_RING, LEG_A);
	outbox_send(&box, OUTBOX_HOLD);
	set_clock(w.now_ms + 5001);
	outbox_send(&box, OUTBOX_RING);
	were_sent("", "held for too long: not rung now");
	is_int(outbox_take(&box, &o), 1, "which is told");
	is_int(o.reply.outcome, PROVIDER_NOT, "to be asked for anew");
	stop();
}

static void
test_unknown_provider(void)
{
	struct call_action find = { .act = PROVIDER_FIND, .leg = LEG_A };
	struct outbox_outcome o;

	start();
	is_int(outbox_add(&box, &find, SIZE_MAX), 0, "added");
	outbox_send(&box, OUTBOX_RING);
	were_sent("", "nobody to ask");
	is_int(outbox_take(&box, &o), 1, "answered at once");
	ok(o.reply.outcome == PROVIDER_DONE && o.reply.found == PROVIDER_GONE,
	    "it knows no legs");
	stop();
}

static void
test_due(void)
{
	struct due_heap h = { NULL, 0, 0 };
	struct due d[200];
	int64_t last = 0;
	unsigned i, n = 0, seed = 1;

	memset(d, 0, sizeof(d));
	is_int(due_reserve(&h, 200), 0, "room");
	ok(due_first(&h) == NULL, "nobody");
	for (i = 0; i < 4000; i++) {
		seed = seed * 1103515245 + 12345;
		due_set(&h, &d[seed >> 8 & 127], seed >> 16 & 1023);
	}
	for (i = 128; i < 200; i++)
		due_set(&h, &d[i], i);
	for (i = 128; i < 200; i += 2)
		due_set(&h, &d[i], 0);
	while (due_first(&h) != NULL) {
		if (due_first(&h)->at < last)
			ok(0, "out of order");
		last = due_first(&h)->at;
		due_set(&h, due_first(&h), 0);
		n++;
	}
	ok(n > 36 + 100 && n <= 36 + 128, "each once, in order (%u)", n);
	due_free(&h);
}

int
main(void)
{
	test_order();
	test_ring();
	test_steps();
	test_held();
	test_unknown_provider();
	test_due();
	return tap_done();
}
