/*
 * Places in HTML and in plain text.  With a block put there the text still has
 * a place, and none of the block is swallowed by a comment, a script, a tag.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/charset.h"
#include "milter/html.h"
#include "milter/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_html(const uint8_t *p, size_t len)
{
	/* Closed only where it is seen as markup. */
	static const char block[] = "\r\n<svg><b>x</b></svg>\r\n";
	static const char open[] = "<svg>";
	struct html_spot spot, again;
	size_t at, n;
	uint8_t *with;

	if (html_place(p, len, &spot) != HTML_PLACED)
		return;
	at = spot.at;
	if (at > len)
		abort();
	n = sizeof(block) - 1;
	with = malloc(len + n);
	if (with == NULL)
		return;
	memcpy(with, p, at);
	memcpy(with + at, block, n);
	memcpy(with + at + n, p + at, len - at);
	if (html_place(with, len + n, &again) != HTML_PLACED)
		abort();
	/* Without its end it hides all that follows: no place is there. */
	memcpy(with + at, open, sizeof(open) - 1);
	memcpy(with + at + sizeof(open) - 1, p + at, len - at);
	if (memmem(p + at, len - at, "svg", 3) == NULL &&
	    memmem(p + at, len - at, "SVG", 3) == NULL &&
	    memmem(p + at, len - at, "Svg", 3) == NULL &&
	    memmem(p + at, len - at, "sVg", 3) == NULL &&
	    memmem(p + at, len - at, "svG", 3) == NULL &&
	    memmem(p + at, len - at, "SVg", 3) == NULL &&
	    memmem(p + at, len - at, "SvG", 3) == NULL &&
	    memmem(p + at, len - at, "sVG", 3) == NULL &&
	    html_place(with, len + sizeof(open) - 1, &again) == HTML_PLACED &&
	    again.at > at)
		abort();
	free(with);
}

static void
check_plain(const uint8_t *p, size_t len)
{
	struct plain_spot spot;

	if (plain_place(p, len, &spot) != 0)
		return;
	if (spot.at > len || (spot.is_midline && spot.at != len) ||
	    (spot.at > 0 && !spot.is_midline && p[spot.at - 1] != '\n'))
		abort();
}

static void
check_charset(const uint8_t *p, size_t len)
{
	static const char *const names[] = { "iso-2022-jp", "utf-7", "utf-16",
	    "utf-32be", "utf-8" };
	struct charset set;
	uint8_t *copy;
	size_t i, flat;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		copy = malloc(len > 0 ? len : 1);
		if (copy == NULL)
			return;
		memcpy(copy, p, len);
		if (charset_find(&set, names[i], copy, len) == 0 &&
		    (set.bom > len || (charset_flatten(&set, copy + set.bom,
		    len - set.bom, &flat) == 0 &&
		    flat * set.unit + set.bom != len)))
			abort();
		free(copy);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	check_html(p, len);
	check_plain(p, len);
	check_charset(p, len);
	return 0;
}
