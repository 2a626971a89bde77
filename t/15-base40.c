/* Text packed three characters in two bytes: one text, one encoding. */

#include <stdlib.h>
#include <string.h>

#include "lib/base40.h"
#include "lib/buf.h"
#include "lib/scan.h"

#include "t/tap.h"

static void
test_fits(void)
{
	static const struct {
		const char	*text;
		int		 want;
	} cases[] = {
		{ "", 0 }, { "A", 0 }, { "a+b@c", 0 }, { "a b", 0 },
		{ "\xc3\xa9", 0 }, { "abz09.-@_", 1 }, { "a", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(base40_fits(cases[i].text, strlen(cases[i].text)),
		    cases[i].want, "\"%s\"", cases[i].text);
	ok(!base40_fits("a\0b", 3), "a NUL within");
}

static void
test_bytes(void)
{
	static const struct {
		const char	*text, *bytes;
		size_t		 len;
	} cases[] = {
		{ "a", "\x00", 1 }, { "_", "\x27", 1 },
		{ "ab", "\x00\x01", 2 }, { "__", "\x06\x3f", 2 },
		{ "abc", "\x00\x2a", 2 }, { "___", "\xf9\xff", 2 },
		{ "abcd", "\x00\x2a\x03", 3 },
	};
	unsigned char bytes[16];
	char back[16];
	struct scan s;
	struct buf b;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = strlen(cases[i].text);
		buf_over(&b, bytes, sizeof(bytes));
		base40_put(&b, cases[i].text, n);
		is_int(b.len, cases[i].len, "%s: its length", cases[i].text);
		is_mem(bytes, cases[i].bytes, b.len, "its bytes");
		scan_init(&s, tap_edge(bytes, b.len), b.len);
		base40_get(&s, back, n);
		ok(scan_done(&s), "which are read again");
		is_str(back, cases[i].text, "to the same");
	}
}

static void
test_refused(void)
{
	static const struct {
		const char	*what, *bytes;
		size_t		 len, n;
	} cases[] = {
		{ "a group of 40 x 40 x 40", "\xfa\x00", 2, 3 },
		{ "two of 40 x 40", "\x06\x40", 2, 2 },
		{ "one of 40", "\x28", 1, 1 },
		{ "a byte of two", "\x00", 1, 2 },
		{ "nothing", "", 0, 1 },
		{ "more than is said", "\x00\x2a\x00", 3, 3 },
	};
	char back[16];
	struct scan s;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scan_init(&s, tap_edge(cases[i].bytes, cases[i].len),
		    cases[i].len);
		base40_get(&s, back, cases[i].n);
		ok(!scan_done(&s), "%s", cases[i].what);
	}
}

int
main(void)
{
	test_fits();
	test_refused();
	test_bytes();
	return tap_done();
}
