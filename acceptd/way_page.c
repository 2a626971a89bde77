/* The page behind a link by which means of payment are left. */

#include <string.h>

#include "lib/ask.h"
#include "lib/buf.h"

#include "acceptd/html.h"
#include "acceptd/lang.h"
#include "acceptd/page.h"

#include "acceptd/way_page.h"

#define TITLE_MAX 512

/* What each state says; the title's key, and the text's. */
static const struct {
	const char	*id;
	enum lang_key	 title, text;
} states[ASK_WAYS] = {
	[ASK_WAY_NONE] = { "way-none", LANG_WAY_NONE_TITLE,
	    LANG_WAY_NONE_TEXT },
	[ASK_WAY_OPEN] = { "way", LANG_WAY_TITLE, LANG_WAY_TEXT },
	[ASK_WAY_USED] = { "way-used", LANG_WAY_USED_TITLE,
	    LANG_WAY_USED_TEXT },
	[ASK_WAY_LATER] = { "way-later", LANG_WAY_LATER_TITLE,
	    LANG_WAY_LATER_TEXT }
};

static void
begin(struct buf *b, const struct page *p, const char *id, const char *title)
{
	const struct page_start start = { id, title, " class=\"note\"", 0 };

	page_begin(b, p, &start);
	buf_str(b, "<h1>");
	html_text(b, title);
	buf_str(b, "</h1>\n");
}

static void
put(struct buf *b, const char *class, const char *sentence,
    const struct html_hole *holes)
{
	buf_printf(b, "<p class=\"%s\">", class);
	html_fill(b, sentence, holes);
	buf_str(b, "</p>\n");
}

static void
put_until(struct buf *b, const struct page *p, int64_t until)
{
	buf_str(b, "<dl class=\"facts\">\n<div><dt>");
	html_text(b, lang_get(p->lang, LANG_WAY_UNTIL));
	buf_str(b, "</dt><dd>");
	page_time(b, p, until);
	buf_str(b, "</dd></div>\n</dl>\n");
}

/* The button: whoever follows links only does not press it. */
static void
put_button(struct buf *b, const struct page *p, const struct way_page *m,
    const struct html_hole *holes)
{
	buf_str(b, "<form class=\"go\" method=\"post\" action=\"");
	html_text(b, m->path);
	page_query(b, p);
	buf_str(b, "\"><button type=\"submit\">");
	html_fill(b, lang_get(p->lang, LANG_WAY_SUBMIT), holes);
	buf_str(b, "</button></form>\n");
}

/* Where it leads, before anybody goes there. */
static void
put_host(struct buf *b, const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	buf_str(b, "<p class=\"hint\"><bdi dir=\"ltr\">");
	for (; *host != '\0' && strchr("/?#", *host) == NULL; host++)
		html_text(b, (const char[]){ *host, '\0' });
	buf_str(b, "</bdi></p>\n");
}

static void
put_link(struct buf *b, const struct page *p, const struct ask_way *w,
    const struct html_hole *holes)
{
	buf_str(b, "<p class=\"go\"><a class=\"button\" rel=\"noreferrer\""
	    " href=\"");
	html_text(b, w->url);
	buf_str(b, "\">");
	html_fill(b, lang_get(p->lang, LANG_WAY_LINK), holes);
	buf_str(b, "</a></p>\n");
	put_host(b, w->url);
}

static void
put_again(struct buf *b, const struct page *p, const struct way_page *m)
{
	buf_str(b, "<p class=\"go\"><a class=\"button\" href=\"");
	html_text(b, m->path);
	page_query(b, p);
	buf_str(b, "\">");
	html_text(b, lang_get(p->lang, LANG_RETRY_SUBMIT));
	buf_str(b, "</a></p>\n");
}

static void
put_private(struct buf *b, const struct page *p,
    const struct html_hole *holes)
{
	buf_str(b, "<p class=\"private\">");
	page_sign(b, PAGE_SIGN_LOCK);
	buf_str(b, "<span>");
	html_fill(b, lang_get(p->lang, LANG_WAY_PRIVATE), holes);
	buf_str(b, "</span></p>\n");
}

void
way_page_show(struct buf *b, const struct page *p, const struct way_page *m)
{
	const struct ask_way *w = m->way;
	const struct html_hole holes[] = {
		{ "payer", w->payer, HTML_TEXT }, { NULL, NULL, HTML_TEXT }
	};
	int is_ready = w->state == ASK_WAY_OPEN && w->url[0] != '\0';
	struct buf title;

	buf_init(&title, TITLE_MAX);
	html_fill_plain(&title, lang_get(p->lang, is_ready ?
	    LANG_WAY_READY_TITLE : states[w->state].title), holes);
	begin(b, p, is_ready ? "way-ready" : states[w->state].id,
	    buf_cstr(&title));
	put(b, "lead", lang_get(p->lang, is_ready ? LANG_WAY_READY_TEXT :
	    states[w->state].text), holes);
	if (is_ready) {
		put_link(b, p, w, holes);
	} else if (w->state == ASK_WAY_OPEN) {
		put_until(b, p, w->until);
		put_button(b, p, m, holes);
		put_private(b, p, holes);
	} else if (w->state == ASK_WAY_LATER) {
		put_again(b, p, m);
	}
	page_end(b, p);
	buf_free(&title);
}
