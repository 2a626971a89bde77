#ifndef T_TRUNKS_H
#define T_TRUNKS_H

/*
 * What the tests of providers have in common: an intent like any other, and
 * how tables of sections, requests and replies are gone through.
 */

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "lib/tel.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"

#include "t/tap.h"
#include "t/transcript.h"

/* No test needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define N(table) (sizeof(table) / sizeof((table)[0]))

#ifndef ID	/* of the call */
#define ID	"000102030405060708090a0b0c0d0e0f"
#endif
#define A	"+442079460123"
#define B	"+442079460199"
#define PROXY	"+441632960000"

/* Whose test it is. */
struct trunk {
	const struct provider		*provider;
	const struct provider_conf	*conf;
	const char			*base;	/* of every URL */
	const char			*ref[2];	/* names of the legs */
	enum request_auth		 auth;
	/* a body as the tables have it; NULL: as it is */
	const char			*(*body)(struct request *);
};

/* Whom the last intent rings. */
static struct tel trunk_to;

static void
trunk_set_to(const char *text)
{
	const char *why;

	if (tel_parse(&trunk_to, text, strlen(text), &why) < 0)
		tap_note("%s: %s", text, why);
}

static struct provider_intent
trunk_intent(const struct trunk *t, enum provider_act act, enum leg leg)
{
	struct provider_intent in;

	memset(&in, 0, sizeof(in));
	in.act = act;
	in.leg = leg;
	if (provider_read_id(ID, strlen(ID), in.call) < 0)
		tap_note("no id");
	trunk_set_to(leg == LEG_A ? A : B);
	in.to = &trunk_to;
	in.ref = t->ref[leg];
	in.other_ref = t->ref[leg == LEG_A ? LEG_B : LEG_A];
	in.caller = PROXY;
	in.ring_s = 25;
	in.max_s = 3600;
	in.prompt = "a-offer,a-press";
	in.lang = "en";
	in.digits = "";
	return in;
}

/* Sections with one fault each, and the one that has none. */
struct trunk_fault {
	const char	*what;
	size_t		 field;		/* offset of a pointer */
	const void	*value;
};
#define FIELD(name) offsetof(struct provider_conf, name)

static void
trunk_check(const struct trunk *t, const struct trunk_fault *bad, size_t n)
{
	struct provider_conf c;
	const char *why;
	size_t i;

	for (i = 0; i < n; i++) {
		c = *t->conf;
		memcpy((char *)&c + bad[i].field, &bad[i].value,
		    sizeof(bad[i].value));
		why = t->provider->check(&c);
		ok(why != NULL, "section: %s: %s", bad[i].what,
		    why != NULL ? why : "good");
	}
	ok(t->provider->check(t->conf) == NULL, "the usual section");
}

static void
trunk_is_refused(const struct trunk *t, const struct provider_intent *in,
    int step, const char *why)
{
	struct request r;

	is_int(t->provider->request(t->conf, in, step, &r), -1,
	    "act %d step %d: %s", in->act, step, why);
	request_free(&r);
}

struct trunk_request {
	enum provider_act	 act;
	enum leg		 leg;
	int			 step;
	const char		*method, *url, *body;
};

static void
trunk_requests(const struct trunk *t, const struct trunk_request *want,
    size_t n)
{
	struct provider_intent in;
	struct request r;
	struct json *j;
	char url[1024];
	size_t i;

	for (i = 0; i < n; i++, want++) {
		in = trunk_intent(t, want->act, want->leg);
		is_int(t->provider->request(t->conf, &in, want->step, &r), 0,
		    "act %d step %d", want->act, want->step);
		snprintf(url, sizeof(url), "%s%s", t->base, want->url);
		is_str(r.method, want->method, "method");
		is_str(buf_cstr(&r.url), url, "URL");
		is_str(t->body != NULL ? t->body(&r) : buf_cstr(&r.body),
		    want->body, "body");
		j = json_parse(r.body.data, r.body.len);
		is_str(r.type != NULL ? r.type : "", r.body.len == 0 ? "" :
		    r.body.data[0] == '<' ? "application/xml" : j != NULL ?
		    "application/json" : "application/x-www-form-urlencoded",
		    "its type");
		is_int(r.auth, t->auth, "credentials");
		json_free(j);
		request_free(&r);
	}
}

