/* The offer with its form, and the number shown back. */

#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"

#include "acceptd/html.h"
#include "acceptd/lang.h"
#include "acceptd/page.h"

#include "acceptd/offer_page.h"

#define TITLE_MAX 512
#define HINT_MAX 1024

static void
word(struct buf *b, const struct page *p, enum lang_key key)
{
	html_text(b, lang_get(p->lang, key));
}

static void
hidden(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_text(b, value);
	buf_str(b, "\">\n");
}

static void
begin_form(struct buf *b, const struct page *p, const char *action,
    const char *nonce)
{
	buf_str(b, "<form method=\"post\" action=\"");
	html_text(b, action);
	page_query(b, p);
	buf_str(b, "\" novalidate>\n");
	hidden(b, "nonce", nonce);
}

static void
begin_fact(struct buf *b, const struct page *p, enum lang_key key)
{
	buf_str(b, "<div><dt>");
	word(b, p, key);
	buf_str(b, "</dt><dd>");
}

/* His address, right below his name: the bridge has verified it. */
static void
put_address(struct buf *b, const struct page *p, const struct ask_offer *o)
{
	if (o->address[0] == '\0')
		return;
	buf_str(b, "<p class=\"address\">");
	if (strcmp(o->address, o->name) != 0) {
		buf_str(b, "<bdi>");
		html_text(b, o->address);
		buf_str(b, "</bdi> ");
	}
	buf_str(b, "<span class=\"verified\">");
	page_sign(b, PAGE_SIGN_CHECK);
	word(b, p, LANG_OFFER_VERIFIED);
	buf_str(b, "</span></p>\n");
}

static void
put_facts(struct buf *b, const struct page *p, const struct offer_page *m)
{
	const struct ask_offer *o = m->offer;

	buf_str(b, "<dl class=\"facts\">\n");
	if (o->caller[0] != '\0') {
		begin_fact(b, p, LANG_OFFER_CALLER);
		buf_str(b, "<bdi class=\"number\" dir=\"ltr\">");
		html_text(b, o->caller);
		buf_str(b, "</bdi><br><small>");
		word(b, p, LANG_OFFER_CALLER_NOTE);
		buf_str(b, "</small><br>");
		page_card_link(b, p, m->action);
		buf_str(b, "</dd></div>\n");
	}
	begin_fact(b, p, LANG_OFFER_COST);
	if (o->price[0] != '\0')
		html_text(b, o->price);
	else
		word(b, p, LANG_OFFER_FREE);
	buf_str(b, "</dd></div>\n");
	begin_fact(b, p, LANG_OFFER_UNTIL);
	page_time(b, p, o->not_after);
	buf_str(b, "</dd></div>\n</dl>\n");
}

static void
put_honeypot(struct buf *b, const struct page *p)
{
	buf_str(b, "<p class=\"trap\" aria-hidden=\"true\"><label>");
	word(b, p, LANG_HONEYPOT);
	buf_str(b, " <input type=\"text\" name=\"" OFFER_PAGE_HONEYPOT
	    "\" value=\"\" tabindex=\"-1\" autocomplete=\"off\">"
	    "</label></p>\n");
}

/* The country as its two letters; a script may write its name. */
static void
put_country(struct buf *b, const char *region)
{
	buf_str(b, "<span data-region=\"");
	html_text(b, region);
	buf_str(b, "\">");
	html_text(b, region);
	buf_str(b, "</span>");
}

/* The offeror gave the number: three digits of it are asked. */
static int
is_known(const struct ask_offer *o)
{
	return o->known_region[0] != '\0';
}

static int
is_about_code(const struct offer_page *o)
{
	return o->about == OFFER_PAGE_CODE ||
	    o->about == OFFER_PAGE_CODE_WRONG;
}

/* What was typed into the field that the word is about. */
static int
is_wrong(const struct offer_page *o)
{
	return o->about == OFFER_PAGE_FIELD ||
	    o->about == OFFER_PAGE_CODE_WRONG;
}

static void
put_hint(struct buf *b, const struct page *p, const struct ask_offer *o)
{
	struct html_hole holes[] = {
		{ "name", page_name(p, o->name), HTML_TEXT },
		{ "country", "", HTML_MARKUP },
		{ NULL, NULL, HTML_TEXT }
	};
	struct buf country;

	buf_init(&country, HINT_MAX);
	put_country(&country, is_known(o) ? o->known_region : o->region);
	holes[1].value = buf_cstr(&country);
	buf_str(b, "<p class=\"hint\" id=\"hint\">");
	html_fill(b, lang_get(p->lang, is_known(o) ? LANG_OFFER_DIGITS_HINT :
	    LANG_OFFER_NUMBER_HINT), holes);
	buf_str(b, "</p>\n");
	buf_free(&country);
}

