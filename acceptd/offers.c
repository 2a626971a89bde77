/* /o/TOKEN: shows an offer, takes its acceptance. */

#include <stdio.h>
#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/recent.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "acceptd/context.h"
#include "acceptd/form.h"
#include "acceptd/html.h"
#include "acceptd/lang.h"
#include "acceptd/offer_page.h"
#include "acceptd/page.h"
#include "acceptd/typed.h"
#include "acceptd/web.h"

#include "acceptd/offers.h"

#define WORD_MAX 2048
#define PATH_SIZE (TOKEN_TEXT_MAX + 4)

static enum visit_step
refuse(struct context *c, struct visit *v, enum ask_refusal refusal,
    int64_t at)
{
	const struct page_refusal r = { refusal, v->name, at, NULL, NULL };

	return context_refuse(c, v, &r);
}

static void
offer_path(const struct visit *v, char dst[PATH_SIZE])
{
	snprintf(dst, PATH_SIZE, "/o/%s", v->token);
}

/* Verified now, or a moment ago as it stands, letter by letter. */
static int
is_good(struct context *c, const char *text, size_t len, struct token *out)
{
	unsigned char digest[TOKEN_DIGEST_BYTES];

	token_digest(digest, text, len);
	if (recent_find(c->seen, digest, NULL))
		return token_peek(out, text, len) == TOKEN_GOOD;
	if (token_verify(out, text, len, c->keys) != TOKEN_GOOD)
		return 0;
	recent_add(c->seen, digest, NULL);
	return 1;
}

/* The cheap refusals: forged, or over.  0, or -1 and the response is ready. */
static int
admit(struct context *c, struct visit *v, const char *text)
{
	size_t len = strlen(text);
	struct token token;

	if (len > TOKEN_TEXT_MAX || !is_good(c, text, len, &token)) {
		refuse(c, v, ASK_TOKEN_BAD, 0);
		return -1;
	}
	snprintf(v->token, sizeof(v->token), "%s", text);
	snprintf(v->name, sizeof(v->name), "%s", token.name);
	if (token.not_after <= clock_wall()) {
		refuse(c, v, ASK_EXPIRED, 0);
		return -1;
	}
	return 0;
}

/* Questions. */

static enum visit_step
look(struct visit *v, enum visit_room room)
{
	struct ask_look q = { 0 };

	snprintf(q.token, sizeof(q.token), "%s", v->token);
	snprintf(q.client, sizeof(q.client), "%s", v->client);
	buf_clear(&v->question);
	ask_put_look(&v->question, &q);
	v->verb = ASK_LOOK;
	v->room = room;
	return VISIT_ASK;
}

static enum visit_step
check(struct visit *v, const char *number)
{
	struct ask_check q = { 0 };

	snprintf(q.token, sizeof(q.token), "%s", v->token);
	snprintf(q.number, sizeof(q.number), "%s", number);
	buf_clear(&v->question);
	ask_put_check(&v->question, &q);
	v->verb = ASK_CHECK;
	v->room = VISIT_OFFER_CHECK;
	return VISIT_ASK;
}

static enum visit_step
accept_offer(const struct context *c, struct visit *v, const char *number)
{
	struct ask_accept q = { 0 };
	struct page p;

	context_page(c, v, NULL, &p);
	snprintf(q.token, sizeof(q.token), "%s", v->token);
	snprintf(q.nonce, sizeof(q.nonce), "%s", v->nonce);
	snprintf(q.number, sizeof(q.number), "%s", number);
	snprintf(q.client, sizeof(q.client), "%s", v->client);
	snprintf(q.lang, sizeof(q.lang), "%.2s", lang_code(p.lang));
	snprintf(q.code, sizeof(q.code), "%s", v->code);
	buf_clear(&v->question);
	ask_put_accept(&v->question, &q);
	v->verb = ASK_ACCEPT;
	v->room = VISIT_OFFER_ACCEPT;
	return VISIT_ASK;
}

/* The form again, with what was typed and a word about it. */
static enum visit_step
again(struct visit *v, enum ask_refusal refusal)
{
	v->refusal = refusal;
	return look(v, VISIT_OFFER_AGAIN);
}

/* Requests. */

static enum visit_step
get(struct context *c, struct visit *v, const char *token,
    enum visit_room room)
{
	c->count.n[COUNT_GETS]++;
	if (context_throttle(c, v, c->pages, v->client) < 0 ||
	    admit(c, v, token) < 0)
		return VISIT_RESPOND;
	return look(v, room);
}

enum visit_step
offers_get(struct context *c, struct visit *v, const char *token)
{
	return get(c, v, token, VISIT_OFFER_LOOK);
}

enum visit_step
offers_card(struct context *c, struct visit *v, const char *token)
{
	return get(c, v, token, VISIT_OFFER_CARD);
}

static enum visit_step
take_digits(struct context *c, struct visit *v, const char *typed)
{
	char three[4];

	v->is_digits = 1;
	if (!typed_three(three, typed))
		return again(v, ASK_OK);
	return accept_offer(c, v, three);
}

