#ifndef MILTER_MIME_H
#define MILTER_MIME_H

#include <stddef.h>

#include "milter/ctype.h"
#include "milter/head.h"
#include "milter/leaf.h"
#include "milter/reason.h"

/*
 * Which parts of a message are the text that its reader is shown, and where
 * their bytes lie.  One pass, as the bytes come; nothing is copied, nothing is
 * allocated per line.  The scan ends behind the last part that is wanted.
 *
 * Wanted are text/plain and text/html that are not files: the whole body; or
 * of multipart/mixed the first such part, of multipart/alternative all, of
 * multipart/related the root.  Never anything inside message/ or a multipart
 * of another kind.
 *
 * Of the part behind the text only the header is looked at, for the copy of
 * all of it (winmail.dat) that Outlook would show and nobody can add to.
 *
 * Where the way to such a part leads over something signed, encrypted, a
 * report, or over a structure that readers could disagree on, the message gets
 * no button: mime_end() says why.
 */
#define MIME_DEPTH_MAX	32
#define MIME_LEAVES_MAX	8
#define MIME_HEAD_MAX	65536	/* bytes of one part's header */
#define MIME_LINE_MAX	1024	/* a longer line is no boundary */

enum mime_kind { MIME_MIXED, MIME_ALTERNATIVE, MIME_RELATED };

struct mime_level {
	enum mime_kind	kind;
	char		boundary[CTYPE_BOUNDARY_MAX + 1];
	size_t		boundary_len;
	char		start[CTYPE_START_MAX + 1];
	size_t		n_children;
	int		is_found;
};

enum mime_state {
	MIME_TOP,		/* the message's header */
	MIME_HEAD,		/* a part's header */
	MIME_BODY,		/* content, preamble, epilogue */
	MIME_PEEK,		/* the header of the part behind the text */
	MIME_DONE
};

struct mime {
	/* limits, set by the caller behind mime_init() */
	size_t		depth_max;	/* at most MIME_DEPTH_MAX */
	size_t		parts_max;
	int		seeks_seam;	/* for a part beside the HTML */

	enum mime_state	state;
	enum reason	reason;
	size_t		at;		/* offset in the body of what is next */
	struct head	head;
	size_t		depth;
	size_t		n_parts;
	int		in_leaf;	/* leaf[n_leaves - 1] is open */
	int		is_midline;
	size_t		eol;		/* of the line before: 0, 1, 2 bytes */
	int		last;		/* byte before `at`, or -1 */
	size_t		n_leaves;
	int		has_tnef;	/* a copy that Outlook shows instead */

	/* What lies below depth and n_leaves; the rest is not set. */
	struct mime_level level[MIME_DEPTH_MAX];
	struct leaf	leaf[MIME_LEAVES_MAX];
};

void mime_init(struct mime *);

/* A field of the message's header; its value with its folds. */
void mime_field(struct mime *, const char *name, size_t name_len,
    const char *value, size_t len);
/* The message's header is complete. */
void mime_body(struct mime *);

/*
 * The bytes of the body from offset `at` on.  Gives how many of them were
 * used; the others must be given again, with more behind them, or as the last.
 * Uses everything once the scan is done.
 */
size_t mime_feed(struct mime *, const unsigned char *, size_t, int is_last);

/* 1 when no byte that is still to come can matter. */
int mime_is_done(const struct mime *);

/*
 * Behind the last feed: REASON_NONE and at least one leaf, in the order of the
 * body; or why there is no button.
 */
enum reason mime_end(const struct mime *);

#endif
