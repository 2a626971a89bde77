/* What every route needs, and the responses that are common to them. */

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"

#include "acceptd/asset.h"
#include "acceptd/card.h"
#include "acceptd/lang.h"
#include "acceptd/limit.h"
#include "acceptd/settings.h"
#include "acceptd/web.h"

#include "acceptd/context.h"

#define AGAIN_S 30		/* Retry-After of what mends itself */
#define SECRET_MIN 16

void
context_page(const struct context *c, const struct visit *v, const char *self,
    struct page *p)
{
	memset(p, 0, sizeof(*p));
	p->site_name = c->settings->site_name;
	p->notice_url = c->settings->notice_url;
	p->style_path = c->assets->style.path;
	p->script_path = c->assets->script.path;
	p->icon_path = c->assets->icon.path;
	p->langs = c->langs;
	p->lang = lang_choose(c->langs, v->lang, v->accept_language,
	    v->offer_lang);
	p->self = self;
	p->is_lang_kept = p->lang != lang_choose(c->langs, NULL,
	    v->accept_language, NULL);
	p->now = clock_wall();
}

enum visit_step
context_done(struct visit *v, const struct page *p, int status)
{
	struct web_response *r = &v->response;

	r->status = status;
	r->type = "text/html; charset=utf-8";
	r->is_page = 1;
	snprintf(r->lang, sizeof(r->lang), "%s", lang_code(p->lang));
	return VISIT_RESPOND;
}

enum visit_step
context_note(const struct context *c, struct visit *v, enum page_note note,
    int status)
{
	struct page p;

	context_page(c, v, NULL, &p);
	page_note(&v->response.body, &p, note);
	return context_done(v, &p, status);
}

static int
status_of(enum ask_refusal refusal)
{
	switch (refusal) {
	case ASK_OK:
		return 200;
	case ASK_TOKEN_BAD:
		return 404;
	case ASK_EXPIRED:
	case ASK_USED_UP:
	case ASK_REVOKED:
		return 410;
	case ASK_CLOSED:
		return 403;
	case ASK_IN_CALL:
		return 409;
	case ASK_NUMBER_BAD:
	case ASK_NUMBER_DENIED:
	case ASK_NUMBER_WRONG:
	case ASK_NONCE_EARLY:
	case ASK_NONCE_LATE:
	case ASK_NONCE_BAD:
	case ASK_CODE_WANTED:
	case ASK_CODE_WRONG:
		return 422;
	case ASK_TOO_MANY:
		return 429;
	case ASK_STOPPED:
	case ASK_NO_PROVIDER:
	case ASK_STORE_FULL:
	case ASK_UNREACHABLE:
	case ASK_UNPAID:
	case ASK_REFUSALS:
		return 503;
	}
	return 503;
}

int
context_is_mendable(enum ask_refusal refusal)
{
	return status_of(refusal) == 422;
}

/* Where trying the same again can help soon, the page has a link to it. */
static int
is_passing(enum ask_refusal refusal)
{
	int status = status_of(refusal);

	return status == 503 || status == 422 || status == 409 ||
	    status == 429;
}

enum visit_step
context_refuse(struct context *c, struct visit *v,
    const struct page_refusal *refusal)
{
	struct page_refusal r = *refusal;
	char self[sizeof(v->token) + 4];
	struct page p;

	c->count.refused[r.refusal]++;
	snprintf(self, sizeof(self), "/o/%s", v->token);
	context_page(c, v, v->token[0] != '\0' ? self : NULL, &p);
	if (v->token[0] != '\0' && is_passing(r.refusal))
		r.again = self;
	page_refusal(&v->response.body, &p, &r);
	if (r.at > p.now)
		v->response.retry_after_s = r.at - p.now;
	else if (status_of(r.refusal) == 503)
		v->response.retry_after_s = AGAIN_S;
	return context_done(v, &p, status_of(r.refusal));
}

enum visit_step
context_card(const struct context *c, struct visit *v, const char *number)
{
	struct web_response *r = &v->response;

	if (number[0] == '\0')
		return context_note(c, v, PAGE_NOT_FOUND, 404);
	card_put(&r->body, c->settings->site_name, number);
	r->status = 200;
	r->type = "text/vcard; charset=utf-8";
	r->file_name = "contact.vcf";
	r->is_page = 1;
	return VISIT_RESPOND;
}

enum visit_step
context_redirect(struct visit *v, const char *path)
{
	struct web_response *r = &v->response;

	r->status = 303;
	if (v->lang[0] != '\0')
		snprintf(r->location, sizeof(r->location), "%s?lang=%s", path,
		    v->lang);
	else
		snprintf(r->location, sizeof(r->location), "%s", path);
	r->is_page = 1;
	return VISIT_RESPOND;
}

int
context_is_secret(const char *s)
{
	size_t len = strlen(s);

	return len >= SECRET_MIN && len <= ASK_SECRET_MAX && strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_") == len;
}

/*
 * As far as the browser says (Sec-Fetch-Site, Origin).  "Origin: null" is what
 * a browser sends for our own pages, too, since they say no-referrer; so it
 * decides nothing.
 */
static int
is_same_origin(const struct context *c, const struct web_request *r)
{
	if (r->fetch_site != NULL &&
	    strcmp(r->fetch_site, "same-origin") != 0 &&
	    strcmp(r->fetch_site, "none") != 0)
		return 0;
	if (r->origin == NULL || strcmp(r->origin, "null") == 0)
		return 1;
	return strcmp(r->origin, c->settings->base_url) == 0;
}

int
context_throttle(struct context *c, struct visit *v, struct limit *limit,
    const char *key)
{
	struct page_refusal r = { ASK_TOO_MANY, v->name, 0, NULL, NULL };
	int64_t wait_ms = limit_take(limit, key, clock_mono_ms());

	if (wait_ms == 0)
		return 0;
	c->count.n[COUNT_THROTTLED]++;
	r.at = clock_wall() + wait_ms / 1000 + 1;
	context_refuse(c, v, &r);
	return -1;
}

int
context_admit_post(struct context *c, struct visit *v,
    const struct web_request *r)
{
	if (context_throttle(c, v, c->posts, v->client) < 0)
		return -1;
	if (is_same_origin(c, r))
		return 0;
	c->count.n[COUNT_FOREIGN]++;
	(void)context_note(c, v, PAGE_FOREIGN, 403);
	return -1;
}
