#ifndef LIB_IDN_H
#define LIB_IDN_H

#include <stddef.h>

/*
 * Domain names with letters beyond ASCII, as the DNS writes them: each such
 * label as "xn--" and its code points in Punycode (RFC 5890, RFC 3492).
 *
 * `domain` is UTF-8; what is ASCII in it is lowered, and so are the capitals
 * of Latin-1, Greek and Cyrillic.  Other mappings (UTS 46) are not made: a
 * name that is not in the form in which it was registered is another one.
 *
 * -1: not UTF-8, a label that would be over 63 bytes so, or no room.
 */
int idn_ascii(char *dst, size_t size, const char *domain, size_t len)
    __attribute__((warn_unused_result));

#endif
