/*
 * What it costs to reach numbers.
 *
 * A row is known by the number that its prefix makes behind a leading 1, so
 * that 44 and 044 differ; an open hash leads from there to the first of its
 * rows.  A number is looked up once for each length that a prefix can have.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/money.h"
#include "lib/scan.h"

#include "lib/tariff.h"

#define DIGITS_MAX	15	/* E.164 */
#define LINE_MAX_LEN	512
#define ROUND_MAX_S	3600
#define PRICE_MAX	(1000 * MONEY_ONE)
#define SIP		UINT64_C(0)	/* the key of SIP addresses */

struct row {
	uint64_t		key;
	int64_t			from;
	int			line;
	struct tariff_rate	rate;
};

struct tariff {
	struct row	*row;		/* by key, then the latest first */
	size_t		 n, size;
	uint32_t	*slot;		/* index of a key's first row + 1 */
	size_t		 n_slots;	/* a power of two, or 0 */
	uint32_t	 lengths;	/* bit n: some prefix has n digits */
};

enum column { PREFIX, MINUTE, SETUP, ROUNDING, FROM, NOTE, COLUMNS };
static const char *const columns[COLUMNS] = { "prefix", "minute", "setup",
    "rounding", "from", "note" };

struct reader {
	struct tariff	*tariff;
	int		 line;
	int		 at[COLUMNS];	/* which field it is, or -1 */
	int		 n_fields;
};

/* One line: its fields, in place; quotes are taken off. */
#define FIELDS_MAX 16

/* The field at `p`, which becomes a string; what follows it, NULL: nothing
 * does, or -- `*is_bad` -- its quotes are wrong. */
static char *
split_one(char *p, char **field, int *is_bad)
{
	char *out, *end;

	*field = p;
	if (*p != '"') {
		end = p + strcspn(p, ",");
		*is_bad = memchr(p, '"', (size_t)(end - p)) != NULL;
	} else {
		for (out = p, end = p + 1; *end != '\0'; *out++ = *end++) {
			if (*end != '"')
				continue;
			if (end[1] != '"')
				break;
			end++;
		}
		*is_bad = *end != '"' || (end[1] != ',' && end[1] != '\0');
		*out = '\0';
		end += *is_bad ? 0 : 1;
	}
	if (*end == '\0')
		return NULL;
	*end = '\0';
	return end + 1;
}

/* Their number, or -1. */
static int
split(char *line, char **field)
{
	int n = 0, is_bad = 0;

	while (line != NULL && n < FIELDS_MAX && !is_bad)
		line = split_one(line, &field[n++], &is_bad);
	return line != NULL || is_bad ? -1 : n;
}

static const char *
read_head(struct reader *r, char *line)
{
	char *field[FIELDS_MAX];
	int i, c;

	for (c = 0; c < COLUMNS; c++)
		r->at[c] = -1;
	r->n_fields = split(line, field);
	for (i = 0; i < r->n_fields; i++) {
		for (c = 0; c < COLUMNS; c++)
			if (strcmp(field[i], columns[c]) == 0)
				break;
		if (c == COLUMNS || r->at[c] != -1)
			return "the first line names the columns, each once: "
			    "prefix, minute, setup, rounding, from, note";
		r->at[c] = i;
	}
	return r->n_fields > 0 && r->at[PREFIX] >= 0 && r->at[MINUTE] >= 0 ?
	    NULL : "the first line names the columns, prefix and minute at "
	    "least";
}

/* The values of a row. */

static int
read_key(const char *text, uint64_t *out)
{
	size_t n;

	if (strcmp(text, "sip") == 0) {
		*out = SIP;
		return 0;
	}
	if (*text == '+')
		text++;
	n = strlen(text);
	if (n == 0 || n > DIGITS_MAX || text[0] == '0')
		return -1;
	for (*out = 1; *text != '\0'; text++) {
		if (!scan_is_digit((unsigned char)*text))
			return -1;
		*out = *out * 10 + (uint64_t)(*text - '0');
	}
	return 0;
}

static int
read_price(const char *text, int64_t *out)
{
	return money_read(text, strlen(text), out) == 0 && *out >= 0 &&
	    *out <= PRICE_MAX ? 0 : -1;
}

