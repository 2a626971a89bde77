/* What can be rung: as text, and packed. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
as_text(const char *p, size_t len)
{
	char full[TEL_FULL_SIZE], redacted[TEL_REDACTED_SIZE];
	struct tel t, again;

	if (tel_parse(&t, p, len, NULL) != 0)
		return;
	tel_full(&t, full);
	if (tel_parse(&again, full, strlen(full), NULL) != 0 ||
	    !tel_same(&t, &again))
		abort();
	tel_redact(&t, redacted);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct tel t;
	struct scan s;
	struct buf b;

	as_text((const char *)p, len);
	scan_init(&s, p, len);
	tel_unpack(&t, &s);
	if (s.is_bad)
		return 0;
	buf_init(&b, 256);
	tel_pack(&t, &b);
	if (!buf_ok(&b) || b.len != len - scan_left(&s) ||
	    memcmp(b.data, p, b.len) != 0)
		abort();
	buf_free(&b);
	return 0;
}
