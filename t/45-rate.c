/*
 * Sliding windows: how often something happened lately.
 */
#include <stdint.h>
#include <string.h>

#include "bridge-client/guard/rate.h"

#include "t/tap.h"

#define T	1800000000LL

static struct rate_limit
limit(uint8_t kind, unsigned char key, uint32_t most, int64_t window_s)
{
	struct rate_limit l = { .kind = kind, .most = most,
		.window_s = window_s };

	memset(l.key, key, sizeof(l.key));
	return l;
}

static void
test_window(void)
{
	const struct rate_limit two = limit(1, 'a', 2, 600);
	const struct rate_limit other = limit(1, 'b', 2, 600);
	const struct rate_limit kind = limit(2, 'a', 2, 600);
	const struct rate_limit never = limit(3, 'a', 0, 600);
	struct rate *r = rate_new(1000);

	is_int(rate_reserve(r, &never, 1, T), INT64_MAX, "none: never");
	is_int(rate_reserve(r, &two, 1, T), 0, "the first");
	is_int(rate_reserve(r, &two, 1, T + 100), 0, "the second");
	is_int(rate_reserve(r, &two, 1, T + 100), T + 600, "no third");
	is_int(rate_reserve(r, &two, 1, T + 599), T + 600, "nor a second less");
	is_int(rate_reserve(r, &other, 1, T + 100), 0, "another key");
	is_int(rate_reserve(r, &kind, 1, T + 100), 0, "another kind");
	is_int(rate_next(r, &two, 1, T + 600), 0, "asking counts nothing");
	is_int(rate_reserve(r, &two, 1, T + 600), 0, "after the window");
	is_int(rate_reserve(r, &two, 1, T + 600), T + 700, "again full");
	rate_release(r, &two, 1, T + 600);
	is_int(rate_reserve(r, &two, 1, T + 601), 0, "what was taken back");
	rate_release(r, &two, 1, T + 5);
	is_int(rate_reserve(r, &two, 1, T + 601), T + 700,
	    "taking back what was never there gives nothing");
	rate_free(r);
}

static void
test_several(void)
{
	struct rate_limit l[3];
	struct rate *r = rate_new(1000);

	l[0] = limit(1, 'a', 2, 600);
	l[1] = limit(1, 'a', 3, 86400);
	l[2] = limit(2, 'z', 1, 60);
	is_int(rate_reserve(r, l, 3, T), 0, "two windows and another key");
	is_int(rate_events(r), 2, "one event of a key, whatever its windows");
	is_int(rate_reserve(r, l, 3, T + 1), T + 60, "the other key is full");
	is_int(rate_events(r), 2, "all or nothing");
	is_int(rate_reserve(r, l, 2, T + 2), 0, "without it");
	is_int(rate_reserve(r, l, 2, T + 3), T + 600, "ten minutes are full");
	is_int(rate_reserve(r, l, 2, T + 700), 0, "the third of the day");
	is_int(rate_reserve(r, l, 2, T + 2000), T + 86400, "the day is full");
	rate_release(r, l, 2, T + 700);
	is_int(rate_reserve(r, l, 2, T + 2000), 0, "taken back once for both");
	rate_free(r);
}

/* The journal tells in its own order. */
static void
test_rebuilt(void)
{
	const struct rate_limit day = limit(1, 'a', 3, 86400);
	struct rate *r = rate_new(1000);

	rate_count(r, &day, 1, T - 100);
	rate_count(r, &day, 1, T - 90000);
	rate_count(r, &day, 1, T - 200);
	rate_count(r, &day, 1, T - 50);
	is_int(rate_next(r, &day, 1, T), T - 200 + 86400,
	    "remembered, sorted, the old one counts no more");
	rate_free(r);
}

static void
test_bounded(void)
{
	struct rate *r = rate_new(64);
	struct rate_limit l = limit(1, 0, 5, 600);
	int i, refused = 0;

	for (i = 0; i < 200; i++) {
		memcpy(l.key, &i, sizeof(i));
		if (rate_reserve(r, &l, 1, T + i / 100) != 0)
			refused++;
	}
	is_int(rate_events(r), 64, "no more than it may hold");
	is_int(refused, 136, "what does not fit is refused");
	is_int(rate_reserve(r, &l, 1, T + 700), 0, "old ones make room");
	ok(rate_events(r) < 64, "and are gone (%zu left)", rate_events(r));
	for (i = 0; i < 100000; i++) {
		memcpy(l.key, &i, sizeof(i));
		refused += rate_reserve(r, &l, 1, T + 1000 + i) != 0;
	}
	ok(rate_events(r) <= 64, "still bounded (%d refused)", refused);
	rate_free(r);
}

int
main(void)
{
	test_window();
	test_several();
	test_rebuilt();
	test_bounded();
	rate_free(NULL);
	return tap_done();
}
