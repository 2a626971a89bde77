/* Reading from outside, always right before a page that is not there. */

#include <string.h>

#include <sodium.h>

#include "lib/scan.h"

#include "t/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void
test_cursor(void)
{
	static const unsigned char bytes[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
		0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 'a', 'b',
	};
	char text[4];
	struct scan s;

	scan_init(&s, tap_edge(bytes, sizeof(bytes)), sizeof(bytes));
	is_int(scan_u8(&s), 0x01, "u8");
	is_int(scan_u16(&s), 0x0203, "u16");
	is_int(scan_u32(&s), 0x04050607, "u32");
	ok(scan_u64(&s) == UINT64_C(0xffeeddccbbaa9988), "u64");
	ok(!scan_done(&s), "bytes left over are no end");
	is_int(scan_left(&s), 2, "two are left");
	scan_str(&s, text, sizeof(text), 2);
	is_str(text, "ab", "a string");
	ok(scan_done(&s), "all read");
	is_int(scan_u8(&s), 0, "past the end: zero");
	ok(!scan_done(&s), "past the end: bad");
	ok(scan_bytes(&s, 0) == NULL, "and stays so, even for nothing");
}

static void
test_short(void)
{
	unsigned char copy[8];
	struct scan s;

	for (size_t n = 0; n < 8; n++) {
		scan_init(&s, tap_edge("\1\1\1\1\1\1\1\1", n), n);
		ok(scan_u64(&s) == 0 && !scan_done(&s), "u64 of %zu bytes", n);
		scan_init(&s, tap_edge("\1\1\1\1\1\1\1\1", n), n);
		memset(copy, 7, sizeof(copy));
		scan_copy(&s, copy, 8);
		ok(copy[0] == 0 && copy[7] == 0 && !scan_done(&s),
		    "copy of 8 from %zu bytes gives zeros", n);
	}
	scan_init(&s, tap_edge("", 0), 0);
	ok(scan_bytes(&s, SIZE_MAX) == NULL, "a length that would wrap");
	scan_init(&s, NULL, 0);
	ok(scan_done(&s) && scan_bytes(&s, 0) != NULL, "nothing from NULL");
}

static void
test_str(void)
{
	static const struct {
		const char *from;
		size_t n, size;
		int is_good;
	} cases[] = {
		{ "abc", 3, 4, 1 },
		{ "abc", 3, 3, 0 },
		{ "abc", 3, 0, 0 },
		{ "a\0c", 3, 4, 0 },
		{ "", 0, 1, 1 },
		{ "", 0, 0, 0 },
	};
	char text[8];
	struct scan s;

	for (size_t i = 0; i < N(cases); i++) {
		scan_init(&s, tap_edge(cases[i].from, cases[i].n), cases[i].n);
		scan_str(&s, text, cases[i].size, cases[i].n);
		is_int(scan_done(&s), cases[i].is_good, "string %zu", i);
		if (cases[i].size > 0)
			ok(strlen(text) < cases[i].size, "string %zu ends", i);
	}
}

