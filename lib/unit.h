#ifndef LIB_UNIT_H
#define LIB_UNIT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writing durations and sizes the way scan_duration() and scan_size() read
 * them: in the largest unit that says it exactly ("2h", "90s", "64k").
 */
#define UNIT_SIZE 24		/* enough for any */

void unit_duration(int64_t s, char dst[UNIT_SIZE]);
void unit_size(int64_t bytes, char dst[UNIT_SIZE]);

#endif
