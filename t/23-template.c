/*
 * The templates of the button: what is refused and where, what is taken from
 * the one that is shipped, and a folder of them.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "milter/button.h"
#include "milter/markup.h"
#include "milter/template.h"
#include "t/tap.h"

static char why[512];

#define LINK "<a href=\"{url}\">{icon}{label}</a>"
#define HTML(inner) "[html]\n<div dir=\"{direction}\">" inner "</div>\n"
#define GOOD HTML(LINK " {caption}")
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X100 X50 X50

static const struct {
	const char	*text, *why;
} faults[] = {
	{ "hello\n", "1: a section must come first" },
	{ "# x\n\n[pdf]\n", "3: a section is [html]" },
	{ "[DE]\n", "1: a section is" },
	{ "[de] \n[de]\n", "2: the language stands there twice" },
	{ "[text]\n{text}\n{url}\n[text]\n", "4: [text] stands there twice" },
	{ "[html]\n[html]\n", "2: [html] stands there twice" },
	{ "[en]\nCall me\n", "2: no \"key = text\"" },
	{ "[en]\nbutton = x\n", "2: a key is" },
	{ "[en]\nlabel =\n", "2: the text is empty or too long" },
	{ "[en]\nlabel = x\nlabel = y\n", "3: the key stands there twice" },
	{ "[en]\nlabel = \xff\n", "2: not plain UTF-8" },
	{ "[en]\nlabel = x\x01\n", "2: not plain UTF-8" },
	{ "[en]\nlabel = x\xe2\x80\xaey\n", "2: not plain UTF-8" },
	{ "[en]\nlabel = Call {name}\n", "2: braces stand in captions only" },
	{ "[en]\ndirection = up\n", "2: a direction is" },
	{ "[en]\ncaption = with nobody\n", "2: a caption has {name} once" },
	{ "[en]\ncaption = {name} {name}\n", "2: a caption has {name} once" },
	{ "[en]\ncaption = {name} {url}\n", "2: a caption has {name} once" },
	{ "[en]\ntext = \xc3\xa9:\n", "2: what stands in plain text" },
	{ "[en]\ntext = " X100 "\n", "2: the text is empty or too long" },
	{ "[en]\ntext = - x -- \n\n[sv]\nlabel = Ring\n",
	    "5: a language that is new here needs" },
	{ "[en]\ntext = > x\n", "2: a line must not begin" },
	{ "[en]\ntext = From me\n", "2: a line must not begin" },
	{ "[en]\ntext = -- x\n", "2: a line must not begin" },
	{ "# x\n[de]\ndirection = ltr\ntext = .x\n", "4: a line must not" },
	{ "[text]\n{text} {url}\n", "2: {text} and {url} each" },
	{ "[text]\n{text}\n", "2: {url} is missing" },
	{ "[text]\n{url}\n", "2: {text} is missing" },
	{ "[text]\n{text}\n{url}\n{url}\n", "4: the hole stands there twice" },
	{ "[text]\n{text}\n{url}\n{label}\n", "4: a brace that is no hole" },
	{ "[text]\n{text}\n{url}\n}\n", "4: a brace that is no hole" },
	{ "[text]\n{text}\n{url}\n-- \n", "4: a line must not begin" },
	{ "[text]\n{text}\n{url}\n. x\n", "4: a line must not begin" },
	{ "[text]\n{text}\n\nGr\xc3\xbc\xc3\x9f" "e\n{url}\n",
	    "4: plain text must be ASCII" },
	{ "[html]\n", "2: {direction} is missing" },
	{ HTML("{label}{icon}{caption}"), "2: {url} is missing" },
	{ HTML("<a href=\"{url}\">x</a>{caption}"), "2: {label} is missing" },
	{ HTML(LINK), "2: {caption} is missing" },
	{ HTML(LINK "\n" LINK "{caption}"), "3: the hole stands there twice" },
	{ HTML(LINK "{caption}\n{text}"), "3: a brace that is no hole" },
	{ HTML("<a href=\"{url}\">&nbsp;</a>{label}{caption}"),
	    "2: the link has no words" },
	{ HTML(LINK "{caption}<a href=\"https://x.example\">y</a>"),
	    "2: there is more than one link" },
	{ HTML("<a href=\"https://x.example/{url}\">{label}</a>{caption}"),
	    "2: the link must lead to {url}" },
	{ HTML("<b>{url}</b>{label}\n{caption}"), "2: there is no link" },
	{ HTML("<b title=\"{url}\">{label}</b>\n{caption}"),
	    "2: this attribute is not allowed here: title" },
	{ HTML(LINK "{caption}\n<script>x</script>"),
	    "3: this element is not allowed: script" },
	{ HTML(LINK "{caption}\n<img src=\"https://x.example/a.png\">"),
	    "3: this element is not allowed: img" },
	{ HTML(LINK "{caption}\n<!-- x -->"), "3: a tag or &lt; is wanted" },
	{ HTML(LINK "{caption}\n<b onclick=\"x\">y</b>"),
	    "3: this attribute is not allowed here: onclick" },
	{ HTML(LINK "{caption}\n<b class=\"gmail_quote\">y</b>"),
	    "3: this attribute is not allowed here: class" },
	{ HTML(LINK "{caption}\n<b style=\"background:url(x)\">y</b>"),
	    "3: not allowed in a style: url(" },
	{ HTML(LINK "{caption}\n<b style=\"DISPLAY : none\">y</b>"),
	    "3: not allowed in a style: display:none" },
	{ HTML(LINK "{caption}\n<b style=\"a:\\75 rl(x)\">y</b>"),
	    "3: a style is of letters" },
	{ HTML(LINK "{caption}\n<b style='x'>y</b>"), "3: an attribute is" },
	{ HTML(LINK "{caption}\n<b style>y</b>"), "3: an attribute is" },
	{ HTML(LINK "{caption}\n<b dir=\"ltr\" dir=\"rtl\">y</b>"),
	    "3: the attribute stands there twice: dir" },
	{ HTML(LINK "{caption}\n<b dir=\"up\">y</b>"), "3: dir is" },
	{ HTML(LINK "{caption}\n<b dir=\"ltr\"lang=\"x\">y</b>"),
	    "3: a space is wanted" },
	{ HTML(LINK "{caption}\n<B>y</B>"), "3: a tag or &lt;" },
	{ HTML(LINK "{caption}\n<b>y"), "3: this end tag closes nothing that "
	    "is open: div" },
	{ HTML(LINK "{caption}\n</p>"), "3: this end tag closes nothing" },
	{ "[html]\n<div dir=\"{direction}\">" LINK "\n{caption}\n",
	    "3: this element is not closed: div" },
	{ GOOD "<div>x</div>\n", "3: one <div> must stand around all" },
	{ GOOD "x\n", "3: words cannot stand here" },
	{ "[html]\n<b dir=\"{direction}\">" LINK "{caption}</b>\n",
	    "2: one <div> must stand around all" },
	{ HTML("<p><div>" LINK "</div></p>{caption}"),
	    "2: this element cannot stand here: div" },
	{ HTML("<table><td>" LINK "</td></table>{caption}"),
	    "2: this element cannot stand here: td" },
	{ HTML("<table><tr>{label}</tr></table>{caption}"
	    "<a href=\"{url}\">x</a>"), "2: words cannot stand here" },
	{ HTML(LINK "{caption}\n&copy;"), "3: an entity is" },
	{ HTML(LINK "{caption}\n& x"), "3: an entity is" },
	{ HTML(LINK "{caption}\n1 > 2"), "3: > in words is written" },
	{ HTML(LINK "\n{caption}\n" X100 X100 X100 X100 X100 X100 X100 X100 X100
	    X100), "4: with the longest link and name" },
	{ HTML(LINK "\n{caption}\nGr\xc3\xbc\xc3\x9f" "e\n.x"),
	    "5: a line must not begin" },
	{ HTML(LINK "\n{caption}" X100 X100 X100 X100 X100 X100 X100),
	    "3: with the longest link and name" },
	{ HTML(LINK "{caption}"), "2: with the longest link and name" },
	{ "[text]\n# x\nHello!\n\n{text}\n{url}\nBye & \n",
	    "7: plain text must be ASCII" },
};

static void
check_faults(void)
{
	struct template *t;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		why[0] = '\0';
		t = button_parse("x", faults[i].text, strlen(faults[i].text),
		    NULL, why, sizeof(why));
		ok(t == NULL && strncmp(why, faults[i].why,
		    strlen(faults[i].why)) == 0, "refused: %s", faults[i].why);
		if (t != NULL || strncmp(why, faults[i].why,
		    strlen(faults[i].why)) != 0)
			tap_note("%s: %s", t == NULL ? why : "taken",
			    faults[i].text);
		template_free(t);
	}
}

#define URL "https://call.example.com/o/AQ"

static const char *
shown(const struct template *t, const char *lang, int is_html)
{
	const struct button b = { lang, URL, "D\xc3\xb6", t, NULL };
	static char text[4][9000];
	static int i;
	struct buf out;

	i = (i + 1) % 4;
	buf_init(&out, sizeof(text[0]) - 1);
	if (is_html)
		button_html(&b, &out);
	else
		button_text(&b, &out);
	snprintf(text[i], sizeof(text[i]), "%s", buf_cstr(&out));
	buf_free(&out);
	return text[i];
}

static struct template *
parse(const char *text, const struct template *base)
{
	struct template *t = button_parse("x", text, strlen(text), base, why,
	    sizeof(why));

	ok(t != NULL, "taken%s%s", t == NULL ? ": " : "",
	    t == NULL ? why : "");
	return t;
}

/* What a template says counts, what it does not say is its base's. */
static void
check_inheritance(void)
{
	struct template *sales, *more, *own;

	sales = parse("# of the sales desk\n[en]\n  label = Talk to sales \r\n"
	    "[de]\nlabel=Verkauf \xe2\x98\x8e\n", NULL);
	if (sales == NULL)
		return;
	ok(strstr(shown(sales, "en", 1), "Talk to sales</span>") != NULL,
	    "its label");
	ok(strstr(shown(sales, "de", 1), "Verkauf &#9742;</span>") != NULL,
	    "in another language");
	ok(strstr(shown(sales, "de", 1), "telefonisch mit D&#246;") != NULL,
	    "the shipped caption");
	ok(strstr(shown(sales, "fr", 1), "Appelez-moi") != NULL,
	    "the shipped French");
	is_str(shown(sales, "en", 0), shown(NULL, "en", 0), "the text");
	more = parse("[en]\ntext = Two\n[sv]\ndirection = ltr\nlabel = Ring\n"
	    "caption = {name}\ntext = Ring:\n", sales);
	own = parse("[text]\n# only this\nHello!\n\n{text}\n{url}\nBye \n"
	    "[html]\n\n  <div dir=\"{direction}\" lang=\"x\">\n<p align="
	    "\"left\"> " LINK " &lt;&#9742;\xc3\xa9</p><br>\n\n{caption}</div>"
	    "\n\n", NULL);
	if (more != NULL && own != NULL) {
		ok(strstr(shown(more, "en", 1), "Talk to sales") != NULL,
		    "from the template below it");
		is_str(shown(more, "en", 0), "Two\r\n" URL "\r\n", "its own");
		is_str(shown(more, "sv", 0), "Ring:\r\n" URL "\r\n",
		    "a language of its own");
		is_str(shown(own, "en", 0), "Hello!\r\n\r\nCall me - open "
		    "this link to be connected by phone:\r\n" URL
		    "\r\nBye\r\n", "a layout of its own");
		is_str(shown(own, "ar", 1), "<div dir=\"rtl\" lang=\"x\">\r\n"
		    "<p align=\"left\"> <a href=\"" URL "\"><span aria-hidden="
		    "\"true\">&#9742;&#65038;</span>&#1575;&#1578;&#1589;"
		    "&#1604; &#1576;&#1610;</a> &lt;&#9742;&#233;</p><br>"
		    "\r\n\r\n&#1578;&#1601;&#1578;&#1581; &#1589;&#1601;&#1581;"
		    "&#1577;: &#1571;&#1583;&#1582;&#1604; &#1585;&#1602;"
		    "&#1605;&#1603; &#1608;&#1587;&#1610;&#1578;&#1605; &#1578;"
		    "&#1608;&#1589;&#1610;&#1604;&#1603; &#1607;&#1575;&#1578;"
		    "&#1601;&#1610;&#1575; &#1605;&#1593; D&#246;.</div>\r\n",
		    "in HTML, in ASCII, from right to left");
	}
	template_free(more);
	template_free(own);
	template_free(sales);
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(tap_path(name), "w");

	ok(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0, "%s", name);
}

