/*
 * The door to LMDB: tables and cursors, readers beside a writer of another
 * process, a replaced file, a file of Postfix's postmap.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"
#include "lib/filelock.h"
#include "t/tap.h"

static char why[512];

static void
write_file(const char *name, const char *text)
{
	FILE *f = fopen(tap_path(name), "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		tap_note("cannot write %s", name);
}

/* One key and its value, in one transaction. */
static enum db_result
put(struct db *db, const char *key, const char *value)
{
	struct db_txn *t;
	enum db_result r;

	r = db_begin(db, &t, 1);
	if (r != DB_OK)
		return r;
	r = db_put(t, 0, key, strlen(key), value, strlen(value));
	if (r == DB_OK)
		return db_commit(t);
	db_abort(t);
	return r;
}

/* The value as a string, or "" and the result. */
static enum db_result
get(struct db *db, const char *key, char *dst, size_t size)
{
	struct db_value v;
	struct db_txn *t;
	enum db_result r;

	dst[0] = '\0';
	r = db_begin(db, &t, 0);
	if (r != DB_OK)
		return r;
	r = db_get(t, 0, key, strlen(key), &v);
	if (r == DB_OK)
		snprintf(dst, size, "%.*s", (int)v.len, (const char *)v.data);
	db_abort(t);
	return r;
}

static void
test_refused(void)
{
	struct db *db;

	ok(db_open(tap_path("none"), DB_READ, NULL, 0, why, sizeof(why)) ==
	    NULL, "a file that is not there: %s", why);
	write_file("text", "alice@example.com to=+442079460123\n");
	ok(db_open(tap_path("text"), DB_READ, NULL, 0, why, sizeof(why)) ==
	    NULL, "a file of text: %s", why);
	ok(strstr(why, "text: not an LMDB file") != NULL, "says so");
	ok(db_open(tap_path("no/such"), DB_WRITE_DIR, NULL, 0, why,
	    sizeof(why)) == NULL, "a folder in none: %s", why);
	ok(db_open(tap_path("text"), DB_WRITE_DIR, NULL, 0, why, sizeof(why))
	    == NULL, "a file for a folder: %s", why);
	db = db_open(tap_path("one"), DB_WRITE_DIR, NULL, 0, why, sizeof(why));
	ok(db != NULL, "a folder is made (%s)", why);
	ok(db_open(tap_path("one"), DB_WRITE_DIR, NULL, 0, why, sizeof(why))
	    == NULL, "not twice: %s", why);
	db_close(db);
	db = db_open(tap_path("one"), DB_WRITE_DIR, NULL, 0, why, sizeof(why));
	ok(db != NULL, "after it was closed, again (%s)", why);
	db_close(db);
	db_close(NULL);
}

static void
test_tables(void)
{
	static const char *const names[] = { "calls", "uses", NULL };
	char long_key[600];
	struct db_txn *t, *second;
	struct db_value v;
	struct db *db;

	db = db_open(tap_path("two"), DB_WRITE_DIR, names, 0, why, sizeof(why));
	if (!ok(db != NULL, "two tables (%s)", why))
		return;
	is_int(db_begin(db, &t, 1), DB_OK, "a transaction");
	is_int(db_begin(db, &second, 1), DB_BROKEN, "no second writer");
	ok(second == NULL, "none given");
	is_int(db_get(t, 0, "k", 1, &v), DB_NOT_FOUND, "an empty table");
	is_int(db_put(t, 0, "k", 1, "calls", 5), DB_OK, "put into one");
	is_int(db_put(t, 1, "k", 1, "uses", 4), DB_OK, "and the other");
	is_int(db_put(t, 2, "k", 1, "none", 4), DB_BROKEN, "no third");
	is_int(db_put(t, -1, "k", 1, "none", 4), DB_BROKEN, "nor before");
	is_int(db_get(t, 0, "k", 1, &v), DB_OK, "seen at once");
	is_mem(v.data, "calls", 5, "its value");
	is_int(db_begin(db, &second, 0), DB_OK, "a reader beside");
	is_int(db_get(second, 0, "k", 1, &v), DB_NOT_FOUND, "sees nothing");
	is_int(db_commit(t), DB_OK, "committed");
	is_int(db_get(second, 0, "k", 1, &v), DB_NOT_FOUND, "still nothing");
	db_abort(second);
	is_int(db_begin(db, &t, 0), DB_OK, "another reader");
	is_int(db_get(t, 1, "k", 1, &v), DB_OK, "sees it");
	is_mem(v.data, "uses", 4, "its value");
	memset(long_key, 'k', sizeof(long_key));
	is_int(db_get(t, 1, long_key, sizeof(long_key), &v), DB_NOT_FOUND,
	    "a key that is too long is not there");
	is_int(db_get(t, 1, "", 0, &v), DB_NOT_FOUND, "nor an empty one");
	is_int(db_commit(t), DB_OK, "read to the end");
	is_int(db_begin(db, &t, 1), DB_OK, "to be given up");
	is_int(db_del(t, 0, "k", 1), DB_OK, "deleted");
	is_int(db_del(t, 0, "k", 1), DB_NOT_FOUND, "not twice");
	is_int(db_put(t, 0, long_key, sizeof(long_key), "", 0), DB_BROKEN,
	    "too long a key is not taken: %s", db_error(db));
	db_abort(t);
	db_abort(NULL);
	is_str(get(db, "k", why, sizeof(why)) == DB_OK ? why : "-", "calls",
	    "nothing of it remains");
	db_close(db);
}

