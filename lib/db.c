/*
 * The one door to LMDB.
 *
 * What LMDB leaves to its user is settled here: the lock on a file that has
 * no lock table, a map that another process made larger, and an environment
 * that a full disk has spoiled, which is closed and opened anew.
 */

#include <sys/stat.h>

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

#include "lib/filelock.h"

#include "lib/db.h"

#define MAP_FILE	((size_t)1 << 30)
#if SIZE_MAX > 0xffffffff
#define MAP_DIR		((size_t)64 << 30)	/* address space, no more */
#else
#define MAP_DIR		((size_t)1 << 30)
#endif
#define LOCK_FILE_BYTES	8192	/* of LMDB's lock.mdb with 126 readers */
#define RESIZE_TRIES	8
#define TABLES_MAX	32

struct db {
	enum db_mode	 mode;
	char		*path;
	size_t		 map_size;
	size_t		 n_tables;	/* 0: the unnamed one */
	char		*tables[TABLES_MAX];

	MDB_env		*env;		/* NULL: could not be opened anew */
	MDB_dbi		 dbi[TABLES_MAX];

	pthread_mutex_t	 mutex;		/* for DB_READ: guards these */
	unsigned	 n_live;	/* transactions */
	int		 has_writer;
	int		 is_failed;	/* open anew before the next begin */
};

struct db_txn {
	struct db	*db;
	MDB_txn		*txn;
	int		 is_write;
};

/* Of the last failure in this thread: readers may be many. */
static _Thread_local char error_text[256];

static enum db_result
result(int rc)
{
	switch (rc) {
	case 0:
		return DB_OK;
	case MDB_NOTFOUND:
		return DB_NOT_FOUND;
	}
	snprintf(error_text, sizeof(error_text), "%s", rc == MDB_INVALID ?
	    "not an LMDB file" : rc == EIO ?
	    "a short write: the disk is full, or fails" : mdb_strerror(rc));
	switch (rc) {
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:	/* LMDB's name for a write that was cut short */
		return DB_FULL;
	default:
		return DB_BROKEN;
	}
}

const char *
db_error(const struct db *db)
{
	(void)db;
	return error_text;
}

static int
env_fd(const struct db *db)
{
	mdb_filehandle_t fd;

	mdb_env_get_fd(db->env, &fd);
	return fd;
}

/* The lock of those who share a file without LMDB's table of readers. */
static int
take_lock(const struct db *db, int is_write)
{
	return db->mode == DB_WRITE_DIR ? 0 : filelock_take(env_fd(db),
	    is_write ? FILELOCK_EXCLUSIVE : FILELOCK_SHARED);
}

static void
release_lock(const struct db *db)
{
	if (db->mode != DB_WRITE_DIR)
		filelock_release(env_fd(db));
}

static int
make_folder(const struct db *db)
{
	char path[4096];

	if (mkdir(db->path, 0700) != 0 && errno != EEXIST)
		return errno;
	snprintf(path, sizeof(path), "%s/lock.mdb", db->path);
	return filelock_make(path, LOCK_FILE_BYTES);
}

