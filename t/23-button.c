/* What the button looks like, and where in a text it has its place. */

#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "milter/button.h"
#include "milter/html.h"
#include "milter/plain.h"
#include "t/tap.h"

/* The place is where the bar stands; none where there is no bar. */
static const struct place {
	const char	*name, *text;
} plain[] = {
	{ "inline PGP, signed", "Hi\n-----BEGIN PGP SIGNED MESSAGE-----\n\n" },
	{ "inline PGP", "-----BEGIN PGP MESSAGE-----\nx\n" },
	{ "inline PGP below a quote", "Hi\n\n> a\n\n-- \nx\n"
	    "-----BEGIN PGP MESSAGE-----\nx\n" },
	{ "PGP that is quoted", "Hi\n|\n> -----BEGIN PGP MESSAGE-----\n" },
	{ "PGP that is mentioned", "It begins with -----BEGIN PGP MESSAGE---"
	    "--\n|" },
	{ "nothing", "|" },
	{ "one line", "Hello\n|" },
	{ "no line end", "Hello|" },
	{ "empty lines at the end", "Hello\n|\n \n\n" },
	{ "a signature", "Hello\n|\n-- \nAlice\n" },
	{ "a signature right below", "Hello\n|-- \nAlice\n" },
	{ "a signature that lost its space", "Hello\n|--\nAlice\n" },
	{ "a signature alone", "|-- \nAlice\n" },
	{ "no signature", "a -- b\n--- c\n-- d\n---\n|" },
	{ "a quote below", "Hello\n|\n> a\n> b\n" },
	{ "a quote with its attribution",
	    "Hello\n|\nOn Mon, 23 Nov 2026, Bob wrote:\n> a\n\n> b\n" },
	{ "in German", "Hallo\n|\nAm 23.11.26 um 10:11 schrieb Bob:\n> a\n" },
	{ "in French", "Salut\n|\nLe 23/11/2026, Bob a \xc3\xa9" "crit :\n"
	    "> a\n" },
	{ "in Spanish", "Hola\n|\nEl 23/11/2026, Bob escribi\xc3\xb3:\n> a\n" },
	{ "unknown language", "Hello\n|\n2026-11-23 Bob <bob@x> kirjutas:\n"
	    "\n> a\n" },
	{ "wrapped", "Hello\n|\nOn Mon, 23 Nov 2026 at 10:11, Bob Example\n"
	    "<bob@example.com> wrote:\n> a\n" },
	{ "wrapped before the address", "Hello\n|\n2026-11-23 kirjutas Bob <\n"
	    "bob@x>:\n\n> a\n" },
	{ "no attribution", "Hello\n\nsee below:\n|\n> a\n" },
	{ "answered point by point", "> a\nyes\n> b\nno\n|" },
	{ "answered from below", "On Monday 1, Bob wrote:\n> a\n\nyes\n|\n"
	    "-- \nAlice\n" },
	{ "signature above the quote", "Hi\n|\n-- \nAlice\n\nOn 1, B wrote:\n"
	    "> a\n" },
	{ "quote above the signature", "Hi\n|\nOn 1, B wrote:\n> a\n\n-- \n"
	    "Alice\n" },
	{ "nothing but a quote", "|> a\n> b\n" },
	{ "Outlook", "Hi\n|\n-----Original Message-----\nFrom: Bob\n"
	    "Sent: Monday\n\na\n" },
	{ "Outlook in German", "Hi\n|\n-----Urspr\xfcngliche Nachricht-----\n"
	    "Von: Bob\n\na\n" },
	{ "a forwarded message", "Hi\n|\n---------- Forwarded message ------"
	    "---\nFrom: Bob\n\na\n" },
	{ "a heading", "----- Agenda -----\n1. Coffee\n|" },
	{ "a ruler of Outlook's", "Hi\n|\n________________________________\n"
	    "From: Bob <b@x>\nSent: Monday\n\na\n" },
	{ "a ruler", "Hi\n________________________________\nmore\n|" },
	{ "Outlook without a ruler", "Hi\n|\nFrom: Bob <b@x>\nSent: Monday\n"
	    "\na\n" },
	{ "a line that begins with From:", "From: Paris\nTo the sea\n|" },
	{ "Apple's", "Hi\n|\nBegin forwarded message:\n\n> From: Bob\n" },
	{ "attributed, not marked", "Hi\n|\nOn 23 Nov 2026, Bob wrote:\n\n"
	    "  a\n" },
	{ "a sentence that only looks so", "On 3 May I wrote:\n\nno more\n|" },
	{ "in Chinese",
	    "Hi\n|\nBob <b@x> \xe4\xba\x8e" "1\xef\xbc\x9a\n> a\n" },
	{ "in Chinese, in GBK", "Hi\n|\nBob <b@x> 1\xd0\xb4\xa3\xba\n> a\n" },
	{ "in Hebrew", "Hi\n|\n\xe2\x80\xab" "1 <b@x>\xe2\x80\x8f:"
	    "\xe2\x80\xac\n> a\n" },
	{ "a sentence with a verb", "On Monday I wrote: nothing\nbye\n|" },
}, html[] = {
	{ "ends in a comment", "<p>x</p><!-- y" },
	{ "ends in a comment that looks closed", "<p>x</p><!-- y -- >" },
	{ "ends in a script", "<p>x</p><script>y</scrip>" },
	{ "ends in a style", "<style>a{} </body>" },
	{ "ends in a title", "<title>x</body>" },
	{ "ends in a textarea", "<textarea></body></html>" },
	{ "ends in a tag", "<p>x</p><a href=\"x" },
	{ "ends in a tag's name", "<p>x</p></bod" },
	{ "ends in the beginning of a tag", "<p>x</p></" },
	{ "ends in a quoted value", "<p>x</p><a title='</body>" },
	{ "ends in what is not shown", "x<svg><a>y</a>" },
	{ "ends in plaintext", "x<plaintext></body>" },
	{ "ends in what its style hides",
	    "<p>x</p><div style='color:red;DISPLAY :none'>y<p>z</p></body>" },
	{ "ends in what its attribute hides", "x<div hidden><div>y</div>" },
	{ "a body that is hidden", "<body style=visibility:hidden>x</body>" },
	{ "a template that is not closed by a slash", "x<template/>y</body>" },
	{ "a script that hides its end", "<script><!-- <script></script>x" },
	{ "inline PGP", "<pre>-----BEGIN PGP MESSAGE-----\n</pre>" },
	{ "nothing", "|" },
	{ "no markup", "Hello|" },
	{ "a part of a page", "<div>Hi</div>\n|" },
	{ "a page", "<html><body><p>Hi</p>|</body></html>\n" },
	{ "upper case, and a space", "<BODY>Hi|</BODY ></HTML>" },
	{ "no end of body", "<body>Hi|</html>\n" },
	{ "two ends: the last", "<body>a</body><body>b|</body>" },
	{ "in a comment", "<!-- </body> --><p>Hi|</body><!-- </body> -->" },
	{ "in comments of all kinds", "<!--></body><!---></body><!-- --!>"
	    "a|</body><!x></body--></!-->" },
	{ "in raw text", "<title></body></title><style></body></style>"
	    "<script>'</body>'</script><textarea></body></textarea>Hi|</body>"
	    "<noscript></body></noscript>" },
	{ "in an attribute", "<p title=\"</body>\" id='</body>'>Hi|</body>" },
	{ "in what is not shown", "Hi|</body><template></body></template>"
	    "<svg><svg></svg></body></svg>" },
	{ "what is hidden, and over", "<div style=\"display: none\">x<div>y"
	    "</div></div><img hidden><svg/>Hi|</body>" },
	{ "what is hidden and empty", "<br hidden><hr hidden><input hidden>"
	    "<meta hidden><link hidden><wbr hidden><col hidden><area hidden>"
	    "<base hidden><embed hidden>Hi|</body>" },
	{ "what is hidden below the place", "<p>Hi</p>|<blockquote type=cite>"
	    "<div style=display:none>x</blockquote></body>" },
	{ "what is only about hiding", "<p style=\"display-none:x;display:"
	    "block\">Hi|</body>" },
	{ "conditional comments", "<!--[if mso]></body><![endif]-->Hi"
	    "<![if !mso]>x<![endif]>|</body>" },
	{ "less than", "1 < 2 <3|</body>" },
	{ "Gmail's quote", "<div>Hi</div><br>|<div class=\"gmail_quote\">"
	    "<div class=\"gmail_attr\">On Monday<br></div><blockquote>a"
	    "</blockquote></div></body>" },
	{ "Gmail's signature", "<div>Hi<br>|<div class=\"x gmail_signature\">"
	    "Alice</div></div><div class=gmail_quote>a</div>" },
	{ "Thunderbird's", "<body><p>Hi</p>|<div class=\"moz-cite-prefix\">On "
	    "1, B wrote:<br></div><blockquote type=\"cite\">a</blockquote>"
	    "<pre class=moz-signature>-- \nAlice</pre></body>" },
	{ "Thunderbird's, answered from below", "<body><div "
	    "class='moz-cite-prefix'>On 1, B wrote:</div><blockquote "
	    "type='cite'><p>a</p></blockquote><p>Yes</p>|<div "
	    "class='moz-signature'>Alice</div></body>" },
	{ "a quote within a quote", "<p>Hi</p>|<blockquote type=cite>a"
	    "<blockquote type=cite>b</blockquote>c</blockquote>&nbsp;<br>"
	    "</body>" },
	{ "an old Outlook's", "<div>Hi</div>|<div class=OutlookMessageHeader>"
	    "B</div><div>a</div></body>" },
	{ "Outlook's on the web", "<div>Hi</div>|<div id=\"appendonsend\">"
	    "</div><hr><div id=\"divRplyFwdMsg\">From: B</div><div>a</div>"
	    "</body>" },
	{ "with a ruler above", "<div>Hi</div>|<hr tabindex=-1><div id="
	    "divRplyFwdMsg>From: B</div><div>a</div></body>" },
	{ "Outlook's", "<p>Hi</p><div>|<div style='border:none;border-top:solid"
	    " #E1E1E1 1.0pt'><p><b>From:</b> B</p></div></div><p>a</p>"
	    "</body>" },
	{ "Yahoo's", "<div>Hi</div>|<div id=\"y1\" class=\"ydp12yahoo_quoted\">"
	    "a</div>" },
	{ "Apple's", "Hi<div><br>|<blockquote type=\"cite\"><div>On 1, B "
	    "wrote:</div>a</blockquote></div>" },
	{ "an attribution above", "<p>Hi</p>|<p>On 1, B wrote:</p><blockquote "
	    "type=cite>a</blockquote>" },
	{ "an attribution behind a block", "<div>Hi</div>|On 1, B wrote:"
	    "<blockquote type=cite>a</blockquote></body>" },
	{ "an attribution behind a table", "<table><tr><td>Hi</td></tr></table>"
	    "|On 1, B wrote:<blockquote type=cite>a</blockquote></body>" },
	{ "an attribution behind a quote", "<blockquote type=cite>a"
	    "</blockquote><p>Hi</p>|On 1, B wrote:<blockquote type=cite>a"
	    "</blockquote>" },
	{ "words with the class of an attribution", "<div "
	    "class=moz-cite-prefix>Hi:</div><div class=moz-cite-prefix>more"
	    "</div>|<div class=moz-cite-prefix>On 1, B wrote<br></div>"
	    "<blockquote type=cite>a</blockquote></body>" },
	{ "an attribution without a quote",
	    "<div class=moz-cite-prefix>Hi</div>|</body>" },
	{ "a signature by its delimiter", "Hi<br clear=all>|<p>-- <br>Alice"
	    "<div class=gmail_quote>a</div></body>" },
	{ "a signature by its delimiter, in a block", "<p>Hi</p>|<div>\n"
	    "--&nbsp;</div><div>Alice</div></body>" },
	{ "dashes in a line", "<p>Hi</p><p>-- <b>or</b> --</p><p>--x</p>|"
	    "</body>" },
	{ "a signature, an attribution, a quote", "<p>Hi</p>|<pre class="
	    "moz-signature>Alice</pre><p>On 1, B wrote:</p><blockquote type="
	    "cite>a</blockquote></body>" },
	{ "an image below a ruler", "<p>Hi</p><hr><img src=x>|<div "
	    "class=moz-signature>Alice</div></body>" },
	{ "an attribution below own words", "<p>Hi<br>|On 1, <a>B</a> wrote:"
	    "</p><br><blockquote type=cite>a</blockquote>" },
	{ "a quote in a row of a table", "<table><tr><td>Hi|</td></tr><tr "
	    "class=gmail_quote><td>a</td></tr></table></body>" },
	{ "a quote in a row, cells without end tags", "<table><tr><td>Hi|<tr "
	    "class=gmail_quote><td>a</table></body>" },
	{ "a quote in a cell", "<table><tr><th>Hi|</th><td class=gmail_quote>a"
	    "</td></tr></table></body>" },
	{ "a quote in the first row", "Hi|<table><tbody><tr class=gmail_quote>"
	    "<td>a</td></tr></table></body>" },
	{ "a table that is not closed",
	    "<table><tr><td>Hi|</td></tr></body></html>" },
	{ "a table right in a table", "<table><tr><td>Hi|</td><table><tr>"
	    "</body>" },
	{ "a table in a cell", "<table><tr><td><table><caption>x</caption>"
	    "</table>Hi|</body>" },
	{ "tables that are closed",
	    "<table><tr><td>Hi</table></table>|</body>" },
	{ "an attribution in a cell", "<p>Hi</p><table><tr><td>|On 1, B wrote:"
	    "</table><blockquote type=cite>a</blockquote></body>" },
	{ "an attribution alone", "<html><body bgcolor=white>|On 1, B wrote:"
	    "<blockquote type=cite>a</blockquote></body>" },
	{ "a quotation of the author's",
	    "<blockquote>a</blockquote>b|</body>" },
	{ "a class that only looks so", "<p class='not_gmail_quote'>a</p>"
	    "|</body>" },
};

