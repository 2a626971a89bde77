/*
 * As much of Asterisk's REST interface as calls need that ring and are not
 * answered, and no slower than it must be: every request is done at once, and
 * nothing else happens.
 *
 *	ari address [spared]
 *
 * GET /count says how many telephones have been rung since the start.
 * SIGUSR1: nobody answers; every telephone that rings stops, but for the first
 * so many that are spared.
 */
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unistd.h>

#include "lib/buf.h"
#include "lib/secret.h"
#include "lib/sock.h"

#include "bridge-client/net/ws.h"

#define IN_SIZE		65536
#define EVENT_MAX	512
#define CHUNK		65536	/* of events, written at a time */

struct conn {
	int	 fd;
	int	 is_stream;
	size_t	 len;
	char	 in[IN_SIZE + 1];
};

static struct conn *stream;
static struct buf out;			/* to the stream */
static char (*ringing)[64];		/* channels' ids */
static size_t n_ringing, size_ringing, n_rung, n_spared;
static int ep;

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "ari: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
watch(int fd, void *ptr)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = ptr };

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) < 0)
		die("epoll");
}

static void
send_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;
	ssize_t done;

	while (n > 0) {
		done = send(fd, p, n, MSG_NOSIGNAL);
		if (done < 0)
			return;		/* its end is heard by reading */
		p += done;
		n -= (size_t)done;
	}
}

static void
answer(struct conn *c, int status, const char *body)
{
	char head[512];
	int n = snprintf(head, sizeof(head), "HTTP/1.1 %d OK\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
	    status, strlen(body), body);

	send_all(c->fd, head, (size_t)n);
}

