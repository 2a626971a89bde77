#ifndef LIB_PATTERN_H
#define LIB_PATTERN_H

struct conf_list;

/*
 * Patterns in a configuration: "example.com", "*.example.com", "+44*",
 * "sip:*@example.com".
 *
 * 1 when the value is the pattern but for ASCII case; one "*" in the pattern
 * stands for anything, nothing included.
 */
int pattern_fits(const char *pattern, const char *value);
/* 1 when any pattern of the list fits. */
int pattern_fits_any(const struct conf_list *, const char *value);
/* 1 when there is a value that both fit. */
int pattern_meets(const char *, const char *);

#endif
