/*
 * The scan: which texts of a message are wanted, where they lie, and which
 * structures are left alone.  Fed whole, and byte by byte.
 */

#include <stdio.h>
#include <string.h>

#include "milter/mime.h"
#include "t/tap.h"

/*
 * A message with LF here is fed with CRLF.  `want` lists the texts: p or h and
 * the content up to a bar; or "!" and the reason.
 */
struct case_ {
	const char	*name, *in, *want;
};

#define MULTI(kind, b) "Content-Type: multipart/" kind "; boundary=" b "\n\n"
#define PLAIN "Content-Type: text/plain\n\n"
#define HTML "Content-Type: text/html\n\n"

static const struct case_ cases[] = {
	/* nothing to be found, or nothing to be touched */
	{ "no text", "Content-Type: image/png\n\nx\n", "!no-text" },
	{ "a file", "Content-Type: text/plain; name=a.txt\n\nx\n",
	    "!no-text" },
	{ "a file by disposition", "Content-Disposition: attachment\n\nx\n",
	    "!no-text" },
	{ "a file by its name only",
	    "Content-Disposition: inline; filename*=utf-8''a\n\nx\n",
	    "!no-text" },
	{ "another text", "Content-Type: text/enriched\n\nx\n", "!no-text" },
	{ "a message", "Content-Type: message/rfc822\n\nSubject: x\n\ny\n",
	    "!no-text" },
	{ "a partial message", "Content-Type: message/partial; id=x\n\ny\n",
	    "!message" },
	{ "an external body",
	    "Content-Type: message/external-body; access-type=url\n\ny\n",
	    "!message" },
	{ "signed", MULTI("signed", "s") "--s\n" PLAIN "x\n--s--\n",
	    "!signed" },
	{ "signed below", MULTI("mixed", "m") "--m\n" MULTI("signed", "s")
	    "--s\n" MULTI("alternative", "a") "--a\n" PLAIN "x\n--a--\n--s--\n"
	    "--m--\n", "!signed" },
	{ "signed behind an alternative's first",
	    MULTI("alternative", "a") "--a\n" PLAIN "x\n--a\n"
	    MULTI("signed", "s") "--s\n" HTML "y\n--s--\n--a--\n", "!signed" },
	{ "encrypted", MULTI("encrypted", "e") "--e\n" PLAIN "x\n--e--\n",
	    "!encrypted" },
	{ "opaque and signed", "Content-Type: application/pkcs7-mime; "
	    "smime-type=signed-data\n\nx\n", "!signed" },
	{ "opaque", "Content-Type: application/x-pkcs7-mime\n\nx\n",
	    "!encrypted" },
	{ "a report", MULTI("report", "r") "--r\n" PLAIN "x\n--r--\n",
	    "!report" },
	{ "an answer to an invitation", MULTI("alternative", "a") "--a\n" PLAIN
	    "x\n--a\nContent-Type: text/calendar; method=REPLY\n\nx\n--a--\n",
	    "!calendar" },
	{ "two types", "Content-Type: text/plain\nContent-Type: text/html\n"
	    "\nx\n", "!ambiguous" },
	{ "two types of a part", MULTI("mixed", "m") "--m\n"
	    "Content-Type: text/plain\ncontent-type: text/html\n\nx\n--m--\n",
	    "!ambiguous" },
	{ "two encodings", "Content-Transfer-Encoding: 7bit\n"
	    "Content-Transfer-Encoding: base64\n\nx\n", "!ambiguous" },
	{ "two versions", "MIME-Version: 1.0\nMIME-Version: 1.0\n\nx\n",
	    "!ambiguous" },
	{ "a comment", "Content-Type: text/plain (text)\n\nx\n",
	    "!ambiguous" },
	{ "no subtype", "Content-Type: text\n\nx\n", "!ambiguous" },
	{ "two boundaries", "Content-Type: multipart/mixed; boundary=a; "
	    "boundary=b\n\n--a\n" PLAIN "x\n--a--\n", "!ambiguous" },
	{ "a boundary in pieces", "Content-Type: multipart/mixed; "
	    "boundary*0=a; boundary*1=b\n\n--ab\n" PLAIN "x\n--ab--\n",
	    "!ambiguous" },
	{ "a white space before a colon", MULTI("mixed", "m") "--m\n"
	    "Content-Type : text/html\n\nx\n--m--\n", "!ambiguous" },
	{ "a line that is no field", MULTI("mixed", "m") "--m\n"
	    "Content-Type: text/plain\nhello\n\nx\n--m--\n", "!ambiguous" },
	{ "a header without an end", MULTI("mixed", "m") "--m\n"
	    "Content-Type: text/plain\n--m\n" PLAIN "x\n--m--\n",
	    "!ambiguous" },
	{ "an encoded multipart", "Content-Transfer-Encoding: base64\n"
	    MULTI("mixed", "m") "--m\n" PLAIN "x\n--m--\n", "!ambiguous" },
	{ "an alternative that is a file", MULTI("alternative", "a") "--a\n"
	    PLAIN "x\n--a\nContent-Type: text/html; name=a.html\n\ny\n--a--\n",
	    "!ambiguous" },
	{ "an unknown encoding", "Content-Transfer-Encoding: x-uuencode\n\n"
	    "x\n", "!encoding" },
	{ "no boundary", "Content-Type: multipart/mixed\n\nx\n",
	    "!boundary" },
	{ "an empty boundary", MULTI("mixed", "\"\"") "--\n" PLAIN "x\n",
	    "!boundary" },
	{ "a boundary of 71", MULTI("mixed", "1234567890123456789012345678901"
	    "2345678901234567890123456789012345678901") "x\n", "!boundary" },
	{ "a boundary that ends in a space", MULTI("mixed", "\"m \"")
	    "--m\n" PLAIN "x\n--m--\n", "!boundary" },
	{ "the same boundary twice", MULTI("mixed", "m") "--m\n"
	    MULTI("alternative", "m") "--m\n" PLAIN "x\n--m--\n--m--\n",
	    "!boundary" },
	{ "a text without an end", MULTI("mixed", "m") "--m\n" PLAIN "x\n",
	    "!boundary" },
	{ "no end, and only a header", MULTI("mixed", "m") "--m\n"
	    "Content-Type: text/plain", "!boundary" },
	{ "nothing but a preamble", MULTI("mixed", "m") "x\n", "!no-text" },
	{ "a kind unknown", MULTI("form-data", "m") "--m\n" PLAIN
	    "x\n--m--\n", "!no-text" },
	{ "a digest", MULTI("digest", "m") "--m\n\nSubject: x\n\ny\n--m--\n",
	    "!no-text" },

	/* what is found */
	{ "no field at all", "\nx\n", "p x\n|" },
	{ "an empty body", "Subject: x\n\n", "p |" },
	{ "html", HTML "<p>\n", "h <p>\n|" },
	{ "case does not matter", "CONTENT-type: TEXT/Html; Charset=UTF-8\n\n"
	    "<p>\n", "h <p>\n|" },
	{ "alternative", MULTI("alternative", "a") "--a\n" PLAIN "x\n\n--a\n"
	    HTML "y\n--a--\n", "p x\n|h y|" },
	{ "others in an alternative", MULTI("alternative", "a") "--a\n" PLAIN
	    "x\n--a\nContent-Type: text/x-amp-html\n\nz\n--a\n" HTML
	    "y\n--a\nContent-Type: text/calendar; method=REQUEST\n\nz\n"
	    "--a--\n", "p x|h y|" },
	{ "mixed: the first text only", MULTI("mixed", "m") "--m\n" PLAIN
	    "x\n--m\n" PLAIN "y\n--m--\n", "p x|" },
	{ "mixed: what stands before it is passed", MULTI("mixed", "m")
	    "--m\nContent-Type: image/png\n\nz\n--m\n"
	    "Content-Type: text/plain; name=a.txt\n\nz\n--m\n" PLAIN
	    "x\n--m--\n", "p x|" },
	{ "mixed: a message is not entered", MULTI("mixed", "m") "--m\n"
	    "Content-Type: message/rfc822\n\n" PLAIN "z\n--m\n" PLAIN
	    "x\n--m--\n", "p x|" },
	{ "mixed over alternative", MULTI("mixed", "m") "--m\n"
	    MULTI("alternative", "a") "--a\n" PLAIN "x\n--a\n" HTML
	    "y\n--a--\n\n--m\n" PLAIN "z\n--m--\n", "p x|h y|" },
	{ "alternative over mixed", MULTI("alternative", "a") "--a\n" PLAIN
	    "x\n--a\n" MULTI("mixed", "m") "--m\n" HTML "y\n--m\n" HTML
	    "z\n--m--\n--a--\n", "p x|h y|" },
	{ "related: its first", MULTI("related", "r") "--r\n" HTML
	    "y\n--r\n" PLAIN "z\n--r--\n", "h y|" },
	{ "related: only its first", MULTI("related", "r") "--r\n"
	    "Content-Type: image/png\n\nz\n--r\n" HTML "y\n--r--\n",
	    "!no-text" },
	{ "related: the one it starts with",
	    "Content-Type: multipart/related; boundary=r; start=\"<b@c>\"\n\n"
	    "--r\n" PLAIN "z\n--r\nContent-ID: <b@c>\n" HTML "y\n--r--\n",
	    "h y|" },
	{ "related over alternative", MULTI("related", "r") "--r\n"
	    MULTI("alternative", "a") "--a\n" PLAIN "x\n--a\n" HTML
	    "y\n--a--\n--r--\n", "p x|h y|" },
	{ "alternative over related", MULTI("alternative", "a") "--a\n" PLAIN
	    "x\n--a\n" MULTI("related", "r") "--r\n" HTML "y\n--r\n"
	    "Content-Type: image/png\n\nz\n--r--\n--a--\n", "p x|h y|" },
	{ "preamble and epilogue", MULTI("mixed", "m") "--mm\nz\n--m\n" PLAIN
	    "x\n--m--\nz\n", "p x|" },
	{ "a boundary that begins another", MULTI("mixed", "m") "--m\n" PLAIN
	    "x\n--mn\n--m x\n-- m\n--m--x\n--m--\n",
	    "p x\n--mn\n--m x\n-- m\n--m--x|" },
	{ "white space behind a boundary", MULTI("mixed", "m") "--m \t\n" PLAIN
	    "x\n--m-- \n", "p x|" },
	{ "an outer boundary ends the inner", MULTI("mixed", "m") "--m\n"
	    MULTI("alternative", "a") "--a\n" PLAIN "x\n--m--\n", "p x|" },
	{ "a part without a header", MULTI("mixed", "m") "--m\n\nx\n--m--\n",
	    "p x|" },
	{ "an empty text", MULTI("mixed", "m") "--m\n" PLAIN "--m--\n",
	    "p |" },
	{ "a text of one empty line", MULTI("mixed", "m") "--m\n" PLAIN
	    "\n--m--\n", "p |" },
	{ "a boundary unquoted, with =", MULTI("mixed", "----=_P.1") "------=_P"
	    ".1\n" PLAIN "x\n------=_P.1--\n", "p x|" },
	{ "a boundary with spaces", MULTI("mixed", "\"a b\"") "--a b\n" PLAIN
	    "x\n--a b--\n", "p x|" },
	{ "a folded type", "Content-Type: multipart/mixed;\n\tboundary=m\n\n"
	    "--m\nContent-Type:\n text/plain;\n charset=utf-8\n\nx\n--m--\n",
	    "p x|" },
	{ "signed behind the text", MULTI("mixed", "m") "--m\n" PLAIN
	    "x\n--m\n" MULTI("signed", "s") "--s\n\nz\n--s--\n--m--\n",
	    "p x|" },
};

