/*
 * Twilio.  How it behaves:
 *
 * - Creating a call is not idempotent, and no name of ours can be given to
 *   it: one whose answer was lost is looked for by its two numbers, and named
 *   by its first webhook.  429 was never processed.
 * - A live call can be given another document at any time; what it was doing
 *   ends then, without an event.
 * - Webhooks are signed over their URL and all fields, without a time.
 * - Two calls are joined by entering one conference, which ends with either.
 *   Who is in it can be told something, by a label of ours that he has there;
 *   the conference itself is to be looked up by its name first.
 *
 * SignalWire speaks the same, but for the name of its account, the header of
 * its signature, and labels; and its calls have no limit of their own: who is
 * joined has the conference's instead, and who waits the document's.
 */

#include <stdio.h>
#include <string.h>

#include "lib/json.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/twilio_hook.h"
#include "bridge-client/provider/twiml.h"

#include "bridge-client/provider/twilio.h"

#define TIMEOUT_MS	8000
#define LIST_MAX	50
#define LIST_BYTES	(256 * 1024)
#define MAX_LIMIT_S	14400

/* A call that is not in progress (any more) cannot be changed. */
#define NOT_IN_PROGRESS	21220

static int
is_signalwire(const struct provider_conf *c)
{
	return twilio_hook_is_signalwire(c);
}

/* What the configuration must be like. */

static const char *
twilio_check(const struct provider_conf *c)
{
	if (!provider_is_web(c->url))
		return is_signalwire(c) ? "url must be like https://SPACE."
		    "signalwire.com/api/laml/2010-04-01" :
		    "url must be like https://api.twilio.com/2010-04-01";
	if (!provider_is_word(c->app, strlen(c->app)) ||
	    (strncmp(c->app, "AC", 2) == 0) == is_signalwire(c))
		return is_signalwire(c) ? "app must be the Project ID" :
		    "app must be the Account SID, AC...";
	if (c->user == NULL || *c->user == '\0')
		return is_signalwire(c) ? "user must be the Project ID" :
		    "user must be the Account SID or the SID of an API key";
	if (strpbrk(c->hook_url, "&'\"<>") != NULL)
		return "public must hold no quotes and no ampersand";
	if (c->hook_secret == NULL)
		return "hook_secret_file must hold what signs webhooks: "
		    "Twilio's auth token, SignalWire's signing key";
	return provider_check_web(c, "&'");
}

/* Intent to request. */

static void
form(struct request *r, const char *name, const char *value)
{
	r->method = "POST";
	r->type = "application/x-www-form-urlencoded";
	request_form(r, name, value);
}

static void
form_int(struct request *r, const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	form(r, name, text);
}

static void
begin(const struct provider_conf *c, struct request *r)
{
	r->auth = REQUEST_BASIC;
	r->timeout_ms = TIMEOUT_MS;
	buf_str(&r->url, c->url);
	request_path(r, "Accounts");
	request_path(r, c->app);
}

static void
put_file(struct request *r, const char *name)
{
	char file[PROVIDER_REF_MAX + 8];

	snprintf(file, sizeof(file), "%s.json", name);
	request_path(r, file);
}

/* The calls, or the one of this name. */
static void
ask(const struct provider_conf *c, struct request *r, const char *ref)
{
	begin(c, r);
	if (ref != NULL)
		request_path(r, "Calls");
	put_file(r, ref != NULL ? ref : "Calls");
}

/* Gives the leg another document.  0, or -1: its name is not known. */
static int
update(const struct provider_conf *c, const char *ref, struct buf *document,
    struct request *r)
{
	int is_good = buf_ok(document) && provider_is_known(ref);

	if (is_good) {
		ask(c, r, ref);
		form(r, "Twiml", buf_cstr(document));
	}
	buf_free(document);
	return is_good ? 0 : -1;
}

static int
create(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	static const char *const events[] = { "initiated", "ringing",
	    "answered", "completed" };
	char leg[PROVIDER_LEG_SIZE], url[512], keys[TEL_EXT_MAX + 2];
	char to[PROVIDER_TO_SIZE];
	struct buf b;
	size_t i;
	int n;

	if (!provider_can_ring(in))
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	n = snprintf(url, sizeof(url), "%s/%s/status", c->hook_url, leg);
	if (n < 0 || (size_t)n >= sizeof(url))
		return -1;
	ask(c, r, NULL);
	provider_put_to(in->to, to);
	form(r, "To", to);
	form(r, "From", in->caller);
	buf_init(&b, 2048);
	twiml_put_waiting(&b, c->hook_url, leg);
	form(r, "Twiml", buf_cstr(&b));
	buf_free(&b);
	form_int(r, "Timeout", in->ring_s);
	if (!is_signalwire(c))
		form_int(r, "TimeLimit", in->max_s > MAX_LIMIT_S ?
		    MAX_LIMIT_S : in->max_s);
	form(r, "StatusCallback", url);
	form(r, "StatusCallbackMethod", "POST");
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		form(r, "StatusCallbackEvent", events[i]);
	if (in->to->ext[0] != '\0') {
		snprintf(keys, sizeof(keys), "w%s", in->to->ext);
		form(r, "SendDigits", keys);
	}
	return 0;
}

