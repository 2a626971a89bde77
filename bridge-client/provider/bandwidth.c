/*
 * Bandwidth.  How it behaves:
 *
 * - Creating a call is not idempotent, and no name of ours is in what it lists:
 *   one whose answer was lost is looked for by its two numbers among those
 *   since the offer was shown, and named by its first webhook.
 * - Calls wait in a queue, and nothing tells that one rings.  What is asked of
 *   a call is true but may be minutes late, so one that is not known may yet
 *   appear: 404 is no certainty.
 * - What to do once it is answered is asked by webhook; from then on it can be
 *   given another document at any time.  409: not just now, or not any more.
 * - A call has no limit of its own.  One that waits ends within a minute of our
 *   answering no more; two that are joined end by our own timer alone.
 * - Two calls are joined by one of them, and end with either.
 * - No price.
 */

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "lib/secret.h"
#include "lib/token.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/bandwidth_hook.h"
#include "bridge-client/provider/bxml.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/bandwidth.h"

#define TIMEOUT_MS	8000
#define LIST_MAX	200	/* calls on one page */
#define LIST_BYTES	(512 * 1024)
#define RING_MAX_S	300
#define SKEW_S		300	/* their clock behind ours, at most */
#define SECRET_MIN	16
#define HOOK_URL_MAX	400
#define PLAY_TRIES	4	/* while a call does not take documents */
#define BXML_MAX	16384	/* of 65536 */

/* What the configuration must be like. */

static const char *
bandwidth_check(const struct provider_conf *c)
{
	if (!provider_is_web(c->url) || bandwidth_hook_account(c) == NULL)
		return "url must be like https://voice.bandwidth.com/api/v2/"
		    "accounts/9900000, with the id of the account";
	if (!provider_is_word(c->app, strlen(c->app)))
		return "app must be the id of the voice application to which "
		    "caller_id belongs";
	if (c->user == NULL || *c->user == '\0')
		return "user must be the name of the API user";
	if (strncmp(c->hook_url, "https://", 8) != 0 ||
	    strpbrk(c->hook_url, "&'\"<>") != NULL ||
	    strlen(c->hook_url) > HOOK_URL_MAX)
		return "public must be https, short, without quotes and "
		    "ampersand: to no other will Bandwidth prove itself";
	if (c->hook_secret == NULL || secret_len(c->hook_secret) < SECRET_MIN)
		return "hook_secret_file must hold 16 random characters or "
		    "more, as openssl rand -hex 32 makes them";
	return provider_check_web(c, "&'");
}

/* Intent to request. */

/* The calls, or the one of this name. */
static void
ask(const struct provider_conf *c, struct request *r, const char *ref)
{
	r->auth = REQUEST_BASIC;
	r->timeout_ms = TIMEOUT_MS;
	buf_str(&r->url, c->url);
	request_path(r, "calls");
	if (ref != NULL)
		request_path(r, ref);
}

/* Gives the leg another document.  0, or -1: its name is not known. */
static int
replace(const struct provider_conf *c, const char *ref, struct buf *document,
    struct request *r)
{
	int is_good = buf_ok(document) && provider_is_known(ref);

	if (is_good) {
		ask(c, r, ref);
		request_path(r, "bxml");
		r->method = "PUT";
		r->type = "application/xml";
		buf_put(&r->body, document->data, document->len);
	}
	buf_free(document);
	return is_good ? 0 : -1;
}

/* Where it is told of the leg, and how that is shown to be Bandwidth. */
static void
put_hooks(const struct provider_conf *c, const char *leg, struct request *r)
{
	char password[BXML_PASSWORD_SIZE];
	char url[HOOK_URL_MAX + PROVIDER_LEG_SIZE + 16];

	bxml_put_password(c, leg, password);
	request_json(r, "username", leg);
	request_json(r, "password", password);
	snprintf(url, sizeof(url), "%s/%s/answer", c->hook_url, leg);
	request_json(r, "answerUrl", url);
	request_json(r, "answerMethod", "POST");
	snprintf(url, sizeof(url), "%s/%s/end", c->hook_url, leg);
	request_json(r, "disconnectUrl", url);
	request_json(r, "disconnectMethod", "POST");
	request_json(r, "tag", leg);
}

