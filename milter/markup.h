#ifndef MILTER_MARKUP_H
#define MILTER_MARKUP_H

#include <stddef.h>

/*
 * May this piece of HTML be put into everybody's mail?  It may when every
 * reader sees the same in it: one <div> around all, elements and attributes of
 * a short list, each closed and where it may stand, styles that hide and fetch
 * nothing, no scripts, no comments; and one link, to `url`, with words in it.
 *
 * Stricter than HTML: values stand in double quotes, names are in lower case.
 *
 * 0, or the number of the line that is at fault, counted from 1, and a
 * sentence in `why`.
 */
int markup_check(const char *html, const char *url, char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
