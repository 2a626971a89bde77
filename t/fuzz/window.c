/* The hours of an offer: as text, and packed. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/window.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
as_text(const char *p, size_t len)
{
	char text[WINDOW_TEXT_SIZE];
	struct window w, again;

	if (window_parse(&w, p, len, NULL) != 0)
		return;
	window_text(&w, text);
	if (window_parse(&again, text, strlen(text), NULL) != 0 ||
	    memcmp(&w, &again, sizeof(w)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct window w;
	struct scan s;
	struct buf b;

	as_text((const char *)p, len);
	scan_init(&s, p, len);
	window_unpack(&w, &s);
	if (s.is_bad)
		return 0;
	buf_init(&b, 256);
	window_pack(&w, &b);
	if (!buf_ok(&b) || b.len != len - scan_left(&s) ||
	    memcmp(b.data, p, b.len) != 0)
		abort();
	buf_free(&b);
	return 0;
}