/* How many steps each act has, by its number. */
static void
trunk_steps(const struct trunk *t, const int *steps, size_t n)
{
	struct provider_intent in;
	size_t i;

	for (i = 0; i < n; i++) {
		in = trunk_intent(t, (enum provider_act)i, LEG_A);
		trunk_is_refused(t, &in, steps[i], "no step behind the last");
		trunk_is_refused(t, &in, -1, "nor one before");
	}
}

/* What cannot be asked of a leg whose name we were not told. */
static void
trunk_needs_name(const struct trunk *t)
{
	static const enum provider_act acts[] = { PROVIDER_PLAY, PROVIDER_HUSH,
	    PROVIDER_BRIDGE };
	struct provider_intent in;
	size_t i;

	for (i = 0; i < N(acts); i++) {
		in = trunk_intent(t, acts[i], LEG_A);
		in.ref = "";
		trunk_is_refused(t, &in, 0, "needs the leg's name");
		in.ref = NULL;
		trunk_is_refused(t, &in, 0, "NULL is none either");
	}
}

static void
trunk_needs_limits(const struct trunk *t)
{
	struct provider_intent in = trunk_intent(t, PROVIDER_RING, LEG_A);

	in.caller = "anonymous";
	trunk_is_refused(t, &in, 0, "no caller");
	in.caller = PROXY;
	in.max_s = 0;
	trunk_is_refused(t, &in, 0, "a leg without an end");
	in.max_s = 3600;
	in.ring_s = 0;
	trunk_is_refused(t, &in, 0, "ringing without an end");
}

static void
trunk_bad_prompts(const struct trunk *t)
{
	static const struct {
		const char	*prompt, *lang;
	} bad[] = {
		{ "", "en" }, { ",a", "en" }, { "../x", "en" }, { "a/b", "en" },
		{ "a b", "en" }, { "a", "" }, { "a", ".." }, { "a", "e/n" },
	};
	struct provider_intent in = trunk_intent(t, PROVIDER_PLAY, LEG_A);
	size_t i;

	for (i = 0; i < N(bad); i++) {
		in.prompt = bad[i].prompt;
		in.lang = bad[i].lang;
		tap_note("\"%s\" in \"%s\"", in.prompt, in.lang);
		trunk_is_refused(t, &in, 0, "no prompt");
	}
}

struct trunk_reply {
	enum provider_act	 act;
	int			 is_nameless, step, status;
	const char		*body;
	enum provider_outcome	 want;
	int			 found;		/* -1: not said */
};

static void
trunk_replies(const struct trunk *t, const struct trunk_reply *c, size_t n)
{
	struct provider_intent in;
	struct provider_reply out;
	size_t i;

	for (i = 0; i < n; i++, c++) {
		in = trunk_intent(t, c->act, LEG_A);
		if (c->is_nameless)
			in.ref = "";
		t->provider->reply(&in, c->step, c->status, 1, c->body,
		    strlen(c->body), &out);
		is_int(out.outcome, c->want, "act %d: HTTP %d %s (%s)",
		    c->act, c->status, c->body, out.detail);
		if (c->found >= 0)
			is_int(out.found, c->found, "what was found");
		if (out.outcome == PROVIDER_MORE && c->act == PROVIDER_HANG)
			is_str(out.ref, t->ref[LEG_A], "and its name");
		ok(!has_number(out.detail), "without a number");
	}
	t->provider->reply(&in, 0, 0, 0, "", 0, &out);
	is_int(out.outcome, PROVIDER_NOT, "what was not sent did not happen");
}

#endif