/* It has no field for the limit; B, for whom somebody waits, goes first. */
static int
create(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char leg[PROVIDER_LEG_SIZE], to[PROVIDER_TO_SIZE];

	if (!provider_can_ring(in))
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	provider_put_to(in->to, to);
	ask(c, r, NULL);
	request_json(r, "to", to);
	request_json(r, "from", in->caller);
	request_json(r, "applicationId", c->app);
	request_json_int(r, "callTimeout", in->ring_s < RING_MAX_S ?
	    in->ring_s : RING_MAX_S);
	request_json_int(r, "priority", in->leg == LEG_B ? 1 : 2);
	put_hooks(c, leg, r);
	return 0;
}

/* The calls between these two numbers, since the offer was shown. */
static int
list(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char to[PROVIDER_TO_SIZE], since[CLOCK_ISO_SIZE], most[16];

	if (in->to == NULL || in->caller == NULL)
		return -1;
	provider_put_to(in->to, to);
	clock_iso(token_offer_ms(in->call) / 1000 - SKEW_S, since);
	snprintf(most, sizeof(most), "%d", LIST_MAX);
	ask(c, r, NULL);
	request_query(r, "to", to);
	request_query(r, "from", in->caller);
	request_query(r, "minStartTime", since);
	request_query(r, "pageSize", most);
	r->reply_max = LIST_BYTES;
	return 0;
}

static int
speak(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char leg[PROVIDER_LEG_SIZE];
	struct buf b;

	buf_init(&b, BXML_MAX);
	provider_put_leg(in->call, in->leg, leg);
	if (in->act == PROVIDER_HUSH)
		bxml_put_waiting(&b, c, leg, BXML_SENT);
	else if (bxml_put_prompts(&b, c, in) < 0)
		step = PLAY_TRIES;
	if (step < (in->act == PROVIDER_HUSH ? 1 : PLAY_TRIES))
		return replace(c, in->ref, &b, r);
	buf_free(&b);
	return -1;
}

static int
join(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	struct buf b;

	if (in->other_ref == NULL ||
	    !provider_is_word(in->other_ref, strlen(in->other_ref)))
		return -1;
	buf_init(&b, BXML_MAX);
	bxml_put_bridge(&b, in->other_ref);
	return replace(c, in->ref, &b, r);
}

static int
build(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	switch (in->act) {
	case PROVIDER_PROBE:
		r->auth = REQUEST_BASIC;
		r->timeout_ms = TIMEOUT_MS;
		buf_str(&r->url, c->url);
		request_path(r, "statistics");
		return step == 0 ? 0 : -1;
	case PROVIDER_RING:
		return step == 0 ? create(c, in, r) : -1;
	case PROVIDER_PLAY:
	case PROVIDER_HUSH:
		return speak(c, in, step, r);
	case PROVIDER_BRIDGE:
		return step == 0 ? join(c, in, r) : -1;
	case PROVIDER_HANG:
		if (!provider_is_known(in->ref))
			return step == 0 ? list(c, in, r) : -1;
		ask(c, r, in->ref);
		request_json(r, "state", "completed");
		return step <= 1 ? 0 : -1;
	case PROVIDER_FIND:
		if (!provider_is_known(in->ref))
			return step == 0 ? list(c, in, r) : -1;
		ask(c, r, in->ref);
		return step == 0 ? 0 : -1;
	case PROVIDER_UNBRIDGE:		/* ends with its legs */
	case PROVIDER_EXTEND:
		break;
	}
	return -1;
}

static int
bandwidth_request(const struct provider_conf *c,
    const struct provider_intent *in, int step, struct request *r)
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
	provider_say_http(out, outcome, status, json_str(j, "description"),
	    NULL);
}

