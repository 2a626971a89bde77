#ifndef LIB_CONFKEY_H
#define LIB_CONFKEY_H

#include <stddef.h>
#include <stdint.h>

/* One row of the table of a program's settings, and what it says of a value. */

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
	int64_t			 min, max; /* of a number */
	/* as it would be written; NULL: required (a list: empty; a section:
	 * none) */
	const char		*def;
	const struct conf_key	*keys;	/* CONF_SECTION: its own table */
	size_t			 size;	/* CONF_SECTION: of its struct */
	/* NULL, or checks a value after parsing: NULL is good, else why not. */
	const char		*(*check)(const char *value);
};

union confkey_value {
	int64_t	 number;
	int	 is_true;	/* CONF_BOOL */
};

/* Reads a value that is a number or a bool.  0; -1: not of this form. */
int confkey_read(const struct conf_key *, const char *, union confkey_value *)
    __attribute__((warn_unused_result));

/* Checks form, bounds and the row's own check.  -1, and a sentence in `why`. */
int confkey_check(const struct conf_key *, const char *, char *why,
    size_t size) __attribute__((warn_unused_result));

/* 1 when the value must not be shown. */
int confkey_is_private(const struct conf_key *);

/* Prints the value in `target` to stdout, as the file would say it. */
void confkey_print(const struct conf_key *, const void *target);
/* Text in quotes, likewise. */
void confkey_print_text(const char *);

#endif
