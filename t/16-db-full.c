/*
 * A disk that is full: what was committed stays, what was not is not there,
 * and when there is room again the same handle goes on.  Once with a limit on
 * the size of files, once on a small disk of our own.
 */

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/db.h"
#include "t/tap.h"

#define MOST	500

static char why[512], disk[512], filler[600];

static enum db_result
put(struct db *db, int number)
{
	char big[3000], key[16];
	struct db_txn *t;
	enum db_result r;

	memset(big, number, sizeof(big));
	snprintf(key, sizeof(key), "%06d", number);
	r = db_begin(db, &t, 1);
	if (r != DB_OK)
		return r;
	r = db_put(t, 0, key, strlen(key), big, sizeof(big));
	if (r == DB_OK)
		return db_commit(t);
	db_abort(t);
	return r;
}

/* How many entries there are, in order and whole; -1 when not so. */
static int
count(struct db *db)
{
	struct db_value k, v;
	struct db_cursor *c;
	struct db_txn *t;
	enum db_result r;
	char key[16];
	int n = 0;

	if (db_begin(db, &t, 0) != DB_OK)
		return -1;
	r = db_seek(t, 0, NULL, 0, &c, &k, &v);
	while (r == DB_OK) {
		snprintf(key, sizeof(key), "%06d", n);
		if (memcmp(key, k.data, k.len) != 0 || v.len != 3000 ||
		    ((const unsigned char *)v.data)[2999] != (n & 0xff)) {
			n = -1;
			break;
		}
		n++;
		r = db_next(c, &k, &v);
	}
	db_cursor_free(c);
	db_abort(t);
	return n;
}

/* `more` makes room, or NULL where a reader in the way is tested. */
static void
fill(const char *path, void (*more)(void))
{
	struct db_txn *reader;
	enum db_result r = DB_OK;
	struct db *db;
	int n, i;

	db = db_open(path, DB_WRITE_DIR, NULL, 0, why, sizeof(why));
	if (!ok(db != NULL, "a store (%s)", why))
		return;
	for (n = 0; n < MOST && (r = put(db, n)) == DB_OK; n++)
		;
	is_int(r, DB_FULL, "full after %d: %s", n, db_error(db));
	ok(n > 5, "some were taken");
	is_int(count(db), n, "these are there");
	for (i = 0; i < 5; i++)
		is_int(put(db, n), DB_FULL, "full still");
	is_int(count(db), n, "and there are no more");
	more();
	is_int(put(db, n), DB_OK, "there is room: the same handle goes on");
	is_int(put(db, n + 1), DB_OK, "and on");
	is_int(count(db), n + 2, "both are there");
	is_int(db_begin(db, &reader, 0), DB_OK, "a reader is no hindrance");
	is_int(put(db, n + 2), DB_OK, "where nothing has failed");
	db_abort(reader);
	db_close(db);

	db = db_open(path, DB_WRITE_DIR, NULL, 0, why, sizeof(why));
	ok(db != NULL && count(db) == n + 3, "all are there after a restart");
	db_close(db);
}

/* The descriptor by which LMDB writes its heads: data.mdb, with O_DSYNC. */
static int
head_fd(void)
{
	char link[64], path[600];
	int fd, flags;
	ssize_t n;

	for (fd = 3; fd < 64; fd++) {
		flags = fcntl(fd, F_GETFL);
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		if (flags == -1 || (flags & O_DSYNC) == 0 || n < 9)
			continue;
		path[n] = '\0';
		if (strcmp(path + n - 9, "/data.mdb") == 0)
			return fd;
	}
	return -1;
}

/* All pages are written but the head, which says that they count. */
static void
test_head(const char *path)
{
	struct db *db = db_open(path, DB_WRITE_DIR, NULL, 0, why,
	    sizeof(why));
	int fd, full, n = 0;

	while (db != NULL && n < 3 && put(db, n) == DB_OK)
		n++;
	fd = head_fd();
	full = open("/dev/full", O_RDWR | O_CLOEXEC);
	if (!ok(n == 3 && fd != -1 && dup3(full, fd, O_CLOEXEC) == fd,
	    "a head that cannot be written (%s)", why))
		return;
	close(full);
	is_int(put(db, 3), DB_BROKEN, "nobody knows, and we do not say "
	    "that nothing was written: %s", db_error(db));
	n = count(db);
	ok(n == 3 || n == 4, "opened anew, it is one of the two: %d", n);
	is_int(put(db, n), DB_OK, "and goes on");
	is_int(count(db), n + 1, "in order");
	db_close(db);
}

static void
limit(rlim_t max)
{
	struct rlimit rl;

	getrlimit(RLIMIT_FSIZE, &rl);
	rl.rlim_cur = max;
	setrlimit(RLIMIT_FSIZE, &rl);
}

static void
lift_limit(void)
{
	struct rlimit rl;

	getrlimit(RLIMIT_FSIZE, &rl);
	limit(rl.rlim_max);
}

static void
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		tap_note("%s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
}

/* A disk of 512 kB that only this process sees. */
static int
mount_disk(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	snprintf(disk, sizeof(disk), "%s/disk", tap_dir());
	snprintf(filler, sizeof(filler), "%s/filler", disk);
	mkdir(disk, 0700);
	if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return -1;
	if (uid != 0) {
		write_text("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
		write_text("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
		write_text("/proc/self/gid_map", map);
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return -1;
	return mount("calloffer-test", disk, "tmpfs", 0, "size=512k");
}

/* Writes until the disk takes no more. */
static void
fill_disk(void)
{
	char block[4096] = { 1 };
	int fd = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0600);
	ssize_t n;

	while ((n = write(fd, block, sizeof(block))) > 0)
		;
	close(fd);
}

static void
make_room(void)
{
	unlink(filler);
}

static void
test_disk(void)
{
	char path[600];
	struct db *db;
	int fd;

	if (!ok(mount_disk() == 0, "a small disk (%s)", strerror(errno)))
		return;
	fill_disk();
	snprintf(path, sizeof(path), "%s/late", disk);
	ok(db_open(path, DB_WRITE_DIR, NULL, 0, why, sizeof(why)) == NULL,
	    "a full disk is told at the start: %s", why);
	make_room();
	fd = open(filler, O_WRONLY | O_CREAT, 0600);
	ok(posix_fallocate(fd, 0, 300000) == 0, "a part of it is taken");
	close(fd);
	snprintf(path, sizeof(path), "%s/store", disk);
	fill(path, make_room);

	/* Closed when full, and opened again while it is still full. */
	fill_disk();
	db = db_open(path, DB_WRITE_DIR, NULL, 0, why, sizeof(why));
	ok(db != NULL && count(db) > 5, "a full disk can be read (%s)", why);
	if (db != NULL)
		is_int(put(db, MOST), DB_FULL, "but not written");
	make_room();
	ok(db != NULL && put(db, MOST) == DB_OK, "until there is room");
	db_close(db);
	umount2(disk, MNT_DETACH);
}

int
main(void)
{
	char path[600];

	signal(SIGXFSZ, SIG_IGN);
	snprintf(path, sizeof(path), "%s/limited", tap_dir());
	test_head(path);
	snprintf(path, sizeof(path), "%s/small", tap_dir());
	limit(200000);
	fill(path, lift_limit);
	test_disk();
	return tap_done();
}
