#ifndef MILTER_PICTURE_H
#define MILTER_PICTURE_H

#include <stddef.h>

#include "lib/token.h"

#include "milter/button.h"

struct icon;
struct leaf;
struct splice;

/*
 * The icon's way into a message: a part beside the HTML that shows it, in a
 * multipart/related (RFC 2387).
 *
 * Where the HTML is in one already, the icon joins it.  Where it is not, its
 * part becomes one: the part's own header and content move inside as they
 * are, and nothing of them changes.  That is done only where it is certain to
 * be right:
 *
 *  - there is one HTML text, and it is a part: the header of the message is
 *    never rewritten;
 *  - in its header is nothing that would have to be said of the whole;
 *  - it does not lie too deep already, and no boundary around it is the
 *    beginning of the new one (some readers compare no more than that).
 *
 * Everywhere else the button keeps its glyph.
 */
struct picture {
	const struct icon	*icon;		/* borrowed */
	const struct leaf	*leaf;		/* NULL: the glyph */
	int			 is_waiting;	/* to join, further behind */
	char			 boundary[64];
	char			 cid[TOKEN_UUID_SIZE + 256];
	struct button_image	 image;
};

/* Which of the texts shows the icon, if any.  `icon`: NULL for none. */
void picture_plan(struct picture *, const struct icon *, const struct leaf *,
    size_t n);
/* Its names, which must be this message's alone. */
void picture_name(struct picture *,
    const unsigned char offer[TOKEN_OFFER_BYTES], const char *base_url);

/* What the button on this text shows: NULL for the glyph. */
const struct button_image *picture_on(const struct picture *,
    const struct leaf *);

/*
 * The edits, in the order of the body: before and behind each text's own; and
 * at the end, with NULL.  0, or -1 as splice_add().
 */
int picture_before(struct picture *, const struct leaf *, struct splice *)
    __attribute__((warn_unused_result));
int picture_behind(struct picture *, const struct leaf *, struct splice *)
    __attribute__((warn_unused_result));

#endif
