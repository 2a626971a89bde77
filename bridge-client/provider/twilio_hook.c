#include <stdio.h>
#include <string.h>

#include "lib/scan.h"

#include "bridge-client/net/fields.h"
#include "bridge-client/net/sha1.h"
#include "bridge-client/net/sign.h"
#include "bridge-client/provider/provider.h"
#include "bridge-client/provider/twiml.h"

#include "bridge-client/provider/twilio_hook.h"

int
twilio_hook_is_signalwire(const struct provider_conf *c)
{
	return c->kind != NULL && strcmp(c->kind, "signalwire") == 0;
}

int
twilio_hook_state(const char *word, struct provider_event *e)
{
	static const struct {
		const char			*word;
		enum provider_event_kind	 kind;
		enum provider_cause		 cause;
	} states[] = {
		{ "initiated", EVENT_RINGING, CAUSE_NORMAL },
		{ "queued", EVENT_RINGING, CAUSE_NORMAL },
		{ "ringing", EVENT_RINGING, CAUSE_NORMAL },
		{ "in-progress", EVENT_ANSWERED, CAUSE_NORMAL },
		{ "answered", EVENT_ANSWERED, CAUSE_NORMAL },
		{ "completed", EVENT_GONE, CAUSE_NORMAL },
		{ "busy", EVENT_GONE, CAUSE_BUSY },
		{ "no-answer", EVENT_GONE, CAUSE_NO_ANSWER },
		{ "canceled", EVENT_GONE, CAUSE_CANCELLED },
		{ "failed", EVENT_GONE, CAUSE_FAILED },
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(word, states[i].word) != 0)
			continue;
		e->kind = states[i].kind;
		e->cause = states[i].cause;
		return 0;
	}
	return -1;
}

/* Over the URL, and all names and values, each pair once. */
static int
is_signed(const struct provider_conf *c, const struct provider_hook *h,
    const struct fields *f)
{
	unsigned char want[SHA1_BYTES], got[SHA1_BYTES];
	char text[64];
	struct buf b;
	size_t i;
	int is_good;

	if (c->hook_secret == NULL || provider_header(h,
	    twilio_hook_is_signalwire(c) ? "x-signalwire-signature" :
	    "x-twilio-signature", text, sizeof(text)) < 0 ||
	    sign_base64(text, got, sizeof(got)) != SHA1_BYTES)
		return 0;
	buf_init(&b, strlen(h->url) + h->len + 1);
	buf_str(&b, h->url);
	for (i = 0; i < f->n; i++) {
		if (i > 0 && fields_compare(&f->field[i - 1],
		    &f->field[i]) == 0)
			continue;
		buf_str(&b, f->field[i].name);
		buf_str(&b, f->field[i].value);
	}
	is_good = buf_ok(&b) && sha1_hmac(c->hook_secret, b.data, b.len,
	    want) == 0 && sign_is_same(want, got, sizeof(got));
	buf_free(&b);
	return is_good;
}

static void
read_status(const struct fields *f, struct provider_event *e)
{
	const char *word = fields_get(f, "CallStatus"), *sip;
	uint64_t code;

	if (twilio_hook_state(word, e) < 0 || e->kind != EVENT_GONE)
		return;
	snprintf(e->detail, sizeof(e->detail), "%s", word);
	sip = fields_get(f, "SipResponseCode");
	if (scan_uint(sip, strlen(sip), 699, &code) == 0 && code >= 300) {
		snprintf(e->detail, sizeof(e->detail), "SIP %d, %s", (int)code,
		    word);
		if (e->cause == CAUSE_FAILED || code == 603)
			e->cause = provider_cause_of((int)code, 0);
	}
}

/* What comes after the leg's name in the path says what it is. */
static void
read_event(const struct provider_conf *c, const char *what,
    const struct fields *f, struct provider_hooked *out)
{
	struct provider_event *e = &out->event;
	const char *spoken = provider_spoken(what);
	char leg[PROVIDER_LEG_SIZE];

	provider_set_ref(e->ref, fields_get(f, "CallSid"));
	if (strcmp(what, "/status") == 0) {
		read_status(f, e);
		snprintf(out->once, sizeof(out->once), "%.40s %.20s %.30s",
		    fields_get(f, "CallSid"), fields_get(f, "CallStatus"),
		    fields_get(f, "SequenceNumber"));
		return;
	}
	if (strcmp(what, "/key") == 0) {
		(void)provider_put_key(e, fields_get(f, "Digits"));
	} else if (spoken != NULL) {
		provider_put_spoken(e, spoken);
	} else {
		out->is_odd = 1;
		return;
	}
	out->type = "text/xml";
	provider_put_leg(e->call, e->leg, leg);
	twiml_put_waiting(&out->answer, c->hook_url, leg);
}

enum provider_verdict
twilio_hook_read(const struct provider_conf *c, const struct provider_hook *h,
    struct provider_hooked *out)
{
	enum provider_verdict verdict = PROVIDER_FORGED;
	const char *what;
	struct fields f;

	if (fields_read(&f, h->body, h->len) == 0 && is_signed(c, h, &f)) {
		verdict = PROVIDER_AUTHENTIC;
		what = provider_hooked_leg(c, h, &out->event);
		if (what == NULL)
			out->is_odd = 1;
		else
			read_event(c, what, &f, out);
	}
	fields_free(&f);
	return verdict;
}
