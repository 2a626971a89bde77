/* Catalogues, and Accept-Language against a small set of them. */

#include <stdlib.h>
#include <string.h>

#include "acceptd/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct lang_set *set;
	char why[256], header[256];
	struct lang *l;
	size_t i;

	if (set == NULL)
		set = lang_load("etc/lang", why, sizeof(why));
	if (set == NULL)
		abort();
	l = lang_parse("xx", (const char *)data, len, why, sizeof(why));
	if (l != NULL)
		for (i = 0; i < LANG_PLAIN; i++)
			if (lang_get(l, i)[0] == '\0')
				abort();
	lang_free(l);
	if (len >= sizeof(header))
		return 0;
	memcpy(header, data, len);
	header[len] = '\0';
	if (lang_choose(set, header, header, header) == NULL)
		abort();
	return 0;
}
