/*
 * A body in memory, and beyond a threshold in a nameless file.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"

#include "milter/spool.h"

void
spool_init(struct spool *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

void
spool_begin(struct spool *s, size_t max, size_t threshold, const char *dir)
{
	spool_free(s);
	buf_init(&s->head, threshold < max ? threshold : max);
	s->max = max;
	s->dir = dir;
}

void
spool_free(struct spool *s)
{
	if (s == NULL)
		return;
	buf_free(&s->head);
	free(s->window);
	if (s->fd >= 0)
		close(s->fd);
	spool_init(s);
}

/* Nothing is kept of it. */
static void
give_up(struct spool *s, enum spool_state state)
{
	spool_free(s);
	s->state = state;
}

/* O_EXCL: it can never be given a name. */
static int
make_file(const char *dir)
{
	return open(dir, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
}

int
spool_check(const char *dir, char *why, size_t size)
{
	int fd = make_file(dir);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	/* EISDIR: a kernel that knows no nameless files. */
	snprintf(why, size, "%s: no file without a name can be made there: %s",
	    dir, strerror(errno == EISDIR ? EOPNOTSUPP : errno));
	return -1;
}

/* What does not fit into memory, from `at` of the body. */
static int
put_file(struct spool *s, const unsigned char *p, size_t len)
{
	size_t at = s->len - s->head.len, done = 0;
	ssize_t n;

	if (s->fd < 0)
		s->fd = make_file(s->dir);
	while (s->fd >= 0 && done < len) {
		n = pwrite(s->fd, p + done, len - done, (off_t)(at + done));
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (s->fd >= 0 && done == len)
		return 0;
	log_warn("%s: a large message cannot be kept there: %s", s->dir,
	    strerror(errno));
	return -1;
}

void
spool_put(struct spool *s, const unsigned char *p, size_t len)
{
	size_t room = s->head.max - s->head.len;
	size_t n = len < room ? len : room;

	if (s->state != SPOOL_GOOD)
		return;
	if (len > s->max - s->len) {
		give_up(s, SPOOL_OVER);
		return;
	}
	/* A large one takes what it may have at once: nothing is moved. */
	if (s->head.len + n > SPOOL_WINDOW)
		(void)buf_room(&s->head, room);
	buf_put(&s->head, p, n);
	if (!buf_ok(&s->head)) {
		give_up(s, SPOOL_FAILED);
		return;
	}
	s->len += n;
	if (n == len)
		return;
	if (put_file(s, p + n, len - n) != 0)
		give_up(s, SPOOL_FAILED);
	else
		s->len += len - n;
}

static int
get_file(const struct spool *s, size_t at, unsigned char *dst, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(s->fd, dst + done, len - done,
		    (off_t)(at - s->head.len + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_warn("%s: a large message cannot be read again: "
			    "%s", s->dir, n < 0 ? strerror(errno) :
			    "it is cut short");
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

size_t
spool_some(struct spool *s, size_t at, size_t len, const unsigned char **p)
{
	if (at < s->head.len) {
		*p = s->head.data + at;
		return len < s->head.len - at ? len : s->head.len - at;
	}
	if (s->window == NULL)
		s->window = malloc(SPOOL_WINDOW);
	if (len > SPOOL_WINDOW)
		len = SPOOL_WINDOW;
	if (s->window == NULL || get_file(s, at, s->window, len) != 0)
		return 0;
	*p = s->window;
	return len;
}

const unsigned char *
spool_all(struct spool *s, size_t at, size_t len, struct buf *copy)
{
	unsigned char *room;
	size_t n = 0;

	if (len == 0)
		return (const unsigned char *)"";
	if (at + len <= s->head.len)
		return s->head.data + at;
	buf_init(copy, len);
	room = buf_room(copy, len);
	if (room == NULL)
		return NULL;
	if (at < s->head.len) {
		n = s->head.len - at;
		memcpy(room, s->head.data + at, n);
	}
	if (get_file(s, at + n, room + n, len - n) != 0)
		return NULL;
	buf_grown(copy, len);
	return room;
}
