/*
 * Asterisk by its REST interface.  How it behaves, where the manual is silent:
 *
 * - Creating a channel whose id lives already is answered 409.  So is, or
 *   500, an endpoint that is not configured, depending on the version: what
 *   is true is asked afterwards (RING's third step).
 * - A channel may be created for an application to which nobody listens: the
 *   telephone rings, and who answers is dropped.  So the application is asked
 *   for first, unless that was done a moment ago.  It is also listed while its
 *   last calls live on after the listener went away: the driver must know that
 *   its own stream is up.
 * - Bridging tells each channel the other's number unless it is inhibited;
 *   the endpoint's send_connected_line=no is the second lock.
 * - An event filter drops all that it does not name, ApplicationReplaced too,
 *   and answers by the stream.
 */

#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/scan.h"

#include "bridge-client/net/request.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/ari_event.h"
#include "bridge-client/provider/ari_media.h"
#include "bridge-client/provider/ari_talk.h"

#include "bridge-client/provider/ari.h"

#define ID_SIZE		PROVIDER_LEG_SIZE
#define TIMEOUT_MS	5000

/* What the configuration must be like. */

/* A technology and exactly one place for the number. */
static int
is_dial_string(const char *s)
{
	const char *place = strstr(s, "%s");

	return place != NULL && strchr(s, '%') == place &&
	    strchr(place + 1, '%') == NULL && strchr(s, '/') != NULL &&
	    strchr(s, '/') < place;
}

static const char *
ari_check(const struct provider_conf *c)
{
	if (!provider_is_web(c->url))
		return "url must begin with http:// or https://, and have no "
		    "query, and no slash at its end";
	if (c->user == NULL || *c->user == '\0')
		return "user is missing (a section of ari.conf)";
	if (!provider_is_word(c->app, strlen(c->app)))
		return "app must be letters, digits, '-' and '_'";
	if (!is_dial_string(c->trunk_pstn))
		return "trunk_pstn must be like PJSIP/%s@trunk";
	if (c->trunk_sip != NULL && *c->trunk_sip != '\0' &&
	    !is_dial_string(c->trunk_sip))
		return "trunk_sip must be like PJSIP/packet/%s";
	if (!ari_media_is_path(c->prompts))
		return "prompts must be an absolute path without a comma, of "
		    "at most 100 characters";
	if (c->names != NULL && *c->names != '\0' &&
	    !ari_media_is_path(c->names))
		return "names must be such a path, too";
	return NULL;
}

/* Channels of one Asterisk, whatever their application and trunk. */
static int
ari_joins(const struct provider_conf *a, const struct provider_conf *b)
{
	return strcmp(a->url, b->url) == 0;
}

/* Intent to request. */

static void
ask(const struct provider_conf *c, struct request *r, const char *method,
    const char *collection, const char *id)
{
	r->method = method;
	r->auth = REQUEST_BASIC;
	r->timeout_ms = TIMEOUT_MS;
	buf_str(&r->url, c->url);
	request_path(r, collection);
	request_path(r, id);
}

/* The dial string with the number in its place, as the endpoint. */
static int
put_endpoint(const struct provider_conf *c, const struct tel *to,
    struct request *r)
{
	const char *trunk = to->kind == TEL_SIP ? c->trunk_sip : c->trunk_pstn;
	const char *place;
	char dial[512];
	int n;

	if (to->kind == TEL_NONE || trunk == NULL || *trunk == '\0')
		return -1;
	place = strstr(trunk, "%s");	/* see ari_check() */
	n = snprintf(dial, sizeof(dial), "%.*s%s%s", (int)(place - trunk),
	    trunk, to->text, place + 2);
	if ((size_t)n >= sizeof(dial))
		return -1;
	request_query(r, "endpoint", dial);
	return 0;
}

/* "" <+number>: never left out, or Asterisk finds one by itself. */
static int
put_caller(const struct provider_intent *in, struct request *r)
{
	const char *p = in->caller;
	struct buf b;
	int status = -1;

	buf_init(&b, 256);
	if (p == NULL || *p == '\0')
		goto out;
	for (p += *p == '+'; *p != '\0'; p++)
		if (!scan_is_digit((unsigned char)*p))
			goto out;
	buf_printf(&b, "\"\" <%s>", in->caller);
	if (!buf_ok(&b))
		goto out;
	request_query(r, "callerId", buf_cstr(&b));
	status = 0;
out:
	buf_free(&b);
	return status;
}

