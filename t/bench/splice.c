/*
 * What it costs to keep a message as it comes, to find its texts, the place in
 * each, and to put the new message together with a button in them: beside the
 * least that any reader of MIME does (memchr() from line to line, and a look
 * for boundaries), and beside GMime, which parses, modifies and writes.
 *
 * Ours is what the milter does: the body comes in chunks, each is copied and
 * then scanned; the new body is a list of pieces, of which small ones are
 * gathered and large ones go to the socket from where they lie.  GMime reads
 * where the message lies, and writes to memory.
 *
 * The message: multipart/mixed of an alternative (plain and HTML, both
 * quoted-printable) and of a PDF in base64; once with the texts first, as mail
 * programs write it, and once with the PDF first, so that there is nothing
 * behind which the scan could end.  CPU time of this thread; no token is made.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gmime/gmime.h>

#include "milter/button.h"
#include "milter/graft.h"
#include "milter/mime.h"
#include "milter/splice.h"

#include "t/bench/tools/pairs.h"

#define ROUNDS	31
#define OUTER	"----=_outer_7f3a91c2"
#define INNER	"----=_inner_0b6e55d1"
#define CHUNK	65535		/* as libmilter gives the body */
#define SPARE	(64 * 1024)	/* by which the message may grow */

static const char header[] =
    "From: Alice Example <alice@example.com>\r\n"
    "To: Bob Builder <bob@example.net>\r\n"
    "Subject: The plan for the house by the lake\r\n"
    "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    "Message-ID: <20261123090000.1@example.com>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=\"" OUTER "\"\r\n"
    "\r\n";

static const struct button button = { "en",
    "https://call.example.com/o/AQFM-COdpm9bXwBrDSvDAaIHZm7Ednum7T7-wceCrA1B"
    "bGljZSBFeGFtcGxlAIAQBmE7yWZwo0tHDdTJdYtK_k-q5cpM0sV0Jkhvgw2OD27uUdrmGpqM"
    "TwWmEm54UtJOzLfMrGiK5LVPBbJnuJYEWlCgAy21H_AtXqYO-ODHkyMZh9jdZ3_v5Uc7q9uE"
    "bUDT6eD_KRQZfCczFkgr9CzoVUTulPCepDu_MkrleNUxcXN0cWDkPcsI_ObY9l4lvEZVuh_i"
    "_ZG5cdyqLws-qOy0AY8ZghAmC1aVtdvZ9zXoCHxa28NULEIsMrL51IzYSwA",
    "Alice Example", NULL, NULL };

struct mail {
	struct buf	 all;		/* header and body */
	unsigned char	*body;
	size_t		 body_len;
	unsigned char	*kept;		/* as it comes */
	size_t		 out_len;	/* of the new body */
	size_t		 out_size;	/* as much, and SPARE */
};

/* The message */

static void
put_texts(struct buf *b)
{
	static const char text[] = "Dear Bob, the plans which you asked for "
	    "are ready now, and I would be =\r\nglad to go through them with "
	    "you before the end of the week=2E=20\r\n";
	int i;

	buf_str(b, "--" OUTER "\r\nContent-Type: multipart/alternative;\r\n"
	    " boundary=\"" INNER "\"\r\n\r\n--" INNER "\r\n"
	    "Content-Type: text/plain; charset=\"utf-8\"\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	for (i = 0; i < 5; i++)
		buf_str(b, text);
	buf_str(b, "\r\n--=20\r\nAlice Example\r\n\r\n--" INNER "\r\n"
	    "Content-Type: text/html; charset=\"utf-8\"\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<html><head><title>Plan</title></head><body>\r\n");
	for (i = 0; i < 5; i++) {
		buf_str(b, "<p style=3D\"margin:0\">");
		buf_str(b, text);
		buf_str(b, "</p>\r\n");
	}
	buf_str(b, "<div class=3D\"moz-signature\">Alice Example</div>\r\n"
	    "</body></html>\r\n\r\n--" INNER "--\r\n\r\n");
}

static void
put_file(struct buf *b, size_t len)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
	    "qrstuvwxyz0123456789+/";
	size_t stop = b->len + len, i;
	char line[79];

	buf_str(b, "--" OUTER "\r\nContent-Type: application/pdf; "
	    "name=\"plan.pdf\"\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"plan.pdf\"\r\n\r\n");
	while (b->len < stop) {
		for (i = 0; i < 76; i++)
			line[i] = abc[random() % 64];
		memcpy(line + 76, "\r\n", 3);
		buf_str(b, line);
	}
	buf_str(b, "\r\n");
}

