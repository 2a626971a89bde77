/*
 * The calls that stand between libmilter and its connections: on these they
 * read ahead and gather answers, and nobody can tell but by the count of
 * calls; on everything else they do what they are called.
 */

#include <sys/resource.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"

#include "milter/wire.h"
#include "t/tap.h"

#define LONG 1000000
#define SHORT 8000

static struct sockaddr_un where = { .sun_family = AF_UNIX };
static int listening = -1;

static void
listen_there(void)
{
	snprintf(where.sun_path, sizeof(where.sun_path), "%s/s", tap_dir());
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	is_int(bind(listening, (struct sockaddr *)&where, sizeof(where)), 0,
	    "a socket");
	is_int(listen(listening, 5), 0, "that listens");
}

static int
dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0 ?
	    fd : -1;
}

/* The milter's end; the mail server's in `*peer`. */
static int
connect_there(int *peer)
{
	*peer = dial();
	return wire_accept(listening, NULL, NULL);
}

/* What poll says of one descriptor, without waiting. */
static int
look(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return wire_poll(&p, 1, 0) == 1 ? p.revents : 0;
}

/* As the kernel sees it: what has not been read ahead. */
static int
kernel_has(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static const char *
get(int fd, size_t len)
{
	static char dst[64];
	ssize_t n = wire_read(fd, dst, len);

	dst[n > 0 ? n : 0] = '\0';
	return n >= 0 ? dst : strerror(errno);
}

/* What has come to the mail server. */
static const char *
got(int peer)
{
	static char dst[256];
	ssize_t n = recv(peer, dst, sizeof(dst) - 1, MSG_DONTWAIT);

	dst[n > 0 ? n : 0] = '\0';
	return dst;
}

static ssize_t
say(int fd, const char *a, const char *b)
{
	const struct iovec iov[2] = {
		{ (void *)(size_t)a, strlen(a) },
		{ (void *)(size_t)b, strlen(b) },
	};

	return wire_writev(fd, iov, 2);
}

static void
check_reading(void)
{
	int peer, fd = connect_there(&peer);

	ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "a connection");
	is_int(look(fd, POLLIN), 0, "nothing has come");
	is_int(write(peer, "onetwothree", 11), 11, "three packets");
	is_int(look(fd, POLLIN | POLLPRI), POLLIN, "they are there");
	ok(!kernel_has(fd), "and all read ahead");
	is_str(get(fd, 3), "one", "the first");
	is_str(get(fd, 3), "two", "the second");
	is_int(look(fd, POLLIN), POLLIN, "there is more");
	is_str(get(fd, 50), "three", "no more than there is");
	is_int(look(fd, POLLIN), 0, "and then nothing");
	is_int(write(peer, "four", 4), 4, "it says a last word");
	close(peer);
	is_int(look(fd, POLLIN), POLLIN, "which is not lost by its going");
	is_str(get(fd, 50), "four", "the last word");
	ok(look(fd, POLLIN) & POLLHUP, "now it is gone");
	is_str(get(fd, 50), "", "which is an end, no error");
	is_int(wire_close(fd), 0, "closed");
	ok(wire_close(fd) < 0 && errno == EBADF, "once");
}

/* More than is read ahead, one way and the other. */
static void
check_long(void)
{
	static unsigned char sent[LONG], seen[LONG];
	int peer, fd = connect_there(&peer);
	size_t in = 0, out = 0, i;
	struct iovec iov;
	ssize_t n;

	for (i = 0; i < LONG; i++)
		sent[i] = (unsigned char)(i * 7 + i / 256);
	fcntl(peer, F_SETFL, O_NONBLOCK);
	while (in < LONG) {
		n = write(peer, sent + out, LONG - out);
		out += n > 0 ? (size_t)n : 0;
		look(fd, POLLIN);
		n = wire_read(fd, seen + in, in % 3 == 0 ? 5 : LONG - in);
		if (n <= 0)
			break;
		in += (size_t)n;
	}
	ok(in == LONG && memcmp(sent, seen, LONG) == 0, "a long one, whole");

	/* A short answer before it, and one behind it. */
	fcntl(peer, F_SETFL, 0);
	iov.iov_base = sent;
	iov.iov_len = 60000;
	is_int(say(fd, "m", "x"), 2, "a short answer");
	is_int(wire_writev(fd, &iov, 1), 60000, "a long one");
	is_int(say(fd, "a", ""), 1, "a short one");
	look(fd, POLLIN);
	is_int(recv(peer, seen, 60003, MSG_WAITALL), 60003, "all come");
	ok(memcmp(seen, "mx", 2) == 0 && memcmp(seen + 2, sent, 60000) == 0 &&
	    seen[60002] == 'a', "in their order");
	wire_close(fd);
	close(peer);
}

