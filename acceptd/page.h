#ifndef ACCEPTD_PAGE_H
#define ACCEPTD_PAGE_H

#include <stdint.h>

#include "lib/ask.h"

struct buf;
struct lang;
struct lang_set;

/*
 * What all pages have in common, and the pages that only say something.
 * Pure: a model in, bytes out.  The buffer's ceiling is the page's
 * (buf_ok()).
 */
struct page {
	const char		*site_name;	/* the operator's, at the top */
	const char		*notice_url;	/* the operator's page about
						   himself; NULL or "" */
	const char		*style_path;
	const char		*script_path;
	const char		*icon_path;
	const struct lang_set	*langs;
	const struct lang	*lang;
	const char		*self;		/* path of this page, without
						   query; NULL: no switch */
	int			 is_lang_kept;	/* by links, as ?lang= */
	int64_t			 now;		/* Unix seconds */
};

/*
 * From <!doctype> to inside <main>.  `id` names the page for style and tests
 * (data-page), `title` is plain text.  refresh_s > 0: without script the page
 * is loaded anew so often.
 */
struct page_start {
	const char	*id;
	const char	*title;
	const char	*main_attributes;	/* HTML of ours, or "" */
	int		 refresh_s;
};
void page_begin(struct buf *, const struct page *, const struct page_start *);
void page_end(struct buf *, const struct page *);

/* "?lang=xx" where the language is to be kept, else "". */
void page_query(struct buf *, const struct page *);
/* Small signs before words, drawn here; for the eye only. */
enum page_sign { PAGE_SIGN_MARK, PAGE_SIGN_CHECK, PAGE_SIGN_LOCK,
    PAGE_SIGN_GLOBE };
void page_sign(struct buf *, enum page_sign);
/* A link to save the number that rings; `path` of the offer or the call. */
void page_card_link(struct buf *, const struct page *, const char *path);
/* <time> with the date in words, in the server's zone. */
void page_time(struct buf *, const struct page *, int64_t unix_s);
/* "0:07", "12:34", "1:02:03". */
void page_duration(struct buf *, int64_t seconds);
/* The name, or the word for someone without. */
const char *page_name(const struct page *, const char *name);

/* A refusal: what happened, what it means, what to do. */
struct page_refusal {
	enum ask_refusal	 refusal;
	const char		*name;		/* of the offeror, or "" */
	int64_t			 at;		/* when it opens, when to try
						   again; 0: unknown */
	const char		*again;		/* path to try again, or NULL;
						   not shown before `at` */
	const char		*address;	/* of the offeror, to write to;
						   NULL or "": unknown */
};
void page_refusal(struct buf *, const struct page *,
    const struct page_refusal *);

/* Pages that say one thing. */
enum page_note {
	PAGE_NOT_FOUND, PAGE_METHOD, PAGE_FOREIGN, PAGE_BROKEN,
	PAGE_CALL_GONE, PAGE_NOTES
};
void page_note(struct buf *, const struct page *, enum page_note);

#endif
