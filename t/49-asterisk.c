/*
 * provider/ari, rest and a real Asterisk with real telephones: every act,
 * every way in which a leg ends, audio both ways, no number on the wrong side.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include "lib/secret.h"
#include "lib/tel.h"

#include "bridge-client/net/request.h"
#include "bridge-client/net/rest.h"
#include "bridge-client/net/rest_stream.h"
#include "bridge-client/provider/ari.h"
#include "bridge-client/provider/provider.h"

#include "t/asterisk/bed.h"
#include "t/tap.h"

#define NUMBER_A	"+442079460101"
#define NUMBER_B	"+442079460202"
#define CALLER		"+441632960000"

static const struct provider *const ari = &provider_ari;
static struct loop *loop;
static struct rest *rest;
static struct rest_account *account;
static struct rest_stream *stream;
static struct provider_conf conf;
static char prompts[256];
static struct secret *password;

/* Events. */

#define SEEN_MAX 256
static struct provider_event seen[SEEN_MAX];
static size_t n_seen, n_read;
static unsigned char call_id[PROVIDER_CALL_BYTES];	/* the one of now */
static int n_up, n_down;

static void
on_up(void *ctx)
{
	(void)ctx;
	n_up++;
}

static void
on_down(void *ctx, const char *why)
{
	(void)ctx;
	n_down++;
	tap_note("stream down: %s", why);
}

/* The last word of the call before comes late: who has left Stasis is not
 * destroyed yet. */
static int
is_of_now(const struct provider_event *e)
{
	return e->kind == EVENT_LOST || e->kind == EVENT_ECHO ||
	    memcmp(e->call, call_id, sizeof(call_id)) == 0;
}

static void
on_text(void *ctx, const char *text, size_t len)
{
	struct provider_event e;

	(void)ctx;
	if (ari->event(text, len, &e) < 0)
		tap_note("not understood: %.*s", (int)len, text);
	else if (e.kind != EVENT_NONE && n_seen < SEEN_MAX && is_of_now(&e))
		seen[n_seen++] = e;
}

static const struct rest_stream_fn stream_fn = { on_up, on_down, on_text };

static void
turn(const int *flag, int n, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	while ((flag == NULL || *flag < n) && clock_mono_ms() < end)
		loop_turn(loop, end - clock_mono_ms());
}

/* The next event of this kind and leg, those before it are passed over. */
static const struct provider_event *
await(enum provider_event_kind kind, enum leg leg, int ms)
{
	int64_t end = clock_mono_ms() + ms;

	for (;;) {
		while (n_read < n_seen) {
			const struct provider_event *e = &seen[n_read++];

			if (e->kind == kind && e->leg == leg)
				return e;
		}
		if (clock_mono_ms() >= end)
			return NULL;
		loop_turn(loop, end - clock_mono_ms());
	}
}

/* Acts. */

static struct tel number[2];

static void
new_call(const char *a, const char *b)
{
	const char *why;
	const char *text[2] = { a, b };
	int i;

	for (i = 0; i < 2; i++)
		if (tel_parse(&number[i], text[i], strlen(text[i]), &why) < 0)
			exit(1);
	for (i = PROVIDER_CALL_BYTES; i-- > 0 && ++call_id[i] == 0;)
		;
	n_seen = n_read = 0;
}

struct answer {
	int		is_done, status, is_sent;
	struct buf	body;
};

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct answer *a = ctx;

	(void)why;
	a->is_done = 1;
	a->status = status;
	a->is_sent = is_sent;
	buf_put(&a->body, body, len);
}

static struct provider_reply
act_as(const struct provider_intent *in)
{
	struct provider_reply r;
	struct request q;
	struct answer a;
	int step = 0;

	do {
		memset(&a, 0, sizeof(a));
		memset(&r, 0, sizeof(r));
		buf_init(&a.body, 65536);
		r.outcome = PROVIDER_REFUSED;
		if (ari->request(&conf, in, step, &q) == 0 &&
		    rest_send(account, &q, on_done, &a) == 0) {
			turn(&a.is_done, 1, 10000);
			ari->reply(in, step, a.status, a.is_sent,
			    buf_cstr(&a.body), a.body.len, &r);
		}
		request_free(&q);
		buf_free(&a.body);
		step++;
	} while (r.outcome == PROVIDER_MORE);
	return r;
}

static struct provider_intent
intent(enum provider_act what, enum leg leg)
{
	struct provider_intent in;

	memset(&in, 0, sizeof(in));
	in.act = what;
	memcpy(in.call, call_id, sizeof(in.call));
	in.leg = leg;
	in.to = &number[leg];
	in.caller = CALLER;
	in.ring_s = 2;
	in.max_s = 60;
	in.prompt = leg == LEG_A ? "a-offer,a-press" : "b-offer,b-press";
	in.lang = "en";
	return in;
}

