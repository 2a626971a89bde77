/*
 * A body that is spooled: whatever the threshold and the pieces it comes in,
 * it is read again as it was; and what happens when it cannot be kept.
 */

#include <sys/resource.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "milter/spool.h"
#include "t/tap.h"

#define SIZE	300000
#define MAX	SIZE

static unsigned char body[SIZE];

static void
fill(struct spool *s, size_t threshold, size_t len, size_t piece)
{
	size_t i, n;

	spool_begin(s, MAX, threshold, tap_dir());
	for (i = 0; i < len; i += n) {
		n = len - i < piece ? len - i : piece;
		spool_put(s, tap_edge(body + i, n), n);
	}
}

/* 1 when `len` bytes from `at` are those of the body. */
static int
is_there(struct spool *s, size_t at, size_t len)
{
	const unsigned char *p;
	struct buf copy = { 0 };
	size_t i, n;
	int same = 1;

	for (i = 0; i < len && same; i += n) {
		n = spool_some(s, at + i, len - i, &p);
		same = n > 0 && n <= len - i && memcmp(p, body + at + i, n)
		    == 0;
	}
	p = spool_all(s, at, len, &copy);
	same &= p != NULL && memcmp(p, body + at, len) == 0;
	buf_free(&copy);
	return same;
}

static void
check_whole(struct spool *s)
{
	static const struct {
		size_t	threshold, len, piece;
	} cases[] = {
		{ 4096, 0, 100 }, { 4096, 1, 100 }, { 4096, 4095, 7 },
		{ 4096, 4096, 4096 }, { 4096, 4097, 4097 },
		{ 4096, SIZE, 65535 }, { 4096, SIZE, 1000 },
		{ 100000, SIZE, SIZE }, { SIZE, SIZE, 65535 },
		{ SIZE + 1, SIZE, 65535 },
	};
	size_t i, t, len;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t = cases[i].threshold;
		len = cases[i].len;
		fill(s, t, len, cases[i].piece);
		is_int(s->state, SPOOL_GOOD, "%zu bytes in pieces of %zu",
		    len, cases[i].piece);
		is_int(s->len, len, "all are counted");
		ok((s->fd >= 0) == (len > t), "a file only where it must be");
		ok(s->head.len <= t, "no more in memory than was said");
		ok(is_there(s, 0, len), "it is what it was");
		if (len <= t + 10)
			continue;
		ok(is_there(s, t - 10, 20), "across the threshold");
		ok(is_there(s, t, 1) && is_there(s, t - 1, 1),
		    "on both sides of it");
		ok(is_there(s, len - 1, 1), "its end");
	}
}

static void
check_over(struct spool *s)
{
	fill(s, 4096, MAX, 1000);
	spool_put(s, body, 1);
	is_int(s->state, SPOOL_OVER, "a byte too many");
	ok(s->fd < 0 && s->head.data == NULL, "nothing is kept of it");
	spool_put(s, body, 1);
	is_int(s->state, SPOOL_OVER, "that stays so");
	fill(s, 4096, 5000, 1000);
	is_int(s->state, SPOOL_GOOD, "until the next");
}

static void
check_failures(struct spool *s)
{
	struct rlimit old, small = { 100000, 100000 };
	const unsigned char *p;
	struct buf copy = { 0 };
	char why[256];

	ok(spool_check("/nowhere", why, sizeof(why)) < 0, "%s", why);
	ok(spool_check("/proc", why, sizeof(why)) < 0, "%s", why);
	is_int(spool_check(tap_dir(), why, sizeof(why)), 0, "a good folder");

	spool_begin(s, MAX, 4096, "/nowhere");
	spool_put(s, body, 4096);
	is_int(s->state, SPOOL_GOOD, "no folder is needed for a short one");
	spool_put(s, body, 1);
	is_int(s->state, SPOOL_FAILED, "but for a long one");

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	fill(s, 4096, SIZE, 65535);
	is_int(s->state, SPOOL_FAILED, "a file that can grow no more");
	ok(s->fd < 0 && s->head.data == NULL, "nothing is kept of it");
	setrlimit(RLIMIT_FSIZE, &old);

	fill(s, 4096, SIZE, 65535);
	is_int(ftruncate(s->fd, 1000), 0, "a file is cut short");
	is_int(spool_some(s, 200000, 10, &p), 0, "which is seen");
	ok(spool_all(s, 5000, 1000, &copy) == NULL, "by each way of reading");
	buf_free(&copy);
}

/* Neither a name in the folder, nor descriptors that are left open. */
static void
check_nameless(struct spool *s)
{
	int before, after, i;

	spool_free(s);
	before = dup(0);
	close(before);
	for (i = 0; i < 10; i++)
		fill(s, 4096, 5000, 5000);
	is_int(rmdir(tap_dir()), 0, "the folder is empty while it is used");
	spool_free(s);
	after = dup(0);
	close(after);
	is_int(after, before, "the file is closed");
}

int
main(void)
{
	struct spool s;
	size_t i;

	log_open("test", LOG_TO_STDERR, 0);
	for (i = 0; i < SIZE; i++)
		body[i] = (unsigned char)(random() >> 7);
	spool_init(&s);
	spool_put(&s, body, 1);
	is_int(s.state, SPOOL_OVER, "what has not begun takes nothing");
	check_whole(&s);
	check_over(&s);
	check_failures(&s);
	check_nameless(&s);
	return tap_done();
}
