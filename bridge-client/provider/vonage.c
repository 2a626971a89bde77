/*
 * Vonage.  How it behaves:
 *
 * - Creating a call is not idempotent, and no name of ours can be given to
 *   it: one whose answer was lost is looked for by its two numbers, and named
 *   by its first webhook.  More than three a second are refused with 429.
 * - Numbers have no plus sign.
 * - A leg that is up can be given another document at any time; what it was
 *   doing ends then, without an event.
 * - Two legs are joined by entering one conversation, which ends with either.
 * - No call lasts longer than two hours, whatever one asks for.
 * - The price comes with the event of the end.
 */

#include <stdio.h>
#include <string.h>

#include "lib/json.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/ncco.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/vonage_hook.h"

#include "bridge-client/provider/vonage.h"

#define TIMEOUT_MS	8000
#define LIST_MAX	100	/* calls on one page */
#define LIST_BYTES	(256 * 1024)
#define RING_MAX_S	120
#define LIMIT_MAX_S	7200
#define NCCO_MAX	8192

/* What the configuration must be like. */

static const char *
vonage_check(const struct provider_conf *c)
{
	if (!provider_is_web(c->url))
		return "url must be like https://api.nexmo.com/v1/calls";
	if (!provider_is_word(c->app, strlen(c->app)))
		return "app must be the application's id";
	if (c->hook_secret == NULL)
		return "hook_secret_file must hold the account's signature "
		    "secret";
	return provider_check_web(c, "");
}

/* Intent to request. */

/* The calls, or the one of this name. */
static void
ask(const struct provider_conf *c, struct request *r, const char *ref)
{
	r->auth = REQUEST_BEARER;
	r->timeout_ms = TIMEOUT_MS;
	buf_str(&r->url, c->url);
	if (ref != NULL)
		request_path(r, ref);
}

/* The intent's leg, to be told something.  0, or -1: its name is not known. */
static int
tell(const struct provider_conf *c, const char *ref, const char *action,
    struct request *r)
{
	if (!provider_is_known(ref))
		return -1;
	ask(c, r, ref);
	request_json(r, "action", action);
	r->method = "PUT";
	return 0;
}

/* Gives the leg another document. */
static int
transfer(const struct provider_conf *c, const char *ref, struct buf *ncco,
    struct request *r)
{
	struct buf b;
	int status;

	buf_init(&b, NCCO_MAX + 64);
	buf_printf(&b, "{\"type\":\"ncco\",\"ncco\":%s}", buf_cstr(ncco));
	status = buf_ok(ncco) && buf_ok(&b) ? tell(c, ref, "transfer", r) : -1;
	if (status == 0) {
		request_json_raw(r, "destination", buf_cstr(&b));
		r->method = "PUT";
	}
	buf_free(&b);
	buf_free(ncco);
	return status;
}

/* [{"type":"phone","number":"44.."}], or a SIP address; the digits of an
 * extension, after a second, only to a telephone. */
static void
put_to(const struct tel *to, struct buf *b)
{
	char uri[PROVIDER_TO_SIZE];

	provider_put_to(to, uri);
	if (to->kind == TEL_SIP) {
		buf_str(b, "[{\"type\":\"sip\",\"uri\":");
		json_put_str(b, uri);
	} else {
		buf_str(b, "[{\"type\":\"phone\",\"number\":");
		json_put_str(b, uri + 1);
		if (to->ext[0] != '\0')
			buf_printf(b, ",\"dtmfAnswer\":\"pp%s\"", to->ext);
	}
	buf_str(b, "}]");
}

static int
min_of(int a, int b)
{
	return a < b ? a : b;
}

