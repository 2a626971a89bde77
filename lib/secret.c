/*
 * Guarded memory for keys and passwords: libsodium's allocator puts it at the
 * end of a page, with guard pages around it and a canary before it.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/secret.h"

struct secret {
	unsigned char	*bytes;		/* sodium_malloc(), read-only */
	size_t		 len;
};

int
secret_init(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

/*
 * The memory is locked and kept out of core dumps by sodium_malloc(), which
 * does not mind when RLIMIT_MEMLOCK forbids the lock: a key that may be
 * swapped out is a smaller evil than a telephone that does not ring.
 */
static struct secret *
secret_new(size_t len)
{
	struct secret *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->len = len;
	s->bytes = sodium_malloc(len > 0 ? len : 1);
	if (s->bytes == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

static void
seal_memory(struct secret *s)
{
	/* Where the system cannot, it stays writable: no reason to fail. */
	(void)sodium_mprotect_readonly(s->bytes);
}

struct secret *
secret_take(void *p, size_t len)
{
	struct secret *s = secret_new(len);

	if (s != NULL && len > 0) {
		memcpy(s->bytes, p, len);
		seal_memory(s);
	}
	if (len > 0)
		sodium_memzero(p, len);
	return s;
}

void
secret_free(struct secret *s)
{
	if (s == NULL)
		return;
	sodium_free(s->bytes);		/* wipes */
	free(s);
}

const unsigned char *
secret_bytes(const struct secret *s)
{
	return s->bytes;
}

size_t
secret_len(const struct secret *s)
{
	return s->len;
}

/* What is wrong with a file as the place of a secret; NULL: nothing. */
static const char *
complaint(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "belongs neither to root nor to the user who reads it: "
		    "chown it";
	if ((st->st_mode & 077) != 0)
		return "can be read or written by others: chmod 600 it";
	if (st->st_size == 0)
		return "is empty";
	if (st->st_size > SECRET_MAX)
		return "is too long for a key or password";
	return NULL;
}

/* Reads until the end; the length, or -1 with errno. */
static ssize_t
read_all(int fd, unsigned char *dst, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, dst + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* From file to guarded memory without a copy elsewhere. */
static struct secret *
read_secret(int fd, const char **what)
{
	struct secret *whole = secret_new(SECRET_MAX + 1), *s = NULL;
	ssize_t n;

	if (whole == NULL) {
		*what = "does not fit into memory";
		return NULL;
	}
	n = read_all(fd, whole->bytes, whole->len);
	if (n > 0 && n <= SECRET_MAX && whole->bytes[n - 1] == '\n')
		n--;
	if (n < 0)
		*what = "cannot be read";
	else if (n == 0)
		*what = "is empty";
	else if (n > SECRET_MAX)
		*what = "is too long for a key or password";
	else if ((s = secret_take(whole->bytes, (size_t)n)) == NULL)
		*what = "does not fit into memory";
	secret_free(whole);
	return s;
}

struct secret *
secret_read(const char *path, char *why, size_t size)
{
	struct secret *s = NULL;
	const char *what = NULL, *between = " ";
	struct stat st;
	int fd;

	/* O_NONBLOCK: a FIFO in its place must not hang the start. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0) {
		what = strerror(errno);
		between = ": ";
	} else if ((what = complaint(&st)) == NULL)
		s = read_secret(fd, &what);
	if (s == NULL)
		snprintf(why, size, "%s%s%s", path, between, what);
	if (fd >= 0)
		close(fd);
	return s;
}
