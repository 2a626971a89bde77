/*
 * prefix: number prefixes that are not to be rung.
 *
 * A sorted array of their digits; a number is looked up once for each length
 * that a prefix can have.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/scan.h"

#include "bridge-client/guard/prefix.h"

#define DIGITS_MAX	15	/* E.164 */

struct prefix {
	char	digits[DIGITS_MAX + 1];
};

struct prefix_list {
	struct prefix	*item;
	size_t		 n, size;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct prefix *)a)->digits,
	    ((const struct prefix *)b)->digits);
}

static int
add(struct prefix_list *l, const char *digits, size_t n)
{
	struct prefix *item;
	size_t size;

	if (l->n == l->size) {
		size = l->size > 0 ? l->size * 2 : 64;
		item = reallocarray(l->item, size, sizeof(*item));
		if (item == NULL)
			return -1;
		l->item = item;
		l->size = size;
	}
	memset(&l->item[l->n], 0, sizeof(*l->item));
	memcpy(l->item[l->n].digits, digits, n);
	l->n++;
	return 0;
}

/* NULL, or what is wrong with the line. */
static const char *
read_line(struct prefix_list *l, char *line)
{
	size_t n = strcspn(line, "#\r\n"), i;

	while (n > 0 && scan_is_space(line[n - 1]))
		n--;
	while (n > 0 && scan_is_space(line[0]))
		line++, n--;
	if (n == 0)
		return NULL;
	if (line[0] == '+')
		line++, n--;
	for (i = 0; i < n; i++)
		if (!scan_is_digit((unsigned char)line[i]))
			return "not a prefix: give its digits, with a + or "
			    "without";
	if (n == 0 || n > DIGITS_MAX)
		return "a prefix has 1 to 15 digits";
	if (line[0] == '0')
		return "a prefix begins with a country code, never with 0";
	if (l->n >= PREFIX_MOST)
		return "too many prefixes";
	return add(l, line, n) == 0 ? NULL : "out of memory";
}

struct prefix_list *
prefix_read(const char *path, char *why, size_t size)
{
	struct prefix_list *l = calloc(1, sizeof(*l));
	const char *what = l != NULL ? NULL : "out of memory";
	FILE *f = fopen(path, "re");
	char line[256];
	int n = 0;

	if (f == NULL)
		what = strerror(errno);
	while (what == NULL && fgets(line, sizeof(line), f) != NULL) {
		n++;
		if (strchr(line, '\n') == NULL && !feof(f))
			what = "the line is too long";
		else
			what = read_line(l, line);
	}
	if (what == NULL && ferror(f))
		what = strerror(errno);
	if (f != NULL)
		fclose(f);
	if (what != NULL) {
		if (n > 0)
			snprintf(why, size, "%s:%d: %s", path, n, what);
		else
			snprintf(why, size, "%s: %s", path, what);
		prefix_free(l);
		return NULL;
	}
	if (l->n > 0)
		qsort(l->item, l->n, sizeof(*l->item), compare);
	return l;
}

void
prefix_free(struct prefix_list *l)
{
	if (l == NULL)
		return;
	free(l->item);
	free(l);
}

int
prefix_covers(const struct prefix_list *l, const char *e164)
{
	struct prefix key;
	size_t n;

	if (l == NULL || l->n == 0)
		return 0;
	if (e164[0] == '+')
		e164++;
	memset(&key, 0, sizeof(key));
	for (n = 0; n < DIGITS_MAX && e164[n] != '\0'; n++) {
		key.digits[n] = e164[n];
		if (bsearch(&key, l->item, l->n, sizeof(*l->item), compare) !=
		    NULL)
			return 1;
	}
	return 0;
}