/* The text without its bar, with CRLF; where the bar was. */
static size_t
prepare(const char *in, char *dst, size_t *bar)
{
	size_t n = 0;

	*bar = SIZE_MAX;
	for (; *in != '\0'; in++) {
		if (*in == '|') {
			*bar = n;
			continue;
		}
		if (*in == '\n')
			dst[n++] = '\r';
		dst[n++] = *in;
	}
	dst[n] = '\0';
	return n;
}

static void
check_plain(const struct place *p)
{
	struct plain_spot spot;
	char text[1024];
	size_t bar, len = prepare(p->text, text, &bar);
	int rc = plain_place(tap_edge(text, len), len, &spot);

	if (bar == SIZE_MAX) {
		is_int(rc, -1, "plain: %s: not to be touched", p->name);
		return;
	}
	is_int(rc, 0, "plain: %s", p->name);
	if (!is_int(spot.at, bar, " has its place"))
		tap_note("found before: %.30s", text + spot.at);
	is_int(spot.is_midline, bar > 0 && text[bar - 1] != '\n',
	    " at a line's beginning or not");
}

static void
check_html(const struct place *p)
{
	char text[1024];
	size_t bar, len = prepare(p->text, text, &bar);
	struct html_spot spot = { 0, 0 };
	enum html_result r = html_place(tap_edge(text, len), len, &spot);

	if (bar == SIZE_MAX) {
		ok(r != HTML_PLACED, "html: %s: no place", p->name);
		return;
	}
	is_int(r, HTML_PLACED, "html: %s", p->name);
	if (!is_int(spot.at, bar, " has its place"))
		tap_note("found before: %.40s", text + spot.at);
}