static int
open_tables(struct db *db)
{
	const unsigned is_read = db->mode == DB_READ;
	MDB_txn *txn;
	size_t i;
	int rc;

	rc = mdb_txn_begin(db->env, NULL, is_read ? MDB_RDONLY : 0, &txn);
	if (rc != 0)
		return rc;
	if (db->n_tables == 0)
		rc = mdb_dbi_open(txn, NULL, 0, &db->dbi[0]);
	for (i = 0; i < db->n_tables && rc == 0; i++)
		rc = mdb_dbi_open(txn, db->tables[i], is_read ? 0 :
		    MDB_CREATE, &db->dbi[i]);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int
open_mode(struct db *db)
{
	int rc;

	switch (db->mode) {
	case DB_READ:
		return mdb_env_open(db->env, db->path, MDB_NOSUBDIR |
		    MDB_NOLOCK | MDB_RDONLY | MDB_NOTLS, 0644);
	case DB_WRITE_FILE:
		return mdb_env_open(db->env, db->path, MDB_NOSUBDIR |
		    MDB_NOLOCK | MDB_NOTLS, 0644);
	case DB_WRITE_DIR:
		rc = make_folder(db);
		if (rc == 0)
			rc = mdb_env_open(db->env, db->path, MDB_NOTLS, 0600);
		/* LMDB would let in two; the journal has one master. */
		if (rc == 0)
			rc = filelock_try(env_fd(db), FILELOCK_EXCLUSIVE);
		if (rc == 0)
			rc = mdb_reader_check(db->env, NULL);
		return rc;
	}
	return EINVAL;
}

/* Opens db->env and its tables; on failure there is none. */
static int
open_env(struct db *db)
{
	int rc;

	rc = mdb_env_create(&db->env);
	if (rc != 0) {
		db->env = NULL;
		return rc;
	}
	if (db->map_size > 0)
		mdb_env_set_mapsize(db->env, db->map_size);
	mdb_env_set_maxdbs(db->env, (MDB_dbi)db->n_tables);
	rc = open_mode(db);
	if (rc != 0)
		goto out;
	rc = take_lock(db, db->mode != DB_READ);
	if (rc != 0)
		goto out;
	rc = open_tables(db);
	release_lock(db);
out:
	if (rc != 0) {
		mdb_env_close(db->env);
		db->env = NULL;
	}
	return rc;
}

static int
copy_names(struct db *db, const char *const *tables)
{
	size_t n;

	for (n = 0; tables != NULL && tables[n] != NULL; n++) {
		if (n == TABLES_MAX)
			return EINVAL;
		db->tables[n] = strdup(tables[n]);
		if (db->tables[n] == NULL)
			return ENOMEM;
		db->n_tables++;
	}
	return 0;
}

struct db *
db_open(const char *path, enum db_mode mode, const char *const *tables,
    size_t map_size, char *why, size_t size)
{
	struct db *db = calloc(1, sizeof(*db));
	int rc = ENOMEM;

	if (db != NULL) {
		pthread_mutex_init(&db->mutex, NULL);
		db->mode = mode;
		db->map_size = map_size > 0 ? map_size :
		    mode == DB_WRITE_DIR ? MAP_DIR :
		    mode == DB_WRITE_FILE ? MAP_FILE : 0;
		db->path = strdup(path);
		if (db->path != NULL)
			rc = copy_names(db, tables);
		if (rc == 0)
			rc = open_env(db);
	}
	if (rc == 0)
		return db;
	(void)result(rc);
	snprintf(why, size, "%s: %s", path, rc == EBUSY ?
	    "another process has it open" : error_text);
	db_close(db);
	return NULL;
}

void
db_close(struct db *db)
{
	size_t i;

	if (db == NULL)
		return;
	if (db->env != NULL)
		mdb_env_close(db->env);
	for (i = 0; i < db->n_tables; i++)
		free(db->tables[i]);
	pthread_mutex_destroy(&db->mutex);
	free(db->path);
	free(db);
}

/*
 * LMDB's own advice after MDB_PANIC, and the only way on after a commit that
 * failed half way.  Not while a transaction lives.
 */
static int
reopen(struct db *db)
{
	int rc;

	if (!db->is_failed && db->env != NULL)
		return 0;
	if (db->n_live > 0)
		return MDB_PANIC;
	if (db->env != NULL)
		mdb_env_close(db->env);
	rc = open_env(db);
	db->is_failed = rc != 0;
	return rc;
}

/*
 * Another process made the map larger, and ours follows.  Nobody is in it: who
 * reads holds the lock, so that nobody can write.
 */
static int
resize(struct db *db)
{
	return db->n_live > 0 ? MDB_MAP_RESIZED :
	    mdb_env_set_mapsize(db->env, 0);
}

static int
begin(struct db *db, MDB_txn **txn, int is_write)
{
	int i, rc = EBUSY;

	for (i = 0; i < RESIZE_TRIES; i++) {
		if (is_write && db->has_writer)
			return EBUSY;
		rc = reopen(db);
		if (rc == 0 && (db->n_live == 0 || is_write))
			rc = take_lock(db, is_write);
		if (rc != 0)
			return rc;
		rc = mdb_txn_begin(db->env, NULL, is_write ? 0 : MDB_RDONLY,
		    txn);
		if (rc == 0)
			return 0;
		if (db->n_live == 0)
			release_lock(db);
		if (rc == MDB_PANIC)
			db->is_failed = 1;
		else if (rc != MDB_MAP_RESIZED || (rc = resize(db)) != 0)
			return rc;
	}
	return rc;
}

/* The other modes' handles belong to one thread. */
static void
guard(struct db *db)
{
	if (db->mode == DB_READ)
		pthread_mutex_lock(&db->mutex);
}

static void
unguard(struct db *db)
{
	if (db->mode == DB_READ)
		pthread_mutex_unlock(&db->mutex);
}

enum db_result
db_begin(struct db *db, struct db_txn **out, int is_write)
{
	struct db_txn *t = calloc(1, sizeof(*t));
	int rc;

	*out = NULL;
	if (t == NULL)
		return result(ENOMEM);
	t->db = db;
	t->is_write = is_write;
	guard(db);
	rc = begin(db, &t->txn, is_write);
	if (rc == 0) {
		db->n_live++;
		db->has_writer |= is_write;
		*out = t;
	} else {
		free(t);
	}
	unguard(db);
	return result(rc);
}

/* `rc`: what LMDB said when the transaction ended. */
static void
end(struct db_txn *t, int rc)
{
	struct db *db = t->db;

	guard(db);
	db->n_live--;
	if (t->is_write)
		db->has_writer = 0;
	if (rc != 0)
		db->is_failed = 1;
	if (db->n_live == 0)
		release_lock(db);
	unguard(db);
	free(t);
}

/* LMDB's own head could not be written: nobody knows what is on the disk.
 * When anything else fails, nothing was written. */
static int
is_unknown(MDB_env *env)
{
	MDB_txn *probe;
	int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &probe);

	if (rc == 0)
		mdb_txn_abort(probe);
	return rc != 0;
}

