#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stddef.h>
#include <stdint.h>

/*
 * The one door to libconfuse: every setting of a program is one row of a
 * table.  Unknown keys, wrong types, values out of bounds: refused with file
 * and line.
 *
 *	key = value		strings quoted or bare, # comments
 *	key = {"a", "b"}
 *	section title { ... }	where the table has a section row
 *	include("file")
 *
 * Durations are written 30s, 5m, 2h, 7d; sizes 64k, 10M; booleans yes, no,
 * true, false, on, off.
 */
enum conf_type {
	CONF_STRING,	/* char *: owned by the struct conf */
	CONF_BOOL,	/* int */
	CONF_INT,	/* int64_t, min..max */
	CONF_DURATION,	/* int64_t seconds, min..max */
	CONF_SIZE,	/* int64_t bytes, min..max */
	CONF_MODE,	/* int64_t, octal permission bits */
	CONF_LIST,	/* struct conf_list */
	CONF_SECTION	/* struct conf_sections: titled, may repeat */
};

struct conf_list {
	size_t		  n;
	char		**item;
};

struct conf_key {
	const char		*name;		/* NULL ends the table */
	enum conf_type		 type;
	size_t			 offset; /* offsetof in the program's struct */
	int64_t			 min, max;
	/* as it would be written; NULL: required (a list: empty; a section:
	 * none) */
	const char		*def;
	const struct conf_key	*keys;	/* CONF_SECTION: its own table */
	size_t			 size;	/* CONF_SECTION: of its struct */
	/* NULL, or checks a value after parsing: NULL is good, else why not. */
	const char		*(*check)(const char *value);
};

struct conf_section {
	char	*title;
	void	*data;	/* a struct as CONF_SECTION's row describes it */
	int	 line;		/* of its first line, for later complaints */
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

/* Prints every key with its effective value, as the file would say it. */
void conf_print(const struct conf_key *table, const void *target);

#endif
