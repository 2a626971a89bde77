/* The icon of the button: a small PNG, and nothing else. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "milter/icon.h"
#include "t/tap.h"

static unsigned char file[ICON_FILE_MAX + 64];

static size_t
read_shipped(void)
{
	FILE *f = fopen("etc/templates/telephone.png", "r");
	size_t n = f != NULL ? fread(file, 1, sizeof(file), f) : 0;

	if (f != NULL)
		fclose(f);
	return n;
}

static uint32_t
checksum(const unsigned char *p, size_t len)
{
	uint32_t c = UINT32_MAX;
	int i;

	for (; len > 0; len--)
		for (c ^= *p++, i = 0; i < 8; i++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	return ~c;
}

/* The first piece, the picture's size, with a checksum that fits. */
static void
set_size(unsigned char *p, unsigned width, unsigned height)
{
	uint32_t c;
	int i;

	p[18] = (unsigned char)(width >> 8);
	p[19] = (unsigned char)width;
	p[22] = (unsigned char)(height >> 8);
	p[23] = (unsigned char)height;
	c = checksum(p + 12, 17);
	for (i = 0; i < 4; i++)
		p[29 + i] = (unsigned char)(c >> (24 - 8 * i));
}

static void
refused(const unsigned char *p, size_t n, const char *what)
{
	const char *why = "";
	struct icon *icon = icon_parse(tap_edge(p, n), n, &why);

	ok(icon == NULL && strstr(why, what) != NULL, "refused: %s", why);
	icon_free(icon);
}

int
main(void)
{
	static const char text[] = "\0\0\0\1tEXtx";
	unsigned char copy[sizeof(file)];
	size_t n = read_shipped(), i, refusals = 0;
	struct icon *icon;
	const char *why = "";
	char said[512];
	uint32_t c;

	memcpy(copy, file, n);
	refused(copy, 0, "no PNG");
	refused(copy, 7, "no PNG");
	refused(copy, 8, "no PNG");
	refused((const unsigned char *)"GIF89a, and more", 16, "no PNG");
	for (i = 0; i < n; i++) {
		icon = icon_parse(tap_edge(copy, i), i, &why);
		refusals += icon == NULL;
		icon_free(icon);
		copy[i] ^= 0x10;
		icon = icon_parse(tap_edge(copy, n), n, &why);
		refusals += icon == NULL;
		icon_free(icon);
		copy[i] ^= 0x10;
	}
	is_int(refusals, 2 * n, "refused: cut or damaged anywhere");
	refused(file, ICON_FILE_MAX + 1, "at most 2048");
	copy[n] = 0;
	refused(copy, n + 1, "behind its end");
	set_size(copy, 15, 40);
	refused(copy, n, "16 to 128");
	set_size(copy, 40, 129);
	refused(copy, n, "16 to 128");
	/* A text in front of its end, with a checksum that fits. */
	memcpy(copy, file, n);
	memcpy(copy + n - 12, text, 9);
	c = checksum(copy + n - 8, 5);
	for (i = 0; i < 4; i++)
		copy[n - 3 + i] = (unsigned char)(c >> (24 - 8 * i));
	refused(copy, n + 1, "more than a picture");

	ok(icon_open("/nowhere/at.all", said, sizeof(said)) == NULL &&
	    strstr(said, "/nowhere/at.all: ") == said, "no file: %s", said);
	icon = icon_open("etc/templates/telephone.png", said, sizeof(said));
	ok(icon != NULL, "the one that is shipped");
	if (icon != NULL) {
		is_int(icon->width, 20, "half as wide as it is");
		is_int(icon->height, 20, "and as high");
		is_int(icon->len, strlen(icon->base64), "in base64");
		is_str(icon->base64 + icon->len - 2, "\r\n", "in lines");
		ok(strcspn(icon->base64, "\r") == 76, "of 76");
	}
	icon_free(icon);
	return tap_done();
}