static int
originate(const struct provider_conf *c, const struct provider_intent *in,
    struct request *r)
{
	char ring_s[16];

	if (in->ring_s <= 0 || in->max_s <= 0 ||
	    put_endpoint(c, in->to, r) < 0 || put_caller(in, r) < 0)
		return -1;
	snprintf(ring_s, sizeof(ring_s), "%d", in->ring_s);
	request_query(r, "timeout", ring_s);
	request_query(r, "app", c->app);
	request_query(r, "appArgs", in->leg == LEG_A ? "a" : "b");
	/* Should we die, no leg outlives its longest duration. */
	r->type = "application/json";
	buf_printf(&r->body, "{\"variables\":{\"TIMEOUT(absolute)\":\"%d\"}}",
	    in->max_s);
	return 0;
}

static int
has_digits(const struct provider_intent *in)
{
	return in->digits != NULL && in->digits[0] != '\0';
}

/* An extension first: no RING can say that it is to be dialled. */
static int
speak(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char leg[ID_SIZE];

	if (step == 0 && has_digits(in)) {
		request_path(r, "dtmf");
		request_query(r, "dtmf", in->digits);
		request_query(r, "before", "1000");
		return 0;
	}
	if (step > has_digits(in))
		return -1;
	provider_put_leg(in->call, in->leg, leg);
	request_path(r, "play");
	request_path(r, leg);
	return ari_media_put(c, in, r);
}

/* It counts from when it is set. */
static int
extend(const struct provider_intent *in, struct request *r)
{
	char left_s[16];

	snprintf(left_s, sizeof(left_s), "%d", in->left_s);
	request_path(r, "variable");
	request_query(r, "variable", "TIMEOUT(absolute)");
	request_query(r, "value", left_s);
	return 0;
}

static void
add_both(const struct provider_intent *in, struct request *r)
{
	char a[ID_SIZE], b[ID_SIZE], both[2 * ID_SIZE];

	provider_put_leg(in->call, LEG_A, a);
	provider_put_leg(in->call, LEG_B, b);
	snprintf(both, sizeof(both), "%s,%s", a, b);
	request_path(r, "addChannel");
	request_query(r, "channel", both);
	request_query(r, "inhibitConnectedLineUpdates", "true");
}

#define TYPE(name) "{\"type\":\"" name "\"}"

/* Who listens; what he wants to hear: all that ari_event knows; the echo. */
static void
ask_probe(const struct provider_conf *c, int step, struct request *r)
{
	if (step == 2) {
		ask(c, r, "POST", "events", "user");
		request_path(r, ARI_EVENT_ECHO);
		request_query(r, "application", c->app);
		return;
	}
	ask(c, r, step == 0 ? "GET" : "PUT", "applications", c->app);
	if (step == 0)
		return;
	request_path(r, "eventFilter");
	r->type = "application/json";
	buf_str(&r->body, "{\"allowed\":[" TYPE("ApplicationReplaced") ","
	    TYPE("ChannelDestroyed") "," TYPE("ChannelDtmfReceived") ","
	    TYPE("ChannelStateChange") "," TYPE("ChannelUserevent") ","
	    TYPE("Dial") "," TYPE("PlaybackFinished") ","
	    TYPE(ARI_TALK_ANSWER) ","
	    TYPE("StasisEnd") "," TYPE("StasisStart") "]}");
}

/* How many requests an intent takes at most. */
static const int steps[] = {
	[PROVIDER_PROBE] = 3, [PROVIDER_RING] = 3, [PROVIDER_PLAY] = 2,
	[PROVIDER_HUSH] = 1, [PROVIDER_BRIDGE] = 2, [PROVIDER_HANG] = 1,
	[PROVIDER_UNBRIDGE] = 1, [PROVIDER_FIND] = 1,
	[PROVIDER_EXTEND] = 1
};

/* RING's question whether somebody listens is left out where that is known. */
static int
in_full(const struct provider_intent *in, int step)
{
	return step + (in->act == PROVIDER_RING && in->has_listener);
}

