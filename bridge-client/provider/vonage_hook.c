/*
 * What Vonage tells by webhook.  Each comes with a token (JWT, RFC 7519, by
 * HS256) that is signed with the account's signature secret, says when, and
 * holds the hash of the body.  The URL is not signed: whose leg it is about is
 * said there, and again in the body by Vonage's own name of it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/scan.h"

#include "bridge-client/net/sign.h"
#include "bridge-client/provider/ncco.h"
#include "bridge-client/provider/provider.h"

#include "bridge-client/provider/vonage_hook.h"

#define TOKEN_SIZE	4096
#define BEARER		"Bearer "

/* One part of a token as JSON; NULL. */
static struct json *
read_part(const char *s, size_t len)
{
	unsigned char text[TOKEN_SIZE];
	long n = scan_base64url(text, sizeof(text), s, len);

	return n > 0 ? json_parse((const char *)text, (size_t)n) : NULL;
}

static int
has(const struct json *j, const char *name, const char *want)
{
	const char *s = json_str(j, name);

	return s != NULL && strcmp(s, want) == 0;
}

/* By the secret, and by no other algorithm than this. */
static int
is_signed(const struct provider_conf *c, const char *token, const char *claims,
    const char *signature)
{
	unsigned char want[SIGN_SHA256_BYTES], got[SIGN_SHA256_BYTES];
	struct json *head = read_part(token, (size_t)(claims - 1 - token));
	int is_good = head != NULL && has(head, "alg", "HS256") &&
	    scan_base64url(got, sizeof(got), signature, strlen(signature)) ==
	    SIGN_SHA256_BYTES;

	if (is_good) {
		sign_hmac_sha256(c->hook_secret, token,
		    (size_t)(signature - 1 - token), want);
		is_good = sign_is_same(want, got, sizeof(got));
	}
	json_free(head);
	return is_good;
}

/* Of this body, this account, and now. */
static enum provider_verdict
judge(const struct provider_conf *c, const struct provider_hook *h,
    const struct json *claims)
{
	char hash[SIGN_SHA256_HEX_SIZE];
	int64_t when;

	sign_sha256_hex(h->body, h->len, hash);
	if (!has(claims, "payload_hash", hash) ||
	    json_int(claims, "iat", &when) < 0 ||
	    (c->user != NULL && *c->user != '\0' &&
	    !has(claims, "api_key", c->user)) ||
	    (json_str(claims, "application_id") != NULL &&
	    !has(claims, "application_id", c->app)))
		return PROVIDER_FORGED;
	return llabs((long long)(when - h->wall)) > PROVIDER_HOOK_S ?
	    PROVIDER_STALE : PROVIDER_AUTHENTIC;
}

static enum provider_verdict
verify(const struct provider_conf *c, const struct provider_hook *h)
{
	char text[TOKEN_SIZE], *token = text + strlen(BEARER);
	const char *claims, *signature;
	enum provider_verdict verdict = PROVIDER_FORGED;
	struct json *j;

	if (c->hook_secret == NULL ||
	    provider_header(h, "authorization", text, sizeof(text)) < 0 ||
	    !scan_same(text, strlen(text) < strlen(BEARER) ? strlen(text) :
	    strlen(BEARER), BEARER, strlen(BEARER)))
		return PROVIDER_FORGED;
	claims = strchr(token, '.');
	signature = claims != NULL ? strchr(claims + 1, '.') : NULL;
	if (signature == NULL ||
	    !is_signed(c, token, claims + 1, signature + 1))
		return PROVIDER_FORGED;
	j = read_part(claims + 1, (size_t)(signature - claims - 1));
	if (j != NULL)
		verdict = judge(c, h, j);
	json_free(j);
	return verdict;
}

/* What is told. */

