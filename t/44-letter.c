/*
 * Receipts: the words of each language, what was talked, and amounts as their
 * currency writes them; the time that was paid for, and no number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#include "bridge-client/call/call.h"
#include "bridge-client/mail/letter.h"
#include "bridge-client/mail/letter_link.h"
#include "bridge-client/payer/means.h"

#include "t/tap.h"

#define WALL	1790000000

static void
make_call(struct call *c, const char *currency, const char *payer)
{
	const char *why;
	struct acceptance a;

	memset(&a, 0, sizeof(a));
	if (tel_parse(&a.a, "+442079460123", 13, &why) != 0 ||
	    tel_parse(&a.b, "+442079460999", 13, &why) != 0)
		abort();
	snprintf(a.offeror, sizeof(a.offeror), "jane@example.com");
	snprintf(a.recipient, sizeof(a.recipient), "joe@example.net");
	snprintf(a.reference, sizeof(a.reference), "order 4711");
	snprintf(a.fare.currency, sizeof(a.fare.currency), "%s", currency);
	snprintf(a.fare.payer, sizeof(a.fare.payer), "%s", payer);
	a.fare.rate[0] = (struct tariff_rate){ 20000, 150000, 1, 1 };
	a.fare.rate[1] = (struct tariff_rate){ 0, 12000, 60, 60 };
	a.fare.hold = 100 * MONEY_ONE;
	a.max_s = 3600;
	call_init(c, &a);
	c->state = CALL_ENDED;
	c->end = ASK_END_TALKED;
	c->accepted_at = WALL;
	c->talk_at = WALL + 20;
}

/* Without soft line breaks; "?=" ends a word of a header. */
static const char *
unfolded(const char *text)
{
	static char out[65536];
	size_t n = 0;

	for (; *text != '\0' && n + 1 < sizeof(out); text++)
		if (strncmp(text, "=\r\n", 3) == 0 &&
		    (n == 0 || out[n - 1] != '?'))
			text += 2;
		else
			out[n++] = *text;
	out[n] = '\0';
	return out;
}

/* The mail, good until the next. */
static const char *
letter(struct buf *b, const struct call *c, int64_t left)
{
	const struct letter l = { .kind = LETTER_RECEIPT, .call = c,
	    .from = "calls@example.com", .has_balance = left != 0,
	    .balance = left, .now = WALL + 200 };

	buf_clear(b);
	if (letter_put(b, &l) != 0)
		return "";
	return unfolded(buf_cstr(b));
}

static void
test_text(struct buf *b)
{
	static const struct { const char *lang, *subject, *talked; } cases[] = {
		{ "en", "Subject: Receipt for a call from your offer\r\n",
		    "Time talked: 0:01:30\r\n" },
		{ "de", "Content-Language: de\r\n",
		    "Gespr=C3=A4chsdauer: 0:01:30\r\n" },
		{ "es", "Subject: Recibo de una llamada de su oferta\r\n",
		    "Tiempo hablado: 0:01:30\r\n" },
		{ "fr", "Content-Language: fr\r\n",
		    "Dur=C3=A9e de conversation : 0:01:30\r\n" },
		{ "ja", "Subject: =?utf-8?B?44GK6KqY44GE44GL44KJ44Gu6YCa6Kmx"
		    "44Gu6aCY5Y+O5pu4?=\r\n",
		    "=E9=96=93=EF=BC=9A0:01:30\r\n" }
	};
	struct call c;
	const char *text;
	size_t i;

	make_call(&c, "EUR", CALL_PREPAID);
	c.ended_at = c.talk_at + 89;	/* and a part of a second */
	c.cost = call_cost(&c.acc.fare, 90);
	is_int(c.cost, 269000, "what 90 seconds cost");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(c.acc.b_lang, cases[i].lang, 3);
		text = letter(b, &c, 1731000);
		ok(strstr(text, cases[i].subject) != NULL, "%s",
		    cases[i].lang);
		ok(strstr(text, cases[i].talked) != NULL,
		    "  the time that was paid for");
		ok(strstr(text, "0.02 EUR + 0.15 EUR (1/1); "
		    "0.012 EUR (60/60)\r\n") != NULL, "  the prices");
		ok(strstr(text, "0.269 EUR\r\n") != NULL, "  what it cost");
		ok(strstr(text, "1.731 EUR\r\n") != NULL, "  what is left");
		ok(strstr(text, "order 4711\r\n") != NULL, "  its reference");
		ok(strstr(text, "7946") == NULL && strstr(text, "+44") == NULL,
		    "  and no number");
		ok(strstr(text, ".receipt@example.com>") != NULL,
		    "  another message than the call's other mail");
	}
}

