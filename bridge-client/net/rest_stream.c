/*
 * A WebSocket that stays open: a wire of rest's, the bytes of ws, and the
 * patience to begin again.
 *
 *	RESTING --pause over--> DIALLING --connected--> GREETING --101--> UP
 *	   ^                       |                       |              |
 *	   +-----------------------+-----------------------+--------------+
 *
 * A callback may close the stream; then its memory is kept until its own code
 * has been left (is_busy, is_closed).
 */

#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/loop.h"

#include "bridge-client/net/rest.h"
#include "bridge-client/net/ws.h"

#include "bridge-client/net/rest_stream.h"

#define MESSAGE_MAX	262144
#define READ_BYTES	16384
#define IN_MAX		(MESSAGE_MAX + 2 * READ_BYTES)
#define OUT_MAX		65536
#define GREETING_MS	10000
#define PAUSE_FIRST_MS	100
#define PAUSE_MAX_MS	2000	/* while there is none, calls are deaf */
#define STEADY_MS	10000	/* up so long: the next pause is the first */
#define PING_MS		10000
#define SILENCE_MS	20000
#define MASKS		64	/* drawn at once: the system is asked seldom */

enum stream_state { STREAM_RESTING, STREAM_DIALLING, STREAM_GREETING,
    STREAM_UP };

struct rest_stream {
	struct rest_account	*account;
	struct rest_stream_fn	 fn;
	void			*ctx;
	char			*url;		/* http or https */
	char			*host, *target;
	enum stream_state	 state;
	struct rest_wire	*wire;
	struct loop_timer	*timer;
	struct buf		 in, out;
	struct ws		 ws;
	unsigned char		 mask[MASKS][WS_MASK_BYTES];
	size_t			 n_masks;	/* left */
	char			 key[WS_KEY_SIZE];
	int64_t			 pause_ms;
	int64_t			 up_ms, heard_ms;
	int			 is_pinged;
	int			 is_busy, is_closed;
};

static void
enter(struct rest_stream *s, enum stream_state state)
{
	static const char *const word[] = { "resting", "dialling", "greeting",
	    "up" };

	log_debug("stream=%s state=%s->%s", s->host, word[s->state],
	    word[state]);
	s->state = state;
}

/* What goes out first holds the credentials. */
static void
wipe_out(struct rest_stream *s)
{
	if (s->out.data != NULL)
		explicit_bzero(s->out.data, s->out.size);
	buf_clear(&s->out);
}

static void
drop(struct rest_stream *s)
{
	rest_wire_close(s->wire);
	s->wire = NULL;
	buf_clear(&s->in);
	wipe_out(s);
	ws_free(&s->ws);
}

static void
leave(struct rest_stream *s)
{
	s->is_busy--;
	if (!s->is_closed || s->is_busy > 0)
		return;
	loop_timer_free(s->timer);
	wipe_out(s);
	buf_free(&s->in);
	buf_free(&s->out);
	ws_free(&s->ws);
	free(s->url);
	free(s->host);
	free(s->target);
	free(s);
}

/* The connection is no good: rest, and begin again. */
static void
fail(struct rest_stream *s, const char *why)
{
	if (s->state == STREAM_UP && clock_mono_ms() - s->up_ms >= STEADY_MS)
		s->pause_ms = PAUSE_FIRST_MS;
	enter(s, STREAM_RESTING);
	loop_timer_arm(s->timer, s->pause_ms);
	s->pause_ms = s->pause_ms * 2 < PAUSE_MAX_MS ? s->pause_ms * 2 :
	    PAUSE_MAX_MS;
	s->fn.down(s->ctx, why);	/* `why` may be the wire's */
	if (!s->is_closed)
		drop(s);
}

static void
flush(struct rest_stream *s)
{
	long n = 0;

	while (s->out.len > 0) {
		n = rest_wire_write(s->wire, s->out.data, s->out.len);
		if (n <= 0)
			break;
		buf_drain(&s->out, (size_t)n);
	}
	if (n < 0 || !buf_ok(&s->out)) {
		fail(s, "cannot write to it");
		return;
	}
	if (s->state == STREAM_GREETING && s->out.len == 0)
		wipe_out(s);
	rest_wire_want(s->wire, LOOP_READ |
	    (s->out.len > 0 ? LOOP_WRITE : 0));
}

