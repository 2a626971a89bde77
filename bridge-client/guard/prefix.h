#ifndef BRIDGE_GUARD_PREFIX_H
#define BRIDGE_GUARD_PREFIX_H

#include <stddef.h>

/*
 * A file of number prefixes that are not to be rung: one a line, "+44871" or
 * "44871", "#" begins a comment.
 */
struct prefix_list;

#define PREFIX_MOST	200000

/* NULL, and a sentence "PATH:LINE: ..." in `why`.  prefix_free(). */
struct prefix_list *prefix_read(const char *path, char *why, size_t size);
void prefix_free(struct prefix_list *);		/* NULL is fine */

/* 1 when "+442079460123" begins with one of them.  NULL covers nothing. */
int prefix_covers(const struct prefix_list *, const char *e164);

#endif
