/*
 * Looking for an ASCII word in a header that may be encoded (RFC 2047), and
 * taking it out.
 *
 * For looking, the character set does not matter: every one that is met in
 * headers keeps ASCII where it is, or the word is not found.
 */

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "milter/word.h"

#define TEXT_MAX 2048		/* what lies behind is not looked at */

/*
 * The text as it is read, and where each of its bytes comes from: a character
 * of the value, a unit of "Q", or somewhere in "B".
 */
struct origin {
	unsigned short	at;		/* in the value */
	unsigned char	len;		/* 0: in base64 */
	unsigned char	word;		/* 0: in none; the words count up */
};

struct text {
	size_t		n;
	char		byte[TEXT_MAX];
	struct origin	from[TEXT_MAX];
	unsigned char	n_words;
};

/* An encoded word, as it stands. */
struct encoded {
	size_t	at, len;	/* all of it */
	size_t	body, body_len;	/* between the last two question marks */
	int	is_base64;
};

static int
base64(int c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = memchr(alphabet, c, 64);

	return at != NULL ? (int)(at - alphabet) : -1;
}

static void
put(struct text *t, int c, size_t at, size_t len, int word)
{
	if (t->n == TEXT_MAX)
		return;
	t->byte[t->n] = (char)c;
	t->from[t->n].at = (unsigned short)at;
	t->from[t->n].len = (unsigned char)len;
	t->from[t->n].word = (unsigned char)word;
	t->n++;
}

static void
decode_q(struct text *t, const char *v, const struct encoded *e)
{
	size_t i, end = e->body + e->body_len;

	for (i = e->body; i < end; i++) {
		if (v[i] == '=' && i + 2 < end && scan_hex(v[i + 1]) >= 0 &&
		    scan_hex(v[i + 2]) >= 0) {
			put(t, scan_hex(v[i + 1]) << 4 | scan_hex(v[i + 2]),
			    i, 3, t->n_words);
			i += 2;
		} else {
			put(t, v[i] == '_' ? ' ' : v[i], i, 1, t->n_words);
		}
	}
}

static void
decode_b(struct text *t, const char *v, const struct encoded *e)
{
	unsigned bits = 0, have = 0;
	size_t i;
	int b;

	for (i = e->body; i < e->body + e->body_len; i++) {
		b = base64((unsigned char)v[i]);
		if (b < 0)
			break;
		bits = bits << 6 | (unsigned)b;
		have += 6;
		if (have >= 8) {
			have -= 8;
			put(t, (int)(bits >> have & 0xff), i, 0, t->n_words);
		}
	}
}

/* 1 when an encoded word stands at `at`. */
static int
find_encoded(struct encoded *e, const char *v, size_t n, size_t at)
{
	const char *p = v + at, *kind, *end;

	n -= at;
	if (n < 2 || p[0] != '=' || p[1] != '?')
		return 0;
	kind = n > 2 ? memchr(p + 2, '?', n - 2) : NULL;
	if (kind == NULL || (size_t)(kind - p) + 3 > n || kind[2] != '?')
		return 0;
	end = memchr(kind + 3, '?', n - (size_t)(kind + 3 - p));
	if (end == NULL || (size_t)(end - p) + 1 >= n || end[1] != '=')
		return 0;
	e->at = at;
	e->len = (size_t)(end - p) + 2;
	e->body = at + (size_t)(kind + 3 - p);
	e->body_len = (size_t)(end - (kind + 3));
	e->is_base64 = scan_lower((unsigned char)kind[1]) == 'b';
	return e->is_base64 || scan_lower((unsigned char)kind[1]) == 'q';
}

static int
is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 2047, 6.2: white space between two encoded words is not there. */
static void
decode(struct text *t, const char *v, size_t n)
{
	size_t i = 0, after = SIZE_MAX;	/* right behind an encoded word */
	struct encoded e;

	t->n = 0;
	t->n_words = 0;
	while (i < n && t->n < TEXT_MAX) {
		if (t->n_words < UINT8_MAX && find_encoded(&e, v, n, i)) {
			if (after != SIZE_MAX)
				t->n = after;
			t->n_words++;
			if (e.is_base64)
				decode_b(t, v, &e);
			else
				decode_q(t, v, &e);
			after = t->n;
			i += e.len;
			continue;
		}
		if (!is_white((unsigned char)v[i]))
			after = SIZE_MAX;
		if (v[i] != '\r' && v[i] != '\n')
			put(t, v[i], i, 1, 0);
		i++;
	}
}

/* Where the tag begins; SIZE_MAX. */
static size_t
find(const struct text *t, const char *tag)
{
	size_t len = strlen(tag), i;

	for (i = 0; len > 0 && i + len <= t->n; i++)
		if (scan_same(t->byte + i, len, tag, len))
			return i;
	return SIZE_MAX;
}

int
word_holds(const char *value, size_t n, const char *tag)
{
	struct text t;

	decode(&t, value, n);
	return find(&t, tag) != SIZE_MAX;
}

/* What of the text is to go. */
struct cut {
	size_t	from, to;
};

/* A line goes on with it: it must stay. */
static int
is_fold(const char *v, const struct origin *from)
{
	return from->word == 0 && from->at > 0 && v[from->at - 1] == '\n';
}

/* With the blank behind it, or before it where it is the last word. */
static void
widen(struct cut *c, const struct text *t, const char *v)
{
	if (c->to < t->n && t->byte[c->to] == ' ' &&
	    !is_fold(v, &t->from[c->to]))
		c->to++;
	else if (c->to == t->n && c->from > 0 && t->byte[c->from - 1] == ' '
	    && !is_fold(v, &t->from[c->from - 1]))
		c->from--;
}

