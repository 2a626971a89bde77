/* SHA-1, for HMAC. */

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/secret.h"

#include "bridge-client/sha1.h"

#define BLOCK 64

static uint32_t
turn(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

/* RFC 3174, 6.1. */
static void
add_block(uint32_t h[5], const unsigned char *p)
{
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	uint32_t w[80], f, x;
	int t;

	for (t = 0; t < 16; t++, p += 4)
		w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		    (uint32_t)p[2] << 8 | p[3];
	for (; t < 80; t++)
		w[t] = turn(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (t = 0; t < 80; t++) {
		if (t < 20)
			f = ((b & c) | (~b & d)) + 0x5a827999;
		else if (t < 40)
			f = (b ^ c ^ d) + 0x6ed9eba1;
		else if (t < 60)
			f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
		else
			f = (b ^ c ^ d) + 0xca62c1d6;
		x = turn(a, 5) + f + e + w[t];
		e = d;
		d = c;
		c = turn(b, 30);
		b = a;
		a = x;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void
sha1_hash(const void *data, size_t len, unsigned char out[SHA1_BYTES])
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
	    0xc3d2e1f0 };
	const unsigned char *p = data;
	unsigned char last[2 * BLOCK] = { 0 };
	size_t left = len, n;
	int i;

	for (; left >= BLOCK; left -= BLOCK, p += BLOCK)
		add_block(h, p);
	if (left > 0)
		memcpy(last, p, left);
	last[left] = 0x80;
	n = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	for (i = 0; i < 8; i++)
		last[n - 1 - (size_t)i] =
		    (unsigned char)((uint64_t)len * 8 >> 8 * i);
	add_block(h, last);
	if (n > BLOCK)
		add_block(h, last + BLOCK);
	for (i = 0; i < SHA1_BYTES; i++)
		out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

int
sha1_hmac(const struct secret *key, const void *p, size_t len,
    unsigned char out[SHA1_BYTES])
{
	unsigned char pad[BLOCK] = { 0 }, outer[BLOCK + SHA1_BYTES];
	struct buf b;
	int i, status = -1;

	if (secret_len(key) > BLOCK)
		sha1_hash(secret_bytes(key), secret_len(key), pad);
	else
		memcpy(pad, secret_bytes(key), secret_len(key));
	for (i = 0; i < BLOCK; i++) {
		outer[i] = pad[i] ^ 0x5c;
		pad[i] ^= 0x36;
	}
	buf_init(&b, BLOCK + len);
	buf_put(&b, pad, BLOCK);
	buf_put(&b, p, len);
	if (buf_ok(&b)) {
		sha1_hash(b.data, b.len, outer + BLOCK);
		sha1_hash(outer, sizeof(outer), out);
		explicit_bzero(b.data, BLOCK);
		status = 0;
	}
	explicit_bzero(pad, sizeof(pad));
	explicit_bzero(outer, sizeof(outer));
	buf_free(&b);
	return status;
}
