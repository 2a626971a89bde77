#ifndef MILTER_REASON_H
#define MILTER_REASON_H

/*
 * Why a message gets no button: the word in the log, and what its author is
 * told where he asked for one and the message is refused.
 *
 * The order is: nobody asked; it is not for us to give; the message cannot
 * carry one.
 */
enum reason {
	REASON_NONE = 0,	/* it gets one */

	/* nobody asked */
	REASON_NOT_ASKED,	/* no header, and no entry says always */
	REASON_DECLINED,	/* X-Call-Offer: no */

	/* the header is not this sender's wish: it goes, the mail passes */
	REASON_UNAUTHENTICATED,
	REASON_NULL_SENDER,
	REASON_RESENT,
	REASON_AUTO,		/* Auto-Submitted (RFC 3834) */
	REASON_LIST,		/* List-*, Precedence */

	/* not permitted, or not understood */
	REASON_HEADER,		/* the field is malformed, or there are two */
	REASON_FROM,		/* not exactly one address in one From */
	REASON_NOT_OFFEROR,	/* no entry in the table */
	REASON_LOGIN,		/* this login may not offer as this address */
	REASON_DESTINATION,	/* the entry does not allow it */
	REASON_RECIPIENTS,	/* too many */

	/* the message cannot carry a button */
	REASON_DKIM,		/* already signed by a domain */
	REASON_SIGNED,
	REASON_ENCRYPTED,
	REASON_PGP,		/* inline */
	REASON_REPORT,
	REASON_CALENDAR,	/* an answer to an invitation */
	REASON_MESSAGE,		/* message/partial, message/external-body */
	REASON_AMBIGUOUS,	/* readers would disagree on its structure */
	REASON_BOUNDARY,
	REASON_ENCODING,
	REASON_CHARSET,
	REASON_HTML,		/* no place where it would be seen */
	REASON_NO_TEXT,
	REASON_LIMIT,		/* depth, parts, header size */
	REASON_SIZE,
	REASON_TOKEN,		/* the token would be too long */

	REASON_ERROR,		/* ours: the table, memory, the mint */
	REASONS
};

/* "signed", "no-text", ...: a word for logs, stable. */
const char *reason_word(enum reason);

/*
 * What a refusal tells the author: a clause that completes "X-Call-Offer: ",
 * with what he can do.
 */
const char *reason_text(enum reason);

/* The enhanced status code (RFC 3463) of a refusal, "5.7.1" and the like. */
const char *reason_status(enum reason);

/*
 * 1 where an explicit header leads to a refusal; 0 where the mail passes
 * without its header and without a button.
 */
int reason_is_refusal(enum reason);

#endif
