/* Entries of the offerors table: the input as a value and as a key. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char why[128], key[255], again[255];
	const char *reason;
	struct entry e;

	if (entry_parse(&e, (const char *)p, len, why, sizeof(why)) == 0) {
		if (!entry_allows(&e, &e.to) || e.expires_s < 60)
			abort();
	} else if (strlen(why) == 0) {
		abort();
	}
	if (entry_key((const char *)p, len, key, sizeof(key), &reason) != 0)
		return 0;
	if (entry_key(key, strlen(key), again, sizeof(again), &reason) != 0 ||
	    strcmp(key, again) != 0)
		abort();
	return 0;
}
