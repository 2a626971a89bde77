/* A request and its answer as data. */

#include <stdio.h>
#include <string.h>

#include "acceptd/web.h"

enum web_method
web_method(const char *word)
{
	static const struct {
		const char	*word;
		enum web_method	 method;
	} methods[] = {
		{ "GET", WEB_GET }, { "HEAD", WEB_HEAD },
		{ "POST", WEB_POST }, { "OPTIONS", WEB_OPTIONS }
	};
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(word, methods[i].word) == 0)
			return methods[i].method;
	return WEB_OTHER;
}

void
web_response_init(struct web_response *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->body, WEB_BODY_MAX);
}

void
web_response_free(struct web_response *r)
{
	buf_free(&r->body);
}

/* For pages: nothing runs, loads, frames or leaks but what is ours. */
static void
put_protection(web_header_fn *put, void *ctx)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy", "default-src 'none'; "
		    "style-src 'self'; script-src 'self'; connect-src 'self'; "
		    "form-action 'self'; frame-ancestors 'none'; "
		    "base-uri 'none'; img-src 'self'" },
		{ "Referrer-Policy", "no-referrer" },
		{ "X-Robots-Tag", "noindex, nofollow" },
		{ "X-Frame-Options", "DENY" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Permissions-Policy", "camera=(), geolocation=(), "
		    "microphone=()" }
	};
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		put(ctx, headers[i][0], headers[i][1]);
}

void
web_response_headers(const struct web_response *r, web_header_fn *put,
    void *ctx)
{
	char number[32], saved[64];

	if (r->foreign_type[0] != '\0')
		put(ctx, "Content-Type", r->foreign_type);
	else if (r->type != NULL)
		put(ctx, "Content-Type", r->type);
	if (r->allow != NULL)
		put(ctx, "Allow", r->allow);
	if (r->file_name != NULL) {
		snprintf(saved, sizeof(saved), "attachment; filename=\"%s\"",
		    r->file_name);
		put(ctx, "Content-Disposition", saved);
	}
	if (r->location[0] != '\0')
		put(ctx, "Location", r->location);
	if (r->lang[0] != '\0')
		put(ctx, "Content-Language", r->lang);
	if (r->retry_after_s > 0) {
		snprintf(number, sizeof(number), "%lld",
		    (long long)r->retry_after_s);
		put(ctx, "Retry-After", number);
	}
	put(ctx, "Cache-Control", r->is_lasting ?
	    "public, max-age=31536000, immutable" : "no-store");
	put(ctx, "X-Content-Type-Options", "nosniff");
	if (r->is_page)
		put_protection(put, ctx);
}
