/*
 * Telnyx by its Call Control.  How it behaves:
 *
 * - Dialling is asynchronous: the answer names the leg, and says that it is
 *   not alive.  So not alive counts as gone only with the time of its end.
 * - By itself it rings anew by further routes: retry_on_timeout is false.
 * - A Dial whose command_id came within a minute before is ignored.  That is
 *   a second lock only: what is unknown is looked for among the active calls.
 * - A command to a call that has ended is refused with the code 90018.
 * - Playback that is begun while something plays waits in a queue.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"

#include "bridge-client/net/request.h"
#include "bridge-client/net/sign.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/telnyx_hook.h"

#include "bridge-client/provider/telnyx.h"

#define TIMEOUT_MS	8000
#define LIST_MAX	250	/* active calls on one page */
#define LIST_BYTES	(512 * 1024)
#define MIN_RING_S	5
#define MIN_LIMIT_S	30
#define MAX_LIMIT_S	14400

#define ENDED		"90018"	/* the call has ended */
#define NO_SUCH_CALL	"90015"

/* What the configuration must be like. */

static const char *
telnyx_check(const struct provider_conf *c)
{
	unsigned char key[SIGN_KEY_BYTES];

	if (!provider_is_web(c->url))
		return "url must be like https://api.telnyx.com/v2";
	if (c->user != NULL && *c->user != '\0')
		return "there is no user: password_file holds the API key";
	if (*c->app == '\0' || strspn(c->app, "0123456789") != strlen(c->app))
		return "app must be the id of the Call Control application, "
		    "digits";
	if (c->public_key == NULL ||
	    sign_base64(c->public_key, key, sizeof(key)) != SIGN_KEY_BYTES)
		return "public_key must be Telnyx's, as its portal shows it: "
		    "44 characters";
	return provider_check_web(c, "");
}

/* One organisation's, of one key of Telnyx's, can be joined. */
static int
telnyx_joins(const struct provider_conf *a, const struct provider_conf *b)
{
	return strcmp(a->url, b->url) == 0 &&
	    strcmp(a->public_key, b->public_key) == 0;
}

/* Intent to request. */

static void
put_state(const struct provider_intent *in, struct request *r)
{
	char leg[PROVIDER_LEG_SIZE];
	struct buf text;

	provider_put_leg(in->call, in->leg, leg);
	buf_init(&text, 128);
	buf_base64(&text, leg, strlen(leg));
	request_json(r, "client_state", buf_cstr(&text));
	buf_free(&text);
}

static int
dial(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char id[PROVIDER_LEG_SIZE], keys[TEL_EXT_MAX + 2];
	char to[PROVIDER_TO_SIZE];
	int max_s = in->max_s;

	if (!provider_can_ring(in) || in->ring_s < MIN_RING_S)
		return -1;
	provider_put_leg(in->call, in->leg, id);
	request_json(r, "connection_id", c->app);
	provider_put_to(in->to, to);
	request_json(r, "to", to);
	request_json(r, "from", in->caller);
	request_json_int(r, "timeout_secs", in->ring_s);
	request_json_int(r, "time_limit_secs", max_s < MIN_LIMIT_S ?
	    MIN_LIMIT_S : max_s > MAX_LIMIT_S ? MAX_LIMIT_S : max_s);
	request_json_raw(r, "retry_on_timeout", "false");
	request_json(r, "command_id", id);
	put_state(in, r);
	request_json(r, "webhook_url", c->hook_url);
	request_json(r, "webhook_url_method", "POST");
	if (in->to->ext[0] != '\0') {
		snprintf(keys, sizeof(keys), "W%s", in->to->ext);
		request_json(r, "send_digits_on_answer", keys);
	}
	return 0;
}

static void
ask(const struct provider_conf *c, struct request *r, const char *collection,
    const char *id)
{
	r->auth = REQUEST_BEARER;
	r->timeout_ms = TIMEOUT_MS;
	buf_str(&r->url, c->url);
	request_path(r, collection);
	if (id != NULL)
		request_path(r, id);
}

/* A command to the leg.  0, or -1: we do not know its name. */
static int
command(const struct provider_conf *c, const struct provider_intent *in,
    const char *action, struct request *r)
{
	if (!provider_is_known(in->ref))
		return -1;
	ask(c, r, "calls", in->ref);
	request_path(r, "actions");
	request_path(r, action);
	return 0;
}

