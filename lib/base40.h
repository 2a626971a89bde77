#ifndef LIB_BASE40_H
#define LIB_BASE40_H

#include <stddef.h>

struct buf;
struct scan;

/*
 * Text of a-z 0-9 . - @ and _ alone, as most addresses are: three characters
 * in two bytes, as a number to the base of 40, the first first; of two that
 * are left over likewise two bytes, of one a byte.  One text, one encoding.
 */
int base40_fits(const char *, size_t);	/* 1: all of it, and it is not empty */

/* `n` characters that fit; a failure is the buffer's (buf_ok()). */
void base40_put(struct buf *, const char *, size_t n);

/*
 * `n` characters and a NUL into `dst`, of `n` + 1 bytes.  What no text becomes
 * is the slice's error (scan_done()).
 */
void base40_get(struct scan *, char *dst, size_t n);

#endif