/* Feeds the header of `in`; gives the body, with CRLF, in `body`. */
static size_t
begin(struct mime *m, const char *in, char *body, size_t size)
{
	const char *p = in, *colon, *end;
	char value[512];
	size_t n = 0, len;

	mime_init(m);
	while (*p != '\n') {
		colon = strchr(p, ':');
		for (end = strchr(p, '\n'); end[1] == ' ' || end[1] == '\t';)
			end = strchr(end + 1, '\n');
		len = (size_t)(end - colon) - 1;
		memcpy(value, colon + 1, len);
		value[len] = '\0';
		mime_field(m, p, (size_t)(colon - p), value, len);
		p = end + 1;
	}
	mime_body(m);
	for (p++; *p != '\0' && n + 2 < size; p++) {
		if (*p == '\n')
			body[n++] = '\r';
		body[n++] = *p;
	}
	return n;
}

/* What was found, in the words of `want`. */
static const char *
told(const struct mime *m, const char *body, char *dst, size_t size)
{
	size_t i, j, n = 0;

	if (mime_end(m) != REASON_NONE) {
		snprintf(dst, size, "!%s", reason_word(mime_end(m)));
		return dst;
	}
	for (i = 0; i < m->n_leaves; i++) {
		dst[n++] = m->leaf[i].is_html ? 'h' : 'p';
		dst[n++] = ' ';
		for (j = m->leaf[i].at; j < m->leaf[i].end; j++)
			if (body[j] != '\r')
				dst[n++] = body[j];
		dst[n++] = '|';
	}
	dst[n] = '\0';
	return dst;
}

