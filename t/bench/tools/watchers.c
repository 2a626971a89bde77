/*
 * People who watch calls: a connection for each request, all at once, on which
 * it is sent and whatever comes is read.
 *
 *	watchers address requests
 *
 * Says "ready" when all have had something, goes on until it is ended, and
 * fails when one of them ends before.
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/sock.h"

static int
one(const char *address, FILE *f)
{
	unsigned char len[4];
	char q[4096], why[256];
	size_t n;
	int fd;

	if (fread(len, 1, sizeof(len), f) != sizeof(len))
		return -1;
	n = (size_t)len[2] << 8 | len[3];
	if (n > sizeof(q) || fread(q, 1, n, f) != n)
		return -1;
	fd = sock_dial(address, why, sizeof(why));
	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0 ||
	    send(fd, q, n, MSG_NOSIGNAL) != (ssize_t)n) {
		fprintf(stderr, "watchers: %s\n", fd < 0 ? why : "send");
		exit(1);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	struct epoll_event ev[64] = { { .events = EPOLLIN } };
	struct rlimit r;
	static char heard[65536], in[65536];
	size_t n = 0, n_heard = 0;
	FILE *f;
	int ep, fd, k, i;

	if (argc != 3 || (f = fopen(argv[2], "r")) == NULL) {
		fprintf(stderr, "usage: watchers address requests\n");
		return 64;
	}
	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
	ep = epoll_create1(EPOLL_CLOEXEC);
	while ((fd = one(argv[1], f)) >= 0 && fd < (int)sizeof(heard)) {
		ev[0].data.fd = fd;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, ev) < 0)
			return 1;
		n++;
	}
	for (;;) {
		k = epoll_wait(ep, ev, 64, -1);
		for (i = 0; i < k; i++) {
			fd = ev[i].data.fd;
			if (recv(fd, in, sizeof(in), 0) <= 0) {
				fprintf(stderr, "watchers: one has ended\n");
				return 1;
			}
			n_heard += !heard[fd];
			heard[fd] = 1;
			if (n_heard < n)
				continue;
			if (n_heard++ == n)
				puts("ready");
			fflush(stdout);
		}
	}
}