static int
nonce(void *dst, size_t len)
{
	return getrandom(dst, len, 0) == (ssize_t)len ? 0 : -1;
}

static void
put(struct rest_stream *s, enum ws_op op, const void *p, size_t len)
{
	if (s->n_masks == 0 && nonce(s->mask, sizeof(s->mask)) == 0)
		s->n_masks = MASKS;
	if (s->n_masks == 0)
		s->out.is_bad = 1;
	else
		ws_put(&s->out, op, p, len, s->mask[--s->n_masks]);
}

/* Connected: the handshake goes out. */
static void
greet(struct rest_stream *s)
{
	unsigned char bytes[WS_NONCE_BYTES];
	char line[8192];
	struct ws_hello hello;
	struct buf b;

	enter(s, STREAM_GREETING);
	loop_timer_arm(s->timer, GREETING_MS);
	ws_init(&s->ws, MESSAGE_MAX);
	buf_over(&b, line, sizeof(line));
	/* in one piece, so that growing leaves no copy behind */
	(void)buf_room(&s->out, 2 * sizeof(line));
	if (nonce(bytes, sizeof(bytes)) < 0 ||
	    rest_credentials(s->account, REQUEST_BASIC, &b) < 0) {
		fail(s, "no random numbers, or credentials too long");
	} else {
		ws_key(bytes, s->key);
		hello.target = s->target;
		hello.host = s->host;
		hello.credentials = buf_cstr(&b);
		hello.key = s->key;
		ws_hello(&s->out, &hello);
	}
	explicit_bzero(line, sizeof(line));
}

static void
read_welcome(struct rest_stream *s)
{
	int status;
	long n = ws_welcome(s->in.data, s->in.len, s->key, &status);

	if (n == 0)
		return;
	if (n < 0) {
		fail(s, status == 401 || status == 403 ?
		    "the user or the password is not accepted" :
		    status == 404 ? "there is no such stream (HTTP 404)" :
		    "the other side does not speak WebSocket");
		return;
	}
	buf_drain(&s->in, (size_t)n);
	enter(s, STREAM_UP);
	s->up_ms = s->heard_ms = clock_mono_ms();
	s->is_pinged = 0;
	loop_timer_arm(s->timer, PING_MS);
	s->fn.up(s->ctx);
}

static void
read_message(struct rest_stream *s, const struct ws_message *m)
{
	switch (m->op) {
	case WS_TEXT:
		s->fn.text(s->ctx, (const char *)m->data, m->len);
		break;
	case WS_PING:
		put(s, WS_PONG, m->data, m->len);
		break;
	case WS_CLOSE:
		fail(s, "closed by the other side");
		break;
	case WS_CONTINUED:
	case WS_BINARY:
	case WS_PONG:
		break;
	}
}

/* All whole frames that have been read. */
static void
read_frames(struct rest_stream *s)
{
	struct ws_message m;
	enum ws_got got;
	size_t at = 0, used;

	do {
		got = ws_next(&s->ws, s->in.data + at, s->in.len - at, &used,
		    &m);
		at += used;
		if (got == WS_GOT)
			read_message(s, &m);
		else if (got == WS_BAD)
			fail(s, "not WebSocket, or a message too long");
		if (s->is_closed || s->state != STREAM_UP)
			return;
	} while (used > 0);
	buf_drain(&s->in, at);
}

static void
on_bytes(struct rest_stream *s)
{
	unsigned char *room;
	long n;

	for (;;) {
		room = buf_room(&s->in, READ_BYTES);
		n = room == NULL ? -1 : rest_wire_read(s->wire, room,
		    READ_BYTES);
		if (n == 0)
			return;
		if (n < 0) {
			fail(s, "the connection has ended");
			return;
		}
		buf_grown(&s->in, (size_t)n);
		s->heard_ms = clock_mono_ms();
		s->is_pinged = 0;
		if (s->state == STREAM_GREETING)
			read_welcome(s);
		if (!s->is_closed && s->state == STREAM_UP)
			read_frames(s);
		if (s->is_closed || s->wire == NULL)
			return;
	}
}

static void
on_ready(void *ctx, int events)
{
	struct rest_stream *s = ctx;

	s->is_busy++;
	if (s->state == STREAM_DIALLING)
		greet(s);
	if ((events & LOOP_READ) && !s->is_closed && s->wire != NULL)
		on_bytes(s);
	if (!s->is_closed && s->wire != NULL)
		flush(s);
	leave(s);
}

