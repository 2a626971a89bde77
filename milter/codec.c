/*
 * Transfer encodings: decoding for the eye, inserting for the message.
 */

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "milter/codec.h"

#define LINE_MAX_LEN 76		/* RFC 2045, 6.7 (5) and 6.8 */
#define BLOCK 16		/* bytes that are looked at together */

int
codec_find(enum codec *codec, const char *p, size_t len)
{
	while (len > 0 && memchr(" \t\r\n", p[len - 1], 4) != NULL)
		len--;
	while (len > 0 && memchr(" \t\r\n", p[0], 4) != NULL) {
		p++;
		len--;
	}
	if (scan_is(p, len, "7bit") || scan_is(p, len, "8bit") ||
	    scan_is(p, len, "binary"))
		*codec = CODEC_PLAIN;
	else if (scan_is(p, len, "quoted-printable"))
		*codec = CODEC_QP;
	else if (scan_is(p, len, "base64"))
		*codec = CODEC_BASE64;
	else
		return -1;
	return 0;
}

/*
 * At "=": the length of a soft line break (with the white space that a
 * transport may have added), or of a dangling "=" at the very end; else 0.
 */
static size_t
soft_break(const unsigned char *p, size_t len)
{
	size_t n = 1;

	while (n < len && scan_is_space(p[n]))
		n++;
	if (n == len)
		return n;
	if (p[n] == '\n')
		return n + 1;
	if (p[n] == '\r' && n + 1 < len && p[n + 1] == '\n')
		return n + 2;
	return 0;
}

/*
 * At "=" in a quoted-printable text: raw bytes used, and whether they stand for
 * one byte (`*byte`) or for none (-1).
 */
static size_t
qp_step(const unsigned char *p, size_t len, int *byte)
{
	size_t n;
	int high, low;

	if (len >= 3 && (high = scan_hex(p[1])) >= 0 &&
	    (low = scan_hex(p[2])) >= 0) {
		*byte = high << 4 | low;
		return 3;
	}
	n = soft_break(p, len);
	*byte = n > 0 ? -1 : '=';
	return n > 0 ? n : 1;
}

static int
qp_decode(const unsigned char *p, size_t len, struct buf *out)
{
	unsigned char *room = buf_room(out, len);
	const unsigned char *stop;
	size_t i = 0, used = 0, run;
	int byte;

	if (room == NULL)
		return -1;
	while (i < len) {
		stop = memchr(p + i, '=', len - i);
		run = stop != NULL ? (size_t)(stop - p) - i : len - i;
		memcpy(room + used, p + i, run);
		used += run;
		i += run;
		if (i == len)
			break;
		i += qp_step(p + i, len - i, &byte);
		if (byte >= 0)
			room[used++] = (unsigned char)byte;
	}
	buf_grown(out, used);
	return 0;
}

/*
 * Behind soft breaks that stand there, so that it is most often the beginning
 * of a line.
 */
static void
qp_place(struct codec_place *place, const struct codec_text *t)
{
	const unsigned char *p = t->raw, *stop;
	size_t i = 0, left = place->at, n;
	int byte;

	while (i < t->raw_len) {
		stop = memchr(p + i, '=', t->raw_len - i);
		n = (stop != NULL ? (size_t)(stop - p) : t->raw_len) - i;
		if (n > left)
			n = left;
		if (n > 0)
			place->is_dangling = 0;
		left -= n;
		i += n;
		if (i == t->raw_len || p[i] != '=')
			break;
		n = qp_step(p + i, t->raw_len - i, &byte);
		if (byte >= 0 && left == 0)
			break;
		left -= byte >= 0;
		i += n;
		place->is_dangling = byte < 0 && p[i - 1] != '\n';
	}
	place->raw = i;
}

struct qp_line {
	struct buf	*out;
	size_t		 col;
	unsigned char	 text[LINE_MAX_LEN + 3];	/* its break, too */
};

static void
qp_break(struct qp_line *l, const char *how)
{
	size_t n = strlen(how);

	memcpy(l->text + l->col, how, n);
	buf_put(l->out, l->text, l->col + n);
	l->col = 0;
}

/* What must not stand bare at the beginning of a line in a mail. */
static int
is_risky_start(const unsigned char *p, size_t len)
{
	return p[0] == '.' || p[0] == '-' ||
	    (len >= 5 && memcmp(p, "From ", 5) == 0);
}

static int
is_graphic(int c)
{
	return (unsigned)c - '!' <= '~' - '!' && c != '=';
}

