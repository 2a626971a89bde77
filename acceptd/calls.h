#ifndef ACCEPTD_CALLS_H
#define ACCEPTD_CALLS_H

#include "acceptd/visit.h"

struct ask_status;
struct buf;
struct context;
struct frame;
struct web_request;

/* /c/SECRET: a call while it lasts and a day after; its end from the page. */
enum visit_step calls_get(struct context *, struct visit *,
    const char *secret);
/* /c/SECRET/contact.vcf */
enum visit_step calls_card(struct context *, struct visit *,
    const char *secret);
enum visit_step calls_hangup(struct context *, struct visit *,
    const char *secret, const struct web_request *);
/* /c/SECRET/events */
enum visit_step calls_stream(struct context *, struct visit *,
    const char *secret);
enum visit_step calls_answer(struct context *, struct visit *,
    const struct frame *);

/* One event of a stream, in the language `lang`. */
void calls_event(const struct context *, struct buf *,
    const struct ask_status *, const char *lang);

#endif
