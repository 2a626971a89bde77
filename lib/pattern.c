/*
 * Patterns in a configuration, with one star.
 */

#include <string.h>

#include "lib/confkey.h"
#include "lib/scan.h"

#include "lib/pattern.h"

int
pattern_fits(const char *pattern, const char *value)
{
	const char *star = strchr(pattern, '*');
	size_t n = strlen(value), head, tail;

	if (star == NULL)
		return scan_is(value, n, pattern);
	head = (size_t)(star - pattern);
	tail = strlen(star + 1);
	return n >= head + tail && scan_same(pattern, head, value, head) &&
	    scan_same(star + 1, tail, value + n - tail, tail);
}

int
pattern_fits_any(const struct conf_list *list, const char *value)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (pattern_fits(list->item[i], value))
			return 1;
	return 0;
}

int
pattern_meets(const char *a, const char *b)
{
	const char *star_a = strchr(a, '*'), *star_b = strchr(b, '*');
	size_t head, tail, n;

	if (star_a == NULL || star_b == NULL)
		return star_a == NULL ? pattern_fits(b, a) : pattern_fits(a, b);
	head = (size_t)(star_a - a);
	n = (size_t)(star_b - b);
	head = n < head ? n : head;
	tail = strlen(star_a + 1);
	n = strlen(star_b + 1);
	tail = n < tail ? n : tail;
	return scan_same(a, head, b, head) && scan_same(a + strlen(a) - tail,
	    tail, b + strlen(b) - tail, tail);
}
