#ifndef LIB_DB_H
#define LIB_DB_H

#include <stddef.h>

/*
 * The one door to LMDB.  Recoverable errors (map resized by another process,
 * stale readers) are settled here.
 *
 * An environment is a directory (journal) or a single file (a table made by
 * `calloffer offerors` or by Postfix's postmap).  One thread writes; a handle
 * belongs to one thread at a time unless opened with DB_READ.
 *
 * After DB_FULL or DB_BROKEN from db_commit() the environment is opened anew
 * by the next db_begin(), once no transaction lives: when there is room again
 * it works again.
 */
struct db;
struct db_txn;
struct db_cursor;

enum db_result {
	DB_OK = 0,
	DB_NOT_FOUND,
	DB_FULL,	/* disk or map full: nothing was written, try later */
	DB_BROKEN	/* anything else; db_error() says what */
};

enum db_mode {
	DB_READ,	/* one file, read only, Postfix's way: no lock file, a
			   shared lock held during each read transaction;
			   transactions in several threads at once are fine */
	DB_WRITE_FILE,	/* one file, as a table: readers wait while a write
			   transaction lives, two seconds at most */
	DB_WRITE_DIR	/* a directory (made where missing), durable commits;
			   one process at a time */
};

struct db_value {
	const void	*data;
	size_t		 len;
};

/*
 * `tables`: NULL-terminated names, opened (or made) with it; NULL for the
 * unnamed one.  `map_size` in bytes, 0 for the default.  NULL with a sentence
 * in `why`.
 */
struct db *db_open(const char *path, enum db_mode, const char *const *tables,
    size_t map_size, char *why, size_t size);
void db_close(struct db *);
/* What the last failure of this thread was. */
const char *db_error(const struct db *);

enum db_result db_begin(struct db *, struct db_txn **, int is_write)
    __attribute__((warn_unused_result));
/* Durable when it returns DB_OK.  The transaction is gone in any case. */
enum db_result db_commit(struct db_txn *) __attribute__((warn_unused_result));
void db_abort(struct db_txn *);		/* NULL is fine */

/* `table` is the index in `tables` (0 for the unnamed one).  Values are
 * borrowed until the transaction ends or writes. */
enum db_result db_get(struct db_txn *, int table, const void *key, size_t,
    struct db_value *out) __attribute__((warn_unused_result));
enum db_result db_put(struct db_txn *, int table, const void *key, size_t,
    const void *val, size_t) __attribute__((warn_unused_result));
enum db_result db_del(struct db_txn *, int table, const void *key, size_t)
    __attribute__((warn_unused_result));

/* In key order.  db_seek: the first key >= `key` (NULL: the first of all). */
enum db_result db_seek(struct db_txn *, int table, const void *key, size_t,
    struct db_cursor **, struct db_value *k, struct db_value *v)
    __attribute__((warn_unused_result));
enum db_result db_last(struct db_txn *, int table, struct db_cursor **,
    struct db_value *k, struct db_value *v) __attribute__((warn_unused_result));
enum db_result db_next(struct db_cursor *, struct db_value *k,
    struct db_value *v) __attribute__((warn_unused_result));
enum db_result db_prev(struct db_cursor *, struct db_value *k,
    struct db_value *v) __attribute__((warn_unused_result));
void db_cursor_free(struct db_cursor *); /* before its transaction ends */

/* Bytes in use and the ceiling, for metrics. */
int db_usage(struct db *, size_t *used, size_t *max);

#endif