static void
test_cursors(void)
{
	static const char *const keys[] = { "a", "ab", "b", "d" };
	struct db_value k, v;
	struct db_cursor *c;
	struct db_txn *t;
	struct db *db;
	int i;

	db = db_open(tap_path("three"), DB_WRITE_DIR, NULL, 0, why,
	    sizeof(why));
	if (!ok(db != NULL, "unnamed table (%s)", why))
		return;
	is_int(db_begin(db, &t, 0), DB_OK, "empty");
	is_int(db_seek(t, 0, NULL, 0, &c, &k, &v), DB_NOT_FOUND, "no first");
	ok(c == NULL, "no cursor");
	is_int(db_last(t, 0, &c, &k, &v), DB_NOT_FOUND, "no last");
	is_int(db_last(t, 7, &c, &k, &v), DB_BROKEN, "no such table");
	db_abort(t);
	for (i = 3; i >= 0; i--)
		is_int(put(db, keys[i], "v"), DB_OK, "put %s", keys[i]);
	is_int(db_begin(db, &t, 0), DB_OK, "four");
	is_int(db_seek(t, 0, NULL, 0, &c, &k, &v), DB_OK, "first");
	for (i = 0; i < 4; i++) {
		is_mem(k.data, keys[i], k.len, "in order: %s", keys[i]);
		is_int(db_next(c, &k, &v), i < 3 ? DB_OK : DB_NOT_FOUND,
		    "next");
	}
	db_cursor_free(c);
	is_int(db_seek(t, 0, "c", 1, &c, &k, &v), DB_OK, "from c");
	is_mem(k.data, "d", 1, "is d");
	is_int(db_prev(c, &k, &v), DB_OK, "one back");
	is_mem(k.data, "b", 1, "is b");
	db_cursor_free(c);
	is_int(db_seek(t, 0, "e", 1, &c, &k, &v), DB_NOT_FOUND, "none from e");
	is_int(db_last(t, 0, &c, &k, &v), DB_OK, "last");
	is_mem(k.data, "d", 1, "is d");
	db_cursor_free(c);
	db_cursor_free(NULL);
	db_abort(t);
	db_close(db);
}

static void
test_usage(void)
{
	char big[100000] = { 0 };
	size_t before, after, cleared, max;
	struct db_txn *t;
	struct db *db;

	db = db_open(tap_path("four"), DB_WRITE_DIR, NULL, 1 << 20, why,
	    sizeof(why));
	if (!ok(db != NULL, "a map of one mebibyte (%s)", why))
		return;
	is_int(db_usage(db, &before, &max), 0, "usage");
	is_int(max, 1 << 20, "its ceiling");
	is_int(db_begin(db, &t, 1), DB_OK, "100 kB");
	is_int(db_put(t, 0, "big", 3, big, sizeof(big)), DB_OK, "put");
	is_int(db_commit(t), DB_OK, "committed");
	is_int(db_usage(db, &after, &max), 0, "usage");
	ok(after >= before + sizeof(big), "it has grown: %zu", after);
	is_int(db_begin(db, &t, 1), DB_OK, "and away");
	is_int(db_del(t, 0, "big", 3), DB_OK, "deleted");
	is_int(db_commit(t), DB_OK, "committed");
	is_int(put(db, "small", "v"), DB_OK, "pages come back with the next");
	is_int(db_usage(db, &cleared, &max), 0, "usage");
	ok(cleared < after - sizeof(big) / 2, "it has shrunk: %zu", cleared);
	db_close(db);
}

/* The map is full: nothing is written, what was there stays, and as soon as
 * something is deleted there is room. */
