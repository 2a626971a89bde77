#ifndef ADMIN_TEMPLATES_H
#define ADMIN_TEMPLATES_H

#include <stddef.h>

struct place;

/*
 * The button templates that the milter of this machine knows, asked of its
 * own program when the first one is looked for: for it refuses a table that
 * names another.
 */
struct templates {
	const struct place	*place;	/* NULL: every name is taken */
	int			 is_asked;
	char			*text;	/* a name a line; NULL: not known */
};

/* 1 also where the milter is not here, or does not say. */
int templates_has(struct templates *, const char *name);
void templates_free(struct templates *);

#endif
