/*
 * What a person reads: tables, times and tones, on a terminal or in a file.
 */

#include <sys/ioctl.h>

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"

#include "admin/text.h"

#define GAP	2		/* columns between two cells */
#define ENOUGH	24		/* a flexible column gives way down to this
				   before an optional one is left out */
#define LINE	1024

struct row {
	char		*cell[TEXT_COLUMNS_MAX];
	char		*note;
	enum text_tone	 tone;
};

struct text_table {
	const struct text_column	*column;
	size_t				 n_columns;
	struct row			*row;
	size_t				 n, size;
	/* of the cells; and with what is kept free for others */
	int				 full[TEXT_COLUMNS_MAX];
	int				 width[TEXT_COLUMNS_MAX];
	int				 is_headed;
};

/* Columns of the terminal at standard output; 0 where it is none. */
static int
terminal_width(void)
{
	struct winsize ws;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == -1 || ws.ws_col == 0)
		return 80;
	return ws.ws_col < 40 ? 40 : ws.ws_col;
}

/* Escape sequences only where somebody sees them and has not declined. */
static int
has_tones(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

static const char *
tone_start(enum text_tone tone)
{
	if (!has_tones())
		return "";
	switch (tone) {
	case TEXT_PLAIN:
		return "";
	case TEXT_GOOD:
		return "\033[32m";
	case TEXT_BAD:
		return "\033[1;31m";
	case TEXT_FAINT:
		return "\033[2m";
	case TEXT_STRONG:
		return "\033[1m";
	}
	return "";
}

static const char *
tone_end(enum text_tone tone)
{
	return tone == TEXT_PLAIN || !has_tones() ? "" : "\033[0m";
}

/* Columns of UTF-8 text: its characters, as near as we need it. */
static int
columns(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* Control characters, also those of C1 in UTF-8, become '?'. */
static void
make_safe(char *s)
{
	unsigned char *p;

	for (p = (unsigned char *)s; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '?';
	}
}

/* Prints `s` in exactly `width` columns, cut with ".." where it is longer. */
static void
put_cell(const char *s, int width, int is_last)
{
	int full = columns(s), keep = full > width ? width - 2 : full, n = 0;
	const char *p;

	for (p = s; *p != '\0'; p++) {
		n += ((unsigned char)*p & 0xc0) != 0x80;
		if (n > keep)
			break;
	}
	printf("%.*s%s", (int)(p - s), s, full > width ? ".." : "");
	if (!is_last)
		printf("%*s", (full > width ? 0 : width - full) + GAP, "");
}

int
text_say(enum text_tone tone, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	make_safe(line);
	printf("%s%s%s", tone_start(tone), line, tone_end(tone));
	return columns(line);
}

void
text_wrap(int indent, const char *paragraph)
{
	int width = terminal_width(), at = 0;
	const char *end;

	if (width == 0 || width > 80)
		width = 80;
	while (*(paragraph += strspn(paragraph, " ")) != '\0') {
		end = paragraph + strcspn(paragraph, " ");
		if (at > 0 && at + 1 + (end - paragraph) > width) {
			putchar('\n');
			at = 0;
		}
		if (at == 0)
			at = printf("%*s", indent, "");
		else
			at += printf(" ");
		at += text_say(TEXT_PLAIN, "%.*s", (int)(end - paragraph),
		    paragraph);
		paragraph = end;
	}
	putchar('\n');
}

void
text_row(int width, const char *label, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	make_safe(line);
	printf("%-*s%s\n", width, label, line);
}

void
text_when(int64_t wall, char dst[TEXT_TIME_SIZE])
{
	time_t at = (time_t)wall, now = (time_t)clock_wall();
	struct tm tm, today;

	if (localtime_r(&at, &tm) == NULL || localtime_r(&now, &today) == NULL)
		snprintf(dst, TEXT_TIME_SIZE, "-");
	else if (tm.tm_year == today.tm_year)
		strftime(dst, TEXT_TIME_SIZE, "%d %b %H:%M", &tm);
	else
		strftime(dst, TEXT_TIME_SIZE, "%d %b %Y", &tm);
}

void
text_moment(int64_t wall, char dst[TEXT_TIME_SIZE])
{
	time_t at = (time_t)wall;
	struct tm tm;

	if (localtime_r(&at, &tm) == NULL ||
	    strftime(dst, TEXT_TIME_SIZE, "%a %d %b %Y %H:%M:%S %Z", &tm) == 0)
		snprintf(dst, TEXT_TIME_SIZE, "-");
}

void
text_span(int64_t seconds, char dst[TEXT_TIME_SIZE])
{
	long long s = seconds < 0 ? 0 : (long long)seconds;

	if (s < 60)
		snprintf(dst, TEXT_TIME_SIZE, "%lld s", s);
	else if (s < 3600)
		snprintf(dst, TEXT_TIME_SIZE, "%lld:%02lld min", s / 60,
		    s % 60);
	else if (s < 86400)
		snprintf(dst, TEXT_TIME_SIZE, "%lld h %02lld min", s / 3600,
		    s / 60 % 60);
	else
		snprintf(dst, TEXT_TIME_SIZE, "%lld day%s", s / 86400,
		    s < 2 * 86400 ? "" : "s");
}

struct text_table *
text_table_new(const struct text_column *column)
{
	struct text_table *t = calloc(1, sizeof(*t));
	size_t i;

	if (t == NULL)
		return NULL;
	t->column = column;
	for (i = 0; i < TEXT_COLUMNS_MAX && column[i].head != NULL; i++) {
		t->width[i] = t->full[i] = columns(column[i].head);
		if (t->width[i] < column[i].least)
			t->width[i] = column[i].least;
	}
	t->n_columns = i;
	return t;
}

static void
row_clear(struct row *row)
{
	size_t c;

	for (c = 0; c < TEXT_COLUMNS_MAX; c++)
		free(row->cell[c]);
	free(row->note);
}

static void
forget_rows(struct text_table *t)
{
	while (t->n > 0)
		row_clear(&t->row[--t->n]);
}

void
text_table_free(struct text_table *t)
{
	if (t == NULL)
		return;
	forget_rows(t);
	free(t->row);
	free(t);
}

int
text_table_add(struct text_table *t, const char *const *cells,
    const char *note, enum text_tone tone)
{
	struct row *row;
	size_t c, size = t->size == 0 ? 32 : t->size * 2;

	if (t->n == t->size) {
		row = reallocarray(t->row, size, sizeof(*row));
		if (row == NULL)
			return -1;
		t->row = row;
		t->size = size;
	}
	row = &t->row[t->n];
	memset(row, 0, sizeof(*row));
	row->tone = tone;
	row->note = strdup(note);
	for (c = 0; c < t->n_columns; c++)
		row->cell[c] = strdup(cells[c]);
	for (c = 0; c < t->n_columns; c++) {
		if (row->note == NULL || row->cell[c] == NULL) {
			row_clear(row);
			return -1;
		}
		make_safe(row->cell[c]);
		if (columns(cells[c]) > t->full[c])
			t->full[c] = columns(cells[c]);
		if (t->full[c] > t->width[c])
			t->width[c] = t->full[c];
	}
	t->n++;
	return 0;
}

/*
 * What the line takes with these columns, flexible ones at `most` at most; a
 * width of 0 is a column left out.
 */
static int
line_width(const struct text_table *t, const int *width, int most)
{
	size_t c;
	int sum = 0, w;

	for (c = 0; c < t->n_columns; c++) {
		w = width[c];
		if ((t->column[c].flags & TEXT_FLEXIBLE) != 0 && w > most)
			w = most;
		sum += w == 0 ? 0 : w + GAP;
	}
	return sum - GAP;
}

/* By how much the column may still give way, its cells whole or cut. */
static int
spare(const struct text_table *t, const int *width, size_t c, int is_cut)
{
	if (!is_cut)
		return width[c] - t->full[c];
	if ((t->column[c].flags & TEXT_FLEXIBLE) == 0)
		return 0;
	return width[c] - t->column[c].least;
}

/* Takes where most is to spare, until it fits or none is. */
static void
narrow(const struct text_table *t, int room, int *width, int is_cut)
{
	size_t c, most;

	while (line_width(t, width, INT_MAX) > room) {
		most = 0;
		for (c = 1; c < t->n_columns; c++)
			if (spare(t, width, c, is_cut) >
			    spare(t, width, most, is_cut))
				most = c;
		if (spare(t, width, most, is_cut) <= 0)
			return;
		width[most]--;
	}
}

/* Leaves out what is optional, then gives up what no cell fills, then cuts. */
static void
fit(const struct text_table *t, int room, int *width)
{
	size_t c;

	memcpy(width, t->width, sizeof(t->width));
	if (room == 0)
		return;
	for (c = t->n_columns; c-- > 0; )
		if ((t->column[c].flags & TEXT_OPTIONAL) != 0 &&
		    line_width(t, width, ENOUGH) > room)
			width[c] = 0;
	narrow(t, room, width, 0);
	narrow(t, room, width, 1);
}

static void
put_line(const struct text_table *t, const struct row *row, const int *width)
{
	size_t c, last = 0;

	for (c = 0; c < t->n_columns; c++)
		if (width[c] > 0)
			last = c;
	fputs(tone_start(row == NULL ? TEXT_STRONG : row->tone), stdout);
	for (c = 0; c < t->n_columns; c++)
		if (width[c] > 0)
			put_cell(row == NULL ? t->column[c].head :
			    row->cell[c], width[c], c == last);
	printf("%s\n", tone_end(row == NULL ? TEXT_STRONG : row->tone));
	if (row != NULL && *row->note != '\0')
		text_wrap(width[0] + GAP, row->note);
}

void
text_table_print(struct text_table *t)
{
	int width[TEXT_COLUMNS_MAX];
	size_t i;

	fit(t, terminal_width(), width);
	if (!t->is_headed)
		put_line(t, NULL, width);
	t->is_headed = 1;
	for (i = 0; i < t->n; i++)
		put_line(t, &t->row[i], width);
	forget_rows(t);
	fflush(stdout);
}