/*
 * Character sets in which a byte of ASCII is that character wherever it
 * stands: from others nothing is taken out.
 */
static int
is_plain_set(const char *p, size_t n)
{
	static const char *const names[] = { "us-ascii", "utf-8", "iso-8859-",
	    "windows-125", "koi8-" };
	size_t i, len;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i]);
		if (n >= len && scan_same(p, len, names[i], len))
			return 1;
	}
	return 0;
}

/* The text of word `word` without the cut; its size there, and how it was. */
static size_t
remainder_of(const struct text *t, int word, const struct cut *c, size_t *was,
    char *bytes)
{
	size_t i, n = 0;

	*was = 0;
	for (i = 0; i < t->n; i++) {
		if (t->from[i].word != word)
			continue;
		(*was)++;
		if (i < c->from || i >= c->to)
			bytes[n++] = t->byte[i];
	}
	return n;
}

/* One encoded word: as it stands, without the cut, or nothing. */
static int
put_encoded(struct buf *out, const char *v, const struct encoded *e,
    const struct text *t, int word, const struct cut *c)
{
	char bytes[TEXT_MAX];
	size_t was, n = remainder_of(t, word, c, &was, bytes), i;

	if (n == was) {
		buf_put(out, v + e->at, e->len);
		return 0;
	}
	if (!is_plain_set(v + e->at + 2, e->len - 2))
		return -1;
	if (n == 0)
		return 0;
	buf_put(out, v + e->at, e->body - e->at);
	if (e->is_base64)
		buf_base64(out, bytes, n);
	for (i = 0; !e->is_base64 && i < t->n; i++)
		if (t->from[i].word == word && (i < c->from || i >= c->to))
			buf_put(out, v + t->from[i].at, t->from[i].len);
	buf_str(out, "?=");
	return 0;
}

/* 1 when this character of the value is in the cut. */
static int
is_cut(const struct text *t, const struct cut *c, size_t at)
{
	size_t i;

	for (i = c->from; i < c->to; i++)
		if (t->from[i].word == 0 && t->from[i].at == at)
			return 1;
	return 0;
}

static int
rebuild(struct buf *out, const char *v, size_t n, const struct text *t,
    const struct cut *c)
{
	struct encoded e;
	size_t i = 0;
	int word = 0;

	while (i < n) {
		if (word < UINT8_MAX && find_encoded(&e, v, n, i)) {
			if (put_encoded(out, v, &e, t, ++word, c) != 0)
				return -1;
			i += e.len;
		} else {
			if (!is_cut(t, c, i))
				buf_u8(out, (uint8_t)v[i]);
			i++;
		}
	}
	return 0;
}

/* No line of white space alone may be left (RFC 5322, 3.2.2). */
static void
join_lines(char *p)
{
	char *line = strchr(p, '\n'), *end;

	while (line != NULL) {
		for (end = line + 1; *end == ' ' || *end == '\t'; end++)
			;
		if (*end != '\0' && *end != '\r' && *end != '\n') {
			line = strchr(line + 1, '\n');
			continue;
		}
		/* What is left of it: the line end before it, and blanks. */
		if (line > p && line[-1] == '\r')
			line--;
		memmove(line, end, strlen(end) + 1);
		line = *line != '\0' ? strchr(line, '\n') : NULL;
	}
}

/* White space: one blank between two words. */
static size_t
squeeze(char *dst, const char *p, size_t n, size_t used)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_white((unsigned char)p[i]))
			dst[used++] = p[i];
		else if (used > 0 && dst[used - 1] != ' ')
			dst[used++] = ' ';
	}
	return used;
}

/*
 * Does it read as the old text without the cut, and can it stand in a header?
 * Else nothing is done.
 */
static int
is_right(const char *value, const struct text *t, const struct cut *c)
{
	char old[TEXT_MAX], new[TEXT_MAX];
	struct text now;
	size_t n, m;
	const char *p;

	for (p = value; (p = strchr(p, '\n')) != NULL; p++)
		if (p[1] != ' ' && p[1] != '\t')
			return 0;
	decode(&now, value, strlen(value));
	n = squeeze(new, now.byte, now.n, 0);
	m = squeeze(old, t->byte, c->from, 0);
	m = squeeze(old, t->byte + c->to, t->n - c->to, m);
	n -= n > 0 && new[n - 1] == ' ';
	m -= m > 0 && old[m - 1] == ' ';
	return n > 0 && n == m && memcmp(old, new, n) == 0;
}

/* What is beyond ASCII is UTF-8, or who knows what it is. */
static int
is_readable(const char *v)
{
	size_t n;

	for (; *v != '\0'; v += n) {
		for (n = 0; (unsigned char)v[n] >= 0x80; n++)
			;
		if (n > 0 && !scan_is_printable_utf8(v, n))
			return 0;
		n += n == 0;
	}
	return 1;
}

int
word_remove(char *dst, size_t size, const char *value, const char *tag)
{
	size_t n = strlen(value);
	struct text t;
	struct cut c;
	struct buf out;

	if (n >= TEXT_MAX || n >= size || !is_readable(value))
		return -1;
	decode(&t, value, n);
	c.from = find(&t, tag);
	if (c.from == SIZE_MAX)
		return -1;
	c.to = c.from + strlen(tag);
	widen(&c, &t, value);
	buf_over(&out, dst, size);
	if (rebuild(&out, value, n, &t, &c) != 0 || !buf_ok(&out))
		return -1;
	(void)buf_cstr(&out);
	join_lines(dst);
	return is_right(dst, &t, &c) ? 0 : -1;
}
