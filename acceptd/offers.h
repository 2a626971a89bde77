#ifndef ACCEPTD_OFFERS_H
#define ACCEPTD_OFFERS_H

#include "acceptd/visit.h"

struct context;
struct frame;
struct web_request;

/*
 * /o/TOKEN: shows an offer, takes its acceptance.  GET and HEAD have no effect
 * whatever; only offers_post() ends in ASK_ACCEPT.
 *
 * A number in doubt (national form) is checked by the bridge and shown back
 * in full; the form of that page posts it in international form, which is
 * accepted at once.
 */
enum visit_step offers_get(struct context *, struct visit *,
    const char *token);
/* /o/TOKEN/contact.vcf */
enum visit_step offers_card(struct context *, struct visit *,
    const char *token);
enum visit_step offers_post(struct context *, struct visit *,
    const char *token, const struct web_request *);
/* The bridge's answer to what was asked; NULL: there is none. */
enum visit_step offers_answer(struct context *, struct visit *,
    const struct frame *);

#endif
