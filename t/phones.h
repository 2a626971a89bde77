#ifndef T_PHONES_H
#define T_PHONES_H

/*
 * The world outside of the bridge, for tests of its driver: a clock that the
 * test owns, a provider whose requests are words ("RING a 0123.."), and
 * telephones that are answered and press keys.  Everything happens in its
 * time.  t/world.h sets the bridge into it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#include "bridge-client/call/driver.h"
#include "bridge-client/journal/journal.h"
#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"

#include "t/tap.h"

/* No test needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define WALL		1790000000
#define PHONES_MAX	512
#define THINGS_MAX	4096
#define NET_MS		5	/* a request or its answer is on its way */

enum phone_state { PHONE_NONE, PHONE_RINGING, PHONE_UP, PHONE_GONE };

struct phone {
	unsigned char		call[16];
	enum leg		leg;
	enum phone_state	state;
	int			rings;		/* how often it was rung */
	int			keys;		/* pressed so far */
	char			to[TEL_TEXT_MAX + 1];
	char			caller[TEL_TEXT_MAX + 1];
};

/* What is to happen: a request arrives, an answer, an event, a person acts. */
enum thing_kind { REQUEST, ANSWER, EVENT, PERSON };
struct thing {
	int64_t		 at_ms;
	enum thing_kind	 kind;
	unsigned	 order;
	char		 text[256];	/* request, body, event, act */
	int		 status;
	int		 is_sent;
	world_done_fn	*fn;
	void		*ctx;
	struct phone	*phone;
};

static struct {
	struct journal		 j;		/* first: it is cast */
	struct journal		*real;
	struct driver		*driver;
	char			 dir[512];
	int64_t			 now_ms;
	int64_t			 skew_s;	/* of the wall clock */
	int64_t			 alarm_ms;	/* -1: none */
	int			 is_up;		/* the provider */
	int			 is_full;	/* the journal */
	int			 is_dead;	/* the bridge */
	int			 point;		/* how many have been passed */
	int			 die_at;	/* 0: never */
	unsigned		 order;
	unsigned		 n_sent;
	unsigned		 n_commits;
	unsigned		 n_bridged;
	unsigned		 n_plays;
	const char		*wrong;		/* what must never be */
	/* how people behave */
	const char		*a_keys, *b_keys;	/* "" : none */
	const char		*a_rings, *b_rings;	/* event instead of an
							   answer, or NULL */
	int			 talk_s;
	/* the answer to the next request that begins so; then as ever */
	const char		*odd_act;
	int			 odd_status;
	int			 odd_is_done;	/* .. and it has its effect */
	size_t			 n_phones;
	struct phone		 phone[PHONES_MAX];
	size_t			 n_things;
	struct thing		 thing[THINGS_MAX];
} w;

/* The clock. */

static void
set_clock(int64_t now_ms)
{
	w.now_ms = now_ms;
	clock_fake((WALL + w.skew_s) * 1000 + now_ms, now_ms);
}

static struct thing *
later(enum thing_kind kind, int64_t in_ms)
{
	struct thing *t = &w.thing[w.n_things++];

	if (w.n_things > THINGS_MAX)
		abort();
	memset(t, 0, sizeof(*t));
	t->kind = kind;
	t->at_ms = w.now_ms + in_ms;
	t->order = w.order++;
	return t;
}

/* A point at which the bridge may die; 1: it is dead. */
static int
dies(void)
{
	if (!w.is_dead && ++w.point == w.die_at)
		w.is_dead = 1;
	return w.is_dead;
}

/* Telephones. */

static struct phone *
phone_of(const unsigned char call[16], enum leg leg)
{
	struct phone *p;

	for (p = w.phone; p < w.phone + w.n_phones; p++)
		if (p->leg == leg && memcmp(p->call, call, 16) == 0)
			return p;
	if (w.n_phones == PHONES_MAX)
		abort();
	w.n_phones++;
	memset(p, 0, sizeof(*p));
	memcpy(p->call, call, 16);
	p->leg = leg;
	return p;
}

