#ifndef BRIDGE_NET_REQUEST_H
#define BRIDGE_NET_REQUEST_H

#include <stddef.h>

#include "lib/buf.h"

/*
 * One HTTP request as data: built by a provider or payment file, which do no
 * I/O, and sent by rest.
 */
#define REQUEST_URL_MAX		4000
#define REQUEST_BODY_MAX	65536

enum request_auth { REQUEST_NO_AUTH, REQUEST_BASIC, REQUEST_BEARER };

struct request {
	const char		*method; /* a literal: "GET", "POST", ... */
	struct buf		 url;		/* whole, with its query */
	const char		*type;	/* of the body; a literal, or NULL */
	struct buf		 body;
	char			 header[256];	/* one more, "Name: value" */
	enum request_auth	 auth;	/* with the provider's credentials */
	int			 timeout_ms;	/* for the whole exchange */
	size_t			 reply_max; /* a longer reply is a failure */
	int			 is_open;	/* a JSON object, not closed */
	int			 is_apart; /* on no connection on which it could
					      wait for others */
};

/* A GET with an empty URL, 10 s and a reply of at most 64 KiB. */
void request_init(struct request *);
void request_free(struct request *);
/* 1 when everything written into it fitted. */
int request_ok(const struct request *) __attribute__((warn_unused_result));

/* "?name=value" or "&name=value", percent-encoded but for RFC 3986's
 * unreserved characters. */
void request_query(struct request *, const char *name, const char *value);
/* "/segment", encoded alike. */
void request_path(struct request *, const char *segment);
/*
 * One member of an application/json object: a string, or a value that is JSON
 * already.  The first makes it a POST; request_json_end() closes the object,
 * where there is one.
 */
void request_json(struct request *, const char *name, const char *value);
void request_json_raw(struct request *, const char *name, const char *value);
void request_json_int(struct request *, const char *name, int value);
void request_json_end(struct request *);
/* A header of this name; one at most.  What does not fit makes it bad. */
void request_header(struct request *, const char *name, const char *value);
/* One field of an application/x-www-form-urlencoded body. */
void request_form(struct request *, const char *name, const char *value);

#endif
