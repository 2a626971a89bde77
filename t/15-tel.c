/* What can be rung: form, canonical text, packing, redaction. */

#include <string.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"
#include "t/tap.h"

static const char *const refused[] = {
	"", "+", "yes", "4420", "0044207946", "tel:+442079460123",
	"+123456", "+1234567890123456", "+0442079460123", "+44x2079460123",
	"+44/2079460123", "+442079460123,5", "+44 (0)20 7946 0123",
	"+44(0)2079460123", "++442079460123", " +442079460123",
	"+44\t2079460123", "+442079460123\n", "+44207\xd9\xa2" "9460123",
	"+442079460123;", "+442079460123;ext", "+442079460123;ext=",
	"+442079460123;ext=1a", "+442079460123;ext=1 2",
	"+442079460123;ext=12345678901", "+442079460123;isub=1",
	"+442079460123;ext=1;ext=2", "+442079460123;ext=1 ",
	"sip:", "sips:", "sip:example.com", "sip:@example.com", "sip:a@",
	"sip:a@b@c", "sip:a:secret@example.com", "sip:a@example.com;x=y",
	"sip:a@example.com?h=v", "sip:a b@example.com", "sip:a@exa mple.com",
	"sip:a&b@example.com", "sip:a/b@example.com", "sip:a,b@example.com",
	"sip:a%41@example.com", "sip:\xc3\xa4@example.com", "sip:<a@b.c>",
	"sip:a@-b.com", "sip:a@b-.com", "sip:a@b-", "sip:a@b..com",
	"sip:a@.com", "sip:a@com.", "sip:a@1.2.3", "sip:a@256.1.1.1",
	"sip:a@example.com:", "sip:a@example.com:0", "sip:a@example.com:65536",
	"sip:a@example.com:5060x", "sip:a@example.com:+1", "sip:a@[::1",
	"sip:a@[::g]", "sip:a@[::1]5060", "sip:a@::1", "sip:a@[1.2.3.4]",
	"sip:a@example.com\n", "http://a@example.com", "sipx:a@b.c",
	"sip :a@example.com", "SIP", "+(0)", "sip:a@[]", "sip:a@[::1]:",
	/* a label of 64 letters */
	"sip:a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
};

static const struct {
	const char	*in, *text, *ext, *redacted;
	enum tel_kind	 kind;
} good[] = {
	{ "+442079460123", "+442079460123", "", "+44...23", TEL_E164 },
	{ "+44 20-7946.0123", "+442079460123", "", "+44...23", TEL_E164 },
	{ "+1 (415) 555-0100", "+14155550100", "", "+14...00", TEL_E164 },
	{ "+1234567", "+1234567", "", "+12...67", TEL_E164 },
	{ "+123456789012345", "+123456789012345", "", "+12...45", TEL_E164 },
	{ "+442079460123;ext=42", "+442079460123", "42", "+44...23",
	    TEL_E164 },
	{ "+442079460123;EXT=0123456789", "+442079460123", "0123456789",
	    "+44...23", TEL_E164 },
	{ "sip:desk@example.com", "sip:desk@example.com", "",
	    "sip:d...@example.com", TEL_SIP },
	{ "SIP:Desk@Example.COM", "sip:Desk@example.com", "",
	    "sip:D...@example.com", TEL_SIP },
	{ "sips:a@b", "sips:a@b", "", "sips:a...@b", TEL_SIP },
	{ "sip:+442079460123@trunk.example:5062",
	    "sip:+442079460123@trunk.example:5062", "",
	    "sip:+...@trunk.example:5062", TEL_SIP },
	{ "sip:a@example.com:05060", "sip:a@example.com:5060", "",
	    "sip:a...@example.com:5060", TEL_SIP },
	{ "sip:a@192.0.2.1", "sip:a@192.0.2.1", "", "sip:a...@192.0.2.1",
	    TEL_SIP },
	{ "sip:a@[2001:DB8:0::1]:5060", "sip:a@[2001:db8::1]:5060", "",
	    "sip:a...@[2001:db8::1]:5060", TEL_SIP },
	{ "sip:a.b-c_d!e~f*g+h=i@x-y.example",
	    "sip:a.b-c_d!e~f*g+h=i@x-y.example", "", "sip:a...@x-y.example",
	    TEL_SIP },
};

static void
test_refused(void)
{
	struct tel t;
	const char *why;
	size_t i, n;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		n = strlen(refused[i]);
		why = NULL;
		if (tel_parse(&t, tap_edge(refused[i], n), n, &why) == 0)
			why = NULL;
		/* Some hold a newline: not to be shown. */
		ok(why != NULL && t.kind == TEL_NONE, "refused %zu: %s", i,
		    why != NULL ? why : t.text);
	}
	ok(tel_parse(&t, "+44207946\0" "0123", 13, &why) == -1,
	    "refused: a NUL within a number");
	ok(tel_parse(&t, "sip:a\0b@example.com", 19, &why) == -1,
	    "refused: a NUL within a user");
	ok(tel_parse(&t, "sip:a@exa\0mple.com", 18, &why) == -1,
	    "refused: a NUL within a host");
	ok(tel_parse(&t, "sip:a@[::1\0]", 12, &why) == -1,
	    "refused: a NUL within an address");
}

