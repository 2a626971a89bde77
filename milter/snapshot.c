/*
 * A copy of a file in memory.
 */

#include <sys/mman.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/filelock.h"

#include "milter/snapshot.h"

#define REACH ((off_t)1 << 30)	/* what a map of LMDB spans, as we make it */

static int
put(int to, const char *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(to, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* 0, or -1 with errno. */
static int
copy(int from, int to)
{
	char piece[65536];
	ssize_t n;

	for (;;) {
		n = read(from, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		if (put(to, piece, (size_t)n) != 0)
			return -1;
	}
}

static int
take(int from, int to, struct stat *st)
{
	int rc = filelock_take(from, FILELOCK_SHARED);

	if (rc != 0) {
		errno = rc;
		return -1;
	}
	if (fstat(from, st) != 0 || copy(from, to) != 0)
		return -1;
	if (st->st_size < REACH && ftruncate(to, REACH) != 0)
		return -1;
	return 0;
}

int
snapshot_take(const char *file, struct stat *st, char path[SNAPSHOT_PATH_MAX],
    char *why, size_t size)
{
	int from = open(file, O_RDONLY | O_CLOEXEC), to = -1, rc = -1;

	if (from >= 0)
		to = memfd_create("table", MFD_CLOEXEC);
	if (to >= 0)
		rc = take(from, to, st);
	if (rc != 0) {
		snprintf(why, size, "%s: %s", file, strerror(errno));
		if (to >= 0)
			close(to);
		to = -1;
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		snprintf(path, SNAPSHOT_PATH_MAX, "/proc/self/fd/%d", to);
	return to;
}
