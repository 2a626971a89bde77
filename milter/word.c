/*
 * Looking for an ASCII word in a header that may be encoded (RFC 2047).
 *
 * The character set does not matter: every one that is met in headers keeps
 * ASCII where it is, or the word is not found.
 */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "milter/word.h"

#define TEXT_MAX 2048		/* what lies behind is not looked at */

static int
hex(int c)
{
	if (scan_is_digit(c))
		return c - '0';
	c = scan_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
base64(int c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = memchr(alphabet, c, 64);

	return at != NULL ? (int)(at - alphabet) : -1;
}

static size_t
decode_q(char *dst, size_t room, const char *p, size_t n)
{
	size_t i, used = 0;

	for (i = 0; i < n && used < room; i++) {
		if (p[i] == '=' && i + 2 < n &&
		    hex((unsigned char)p[i + 1]) >= 0 &&
		    hex((unsigned char)p[i + 2]) >= 0) {
			dst[used++] = (char)(
			    hex((unsigned char)p[i + 1]) << 4 |
			    hex((unsigned char)p[i + 2]));
			i += 2;
		} else {
			dst[used++] = p[i] == '_' ? ' ' : p[i];
		}
	}
	return used;
}

static size_t
decode_b(char *dst, size_t room, const char *p, size_t n)
{
	unsigned bits = 0, have = 0;
	size_t i, used = 0;
	int v;

	for (i = 0; i < n && used < room; i++) {
		v = base64((unsigned char)p[i]);
		if (v < 0)
			break;
		bits = bits << 6 | (unsigned)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			dst[used++] = (char)(bits >> have & 0xff);
		}
	}
	return used;
}

/*
 * At "=?": the length of the encoded word, its text appended at dst[*used];
 * 0 where it is none.
 */
static size_t
read_encoded(char *dst, size_t *used, const char *p, size_t n)
{
	const char *kind, *text, *end;
	size_t len, room = TEXT_MAX - *used;

	kind = n > 2 ? memchr(p + 2, '?', n - 2) : NULL;
	if (kind == NULL || (size_t)(kind - p) + 3 > n || kind[2] != '?')
		return 0;
	text = kind + 3;
	end = memchr(text, '?', n - (size_t)(text - p));
	if (end == NULL || (size_t)(end - p) + 1 >= n || end[1] != '=')
		return 0;
	len = (size_t)(end - text);
	switch (scan_lower((unsigned char)kind[1])) {
	case 'q':
		*used += decode_q(dst + *used, room, text, len);
		break;
	case 'b':
		*used += decode_b(dst + *used, room, text, len);
		break;
	default:
		return 0;
	}
	return (size_t)(end - p) + 2;
}

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 2047, 6.2: white space between two encoded words is not there. */
static size_t
decode(char dst[TEXT_MAX], const char *p, size_t n)
{
	size_t i = 0, used = 0, len, gap;
	size_t after = SIZE_MAX;	/* used, right behind an encoded word */

	while (i < n && used < TEXT_MAX) {
		if (p[i] == '=' && i + 1 < n && p[i + 1] == '?') {
			gap = used;
			if (after != SIZE_MAX)
				used = after;
			len = read_encoded(dst, &used, p + i, n - i);
			if (len > 0) {
				i += len;
				after = used;
				continue;
			}
			used = gap;
		}
		if (!is_white((unsigned char)p[i]))
			after = SIZE_MAX;
		if (p[i] != '\r' && p[i] != '\n')
			dst[used++] = p[i];
		i++;
	}
	return used;
}

int
word_holds(const char *value, size_t n, const char *tag)
{
	char text[TEXT_MAX];
	size_t len, tag_len = strlen(tag), i;

	len = decode(text, value, n);
	for (i = 0; i + tag_len <= len; i++)
		if (scan_same(text + i, tag_len, tag, tag_len))
			return tag_len > 0;
	return 0;
}