/* Can all of these stand bare?  Without branches: they are compared at once. */
static int
are_bare(const unsigned char p[BLOCK])
{
	unsigned char others = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		others |= (p[i] < ' ') | (p[i] > '~') | (p[i] == '=');
	return !others;
}

/* As many bytes as can stand bare in the line, at once; words, mostly. */
static size_t
qp_run(struct qp_line *l, const unsigned char *p, size_t len)
{
	size_t room = LINE_MAX_LEN - 1 - l->col, n = 0;

	if (l->col == 0 || len == 0)
		return 0;
	/* A space may be the last of its line: the byte behind it tells. */
	if (len - 1 < room)
		room = len - 1;
	while (room - n >= BLOCK && are_bare(p + n))
		n += BLOCK;
	while (n < room && (p[n] == ' ' || is_graphic(p[n])))
		n++;
	if (n > 0 && p[n - 1] == ' ' && p[n] == '\r')
		n--;
	memcpy(l->text + l->col, p, n);
	l->col += n;
	return n;
}

static void
qp_put(struct qp_line *l, const unsigned char *p, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	int is_last = len == 1 || p[1] == '\r';
	int is_bare = is_graphic(p[0]) || (scan_is_space(p[0]) && !is_last);

	/* The "=" of a soft break needs a column as well. */
	if (l->col + (is_bare ? 1 : 3) > LINE_MAX_LEN - 1)
		qp_break(l, "=\r\n");
	if (is_bare && !(l->col == 0 && is_risky_start(p, len))) {
		l->text[l->col++] = p[0];
		return;
	}
	l->text[l->col++] = '=';
	l->text[l->col++] = (unsigned char)digits[p[0] >> 4];
	l->text[l->col++] = (unsigned char)digits[p[0] & 15];
}

static void
qp_insert(const struct codec_text *t, const struct codec_place *place,
    const struct codec_text *ins, struct buf *out)
{
	int last = place->raw > 0 ? t->raw[place->raw - 1] : '\n';
	struct qp_line line = { .out = out, .col = 0 };
	const unsigned char *p = ins->text;
	size_t i = 0;

	if (place->is_dangling)
		qp_break(&line, "\r\n");
	else if (last != '\n' && (scan_is_space(last) || last == '=' ||
	    ins->len < 2 || p[0] != '\r' || p[1] != '\n'))
		qp_break(&line, "=\r\n");
	while (i < ins->len) {
		if (p[i] == '\r' && i + 1 < ins->len && p[i + 1] == '\n') {
			qp_break(&line, "\r\n");
			i += 2;
		} else {
			qp_put(&line, p + i, ins->len - i);
			i++;
			i += qp_run(&line, p + i, ins->len - i);
		}
	}
	if (line.col > 0)
		qp_break(&line, "=\r\n");
}

static int
base64_value(int c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
base64_decode(const unsigned char *p, size_t len, struct buf *out)
{
	unsigned char *room = buf_room(out, len / 4 * 3 + 3);
	size_t i, used = 0, n = 0, n_pad = 0;
	uint32_t bits = 0;
	int v;

	if (room == NULL)
		return -1;
	for (i = 0; i < len; i++) {
		if (is_white(p[i]))
			continue;
		v = base64_value(p[i]);
		if (p[i] == '=' && n % 4 >= 2)
			n_pad++;
		else if (v < 0 || n_pad > 0)
			return -1;
		bits = bits << 6 | (v >= 0 ? (uint32_t)v : 0);
		if (++n % 4 != 0)
			continue;
		room[used++] = (unsigned char)(bits >> 16);
		if (n_pad < 2)
			room[used++] = (unsigned char)(bits >> 8);
		if (n_pad < 1)
			room[used++] = (unsigned char)bits;
	}
	if (n % 4 != 0)
		return -1;
	buf_grown(out, used);
	return 0;
}

struct base64_line {
	struct buf	*out;
	size_t		 col;
	unsigned char	 held[3];
	size_t		 n_held;
};

static void
base64_flush(struct base64_line *l)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits;
	char c[4];

	if (l->n_held == 0)
		return;
	memset(l->held + l->n_held, 0, sizeof(l->held) - l->n_held);
	bits = (uint32_t)l->held[0] << 16 | (uint32_t)l->held[1] << 8 |
	    l->held[2];
	c[0] = alphabet[bits >> 18];
	c[1] = alphabet[bits >> 12 & 63];
	c[2] = l->n_held > 1 ? alphabet[bits >> 6 & 63] : '=';
	c[3] = l->n_held > 2 ? alphabet[bits & 63] : '=';
	if (l->col == LINE_MAX_LEN) {
		buf_str(l->out, "\r\n");
		l->col = 0;
	}
	buf_put(l->out, c, 4);
	l->col += 4;
	l->n_held = 0;
}

