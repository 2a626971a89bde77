/*
 * A file of the zone database (RFC 9636, 3):
 *
 *	header, data with times of 4 bytes	passed over
 *	header					"TZif", version, 15 bytes, and
 *						6 counts of 4 bytes
 *	data:	times of 8 bytes		when the clocks change
 *		types of 1 byte			.. to which of these:
 *		offset 4, is_dst 1, name 1
 *		names, leap seconds, two lists of flags
 *	LF, a rule as TZ has it (POSIX), LF	for what comes after
 *
 * A rule: NAME OFFSET [NAME [OFFSET] ,CHANGE[/TIME] ,CHANGE[/TIME]], where
 * offsets count to the west, and a change is Mmonth.week.weekday, Jday without
 * 29 February, or a day from 0.
 */

#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/scan.h"

#include "lib/zone.h"

#define ZONE_DIR	"/usr/share/zoneinfo"

#define DAY_S		86400
#define OFFSET_MAX	(26 * 3600)
#define TIMES_MAX	(ZONE_BYTES_MAX / 9)
#define TYPES_MAX	256
#define RULE_MAX	127
#define TIME_HOURS	167	/* a change is at most so far from its day */
#define AT_MAX		INT64_C(253402300799)	/* the year 9999 */

struct change {
	char	kind;		/* 'M', 'J', or '0' */
	int	month, week, day;
	int32_t	time_s;
};

struct rule {
	int		is_there;
	int		has_summer;
	int32_t		offset, summer;
	struct change	to_summer, back;
};

struct zone {
	int32_t		first;		/* before the table */
	struct rule	rule;		/* after it */
	size_t		n;
	struct shift {
		int64_t	at;
		int32_t	offset;		/* from then on */
	}		shift[];
};

