/*
 * What Telnyx tells by webhook.  Events come twice, late and in any order,
 * signed with a key of Telnyx's.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/scan.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/telnyx_hook.h"

static enum provider_verdict
verify(const struct provider_conf *c, const struct provider_hook *h)
{
	unsigned char key[SIGN_KEY_BYTES], signature[SIGN_BYTES];
	char text[128], at[24];
	enum provider_verdict verdict = PROVIDER_FORGED;
	struct buf b;
	uint64_t when;

	if (provider_header(h, "telnyx-signature-ed25519", text,
	    sizeof(text)) < 0 ||
	    provider_header(h, "telnyx-timestamp", at, sizeof(at)) < 0 ||
	    scan_uint(at, strlen(at), INT32_MAX * UINT64_C(4), &when) < 0 ||
	    sign_base64(text, signature, sizeof(signature)) != SIGN_BYTES ||
	    sign_base64(c->public_key, key, sizeof(key)) != SIGN_KEY_BYTES)
		return PROVIDER_FORGED;
	buf_init(&b, strlen(at) + 1 + h->len);
	buf_printf(&b, "%s|", at);
	buf_put(&b, h->body, h->len);
	if (buf_ok(&b) && sign_check(key, signature, b.data, b.len) == 0)
		verdict = llabs((long long)when - h->wall) > PROVIDER_HOOK_S ?
		    PROVIDER_STALE : PROVIDER_AUTHENTIC;
	buf_free(&b);
	return verdict;
}

static enum provider_cause
cause_of(const char *word, int sip)
{
	static const struct {
		const char		*word;
		enum provider_cause	 cause;
	} table[] = {
		{ "call_rejected", CAUSE_DECLINED },
		{ "no_answer", CAUSE_NO_ANSWER },
		{ "normal_clearing", CAUSE_NORMAL },
		{ "not_found", CAUSE_UNREACHABLE },
		{ "originator_cancel", CAUSE_CANCELLED },
		{ "time_limit", CAUSE_NORMAL },
		{ "timeout", CAUSE_NO_ANSWER },
		{ "user_busy", CAUSE_BUSY },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(word, table[i].word) == 0)
			return table[i].cause;
	return provider_cause_of(sip, 0);
}

static void
read_gone(const struct json *j, struct provider_event *e)
{
	const char *word = json_str(j, "data.payload.hangup_cause");
	const char *text = json_str(j, "data.payload.sip_hangup_cause");
	uint64_t sip = 0;
	char plain[64];

	if (text == NULL || scan_uint(text, strlen(text), 699, &sip) < 0 ||
	    sip < 300)
		sip = 0;
	e->kind = EVENT_GONE;
	e->cause = cause_of(word != NULL ? word : "", (int)sip);
	provider_plain(plain, sizeof(plain), word != NULL ? word : "");
	snprintf(e->detail, sizeof(e->detail), "SIP %d, %s", (int)sip, plain);
	if (sip == 0)
		memcpy(e->detail, plain, strlen(plain) + 1);
}

/* What was hushed does not end: who hushed it goes on to something else. */
static void
read_spoken(const struct json *j, struct provider_event *e)
{
	const char *status = json_str(j, "data.payload.status");
	const char *url = json_str(j, "data.payload.media_url");
	const char *name = url != NULL ? strrchr(url, '/') : NULL;
	char word[PROVIDER_WORD_SIZE];

	if (status == NULL || strncmp(status, "cancelled", 9) == 0 ||
	    strcmp(status, "call_hangup") == 0)
		return;
	e->kind = EVENT_SPOKEN;
	if (strcmp(status, "failed") == 0 ||
	    strcmp(status, "file_not_found") == 0) {
		e->cause = CAUSE_FAILED;	/* whichever of them it was */
	} else if (name != NULL) {
		snprintf(word, sizeof(word), "%.*s",
		    (int)strcspn(name + 1, "."), name + 1);
		provider_plain(e->detail, sizeof(e->detail), word);
	}
}

/* Told where the application has call_cost_in_webhooks. */
static void
read_price(const struct json *j, struct provider_event *e)
{
	provider_put_price(e->price, json_str(j, "data.payload.total_cost"),
	    json_str(j, "data.payload.cost_parts.0.currency"));
	if (e->price[0] != '\0')
		e->kind = EVENT_PRICE;
}

static void
read_event(const struct json *j, const char *type, struct provider_event *e)
{
	const char *state = json_str(j, "data.payload.client_state");
	char leg[64];
	long len = state != NULL ? sign_base64(state, leg, sizeof(leg)) : -1;

	if (len < 0 || provider_read_leg(leg, (size_t)len, e) != 0)
		return;		/* a call that is none of ours */
	provider_set_ref(e->ref, json_str(j, "data.payload.call_control_id"));
	if (strcmp(type, "call.initiated") == 0)
		e->kind = EVENT_RINGING;
	else if (strcmp(type, "call.answered") == 0)
		e->kind = EVENT_ANSWERED;
	else if (strcmp(type, "call.dtmf.received") == 0)
		(void)provider_put_key(e, json_str(j, "data.payload.digit"));
	else if (strcmp(type, "call.playback.ended") == 0)
		read_spoken(j, e);
	else if (strcmp(type, "call.hangup") == 0)
		read_gone(j, e);
	else if (strcmp(type, "call.cost") == 0)
		read_price(j, e);
}

enum provider_verdict
telnyx_hook_read(const struct provider_conf *c, const struct provider_hook *h,
    struct provider_hooked *out)
{
	enum provider_verdict verdict = verify(c, h);
	const char *type, *id;
	struct json *j;

	if (verdict != PROVIDER_AUTHENTIC)
		return verdict;
	j = json_parse(h->body, h->len);
	type = json_str(j, "data.event_type");
	id = json_str(j, "data.id");
	if (type == NULL || id == NULL || strlen(id) > PROVIDER_ONCE_MAX) {
		out->is_odd = 1;
	} else {
		snprintf(out->once, sizeof(out->once), "%s", id);
		read_event(j, type, &out->event);
	}
	json_free(j);
	return PROVIDER_AUTHENTIC;
}