static int
n_phones(enum phone_state state)
{
	size_t i;
	int n = 0;

	for (i = 0; i < w.n_phones; i++)
		n += w.phone[i].state == state;
	return n;
}

static int
most_rings(void)
{
	size_t i;
	int n = 0;

	for (i = 0; i < w.n_phones; i++)
		if (w.phone[i].rings > n)
			n = w.phone[i].rings;
	return n;
}

/* "WORD a 0123..": the event that the provider's stream brings. */
static void
event(const struct phone *p, const char *word, int64_t in_ms)
{
	struct thing *t = later(EVENT, in_ms);
	char hex[PROVIDER_ID_SIZE];

	provider_put_id(p->call, hex);
	snprintf(t->text, sizeof(t->text), "%c %s %.20s",
	    p->leg == LEG_A ? 'a' : 'b', hex, word);
}

static void
person(struct phone *p, const char *what, int64_t in_ms)
{
	struct thing *t = later(PERSON, in_ms);

	t->phone = p;
	snprintf(t->text, sizeof(t->text), "%s", what);
}

static void
phone_goes(struct phone *p, const char *why)
{
	if (p->state != PHONE_RINGING && p->state != PHONE_UP)
		return;
	p->state = PHONE_GONE;
	event(p, why, NET_MS);
}

static void
act(struct phone *p, const char *what)
{
	if (strcmp(what, "answer") == 0 && p->state == PHONE_RINGING) {
		p->state = PHONE_UP;
		event(p, "answered", NET_MS);
	} else if (strncmp(what, "key", 3) == 0 && p->state == PHONE_UP) {
		event(p, what, NET_MS);
	} else if (strcmp(what, "spoken") == 0 && p->state == PHONE_UP) {
		event(p, "spoken", NET_MS);
	} else if (strncmp(what, "go ", 3) == 0) {
		phone_goes(p, what + 3);
	}
}

static void
phone_rings(struct phone *p)
{
	const char *instead = p->leg == LEG_A ? w.a_rings : w.b_rings;
	char what[32];

	p->rings++;
	p->state = PHONE_RINGING;
	event(p, "ringing", 50);
	if (instead != NULL && instead[0] != '\0') {
		snprintf(what, sizeof(what), "go %s", instead);
		person(p, what, 1000);
	} else if (instead == NULL) {
		person(p, "answer", 2000);
	}
}

static void
phone_hears(struct phone *p)
{
	const char *keys = p->leg == LEG_A ? w.a_keys : w.b_keys;
	char what[8];

	w.n_plays++;
	person(p, "spoken", 3000);
	if (keys != NULL && keys[p->keys] != '\0') {
		snprintf(what, sizeof(what), "key%c", keys[p->keys++]);
		person(p, what, 1500);
	}
}

/* The provider: words. */

static const char *const act_words[] = {
	[PROVIDER_PROBE] = "PROBE", [PROVIDER_RING] = "RING",
	[PROVIDER_PLAY] = "PLAY", [PROVIDER_HUSH] = "HUSH",
	[PROVIDER_BRIDGE] = "BRIDGE", [PROVIDER_HANG] = "HANG",
	[PROVIDER_UNBRIDGE] = "UNBRIDGE", [PROVIDER_FIND] = "FIND"
};

static int
word_request(const struct provider_conf *conf,
    const struct provider_intent *in, int step, struct request *out)
{
	char hex[PROVIDER_ID_SIZE];

	(void)conf;
	request_init(out);
	provider_put_id(in->call, hex);
	buf_printf(&out->url, "%s %c %s", act_words[in->act],
	    in->leg == LEG_A ? 'a' : 'b', hex);
	if (in->act == PROVIDER_RING)
		buf_printf(&out->url, " %s %s", in->to->text, in->caller);
	return step == 0 && request_ok(out) ? 0 : -1;
}

