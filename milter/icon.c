/*
 * Reading a small PNG (ISO/IEC 15948), and nothing that might hide in one.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "milter/icon.h"

#define SIDE_MIN	16	/* pixels */
#define WIDTH		57	/* bytes in a line of 76 */

static uint32_t
checksum(const unsigned char *p, size_t len)
{
	uint32_t c = UINT32_MAX;
	int i;

	for (; len > 0; len--) {
		c ^= *p++;
		for (i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

static const char *
read_head(struct icon *icon, struct scan *s, uint32_t len)
{
	uint32_t width = scan_u32(s), height = scan_u32(s);

	if (len != 13)
		return "it is no PNG";
	if (width < SIDE_MIN || height < SIDE_MIN || width > ICON_SIDE_MAX ||
	    height > ICON_SIDE_MAX)
		return "a picture of 16 to 128 pixels a side is wanted";
	icon->width = width / 2;
	icon->height = height / 2;
	return NULL;
}

/* One piece: its length, name, content and checksum.  `*n` counts them. */
static const char *
read_piece(struct icon *icon, struct scan *s, int *n, int *is_end)
{
	static const char *const known[] = { "IHDR", "PLTE", "tRNS", "IDAT",
	    "sRGB", "gAMA", "cHRM", "pHYs", "sBIT", "IEND" };
	const unsigned char *name;
	uint32_t len = scan_u32(s);
	struct scan content;
	size_t i;

	name = scan_bytes(s, (size_t)len + 4);
	if (name == NULL || scan_u32(s) != checksum(name, (size_t)len + 4) ||
	    s->is_bad)
		return "it is no PNG, or damaged";
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (memcmp(name, known[i], 4) == 0)
			break;
	if (i == sizeof(known) / sizeof(known[0]))
		return "it holds more than a picture: texts, or an animation";
	*is_end = i == sizeof(known) / sizeof(known[0]) - 1;
	if ((*n)++ > 0)
		return i > 0 ? NULL : "it is no PNG";
	if (i != 0)
		return "it is no PNG";
	scan_init(&content, name + 4, len);
	return read_head(icon, &content, len);
}

static const char *
read_all(struct icon *icon, const unsigned char *p, size_t len)
{
	static const unsigned char mark[] = "\x89PNG\r\n\x1a\n";
	const char *fault;
	struct scan s;
	int n = 0, is_end = 0;

	if (len > ICON_FILE_MAX)
		return "a picture of at most 2048 bytes is wanted";
	if (len < 8 || memcmp(p, mark, 8) != 0)
		return "it is no PNG";
	scan_init(&s, p + 8, len - 8);
	while (!is_end) {
		fault = read_piece(icon, &s, &n, &is_end);
		if (fault != NULL)
			return fault;
	}
	return scan_done(&s) ? NULL : "something stands behind its end";
}

static const char *
encode(struct icon *icon, const unsigned char *p, size_t len)
{
	struct buf out;
	size_t n;

	buf_init(&out, 2 * ICON_FILE_MAX);
	for (; len > 0; p += n, len -= n) {
		n = len < WIDTH ? len : WIDTH;
		buf_base64(&out, p, n);
		buf_str(&out, "\r\n");
	}
	buf_u8(&out, '\0');
	if (!buf_ok(&out)) {
		buf_free(&out);
		return "out of memory";
	}
	icon->base64 = (char *)buf_take(&out, &n);
	icon->len = n - 1;
	return NULL;
}

struct icon *
icon_parse(const unsigned char *p, size_t len, const char **why)
{
	struct icon *icon = calloc(1, sizeof(*icon));

	*why = "out of memory";
	if (icon == NULL)
		return NULL;
	*why = read_all(icon, p, len);
	if (*why == NULL)
		*why = encode(icon, p, len);
	if (*why == NULL)
		return icon;
	icon_free(icon);
	return NULL;
}

struct icon *
icon_open(const char *path, char *why, size_t size)
{
	unsigned char bytes[ICON_FILE_MAX + 1];
	FILE *f = fopen(path, "re");
	struct icon *icon = NULL;
	const char *fault = NULL;
	size_t n = 0;

	if (f != NULL)
		n = fread(bytes, 1, sizeof(bytes), f);
	if (f == NULL || ferror(f))
		fault = strerror(errno);
	else
		icon = icon_parse(bytes, n, &fault);
	if (f != NULL)
		fclose(f);
	if (icon == NULL)
		snprintf(why, size, "%s: %s", path, fault);
	return icon;
}

void
icon_free(struct icon *icon)
{
	if (icon == NULL)
		return;
	free(icon->base64);
	free(icon);
}
