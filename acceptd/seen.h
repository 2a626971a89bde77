#ifndef ACCEPTD_SEEN_H
#define ACCEPTD_SEEN_H

#include <stddef.h>

/*
 * Tokens whose signature held a moment ago, so that the POST after a GET need
 * not be verified again here (the bridge verifies always).  Of each its digest
 * is kept, so many fit; what is found was verified as it stands, letter by
 * letter.  An older token makes room for a newer one.
 */
struct seen;

/* `room`: tokens, rounded up.  NULL: out of memory. */
struct seen *seen_new(size_t room);
void seen_free(struct seen *);
/* Empties it: after the keys have changed. */
void seen_clear(struct seen *);
int seen_find(const struct seen *, const char *text, size_t);	/* 1 or 0 */
void seen_add(struct seen *, const char *text, size_t);

#endif
