/* Where a call stands: the page, and one event of its stream. */

#include <inttypes.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/buf.h"

#include "acceptd/html.h"
#include "acceptd/lang.h"
#include "acceptd/page.h"

#include "acceptd/call_page.h"

#define TITLE_MAX 512

/* The sentences of a status, and what fills them. */
struct words {
	const char		*title, *text;
	struct html_hole	 holes[3];	/* name, caller, the end */
};

static int
is_ended(const struct ask_status *s)
{
	return s->stage == ASK_STAGE_ENDED && s->end != ASK_END_NONE;
}

static void
choose_words(struct words *w, const struct page *p,
    const struct ask_status *s)
{
	const struct html_hole name = {
		"name", page_name(p, s->name), HTML_TEXT
	};
	const struct html_hole caller = { "caller", s->caller, HTML_NUMBER };
	const struct html_hole end = { NULL, NULL, HTML_TEXT };

	w->holes[0] = name;
	w->holes[1] = caller;
	w->holes[2] = end;
	if (is_ended(s)) {
		w->title = lang_end(p->lang, s->end, LANG_TITLE);
		w->text = lang_end(p->lang, s->end, LANG_TEXT);
	} else {
		w->title = lang_stage(p->lang, s->stage, LANG_TITLE);
		w->text = lang_stage(p->lang, s->stage, LANG_TEXT);
	}
}

static const char *
button(const struct page *p, const struct ask_status *s)
{
	return lang_get(p->lang, s->stage == ASK_STAGE_TALKING ?
	    LANG_CALL_HANGUP : LANG_CALL_CANCEL);
}

static const char *
end_word(const struct ask_status *s)
{
	return is_ended(s) ? ask_end_word(s->end) : "";
}

static void
begin(struct buf *b, const struct page *p, const struct call_page *c,
    const struct words *w)
{
	struct page_start start = { "call", "", "", 0 };
	struct buf title, attributes;

	buf_init(&title, TITLE_MAX);
	buf_init(&attributes, TITLE_MAX);
	html_fill_plain(&title, w->title, w->holes);
	buf_printf(&attributes, " class=\"call\" data-stage=\"%s\""
	    " data-end=\"%s\"", ask_stage_word(c->status->stage),
	    end_word(c->status));
	if (c->status->stage != ASK_STAGE_ENDED) {
		start.refresh_s = CALL_PAGE_REFRESH_S;
		buf_str(&attributes, " data-events=\"");
		html_text(&attributes, c->path);
		buf_str(&attributes, "/events");
		/* The events speak the page's language, wished or not. */
		buf_printf(&attributes, "?lang=%s\"", lang_code(p->lang));
	}
	start.title = buf_cstr(&title);
	start.main_attributes = buf_cstr(&attributes);
	page_begin(b, p, &start);
	buf_free(&title);
	buf_free(&attributes);
}

/* The way of the call in four dots, for the eye only: the words say it all. */
static void
put_track(struct buf *b)
{
	buf_str(b, "<ol class=\"track\" aria-hidden=\"true\">"
	    "<li></li><li></li><li></li><li></li></ol>\n");
}

static void
put_facts(struct buf *b, const struct page *p, const struct call_page *c)
{
	const struct ask_status *s = c->status;

	buf_str(b, "<dl class=\"facts\">\n");
	if (s->caller[0] != '\0') {
		buf_str(b, "<div><dt>");
		html_text(b, lang_get(p->lang, LANG_CALL_CALLER));
		buf_str(b, "</dt><dd><bdi class=\"number\" dir=\"ltr\">");
		html_text(b, s->caller);
		buf_str(b, "</bdi><br>");
		page_card_link(b, p, c->path);
		buf_str(b, "</dd></div>\n");
	}
	if (s->since > 0) {
		buf_str(b, "<div><dt>");
		html_text(b, lang_get(p->lang, LANG_CALL_LASTS));
		buf_printf(b, "</dt><dd><span id=\"lasts\" data-lasts=\"%"
		    PRId64 "\">", p->now > s->since ? p->now - s->since : 0);
		page_duration(b, p->now - s->since);
		buf_str(b, "</span></dd></div>\n");
	}
	buf_str(b, "</dl>\n");
}

