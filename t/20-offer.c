/* The grammar of X-Call-Offer: what is refused and why, what is understood. */

#include <stdio.h>
#include <string.h>

#include "milter/offer.h"
#include "t/tap.h"

static const struct {
	const char	*in, *why;	/* a part of the reason */
} refused[] = {
	{ "", "write yes, no" },
	{ "   ", "write yes, no" },
	{ ";", "write yes, no" },
	{ "; expires=7d", "write yes, no" },
	{ "maybe", "write yes, no" },
	{ "yes no", "behind a semicolon" },
	{ "yes, please", "behind a semicolon" },
	{ "yes (of course)", "behind a semicolon" },
	{ "\"yes\"", "write yes, no" },
	{ "yesterday", "write yes, no" },
	{ "0044207946", "with its country code" },
	{ "+1", "at least 7 digits" },
	{ "sip:a b@example.com", "this cannot be rung" },
	{ "no; expires=7d", "no takes no parameters" },
	{ "yes;", "a parameter is missing" },
	{ "yes; ", "a parameter is missing" },
	{ "yes;; uses=1", "a parameter is missing" },
	{ "yes; =1", "a parameter is missing" },
	{ "yes; uses", "needs a value" },
	{ "yes; uses =1", "needs a value" },
	{ "yes; uses= 1", "is empty" },
	{ "yes; uses=", "is empty" },
	{ "yes; uses=\"\"", "is empty" },
	{ "yes; uses=1 2", "separated by semicolons" },
	{ "yes; uses=1 (one)", "separated by semicolons" },
	{ "yes; uses=1; uses=2", "uses is there twice" },
	{ "yes; uses=1; USES=1", "is there twice" },
	{ "yes; colour=blue", "colour is unknown" },
	{ "yes; expire=7d", "did you mean expires?" },
	{ "yes; +442079460123", "a name in letters" },
	{ "yes; 442079460123=1", "a name in letters" },
	{ "yes; to442079460123", "a name in letters" },
	{ "yes; averyveryverylongname=1", "name is too long" },
	{ "yes; uses=0", "from 1 to 255" },
	{ "yes; uses=256", "from 1 to 255" },
	{ "yes; uses=-1", "from 1 to 255" },
	{ "yes; uses=1.5", "from 1 to 255" },
	{ "yes; expires=59", "from 1m to 90d" },
	{ "yes; expires=91d", "from 1m to 90d" },
	{ "yes; expires=soon", "from 1m to 90d" },
	{ "yes; expires=99999999999999999999d", "from 1m to 90d" },
	{ "yes; max=5h", "from 1m to 4h" },
	{ "yes; max=10s", "from 1m to 4h" },
	{ "yes; lang=english", "two letters" },
	{ "yes; lang=e1", "two letters" },
	{ "yes; to=12", "to cannot be rung: write it with +" },
	{ "yes; window=\"always\"", "the hours cannot be read" },
	{ "yes; window=\"Mon-Fri 09:00-17:00\"", "the hours cannot be read" },
	{ "yes; window=\"Mon", "lacks its closing quote" },
	{ "yes; ref=\"\\", "lacks its closing quote" },
	{ "yes; ref=12345678901234567890123456789012345678901",
	    "at most 40" },
	{ "yes; ext=42", "ext goes with a number, not with yes" },
	{ "sip:a@b.c; ext=42", "ext goes with a number" },
	{ "+442079460123; ext=4x", "digits only" },
	{ "+442079460123; ext=12345678901", "at most 10 digits" },
	{ "y\x65s\x01", "printable ASCII" },
	{ "yes; ref=\"caf\xc3\xa9\"", "printable ASCII" },
	{ "yes\r", "printable ASCII" },
	{ "yes\n", "printable ASCII" },
	{ "yes\r\nX-Other: 1", "printable ASCII" },
	{ "=?utf-8?q?yes?=", "write yes, no" },
};

struct want {
	const char	*in;
	enum offer_wish	 wish;
	const char	*destination, *ext, *offeree;
	uint32_t	 expires_s, max_s;
	uint8_t		 uses, days;
	const char	*lang, *reference;
};

