/*
 * Locks on whole files.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/filelock.h"

#define TRIES	2000		/* of one millisecond */

int
filelock_try(int fd, enum filelock kind)
{
	struct flock fl = {
		.l_type = kind == FILELOCK_SHARED ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET
	};

	if (fcntl(fd, F_OFD_SETLK, &fl) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES || errno == EINTR ? EBUSY :
	    errno;
}

int
filelock_take(int fd, enum filelock kind)
{
	const struct timespec pause = { 0, 1000000 };
	int i, rc;

	for (i = 0; i < TRIES; i++) {
		rc = filelock_try(fd, kind);
		if (rc != EBUSY)
			return rc;
		nanosleep(&pause, NULL);
	}
	return ETIMEDOUT;
}

void
filelock_release(int fd)
{
	struct flock fl = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	(void)fcntl(fd, F_OFD_SETLK, &fl);
}

int
filelock_make(const char *path, long bytes)
{
	int fd, rc;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno;
	rc = posix_fallocate(fd, 0, bytes);
	close(fd);
	return rc;
}
