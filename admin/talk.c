/*
 * A blocking conversation with the bridge: one question, its answers, a
 * deadline on every wait.
 */

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/frame.h"
#include "lib/sock.h"

#include "admin/talk.h"

#define READ_AT_ONCE 16384

struct talk {
	int		 fd;
	uint32_t	 id;		/* of the last question */
	struct buf	 in;
	size_t		 used;		/* of `in`: frames already handed out */
};

/* Waits until the socket is ready for `events`.  0, or -1 and a sentence. */
static int
wait_for(const struct talk *t, short events, int64_t deadline_ms, char *why,
    size_t size)
{
	struct pollfd pfd = { .fd = t->fd, .events = events };
	int64_t left;
	int n;

	for (;;) {
		left = deadline_ms - clock_mono_ms();
		if (left <= 0)
			break;
		n = poll(&pfd, 1, (int)left);
		if (n > 0)
			return 0;
		if (n == -1 && errno != EINTR) {
			snprintf(why, size, "poll: %s", strerror(errno));
			return -1;
		}
	}
	snprintf(why, size, "the bridge did not answer within %d s",
	    TALK_WAIT_MS / 1000);
	return -1;
}

/* Why a bridge cannot be reached, and what to do about it. */
static void
explain(const char *address, int error, char *why, size_t size)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		snprintf(why, size, "no bridge answers at %s: is it running? "
		    "(systemctl status calloffer-bridge)", address);
		break;
	case EACCES:
	case EPERM:
		snprintf(why, size, "%s is not open to you: become root",
		    address);
		break;
	default:
		snprintf(why, size, "%s: %s", address, strerror(error));
		break;
	}
}

struct talk *
talk_open(const char *address, char *why, size_t size)
{
	struct talk *t = calloc(1, sizeof(*t));
	int error;

	if (t == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	buf_init(&t->in, 4 + FRAME_MAX + READ_AT_ONCE);
	errno = 0;
	t->fd = sock_dial(address, why, size);
	if (t->fd == -1) {
		if (errno != 0)
			explain(address, errno, why, size);
		goto bad;
	}
	if (wait_for(t, POLLOUT, clock_mono_ms() + TALK_WAIT_MS, why,
	    size) == -1)
		goto bad;
	error = sock_dial_result(t->fd);
	if (error != 0) {
		explain(address, error, why, size);
		goto bad;
	}
	return t;
bad:
	talk_close(t);
	return NULL;
}

void
talk_close(struct talk *t)
{
	if (t == NULL)
		return;
	if (t->fd != -1)
		close(t->fd);
	buf_free(&t->in);
	free(t);
}

int
talk_ask(struct talk *t, uint8_t verb, const struct buf *body, char *why,
    size_t size)
{
	int64_t deadline = clock_mono_ms() + TALK_WAIT_MS;
	struct buf out;
	size_t sent = 0;
	ssize_t n;
	int rv = -1;

	buf_init(&out, 4 + FRAME_MAX);
	frame_put(&out, ++t->id, verb, body == NULL ? NULL : body->data,
	    body == NULL ? 0 : body->len);
	if (!buf_ok(&out)) {
		snprintf(why, size, "the question is too long");
		goto out;
	}
	while (sent < out.len) {
		n = send(t->fd, out.data + sent, out.len - sent, MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
		else if (errno == EAGAIN || errno == EINTR) {
			if (wait_for(t, POLLOUT, deadline, why, size) == -1)
				goto out;
		} else {
			snprintf(why, size, "the bridge: %s", strerror(errno));
			goto out;
		}
	}
	rv = 0;
out:
	buf_free(&out);
	return rv;
}

/* Reads what has come.  0, or -1: the conversation is over. */
static int
fill(struct talk *t, char *why, size_t size)
{
	unsigned char *room = buf_room(&t->in, READ_AT_ONCE);
	ssize_t n;

	if (room == NULL) {
		snprintf(why, size, "the bridge's answer is too long");
		return -1;
	}
	n = recv(t->fd, room, READ_AT_ONCE, 0);
	if (n > 0) {
		buf_grown(&t->in, (size_t)n);
		return 0;
	}
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == 0)
		snprintf(why, size, "the bridge ended the conversation: it is "
		    "stopping, or you may not ask this (see its log)");
	else
		snprintf(why, size, "the bridge: %s", strerror(errno));
	return -1;
}

int
talk_hear(struct talk *t, struct frame *frame, char *why, size_t size)
{
	int64_t deadline = clock_mono_ms() + TALK_WAIT_MS;
	size_t used;

	for (;;) {
		buf_drain(&t->in, t->used);
		t->used = 0;
		switch (frame_next(frame, t->in.data, t->in.len, &used)) {
		case FRAME_WHOLE:
			t->used = used;
			if (frame->id == t->id)
				return 0;
			continue;	/* of an earlier question */
		case FRAME_BAD:
			snprintf(why, size, "what answers does not speak as "
			    "a bridge does");
			return -1;
		case FRAME_MORE:
			break;
		}
		if (wait_for(t, POLLIN, deadline, why, size) == -1 ||
		    fill(t, why, size) == -1)
			return -1;
	}
}
