/* Frames: what is cut, refused, and given back. */

#include <string.h>

#include "lib/buf.h"
#include "lib/frame.h"
#include "t/tap.h"

static const struct {
	const char		*name;
	unsigned char		 bytes[16];
	size_t			 len;
	enum frame_result	 want;
} cases[] = {
	{ "length 0", "\0\0\0\0", 4, FRAME_BAD },
	{ "length 4: no room for a verb", "\0\0\0\4", 4, FRAME_BAD },
	{ "length FRAME_MAX + 1", "\0\1\0\1", 4, FRAME_BAD },
	{ "length 2^32 - 1", "\377\377\377\377", 4, FRAME_BAD },
	{ "text of another protocol", "GET / HTTP/1.1", 14, FRAME_BAD },
	{ "nothing", "", 0, FRAME_MORE },
	{ "three bytes of length", "\0\0\0", 3, FRAME_MORE },
	{ "the longest, yet to come", "\0\1\0\0", 4, FRAME_MORE },
	{ "one byte short", "\0\0\0\6\0\0\0\1\2", 9, FRAME_MORE },
	{ "empty body", "\0\0\0\5\0\0\0\1\2", 9, FRAME_WHOLE },
	{ "one of body", "\0\0\0\6\0\0\0\1\2x", 10, FRAME_WHOLE },
	{ "and the next begun", "\0\0\0\5\0\0\0\1\2\0", 10, FRAME_WHOLE },
};

static void
test_cases(void)
{
	struct frame f;
	size_t i, used;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(frame_next(&f, tap_edge(cases[i].bytes, cases[i].len),
		    cases[i].len, &used), cases[i].want, "%s", cases[i].name);
}

static void
test_round_trip(void)
{
	struct buf b;
	struct frame f;
	size_t i, used = 0;
	enum frame_result r = FRAME_BAD;

	buf_init(&b, 1000);
	frame_put(&b, 0xfedcba98, 66, "first", 5);
	frame_put(&b, 7, 1, NULL, 0);
	ok(buf_ok(&b), "two frames fit");
	for (i = 0; i < 14; i++) {
		r = frame_next(&f, tap_edge(b.data, i), i, &used);
		if (r != FRAME_MORE)
			break;
	}
	is_int(i, 14, "more is wanted at each length short of the first");
	is_int(frame_next(&f, b.data, b.len, &used), FRAME_WHOLE, "first");
	is_int(used, 14, "its length");
	is_int(f.id, 0xfedcba98, "its id");
	is_int(f.verb, 66, "its verb");
	is_int(f.len, 5, "its body's length");
	is_mem(f.body, "first", 5, "its body");
	buf_drain(&b, used);
	is_int(frame_next(&f, b.data, b.len, &used), FRAME_WHOLE, "second");
	is_int(used, b.len, "all used");
	is_int(f.id, 7, "its id");
	is_int(f.len, 0, "no body");
	buf_free(&b);
}

static void
test_ceiling(void)
{
	static unsigned char body[FRAME_MAX];
	struct frame f;
	struct buf b;
	size_t used = 0;

	buf_init(&b, 2 * FRAME_MAX);
	frame_put(&b, 1, 1, body, FRAME_MAX - 4);
	ok(!buf_ok(&b), "a body over the ceiling makes the buffer bad");
	buf_clear(&b);
	frame_put(&b, 1, 1, body, FRAME_MAX - 5);
	ok(buf_ok(&b), "the longest body fits");
	is_int(frame_next(&f, b.data, b.len, &used), FRAME_WHOLE,
	    "and is read back");
	is_int(f.len, FRAME_MAX - 5, "whole");
	buf_free(&b);
}

int
main(void)
{
	test_cases();
	test_ceiling();
	test_round_trip();
	return tap_done();
}
