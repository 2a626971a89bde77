#include "bridge-client/journal/crc.h"

#define POLYNOMIAL 0x82f63b78u	/* reflected */

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

uint32_t
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
