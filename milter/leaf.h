#ifndef MILTER_LEAF_H
#define MILTER_LEAF_H

#include <stddef.h>

#include "milter/codec.h"
#include "milter/ctype.h"

/* How the boundary begins of a part that is put around it; a UUID follows. */
#define LEAF_BOUNDARY		"=_calloffer_"
#define LEAF_BOUNDARY_LEN	(sizeof(LEAF_BOUNDARY) - 1 + 36)

/*
 * A text of a message that may get a button: where it lies in the body, and
 * how it is written.
 */
struct leaf {
	int		is_html;
	enum codec	codec;
	char		charset[CTYPE_WORD_MAX + 1];	/* "": us-ascii */
	int		is_root;	/* the whole body */
	size_t		head;		/* of its header in the body */
	size_t		at;		/* of its content */
	size_t		end;		/* before the boundary's line break */
	int		is_open;	/* no line break stands there */
	size_t		digest_at;	/* its Content-MD5 field in the body */
	size_t		digest_len;	/* 0: it has none there */

	/* For a part beside it; filled where mime's seeks_seam is set. */
	int		is_8bit;	/* as its header says */
	int		can_be_wrapped;	/* in a multipart/related */
	size_t		level;		/* of the innermost one around it, from
					   1; 0: there is none */
	size_t		seam;		/* the delimiter behind that one's
					   root; 0: not there */
	char		seam_boundary[CTYPE_BOUNDARY_MAX + 1];
};

#endif
