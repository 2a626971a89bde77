#ifndef MILTER_SNAPSHOT_H
#define MILTER_SNAPSHOT_H

#include <sys/stat.h>

#include <stddef.h>

/*
 * A file as it is at one moment, in memory that nobody else can change.
 *
 * LMDB reads its file through a map.  Who writes a new one over the old, as
 * cp and scp do, cuts the map short under the reader, who dies of SIGBUS; and
 * what is read while it is copied has pages missing.  A snapshot goes on in
 * holes behind the file's end: they read as zeros, which LMDB knows for
 * damage.
 */
#define SNAPSHOT_PATH_MAX 32

/*
 * The shared lock of the file is held meanwhile, as Postfix does.  `path`
 * leads to the copy as long as the descriptor that is returned is open.  -1
 * with what is wrong.
 */
int snapshot_take(const char *file, struct stat *,
    char path[SNAPSHOT_PATH_MAX], char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
