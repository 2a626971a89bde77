/*
 * A WebSocket's client side (RFC 6455), bytes only.
 *
 * SHA-1 is used because the handshake demands it (4.2.2); it protects
 * nothing: it only shows that the other side speaks the protocol.
 */

#include <string.h>

#include "lib/scan.h"

#include "bridge-client/net/sha1.h"

#include "bridge-client/net/ws.h"

#define GUID		"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

void
ws_key(const unsigned char nonce[WS_NONCE_BYTES], char key[WS_KEY_SIZE])
{
	struct buf b;

	buf_over(&b, key, WS_KEY_SIZE);
	buf_base64(&b, nonce, WS_NONCE_BYTES);
	(void)buf_cstr(&b);
}

void
ws_accept(const char *key, char accept[WS_ACCEPT_SIZE])
{
	char text[WS_KEY_SIZE + sizeof(GUID)];
	unsigned char digest[SHA1_BYTES];
	size_t len = strnlen(key, WS_KEY_SIZE - 1);
	struct buf b;

	memcpy(text, key, len);
	memcpy(text + len, GUID, sizeof(GUID));
	sha1_hash(text, len + sizeof(GUID) - 1, digest);
	buf_over(&b, accept, WS_ACCEPT_SIZE);
	buf_base64(&b, digest, sizeof(digest));
	(void)buf_cstr(&b);
}

void
ws_hello(struct buf *b, const struct ws_hello *h)
{
	buf_printf(b, "GET %s HTTP/1.1\r\nHost: %s\r\n", h->target, h->host);
	if (*h->credentials != '\0')
		buf_printf(b, "%s\r\n", h->credentials);
	buf_printf(b, "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
	    h->key);
}

/* The length of the head with its empty line, 0 when it has not come yet. */
static size_t
head_len(const char *p, size_t len)
{
	const char *end = memmem(p, len, "\r\n\r\n", 4);

	return end == NULL ? 0 : (size_t)(end - p) + 4;
}

/* "HTTP/1.1 101 ...": the number, or 0. */
static int
status_of(const char *p, size_t len)
{
	uint64_t status;

	if (len < 13 || memcmp(p, "HTTP/1.1 ", 9) != 0 ||
	    scan_uint(p + 9, 3, 999, &status) < 0 ||
	    (p[12] != ' ' && p[12] != '\r'))
		return 0;
	return (int)status;
}

/* Is `word` one of the comma-separated words of the value? */
static int
has_word(const char *p, size_t len, const char *word)
{
	const char *end = p + len, *q, *e;

	for (; p < end; p = q + 1) {
		q = memchr(p, ',', (size_t)(end - p));
		if (q == NULL)
			q = end;
		while (p < q && scan_is_space(*p))
			p++;
		for (e = q; e > p && scan_is_space(e[-1]); e--)
			;
		if (scan_is(p, (size_t)(e - p), word))
			return 1;
	}
	return 0;
}

struct welcome {
	int	upgrade, connection, accept;	/* seen and right */
	int	is_bad;
};

static void
welcome_field(struct welcome *w, const char *line, size_t len,
    const char *accept)
{
	const char *colon = memchr(line, ':', len);
	const char *value;
	size_t name_len, n;

	if (colon == NULL || colon == line) {
		w->is_bad = 1;
		return;
	}
	name_len = (size_t)(colon - line);
	value = colon + 1;
	n = len - name_len - 1;
	while (n > 0 && scan_is_space(*value)) {
		value++;
		n--;
	}
	while (n > 0 && scan_is_space(value[n - 1]))
		n--;
	if (scan_is(line, name_len, "upgrade"))
		w->upgrade += scan_is(value, n, "websocket");
	else if (scan_is(line, name_len, "connection"))
		w->connection += has_word(value, n, "upgrade");
	else if (scan_is(line, name_len, "sec-websocket-accept"))
		w->accept += n == strlen(accept) &&
		    memcmp(value, accept, n) == 0 ? 1 : 2;
	else if (scan_is(line, name_len, "sec-websocket-extensions") ||
	    scan_is(line, name_len, "sec-websocket-protocol"))
		w->is_bad = 1;		/* we asked for none */
}

long
ws_welcome(const void *bytes, size_t len, const char *key, int *status)
{
	const char *p = bytes, *line, *eol, *last;
	char accept[WS_ACCEPT_SIZE];
	struct welcome w = { 0, 0, 0, 0 };
	size_t head = head_len(p, len);

	*status = 0;
	if (head == 0)
		return len < WS_HEAD_MAX ? 0 : -1;
	if (head > WS_HEAD_MAX)
		return -1;
	*status = status_of(p, head);
	if (*status != 101)
		return -1;
	ws_accept(key, accept);
	last = p + head - 2;		/* of the empty line */
	line = (const char *)memmem(p, head, "\r\n", 2) + 2;
	while (line < last) {
		eol = memmem(line, (size_t)(last + 2 - line), "\r\n", 2);
		welcome_field(&w, line, (size_t)(eol - line), accept);
		line = eol + 2;
	}
	if (w.is_bad || !w.upgrade || !w.connection || w.accept != 1)
		return -1;
	return (long)head;
}

