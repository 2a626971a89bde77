#ifndef MILTER_HTML_H
#define MILTER_HTML_H

#include <stddef.h>

/*
 * Where in an HTML text a block is seen below the author's own words: before
 * the signature and the quoted thread of the mail programs that mark them,
 * else before the last real </body>, else at the end.  Where more than 95,000
 * characters stand before that, at the top: Gmail cuts off what comes behind.
 *
 * Knows comments, raw text (script, style, title, textarea, ...) and what is
 * not shown (template, svg, ...): nothing is found in there, and a text that
 * ends in there has no place (HTML living standard, 13.2.5).
 *
 * The text is decoded and flattened: one byte a character, ASCII or above.
 */
struct html_spot {
	size_t	at;
	int	is_sheet;	/* below centred tables that hold all words */
};

enum html_result {
	HTML_PLACED = 0,
	HTML_BROKEN,		/* ends where nothing would be seen */
	HTML_PGP		/* holds inline PGP: not to be touched */
};

enum html_result html_place(const unsigned char *, size_t, struct html_spot *)
    __attribute__((warn_unused_result));

#endif
