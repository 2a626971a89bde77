/*
 * Edits of a body, and texts put into encoded texts: what is not inserted
 * stays byte for byte, and decodes to what it was.
 */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "milter/charset.h"
#include "milter/codec.h"
#include "milter/splice.h"
#include "t/tap.h"

static const char *
result(const struct splice *s, const char *body)
{
	static char dst[256];
	struct splice_cursor at = { 0 };
	struct splice_piece p;
	size_t n = 0;

	while (splice_next(s, strlen(body), &at, &p)) {
		if (p.len == 0)
			return "an empty piece";
		memcpy(dst + n, p.bytes != NULL ? (const char *)p.bytes :
		    body + p.at, p.len);
		n += p.len;
	}
	dst[n] = '\0';
	return dst;
}

static void
check_splice(void)
{
	struct splice s;
	size_t i;
	int rc;

	splice_init(&s, 64);
	is_str(result(&s, "abcdef"), "abcdef", "no edit");
	is_str(result(&s, ""), "", "no body");
	is_int(splice_add(&s, 0, 0, "<", 1), 0, "in front");
	is_int(splice_add(&s, 2, 1, "XY", 2), 0, "in the middle");
	is_int(splice_add(&s, 3, 0, "Z", 1), 0, "right behind");
	is_int(splice_add(&s, 3, 2, "", 0), 0, "left out");
	is_int(splice_add(&s, 6, 0, ">", 1), 0, "at the end");
	is_str(result(&s, "abcdef"), "<abXYZf>", "five edits");
	is_int(splice_growth(&s), 2, "5 bytes inserted, 3 left out");
	is_int(splice_add(&s, 5, 0, "!", 1), -1, "not backwards");

	splice_clear(&s);
	is_int(splice_add(&s, 2, 2, "x", 1), 0, "an edit");
	is_int(splice_add(&s, 3, 0, "y", 1), -1, "not into another");
	splice_clear(&s);
	is_int(splice_add(&s, 4, 9, "x", 1), 0, "over the end");
	is_str(result(&s, "abcdef"), "abcdx", "what there is");

	splice_clear(&s);
	for (i = 0, rc = 0; i < SPLICE_MAX; i++)
		rc |= splice_add(&s, i, 0, "x", 1);
	is_int(rc, 0, "all edits");
	is_int(splice_add(&s, 99, 0, "x", 1), -1, "not one more");
	splice_clear(&s);
	is_int(splice_add(&s, 0, 0, "0123456789012345678901234567890123456789"
	    "0123456789012345678901234", 65), -1, "not over the ceiling");
	splice_free(&s);
}

static const struct {
	const char	*value;
	int		 codec;		/* -1: unknown */
} names[] = {
	{ "7bit", CODEC_PLAIN }, { " 8BIT ", CODEC_PLAIN },
	{ "binary", CODEC_PLAIN }, { "Quoted-Printable\r\n", CODEC_QP },
	{ "BASE64", CODEC_BASE64 }, { "", -1 }, { "x-uuencode", -1 },
	{ "7bit (plain)", -1 }, { "base 64", -1 }, { "base64, 7bit", -1 },
};

static const struct {
	enum codec	 codec;
	const char	*raw, *text;	/* NULL: refused */
} decoded[] = {
	{ CODEC_QP, "a=3Db=20\r\nc", "a=b \r\nc" },
	{ CODEC_QP, "a=\r\nb= \t\r\nc=\nd", "abcd" },
	{ CODEC_QP, "a=", "a" },
	{ CODEC_QP, "a= ", "a" },
	{ CODEC_QP, "a=zz=4", "a=zz=4" },
	{ CODEC_QP, "=c3=A9", "\xc3\xa9" },
	{ CODEC_QP, "a=\rb", "a=\rb" },
	{ CODEC_BASE64, "", "" },
	{ CODEC_BASE64, "YQ==", "a" },
	{ CODEC_BASE64, "YWI=\r\n", "ab" },
	{ CODEC_BASE64, "YW\r\nJ j\r\n\r\nZA==\r\n", "abcd" },
	{ CODEC_BASE64, "YQ", NULL },
	{ CODEC_BASE64, "YWI", NULL },
	{ CODEC_BASE64, "YQ=", NULL },
	{ CODEC_BASE64, "Y===", NULL },
	{ CODEC_BASE64, "====", NULL },
	{ CODEC_BASE64, "YQ==YQ==", NULL },
	{ CODEC_BASE64, "YW-j", NULL },
	{ CODEC_BASE64, "YWJj=", NULL },
};

