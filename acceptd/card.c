/* A vCard of a name and a number. */

#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "acceptd/card.h"

/* RFC 2426, 4: a comma, a semicolon and a backslash are text behind one. */
static void
put_text(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (strchr(",;\\", *s) != NULL)
			buf_str(b, "\\");
		if ((unsigned char)*s >= ' ')
			buf_put(b, s, 1);
	}
}

void
card_put(struct buf *b, const char *name, const char *number)
{
	buf_str(b, "BEGIN:VCARD\r\nVERSION:3.0\r\nN:");
	put_text(b, name);
	buf_str(b, ";;;;\r\nFN:");
	put_text(b, name);
	buf_str(b, "\r\nTEL;TYPE=WORK,VOICE:");
	for (; *number != '\0'; number++)
		if (*number == '+' || scan_is_digit((unsigned char)*number))
			buf_put(b, number, 1);
	buf_str(b, "\r\nEND:VCARD\r\n");
}