static const char *const live[] = { "in-progress", "ringing", "queued" };
#define N_LIVE 3

/* Live calls between these two numbers, a state each step. */
static int
list(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char to[PROVIDER_TO_SIZE];

	if (step >= N_LIVE || in->to == NULL || in->caller == NULL)
		return -1;
	provider_put_to(in->to, to);
	ask(c, r, NULL);
	request_query(r, "To", to);
	request_query(r, "From", in->caller);
	request_query(r, "Status", live[step]);
	request_query(r, "PageSize", "50");
	r->reply_max = LIST_BYTES;
	return 0;
}

/* The conference of both legs, by its name. */
static void
find_room(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char room[PROVIDER_LEG_SIZE];

	twiml_room(in, room, sizeof(room));
	begin(c, r);
	put_file(r, "Conferences");
	request_query(r, "FriendlyName", room);
	request_query(r, "Status", "in-progress");
	request_query(r, "PageSize", "1");
}

/* One recording to one leg in the conference, whose own name is `ref` by then:
 * the other leg hears nothing of it, and neither leaves. */
static int
announce(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char leg[PROVIDER_LEG_SIZE], name[PROVIDER_WORD_SIZE], url[512];
	int n;

	if (is_signalwire(c) || in->act != PROVIDER_PLAY || step > 1 ||
	    provider_n_prompts(in) != 1 || provider_prompt(in, 0, name) < 0)
		return -1;
	if (step == 0) {
		find_room(c, in, r);
		return 0;
	}
	n = snprintf(url, sizeof(url), "%s/%s/%s.wav", c->prompts, in->lang,
	    name);
	if (n < 0 || (size_t)n >= sizeof(url))
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	begin(c, r);
	request_path(r, "Conferences");
	request_path(r, in->ref);
	request_path(r, "Participants");
	put_file(r, leg);
	form(r, "AnnounceUrl", url);
	form(r, "AnnounceMethod", "GET");
	return 0;
}

static int
speak(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char leg[PROVIDER_LEG_SIZE];
	struct buf b;

	if (in->is_joined)
		return announce(c, in, step, r);
	buf_init(&b, 3900);		/* Twilio takes 4000 */
	provider_put_leg(in->call, in->leg, leg);
	if (in->act == PROVIDER_HUSH)
		twiml_put_waiting(&b, c->hook_url, leg);
	else if (twiml_put_prompts(&b, c, in) < 0)
		step = -1;
	if (step == 0)
		return update(c, in->ref, &b, r);
	buf_free(&b);
	return -1;
}

static int
join(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	enum leg which = step == 0 ? in->leg : in->leg == LEG_A ? LEG_B :
	    LEG_A;
	char leg[PROVIDER_LEG_SIZE];
	struct buf b;

	if (step > 1 || !provider_is_known(in->ref) ||
	    !provider_is_known(in->other_ref))
		return -1;
	provider_put_leg(in->call, which, leg);
	buf_init(&b, 2048);
	if (is_signalwire(c))
		twiml_put_conference(&b, in, in->max_s, NULL);
	else
		twiml_put_conference(&b, in, 0, leg);
	return update(c, step == 0 ? in->ref : in->other_ref, &b, r);
}

static int
build(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	switch (in->act) {
	case PROVIDER_PROBE:
		ask(c, r, NULL);
		request_query(r, "PageSize", "1");
		return step == 0 ? 0 : -1;
	case PROVIDER_RING:
		return step == 0 ? create(c, in, r) : -1;
	case PROVIDER_PLAY:
	case PROVIDER_HUSH:
		return speak(c, in, step, r);
	case PROVIDER_BRIDGE:
		return join(c, in, step, r);
	case PROVIDER_HANG:
		if (!provider_is_known(in->ref))
			return list(c, in, step, r);
		ask(c, r, in->ref);
		form(r, "Status", "completed");
		return step <= N_LIVE ? 0 : -1;
	case PROVIDER_FIND:
		if (!provider_is_known(in->ref))
			return list(c, in, step, r);
		ask(c, r, in->ref);
		return step == 0 ? 0 : -1;
	case PROVIDER_EXTEND:
		if (step != 0 || is_signalwire(c) ||
		    !provider_is_known(in->ref))
			return -1;
		ask(c, r, in->ref);
		form_int(r, "TimeLimit", in->max_s > MAX_LIMIT_S ?
		    MAX_LIMIT_S : in->max_s);
		return 0;
	case PROVIDER_UNBRIDGE:		/* ends with its legs */
		break;
	}
	return -1;
}

static int
twilio_request(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	request_init(r);
	if (step < 0 || build(c, in, step, r) < 0)
		return -1;
	return request_ok(r) ? 0 : -1;
}