static void
test_numbers(void)
{
	enum { UINT, DURATION, SIZE };
	static const struct {
		int kind;
		const char *s;
		uint64_t max;
		int result;
		uint64_t v;
	} cases[] = {
		{ UINT, "", 9, -1, 0 },
		{ UINT, "-1", 9, -1, 0 },
		{ UINT, "+1", 9, -1, 0 },
		{ UINT, " 1", 9, -1, 0 },
		{ UINT, "1 ", 9, -1, 0 },
		{ UINT, "0x1", 9, -1, 0 },
		{ UINT, "10", 9, -1, 0 },
		{ UINT, "9", 9, 0, 9 },
		{ UINT, "009", 9, 0, 9 },
		{ UINT, "0", 0, 0, 0 },
		{ UINT, "1", 0, -1, 0 },
		{ UINT, "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ UINT, "18446744073709551616", UINT64_MAX, -1, 0 },
		{ UINT, "99999999999999999999", UINT64_MAX, -1, 0 },
		{ DURATION, "", 99, -1, 0 },
		{ DURATION, "s", 99, -1, 0 },
		{ DURATION, "5x", 99, -1, 0 },
		{ DURATION, "5M", 999, -1, 0 },
		{ DURATION, "1h30m", 99999, -1, 0 },
		{ DURATION, "2m", 119, -1, 0 },
		{ DURATION, "2m", 120, 0, 120 },
		{ DURATION, "90", 90, 0, 90 },
		{ DURATION, "90s", 90, 0, 90 },
		{ DURATION, "2h", UINT64_MAX, 0, 7200 },
		{ DURATION, "7d", UINT64_MAX, 0, 604800 },
		{ DURATION, "2w", UINT64_MAX, 0, 1209600 },
		{ DURATION, "30500568904944w", UINT64_MAX, -1, 0 },
		{ SIZE, "k", 99, -1, 0 },
		{ SIZE, "1kb", 9999, -1, 0 },
		{ SIZE, "1k", 1023, -1, 0 },
		{ SIZE, "1k", 1024, 0, 1024 },
		{ SIZE, "64K", UINT64_MAX, 0, 65536 },
		{ SIZE, "10M", UINT64_MAX, 0, 10485760 },
		{ SIZE, "1G", UINT64_MAX, 0, 1073741824 },
		{ SIZE, "17179869184G", UINT64_MAX, -1, 0 },
		{ SIZE, "500", 500, 0, 500 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		size_t n = strlen(cases[i].s);
		const char *s = tap_edge(cases[i].s, n);
		uint64_t v = 77;
		int result = -2;

		switch (cases[i].kind) {
		case UINT:
			result = scan_uint(s, n, cases[i].max, &v);
			break;
		case DURATION:
			result = scan_duration(s, n, cases[i].max, &v);
			break;
		case SIZE:
			result = scan_size(s, n, cases[i].max, &v);
			break;
		}
		ok(result == cases[i].result &&
		    v == (result == 0 ? cases[i].v : 77),
		    "number %d \"%s\"", cases[i].kind, cases[i].s);
	}
}

static void
test_same(void)
{
	static const struct {
		const char *a, *b;
		int is_same;
	} cases[] = {
		{ "", "", 1 },
		{ "a", "", 0 },
		{ "Message-ID", "message-id", 1 },
		{ "ab", "ac", 0 },
		{ "[", "{", 0 },
		{ "@", "`", 0 },
		{ "\xc4", "\xe4", 0 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		size_t n = strlen(cases[i].a);

		is_int(scan_is(tap_edge(cases[i].a, n), n, cases[i].b),
		    cases[i].is_same, "\"%s\" is \"%s\"", cases[i].a,
		    cases[i].b);
	}
	ok(!scan_is_alpha(0xe4) && !scan_is_digit(0xb2) &&
	    !scan_is_space('\n') && scan_is_space('\t') &&
	    scan_lower(0xc4) == 0xc4, "ASCII only, whatever the locale");
	ok(scan_hex('0') == 0 && scan_hex('9') == 9 && scan_hex('a') == 10 &&
	    scan_hex('f') == 15 && scan_hex('A') == 10 && scan_hex('F') == 15,
	    "hexadecimal digits");
	ok(scan_hex('/') == -1 && scan_hex(':') == -1 && scan_hex('@') == -1 &&
	    scan_hex('G') == -1 && scan_hex('`') == -1 &&
	    scan_hex('g') == -1 && scan_hex('\0') == -1 &&
	    scan_hex(-1) == -1, "and no others");
}

static void
test_utf8(void)
{
	static const struct {
		const char *s;
		int is_good;
		const char *what;
	} cases[] = {
		{ "", 1, "nothing" },
		{ "Zo\xc3\xab", 1, "two bytes" },
		{ "\xe2\x82\xac", 1, "three bytes" },
		{ "\xf0\x9f\x93\x9e", 1, "four bytes" },
		{ "\xf4\x8f\xbf\xbf", 1, "U+10FFFF" },
		{ "\xf4\x90\x80\x80", 0, "above U+10FFFF" },
		{ "\xf5\x80\x80\x80", 0, "no such first byte" },
		{ "\xc0\xaf", 0, "overlong by two" },
		{ "\xc1\xbf", 0, "overlong by two, the last" },
		{ "\xe0\x9f\xbf", 0, "overlong by three" },
		{ "\xf0\x8f\xbf\xbf", 0, "overlong by four" },
		{ "\xed\xa0\x80", 0, "a surrogate" },
		{ "\xed\x9f\xbf", 1, "before the surrogates" },
		{ "\x80", 0, "a lone continuation" },
		{ "\xc3", 0, "cut after one" },
		{ "\xe2\x82", 0, "cut after two" },
		{ "\xf0\x9f\x93", 0, "cut after three" },
		{ "\xc3\x28", 0, "a false continuation" },
		{ "a\nb", 0, "a line feed" },
		{ "a\tb", 0, "a tab" },
		{ "a\x7f", 0, "DEL" },
		{ "\xc2\x85", 0, "NEL, of C1" },
		{ "\xc2\x9f", 0, "the last of C1" },
		{ "\xc2\xa0", 1, "after C1" },
		{ "\xe2\x80\xa8", 0, "line separator" },
		{ "\xe2\x80\xa9", 0, "paragraph separator" },
		{ "\xd8\x9c", 0, "U+061C" },
		{ "\xe2\x80\x8e", 0, "U+200E" },
		{ "\xe2\x80\x8f", 0, "U+200F" },
		{ "\xe2\x80\x8d", 1, "U+200D, of emoji" },
		{ "\xe2\x80\xaa", 0, "U+202A" },
		{ "\xe2\x80\xae", 0, "U+202E" },
		{ "\xe2\x80\xaf", 1, "U+202F" },
		{ "\xe2\x81\xa6", 0, "U+2066" },
		{ "\xe2\x81\xa9", 0, "U+2069" },
		{ "\xe2\x81\xa5", 1, "U+2065" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		size_t n = strlen(cases[i].s);

		is_int(scan_is_printable_utf8(tap_edge(cases[i].s, n), n),
		    cases[i].is_good, "UTF-8: %s", cases[i].what);
	}
	ok(!scan_is_printable_utf8(tap_edge("a\0b", 3), 3), "UTF-8: a NUL");
}

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* As libsodium reads it, once its alphabet is right. */
static int
is_read_alike(const char *p, size_t n)
{
	unsigned char ours[64], theirs[64];
	size_t len = 0;
	long got = scan_base64url(ours, sizeof(ours), p, n);

	if (!scan_is_base64url(p, n) || sodium_base642bin(theirs,
	    sizeof(theirs), p, n, NULL, &len, NULL, VARIANT) != 0)
		return got == -1;
	return got == (long)len && memcmp(ours, theirs, len) == 0;
}

static void
test_base64url(void)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char bytes[64], seed[32] = "seed";
	char text[96];
	int i, k, alike = 0, n_texts = 0;

	is_int(scan_base64url(bytes, 3, "_-8A", 4), 3, "four are three");
	is_mem(bytes, "\xff\xef\x00", 3, "which are these");
	is_int(scan_base64url(bytes, 2, "_-8A", 4), -1, "too many for it");
	is_int(scan_base64url(bytes, 2, "_-8", 3), 2, "three are two");
	is_int(scan_base64url(bytes, 2, "_-9", 3), -1, "with a bit left over");
	is_int(scan_base64url(bytes, 0, "", 0), 0, "of nothing nothing");
	is_int(scan_base64url(bytes, 64, "A", 1), -1, "one is none");
	randombytes_buf_deterministic(bytes, sizeof(bytes), seed);
	for (i = 0; i <= 64; i++, n_texts++) {
		sodium_bin2base64(text, sizeof(text), bytes, (size_t)i,
		    VARIANT);
		alike += is_read_alike(text, strlen(text));
	}
	for (i = 0; i < 256; i++)	/* each byte at each place of four */
		for (k = 0; k < 24; k++, n_texts++) {
			memcpy(text, "QUJDQUJDQUJD", 12);
			text[k % 12] = (char)i;
			alike += is_read_alike(text, 12 - (size_t)k / 12 * 2);
		}
	for (i = 0; i < 64 * 64; i++, n_texts++) {	/* what is left over */
		text[0] = alphabet[i / 64];
		text[1] = text[2] = alphabet[i % 64];
		alike += is_read_alike(text, 2) && is_read_alike(text, 3);
	}
	is_int(alike, n_texts, "%d texts are read as libsodium does", n_texts);
}

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	test_base64url();
	test_cursor();
	test_short();
	test_str();
	test_numbers();
	test_same();
	test_utf8();
	return tap_done();
}
