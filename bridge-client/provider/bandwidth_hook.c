/*
 * What Bandwidth tells by webhook.  Nothing is signed: it shows the name and
 * the password (Basic, RFC 7617) that it was given for them.  Both are the
 * leg's own, so what is told of one leg cannot be told of another, and the URL
 * is as good as signed.  When it was told is in the body.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "lib/scan.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/provider/bxml.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/bandwidth_hook.h"

#define BASIC		"Basic "
#define SHOWN_SIZE	(PROVIDER_LEG_SIZE + BXML_PASSWORD_SIZE)
#define ACCOUNTS	"/accounts/"

const char *
bandwidth_hook_account(const struct provider_conf *c)
{
	const char *at = strstr(c->url, ACCOUNTS);

	if (at == NULL)
		return NULL;
	at += strlen(ACCOUNTS);
	return *at != '\0' && strspn(at, "0123456789") == strlen(at) ? at :
	    NULL;
}

/* Does it show what was given to Bandwidth for this leg, "co-CALL-a"? */
static int
is_known(const struct provider_conf *c, const struct provider_hook *h,
    const char *leg)
{
	char text[256], want[SHOWN_SIZE], got[SHOWN_SIZE];
	char password[BXML_PASSWORD_SIZE];
	size_t len;

	if (c->hook_secret == NULL ||
	    provider_header(h, "authorization", text, sizeof(text)) < 0 ||
	    strlen(text) < strlen(BASIC) ||
	    !scan_same(text, strlen(BASIC), BASIC, strlen(BASIC)))
		return 0;
	bxml_put_password(c, leg, password);
	len = (size_t)snprintf(want, sizeof(want), "%s:%s", leg, password);
	return sign_base64(text + strlen(BASIC), got, sizeof(got)) ==
	    (long)len && sign_is_same(want, got, len);
}

/* "2026-11-23T08:00:00.123Z" as Unix seconds.  0, or -1. */
static int
read_time(const char *s, int64_t *out)
{
	char whole[CLOCK_ISO_SIZE];

	if (s == NULL || strlen(s) < sizeof(whole) - 1 ||
	    s[strlen(s) - 1] != 'Z')
		return -1;
	snprintf(whole, sizeof(whole), "%.19sZ", s);
	return clock_read(whole, out);
}

static int
has(const struct json *j, const char *name, const char *want)
{
	const char *s = json_str(j, name);

	return s != NULL && want != NULL && strcmp(s, want) == 0;
}

/* Of this account, and of now. */
static enum provider_verdict
judge(const struct provider_conf *c, const struct provider_hook *h,
    const struct json *j)
{
	int64_t when;

	if (!has(j, "accountId", bandwidth_hook_account(c)) ||
	    !has(j, "applicationId", c->app) ||
	    read_time(json_str(j, "eventTime"), &when) < 0)
		return PROVIDER_FORGED;
	return llabs((long long)(when - h->wall)) > PROVIDER_HOOK_S ?
	    PROVIDER_STALE : PROVIDER_AUTHENTIC;
}

/* What is told. */

enum provider_cause
bandwidth_hook_cause(const char *word)
{
	static const struct {
		const char		*word;
		enum provider_cause	 cause;
	} table[] = {
		{ "hangup", CAUSE_NORMAL },
		{ "busy", CAUSE_BUSY },
		{ "timeout", CAUSE_NO_ANSWER },
		{ "cancel", CAUSE_CANCELLED },
		{ "rejected", CAUSE_DECLINED },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(word, table[i].word) == 0)
			return table[i].cause;
	return CAUSE_FAILED;
}

static void
read_end(const struct json *j, struct provider_event *e)
{
	const char *word = json_str(j, "cause");
	const char *more = json_str(j, "errorMessage");
	char text[96];

	e->kind = EVENT_GONE;
	e->cause = bandwidth_hook_cause(word != NULL ? word : "");
	/* one that never left the queue */
	e->is_unrung = json_str(j, "startTime") == NULL &&
	    json_str(j, "answerTime") == NULL;
	snprintf(text, sizeof(text), "%s%s%s", word != NULL ? word : "unknown",
	    more != NULL ? ", " : "", more != NULL ? more : "");
	provider_plain(e->detail, sizeof(e->detail), text);
}

/* A key, or that there was none: `spoken` names the prompt that has ended then,
 * if any. */
static void
read_key(const struct json *j, const char *spoken, struct provider_event *e)
{
	const char *digits = json_str(j, "digits");

	if (!provider_put_key(e, digits) && spoken != NULL &&
	    (digits == NULL || digits[0] == '\0'))
		provider_put_spoken(e, spoken);
}

static void
read_event(const struct provider_conf *c, const char *what,
    const struct json *j, struct provider_hooked *out)
{
	struct provider_event *e = &out->event;
	const char *type = json_str(j, "eventType");
	const char *id = json_str(j, "callId");
	const char *at = json_str(j, "eventTime");
	const char *digits = json_str(j, "digits");
	char leg[PROVIDER_LEG_SIZE];

	if (type == NULL || id == NULL) {
		out->is_odd = 1;
		return;
	}
	provider_set_ref(e->ref, id);
	snprintf(out->once, sizeof(out->once), "%.48s %.12s %.30s %.2s", id,
	    type, at, digits != NULL ? digits : "");
	if (strcmp(type, "disconnect") == 0) {
		read_end(j, e);
		return;
	}
	if (strcmp(type, "answer") == 0)
		e->kind = EVENT_ANSWERED;
	else if (strcmp(type, "gather") == 0)
		read_key(j, provider_spoken(what), e);
	else
		return;
	out->type = "application/xml";
	provider_put_leg(e->call, e->leg, leg);
	bxml_put_waiting(&out->answer, c, leg, BXML_ANSWER);
}

enum provider_verdict
bandwidth_hook_read(const struct provider_conf *c,
    const struct provider_hook *h, struct provider_hooked *out)
{
	enum provider_verdict verdict = PROVIDER_FORGED;
	char leg[PROVIDER_LEG_SIZE];
	struct provider_event e;
	const char *what = provider_hooked_leg(c, h, &e);
	struct json *j;

	if (what == NULL)
		return PROVIDER_FORGED;
	provider_put_leg(e.call, e.leg, leg);
	if (!is_known(c, h, leg))
		return PROVIDER_FORGED;
	j = json_parse(h->body, h->len);
	if (j != NULL)
		verdict = judge(c, h, j);
	if (verdict == PROVIDER_AUTHENTIC) {
		memcpy(out->event.call, e.call, sizeof(e.call));
		out->event.leg = e.leg;
		read_event(c, what, j, out);
	}
	json_free(j);
	return verdict;
}
