#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/money.h"
#include "lib/tariff.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "bridge-client/call.h"
#include "bridge-client/mail.h"

#include "bridge-client/letter.h"

#define RECEIPT	".receipt"	/* a call may have this beside another mail */

/* The words of one language.  %s: in WHEN a time, in the others what it says.*/
struct words {
	char		 lang[3];
	const char	*subject[LETTER_RECEIPT + 1];
	const char	*text[LETTER_RECEIPT + 1];
	const char	*also_used_up;
	const char	*when, *caller, *mail_to, *reference, *foot;
	/* of a receipt: the time, what a minute costs, the sum, what is left */
	const char	*talked, *rates, *amount, *balance;
};

static const struct words catalogue[] = {
	{ "en", { NULL, "Missed call from your offer",
	    "A call from your offer was declined",
	    "Your call offer is used up",
	    "Receipt for a call from your offer" },
	    { NULL, "Somebody accepted your call offer, but you could not be "
	    "reached.",
	    "Somebody accepted your call offer, but the call was declined.",
	    "Your call offer has been used as often as it allows.",
	    "A call from your offer has been charged to your account." },
	    "The offer cannot be used again.",
	    "When: %s", "Number: %s", "Your mail went to: %s",
	    "Reference: %s",
	    "This mail was made by a machine; nobody reads answers to it.",
	    "Time talked: %s", "Price by the minute: %s", "Charged: %s",
	    "Left on the account: %s" },
	{ "de", { NULL, "Verpasster Anruf auf Ihr Angebot",
	    "Ein Anruf auf Ihr Angebot wurde abgelehnt",
	    "Ihr Anrufangebot ist aufgebraucht",
	    "Beleg f\303\274r einen Anruf auf Ihr Angebot" },
	    { NULL, "Jemand hat Ihr Anrufangebot angenommen, aber Sie waren "
	    "nicht zu erreichen.",
	    "Jemand hat Ihr Anrufangebot angenommen, aber der Anruf wurde "
	    "abgelehnt.",
	    "Ihr Anrufangebot wurde so oft genutzt, wie es erlaubt war.",
	    "Ein Anruf auf Ihr Angebot wurde Ihrem Konto belastet." },
	    "Das Angebot kann nicht noch einmal genutzt werden.",
	    "Wann: %s", "Nummer: %s", "Ihre Mail ging an: %s",
	    "Zeichen: %s",
	    "Diese Mail kommt von einer Maschine; niemand liest Antworten.",
	    "Gespr\303\244chsdauer: %s", "Preis je Minute: %s",
	    "Belastet: %s", "Guthaben: %s" },
	{ "es", { NULL, "Llamada perdida de su oferta",
	    "Se rechaz\303\263 una llamada de su oferta",
	    "Su oferta de llamada est\303\241 agotada",
	    "Recibo de una llamada de su oferta" },
	    { NULL, "Alguien acept\303\263 su oferta de llamada, pero no se le "
	    "pudo localizar.",
	    "Alguien acept\303\263 su oferta de llamada, pero la llamada fue "
	    "rechazada.",
	    "Su oferta de llamada se ha usado tantas veces como permite.",
	    "Se ha cargado a su cuenta una llamada de su oferta." },
	    "La oferta no se puede volver a usar.",
	    "Cu\303\241ndo: %s", "N\303\272mero: %s",
	    "Su correo fue enviado a: %s", "Referencia: %s",
	    "Este correo es autom\303\241tico; nadie lee las respuestas.",
	    "Tiempo hablado: %s", "Precio por minuto: %s", "Cargado: %s",
	    "Saldo de la cuenta: %s" },
	{ "fr", { NULL, "Appel manqu\303\251 suite \303\240 votre offre",
	    "Un appel suite \303\240 votre offre a \303\251t\303\251 "
	    "refus\303\251",
	    "Votre offre d'appel est \303\251puis\303\251e",
	    "Re\303\247u pour un appel suite \303\240 votre offre" },
	    { NULL, "Quelqu'un a accept\303\251 votre offre d'appel, mais vous "
	    "\303\251tiez injoignable.",
	    "Quelqu'un a accept\303\251 votre offre d'appel, mais l'appel a "
	    "\303\251t\303\251 refus\303\251.",
	    "Votre offre d'appel a servi autant de fois que permis.",
	    "Un appel suite \303\240 votre offre a \303\251t\303\251 "
	    "d\303\251bit\303\251 de votre compte." },
	    "L'offre ne peut plus servir.",
	    "Quand : %s", "Num\303\251ro : %s",
	    "Votre courrier \303\251tait adress\303\251 \303\240 : %s",
	    "R\303\251f\303\251rence : %s",
	    "Ce courrier est automatique ; personne ne lit les "
	    "r\303\251ponses.",
	    "Dur\303\251e de conversation : %s", "Prix \303\240 la minute : "
	    "%s", "D\303\251bit\303\251 : %s", "Solde du compte : %s" },
};
#define N_LANGUAGES (sizeof(catalogue) / sizeof(catalogue[0]))

