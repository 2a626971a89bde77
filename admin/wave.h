#ifndef ADMIN_WAVE_H
#define ADMIN_WAVE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A recording of a voice, one channel of 16 bits: read from a WAV file, made
 * fit for a telephone, and written as one.
 */
#define WAVE_RATE	8000		/* of a telephone; samples a second */
#define WAVE_BYTES_MAX	(4 * 1024 * 1024)	/* of a file */
struct wave {
	int16_t	*sample;
	size_t	 n;
	int	 rate;
};

/* PCM of one channel, 16 bits, 8000 to 48000 a second.  0, or -1 and what it is
 * instead; wave_free() when done. */
int wave_parse(struct wave *, const void *, size_t, const char **why)
    __attribute__((warn_unused_result));
int wave_read(struct wave *, const char *path, const char **why)
    __attribute__((warn_unused_result));
/* To WAVE_RATE, without the silence around, as loud as prompts are.  0, or -1:
 * there is nothing to be heard, or no memory. */
int wave_fit(struct wave *) __attribute__((warn_unused_result));
/* Milliseconds. */
int wave_length_ms(const struct wave *);
/* A new file of this mode; errno where -1. */
int wave_write(const struct wave *, const char *path, unsigned mode)
    __attribute__((warn_unused_result));
void wave_free(struct wave *);

#endif
