#ifndef MILTER_GRAFT_H
#define MILTER_GRAFT_H

#include "lib/buf.h"

#include "milter/charset.h"
#include "milter/codec.h"
#include "milter/leaf.h"
#include "milter/plain.h"
#include "milter/reason.h"

struct button;
struct splice;

/*
 * One text of a message and its button: first the place is found, for all
 * texts; only when every one has its place is there an offer, and the button
 * is put in.
 */
struct graft {
	const struct leaf	*leaf;		/* borrowed */
	struct codec_text	 text;
	struct charset		 set;
	struct buf		 decoded;	/* where it is encoded at all */
	struct codec_place	 place;		/* in text */
	int			 is_sheet;	/* as struct html_spot has it */
	struct plain_spot	 spot;
};

/*
 * `content`: the bytes of the body from leaf->at to leaf->end; they are
 * borrowed until graft_free().  Anything but REASON_NONE: no place.
 */
enum reason graft_place(struct graft *, const struct leaf *,
    const unsigned char *content) __attribute__((warn_unused_result));
/* Adds the edits of this leaf.  0, or -1 when out of memory. */
int graft_apply(const struct graft *, const struct button *, struct splice *)
    __attribute__((warn_unused_result));
/* After graft_place(), whatever it gave. */
void graft_free(struct graft *);

#endif