void
ws_init(struct ws *w, size_t max)
{
	memset(w, 0, sizeof(*w));
	buf_init(&w->message, max);
}

void
ws_free(struct ws *w)
{
	buf_free(&w->message);
	w->is_open = 0;
}

struct frame_head {
	int		is_last;
	enum ws_op	op;
	uint64_t	len;
	size_t		size;		/* of the head itself */
};

static enum ws_got
read_head(const unsigned char *p, size_t n, size_t max, struct frame_head *h)
{
	struct scan s;
	uint8_t first, second;

	scan_init(&s, p, n);
	first = scan_u8(&s);
	second = scan_u8(&s);
	if (s.is_bad)
		return WS_MORE;
	h->is_last = first >> 7;
	h->op = (enum ws_op)(first & 15);
	h->len = second & 127;
	/* Reserved bits need an extension; only clients mask (5.1, 5.2). */
	if ((first & 0x70) != 0 || (second & 0x80) != 0)
		return WS_BAD;
	if (h->op > WS_BINARY &&
	    (h->op < WS_CLOSE || h->op > WS_PONG || !h->is_last ||
	    h->len > WS_CONTROL_MAX))
		return WS_BAD;
	if (h->len == 126) {
		h->len = scan_u16(&s);
		if (!s.is_bad && h->len < 126)
			return WS_BAD;
	} else if (h->len == 127) {
		h->len = scan_u64(&s);
		if (!s.is_bad && h->len <= UINT16_MAX)
			return WS_BAD;
	}
	if (s.is_bad)
		return WS_MORE;
	if (h->op <= WS_BINARY && h->len > max)
		return WS_BAD;
	h->size = n - scan_left(&s);
	return WS_GOT;
}

/* A data frame: the whole message, or a part of one. */
static enum ws_got
take_data(struct ws *w, const struct frame_head *h, const unsigned char *p,
    struct ws_message *out)
{
	if ((h->op == WS_CONTINUED) != w->is_open)
		return WS_BAD;
	if (h->op != WS_CONTINUED) {
		w->op = h->op;
		buf_clear(&w->message);
		if (h->is_last) {
			out->op = h->op;
			out->data = p;
			out->len = (size_t)h->len;
			return WS_GOT;
		}
		w->is_open = 1;
	}
	buf_put(&w->message, p, (size_t)h->len);
	if (!buf_ok(&w->message))
		return WS_BAD;
	if (!h->is_last)
		return WS_MORE;
	w->is_open = 0;
	out->op = w->op;
	out->data = (const unsigned char *)buf_cstr(&w->message);
	out->len = w->message.len;
	return WS_GOT;
}

enum ws_got
ws_next(struct ws *w, const void *bytes, size_t len, size_t *used,
    struct ws_message *out)
{
	const unsigned char *p = bytes;
	struct frame_head h;
	enum ws_got got;

	*used = 0;
	got = read_head(p, len, w->message.max, &h);
	if (got != WS_GOT)
		return got;
	if (len - h.size < h.len)
		return WS_MORE;
	*used = h.size + (size_t)h.len;
	p += h.size;
	if (h.op <= WS_BINARY)
		return take_data(w, &h, p, out);
	out->op = h.op;
	out->data = p;
	out->len = (size_t)h.len;
	return WS_GOT;
}

void
ws_put(struct buf *b, enum ws_op op, const void *bytes, size_t len,
    const unsigned char mask[WS_MASK_BYTES])
{
	const unsigned char *p = bytes;
	unsigned char *to;
	size_t i;

	buf_u8(b, 0x80 | (uint8_t)op);
	if (len < 126) {
		buf_u8(b, 0x80 | (uint8_t)len);
	} else if (len <= UINT16_MAX) {
		buf_u8(b, 0x80 | 126);
		buf_u16(b, (uint16_t)len);
	} else {
		buf_u8(b, 0x80 | 127);
		buf_u64(b, len);
	}
	buf_put(b, mask, WS_MASK_BYTES);
	to = buf_room(b, len);
	if (to == NULL)
		return;
	for (i = 0; i < len; i++)
		to[i] = p[i] ^ mask[i % WS_MASK_BYTES];
	buf_grown(b, len);
}
