#ifndef BRIDGE_NET_FIELDS_H
#define BRIDGE_NET_FIELDS_H

#include <stddef.h>

/*
 * The fields of an application/x-www-form-urlencoded body, decoded, sorted by
 * name and then by value.
 */
#define FIELDS_MAX 128

struct fields {
	size_t		 n;
	struct field {
		const char	*name, *value;	/* in `text` */
	}		 field[FIELDS_MAX];
	char		*text;			/* owned */
};

/* 0, or -1: it is none, holds a NUL, or has too many.  fields_free() it in
 * either case. */
int fields_read(struct fields *, const void *, size_t)
    __attribute__((warn_unused_result));
void fields_free(struct fields *);

/* The first value of this name; "" where there is none. */
const char *fields_get(const struct fields *, const char *name);
/* As for qsort(3). */
int fields_compare(const void *, const void *);

#endif
