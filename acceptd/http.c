/*
 * The one door to libmicrohttpd, which is driven by our loop: its epoll
 * descriptor is watched, and it runs at the end of a turn in which there was
 * something for it to do.
 *
 * A request lives here as a struct http_exchange, from its request line (where
 * the library gives us the target before it decodes it) until its response is
 * sent.  All deadlines are conn's: the library's own see silence only.
 *
 * MHD_USE_TURBO is what allows http_detach(): without it the library shuts the
 * socket down before closing it, and a duplicate of it would be dead.
 */

#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/loop.h"
#include "lib/scan.h"
#include "lib/sock.h"

#include "acceptd/client.h"
#include "acceptd/conn.h"
#include "acceptd/strict.h"

#include "acceptd/http.h"

#define POOL_SIZE	(12 * 1024)	/* per connection: head and response */
#define HEADERS_MAX	8192
#define RUNS_MAX	8		/* of the library in one turn */
#define SAFE_VERSION	0x100000aul	/* 1.0.10, 12 bits for each part */

struct http_exchange {
	TAILQ_ENTRY(http_exchange) at;
	struct http		*http;
	struct conn		*conn;
	struct MHD_Connection	*mhd;
	enum { NEW, READING, ASKED, RESTING, ANSWERED, DETACHED } state;
	char			*target;	/* as received */
	char			*query;		/* into target */
	enum web_method		 method;
	size_t			 body_max;
	struct buf		 body;
	struct web_response	 response;
};

struct http {
	struct loop		*loop;
	struct MHD_Daemon	*mhd;
	struct loop_fd		*watch;
	struct loop_timer	*timer;
	struct conn_set		*conns;
	struct http_options	 options;
	struct http_handler	 handler;
	int			 is_due, is_quiet;
	TAILQ_HEAD(, http_exchange) exchanges;
};

/* Responses. */

static void
add_header(void *ctx, const char *name, const char *value)
{
	MHD_add_response_header(ctx, name, value);
}

static struct MHD_Response *
make_response(struct web_response *r)
{
	struct MHD_Response *m;
	unsigned char *data;
	size_t len;

	if (!buf_ok(&r->body)) {
		buf_clear(&r->body);
		r->status = 500;
	}
	data = buf_take(&r->body, &len);
	m = MHD_create_response_from_buffer(len, data == NULL ? (void *)"" :
	    data, data == NULL ? MHD_RESPMEM_PERSISTENT :
	    MHD_RESPMEM_MUST_FREE);
	if (m == NULL)
		free(data);
	else
		web_response_headers(r, add_header, m);
	return m;
}

static enum MHD_Result
send_response(struct http_exchange *x, struct web_response *r, int is_last)
{
	struct MHD_Response *m = make_response(r);
	enum MHD_Result result;

	if (m == NULL)
		return MHD_NO;
	if (is_last || x->http->is_quiet)
		MHD_add_response_header(m, "Connection", "close");
	conn_enter(x->conn, CONN_REPLY);
	result = MHD_queue_response(x->mhd, (unsigned)r->status, m);
	MHD_destroy_response(m);
	return result;
}

/* A few words for what is no request of ours; with them it ends. */
static enum MHD_Result
turn_away(struct http_exchange *x, int status, const char *words)
{
	struct web_response r;
	enum MHD_Result result;

	++*x->http->options.n_bad;
	web_response_init(&r);
	r.status = status;
	r.type = "text/plain; charset=utf-8";
	buf_str(&r.body, words);
	x->state = ANSWERED;
	result = send_response(x, &r, 1);
	web_response_free(&r);
	return result;
}

/* What came in. */

static enum MHD_Result
check_header(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	(void)kind;
	strict_header(ctx, name, value);
	return MHD_YES;
}

static void
put_lower(struct buf *b, const char *name)
{
	for (; *name != '\0'; name++)
		buf_u8(b, (uint8_t)scan_lower((unsigned char)*name));
}

static enum MHD_Result
copy_header(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct buf *b = ctx;

	(void)kind;
	put_lower(b, name);
	buf_str(b, ": ");
	buf_str(b, value != NULL ? value : "");
	buf_str(b, "\n");
	return MHD_YES;
}

static enum MHD_Result
join_forwarded(void *ctx, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct buf *b = ctx;

	(void)kind;
	if (value == NULL || !scan_is(name, strlen(name), "x-forwarded-for"))
		return MHD_YES;
	if (b->len > 0)
		buf_str(b, ",");
	buf_str(b, value);
	return MHD_YES;
}

static const char *
header(struct http_exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

static const struct sockaddr *
peer(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info != NULL ? info->client_addr : NULL;
}

static void
find_client(struct http_exchange *x, struct web_request *r)
{
	struct buf forwarded;

	buf_init(&forwarded, HEADERS_MAX);
	MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, join_forwarded,
	    &forwarded);
	client_prefix(r->client, peer(x->mhd), buf_cstr(&forwarded),
	    x->http->options.proxies);
	buf_free(&forwarded);
}

