/* Entries of the offerors table: words, keys, and what is allowed. */

#include <stdio.h>
#include <string.h>

#include "lib/entry.h"
#include "t/tap.h"

#define TO "to=+442079460123 "

static const struct {
	const char	*value, *word;	/* the word that the reason names */
} refused[] = {
	{ "", "to=" },
	{ "to=+442079460123 nme=x", "did you mean name=?" },
	{ "   ", "to=" },
	{ "name=\"Alice\"", "to=" },
	{ "to", "\"to\"" },
	{ "to=", "to=" },
	{ "to=\"\"", "to=" },
	{ "to=020 7946", "to=" },
	{ "to=sip:example.com", "to=" },
	{ TO "to=+442079460124", "to=" },
	{ TO "TO=+442079460124", "to=" },
	{ TO "tel=+442079460124", "\"tel\"" },
	{ "+442079460123 name=Alice", "to=NUMBER" },
	{ TO "442079460124", "to=NUMBER" },
	{ TO "tel442079460124=x", "to=NUMBER" },
	{ TO "=x", "\"=x\"" },
	{ TO "Alice", "\"Alice\"" },
	{ TO "\"name\"=x", "\"\"name\"=x\"" },
	{ TO "name = x", "\"name\"" },
	{ TO "name=\"Alice", "name=" },
	{ TO "name=\"Alice\"x", "name=" },
	{ TO "name=Al\"ice", "name=" },
	{ TO "name=\"Alice\\", "name=" },
	{ TO "name=\"Alice\\\"", "name=" },
	{ TO "name=\"Al\nice\"", "name=" },
	{ TO "name=\"\xff\"", "name=" },
	{ TO "name=\"\xe2\x80\xae\"", "name=" },
	{ TO "name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaa", "name=" },
	{ TO "account=Sales", "account=" },
	{ TO "account=a.b", "account=" },
	{ TO "account=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "account=" },
	{ TO "mode=never", "mode=" },
	{ TO "mode=subject", "mode=" },
	{ TO "mode=subject:", "mode=" },
	{ TO "mode=always,header", "mode=" },
	{ TO "login=a,,b", "login=" },
	{ TO "login=,", "login=" },
	{ TO "login=a,", "login=" },
	{ TO "login=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "login=" },
	{ TO "allow=*", "allow=" },
	{ TO "allow=44*", "allow=" },
	{ TO "allow=+44*1", "allow=" },
	{ TO "allow=+4 4*", "allow=" },
	{ TO "allow=+44**", "allow=" },
	{ TO "allow=+123", "allow=" },
	{ TO "allow=+44*,", "allow=" },
	{ TO "allow=sip:*example.com", "allow=" },
	{ TO "allow=sip:*@*", "allow=" },
	{ TO "allow=sip:example.com", "allow=" },
	{ TO "allow=http:*", "allow=" },
	{ TO "allow=sip:*@exa\x01mple.com", "allow=" },
	{ TO "expires=59s", "expires=" },
	{ TO "expires=91d", "expires=" },
	{ TO "expires=0", "expires=" },
	{ TO "expires=-1d", "expires=" },
	{ TO "expires=7 d", "expires=" },
	{ TO "uses=256", "uses=" },
	{ TO "uses=-1", "uses=" },
	{ TO "uses=1x", "uses=" },
	{ TO "max=59s", "max=" },
	{ TO "max=5h", "max=" },
	{ TO "window=\"Mon-Fri\"", "window=" },
	{ TO "window=Mon-Fri 09:00-17:00 UTC", "window=" },
	{ TO "lang=deu", "lang=" },
	{ TO "lang=d1", "lang=" },
};

static void
test_refused(void)
{
	char why[200];
	struct entry e;
	size_t i, n;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		n = strlen(refused[i].value);
		why[0] = '\0';
		ok(entry_parse(&e, tap_edge(refused[i].value, n), n, why,
		    sizeof(why)) == -1 && strstr(why, refused[i].word) !=
		    NULL, "refused %zu: %s", i, why);
		ok(strstr(why, "946") == NULL, "no number in it");
	}
	ok(entry_parse(&e, TO "name=a\0b", 25, why, sizeof(why)) == -1,
	    "refused, a NUL: %s", why);
}

/* The longest value, and a longer one. */
static void
test_lists(void)
{
	char text[3000] = TO "login=", why[200];
	size_t i, n = strlen(text);
	struct entry e;

	for (i = 0; i < 16; i++) {
		memset(text + n, 'a' + (int)i, 128);
		n += 128;
		text[n++] = ',';
	}
	is_int(entry_parse(&e, text, n - 1, why, sizeof(why)), 0,
	    "sixteen logins of 128");
	is_int(e.n_login, 16, "all there");
	is_int(strlen(e.login[15]), 128, "whole");
	memcpy(text, "name=", 5);
	memset(text + 5, 'n', sizeof(text) - 5);
	is_int(entry_parse(&e, text, sizeof(text), why, sizeof(why)), -1,
	    "a value longer than any: %s", why);
}

static void
test_defaults(void)
{
	char why[200] = "";
	struct entry e;

	is_int(entry_parse(&e, "to=+442079460123", 16, why, sizeof(why)), 0,
	    "one word (%s)", why);
	is_str(e.to.text, "+442079460123", "to");
	is_str(e.name, "", "no name");
	is_str(e.account, "default", "account");
	is_int(e.mode, ENTRY_HEADER, "mode");
	is_int(e.n_login, 0, "no logins");
	is_int(e.n_allow, 0, "nothing else allowed");
	is_int(e.expires_s, 604800, "seven days");
	is_int(e.uses, 0, "as many uses as recipients");
	is_int(e.max_s, 0, "the account's longest");
	is_int(e.window.days, 0, "no window");
	is_str(e.lang, "en", "English");
}

static void
test_all_words(void)
{
	static const char value[] = "  name=\"Alice \\\"Al\\\" D\\\\oe\"\t"
	    "account=a_b-3 mode=subject:[call] login=alice,Bob@Example.com "
	    "allow=\"+44 20 7946 0199,+1*,SIP:*@Example.COM,"
	    "sip:Desk@Example.com,+442079460123;ext=7\" "
	    "expires=90d uses=255 max=4h "
	    "window=\"Mon-Fri 09:00-17:00 Europe/Berlin\" lang=DE "
	    "to=\"sip:Desk@Example.com\" ";
	char why[200] = "";
	struct entry e;

	is_int(entry_parse(&e, tap_edge(value, strlen(value)),
	    strlen(value), why, sizeof(why)), 0, "all words (%s)", why);
	is_str(e.to.text, "sip:Desk@example.com", "to");
	is_str(e.name, "Alice \"Al\" D\\oe", "name");
	is_str(e.account, "a_b-3", "account");
	is_int(e.mode, ENTRY_SUBJECT, "mode");
	is_str(e.subject_tag, "[call]", "its tag");
	is_int(e.n_login, 2, "logins");
	is_str(e.login[0], "alice", "first");
	is_str(e.login[1], "Bob@Example.com", "second, as it stands");
	is_int(e.n_allow, 5, "allowed");
	is_str(e.allow[0], "+442079460199", "in canonical form");
	is_str(e.allow[1], "+1*", "a beginning");
	is_str(e.allow[2], "sip:*@example.com", "a host");
	is_str(e.allow[3], "sip:Desk@example.com", "an address");
	is_str(e.allow[4], "+442079460123;ext=7", "an extension");
	is_int(e.expires_s, 90 * 86400, "expires");
	is_int(e.uses, 255, "uses");
	is_int(e.max_s, 14400, "max");
	is_int(e.window.from_min, 540, "window");
	is_str(e.lang, "de", "lang");
	is_int(entry_parse(&e, TO "mode=Always", 28, why, sizeof(why)), 0,
	    "always");
	is_int(e.mode, ENTRY_ALWAYS, "mode");
}

static const struct {
	const char	*allow, *dest;
	int		 want;
} allowed[] = {
	{ NULL, "+442079460124", 0 },
	{ NULL, "+442079460123;ext=1", 0 },
	{ NULL, "sip:a@example.com", 0 },
	{ NULL, "+44 2079460123", 1 },
	{ "+44*", "+33123456789", 0 },
	{ "+44*", "sip:+442079460199@example.com", 0 },
	{ "+44*", "+442079460199", 1 },
	{ "+44*", "+442079460199;ext=5", 1 },
	{ "+442079460199", "+4420794601990", 0 },
	{ "+442079460199", "+442079460199;ext=5", 0 },
	{ "+442079460199", "+442079460199", 1 },
	{ "+442079460199;ext=5", "+442079460199", 0 },
	{ "+442079460199;ext=5", "+442079460199;ext=5", 1 },
	{ "sip:*@example.com", "sip:a@example.org", 0 },
	{ "sip:*@example.com", "sip:a@bad-example.com", 0 },
	{ "sip:*@example.com", "sip:a@example.com:5061", 0 },
	{ "sip:*@example.com", "sip:example.com@bad.example", 0 },
	{ "sip:*@example.com", "sips:a@example.com", 0 },
	{ "sip:*@example.com", "sip:a@EXAMPLE.com", 1 },
	{ "sip:desk-*@example.com", "sip:desk@example.com", 0 },
	{ "sip:desk-*@example.com", "sip:desk-9@example.com", 1 },
	{ "sip:Desk*@example.com", "sip:desk1@example.com", 0 },
	{ "SIP:Desk*@Example.COM", "sip:Desk1@example.com", 1 },
	{ "SIPS:D*@example.com", "sips:Desk@example.com", 1 },
	{ "sip:a*a@example.com", "sip:a@example.com", 0 },
	{ "sip:a*a@example.com", "sip:aa@example.com", 1 },
	{ "sip:*", "+442079460199", 0 },
	{ "sip:*", "sip:a@b", 1 },
	{ "+33*,+442079460199", "+442079460199", 1 },
};

static void
test_allowed(void)
{
	char value[200], why[200];
	struct entry e;
	struct tel t;
	size_t i;

	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		snprintf(value, sizeof(value), TO "%s%s",
		    allowed[i].allow != NULL ? "allow=" : "",
		    allowed[i].allow != NULL ? allowed[i].allow : "");
		ok(entry_parse(&e, value, strlen(value), why, sizeof(why)) ==
		    0 && tel_parse(&t, allowed[i].dest,
		    strlen(allowed[i].dest), NULL) == 0, "%s", value);
		is_int(entry_allows(&e, &t), allowed[i].want, "%s: %s",
		    allowed[i].want ? "allowed" : "not allowed",
		    allowed[i].dest);
	}
	memset(&t, 0, sizeof(t));
	is_int(entry_allows(&e, &t), 0, "not allowed: none");
}