static int
read_rounding(const char *text, struct tariff_rate *rate)
{
	const char *slash = strchr(text, '/');
	uint64_t first, step;

	if (slash == NULL || scan_uint(text, (size_t)(slash - text),
	    ROUND_MAX_S, &first) != 0 || scan_uint(slash + 1,
	    strlen(slash + 1), ROUND_MAX_S, &step) != 0 || first == 0 ||
	    step == 0)
		return -1;
	rate->first_s = (uint16_t)first;
	rate->step_s = (uint16_t)step;
	return 0;
}

static const char *
read_values(const struct reader *r, char **field, struct row *row)
{
	const char *value[COLUMNS];
	int c;

	for (c = 0; c < COLUMNS; c++)
		value[c] = r->at[c] >= 0 ? field[r->at[c]] : "";
	row->line = r->line;
	row->rate.first_s = row->rate.step_s = 1;
	if (read_key(value[PREFIX], &row->key) != 0)
		return "a prefix is 1 to 15 digits, the first not 0, with or "
		    "without a +; or sip";
	if (read_price(value[MINUTE], &row->rate.minute) != 0)
		return "minute is a price, as 0.0125: at most six decimals, "
		    "at most 1000";
	if (value[SETUP][0] != '\0' &&
	    read_price(value[SETUP], &row->rate.setup) != 0)
		return "setup is a price, as 0.10";
	if (value[ROUNDING][0] != '\0' &&
	    read_rounding(value[ROUNDING], &row->rate) != 0)
		return "rounding is in seconds, as 60/60 or 6/6";
	if (value[FROM][0] != '\0' &&
	    clock_read_day(value[FROM], &row->from) != 0)
		return "from is a day, as 2026-11-23";
	return NULL;
}

static const char *
add(struct tariff *t, const struct row *row)
{
	size_t size = t->size > 0 ? t->size * 2 : 256;
	struct row *grown;

	if (t->n >= TARIFF_ROWS_MAX)
		return "too many prices";
	if (t->n == t->size) {
		grown = reallocarray(t->row, size, sizeof(*grown));
		if (grown == NULL)
			return "out of memory";
		t->row = grown;
		t->size = size;
	}
	t->row[t->n++] = *row;
	return NULL;
}

/* NULL, or what is wrong with the line. */
static const char *
read_line(struct reader *r, char *line)
{
	size_t len = strlen(line);
	char *field[FIELDS_MAX];
	struct row row;
	const char *what;

	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	if (r->n_fields == 0)
		return read_head(r, line);
	if (len == 0)
		return NULL;
	if (split(line, field) != r->n_fields)
		return "not as many fields as the first line names, or quotes "
		    "that do not match";
	memset(&row, 0, sizeof(row));
	what = read_values(r, field, &row);
	return what != NULL ? what : add(r->tariff, &row);
}

static const char *
read_lines(struct reader *r, FILE *f)
{
	char line[LINE_MAX_LEN];
	const char *what = NULL;

	while (what == NULL && fgets(line, sizeof(line), f) != NULL) {
		r->line++;
		if (strchr(line, '\n') == NULL && !feof(f))
			what = "the line is too long, or holds a NUL";
		else
			what = read_line(r, line);
	}
	if (what == NULL && ferror(f))
		what = strerror(errno);
	return what;
}

/* From rows to what is looked up. */

static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->from != y->from ? (x->from > y->from ? -1 : 1) :
	    x->line - y->line;
}

/* Prefixes are near each other, and their slots must not be: all bits of the
 * key have a say in the lowest ones. */
