/*
 * What time it is.  The only room that asks the system; tests replace it.
 */

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"

/* Atomic: the milter's threads ask while a test sets. */
static _Atomic int64_t fake_wall_ms = -1;
static _Atomic int64_t fake_mono_ms;

/* 9999-12-31T23:59:59Z: later years would not fit an ISO date. */
#define WALL_LAST INT64_C(253402300799)

static int64_t
now_us(clockid_t id)
{
	struct timespec ts;

	/* Cannot fail for these clocks and a good pointer. */
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_wall_ms(void)
{
	int64_t fake = fake_wall_ms;

	return fake >= 0 ? fake : now_us(CLOCK_REALTIME) / 1000;
}

int64_t
clock_wall(void)
{
	return clock_wall_ms() / 1000;
}

int64_t
clock_mono_us(void)
{
	if (fake_wall_ms >= 0)
		return fake_mono_ms * 1000;
	return now_us(CLOCK_MONOTONIC);
}

int64_t
clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

void
clock_fake(int64_t wall_ms, int64_t mono_ms)
{
	fake_mono_ms = mono_ms;
	fake_wall_ms = wall_ms;
}

void
clock_iso(int64_t wall, char dst[CLOCK_ISO_SIZE])
{
	struct tm tm;
	time_t t;

	if (wall < 0)
		wall = 0;
	if (wall > WALL_LAST)
		wall = WALL_LAST;
	t = (time_t)wall;
	gmtime_r(&t, &tm);
	strftime(dst, CLOCK_ISO_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* strptime(3) is generous: what was meant would be written just so. */
static int
read_form(const char *text, const char *form, int64_t *wall)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *end = strptime(text, form, &tm);
	char again[CLOCK_ISO_SIZE];
	time_t t;

	if (end == NULL || *end != '\0')
		return -1;
	t = timegm(&tm);
	clock_iso(t, again);
	if (strncmp(again, text, strlen(text)) != 0)
		return -1;
	*wall = t;
	return 0;
}

int
clock_read_day(const char *text, int64_t *wall)
{
	return strlen(text) == 10 ? read_form(text, "%Y-%m-%d", wall) : -1;
}

int
clock_read(const char *text, int64_t *wall)
{
	return strlen(text) == CLOCK_ISO_SIZE - 1 ?
	    read_form(text, "%Y-%m-%dT%H:%M:%SZ", wall) :
	    clock_read_day(text, wall);
}
