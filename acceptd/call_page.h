#ifndef ACCEPTD_CALL_PAGE_H
#define ACCEPTD_CALL_PAGE_H

struct ask_status;
struct buf;
struct page;

/*
 * Where a call stands: the page (which follows by itself, with script by
 * events, without by loading anew), and one event of its stream.  Pure.
 */
#define CALL_PAGE_REFRESH_S 3

struct call_page {
	const struct ask_status	*status;
	const char		*path;		/* "/c/SECRET" */
};
void call_page_show(struct buf *, const struct page *,
    const struct call_page *);

/*
 * Nobody knows where it stands, for the bridge does not answer.  It looks again
 * by itself, and promises nothing about telephones.  `path` as above.
 */
void call_page_unseen(struct buf *, const struct page *, const char *path);

/*
 * The JSON that the script reads: stage, end, title, text, button, seconds
 * that the stage has lasted.
 */
void call_page_event(struct buf *, const struct page *,
    const struct ask_status *);

#endif