static void
check_decoding(void)
{
	enum codec c;
	struct buf b;
	size_t i, n;
	int rc;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i].value);
		rc = codec_find(&c, tap_edge(names[i].value, n), n);
		is_int(rc == 0 ? (int)c : -1, names[i].codec, "encoding %zu",
		    i);
	}
	for (i = 0; i < sizeof(decoded) / sizeof(decoded[0]); i++) {
		n = strlen(decoded[i].raw);
		buf_init(&b, n + 3);
		rc = codec_decode(decoded[i].codec,
		    tap_edge(decoded[i].raw, n), n, &b);
		if (decoded[i].text == NULL)
			is_int(rc, -1, "refused: %zu", i);
		else if (is_int(rc, 0, "decoded: %zu", i))
			is_str(buf_cstr(&b), decoded[i].text, " its text");
		buf_free(&b);
	}
}

/* Raw texts into which everything is inserted, everywhere. */
static const struct {
	enum codec	 codec;
	const char	*raw;
} texts[] = {
	{ CODEC_PLAIN, "one\r\ntwo\r\n" },
	{ CODEC_QP, "" },
	{ CODEC_QP, "one\r\ntwo\r\n" },
	{ CODEC_QP, "one" },
	{ CODEC_QP, "one =\r\ntwo  three=20\r\n=3D=3d=\r\n=\r\n.four" },
	{ CODEC_QP, "ends soft=" },
	{ CODEC_QP, "ends soft=  " },
	{ CODEC_QP, "ends soft=\r\n" },
	{ CODEC_QP, "ends soft =\r\n \r\n" },
	{ CODEC_BASE64, "" },
	{ CODEC_BASE64, "YQ==" },
	{ CODEC_BASE64, "YWI=\r\n" },
	{ CODEC_BASE64, "YWJj\r\n" },
	{ CODEC_BASE64, "YWJjZGVmZ2hp\r\namts\r\nbW5vcA==\r\n" },
	{ CODEC_BASE64, "Y W\r\nJjZ\r\nGVmZ2hp" },
};

static const char *const inserts[] = {
	"\r\nHello\r\n",
	"Hello\r\n",
	"\r\n",
	"\r\n-- x\r\n--x\r\n.x\r\nFrom x\r\nx \r\n\t\r\n=3D\r\n",
	"https://call.example.com/o/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
	    "-_EBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA\r\n",
	"no line end",
};

static void
splice_raw(struct buf *dst, const struct codec_text *t,
    const struct codec_place *p, const struct buf *with)
{
	size_t next = p->raw + p->del;

	buf_put(dst, t->raw, p->raw);
	buf_put(dst, with->data, with->len);
	buf_put(dst, t->raw + next, t->raw_len - next);
}

/* Encoded lines: short, and none that could be something else. */
static const char *
fault(const struct codec_text *t, const struct buf *out)
{
	const char *p = buf_cstr((struct buf *)(uintptr_t)out), *end;

	if (t->codec == CODEC_PLAIN)
		return NULL;
	if (out->len < 2 || memcmp(p + out->len - 2, "\r\n", 2) != 0)
		if (t->codec == CODEC_QP)
			return "no line end";
	while (*p != '\0') {
		end = strstr(p, "\r\n");
		if ((end != NULL ? (size_t)(end - p) : strlen(p)) > 76)
			return "a line too long";
		if (strncmp(p, "--", 2) == 0 || *p == '.' ||
		    strncmp(p, "From ", 5) == 0)
			return "a line that could be something else";
		if (end != NULL && end > p &&
		    (end[-1] == ' ' || end[-1] == '\t'))
			return "white space at the end of a line";
		p = end != NULL ? end + 2 : p + strlen(p);
	}
	return NULL;
}

