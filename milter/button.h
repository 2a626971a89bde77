#ifndef MILTER_BUTTON_H
#define MILTER_BUTTON_H

#include <stddef.h>

struct buf;
struct template;

/*
 * What the offeree sees: a button for HTML, a sentence and a link for plain
 * text.  Pure ASCII, lines end with CRLF and are shorter than 998, none begins
 * with a space, ">", "." or "From ", none ends with a space; so that both can
 * stand in any message as they are.
 *
 * HTML as it is shipped: inline styles only, no image, no script; readable on
 * light and dark, from right to left, and as a bare link where styles are
 * dropped.
 */
struct button {
	const char	*lang;	/* two letters; unknown ones are "en" */
	const char	*url;	/* ASCII, needs no escapes in HTML */
	const char	*name;	/* who will be called: UTF-8 */
	const struct template *template;	/* NULL: the shipped one */
	const struct button_image *image;	/* NULL: the glyph */
};

/* A picture that comes with the message, in place of the glyph. */
struct button_image {
	const char	*cid;	/* its Content-ID, without brackets */
	unsigned	 width;	/* as it is shown, pixels */
	unsigned	 height;
};

#define BUTTON_URL_MAX	720	/* bytes */
#define BUTTON_NAME_MAX	64
#define BUTTON_HTML_MAX	8000	/* whatever the URL and the name */

/* Appends; a failure is the buffer's. */
void button_html(const struct button *, struct buf *);
/* The sentence and the link alone: empty lines around are the caller's. */
void button_text(const struct button *, struct buf *);

/*
 * The templates of an administrator: the files NAME.template of a folder.
 * What they do not say is taken from "default.template", that one's rest from
 * the template that is shipped.  Each was shown every URL, name and language,
 * and made a button such as the above with one link (milter/markup.h).
 *
 * Never changed after it was loaded: any number of threads may use it at once.
 */
struct button_set;

/* `dir`: "" for none.  NULL: `why` is "FILE:LINE: what is wrong". */
struct button_set *button_load(const char *dir, char *why, size_t size);
void button_set_free(struct button_set *);	/* NULL is fine */

/* "": the default one.  NULL: there is none of that name. */
const struct template *button_find(const struct button_set *,
    const char *name);
size_t button_count(const struct button_set *);
/* The names of those that are files; NULL: there are not so many. */
const char *button_name(const struct button_set *, size_t);

/*
 * One template out of its file's bytes; NULL: `why` is "LINE: ...".  `base`:
 * from where the rest is taken; NULL: the shipped one.
 */
struct template *button_parse(const char *name, const char *, size_t,
    const struct template *base, char *why, size_t size);

#endif
