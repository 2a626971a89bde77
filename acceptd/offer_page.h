#ifndef ACCEPTD_OFFER_PAGE_H
#define ACCEPTD_OFFER_PAGE_H

struct ask_checked;
struct ask_offer;
struct buf;
struct page;

/*
 * The offer with its form; the number shown back; the form to send once more
 * when nobody knows whether the first arrived.  Pure.
 *
 * Fields of the form: "number" (or "digits", where the offeror gave the
 * number), "nonce", "code" where one was mailed, and the honeypot
 * OFFER_PAGE_HONEYPOT, which people do not see and programs fill in.
 */
#define OFFER_PAGE_HONEYPOT "website"

/* What a word beside the form is about. */
enum offer_page_about {
	OFFER_PAGE_FIELD,	/* what was typed: it is wrong */
	OFFER_PAGE_FORM,	/* the form: what was typed is good */
	OFFER_PAGE_CODE,	/* a code was mailed, and is asked for */
	OFFER_PAGE_CODE_WRONG
};

struct offer_page {
	const struct ask_offer	*offer;
	const char		*action;	/* path that takes the form */
	const char		*nonce;		/* to be sent with it */
	const char		*entry;		/* as typed before, or "" */
	const char		*word;		/* a sentence, or NULL */
	enum offer_page_about	 about;		/* that sentence */
};
void offer_page_form(struct buf *, const struct page *,
    const struct offer_page *);

/* "Is this your number?": its form posts the canonical one. */
void offer_page_confirm(struct buf *, const struct page *,
    const struct offer_page *, const struct ask_checked *);

/* "Try again": all hidden but the button.  `field` and what it held. */
struct offer_page_retry {
	const char	*name;		/* of the offeror, or "" */
	const char	*action, *nonce;
	const char	*field, *value;
};
void offer_page_retry(struct buf *, const struct page *,
    const struct offer_page_retry *);

#endif