static int
insert_once(const struct codec_text *t, const struct codec_place *place,
    const char *what)
{
	const struct codec_text ins = { CODEC_PLAIN, NULL, 0,
	    (const unsigned char *)what, strlen(what) };
	struct buf out, raw, text, want;
	const char *why;
	int good;

	buf_init(&out, 4096);
	buf_init(&raw, 4096);
	buf_init(&text, 4096);
	buf_init(&want, 4096);
	codec_insert(t, place, &ins, &out);
	splice_raw(&raw, t, place, &out);
	if (t->codec == CODEC_PLAIN)
		buf_put(&text, raw.data, raw.len);
	else if (codec_decode(t->codec, raw.data, raw.len, &text) != 0)
		text.is_bad = 1;
	buf_put(&want, t->text, place->at);
	buf_str(&want, what);
	buf_put(&want, t->text + place->at, t->len - place->at);
	why = fault(t, &out);
	good = buf_ok(&text) && why == NULL && text.len == want.len &&
	    memcmp(text.data, want.data, want.len) == 0 &&
	    (place->del == 0 || t->codec == CODEC_BASE64);
	if (!good)
		tap_note("%s at %zu: %s", buf_cstr(&raw), place->at,
		    why != NULL ? why : "decodes to something else");
	buf_free(&out);
	buf_free(&raw);
	buf_free(&text);
	buf_free(&want);
	return good;
}

static void
check_inserting(void)
{
	struct codec_place place;
	struct codec_text t;
	struct buf b;
	size_t i, j, at, n;
	int good;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_init(&b, 4096);
		t.codec = texts[i].codec;
		t.raw = (const unsigned char *)texts[i].raw;
		t.raw_len = strlen(texts[i].raw);
		if (t.codec == CODEC_PLAIN)
			buf_str(&b, texts[i].raw);
		else if (codec_decode(t.codec, t.raw, t.raw_len, &b) != 0)
			b.is_bad = 1;
		t.text = (const unsigned char *)buf_cstr(&b);
		t.len = b.len;
		for (j = 0; j < sizeof(inserts) / sizeof(inserts[0]); j++) {
			good = buf_ok(&b);
			for (at = 0; good && at <= t.len; at++) {
				codec_find_place(&place, &t, at);
				n = strlen(inserts[j]);
				if (n % codec_grain(&t, &place) == 0)
					good = insert_once(&t, &place,
					    inserts[j]);
			}
			ok(good, "text %zu: insert %zu, everywhere", i, j);
		}
		buf_free(&b);
	}
}

/* Two that must look exactly so. */
static void
check_looks(void)
{
	static const unsigned char qp[] = "soft=\r\nline\r\n";
	static const unsigned char b64[] = "YWJjZGVmZ2hp\r\n";
	struct codec_text t = { CODEC_QP, qp, sizeof(qp) - 1,
	    (const unsigned char *)"softline\r\n", 10 };
	struct codec_text ins = { CODEC_PLAIN, NULL, 0,
	    (const unsigned char *)"\r\n=x\r\n", 6 };
	struct codec_place p;
	struct buf b;

	buf_init(&b, 100);
	codec_find_place(&p, &t, 4);
	codec_insert(&t, &p, &ins, &b);
	is_str(buf_cstr(&b), "\r\n=3Dx\r\n", "behind a soft break");
	is_int(p.raw, 7, "at the beginning of the line");
	buf_clear(&b);
	t = (struct codec_text){ CODEC_BASE64, b64, sizeof(b64) - 1,
	    (const unsigned char *)"abcdefghi", 9 };
	codec_find_place(&p, &t, 4);
	codec_insert(&t, &p, &ins, &b);
	is_str(buf_cstr(&b), "\r\nZA0KPXgNCmVm\r\n", "one quantum anew");
	is_int(p.raw, 4, "where it stood");
	is_int(p.del, 4, "and no other");
	codec_find_place(&p, &t, 5);
	is_int(codec_grain(&t, &p), 3, "behind it all stays aligned");
	codec_find_place(&p, &t, 6);
	is_int(codec_grain(&t, &p), 1, "in the last one nothing must");
	buf_free(&b);
}

