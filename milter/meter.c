/*
 * A web server for one page.
 */

#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/sock.h"

#include "milter/count.h"
#include "milter/settings.h"
#include "milter/site.h"
#include "milter/table.h"

#include "milter/meter.h"

#define PATIENCE_MS	2000	/* for all of a connection */
#define ASKED_MAX	4096	/* bytes of a request */
#define PAGE_MAX	65536

static struct {
	int	 fd;
	size_t	 (*busy)(void);
	int64_t	 started;
} meter;

static int
is_near(int fd)
{
	union {
		struct sockaddr		any;
		struct sockaddr_in	v4;
		struct sockaddr_in6	v6;
		struct sockaddr_storage	room;
	} u;
	socklen_t len = sizeof(u);

	if (getsockname(fd, &u.any, &len) != 0)
		return 0;
	if (u.any.sa_family == AF_INET)
		return ntohl(u.v4.sin_addr.s_addr) >> 24 == 127;
	if (u.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&u.v6.sin6_addr);
	return u.any.sa_family == AF_UNIX;
}

int
meter_listen(const struct settings *set, char *why, size_t size)
{
	const struct sock_unix share = { (mode_t)set->socket_mode,
	    set->socket_group[0] != '\0' ? set->socket_group : NULL };
	int fd = sock_listen(set->metrics, &share, why, size);

	if (fd < 0 || is_near(fd))
		return fd;
	snprintf(why, size, "metrics: %s: only a Unix socket or loopback, "
	    "such as inet:127.0.0.1:8042", set->metrics);
	close(fd);
	return -1;
}

/* 1 when `fd` is ready before the time is over. */
static int
wait_for(int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = until - clock_mono_ms();

	return left > 0 && poll(&p, 1, (int)left) > 0;
}

/* The request, up to the empty line behind its header.  0, or -1. */
static int
read_request(int fd, char *asked, int64_t until)
{
	size_t len = 0;
	ssize_t n;

	while (len < ASKED_MAX) {
		n = recv(fd, asked + len, ASKED_MAX - len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return -1;
		len += n > 0 ? (size_t)n : 0;
		asked[len] = '\0';
		if (strstr(asked, "\r\n\r\n") != NULL ||
		    strstr(asked, "\n\n") != NULL)
			return 0;
		if (n < 0 && !wait_for(fd, POLLIN, until))
			return -1;
	}
	return -1;
}

static void
write_all(int fd, const struct buf *b, int64_t until)
{
	size_t done = 0;
	ssize_t n;

	while (done < b->len) {
		n = send(fd, b->data + done, b->len - done, MSG_NOSIGNAL |
		    MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		done += n > 0 ? (size_t)n : 0;
		if (n < 0 && !wait_for(fd, POLLOUT, until))
			return;
	}
}

static void
put_page(struct buf *page)
{
	struct site *site = site_current();
	const struct count_now now = {
		.busy = meter.busy(),
		.offerors = table_count(site->table),
		.table_written = table_written(site->table),
		.conf_read = site->read_at,
		.started = meter.started,
	};

	site_release(site);
	count_print(page, &now);
}

static void
answer(int fd, const char *asked, int64_t until)
{
	const int is_get = strncmp(asked, "GET ", 4) == 0;
	const int is_page = strncmp(asked + 4, "/metrics", 8) == 0 &&
	    strchr(" ?", asked[12]) != NULL;
	struct buf page, all;

	buf_init(&page, PAGE_MAX);
	buf_init(&all, 2 * PAGE_MAX);
	if (is_get && is_page)
		put_page(&page);
	else
		buf_str(&page, is_get ? "see /metrics\n" : "only GET\n");
	buf_printf(&all, "HTTP/1.1 %s\r\nContent-Type: text/plain; "
	    "version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n", !is_get ? "405 Method Not Allowed" :
	    is_page ? "200 OK" : "404 Not Found", page.len);
	buf_put(&all, page.data, page.len);
	if (buf_ok(&page) && buf_ok(&all))
		write_all(fd, &all, until);
	buf_free(&page);
	buf_free(&all);
}

static void
serve(int fd)
{
	const int64_t until = clock_mono_ms() + PATIENCE_MS;
	char asked[ASKED_MAX + 1];

	if (read_request(fd, asked, until) == 0)
		answer(fd, asked, until);
}

static void *
run(void *none)
{
	struct pollfd p = { .fd = meter.fd, .events = POLLIN };
	int fd;

	for (;;) {
		(void)poll(&p, 1, -1);
		fd = sock_accept(meter.fd);
		if (fd >= 0) {
			serve(fd);
			close(fd);
		} else if (errno != EAGAIN) {
			/* No descriptors left: the milter's come first. */
			log_warn("metrics: %s", strerror(errno));
			(void)poll(NULL, 0, PATIENCE_MS);
		}
	}
	return none;
}

int
meter_start(int fd, size_t (*busy)(void), char *why, size_t size)
{
	pthread_t thread;
	int rc;

	meter.fd = fd;
	meter.busy = busy;
	meter.started = clock_wall();
	rc = pthread_create(&thread, NULL, run, NULL);
	if (rc == 0) {
		pthread_detach(thread);
		return 0;
	}
	snprintf(why, size, "no thread can be started: %s", strerror(rc));
	return -1;
}
