/* The sealed part of a token, in the clear. */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/secret.h"
#include "lib/terms.h"
#include "t/tap.h"

static unsigned char packed[1024];

static void
fewest(struct terms *t)
{
	memset(t, 0, sizeof(*t));
	if (tel_parse(&t->destination, "+14155550100", 12, NULL) != 0)
		tap_note("no destination");
	snprintf(t->offeror, sizeof(t->offeror), "a@b.example");
	snprintf(t->account, sizeof(t->account), "default");
	memset(t->tag, 0x77, sizeof(t->tag));
}

static void
all_fields(struct terms *t)
{
	fewest(t);
	if (tel_parse(&t->destination, "sip:desk@example.com", 20, NULL) != 0
	    || tel_parse(&t->offeree, "+442079460123;ext=1", 19, NULL) != 0 ||
	    window_parse(&t->window, "Mon-Fri 09:00-17:00 Europe/Berlin", 33,
	    NULL) != 0)
		tap_note("no fields");
	snprintf(t->recipient, sizeof(t->recipient), "b@c.example");
	t->max_s = 1800;
	snprintf(t->reference, sizeof(t->reference), "Ticket \xe2\x82\xac 7");
	snprintf(t->lang, sizeof(t->lang), "de");
}

static size_t
pack(const struct terms *t)
{
	struct buf b;

	buf_over(&b, packed, sizeof(packed));
	terms_pack(t, &b);
	return buf_ok(&b) ? b.len : 0;
}

/* The format itself, so that it cannot move unnoticed. */
static void
test_bytes(void)
{
	static const unsigned char want[64] =
	    "\20\200"
	    "\33\24\25\125\120\20\17\0"
	    "\13" "\005\361\341\267\001\357\001\274"
	    "\167\167\167\167\167\167\167\167\167\167\167\167\167\167\167\167"
	    "\200";
	struct terms t;

	fewest(&t);
	is_int(pack(&t), 48, "the fewest fields: three blocks");
	is_mem(packed, want, 48, "their bytes");
}

#define REFUSED(change, what) do { \
	all_fields(&t); \
	change; \
	is_int(pack(&t), 0, "not packed: " what); \
} while (0)

static void
test_pack_refused(void)
{
	struct terms t;

	REFUSED(t.destination.kind = TEL_NONE, "no destination");
	REFUSED(t.offeror[0] = '\0', "no offeror");
	REFUSED(t.account[0] = '\0', "no account");
	REFUSED(memset(t.account, 'a', sizeof(t.account)),
	    "an account without end");
	REFUSED(memset(t.offeror, 'a', sizeof(t.offeror)),
	    "an offeror without end");
	REFUSED(memset(t.recipient, 'a', sizeof(t.recipient)),
	    "a recipient without end");
	REFUSED(memset(t.reference, 'a', sizeof(t.reference)),
	    "a reference without end");
	REFUSED(t.offeror[1] = '\r', "a control in an address");
	REFUSED(t.reference[0] = '\x80', "a reference that is not UTF-8");
	REFUSED(t.lang[0] = 'D', "a language in capitals");
	REFUSED(t.lang[1] = '\0', "a language of one letter");
	REFUSED(t.window.to_min = t.window.from_min, "hours that never come");
}

static void
test_round_trip(const struct terms *t, const char *what)
{
	struct terms back;
	size_t i, n = pack(t), good = 0;

	ok(n > 0 && n % 16 == 0, "%s: packed into whole blocks", what);
	for (i = 0; i < n; i++)
		good += terms_unpack(&back, tap_edge(packed, i), i) == 0;
	is_int(good, 0, "%s: refused when cut, at every length", what);
	memset(packed + n, 0, 16);
	ok(terms_unpack(&back, packed, n + 16) == -1,
	    "%s: refused with a block of zeros behind", what);
	is_int(terms_unpack(&back, tap_edge(packed, n), n), 0,
	    "%s: unpacked", what);
	is_mem(&back, t, sizeof(back), "%s: the same", what);
}

/* One bit more or less in `present` never gives the same length of fields. */
static void
test_present(void)
{
	struct terms t, back;
	size_t n;
	int i, good = 0;

	all_fields(&t);
	n = pack(&t);
	for (i = 0; i < 16; i++) {
		packed[(15 - i) / 8] ^= (unsigned char)(1 << i % 8);
		good += terms_unpack(&back, packed, n) == 0;
		packed[(15 - i) / 8] ^= (unsigned char)(1 << i % 8);
	}
	is_int(good, 0, "each bit of `present`, when changed, is refused");
	fewest(&t);
	n = pack(&t);
	for (i = 0; i < 16; i++) {
		packed[(15 - i) / 8] ^= (unsigned char)(1 << i % 8);
		good += terms_unpack(&back, packed, n) == 0;
		packed[(15 - i) / 8] ^= (unsigned char)(1 << i % 8);
	}
	is_int(good, 0, "where nothing is present, too");
	packed[0] = 0x20 | (packed[0] & 15);
	ok(terms_unpack(&back, packed, n) == -1, "version 2");
	packed[0] &= 15;
	ok(terms_unpack(&back, packed, n) == -1, "version 0");
}

