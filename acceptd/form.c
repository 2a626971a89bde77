/* The body of a form: names and values, percent-encoded. */

#include <stdint.h>
#include <string.h>

#include "lib/scan.h"

#include "acceptd/form.h"

/* One byte, or what an escape stands for; `*i` is moved to its last. */
static int
unescape(const unsigned char *p, size_t len, size_t *i)
{
	int high, low;

	if (p[*i] != '%')
		return p[*i];
	if (len - *i < 3)
		return -1;
	high = scan_hex(p[*i + 1]);
	low = scan_hex(p[*i + 2]);
	if (high < 0 || low < 0)
		return -1;
	*i += 2;
	return high * 16 + low;
}

/* The length of a bidirectional control at `p`, or 0. */
static size_t
bidi_len(const unsigned char *p, size_t len)
{
	if (len >= 2 && p[0] == 0xd8 && p[1] == 0x9c)
		return 2;
	if (len < 3 || p[0] != 0xe2)
		return 0;
	if (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f ||
	    (p[2] >= 0xaa && p[2] <= 0xae)))
		return 3;
	if (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
		return 3;
	return 0;
}

static size_t
drop_bidi(char *s, size_t len)
{
	unsigned char *p = (unsigned char *)s;
	size_t i, n = 0, skip;

	for (i = 0; i < len; i++) {
		skip = bidi_len(p + i, len - i);
		if (skip > 0)
			i += skip - 1;
		else
			p[n++] = p[i];
	}
	return n;
}

/*
 * Decodes one name or value to the end of what `f->text` holds so far.  NULL
 * when it is not fit to be kept; what is kept is never longer than its source.
 */
static const char *
decode(struct form *f, size_t *used, const unsigned char *p, size_t len)
{
	char *start = f->text + *used;
	size_t i, n = 0;
	int c;

	for (i = 0; i < len; i++) {
		c = p[i] == '+' ? ' ' : unescape(p, len, &i);
		if (c < 0)
			return NULL;
		if (c == '\t' || c == '\r' || c == '\n')
			c = ' ';
		start[n++] = (char)c;
	}
	n = drop_bidi(start, n);
	if (!scan_is_printable_utf8(start, n))
		return NULL;
	start[n] = '\0';
	*used += n + 1;
	return start;
}

static int
add(struct form *f, size_t *used, const unsigned char *p, size_t len)
{
	const unsigned char *eq = memchr(p, '=', len);
	size_t name_len = eq == NULL ? len : (size_t)(eq - p);
	const unsigned char *value = eq == NULL ? p + len : eq + 1;
	struct form_field *field;

	if (f->n == FORM_FIELDS)
		return -1;
	field = &f->field[f->n];
	field->name = decode(f, used, p, name_len);
	field->value = decode(f, used, value, (size_t)(p + len - value));
	if (field->name == NULL || field->value == NULL)
		return -1;
	if (form_has(f, field->name))
		return -1;
	f->n++;
	return 0;
}

int
form_parse(struct form *f, const void *data, size_t len)
{
	const unsigned char *p = data, *end, *amp;
	size_t used = 0;

	f->n = 0;
	if (len > FORM_MAX)
		return -1;
	if (len == 0)
		return 0;
	for (end = p + len; p < end; p = amp + 1) {
		amp = memchr(p, '&', (size_t)(end - p));
		if (amp == NULL)
			amp = end;
		if (amp > p && add(f, &used, p, (size_t)(amp - p)) < 0)
			return -1;
	}
	return 0;
}

int
form_has(const struct form *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return 1;
	return 0;
}

const char *
form_get(const struct form *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return f->field[i].value;
	return "";
}

int
form_unescape(const char *s, size_t len, char *dst, size_t size)
{
	size_t i, n = 0;
	int c;

	for (i = 0; i < len; i++) {
		c = unescape((const unsigned char *)s, len, &i);
		if (c <= 0 || n + 1 >= size)
			return -1;
		dst[n++] = (char)c;
	}
	if (size == 0)
		return -1;
	dst[n] = '\0';
	return 0;
}

int
form_is_type(const char *type)
{
	size_t len;

	if (type == NULL)
		return 0;
	len = strcspn(type, ";");
	while (len > 0 && scan_is_space((unsigned char)type[len - 1]))
		len--;
	return scan_is(type, len, "application/x-www-form-urlencoded");
}
