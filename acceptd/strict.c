/* What a request must be so that nobody can take it for another. */

#include <string.h>

#include "lib/scan.h"

#include "acceptd/strict.h"

static int
is_target(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > STRICT_TARGET_MAX || s[0] != '/')
		return 0;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s >= 0x7f || *s == '#')
			return 0;
	return 1;
}

/* RFC 9110 5.6.2 */
static int
is_token(const char *s)
{
	if (*s == '\0')
		return 0;
	for (; *s != '\0'; s++)
		if (!scan_is_alnum((unsigned char)*s) &&
		    strchr("!#$%&'*+-.^_`|~", *s) == NULL)
			return 0;
	return 1;
}

static int
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			return 1;
	return 0;
}

void
strict_begin(struct strict *s, const char *version, const char *target)
{
	memset(s, 0, sizeof(*s));
	s->is_http10 = strcmp(version, "HTTP/1.0") == 0;
	if (!s->is_http10 && strcmp(version, "HTTP/1.1") != 0)
		s->is_bad = 1;
	if (!is_target(target))
		s->is_bad = 1;
}

void
strict_header(struct strict *s, const char *name, const char *value)
{
	size_t len = strlen(name);
	uint64_t n;

	if (value == NULL)
		value = "";
	if (!is_token(name) || has_control(value))
		s->is_bad = 1;
	if (scan_is(name, len, "host")) {
		s->n_host++;
		if (value[0] == '\0')
			s->is_bad = 1;
	} else if (scan_is(name, len, "content-length")) {
		s->n_length++;
		if (scan_uint(value, strlen(value), SIZE_MAX / 2, &n) < 0)
			s->is_bad = 1;
		else
			s->length = (size_t)n;
	} else if (scan_is(name, len, "transfer-encoding")) {
		s->n_coding++;
		if (!scan_is(value, strlen(value), "chunked"))
			s->is_bad = 1;
	}
}

int
strict_is_good(const struct strict *s)
{
	if (s->is_bad || s->n_host > 1 || s->n_length > 1 || s->n_coding > 1)
		return 0;
	if (s->n_length > 0 && s->n_coding > 0)
		return 0;
	if (s->is_http10)
		return s->n_coding == 0;
	return s->n_host == 1;
}

int
strict_has_body(const struct strict *s)
{
	return s->length > 0 || s->n_coding > 0;
}
