#ifndef MILTER_OFFER_H
#define MILTER_OFFER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/tel.h"
#include "lib/terms.h"
#include "lib/window.h"

/*
 * The value of the header by which an author asks for a call button:
 *
 *	value     = ( "no" / ( "yes" / destination ) *( ";" parameter ) )
 *	parameter = name "=" ( token / quoted-string )	; RFC 2045, 5.1
 *
 *	X-Call-Offer: yes
 *	X-Call-Offer: no
 *	X-Call-Offer: +14155550100; expires=7d; uses=3; max=30m
 *	X-Call-Offer: sip:desk@example.com; window="Mon-Fri 09:00-17:00 UTC"
 *
 * A destination is written as in lib/tel.h; its extension is the parameter
 * ext.  Strict: ASCII without controls, no comments, white space only at the
 * ends and around ";", no parameter twice, none unknown.
 */
#define OFFER_HEADER	"X-Call-Offer"
#define OFFER_MAX	512	/* bytes of the unfolded value */

enum offer_wish {
	OFFER_NO,
	OFFER_REGISTERED,	/* "yes": the destination of the table */
	OFFER_DESTINATION	/* the one named */
};

/* A zero, an empty string, TEL_NONE: not given, the table's default holds. */
struct offer {
	enum offer_wish	wish;
	struct tel	destination;
	struct tel	offeree;		/* to= */
	uint32_t	expires_s;		/* expires=: 1 m to 90 d */
	uint8_t		uses;			/* uses=: 1 to 255 */
	uint32_t	max_s;			/* max=: 1 m to 4 h */
	struct window	window;			/* window= */
	char		lang[3];		/* lang= */
	char		reference[TERMS_REFERENCE_MAX + 1];	/* ref= */
};

/*
 * The value as it stands in the message, folds included.  -1, and in `why` a
 * clause that completes "X-Call-Offer: ", ASCII, fit for an SMTP reply.
 */
int offer_parse(struct offer *, const char *, size_t, char *why, size_t size)
    __attribute__((warn_unused_result));

#endif
