#ifndef MILTER_CTYPE_H
#define MILTER_CTYPE_H

#include <stddef.h>

/*
 * The value of a Content-Type field (RFC 2045, 5.1), as far as a milter that
 * looks for text needs it.  Parameters are read for text and multipart only.
 *
 * Strict where readers are known to disagree: comments, a parameter of
 * interest that is there twice, continued (RFC 2231; of charset alone both
 * forms are read) or unterminated: refused.
 */
#define CTYPE_WORD_MAX		63
#define CTYPE_BOUNDARY_MAX	70	/* RFC 2046, 5.1.1 */
#define CTYPE_START_MAX		255

struct ctype {
	char	type[CTYPE_WORD_MAX + 1];	/* lower case */
	char	subtype[CTYPE_WORD_MAX + 1];	/* lower case */
	char	boundary[CTYPE_BOUNDARY_MAX + 1];
	int	is_boundary_bad;	/* empty, too long, ends in a space */
	char	charset[CTYPE_WORD_MAX + 1];	/* lower case, "": not given */
	char	method[CTYPE_WORD_MAX + 1];	/* lower case: iMIP */
	char	start[CTYPE_START_MAX + 1];	/* of multipart/related */
	int	has_name;		/* name= in any form: a file */
};

/* The value as it stands in the message, folds included. */
int ctype_parse(struct ctype *, const char *, size_t)
    __attribute__((warn_unused_result));

/* text/plain in us-ascii: what holds where there is no field (RFC 2045, 5.2) */
void ctype_default(struct ctype *);
int ctype_is(const struct ctype *, const char *type, const char *subtype);

/*
 * 1 when a Content-Disposition (RFC 2183) makes a part a file: any type but
 * inline, or a file name in any form.
 */
int ctype_is_file(const char *disposition, size_t);

#endif
