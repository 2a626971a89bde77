/* What stands at the door: clients, throttles, deadlines, strictness. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "acceptd/client.h"
#include "acceptd/limit.h"
#include "acceptd/reaper.h"
#include "acceptd/strict.h"
#include "acceptd/web.h"
#include "lib/clock.h"
#include "lib/loop.h"
#include "lib/token.h"
#include "t/tap.h"

static void
test_nets(void)
{
	static const struct { const char *text; int want; } nets[] = {
		{ "", -1 }, { "x", -1 }, { "192.0.2.0/33", -1 },
		{ "192.0.2.0/", -1 }, { "192.0.2/24", -1 },
		{ "2001:db8::/129", -1 }, { "host.example", -1 },
		{ "unix", 0 }, { "192.0.2.1", 0 }, { "192.0.2.0/24", 0 },
		{ "::1", 0 }, { "2001:db8::/32", 0 }, { "0.0.0.0/0", 0 }
	};
	struct client_nets n;
	size_t i;

	for (i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		memset(&n, 0, sizeof(n));
		is_int(client_nets_add(&n, nets[i].text), nets[i].want,
		    "proxy \"%s\"", nets[i].text);
	}
}

/* "": a Unix socket. */
static const struct sockaddr *
address(const char *text)
{
	static struct sockaddr_in in;
	static struct sockaddr_in6 in6;

	memset(&in, 0, sizeof(in));
	memset(&in6, 0, sizeof(in6));
	in.sin_family = AF_INET;
	in6.sin6_family = AF_INET6;
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return (const struct sockaddr *)&in;
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		return (const struct sockaddr *)&in6;
	return NULL;
}

static void
test_clients(void)
{
	static const struct {
		const char *peer, *forwarded, *want;
	} clients[] = {
		{ "203.0.113.9", NULL, "203.0.113.0/24" },
		{ "203.0.113.9", "192.0.2.7", "203.0.113.0/24" },
		{ "127.0.0.1", "192.0.2.7", "192.0.2.0/24" },
		{ "127.0.0.1", "", "127.0.0.0/24" },
		{ "127.0.0.1", "garbage", "127.0.0.0/24" },
		{ "127.0.0.1", "6.6.6.6, 192.0.2.7", "192.0.2.0/24" },
		{ "127.0.0.1", "6.6.6.6,192.0.2.7 , 10.1.2.3",
		    "192.0.2.0/24" },
		{ "127.0.0.1", "192.0.2.7, garbage, 10.1.2.3",
		    "10.1.2.0/24" },
		{ "127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.0/24" },
		{ "127.0.0.1", "192.0.2.7:4711", "192.0.2.0/24" },
		{ "127.0.0.1", "[2001:db8:1:2:3::4]:99",
		    "2001:db8:1:2::/64" },
		{ "127.0.0.1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64" },
		{ "127.0.0.1", "::ffff:192.0.2.7", "192.0.2.0/24" },
		{ "::ffff:127.0.0.1", "192.0.2.7", "192.0.2.0/24" },
		{ "2001:db8:1:2:3::4", NULL, "2001:db8:1:2::/64" },
		{ "", NULL, "local" },
		{ "", "192.0.2.7", "192.0.2.0/24" },
		{ "127.0.0.1", ",,,", "127.0.0.0/24" },
		{ "127.0.0.1", "192.0.2.7,", "127.0.0.0/24" }
	};
	char dst[ASK_CLIENT_MAX + 1];
	struct client_nets nets = { 0 };
	size_t i;
	int bad = 0;

	bad |= client_nets_add(&nets, "unix");
	bad |= client_nets_add(&nets, "127.0.0.1");
	bad |= client_nets_add(&nets, "10.0.0.0/8");
	is_int(bad, 0, "three proxies");
	for (i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		client_prefix(dst, address(clients[i].peer),
		    clients[i].forwarded, &nets);
		is_str(dst, clients[i].want, "from %s, forwarded for %s",
		    clients[i].peer, clients[i].forwarded != NULL ?
		    clients[i].forwarded : "-");
	}
	nets.is_unix_trusted = 0;
	client_prefix(dst, NULL, "192.0.2.7", &nets);
	is_str(dst, "local", "a Unix socket that is not trusted");
	ok(client_is_loopback(address("127.9.9.9")) &&
	    client_is_loopback(address("::1")) && client_is_loopback(NULL),
	    "loopback");
	ok(!client_is_loopback(address("10.0.0.1")) &&
	    !client_is_loopback(address("::2")), "and not");
}

