#ifndef ACCEPTD_HTML_H
#define ACCEPTD_HTML_H

struct buf;

/*
 * Writing HTML: whatever is not a literal of ours goes through here.
 */

/* The text with & < > " ' escaped: fit for content and quoted attributes. */
void html_text(struct buf *, const char *);

/*
 * A sentence of a catalogue with its holes filled: "{name}" becomes the value,
 * escaped, in <bdi>, so that a name from right to left does not disturb the
 * sentence around it.  A hole that is not named stays as it is.
 */
enum html_as {
	HTML_TEXT,
	HTML_MARKUP,		/* the value is HTML of ours already */
	HTML_NUMBER		/* a telephone number: never broken, always
				   from left to right */
};
struct html_hole {
	const char	*name;		/* NULL ends the list */
	const char	*value;
	enum html_as	 as;
};
void html_fill(struct buf *, const char *sentence, const struct html_hole *);
/*
 * The same without any markup or escaping: for html_text() or JSON.  What
 * <bdi> does is done by characters, where anything runs from right to left.
 */
void html_fill_plain(struct buf *, const char *sentence,
    const struct html_hole *);

/* The text as a JSON string, quotes included; < is written \u003c. */
void html_json(struct buf *, const char *);

#endif
