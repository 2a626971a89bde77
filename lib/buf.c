/*
 * A growing byte buffer with a ceiling.  One byte more than the content is
 * always allocated, so that the content can be shown as a C string.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define BUF_FIRST 64		/* bytes of the first allocation */

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	/* The NUL behind the content must be countable, too. */
	b->max = max < SIZE_MAX ? max : SIZE_MAX - 1;
}

void
buf_over(struct buf *b, void *p, size_t size)
{
	buf_init(b, size - 1);
	b->data = p;
	b->size = size;
}

void
buf_free(struct buf *b)
{
	if (b == NULL)
		return;
	free(b->data);
	b->data = NULL;
	b->len = 0;
	b->size = 0;
	b->is_bad = 0;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->is_bad = 0;
}

int
buf_ok(const struct buf *b)
{
	return !b->is_bad;
}

/* Doubles, so that many small appends cost no more than one large. */
static size_t
size_for(const struct buf *b, size_t need)
{
	size_t limit = b->max + 1;
	size_t size = b->size > 0 ? b->size : BUF_FIRST;

	while (size < need && size <= limit / 2)
		size *= 2;
	if (size < need)
		size = need;
	return size < limit ? size : limit;
}

unsigned char *
buf_room(struct buf *b, size_t n)
{
	unsigned char *data;
	size_t need, size;

	if (b->is_bad)
		return NULL;
	if (b->len > b->max || n > b->max - b->len) {
		b->is_bad = 1;
		return NULL;
	}
	need = b->len + n + 1;
	if (need > b->size) {
		size = size_for(b, need);
		data = realloc(b->data, size);
		if (data == NULL) {
			b->is_bad = 1;
			return NULL;
		}
		b->data = data;
		b->size = size;
	}
	return b->data + b->len;
}

void
buf_grown(struct buf *b, size_t n)
{
	if (b->is_bad)
		return;
	/* More than buf_room() gave is a fault of ours: refuse, not overrun. */
	if (n > 0 && (b->size == 0 || n > b->size - 1 - b->len)) {
		b->is_bad = 1;
		return;
	}
	b->len += n;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	unsigned char *room = buf_room(b, n);

	if (room == NULL || n == 0)
		return;
	memcpy(room, p, n);
	b->len += n;
}

static void
put_number(struct buf *b, uint64_t v, size_t n)
{
	unsigned char bytes[8];
	size_t i;

	for (i = 0; i < n; i++)
		bytes[i] = (unsigned char)(v >> (8 * (n - 1 - i)));
	buf_put(b, bytes, n);
}

void
buf_u8(struct buf *b, uint8_t v)
{
	unsigned char *room = buf_room(b, 1);

	if (room == NULL)
		return;
	*room = v;
	b->len++;
}

void
buf_u16(struct buf *b, uint16_t v)
{
	put_number(b, v, 2);
}

void
buf_u32(struct buf *b, uint32_t v)
{
	put_number(b, v, 4);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	put_number(b, v, 8);
}

void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	unsigned char *room = buf_room(b, 0);
	size_t free_len;
	va_list ap;
	int n;

	if (room == NULL)
		return;
	free_len = b->size - b->len;
	va_start(ap, fmt);
	n = vsnprintf((char *)room, free_len, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->is_bad = 1;
		return;
	}
	/* Mostly it fits at once; else it is known now how long it is. */
	if ((size_t)n >= free_len) {
		room = buf_room(b, (size_t)n);
		if (room == NULL)
			return;
		va_start(ap, fmt);
		vsnprintf((char *)room, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void
buf_base64(struct buf *b, const void *bytes, size_t len)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = bytes;
	uint32_t v;
	size_t i;

	for (i = 0; i < len; i += 3) {
		v = (uint32_t)p[i] << 16;
		v |= i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < len ? p[i + 2] : 0;
		buf_u8(b, (uint8_t)abc[v >> 18]);
		buf_u8(b, (uint8_t)abc[v >> 12 & 63]);
		buf_u8(b, (uint8_t)(i + 1 < len ? abc[v >> 6 & 63] : '='));
		buf_u8(b, (uint8_t)(i + 2 < len ? abc[v & 63] : '='));
	}
}

void
buf_drain(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

const char *
buf_cstr(struct buf *b)
{
	if (b->is_bad || b->data == NULL)
		return "";
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

unsigned char *
buf_take(struct buf *b, size_t *len)
{
	unsigned char *data = NULL;

	*len = 0;
	if (!b->is_bad) {
		data = b->data;
		*len = b->len;
		b->data = NULL;
	}
	buf_free(b);
	return data;
}
