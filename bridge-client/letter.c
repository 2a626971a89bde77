#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/scan.h"
#include "lib/tel.h"
#include "lib/token.h"

#include "bridge-client/call.h"

#include "bridge-client/letter.h"

#define LINE		72	/* of quoted-printable, at most */

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

/* What may stand in an envelope and in a header as it is. */
static int
is_address(const char *s)
{
	const char *at = strrchr(s, '@');
	size_t i;

	if (at == NULL || at == s || at[1] == '\0')
		return 0;
	for (i = 0; s[i] != '\0'; i++)
		if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] > '~' ||
		    strchr("<>()[],;:\"\\", s[i]) != NULL)
			return 0;
	return 1;
}

/* RFC 2047, in pieces that are short enough; ASCII as it is. */
static void
put_subject(struct buf *b, const char *text)
{
	size_t len = strlen(text), i, n;

	buf_str(b, "Subject:");
	for (i = 0; i < len && (unsigned char)text[i] < 0x80; i++)
		continue;
	if (i == len) {
		buf_printf(b, " %s\r\n", text);
		return;
	}
	for (i = 0; i < len; i += n) {
		n = len - i < 42 ? len - i : 42;
		while (i + n < len && ((unsigned char)text[i + n] & 0xc0) ==
		    0x80)
			n--;
		buf_str(b, i == 0 ? " =?utf-8?B?" : "\r\n =?utf-8?B?");
		buf_base64(b, text + i, n);
		buf_str(b, "?=");
	}
	buf_str(b, "\r\n");
}

static void
put_date(struct buf *b, int64_t now)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)now;
	struct tm tm;

	gmtime_r(&t, &tm);
	buf_printf(b, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* A line of the text (RFC 2045, 6.7). */
static void
put_line(struct buf *b, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t column = 0;

	for (; *p != '\0'; p++) {
		if (column > LINE - 3) {
			buf_str(b, "=\r\n");
			column = 0;
		}
		if (*p >= 0x80 || *p < ' ' || *p == '=' || *p == 0x7f ||
		    (*p == '.' && column == 0) ||
		    (*p == ' ' && p[1] == '\0')) {
			buf_printf(b, "=%02X", *p);
			column += 3;
		} else {
			buf_u8(b, *p);
			column++;
		}
	}
	buf_str(b, "\r\n");
}

/* A sentence with its one hole; nothing where there is nothing to say. */
static void
put_said(struct buf *b, const char *sentence, const char *what)
{
	const char *hole = strstr(sentence, "%s");
	char line[512];

	if (what[0] == '\0')
		return;
	snprintf(line, sizeof(line), "%.*s%s%s", (int)(hole - sentence),
	    sentence, what, hole + 2);
	put_line(b, line);
}

static void
put_head(struct buf *b, const struct letter *l, const struct words *w)
{
	char id[TOKEN_UUID_SIZE];

	token_uuid_text(l->call->acc.id, id);
	put_date(b, l->now);
	buf_printf(b, "From: <%s>\r\nTo: <%s>\r\n", l->from,
	    l->call->acc.offeror);
	put_subject(b, w->subject[l->kind]);
	/* the same call is the same message, whoever sees it twice */
	buf_printf(b, "Message-ID: <%s@%s>\r\n", id,
	    strrchr(l->from, '@') + 1);
	buf_printf(b, "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Content-Language: %s\r\n\r\n", w->lang);
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
	put_line(b, w->text[l->kind]);
	if (l->is_used_up && l->kind != LETTER_USED_UP)
		put_line(b, w->also_used_up);
	put_line(b, "");
	put_said(b, w->when, when);
	put_said(b, w->caller, number);
	put_said(b, w->mail_to, acc->recipient);
	put_said(b, w->reference, acc->reference);
	put_line(b, "");
	put_line(b, w->foot);
}

int
letter_put(struct buf *b, const struct letter *l)
{
	const struct words *w = words_in(l->call->acc.b_lang);

	if (!is_address(l->call->acc.offeror) || !is_address(l->from))
		return -1;
	put_head(b, l, w);
	put_text(b, l, w);
	return buf_ok(b) ? 0 : -1;
}
