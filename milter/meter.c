/*
 * A web server for one page.
 */

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/scrape.h"
#include "lib/sock.h"

#include "milter/count.h"
#include "milter/settings.h"
#include "milter/site.h"
#include "milter/table.h"

#include "milter/meter.h"

static struct {
	int	 fd;
	size_t	 (*busy)(void);
	int64_t	 started;
} meter;

int
meter_listen(const struct settings *set, char *why, size_t size)
{
	const struct sock_unix share = { (mode_t)set->socket_mode,
	    set->socket_group[0] != '\0' ? set->socket_group : NULL };

	return scrape_listen(set->metrics, &share, why, size);
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

	while (len < SCRAPE_ASKED_MAX) {
		n = recv(fd, asked + len, SCRAPE_ASKED_MAX - len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return -1;
		len += n > 0 ? (size_t)n : 0;
		asked[len] = '\0';
		if (scrape_is_whole(asked))
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
put_page(void *none, struct buf *page)
{
	struct site *site = site_current();
	const struct count_now now = {
		.busy = meter.busy(),
		.offerors = table_count(site->table),
		.table_written = table_written(site->table),
		.conf_read = site->read_at,
		.started = meter.started,
	};

	(void)none;
	site_release(site);
	count_print(page, &now);
}

static void
serve(int fd)
{
	const int64_t until = clock_mono_ms() + SCRAPE_PATIENCE_MS;
	char asked[SCRAPE_ASKED_MAX + 1];
	struct buf answer;

	if (read_request(fd, asked, until) != 0)
		return;
	buf_init(&answer, 2 * SCRAPE_PAGE_MAX);
	scrape_answer(&answer, asked, put_page, NULL);
	if (buf_ok(&answer))
		write_all(fd, &answer, until);
	buf_free(&answer);
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
			(void)poll(NULL, 0, SCRAPE_PATIENCE_MS);
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