static void
put_talked(struct buf *b, const struct page *p, const struct ask_status *s)
{
	struct html_hole holes[] = {
		{ "duration", "", HTML_TEXT }, { NULL, NULL, HTML_TEXT }
	};
	struct buf duration;

	if (s->talk_s <= 0)
		return;
	buf_init(&duration, TITLE_MAX);
	page_duration(&duration, s->talk_s);
	holes[0].value = buf_cstr(&duration);
	buf_str(b, "<p>");
	html_fill(b, lang_get(p->lang, LANG_CALL_TALKED), holes);
	buf_str(b, "</p>\n");
	buf_free(&duration);
}

static void
put_buttons(struct buf *b, const struct page *p, const struct call_page *c)
{
	buf_str(b, "<form method=\"post\" action=\"");
	html_text(b, c->path);
	buf_str(b, "/hangup");
	page_query(b, p);
	buf_str(b, "\"><p class=\"go\"><button type=\"submit\" class=\"stop\""
	    " id=\"stop\">");
	html_text(b, button(p, c->status));
	buf_str(b, "</button></p></form>\n<p class=\"look\"><a href=\"");
	html_text(b, c->path);
	page_query(b, p);
	buf_str(b, "\">");
	html_text(b, lang_get(p->lang, LANG_CALL_RELOAD));
	buf_str(b, "</a></p>\n");
}

void
call_page_show(struct buf *b, const struct page *p, const struct call_page *c)
{
	const struct ask_status *s = c->status;
	struct words w;

	choose_words(&w, p, s);
	begin(b, p, c, &w);
	buf_str(b, "<div role=\"status\" aria-live=\"polite\">\n"
	    "<h1 id=\"title\">");
	html_fill(b, w.title, w.holes);
	buf_str(b, "</h1>\n");
	put_track(b);
	buf_str(b, "<p class=\"lead\" id=\"text\">");
	html_fill(b, w.text, w.holes);
	buf_str(b, "</p>\n");
	if (is_ended(s)) {
		put_talked(b, p, s);
		buf_str(b, "<p class=\"todo\">");
		html_fill(b, lang_end(p->lang, s->end, LANG_TODO), w.holes);
		buf_str(b, "</p>\n");
	}
	buf_str(b, "</div>\n");
	if (s->stage != ASK_STAGE_ENDED) {
		put_facts(b, p, c);
		put_buttons(b, p, c);
	}
	page_end(b, p);
}

void
call_page_unseen(struct buf *b, const struct page *p, const char *path)
{
	const char *title = lang_get(p->lang, LANG_CALL_UNSEEN_TITLE);
	const struct page_start start = { "call-unseen", title,
	    " class=\"note\"", CALL_PAGE_REFRESH_S };

	page_begin(b, p, &start);
	buf_str(b, "<h1>");
	html_text(b, title);
	buf_str(b, "</h1>\n<p class=\"lead\">");
	html_text(b, lang_get(p->lang, LANG_CALL_UNSEEN_TEXT));
	buf_str(b, "</p>\n<p class=\"go\"><a class=\"button\" href=\"");
	html_text(b, path);
	page_query(b, p);
	buf_str(b, "\">");
	html_text(b, lang_get(p->lang, LANG_CALL_RELOAD));
	buf_str(b, "</a></p>\n");
	page_end(b, p);
}

static void
put_member(struct buf *b, const char *name, const char *sentence,
    const struct html_hole *holes)
{
	struct buf plain;

	buf_init(&plain, 4 * TITLE_MAX);
	html_fill_plain(&plain, sentence, holes);
	buf_printf(b, ",\"%s\":", name);
	html_json(b, buf_cstr(&plain));
	buf_free(&plain);
}

void
call_page_event(struct buf *b, const struct page *p,
    const struct ask_status *s)
{
	struct words w;

	buf_printf(b, "{\"stage\":\"%s\",\"end\":\"%s\",\"lasts\":%" PRId64,
	    ask_stage_word(s->stage), end_word(s),
	    s->since > 0 && p->now > s->since ? p->now - s->since : 0);
	if (s->stage != ASK_STAGE_NONE) {
		choose_words(&w, p, s);
		put_member(b, "title", w.title, w.holes);
		put_member(b, "text", w.text, w.holes);
		put_member(b, "button", button(p, s), NULL);
	}
	buf_str(b, "}");
}
