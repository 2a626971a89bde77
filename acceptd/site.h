#ifndef ACCEPTD_SITE_H
#define ACCEPTD_SITE_H

#include <stddef.h>

#include "acceptd/visit.h"

struct context;
struct frame;

/*
 * The routes: a request in, a response or a question to the bridge out.
 * Knows no HTTP library and no socket; the clock and the throttles are all
 * that it does not get by argument.
 *
 *	/o/TOKEN		GET HEAD POST
 *	/o/TOKEN/contact.vcf	GET HEAD
 *	/c/SECRET		GET HEAD
 *	/c/SECRET/contact.vcf	GET HEAD
 *	/c/SECRET/events	GET
 *	/c/SECRET/hangup	POST
 *	/p/SECRET		GET HEAD POST
 *	/hook/PROVIDER/...	POST
 *	/s/...			GET HEAD
 *	/healthz /robots.txt	GET HEAD
 */
enum visit_step site_begin(struct context *, struct visit *,
    const struct web_request *);
/* The bridge's answer to the visit's question; NULL: there is none. */
enum visit_step site_answer(struct context *, struct visit *,
    const struct frame *);

/* The most bytes that a body may have on this path; 0: there is none. */
size_t site_body_max(enum web_method, const char *path);
/* 1 when all headers are wanted. */
int site_wants_headers(const char *path);

#endif