static void
refused(const char *what)
{
	struct button_set *s = button_load(tap_dir(), why, sizeof(why));

	ok(s == NULL && strstr(why, what) != NULL, "refused: %s",
	    s == NULL ? why : "taken");
	button_set_free(s);
}

static void
check_folder(void)
{
	struct button_set *s;
	char long_one[4096] = "[en]\n";

	ok(button_load("/nowhere/at/all", why, sizeof(why)) == NULL,
	    "no folder: %s", why);
	s = button_load("", why, sizeof(why));
	ok(s != NULL && button_find(s, "") == button_find(s, "default") &&
	    button_find(s, "") != NULL && button_find(s, "sales") == NULL,
	    "none is asked for: the shipped one");
	button_set_free(s);

	put("sales.template", "[en]\nlabel = Sales\n");
	put("README", "no template");
	put("old.template~", "nor this");
	put("a.template", "[en]\n\nlabel = {x}\n");
	refused("/a.template:3: braces stand in captions only");
	unlink(tap_path("a.template"));
	put("Sales.template", "");
	refused("/Sales.template:1: a name is of");
	unlink(tap_path("Sales.template"));
	put("default.template", "[en]\ntext = Ring - here:\n[fr]\n");
	s = button_load(tap_dir(), why, sizeof(why));
	ok(s != NULL, "a folder: %s", s != NULL ? "" : why);
	if (s == NULL)
		return;
	is_int(button_count(s), 2, "two templates");
	is_str(shown(button_find(s, ""), "en", 0), "Ring - here:\r\n" URL
	    "\r\n", "the default of the folder");
	ok(strstr(shown(button_find(s, "sales"), "en", 1), ">Sales<") == NULL
	    && strstr(shown(button_find(s, "sales"), "en", 1), "Sales<") !=
	    NULL, "another one");
	is_str(shown(button_find(s, "sales"), "en", 0), "Ring - here:\r\n" URL
	    "\r\n", "... above that default");
	ok(button_find(s, "nobody") == NULL, "no such template");
	button_set_free(s);
	memset(long_one + 5, 'x', sizeof(long_one) - 6);
	memcpy(long_one + 5, "label = ", 8);
	put("default.template", long_one);
	refused("/default.template:2: the text is empty or too long");
}

/* The picture in place of the glyph. */
static void
check_image(void)
{
	static const struct button_image image = { "x@y", 20, 24 };
	const struct button b = { "en", URL, "A", NULL, &image };
	struct buf out;

	buf_init(&out, 9000);
	button_html(&b, &out);
	ok(strstr(buf_cstr(&out), "<img src=\"cid:x@y\" width=\"20\" height="
	    "\"24\" alt=\"\"") != NULL, "a picture by its Content-ID");
	ok(strstr(buf_cstr(&out), "9742") == NULL, "and no glyph");
	buf_free(&out);
}

int
main(void)
{
	check_faults();
	check_inheritance();
	check_folder();
	check_image();
	return tap_done();
}