static struct provider_reply
act(enum provider_act what, enum leg leg)
{
	struct provider_intent in = intent(what, leg);

	return act_as(&in);
}

static int
does(enum provider_act what, enum leg leg)
{
	static const char *const word[] = { "PROBE", "RING", "PLAY", "HUSH",
	    "BRIDGE", "HANG", "UNBRIDGE", "FIND" };
	struct provider_reply r = act(what, leg);

	return is_int(r.outcome, PROVIDER_DONE, "%s leg %c %s", word[what],
	    leg == LEG_A ? 'A' : 'B', r.detail);
}

static int
found(enum leg leg)
{
	struct provider_reply r = act(PROVIDER_FIND, leg);

	return r.outcome == PROVIDER_DONE ? (int)r.found : -1;
}

static void
connect_to(const char *base)
{
	struct rest_account_conf c = { bed_var.user, password, bed_var.ca,
	    2000, NULL, NULL };
	char path[64], text[256];
	int i;

	conf.name = "asterisk";
	conf.url = base;
	conf.user = bed_var.user;
	conf.app = bed_var.app;
	conf.trunk_pstn = "PJSIP/%s@trunk";
	conf.trunk_sip = "PJSIP/packet/%s";
	conf.prompts = prompts;
	ok(ari->check(&conf) == NULL, "the section is good");
	account = rest_account_new(rest, &c);
	/* who has listened before is forgotten a moment later */
	for (i = 0; i < 50 && act(PROVIDER_PROBE, LEG_A).outcome ==
	    PROVIDER_DONE; i++)
		turn(NULL, 0, 100);
	is_int(act(PROVIDER_PROBE, LEG_A).outcome, PROVIDER_NOT,
	    "PROBE: nobody listens yet");
	new_call(NUMBER_A, NUMBER_B);
	is_int(act(PROVIDER_RING, LEG_A).outcome, PROVIDER_NOT,
	    "RING: certainly not, nobody listens");
	if (ari->stream(&conf, path, sizeof(path)) < 0)
		exit(1);
	snprintf(text, sizeof(text), "%s%s", base, path);
	n_up = 0;
	stream = rest_stream_open(account, text, &stream_fn, NULL);
	turn(&n_up, 1, 5000);
	is_int(n_up, 1, "events: %s", text);
	does(PROVIDER_PROBE, LEG_A);
}

static void
disconnect(void)
{
	rest_stream_close(stream);
	rest_account_free(account);
	stream = NULL;
	account = NULL;
}

/* Cases. */

static void
test_causes(void)
{
	static const struct {
		const char		*number;
		int			 rings, answers;
		enum provider_cause	 cause;
	} cases[] = {
		{ "+442079460486", 0, 0, CAUSE_BUSY },
		{ "+442079460600", 0, 0, CAUSE_BUSY },
		{ "+442079460603", 0, 0, CAUSE_DECLINED },
		{ "+442079460480", 0, 0, CAUSE_NO_ANSWER },
		{ "+442079460404", 0, 0, CAUSE_UNREACHABLE },
		{ "+442079460410", 0, 0, CAUSE_UNREACHABLE },
		{ "+442079460503", 0, 0, CAUSE_FAILED },
		{ "+442079460403", 0, 0, CAUSE_FAILED },
		{ "+442079460180", 1, 0, CAUSE_NO_ANSWER },
		{ "+442079460201", 1, 1, CAUSE_NORMAL },
		{ "sip:0486@example.com", 0, 0, CAUSE_BUSY },
	};
	const struct provider_event *e;
	size_t i, j, rings, answers;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		new_call(cases[i].number, NUMBER_B);
		does(PROVIDER_RING, LEG_A);
		e = await(EVENT_GONE, LEG_A, 6000);
		ok(e != NULL, "%s is gone", cases[i].number);
		if (e != NULL)
			is_int(e->cause, cases[i].cause, "because: %s",
			    e->detail);
		rings = answers = 0;
		for (j = 0; j < n_seen; j++) {
			rings += seen[j].kind == EVENT_RINGING;
			answers += seen[j].kind == EVENT_ANSWERED;
		}
		is_int(rings > 0, cases[i].rings, "did it ring?");
		is_int(answers, cases[i].answers, "was it answered?");
	}
	is_int(found(LEG_A), PROVIDER_GONE, "FIND: it is gone");
	does(PROVIDER_HANG, LEG_A);
}