static int
twilio_forget(const struct provider_conf *c, const char *ref,
    struct request *r)
{
	if (!provider_is_known(ref))
		return -1;
	ask(c, r, ref);
	r->method = "DELETE";
	return request_ok(r) ? 0 : -1;
}

/* Reply to outcome. */

static void
say_error(struct provider_reply *out, enum provider_outcome outcome,
    int status, const struct json *j)
{
	provider_say_http(out, outcome, status, json_str(j, "message"), NULL);
}

static void
probe_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 401 || status == 403)
		provider_say(out, PROVIDER_REFUSED, "the user or the password "
		    "is not accepted");
	else if (status == 404)
		provider_say(out, PROVIDER_REFUSED, "there is no such account "
		    "(app)");
	else if (status != 200)
		say_error(out, PROVIDER_NOT, status, j);
	else
		provider_say(out, PROVIDER_DONE, "");
}

static void
ring_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 200 || status == 201)
		provider_say_made(out, json_str(j, "sid"));
	else
		say_error(out, provider_not_made(status), status, j);
}

static void
set_found(struct provider_reply *out, const char *word)
{
	struct provider_event e;

	out->found = PROVIDER_GONE;
	if (twilio_hook_state(word, &e) == 0)
		provider_set_found(out, &e);
}

static void
find_reply(int status, const struct json *j, struct provider_reply *out)
{
	const char *state = json_str(j, "status");

	if (status == 404) {
		provider_say(out, PROVIDER_DONE, "");
	} else if (status != 200 || state == NULL) {
		say_error(out, PROVIDER_UNKNOWN, status, j);
	} else {
		set_found(out, state);
		provider_put_price(out->price, json_str(j, "price"),
		    json_str(j, "price_unit"));
		provider_say(out, PROVIDER_DONE, "");
	}
}

/* Of those that were found the first: there is one call to a number only. */
static void
list_reply(const struct provider_intent *in, int step, int status,
    const struct json *j, struct provider_reply *out)
{
	int n = json_count(j, "calls");
	const char *state;

	if (status != 200 || n < 0) {
		say_error(out, PROVIDER_UNKNOWN, status, j);
		return;
	}
	if (n == 0) {
		provider_say(out, step + 1 < N_LIVE ? PROVIDER_MORE :
		    PROVIDER_DONE, "");
		return;
	}
	state = json_str(j, "calls.0.status");
	set_found(out, state != NULL ? state : live[step]);
	provider_say_listed(out, in, json_str(j, "calls.0.sid"));
}

static void
room_reply(int status, const struct json *j, struct provider_reply *out)
{
	const char *sid = json_str(j, "conferences.0.sid");

	provider_set_ref(out->ref, sid);
	if (status == 200 && out->ref[0] != '\0')
		provider_say(out, PROVIDER_MORE, "");
	else
		say_error(out, PROVIDER_NOT, status, j);
}

static void
command_reply(const struct provider_intent *in, int step, int status,
    const struct json *j, struct provider_reply *out)
{
	int is_end = in->act == PROVIDER_HANG || in->act == PROVIDER_HUSH;
	int64_t code = 0;

	(void)json_int(j, "code", &code);
	if (status >= 200 && status <= 299)
		provider_say(out, in->act == PROVIDER_BRIDGE && step == 0 ?
		    PROVIDER_MORE : PROVIDER_DONE, "");
	else if (is_end && (status == 404 || code == NOT_IN_PROGRESS))
		provider_say(out, PROVIDER_DONE, "");
	else
		say_error(out, provider_not_obeyed(status), status, j);
}

static void
twilio_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	struct json *j;

	memset(out, 0, sizeof(*out));
	if (status == 0) {
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer");
		return;
	}
	j = json_parse(body, len);
	if (provider_is_search(in))
		list_reply(in, step, status, j, out);
	else if (in->act == PROVIDER_PROBE)
		probe_reply(status, j, out);
	else if (in->act == PROVIDER_RING)
		ring_reply(status, j, out);
	else if (in->act == PROVIDER_FIND)
		find_reply(status, j, out);
	else if (in->act == PROVIDER_PLAY && in->is_joined && step == 0)
		room_reply(status, j, out);
	else
		command_reply(in, step, status, j, out);
	json_free(j);
}

const struct provider provider_twilio = {
	.name = "twilio",
	.forget = twilio_forget,
	.has_speech = 1,
	.is_heard_talking = 1,
	.can_extend = 1,
	.calls_per_s = 1,
	.has_late_price = 1,
	.check = twilio_check,
	.request = twilio_request,
	.reply = twilio_reply,
	.hook = twilio_hook_read,
};

const struct provider provider_signalwire = {
	.name = "signalwire",
	.has_speech = 1,
	.calls_per_s = 1,
	.has_late_price = 1,
	.check = twilio_check,
	.request = twilio_request,
	.reply = twilio_reply,
	.hook = twilio_hook_read,
};