static void
check(const struct case_ *c)
{
	char body[2048], words[2048];
	struct mime m;
	size_t len, fed, used;

	len = begin(&m, c->in, body, sizeof(body));
	used = mime_feed(&m, tap_edge(body, len), len, 1);
	is_int(used, len, "%s: all is used", c->name);
	is_str(told(&m, body, words, sizeof(words)), c->want, "%s", c->name);

	begin(&m, c->in, body, sizeof(body));
	for (fed = 1; fed <= len && !mime_is_done(&m); fed++)
		(void)mime_feed(&m, (unsigned char *)body + m.at, fed - m.at,
		    0);
	if (!mime_is_done(&m))
		(void)mime_feed(&m, (unsigned char *)body + m.at, len - m.at,
		    1);
	is_str(told(&m, body, words, sizeof(words)), c->want,
	    "%s, byte by byte", c->name);
}

/* Row 24: bombs. */
static void
check_limits(void)
{
	char body[65536];
	struct mime m;
	size_t n = 0, i;
	int len;

	begin(&m, MULTI("mixed", "d0"), body, sizeof(body));
	for (i = 0; i < 30; i++) {
		len = snprintf(body + n, sizeof(body) - n, "--d%zu\r\n"
		    "Content-Type: multipart/mixed; boundary=d%zu\r\n\r\n", i,
		    i + 1);
		n += (size_t)len;
	}
	(void)mime_feed(&m, (unsigned char *)body, n, 1);
	is_int(mime_end(&m), REASON_LIMIT, "too deep");

	begin(&m, MULTI("mixed", "m"), body, sizeof(body));
	for (n = 0, i = 0; i < 1002; i++) {
		memcpy(body + n, "--m\r\nContent-Type: a/b\r\n\r\n", 26);
		n += 26;
	}
	(void)mime_feed(&m, (unsigned char *)body, n, 1);
	is_int(mime_end(&m), REASON_LIMIT, "too many parts");

	begin(&m, MULTI("mixed", "m"), body, sizeof(body));
	(void)mime_feed(&m, (const unsigned char *)"--m\r\n", 5, 0);
	memset(body, 'a', sizeof(body));
	body[4] = ':';
	for (i = 0; i < 3 && !mime_is_done(&m); i++) {
		static unsigned char big[3 * sizeof(body)];

		memset(big, 'a', sizeof(big));
		big[4] = ':';
		(void)mime_feed(&m, big, (i + 1) * sizeof(body), 0);
	}
	is_int(mime_end(&m), REASON_LIMIT, "a header too large");
}