static const char *const bad_keys[] = {
	"", "@", "alice", "alice@", "@.com", "@example.", "a@b@c",
	"a b@example.com", "\"a\"@example.com", "<a@example.com>",
	"a@exam ple.com", "a@[192.0.2.1]", "a@example.com\n", "a,b@c",
	"\x01@example.com", "\xff@example.com", "a@b;c",
};

static void
test_keys(void)
{
	char dst[256], key[300];
	const char *why;
	size_t i, n;

	for (i = 0; i < sizeof(bad_keys) / sizeof(bad_keys[0]); i++) {
		why = NULL;
		n = strlen(bad_keys[i]);
		ok(entry_key(tap_edge(bad_keys[i], n), n, dst, sizeof(dst),
		    &why) == -1 && why != NULL, "no key %zu", i);
	}
	memset(key, 'a', sizeof(key));
	key[100] = '@';
	is_int(entry_key(key, 255, dst, sizeof(dst), &why), -1, "too long");
	is_int(entry_key(key, 254, dst, sizeof(dst), &why), 0, "the longest");
	is_int(entry_key(key, 254, dst, 254, &why), -1, "does not fit");
	is_int(entry_key("Alice+Tag@Example.COM", 21, dst, sizeof(dst),
	    &why), 0, "an address");
	is_str(dst, "alice+tag@example.com", "lowered");
	is_int(entry_key("@Example.COM", 12, dst, sizeof(dst), &why), 0,
	    "a domain");
	is_str(dst, "@example.com", "lowered");
	is_int(entry_key("j\xc3\xbcrg@b\xc3\xbc.example", 17, dst,
	    sizeof(dst), &why), 0, "letters beyond ASCII");
	is_str(dst, "j\xc3\xbcrg@xn--b-eha.example", "the domain in ASCII");
}

int
main(void)
{
	test_refused();
	test_lists();
	test_keys();
	test_allowed();
	test_defaults();
	test_all_words();
	return tap_done();
}
