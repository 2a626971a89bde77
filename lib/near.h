#ifndef LIB_NEAR_H
#define LIB_NEAR_H

#include <stddef.h>

/*
 * "Did you mean?": how many letters must be changed, added, taken away or
 * swapped with their neighbour to make one name of the other.  Names of more
 * than NEAR_MAX bytes are never near: NEAR_MAX.
 */
#define NEAR_MAX 63

size_t near_distance(const char *, const char *);

/* 1 when a person may well have meant `known` by `typed`. */
int near_is_typo(const char *typed, const char *known);

#endif