static void
probe_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 401)
		provider_say(out, PROVIDER_REFUSED, "Bandwidth does not accept "
		    "the user, the password or the account");
	else if (status == 403)
		provider_say(out, PROVIDER_REFUSED, "the user may not use the "
		    "Voice API of the account");
	else if (status == 404)
		provider_say(out, PROVIDER_REFUSED,
		    "there is no such account (url)");
	else if (status != 200)
		say_error(out, PROVIDER_NOT, status, j);
	else
		provider_say(out, PROVIDER_DONE, "");
}

static void
ring_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 200 || status == 201)
		provider_say_made(out, json_str(j, "callId"));
	else
		say_error(out, provider_not_made(status), status, j);
}

/*
 * What is said of a call whose fields are `at` and behind it, "" or "3.".
 * States may be added: what has an end has ended, and what has been answered is
 * up.
 */
static void
set_found(const struct json *j, const char *at, struct provider_reply *out)
{
	static const char *const fields[] = { "state", "endTime", "answerTime",
	    "disconnectCause" };
	const char *value[4];
	char path[64];
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", at, fields[i]);
		value[i] = json_str(j, path);
	}
	if (value[1] != NULL || (value[0] != NULL &&
	    strcmp(value[0], "disconnected") == 0)) {
		out->found = PROVIDER_GONE;
		out->has_cause = value[3] != NULL;
		if (out->has_cause)
			out->cause = bandwidth_hook_cause(value[3]);
	} else if (value[2] != NULL || (value[0] != NULL &&
	    strcmp(value[0], "answered") == 0)) {
		out->found = PROVIDER_IS_UP;
	} else {
		out->found = PROVIDER_IS_RINGING;
	}
}

static void
find_reply(int status, const struct json *j, struct provider_reply *out)
{
	if (status == 200 && json_str(j, "state") != NULL) {
		set_found(j, "", out);
		provider_say(out, PROVIDER_DONE, "");
	} else {
		say_error(out, PROVIDER_UNKNOWN, status, j);
	}
}

/* The one that lives: there is one call to a number only. */
static void
list_reply(const struct provider_intent *in, int status, const struct json *j,
    struct provider_reply *out)
{
	int i, n = json_count(j, "");
	char path[64];

	if (status != 200 || n < 0) {
		say_error(out, PROVIDER_UNKNOWN, status, j);
		return;
	}
	provider_say(out, n < LIST_MAX ? PROVIDER_DONE : PROVIDER_UNKNOWN,
	    n < LIST_MAX ? "" : "too many calls to look through");
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%d.", i);
		set_found(j, path, out);
		if (out->found == PROVIDER_GONE)
			continue;
		snprintf(path, sizeof(path), "%d.callId", i);
		provider_say_listed(out, in, json_str(j, path));
		return;
	}
	out->found = PROVIDER_GONE;
	out->has_cause = 0;
}

static void
command_reply(const struct provider_intent *in, int step, int status,
    const struct json *j, struct provider_reply *out)
{
	int is_end = in->act == PROVIDER_HANG || in->act == PROVIDER_HUSH;

	if (status >= 200 && status <= 299)
		provider_say(out, PROVIDER_DONE, "");
	else if (is_end && status == 404)
		provider_say(out, PROVIDER_DONE, "");
	else if (status == 409)
		say_error(out, in->act == PROVIDER_HANG ? PROVIDER_UNKNOWN :
		    in->act != PROVIDER_PLAY ? PROVIDER_NOT :
		    step + 1 < PLAY_TRIES ? PROVIDER_MORE : PROVIDER_REFUSED,
		    status, j);
	else
		say_error(out, provider_not_obeyed(status), status, j);
}

static void
bandwidth_reply(const struct provider_intent *in, int step, int status,
    int is_sent, const char *body, size_t len, struct provider_reply *out)
{
	struct json *j;

	memset(out, 0, sizeof(*out));
	if (status == 0) {
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer from Bandwidth");
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

const struct provider provider_bandwidth = {
	.name = "bandwidth",
	.calls_per_s = 5,
	.check = bandwidth_check,
	.request = bandwidth_request,
	.reply = bandwidth_reply,
	.hook = bandwidth_hook_read,
};