static enum visit_step
take_number(struct context *c, struct visit *v, const char *typed)
{
	char full[TEL_FULL_SIZE];
	const char *why;
	struct tel tel;

	if (typed[0] == '\0')
		return again(v, ASK_OK);
	if (typed_is_global(typed) &&
	    tel_parse(&tel, typed, strlen(typed), &why) == 0) {
		tel_full(&tel, full);
		return accept_offer(c, v, full);
	}
	if (typed_is_filler(typed))
		return again(v, ASK_NUMBER_BAD);
	return check(v, typed);
}

static enum visit_step
take_form(struct context *c, struct visit *v, const struct form *f)
{
	char typed[ASK_NUMBER_MAX + 1];
	int has_digits = form_has(f, "digits");
	const char *entry = form_get(f, has_digits ? "digits" : "number");

	if (strlen(form_get(f, "nonce")) <= ASK_NONCE_MAX)
		snprintf(v->nonce, sizeof(v->nonce), "%s",
		    form_get(f, "nonce"));
	if (typed_fold(v->code, sizeof(v->code), form_get(f, "code")) < 0)
		return again(v, ASK_CODE_WRONG);
	if (typed_fold(typed, sizeof(typed), entry) < 0)
		return again(v, ASK_NUMBER_BAD);
	snprintf(v->entry, sizeof(v->entry), "%s", typed);
	if (form_get(f, OFFER_PAGE_HONEYPOT)[0] != '\0') {
		c->count.n[COUNT_HONEYPOT]++;
		v->is_honeypot = 1;
		return again(v, ASK_OK);
	}
	if (v->nonce[0] == '\0')
		return again(v, ASK_NONCE_BAD);
	return has_digits ? take_digits(c, v, typed) : take_number(c, v, typed);
}

enum visit_step
offers_post(struct context *c, struct visit *v, const char *token,
    const struct web_request *r)
{
	struct form f;

	c->count.n[COUNT_POSTS]++;
	if (context_admit_post(c, v, r) < 0)
		return VISIT_RESPOND;
	if (!form_is_type(r->content_type))
		return context_note(c, v, PAGE_BROKEN, 415);
	if (form_parse(&f, r->body, r->body_len) < 0)
		return context_note(c, v, PAGE_BROKEN, 400);
	if (admit(c, v, token) < 0 ||
	    context_throttle(c, v, c->offers, v->token) < 0)
		return VISIT_RESPOND;
	return take_form(c, v, &f);
}

/* Answers. */

static enum visit_step
garbled(struct context *c, struct visit *v)
{
	v->is_garbled = 1;
	return refuse(c, v, ASK_UNREACHABLE, 0);
}