int
vonage_hook_state(const char *word, struct provider_event *e)
{
	static const struct {
		const char			*word;
		enum provider_event_kind	 kind;
		enum provider_cause		 cause;
	} table[] = {
		{ "started", EVENT_RINGING, CAUSE_NORMAL },
		{ "ringing", EVENT_RINGING, CAUSE_NORMAL },
		{ "answered", EVENT_ANSWERED, CAUSE_NORMAL },
		{ "completed", EVENT_GONE, CAUSE_NORMAL },
		{ "busy", EVENT_GONE, CAUSE_BUSY },
		{ "cancelled", EVENT_GONE, CAUSE_CANCELLED },
		{ "failed", EVENT_GONE, CAUSE_FAILED },
		{ "rejected", EVENT_GONE, CAUSE_DECLINED },
		{ "timeout", EVENT_GONE, CAUSE_NO_ANSWER },
		{ "unanswered", EVENT_GONE, CAUSE_NO_ANSWER },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(word, table[i].word) != 0)
			continue;
		e->kind = table[i].kind;
		e->cause = table[i].cause;
		return 0;
	}
	return -1;
}

static void
read_status(const struct json *j, struct provider_event *e)
{
	const char *word = json_str(j, "status"), *more = json_str(j, "detail");
	char plain[64];

	if (word == NULL || vonage_hook_state(word, e) < 0 ||
	    e->kind != EVENT_GONE)
		return;
	if (more != NULL && (strcmp(more, "cannot_route") == 0 ||
	    strcmp(more, "number_out_of_service") == 0))
		e->cause = CAUSE_UNREACHABLE;
	provider_put_price(e->price, json_str(j, "price"), NULL);
	provider_plain(plain, sizeof(plain), more != NULL ? more : "");
	snprintf(e->detail, sizeof(e->detail), "%s%s%s", word,
	    plain[0] != '\0' ? ", " : "", plain);
}

/* A key, or that the time for one is over: `spoken` names the prompt that has
 * ended then, if any. */
static void
read_input(const struct json *j, const char *spoken, struct provider_event *e)
{
	if (!provider_put_key(e, json_str(j, "dtmf.digits")) &&
	    spoken != NULL && json_bool(j, "dtmf.timed_out") == 1)
		provider_put_spoken(e, spoken);
}

/* What comes after the leg's name in the path says what it is. */
static void
read_event(const struct provider_conf *c, const char *what,
    const struct json *j, struct provider_hooked *out)
{
	struct provider_event *e = &out->event;
	const char *uuid = json_str(j, "uuid"), *at = json_str(j, "timestamp");
	const char *word = json_str(j, "status");
	char leg[PROVIDER_LEG_SIZE];

	if (uuid == NULL) {
		out->is_odd = 1;
		return;
	}
	provider_set_ref(e->ref, uuid);
	snprintf(out->once, sizeof(out->once), "%.40s %.12s %.36s", uuid,
	    word != NULL ? word : what, at != NULL ? at : "");
	if (strcmp(what, "/status") == 0) {
		read_status(j, e);
		return;
	}
	if (strcmp(what, "/key") != 0 && provider_spoken(what) == NULL) {
		out->is_odd = 1;
		return;
	}
	read_input(j, provider_spoken(what), e);
	out->type = "application/json";
	provider_put_leg(e->call, e->leg, leg);
	ncco_put_waiting(&out->answer, c->hook_url, leg);
}

enum provider_verdict
vonage_hook_read(const struct provider_conf *c, const struct provider_hook *h,
    struct provider_hooked *out)
{
	enum provider_verdict verdict = verify(c, h);
	const char *what;
	struct json *j;

	if (verdict != PROVIDER_AUTHENTIC)
		return verdict;
	j = json_parse(h->body, h->len);
	what = j != NULL ? provider_hooked_leg(c, h, &out->event) : NULL;
	if (what == NULL)
		out->is_odd = 1;
	else
		read_event(c, what, j, out);
	json_free(j);
	return PROVIDER_AUTHENTIC;
}