static const struct {
	const char	*name, *text;
	size_t		 len;
	int		 kind;		/* -1: unknown */
	const char	*flat;		/* '_' for 0xff; NULL: refused */
} charsets[] = {
	{ "", "abc", 3, CHARSET_ASCII, "abc" },
	{ "UTF-8", "abc", 3, CHARSET_ASCII, "abc" },
	{ "utf-8", "\xef\xbb\xbfx", 4, CHARSET_ASCII, "x" },
	{ "iso-8859-15", "a", 1, CHARSET_ASCII, "a" },
	{ "windows-1252", "a", 1, CHARSET_ASCII, "a" },
	{ "gb18030", "a", 1, CHARSET_ASCII, "a" },
	{ "shift_jis", "a", 1, CHARSET_ASCII, "a" },
	{ "x-foo", "a", 1, -1, NULL },
	{ "unknown-8bit", "a", 1, -1, NULL },
	{ "utf-8x", "a", 1, -1, NULL },
	{ "ebcdic-us", "a", 1, -1, NULL },
	{ "hz-gb-2312", "a", 1, -1, NULL },
	{ "johab", "a", 1, -1, NULL },
	{ "iso-2022-jp", "a\x1b$B<<\x1b(Bb<", 11, CHARSET_ISO2022,
	    "a________b<" },
	{ "iso-2022-jp", "\x1b$B<<", 5, CHARSET_ISO2022, NULL },
	{ "iso-2022-jp", "\x1b$B<\x1b(B<", 8, CHARSET_ISO2022, NULL },
	{ "iso-2022-jp", "\x1b$B<<<\n\x1b(B", 10, CHARSET_ISO2022, NULL },
	{ "iso-2022-jp", "\x1b$(D<<\x1b(I<\x1b(Bb", 14, CHARSET_ISO2022,
	    "_____________b" },
	{ "iso-2022-jp", "\x1b(J<a\x1b(B", 8, CHARSET_ISO2022, "___<a___" },
	{ "iso-2022-jp-2", "\x1b.A\x1bNab", 7, CHARSET_ISO2022, "_______" },
	{ "iso-2022-kr", "\x1b$)C\r\n\x0e<<\x0f<", 11, CHARSET_ISO2022,
	    "____\r\n____<" },
	{ "iso-2022-kr", "\x0e<<", 3, CHARSET_ISO2022, NULL },
	{ "iso-2022-jp", "a\x1b", 2, CHARSET_ISO2022, NULL },
	{ "iso-2022-jp", "a\x1b(", 3, CHARSET_ISO2022, NULL },
	{ "iso-2022-jp", "a\x1b\r\n", 4, CHARSET_ISO2022, NULL },
	{ "utf-7", "a+ADw-b+-", 9, CHARSET_UTF7, "a____-b_-" },
	{ "utf-16", "\xff\xfe" "a\0<\0", 6, CHARSET_WIDE, "a<" },
	{ "utf-16", "\xfe\xff\0a\x30\x42", 6, CHARSET_WIDE, "a_" },
	{ "utf-16", "\0a", 2, -1, NULL },
	{ "utf-16le", "a\0\xe9\0", 4, CHARSET_WIDE, "a_" },
	{ "utf-16le", "\xfe\xff\0a", 4, -1, NULL },
	{ "utf-16be", "\0a", 2, CHARSET_WIDE, "a" },
	{ "utf-16be", "\0ab", 3, CHARSET_WIDE, NULL },
	{ "utf-32", "\xff\xfe\0\0a\0\0\0", 8, CHARSET_WIDE, "a" },
	{ "utf-32be", "\0\0\0a\0\1\0a", 8, CHARSET_WIDE, "a_" },
};

static void
check_charsets(void)
{
	unsigned char text[32];
	struct charset set;
	size_t i, flat, j;
	int rc;

	for (i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		memcpy(text, charsets[i].text, charsets[i].len);
		rc = charset_find(&set, charsets[i].name, text,
		    charsets[i].len);
		is_int(rc == 0 ? (int)set.kind : -1, charsets[i].kind,
		    "charset %zu: %s", i, charsets[i].name);
		if (rc != 0 || charsets[i].kind < 0)
			continue;
		rc = charset_flatten(&set, text + set.bom,
		    charsets[i].len - set.bom, &flat);
		if (charsets[i].flat == NULL) {
			is_int(rc, -1, " cannot be read");
			continue;
		}
		is_int(rc, 0, " is flattened");
		for (j = 0; j < flat; j++)
			if (text[set.bom + j] == 0xff)
				text[set.bom + j] = '_';
		text[set.bom + flat] = '\0';
		is_str((char *)text + set.bom, charsets[i].flat,
		    " to ASCII eyes");
	}
}

