/* Requests towards a server that misbehaves (t/rest_server.py). */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include "lib/scan.h"

#include "bridge-client/net/request.h"
#include "bridge-client/net/rest.h"

#include "t/rest.h"
#include "t/tap.h"

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

int
main(void)
{
	if (start() != 0)
		return 1;
	test_failures();
	test_what_is_sent();
	test_once();
	test_tls();
	test_ends();
	stop();
	return tap_done();
}
