/*
 * An HTTP request as data.  Values from outside enter a URL or a form only
 * through the encoder below: everything but RFC 3986's unreserved characters
 * is written %XX, so that a "+" stays a plus and no value can end its field.
 */

#include <stdio.h>
#include <string.h>

#include "lib/json.h"
#include "lib/scan.h"

#include "bridge-client/net/request.h"

#define TIMEOUT_MS	10000
#define REPLY_MAX	65536

void
request_init(struct request *r)
{
	memset(r, 0, sizeof(*r));
	r->method = "GET";
	buf_init(&r->url, REQUEST_URL_MAX);
	buf_init(&r->body, REQUEST_BODY_MAX);
	r->timeout_ms = TIMEOUT_MS;
	r->reply_max = REPLY_MAX;
}

void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	buf_free(&r->url);
	buf_free(&r->body);
}

int
request_ok(const struct request *r)
{
	return buf_ok(&r->url) && r->url.len > 0 && buf_ok(&r->body);
}

void
request_header(struct request *r, const char *name, const char *value)
{
	int n = snprintf(r->header, sizeof(r->header), "%s: %s", name, value);

	if (n < 0 || (size_t)n >= sizeof(r->header) ||
	    strpbrk(r->header, "\r\n") != NULL)
		r->url.is_bad = 1;
}

static int
is_unreserved(int c)
{
	return scan_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

static void
put_encoded(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char c;

	for (; (c = (unsigned char)*s) != '\0'; s++) {
		if (is_unreserved(c)) {
			buf_u8(b, c);
			continue;
		}
		buf_u8(b, '%');
		buf_u8(b, (uint8_t)hex[c >> 4]);
		buf_u8(b, (uint8_t)hex[c & 15]);
	}
}

static void
put_field(struct buf *b, const char *name, const char *value)
{
	put_encoded(b, name);
	buf_u8(b, '=');
	put_encoded(b, value);
}

void
request_query(struct request *r, const char *name, const char *value)
{
	int is_first = r->url.len == 0 ||
	    memchr(r->url.data, '?', r->url.len) == NULL;

	buf_u8(&r->url, is_first ? '?' : '&');
	put_field(&r->url, name, value);
}

void
request_path(struct request *r, const char *segment)
{
	buf_u8(&r->url, '/');
	put_encoded(&r->url, segment);
}

void
request_json_raw(struct request *r, const char *name, const char *value)
{
	r->method = "POST";
	r->type = "application/json";
	buf_printf(&r->body, "%c\"%s\":%s", r->is_open ? ',' : '{', name,
	    value);
	r->is_open = 1;
}

void
request_json(struct request *r, const char *name, const char *value)
{
	request_json_raw(r, name, "");
	json_put_str(&r->body, value);
}

void
request_json_int(struct request *r, const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	request_json_raw(r, name, text);
}

void
request_json_end(struct request *r)
{
	if (r->is_open)
		buf_u8(&r->body, '}');
	r->is_open = 0;
}

void
request_form(struct request *r, const char *name, const char *value)
{
	if (r->body.len > 0)
		buf_u8(&r->body, '&');
	put_field(&r->body, name, value);
}
