/* Streams towards a server that misbehaves (t/rest_server.py). */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/loop.h"

#include "bridge-client/net/rest.h"
#include "bridge-client/net/rest_stream.h"

#include "t/rest.h"
#include "t/tap.h"

struct watch {
	struct rest_stream	*stream;
	int			 ups, downs, texts;
	struct buf		 said;
	char			 why[256];
	const char		*close_at;	/* text after which to close */
};

static void
on_up(void *ctx)
{
	struct watch *w = ctx;

	w->ups++;
}

static void
on_down(void *ctx, const char *why)
{
	struct watch *w = ctx;

	w->downs++;
	snprintf(w->why, sizeof(w->why), "%s", why);
}

static void
on_text(void *ctx, const char *text, size_t len)
{
	struct watch *w = ctx;

	w->texts++;
	if (len < 100)
		buf_printf(&w->said, "%.*s;", (int)len, text);
	else
		buf_printf(&w->said, "%c*%zu;", text[0], len);
	if (w->close_at != NULL && len == strlen(w->close_at) &&
	    memcmp(text, w->close_at, len) == 0) {
		rest_stream_close(w->stream);
		w->stream = NULL;
	}
}

static const struct rest_stream_fn watch_fn = { on_up, on_down, on_text };

static void
watch(struct watch *w, struct rest_account *acc, const char *scheme, int port,
    const char *path)
{
	char text[128];

	memset(w, 0, sizeof(*w));
	buf_init(&w->said, 100000);
	snprintf(text, sizeof(text), "%s://localhost:%d%s", scheme, port,
	    path);
	w->stream = rest_stream_open(acc, text, &watch_fn, w);
	ok(w->stream != NULL && w->ups + w->downs == 0, "%s is opened", text);
}

static void
unwatch(struct watch *w)
{
	rest_stream_close(w->stream);
	buf_free(&w->said);
}

static void
test_refusals(struct rest_account *acc)
{
	static const char *const bad[] = { "", "ftp://h/", "http://",
	    "http:///x", "ws://u@h/", "ws://h/a b", "ws://h/a\r\nb", "h:1/x",
	    "ws://h?x" };
	const struct {
		const char	*path, *why;
		int		 port;
	} cases[] = {
		{ "/ws/401", "the user or the password is not accepted",
		    plain_port },
		{ "/nothing", "there is no such stream (HTTP 404)",
		    plain_port },
		{ "/echo", "the other side does not speak WebSocket",
		    plain_port },
		{ "/ws/badaccept", "the other side does not speak WebSocket",
		    plain_port },
		{ "/close", "the connection has ended", plain_port },
		{ "/ws", NULL, dead_port },
	};
	struct watch w;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(rest_stream_open(acc, bad[i], &watch_fn, &w) == NULL,
		    "no stream's address: %zu", i);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		watch(&w, acc, "ws", cases[i].port, cases[i].path);
		ok(wait_for(&w.downs, 2), "%s fails, and again", cases[i].path);
		is_int(w.ups, 0, "and never stands");
		if (cases[i].why != NULL)
			is_str(w.why, cases[i].why, "and says why");
		else
			tap_note("%s", w.why);
		unwatch(&w);
	}
}

/* Each with a mask of its own, and more of them than are drawn at once. */
static void
test_masks(struct rest_account *acc, int port)
{
	struct watch w;
	int i;

	watch(&w, acc, "ws", port, "/ws/says");
	wait_for(&w.texts, 1);
	for (i = 2; i <= 200; i++)
		if (rest_stream_say(w.stream, "said", 4) != 0)
			break;
	is_int(i, 201, "so much is said");
	wait_for(&w.texts, 200);
	ok(strstr(buf_cstr(&w.said), "said 199;") != NULL,
	    "masked differently each time");
	unwatch(&w);
}

static void
test_texts(struct rest_account *acc, const char *scheme, int port)
{
	struct watch w;

	watch(&w, acc, scheme, port, "/ws/parts");
	wait_for(&w.texts, 3);
	is_str(buf_cstr(&w.said), "hello;abc;pong ping;",
	    "fragments, with a ping answered between");
	is_int(w.ups, 1, "up once");
	unwatch(&w);

	watch(&w, acc, scheme, port, "/ws/large");
	wait_for(&w.texts, 2);
	is_str(buf_cstr(&w.said), "hello;y*200000;", "a large message");
	unwatch(&w);

	watch(&w, acc, scheme, port, "/ws/many");
	wait_for(&w.texts, 2001);
	is_int(w.texts, 2001, "many messages at once");
	unwatch(&w);

	watch(&w, acc, scheme, port, "/ws/many");
	w.close_at = "17";
	wait_for(&w.texts, 19);
	loop_turn(loop, 50);
	is_int(w.texts, 19, "closed from its callback: no more comes");
	is_int(w.downs, 0, "nor is it said to be down");
	unwatch(&w);
}

static void
test_again(struct rest_account *acc)
{
	struct watch w;
	int64_t begin = clock_mono_ms();

	watch(&w, acc, "http", plain_port, "/ws/drop");
	ok(wait_for(&w.ups, 3), "dropped, it comes up again and again");
	ok(clock_mono_ms() - begin >= 300, "after growing pauses");
	ok(w.downs >= w.ups - 1, "each end is told: %s", w.why);
	unwatch(&w);

	watch(&w, acc, "ws", plain_port, "/ws/huge");
	wait_for(&w.downs, 1);
	is_str(w.why, "not WebSocket, or a message too long",
	    "a message over the ceiling ends it");
	unwatch(&w);
}

/* The clock jumps; the loop and the other side are real. */
static void
test_silence(struct rest_account *acc)
{
	struct watch w;
	int64_t now;
	int i;

	watch(&w, acc, "ws", plain_port, "/ws/echo");
	wait_for(&w.texts, 1);
	now = clock_mono_ms();
	clock_fake(clock_wall_ms(), now + 10001);
	for (i = 0; i < 50 && w.texts < 2; i++)
		loop_turn(loop, 20);
	is_str(buf_cstr(&w.said), "hello;was pinged;",
	    "after 10 s of silence it pings");
	is_int(w.downs, 0, "and lives");
	unwatch(&w);
	clock_fake(-1, 0);

	watch(&w, acc, "ws", plain_port, "/ws/silent");
	wait_for(&w.texts, 1);
	now = clock_mono_ms();
	clock_fake(clock_wall_ms(), now + 10001);
	for (i = 0; i < 5; i++)
		loop_turn(loop, 10);
	is_int(w.downs, 0, "a ping without an answer: not yet");
	clock_fake(clock_wall_ms(), now + 20001);
	for (i = 0; i < 5; i++)
		loop_turn(loop, 10);
	is_int(w.downs, 1, "after 20 s it is given up");
	is_str(w.why, "silent for 20 s", "and says so");
	clock_fake(-1, 0);
	unwatch(&w);
}

int
main(void)
{
	struct rest_account *acc;
	char ca[512];

	if (start() != 0)
		return 1;
	snprintf(ca, sizeof(ca), "%s/cert.pem", tap_dir());
	acc = account("u", "p", ca);
	test_refusals(acc);
	test_texts(acc, "ws", plain_port);
	test_texts(acc, "wss", tls_port);
	test_masks(acc, plain_port);
	test_again(acc);
	test_silence(acc);
	rest_account_free(acc);
	stop();
	return tap_done();
}
