/* What was worked out a moment ago: names, values, and how they go. */

#include <stdio.h>
#include <string.h>

#include "lib/recent.h"

#include "t/tap.h"

/* Names are of a hash: all their bytes differ. */
static void
name_of(unsigned char name[RECENT_NAME], unsigned i)
{
	int k;

	for (k = 0; k < RECENT_NAME; k++)
		name[k] = (unsigned char)((i + 1) * 2654435761u >> (k % 3 * 8));
}

static void
test_names(void)
{
	struct recent *r = recent_new(64, 0);
	unsigned char name[RECENT_NAME];

	name_of(name, 1);
	is_int(recent_find(r, name, NULL), 0, "not there yet");
	recent_add(r, name, NULL);
	is_int(recent_find(r, name, NULL), 1, "there");
	name[RECENT_NAME - 1] ^= 1;
	is_int(recent_find(r, name, NULL), 0, "its last byte counts");
	name[RECENT_NAME - 1] ^= 1;
	name[0] ^= 1;
	is_int(recent_find(r, name, NULL), 0, "so does its first");
	name[0] ^= 1;
	recent_clear(r);
	is_int(recent_find(r, name, NULL), 0, "forgotten");
	recent_free(r);
	recent_free(NULL);
}

/* Many more than there is room for. */
static void
test_crowd(size_t room, int want)
{
	struct recent *r = recent_new(room, sizeof(unsigned));
	unsigned char name[RECENT_NAME];
	unsigned i, back;
	int missing = 0, wrong = 0, there = 0;

	for (i = 0; i < 1000; i++) {
		name_of(name, i);
		recent_add(r, name, &i);
		back = 1000;
		missing += !recent_find(r, name, &back);
		wrong += back != i;
	}
	is_int(missing + wrong, 0, "room %zu: the newest is always there",
	    room);
	for (i = 0; i < 1000; i++) {
		name_of(name, i);
		if (!recent_find(r, name, &back))
			continue;
		there++;
		wrong += back != i;
	}
	is_int(there, want, "and %d in all", want);
	is_int(wrong, 0, "each with its own value");
	recent_clear(r);
	name_of(name, 999);
	is_int(recent_find(r, name, &back), 0, "and none when cleared");
	recent_free(r);
}

int
main(void)
{
	test_names();
	test_crowd(1, 8);
	test_crowd(64, 64);
	test_crowd(65, 128);
	test_crowd(100000, 1000);
	return tap_done();
}
