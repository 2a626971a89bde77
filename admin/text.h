#ifndef ADMIN_TEXT_H
#define ADMIN_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a person reads: tables, times and tones.  On a terminal a table keeps
 * to its width; in a pipe or a file nothing is shortened and nothing coloured.
 * Control characters never reach the terminal.
 */
enum text_tone { TEXT_PLAIN, TEXT_GOOD, TEXT_BAD, TEXT_FAINT, TEXT_STRONG };

/* Prints to standard output in a tone.  Returns the columns it took. */
int text_say(enum text_tone, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* One paragraph, broken at spaces, every line `indent` columns in. */
void text_wrap(int indent, const char *paragraph);
/* "label      value", the label padded to `width` columns. */
void text_row(int width, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define TEXT_TIME_SIZE 48
/* "23 Nov 06:09", or "23 Nov 2025" when that is not this year. */
void text_when(int64_t wall, char dst[TEXT_TIME_SIZE]);
/* "Mon 23 Nov 2026 06:09:33 CET" */
void text_moment(int64_t wall, char dst[TEXT_TIME_SIZE]);
/* "45 s", "2:31 min", "3 h 05 min", "6 days" */
void text_span(int64_t seconds, char dst[TEXT_TIME_SIZE]);

/*
 * A table.  Columns are as wide as what is in them, and as their least, for
 * what may come; where the terminal is narrower, they give up first what no
 * cell fills, and then columns marked flexible give way down to their least,
 * and cells are cut with "..".  Columns marked optional are left out when there
 * is no room for them.
 */
enum { TEXT_FLEXIBLE = 1, TEXT_OPTIONAL = 2 };
#define TEXT_COLUMNS_MAX 8
struct text_column {
	const char	*head;		/* NULL ends the list */
	int		 flags;
	int		 least;		/* columns at least, or 0 */
};
struct text_table;

/* `columns` is borrowed for the life of the table.  NULL: out of memory. */
struct text_table *text_table_new(const struct text_column *columns);
/*
 * Copies the cells, one for each column, and the note, which is printed on a
 * line of its own below them; "" for none.  0, or -1: out of memory.
 */
int text_table_add(struct text_table *, const char *const *cells,
    const char *note, enum text_tone);
/* Prints and forgets the rows; the heads come the first time only. */
void text_table_print(struct text_table *);
void text_table_free(struct text_table *);

#endif
