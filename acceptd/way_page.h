#ifndef ACCEPTD_WAY_PAGE_H
#define ACCEPTD_WAY_PAGE_H

#include "lib/ask.h"

struct buf;
struct page;

/*
 * The page behind a mailed link: means of payment are left with who is paid by
 * them.  A button makes his page, and a link leads to it: no redirect, which
 * the policy of our own pages (form-action) would have to let through.
 */
struct way_page {
	const struct ask_way	*way;
	const char		*path;	/* of this page */
};
void way_page_show(struct buf *, const struct page *,
    const struct way_page *);

#endif
