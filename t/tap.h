#ifndef T_TAP_H
#define T_TAP_H

#include <stddef.h>

/*
 * Tests in C speak TAP.  Every check is one line of output; a failed one says
 * where and what it saw.  main ends with `return tap_done();`.
 */

#define ok(cond, ...) \
	tap_ok(!!(cond), __FILE__, __LINE__, #cond, __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_is_int((long long)(got), (long long)(want), __FILE__, __LINE__, \
	    __VA_ARGS__)
#define is_str(got, want, ...) \
	tap_is_str(got, want, __FILE__, __LINE__, __VA_ARGS__)
#define is_mem(got, want, len, ...) \
	tap_is_mem(got, want, len, __FILE__, __LINE__, __VA_ARGS__)

/* Each gives back whether the check passed. */
int tap_ok(int passed, const char *file, int line, const char *what,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int tap_is_int(long long got, long long want, const char *file, int line,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int tap_is_str(const char *got, const char *want, const char *file, int line,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int tap_is_mem(const void *got, const void *want, size_t len, const char *file,
    int line, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* A remark in the output. */
void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints the plan; the exit status: 0 when all passed. */
int tap_done(void);

/*
 * `len` bytes that end right before an unmapped page: a reader that goes one
 * too far dies.  Never freed.
 */
void *tap_edge(const void *bytes, size_t len);

/* A folder of this test's own, removed at its end. */
const char *tap_dir(void);

/* A path in there; good until the eighth call after this. */
const char *tap_path(const char *name);

#endif
