#ifndef LIB_RECENT_H
#define LIB_RECENT_H

#include <stddef.h>

/*
 * What was worked out a moment ago, by name: what is asked for again soon
 * needs not be worked out again.  The room is made once; what is new pushes
 * out what is old.
 */
struct recent;

#define RECENT_NAME	16	/* bytes of a name: of a good hash */

/*
 * Room for about so many values of `size` bytes each; without a size, names
 * alone are kept.  Memory is touched where it is used only.  NULL: there is
 * none.
 */
struct recent *recent_new(size_t room, size_t size);
void recent_free(struct recent *);	/* NULL is fine */

/* 1 and a copy of the value, or 0.  `value` may be NULL. */
int recent_find(const struct recent *,
    const unsigned char name[RECENT_NAME], void *value);
/* A name that is there already is not looked for: twice takes room twice. */
void recent_add(struct recent *, const unsigned char name[RECENT_NAME],
    const void *value);
void recent_clear(struct recent *);	/* wipes */

#endif
