#ifndef T_FUZZ_MESSAGE_H
#define T_FUZZ_MESSAGE_H

#include <stdint.h>
#include <string.h>

#include "milter/mime.h"

/* The message's header up to an empty line: its length. */
static size_t
message_begin(struct mime *m, const uint8_t *p, size_t len)
{
	const uint8_t *end, *colon;
	size_t at = 0, n;

	mime_init(m);
	while (at < len && p[at] != '\n') {
		end = memchr(p + at, '\n', len - at);
		n = end != NULL ? (size_t)(end - p) - at : len - at;
		colon = memchr(p + at, ':', n);
		if (colon != NULL)
			mime_field(m, (const char *)p + at,
			    (size_t)(colon - p) - at, (const char *)colon + 1,
			    n - (size_t)(colon - p) + at - 1);
		at += n + (end != NULL);
	}
	mime_body(m);
	return at < len ? at + 1 : len;
}

#endif