/* Behind the last wanted text nothing is looked at. */
static void
check_done(void)
{
	static const struct {
		const char	*in;
		int		 is_done, has_tnef;
	} behind[] = {
		{ "", 0, 0 }, { "Content-Type: application/ms-tnef\n", 0, 0 },
		{ "Content-Type: application/ms-tnef; name=winmail.dat\n\n",
		    1, 1 },
		{ "Content-Type: Application/Vnd.MS-TNEF\n\n", 1, 1 },
		{ "Content-Type: a/b\n\n", 1, 0 },
		{ "no header\n\n", 1, 0 }, { "\n", 1, 0 },
		{ "Content-Type: a/b\n\n--m\nContent-Type: application/ms-tnef"
		    "\n\n", 1, 0 },
		{ "--m--\n\n", 1, 0 }, { "-", 0, 0 },
	};
	char body[512], in[512];
	struct mime m;
	size_t len, i;

	for (i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		snprintf(in, sizeof(in), MULTI("mixed", "m") "--m\n" PLAIN
		    "x\n--m\n%s", behind[i].in);
		len = begin(&m, in, body, sizeof(body));
		len -= mime_feed(&m, (unsigned char *)body, len, 0);
		is_int(mime_is_done(&m), behind[i].is_done,
		    "%zu: the rest can pass unseen, or not", i);
		is_int(m.has_tnef, behind[i].has_tnef, " winmail.dat");
		(void)mime_feed(&m, (unsigned char *)body + m.at, len, 1);
		is_int(mime_end(&m), REASON_NONE, " it is all the same");
		is_int(m.n_leaves, 1, " with its text");
	}
}

