/* Pages: each says what it has to, and a hostile name stays a name. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acceptd/call_page.h"
#include "acceptd/card.h"
#include "acceptd/html.h"
#include "acceptd/lang.h"
#include "acceptd/offer_page.h"
#include "acceptd/page.h"
#include "lib/buf.h"
#include "t/tap.h"

#define NOW 1795900000
#define HOSTILE "<script>alert(1)</script>\"'><img src=x>&amp;{name}"

static struct lang_set *langs;
static struct page page;
static struct buf out;

/* Elements that have no end. */
static int
is_void(const char *name)
{
	static const char *const names[] = {
		"meta", "link", "input", "br", "path", "!doctype"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return 0;
}

/* NULL when every element is closed by its own end, else a remark. */
static const char *
balance(const char *p)
{
	static char remark[128];
	char open[64][16], name[16];
	size_t n = 0, len;

	while ((p = strchr(p, '<')) != NULL) {
		p++;
		len = strcspn(p + (*p == '/'), " >/\n");
		if (len == 0 || len >= sizeof(name))
			return "a < that opens nothing";
		snprintf(name, sizeof(name), "%.*s", (int)len,
		    p + (*p == '/'));
		if (*p == '/') {
			if (n == 0 || strcmp(open[--n], name) != 0) {
				snprintf(remark, sizeof(remark),
				    "</%s> closes <%s>", name,
				    n > 0 ? open[n] : "?");
				return remark;
			}
		} else if (!is_void(name)) {
			if (n == 64)
				return "too deep";
			memcpy(open[n++], name, sizeof(name));
		}
	}
	return n == 0 ? NULL : "something is left open";
}

static size_t
count(const char *what)
{
	const char *p = buf_cstr(&out);
	size_t n = 0;

	for (; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static int
has(const char *what)
{
	return count(what) > 0;
}

/* What holds for each page; empties the buffer. */
static void
check(const char *name)
{
	const char *remark;

	ok(buf_ok(&out), "%s: fits", name);
	remark = balance(buf_cstr(&out));
	ok(remark == NULL, "%s: is well formed %s", name,
	    remark == NULL ? "" : remark);
	is_int(count("<h1"), 1, "%s: one heading", name);
	is_int(count("<main"), 1, "%s: one main part", name);
	is_int(count("<title>"), 1, "%s: one title", name);
	ok(has("<html lang=\"") && has("dir=\""), "%s: says its language",
	    name);
	ok(!has("style=\"") && !has("<style") && !has(" onclick") &&
	    count("<script") == 1, "%s: nothing inline", name);
	ok(!has("http:") && !has("https:"), "%s: nothing from elsewhere",
	    name);
	ok(!has("<img"), "%s: no hostile element", name);
	ok(!has("{"), "%s: no hole is left", name);
	buf_clear(&out);
}

static void
fill_offer(struct ask_offer *o, const char *name)
{
	memset(o, 0, sizeof(*o));
	snprintf(o->name, sizeof(o->name), "%s", name);
	snprintf(o->address, sizeof(o->address), "alice@example.com");
	snprintf(o->caller, sizeof(o->caller), "+44 20 7946 0100");
	snprintf(o->region, sizeof(o->region), "GB");
	snprintf(o->nonce, sizeof(o->nonce), "n");
	o->not_after = NOW + 3600;
}

static void
test_refusals(void)
{
	struct page_refusal r = { ASK_OK, "Alice", NOW + 60, "/o/x", NULL };
	char want[64];
	int i;

	for (i = 1; i < ASK_REFUSALS; i++) {
		r.refusal = i;
		page_refusal(&out, &page, &r);
		snprintf(want, sizeof(want), "data-page=\"%s\"",
		    ask_refusal_word(i));
		ok(has(want), "refusal %s: names itself",
		    ask_refusal_word(i));
		if (i == ASK_CLOSED || i == ASK_TOO_MANY)
			ok(has("<time datetime=\"2026-"),
			    "refusal %s: says when", ask_refusal_word(i));
		check(ask_refusal_word(i));
	}
	page_refusal(&out, &page, &r);
	ok(!has("class=\"button\""), "a refusal: no button before its time");
	buf_clear(&out);
	r.at = NOW;
	page_refusal(&out, &page, &r);
	ok(has("<a class=\"button\" href=\"/o/x\">"),
	    "a refusal: to try again at once");
	buf_clear(&out);
	r.refusal = ASK_CLOSED;
	r.at = 0;
	r.name = "";
	page_refusal(&out, &page, &r);
	ok(!has("<time") && has(lang_get(page.lang, LANG_LATER)) &&
	    has(lang_get(page.lang, LANG_SOMEONE)),
	    "closed: nothing known of whom and when");
	ok(!has("mailto:"), "closed: nobody to write to");
	check("closed");
	r.name = "Alice";
	r.address = "a\"?cc=x&lice@example.com";
	page_refusal(&out, &page, &r);
	ok(has("href=\"mailto:a%22%3Fcc%3Dx%26lice@example.com\""),
	    "a refusal: whom to write to, and nobody else");
	check("closed with address");
}

static void
test_notes(void)
{
	char name[16];
	int i;

	for (i = 0; i < PAGE_NOTES; i++) {
		page_note(&out, &page, i);
		snprintf(name, sizeof(name), "note %d", i);
		check(name);
	}
}

static void
test_calls(void)
{
	struct ask_status s = { 0 };
	struct call_page c = { &s, "/c/secret" };
	char want[64];
	int i;

	snprintf(s.name, sizeof(s.name), "%s", "Alice");
	snprintf(s.caller, sizeof(s.caller), "+44 20 7946 0100");
	s.since = NOW - 75;
	for (i = ASK_STAGE_STARTING; i < ASK_STAGE_ENDED; i++) {
		s.stage = (uint8_t)i;
		call_page_show(&out, &page, &c);
		snprintf(want, sizeof(want), "data-stage=\"%s\"",
		    ask_stage_word(i));
		ok(has(want) && has("data-end=\"\""), "%s: names itself",
		    ask_stage_word(i));
		ok(has("role=\"status\"") && has("http-equiv=\"refresh\"") &&
		    has("/c/secret/hangup") && has("/c/secret/events"),
		    "%s: follows the call, can end it", ask_stage_word(i));
		ok(has("1:15"), "%s: how long", ask_stage_word(i));
		check(ask_stage_word(i));
	}
	s.stage = ASK_STAGE_ENDED;
	s.talk_s = 3723;
	for (i = 1; i < ASK_ENDS; i++) {
		s.end = (uint8_t)i;
		call_page_show(&out, &page, &c);
		snprintf(want, sizeof(want), "data-end=\"%s\"",
		    ask_end_word(i));
		ok(has(want), "end %s: names itself", ask_end_word(i));
		ok(!has("refresh") && !has("<form") && !has("/events"),
		    "end %s: nothing follows", ask_end_word(i));
		ok(has("1:02:03"), "end %s: the time talked", ask_end_word(i));
		ok(count("class=\"todo\"") == 1, "end %s: what to do",
		    ask_end_word(i));
		check(ask_end_word(i));
	}
}

static void
test_events(void)
{
	struct ask_status s = { 0 };

	snprintf(s.name, sizeof(s.name), "%s", "A\"\\<b>");
	s.stage = ASK_STAGE_RINGING_B;
	s.since = NOW - 2;
	call_page_event(&out, &page, &s);
	ok(has("\"stage\":\"ringing-b\",\"end\":\"\",\"lasts\":2"),
	    "an event: stage and time");
	ok(has("A\\u0022\\u005c\\u003cb>") && !has("\n"),
	    "an event: a name cannot end its string");
	buf_clear(&out);
	s.stage = ASK_STAGE_NONE;
	call_page_event(&out, &page, &s);
	is_str(buf_cstr(&out), "{\"stage\":\"none\",\"end\":\"\",\"lasts\":2}",
	    "an event of no call");
	buf_clear(&out);
}

static void
test_form(void)
{
	struct ask_offer o;
	struct offer_page m = { &o, "/o/token", "nonce\"1", "", NULL,
	    OFFER_PAGE_FIELD };
	char title[256];

	fill_offer(&o, "Alice Doe");
	offer_page_form(&out, &page, &m);
	ok(has("type=\"tel\"") && has("autocomplete=\"tel\"") &&
	    has("name=\"number\"") && has("<label for=\"typed\">"),
	    "the form: a field for the number, with a label");
	ok(has("aria-describedby=\"hint\"") && has("id=\"hint\"") &&
	    !has("aria-invalid"), "the form: the hint belongs to it");
	ok(has("name=\"nonce\" value=\"nonce&quot;1\""),
	    "the form: the nonce comes with it");
	ok(has("name=\"" OFFER_PAGE_HONEYPOT "\" value=\"\" tabindex=\"-1\""),
	    "the form: an empty honeypot, out of the way");
	ok(has("action=\"/o/token\""), "the form: where it goes");
	ok(has("href=\"/o/token/contact.vcf\""), "the offer: a card to save");
	ok(has("alice@example.com") && has("+44 20 7946 0100") &&
	    has("2026-11-28T"), "the offer: whose, from where, until when");
	ok(has(lang_get(page.lang, LANG_OFFER_FREE)), "the offer: free");
	ok(has("<bdi>alice@example.com</bdi>") &&
	    has(lang_get(page.lang, LANG_OFFER_VERIFIED)),
	    "the offer: his address is verified");
	ok(!has(lang_get(page.lang, LANG_OFFER_PRIVATE_KNOWN)) &&
	    count("class=\"private\"") == 1,
	    "the offer: what becomes of the number");
	check("offer");
	o.address[0] = '\0';
	offer_page_form(&out, &page, &m);
	ok(!has(lang_get(page.lang, LANG_OFFER_VERIFIED)),
	    "the offer: nothing is verified where there is no address");
	check("offer without address");
	page.notice_url = "https://a.example/?x=\"&y";
	offer_page_form(&out, &page, &m);
	ok(has("<a rel=\"noreferrer\" href=\"https://a.example/?x=&quot;&amp;y"
	    "\">"), "the operator's page: a link at the foot");
	buf_clear(&out);
	page.notice_url = "";

	page.is_lang_kept = 1;
	snprintf(o.price, sizeof(o.price), "0.10 a minute");
	m.entry = "020<";
	m.word = "Wrong & bad.";
	offer_page_form(&out, &page, &m);
	ok(has("aria-invalid=\"true\"") &&
	    has("aria-describedby=\"word hint\"") &&
	    has("class=\"error\" id=\"word\""),
	    "an error: tied to the field, and it looks it");
	ok(has("Wrong &amp; bad.") && has("value=\"020&lt;\""),
	    "an error: its words, the entry kept");
	ok(has("0.10 a minute"), "the price");
	ok(has("action=\"/o/token?lang="), "the wished language stays");
	check("error");
	page.is_lang_kept = 0;
	m.about = OFFER_PAGE_FORM;
	offer_page_form(&out, &page, &m);
	ok(has("aria-describedby=\"word hint\"") && !has("aria-invalid") &&
	    has("class=\"notice\" id=\"word\"") && !has("\"error\"") &&
	    count("autofocus") == 1,
	    "a word of the form: nothing is wrong with the number");
	check("word of the form");
	m.about = OFFER_PAGE_CODE;
	offer_page_form(&out, &page, &m);
	ok(has("<label for=\"code\">") && has("name=\"code\"") &&
	    has("autocomplete=\"one-time-code\"") && !has("aria-invalid") &&
	    count("autofocus") == 1,
	    "a code is wanted: its field, and nothing wrong with the number");
	snprintf(title, sizeof(title), "<title>%s: ",
	    lang_refusal(page.lang, ASK_CODE_WANTED, LANG_TITLE));
	ok(has("class=\"notice\" id=\"word\"") && !has("\"error\"") &&
	    has(title), "a code is wanted: no error, nor called one");
	ok(has("name=\"number\"") && has("value=\"020&lt;\""),
	    "a code is wanted: the number stays");
	check("code");
	m.about = OFFER_PAGE_CODE_WRONG;
	offer_page_form(&out, &page, &m);
	ok(has("class=\"error\" id=\"word\"") && count("autofocus") == 1 &&
	    count("aria-invalid=\"true\" aria-describedby=\"word\"") == 1 &&
	    count("aria-invalid") == 1,
	    "the code is wrong: an error, of its field alone");
	check("wrong code");
	m.about = OFFER_PAGE_FIELD;

	snprintf(o.known_region, sizeof(o.known_region), "DE");
	offer_page_form(&out, &page, &m);
	ok(has("name=\"digits\"") && has("inputmode=\"numeric\"") &&
	    !has("name=\"number\"") && has("data-region=\"DE\""),
	    "a known number: its country, and three digits are asked");
	ok(has("&#8226;&#8226;") &&
	    has(lang_get(page.lang, LANG_OFFER_PRIVATE_KNOWN)),
	    "a known number: masked; its giver is not said not to see it");
	check("digits");
}

static void
test_confirm(void)
{
	struct ask_checked c = { 0, "+442079460123", "+44 20 7946 0123", "GB" };
	struct offer_page_retry r = { HOSTILE, "/o/t", "n", "digits", "1\"2" };
	struct ask_offer o;
	struct offer_page m = { &o, "/o/token", "n", "020 7946 0123", NULL,
	    OFFER_PAGE_FIELD };
	const char *first, *second;

	fill_offer(&o, "Alice Doe");
	offer_page_confirm(&out, &page, &m, &c);
	first = strstr(buf_cstr(&out), "<form");
	second = first == NULL ? NULL : strstr(first + 1, "<form");
	ok(has(">+44 20 7946 0123<"), "confirm: the number in full");
	ok(second != NULL && strstr(first, "value=\"+442079460123\"") < second,
	    "confirm: the first form posts the canonical number");
	ok(second != NULL && strstr(second, "value=\"020 7946 0123\"") != NULL,
	    "confirm: the second has what was typed");
	check("confirm");
	offer_page_retry(&out, &page, &r);
	ok(has("name=\"digits\" value=\"1&quot;2\"") && has("name=\"nonce\""),
	    "retry: all that is needed once more");
	check("retry");
}

static void
test_hostile(void)
{
	struct page_refusal r = { ASK_CLOSED, HOSTILE, 0, "/o/\"><img", NULL };
	struct ask_status s = { ASK_STAGE_TALKING, 0, NOW, 0, "", "", "en" };
	struct call_page c = { &s, "/c/x" };
	struct ask_offer o;
	struct offer_page m = { &o, "/o/\"><img", "\"><img", HOSTILE,
	    HOSTILE, OFFER_PAGE_FIELD };

	fill_offer(&o, HOSTILE);
	snprintf(o.address, sizeof(o.address), HOSTILE);
	snprintf(o.caller, sizeof(o.caller), HOSTILE);
	snprintf(o.price, sizeof(o.price), HOSTILE);
	snprintf(o.region, sizeof(o.region), "\"<");
	offer_page_form(&out, &page, &m);
	is_int(count("<script"), 1, "hostile offer: one script, ours");
	is_int(count("<img"), 0, "hostile offer: no element");
	ok(balance(buf_cstr(&out)) == NULL, "hostile offer: well formed");
	buf_clear(&out);
	page_refusal(&out, &page, &r);
	is_int(count("<script") + count("<img"), 1, "hostile refusal");
	buf_clear(&out);
	snprintf(s.name, sizeof(s.name), HOSTILE);
	snprintf(s.caller, sizeof(s.caller), HOSTILE);
	call_page_show(&out, &page, &c);
	is_int(count("<script") + count("<img"), 1, "hostile call");
	ok(balance(buf_cstr(&out)) == NULL, "hostile call: well formed");
	buf_clear(&out);
}

static void
test_card(void)
{
	card_put(&out, "A; B, \\C\n", "+44 20-7946 0100");
	is_str(buf_cstr(&out), "BEGIN:VCARD\r\nVERSION:3.0\r\n"
	    "N:A\\; B\\, \\\\C;;;;\r\nFN:A\\; B\\, \\\\C\r\n"
	    "TEL;TYPE=WORK,VOICE:+442079460100\r\nEND:VCARD\r\n",
	    "a card: text escaped, the number to be dialled");
	buf_clear(&out);
}

/* Two directions are kept apart, in markup and without. */
static void
test_directions(void)
{
	static const char alef[] = "\327\220";
	const struct html_hole holes[] = {
		{ "n", "+1 2", HTML_NUMBER }, { "t", "x", HTML_TEXT },
		{ NULL, NULL, HTML_TEXT }
	};
	const struct html_hole hebrew[] = {
		{ "t", alef, HTML_TEXT }, { NULL, NULL, HTML_TEXT }
	};

	html_fill(&out, "{n}", holes);
	is_str(buf_cstr(&out), "<bdi class=\"number\" dir=\"ltr\">+1 2</bdi>",
	    "a number runs from left to right");
	buf_clear(&out);
	html_fill_plain(&out, "a {n} {t}", holes);
	is_str(buf_cstr(&out), "a +1 2 x", "one direction: nothing to do");
	buf_clear(&out);
	html_fill_plain(&out, "\327\220 {n} {t}", holes);
	is_str(buf_cstr(&out), "\327\220 \342\201\246+1 2\342\201\251 "
	    "\342\201\250x\342\201\251", "in a sentence from right to left");
	buf_clear(&out);
	html_fill_plain(&out, "a {t}!", hebrew);
	is_str(buf_cstr(&out), "a \342\201\250\327\220\342\201\251!",
	    "a name from right to left");
	buf_clear(&out);
}

static void
test_html(void)
{
	const struct html_hole holes[] = {
		{ "a", "<x>", HTML_TEXT }, { "b", "<b>", HTML_MARKUP },
		{ NULL, NULL, HTML_TEXT }
	};

	html_text(&out, "a<b>&\"'c");
	is_str(buf_cstr(&out), "a&lt;b&gt;&amp;&quot;&#39;c", "escaped");
	buf_clear(&out);
	html_fill(&out, "1 & {a} {b} {c} {", holes);
	is_str(buf_cstr(&out),
	    "1 &amp; <bdi>&lt;x&gt;</bdi> <b> {c} {", "filled");
	buf_clear(&out);
	html_fill_plain(&out, "1 & {a}{a}", holes);
	is_str(buf_cstr(&out), "1 & <x><x>", "filled without markup");
	buf_clear(&out);
	html_json(&out, "a\"\\\n<");
	is_str(buf_cstr(&out), "\"a\\u0022\\u005c\\u000a\\u003c\"", "JSON");
	buf_clear(&out);
}

int
main(void)
{
	char why[512];
	size_t i;

	setenv("TZ", "UTC", 1);
	langs = lang_load("etc/lang", why, sizeof(why));
	if (!ok(langs != NULL, "the catalogues"))
		return tap_done();
	buf_init(&out, 65536);
	page.site_name = "A & B";
	page.style_path = "/s/style.css";
	page.script_path = "/s/live.js";
	page.icon_path = "/s/icon.svg";
	page.langs = langs;
	page.self = "/o/token";
	page.now = NOW;
	test_html();
	test_directions();
	test_card();
	for (i = 0; i < lang_count(langs); i++) {
		page.lang = lang_at(langs, i);
		tap_note("language %s", lang_code(page.lang));
		test_refusals();
		test_notes();
		test_calls();
		test_events();
		test_form();
		test_confirm();
		test_hostile();
	}
	buf_free(&out);
	lang_set_free(langs);
	return tap_done();
}
