#ifndef BRIDGE_MAIL_LETTER_LINK_H
#define BRIDGE_MAIL_LETTER_LINK_H

#include <stdint.h>

struct buf;
struct means;

/*
 * The mail with a link by which means of payment are left: to who was invited,
 * or to whom a bank wants to hear; in his language as far as there are words
 * in it.
 */
struct letter_link {
	const struct means	*link;
	int			 is_bank;	/* his bank has asked for it */
	const char		*url;		/* of our page */
	const char		*payer;		/* for people, "Stripe" */
	const char		*from;		/* address */
	int64_t			 now;		/* Unix seconds */
};

/* Appends.  -1: no mail can go to that address, or the buffer is bad. */
int letter_link_put(struct buf *, const struct letter_link *)
    __attribute__((warn_unused_result));

#endif