/* Letters that are a sheet in the middle: the button belongs there, too. */
static void
check_sheets(void)
{
#define CELL "<tr><td>Words</td></tr></table>"
	static const struct {
		const char	*text;
		int		 is_sheet;
	} pages[] = {
		{ "<p>Words</p>", 0 },
		{ "<table>" CELL, 0 },
		{ "<p align=center>Words</p>", 0 },
		{ "<p>Hi</p><table align=center>" CELL, 0 },
		{ "<table align=center>" CELL "<p>Alice</p>", 0 },
		{ "<table><tr><td align=center>Head</td></tr>" CELL, 0 },
		{ "<table><tr><td align=center>Head</td><td><table>" CELL
		    "</td></tr></table>", 0 },
		{ "<table align=center>" CELL "<div class=gmail_quote>x</div>",
		    0 },
		{ "<div style=display:none>Hi</div><table align=center>" CELL,
		    1 },
		{ "<center><table>" CELL "</center>", 1 },
		{ "<table style=\"margin: 0 auto\">" CELL, 1 },
		{ "<body><table width=\"100%\"><tr><td ALIGN=Center><table>"
		    CELL "</td></tr></table> <img src=x></body>", 1 },
		{ "<div style='text-align:center'><table>" CELL "</div>&nbsp;",
		    1 },
	};
	struct html_spot spot;
	size_t i, n;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		n = strlen(pages[i].text);
		spot.is_sheet = -1;
		is_int(html_place(tap_edge(pages[i].text, n), n, &spot),
		    HTML_PLACED, "a sheet? %.40s", pages[i].text);
		is_int(spot.is_sheet, pages[i].is_sheet, " or not");
	}
}

