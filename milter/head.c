/*
 * Reading the fields of a header that say what a part is.
 */

#include <string.h>

#include "lib/scan.h"

#include "milter/head.h"

enum field {
	FIELD_TYPE, FIELD_ENCODING, FIELD_DISPOSITION, FIELD_ID, FIELD_DIGEST,
	FIELD_VERSION, FIELDS
};

#define NAME(s) { s, sizeof(s) - 1 }
static const struct {
	const char	*name;
	size_t		 len;
} names[FIELDS] = {
	NAME("Content-Type"), NAME("Content-Transfer-Encoding"),
	NAME("Content-Disposition"), NAME("Content-ID"), NAME("Content-MD5"),
	NAME("MIME-Version")
};

void
head_init(struct head *h)
{
	memset(h, 0, sizeof(*h));
	ctype_default(&h->type);
}

void
head_id(char dst[CTYPE_START_MAX + 1], const char *p, size_t len)
{
	while (len > 0 && (memchr(" \t\r\n>", p[len - 1], 5) != NULL))
		len--;
	while (len > 0 && (memchr(" \t\r\n<", p[0], 5) != NULL)) {
		p++;
		len--;
	}
	if (len > CTYPE_START_MAX)
		len = 0;
	memcpy(dst, p, len);
	dst[len] = '\0';
}

static int
holds(const char *p, size_t len, const char *what)
{
	size_t n = strlen(what), i;

	/* `what` begins with a letter, whose case is bit 5, or a digit. */
	for (i = 0; i + n <= len; i++)
		if ((p[i] | 0x20) == what[0] && scan_same(p + i, n, what, n))
			return 1;
	return 0;
}

static void
set(struct head *h, enum field which, const char *p, size_t len)
{
	if (h->seen & 1u << which)
		h->is_ambiguous = 1;
	h->seen |= 1u << which;
	switch (which) {
	case FIELD_TYPE:
		if (ctype_parse(&h->type, p, len) != 0)
			h->is_ambiguous = 1;
		h->is_signed_data = holds(p, len, "signed-data");
		break;
	case FIELD_ENCODING:
		h->is_codec_unknown = codec_find(&h->codec, p, len) != 0;
		h->is_8bit = holds(p, len, "8bit");
		h->is_binary = holds(p, len, "binary");
		break;
	case FIELD_DISPOSITION:
		h->is_file = ctype_is_file(p, len);
		break;
	case FIELD_ID:
		head_id(h->id, p, len);
		break;
	case FIELD_DIGEST:
		h->has_digest = 1;
		break;
	case FIELD_VERSION:
	case FIELDS:
		break;
	}
}

/* FIELDS where it does not matter. */
static enum field
find(const char *name, size_t len)
{
	enum field f;

	for (f = FIELD_TYPE; f < FIELDS; f++)
		if (names[f].len == len && scan_is(name, len, names[f].name))
			break;
	return f;
}

void
head_field(struct head *h, const char *name, size_t name_len,
    const char *value, size_t len)
{
	enum field f;
	size_t n = name_len;

	while (n > 0 && scan_is_space((unsigned char)name[n - 1]))
		n--;
	f = find(name, n);
	if (f == FIELDS) {
		h->has_others = 1;
		return;
	}
	if (n != name_len)
		h->is_ambiguous = 1;
	set(h, f, value, len);
}

/* One field with its folds, as it stands in the body. */
static void
read_field(struct head *h, const char *p, size_t len, size_t at)
{
	const char *colon = memchr(p, ':', len);
	size_t n;

	if (colon == NULL || colon == p) {
		h->is_ambiguous = 1;
		return;
	}
	n = (size_t)(colon - p);
	if (memchr(p, ' ', n) != NULL || memchr(p, '\t', n) != NULL)
		h->is_ambiguous = 1;
	head_field(h, p, n, colon + 1, len - n - 1);
	if (h->has_digest && h->digest_len == 0) {
		h->digest_at = at;
		h->digest_len = len;
	}
}

static size_t
line_len(const unsigned char *p, size_t len)
{
	const unsigned char *end = memchr(p, '\n', len);

	return end != NULL ? (size_t)(end - p) + 1 : len;
}

void
head_read(struct head *h, const unsigned char *p, size_t len, size_t at)
{
	size_t first, i = 0;

	head_init(h);
	if (len > 0 && scan_is_space(p[0]))
		h->is_ambiguous = 1;
	while (i < len) {
		first = i;
		i += line_len(p + i, len - i);
		while (i < len && scan_is_space(p[i]))
			i += line_len(p + i, len - i);
		read_field(h, (const char *)p + first, i - first, at + first);
	}
}
