#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "bridge-client/journal/bytes.h"

#define POLYNOMIAL	0x82f63b78u	/* reflected */
#define CRC_BYTES	4

static uint32_t table[256];

static void
fill(void)
{
	uint32_t i, r;
	int bit;

	for (i = 0; i < 256; i++) {
		r = i;
		for (bit = 0; bit < 8; bit++)
			r = r & 1 ? r >> 1 ^ POLYNOMIAL : r >> 1;
		table[i] = r;
	}
}

/* Begin with `crc` 0; the result of one call continues in the next. */
static uint32_t
crc_32c(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;

	if (table[1] == 0)
		fill();
	crc = ~crc;
	while (len-- > 0)
		crc = table[(crc ^ *p++) & 0xff] ^ crc >> 8;
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
