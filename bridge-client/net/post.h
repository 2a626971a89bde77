#ifndef BRIDGE_NET_POST_H
#define BRIDGE_NET_POST_H

#include <stddef.h>

struct loop;
struct secret;

/*
 * Mail handed to a mail server by SMTP (RFC 5321), with no envelope sender, so
 * that no answer comes of it.  One at a time.
 */
struct post;

struct post_conf {
	const char		*url;	/* smtp://HOST:PORT or smtps://.. */
	const char		*user;	/* NULL: without a login */
	const struct secret	*password;	/* borrowed */
	const char		*ca_file;	/* NULL: the system's */
};

/* Strings are copied.  TLS is used where the server offers it, and is a must
 * with a login, unless the server is on this machine.  NULL: out of memory. */
struct post *post_open(struct loop *, const struct post_conf *);
/* What is under way ends without its callback. */
void post_close(struct post *);

enum post_outcome {
	POST_DONE,	/* the server has taken it on */
	POST_NOT,	/* certainly not, but perhaps later */
	POST_REFUSED,	/* certainly not, and never */
	POST_UNKNOWN	/* it may have */
};
/* Never called from within post_send(); `why` is for the log. */
typedef void post_done_fn(void *ctx, enum post_outcome, const char *why);

/* The message is copied; lines end in CRLF.  0, or -1: not begun. */
struct post_mail {
	const char	*to;
	const char	*data;
	size_t		 len;
};
int post_send(struct post *, const struct post_mail *, post_done_fn *,
    void *ctx) __attribute__((warn_unused_result));

#endif
