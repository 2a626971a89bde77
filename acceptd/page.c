/* What all pages have in common, and the pages that only say something. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/scan.h"

#include "acceptd/html.h"
#include "acceptd/lang.h"

#include "acceptd/page.h"

#define TITLE_MAX 512

/* A handset, a tick, a lock, a globe: in a square of 24. */
void
page_sign(struct buf *b, enum page_sign sign)
{
	static const char *const paths[] = {
		[PAGE_SIGN_MARK] = "M6 3h3l2 5-2.500 1.500a12 12 0 0 0 6 6"
		    "L16 13l5 2v3a3 3 0 0 1-3.200 3A16 16 0 0 1 3 6.200"
		    "A3 3 0 0 1 6 3Z",
		[PAGE_SIGN_CHECK] = "M12 2a10 10 0 1 0 0 20a10 10 0 0 0 0-20Z"
		    "m-1.500 14.500l-4-4 1.500-1.500 2.500 2.500 5.500-5.500"
		    " 1.500 1.500Z",
		[PAGE_SIGN_LOCK] = "M7 10V7a5 5 0 0 1 10 0v3h1a1 1 0 0 1 1 1v9"
		    "a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Z"
		    "m2 0h6V7a3 3 0 0 0-6 0Z",
		[PAGE_SIGN_GLOBE] = "M12 2a10 10 0 1 0 0 20a10 10 0 0 0 0-20Z"
		    "m0 2c1.300 0 2.600 2.400 2.900 6H9.100C9.400 6.400 10.700"
		    " 4 12 4ZM8.700 4.700C7.800 6.100 7.200 8 7.100 10H4.300"
		    "a8 8 0 0 1 4.400-5.300ZM15.300 4.700A8 8 0 0 1 19.700 10"
		    "h-2.800c-.1-2-.7-3.900-1.600-5.300ZM4.300 14h2.800c.1 2"
		    " .7 3.900 1.600 5.300A8 8 0 0 1 4.300 14Zm4.800 0h5.800"
		    "c-.3 3.600-1.600 6-2.900 6s-2.600-2.400-2.900-6Z"
		    "m7.800 0h2.800a8 8 0 0 1-4.400 5.300c.9-1.400 1.500-3.300"
		    " 1.600-5.300Z"
	};

	buf_printf(b, "<svg class=\"sign\" viewBox=\"0 0 24 24\" width=\"24\""
	    " height=\"24\" aria-hidden=\"true\" focusable=\"false\">"
	    "<path d=\"%s\"/></svg>", paths[sign]);
}

static void
put_attribute(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, " %s=\"", name);
	html_text(b, value);
	buf_str(b, "\"");
}

/* A list that opens, so that it can stand at the top of a telephone. */
static void
put_switch(struct buf *b, const struct page *p)
{
	const struct lang *l;
	size_t i;

	if (p->self == NULL || lang_count(p->langs) < 2)
		return;
	buf_str(b, "<nav class=\"langs\"");
	put_attribute(b, "aria-label", lang_get(p->lang, LANG_SWITCH));
	buf_str(b, "><details><summary>");
	page_sign(b, PAGE_SIGN_GLOBE);
	html_text(b, lang_get(p->lang, LANG_NAME));
	buf_str(b, "</summary><ul>\n");
	for (i = 0; i < lang_count(p->langs); i++) {
		l = lang_at(p->langs, i);
		buf_str(b, "<li><a href=\"");
		html_text(b, p->self);
		buf_printf(b, "?lang=%s\" lang=\"%s\" hreflang=\"%s\"",
		    lang_code(l), lang_code(l), lang_code(l));
		if (l == p->lang)
			buf_str(b, " aria-current=\"true\"");
		buf_str(b, ">");
		html_text(b, lang_get(l, LANG_NAME));
		buf_str(b, "</a></li>\n");
	}
	buf_str(b, "</ul></details></nav>\n");
}

