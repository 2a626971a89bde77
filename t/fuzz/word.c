/*
 * A subject and its tag.  Where the tag is taken out, it was there; what is
 * left is hardly longer, and can stand in a header.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "milter/word.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char value[1024], left[1024];
	const char *line;

	if (len >= sizeof(value) || memchr(p, '\0', len) != NULL)
		return 0;
	memcpy(value, p, len);
	value[len] = '\0';
	if (word_remove(left, sizeof(left), value, "[call]") != 0)
		return 0;
	if (!word_holds(value, len, "[call]") || strlen(left) > len + 8)
		abort();
	for (line = left; (line = strchr(line, '\n')) != NULL; line++) {
		if (line[1] != ' ' && line[1] != '\t')
			abort();
		if (line[1 + strspn(line + 1, " \t")] == '\n')
			abort();
	}
	return 0;
}
