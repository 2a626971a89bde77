#ifndef LIB_CONFTEXT_H
#define LIB_CONFTEXT_H

#include <stddef.h>

/*
 * A configuration file as one text, with what it includes put in place, and
 * checked for what libconfuse would pass over in silence: strings, comments,
 * lists and sections that are never closed, a key that is given twice, bytes
 * that are no text, environment variables.  So libconfuse, whose lexer keeps
 * its state from one file to the next, never meets half a string.
 *
 * An include is a line of its own: include("file"), relative to the folder of
 * the file that says so.
 */
struct conftext;

/* NULL, and `why` is one line "FILE:LINE: what is wrong". */
struct conftext *conftext_read(const char *path, char *why, size_t size);
void conftext_free(struct conftext *);

/* NUL-terminated; borrowed. */
const char *conftext_bytes(const struct conftext *);
/* Where line `n` (from 1) of the text comes from: the file, and its line. */
const char *conftext_where(const struct conftext *, size_t n, int *line);
/* The line of the text in which this section opens; 0: not known. */
size_t conftext_section(const struct conftext *, const char *name,
    const char *title);

#endif