/* Hands the whole request to the handler. */
static void
hand_over(struct http_exchange *x)
{
	struct http_handler *h = &x->http->handler;
	struct web_request r = { 0 };
	struct buf headers;

	buf_init(&headers, HEADERS_MAX);
	r.method = x->method;
	r.path = x->target;
	r.query = x->query;
	r.accept_language = header(x, "Accept-Language");
	r.content_type = header(x, "Content-Type");
	r.origin = header(x, "Origin");
	r.fetch_site = header(x, "Sec-Fetch-Site");
	if (h->wants_headers(h->ctx, x->target))
		MHD_get_connection_values(x->mhd, MHD_HEADER_KIND,
		    copy_header, &headers);
	r.headers = buf_ok(&headers) ? buf_cstr(&headers) : NULL;
	r.body = x->body.len > 0 ? x->body.data : NULL;
	r.body_len = x->body.len;
	find_client(x, &r);
	conn_rest(x->conn);
	x->state = ASKED;
	h->request(h->ctx, x, &r);
	buf_free(&headers);
	buf_free(&x->body);
}

static enum MHD_Result
finish(struct http_exchange *x)
{
	switch (x->state) {
	case ANSWERED:
		return send_response(x, &x->response, 0);
	case DETACHED:
		return MHD_NO;		/* closes, without a word */
	case ASKED:
		x->state = RESTING;
		MHD_suspend_connection(x->mhd);
		return MHD_YES;
	case NEW:
	case READING:
	case RESTING:
		break;
	}
	return MHD_YES;
}

/* The head is there: is it one that we take? */
static enum MHD_Result
take_head(struct http_exchange *x, const char *method, const char *version)
{
	struct http_handler *h = &x->http->handler;
	struct strict s;

	strict_begin(&s, version, x->target);
	MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, check_header, &s);
	if (!strict_is_good(&s))
		return turn_away(x, 400, "This request is ambiguous.\n");
	x->query = strchr(x->target, '?');
	if (x->query != NULL)
		*x->query++ = '\0';
	else
		x->query = x->target + strlen(x->target);
	x->method = web_method(method);
	x->body_max = h->body_max(h->ctx, x->method, x->target);
	if (s.length > x->body_max ||
	    (x->body_max == 0 && strict_has_body(&s)))
		return turn_away(x, 413, "This is too much.\n");
	buf_init(&x->body, x->body_max);
	x->state = READING;
	conn_enter(x->conn, CONN_BODY);
	return MHD_YES;
}

static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **con_ctx)
{
	struct http_exchange *x = *con_ctx;

	(void)ctx;
	(void)mhd;
	(void)url;
	if (x == NULL)
		return MHD_NO;
	if (x->state == NEW)
		return take_head(x, method, version);
	if (x->state == READING && *len > 0) {
		buf_put(&x->body, data, *len);
		*len = 0;
		/* Chunked, and more than its ceiling: it cannot be answered
		 * in the middle, so the connection ends. */
		return buf_ok(&x->body) ? MHD_YES : MHD_NO;
	}
	if (x->state == READING)
		hand_over(x);
	return finish(x);
}

/* The request line, before the library decodes it. */
static void *
on_target(void *ctx, const char *target, struct MHD_Connection *mhd)
{
	struct http *h = ctx;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_exchange *x;

	if (info == NULL || info->socket_context == NULL)
		return NULL;
	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	x->target = strdup(target);
	if (x->target == NULL) {
		free(x);
		return NULL;
	}
	x->http = h;
	x->conn = info->socket_context;
	x->mhd = mhd;
	web_response_init(&x->response);
	conn_enter(x->conn, CONN_HEAD);
	TAILQ_INSERT_TAIL(&h->exchanges, x, at);
	return x;
}

static void
on_completed(void *ctx, struct MHD_Connection *mhd, void **con_ctx,
    enum MHD_RequestTerminationCode code)
{
	struct http *h = ctx;
	struct http_exchange *x = *con_ctx;

	(void)mhd;
	(void)code;
	*con_ctx = NULL;
	if (x == NULL)
		return;
	conn_enter(x->conn, CONN_IDLE);
	TAILQ_REMOVE(&h->exchanges, x, at);
	buf_free(&x->body);
	web_response_free(&x->response);
	free(x->target);
	free(x);
}

static void
on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_ctx,
    enum MHD_ConnectionNotificationCode code)
{
	struct http *h = ctx;
	const union MHD_ConnectionInfo *info;

	if (code != MHD_CONNECTION_NOTIFY_STARTED) {
		h->is_due = 1;
		conn_end(*socket_ctx);
		*socket_ctx = NULL;
		return;
	}
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info != NULL)
		*socket_ctx = conn_begin(h->conns, info->connect_fd,
		    peer(mhd));
}

/* The loop. */

static void
on_ready(void *ctx, int events)
{
	struct http *h = ctx;

	(void)events;
	h->is_due = 1;
}

static void
on_timer(void *ctx)
{
	struct http *h = ctx;

	h->is_due = 1;
}

