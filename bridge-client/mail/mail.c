#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"

#include "bridge-client/mail/mail.h"

#define LINE		72	/* of quoted-printable, at most */
#define LEFT_TO_RIGHT	"\342\200\216"	/* U+200E */

int
mail_is_address(const char *s)
{
	const char *at = strrchr(s, '@');
	size_t i;

	if (at == NULL || at == s || at[1] == '\0')
		return 0;
	for (i = 0; s[i] != '\0'; i++)
		if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] > '~' ||
		    strchr("<>()[],;:\"\\", s[i]) != NULL)
			return 0;
	return 1;
}

/* RFC 2047, in pieces that are short enough; ASCII as it is. */
static void
put_subject(struct buf *b, const char *text)
{
	size_t len = strlen(text), i, n;

	buf_str(b, "Subject:");
	for (i = 0; i < len && (unsigned char)text[i] < 0x80; i++)
		continue;
	if (i == len) {
		buf_printf(b, " %s\r\n", text);
		return;
	}
	for (i = 0; i < len; i += n) {
		n = len - i < 42 ? len - i : 42;
		while (i + n < len && ((unsigned char)text[i + n] & 0xc0) ==
		    0x80)
			n--;
		buf_str(b, i == 0 ? " =?utf-8?B?" : "\r\n =?utf-8?B?");
		buf_base64(b, text + i, n);
		buf_str(b, "?=");
	}
	buf_str(b, "\r\n");
}

static void
put_date(struct buf *b, int64_t now)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)now;
	struct tm tm;

	gmtime_r(&t, &tm);
	buf_printf(b, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* RFC 2045, 6.7. */
void
mail_line(struct buf *b, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t column = 0;

	for (; *p != '\0'; p++) {
		if (column > LINE - 3) {
			buf_str(b, "=\r\n");
			column = 0;
		}
		if (*p >= 0x80 || *p < ' ' || *p == '=' || *p == 0x7f ||
		    (*p == '.' && column == 0) ||
		    (*p == ' ' && p[1] == '\0')) {
			buf_printf(b, "=%02X", *p);
			column += 3;
		} else {
			buf_u8(b, *p);
			column++;
		}
	}
	buf_str(b, "\r\n");
}

/* Without a mark on both sides a number's plus sign, and all else that has no
 * direction, would go to its other end. */
void
mail_said(struct buf *b, int is_rtl, const char *sentence, const char *what)
{
	const char *hole = strstr(sentence, "%s");
	const char *mark = is_rtl ? LEFT_TO_RIGHT : "";
	char line[512];

	if (what[0] == '\0')
		return;
	snprintf(line, sizeof(line), "%.*s%s%s%s%s", (int)(hole - sentence),
	    sentence, mark, what, mark, hole + 2);
	mail_line(b, line);
}

void
mail_begin(struct buf *b, const struct mail_head *h)
{
	put_date(b, h->now);
	buf_printf(b, "From: <%s>\r\nTo: <%s>\r\n", h->from, h->to);
	put_subject(b, h->subject);
	/* the same event is the same message, whoever sees it twice */
	buf_printf(b, "Message-ID: <%s@%s>\r\n", h->id,
	    strrchr(h->from, '@') + 1);
	buf_printf(b, "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Content-Language: %s\r\n\r\n", h->lang);
}
