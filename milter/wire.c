/*
 * Buffers between libmilter and its sockets.
 *
 * The calls that are stood in for must not be made here, nor anything that
 * makes them: each is replaced by a sibling of it.
 */

#include <sys/syscall.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"

#include "milter/wire.h"

#define WIRES_MAX	65536		/* descriptors above have no buffers */
#define WIRE_SIZE	8192		/* two writes of Postfix */
#define HEAD		5		/* bytes before a packet's content */
#define LINGER_MS	20
#define FULL_MS		50
#define STALL_MS	300000		/* in the middle of a packet */

struct wire {
	int		is_tcp;
	int		is_watched;	/* by poll(), for the next packet */
	size_t		due;		/* of a packet that is being read */
	unsigned char	head[HEAD];	/* its length, and what it is */
	size_t		size, left;	/* of its content; 0: a head is next */
	int		is_unknown;	/* no packets as libmilter reads them */
	unsigned	n_ends;		/* NULs in it */
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

static struct wire *
wire_new(int is_tcp)
{
	struct wire *w = malloc(sizeof(*w));

	if (w == NULL)
		return NULL;	/* all is as without */
	w->is_tcp = is_tcp;
	w->is_watched = 0;
	w->due = w->at = w->n_in = w->n_out = w->left = 0;
	w->is_unknown = 0;
	return w;
}

/* libmilter would try again at once, for ever. */
static void
rest(void)
{
	static const struct timespec while_full = { 0, FULL_MS * 1000000L };
	static atomic_int has_told;
	int saved = errno;

	if (saved != EMFILE && saved != ENFILE && saved != ENOBUFS &&
	    saved != ENOMEM)
		return;
	if (atomic_exchange(&has_told, 1) == 0)
		log_warn("connections wait, which cannot be taken: %s",
		    strerror(saved));
	(void)ppoll(NULL, 0, &while_full, NULL);
	errno = saved;
}

static void
set_tcp(int fd, int option)
{
	const int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, option, &on, sizeof(on));
}

int
wire_accept(int fd, struct sockaddr *sa, socklen_t *len)
{
	int new = accept4(fd, sa, len, SOCK_CLOEXEC), is_tcp;

	if (new < 0)
		rest();
	if (new < 0 || new >= WIRES_MAX)
		return new;
	is_tcp = sa != NULL && (sa->sa_family == AF_INET ||
	    sa->sa_family == AF_INET6);
	if (is_tcp)
		set_tcp(new, TCP_NODELAY);
	free(atomic_exchange(&wires[new], wire_new(is_tcp)));
	return new;
}

static int
wait_for(struct pollfd *p, nfds_t n, int timeout_ms)
{
	const struct timespec timeout = { timeout_ms / 1000,
	    timeout_ms % 1000 * 1000000L };

	return ppoll(p, n, timeout_ms >= 0 ? &timeout : NULL, NULL);
}

/* Behind a call that would have had to wait: 1 when it need not any more. */
static int
may_go_on(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	int rc;

	if (errno == EINTR)
		return 1;
	if (errno != EAGAIN)
		return 0;
	do {
		rc = wait_for(&p, 1, STALL_MS);
	} while (rc < 0 && errno == EINTR);
	if (rc == 0)
		errno = ETIMEDOUT;
	return rc > 0;
}

static ssize_t
take(int fd, void *p, size_t len)
{
	ssize_t n;

	do {
		n = recv(fd, p, len, MSG_DONTWAIT);
	} while (n < 0 && may_go_on(fd, POLLIN));
	return n;
}

static ssize_t
give(int fd, const struct iovec *iov, size_t n_iov)
{
	/* Which the kernel only reads. */
	const struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov,
	    .msg_iovlen = n_iov };
	ssize_t n;

	do {
		n = sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && may_go_on(fd, POLLOUT));
	return n;
}

/* Takes what is there.  Ends and errors are left for who reads. */
static void
fill(struct wire *w, int fd)
{
	ssize_t n = recv(fd, w->in, sizeof(w->in), MSG_DONTWAIT);

	w->at = 0;
	w->n_in = n > 0 ? (size_t)n : 0;
	/* Until then the mail server's system keeps its next short words. */
	if (w->is_tcp && n > 0)
		set_tcp(fd, TCP_QUICKACK);
}

