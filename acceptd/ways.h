#ifndef ACCEPTD_WAYS_H
#define ACCEPTD_WAYS_H

#include "acceptd/visit.h"

struct context;
struct frame;
struct web_request;

/*
 * /p/SECRET: a link by which means of payment are left.  GET shows it, and has
 * no effect but that a payer is asked whether they are there; POST has a page
 * of the payer's made, and shows the link to it.
 */
enum visit_step ways_get(struct context *, struct visit *,
    const char *secret);
enum visit_step ways_post(struct context *, struct visit *,
    const char *secret, const struct web_request *);
/* The bridge's answer; NULL: there is none. */
enum visit_step ways_answer(struct context *, struct visit *,
    const struct frame *);

#endif