void
page_begin(struct buf *b, const struct page *p, const struct page_start *s)
{
	buf_printf(b, "<!doctype html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,"
	    " initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"format-detection\" content=\"telephone=no\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n", lang_code(p->lang),
	    lang_is_rtl(p->lang) ? "rtl" : "ltr");
	if (s->refresh_s > 0)
		buf_printf(b, "<noscript><meta http-equiv=\"refresh\""
		    " content=\"%d\"></noscript>\n", s->refresh_s);
	buf_str(b, "<title>");
	html_text(b, s->title);
	buf_str(b, "</title>\n<link rel=\"stylesheet\"");
	put_attribute(b, "href", p->style_path);
	buf_str(b, ">\n<link rel=\"icon\" type=\"image/svg+xml\"");
	put_attribute(b, "href", p->icon_path);
	buf_str(b, ">\n<script defer");
	put_attribute(b, "src", p->script_path);
	buf_str(b, "></script>\n</head>\n<body");
	put_attribute(b, "data-page", s->id);
	buf_str(b, ">\n<header><p class=\"brand\">");
	page_sign(b, PAGE_SIGN_MARK);
	buf_str(b, "<bdi>");
	html_text(b, p->site_name);
	buf_str(b, "</bdi></p>\n");
	put_switch(b, p);
	buf_str(b, "</header>\n<main");
	buf_str(b, s->main_attributes);
	buf_str(b, ">\n");
}

void
page_end(struct buf *b, const struct page *p)
{
	buf_str(b, "</main>\n<footer><p>");
	html_text(b, lang_get(p->lang, LANG_FOOT));
	buf_str(b, "</p>\n");
	if (p->notice_url != NULL && p->notice_url[0] != '\0') {
		buf_str(b, "<p><a rel=\"noreferrer\"");
		put_attribute(b, "href", p->notice_url);
		buf_str(b, ">");
		html_text(b, lang_get(p->lang, LANG_NOTICE));
		buf_str(b, "</a></p>\n");
	}
	buf_str(b, "</footer>\n</body>\n</html>\n");
}

void
page_query(struct buf *b, const struct page *p)
{
	if (p->is_lang_kept)
		buf_printf(b, "?lang=%s", lang_code(p->lang));
}

void
page_card_link(struct buf *b, const struct page *p, const char *path)
{
	buf_str(b, "<a class=\"card\" href=\"");
	html_text(b, path);
	buf_str(b, "/contact.vcf\" download>");
	html_text(b, lang_get(p->lang, LANG_OFFER_SAVE));
	buf_str(b, "</a>");
}

void
page_time(struct buf *b, const struct page *p, int64_t unix_s)
{
	char iso[CLOCK_ISO_SIZE], day[8], month[64], year[16], hm[8], zone[16];
	const struct html_hole holes[] = {
		{ "day", day, HTML_MARKUP }, { "month", month, HTML_MARKUP },
		{ "year", year, HTML_MARKUP }, { "time", hm, HTML_MARKUP },
		{ "zone", zone, HTML_MARKUP }, { NULL, NULL, HTML_TEXT }
	};
	time_t when = (time_t)unix_s;
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL)
		return;
	snprintf(day, sizeof(day), "%d", tm.tm_mday);
	lang_month(p->lang, tm.tm_mon + 1, month, sizeof(month));
	snprintf(year, sizeof(year), "%d", tm.tm_year + 1900);
	strftime(hm, sizeof(hm), "%H:%M", &tm);
	strftime(zone, sizeof(zone), "%Z", &tm);
	clock_iso(unix_s, iso);
	buf_printf(b, "<time datetime=\"%s\">", iso);
	html_fill(b, lang_get(p->lang, LANG_DATE), holes);
	buf_str(b, "</time>");
}

