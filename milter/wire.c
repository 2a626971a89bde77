/*
 * Buffers between libmilter and its sockets.
 *
 * The calls that are stood in for must not be made here, nor anything that
 * makes them: each is replaced by a sibling of it.
 */

#include <sys/syscall.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "milter/wire.h"

#define WIRES_MAX	65536		/* descriptors above have no buffers */
#define WIRE_SIZE	8192		/* two writes of Postfix */

struct wire {
	size_t		at, n_in;
	size_t		n_out;
	unsigned char	in[WIRE_SIZE];
	unsigned char	out[WIRE_SIZE];
};

/* By descriptor.  A closed one may come back at once, in another thread. */
static struct wire *_Atomic wires[WIRES_MAX];

static struct wire *
wire_of(int fd)
{
	return fd >= 0 && fd < WIRES_MAX ? atomic_load(&wires[fd]) : NULL;
}

int
wire_accept(int fd, struct sockaddr *sa, socklen_t *len)
{
	int new = accept4(fd, sa, len, SOCK_CLOEXEC);
	struct wire *w;

	if (new < 0 || new >= WIRES_MAX)
		return new;
	w = malloc(sizeof(*w));
	if (w != NULL)
		w->at = w->n_in = w->n_out = 0;
	atomic_store(&wires[new], w);	/* none: all is as without */
	return new;
}

/* Takes what is there.  Ends and errors are left for who reads. */
static void
fill(struct wire *w, int fd)
{
	ssize_t n = recv(fd, w->in, sizeof(w->in), MSG_DONTWAIT);

	w->at = 0;
	w->n_in = n > 0 ? (size_t)n : 0;
}

/* 0, or -1: the peer is gone, and what was kept for it. */
static int
flush(struct wire *w, int fd)
{
	size_t done = 0;
	ssize_t n;

	while (done < w->n_out) {
		n = send(fd, w->out + done, w->n_out - done, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	n = done == w->n_out ? 0 : -1;
	w->n_out = 0;
	return (int)n;
}

/* 1 when the answer is known without the kernel. */
static int
is_ready(struct pollfd *p)
{
	struct wire *w = wire_of(p->fd);

	p->revents = 0;
	if (w == NULL)
		return 0;
	if (p->events == POLLOUT) {
		/* A short answer is kept; a long one waits while it is sent. */
		p->revents = POLLOUT;
		return 1;
	}
	if (w->n_out > 0)
		(void)flush(w, p->fd);	/* who reads sees that it is gone */
	if (w->at == w->n_in)
		fill(w, p->fd);
	if (w->at == w->n_in)
		return 0;
	p->revents = POLLIN;
	return 1;
}

int
wire_poll(struct pollfd *p, nfds_t n, int timeout_ms)
{
	const struct timespec timeout = { timeout_ms / 1000,
	    timeout_ms % 1000 * 1000000L };

	nfds_t i;
	int n_ready = 0;

	for (i = 0; i < n; i++)
		n_ready += is_ready(&p[i]);
	if (n_ready > 0)
		return n_ready;
	return ppoll(p, n, timeout_ms >= 0 ? &timeout : NULL, NULL);
}

ssize_t
wire_read(int fd, void *p, size_t len)
{
	const struct iovec whole = { p, len };
	struct wire *w = wire_of(fd);

	/* A long packet goes where it belongs at once. */
	if (w == NULL || w->at == w->n_in)
		return readv(fd, &whole, 1);
	if (len > w->n_in - w->at)
		len = w->n_in - w->at;
	memcpy(p, w->in + w->at, len);
	w->at += len;
	return (ssize_t)len;
}

ssize_t
wire_writev(int fd, const struct iovec *iov, int n)
{
	struct wire *w = wire_of(fd);
	size_t len = 0;
	int i;

	if (w == NULL)
		return pwritev2(fd, iov, n, -1, 0);
	for (i = 0; i < n; i++)
		len += iov[i].iov_len;
	if (len > sizeof(w->out) - w->n_out && flush(w, fd) != 0)
		return -1;
	if (len > sizeof(w->out))
		return pwritev2(fd, iov, n, -1, 0);
	for (i = 0; i < n; i++) {
		memcpy(w->out + w->n_out, iov[i].iov_base, iov[i].iov_len);
		w->n_out += iov[i].iov_len;
	}
	return (ssize_t)len;
}

int
wire_close(int fd)
{
	struct wire *w = fd >= 0 && fd < WIRES_MAX ?
	    atomic_exchange(&wires[fd], NULL) : NULL;

	if (w != NULL && w->n_out > 0)
		(void)flush(w, fd);
	free(w);
	return (int)syscall(SYS_close, fd);
}