static void
test_map_full(void)
{
	char big[8000] = { 0 }, key[8];
	struct db_txn *t;
	struct db *db;
	enum db_result r = DB_OK;
	int i;

	db = db_open(tap_path("five"), DB_WRITE_DIR, NULL, 1 << 17, why,
	    sizeof(why));
	if (!ok(db != NULL, "a small map (%s)", why))
		return;
	is_int(put(db, "first", "kept"), DB_OK, "one entry");
	for (i = 0; i < 100 && r == DB_OK; i++) {
		if (db_begin(db, &t, 1) != DB_OK)
			break;
		snprintf(key, sizeof(key), "%d", i);
		r = db_put(t, 0, key, strlen(key), big, sizeof(big));
		if (r == DB_OK)
			r = db_commit(t);
		else
			db_abort(t);
	}
	is_int(r, DB_FULL, "full after %d: %s", i, db_error(db));
	is_int(get(db, "first", why, sizeof(why)), DB_OK, "the first");
	is_str(why, "kept", "is there still");
	snprintf(key, sizeof(key), "%d", i - 1);
	is_int(get(db, key, why, sizeof(why)), DB_NOT_FOUND,
	    "the last is not");
	is_int(db_begin(db, &t, 1), DB_OK, "another transaction");
	is_int(db_del(t, 0, "1", 1), DB_OK, "makes room");
	is_int(db_del(t, 0, "2", 1), DB_OK, "makes more");
	is_int(db_commit(t), DB_OK, "committed");
	is_int(put(db, "second", "new"), DB_OK, "and there is room");
	db_close(db);
}

/* Entries into a file: `n` of `size` bytes. */
static int
write_entries(const char *path, int n, size_t size)
{
	char *big = calloc(1, size), key[16];
	enum db_result r = DB_OK;
	struct db_txn *t;
	struct db *db;

	db = db_open(path, DB_WRITE_FILE, NULL, 64 << 20, why, sizeof(why));
	if (db == NULL || db_begin(db, &t, 1) != DB_OK)
		return -1;
	while (n-- > 0 && r == DB_OK) {
		snprintf(key, sizeof(key), "k%d", n);
		r = db_put(t, 0, key, strlen(key), big, size);
	}
	if (db_commit(t) != DB_OK)
		r = DB_BROKEN;
	db_close(db);
	free(big);
	return r == DB_OK ? 0 : -1;
}

static void
child_writes(const char *path, int n, size_t size)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(write_entries(path, n, size) != 0);
	waitpid(pid, &status, 0);
	is_int(status, 0, "another process writes");
}

static void
test_file(void)
{
	struct db *read, *write, *again;
	struct stat st;

	write = db_open(tap_path("t"), DB_WRITE_FILE, NULL, 1 << 20, why,
	    sizeof(why));
	if (!ok(write != NULL, "a table of one file (%s)", why))
		return;
	is_int(put(write, "a", "1"), DB_OK, "an entry");
	db_close(write);
	ok(stat(tap_path("t-lock"), &st) != 0, "no lock file beside it");
	ok(stat(tap_path("t"), &st) == 0, "the file");
	is_int(st.st_mode & 0777, 0644, "that all may read");
	read = db_open(tap_path("t"), DB_READ, NULL, 0, why, sizeof(why));
	if (!ok(read != NULL, "opened to read (%s)", why))
		return;
	is_int(put(read, "a", "2"), DB_BROKEN, "only to read");
	is_int(get(read, "a", why, sizeof(why)), DB_OK, "read");
	is_str(why, "1", "its value");

	/* In place, and beyond the map that we know. */
	child_writes(tap_path("t"), 100, 30000);
	is_int(get(read, "k99", why, sizeof(why)), DB_OK,
	    "a reader follows a map that has grown");

	write = db_open(tap_path("new"), DB_WRITE_FILE, NULL, 0, why,
	    sizeof(why));
	ok(write != NULL && put(write, "a", "3") == DB_OK, "a new table");
	db_close(write);
	is_int(rename(tap_path("new"), tap_path("t")), 0, "takes its place");
	is_int(get(read, "a", why, sizeof(why)), DB_OK, "the old one");
	is_str(why, "1", "serves on");
	again = db_open(tap_path("t"), DB_READ, NULL, 0, why, sizeof(why));
	ok(again != NULL && get(again, "a", why, sizeof(why)) == DB_OK,
	    "opened anew");
	is_str(why, "3", "the new one");
	db_close(again);
	db_close(read);
}

/* 1 when the file could be locked for oneself, as a writer does. */
static int
is_free(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), rc;

	if (fd == -1)
		return -1;
	rc = filelock_try(fd, FILELOCK_EXCLUSIVE);
	close(fd);
	return rc == 0;
}