static const struct want good[] = {
	{ "no", OFFER_NO, "", "", "", 0, 0, 0, 0, "", "" },
	{ " NO ", OFFER_NO, "", "", "", 0, 0, 0, 0, "", "" },
	{ "yes", OFFER_REGISTERED, "", "", "", 0, 0, 0, 0, "", "" },
	{ "\tYes\t", OFFER_REGISTERED, "", "", "", 0, 0, 0, 0, "", "" },
	{ "yes ; uses=255", OFFER_REGISTERED, "", "", "", 0, 0, 255, 0, "",
	    "" },
	{ "yes;expires=90d;max=4h;uses=1", OFFER_REGISTERED, "", "", "",
	    7776000, 14400, 1, 0, "", "" },
	{ "+1 (415) 555-0100", OFFER_DESTINATION, "+14155550100", "", "", 0,
	    0, 0, 0, "", "" },
	{ "+14155550100; expires=7d; uses=3; to=\"+442079460123\"; max=30m; "
	    "window=\"Mon-Fri 09:00-17:00 Europe/Berlin\"; lang=de",
	    OFFER_DESTINATION, "+14155550100", "", "+442079460123", 604800,
	    1800, 3, 0x1f, "de", "" },
	{ "+14155550100;\r\n expires=7d;\r\n\tlang=FR", OFFER_DESTINATION,
	    "+14155550100", "", "", 604800, 0, 0, 0, "fr", "" },
	{ "+14155550100;\n expires=7d", OFFER_DESTINATION, "+14155550100",
	    "", "", 604800, 0, 0, 0, "", "" },
	{ "+442079460123; ext=42", OFFER_DESTINATION, "+442079460123", "42",
	    "", 0, 0, 0, 0, "", "" },
	{ "sips:Desk@Example.COM", OFFER_DESTINATION, "sips:Desk@example.com",
	    "", "", 0, 0, 0, 0, "", "" },
	{ "sip:Desk@Example.COM", OFFER_DESTINATION, "sip:Desk@example.com",
	    "", "", 0, 0, 0, 0, "", "" },
	{ "yes; ref=\"order \\\"12\\\" \\\\ 3\"", OFFER_REGISTERED, "", "", "",
	    0, 0, 0, 0, "", "order \"12\" \\ 3" },
	{ "yes; EXPIRES=\"2h\"", OFFER_REGISTERED, "", "", "", 7200, 0, 0, 0,
	    "", "" },
	{ "yes; to=sip", OFFER_REGISTERED, "", "", NULL, 0, 0, 0, 0, "", "" },
};

/* For the test's own output: one line. */
static const char *
shown(const char *text)
{
	static char line[256];
	size_t i;

	snprintf(line, sizeof(line), "%s", text);
	for (i = 0; line[i] != '\0'; i++)
		if (line[i] < ' ' || line[i] > '~' || line[i] == '#')
			line[i] = '?';
	return line;
}

static void
check_good(const struct want *w)
{
	char why[200] = "";
	struct offer o;
	int rc = offer_parse(&o, w->in, strlen(w->in), why, sizeof(why));

	if (w->offeree == NULL) {
		is_int(rc, -1, "refused: %s", shown(w->in));
		return;
	}
	if (!is_int(rc, 0, "read: %s (%s)", shown(w->in), why))
		return;
	is_int(o.wish, w->wish, " the wish");
	is_str(o.destination.text, w->destination, " the destination");
	is_str(o.destination.ext, w->ext, " the extension");
	is_str(o.offeree.text, w->offeree, " the offeree");
	is_int(o.expires_s, w->expires_s, " the lifetime");
	is_int(o.max_s, w->max_s, " the longest call");
	is_int(o.uses, w->uses, " the uses");
	is_int(o.window.days, w->days, " the days");
	is_str(o.lang, w->lang, " the language");
	is_str(o.reference, w->reference, " the reference");
}

int
main(void)
{
	char why[200], text[OFFER_MAX + 2];
	struct offer o;
	size_t i, n;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		why[0] = '\0';
		n = strlen(refused[i].in);
		is_int(offer_parse(&o, tap_edge(refused[i].in, n), n, why,
		    sizeof(why)), -1, "refused: %s",
		    shown(refused[i].in));
		ok(strstr(why, refused[i].why) != NULL, " says why: %s", why);
		ok(strstr(why, "946") == NULL, " without the number");
	}
	is_int(offer_parse(&o, "yes\0; uses=1", 12, why, sizeof(why)), -1,
	    "a NUL ends nothing");

	memset(text, ' ', sizeof(text));
	memcpy(text, "yes", 3);
	is_int(offer_parse(&o, text, OFFER_MAX, why, sizeof(why)), 0,
	    "512 characters");
	text[OFFER_MAX] = ' ';
	is_int(offer_parse(&o, text, OFFER_MAX + 1, why, sizeof(why)), -1,
	    "not 513");

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_good(&good[i]);
	return tap_done();
}