/*
 * What this step says: the first, the second, ..  0, or -1.  A prompt with
 * something to be said behind it takes two; what is asked for while another is
 * heard waits for its end.
 */
static int
piece(const struct provider_intent *in, int step, char
    prompt[PROVIDER_WORD_SIZE], const char **text)
{
	int i;

	for (i = 0; provider_prompt(in, i, prompt) == 0; i++) {
		*text = "";
		if (step-- == 0)
			return 0;
		*text = provider_behind(in, prompt);
		if (**text != '\0' && step-- == 0)
			return 0;
	}
	return -1;
}

static int
play(const struct provider_conf *c, const struct provider_intent *in,
    const char *name, struct request *r)
{
	char url[512];
	int n;

	if (command(c, in, "playback_start", r) < 0 ||
	    !provider_is_word(in->lang, strlen(in->lang)))
		return -1;
	n = snprintf(url, sizeof(url), "%s/%s/%s.wav", c->prompts, in->lang,
	    name);
	if (n < 0 || (size_t)n >= sizeof(url))
		return -1;
	request_json(r, "audio_url", url);
	request_json(r, "audio_type", "wav");
	put_state(in, r);
	return 0;
}

static int
say(const struct provider_conf *c, const struct provider_intent *in,
    const char *text, struct request *r)
{
	if (command(c, in, "speak", r) < 0)
		return -1;
	request_json(r, "payload", text);
	request_json(r, "payload_type", "text");
	request_json(r, "voice", "female");
	request_json(r, "language", provider_tongue(in));
	put_state(in, r);
	return 0;
}

static int
speak(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char name[PROVIDER_WORD_SIZE];
	const char *text;

	if (piece(in, step, name, &text) < 0)
		return -1;
	return *text != '\0' ? say(c, in, text, r) : play(c, in, name, r);
}

static void
list(const struct provider_conf *c, struct request *r)
{
	char most[16];

	snprintf(most, sizeof(most), "%d", LIST_MAX);
	ask(c, r, "connections", c->app);
	request_path(r, "active_calls");
	request_query(r, "page[limit]", most);
	r->reply_max = LIST_BYTES;
}

static int
build(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	switch (in->act) {
	case PROVIDER_PROBE:
		ask(c, r, "call_control_applications", c->app);
		return step == 0 ? 0 : -1;
	case PROVIDER_RING:
		ask(c, r, "calls", NULL);
		return step == 0 ? dial(c, in, r) : -1;
	case PROVIDER_PLAY:
		return speak(c, in, step, r);
	case PROVIDER_HUSH:
		request_json(r, "stop", "all");
		return step == 0 ? command(c, in, "playback_stop", r) : -1;
	case PROVIDER_BRIDGE:
		if (!provider_is_known(in->other_ref))
			return -1;
		request_json(r, "call_control_id", in->other_ref);
		request_json_raw(r, "prevent_double_bridge", "true");
		return step == 0 ? command(c, in, "bridge", r) : -1;
	case PROVIDER_HANG:
		if (!provider_is_known(in->ref)) {
			list(c, r);
			return step == 0 ? 0 : -1;
		}
		put_state(in, r);
		return step <= 1 ? command(c, in, "hangup", r) : -1;
	case PROVIDER_FIND:
		if (provider_is_known(in->ref))
			ask(c, r, "calls", in->ref);
		else
			list(c, r);
		return step == 0 ? 0 : -1;
	case PROVIDER_UNBRIDGE:		/* ends with its legs */
	case PROVIDER_EXTEND:		/* what RING says holds */
		break;
	}
	return -1;
}

static int
telnyx_request(const struct provider_conf *c, const struct provider_intent *in,
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
	provider_say_http(out, outcome, status, json_str(j, "errors.0.title"),
	    json_str(j, "errors.0.detail"));
}

static int
is_over(const struct json *j)
{
	return json_is(j, "errors.0.code", ENDED) ||
	    json_is(j, "errors.0.code", NO_SUCH_CALL);
}