static void
test_rates(void)
{
	struct limit *l = limit_new(3, 6, 64);
	char key[32];
	int i, passed = 0;

	for (i = 0; i < 4; i++)
		passed += limit_take(l, "a", 1000) == 0;
	is_int(passed, 3, "as many as the burst");
	is_int(limit_take(l, "a", 1000), 10000, "then a tenth of a minute");
	is_int(limit_take(l, "b", 1000), 0, "another key is not concerned");
	is_int(limit_take(l, "a", 10999), 1, "a millisecond too early");
	is_int(limit_take(l, "a", 11000), 0, "in time");
	is_int(limit_take(l, "a", 11000), 10000, "one only");
	is_int(limit_take(l, "a", 10000), 10000, "time does not go back");
	for (i = 0, passed = 0; i < 4; i++)
		passed += limit_take(l, "a", INT64_C(1) << 50) == 0;
	is_int(passed, 3, "after an age no more than the burst");
	for (i = 0, passed = 0; i < 4; i++)
		passed += limit_take(l, "b", 21000) == 0;
	is_int(passed, 3, "nor after a while");
	limit_free(l);

	l = limit_new(1, 1, 64);
	for (i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		limit_take(l, key, i);
	}
	is_int(limit_take(l, "key 999", 1000) > 0, 1,
	    "in a small room the latest is remembered");
	limit_free(l);
	limit_free(NULL);
}

static void
test_tally(void)
{
	struct limit_tally *t = limit_tally_new(2);
	char key[32];
	int i, bad = 0;

	is_int(limit_tally_enter(t, "a"), 0, "the first");
	is_int(limit_tally_enter(t, "a"), 0, "the second");
	is_int(limit_tally_enter(t, "a"), -1, "no third");
	is_int(limit_tally_enter(t, "b"), 0, "another's first");
	limit_tally_leave(t, "a");
	is_int(limit_tally_enter(t, "a"), 0, "room again");
	limit_tally_leave(t, "nobody");
	for (i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		bad |= limit_tally_enter(t, key);
	}
	is_int(bad, 0, "thousands of keys");
	limit_tally_free(t);
	t = limit_tally_new(0);
	is_int(limit_tally_enter(t, "a"), -1, "none at all");
	limit_tally_free(t);
}

static int n_late;
static struct reaper_entry *late;

static void
on_late(void *ctx, struct reaper_entry *e)
{
	(void)ctx;
	n_late++;
	late = e;
}

static void
test_reaper(void)
{
	const int64_t times[REAPER_CLASSES] = { 1000, 2000, 3000, 4000 };
	struct reaper_entry a = { 0 }, b = { 0 };
	struct loop *loop = loop_new();
	struct reaper *r = reaper_new(loop, times, on_late, NULL);

	clock_fake(0, 10000);
	reaper_put(r, &a, 0);
	reaper_put(r, &b, 1);
	clock_fake(0, 10999);
	loop_turn(loop, 0);
	is_int(n_late, 0, "nobody is late yet");
	reaper_put(r, &a, 0);
	clock_fake(0, 11998);
	loop_turn(loop, 0);
	is_int(n_late, 0, "a new class, a new deadline");
	clock_fake(0, 12300);
	loop_turn(loop, 0);
	is_int(n_late, 2, "both are late");
	ok(a.queue == NULL && b.queue == NULL && late == &b,
	    "and in no class any more");
	reaper_put(r, &a, 3);
	reaper_remove(&a);
	reaper_remove(&a);
	clock_fake(0, 99999);
	loop_turn(loop, 0);
	is_int(n_late, 2, "who was removed is not late");
	reaper_free(r);
	loop_free(loop);
	clock_fake(-1, 0);
}

