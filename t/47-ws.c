/* WebSocket frames and handshakes, with the examples of RFC 6455. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/net/ws.h"

#include "t/tap.h"

#define KEY	"dGhlIHNhbXBsZSBub25jZQ=="	/* 1.3 */
#define ACCEPT	"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define MAX	1000

static void
test_keys(void)
{
	static const struct {
		const char	*plain, *text;
	} base64[] = {		/* RFC 4648, 10 */
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	};
	char key[WS_KEY_SIZE], accept[WS_ACCEPT_SIZE];
	struct buf b;
	size_t i;

	for (i = 0; i < sizeof(base64) / sizeof(base64[0]); i++) {
		buf_init(&b, 100);
		buf_base64(&b, base64[i].plain, strlen(base64[i].plain));
		is_str(buf_cstr(&b), base64[i].text, "base64 of \"%s\"",
		    base64[i].plain);
		buf_free(&b);
	}
	ws_key((const unsigned char *)"the sample nonce", key);
	is_str(key, KEY, "key of the RFC's nonce");
	ws_accept(KEY, accept);
	is_str(accept, ACCEPT, "accept of the RFC's key");
	ws_accept("AAAAAAAAAAAAAAAAAAAAAA==", accept);
	is_str(accept, "ICX+Yqv66kxgM0FcWaLWlFLwTAI=",
	    "accept of another key");
}

static void
test_hello(void)
{
	struct ws_hello h = { "/ari/events?app=x", "127.0.0.1:8088",
	    "Authorization: Basic YTpi", KEY };
	struct buf b;

	buf_init(&b, MAX);
	ws_hello(&b, &h);
	is_str(buf_cstr(&b), "GET /ari/events?app=x HTTP/1.1\r\n"
	    "Host: 127.0.0.1:8088\r\n"
	    "Authorization: Basic YTpi\r\n"
	    "Upgrade: websocket\r\n"
	    "Connection: Upgrade\r\n"
	    "Sec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: " KEY "\r\n\r\n", "handshake");
	buf_clear(&b);
	h.credentials = "";
	ws_hello(&b, &h);
	ok(strstr(buf_cstr(&b), "Authorization") == NULL,
	    "without credentials there is no such line");
	buf_free(&b);
}

#define OK101	"HTTP/1.1 101 Switching Protocols\r\n"
#define UP	"Upgrade: websocket\r\n"
#define CONN	"Connection: Upgrade\r\n"
#define ACC	"Sec-WebSocket-Accept: " ACCEPT "\r\n"