enum db_result
db_commit(struct db_txn *t)
{
	int rc = mdb_txn_commit(t->txn);

	if (rc != 0 && is_unknown(t->db->env))
		rc = MDB_PANIC;
	end(t, rc);
	return result(rc);
}

void
db_abort(struct db_txn *t)
{
	if (t == NULL)
		return;
	mdb_txn_abort(t->txn);
	end(t, 0);
}

/* LMDB refuses what is not a handle of its own (EINVAL). */
static MDB_dbi
dbi_of(const struct db_txn *t, int table)
{
	size_t n = t->db->n_tables > 0 ? t->db->n_tables : 1;

	return table >= 0 && (size_t)table < n ? t->db->dbi[table] :
	    (MDB_dbi)-1;
}

static MDB_val
val(const void *p, size_t len)
{
	MDB_val v = { .mv_size = len, .mv_data = (void *)(uintptr_t)p };

	return v;
}

/* A key that is too long for LMDB is in no table. */
static int
absent(int rc)
{
	return rc == MDB_BAD_VALSIZE ? MDB_NOTFOUND : rc;
}

enum db_result
db_get(struct db_txn *t, int table, const void *key, size_t len,
    struct db_value *out)
{
	MDB_val k = val(key, len), v;
	int rc = absent(mdb_get(t->txn, dbi_of(t, table), &k, &v));