void
http_turn(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG wait_ms = 0;
	int i;

	if (!h->is_due)
		return;
	log_flush();
	for (i = 0; i < RUNS_MAX && wait_ms == 0; i++) {
		h->is_due = 0;
		MHD_run(h->mhd);
		/* Where one has ended there is room for who waits to come in,
		 * which the library sees with its next run. */
		if (h->is_due)
			continue;
		if (MHD_get_timeout(h->mhd, &wait_ms) != MHD_YES) {
			loop_timer_arm(h->timer, -1);
			return;
		}
	}
	loop_timer_arm(h->timer, wait_ms < 1000 ? (int64_t)wait_ms : 1000);
}

void
http_respond(struct http_exchange *x, struct web_response *r)
{
	web_response_free(&x->response);
	x->response = *r;
	web_response_init(r);
	if (x->state == RESTING) {
		MHD_resume_connection(x->mhd);
		x->http->is_due = 1;
	}
	x->state = ANSWERED;
}

int
http_detach(struct http_exchange *x)
{
	int fd = fcntl(conn_fd(x->conn), F_DUPFD_CLOEXEC, 3);

	if (fd >= 0)
		x->state = DETACHED;
	return fd;
}

static void __attribute__((format(printf, 2, 0)))
log_library(void *ctx, const char *fmt, va_list ap)
{
	char line[512];
	size_t len;

	(void)ctx;
	/* A link is a key: what would name one is said without it. */
	if (strstr(fmt, "request for") != NULL)
		snprintf(line, sizeof(line), "%s", fmt);
	else
		vsnprintf(line, sizeof(line), fmt, ap);
	len = strlen(line);
	if (len > 0 && line[len - 1] == '\n')
		line[len - 1] = '\0';
	log_debug("http: %s", line);
}

static int
start(struct http *h)
{
	const union MHD_DaemonInfo *info;

	h->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_USE_TURBO | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, h,
	    MHD_OPTION_EXTERNAL_LOGGER, log_library, h,
	    MHD_OPTION_LISTEN_SOCKET, h->options.listen_fd,
	    MHD_OPTION_CONNECTION_LIMIT, h->options.max_connections,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0u,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, h,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
	    MHD_OPTION_END);
	if (h->mhd == NULL)
		return -1;
	info = MHD_get_daemon_info(h->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return -1;
	h->watch = loop_fd_new(h->loop, info->epoll_fd, LOOP_READ, on_ready,
	    h);
	return h->watch == NULL ? -1 : 0;
}

struct http *
http_new(struct loop *loop, const struct http_options *o,
    const struct http_handler *handler, char *why, size_t size)
{
	const struct conn_options c = {
		o->max_per_client, o->header_timeout_ms, o->body_timeout_ms,
		o->reply_timeout_ms, o->idle_timeout_ms, o->proxies, o->n_cut
	};
	struct http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		goto bad;
	TAILQ_INIT(&h->exchanges);
	h->loop = loop;
	h->options = *o;
	h->handler = *handler;
	h->is_due = 1;
	h->conns = conn_set_new(loop, &c);
	h->timer = loop_timer_new(loop, on_timer, h);
	if (h->conns == NULL || h->timer == NULL || start(h) < 0)
		goto bad;
	loop_timer_arm(h->timer, 0);
	return h;
bad:
	snprintf(why, size, "the HTTP library does not start: %s",
	    strerror(errno));
	http_free(h);
	return NULL;
}

void
http_quiesce(struct http *h)
{
	int fd;

	if (h->is_quiet)
		return;
	h->is_quiet = 1;
	fd = MHD_quiesce_daemon(h->mhd);
	if (fd >= 0)
		close(fd);
}

void
http_free(struct http *h)
{
	struct http_exchange *x;

	if (h == NULL)
		return;
	if (h->mhd != NULL) {
		/* Who still waits is closed; the library insists that nobody
		 * rests when it stops. */
		TAILQ_FOREACH(x, &h->exchanges, at) {
			if (x->state != RESTING)
				continue;
			x->state = DETACHED;
			MHD_resume_connection(x->mhd);
		}
		http_quiesce(h);
		MHD_run(h->mhd);
		loop_fd_free(h->watch);
		MHD_stop_daemon(h->mhd);
	}
	loop_timer_free(h->timer);
	conn_set_free(h->conns);
	free(h);
}

uint32_t
http_connections(const struct http *h)
{
	return conn_set_count(h->conns);
}

/*
 * Older versions let differing Content-Lengths pass their own parser; we look
 * at what they show us, but a front to the open network needs a library that
 * is mended itself.
 */
static int
is_safe(void)
{
	unsigned long version = 0;
	const char *p = MHD_get_version();
	char *end;
	int i;

	for (i = 0; i < 3; i++) {
		version = version << 12 | (strtoul(p, &end, 10) & 0xfff);
		p = *end == '.' ? end + 1 : end;
	}
	return version >= SAFE_VERSION;
}

int
http_may_listen(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	memset(&sa, 0, sizeof(sa));
	if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
		return 0;
	return client_is_loopback((struct sockaddr *)&sa) || is_safe();
}

int
http_may_listen_at(const char *address)
{
	return sock_is_near(address) || is_safe();
}