static size_t
place(const struct tariff *t, uint64_t key)
{
	key = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	key = (key ^ key >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(key >> 32) & (t->n_slots - 1);
}

/* A key is a one and the prefix's digits behind it. */
static int
length_of(uint64_t key)
{
	int n = 0;

	for (; key >= 10; key /= 10)
		n++;
	return n;
}

static const struct row *
first_of(const struct tariff *t, uint64_t key)
{
	size_t i;

	if (t->n_slots == 0)
		return NULL;
	for (i = place(t, key); t->slot[i] != 0; i = (i + 1) &
	    (t->n_slots - 1))
		if (t->row[t->slot[i] - 1].key == key)
			return &t->row[t->slot[i] - 1];
	return NULL;
}

/* NULL, or what is wrong, with `*line` where. */
static const char *
make_index(struct tariff *t, int *line)
{
	size_t i, at;

	if (t->n == 0)
		return "there is no price in it";
	qsort(t->row, t->n, sizeof(*t->row), compare);
	for (t->n_slots = 16; t->n_slots < 2 * t->n; )
		t->n_slots *= 2;
	t->slot = calloc(t->n_slots, sizeof(*t->slot));
	if (t->slot == NULL)
		return "out of memory";
	for (i = 0; i < t->n; i++) {
		if (i > 0 && t->row[i].key == t->row[i - 1].key) {
			*line = t->row[i].line;
			if (t->row[i].from == t->row[i - 1].from)
				return "this prefix has a price of that day "
				    "already";
			continue;
		}
		for (at = place(t, t->row[i].key); t->slot[at] != 0; )
			at = (at + 1) & (t->n_slots - 1);
		t->slot[at] = (uint32_t)i + 1;
		t->lengths |= 1u << length_of(t->row[i].key);
	}
	return NULL;
}

struct tariff *
tariff_read(const char *path, char *why, size_t size)
{
	struct reader r = { .tariff = calloc(1, sizeof(struct tariff)) };
	const char *what = r.tariff != NULL ? NULL : "out of memory";
	FILE *f = fopen(path, "re");

	if (f == NULL && what == NULL)
		what = strerror(errno);
	if (what == NULL)
		what = read_lines(&r, f);
	if (f != NULL)
		fclose(f);
	if (what == NULL)
		what = make_index(r.tariff, &r.line);
	if (what == NULL)
		return r.tariff;
	if (r.line > 0)
		snprintf(why, size, "%s:%d: %s", path, r.line, what);
	else
		snprintf(why, size, "%s: %s", path, what);
	tariff_free(r.tariff);
	return NULL;
}

void
tariff_free(struct tariff *t)
{
	if (t == NULL)
		return;
	free(t->row);
	free(t->slot);
	free(t);
}

size_t
tariff_count(const struct tariff *t)
{
	return t->n;
}

/* Asking. */

/* The row of this key that holds at the time; NULL: none does. */
static const struct row *
find(const struct tariff *t, uint64_t key, int64_t wall)
{
	const struct row *r = first_of(t, key);

	while (r != NULL && r->from > wall) {
		r++;
		if (r == t->row + t->n || r->key != key)
			return NULL;
	}
	return r;
}

static const struct row *
find_number(const struct tariff *t, const char *digits, int64_t wall)
{
	const struct row *longest = NULL, *r;
	uint64_t key = 1;
	int n;

	for (n = 0; n < DIGITS_MAX && scan_is_digit((unsigned char)digits[n]);
	    n++) {
		key = key * 10 + (uint64_t)(digits[n] - '0');
		if ((t->lengths >> (n + 1) & 1) == 0)
			continue;
		r = find(t, key, wall);
		if (r != NULL)
			longest = r;
	}
	return longest;
}

int
tariff_find(const struct tariff *t, const char *number, int64_t wall,
    struct tariff_rate *out, char prefix[TARIFF_PREFIX_SIZE])
{
	const struct row *r;

	r = *number == '+' ? find_number(t, number + 1, wall) :
	    find(t, SIP, wall);
	if (r == NULL)
		return -1;
	*out = r->rate;
	if (prefix == NULL)
		return 0;
	snprintf(prefix, TARIFF_PREFIX_SIZE, "%llu", (unsigned long long)
	    r->key);
	prefix[0] = '+';		/* for the leading 1 */
	if (r->key == SIP)
		snprintf(prefix, TARIFF_PREFIX_SIZE, "sip");
	return 0;
}

static int64_t
cost_of(const struct tariff_rate *r, int64_t seconds)
{
	int64_t billed = r->first_s;

	if (seconds > billed)
		billed += (seconds - billed + r->step_s - 1) / r->step_s *
		    r->step_s;
	return r->setup + (r->minute * billed + 59) / 60;
}

int64_t
tariff_cost(const struct tariff_rate *rate, size_t n, int64_t seconds)
{
	int64_t sum = 0;
	size_t i;

	if (seconds < 1)
		seconds = 1;
	for (i = 0; i < n; i++)
		sum += cost_of(&rate[i], seconds);
	return sum;
}

int64_t
tariff_seconds(const struct tariff_rate *rate, size_t n, int64_t amount,
    int64_t most)
{
	int64_t low = 0, high = most, mid;

	while (low < high) {
		mid = low + (high - low + 1) / 2;
		if (tariff_cost(rate, n, mid) <= amount)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}
