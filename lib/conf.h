#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stddef.h>

#include "lib/confkey.h"

/*
 * The one door to libconfuse: every setting of a program is one row of a
 * table, a struct conf_key (lib/confkey.h).  Unknown keys, keys given twice,
 * wrong types, values out of bounds: refused with file and line.
 *
 *	key = value		strings quoted or bare, # comments
 *	key = {"a", "b"}
 *	section title { ... }	where the table has a section row
 *	include("file")		a line of its own; relative to this file
 *
 * Durations are written 30s, 5m, 2h, 7d; sizes 64k, 10M; booleans yes, no,
 * true, false, on, off.
 */
struct conf_section {
	char	*title;
	void	*data;		/* a struct as CONF_SECTION's row has it */
	int	 line;		/* its first, for conf_place() */
};
struct conf_sections {
	size_t			 n;
	struct conf_section	*section;
};

struct conf;

/*
 * Fills `*target` by the table.  NULL, and `why` is one line
 * "FILE:LINE: what is wrong".  Strings live until conf_free().
 */
struct conf *conf_read(const char *path, const struct conf_key *table,
    void *target, char *why, size_t size);
void conf_free(struct conf *);

/*
 * For a complaint about a value that was read well and fits nothing:
 * "FILE:LINE", of the first line from `line` on whose first word is `key`;
 * within the section, where one begins there.  Else of `line`.  Lines are
 * counted from 1, through all that is included.
 */
void conf_place(char *dst, size_t size, const char *path, int line,
    const char *key);

/*
 * Prints every key with its effective value, as the file would say it; a key
 * whose name ends in "password" or "secret" without its value.  `depth`: in so
 * many sections.
 */
void conf_print(const struct conf_key *table, const void *target, int depth);

#endif
