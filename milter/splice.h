#ifndef MILTER_SPLICE_H
#define MILTER_SPLICE_H

#include <stddef.h>

#include "lib/buf.h"

/*
 * A body with edits: which of its bytes are left out, and what stands there
 * instead.  The body itself is not here: pieces of it are named by offset, so
 * it may lie in memory or in a file.
 */
#define SPLICE_MAX 32		/* edits */

struct splice_edit {
	size_t	at;
	size_t	del;
	size_t	from;		/* in `text` */
	size_t	len;
};

struct splice {
	size_t			n;
	struct splice_edit	edit[SPLICE_MAX];
	struct buf		text;	/* what is inserted, in one */
};

/* `max`: ceiling of all that is inserted. */
void splice_init(struct splice *, size_t max);
void splice_clear(struct splice *);	/* keeps the memory */
void splice_free(struct splice *);

/*
 * Edits come in the order of the body and do not overlap.  -1: they do, or
 * there are too many, or no memory is left; the splice is then useless.
 */
int splice_add(struct splice *, size_t at, size_t del, const void *, size_t)
    __attribute__((warn_unused_result));

/*
 * The edited body, piece by piece.  `bytes` is NULL for a piece of the body
 * from `at`; else it is inserted text, valid until the splice changes.
 */
struct splice_piece {
	const unsigned char	*bytes;
	size_t			 at;
	size_t			 len;
};

/* All zeros: at the beginning. */
struct splice_cursor {
	size_t	edit;		/* the next one */
	size_t	at;		/* in the body */
	int	is_inserted;	/* its text was given already */
};

/* 0 at the end.  Pieces are never empty. */
int splice_next(const struct splice *, size_t body_len, struct splice_cursor *,
    struct splice_piece *);

/* By how many bytes the body grows; 0 where it does not. */
size_t splice_growth(const struct splice *);

#endif
