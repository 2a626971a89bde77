#ifndef LIB_SECRET_H
#define LIB_SECRET_H

#include <stddef.h>

/*
 * Secrets live only here: memory that is guarded, locked where the system
 * allows, excluded from core dumps, wiped when freed.  There is no printing
 * function, and there shall be none.
 */
struct secret;

#define SECRET_MAX 4096

/* libsodium's start; every program calls it first.  0, or -1. */
int secret_init(void);

/* Copies `len` bytes, and wipes the source.  NULL when out of memory. */
struct secret *secret_take(void *, size_t len);
void secret_free(struct secret *);

const unsigned char *secret_bytes(const struct secret *);
size_t secret_len(const struct secret *);

/*
 * The content of a file that only its owner may read: a regular file, owned by
 * root or by the effective user, no permission for group or others, not
 * empty, at most SECRET_MAX bytes.  One trailing newline is dropped.
 * NULL, and in `why` (of `size` bytes) a sentence with the path that says what
 * is wrong and how to mend it.
 */
struct secret *secret_read(const char *path, char *why, size_t size);

#endif