static void
test_lock(void)
{
	struct db_txn *one, *two;
	struct db_value v;
	struct db *db;
	int fd;

	child_writes(tap_path("locked"), 1, 10);
	db = db_open(tap_path("locked"), DB_READ, NULL, 0, why, sizeof(why));
	if (!ok(db != NULL, "opened to read (%s)", why))
		return;
	is_int(is_free(tap_path("locked")), 1, "free while nobody reads");
	is_int(db_begin(db, &one, 0), DB_OK, "a reader");
	is_int(is_free(tap_path("locked")), 0, "holds the lock");
	is_int(db_begin(db, &two, 0), DB_OK, "a second");
	db_abort(one);
	is_int(is_free(tap_path("locked")), 0, "still held by it");
	is_int(db_get(two, 0, "k0", 2, &v), DB_OK, "reads");
	is_int(db_commit(two), DB_OK, "done");
	is_int(is_free(tap_path("locked")), 1, "free again");
	fd = open(tap_path("locked"), O_RDWR | O_CLOEXEC);
	is_int(filelock_take(fd, FILELOCK_EXCLUSIVE), 0, "a writer's lock");
	is_int(db_begin(db, &one, 0), DB_BROKEN, "a reader waits, and says: "
	    "%s", db_error(db));
	filelock_release(fd);
	is_int(db_begin(db, &one, 0), DB_OK, "until it is gone");
	db_abort(one);
	close(fd);
	db_close(db);
}

#define THREADS 4

static atomic_int is_over;

static void *
read_on(void *arg)
{
	struct db *db = arg;
	static _Thread_local char text[64];
	intptr_t bad = 0;

	while (!is_over)
		bad += get(db, "a", text, sizeof(text)) != DB_OK ||
		    strlen(text) != 3;
	return (void *)bad;
}

/* Readers in threads while another process rewrites in place and grows it. */
static void
test_threads(void)
{
	pthread_t threads[THREADS];
	struct db *db, *write;
	int i, status = -1;
	void *bad;
	pid_t pid;

	write = db_open(tap_path("shared"), DB_WRITE_FILE, NULL, 1 << 20, why,
	    sizeof(why));
	ok(write != NULL && put(write, "a", "all") == DB_OK, "a table");
	db_close(write);
	db = db_open(tap_path("shared"), DB_READ, NULL, 0, why, sizeof(why));
	if (!ok(db != NULL, "opened to read (%s)", why))
		return;
	pid = fork();		/* before there are threads */
	if (pid == 0) {
		for (i = 1; i < 20; i++)
			if (write_entries(tap_path("shared"), 10 * i, 20000))
				_exit(1);
		_exit(0);
	}
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, read_on, db);
	waitpid(pid, &status, 0);
	is_int(status, 0, "another process writes");
	is_over = 1;
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &bad);
		is_int((intptr_t)bad, 0, "thread %d read it each time", i);
	}
	db_close(db);
}

static pid_t
start_postmap(void)
{
	char target[600];
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(target, sizeof(target), "lmdb:%s",
		    tap_path("offerors"));
		execl("/usr/sbin/postmap", "postmap", "-c", tap_path("pf"),
		    target, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* What Postfix writes, and that its lock and ours know of each other. */
static void
test_postmap(void)
{
	char text[64];
	struct db_txn *t;
	struct db_value v;
	struct db *db;
	int status = -1, i;
	pid_t pid;

	mkdir(tap_path("pf"), 0755);
	write_file("pf/main.cf", "compatibility_level = 3.6\n");
	write_file("offerors", "Alice@Example.com to=+442079460123\n");
	waitpid(start_postmap(), &status, 0);
	is_int(status, 0, "postmap makes a table");
	db = db_open(tap_path("offerors.lmdb"), DB_READ, NULL, 0, why,
	    sizeof(why));
	if (!ok(db != NULL, "which is opened (%s)", why))
		return;
	is_int(db_begin(db, &t, 0), DB_OK, "to read");
	is_int(db_get(t, 0, "alice@example.com", 18, &v), DB_OK,
	    "its key has a NUL, in lower case");
	is_mem(v.data, "to=+442079460123", 17, "and so has its value");

	write_file("offerors", "alice@example.com to=+442079460199\n");
	pid = start_postmap();
	for (i = 0; i < 30 && waitpid(pid, &status, WNOHANG) == 0; i++)
		usleep(10000);
	is_int(i, 30, "postmap waits while we read");
	db_abort(t);
	waitpid(pid, &status, 0);
	is_int(status, 0, "and goes on when we have done");
	is_int(db_begin(db, &t, 0), DB_OK, "read again");
	is_int(db_get(t, 0, "alice@example.com", 18, &v), DB_OK, "found");
	snprintf(text, sizeof(text), "%.*s", (int)v.len, (char *)v.data);
	is_str(text, "to=+442079460199", "as it is now");
	db_abort(t);
	db_close(db);
}

int
main(void)
{
	test_refused();
	test_map_full();
	test_lock();
	test_tables();
	test_cursors();
	test_usage();
	test_file();
	test_threads();
	test_postmap();
	return tap_done();
}