static void
check_writing(void)
{
	static const char block[3000] = "x";
	const struct iovec iov = { (void *)(size_t)block, sizeof(block) };
	int peer, fd = connect_there(&peer), i;
	char dst[5000];
	ssize_t n;

	is_int(say(fd, "ze", "ro"), 4, "an answer, while nobody looks by poll");
	is_str(got(peer), "zero", "comes at once");
	is_int(look(fd, POLLIN), 0, "somebody looks for a packet");
	is_int(look(fd, POLLOUT), POLLOUT, "it can be answered");
	is_int(say(fd, "one", "two"), 6, "an answer of two pieces");
	is_int(say(fd, "three", ""), 5, "another");
	is_str(got(peer), "", "both are kept");
	is_int(look(fd, POLLIN), 0, "until the next packet is looked for");
	is_str(got(peer), "onetwothree", "then they come at once");
	is_int(look(fd, POLLIN), 0, "and once");
	is_str(got(peer), "", "nothing is sent twice");
	for (i = 0; i < 3; i++)
		is_int(wire_writev(fd, &iov, 1), sizeof(block), "a block");
	ok(strlen(got(peer)) > 0, "many are not kept");
	is_int(say(fd, "last", ""), 4, "an answer before the end");
	while (recv(peer, dst, sizeof(dst), MSG_DONTWAIT) > 0)
		;
	is_int(wire_close(fd), 0, "the end");
	n = recv(peer, dst, sizeof(dst), 0);
	ok(n >= 4 && memcmp(dst + n - 4, "last", 4) == 0, "it comes before");
	close(peer);
}

static void
check_gone(void)
{
	static const char block[9000] = "x";
	const struct iovec iov = { (void *)(size_t)block, sizeof(block) };
	int peer, fd = connect_there(&peer);

	is_int(look(fd, POLLIN), 0, "he is there");
	close(peer);
	is_int(say(fd, "one", ""), 3, "who is gone is told later");
	ok(look(fd, POLLIN) & POLLHUP, "that he is gone is seen");
	ok(wire_writev(fd, &iov, 1) < 0, "and by who has much to say");
	wire_close(fd);
	fd = connect_there(&peer);
	is_int(look(fd, POLLIN), 0, "the next one is there");
	is_int(say(fd, "one", ""), 3, "an answer is kept");
	close(peer);
	ok(wire_writev(fd, &iov, 1) < 0, "it cannot be sent");
	wire_close(fd);
}

/* A descriptor that comes back knows nothing of who had it before. */
static void
check_again(void)
{
	int peer, fd = connect_there(&peer), other = dial(), pipes[2];

	is_int(write(peer, "old", 3), 3, "something is read ahead");
	is_int(look(fd, POLLIN), POLLIN, "it is there");
	wire_close(fd);
	is_int(wire_accept(listening, NULL, NULL), fd, "the same descriptor");
	is_int(look(fd, POLLIN), 0, "has nothing of it");
	wire_close(fd);
	if (pipe(pipes) != 0)
		return;
	is_int(pipes[0], fd, "a pipe in its place");
	is_int(write(pipes[1], "abc", 3), 3, "a word");
	is_int(look(fd, POLLIN), POLLIN, "is there");
	is_str(get(fd, 1), "a", "is read as it was asked for");
	is_str(get(pipes[0], 50), "bc", "nothing is read ahead");
	is_int(say(pipes[1], "d", "e"), 2, "what is written");
	is_str(get(fd, 5), "de", "comes at once");
	close(pipes[0]);
	close(pipes[1]);
	close(peer);
	close(other);
}

