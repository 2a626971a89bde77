#ifndef MILTER_CHARSET_H
#define MILTER_CHARSET_H

#include <stddef.h>

struct buf;

/*
 * Character sets, as far as ASCII text is to be found in them and put into
 * them.  Nothing is converted.
 */
enum charset_kind {
	CHARSET_ASCII,		/* ASCII bytes mean ASCII wherever they stand
				   (or in trail bytes no one looks for) */
	CHARSET_ISO2022,	/* escapes lead out of ASCII: RFC 1468 */
	CHARSET_UTF7,		/* RFC 2152 */
	CHARSET_WIDE		/* UTF-16, UTF-32: `unit` bytes a character */
};

struct charset {
	enum charset_kind	kind;
	size_t			unit;	/* 1, 2 or 4 */
	int			is_big;	/* byte order of CHARSET_WIDE */
	size_t			bom;	/* bytes of a mark in front */
};

/*
 * By its name (any case, "" is us-ascii) and the first bytes of the text.
 * -1: unknown, or a byte order that nobody tells.
 */
int charset_find(struct charset *, const char *name, const unsigned char *,
    size_t) __attribute__((warn_unused_result));

/*
 * Rewrites a text (behind its mark) in place to one byte for each `unit`:
 * what is an ASCII character stays, everything else becomes 0xff; so offsets
 * are found with ASCII eyes.  Gives the count; -1 when the text does not end
 * in ASCII state or within a character.
 */
int charset_flatten(const struct charset *, unsigned char *, size_t,
    size_t *flat) __attribute__((warn_unused_result));

/* Appends ASCII text as this character set writes it. */
void charset_put(const struct charset *, struct buf *, const char *, size_t);

#endif