/*
 * The field that is typed into.  It is never filled in by us but with what
 * this visitor has typed himself.  Of a number that is known the rest stands
 * before it, as dots.
 */
static void
put_input(struct buf *b, const struct offer_page *o)
{
	static const char dots[] = "<p class=\"masked\" dir=\"ltr\">"
	    "<span aria-hidden=\"true\">&#8226;&#8226;&#8226;"
	    " &#8226;&#8226;&#8226;&#8226;</span>\n";

	if (is_known(o->offer)) {
		buf_str(b, dots);
		buf_str(b, "<input id=\"typed\" name=\"digits\" type=\"text\""
		    " inputmode=\"numeric\" autocomplete=\"off\""
		    " maxlength=\"8\" size=\"8\" required");
	} else {
		buf_str(b, "<input id=\"typed\" name=\"number\" type=\"tel\""
		    " inputmode=\"tel\" autocomplete=\"tel\""
		    " maxlength=\"60\" dir=\"ltr\" required");
	}
	buf_str(b, " value=\"");
	html_text(b, o->entry);
	if (o->word == NULL || is_about_code(o))
		buf_str(b, "\" aria-describedby=\"hint\">\n");
	else
		buf_printf(b, "\"%s autofocus aria-describedby=\"word"
		    " hint\">\n", is_wrong(o) ? " aria-invalid=\"true\"" :
		    "");
	if (is_known(o->offer))
		buf_str(b, "</p>\n");
}

/* What is wrong looks it; what is only asked once more does not. */
static void
put_word(struct buf *b, const struct offer_page *o)
{
	buf_printf(b, "<p class=\"%s\" id=\"word\">",
	    is_wrong(o) ? "error" : "notice");
	html_text(b, o->word);
	buf_str(b, "</p>\n");
}

/* With its label, its hint, and what is wrong with it. */
static void
put_field(struct buf *b, const struct page *p, const struct offer_page *o)
{
	buf_str(b, "<label for=\"typed\">");
	word(b, p, is_known(o->offer) ? LANG_OFFER_DIGITS : LANG_OFFER_NUMBER);
	buf_str(b, "</label>\n");
	put_hint(b, p, o->offer);
	if (o->word != NULL && !is_about_code(o))
		put_word(b, o);
	put_input(b, o);
}

