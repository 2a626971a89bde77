/*
 * Visitors: some number of connections, kept alive, on each of which a request
 * that was prepared is sent as soon as the one before is answered.
 *
 *	visitors [-r] [-c connections] [-s seconds] [-n most] [-f first]
 *	    [-e status] [-o forms] [-N number] [-l places] address requests
 *
 * `requests' is a file: each request with its length, 4 bytes, before it.  Each
 * is sent once, from the number `first' on, until the time is over, `most' have
 * been sent or none is left; -r begins again at its beginning.
 * Prints one line:
 *
 *	n=31415 bad=0 next=31415 s=3.001 p50_us=5901 p99_us=11342
 *
 * bad: not the status that was expected, no status at all, a connection that
 * ended.  -o: the form on each page is filled in, and its POST appended to the
 * file `forms', as one of `requests', each with a number of its own, from the
 * one that -N says; -l: so are the places to which responses
 * lead, as requests for their events.
 */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unistd.h>

#include "lib/clock.h"
#include "lib/sock.h"

#define CONNECTIONS_MAX	1024
#define IN_SIZE		32768
#define STEP_US		10	/* of the histogram */
#define STEPS		1000000
#define GRACE_US	20000000

struct conn {
	int	 fd;
	int	 is_asking;
	size_t	 asked;		/* index of the request */
	int64_t	 at_us;
	size_t	 len;
	char	 in[IN_SIZE + 1];
};

struct response {
	int		 status;
	const char	*head, *body;
	size_t		 body_len;
};

static struct {
	const char	*address;
	size_t		 connections, first, most, numbers;
	double		 seconds;
	int		 status, is_round;
	FILE		*forms, *places;
} o = { .connections = 64, .seconds = 3, .most = SIZE_MAX, .status = 200 };

static struct {
	const unsigned char	**request;	/* each from its length on */
	size_t			  n, next, sent;
} work;

static struct conn *conns;
static uint32_t histogram[STEPS];
static size_t n_done, n_bad, n_open;
static int64_t stop_us;
static int ep;

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "visitors: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t
length_of(const unsigned char *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    p[3];
}

static void
load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const unsigned char *p, *end;
	struct stat st;
	size_t size = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die(path);
	close(fd);
	for (end = p + st.st_size; p < end; p += 4 + length_of(p)) {
		if (work.n == size) {
			size = size > 0 ? 2 * size : 65536;
			work.request = reallocarray(work.request, size,
			    sizeof(*work.request));
			if (work.request == NULL)
				die("memory");
		}
		work.request[work.n++] = p;
	}
	work.next = o.first;
}

static void
put_request(FILE *f, const char *head, size_t head_len, const char *body,
    size_t body_len)
{
	size_t n = head_len + body_len;
	const unsigned char len[4] = { (unsigned char)(n >> 24),
		(unsigned char)(n >> 16), (unsigned char)(n >> 8),
		(unsigned char)n };

	fwrite(len, 1, sizeof(len), f);
	fwrite(head, 1, head_len, f);
	fwrite(body, 1, body_len, f);
}

/* What a browser would send.  Each form has a number of its own. */
static void
fill_in(const struct conn *c, const struct response *r)
{
	static const char mark[] = "name=\"nonce\" value=\"";
	const unsigned char *q = work.request[c->asked];
	const char *path = (const char *)q + 4 + strlen("GET ");
	const char *nonce = strstr(r->body, mark);
	int path_len = (int)strcspn(path, " ");
	char head[2048], body[256];
	int head_len, body_len;

	if (nonce == NULL) {
		n_bad++;
		return;
	}
	nonce += sizeof(mark) - 1;
	body_len = snprintf(body, sizeof(body),
	    "nonce=%.*s&number=%%2B447400%06zu&website=",
	    (int)strcspn(nonce, "\""), nonce,
	    (o.numbers + c->asked) % 1000000);
	head_len = snprintf(head, sizeof(head), "POST %.*s HTTP/1.1\r\n"
	    "Host: call.example.com\r\nOrigin: https://call.example.com\r\n"
	    "Accept-Language: en\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %d\r\n\r\n", path_len, path, body_len);
	put_request(o.forms, head, (size_t)head_len, body, (size_t)body_len);
}

static const char *
field(const struct response *r, const char *name)
{
	const char *line = r->head;
	size_t n = strlen(name);

	while ((line = strstr(line, "\r\n")) != NULL && line[2] != '\r') {
		line += 2;
		if (strncasecmp(line, name, n) == 0)
			return line + n + strspn(line + n, " ");
	}
	return NULL;
}

static void
keep_place(const struct response *r)
{
	const char *place = field(r, "location:");
	char head[512];
	int n;

	if (place == NULL)
		return;
	n = snprintf(head, sizeof(head), "GET %.*s/events HTTP/1.1\r\n"
	    "Host: call.example.com\r\n\r\n", (int)strcspn(place, "\r"),
	    place);
	put_request(o.places, head, (size_t)n, "", 0);
}

/* Connections. */

static void
connect_one(struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	char why[256];

	c->fd = sock_dial(o.address, why, sizeof(why));
	if (c->fd < 0) {
		fprintf(stderr, "visitors: %s\n", why);
		exit(1);
	}
	/* The loopback's connections are there at once. */
	if (fcntl(c->fd, F_SETFL, 0) < 0 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev) < 0)
		die("connect");
	c->len = 0;
}

