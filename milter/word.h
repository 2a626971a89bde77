#ifndef MILTER_WORD_H
#define MILTER_WORD_H

#include <stddef.h>

/*
 * 1 when the tag (ASCII) stands in the text of an unstructured header such as
 * Subject, whatever its case; encoded words (RFC 2047) are decoded first.
 */
int word_holds(const char *value, size_t, const char *tag);

/*
 * The value without the first such tag, and without the blank behind it; all
 * else as it stands, but for the encoded words that held a part of the tag.
 * -1: it is not there, or it cannot be taken out for certain; a field that
 * would be empty, or read as other than the old text without the tag, is left
 * alone.
 */
int word_remove(char *dst, size_t size, const char *value, const char *tag)
    __attribute__((warn_unused_result));

#endif