static void
word_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	(void)step;
	if (status == 0)
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer");
	else if (status == 503)
		provider_say(out, PROVIDER_NOT, "busy");
	else if (status == 404 && in->act != PROVIDER_HANG)
		provider_say(out, PROVIDER_REFUSED, "not found");
	else if (status >= 400 && status != 404)
		provider_say(out, PROVIDER_REFUSED, "refused");
	else
		out->outcome = PROVIDER_DONE;
	if (in->act == PROVIDER_FIND && len == 1)
		out->found = (enum provider_found)(body[0] - '0');
}

static int
word_stream(const struct provider_conf *conf, char *dst, size_t size)
{
	(void)conf;
	snprintf(dst, size, "/events");
	return 0;
}

static int
word_event(const void *text, size_t len, struct provider_event *out)
{
	static const char *const gone[] = { "left", "busy", "declined",
	    "no-answer", "unreachable", "network", "cancelled" };
	const char *s = text;
	const char *word = s + 35;
	size_t i;

	if (len < 36 || provider_read_id(s + 2, 32, out->call) != 0)
		return -1;
	out->leg = s[0] == 'a' ? LEG_A : LEG_B;
	if (strcmp(word, "ringing") == 0)
		out->kind = EVENT_RINGING;
	else if (strcmp(word, "answered") == 0)
		out->kind = EVENT_ANSWERED;
	else if (strcmp(word, "spoken") == 0)
		out->kind = EVENT_SPOKEN;
	else if (strncmp(word, "key", 3) == 0) {
		out->kind = EVENT_KEY;
		out->key = word[3];
	}
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (strcmp(word, gone[i]) == 0) {
			out->kind = EVENT_GONE;
			out->cause = (enum provider_cause)i;
		}
	return 0;
}

static const struct provider word_provider = {
	.name = "word", .request = word_request, .reply = word_reply,
	.stream = word_stream, .event = word_event, .is_heard_talking = 1
};
static const struct provider_conf word_conf = { .name = "words" };

/* The next word of the text. */
static const char *
take_word(const char *text, char *dst, size_t size)
{
	size_t len = strcspn(text, " ");

	snprintf(dst, size, "%.*s", (int)len, text);
	return text[len] == ' ' ? text + len + 1 : text + len;
}

/* What a request does; its answer. */
static void
serve(const char *text, int *status, char *body)
{
	unsigned char call[16];
	char word[16], leg[4], hex[40];
	char to[TEL_TEXT_MAX + 1], from[TEL_TEXT_MAX + 1];
	struct phone *p;

	*status = 200;
	body[0] = body[1] = '\0';
	text = take_word(text, word, sizeof(word));
	text = take_word(text, leg, sizeof(leg));
	text = take_word(text, hex, sizeof(hex));
	text = take_word(text, to, sizeof(to));
	take_word(text, from, sizeof(from));
	if (provider_read_id(hex, 32, call) != 0)
		abort();
	if (strcmp(word, "PROBE") == 0 || strcmp(word, "HUSH") == 0 ||
	    strcmp(word, "UNBRIDGE") == 0)
		return;
	p = phone_of(call, leg[0] == 'a' ? LEG_A : LEG_B);
	if (strcmp(word, "RING") == 0) {
		snprintf(p->to, sizeof(p->to), "%s", to);
		snprintf(p->caller, sizeof(p->caller), "%s", from);
		phone_rings(p);
	} else if (strcmp(word, "FIND") == 0) {
		body[0] = p->state == PHONE_RINGING ? '1' :
		    p->state == PHONE_UP ? '2' : '0';
	} else if (strcmp(word, "HANG") == 0) {
		if (p->state != PHONE_RINGING && p->state != PHONE_UP)
			*status = 404;
		phone_goes(p, p->state == PHONE_UP ? "left" : "cancelled");
	} else if (p->state != PHONE_UP) {
		*status = 404;
	} else if (strcmp(word, "PLAY") == 0) {
		phone_hears(p);
	} else if (strcmp(word, "BRIDGE") == 0) {
		w.n_bridged++;
		if (w.talk_s > 0)
			person(p, "go left", w.talk_s * 1000);
	}
}

#endif
