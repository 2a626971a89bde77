#ifndef MILTER_MAILBOX_H
#define MILTER_MAILBOX_H

#include <stddef.h>

/*
 * The address of a From header (RFC 5322, 3.4), read strictly: one mailbox,
 * and no way to read another one out of it.  Groups, lists, routes, quoted
 * local parts, address literals and an unquoted "@" in the display name are
 * refused; comments and folds are skipped.  RFC 6532: bytes above 0x7f are
 * letters.
 */
#define MAILBOX_MAX 254		/* RFC 5321, 4.5.3.1 */

/* The address in lower case (ASCII only).  -1: refused. */
int mailbox_parse(char dst[MAILBOX_MAX + 1], const char *, size_t)
    __attribute__((warn_unused_result));

#endif