static void
test_welcome(void)
{
	static const struct {
		const char	*what, *text;
		long		 want;		/* 1: all of it */
		int		 status;
	} cases[] = {
		{ "nothing yet", "", 0, 0 },
		{ "half a line", "HTTP/1.1 10", 0, 0 },
		{ "no empty line yet", OK101 UP CONN ACC, 0, 0 },
		{ "not HTTP", "SSH-2.0-x\r\n\r\n", -1, 0 },
		{ "HTTP/1.0", "HTTP/1.0 101 X\r\n" UP CONN ACC "\r\n", -1, 0 },
		{ "401", "HTTP/1.1 401 Unauthorized\r\n\r\n", -1, 401 },
		{ "404", "HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n", -1, 404 },
		{ "200", "HTTP/1.1 200 OK\r\n" UP CONN ACC "\r\n", -1, 200 },
		{ "status 1010", "HTTP/1.1 1010 X\r\n" UP CONN ACC "\r\n",
		    -1, 0 },
		{ "no Upgrade", OK101 CONN ACC "\r\n", -1, 101 },
		{ "no Connection", OK101 UP ACC "\r\n", -1, 101 },
		{ "no Accept", OK101 UP CONN "\r\n", -1, 101 },
		{ "Upgrade to another", OK101 "Upgrade: h2c\r\n" CONN ACC
		    "\r\n", -1, 101 },
		{ "Connection: close", OK101 UP "Connection: close\r\n" ACC
		    "\r\n", -1, 101 },
		{ "Accept of another key", OK101 UP CONN
		    "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n"
		    "\r\n", -1, 101 },
		{ "Accept in lower case", OK101 UP CONN
		    "Sec-WebSocket-Accept: s3ppLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
		    "\r\n", -1, 101 },
		{ "Accept twice", OK101 UP CONN ACC ACC "\r\n", -1, 101 },
		{ "an extension", OK101 UP CONN ACC
		    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		    -1, 101 },
		{ "a line without a colon", OK101 UP CONN ACC "x\r\n\r\n",
		    -1, 101 },
		{ "nothing but the status", OK101 "\r\n", -1, 101 },
		{ "as Asterisk says it", OK101 UP CONN ACC "\r\n", 1, 101 },
		{ "other case, order, spaces", "HTTP/1.1 101\r\n"
		    "SEC-WEBSOCKET-ACCEPT:" ACCEPT " \r\nServer: x\r\n"
		    "connection:keep-alive ,\tUPGRADE\r\n"
		    "upgrade: WebSocket\r\n\r\n", 1, 101 },
	};
	char *huge = malloc(WS_HEAD_MAX + 100);
	size_t i, len;
	int status;
	long n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		len = strlen(cases[i].text);
		n = ws_welcome(tap_edge(cases[i].text, len), len, KEY,
		    &status);
		is_int(n, cases[i].want > 0 ? (long)len : cases[i].want,
		    "answer: %s", cases[i].what);
		if (n != 0)
			is_int(status, cases[i].status, "its status");
	}
	len = strlen(OK101 UP CONN ACC "\r\n");
	n = ws_welcome(OK101 UP CONN ACC "\r\n\x81\x01x", len + 3, KEY,
	    &status);
	is_int(n, (long)len, "frames may follow at once");
	memset(huge, 'a', WS_HEAD_MAX + 100);
	is_int(ws_welcome(huge, WS_HEAD_MAX - 1, KEY, &status), 0,
	    "a long head is waited for");
	is_int(ws_welcome(huge, WS_HEAD_MAX, KEY, &status), -1,
	    "but not for ever");
	free(huge);
}

/* What one call each makes of bytes. */
static void
test_frames(void)
{
	static const struct {
		const char	*what, *bytes;
		size_t		 len;
		enum ws_got	 want;
		size_t		 used;
		const char	*data;
	} cases[] = {
		{ "nothing", "", 0, WS_MORE, 0, NULL },
		{ "one byte", "\x81", 1, WS_MORE, 0, NULL },
		{ "half a text", "\x81\x05Hel", 5, WS_MORE, 0, NULL },
		{ "half a length", "\x81\x7e\x01", 3, WS_MORE, 0, NULL },
		{ "a reserved bit", "\xc1\x01x", 3, WS_BAD, 0, NULL },
		{ "another", "\x91\x01x", 3, WS_BAD, 0, NULL },
		{ "a masked frame", "\x81\x81\1\2\3\4x", 7, WS_BAD, 0, NULL },
		{ "opcode 3", "\x83\x01x", 3, WS_BAD, 0, NULL },
		{ "opcode 11", "\x8b\x01x", 3, WS_BAD, 0, NULL },
		{ "a continuation of nothing", "\x80\x01x", 3, WS_BAD, 3,
		    NULL },
		{ "a fragmented ping", "\x09\x01x", 3, WS_BAD, 0, NULL },
		{ "a ping of 126 bytes", "\x89\x7e\x00\x7e", 4, WS_BAD, 0,
		    NULL },
		{ "16 bits of length for 125", "\x81\x7e\x00\x7d", 4, WS_BAD,
		    0, NULL },
		{ "64 bits of length for 65535",
		    "\x81\x7f\0\0\0\0\0\0\xff\xff", 10, WS_BAD, 0, NULL },
		{ "more than the ceiling", "\x81\x7e\x03\xe9", 4, WS_BAD, 0,
		    NULL },
		{ "very much more", "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
		    10, WS_BAD, 0, NULL },
		{ "as much as the ceiling", "\x81\x7e\x03\xe8", 4, WS_MORE, 0,
		    NULL },
		{ "the RFC's text", "\x81\x05Hello", 7, WS_GOT, 7, "Hello" },
		{ "and more behind it", "\x81\x05Hello\x81", 8, WS_GOT, 7,
		    "Hello" },
		{ "an empty text", "\x81\x00", 2, WS_GOT, 2, "" },
		{ "a binary", "\x82\x01x", 3, WS_GOT, 3, "x" },
		{ "the RFC's ping", "\x89\x05Hello", 7, WS_GOT, 7, "Hello" },
		{ "a close", "\x88\x02\x03\xe8", 4, WS_GOT, 4, "\x03\xe8" },
		{ "a fragment", "\x01\x03Hel", 5, WS_MORE, 5, NULL },
	};
	struct ws_message m;
	struct ws w;
	size_t i, used;
	enum ws_got got;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ws_init(&w, MAX);
		got = ws_next(&w, tap_edge(cases[i].bytes, cases[i].len),
		    cases[i].len, &used, &m);
		is_int(got, cases[i].want, "frame: %s", cases[i].what);
		is_int(used, cases[i].used, "bytes used");
		if (got == WS_GOT) {
			is_int(m.len, strlen(cases[i].data), "its length");
			is_mem(m.data, cases[i].data, m.len, "its bytes");
			is_int(m.op, cases[i].bytes[0] & 15, "its kind");
		}
		ws_free(&w);
	}
}

