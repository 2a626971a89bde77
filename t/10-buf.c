/* The growing buffer: its ceiling, its memory of a failure, its numbers. */

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#include "t/tap.h"

static void
test_ceiling(void)
{
	static const struct {
		size_t max, first, second;
		int is_ok;
		size_t len;
	} cases[] = {
		{ 0, 0, 0, 1, 0 },
		{ 0, 1, 0, 0, 0 },
		{ 4, 4, 0, 1, 4 },
		{ 4, 5, 0, 0, 0 },
		{ 4, 3, 2, 0, 3 },
		{ 64, 63, 1, 1, 64 },
		{ 64, 64, 1, 0, 64 },
		{ 1000, 64, 936, 1, 1000 },
		{ 1000, 64, 937, 0, 64 },
		{ SIZE_MAX, 100, 100, 1, 200 },
	};
	static const char bytes[1000];
	struct buf b;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&b, cases[i].max);
		buf_put(&b, bytes, cases[i].first);
		buf_put(&b, bytes, cases[i].second);
		is_int(buf_ok(&b), cases[i].is_ok, "case %zu: ok", i);
		is_int(b.len, cases[i].len, "case %zu: length", i);
		buf_free(&b);
	}
}

static void
test_failure_stays(void)
{
	struct buf b;

	buf_init(&b, 3);
	buf_str(&b, "abcd");
	buf_u8(&b, 1);
	buf_printf(&b, "%d", 1);
	ok(!buf_ok(&b), "a failure is remembered");
	is_int(b.len, 0, "and nothing is appended after it");
	ok(buf_room(&b, 1) == NULL, "nor is there room");
	is_str(buf_cstr(&b), "", "a bad buffer has no text");
	buf_clear(&b);
	buf_str(&b, "abc");
	ok(buf_ok(&b), "clearing forgets the failure");
	is_str(buf_cstr(&b), "abc", "and the buffer works again");
	buf_room(&b, SIZE_MAX);
	ok(!buf_ok(&b), "a size that would overflow is refused");
	buf_free(&b);
	buf_free(&b);
	buf_free(NULL);
	ok(buf_ok(&b), "freed twice, and as new");
}

/* Of every length, where there is room already and where there is none. */
static void
test_printf(void)
{
	char text[201];
	struct buf b;
	int n, before, n_bad = 0;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (before = 0; before < 70; before++)
		for (n = 0; n <= 130; n++) {
			buf_init(&b, 130);
			buf_put(&b, text, (size_t)before);
			buf_printf(&b, "%.*s|", n, text);
			n_bad += buf_ok(&b) != (before + n < 130) ||
			    (buf_ok(&b) && (b.len != (size_t)(before + n + 1) ||
			    memcmp(b.data, text, b.len - 1) != 0 ||
			    b.data[b.len - 1] != '|'));
			buf_free(&b);
		}
	is_int(n_bad, 0, "formatted text of each length, or a failure");
}

static void
test_content(void)
{
	static const unsigned char want[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
		0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 'x', '4', '2',
	};
	unsigned char *p;
	struct buf b;
	size_t n;

	buf_init(&b, 1000);
	is_str(buf_cstr(&b), "", "an empty buffer is an empty string");
	buf_u8(&b, 0x01);
	buf_u16(&b, 0x0203);
	buf_u32(&b, 0x04050607);
	buf_u64(&b, UINT64_C(0xffeeddccbbaa9988));
	buf_str(&b, "x");
	buf_printf(&b, "%d", 42);
	is_int(b.len, sizeof(want), "length of all fields");
	is_mem(b.data, want, sizeof(want), "numbers are big-endian");
	buf_drain(&b, 15);
	is_str(buf_cstr(&b), "x42", "drained from the front");
	buf_drain(&b, 3);
	is_int(b.len, 0, "drained to nothing");
	p = buf_room(&b, 5);
	memcpy(p, "hello", 5);
	buf_grown(&b, 4);
	is_str(buf_cstr(&b), "hell", "only what was committed counts");
	buf_grown(&b, 5000);
	ok(!buf_ok(&b), "more than there was room for is refused");
	buf_clear(&b);
	buf_str(&b, "mine");
	p = buf_take(&b, &n);
	is_int(n, 4, "taken: the length");
	is_mem(p, "mine", 4, "taken: the bytes");
	ok(b.data == NULL && b.len == 0, "the buffer is empty after it");
	free(p);
}

static void
test_over(void)
{
	unsigned char mine[4];
	struct buf b;

	buf_over(&b, mine, sizeof(mine));
	buf_str(&b, "abc");
	ok(buf_ok(&b) && b.data == mine, "writes into the caller's memory");
	is_str(buf_cstr(&b), "abc", "with room for the NUL");
	buf_u8(&b, 'd');
	ok(!buf_ok(&b), "and not beyond it");
}

int
main(void)
{
	test_ceiling();
	test_failure_stays();
	test_printf();
	test_content();
	test_over();
	return tap_done();
}