	if (rc == 0)
		*out = (struct db_value){ v.mv_data, v.mv_size };
	return result(rc);
}

enum db_result
db_put(struct db_txn *t, int table, const void *key, size_t key_len,
    const void *data, size_t len)
{
	MDB_val k = val(key, key_len), v = val(data, len);

	return result(mdb_put(t->txn, dbi_of(t, table), &k, &v, 0));
}

enum db_result
db_del(struct db_txn *t, int table, const void *key, size_t len)
{
	MDB_val k = val(key, len);

	return result(absent(mdb_del(t->txn, dbi_of(t, table), &k, NULL)));
}

/* A cursor is LMDB's own; our name for it is never more than a pointer. */
static enum db_result
move(MDB_cursor *c, MDB_cursor_op op, struct db_value *key,
    struct db_value *value)
{
	MDB_val k = val(key->data, key->len), v;
	int rc = mdb_cursor_get(c, &k, &v, op);

	if (rc == 0) {
		*key = (struct db_value){ k.mv_data, k.mv_size };
		*value = (struct db_value){ v.mv_data, v.mv_size };
	}
	return result(rc);
}

/* `k` says where to go (MDB_SET_RANGE), and then where the cursor is. */
static enum db_result
open_at(struct db_txn *t, int table, MDB_cursor_op op, struct db_cursor **out,
    struct db_value *kv[2])
{
	MDB_cursor *c;
	enum db_result r;
	int rc;

	*out = NULL;
	rc = mdb_cursor_open(t->txn, dbi_of(t, table), &c);
	if (rc != 0)
		return result(rc);
	r = move(c, op, kv[0], kv[1]);
	if (r == DB_OK)
		*out = (struct db_cursor *)c;
	else
		mdb_cursor_close(c);
	return r;
}

enum db_result
db_seek(struct db_txn *t, int table, const void *key, size_t len,
    struct db_cursor **c, struct db_value *k, struct db_value *v)
{
	struct db_value *kv[2] = { k, v };

	*k = (struct db_value){ key, len };
	return open_at(t, table, key == NULL ? MDB_FIRST : MDB_SET_RANGE, c,
	    kv);
}

enum db_result
db_last(struct db_txn *t, int table, struct db_cursor **c, struct db_value *k,
    struct db_value *v)
{
	struct db_value *kv[2] = { k, v };

	*k = (struct db_value){ NULL, 0 };
	return open_at(t, table, MDB_LAST, c, kv);
}

enum db_result
db_next(struct db_cursor *c, struct db_value *k, struct db_value *v)
{
	return move((MDB_cursor *)c, MDB_NEXT, k, v);
}

enum db_result
db_prev(struct db_cursor *c, struct db_value *k, struct db_value *v)
{
	return move((MDB_cursor *)c, MDB_PREV, k, v);
}

void
db_cursor_free(struct db_cursor *c)
{
	if (c != NULL)
		mdb_cursor_close((MDB_cursor *)c);
}

/* Pages that were given back stand in LMDB's table 0, counted first. */
static int
free_pages(MDB_txn *txn, size_t *out)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t n;
	int rc;

	*out = 0;
	rc = mdb_cursor_open(txn, 0, &cursor);
	if (rc != 0)
		return rc;
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		memcpy(&n, v.mv_data, sizeof(n));
		*out += n;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

int
db_usage(struct db *db, size_t *used, size_t *max)
{
	struct db_txn *t;
	MDB_envinfo info;
	MDB_stat stat;
	size_t n_free;
	int rc;

	if (db_begin(db, &t, 0) != DB_OK)
		return -1;
	rc = free_pages(t->txn, &n_free);
	mdb_env_info(db->env, &info);
	mdb_env_stat(db->env, &stat);
	*used = (info.me_last_pgno + 1 - n_free) * stat.ms_psize;
	*max = info.me_mapsize;
	db_abort(t);
	return rc == 0 ? 0 : -1;
}
