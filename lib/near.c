/*
 * "Did you mean?", for names that people type.
 */

#include <string.h>

#include "lib/near.h"

#define TYPOS_MAX 2

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* d[i][j]: the distance of the first i bytes of `a` and j bytes of `b`. */
size_t
near_distance(const char *a, const char *b)
{
	size_t d[NEAR_MAX + 1][NEAR_MAX + 1];
	size_t an = strlen(a), bn = strlen(b), i, j;

	if (an > NEAR_MAX || bn > NEAR_MAX)
		return NEAR_MAX;
	for (i = 0; i <= an; i++)
		d[i][0] = i;
	for (j = 0; j <= bn; j++)
		d[0][j] = j;
	for (i = 1; i <= an; i++) {
		for (j = 1; j <= bn; j++) {
			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1,
				    d[i][j]);
		}
	}
	return d[an][bn];
}

int
near_is_typo(const char *typed, const char *known)
{
	size_t d = near_distance(typed, known);

	/* Of a short name, little may be wrong: else all are near. */
	return d <= TYPOS_MAX && 2 * d < strlen(typed);
}