static void
check_wide(void)
{
	struct charset set;
	struct buf b;

	buf_init(&b, 64);
	is_int(charset_find(&set, "utf-16be", (const unsigned char *)"", 0),
	    0, "UTF-16");
	charset_put(&set, &b, "a\r\n", 3);
	is_mem(b.data, "\0a\0\r\0\n", 6, "big first");
	buf_clear(&b);
	is_int(charset_find(&set, "utf-32le", (const unsigned char *)"", 0),
	    0, "UTF-32");
	charset_put(&set, &b, "a", 1);
	is_mem(b.data, "a\0\0\0", 4, "small first");
	buf_clear(&b);
	is_int(charset_find(&set, "utf-7", (const unsigned char *)"", 0), 0,
	    "UTF-7");
	charset_put(&set, &b, "a+b", 3);
	is_str(buf_cstr(&b), "a+-b", "a plus is escaped");
	buf_free(&b);
}

/* A line is cut only where neither half can be taken for a boundary. */
static void
check_cuts(void)
{
	static const struct {
		enum codec	codec;
		const char	*before, *behind;
		int		may;
	} cases[] = {
		{ CODEC_PLAIN, "a\r\n--b", "c\r\n", 0 },
		{ CODEC_PLAIN, "--", "c", 0 },
		{ CODEC_PLAIN, "a", "--b\r\n", 0 },
		{ CODEC_QP, "a=\r\n--b", "</p>", 0 },
		{ CODEC_QP, "a", "--=20b", 0 },
		{ CODEC_QP, "a", "--=3D", 0 },
		{ CODEC_PLAIN, "a", "--=20\r\n", 0 },
		{ CODEC_QP, "a", "--=20\r\n", 1 },
		{ CODEC_QP, "a", "--=20=\r\nb", 1 },
		{ CODEC_QP, "a", "--=\r\n=20b", 1 },
		{ CODEC_QP, "a", "--=20", 1 },
		{ CODEC_PLAIN, "a", "--\r\nb", 1 },
		{ CODEC_PLAIN, "a\r\n-", "-b\r\n", 1 },
		{ CODEC_PLAIN, "a", "-- \r\n", 1 },
		{ CODEC_PLAIN, "-- a", "b", 1 },
		{ CODEC_PLAIN, "a\r\n", "--b\r\n", 1 },
		{ CODEC_PLAIN, "a\r\n--b", "\r\nc", 1 },
		{ CODEC_PLAIN, "a\r\n--b", "", 1 },
		{ CODEC_PLAIN, "", "--b", 1 },
		{ CODEC_PLAIN, "--b\r\na", "c", 1 },
		{ CODEC_QP, "a=\r\n", "--b", 1 },
		{ CODEC_BASE64, "LS0t", "LS0t", 1 },
	};
	struct codec_place place;
	struct codec_text t;
	struct buf raw, whole, head;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&raw, 64);
		buf_init(&whole, 64);
		buf_init(&head, 64);
		buf_str(&raw, cases[i].before);
		buf_str(&raw, cases[i].behind);
		t.codec = cases[i].codec;
		t.raw = raw.data;
		t.raw_len = raw.len;
		if (t.codec == CODEC_PLAIN ||
		    codec_decode(t.codec, (const unsigned char *)
		    cases[i].before, strlen(cases[i].before), &head) != 0 ||
		    codec_decode(t.codec, t.raw, t.raw_len, &whole) != 0)
			head.len = strlen(cases[i].before);
		t.text = t.codec == CODEC_PLAIN ? t.raw : whole.data;
		t.len = t.codec == CODEC_PLAIN ? t.raw_len : whole.len;
		codec_find_place(&place, &t, head.len);
		is_int(codec_may_cut(&t, &place), cases[i].may,
		    "cut %zu", i);
		buf_free(&raw);
		buf_free(&whole);
		buf_free(&head);
	}
}

int
main(void)
{
	check_cuts();
	check_splice();
	check_decoding();
	check_inserting();
	check_looks();
	check_charsets();
	check_wide();
	return tap_done();
}