static int
create(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char leg[PROVIDER_LEG_SIZE];
	struct buf b, url;

	if (!provider_can_ring(in))
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	ask(c, r, NULL);
	buf_init(&b, NCCO_MAX);
	put_to(in->to, &b);
	request_json_raw(r, "to", buf_cstr(&b));
	buf_clear(&b);
	buf_printf(&b, "{\"type\":\"phone\",\"number\":\"%s\"}",
	    in->caller + 1);
	request_json_raw(r, "from", buf_cstr(&b));
	buf_clear(&b);
	ncco_put_waiting(&b, c->hook_url, leg);
	request_json_raw(r, "ncco", buf_cstr(&b));
	buf_clear(&b);
	buf_init(&url, 1024);
	buf_printf(&url, "%s/%s/status", c->hook_url, leg);
	buf_u8(&b, '[');
	json_put_str(&b, buf_cstr(&url));
	buf_u8(&b, ']');
	request_json_raw(r, "event_url", buf_cstr(&b));
	buf_free(&url);
	request_json(r, "event_method", "POST");
	request_json_int(r, "ringing_timer", min_of(in->ring_s, RING_MAX_S));
	request_json_int(r, "length_timer", min_of(in->max_s, LIMIT_MAX_S));
	buf_free(&b);
	return 0;
}

/* The states of a call that lives, one each step. */
static const char *const live[] = { "answered", "ringing", "started" };
#define N_LIVE 3

static int
list(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char most[16];

	if (step >= N_LIVE || in->to == NULL || in->caller == NULL)
		return -1;
	snprintf(most, sizeof(most), "%d", LIST_MAX);
	ask(c, r, NULL);
	request_query(r, "status", live[step]);
	request_query(r, "page_size", most);
	request_query(r, "order", "desc");
	r->reply_max = LIST_BYTES;
	return 0;
}

/* Into the conversation, to one who is in it. */
static int
stream(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char name[PROVIDER_WORD_SIZE], url[512];
	struct buf b;
	int n;

	if (!provider_is_known(in->ref) || provider_n_prompts(in) != 1 ||
	    provider_prompt(in, 0, name) != 0)
		return -1;
	n = snprintf(url, sizeof(url), "%s/%s/%s.wav", c->prompts, in->lang,
	    name);
	if (n < 0 || (size_t)n >= sizeof(url))
		return -1;
	ask(c, r, in->ref);
	request_path(r, "stream");
	buf_init(&b, 1024);
	buf_u8(&b, '[');
	json_put_str(&b, url);
	buf_u8(&b, ']');
	request_json_raw(r, "stream_url", buf_cstr(&b));
	request_json_int(r, "loop", 1);
	r->method = "PUT";
	buf_free(&b);
	return 0;
}

static int
speak(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char leg[PROVIDER_LEG_SIZE];
	struct buf b;

	buf_init(&b, NCCO_MAX);
	provider_put_leg(in->call, in->leg, leg);
	if (in->act == PROVIDER_HUSH)
		ncco_put_waiting(&b, c->hook_url, leg);
	else if (ncco_put_prompts(&b, c, in) < 0)
		step = -1;
	if (step == 0)
		return transfer(c, in->ref, &b, r);
	buf_free(&b);
	return -1;
}

static int
join(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	struct buf b;

	if (step > 1 || !provider_is_known(in->ref) ||
	    !provider_is_known(in->other_ref))
		return -1;
	buf_init(&b, NCCO_MAX);
	ncco_put_conversation(&b, in);
	return transfer(c, step == 0 ? in->ref : in->other_ref, &b, r);
}

static int
build(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	switch (in->act) {
	case PROVIDER_PROBE:
		ask(c, r, NULL);
		request_query(r, "page_size", "1");
		return step == 0 ? 0 : -1;
	case PROVIDER_RING:
		return step == 0 ? create(c, in, r) : -1;
	case PROVIDER_PLAY:
		if (in->is_joined)
			return step == 0 ? stream(c, in, r) : -1;
		/* FALLTHROUGH */
	case PROVIDER_HUSH:
		return speak(c, in, step, r);
	case PROVIDER_BRIDGE:
		return join(c, in, step, r);
	case PROVIDER_HANG:
		if (!provider_is_known(in->ref))
			return list(c, in, step, r);
		return step <= N_LIVE ? tell(c, in->ref, "hangup", r) : -1;
	case PROVIDER_FIND:
		if (!provider_is_known(in->ref))
			return list(c, in, step, r);
		ask(c, r, in->ref);
		return step == 0 ? 0 : -1;
	case PROVIDER_UNBRIDGE:		/* ends with its legs */
	case PROVIDER_EXTEND:		/* what RING says holds */
		break;
	}
	return -1;
}