static void __attribute__((format(printf, 1, 2)))
put_event(const char *fmt, ...)
{
	char text[EVENT_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_u8(&out, 0x81);		/* one frame of text, RFC 6455, 5.2 */
	buf_u8(&out, n < 126 ? (uint8_t)n : 126);
	if (n >= 126)
		buf_u16(&out, (uint16_t)n);
	buf_put(&out, text, (size_t)n);
}

static void
send_events(void)
{
	if (stream != NULL)
		send_all(stream->fd, out.data, out.len);
	buf_clear(&out);
}

static void
stop_ringing(void)
{
	size_t i;

	for (i = n_spared; i < n_ringing; i++) {
		put_event("{\"type\":\"ChannelDestroyed\",\"cause\":19,"
		    "\"cause_txt\":\"User alerting, no answer\","
		    "\"tech_cause\":480,\"channel\":{\"id\":\"%s\","
		    "\"state\":\"Ringing\"}}", ringing[i]);
		if (out.len > CHUNK)
			send_events();
	}
	send_events();
	if (n_ringing > n_spared)
		n_ringing = n_spared;
}

static void
begin_stream(struct conn *c)
{
	static const char name[] = "sec-websocket-key:";
	char key[WS_KEY_SIZE], accept[WS_ACCEPT_SIZE], head[256];
	const char *p = strcasestr(c->in, name);
	int n;

	if (p == NULL)
		return;
	p += sizeof(name) - 1;
	p += strspn(p, " ");
	snprintf(key, sizeof(key), "%.*s", (int)strcspn(p, "\r"), p);
	ws_accept(key, accept);
	n = snprintf(head, sizeof(head), "HTTP/1.1 101 OK\r\n"
	    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
	send_all(c->fd, head, (size_t)n);
	c->is_stream = 1;
	stream = c;
}

static void
ring(const char *id, size_t len)
{
	if (n_ringing == size_ringing) {
		size_ringing = size_ringing > 0 ? 2 * size_ringing : 65536;
		ringing = reallocarray(ringing, size_ringing,
		    sizeof(*ringing));
		if (ringing == NULL)
			die("memory");
	}
	n_rung++;
	snprintf(ringing[n_ringing++], sizeof(*ringing), "%.*s", (int)len,
	    id);
}

/* One request, whose head is whole. */
static void
react(struct conn *c)
{
	static const char post[] = "POST /ari/channels/";
	static const char user[] = "POST /ari/events/user/";
	const char *id = c->in + sizeof(post) - 1;
	char count[32];

	if (strncmp(c->in, "GET /ari/events", 15) == 0) {
		begin_stream(c);
	} else if (strncmp(c->in, post, sizeof(post) - 1) == 0) {
		ring(id, strcspn(id, "?/ "));
		answer(c, 200, "{\"id\":\"x\",\"state\":\"Down\"}");
	} else if (strncmp(c->in, user, sizeof(user) - 1) == 0) {
		answer(c, 204, "");
		id = c->in + sizeof(user) - 1;
		put_event("{\"type\":\"ChannelUserevent\",\"eventname\":"
		    "\"%.*s\"}", (int)strcspn(id, "?/ "), id);
		send_events();
	} else if (strncmp(c->in, "GET /count", 10) == 0) {
		snprintf(count, sizeof(count), "%zu", n_rung);
		answer(c, 200, count);
	} else if (strncmp(c->in, "DELETE ", 7) == 0) {
		answer(c, 404, "{\"message\":\"Channel not found\"}");
	} else {
		answer(c, 200, "{\"name\":\"calloffer\"}");
	}
}

/* Takes what is whole, and leaves the rest. */
static void
take(struct conn *c)
{
	const char *body, *length;
	size_t n;

	for (;;) {
		c->in[c->len] = '\0';
		body = strstr(c->in, "\r\n\r\n");
		if (body == NULL)
			return;
		length = strcasestr(c->in, "\r\ncontent-length:");
		n = (size_t)(body + 4 - c->in);
		if (length != NULL && length < body)
			n += strtoul(length + 17, NULL, 10);
		if (c->len < n)
			return;
		react(c);
		memmove(c->in, c->in + n, c->len - n);
		c->len -= n;
	}
}

static const char *
after(const char *text, const char *what)
{
	const char *p = strstr(text, what);

	return p != NULL ? p + strlen(what) : "";
}

/* A request by the stream, as the bridge writes it. */
static void
take_message(const char *text)
{
	static const char channels[] = "channels/";
	const char *id = after(text, "\"transaction_id\":\"");
	const char *uri = after(text, "\"uri\":\"");
	int is_ring = strstr(text, "\"method\":\"POST\"") != NULL &&
	    strncmp(uri, channels, sizeof(channels) - 1) == 0;

	if (is_ring)
		ring(uri + sizeof(channels) - 1,
		    strcspn(uri + sizeof(channels) - 1, "?/\""));
	put_event("{\"type\":\"RESTResponse\",\"transaction_id\":\"%.*s\","
	    "\"status_code\":200,\"message_body\":\"%s\"}",
	    (int)strcspn(id, "\""), id, is_ring ? "{\\\"id\\\":\\\"x\\\","
	    "\\\"state\\\":\\\"Down\\\"}" : "{}");
}

/* A ping is answered with what it says (RFC 6455, 5.5.3). */
static void
take_frame(struct conn *c, int op, char *text, size_t n)
{
	unsigned char pong[2 + 125];
	char next = text[n];

	if (op == 9 && n <= 125) {
		pong[0] = 0x8a;
		pong[1] = (unsigned char)n;
		memcpy(pong + 2, text, n);
		send_all(c->fd, pong, 2 + n);
	} else if (op == 1) {
		text[n] = '\0';
		take_message(text);
		text[n] = next;
	}
}

static void
take_frames(struct conn *c)
{
	unsigned char *in = (unsigned char *)c->in, *end = in + c->len;
	size_t n, head, i;

	while (end - in >= 6) {
		n = in[1] & 0x7f;
		head = n == 126 ? 8 : 6;
		if (end - in < (ptrdiff_t)head)
			break;
		if (n == 126)
			n = (size_t)in[2] << 8 | in[3];
		if ((size_t)(end - in) < head + n)
			break;
		for (i = 0; i < n; i++)
			in[head + i] ^= in[head - 4 + i % 4];
		take_frame(c, in[0] & 0xf, (char *)in + head, n);
		in += head + n;
	}
	c->len = (size_t)(end - in);
	memmove(c->in, in, c->len);
	send_events();
}

static void
on_ready(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->len, IN_SIZE - c->len, 0);

	if (n <= 0) {
		if (stream == c)
			stream = NULL;
		close(c->fd);
		free(c);
		return;
	}
	c->len += (size_t)n;
	if (c->is_stream)
		take_frames(c);
	else
		take(c);
}

static void
on_knock(int fd)
{
	int new_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	struct conn *c = new_fd < 0 ? NULL : calloc(1, sizeof(*c));

	if (c == NULL)
		die("accept");
	c->fd = new_fd;
	watch(new_fd, c);
}

int
main(int argc, char **argv)
{
	struct signalfd_siginfo info;
	struct epoll_event ev[64];
	int listener, signals, n, i;
	char why[256];
	sigset_t set;

	if (argc < 2 || argc > 3 || secret_init() != 0) {
		fprintf(stderr, "usage: ari address [spared]\n");
		return 64;
	}
	n_spared = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	buf_init(&out, 2 * CHUNK);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	ep = epoll_create1(EPOLL_CLOEXEC);
	listener = sock_listen(argv[1], NULL, why, sizeof(why));
	if (listener < 0) {
		fprintf(stderr, "ari: %s\n", why);
		return 1;
	}
	watch(listener, &listener);
	watch(signals, &signals);
	for (;;) {
		n = epoll_wait(ep, ev, 64, -1);
		for (i = 0; i < n; i++)
			if (ev[i].data.ptr == &listener)
				on_knock(listener);
			else if (ev[i].data.ptr != &signals)
				on_ready(ev[i].data.ptr);
			else if (read(signals, &info, sizeof(info)) > 0)
				stop_ringing();
	}
}