static void
test_once(void)
{
	const struct provider_event *e;
	const char *good = conf.trunk_pstn;
	struct provider_reply r;

	new_call("+442079460180", NUMBER_B);
	does(PROVIDER_RING, LEG_A);
	ok(await(EVENT_RINGING, LEG_A, 2000) != NULL, "it rings");
	is_int(found(LEG_A), PROVIDER_IS_RINGING, "FIND: it rings");
	does(PROVIDER_RING, LEG_A);
	does(PROVIDER_HANG, LEG_A);
	e = await(EVENT_GONE, LEG_A, 2000);
	is_int(e != NULL ? (int)e->cause : -1, CAUSE_CANCELLED,
	    "cancelled by us");
	ok(await(EVENT_GONE, LEG_A, 300) == NULL,
	    "the same leg asked for twice has rung once");

	conf.trunk_pstn = "PJSIP/%s@nowhere";
	r = act(PROVIDER_RING, LEG_A);
	is_int(r.outcome, PROVIDER_REFUSED, "a trunk that is not there: %s",
	    r.detail);
	conf.trunk_pstn = "Nothing/%s";
	r = act(PROVIDER_RING, LEG_A);
	is_int(r.outcome, PROVIDER_REFUSED, "nor its technology: %s",
	    r.detail);
	conf.trunk_pstn = good;
}

static void
test_safety_net(void)
{
	struct provider_intent in;
	int64_t begin;

	new_call("+442079460000", NUMBER_B);
	in = intent(PROVIDER_RING, LEG_A);
	in.max_s = 1;
	begin = clock_mono_ms();
	is_int(act_as(&in).outcome, PROVIDER_DONE, "a mailbox is rung");
	ok(await(EVENT_ANSWERED, LEG_A, 2000) != NULL, "and answers");
	ok(await(EVENT_GONE, LEG_A, 4000) != NULL &&
	    clock_mono_ms() - begin >= 900,
	    "a leg that nobody ends is ended after max_s");
}

static void
test_prompts(void)
{
	const struct provider_event *e;
	struct provider_intent in;

	new_call("+442079460000", NUMBER_B);
	does(PROVIDER_RING, LEG_A);
	await(EVENT_ANSWERED, LEG_A, 2000);
	does(PROVIDER_PLAY, LEG_A);
	ok(await(EVENT_SPOKEN, LEG_A, 500) == NULL, "it speaks");
	does(PROVIDER_HUSH, LEG_A);
	e = await(EVENT_SPOKEN, LEG_A, 2000);
	is_str(e != NULL ? e->detail : "", "a-offer", "hushed in the first");
	does(PROVIDER_HUSH, LEG_A);

	in = intent(PROVIDER_PLAY, LEG_A);
	in.prompt = "a-blocked";
	in.lang = "de";
	is_int(act_as(&in).outcome, PROVIDER_DONE, "PLAY in German");
	e = await(EVENT_SPOKEN, LEG_A, 8000);
	is_str(e != NULL ? e->detail : "", "a-blocked", "spoken to its end");
	ok(e != NULL && e->cause != CAUSE_FAILED, "without a failure");
	in.prompt = "a-nothing";
	is_int(act_as(&in).outcome, PROVIDER_DONE, "PLAY what is not there");
	e = await(EVENT_SPOKEN, LEG_A, 2000);
	ok(e != NULL && e->cause == CAUSE_FAILED, "fails: %s",
	    e != NULL ? e->detail : "");
	in.prompt = "a-press";
	in.digits = "42";
	is_int(act_as(&in).outcome, PROVIDER_DONE, "an extension is dialled");
	does(PROVIDER_HUSH, LEG_A);
	does(PROVIDER_HANG, LEG_A);
	await(EVENT_GONE, LEG_A, 2000);
	is_int(act(PROVIDER_PLAY, LEG_A).outcome, PROVIDER_REFUSED,
	    "PLAY to nobody");
	is_int(act(PROVIDER_BRIDGE, LEG_A).outcome, PROVIDER_REFUSED,
	    "BRIDGE of nobody");
	does(PROVIDER_UNBRIDGE, LEG_A);
}

/* What the SIP messages say. */
static int
sip(const char *what, const char *a, const char *b)
{
	const char *const argv[] = { "t/asterisk/sip", bed_dir, what, a, b,
	    NULL };

	return bed_run(argv);
}

static void
check_tone(const char *name, const char *hz, const char *other)
{
	char dir[512];
	const char *const argv[] = { "/bin/sh", "-c", "exec t/asterisk/tone "
	    "\"$(ls -S \"$0\"/*-dec.wav | head -n 1)\" \"$1\" \"$2\"",
	    dir, hz, other, NULL };

	snprintf(dir, sizeof(dir), "%s/phone/%s/rec", bed_dir, name);
	is_int(bed_run(argv), 0, "%s hears %s Hz and not its own %s", name, hz,
	    other);
}