static void
ask(struct conn *c)
{
	const unsigned char *q;
	size_t n;

	if (work.next == work.n && o.is_round)
		work.next = 0;
	if (work.next == work.n || work.sent == o.most ||
	    clock_mono_us() >= stop_us)
		return;
	c->asked = work.next++;
	work.sent++;
	q = work.request[c->asked];
	n = length_of(q);
	c->is_asking = 1;
	n_open++;
	c->at_us = clock_mono_us();
	if (send(c->fd, q + 4, n, MSG_NOSIGNAL) != (ssize_t)n)
		shutdown(c->fd, SHUT_RDWR);	/* read() will say so */
}

static void
over(struct conn *c)
{
	if (c->is_asking)
		n_open--;
	c->is_asking = 0;
}

static void
lost(struct conn *c)
{
	n_bad += (size_t)c->is_asking;
	over(c);
	close(c->fd);
	if (clock_mono_us() >= stop_us)
		return;
	connect_one(c);
	ask(c);
}

/* 1: it is whole; 0: more is to come. */
static int
take(struct conn *c, struct response *r)
{
	const char *length;

	c->in[c->len] = '\0';
	r->head = c->in;
	r->body = strstr(c->in, "\r\n\r\n");
	if (r->body == NULL)
		return 0;
	r->body += 4;
	r->status = c->len > 12 ? (int)strtol(c->in + 9, NULL, 10) : 0;
	length = field(r, "content-length:");
	r->body_len = length != NULL ? strtoul(length, NULL, 10) : 0;
	return c->len - (size_t)(r->body - c->in) >= r->body_len;
}

static void
answered(struct conn *c, const struct response *r)
{
	int64_t us = clock_mono_us() - c->at_us;

	histogram[us / STEP_US < STEPS ? us / STEP_US : STEPS - 1]++;
	n_done++;
	if (r->status != o.status) {
		if (n_bad++ == 0)
			fprintf(stderr, "visitors: %.300s\n", c->in);
	} else if (o.forms != NULL) {
		fill_in(c, r);
	} else if (o.places != NULL) {
		keep_place(r);
	}
	over(c);
	c->len = 0;
	ask(c);
}

static void
on_ready(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->len, IN_SIZE - c->len, 0);
	struct response r;

	if (n <= 0) {
		lost(c);
		return;
	}
	c->len += (size_t)n;
	if (take(c, &r))
		answered(c, &r);
}

static void
run(void)
{
	struct epoll_event ev[64];
	int64_t last_us = stop_us + GRACE_US;
	size_t i;
	int n, k;

	for (i = 0; i < o.connections; i++)
		ask(&conns[i]);
	while (n_open > 0 && clock_mono_us() < last_us) {
		n = epoll_wait(ep, ev, 64, 1000);
		for (k = 0; k < n; k++)
			on_ready(ev[k].data.ptr);
	}
	n_bad += n_open;
}

static long
percentile(double p)
{
	size_t want = (size_t)((double)n_done * p), seen = 0;
	long i;

	for (i = 0; i < STEPS - 1; i++) {
		seen += histogram[i];
		if (seen > want)
			break;
	}
	return i * STEP_US;
}

static FILE *
append_to(const char *path)
{
	FILE *f = fopen(path, "a");

	if (f == NULL)
		die(path);
	return f;
}

static _Noreturn void
usage(void)
{
	fprintf(stderr, "usage: visitors [-r] [-c connections] [-s seconds] "
	    "[-n most] [-f first] [-e status] [-o forms] [-N number] "
	    "[-l places] address requests\n");
	exit(64);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:e:f:l:n:N:o:rs:")) != -1)
		switch (c) {
		case 'c':
			o.connections = strtoul(optarg, NULL, 10);
			break;
		case 'e':
			o.status = (int)strtol(optarg, NULL, 10);
			break;
		case 'f':
			o.first = strtoul(optarg, NULL, 10);
			break;
		case 'l':
			o.places = append_to(optarg);
			break;
		case 'n':
			o.most = strtoul(optarg, NULL, 10);
			break;
		case 'N':
			o.numbers = strtoul(optarg, NULL, 10);
			break;
		case 'o':
			o.forms = append_to(optarg);
			break;
		case 'r':
			o.is_round = 1;
			break;
		case 's':
			o.seconds = strtod(optarg, NULL);
			break;
		default:
			usage();
		}
	if (argc - optind != 2 || o.connections < 1 ||
	    o.connections > CONNECTIONS_MAX)
		usage();
	o.address = argv[optind];
}

int
main(int argc, char **argv)
{
	int64_t start_us;
	size_t i;

	read_options(argc, argv);
	load(argv[optind + 1]);
	conns = calloc(o.connections, sizeof(*conns));
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (conns == NULL || ep < 0)
		die("start");
	for (i = 0; i < o.connections; i++)
		connect_one(&conns[i]);
	start_us = clock_mono_us();
	stop_us = start_us + (int64_t)(o.seconds * 1e6);
	run();
	printf("n=%zu bad=%zu next=%zu s=%.3f p50_us=%ld p99_us=%ld\n",
	    n_done, n_bad, work.next,
	    (double)(clock_mono_us() - start_us) / 1e6, percentile(.5),
	    percentile(.99));
	if ((o.forms != NULL && fclose(o.forms) != 0) ||
	    (o.places != NULL && fclose(o.places) != 0))
		die("what was gathered");
	return 0;
}