static const struct words *
words_in(const char *lang)
{
	size_t i;

	for (i = 0; i < N_LANGUAGES; i++)
		if (strcmp(catalogue[i].lang, lang) == 0)
			return &catalogue[i];
	return &catalogue[0];
}

static void
put_head(struct buf *b, const struct letter *l, const struct words *w)
{
	char id[TOKEN_UUID_SIZE + sizeof(RECEIPT)];
	const struct mail_head head = { .from = l->from,
		.to = l->call->acc.offeror, .subject = w->subject[l->kind],
		.id = id, .lang = w->lang, .now = l->now };

	token_uuid_text(l->call->acc.id, id);
	if (l->kind == LETTER_RECEIPT)
		memcpy(id + strlen(id), RECEIPT, sizeof(RECEIPT));
	mail_begin(b, &head);
}

/*
 * The seconds that were paid for.  The record knows those of the wall clock,
 * which may be off by the one that was begun.
 */
static int64_t
paid_s(const struct call *c)
{
	int64_t s = call_talk_s(c, c->ended_at), i;

	for (i = s; i <= s + 1; i++)
		if (call_cost(&c->acc.fare, i) == c->cost)
			return i;
	return s > c->acc.max_s ? c->acc.max_s : s;
}

/* "0.02 EUR + 0.15 EUR (60/60)": to be connected, a minute, the rounding. */
static void
put_rate(struct buf *b, const struct tariff_rate *r, const char *currency)
{
	char text[MONEY_SAID_SIZE];

	if (r->setup > 0) {
		money_say(r->setup, currency, text);
		buf_printf(b, "%s + ", text);
	}
	money_say(r->minute, currency, text);
	buf_printf(b, "%s (%u/%u)", text, r->first_s, r->step_s);
}

/* What it was charged for, so that one can count it oneself. */
static void
put_charge(struct buf *b, const struct letter *l, const struct words *w)
{
	const struct call_fare *f = &l->call->acc.fare;
	int64_t s = paid_s(l->call);
	char amount[MONEY_SAID_SIZE], time[48];
	struct buf rates;

	snprintf(time, sizeof(time), "%lld:%02d:%02d", (long long)(s / 3600),
	    (int)(s / 60 % 60), (int)(s % 60));
	mail_said(b, w->talked, time);
	buf_init(&rates, 256);
	put_rate(&rates, &f->rate[0], f->currency);
	buf_str(&rates, "; ");
	put_rate(&rates, &f->rate[1], f->currency);
	mail_said(b, w->rates, buf_cstr(&rates));
	buf_free(&rates);
	money_say(l->call->cost, f->currency, amount);
	mail_said(b, w->amount, amount);
	money_say(l->balance, f->currency, amount);
	mail_said(b, w->balance, l->has_balance ? amount : "");
}

static void
put_text(struct buf *b, const struct letter *l, const struct words *w)
{
	const struct acceptance *acc = &l->call->acc;
	time_t t = (time_t)l->call->accepted_at;
	char when[64], number[TEL_REDACTED_SIZE];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
	call_redact(l->call, 0, number);
	mail_line(b, w->text[l->kind]);
	if (l->is_used_up && l->kind != LETTER_USED_UP)
		mail_line(b, w->also_used_up);
	mail_line(b, "");
	mail_said(b, w->when, when);
	if (l->kind == LETTER_RECEIPT)
		put_charge(b, l, w);
	else
		mail_said(b, w->caller, number);
	mail_said(b, w->mail_to, acc->recipient);
	mail_said(b, w->reference, acc->reference);
	mail_line(b, "");
	mail_line(b, w->foot);
}

int
letter_put(struct buf *b, const struct letter *l)
{
	const struct words *w = words_in(l->call->acc.b_lang);

	if (!mail_is_address(l->call->acc.offeror) || !mail_is_address(l->from))
		return -1;
	put_head(b, l, w);
	put_text(b, l, w);
	return buf_ok(b) ? 0 : -1;
}