/* 0, or -1: the peer is gone, and what was kept for it. */
static int
flush(struct wire *w, int fd)
{
	struct iovec rest = { w->out, w->n_out };
	ssize_t n;

	w->n_out = 0;
	while (rest.iov_len > 0) {
		n = give(fd, &rest, 1);
		if (n < 0)
			return -1;
		rest.iov_base = (unsigned char *)rest.iov_base + n;
		rest.iov_len -= (size_t)n;
	}
	return 0;
}

/* In the middle of a packet that is longer than what is read ahead. */
static int
is_long(const struct wire *w)
{
	return w->at == w->n_in && w->due > sizeof(w->in);
}

/* 1 when it can be said what the next call will do. */
static int
is_ready(struct pollfd *p, int is_alone)
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
	w->is_watched = 1;
	if (w->n_out > 0)
		(void)flush(w, p->fd);	/* who reads sees that it is gone */
	if (is_alone && is_long(w)) {
		p->revents = POLLIN;	/* wire_read() waits */
		return 1;
	}
	/* Where many are looked at, a call for each would be dear. */
	if (is_alone && w->at == w->n_in)
		fill(w, p->fd);
	if (w->at == w->n_in)
		return 0;
	p->revents = POLLIN;
	return 1;
}

int
wire_poll(struct pollfd *p, nfds_t n, int timeout_ms)
{
	nfds_t i;
	int n_ready = 0;

	for (i = 0; i < n; i++)
		n_ready += is_ready(&p[i], n == 1);
	if (n_ready > 0)
		return n_ready;
	if (n == 1 && timeout_ms > 0 && timeout_ms < LINGER_MS &&
	    wire_of(p->fd) != NULL)
		timeout_ms = LINGER_MS;
	return wait_for(p, n, timeout_ms);
}

/*
 * Macros are names and values, a NUL behind each.  Of what is not so libmilter
 * makes a list that it reads past the end of: -1, before it can.  It asks for
 * the head of a packet, and then for the content, `len` bytes or what is
 * missing of them.
 */
static int
look_over(struct wire *w, const unsigned char *p, size_t n, size_t len)
{
	const unsigned char *h = w->head;
	size_t i;

	if (w->left == 0) {
		w->is_unknown |= len > HEAD;
		if (w->is_unknown)
			return 0;
		memcpy(w->head + HEAD - len, p, n);
		if (n < len)
			return 0;
		w->left = (size_t)h[0] << 24 | (size_t)h[1] << 16 |
		    (size_t)h[2] << 8 | h[3];
		w->left -= w->left > 0;
		w->size = w->left;
		w->n_ends = 0;
		return 0;
	}
	w->left -= n < w->left ? n : w->left;
	if (h[4] != 'D')
		return 0;
	for (i = 0; i < n; i++)
		w->n_ends += p[i] == '\0';
	if (w->left > 0 || w->size == 1)
		return 0;	/* none at all is fine */
	return w->n_ends > 0 && w->n_ends % 2 == 0 && p[n - 1] == '\0' ? 0 :
	    -1;
}

ssize_t
wire_read(int fd, void *p, size_t len)
{
	const struct iovec whole = { p, len };
	struct wire *w = wire_of(fd);
	ssize_t n;

	if (w == NULL)
		return readv(fd, &whole, 1);
	if (w->at == w->n_in) {
		n = take(fd, p, len);
	} else {
		n = (ssize_t)(len < w->n_in - w->at ? len : w->n_in - w->at);
		memcpy(p, w->in + w->at, (size_t)n);
		w->at += (size_t)n;
	}
	w->due = n > 0 ? len - (size_t)n : 0;
	if (n > 0 && look_over(w, p, (size_t)n, len) != 0) {
		errno = EPROTO;
		return -1;
	}
	return n;
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
	if (len > sizeof(w->out) || !w->is_watched)
		return give(fd, iov, (size_t)n);
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

	/* libmilter holds its one lock: who does not read is not waited for. */
	if (w != NULL && w->n_out > 0)
		(void)send(fd, w->out, w->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(w);
	return (int)syscall(SYS_close, fd);
}
