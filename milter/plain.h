#ifndef MILTER_PLAIN_H
#define MILTER_PLAIN_H

#include <stddef.h>

/*
 * Where in a plain text the author's own words end: before the signature
 * ("-- ", RFC 3676 4.3), and before what he answers to, where that stands
 * below his words.  A thread answered point by point, or from below, has its
 * place at its end.
 *
 * The text is decoded and flattened: one byte a character, ASCII or 0xff.
 */
struct plain_spot {
	size_t	at;
	int	is_midline;	/* what stands before has no line end */
	int	has_gap_before;	/* an empty line, or nothing, stands before */
	int	has_gap_after;	/* likewise behind */
};

/* -1: the text holds inline PGP and must not be touched. */
int plain_place(const unsigned char *, size_t, struct plain_spot *)
    __attribute__((warn_unused_result));

#endif