/* Fields that are said to be present and are empty: another encoding of the
 * same terms, which nobody makes. */
static void
test_present_but_empty(void)
{
	static const struct {
		const char	*what;
		unsigned char	 bit;
		size_t		 len;
		char		 field[8];
		int		 want;
	} each[] = {
		{ "an empty recipient", 1, 1, "", -1 },
		{ "no offeree", 2, 1, "", -1 },
		{ "no window", 4, 1, "", -1 },
		{ "no longest duration", 8, 4, "", -1 },
		{ "an empty reference", 16, 1, "", -1 },
		{ "an empty language", 32, 2, "", -1 },
		{ "an empty account", 64, 1, "", -1 },
		{ "a language in capitals", 32, 2, "DE", -1 },
		{ "a language and a half", 32, 2, "d", -1 },
		{ "a language as it should be", 32, 2, "de", 0 },
		{ "a longest duration of 1 s", 8, 4, "\0\0\0\1", 0 },
	};
	unsigned char bytes[64];
	struct terms t, back;
	size_t i, n;

	fewest(&t);
	for (i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		is_int(pack(&t), 48, "the fewest");
		memset(bytes, 0, sizeof(bytes));
		n = 35;		/* before the padding */
		memcpy(bytes, packed, n);
		bytes[1] |= each[i].bit;
		memcpy(bytes + n, each[i].field, each[i].len);
		n += each[i].len;
		bytes[n++] = 0x80;
		n += (16 - n % 16) % 16;
		is_int(terms_unpack(&back, bytes, n), each[i].want, "%s",
		    each[i].what);
	}
}

static void
test_padding(void)
{
	struct terms t, back;
	size_t n;

	fewest(&t);
	snprintf(t.account, sizeof(t.account), "sales1234567890");
	n = pack(&t);
	ok(packed[n - 2] == 0x80 && packed[n - 1] == 0, "padded by two");
	packed[n - 1] = 1;
	ok(terms_unpack(&back, packed, n) == -1, "padding not of zeros");
	packed[n - 1] = 0x80;
	ok(terms_unpack(&back, packed, n) == -1, "two marks");
	packed[n - 1] = 0;
	packed[n - 2] = 0;
	ok(terms_unpack(&back, packed, n) == -1, "no mark");
	packed[n - 2] = 0x80;
	is_int(terms_unpack(&back, packed, n), 0, "put right again");
	/* Three more fill the blocks: a whole one of padding follows. */
	snprintf(t.account, sizeof(t.account), "sales1234567890abc");
	n = pack(&t);
	is_int(n, 64, "full blocks are padded by a whole one");
	ok(packed[48] == 0x80, "which begins with the mark");
	is_int(terms_unpack(&back, packed, n), 0, "and is read");
}

static void
test_tag(void)
{
	/* blake2b, 16 bytes, of "alice@example.com\0<1@example.com>" */
	static const unsigned char want[16] = {
		0x56, 0xdb, 0x38, 0x30, 0x95, 0xc1, 0xcb, 0x65, 0xb7, 0xcf,
		0x7e, 0xb9, 0xc9, 0x5f, 0x23, 0x4d
	};
	static const char *const same[] = {
		" <1@example.com>", "<1@example.com>\r\n", "1@example.com",
		"\r\n\t<1@example.com> (kept)", " 1@example.com ",
	};
	unsigned char tag[16];
	size_t i;

	terms_tag(tag, "alice@example.com", "<1@example.com>");
	is_mem(tag, want, 16, "the tag of a message");
	terms_tag(tag, "Alice@EXAMPLE.com", "<1@example.com>");
	is_mem(tag, want, 16, "the sender's case does not matter");
	terms_tag(tag, "alice@example.com", "<1@Example.com>");
	ok(memcmp(tag, want, 16) != 0, "the Message-ID's does");
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		terms_tag(tag, "alice@example.com", same[i]);
		is_mem(tag, want, 16, "what is around it does not (%zu)", i);
	}
	terms_tag(tag, "alice@example.com", "");
	ok(memcmp(tag, want, 16) != 0, "none");
}

int
main(void)
{
	struct terms t;

	if (secret_init() != 0)
		return 1;
	test_pack_refused();
	test_present();
	test_present_but_empty();
	test_padding();
	test_bytes();
	fewest(&t);
	test_round_trip(&t, "fewest");
	all_fields(&t);
	test_round_trip(&t, "all");
	test_tag();
	return tap_done();
}