/* "|" between headers, ":" between name and value. */
static const struct {
	const char	*name, *version, *target, *headers;
	int		 is_good;
} requests[] = {
	{ "no Host", "HTTP/1.1", "/", "", 0 },
	{ "an empty Host", "HTTP/1.1", "/", "Host:", 0 },
	{ "two Hosts", "HTTP/1.1", "/", "Host:a|Host:a", 0 },
	{ "two Hosts in other letters", "HTTP/1.1", "/", "Host:a|hOST:b", 0 },
	{ "two Hosts with 1.0", "HTTP/1.0", "/", "Host:a|Host:b", 0 },
	{ "two lengths", "HTTP/1.1", "/",
	    "Host:a|Content-Length:4|Content-Length:5", 0 },
	{ "two equal lengths", "HTTP/1.1", "/",
	    "Host:a|Content-Length:4|content-length:4", 0 },
	{ "a list of lengths", "HTTP/1.1", "/", "Host:a|Content-Length:4, 4",
	    0 },
	{ "a signed length", "HTTP/1.1", "/", "Host:a|Content-Length:+4", 0 },
	{ "a negative length", "HTTP/1.1", "/", "Host:a|Content-Length:-4",
	    0 },
	{ "a hexadecimal length", "HTTP/1.1", "/",
	    "Host:a|Content-Length:0x4", 0 },
	{ "an empty length", "HTTP/1.1", "/", "Host:a|Content-Length:", 0 },
	{ "an endless length", "HTTP/1.1", "/",
	    "Host:a|Content-Length:99999999999999999999999", 0 },
	{ "a length and chunks", "HTTP/1.1", "/",
	    "Host:a|Content-Length:4|Transfer-Encoding:chunked", 0 },
	{ "chunks and chunks", "HTTP/1.1", "/",
	    "Host:a|Transfer-Encoding:chunked|Transfer-Encoding:chunked", 0 },
	{ "almost chunks", "HTTP/1.1", "/",
	    "Host:a|Transfer-Encoding:xchunked", 0 },
	{ "packed chunks", "HTTP/1.1", "/",
	    "Host:a|Transfer-Encoding:gzip, chunked", 0 },
	{ "chunks with 1.0", "HTTP/1.0", "/",
	    "Host:a|Transfer-Encoding:chunked", 0 },
	{ "a space before the colon", "HTTP/1.1", "/",
	    "Host:a|Content-Length :4", 0 },
	{ "a header without name", "HTTP/1.1", "/", "Host:a|:x", 0 },
	{ "a control in a value", "HTTP/1.1", "/", "Host:a|X:a\rb", 0 },
	{ "version 0.9", "HTTP/0.9", "/", "Host:a", 0 },
	{ "version 2.0", "HTTP/2.0", "/", "Host:a", 0 },
	{ "no version", "", "/", "Host:a", 0 },
	{ "an absolute target", "HTTP/1.1", "http://a/", "Host:a", 0 },
	{ "no target", "HTTP/1.1", "", "Host:a", 0 },
	{ "an asterisk", "HTTP/1.1", "*", "Host:a", 0 },
	{ "a target with a space", "HTTP/1.1", "/a b", "Host:a", 0 },
	{ "a target with a control", "HTTP/1.1", "/a\001", "Host:a", 0 },
	{ "a target in raw UTF-8", "HTTP/1.1", "/\303\251", "Host:a", 0 },
	{ "a target with a fragment", "HTTP/1.1", "/a#b", "Host:a", 0 },
	{ "the plainest", "HTTP/1.1", "/", "Host:a", 1 },
	{ "with a length", "HTTP/1.1", "/a?b=c", "host:a|Content-Length:4",
	    1 },
	{ "with chunks", "HTTP/1.1", "/", "Host:a|transfer-encoding:Chunked",
	    1 },
	{ "1.0 without Host", "HTTP/1.0", "/", "", 1 }
};

static void
test_strict(void)
{
	static char target[STRICT_TARGET_MAX + 3];
	char text[256], *h, *next, *value;
	struct strict s;
	size_t i;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		strict_begin(&s, requests[i].version, requests[i].target);
		snprintf(text, sizeof(text), "%s", requests[i].headers);
		for (h = text; *h != '\0'; h = next) {
			next = h + strcspn(h, "|");
			if (*next == '|')
				*next++ = '\0';
			value = strchr(h, ':');
			*value++ = '\0';
			strict_header(&s, h, value);
		}
		is_int(strict_is_good(&s), requests[i].is_good, "%s",
		    requests[i].name);
	}
	memset(target, '/', sizeof(target) - 1);
	strict_begin(&s, "HTTP/1.0", target);
	is_int(strict_is_good(&s), 0, "a target without end");
	target[STRICT_TARGET_MAX] = '\0';
	strict_begin(&s, "HTTP/1.0", target);
	is_int(strict_is_good(&s), 1, "a target as long as may be");
	strict_begin(&s, "HTTP/1.1", "/");
	is_int(strict_has_body(&s), 0, "no body");
	strict_header(&s, "Content-Length", "0");
	is_int(strict_has_body(&s), 0, "an empty one");
	strict_header(&s, "Transfer-Encoding", "chunked");
	is_int(strict_has_body(&s), 1, "chunks are one");
}

static char headers[4096];

static void
note_header(void *ctx, const char *name, const char *value)
{
	size_t n = strlen(headers);

	(void)ctx;
	snprintf(headers + n, sizeof(headers) - n, "%s: %s\n", name, value);
}

static void
test_headers(void)
{
	struct web_response r;

	web_response_init(&r);
	r.is_page = 1;
	r.type = "text/html";
	web_response_headers(&r, note_header, NULL);
	ok(strstr(headers, "default-src 'none'; style-src 'self'; "
	    "script-src 'self'; connect-src 'self'; form-action 'self'; "
	    "frame-ancestors 'none'; base-uri 'none'; img-src 'self'") != NULL,
	    "a page's content policy");
	ok(strstr(headers, "Cache-Control: no-store") != NULL &&
	    strstr(headers, "Referrer-Policy: no-referrer") != NULL &&
	    strstr(headers, "X-Robots-Tag: noindex") != NULL &&
	    strstr(headers, "X-Content-Type-Options: nosniff") != NULL,
	    "what protects a page");
	ok(strstr(headers, "Set-Cookie") == NULL, "no cookie");
	headers[0] = '\0';
	r.is_page = 0;
	r.is_lasting = 1;
	web_response_headers(&r, note_header, NULL);
	ok(strstr(headers, "immutable") != NULL, "an asset may be kept");
	web_response_free(&r);
}

int
main(void)
{
	test_nets();
	test_clients();
	test_rates();
	test_tally();
	test_reaper();
	test_strict();
	test_headers();
	return tap_done();
}