/* Between two marks, so that what is in a line of Arabic stays as it is. */
static void
test_direction(struct buf *b)
{
	static const char *const said[] = { "0.269 EUR", "1.731 EUR",
		"order 4711", "0:01:30", "joe@example.net" };
	char marked[64];
	const char *text;
	struct call c;
	size_t i;

	make_call(&c, "EUR", CALL_PREPAID);
	c.ended_at = c.talk_at + 89;
	c.cost = call_cost(&c.acc.fare, 90);
	memcpy(c.acc.b_lang, "ar", 3);
	text = letter(b, &c, 1731000);
	ok(strstr(text, "Content-Language: ar\r\n") != NULL, "in Arabic");
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		snprintf(marked, sizeof(marked),
		    ": =E2=80=8E%s=E2=80=8E\r\n", said[i]);
		ok(strstr(text, marked) != NULL, "%s", said[i]);
	}
}

static void
test_link(struct buf *b)
{
	struct means m = { .lang = "ar", .account = "acme",
	    .address = "jane@example.com", .until = WALL };
	const struct letter_link l = { .link = &m, .payer = "Stripe",
	    .url = "https://call.example.com/p/x", .now = WALL,
	    .from = "calls@example.com" };
	static const char *const said[] = { "acme", "Stripe",
	    "2026-09-21 14:13 UTC" };
	char marked[64];
	size_t i;

	buf_clear(b);
	is_int(letter_link_put(b, &l), 0, "a link in Arabic");
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		snprintf(marked, sizeof(marked), "=E2=80=8E%s=E2=80=8E",
		    said[i]);
		ok(strstr(unfolded(buf_cstr(b)), marked) != NULL, "%s",
		    said[i]);
	}
}

static void
test_charge(struct buf *b)
{
	static const struct {
		const char	*currency;
		int64_t		 seconds, cost;
		const char	*said;
	} cases[] = {
		/* 0.02 + 0.0025 + 0.012, to the next cent */
		{ "EUR", 1, 40000, ": 0.04 EUR\r\n" },
		{ "JPY", 1, 1000000, ": 1 JPY\r\n" },
		{ "KWD", 1, 35000, ": 0.035 KWD\r\n" },
		{ "KWD", 3599, 9738000, ": 9.738 KWD\r\n" }
	};
	struct call c;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_call(&c, cases[i].currency, "bank");
		c.ended_at = c.talk_at + cases[i].seconds;
		c.cost = call_cost(&c.acc.fare, cases[i].seconds);
		is_int(c.cost, cases[i].cost, "%lld s in %s, in its coins",
		    (long long)cases[i].seconds, cases[i].currency);
		text = letter(b, &c, 0);
		ok(strstr(text, cases[i].said) != NULL, "  said so");
		ok(strstr(text, "Left on") == NULL, "  nothing is said of "
		    "what is left: it is not ours to know");
	}
}

int
main(void)
{
	struct buf b;

	buf_init(&b, 65536);
	test_text(&b);
	test_direction(&b);
	test_link(&b);
	test_charge(&b);
	buf_free(&b);
	return tap_done();
}