static void
check_leaf(void)
{
	static const char in[] = MULTI("mixed", "m") "--m\n"
	    "Content-Type: text/plain; charset=\"ISO-2022-JP\"; format=flowed\n"
	    "content-md5: abc\n\tdef\nContent-Transfer-Encoding: "
	    "Quoted-Printable \n\nx\n--m--\n";
	char body[512];
	struct mime m;
	size_t len = begin(&m, in, body, sizeof(body));

	(void)mime_feed(&m, (unsigned char *)body, len, 1);
	is_int(mime_end(&m), REASON_NONE, "a part with all fields");
	is_str(m.leaf[0].charset, "iso-2022-jp", "its charset");
	is_int(m.leaf[0].codec, CODEC_QP, "its encoding");
	is_int(m.leaf[0].is_root, 0, "not the whole body");
	is_mem(body + m.leaf[0].digest_at, "content-md5: abc\r\n\tdef\r\n",
	    m.leaf[0].digest_len, "its digest field");
	is_int(m.leaf[0].digest_len, 24, "with its fold");
}

/* Where a picture could go beside the HTML: in front of the bar, or around. */
static const struct {
	const char	*name, *in;
	int		 can_be_wrapped;
} seams[] = {
	{ "a page alone", "Content-Type: text/html\n\nx\n", 0 },
	{ "in an alternative", MULTI("alternative", "a") "--a\n" PLAIN "x\n"
	    "--a\n" HTML "x\n--a--\n", 1 },
	{ "in a mixed", MULTI("mixed", "m") "--m\n" HTML "x\n--m\n\n"
	    "--m--\n", 1 },
	{ "with its encoding, its id, and no file", MULTI("mixed", "m")
	    "--m\nContent-Disposition: inline\nContent-ID: <x>\n"
	    "Content-Transfer-Encoding: 8bit\n" HTML "x\n--m--\n", 1 },
	{ "with a field of the whole", MULTI("mixed", "m")
	    "--m\nContent-Location: x\n" HTML "x\n--m--\n", 0 },
	{ "binary", MULTI("mixed", "m")
	    "--m\nContent-Transfer-Encoding: binary\n" HTML "x\n--m--\n", 0 },
	{ "with a short boundary", MULTI("mixed", "=_call") "--=_call\n" HTML
	    "x\n--=_call--\n", 0 },
	{ "with a boundary that could be its beginning",
	    MULTI("mixed", "=_calloffer_01") "--=_calloffer_01\n" HTML "x\n"
	    "--=_calloffer_01--\n", 0 },
	{ "with a boundary of ours", MULTI("mixed", "=_calloffer_01a207d7-"
	    "cafb-7791-88af-4a2b49b0e00e") "--=_calloffer_01a207d7-"
	    "cafb-7791-88af-4a2b49b0e00e\n" HTML "x\n--=_calloffer_01a207d7-"
	    "cafb-7791-88af-4a2b49b0e00e--\n", 1 },
	{ "in a related", MULTI("related", "r") "--r\n" HTML "x\n|--r\n\n"
	    "--r--\n", 0 },
	{ "in a related that ends", MULTI("related", "r") "--r\n" HTML "x\n"
	    "|--r--\n", 0 },
	{ "in a related that names it", "Content-Type: multipart/related; "
	    "boundary=r; start=\"<h>\"\n\n--r\nContent-Type: image/png\n\n"
	    "--r\nContent-ID: <h>\n" HTML "x\n|--r--\n", 0 },
	{ "in a related in an alternative", MULTI("alternative", "a") "--a\n"
	    PLAIN "x\n--a\n" MULTI("related", "r") "--r\n" HTML "x\n|--r\n"
	    "\n--r--\n--a--\n", 0 },
	{ "in an alternative in a related", MULTI("related", "r") "--r\n"
	    MULTI("alternative", "a") "--a\n" HTML "x\n--a\n" PLAIN "x\n"
	    "--a--\n|--r\n\n--r--\n", 0 },
	{ "the inner of two", MULTI("related", "s") "--s\n"
	    MULTI("related", "r") "--r\n" HTML "x\n|--r\n\n--r--\n--s--\n",
	    0 },
	{ "in a related without an end", MULTI("mixed", "m") "--m\n"
	    MULTI("related", "r") "--r\n" MULTI("alternative", "a") "--a\n"
	    HTML "x\n--a--\n--m--\n", 0 },
};