static void
probe_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 401 || status == 403)
		provider_say(out, PROVIDER_REFUSED, "Telnyx does not accept "
		    "the API key (password_file)");
	else if (status == 404 || status == 422)
		provider_say(out, PROVIDER_REFUSED, "Telnyx knows no Call "
		    "Control application of this id (app)");
	else if (status != 200 || j == NULL)
		say_error(out, PROVIDER_NOT, status, j);
	else if (json_bool(j, "data.active") == 0)
		provider_say(out, PROVIDER_REFUSED,
		    "the Call Control application is not active");
	else if (json_str(j, "data.webhook_api_version") != NULL &&
	    !json_is(j, "data.webhook_api_version", "2"))
		provider_say(out, PROVIDER_REFUSED, "the Call Control "
		    "application must send webhooks of version 2");
	else
		provider_say(out, PROVIDER_DONE, "");
}

static void
ring_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 200 || status == 201)
		provider_say_made(out, json_str(j, "data.call_control_id"));
	else
		say_error(out, provider_not_made(status), status, j);
}

/* Among the active calls, the one of this state. */
static void
list_reply(const struct provider_intent *in, int status, const struct json *j,
    struct provider_reply *out)
{
	int i, n = json_count(j, "data");
	struct provider_event e;
	char path[64], state[64];
	const char *s;
	long len;

	if (status != 200 || n < 0) {
		say_error(out, PROVIDER_UNKNOWN, status, j);
		return;
	}
	provider_say(out, n < LIST_MAX ? PROVIDER_DONE : PROVIDER_UNKNOWN,
	    n < LIST_MAX ? "" : "too many active calls to look through");
	out->found = PROVIDER_GONE;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "data.%d.client_state", i);
		s = json_str(j, path);
		len = s != NULL ? sign_base64(s, state, sizeof(state)) : -1;
		if (len < 0 || provider_read_leg(state, (size_t)len, &e) != 0 ||
		    e.leg != in->leg ||
		    memcmp(e.call, in->call, sizeof(e.call)) != 0)
			continue;
		snprintf(path, sizeof(path), "data.%d.call_control_id", i);
		provider_say_listed(out, in, json_str(j, path));
		out->found = PROVIDER_IS_RINGING;
		return;
	}
}

/* Ringing and up are told apart by events alone. */
static void
find_reply(int status, const struct json *j, struct provider_reply *out)
{
	int is_alive = json_bool(j, "data.is_alive");

	out->found = PROVIDER_GONE;
	if (status == 404 || (status == 422 && is_over(j))) {
		provider_say(out, PROVIDER_DONE, "");
	} else if (status != 200 || is_alive < 0) {
		say_error(out, PROVIDER_UNKNOWN, status, j);
	} else if (is_alive) {
		out->found = PROVIDER_IS_RINGING;
		provider_say(out, PROVIDER_DONE, "");
	} else if (json_str(j, "data.end_time") != NULL) {
		provider_say(out, PROVIDER_DONE, "");
	} else {
		provider_say(out, PROVIDER_UNKNOWN,
		    "neither alive nor ended, says Telnyx");
	}
}

static void
command_reply(const struct provider_intent *in, int step, int status,
    const struct json *j, struct provider_reply *out)
{
	int is_end = in->act == PROVIDER_HANG || in->act == PROVIDER_HUSH;
	char next[PROVIDER_WORD_SIZE];
	const char *text;

	if (status >= 200 && status <= 299)
		provider_say(out, in->act == PROVIDER_PLAY &&
		    piece(in, step + 1, next, &text) == 0 ? PROVIDER_MORE :
		    PROVIDER_DONE, "");
	else if (is_end && (status == 404 || (status == 422 && is_over(j))))
		provider_say(out, PROVIDER_DONE, "");
	else
		say_error(out, provider_not_obeyed(status), status, j);
}

static void
telnyx_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	struct json *j;

	memset(out, 0, sizeof(*out));
	if (status == 0) {
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer from Telnyx");
		return;
	}
	j = json_parse(body, len);
	if (provider_is_search(in))
		list_reply(in, status, j, out);
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

const struct provider provider_telnyx = {
	.name = "telnyx",
	.has_speech = 1,
	.is_heard_talking = 1,
	.check = telnyx_check,
	.joins = telnyx_joins,
	.request = telnyx_request,
	.reply = telnyx_reply,
	.hook = telnyx_hook_read,
};