static int
vonage_request(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	request_init(r);
	if (step < 0 || build(c, in, step, r) < 0)
		return -1;
	request_json_end(r);
	return request_ok(r) ? 0 : -1;
}

/* Reply to outcome. */

static void
say_error(struct provider_reply *out, enum provider_outcome outcome,
    int status, const struct json *j)
{
	const char *title = json_str(j, "title");

	if (title == NULL)
		title = json_str(j, "error_title");
	provider_say_http(out, outcome, status, title, json_str(j, "detail"));
}

static void
probe_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 401 || status == 403)
		provider_say(out, PROVIDER_REFUSED, "Vonage does not accept "
		    "the application (app) or its key (password_file)");
	else if (status != 200)
		say_error(out, PROVIDER_NOT, status, j);
	else
		provider_say(out, PROVIDER_DONE, "");
}

static void
ring_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 200 || status == 201)
		provider_say_made(out, json_str(j, "uuid"));
	else
		say_error(out, provider_not_made(status), status, j);
}

static void
set_found(struct provider_reply *out, const char *word)
{
	struct provider_event e;

	out->found = strcmp(word, "machine") == 0 ? PROVIDER_IS_UP :
	    PROVIDER_GONE;
	if (vonage_hook_state(word, &e) == 0)
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
		provider_say(out, PROVIDER_DONE, "");
	}
}

/* Does the i-th of the list ring whom the intent rings, by our number? */
static int
is_ours(const struct json *j, int i, const struct provider_intent *in)
{
	char to[PROVIDER_TO_SIZE], path[64];
	const char *number, *from;

	provider_put_to(in->to, to);
	snprintf(path, sizeof(path), "_embedded.calls.%d.to.%s", i,
	    in->to->kind == TEL_SIP ? "uri" : "number");
	number = json_str(j, path);
	snprintf(path, sizeof(path), "_embedded.calls.%d.from.number", i);
	from = json_str(j, path);
	return number != NULL && from != NULL &&
	    strcmp(number, to + (to[0] == '+')) == 0 &&
	    strcmp(from, in->caller + 1) == 0;
}

/* Among those that live: there is one call to a number only. */
static void
list_reply(const struct provider_intent *in, int step, int status,
    const struct json *j, struct provider_reply *out)
{
	int i, n = json_count(j, "_embedded.calls");
	char path[64];

	if (status != 200 || n < 0) {
		say_error(out, PROVIDER_UNKNOWN, status, j);
		return;
	}
	for (i = 0; i < n && !is_ours(j, i, in); i++)
		continue;
	if (i < n) {
		snprintf(path, sizeof(path), "_embedded.calls.%d.uuid", i);
		set_found(out, live[step]);
		provider_say_listed(out, in, json_str(j, path));
	} else if (n >= LIST_MAX) {
		provider_say(out, PROVIDER_UNKNOWN,
		    "too many calls to look through");
	} else {
		provider_say(out, step + 1 < N_LIVE ? PROVIDER_MORE :
		    PROVIDER_DONE, "");
	}
}

static void
command_reply(const struct provider_intent *in, int step, int status,
    const struct json *j, struct provider_reply *out)
{
	int is_end = in->act == PROVIDER_HANG || in->act == PROVIDER_HUSH;

	if (status >= 200 && status <= 299)
		provider_say(out, in->act == PROVIDER_BRIDGE && step == 0 ?
		    PROVIDER_MORE : PROVIDER_DONE, "");
	else if (is_end && status == 404)
		provider_say(out, PROVIDER_DONE, "");
	else
		say_error(out, provider_not_obeyed(status), status, j);
}

static void
vonage_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	struct json *j;

	memset(out, 0, sizeof(*out));
	if (status == 0) {
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer from Vonage");
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
	else
		command_reply(in, step, status, j, out);
	json_free(j);
}

const struct provider provider_vonage = {
	.name = "vonage",
	.has_speech = 1,
	.is_heard_talking = 1,
	.is_by_token = 1,
	.calls_per_s = 3,
	.check = vonage_check,
	.request = vonage_request,
	.reply = vonage_reply,
	.hook = vonage_hook_read,
};
