#ifndef ACCEPTD_WEB_H
#define ACCEPTD_WEB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/ask.h"
#include "lib/buf.h"

/*
 * A request and its answer as data.  The door to HTTP makes the one and sends
 * the other; whoever answers in between knows no HTTP library.
 */
enum web_method { WEB_GET, WEB_HEAD, WEB_POST, WEB_OPTIONS, WEB_OTHER };
enum web_method web_method(const char *);

struct web_request {
	enum web_method		 method;
	const char		*path;		/* as received, undecoded */
	const char		*query;		/* behind the "?", or "" */
	/* Headers: NULL where there is none. */
	const char		*accept_language;
	const char		*content_type;
	const char		*origin;
	const char		*fetch_site;	/* Sec-Fetch-Site */
	/* All of them, "name: value\n"..., names in lower case; "" unless the
	 * path is one that wants them; NULL: more than 8,192 bytes. */
	const char		*headers;
	const unsigned char	*body;		/* NULL where empty */
	size_t			 body_len;
	char			 client[ASK_CLIENT_MAX + 1];	/* prefix */
};

#define WEB_BODY_MAX (256 * 1024)

struct web_response {
	int		 status;		/* 0: not yet answered */
	const char	*type;			/* Content-Type, a literal */
	const char	*allow;			/* Allow, a literal, or NULL */
	const char	*file_name;		/* to be saved as, a literal,
						   or NULL */
	char		 location[128];		/* Location, or "" */
	char		 lang[9];		/* Content-Language, or "" */
	char		 foreign_type[64];	/* a type that was handed to us,
						   printable, or "" */
	int64_t		 retry_after_s;		/* Retry-After, or 0 */
	int		 is_page;		/* ours for people: all the
						   headers that protect it */
	int		 is_lasting;		/* may be cached for ever */
	struct buf	 body;			/* owned */
};

void web_response_init(struct web_response *);
void web_response_free(struct web_response *);
/*
 * Every header that the response has, but for its length and what concerns the
 * connection.
 */
typedef void web_header_fn(void *ctx, const char *name, const char *value);
void web_response_headers(const struct web_response *, web_header_fn *,
    void *ctx);

#endif