static void
base64_put(struct base64_line *l, const unsigned char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		l->held[l->n_held++] = p[i];
		if (l->n_held == 3)
			base64_flush(l);
	}
}

/*
 * At the quantum (four characters) that holds it, from its first to its last;
 * or at the end of the last.
 */
static void
base64_place(struct codec_place *place, const struct codec_text *t)
{
	size_t first = place->at / 3 * 4, n = 0, end = 0, i;

	place->raw = SIZE_MAX;
	for (i = 0; i < t->raw_len && n < first + 4; i++) {
		if (is_white(t->raw[i]))
			continue;
		if (n == first)
			place->raw = i;
		n++;
		end = i + 1;
	}
	if (place->raw == SIZE_MAX)
		place->raw = end;
	place->del = end - place->raw;
}

static int
is_line_end(const struct codec_text *t, size_t at)
{
	return at == t->raw_len || t->raw[at] == '\r' || t->raw[at] == '\n';
}

static void
base64_insert(const struct codec_text *t, const struct codec_place *place,
    const struct codec_text *ins, struct buf *out)
{
	struct base64_line line = { .out = out };
	size_t at = place->at, first = at / 3 * 3;
	size_t end = t->len - first < 3 ? t->len : first + 3;

	if (place->raw > 0 && t->raw[place->raw - 1] != '\n')
		buf_str(out, "\r\n");
	base64_put(&line, t->text + first, at - first);
	base64_put(&line, ins->text, ins->len);
	base64_put(&line, t->text + at, end - at);
	base64_flush(&line);
	if (!is_line_end(t, place->raw + place->del))
		buf_str(out, "\r\n");
}

int
codec_decode(enum codec codec, const unsigned char *p, size_t len,
    struct buf *out)
{
	switch (codec) {
	case CODEC_PLAIN:
		break;
	case CODEC_QP:
		return qp_decode(p, len, out);
	case CODEC_BASE64:
		return base64_decode(p, len, out);
	}
	return -1;
}

void
codec_find_place(struct codec_place *place, const struct codec_text *t,
    size_t at)
{
	place->at = place->raw = at;
	place->del = 0;
	place->is_dangling = 0;
	if (t->codec == CODEC_QP)
		qp_place(place, t);
	else if (t->codec == CODEC_BASE64)
		base64_place(place, t);
}

size_t
codec_grain(const struct codec_text *t, const struct codec_place *place)
{
	return t->codec == CODEC_BASE64 && place->at / 3 * 3 + 3 < t->len ? 3 :
	    1;
}

/*
 * Behind two dashes, what no boundary that is taken begins with: the mark of a
 * signature has a space there (=20 in quoted-printable), or has lost it.
 */
static int
is_mark(enum codec codec, const unsigned char *p, size_t len)
{
	size_t n = 0;

	if (p[0] == ' ' || p[0] == '\r' || p[0] == '\n')
		return 1;
	while (n < len && p[n] != '\r' && p[n] != '\n')
		n++;
	return codec == CODEC_QP && n <= 4 && memcmp(p, "=20=", n) == 0;
}

static int
is_dashed(enum codec codec, const unsigned char *p, size_t len)
{
	return len >= 2 && p[0] == '-' && p[1] == '-' &&
	    (len == 2 || !is_mark(codec, p + 2, len - 2));
}

int
codec_may_cut(const struct codec_text *t, const struct codec_place *place)
{
	const unsigned char *cut = t->raw + place->raw, *line;

	if (t->codec == CODEC_BASE64)
		return 1;	/* no dashes in it */
	line = place->raw > 0 ? memrchr(t->raw, '\n', place->raw) : NULL;
	line = line != NULL ? line + 1 : t->raw;
	if (line == cut)
		return 1;
	return !is_dashed(t->codec, cut, t->raw_len - place->raw) &&
	    (is_line_end(t, place->raw) ||
	    !is_dashed(t->codec, line, (size_t)(cut - line)));
}

void
codec_insert(const struct codec_text *t, const struct codec_place *place,
    const struct codec_text *ins, struct buf *out)
{
	switch (t->codec) {
	case CODEC_PLAIN:
		buf_put(out, ins->text, ins->len);
		return;
	case CODEC_QP:
		qp_insert(t, place, ins, out);
		return;
	case CODEC_BASE64:
		base64_insert(t, place, ins, out);
		return;
	}
}
