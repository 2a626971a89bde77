/*
 * Any bytes as a file of rates: refused with one line, or every number that
 * has a price has a bounded one, and what it pays for can be paid.
 */

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/money.h"
#include "lib/tariff.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int is_true)
{
	if (!is_true)
		abort();
}

static void
ask(const struct tariff *t, const char *number)
{
	char prefix[TARIFF_PREFIX_SIZE], text[MONEY_TEXT_SIZE];
	struct tariff_rate r[2];
	int64_t s;

	if (tariff_find(t, number, 1790000000, &r[0], prefix) != 0)
		return;
	hold(strcmp(prefix, "sip") == 0 ||
	    strncmp(prefix, number, strlen(prefix)) == 0);
	r[1] = r[0];
	s = tariff_seconds(r, 2, MONEY_ONE, 14400);
	hold(s == 0 || tariff_cost(r, 2, s) <= MONEY_ONE);
	hold(s == 14400 || tariff_cost(r, 2, s + 1) > MONEY_ONE);
	money_text(tariff_cost(r, 2, 14400), text);
	hold(text[0] != '-');
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static int fd = -1;
	static char path[64];
	char why[512] = "";
	struct tariff *t;

	if (fd < 0 && (fd = memfd_create("rates", MFD_CLOEXEC)) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, p, n, 0) != (ssize_t)n)
		abort();
	t = tariff_read(path, why, sizeof(why));
	if (t == NULL) {
		hold(strncmp(why, path, strlen(path)) == 0 &&
		    strchr(why, '\n') == NULL);
		return 0;
	}
	hold(tariff_count(t) > 0);
	ask(t, "+442079460123");
	ask(t, "+12");
	ask(t, "sip:desk@example.com");
	tariff_free(t);
	return 0;
}
