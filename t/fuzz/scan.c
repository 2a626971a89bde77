/* Any bytes through the cursor, the numbers and the check of UTF-8. */

#include <stdlib.h>
#include <string.h>

#include "lib/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int is_true)
{
	if (!is_true)
		abort();
}

/* The first byte of each step says what is read next. */
static void
walk(const uint8_t *p, size_t n)
{
	unsigned char copy[256];
	struct scan s;
	size_t before;
	char text[16];

	scan_init(&s, p, n);
	while (!s.is_bad && scan_left(&s) > 0) {
		before = scan_left(&s);
		switch (scan_u8(&s) % 6) {
		case 0:
			scan_u16(&s);
			break;
		case 1:
			scan_u32(&s);
			break;
		case 2:
			scan_u64(&s);
			break;
		case 3:
			scan_copy(&s, copy, scan_u8(&s));
			break;
		case 4:
			scan_str(&s, text, sizeof(text), scan_u8(&s));
			hold(memchr(text, '\0', sizeof(text)) != NULL);
			break;
		case 5:
			scan_bytes(&s, scan_u8(&s));
			break;
		}
		hold(scan_left(&s) < before);
	}
	hold(scan_done(&s) == !s.is_bad);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *s = (const char *)p;
	uint64_t v;

	walk(p, n);
	if (scan_uint(s, n, 1000000, &v) == 0)
		hold(v <= 1000000);
	if (scan_duration(s, n, 1000000, &v) == 0)
		hold(v <= 1000000);
	if (scan_size(s, n, UINT64_MAX, &v) == 0)
		hold(n <= 1 || v >= (uint64_t)(s[0] - '0'));
	hold(scan_same(s, n, s, n));
	if (scan_is_printable_utf8(s, n))
		hold(memchr(s, '\n', n) == NULL && memchr(s, '\0', n) == NULL);
	return 0;
}
