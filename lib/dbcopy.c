/*
 * A copy of an LMDB environment while another process writes it.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb.h>

#include "lib/dbcopy.h"

#define MARK_ROOM (1 << 20)	/* pages that the mark may need */

/* What a copier that was killed has left in the table of readers goes, too. */
static int
copy_to(const char *dir, int fd, const char **what)
{
	char lock[4096];
	MDB_env *env;
	int rc = mdb_env_create(&env);

	*what = dir;
	if (rc != 0)
		return rc;
	/* who opens it first makes the lock file: that must be its master */
	snprintf(lock, sizeof(lock), "%s/lock.mdb", dir);
	if (access(lock, R_OK | W_OK) != 0)
		rc = errno;
	else
		rc = mdb_env_open(env, dir, MDB_RDONLY | MDB_NOTLS, 0);
	if (rc == 0)
		rc = mdb_reader_check(env, NULL);
	if (rc == 0) {
		*what = "copying";
		rc = mdb_env_copyfd2(env, fd, MDB_CP_COMPACT);
	}
	mdb_env_close(env);
	if (rc == 0 && fsync(fd) != 0)
		rc = errno;
	return rc;
}

/* The copy says that it is one. */
static int
mark(const char *path, size_t bytes, const struct dbcopy *c)
{
	MDB_val key = { strlen(c->key), (void *)(uintptr_t)c->key };
	MDB_val value = { 1, (void *)(uintptr_t)"\1" };
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	int rc = mdb_env_create(&env);

	if (rc != 0)
		return rc;
	mdb_env_set_mapsize(env, bytes + MARK_ROOM);
	mdb_env_set_maxdbs(env, 1);
	rc = mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600);
	if (rc == 0)
		rc = mdb_txn_begin(env, NULL, 0, &txn);
	if (rc != 0) {
		mdb_env_close(env);
		return rc;
	}
	rc = mdb_dbi_open(txn, c->table, 0, &dbi);
	if (rc == 0)
		rc = mdb_put(txn, dbi, &key, &value, 0);
	if (rc == 0)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	mdb_env_close(env);
	return rc;
}

/* Linked to its name when it is whole: link(2) replaces nothing. */
static int
finish(const char *temp, const char *file)
{
	char dir[4096];
	const char *slash = strrchr(file, '/');
	int fd, rc;

	if (link(temp, file) != 0)
		return errno;
	snprintf(dir, sizeof(dir), "%.*s", slash != NULL ?
	    (int)(slash - file + 1) : 1, slash != NULL ? file : ".");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = fd == -1 || fsync(fd) != 0 ? errno : 0;
	if (fd != -1)
		close(fd);
	return rc;
}

static int
copy(const struct dbcopy *c, int fd, const char *temp, const char **what)
{
	struct stat st;
	int rc = copy_to(c->dir, fd, what);

	if (rc != 0)
		return rc;
	*what = c->file;
	if (fstat(fd, &st) != 0)
		return errno;
	rc = mark(temp, (size_t)st.st_size, c);
	return rc == 0 ? finish(temp, c->file) : rc;
}

int
dbcopy_make(const struct dbcopy *c, uint64_t *bytes, char *why, size_t size)
{
	char temp[4096];
	const char *what = c->file;
	struct stat st;
	int fd, rc, n;

	n = snprintf(temp, sizeof(temp), "%s.XXXXXX", c->file);
	if (n < 0 || (size_t)n >= sizeof(temp)) {
		snprintf(why, size, "%s: too long", c->file);
		return -1;
	}
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd == -1) {
		snprintf(why, size, "%s: %s", c->file, strerror(errno));
		return -1;
	}
	rc = copy(c, fd, temp, &what);
	if (rc != 0)
		snprintf(why, size, "%s: %s", what, mdb_strerror(rc));
	else if (fstat(fd, &st) == 0)
		*bytes = (uint64_t)st.st_size;
	close(fd);
	unlink(temp);
	return rc == 0 ? 0 : -1;
}