static int
build(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	char leg[ID_SIZE], call[ID_SIZE];

	provider_put_leg(in->call, in->leg, leg);
	snprintf(call, sizeof(call), "%.*s", ID_SIZE - 3, leg);
	switch (in->act) {
	case PROVIDER_PROBE:
		ask_probe(c, step, r);
		return 0;
	case PROVIDER_RING:
		if (step == 0) {
			ask(c, r, "GET", "applications", c->app);
			return 0;
		}
		ask(c, r, step == 1 ? "POST" : "GET", "channels", leg);
		return step == 1 ? originate(c, in, r) : 0;
	case PROVIDER_PLAY:
		ask(c, r, "POST", "channels", leg);
		return speak(c, in, step, r);
	case PROVIDER_HUSH:
		ask(c, r, "DELETE", "playbacks", leg);
		return 0;
	case PROVIDER_BRIDGE:
		ask(c, r, "POST", "bridges", call);
		if (step == 0)
			request_query(r, "type", "mixing");
		else
			add_both(in, r);
		return 0;
	case PROVIDER_HANG:
		ask(c, r, "DELETE", "channels", leg);
		request_query(r, "reason", "normal");
		return 0;
	case PROVIDER_UNBRIDGE:
		ask(c, r, "DELETE", "bridges", call);
		return 0;
	case PROVIDER_FIND:
		ask(c, r, "GET", "channels", leg);
		return 0;
	case PROVIDER_EXTEND:
		ask(c, r, "POST", "channels", leg);
		return extend(in, r);
	}
	return -1;
}

/*
 * What comes by the stream is done one after the other.  To make a channel, or
 * to look at one, takes no time; all else waits for the channel's own thread,
 * and would keep others waiting.
 */
static int
is_quick(const struct provider_intent *in)
{
	return in->act == PROVIDER_RING || in->act == PROVIDER_FIND;
}

static int
ari_request(const struct provider_conf *c, const struct provider_intent *in,
    int step, struct request *r)
{
	request_init(r);
	if (step < 0 || in_full(in, step) >= steps[in->act] ||
	    build(c, in, in_full(in, step), r) < 0)
		return -1;
	r->is_apart = !is_quick(in);
	return request_ok(r) ? 0 : -1;
}

/* Reply to outcome. */

/* "HTTP 404: Channel not found", the latter by its own words. */
static void
say_http(struct provider_reply *out, enum provider_outcome outcome, int status,
    const char *body, size_t len)
{
	struct json *j = json_parse(body, len);
	const char *message = j != NULL ? json_str(j, "message") : NULL;
	char plain[96];

	if (j != NULL && message == NULL)
		message = json_str(j, "error");
	provider_plain(plain, sizeof(plain), message != NULL ? message : "");
	out->outcome = outcome;
	snprintf(out->detail, sizeof(out->detail), "HTTP %d%s%s", status,
	    plain[0] != '\0' ? ": " : "", plain);
	json_free(j);
}

static void
application_reply(int status, const char *body, size_t len,
    struct provider_reply *out)
{
	if (status == 200)
		provider_say(out, PROVIDER_MORE, "");
	else if (status == 404)
		provider_say(out, PROVIDER_NOT, "nobody listens for the "
		    "application: is the bridge connected to its events?");
	else if (status == 401)
		provider_say(out, PROVIDER_REFUSED, "Asterisk does not accept "
		    "the user or the password (ari.conf)");
	else
		say_http(out, status >= 500 ? PROVIDER_NOT : PROVIDER_REFUSED,
		    status, body, len);
}

/* Without the filter more events will come than are needed. */
static void
probe_reply(int step, int status, const char *body, size_t len,
    struct provider_reply *out)
{
	if (step == 1 && status == 403)
		provider_say(out, PROVIDER_REFUSED, "the user may only read: "
		    "ari.conf must say read_only = no");
	else if (step == 1)
		provider_say(out, PROVIDER_MORE, "");
	else if (step == 2 && status == 204)
		provider_say(out, PROVIDER_DONE, "");
	else
		application_reply(status, body, len, out);
}

static void
channel_state(int status, const char *body, size_t len,
    struct provider_reply *out)
{
	struct json *j;

	if (status == 404) {
		out->found = PROVIDER_GONE;
		provider_say(out, PROVIDER_DONE, "");
		return;
	}
	if (status != 200) {
		say_http(out, PROVIDER_UNKNOWN, status, body, len);
		return;
	}
	j = json_parse(body, len);
	if (j == NULL || json_str(j, "state") == NULL) {
		provider_say(out, PROVIDER_UNKNOWN, "no channel's description");
	} else {
		out->found = json_is(j, "state", "Up") ? PROVIDER_IS_UP :
		    PROVIDER_IS_RINGING;
		provider_say(out, PROVIDER_DONE, "");
	}
	json_free(j);
}