static void
make(struct mail *m, size_t size, int is_text_last)
{
	buf_init(&m->all, 2 * size + SPARE);
	buf_str(&m->all, header);
	if (!is_text_last)
		put_texts(&m->all);
	put_file(&m->all, size > 2600 ? size - 2600 : 0);
	if (is_text_last)
		put_texts(&m->all);
	buf_str(&m->all, "--" OUTER "--\r\n");
	if (!buf_ok(&m->all))
		err(1, NULL);
	m->body = m->all.data + sizeof(header) - 1;
	m->body_len = m->all.len - (sizeof(header) - 1);
	m->out_size = m->all.len + SPARE;
	m->kept = malloc(m->out_size);
	if (m->kept == NULL)
		err(1, NULL);
	memset(m->kept, 1, m->out_size);
}

/* Ours */

static void
read_header(struct mime *mime)
{
	const char *p = header, *colon, *end;

	mime_init(mime);
	for (; *p != '\r'; p = end + 2) {
		colon = strchr(p, ':');
		end = strstr(p, "\r\n");
		mime_field(mime, p, (size_t)(colon - p), colon + 1,
		    (size_t)(end - colon) - 1);
	}
	mime_body(mime);
}

static void
keep_and_scan(struct mime *mime, struct mail *m)
{
	size_t len = 0, n;

	while (len < m->body_len) {
		n = m->body_len - len < CHUNK ? m->body_len - len : CHUNK;
		memcpy(m->kept + len, m->body + len, n);
		len += n;
		if (!mime_is_done(mime) && len > mime->at)
			(void)mime_feed(mime, m->kept + mime->at,
			    len - mime->at, len == m->body_len);
	}
	if (mime_end(mime) != REASON_NONE || mime->n_leaves != 2)
		errx(1, "the texts are not found");
}

/* As the hooks send it. */
static void
hand_on(struct mail *m, const struct splice *s)
{
	static unsigned char gathered[CHUNK];
	struct splice_cursor at = { 0 };
	struct splice_piece p;

	m->out_len = 0;
	while (splice_next(s, m->body_len, &at, &p)) {
		if (p.len < CHUNK)
			memcpy(gathered, p.bytes != NULL ? p.bytes :
			    m->kept + p.at, p.len);
		m->out_len += p.len;
	}
	if (m->out_len < m->body_len + 1000)
		errx(1, "the buttons are missing");
}

static void
ours(struct mail *m)
{
	static struct mime mime;
	static struct splice s;
	struct graft g[2];
	size_t i;

	splice_init(&s, SPARE);
	read_header(&mime);
	keep_and_scan(&mime, m);
	for (i = 0; i < 2; i++)
		if (graft_place(&g[i], &mime.leaf[i],
		    m->kept + mime.leaf[i].at) != REASON_NONE)
			errx(1, "no place");
	for (i = 0; i < 2; i++)
		if (graft_apply(&g[i], &button, &s) != 0)
			errx(1, "no button");
	hand_on(m, &s);
	for (i = 0; i < 2; i++)
		graft_free(&g[i]);
	splice_free(&s);
}

/* The least that a reader of MIME does */

static size_t n_delimiters;

static void
line_scan(struct mail *m)
{
	const unsigned char *p = m->body, *end = p + m->body_len, *next;
	size_t n = 0, len;

	for (; p < end; p = next) {
		next = memchr(p, '\n', (size_t)(end - p));
		next = next != NULL ? next + 1 : end;
		len = (size_t)(next - p);
		if (p[0] != '-' || len < 2 || p[1] != '-')
			continue;
		n += (len > sizeof(OUTER) + 1 &&
		    memcmp(p + 2, OUTER, sizeof(OUTER) - 1) == 0) ||
		    (len > sizeof(INNER) + 1 &&
		    memcmp(p + 2, INNER, sizeof(INNER) - 1) == 0);
	}
	n_delimiters = n;
}

