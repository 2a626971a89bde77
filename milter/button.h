#ifndef MILTER_BUTTON_H
#define MILTER_BUTTON_H

struct buf;

/*
 * What the offeree sees: a button for HTML, a sentence and a link for plain
 * text.  Pure ASCII, lines end with CRLF and are shorter than 998, none begins
 * with a space, ">", "." or "From ", none ends with a space; so that both can
 * stand in any message as they are.
 *
 * HTML: inline styles only, no image, no script; readable on light and dark,
 * from right to left, and as a bare link where styles are dropped.
 */
struct button {
	const char	*lang;	/* two letters; unknown ones are "en" */
	const char	*url;	/* ASCII, needs no escapes in HTML */
	const char	*name;	/* who will be called: UTF-8 */
};

/* Appends; a failure is the buffer's. */
void button_html(const struct button *, struct buf *);
/* The sentence and the link alone: empty lines around are the caller's. */
void button_text(const struct button *, struct buf *);

/* 1 when there are words in that language. */
int button_speaks(const char *lang);

#endif
