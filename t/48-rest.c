/*
 * Requests and streams towards a server that misbehaves (t/rest_server.py).
 */

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include "lib/scan.h"
#include "lib/secret.h"

#include "bridge-client/net/request.h"
#include "bridge-client/net/rest.h"
#include "bridge-client/net/rest_stream.h"

#include "t/tap.h"

static struct loop *loop;
static struct rest *rest;
static int plain_port, tls_port, dead_port;

struct answer {
	int		is_done;
	int		status, is_sent;
	struct buf	body;
	char		why[256];
};

static void
on_done(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct answer *a = ctx;

	a->is_done++;
	a->status = status;
	a->is_sent = is_sent;
	buf_clear(&a->body);
	buf_put(&a->body, body, len);
	snprintf(a->why, sizeof(a->why), "%s", why);
}

/* Turns the loop until `*flag` is at least `n`, 10 s at most. */
static int
wait_for(const int *flag, int n)
{
	int64_t end = clock_mono_ms() + 10000;

	while (*flag < n && clock_mono_ms() < end)
		loop_turn(loop, 100);
	return *flag >= n;
}

static pid_t server;
static int server_in = -1;

static void
start_server(void)
{
	const char *dir = tap_dir();
	int in[2], out[2];
	char line[64], *p = line;
	FILE *f;

	if (pipe(in) < 0 || pipe(out) < 0 || (server = fork()) < 0)
		exit(1);
	if (server == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl("/usr/bin/python3", "python3", "t/rest_server.py",
		    dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	server_in = in[1];
	f = fdopen(out[0], "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL) {
		printf("Bail out! the server did not start\n");
		exit(1);
	}
	fclose(f);
	plain_port = (int)strtol(p, &p, 10);
	tls_port = (int)strtol(p, &p, 10);
	dead_port = (int)strtol(p, &p, 10);
}

static void
stop_server(void)
{
	close(server_in);
	waitpid(server, NULL, 0);
}

static void
url(struct request *q, const char *scheme, int port, const char *path)
{
	request_init(q);
	buf_printf(&q->url, "%s://localhost:%d%s", scheme, port, path);
	q->timeout_ms = 500;
}

/* Sends and waits. */
static void
ask(struct rest_account *acc, struct request *q, struct answer *a)
{
	memset(a, 0, sizeof(*a));
	buf_init(&a->body, 200000);
	if (rest_send(acc, q, on_done, a) < 0)
		snprintf(a->why, sizeof(a->why), "not taken");
	else {
		ok(!a->is_done, "no callback from within rest_send()");
		wait_for(&a->is_done, 1);
	}
	is_int(a->is_done, 1, "%s %s: one callback", q->method,
	    buf_cstr(&q->url));
	request_free(q);
}

static struct secret *passwords[32];
static size_t n_passwords;

static struct rest_account *
account(const char *user, const char *password, const char *ca_file)
{
	struct rest_account_conf c = { user, NULL, ca_file, 400, NULL, NULL };
	char copy[64];

	if (password != NULL) {
		snprintf(copy, sizeof(copy), "%s", password);
		c.password = passwords[n_passwords++] =
		    secret_take(copy, strlen(copy));
	}
	return rest_account_new(rest, &c);
}

static int
times_seen(struct rest_account *acc, const char *path)
{
	struct request q;
	struct answer a;
	char seen[64];
	uint64_t n = 0;

	snprintf(seen, sizeof(seen), "/seen%s", path);
	url(&q, "http", plain_port, seen);
	ask(acc, &q, &a);
	if (scan_uint(buf_cstr(&a.body), a.body.len, 1000, &n) < 0)
		return -1;
	buf_free(&a.body);
	return (int)n;
}

static void
test_failures(void)
{
	const struct {
		const char	*what, *method, *scheme;
		int		 port;
		const char	*path;
		int		 status, is_sent;
	} cases[] = {
		{ "nobody listens", "POST", "http", dead_port, "/echo", 0, 0 },
		{ "no TLS there", "POST", "https", plain_port, "/echo", 0, 0 },
		{ "an unknown certificate", "POST", "https", tls_port, "/echo",
		    0, 0 },
		{ "another scheme", "POST", "ftp", plain_port, "/", 0, 0 },
		{ "no answer", "POST", "http", plain_port, "/silent", 0, 1 },
		{ "half an answer", "POST", "http", plain_port, "/half", 0, 1 },
		{ "half a head", "POST", "http", plain_port, "/halfhead", 0,
		    1 },
		{ "closed after the request", "POST", "http", plain_port,
		    "/close", 0, 1 },
		{ "reset after the request", "POST", "http", plain_port,
		    "/reset", 0, 1 },
		{ "no HTTP", "POST", "http", plain_port, "/garbage", 0, 1 },
		{ "a byte too many", "POST", "http", plain_port, "/bigger", 0,
		    1 },
		{ "an endless body", "POST", "http", plain_port, "/endless", 0,
		    1 },
		{ "an endless head", "POST", "http", plain_port, "/head", 0,
		    1 },
		{ "a redirect", "POST", "http", plain_port, "/redirect", 302,
		    1 },
		{ "an error", "DELETE", "http", plain_port, "/404", 404, 1 },
		{ "a server's error", "PUT", "http", plain_port, "/503", 503,
		    1 },
		{ "as much as allowed", "GET", "http", plain_port, "/big", 200,
		    1 },
	};
	struct rest_account *acc = account("u", "p", NULL);
	struct request q;
	struct answer a;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		url(&q, cases[i].scheme, cases[i].port, cases[i].path);
		q.method = cases[i].method;
		ask(acc, &q, &a);
		tap_note("%s: %s", cases[i].what, a.why);
		is_int(a.status, cases[i].status, "%s: status", cases[i].what);
		is_int(a.is_sent, cases[i].is_sent, "%s: certainty",
		    cases[i].what);
		ok(a.status != 0 || a.why[0] != '\0', "%s: says why",
		    cases[i].what);
		buf_free(&a.body);
	}
	/* A name that is not in the DNS. */
	request_init(&q);
	buf_str(&q.url, "http://nobody.invalid/");
	q.method = "POST";
	q.timeout_ms = 3000;
	ask(acc, &q, &a);
	ok(a.status == 0 && a.is_sent == 0, "no such host: certainly not sent");
	buf_free(&a.body);
	is_int(times_seen(acc, "/close"), 1, "what was closed came once");
	is_int(times_seen(acc, "/reset"), 1, "what was reset came once");
	rest_account_free(acc);
}

static void
test_what_is_sent(void)
{
	struct rest_account *basic = account("Aladdin", "open sesame", NULL);
	struct rest_account *bearer = account(NULL, "s3cret", NULL);
	struct request q;
	struct answer a;
	const char *got;

	url(&q, "http", plain_port, "/echo");
	q.method = "POST";
	q.auth = REQUEST_BASIC;
	q.type = "application/json";
	buf_str(&q.body, "{\"a\":1}");
	ask(basic, &q, &a);
	got = buf_cstr(&a.body);
	is_int(a.status, 200, "a POST is answered");
	ok(strncmp(got, "POST /echo HTTP/1.1\r\n", 21) == 0, "its first line");
	ok(strstr(got, "\r\nAuthorization: Basic "		/* RFC 7617 */
	    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") != NULL, "Basic credentials");
	ok(strstr(got, "\r\nContent-Type: application/json") != NULL, "type");
	ok(strstr(got, "\n\n{\"a\":1}") != NULL, "body");
	ok(strstr(got, "Expect:") == NULL, "no Expect");
	buf_free(&a.body);

	url(&q, "http", plain_port, "/echo");
	q.method = "DELETE";
	q.auth = REQUEST_BEARER;
	ask(bearer, &q, &a);
	got = buf_cstr(&a.body);
	ok(strncmp(got, "DELETE /echo HTTP/1.1\r\n", 23) == 0, "a DELETE");
	ok(strstr(got, "\r\nAuthorization: Bearer s3cret") != NULL,
	    "Bearer credentials");
	ok(strstr(got, "Content-Type") == NULL, "no type without a body");
	buf_free(&a.body);

	url(&q, "http", plain_port, "/echo");
	q.method = "POST";
	ask(basic, &q, &a);
	got = buf_cstr(&a.body);
	ok(strstr(got, "Content-Length: 0") != NULL, "a POST without a body");
	ok(strstr(got, "Authorization") == NULL,
	    "credentials only where they are asked for");
	buf_free(&a.body);
	rest_account_free(basic);
	rest_account_free(bearer);
}

/*
 * A kept connection dies as the second request is on it: libcurl alone would
 * send that again.
 */
static void
test_once(void)
{
	struct rest_account *acc = account("u", "p", NULL);
	struct request q;
	struct answer a;
	int i;

	for (i = 0; i < 2; i++) {
		url(&q, "http", plain_port, "/stale");
		q.method = "POST";
		ask(acc, &q, &a);
		is_int(a.status, i == 0 ? 200 : 0, "request %d", i);
		buf_free(&a.body);
	}
	is_int(a.is_sent, 1, "the second may have been acted on");
	is_int(times_seen(acc, "/stale"), 2, "and was sent once");
	for (i = 0; i < 2; i++) {
		url(&q, "http", plain_port, "/stale-get");
		ask(acc, &q, &a);
		is_int(a.status, 200, "question %d", i);
		buf_free(&a.body);
	}
	is_int(times_seen(acc, "/stale-get"), 3, "a question is asked again");
	rest_account_free(acc);
}

static void
test_tls(void)
{
	char ca[512];
	struct rest_account *acc;
	struct request q;
	struct answer a;

	snprintf(ca, sizeof(ca), "%s/cert.pem", tap_dir());
	acc = account("u", "p", ca);
	url(&q, "https", tls_port, "/echo");
	ask(acc, &q, &a);
	is_int(a.status, 200, "TLS with the right ca_file %s",
	    a.why);
	buf_free(&a.body);
	request_init(&q);
	buf_printf(&q.url, "https://127.0.0.1:%d/echo", tls_port);
	ask(acc, &q, &a);
	is_int(a.status, 0, "TLS with another name: %s", a.why);
	is_int(a.is_sent, 0, "nothing was sent");
	buf_free(&a.body);
	rest_account_free(acc);
}

static void
free_account(void *ctx, int status, int is_sent, const char *body, size_t len,
    const char *why)
{
	struct rest_account **acc = ctx;

	(void)status, (void)is_sent, (void)body, (void)len, (void)why;
	rest_account_free(*acc);
	*acc = NULL;
}

static void
test_ends(void)
{
	struct rest_account *acc = account("u", "p", NULL);
	struct request q;
	struct answer a;
	int64_t end;

	url(&q, "http", plain_port, "/silent");
	memset(&a, 0, sizeof(a));
	buf_init(&a.body, 100);
	ok(rest_send(acc, &q, on_done, &a) == 0, "sent, and in flight");
	loop_turn(loop, 10);
	rest_account_free(acc);
	loop_turn(loop, 10);
	is_int(a.is_done, 0, "the account's end calls nobody back");

	acc = account("u", "p", NULL);
	ok(rest_send(acc, &q, on_done, &a) == 0, "one that waits");
	buf_clear(&q.url);
	buf_printf(&q.url, "http://localhost:%d/echo", plain_port);
	ok(rest_send(acc, &q, free_account, &acc) == 0,
	    "one whose callback frees the account");
	for (end = clock_mono_ms() + 5000; acc != NULL &&
	    clock_mono_ms() < end;)
		loop_turn(loop, 100);
	ok(acc == NULL, "a callback may free the account");
	is_int(a.is_done, 0, "and the other one is not called");
	request_free(&q);
	buf_free(&a.body);
}

/* Streams. */

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
test_stream_refusals(struct rest_account *acc)
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

static void
test_stream_texts(struct rest_account *acc, const char *scheme, int port)
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
test_stream_again(struct rest_account *acc)
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
test_stream_silence(struct rest_account *acc)
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

	if (secret_init() < 0)
		return 1;
	start_server();
	loop = loop_new();
	rest = rest_open(loop);
	test_failures();
	test_what_is_sent();
	test_once();
	test_tls();
	test_ends();
	snprintf(ca, sizeof(ca), "%s/cert.pem", tap_dir());
	acc = account("u", "p", ca);
	test_stream_refusals(acc);
	test_stream_texts(acc, "ws", plain_port);
	test_stream_texts(acc, "wss", tls_port);
	test_stream_again(acc);
	test_stream_silence(acc);
	rest_account_free(acc);
	rest_close(rest);
	loop_free(loop);
	while (n_passwords > 0)
		secret_free(passwords[--n_passwords]);
	stop_server();
	return tap_done();
}
