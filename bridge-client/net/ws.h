#ifndef BRIDGE_NET_WS_H
#define BRIDGE_NET_WS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/*
 * A WebSocket's client side (RFC 6455), bytes only: what to send, and what
 * came.  No I/O and no randomness: nonces and masks are the caller's.
 *
 * A frame:
 *
 *	1	FIN, three reserved bits, four bits of opcode
 *	1	MASK, seven bits of length, or 126, or 127
 *	0 2 8	longer length, in its shortest form
 *	0 4	mask, from the client only
 *	..	payload
 */
enum ws_op {
	WS_CONTINUED = 0, WS_TEXT = 1, WS_BINARY = 2,
	WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10
};

#define WS_NONCE_BYTES	16
#define WS_KEY_SIZE	25	/* the nonce in base64, and a NUL */
#define WS_ACCEPT_SIZE	29	/* SHA-1 in base64, and a NUL */
#define WS_MASK_BYTES	4
#define WS_CONTROL_MAX	125	/* payload of a close, ping or pong */
#define WS_FRAME_MAX	14	/* of a frame, before its payload */
#define WS_HEAD_MAX	16384	/* of the answer to the handshake */

/* Sec-WebSocket-Key, and the Sec-WebSocket-Accept that it must earn. */
void ws_key(const unsigned char nonce[WS_NONCE_BYTES], char key[WS_KEY_SIZE]);
void ws_accept(const char *key, char accept[WS_ACCEPT_SIZE]);

/*
 * The client's handshake.  Callers see to it that no value holds a line end,
 * and wipe the buffer when there were credentials.
 */
struct ws_hello {
	const char	*target;	/* "/path?query" */
	const char	*host;		/* "host:port" */
	const char	*credentials;	/* "Authorization: ...", or "" */
	const char	*key;
};
void ws_hello(struct buf *, const struct ws_hello *);

/*
 * The server's answer, from its first byte.  The length of its head, after
 * which frames follow; 0 when more must be read; -1 when it is no WebSocket's
 * answer to `key`: then `*status` is the HTTP status, or 0.
 */
long ws_welcome(const void *, size_t, const char *key, int *status)
    __attribute__((warn_unused_result));

/*
 * Messages out of a stream of bytes: fragments are put together, and control
 * frames may come between them.
 */
struct ws {
	struct buf	message;	/* of the fragments so far */
	int		is_open;	/* a message has begun and not ended */
	enum ws_op	op;		/* its kind */
};

enum ws_got { WS_MORE, WS_GOT, WS_BAD };

struct ws_message {
	enum ws_op		 op;	/* never WS_CONTINUED */
	const unsigned char	*data;	/* borrowed: until the next ws_ call, or
					   the bytes given are dropped */
	size_t			 len;
};

/* No message may be longer than `max` bytes. */
void ws_init(struct ws *, size_t max);
void ws_free(struct ws *);

/*
 * Reads one frame at most.  `*used` bytes are to be dropped, whatever the
 * result (after the message has been looked at).  WS_MORE with `*used` > 0: a
 * fragment, call again.  WS_BAD: a breach of the protocol or too long; the
 * connection must end.  That a text is UTF-8 is left to its reader.
 */
enum ws_got ws_next(struct ws *, const void *, size_t, size_t *used,
    struct ws_message *) __attribute__((warn_unused_result));

/* Appends one whole masked frame. */
void ws_put(struct buf *, enum ws_op, const void *, size_t,
    const unsigned char mask[WS_MASK_BYTES]);

#endif
