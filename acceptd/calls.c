/* /c/SECRET: a call while it lasts and a day after. */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/frame.h"

#include "acceptd/call_page.h"
#include "acceptd/context.h"
#include "acceptd/lang.h"
#include "acceptd/page.h"
#include "acceptd/web.h"

#include "acceptd/calls.h"

#define PATH_SIZE (ASK_SECRET_MAX + 4)

/*
 * The bridge does not answer, and the call goes on without being seen.  Who
 * wanted to hang up is led back to its page, where he can do so again.
 */
static enum visit_step
unseen(struct context *c, struct visit *v)
{
	char path[PATH_SIZE];
	struct page p;

	c->count.refused[ASK_UNREACHABLE]++;
	snprintf(path, sizeof(path), "/c/%s", v->secret);
	if (v->room == VISIT_CALL_HANGUP)
		return context_redirect(v, path);
	context_page(c, v, path, &p);
	call_page_unseen(&v->response.body, &p, path);
	v->response.retry_after_s = CALL_PAGE_REFRESH_S;
	return context_done(v, &p, 503);
}

static enum visit_step
gone(const struct context *c, struct visit *v)
{
	return context_note(c, v, PAGE_CALL_GONE, 404);
}

/* Keeps it when it can be one; else -1. */
static int
take_secret(struct visit *v, const char *secret)
{
	if (!context_is_secret(secret))
		return -1;
	snprintf(v->secret, sizeof(v->secret), "%s", secret);
	return 0;
}

static enum visit_step
ask_about(struct visit *v, enum ask_verb verb, enum visit_room room)
{
	struct ask_watch q = { 0 };

	snprintf(q.secret, sizeof(q.secret), "%s", v->secret);
	buf_clear(&v->question);
	ask_put_watch(&v->question, &q);
	v->verb = (uint8_t)verb;
	v->room = room;
	return VISIT_ASK;
}

static enum visit_step
get(struct context *c, struct visit *v, const char *secret,
    enum visit_room room)
{
	c->count.n[COUNT_CALLS]++;
	if (context_throttle(c, v, c->pages, v->client) < 0)
		return VISIT_RESPOND;
	if (take_secret(v, secret) < 0)
		return gone(c, v);
	return ask_about(v, ASK_STATUS, room);
}

enum visit_step
calls_get(struct context *c, struct visit *v, const char *secret)
{
	return get(c, v, secret, VISIT_CALL_SHOW);
}

enum visit_step
calls_card(struct context *c, struct visit *v, const char *secret)
{
	return get(c, v, secret, VISIT_CALL_CARD);
}

enum visit_step
calls_hangup(struct context *c, struct visit *v, const char *secret,
    const struct web_request *r)
{
	if (context_admit_post(c, v, r) < 0)
		return VISIT_RESPOND;
	if (take_secret(v, secret) < 0)
		return gone(c, v);
	c->count.n[COUNT_HANGUPS]++;
	return ask_about(v, ASK_HANGUP, VISIT_CALL_HANGUP);
}

enum visit_step
calls_stream(struct context *c, struct visit *v, const char *secret)
{
	if (context_throttle(c, v, c->pages, v->client) < 0)
		return VISIT_RESPOND;
	if (take_secret(v, secret) < 0)
		return gone(c, v);
	c->count.n[COUNT_STREAMS]++;
	return VISIT_STREAM;
}

enum visit_step
calls_answer(struct context *c, struct visit *v, const struct frame *f)
{
	struct call_page model = { NULL, NULL };
	struct ask_status s;
	char path[PATH_SIZE];
	struct page p;

	if (f == NULL)
		return unseen(c, v);
	if (ask_get_status(&s, f->body, f->len) < 0) {
		v->is_garbled = 1;
		return unseen(c, v);
	}
	if (s.stage == ASK_STAGE_NONE)
		return gone(c, v);
	snprintf(path, sizeof(path), "/c/%s", v->secret);
	if (v->room == VISIT_CALL_HANGUP)
		return context_redirect(v, path);
	if (v->room == VISIT_CALL_CARD)
		return context_card(c, v, s.caller);
	snprintf(v->offer_lang, sizeof(v->offer_lang), "%s", s.lang);
	context_page(c, v, path, &p);
	model.status = &s;
	model.path = path;
	call_page_show(&v->response.body, &p, &model);
	return context_done(v, &p, 200);
}

void
calls_event(const struct context *c, struct buf *b,
    const struct ask_status *s, const char *lang)
{
	struct visit v;
	struct page p;

	visit_init(&v);
	snprintf(v.lang, sizeof(v.lang), "%s", lang);
	snprintf(v.offer_lang, sizeof(v.offer_lang), "%s", s->lang);
	context_page(c, &v, NULL, &p);
	call_page_event(b, &p, s);
	visit_free(&v);
}
