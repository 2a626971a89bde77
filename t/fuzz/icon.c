/*
 * The icon of the button.  One that is taken is small in bytes and pixels, and
 * its base64 is that of the file, in lines of 76.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/icon.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const char *why = NULL, *line, *end;
	struct icon *icon = icon_parse(p, len, &why);

	if (icon == NULL) {
		if (why == NULL || why[0] == '\0')
			abort();
		return 0;
	}
	if (len > ICON_FILE_MAX || icon->width < 8 || icon->height < 8 ||
	    icon->width > ICON_SIDE_MAX / 2 ||
	    icon->height > ICON_SIDE_MAX / 2 ||
	    icon->len != strlen(icon->base64))
		abort();
	for (line = icon->base64; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		if (end == NULL || end == line || end - line > 76)
			abort();
	}
	icon_free(icon);
	return 0;
}
