/*
 * The one door to jansson: reading by path.  Writing needs no tree: callers
 * append what they say, and only strings need care.
 */

#include <string.h>

#include <jansson.h>

#include "lib/buf.h"
#include "lib/scan.h"

#include "lib/json.h"

#define LEVELS_MAX 32

/* Before jansson, which recurses, sees it. */
static int
is_shallow(const char *p, size_t len)
{
	unsigned level = 0;
	int in_string = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (in_string) {
			if (p[i] == '\\')
				i++;
			else if (p[i] == '"')
				in_string = 0;
		} else if (p[i] == '"') {
			in_string = 1;
		} else if (p[i] == '[' || p[i] == '{') {
			if (++level > LEVELS_MAX)
				return 0;
		} else if ((p[i] == ']' || p[i] == '}') && level > 0) {
			level--;
		}
	}
	return 1;
}

struct json *
json_parse(const void *p, size_t len)
{
	json_error_t error;

	if (len == 0 || !is_shallow(p, len))
		return NULL;
	return (struct json *)json_loadb(p, len, JSON_REJECT_DUPLICATES |
	    JSON_DECODE_ANY, &error);
}

void
json_free(struct json *j)
{
	json_decref((json_t *)j);
}

/* One step down: a member by its name, an element by its index. */
static const json_t *
step(const json_t *at, const char *name, size_t len)
{
	char key[256];
	uint64_t i;

	if (json_is_array(at)) {
		if (scan_uint(name, len, INT32_MAX, &i) != 0)
			return NULL;
		return json_array_get(at, (size_t)i);
	}
	if (len >= sizeof(key))
		return NULL;
	memcpy(key, name, len);
	key[len] = '\0';
	return json_object_get(at, key);
}

static const json_t *
find(const struct json *j, const char *path)
{
	const json_t *at = (const json_t *)j;
	size_t n;

	while (*path != '\0' && at != NULL) {
		n = strcspn(path, ".");
		at = step(at, path, n);
		path += n;
		if (*path == '.')
			path++;
	}
	return at;
}

const char *
json_str(const struct json *j, const char *path)
{
	return json_string_value(find(j, path));
}

int
json_int(const struct json *j, const char *path, int64_t *out)
{
	const json_t *at = find(j, path);

	if (!json_is_integer(at))
		return -1;
	*out = json_integer_value(at);
	return 0;
}

int
json_bool(const struct json *j, const char *path)
{
	const json_t *at = find(j, path);

	return json_is_boolean(at) ? json_is_true(at) : -1;
}

int
json_is(const struct json *j, const char *path, const char *word)
{
	const char *s = json_str(j, path);

	return s != NULL && strcmp(s, word) == 0;
}

int
json_count(const struct json *j, const char *path)
{
	const json_t *at = find(j, path);

	return json_is_array(at) ? (int)json_array_size(at) : -1;
}

/* The bytes of the character at `p` (RFC 3629); 0 when there is none. */
static size_t
utf8_len(const unsigned char *p)
{
	unsigned low = 0x80, high = 0xbf;
	size_t i, n;

	if (*p < 0x80)
		return 1;
	n = *p >= 0xc2 && *p <= 0xdf ? 2 : *p >= 0xe0 && *p <= 0xef ? 3 :
	    *p >= 0xf0 && *p <= 0xf4 ? 4 : 0;
	/* Shortest form, no surrogates, nothing beyond U+10FFFF. */
	if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	for (i = 1; i < n; i++) {
		if (p[i] < low || p[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return n;
}

void
json_put_str(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	buf_u8(b, '"');
	for (; *p != '\0'; p += n) {
		n = utf8_len(p);
		if (n == 0) {
			buf_str(b, "\xef\xbf\xbd");
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			buf_u8(b, '\\');
			buf_u8(b, *p);
		} else if (*p < 0x20) {
			buf_printf(b, "\\u%04x", (unsigned)*p);
		} else {
			buf_put(b, p, n);
		}
	}
	buf_u8(b, '"');
}
