#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* The only room that asks what time it is.  Tests replace it. */

int64_t clock_wall_ms(void);	/* Unix time, milliseconds */
int64_t clock_wall(void);	/* Unix time, seconds */
int64_t clock_mono_ms(void);	/* monotonic, for deadlines */
int64_t clock_mono_us(void);

/*
 * From now on the clocks say these values (milliseconds) and stand still until
 * set again; a negative `wall_ms` gives the real clocks back.
 */
void clock_fake(int64_t wall_ms, int64_t mono_ms);

/* "2026-11-23T06:09:33Z"; `dst` holds CLOCK_ISO_SIZE bytes. */
#define CLOCK_ISO_SIZE 21
void clock_iso(int64_t wall, char dst[CLOCK_ISO_SIZE]);
/* A day, "2026-11-23": when it begins (UTC); or one of these.  0, or -1. */
int clock_read_day(const char *, int64_t *wall)
    __attribute__((warn_unused_result));
int clock_read(const char *, int64_t *wall)
    __attribute__((warn_unused_result));

#endif
