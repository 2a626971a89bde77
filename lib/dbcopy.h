#ifndef LIB_DBCOPY_H
#define LIB_DBCOPY_H

#include <stddef.h>
#include <stdint.h>

/*
 * A copy of an LMDB environment that another process is writing: as it was at
 * one moment, without its free pages.  The writer is not held up.
 *
 * `dir` is a directory as DB_WRITE_DIR of lib/db.h has it, and who copies must
 * be able to write its lock file.  `file` must not exist; it is complete and
 * durable, mode 0600, or not there; and it says of itself that it is a copy, by
 * this key of this table.  `*bytes` is its size.  0, or -1 and a sentence.
 */
struct dbcopy {
	const char	*dir;
	const char	*file;
	const char	*table, *key;
};

int dbcopy_make(const struct dbcopy *, uint64_t *bytes, char *why,
    size_t size) __attribute__((warn_unused_result));

#endif
