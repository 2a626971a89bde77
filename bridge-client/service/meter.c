#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/sock.h"

#include "bridge-client/service/meter.h"

#define READERS_MAX	8	/* at once; others wait */

struct reader {
	struct meter		*meter;		/* NULL: not in use */
	int			 fd;
	struct loop_fd		*watch;
	struct loop_timer	*patience;
	char			 asked[SCRAPE_ASKED_MAX + 1];
	size_t			 n_asked;
	struct buf		 answer;
	size_t			 n_sent;
};

struct meter {
	struct loop		*loop;
	int			 fd;
	struct loop_fd		*watch;
	struct loop_timer	*pause;
	scrape_page_fn		*page;
	void			*ctx;
	size_t			 n_readers;
	struct reader		 reader[READERS_MAX];
};

static void
go(struct reader *r)
{
	struct meter *m = r->meter;

	loop_timer_free(r->patience);
	loop_fd_free(r->watch);
	close(r->fd);
	buf_free(&r->answer);
	memset(r, 0, sizeof(*r));
	m->n_readers--;
	if (m->watch != NULL)
		loop_fd_set(m->watch, LOOP_READ);
}

static void
on_patience_over(void *ctx)
{
	go(ctx);
}

/* Until all of it has gone. */
static void
write_on(struct reader *r)
{
	ssize_t n = send(r->fd, r->answer.data + r->n_sent,
	    r->answer.len - r->n_sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	r->n_sent += n > 0 ? (size_t)n : 0;
	if (n < 0 || r->n_sent == r->answer.len)
		go(r);
}

static void
read_on(struct reader *r)
{
	ssize_t n = recv(r->fd, r->asked + r->n_asked,
	    SCRAPE_ASKED_MAX - r->n_asked, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		go(r);
		return;
	}
	r->n_asked += (size_t)n;
	r->asked[r->n_asked] = '\0';
	if (!scrape_is_whole(r->asked)) {
		if (r->n_asked == SCRAPE_ASKED_MAX)
			go(r);
		return;
	}
	scrape_answer(&r->answer, r->asked, r->meter->page, r->meter->ctx);
	loop_fd_set(r->watch, LOOP_WRITE);
	write_on(r);
}

static void
on_ready(void *ctx, int events)
{
	struct reader *r = ctx;

	(void)events;
	if (r->answer.len > 0)
		write_on(r);
	else
		read_on(r);
}

static void
begin(struct meter *m, int fd)
{
	struct reader *r = m->reader;

	while (r->meter != NULL)
		r++;
	r->meter = m;
	r->fd = fd;
	m->n_readers++;
	buf_init(&r->answer, 2 * SCRAPE_PAGE_MAX);
	r->watch = loop_fd_new(m->loop, fd, LOOP_READ, on_ready, r);
	r->patience = loop_timer_new(m->loop, on_patience_over, r);
	if (r->watch == NULL || r->patience == NULL) {
		go(r);
		return;
	}
	loop_timer_arm(r->patience, SCRAPE_PATIENCE_MS);
	if (m->n_readers == READERS_MAX)
		loop_fd_set(m->watch, 0);
}

static void
on_connection(void *ctx, int events)
{
	struct meter *m = ctx;
	int fd = sock_accept(m->fd);

	(void)events;
	if (fd >= 0) {
		begin(m, fd);
	} else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		log_warn("metrics: %s", strerror(errno));
		loop_fd_set(m->watch, 0);
		loop_timer_arm(m->pause, SCRAPE_PATIENCE_MS);
	}
}

static void
on_pause_over(void *ctx)
{
	struct meter *m = ctx;

	if (m->n_readers < READERS_MAX)
		loop_fd_set(m->watch, LOOP_READ);
}

struct meter *
meter_new(struct loop *loop, int fd, scrape_page_fn *page, void *ctx)
{
	struct meter *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->loop = loop;
	m->fd = fd;
	m->page = page;
	m->ctx = ctx;
	m->watch = loop_fd_new(loop, fd, LOOP_READ, on_connection, m);
	m->pause = loop_timer_new(loop, on_pause_over, m);
	if (m->watch != NULL && m->pause != NULL)
		return m;
	meter_free(m);
	return NULL;
}

void
meter_free(struct meter *m)
{
	size_t i;

	if (m == NULL)
		return;
	loop_timer_free(m->pause);
	loop_fd_free(m->watch);
	m->watch = NULL;
	for (i = 0; i < READERS_MAX; i++)
		if (m->reader[i].meter != NULL)
			go(&m->reader[i]);
	close(m->fd);
	free(m);
}
