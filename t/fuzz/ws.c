/*
 * A WebSocket's server: its handshake, then frames.  Whatever way the bytes
 * are cut, the same messages come out, none over the ceiling.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/net/ws.h"

#define MAX	300

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Reads all; a sum over the messages, or its negative when it went bad. */
static long
read_all(const uint8_t *p, size_t len, size_t piece)
{
	struct ws_message m;
	struct buf in;
	struct ws w;
	enum ws_got got = WS_MORE;
	size_t i, n, used;
	long sum = 1;

	ws_init(&w, MAX);
	buf_init(&in, len + 1);
	for (i = 0; i < len && got != WS_BAD; i += n) {
		n = len - i < piece ? len - i : piece;
		buf_put(&in, p + i, n);
		do {
			got = ws_next(&w, in.data, in.len, &used, &m);
			if (used > in.len)
				abort();
			if (got == WS_GOT) {
				if (m.len > MAX || m.op == WS_CONTINUED)
					abort();
				sum = (sum * 31 + m.op + (long)m.len +
				    (m.len > 0 ? m.data[m.len - 1] : 0)) %
				    1000003;
			}
			buf_drain(&in, used);
		} while (used > 0 && got != WS_BAD);
	}
	buf_free(&in);
	ws_free(&w);
	return got == WS_BAD ? -1 - sum : sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	int status;
	long n = ws_welcome(p, len, "dGhlIHNhbXBsZSBub25jZQ==", &status);

	if (n > 0) {
		if ((size_t)n > len)
			abort();
		p += n;
		len -= (size_t)n;
	}
	if (read_all(p, len, len + 1) != read_all(p, len, 1))
		abort();
	return 0;
}