static void
on_failed(void *ctx, const char *why)
{
	struct rest_stream *s = ctx;

	s->is_busy++;
	fail(s, why);
	leave(s);
}

static void
dial(struct rest_stream *s)
{
	static const struct rest_wire_fn fn = { on_ready, on_failed };

	enter(s, STREAM_DIALLING);
	loop_timer_arm(s->timer, -1);
	s->wire = rest_wire_open(s->account, s->url, &fn, s);
	if (s->wire == NULL)
		fail(s, "out of memory");
}

static void
keep_alive(struct rest_stream *s)
{
	int64_t silence = clock_mono_ms() - s->heard_ms;

	if (silence >= SILENCE_MS) {
		fail(s, "silent for 20 s");
		return;
	}
	if (silence >= PING_MS && !s->is_pinged) {
		s->is_pinged = 1;
		put(s, WS_PING, "", 0);
		flush(s);
	}
	if (!s->is_closed && s->state == STREAM_UP)
		loop_timer_arm(s->timer,
		    (s->is_pinged ? SILENCE_MS : PING_MS) - silence);
}

static void
on_timer(void *ctx)
{
	struct rest_stream *s = ctx;

	s->is_busy++;
	switch (s->state) {
	case STREAM_RESTING:
		dial(s);
		break;
	case STREAM_DIALLING:
		break;
	case STREAM_GREETING:
		fail(s, "no answer to the handshake");
		break;
	case STREAM_UP:
		keep_alive(s);
		break;
	}
	leave(s);
}

int
rest_stream_say(struct rest_stream *s, const void *p, size_t len)
{
	if (s->state != STREAM_UP || len > OUT_MAX - WS_FRAME_MAX ||
	    s->out.len > OUT_MAX - WS_FRAME_MAX - len)
		return -1;
	put(s, WS_TEXT, p, len);
	rest_wire_want(s->wire, LOOP_READ | LOOP_WRITE);
	return 0;
}

void
rest_stream_again(struct rest_stream *s, const char *why)
{
	if (s->state != STREAM_UP)
		return;		/* it is about to, anyway */
	s->is_busy++;
	fail(s, why);
	leave(s);
}

/* "ws://host:port/path" into its parts.  0, or -1. */
static int
split(struct rest_stream *s, const char *url)
{
	static const char *const scheme[][2] = {
		{ "http://", "http://" }, { "https://", "https://" },
		{ "ws://", "http://" }, { "wss://", "https://" }
	};
	const char *host, *p;
	struct buf b;
	size_t i, n;

	for (i = 0; i < 4; i++)
		if (strncmp(url, scheme[i][0], strlen(scheme[i][0])) == 0)
			break;
	if (i == 4)
		return -1;
	for (p = url; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return -1;
	host = url + strlen(scheme[i][0]);
	n = strcspn(host, "/?#");
	if (n == 0 || memchr(host, '@', n) != NULL)
		return -1;
	s->host = strndup(host, n);
	s->target = strdup(host[n] == '\0' ? "/" : host + n);
	buf_init(&b, 4096);
	buf_printf(&b, "%s%s", scheme[i][1], host);
	buf_cstr(&b);
	s->url = (char *)buf_take(&b, &n);
	return s->host != NULL && s->target != NULL && s->url != NULL &&
	    s->target[0] == '/' ? 0 : -1;
}

struct rest_stream *
rest_stream_open(struct rest_account *a, const char *url,
    const struct rest_stream_fn *fn, void *ctx)
{
	struct rest_stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->account = a;
	s->fn = *fn;
	s->ctx = ctx;
	s->pause_ms = PAUSE_FIRST_MS;
	buf_init(&s->in, IN_MAX);
	buf_init(&s->out, OUT_MAX);
	s->timer = loop_timer_new(rest_loop(a), on_timer, s);
	if (s->timer == NULL || split(s, url) < 0) {
		rest_stream_close(s);
		return NULL;
	}
	loop_timer_arm(s->timer, 0);
	return s;
}

void
rest_stream_close(struct rest_stream *s)
{
	if (s == NULL || s->is_closed)
		return;
	s->is_busy++;
	s->is_closed = 1;
	if (s->timer != NULL)
		loop_timer_arm(s->timer, -1);
	rest_wire_close(s->wire);
	s->wire = NULL;
	leave(s);
}
