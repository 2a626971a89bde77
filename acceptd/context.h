#ifndef ACCEPTD_CONTEXT_H
#define ACCEPTD_CONTEXT_H

#include "acceptd/count.h"
#include "acceptd/page.h"
#include "acceptd/visit.h"

struct asset_set;
struct key_ring;
struct lang_set;
struct limit;
struct recent;
struct settings;
struct web_request;

/*
 * What every route needs to answer: the settings, the words, the public keys,
 * the throttles, the counters; and the responses that are common to them.
 */
struct context {
	const struct settings	*settings;
	const struct lang_set	*langs;
	const struct asset_set	*assets;
	const struct key_ring	*keys;
	struct recent		*seen;	/* tokens whose signature held
					   a moment ago, by digest */
	struct limit		*pages;		/* by client */
	struct limit		*posts;		/* by client */
	struct limit		*offers;	/* posts by token */
	struct count		 count;
};

/*
 * The page of this visit, in the language that it wished, accepts, or that the
 * offer has.  Links and forms keep it where the browser would not choose the
 * same by itself: so a visit stays in one language from the offer to the end
 * of the call.  `self`: the page's path for the switch of language, or NULL.
 */
void context_page(const struct context *, const struct visit *,
    const char *self, struct page *);

/* The response is this page, with this status. */
enum visit_step context_done(struct visit *, const struct page *, int status);
enum visit_step context_note(const struct context *, struct visit *,
    enum page_note, int status);
/* The page of a refusal, with the status and the Retry-After that fit. */
enum visit_step context_refuse(struct context *, struct visit *,
    const struct page_refusal *);
/* 1 where it can be put right in the form, which is shown again then. */
int context_is_mendable(enum ask_refusal);
/* The number that rings, as a vCard to be saved; "" is none: 404. */
enum visit_step context_card(const struct context *, struct visit *,
    const char *number);
/* 303 to this path, the language kept. */
enum visit_step context_redirect(struct visit *, const char *path);

/*
 * 1 when the text can be a call's secret: what stands in /c/SECRET, whoever
 * says so.
 */
int context_is_secret(const char *);

/* 0, or -1: this client comes too often; then the response is ready. */
int context_throttle(struct context *, struct visit *, struct limit *,
    const char *key);
/* Before a form that changes something.  0, or -1: its client posts too often,
 * or it was sent from another site's page; then the response is ready. */
int context_admit_post(struct context *, struct visit *,
    const struct web_request *);

#endif
