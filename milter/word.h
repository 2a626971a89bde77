#ifndef MILTER_WORD_H
#define MILTER_WORD_H

#include <stddef.h>

/*
 * 1 when the tag (ASCII) stands in the text of an unstructured header such as
 * Subject, whatever its case; encoded words (RFC 2047) are decoded first.
 */
int word_holds(const char *value, size_t, const char *tag);

#endif
