#ifndef BRIDGE_MAIL_LETTER_H
#define BRIDGE_MAIL_LETTER_H

#include <stdint.h>

#include "bridge-client/mail/letter_words.h"

struct buf;
struct call;

/*
 * What an offeror is told of a call of his offer by mail, in his language as
 * far as there are words in it: plain text (RFC 5322), quoted-printable.
 */
struct letter {
	enum letter_kind	 kind;
	const struct call	*call;
	const char		*from;	/* address */
	int			 is_used_up;	/* said as well */
	int			 has_balance;	/* it is said what is left */
	int64_t			 balance;	/* of the account that paid */
	int64_t			 now;	/* Unix seconds */
};

/* Appends.  -1: the offeror's address is none that mail can go to, or the
 * buffer is bad. */
int letter_put(struct buf *, const struct letter *)
    __attribute__((warn_unused_result));

#endif
