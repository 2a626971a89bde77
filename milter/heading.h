#ifndef MILTER_HEADING_H
#define MILTER_HEADING_H

#include <stddef.h>

/*
 * What mail programs write above a message that is answered to or forwarded,
 * where nothing else sets it off: told by its form, so that it holds in any
 * language and character set.
 */
struct heading_line {
	const unsigned char	*p;
	size_t			 len;	/* without white space at its end */
};

#define HEADING_LINES 5		/* more are not looked at */
#define HEADING_VIEW_MAX 600

/* What is read at a place of HTML: lines without tags, near enough for this. */
struct heading_view {
	unsigned char		text[HEADING_VIEW_MAX];
	struct heading_line	line[HEADING_LINES];	/* none is empty */
	size_t			n;
};

/* From `at` on, which is no place in a tag. */
void heading_look(struct heading_view *, const unsigned char *, size_t len,
    size_t at);

/* "From: ..." in any language: a short word, a colon, and more. */
int heading_is_field(const struct heading_line *);

/*
 * The header of a message, from its first line on: a sender with his address,
 * and below that when it was sent; or, in the languages that are known, both.
 */
int heading_is_header(const struct heading_line *, size_t n);

/* -----Original Message-----, with the line with text that follows it. */
int heading_is_title(const struct heading_line *,
    const struct heading_line *next);

/* "Begin forwarded message:" */
int heading_is_forward(const struct heading_line *);

/* An address, a time or a year: who and when, more than a sentence says. */
int heading_is_exact(const struct heading_line *);

#endif
