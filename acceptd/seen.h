#ifndef ACCEPTD_SEEN_H
#define ACCEPTD_SEEN_H

#include <stddef.h>

struct token;

/*
 * Tokens whose signature held a moment ago, so that the POST after a GET need
 * not be verified again here (the bridge verifies always).  The whole text is
 * compared, so nothing passes that was not verified; an older token makes
 * room for a newer one.
 */
struct seen;

struct seen *seen_new(size_t room);	/* NULL: out of memory */
void seen_free(struct seen *);
/* Empties it: after the keys have changed. */
void seen_clear(struct seen *);
/* 1, and fills the token but for its sealed part; or 0. */
int seen_find(const struct seen *, const char *text, size_t, struct token *);
void seen_add(struct seen *, const char *text, size_t, const struct token *);

#endif