static void
test_talk(const char *a, const char *b)
{
	const struct provider_event *e;

	new_call(a, b);
	does(PROVIDER_RING, LEG_A);
	ok(await(EVENT_ANSWERED, LEG_A, 3000) != NULL, "A answers");
	does(PROVIDER_PLAY, LEG_A);
	e = await(EVENT_KEY, LEG_A, 5000);
	is_int(e != NULL ? e->key : 0, '1', "A presses 1");
	does(PROVIDER_HUSH, LEG_A);
	does(PROVIDER_RING, LEG_B);
	ok(await(EVENT_ANSWERED, LEG_B, 3000) != NULL, "B answers");
	does(PROVIDER_PLAY, LEG_B);
	e = await(EVENT_KEY, LEG_B, 5000);
	is_int(e != NULL ? e->key : 0, '1', "B presses 1");
	does(PROVIDER_HUSH, LEG_B);
	does(PROVIDER_BRIDGE, LEG_A);
	does(PROVIDER_BRIDGE, LEG_A);	/* which changes nothing */
	turn(NULL, 0, 2500);
	is_int(found(LEG_A), PROVIDER_IS_UP, "A is up");
	ok(bed("phone_do a hang"), "A hangs up");
	e = await(EVENT_GONE, LEG_A, 3000);
	is_int(e != NULL ? (int)e->cause : -1, CAUSE_NORMAL, "A is gone");
	is_int(found(LEG_B), PROVIDER_IS_UP, "B stays: we must end it");
	does(PROVIDER_HANG, LEG_B);
	e = await(EVENT_GONE, LEG_B, 3000);
	is_int(e != NULL ? (int)e->cause : -1, CAUSE_NORMAL, "B is gone");
	does(PROVIDER_UNBRIDGE, LEG_A);
	does(PROVIDER_UNBRIDGE, LEG_A);
	ok(bed("bed_wait 3 phone_has b closed"), "B's telephone knows");
	is_int(sip("order", a, b), 0, "A was rung before B");
	is_int(sip("order", b, a), 1, "and not B before A");
	is_int(sip("private", a, b), 0,
	    "neither number in a message of the other");
	check_tone("a", "1700", "1000");
	check_tone("b", "1000", "1700");
}

static void
test_loss(void)
{
	struct rest_stream *second;
	char text[256];
	int64_t begin;
	size_t i, lost = 0;

	new_call(NUMBER_A, NUMBER_B);
	snprintf(text, sizeof(text), "%s/events?app=%s", conf.url,
	    bed_var.app);
	n_up = 0;
	second = rest_stream_open(account, text, &stream_fn, NULL);
	turn(&n_up, 1, 3000);
	turn(NULL, 0, 200);
	for (i = 0; i < n_seen; i++)
		lost += seen[i].kind == EVENT_LOST;
	is_int(lost, 1, "the first stream is told that it is replaced");
	rest_stream_close(stream);
	stream = second;

	n_down = n_up = 0;
	ok(bed("asterisk_stop"), "Asterisk dies");
	turn(&n_down, 1, 2000);
	ok(n_down >= 1, "the stream says so");
	is_int(act(PROVIDER_RING, LEG_A).outcome, PROVIDER_NOT,
	    "RING: certainly not");
	ok(bed("asterisk_start"), "Asterisk comes back");
	begin = clock_mono_ms();
	turn(&n_up, 1, 12000);
	ok(n_up == 1, "and the stream, after %d ms",
	    (int)(clock_mono_ms() - begin));
	does(PROVIDER_PROBE, LEG_A);
}

int
main(void)
{
	const char *build = getenv("B");
	char *real;

	snprintf(prompts, sizeof(prompts), "%s/prompts", build != NULL ?
	    build : "build");
	real = realpath(prompts, NULL);
	snprintf(prompts, sizeof(prompts), "%s", real != NULL ? real : "/");
	free(real);
	if (secret_init() < 0)
		return 1;
	bed_start();
	password = secret_take(bed_var.password, strlen(bed_var.password));
	loop = loop_new();
	rest = rest_open(loop);
	connect_to(bed_var.url);
	test_causes();
	test_once();
	test_safety_net();
	test_prompts();
	ok(bed("phone_start a " NUMBER_A " 1000 answer:200 1:1200") &&
	    bed("phone_start b " NUMBER_B " 1700 answer:200 1:1200"),
	    "two telephones");
	test_talk(NUMBER_A, NUMBER_B);
	disconnect();

	connect_to(bed_var.tls_url);
	ok(bed("phone_stop a") && bed("phone_stop b") &&
	    bed("phone_start a alice 1000 answer:200 1:1200") &&
	    bed("phone_start b desk 1700 answer:200 1:1200"),
	    "two SIP addresses");
	test_talk("sip:alice@example.net", "sip:desk@example.com");
	test_loss();
	disconnect();
	rest_close(rest);
	loop_free(loop);
	secret_free(password);
	bed_stop();
	return tap_done();
}
