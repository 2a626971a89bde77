#ifndef ACCEPTD_STRICT_H
#define ACCEPTD_STRICT_H

#include <stddef.h>

/*
 * What an HTTP/1 request must be so that the proxy in front and we cannot take
 * it for two different ones (RFC 9112 sections 3.2, 6.1, 6.3, 11.2).  Pure:
 * fed with the request line and with each header as it was received.
 *
 * Refused: another version than 1.0 and 1.1; a target that is not a plain
 * path; no Host, or several; several Content-Length or Transfer-Encoding, or
 * both; a coding other than chunked; a length that is not all digits; a header
 * name that is no token; a control in a value.
 */
struct strict {
	int		 is_bad;
	int		 is_http10;
	unsigned	 n_host, n_length, n_coding;
	size_t		 length;	/* of Content-Length; else 0 */
};

void strict_begin(struct strict *, const char *version, const char *target);
void strict_header(struct strict *, const char *name, const char *value);
/* 1 when the head is complete and unambiguous. */
int strict_is_good(const struct strict *) __attribute__((warn_unused_result));
/* 1 when a body follows. */
int strict_has_body(const struct strict *);

#define STRICT_TARGET_MAX 2048

#endif
