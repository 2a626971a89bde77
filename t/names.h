#ifndef T_NAMES_H
#define T_NAMES_H

/*
 * What calls and people are known by, for tests of the journal.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/tel.h"

/* A UUIDv7 of the second `wall`, whose end is `n`. */
static inline void
make_id(unsigned char id[16], int64_t wall, unsigned n)
{
	uint64_t ms = (uint64_t)wall * 1000;
	int i;

	memset(id, 0, 16);
	for (i = 0; i < 6; i++)
		id[i] = (unsigned char)(ms >> (40 - 8 * i));
	id[6] = 0x70;
	id[8] = 0x80;
	id[14] = (unsigned char)(n >> 8);
	id[15] = (unsigned char)n;
}

static inline void
set_tel(struct tel *t, const char *text)
{
	const char *why;

	if (tel_parse(t, text, strlen(text), &why) != 0)
		abort();
}

#endif
