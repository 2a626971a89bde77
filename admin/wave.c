/*
 * RIFF: "RIFF", 4 length, "WAVE", then chunks: 4 name, 4 length, as many bytes,
 * one more where that is odd.  Little-endian.  `fmt ': 2 kind (1: PCM), 2
 * channels, 4 samples a second, 4 bytes a second, 2 bytes a sample, 2 bits.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"

#include "admin/wave.h"

#define HEAD		44	/* of what we write */
#define PEAK		22000	/* how loud */
#define SILENT		100	/* of the loudest: a hundredth part is none */
#define LEAD_MS		50	/* of silence, before and behind */
#define TRAIL_MS	250
#define PASS_HZ		3600.0	/* what is above is not for telephones */
#define REACH		16	/* of the filter, in samples of WAVE_RATE */

static unsigned
le(const unsigned char *p, int bytes)
{
	unsigned v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

static int
wrong(const char **why, const char *what)
{
	*why = what;
	return -1;
}

static int
take_format(struct wave *w, const unsigned char *p, size_t len,
    const char **why)
{
	if (len < 16 || le(p, 2) != 1)
		return wrong(why, "not PCM: compressed, or of another kind");
	if (le(p + 2, 2) != 1)
		return wrong(why, "not one channel (mono)");
	if (le(p + 14, 2) != 16)
		return wrong(why, "not 16 bits a sample");
	if (le(p + 4, 4) < WAVE_RATE || le(p + 4, 4) > 48000)
		return wrong(why, "not 8000 to 48000 samples a second");
	w->rate = (int)le(p + 4, 4);
	return 0;
}

static int
take_data(struct wave *w, const unsigned char *p, size_t len,
    const char **why)
{
	size_t i;

	if (w->rate == 0)
		return wrong(why, "data before its format");
	w->n = len / 2;
	w->sample = calloc(w->n + 1, sizeof(*w->sample));
	if (w->sample == NULL)
		return wrong(why, "out of memory");
	for (i = 0; i < w->n; i++)
		w->sample[i] = (int16_t)le(p + 2 * i, 2);
	return 0;
}

int
wave_parse(struct wave *w, const void *bytes, size_t len, const char **why)
{
	const unsigned char *p = bytes;
	size_t at, n;

	memset(w, 0, sizeof(*w));
	if (len < 12 || memcmp(p, "RIFF", 4) != 0 ||
	    memcmp(p + 8, "WAVE", 4) != 0)
		return wrong(why, "no WAV file");
	for (at = 12; len - at >= 8; at += n + (n & 1)) {
		n = le(p + at + 4, 4);
		at += 8;
		if (n > len - at)
			return wrong(why, "cut short");
		if (memcmp(p + at - 8, "fmt ", 4) == 0 &&
		    take_format(w, p + at, n, why) == -1)
			return -1;
		if (memcmp(p + at - 8, "data", 4) == 0)
			return take_data(w, p + at, n, why);
		if (n + (n & 1) > len - at)
			break;
	}
	return wrong(why, "without any sound");
}

int
wave_read(struct wave *w, const char *path, const char **why)
{
	FILE *in = fopen(path, "re");
	struct buf b;
	char part[4096];
	size_t n;
	int rv = -1;

	memset(w, 0, sizeof(*w));
	if (in == NULL)
		return wrong(why, strerror(errno));
	buf_init(&b, WAVE_BYTES_MAX);
	while ((n = fread(part, 1, sizeof(part), in)) > 0)
		buf_put(&b, part, n);
	if (ferror(in))
		*why = strerror(errno);
	else if (!buf_ok(&b))
		*why = "too large";
	else
		rv = wave_parse(w, b.data, b.len, why);
	fclose(in);
	buf_free(&b);
	return rv;
}

/* Low-pass and interpolation in one: a sinc within a Hann window. */
static double
sample_at(const struct wave *w, double t)
{
	double cut = 2 * PASS_HZ / w->rate, sum = 0, x, s;
	double reach = (double)REACH * w->rate / WAVE_RATE;
	long i, first = (long)ceil(t - reach), last = (long)floor(t + reach);

	if (first < 0)
		first = 0;
	if (last > (long)w->n - 1)
		last = (long)w->n - 1;
	for (i = first; i <= last; i++) {
		x = (double)i - t;
		s = fabs(x) < 1e-9 ? cut : sin(M_PI * cut * x) / (M_PI * x);
		sum += w->sample[i] * s * (0.5 + 0.5 * cos(M_PI * x / reach));
	}
	return sum;
}

static int
loudest(const struct wave *w)
{
	int most = 0;
	size_t i;

	for (i = 0; i < w->n; i++)
		if (abs(w->sample[i]) > most)
			most = abs(w->sample[i]);
	return most;
}

/* Without silence around. */
static void
trim(struct wave *w)
{
	int least = loudest(w) / SILENT;
	size_t first = 0;

	while (w->n > 0 && abs(w->sample[w->n - 1]) <= least)
		w->n--;
	while (first < w->n && abs(w->sample[first]) <= least)
		first++;
	w->n -= first;
	memmove(w->sample, w->sample + first, w->n * sizeof(*w->sample));
}

int
wave_fit(struct wave *w)
{
	const size_t lead = LEAD_MS * WAVE_RATE / 1000,
	    trail = TRAIL_MS * WAVE_RATE / 1000;
	struct wave out = { .rate = WAVE_RATE };
	double *v, most = 0;
	size_t i, n;

	trim(w);
	n = (size_t)((double)w->n * WAVE_RATE / (w->rate > 0 ? w->rate : 1));
	out.n = lead + n + trail;
	v = calloc(n + 1, sizeof(*v));
	out.sample = calloc(out.n, sizeof(*out.sample));
	for (i = 0; v != NULL && i < n; i++) {
		v[i] = sample_at(w, (double)i * w->rate / WAVE_RATE);
		most = fabs(v[i]) > most ? fabs(v[i]) : most;
	}
	wave_free(w);
	if (v == NULL || out.sample == NULL || most < 1) {
		free(v);
		wave_free(&out);
		return -1;
	}
	for (i = 0; i < n; i++)
		out.sample[lead + i] = (int16_t)(v[i] * PEAK / most);
	free(v);
	*w = out;
	return 0;
}

int
wave_length_ms(const struct wave *w)
{
	return w->rate > 0 ? (int)((double)w->n * 1000 / w->rate) : 0;
}

static void
put_le(struct buf *b, size_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_u8(b, (uint8_t)v);
}

static void
put_file(struct buf *b, const struct wave *w)
{
	size_t i, rate = (size_t)w->rate;

	buf_str(b, "RIFF");
	put_le(b, HEAD - 8 + 2 * w->n, 4);
	buf_str(b, "WAVEfmt ");
	put_le(b, 16, 4);
	put_le(b, 1, 2);
	put_le(b, 1, 2);
	put_le(b, rate, 4);
	put_le(b, 2 * rate, 4);
	put_le(b, 2, 2);
	put_le(b, 16, 2);
	buf_str(b, "data");
	put_le(b, 2 * w->n, 4);
	for (i = 0; i < w->n; i++)
		put_le(b, (uint16_t)w->sample[i], 2);
}

int
wave_write(const struct wave *w, const char *path, unsigned mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct buf b;
	int rv = -1;

	if (fd == -1)
		return -1;
	buf_init(&b, HEAD + 2 * w->n);
	put_file(&b, w);
	if (!buf_ok(&b))
		errno = ENOMEM;
	else if (write(fd, b.data, b.len) == (ssize_t)b.len &&
	    fchmod(fd, mode) == 0 && fsync(fd) == 0)
		rv = 0;
	buf_free(&b);
	if (close(fd) == -1)
		rv = -1;
	return rv;
}

void
wave_free(struct wave *w)
{
	free(w->sample);
	w->sample = NULL;
	w->n = 0;
}
