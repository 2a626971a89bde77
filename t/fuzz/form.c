/* Forms: what parses is UTF-8 without controls, and no longer than it was. */

#include <stdlib.h>
#include <string.h>

#include "acceptd/form.h"
#include "acceptd/typed.h"
#include "lib/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char folded[64], three[4];
	struct form f;
	size_t i, total = 0;

	if (form_parse(&f, data, len) < 0)
		return 0;
	for (i = 0; i < f.n; i++) {
		total += strlen(f.field[i].name) + strlen(f.field[i].value);
		if (!scan_is_printable_utf8(f.field[i].value,
		    strlen(f.field[i].value)))
			abort();
		if (strcmp(form_get(&f, f.field[i].name),
		    f.field[i].value) != 0)
			abort();
		if (typed_fold(folded, sizeof(folded), f.field[i].value) == 0 &&
		    typed_is_global(folded) && typed_three(three, folded))
			abort();
	}
	if (total > len)
		abort();
	return 0;
}
