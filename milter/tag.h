#ifndef MILTER_TAG_H
#define MILTER_TAG_H

#include <stddef.h>

/*
 * One tag of an HTML text: its name, those of its attributes that tell what a
 * mail program made it for, and what is known of its element.
 */
struct tag_slice {
	const unsigned char	*p;	/* NULL: it is not there */
	size_t			 len;
};

/* Borrows from the text. */
struct tag {
	size_t			at;	/* of its "<" */
	size_t			next;	/* behind its ">" */
	struct tag_slice	name;
	unsigned		kinds;	/* of element, as the room has them */
	struct tag_slice	class;
	struct tag_slice	id;
	struct tag_slice	type;
	struct tag_slice	label;	/* name, data-marker */
	struct tag_slice	style;
	struct tag_slice	align;
	int			is_end;
	int			is_self_closing;
	int			is_hidden;	/* by its attribute */
};

/*
 * The text from `at` begins with "<" or "</" and a letter.  -1: it ends within
 * the tag (HTML living standard, 13.2.5.6 and following).
 */
int tag_read(struct tag *, const unsigned char *, size_t len, size_t at)
    __attribute__((warn_unused_result));

int tag_is(const struct tag *, const char *name);	/* name in lower case */
int tag_is_one_of(const struct tag *, const char *const *names);

/* Without end tag and content: <br> and its kin. */
int tag_is_empty(const struct tag *);
/* Its content is text up to its end tag: <script> and its kin. */
int tag_is_raw(const struct tag *);
/* A line of text begins with it: <p> and its kin. */
int tag_is_block(const struct tag *);
/* In it, too; and a block stands in it at first: <body>, cells. */
int tag_is_holder(const struct tag *);
/* Not shown, by style or attribute: preview texts, for example. */
int tag_is_hidden(const struct tag *);

/* It, or what it holds, stands in the middle. */
int tag_is_centred(const struct tag *);

/* Its content is drawn in a way, or not at all: no block can stand in it. */
int tag_is_closed(const struct tag *);

/* A signature, or a quoted message, or who wrote it: a container. */
int tag_is_mark(const struct tag *);
/*
 * Who wrote the quote that follows: Thunderbird's line, though not always.
 * Words that are typed right above it get the same class.
 */
int tag_is_prefix(const struct tag *);
/* What follows, to the end, is the message answered to. */
int tag_is_final(const struct tag *);

#endif
