/*
 * Structs as bytes, by a table of their fields.
 */

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"

#include "lib/pack.h"

static void put_fields(struct buf *, const struct pack_field *,
    const unsigned char *);
static void get_fields(struct scan *, const struct pack_field *,
    unsigned char *);

static void
put_string(struct buf *b, const unsigned char *at, size_t size)
{
	size_t n = strnlen((const char *)at, size);

	if (n == size)
		b->is_bad = 1;
	buf_u16(b, (uint16_t)n);
	buf_put(b, at, n);
}

static void
put_blob(struct buf *b, const struct pack_field *f, const unsigned char *base)
{
	const unsigned char *p;
	size_t n;

	memcpy(&p, base + f->offset, sizeof(p));
	memcpy(&n, base + f->count, sizeof(n));
	if (n > f->max) {
		b->is_bad = 1;
		return;
	}
	buf_u16(b, (uint16_t)n);
	if (n > 0)
		buf_put(b, p, n);
}

static void
put_list(struct buf *b, const struct pack_field *f, const unsigned char *base)
{
	uint16_t i, n;

	memcpy(&n, base + f->count, sizeof(n));
	if (n > f->max) {
		b->is_bad = 1;
		return;
	}
	buf_u16(b, n);
	for (i = 0; i < n; i++)
		put_fields(b, f->fields, base + f->offset + i * f->size);
}

static void
put_small(struct buf *b, const struct pack_field *f, unsigned value)
{
	if (value < f->min || value > f->max)
		b->is_bad = 1;
	buf_u8(b, (uint8_t)value);
}

static void
put_fields(struct buf *b, const struct pack_field *f, const unsigned char *base)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	for (; f->kind != PACK_END; f++) {
		const unsigned char *at = base + f->offset;

		switch (f->kind) {
		case PACK_SMALL:
			put_small(b, f, *at);
			break;
		case PACK_U16:
			memcpy(&u16, at, sizeof(u16));
			buf_u16(b, u16);
			break;
		case PACK_U32:
			memcpy(&u32, at, sizeof(u32));
			buf_u32(b, u32);
			break;
		case PACK_U64:
			memcpy(&u64, at, sizeof(u64));
			buf_u64(b, u64);
			break;
		case PACK_STRING:
			put_string(b, at, f->size);
			break;
		case PACK_FIXED:
			buf_put(b, at, f->size);
			break;
		case PACK_BLOB:
			put_blob(b, f, base);
			break;
		case PACK_NUMBER:
			tel_pack((const struct tel *)(const void *)at, b);
			break;
		case PACK_LIST:
			put_list(b, f, base);
			break;
		case PACK_END:
			break;
		}
	}
}

static void
get_blob(struct scan *s, const struct pack_field *f, unsigned char *base)
{
	size_t n = scan_u16(s);
	const unsigned char *p;

	if (n > f->max) {
		s->is_bad = 1;
		return;
	}
	p = scan_bytes(s, n);
	memcpy(base + f->offset, &p, sizeof(p));
	memcpy(base + f->count, &n, sizeof(n));
}

static void
get_list(struct scan *s, const struct pack_field *f, unsigned char *base)
{
	uint16_t i, n = scan_u16(s);

	if (n > f->max) {
		s->is_bad = 1;
		return;
	}
	memcpy(base + f->count, &n, sizeof(n));
	for (i = 0; i < n; i++)
		get_fields(s, f->fields, base + f->offset + i * f->size);
}

static void
get_small(struct scan *s, const struct pack_field *f, unsigned char *at)
{
	*at = scan_u8(s);
	if (*at < f->min || *at > f->max)
		s->is_bad = 1;
}

static void
get_fields(struct scan *s, const struct pack_field *f, unsigned char *base)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	for (; f->kind != PACK_END; f++) {
		unsigned char *at = base + f->offset;

		switch (f->kind) {
		case PACK_SMALL:
			get_small(s, f, at);
			break;
		case PACK_U16:
			u16 = scan_u16(s);
			memcpy(at, &u16, sizeof(u16));
			break;
		case PACK_U32:
			u32 = scan_u32(s);
			memcpy(at, &u32, sizeof(u32));
			break;
		case PACK_U64:
			u64 = scan_u64(s);
			memcpy(at, &u64, sizeof(u64));
			break;
		case PACK_STRING:
			scan_str(s, (char *)at, f->size, scan_u16(s));
			break;
		case PACK_FIXED:
			scan_copy(s, at, f->size);
			break;
		case PACK_BLOB:
			get_blob(s, f, base);
			break;
		case PACK_NUMBER:
			tel_unpack((struct tel *)(void *)at, s);
			break;
		case PACK_LIST:
			get_list(s, f, base);
			break;
		case PACK_END:
			break;
		}
	}
}

void
pack_put(struct buf *b, const struct pack_field *f, const void *in)
{
	put_fields(b, f, in);
}

int
pack_get(const struct pack_field *f, void *out, size_t size,
    const struct pack_body *body)
{
	struct scan s;

	memset(out, 0, size);
	scan_init(&s, body->data, body->len);
	get_fields(&s, f, out);
	if (scan_done(&s))
		return 0;
	memset(out, 0, size);
	return -1;
}
