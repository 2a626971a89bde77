/*
 * One row of the table of a program's settings: reading, checking and showing
 * its value.
 */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/scan.h"
#include "lib/unit.h"

#include "lib/confkey.h"

static const struct {
	const char	*word;
	int		 is_true;
} bools[] = {
	{ "yes", 1 }, { "no", 0 }, { "true", 1 }, { "false", 0 },
	{ "on", 1 }, { "off", 0 },
};

int
confkey_is_private(const struct conf_key *k)
{
	static const char *const tails[] = { "password", "secret" };
	size_t n = strlen(k->name), tail, i;

	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		tail = strlen(tails[i]);
		if (n >= tail && strcmp(k->name + n - tail, tails[i]) == 0)
			return 1;
	}
	return 0;
}

static void
show_number(const struct conf_key *k, int64_t v, char dst[UNIT_SIZE])
{
	if (k->type == CONF_DURATION)
		unit_duration(v, dst);
	else if (k->type == CONF_SIZE)
		unit_size(v, dst);
	else if (k->type == CONF_MODE)
		snprintf(dst, UNIT_SIZE, "%04" PRIo64, (uint64_t)v);
	else
		snprintf(dst, UNIT_SIZE, "%" PRId64, v);
}

static int
read_bool(const char *s, int *out)
{
	size_t i;

	for (i = 0; i < sizeof(bools) / sizeof(bools[0]); i++)
		if (scan_is(s, strlen(s), bools[i].word)) {
			*out = bools[i].is_true;
			return 0;
		}
	return -1;
}

static int
read_mode(const char *s, int64_t *out)
{
	int64_t v = 0;
	size_t i;

	for (i = 0; i < 4 && s[i] >= '0' && s[i] <= '7'; i++)
		v = v * 8 + (s[i] - '0');
	if (i == 0 || s[i] != '\0' || v > 0777)
		return -1;
	*out = v;
	return 0;
}

static int
read_int(const char *s, int64_t *out)
{
	int is_negative = *s == '-';
	uint64_t v;

	s += is_negative;
	if (scan_uint(s, strlen(s), INT64_MAX, &v) < 0)
		return -1;
	*out = is_negative ? -(int64_t)v : (int64_t)v;
	return 0;
}

static int
read_scaled(const struct conf_key *k, const char *s, int64_t *out)
{
	uint64_t v;
	int result;

	if (k->type == CONF_DURATION)
		result = scan_duration(s, strlen(s), INT64_MAX, &v);
	else
		result = scan_size(s, strlen(s), INT64_MAX, &v);
	if (result == 0)
		*out = (int64_t)v;
	return result;
}

static const char *
form_of(enum conf_type type)
{
	switch (type) {
	case CONF_BOOL:
		return "is written yes or no";
	case CONF_INT:
		return "is a whole number";
	case CONF_DURATION:
		return "is a duration: 30s, 5m, 2h or 7d";
	case CONF_SIZE:
		return "is a size: 500, 64k, 10M or 1G";
	case CONF_MODE:
		return "is an octal mode of at most 0777, like 0660";
	case CONF_STRING:
	case CONF_LIST:
	case CONF_SECTION:
		break;
	}
	return "is text";
}

int
confkey_read(const struct conf_key *k, const char *s, union confkey_value *v)
{
	switch (k->type) {
	case CONF_BOOL:
		return read_bool(s, &v->is_true);
	case CONF_INT:
		return read_int(s, &v->number);
	case CONF_DURATION:
	case CONF_SIZE:
		return read_scaled(k, s, &v->number);
	case CONF_MODE:
		return read_mode(s, &v->number);
	case CONF_STRING:
	case CONF_LIST:
	case CONF_SECTION:
		break;
	}
	return 0;
}

static int
has_bounds(const struct conf_key *k)
{
	return k->type == CONF_INT || k->type == CONF_DURATION ||
	    k->type == CONF_SIZE;
}

static int __attribute__((format(printf, 3, 4)))
refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return -1;
}

int
confkey_check(const struct conf_key *k, const char *s, char *why, size_t size)
{
	const char *shown = confkey_is_private(k) ? "..." : s, *wrong;
	char low[UNIT_SIZE], high[UNIT_SIZE];
	union confkey_value v;

	if (!scan_is_printable_utf8(s, strlen(s)))
		return refuse(why, size,
		    "key `%s': not UTF-8, or a control character", k->name);
	if (confkey_read(k, s, &v) < 0)
		return refuse(why, size, "key `%s' %s, not `%s'", k->name,
		    form_of(k->type), shown);
	if (has_bounds(k) && (v.number < k->min || v.number > k->max)) {
		show_number(k, k->min, low);
		show_number(k, k->max, high);
		return refuse(why, size, "key `%s' must be from %s to %s, "
		    "not %s", k->name, low, high, shown);
	}
	wrong = k->check != NULL ? k->check(s) : NULL;
	if (wrong != NULL)
		return refuse(why, size, "key `%s': `%s': %s", k->name, shown,
		    wrong);
	return 0;
}

void
confkey_print_text(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('"');
}

static void
print_list(const struct conf_list *list)
{
	size_t i;

	putchar('{');
	for (i = 0; i < list->n; i++) {
		if (i > 0)
			fputs(", ", stdout);
		confkey_print_text(list->item[i]);
	}
	putchar('}');
}

void
confkey_print(const struct conf_key *k, const void *target)
{
	const char *at = (const char *)target + k->offset;
	char shown[UNIT_SIZE];
	int64_t v;

	if (k->type == CONF_STRING)
		confkey_print_text(*(char *const *)(const void *)at);
	else if (k->type == CONF_LIST)
		print_list((const void *)at);
	else if (k->type == CONF_BOOL)
		fputs(*(const int *)(const void *)at ? "yes" : "no", stdout);
	else {
		memcpy(&v, at, sizeof(v));
		show_number(k, v, shown);
		fputs(shown, stdout);
	}
}