/* What Gmail would not show: the place is at the top then. */
static void
check_clipped(void)
{
	static const struct {
		const char	*before, *behind;
		size_t		 filler;
		int		 place;		/* -1: at the end */
	} pages[] = {
		{ "<html><head></head><body>", "</body></html>", 94900, -1 },
		{ "<html><head></head><body>", "</body></html>", 95100, 25 },
		{ "<html><head></head><body bgcolor=\">\">", "</body>", 95100,
		    37 },
		{ "<html><head><title>x</title></head>", "", 95100, 35 },
		{ "<html>", "", 95100, -1 },
		{ "<div>", "</div>", 95100, 0 },
		{ "<!DOCTYPE html><div>", "</div>", 95100, -1 },
		{ "<!DOCTYPE html><html><body>", "", 95100, 27 },
		{ "<div>", "</div>", 94900, -1 },
		{ "<!-- <body> --><head></head><!-- --><div>", "</div>", 95100,
		    28 },
		{ "<table><tr><td><body>", "</body>", 95100, -2 },
		{ "<body><p>Hi</p><div class=gmail_quote>", "</div></body>",
		    95100, 15 },
		{ "<div hidden><body></div>", "", 95100, 0 },
	};
	static char text[100000];
	struct html_spot spot;
	size_t i, n;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		n = (size_t)snprintf(text, sizeof(text), "%s",
		    pages[i].before);
		memset(text + n, 'x', pages[i].filler);
		n += pages[i].filler;
		snprintf(text + n, sizeof(text) - n, "%s", pages[i].behind);
		is_int(html_place((unsigned char *)text, strlen(text), &spot),
		    HTML_PLACED, "a page of %zu bytes", strlen(text));
		if (pages[i].place == -2)
			ok(spot.at != 0, "not in front of a table's cell");
		else if (pages[i].place == -1)
			ok(spot.at >= n, " its place is at its end");
		else
			is_int(spot.at, pages[i].place,
			    " its place is at its top");
	}
}