void
page_duration(struct buf *b, int64_t s)
{
	if (s < 0)
		s = 0;
	if (s >= 3600)
		buf_printf(b, "%" PRId64 ":%02d:%02d", s / 3600,
		    (int)(s / 60 % 60), (int)(s % 60));
	else
		buf_printf(b, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

const char *
page_name(const struct page *p, const char *name)
{
	return name[0] != '\0' ? name : lang_get(p->lang, LANG_SOMEONE);
}

static void
put_paragraph(struct buf *b, const char *class, const char *sentence,
    const struct html_hole *holes)
{
	buf_printf(b, "<p class=\"%s\">", class);
	html_fill(b, sentence, holes);
	buf_str(b, "</p>\n");
}

/* The title twice: plain for <title>, with its holes marked up for <h1>. */
static void
begin_titled(struct buf *b, const struct page *p, const char *id,
    const char *title, const struct html_hole *holes)
{
	struct page_start start = { id, "", " class=\"note\"", 0 };
	struct buf plain;

	buf_init(&plain, TITLE_MAX);
	html_fill_plain(&plain, title, holes);
	start.title = buf_cstr(&plain);
	page_begin(b, p, &start);
	buf_str(b, "<h1>");
	html_fill(b, title, holes);
	buf_str(b, "</h1>\n");
	buf_free(&plain);
}

static void
put_again(struct buf *b, const struct page *p, const char *again)
{
	buf_str(b, "<p class=\"go\"><a class=\"button\" href=\"");
	html_text(b, again);
	page_query(b, p);
	buf_str(b, "\">");
	html_text(b, lang_get(p->lang, LANG_RETRY_SUBMIT));
	buf_str(b, "</a></p>\n");
}

/* A link that begins a mail (RFC 6068). */
static void
put_write(struct buf *b, const struct page *p, const char *address,
    const struct html_hole *holes)
{
	const char *c;

	buf_str(b, "<p class=\"look\"><a href=\"mailto:");
	for (c = address; *c != '\0'; c++)
		if (scan_is_alnum((unsigned char)*c) ||
		    strchr("@.-_+", *c) != NULL)
			buf_printf(b, "%c", *c);
		else
			buf_printf(b, "%%%02X", (unsigned char)*c);
	buf_str(b, "\">");
	html_fill(b, lang_get(p->lang, LANG_WRITE), holes);
	buf_str(b, "</a></p>\n");
}

void
page_refusal(struct buf *b, const struct page *p,
    const struct page_refusal *r)
{
	struct html_hole holes[] = {
		{ "name", page_name(p, r->name), HTML_TEXT },
		{ "time", lang_get(p->lang, LANG_LATER), HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};
	struct buf when;

	buf_init(&when, TITLE_MAX);
	if (r->at > p->now) {
		page_time(&when, p, r->at);
		holes[1].value = buf_cstr(&when);
		holes[1].as = HTML_MARKUP;
	}
	begin_titled(b, p, ask_refusal_word(r->refusal),
	    lang_refusal(p->lang, r->refusal, LANG_TITLE), holes);
	put_paragraph(b, "lead", lang_refusal(p->lang, r->refusal, LANG_TEXT),
	    holes);
	put_paragraph(b, "todo", lang_refusal(p->lang, r->refusal, LANG_TODO),
	    holes);
	if (r->again != NULL && r->at <= p->now)
		put_again(b, p, r->again);
	if (r->address != NULL && r->address[0] != '\0')
		put_write(b, p, r->address, holes);
	page_end(b, p);
	buf_free(&when);
}

void
page_note(struct buf *b, const struct page *p, enum page_note note)
{
	static const struct {
		const char	*id;
		enum lang_key	 title, text;
	} notes[PAGE_NOTES] = {
		[PAGE_NOT_FOUND] = { "not-found", LANG_FOUND_TITLE,
		    LANG_FOUND_TEXT },
		[PAGE_METHOD] = { "method", LANG_METHOD_TITLE,
		    LANG_METHOD_TEXT },
		[PAGE_FOREIGN] = { "foreign", LANG_FOREIGN_TITLE,
		    LANG_FOREIGN_TEXT },
		[PAGE_BROKEN] = { "broken", LANG_BROKEN_TITLE,
		    LANG_BROKEN_TEXT },
		[PAGE_CALL_GONE] = { "call-gone", LANG_CALL_GONE_TITLE,
		    LANG_CALL_GONE_TEXT }
	};

	begin_titled(b, p, notes[note].id,
	    lang_get(p->lang, notes[note].title), NULL);
	put_paragraph(b, "lead", lang_get(p->lang, notes[note].text), NULL);
	page_end(b, p);
}