/* Where it is asked for: what becomes of it. */
static void
put_private(struct buf *b, const struct page *p, const struct ask_offer *o)
{
	const struct html_hole holes[] = {
		{ "name", page_name(p, o->name), HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};

	buf_str(b, "<p class=\"private\">");
	page_sign(b, PAGE_SIGN_LOCK);
	buf_str(b, "<span>");
	html_fill(b, lang_get(p->lang, is_known(o) ? LANG_OFFER_PRIVATE_KNOWN :
	    LANG_OFFER_PRIVATE), holes);
	buf_str(b, "</span></p>\n");
}

/* Never filled in, not even with what was typed: it was wrong. */
static void
put_code(struct buf *b, const struct page *p, const struct offer_page *o)
{
	put_word(b, o);
	buf_str(b, "<label for=\"code\">");
	html_text(b, lang_refusal(p->lang, ASK_CODE_WANTED, LANG_TODO));
	buf_str(b, "</label>\n<input id=\"code\" name=\"code\" type=\"text\""
	    " inputmode=\"numeric\" autocomplete=\"one-time-code\""
	    " maxlength=\"16\" size=\"12\" dir=\"ltr\"");
	if (is_wrong(o))
		buf_str(b, " aria-invalid=\"true\"");
	buf_str(b, " aria-describedby=\"word\" required autofocus>\n");
}

static void
put_form(struct buf *b, const struct page *p, const struct offer_page *o)
{
	begin_form(b, p, o->action, o->nonce);
	put_field(b, p, o);
	if (o->word != NULL && is_about_code(o))
		put_code(b, p, o);
	put_honeypot(b, p);
	buf_str(b, "<p class=\"go\"><button type=\"submit\">");
	word(b, p, LANG_OFFER_SUBMIT);
	buf_str(b, "</button></p>\n</form>\n");
}

static void
put_steps(struct buf *b, const struct page *p, const char *name)
{
	const struct html_hole holes[] = {
		{ "name", page_name(p, name), HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};
	static const enum lang_key steps[] = {
		LANG_OFFER_STEP_RING, LANG_OFFER_STEP_KEY,
		LANG_OFFER_STEP_TALK
	};
	size_t i;

	buf_str(b, "<section class=\"steps\">\n<h2>");
	word(b, p, LANG_OFFER_STEPS);
	buf_str(b, "</h2>\n<ol>\n");
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		buf_str(b, "<li>");
		html_fill(b, lang_get(p->lang, steps[i]), holes);
		buf_str(b, "</li>\n");
	}
	buf_str(b, "</ol>\n<p>");
	word(b, p, LANG_OFFER_EMERGENCY);
	buf_str(b, "</p>\n</section>\n");
}

/* <title> says first when something is to be mended, or asked for. */
static void
begin(struct buf *b, const struct page *p, const char *id, const char *title,
    const struct offer_page *o)
{
	const struct html_hole holes[] = {
		{ "name", page_name(p, o->offer->name), HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};
	struct page_start start = { id, "", "", 0 };
	struct buf plain;

	buf_init(&plain, TITLE_MAX);
	if (o->word != NULL) {
		buf_str(&plain, o->about == OFFER_PAGE_CODE ?
		    lang_refusal(p->lang, ASK_CODE_WANTED, LANG_TITLE) :
		    lang_get(p->lang, LANG_ERROR));
		buf_str(&plain, ": ");
	}
	html_fill_plain(&plain, title, holes);
	start.title = buf_cstr(&plain);
	page_begin(b, p, &start);
	buf_str(b, "<h1>");
	html_fill(b, title, holes);
	buf_str(b, "</h1>\n");
	buf_free(&plain);
}

void
offer_page_form(struct buf *b, const struct page *p,
    const struct offer_page *o)
{
	const struct html_hole holes[] = {
		{ "name", page_name(p, o->offer->name), HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};

	begin(b, p, "offer", lang_get(p->lang, LANG_OFFER_TITLE), o);
	put_address(b, p, o->offer);
	buf_str(b, "<p class=\"lead\">");
	html_fill(b, lang_get(p->lang, is_known(o->offer) ?
	    LANG_OFFER_LEAD_KNOWN : LANG_OFFER_LEAD), holes);
	buf_str(b, "</p>\n");
	put_form(b, p, o);
	put_private(b, p, o->offer);
	put_facts(b, p, o);
	put_steps(b, p, o->offer->name);
	page_end(b, p);
}

void
offer_page_confirm(struct buf *b, const struct page *p,
    const struct offer_page *o, const struct ask_checked *c)
{
	begin(b, p, "confirm", lang_get(p->lang, LANG_CONFIRM_TITLE), o);
	buf_str(b, "<p class=\"lead\">");
	word(b, p, LANG_CONFIRM_LEAD);
	buf_str(b, "</p>\n<p class=\"shown\">"
	    "<bdi class=\"number\" dir=\"ltr\">");
	html_text(b, c->shown[0] != '\0' ? c->shown : c->number);
	buf_str(b, "</bdi> <span class=\"region\">");
	put_country(b, c->region);
	buf_str(b, "</span></p>\n");
	begin_form(b, p, o->action, o->nonce);
	hidden(b, "number", c->number);
	put_honeypot(b, p);
	buf_str(b, "<p class=\"go\"><button type=\"submit\">");
	word(b, p, LANG_CONFIRM_SUBMIT);
	buf_str(b, "</button></p>\n</form>\n<details><summary>");
	word(b, p, LANG_CONFIRM_CHANGE);
	buf_str(b, "</summary>\n");
	put_form(b, p, o);
	buf_str(b, "</details>\n");
	put_private(b, p, o->offer);
	put_facts(b, p, o);
	page_end(b, p);
}

void
offer_page_retry(struct buf *b, const struct page *p,
    const struct offer_page_retry *r)
{
	struct page_start start = { ask_refusal_word(ASK_UNREACHABLE),
	    lang_get(p->lang, LANG_RETRY_TITLE), " class=\"note\"", 0 };

	page_begin(b, p, &start);
	buf_str(b, "<h1>");
	word(b, p, LANG_RETRY_TITLE);
	buf_str(b, "</h1>\n<p class=\"lead\">");
	word(b, p, LANG_RETRY_LEAD);
	buf_str(b, "</p>\n");
	begin_form(b, p, r->action, r->nonce);
	hidden(b, r->field, r->value);
	put_honeypot(b, p);
	buf_str(b, "<p class=\"go\"><button type=\"submit\">");
	word(b, p, LANG_RETRY_SUBMIT);
	buf_str(b, "</button></p>\n</form>\n");
	page_end(b, p);
}