static void
check_gaps(void)
{
	static const struct {
		const char	*text;
		int		 before, after;
	} gaps[] = {
		{ "", 1, 1 }, { "a\n", 0, 1 }, { "a", 0, 1 },
		{ "a\n\n", 0, 1 }, { "a\n-- \nb\n", 0, 0 },
		{ "a\n\n-- \nb\n", 0, 1 }, { "-- \nb\n", 1, 0 },
		{ "\n\n-- \nb\n", 1, 1 },
	};
	struct plain_spot spot;
	size_t i, n;

	for (i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		n = strlen(gaps[i].text);
		is_int(plain_place((const unsigned char *)gaps[i].text, n,
		    &spot), 0, "gaps %zu", i);
		is_int(spot.has_gap_before, gaps[i].before, " before");
		is_int(spot.has_gap_after, gaps[i].after, " after");
	}
}

/* What may stand in any message: see milter/button.h. */
static const char *
fault(const char *text)
{
	const char *p, *end;

	for (p = text; *p != '\0'; p++)
		if ((*p < ' ' && *p != '\r' && *p != '\n') || *p > '~')
			return "not ASCII";
	for (p = text; *p != '\0'; p = end + 2) {
		end = strstr(p, "\r\n");
		if (end == NULL || end - p > 900)
			return "a long line, or the last one open";
		if (strchr(" >.", *p) != NULL || strncmp(p, "From ", 5) == 0 ||
		    strncmp(p, "--", 2) == 0 || (end > p && end[-1] == ' '))
			return "a line that could be something else";
	}
	return NULL;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
check_button(void)
{
	static const char *const langs[] = { "en", "de", "fr", "es", "it",
	    "nl", "pt", "ar", "he", "ja", "xx", "" };
	static const char url[] = "https://call.example.com/o/AQ";
	struct button b = { NULL, url,
	    "D\xc3\xb6" "e & <Co> \xf0\x9f\x93\x9e", NULL, NULL };
	struct buf out;
	size_t i;

	buf_init(&out, 16384);
	for (i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		b.lang = langs[i];
		buf_clear(&out);
		button_html(&b, &out);
		ok(fault(buf_cstr(&out)) == NULL, "%s: html: %s", langs[i],
		    fault(buf_cstr(&out)) != NULL ? fault(buf_cstr(&out)) :
		    "fits everywhere");
		is_int(count(buf_cstr(&out), url), 1, "one link");
		is_int(count(buf_cstr(&out), "<div"),
		    (long long)count(buf_cstr(&out), "</div"), "closed");
		ok(strstr(buf_cstr(&out),
		    "D&#246;e &#38; &#60;Co&#62; &#128222;") != NULL,
		    "the name, escaped");
		is_int(strstr(buf_cstr(&out), "dir=\"rtl\"") != NULL,
		    strcmp(langs[i], "ar") == 0 || strcmp(langs[i], "he") == 0,
		    "the direction of writing");
		buf_clear(&out);
		button_text(&b, &out);
		ok(fault(buf_cstr(&out)) == NULL, "text: %s",
		    fault(buf_cstr(&out)) != NULL ? fault(buf_cstr(&out)) :
		    "fits everywhere");
		ok(strstr(buf_cstr(&out), ":\r\nhttps://call.example.com/o/AQ"
		    "\r\n") != NULL, "the link is alone on its line");
	}
	buf_free(&out);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		check_plain(&plain[i]);
	for (i = 0; i < sizeof(html) / sizeof(html[0]); i++)
		check_html(&html[i]);
	check_clipped();
	check_sheets();
	check_gaps();
	check_button();
	return tap_done();
}
