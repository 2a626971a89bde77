/* The fields of a form. */

#include <stdlib.h>
#include <string.h>

#include "lib/scan.h"

#include "bridge-client/net/fields.h"

int
fields_compare(const void *a, const void *b)
{
	const struct field *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : strcmp(x->value, y->value);
}

/* In place, to the separator or the end.  What follows, or NULL. */
static char *
decode(char *s, char separator)
{
	char *to = s;

	for (; *s != '\0' && *s != separator; s++) {
		if (*s != '%') {
			*to++ = *s == '+' ? ' ' : *s;
			continue;
		}
		if (scan_hex(s[1]) < 0 || scan_hex(s[2]) < 0 ||
		    (s[1] == '0' && s[2] == '0'))
			return NULL;
		*to++ = (char)(scan_hex(s[1]) << 4 | scan_hex(s[2]));
		s += 2;
	}
	s += *s != '\0';
	*to = '\0';
	return s;
}

int
fields_read(struct fields *f, const void *body, size_t len)
{
	char *p;

	f->n = 0;
	f->text = malloc(len + 1);
	if (f->text == NULL)
		return -1;
	if (len > 0)
		memcpy(f->text, body, len);
	f->text[len] = '\0';
	if (strlen(f->text) != len)
		return -1;
	for (p = f->text; *p != '\0'; f->n++) {
		if (f->n == FIELDS_MAX || p[strcspn(p, "=&")] != '=')
			return -1;
		f->field[f->n].name = p;
		p = decode(p, '=');
		if (p == NULL)
			return -1;
		f->field[f->n].value = p;
		p = decode(p, '&');
		if (p == NULL)
			return -1;
	}
	qsort(f->field, f->n, sizeof(f->field[0]), fields_compare);
	return 0;
}

void
fields_free(struct fields *f)
{
	free(f->text);
	f->text = NULL;
	f->n = 0;
}

const char *
fields_get(const struct fields *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return f->field[i].value;
	return "";
}