/* Days, from 1970-01-01. */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t
year_start(int64_t year)
{
	int64_t y = year - 1;

	return 365 * (year - 1970) + floor_div(y, 4) - floor_div(y, 100) +
	    floor_div(y, 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t
year_of(int64_t day)
{
	int64_t year = 1970 + floor_div(day, 366);

	while (year_start(year) > day)
		year--;
	while (year_start(year + 1) <= day)
		year++;
	return year;
}

/* The rule: reading it. */

/* A number of two or three digits at most.  0, or -1: none, or too large. */
static int
take_number(const char **p, int max, int *out)
{
	const char *start = *p;
	int n = 0;

	for (; scan_is_digit(**p) && *p - start < 3; (*p)++)
		n = 10 * n + **p - '0';
	*out = n;
	return *p > start && n <= max ? 0 : -1;
}

static int
take_name(const char **p)
{
	const char *start = *p;

	if (**p == '<') {
		*p += strcspn(*p, ">");
		return *(*p)++ == '>' ? 0 : -1;
	}
	while (scan_is_alpha(**p))
		(*p)++;
	return *p - start >= 3 ? 0 : -1;
}

/* ":30", where it is there. */
static int
take_part(const char **p, int *out)
{
	if (**p != ':')
		return 0;
	(*p)++;
	return take_number(p, 59, out);
}

/* "-3:30", "24:00:00". */
static int
take_time(const char **p, int max_h, int32_t *out)
{
	int sign = **p == '-' ? -1 : 1, h, m = 0, s = 0;

	if (**p == '-' || **p == '+')
		(*p)++;
	if (take_number(p, max_h, &h) < 0 || take_part(p, &m) < 0 ||
	    take_part(p, &s) < 0)
		return -1;
	*out = sign * (h * 3600 + m * 60 + s);
	return 0;
}

static int
take_char(const char **p, char c)
{
	return *(*p)++ == c ? 0 : -1;
}

/* ",M3.5.0/2", ",J60", ",59". */
static int
take_change(const char **p, struct change *c)
{
	int status;

	c->time_s = 2 * 3600;
	if (take_char(p, ',') < 0)
		return -1;
	c->kind = **p == 'M' || **p == 'J' ? *(*p)++ : '0';
	if (c->kind == 'M') {
		status = take_number(p, 12, &c->month) < 0 ||
		    c->month < 1 || take_char(p, '.') < 0 ||
		    take_number(p, 5, &c->week) < 0 || c->week < 1 ||
		    take_char(p, '.') < 0 || take_number(p, 6, &c->day) < 0;
	} else {
		status = take_number(p, 365, &c->day) < 0 ||
		    (c->kind == 'J' && c->day < 1);
	}
	if (status != 0)
		return -1;
	if (**p != '/')
		return 0;
	(*p)++;
	return take_time(p, TIME_HOURS, &c->time_s);
}

/* 0, or -1: it is none. */
static int
read_rule(const char *p, struct rule *r)
{
	int32_t west;

	if (*p == '\0')
		return 0;
	if (take_name(&p) < 0 || take_time(&p, 24, &west) < 0)
		return -1;
	r->is_there = 1;
	r->offset = -west;
	if (*p == '\0')
		return 0;
	r->has_summer = 1;
	r->summer = r->offset + 3600;
	if (take_name(&p) < 0)
		return -1;
	if (*p != ',') {
		if (take_time(&p, 24, &west) < 0)
			return -1;
		r->summer = -west;
	}
	return take_change(&p, &r->to_summer) == 0 &&
	    take_change(&p, &r->back) == 0 && *p == '\0' ? 0 : -1;
}

/* .. and what it says. */

/* The day of a change of this year. */
static int64_t
change_day(const struct change *c, int64_t year)
{
	static const int before[] = { 0, 0, 31, 59, 90, 120, 151, 181, 212,
	    243, 273, 304, 334, 365 };
	int leap = is_leap(year);
	int64_t first, day;

	if (c->kind == '0')
		return year_start(year) + c->day;
	if (c->kind == 'J')
		return year_start(year) + c->day - 1 + (leap && c->day >= 60);
	first = year_start(year) + before[c->month] + (leap && c->month > 2);
	/* 1970-01-01 was a Thursday; Sunday is 0 */
	day = first + (c->day - (first + 4) % 7 + 14) % 7 + 7 * (c->week - 1);
	return day < year_start(year) + before[c->month + 1] +
	    (leap && c->month > 1) ? day : day - 7;
}

static int64_t
change_at(const struct change *c, int64_t year, int32_t offset)
{
	return change_day(c, year) * DAY_S + c->time_s - offset;
}

static int32_t
by_rule(const struct rule *r, int64_t at)
{
	int64_t year = year_of(floor_div(at + r->offset, DAY_S)), from, to;
	int is_summer;

	if (!r->has_summer)
		return r->offset;
	from = change_at(&r->to_summer, year, r->offset);
	to = change_at(&r->back, year, r->summer);
	if (from < to)
		is_summer = at >= from && at < to;
	else
		is_summer = at >= from || at < to;	/* in the south */
	return is_summer ? r->summer : r->offset;
}

/* The file. */

struct counts {
	uint32_t	utc_flags, std_flags, leaps, times, types, chars;
};

/* 0, or -1. */
static int
take_header(struct scan *s, struct counts *c)
{
	const unsigned char *magic = scan_bytes(s, 4);
	uint8_t version = scan_u8(s);

	(void)scan_bytes(s, 15);
	c->utc_flags = scan_u32(s);
	c->std_flags = scan_u32(s);
	c->leaps = scan_u32(s);
	c->times = scan_u32(s);
	c->types = scan_u32(s);
	c->chars = scan_u32(s);
	return !s->is_bad && memcmp(magic, "TZif", 4) == 0 && version >= '2' &&
	    c->utc_flags <= TYPES_MAX && c->std_flags <= TYPES_MAX &&
	    c->leaps <= TIMES_MAX && c->times <= TIMES_MAX &&
	    c->types <= TYPES_MAX && c->chars <= TYPES_MAX ? 0 : -1;
}

/* What each type is ahead of UTC.  0, or -1. */
static int
take_types(struct scan *s, size_t n, int32_t offset[TYPES_MAX])
{
	size_t i;

	for (i = 0; i < n; i++) {
		offset[i] = (int32_t)scan_u32(s);
		(void)scan_u16(s);
		if (offset[i] < -OFFSET_MAX || offset[i] > OFFSET_MAX)
			return -1;
	}
	return s->is_bad || n == 0 ? -1 : 0;
}

/* LF, text, LF, and nothing more.  0, or -1. */
static int
take_rule(struct scan *s, struct rule *r)
{
	size_t len = scan_left(s);
	char text[RULE_MAX + 1];

	if (len < 2 || len - 2 > RULE_MAX || scan_u8(s) != '\n')
		return -1;
	scan_str(s, text, sizeof(text), len - 2);
	return scan_u8(s) == '\n' && scan_done(s) ? read_rule(text, r) : -1;
}

/* The table, of what was counted.  0, or -1. */
static int
fill(struct zone *z, struct scan *s, const struct counts *c)
{
	struct scan times = *s, kinds;
	int32_t offset[TYPES_MAX];
	uint8_t kind;
	size_t i;

	(void)scan_bytes(s, (size_t)c->times * 8);
	kinds = *s;
	(void)scan_bytes(s, c->times);
	if (take_types(s, c->types, offset) < 0)
		return -1;
	(void)scan_bytes(s, c->chars + c->std_flags + c->utc_flags);
	z->first = offset[0];
	z->n = c->times;
	for (i = 0; i < z->n; i++) {
		z->shift[i].at = (int64_t)scan_u64(&times);
		kind = scan_u8(&kinds);
		if (kind >= c->types ||
		    (i > 0 && z->shift[i].at <= z->shift[i - 1].at))
			return -1;
		z->shift[i].offset = offset[kind];
	}
	return take_rule(s, &z->rule);
}

struct zone *
zone_read(const void *data, size_t len)
{
	struct zone *z = NULL;
	struct counts c;
	struct scan s;

	scan_init(&s, data, len);
	if (take_header(&s, &c) < 0)
		return NULL;
	(void)scan_bytes(&s, (size_t)c.times * 5 + c.types * 6 + c.chars +
	    c.leaps * 8 + c.std_flags + c.utc_flags);
	/* (with leap seconds it would not be POSIX's time) */
	if (take_header(&s, &c) == 0 && c.leaps == 0)
		z = calloc(1, sizeof(*z) + c.times * sizeof(z->shift[0]));
	if (z != NULL && fill(z, &s, &c) < 0) {
		free(z);
		z = NULL;
	}
	return z;
}

/*
 * Where the database has it, TZDIR or the usual place.  0, or -1: there is no
 * such file, or the path does not fit.
 */
static int
find(const char *name, char *dst, size_t size)
{
	const char *dir = getenv("TZDIR");
	struct stat st;
	int n;

	if (name[0] == '\0' || name[0] == '/' || strchr(name, '.') != NULL)
		return -1;
	n = snprintf(dst, size, "%s/%s", dir != NULL ? dir : ZONE_DIR, name);
	return n > 0 && (size_t)n < size && stat(dst, &st) == 0 &&
	    S_ISREG(st.st_mode) ? 0 : -1;
}

struct zone *
zone_open(const char *name)
{
	char path[PATH_MAX];
	unsigned char *data;
	struct zone *z = NULL;
	FILE *f = NULL;

	if (strcmp(name, "UTC") == 0)
		return calloc(1, sizeof(*z));
	data = malloc(ZONE_BYTES_MAX);
	if (data != NULL && find(name, path, sizeof(path)) == 0)
		f = fopen(path, "rbe");
	if (f != NULL) {
		z = zone_read(data, fread(data, 1, ZONE_BYTES_MAX, f));
		fclose(f);
	}
	free(data);
	return z;
}

int
zone_is_known(const char *name)
{
	struct zone *z = zone_open(name);

	zone_free(z);
	return z != NULL;
}

int
zone_has_any(void)
{
	return zone_is_known("Etc/UTC");
}

void
zone_free(struct zone *z)
{
	free(z);
}

/* Asking. */

int32_t
zone_offset(const struct zone *z, int64_t at)
{
	size_t low = 0, high = z->n, mid;

	if (at > AT_MAX || at < -AT_MAX)
		at = at > 0 ? AT_MAX : -AT_MAX;
	if (z->rule.is_there && (z->n == 0 || at >= z->shift[z->n - 1].at))
		return by_rule(&z->rule, at);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (z->shift[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? z->shift[low - 1].offset : z->first;
}

int64_t
zone_moment(const struct zone *z, int64_t shown)
{
	int64_t before = shown - zone_offset(z, shown - OFFSET_MAX);
	int64_t after = shown - zone_offset(z, shown + OFFSET_MAX);

	if (before + zone_offset(z, before) != shown &&
	    after + zone_offset(z, after) == shown)
		return after;
	return before;
}