/* As a libmilter with a pool of workers waits: for several. */
static void
check_several(void)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int peer[2];

	p[0].fd = connect_there(&peer[0]);
	p[1].fd = connect_there(&peer[1]);
	is_int(wire_poll(p, 2, 0), 0, "nobody speaks");
	is_int(write(peer[1], "x", 1), 1, "one speaks");
	is_int(wire_poll(p, 2, -1), 1, "it is heard");
	ok(p[0].revents == 0 && p[1].revents == POLLIN, "which one");
	ok(kernel_has(p[1].fd), "nothing is read ahead of many");
	is_int(look(p[1].fd, POLLIN), POLLIN, "of one alone it is");
	ok(!kernel_has(p[1].fd) && wire_poll(p, 2, -1) == 1 &&
	    p[0].revents == 0 && p[1].revents == POLLIN,
	    "and is still heard");
	is_int(say(p[0].fd, "one", ""), 3, "the other is answered");
	is_str(get(p[1].fd, 9), "x", "the word is read");
	is_int(wire_poll(p, 2, 0), 0, "nobody speaks");
	is_str(got(peer[0]), "one", "the answer has come");
	wire_close(p[0].fd);
	wire_close(p[1].fd);
	is_int(wire_poll(p, 0, 1), 0, "a wait for nothing ends");
}

/* The other end of a conversation, slower than ours. */
static unsigned char heard[LONG];
static unsigned char said[LONG];

static void *
talk(void *fd)
{
	size_t i, n;

	for (i = 0; i < LONG; i += n) {
		n = LONG - i < 4096 ? LONG - i : 4096;
		if (write(*(int *)fd, said + i, n) != (ssize_t)n)
			break;
		if (i % 5 == 0)
			usleep(1000);
	}
	usleep(50000);		/* by now all that fits is on its way */
	for (i = 0; i < LONG; i += n) {
		n = (size_t)recv(*(int *)fd, heard + i, LONG - i, 0);
		if (n == 0 || n > LONG)
			break;
	}
	return NULL;
}

/* As libmilter reads and answers, whoever is faster; the last is kept. */
static void
check_slow(void)
{
	static unsigned char seen[LONG];
	struct pollfd p = { .events = POLLIN | POLLPRI };
	struct iovec iov[2];
	int peer, fd = connect_there(&peer), small = 1;
	size_t i, len;
	pthread_t thread;
	ssize_t n;

	for (i = 0; i < LONG; i++)
		said[i] = (unsigned char)(i * 7 + i / 256);
	p.fd = fd;
	is_int(pthread_create(&thread, NULL, talk, &peer), 0, "a slow one");
	for (i = 0; i < LONG; i += (size_t)n) {
		len = i % 65535 == 0 ? 5 : 65535 - i % 65535;
		if (wire_poll(&p, 1, 10000) != 1)
			break;
		n = wire_read(fd, seen + i, LONG - i < len ? LONG - i : len);
		if (n <= 0)
			break;
	}
	ok(i == LONG && memcmp(said, seen, LONG) == 0, "all that it says");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	for (i = 0; i < LONG; i += (size_t)n) {
		len = LONG - i < 65540 ? LONG - i : 65540;
		if (len > SHORT && LONG - i - len < SHORT)
			len = LONG - i - SHORT;
		iov[0].iov_base = said + i;
		iov[0].iov_len = len < 5 ? len : 5;
		iov[1].iov_base = said + i + iov[0].iov_len;
		iov[1].iov_len = len - iov[0].iov_len;
		n = wire_writev(fd, iov, 2);
		if (n <= 0)
			break;
	}
	look(fd, POLLIN);
	pthread_join(thread, NULL);
	ok(i == LONG && memcmp(said, heard, LONG) == 0, "and all it is told");
	wire_close(fd);
	close(peer);
}

