/*
 * What Asterisk tells by its stream of events.
 *
 * - How a leg ended is said by ChannelDestroyed alone; a ring that times out
 *   has no closing Dial event.  A leg that was made while its application was
 *   not there, as when the stream fell, has none of these: StasisEnd must do.
 */

#include <stdio.h>
#include <string.h>

#include "lib/json.h"

#include "bridge-client/provider/ari_event.h"

#define NO_CIRCUIT	34	/* Q.850: no circuit/channel available */

static void
read_gone(const struct json *j, struct provider_event *out)
{
	const char *text = json_str(j, "cause_txt");
	int64_t q850 = 0, sip = 0;
	int n = 0;

	(void)json_int(j, "cause", &q850);
	(void)json_int(j, "tech_cause", &sip);
	if (sip < 300 || sip > 699)
		sip = 0;
	out->kind = EVENT_GONE;
	out->is_unrung = json_is(j, "channel.state", "Down") &&
	    (sip == 503 || (sip == 0 && q850 == NO_CIRCUIT));
	out->cause = json_is(j, "channel.state", "Up") ? CAUSE_NORMAL :
	    provider_cause_of((int)sip, (int)q850);
	if (sip != 0)
		n = snprintf(out->detail, sizeof(out->detail), "SIP %d, ",
		    (int)sip);
	provider_plain(out->detail + n, sizeof(out->detail) - (size_t)n,
	    text != NULL ? text : "");
}

static void
read_key(const struct json *j, struct provider_event *out)
{
	const char *digit = json_str(j, "digit");

	if (digit != NULL && strlen(digit) == 1 &&
	    strchr("0123456789*#", digit[0]) != NULL) {
		out->kind = EVENT_KEY;
		out->key = digit[0];
	}
}

/* The playback's id is its channel's: see play(). */
static void
read_spoken(const struct json *j, struct provider_event *out)
{
	const char *media = json_str(j, "playback.media_uri");
	const char *name = media != NULL ? strrchr(media, '/') : NULL;

	out->kind = EVENT_SPOKEN;
	if (json_is(j, "playback.state", "failed"))
		out->cause = CAUSE_FAILED;
	if (name != NULL)
		provider_plain(out->detail, sizeof(out->detail), name + 1);
}

static void
read_event(const struct json *j, const char *type, struct provider_event *out)
{
	if (strcmp(type, "StasisStart") == 0) {
		out->kind = EVENT_ANSWERED;
	} else if (strcmp(type, "ChannelStateChange") == 0) {
		if (json_is(j, "channel.state", "Ringing"))
			out->kind = EVENT_RINGING;
	} else if (strcmp(type, "Dial") == 0) {
		/* Early media is all the ringing that some networks tell. */
		if (json_is(j, "dialstatus", "RINGING") ||
		    json_is(j, "dialstatus", "PROGRESS"))
			out->kind = EVENT_RINGING;
	} else if (strcmp(type, "ChannelDtmfReceived") == 0) {
		read_key(j, out);
	} else if (strcmp(type, "PlaybackFinished") == 0) {
		read_spoken(j, out);
	} else if (strcmp(type, "StasisEnd") == 0) {
		out->kind = EVENT_GONE;
		out->cause = CAUSE_NORMAL;
	} else if (strcmp(type, "ChannelDestroyed") == 0) {
		read_gone(j, out);
	}
}

int
ari_event_read(const void *bytes, size_t len, struct provider_event *out)
{
	struct json *j = json_parse(bytes, len);
	const char *type, *id;

	memset(out, 0, sizeof(*out));
	type = j != NULL ? json_str(j, "type") : NULL;
	if (type == NULL) {
		json_free(j);
		return -1;
	}
	if (strcmp(type, "ApplicationReplaced") == 0) {
		out->kind = EVENT_LOST;
	} else if (strcmp(type, "ChannelUserevent") == 0) {
		if (json_is(j, "eventname", ARI_EVENT_ECHO))
			out->kind = EVENT_ECHO;
	} else {
		id = json_str(j, "channel.id");
		if (id == NULL)
			id = json_str(j, "peer.id");
		if (id == NULL)
			id = json_str(j, "playback.id");
		if (id != NULL && provider_read_leg(id, strlen(id), out) == 0)
			read_event(j, type, out);
	}
	json_free(j);
	return 0;
}