static void
round_trip(const struct tel *t, const char *name)
{
	struct tel back;
	struct buf b;
	struct scan s;
	size_t i;

	buf_init(&b, 1000);
	tel_pack(t, &b);
	ok(buf_ok(&b), "packed: %s", name);
	for (i = 0; i < b.len; i++) {
		scan_init(&s, tap_edge(b.data, i), i);
		tel_unpack(&back, &s);
		if (scan_done(&s) || back.kind != TEL_NONE)
			break;
	}
	is_int(i, b.len, "truncation refused at every length: %s", name);
	scan_init(&s, tap_edge(b.data, b.len), b.len);
	tel_unpack(&back, &s);
	ok(scan_done(&s) && tel_same(t, &back), "unpacked: %s", name);
	buf_free(&b);
}

static void
test_good(void)
{
	char redacted[TEL_REDACTED_SIZE];
	struct tel t;
	const char *why = "";
	size_t i, n;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		n = strlen(good[i].in);
		is_int(tel_parse(&t, tap_edge(good[i].in, n), n, &why), 0,
		    "read: %s (%s)", good[i].in, why);
		is_int(t.kind, good[i].kind, "kind");
		is_str(t.text, good[i].text, "canonical text");
		is_str(t.ext, good[i].ext, "extension");
		tel_redact(&t, redacted);
		is_str(redacted, good[i].redacted, "redacted");
		round_trip(&t, good[i].in);
	}
}

static void
test_longest(void)
{
	char text[160], redacted[TEL_REDACTED_SIZE];
	struct tel t;
	const char *why = "";
	size_t i;

	memcpy(text, "sip:u@", 6);
	for (i = 6; i < sizeof(text); i++)
		text[i] = i % 30 == 29 ? '.' : 'h';
	ok(tel_parse(&t, text, TEL_TEXT_MAX + 1, &why) == -1,
	    "one character too long is refused");
	is_int(tel_parse(&t, text, TEL_TEXT_MAX, &why), 0,
	    "the longest is read (%s)", why);
	tel_redact(&t, redacted);
	is_int(strlen(redacted), 8 + 80, "redacted, a long host is cut");
	round_trip(&t, "the longest");
}

static void
test_full(void)
{
	char full[TEL_FULL_SIZE], redacted[TEL_REDACTED_SIZE];
	struct tel a, b;

	ok(tel_parse(&a, "+442079460123;ext=42", 20, NULL) == 0 &&
	    tel_parse(&b, "+442079460123", 13, NULL) == 0, "two to compare");
	ok(!tel_same(&a, &b), "an extension makes a difference");
	ok(tel_same(&a, &a), "one is the same as itself");
	tel_full(&a, full);
	is_str(full, "+442079460123;ext=42", "full text with extension");
	tel_full(&b, full);
	is_str(full, "+442079460123", "full text without");
	memset(&a, 0, sizeof(a));
	tel_redact(&a, redacted);
	is_str(redacted, "-", "none, redacted");
	round_trip(&a, "none");
}

/* What packing never makes is not taken. */
static const struct {
	const char	*name;
	unsigned char	 bytes[24];
	size_t		 len;
} packed[] = {
	{ "kind 0 with a count", "\1", 1 },
	{ "kind 3", "\60", 1 },
	{ "six digits", "\26\22\64\126\0", 5 },
	{ "pad not f", "\27\22\64\126\160\0", 6 },
	{ "digit a", "\27\22\64\126\257\0", 6 },
	{ "first digit 0", "\27\2\64\126\177\0", 6 },
	{ "eleven digits of extension",
	    "\27\22\64\126\177\13\22\64\126\170\220\37", 12 },
	{ "SIP with low nibble 2", "\42\3a@b\0", 6 },
	{ "SIP with an extension", "\40\3a@b\1\37", 7 },
	{ "SIP with an extension's count", "\40\3a@b\1", 6 },
	{ "SIP not canonical", "\40\3a@B\0", 6 },
	{ "SIP of other form", "\40\1a\0", 4 },
	{ "SIP with a NUL", "\40\4a@b\0\0", 7 },
	{ "SIP with a scheme", "\40\7sip:a@b\0", 10 },
	{ "bytes left over", "\27\22\64\126\177\0\0", 7 },
};

static void
test_packed(void)
{
	struct tel t;
	struct scan s;
	size_t i;

	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		scan_init(&s, tap_edge(packed[i].bytes, packed[i].len),
		    packed[i].len);
		tel_unpack(&t, &s);
		ok(!scan_done(&s), "not taken: %s", packed[i].name);
	}
	scan_init(&s, "\27\22\64\126\177\0", 6);
	tel_unpack(&t, &s);
	ok(scan_done(&s), "but this is");
	is_str(t.text, "+1234567", "and says");
}

int
main(void)
{
	test_refused();
	test_packed();
	test_good();
	test_longest();
	test_full();
	return tap_done();
}