/* A whole conversation, given in pieces of every size. */
static void
test_stream(void)
{
	static const char bytes[] = "\x01\x03Hel" "\x89\x01p" "\x00\x01l"
	    "\x80\x01o" "\x81\x02ok" "\x88\x00";
	static const char want[] = "9:p 1:Hello 1:ok 8: ";
	char seen[100], *p;
	struct ws_message m;
	struct buf in;
	struct ws w;
	size_t piece, i, n, used;

	for (piece = 1; piece < sizeof(bytes); piece++) {
		ws_init(&w, MAX);
		buf_init(&in, MAX);
		seen[0] = '\0';
		p = seen;
		for (i = 0; i < sizeof(bytes) - 1; i += n) {
			n = sizeof(bytes) - 1 - i;
			n = n < piece ? n : piece;
			buf_put(&in, bytes + i, n);
			do {
				if (ws_next(&w, in.data, in.len, &used, &m) ==
				    WS_GOT)
					p += snprintf(p, 20, "%d:%.*s ", m.op,
					    (int)m.len, m.data);
				buf_drain(&in, used);
			} while (used > 0);
		}
		is_str(seen, want, "in pieces of %zu", piece);
		buf_free(&in);
		ws_free(&w);
	}
	ws_init(&w, 5);
	ok(ws_next(&w, "\x01\x03Hel", 5, &used, &m) == WS_MORE &&
	    ws_next(&w, "\x80\x03lo!", 5, &used, &m) == WS_BAD,
	    "fragments together over the ceiling are refused");
	ws_free(&w);
	ws_init(&w, 5);
	ok(ws_next(&w, "\x01\x03Hel", 5, &used, &m) == WS_MORE &&
	    ws_next(&w, "\x81\x02lo", 4, &used, &m) == WS_BAD,
	    "a new text within one that is open is refused");
	ws_free(&w);
}

static void
test_put(void)
{
	static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	static const struct {
		size_t		 len;
		const char	*head;
		size_t		 head_len;
	} cases[] = {
		{ 0, "\x81\x80", 2 },
		{ 125, "\x81\xfd", 2 },
		{ 126, "\x81\xfe\x00\x7e", 4 },
		{ 65535, "\x81\xfe\xff\xff", 4 },
		{ 65536, "\x81\xff\0\0\0\0\0\x01\0\0", 10 },
	};
	char *zeros = calloc(1, 65536);
	struct buf b;
	size_t i;

	buf_init(&b, 100000);
	ws_put(&b, WS_TEXT, "Hello", 5, mask);
	is_int(b.len, 11, "the RFC's masked text");	/* 5.7 */
	is_mem(b.data, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11,
	    "its bytes");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		ws_put(&b, WS_TEXT, zeros, cases[i].len, mask);
		is_int(b.len, cases[i].head_len + 4 + cases[i].len,
		    "length of a frame of %zu", cases[i].len);
		is_mem(b.data, cases[i].head, cases[i].head_len, "its head");
	}
	buf_free(&b);
	free(zeros);
}

int
main(void)
{
	test_keys();
	test_hello();
	test_welcome();
	test_frames();
	test_stream();
	test_put();
	return tap_done();
}