static void
ring_reply(int step, int status, const char *body, size_t len,
    struct provider_reply *out)
{
	if (step == 0) {
		application_reply(status, body, len, out);
	} else if (step == 1) {
		if (status == 200 || status == 201)
			provider_say(out, PROVIDER_DONE, "");
		else if (status == 409 || status >= 500)
			provider_say(out, PROVIDER_MORE, "");
		else
			say_http(out, PROVIDER_REFUSED, status, body, len);
	} else {
		channel_state(status, body, len, out);
		if (out->outcome == PROVIDER_DONE &&
		    out->found == PROVIDER_GONE)
			provider_say(out, PROVIDER_REFUSED, "no channel made: "
			    "is the trunk's endpoint right (pjsip.conf)?");
	}
}

/* A bridge is made, or there already; an extension is dialled. */
static int
is_half_done(const struct provider_intent *in, int step, int status)
{
	int is_good = status >= 200 && status <= 299;

	return step == 0 && (in->act == PROVIDER_BRIDGE ? status == 200 ||
	    status == 409 : in->act == PROVIDER_PLAY && has_digits(in) &&
	    is_good);
}

static void
other_reply(const struct provider_intent *in, int status, const char *body,
    size_t len, struct provider_reply *out)
{
	int is_end = in->act == PROVIDER_HUSH || in->act == PROVIDER_HANG ||
	    in->act == PROVIDER_UNBRIDGE;

	/* What is not there any more has ended; 409: a bridge that is going. */
	if ((status >= 200 && status <= 299) || (is_end && status == 404) ||
	    (in->act == PROVIDER_UNBRIDGE && status == 409))
		provider_say(out, PROVIDER_DONE, "");
	else
		say_http(out, status >= 500 ? PROVIDER_UNKNOWN :
		    PROVIDER_REFUSED, status, body, len);
}

static void
read_reply(const struct provider_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct provider_reply *out)
{
	if (status == 0) {
		/* RING's first question rings nobody. */
		is_sent &= in->act != PROVIDER_RING || step > 0;
		provider_say(out, is_sent ? PROVIDER_UNKNOWN : PROVIDER_NOT,
		    "no answer from Asterisk");
		return;
	}
	switch (in->act) {
	case PROVIDER_PROBE:
		probe_reply(step, status, body, len, out);
		break;
	case PROVIDER_RING:
		ring_reply(step, status, body, len, out);
		break;
	case PROVIDER_BRIDGE:
	case PROVIDER_PLAY:
	case PROVIDER_HUSH:
	case PROVIDER_HANG:
	case PROVIDER_UNBRIDGE:
	case PROVIDER_EXTEND:
		if (is_half_done(in, step, status))
			provider_say(out, PROVIDER_MORE, "");
		else
			other_reply(in, status, body, len, out);
		break;
	case PROVIDER_FIND:
		channel_state(status, body, len, out);
		break;
	}
}

/* A channel that is in the bridge already stays there, however often it is put
 * there. */
static void
ari_reply(const struct provider_intent *in, int step, int status, int is_sent,
    const char *body, size_t len, struct provider_reply *out)
{
	memset(out, 0, sizeof(*out));
	read_reply(in, in_full(in, step), status, is_sent, body, len, out);
	out->may_repeat = in->act == PROVIDER_BRIDGE &&
	    out->outcome == PROVIDER_UNKNOWN;
}

/* Events. */

static int
ari_stream(const struct provider_conf *c, char *dst, size_t size)
{
	int n = snprintf(dst, size, "/events?app=%s", c->app);

	return n > 0 && (size_t)n < size ? 0 : -1;
}

const struct provider provider_ari = {
	.name = "asterisk",
	.check = ari_check,
	.joins = ari_joins,
	.request = ari_request,
	.reply = ari_reply,
	.stream = ari_stream,
	.is_echoed = 1,
	.is_heard_talking = 1,
	.can_extend = 1,
	.say = ari_talk_say,
	.heard = ari_talk_heard,
	.event = ari_event_read,
};
