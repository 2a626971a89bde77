/* The fields of a form: within the text, and in order. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bridge-client/net/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct fields f;
	size_t i, total = 0;

	if (fields_read(&f, p, len) == 0)
		for (i = 0; i < f.n; i++) {
			total += strlen(f.field[i].name) +
			    strlen(f.field[i].value) + 1;
			if (i > 0 && fields_compare(&f.field[i - 1],
			    &f.field[i]) > 0)
				abort();
		}
	if (total > len)
		abort();
	fields_free(&f);
	return 0;
}