/* Who reads nothing is not waited for when the session is over. */
static void
check_deaf(void)
{
	static const char block[4000];
	const struct iovec iov = { (void *)(size_t)block, sizeof(block) };
	int peer, fd = connect_there(&peer);
	int small = 1;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	while (send(fd, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	is_int(look(fd, POLLOUT), POLLOUT, "a short answer can be given");
	is_int(look(fd, POLLIN), 0, "to who looks for a packet");
	is_int(wire_writev(fd, &iov, 1), sizeof(block), "is kept");
	is_int(wire_close(fd), 0, "and is nobody's at the end");
	close(peer);
}

/* libmilter's look for the next packet, and everybody else's. */
static void
check_linger(void)
{
	int peer, fd = connect_there(&peer);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t began = clock_mono_ms();

	is_int(wire_poll(&p, 1, 1), 0, "nothing comes");
	ok(clock_mono_ms() - began >= 19, "in some twenty milliseconds");
	is_int(write(peer, "x", 1), 1, "a word");
	is_int(wire_poll(&p, 1, 1), 1, "is there at once");
	wire_close(fd);
	close(peer);
}

/* One more connection than there are descriptors. */
static void
check_full(void)
{
	struct rlimit was, few;
	int64_t began;
	int peer = dial(), spare = dial();

	close(spare);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = (rlim_t)spare;
	is_int(setrlimit(RLIMIT_NOFILE, &few), 0, "no descriptor is left");
	began = clock_mono_ms();
	errno = 0;
	ok(wire_accept(listening, NULL, NULL) < 0 && errno == EMFILE,
	    "nobody is let in");
	ok(clock_mono_ms() - began >= 45, "nor is it tried all the time");
	setrlimit(RLIMIT_NOFILE, &was);
	wire_close(wire_accept(listening, NULL, NULL));	/* who has gone */
	wire_close(wire_accept(listening, NULL, NULL));
	close(peer);
}

/* Short words over TCP, as Postfix writes them: two before it is answered. */
static void
check_tcp(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);
	int l = socket(AF_INET, SOCK_STREAM, 0), fd, i;
	int peer = socket(AF_INET, SOCK_STREAM, 0);
	struct pollfd p = { .events = POLLIN };
	int64_t began;
	ssize_t n = 0;
	int n_slow = 0;
	char dst[9];

	if (bind(l, (struct sockaddr *)&here, len) != 0 || listen(l, 1) != 0 ||
	    getsockname(l, (struct sockaddr *)&here, &len) != 0 ||
	    connect(peer, (struct sockaddr *)&here, len) != 0)
		return;
	p.fd = fd = wire_accept(l, (struct sockaddr *)&here, &len);
	for (i = 0; i < 40; i++) {
		began = clock_mono_ms();
		n += write(peer, "one", 3) + write(peer, "two", 3);
		while (wire_poll(&p, 1, 1000) == 1 &&
		    strchr(get(fd, 6), 'w') == NULL)
			;
		n += say(fd, "a", "");
		look(fd, POLLIN);
		n += say(fd, "b", "");
		look(fd, POLLIN);
		n += recv(peer, dst, 2, MSG_WAITALL);
		n_slow += clock_mono_ms() - began >= 35;
	}
	is_int(n, 40 * (6 + 2 + 2), "forty times two words, two answers");
	/* The kernel is quick for the first of them, and the machine busy. */
	ok(n_slow < 15, "without a rest between them");
	wire_close(fd);
	close(peer);
	close(l);
}

/* Packets in pieces, read as libmilter does: a head, then the content. */
static int
are_taken(const char *p, size_t len, size_t piece)
{
	unsigned char buf[16];
	size_t at, n, due = 5;
	int peer, fd = connect_there(&peer), is_head = 1, rc = 1;

	for (at = 0; at < len && rc; at += n) {
		n = piece < due ? piece : due;
		rc = write(peer, p + at, n) == (ssize_t)n &&
		    wire_read(fd, buf, due) == (ssize_t)n;
		due -= n;
		if (due > 0)
			continue;
		due = is_head ? (size_t)p[at + n - 2] - 1 : 0;
		is_head = due == 0;
		if (is_head)
			due = 5;
	}
	wire_close(fd);
	close(peer);
	return rc;
}

/* Macros that are no pairs would be read past their end. */
static void
check_macros(void)
{
	static const struct {
		const char	*packet;
		size_t		 len;
		int		 is_good;
	} cases[] = {
		{ "\0\0\0\5DMi\0q", 9, 0 }, { "\0\0\0\4DMi\0", 8, 0 },
		{ "\0\0\0\3DMx", 7, 0 }, { "\0\0\0\5DM\0\0\0", 9, 0 },
		{ "\0\0\0\1N\0\0\0\3DMx", 12, 0 },
		{ "\0\0\0\2DM", 6, 1 }, { "\0\0\0\6DMi\0q\0", 10, 1 },
		{ "\0\0\0\4DM\0\0", 8, 1 }, { "\0\0\0\3BMx", 7, 1 },
		{ "\0\0\0\1N\0\0\0\2DM", 11, 1 },
	};
	size_t i, piece;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (piece = 1; piece <= 5; piece += 2)
			is_int(are_taken(cases[i].packet, cases[i].len, piece),
			    cases[i].is_good, "macros %zu, %zu at a time", i,
			    piece);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	listen_there();
	check_reading();
	check_long();
	check_writing();
	check_gone();
	check_again();
	check_several();
	check_slow();
	check_deaf();
	check_linger();
	check_full();
	check_tcp();
	check_macros();
	return tap_done();
}
