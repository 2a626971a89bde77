#ifndef BRIDGE_MAIL_H
#define BRIDGE_MAIL_H

#include <stdint.h>

struct buf;

/*
 * A mail of ours as bytes: its header (RFC 5322), then lines of plain text in
 * UTF-8, quoted-printable (RFC 2045, 6.7).
 */

/* 1 when it may stand in an envelope and in a header as it is. */
int mail_is_address(const char *);

struct mail_head {
	const char	*from, *to;	/* addresses that are some */
	const char	*subject;	/* one line */
	const char	*id;		/* of what it is about: the same again
					   is the same message */
	const char	*lang;
	int64_t		 now;		/* Unix seconds */
};
void mail_begin(struct buf *, const struct mail_head *);
/* A line of the text, however long. */
void mail_line(struct buf *, const char *);
/*
 * A sentence with its one hole, "%s"; nothing where that is "".  Where the
 * language is written from right to left what is put there keeps its own
 * direction.
 */
void mail_said(struct buf *, int is_rtl, const char *sentence,
    const char *what);

#endif
