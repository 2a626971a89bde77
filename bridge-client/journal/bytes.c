#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "bridge-client/journal/bytes.h"

#define POLYNOMIAL	0x82f63b78u	/* reflected */
#define CRC_BYTES	4

#define SLICES		8

/* What a byte makes of the sum, by how many bytes come behind it. */
static uint32_t table[SLICES][256];

static void
fill(void)
{
	uint32_t i, r;
	int bit, k;

	for (i = 0; i < 256; i++) {
		r = i;
		for (bit = 0; bit < 8; bit++)
			r = r & 1 ? r >> 1 ^ POLYNOMIAL : r >> 1;
		table[0][i] = r;
	}
	for (i = 0; i < 256; i++)
		for (k = 1; k < SLICES; k++)
			table[k][i] = table[0][table[k - 1][i] & 0xff] ^
			    table[k - 1][i] >> 8;
}

/* Eight bytes, which do not wait for each other. */
static uint32_t
slices(uint32_t crc, const unsigned char p[SLICES])
{
	return table[7][(crc ^ p[0]) & 0xff] ^
	    table[6][(crc >> 8 ^ p[1]) & 0xff] ^
	    table[5][(crc >> 16 ^ p[2]) & 0xff] ^ table[4][crc >> 24 ^ p[3]] ^
	    table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
}

/* Begin with `crc` 0; the result of one call continues in the next. */
static uint32_t
crc_32c(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;

	if (table[0][1] == 0)
		fill();
	crc = ~crc;
	for (; len >= SLICES; len -= SLICES, p += SLICES)
		crc = slices(crc, p);
	while (len-- > 0)
		crc = table[0][(crc ^ *p++) & 0xff] ^ crc >> 8;
	return ~crc;
}

static uint32_t
checksum(const void *key, size_t key_len, const void *row, size_t len)
{
	return crc_32c(crc_32c(0, key, key_len), row, len);
}

void
bytes_end(struct buf *b, size_t start, const void *key, size_t key_len)
{
	if (buf_ok(b))
		buf_u32(b, checksum(key, key_len, b->data + start,
		    b->len - start));
}

int
bytes_open(struct scan *s, const void *key, size_t key_len, const void *row,
    size_t len)
{
	struct scan tail;

	if (len < 1 + CRC_BYTES)
		return -1;
	scan_init(&tail, (const unsigned char *)row + len - CRC_BYTES,
	    CRC_BYTES);
	if (scan_u32(&tail) != checksum(key, key_len, row, len - CRC_BYTES))
		return -1;
	scan_init(s, row, len - CRC_BYTES);
	return scan_u8(s);
}

void
bytes_put_time(struct buf *b, int64_t t)
{
	if (t < 0)
		t = 0;
	if (t >= BYTES_TIME_MAX)
		t = BYTES_TIME_MAX - 1;
	buf_u8(b, (uint8_t)(t >> 32));
	buf_u32(b, (uint32_t)t);
}

int64_t
bytes_get_time(struct scan *s)
{
	int64_t high = scan_u8(s);

	return high << 32 | scan_u32(s);
}

void
bytes_put_text(struct buf *b, const char *text)
{
	size_t len = strlen(text);

	buf_u8(b, (uint8_t)len);
	buf_put(b, text, len);
}

void
bytes_get_text(struct scan *s, char *dst, size_t size)
{
	scan_str(s, dst, size, scan_u8(s));
}
