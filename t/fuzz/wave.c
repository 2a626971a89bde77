/* A recording of a name: read, made fit, written, read again. */

#include <stdint.h>
#include <stdlib.h>

#include "admin/wave.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *why = NULL;
	struct wave w;

	if (len > 4096)
		return 0;
	if (wave_parse(&w, data, len, &why) == -1) {
		if (why == NULL || w.sample != NULL)
			abort();
		return 0;
	}
	if (w.n > len / 2 || w.rate < WAVE_RATE)
		abort();
	if (wave_fit(&w) == 0 && (w.rate != WAVE_RATE ||
	    wave_length_ms(&w) <= 0))
		abort();
	wave_free(&w);
	return 0;
}
