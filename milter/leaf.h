#ifndef MILTER_LEAF_H
#define MILTER_LEAF_H

#include <stddef.h>

#include "milter/codec.h"
#include "milter/ctype.h"

/*
 * A text of a message that may get a button: where it lies in the body, and
 * how it is written.
 */
struct leaf {
	int		is_html;
	enum codec	codec;
	char		charset[CTYPE_WORD_MAX + 1];	/* "": us-ascii */
	int		is_root;	/* the whole body */
	size_t		at;		/* of its content in the body */
	size_t		end;		/* before the boundary's line break */
	int		is_open;	/* no line break stands there */
	size_t		digest_at;	/* its Content-MD5 field in the body */
	size_t		digest_len;	/* 0: it has none there */
};

#endif
