#ifndef ACCEPTD_FORM_H
#define ACCEPTD_FORM_H

#include <stddef.h>

/*
 * application/x-www-form-urlencoded: the body of a form, or a query.  Pure.
 *
 * Refused: more than FORM_MAX bytes or FORM_FIELDS fields, a field that comes
 * twice, an escape that is none, bytes that are not UTF-8, controls.  A tab or
 * line break becomes a space; bidirectional controls are dropped, for they come
 * along unseen when a telephone number is pasted.
 */
#define FORM_MAX	8192
#define FORM_FIELDS	16

struct form {
	size_t	n;
	struct form_field {
		const char	*name;
		const char	*value;
	}	field[FORM_FIELDS];	/* into `text` */
	char	text[FORM_MAX + 2 * FORM_FIELDS];
};

int form_parse(struct form *, const void *, size_t)
    __attribute__((warn_unused_result));
/* The field's value, or "". */
const char *form_get(const struct form *, const char *name);
int form_has(const struct form *, const char *name);

/*
 * "%41" back into bytes, into `dst` of `size` with a NUL; a plus stays one.
 * -1: does not fit, a broken escape, a NUL.
 */
int form_unescape(const char *, size_t, char *dst, size_t size)
    __attribute__((warn_unused_result));

/* 1 when a Content-Type is that of a form, whatever its parameters. */
int form_is_type(const char *content_type);

#endif