static size_t
count_lines(const char *p)
{
	size_t n = 0;

	for (; *p != '\0'; p++)
		n += *p == '\n';
	return n;
}

static void
check_seams(void)
{
	char in[1024], body[1024];
	const struct leaf *l;
	const char *bar;
	struct mime m;
	size_t i, len;

	for (i = 0; i < sizeof(seams) / sizeof(seams[0]); i++) {
		bar = strchr(seams[i].in, '|');
		snprintf(in, sizeof(in), "%.*s%s", bar != NULL ?
		    (int)(bar - seams[i].in) : (int)strlen(seams[i].in),
		    seams[i].in, bar != NULL ? bar + 1 : "");
		len = begin(&m, in, body, sizeof(body));
		m.seeks_seam = 1;
		(void)mime_feed(&m, (unsigned char *)body, len, 1);
		is_int(mime_end(&m), REASON_NONE, "%s", seams[i].name);
		l = &m.leaf[0];
		if (!l->is_html && m.n_leaves > 1)
			l++;
		is_int(l->can_be_wrapped, seams[i].can_be_wrapped,
		    " a part around it, or not");
		if (bar == NULL) {
			is_int(l->seam, 0, " no place beside it");
			continue;
		}
		is_mem(body + l->seam, "--r", 3, " a delimiter");
		is_str(l->seam_boundary, "r", " its own");
		is_int(len - l->seam, strlen(bar + 1) +
		    count_lines(bar + 1), " the right one");
	}
}

static const struct {
	const char	*in, *charset;
} charsets[] = {
	{ "text/plain; charset=utf-8", "utf-8" },
	{ "text/plain; charset = \"UTF-8\" ;", "utf-8" },
	{ "text/plain; charset*=us-ascii'en'iso-8859%2d1", "iso-8859-1" },
	{ "text/plain; charset*0=iso-; charset*1=8859-1", "iso-8859-1" },
	{ "text/plain; x=1;; charset=utf-8; name*0*=a", "utf-8" },
	{ "text/plain; charset=\"utf-8", NULL },
	{ "text/plain; charset=utf-8; charset=utf-8", NULL },
	{ "text/plain; charset*1=a; charset*0=b", NULL },
	{ "text/plain; charset=a; charset*0=b", NULL },
	{ "text/plain; charset*=a", NULL },
	{ "text/plain; charset*=a''%zz", NULL },
	{ "text/plain; charset*=a''%2", NULL },
	{ "text/plain; us-ascii", NULL },
	{ "text/plain charset=utf-8", NULL },
	{ "text/plain; charset=utf-8 utf-9", NULL },
	{ "/plain", NULL },
	{ "text/", NULL },
};

static void
check_charsets(void)
{
	struct ctype t;
	size_t i, n;
	int rc;

	for (i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		n = strlen(charsets[i].in);
		rc = ctype_parse(&t, tap_edge(charsets[i].in, n), n);
		if (charsets[i].charset == NULL)
			is_int(rc, -1, "refused: %s", charsets[i].in);
		else if (is_int(rc, 0, "read: %s", charsets[i].in))
			is_str(t.charset, charsets[i].charset, " its charset");
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
	check_limits();
	check_done();
	check_leaf();
	check_seams();
	check_charsets();
	return tap_done();
}
