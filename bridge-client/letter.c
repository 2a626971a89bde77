#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "bridge-client/call.h"
#include "bridge-client/mail.h"

#include "bridge-client/letter.h"

/* The words of one language.  %s: in WHEN a time, in the others what it says.*/
struct words {
	char		 lang[3];
	const char	*subject[LETTER_USED_UP + 1];
	const char	*text[LETTER_USED_UP + 1];
	const char	*also_used_up;
	const char	*when, *caller, *mail_to, *reference, *foot;
};

static const struct words catalogue[] = {
	{ "en", { NULL, "Missed call from your offer",
	    "A call from your offer was declined",
	    "Your call offer is used up" },
	    { NULL, "Somebody accepted your call offer, but you could not be "
	    "reached.",
	    "Somebody accepted your call offer, but the call was declined.",
	    "Your call offer has been used as often as it allows." },
	    "The offer cannot be used again.",
	    "When: %s", "Number: %s", "Your mail went to: %s",
	    "Reference: %s",
	    "This mail was made by a machine; nobody reads answers to it." },
	{ "de", { NULL, "Verpasster Anruf auf Ihr Angebot",
	    "Ein Anruf auf Ihr Angebot wurde abgelehnt",
	    "Ihr Anrufangebot ist aufgebraucht" },
	    { NULL, "Jemand hat Ihr Anrufangebot angenommen, aber Sie waren "
	    "nicht zu erreichen.",
	    "Jemand hat Ihr Anrufangebot angenommen, aber der Anruf wurde "
	    "abgelehnt.",
	    "Ihr Anrufangebot wurde so oft genutzt, wie es erlaubt war." },
	    "Das Angebot kann nicht noch einmal genutzt werden.",
	    "Wann: %s", "Nummer: %s", "Ihre Mail ging an: %s",
	    "Zeichen: %s",
	    "Diese Mail kommt von einer Maschine; niemand liest Antworten." },
	{ "es", { NULL, "Llamada perdida de su oferta",
	    "Se rechaz\303\263 una llamada de su oferta",
	    "Su oferta de llamada est\303\241 agotada" },
	    { NULL, "Alguien acept\303\263 su oferta de llamada, pero no se le "
	    "pudo localizar.",
	    "Alguien acept\303\263 su oferta de llamada, pero la llamada fue "
	    "rechazada.",
	    "Su oferta de llamada se ha usado tantas veces como permite." },
	    "La oferta no se puede volver a usar.",
	    "Cu\303\241ndo: %s", "N\303\272mero: %s",
	    "Su correo fue enviado a: %s", "Referencia: %s",
	    "Este correo es autom\303\241tico; nadie lee las respuestas." },
	{ "fr", { NULL, "Appel manqu\303\251 suite \303\240 votre offre",
	    "Un appel suite \303\240 votre offre a \303\251t\303\251 "
	    "refus\303\251",
	    "Votre offre d'appel est \303\251puis\303\251e" },
	    { NULL, "Quelqu'un a accept\303\251 votre offre d'appel, mais vous "
	    "\303\251tiez injoignable.",
	    "Quelqu'un a accept\303\251 votre offre d'appel, mais l'appel a "
	    "\303\251t\303\251 refus\303\251.",
	    "Votre offre d'appel a servi autant de fois que permis." },
	    "L'offre ne peut plus servir.",
	    "Quand : %s", "Num\303\251ro : %s",
	    "Votre courrier \303\251tait adress\303\251 \303\240 : %s",
	    "R\303\251f\303\251rence : %s",
	    "Ce courrier est automatique ; personne ne lit les "
	    "r\303\251ponses." },
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
	char id[TOKEN_UUID_SIZE];
	const struct mail_head head = { .from = l->from,
		.to = l->call->acc.offeror, .subject = w->subject[l->kind],
		.id = id, .lang = w->lang, .now = l->now };

	token_uuid_text(l->call->acc.id, id);
	mail_begin(b, &head);
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