/* GMime */

/* A text's content with the button in the middle of it. */
static void
edit(GMimePart *part, const char *block, size_t block_len)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *text = g_mime_stream_mem_new();
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(
	    GMIME_STREAM_MEM(text));

	guint len, middle;

	g_mime_data_wrapper_write_to_stream(content, text);
	len = bytes->len;
	middle = len / 2;
	g_byte_array_set_size(bytes, len + (guint)block_len);
	memmove(bytes->data + middle + block_len, bytes->data + middle,
	    len - middle);
	memcpy(bytes->data + middle, block, block_len);
	g_mime_stream_reset(text);
	content = g_mime_data_wrapper_new_with_stream(text,
	    GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_part_set_content(part, content);
	g_object_unref(content);
	g_object_unref(text);
}

static void
visit(GMimeObject *parent, GMimeObject *part, gpointer n)
{
	static struct buf block[2];
	GMimeContentType *type = g_mime_object_get_content_type(part);
	int is_html;

	(void)parent;
	if (!GMIME_IS_PART(part) ||
	    !g_mime_content_type_is_type(type, "text", "*"))
		return;
	is_html = g_mime_content_type_is_type(type, "text", "html");
	if (block[is_html].len == 0) {
		buf_init(&block[is_html], SPARE);
		if (is_html)
			button_html(&button, &block[1]);
		else
			button_text(&button, &block[0]);
	}
	edit(GMIME_PART(part), (char *)block[is_html].data,
	    block[is_html].len);
	(*(int *)n)++;
}

static void
gmime(struct mail *m)
{
	GByteArray in = { m->all.data, (guint)m->all.len };
	GByteArray *out = g_byte_array_sized_new((guint)m->out_size);
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeStream *to = g_mime_stream_mem_new_with_byte_array(out);
	GMimeParser *parser;
	GMimeMessage *message;
	int n = 0;

	/* The stream reads our bytes where they are; none are copied. */
	g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), &in);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_persist_stream(parser, TRUE);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message == NULL)
		errx(1, "GMime does not parse it");
	g_mime_message_foreach(message, visit, &n);
	if (n != 2 || g_mime_object_write_to_stream((GMimeObject *)message,
	    NULL, to) < (ssize_t)m->body_len / 2)
		errx(1, "GMime does not write it");
	g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(to);
	g_object_unref(stream);
}

/* Rounds */

/* Seconds that one run takes, of as many as last for a while. */
static double
time_of(void (*side)(struct mail *), struct mail *m, size_t times)
{
	double t = pairs_cpu_s();
	size_t i;

	for (i = 0; i < times; i++)
		side(m);
	return (pairs_cpu_s() - t) / (double)times;
}

static void
compare(const char *name, size_t size, int is_text_last, const char *goal)
{
	static double our[ROUNDS], line[ROUNDS], peer[ROUNDS];
	char what[64], beside[80];
	struct mail m;
	size_t i, times = 20000000 / size + 1;

	make(&m, size, is_text_last);
	for (i = 0; i < ROUNDS; i++) {
		our[i] = time_of(ours, &m, times);
		line[i] = time_of(line_scan, &m, times);
		peer[i] = time_of(gmime, &m, times / 20 + 1);
	}
	snprintf(what, sizeof(what), "splice-%s%s", name, is_text_last ?
	    "-text-last" : "");
	pairs_say(&(struct pairs_line){ what, "line-scan", goal, 0 }, our,
	    line, ROUNDS);
	snprintf(beside, sizeof(beside), "%s-gmime", what);
	pairs_say(&(struct pairs_line){ beside, "gmime", ">=10", 1 }, our,
	    peer, ROUNDS);
	buf_free(&m.all);
	free(m.kept);
}

int
main(void)
{
	g_mime_init();
	compare("4k", 4 * 1024, 0, NULL);
	compare("50k", 50 * 1024, 0, NULL);
	compare("1m", 1024 * 1024, 0, "<=1.5");
	compare("20m", 20 * 1024 * 1024, 0, "<=1.7");
	compare("1m", 1024 * 1024, 1, "<=1.5");
	compare("20m", 20 * 1024 * 1024, 1, "<=1.7");
	return 0;
}
