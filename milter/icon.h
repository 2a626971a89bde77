#ifndef MILTER_ICON_H
#define MILTER_ICON_H

#include <stddef.h>

/*
 * A picture for the button: a PNG that an administrator asks for.  It goes
 * along with every message, so it is small, and holds nothing but pixels.
 */
#define ICON_FILE_MAX	2048	/* bytes */
#define ICON_SIDE_MAX	128	/* pixels */

struct icon {
	unsigned	 width;		/* as it is shown: half of its */
	unsigned	 height;	/* pixels: sharp on fine screens */
	size_t		 len;
	char		*base64;	/* its lines end with CRLF */
};

/* NULL: `why` is a sentence that begins with the path. */
struct icon *icon_open(const char *path, char *why, size_t size);
void icon_free(struct icon *);		/* NULL is fine */

/* Out of the bytes of a file.  NULL: `why` is what is wrong with them. */
struct icon *icon_parse(const unsigned char *, size_t, const char **why);

#endif
