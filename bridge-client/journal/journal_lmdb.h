#ifndef BRIDGE_JOURNAL_LMDB_H
#define BRIDGE_JOURNAL_LMDB_H

#include <stddef.h>

struct journal;
struct vault;

/*
 * The journal (journal.h) in an LMDB environment of one program: a directory,
 * made where it is missing (mode 0700).  The vault, borrowed, holds the keys of
 * what is private in it, and lies elsewhere.  `map_size` in bytes, 0 for 64 GB
 * (it is address space only).  NULL with a sentence in `why`; closed by
 * j->op->close(j).
 */
struct journal *journal_lmdb_open(const char *dir, struct vault *,
    size_t map_size, char *why, size_t size);

#endif