/* The words beside the field. */
static void
put_word(struct buf *b, const struct page *p, const struct visit *v)
{
	const struct html_hole holes[] = {
		{ "name", page_name(p, v->name), HTML_TEXT },
		{ "time", lang_get(p->lang, LANG_LATER), HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};
	const char *sentence;

	if (v->refusal != ASK_OK)
		sentence = lang_refusal(p->lang, v->refusal, LANG_TEXT);
	else if (v->is_honeypot)
		sentence = lang_get(p->lang, LANG_FORM_HONEYPOT);
	else
		sentence = lang_get(p->lang, v->is_digits ? LANG_FORM_DIGITS :
		    LANG_FORM_EMPTY);
	html_fill_plain(b, sentence, holes);
}

/*
 * The nonce that came with the form stays good for the next try, unless it is
 * what was wrong.
 */
static const char *
next_nonce(const struct visit *v, const struct ask_offer *o)
{
	if (v->nonce[0] == '\0' || v->refusal == ASK_NONCE_LATE ||
	    v->refusal == ASK_NONCE_BAD)
		return o->nonce;
	return v->nonce;
}

static enum offer_page_about
about(const struct visit *v)
{
	if (v->refusal == ASK_CODE_WANTED)
		return OFFER_PAGE_CODE;
	if (v->refusal == ASK_CODE_WRONG)
		return OFFER_PAGE_CODE_WRONG;
	return v->is_honeypot || v->refusal == ASK_NONCE_EARLY ||
	    v->refusal == ASK_NONCE_LATE || v->refusal == ASK_NONCE_BAD ?
	    OFFER_PAGE_FORM : OFFER_PAGE_FIELD;
}

static enum visit_step
show_form(struct context *c, struct visit *v, const struct ask_offer *o)
{
	int is_again = v->room == VISIT_OFFER_AGAIN;
	struct offer_page model = { o, NULL, o->nonce, "", NULL,
	    OFFER_PAGE_FIELD };
	char path[PATH_SIZE];
	struct buf word;
	struct page p;

	offer_path(v, path);
	context_page(c, v, path, &p);
	model.action = path;
	buf_init(&word, WORD_MAX);
	if (is_again) {
		c->count.refused[v->refusal]++;
		put_word(&word, &p, v);
		model.word = buf_cstr(&word);
		model.entry = v->entry;
		model.nonce = next_nonce(v, o);
		model.about = about(v);
	}
	offer_page_form(&v->response.body, &p, &model);
	buf_free(&word);
	return context_done(v, &p, is_again ? 422 : 200);
}

static enum visit_step
show_confirm(struct context *c, struct visit *v, const struct ask_offer *o)
{
	struct offer_page model = { o, NULL, v->nonce, v->entry, NULL,
	    OFFER_PAGE_FIELD };
	char path[PATH_SIZE];
	struct page p;

	/* Where the offeror gave the number nobody types another. */
	if (o->known_region[0] != '\0') {
		v->refusal = ASK_NUMBER_WRONG;
		v->entry[0] = '\0';
		v->room = VISIT_OFFER_AGAIN;
		return show_form(c, v, o);
	}
	c->count.n[COUNT_CONFIRMS]++;
	offer_path(v, path);
	context_page(c, v, path, &p);
	model.action = path;
	offer_page_confirm(&v->response.body, &p, &model, &v->checked);
	return context_done(v, &p, 200);
}

/* What the bridge refuses: who reads that can write to the offeror. */
static enum visit_step
turn_down(struct context *c, struct visit *v, const struct ask_offer *o)
{
	const struct page_refusal r = { o->refusal, v->name, o->opens_at, NULL,
	    o->address };

	return context_refuse(c, v, &r);
}

static enum visit_step
take_offer(struct context *c, struct visit *v, const struct frame *f)
{
	struct ask_offer o;

	if (f == NULL)
		return refuse(c, v, ASK_UNREACHABLE, 0);
	if (ask_get_offer(&o, f->body, f->len) < 0)
		return garbled(c, v);
	if (o.name[0] != '\0')
		snprintf(v->name, sizeof(v->name), "%s", o.name);
	snprintf(v->offer_lang, sizeof(v->offer_lang), "%s", o.lang);
	if (o.refusal != ASK_OK)
		return turn_down(c, v, &o);
	if (v->room == VISIT_OFFER_CARD)
		return context_card(c, v, o.caller);
	return v->room == VISIT_OFFER_CONFIRM ? show_confirm(c, v, &o) :
	    show_form(c, v, &o);
}

static enum visit_step
take_checked(struct context *c, struct visit *v, const struct frame *f)
{
	if (f == NULL)
		return refuse(c, v, ASK_UNREACHABLE, 0);
	if (ask_get_checked(&v->checked, f->body, f->len) < 0)
		return garbled(c, v);
	switch (v->checked.refusal) {
	case ASK_OK:
		return look(v, VISIT_OFFER_CONFIRM);
	case ASK_NUMBER_BAD:
	case ASK_NUMBER_DENIED:
		return again(v, v->checked.refusal);
	}
	return refuse(c, v, v->checked.refusal, 0);
}

/*
 * Nobody knows whether the bridge has taken it.  The same nonce is the same
 * acceptance, so sending it again rings nobody twice.
 */
static enum visit_step
show_retry(struct context *c, struct visit *v)
{
	struct offer_page_retry model = { v->name, NULL, v->nonce,
	    v->is_digits ? "digits" : "number", v->entry };
	char path[PATH_SIZE];
	struct page p;

	c->count.refused[ASK_UNREACHABLE]++;
	offer_path(v, path);
	context_page(c, v, NULL, &p);
	model.action = path;
	offer_page_retry(&v->response.body, &p, &model);
	return context_done(v, &p, 503);
}

static enum visit_step
take_accepted(struct context *c, struct visit *v, const struct frame *f)
{
	char path[ASK_SECRET_MAX + 4];
	struct ask_accepted a;

	if (f == NULL)
		return v->is_sent ? show_retry(c, v) :
		    refuse(c, v, ASK_UNREACHABLE, 0);
	if (ask_get_accepted(&a, f->body, f->len) < 0 ||
	    (a.refusal == ASK_OK && !context_is_secret(a.secret))) {
		v->is_garbled = 1;
		return show_retry(c, v);
	}
	if (a.refusal == ASK_OK) {
		c->count.n[COUNT_ACCEPTED]++;
		snprintf(path, sizeof(path), "/c/%s", a.secret);
		return context_redirect(v, path);
	}
	if (context_is_mendable(a.refusal))
		return again(v, a.refusal);
	return refuse(c, v, a.refusal, a.retry_at);
}

enum visit_step
offers_answer(struct context *c, struct visit *v, const struct frame *f)
{
	switch (v->room) {
	case VISIT_OFFER_CHECK:
		return take_checked(c, v, f);
	case VISIT_OFFER_ACCEPT:
		return take_accepted(c, v, f);
	case VISIT_OFFER_LOOK:
	case VISIT_OFFER_CONFIRM:
	case VISIT_OFFER_AGAIN:
	case VISIT_OFFER_CARD:
	case VISIT_NONE:
	case VISIT_CALL_SHOW:
	case VISIT_CALL_CARD:
	case VISIT_CALL_HANGUP:
	case VISIT_HOOK:
	case VISIT_WAY:
		break;
	}
	return take_offer(c, v, f);
}
