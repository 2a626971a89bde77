#ifndef ACCEPTD_TYPED_H
#define ACCEPTD_TYPED_H

#include <stddef.h>

/*
 * What people type for a number.  Pure.
 */

/*
 * Copies with decimal digits of other scripts (Arabic-Indic, Persian,
 * full-width), the full-width plus, and the blanks and dashes of typesetters as
 * their ASCII ones; without what cannot be seen, without "tel:" in front, and
 * without space around.  -1: does not fit.
 */
int typed_fold(char *dst, size_t size, const char *src)
    __attribute__((warn_unused_result));

/*
 * 1 when a folded number is in international form beyond doubt: "+", then
 * digits with nothing but spaces, hyphens and dots between, and an extension
 * as our own page writes it.  Brackets make doubt: in "+44 (0)20" the nought
 * is not dialled.  So is a SIP address that says so by its scheme.
 */
int typed_is_global(const char *);

/*
 * 1 for what programs put into a field for a number, "1234567890" or
 * "0000000": digits in a row, or all the same.  Somewhere they may be a
 * number; whoever has it writes it with a plus.
 */
int typed_is_filler(const char *);

/* 1 when it is three digits, spaces and hyphens aside; then `dst` has them. */
int typed_three(char dst[4], const char *);

#endif
