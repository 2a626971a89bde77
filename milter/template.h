#ifndef MILTER_TEMPLATE_H
#define MILTER_TEMPLATE_H

#include <stddef.h>

struct buf;

/*
 * The file of a button's template: layouts for HTML and for plain text, and
 * the words of each language.
 *
 *	# a comment
 *	[html]
 *	<div dir="{direction}">...<a href="{url}">{icon} {label}</a> ...
 *	{caption}</div>
 *	[text]
 *	{text}
 *	{url}
 *	[en]
 *	direction = ltr
 *	label = Call me
 *	caption = Opens a page where {name} can be called.
 *	text = Call me - open this link:
 *
 * Here it is only read: sections, keys, UTF-8, holes that nobody fills.
 * Whether what it makes may stand in mail is milter/button's to say.
 */
#define TEMPLATE_NAME_MAX	32
#define TEMPLATE_LANGS_MAX	64
#define TEMPLATE_FILE_MAX	65536

enum template_key {
	TEMPLATE_DIRECTION,	/* ltr or rtl */
	TEMPLATE_LABEL,		/* of the link: UTF-8 */
	TEMPLATE_CAPTION,	/* below it: UTF-8, with {name} once */
	TEMPLATE_TEXT,		/* above the link in plain text: ASCII */
	TEMPLATE_KEYS
};

struct template_words {
	char	 lang[3];
	char	*word[TEMPLATE_KEYS];	/* as HTML, but for the last */
	int	 line[TEMPLATE_KEYS];	/* 0: the base's */
};

struct template {
	char			 name[TEMPLATE_NAME_MAX + 1];
	char			*html;	/* ASCII, lines end with CRLF */
	char			*text;
	int			 html_line;	/* its first; 0: the base's */
	int			 text_line;
	size_t			 n_words;
	struct template_words	 words[TEMPLATE_LANGS_MAX];
};

/*
 * What the file does not say is taken from `base`; where that is NULL, it must
 * say all, and have English.  NULL: `why` is "LINE: what is wrong".
 */
struct template *template_parse(const char *name, const char *bytes,
    size_t len, const struct template *base, char *why, size_t size);
void template_free(struct template *);		/* NULL is fine */

/* The words of that language, else the English ones. */
const struct template_words *template_words(const struct template *,
    const char *lang);

/* 1 for what may name a template: a-z, 0-9, "_" and "-", at most 32. */
int template_is_name(const char *, size_t);

/* Appends text as HTML shows it, in ASCII; the text is UTF-8. */
void template_escape(struct buf *, const char *);

#endif
