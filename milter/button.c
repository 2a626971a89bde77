/*
 * The button and the link, in the languages of the house.
 *
 * Padding stands twice: on the cell for Word's renderer, on the link for all
 * others.  The colour stands twice because some clients recolour links.  The
 * caption is outside of the table, or it would stretch the button, and has no
 * colour of its own, or it could not be read on dark.
 */

#include <stdint.h>
#include <string.h>

#include "lib/buf.h"

#include "milter/button.h"

struct words {
	const char	*lang;
	const char	*dir;
	const char	*label;
	const char	*before;	/* caption, up to the name ... */
	const char	*after;		/* ... and behind it */
	const char	*text;		/* ASCII: plain text in any charset */
};

#define ENGLISH_TEXT "Call me - open this link to be connected by phone:"

static const struct words languages[] = {
{ "en", "ltr", "Call me",
    "Opens a page: enter your number and be connected with ", " by phone.",
    ENGLISH_TEXT },
{ "de", "ltr", "Rufen Sie mich an",
    "Öffnet eine Seite: Nummer eingeben und telefonisch mit ",
    " verbunden werden.",
    "Rufen Sie mich an - dieser Link verbindet uns per Telefon:" },
{ "fr", "ltr", "Appelez-moi",
    "Ouvre une page : indiquez votre numéro pour être mis en relation avec ",
    " par téléphone.",
    "Appelez-moi - ouvrez ce lien pour me parler de vive voix :" },
{ "es", "ltr", "Hablemos",
    "Abre una página: indique su número y le conectamos con ",
    " por teléfono.",
    "Hablemos - abra este enlace y le conectamos de viva voz:" },
{ "it", "ltr", "Mi chiami",
    "Apre una pagina: indichi il suo numero e sarà messo in contatto con ",
    " per telefono.",
    "Mi chiami - apra questo link per parlarmi al telefono:" },
{ "nl", "ltr", "Bel mij",
    "Opent een pagina: geef uw nummer en u wordt telefonisch verbonden met ",
    ".",
    "Bel mij - open deze link om telefonisch verbonden te worden:" },
{ "pt", "ltr", "Ligue-me",
    "Abre uma página: indique o seu número e será ligado a ",
    " por telefone.",
    "Ligue-me - abra este link para falar comigo por telefone:" },
{ "ar", "rtl", "اتصل بي",
    "تفتح صفحة: أدخل رقمك وسيتم توصيلك هاتفيا مع ", ".",
    ENGLISH_TEXT },
{ "he", "rtl", "התקשרו אליי",
    "נפתח דף: הזינו את מספרכם ותחוברו טלפונית עם ", ".",
    ENGLISH_TEXT },
};
#define N_LANGUAGES (sizeof(languages) / sizeof(languages[0]))

static const struct words *
find(const char *lang)
{
	size_t i;

	for (i = 0; i < N_LANGUAGES; i++)
		if (strcmp(languages[i].lang, lang) == 0)
			return &languages[i];
	return NULL;
}

int
button_speaks(const char *lang)
{
	return find(lang) != NULL;
}

/* A character of more than one byte (the text is known to be UTF-8). */
static uint32_t
read_utf8(const unsigned char **p)
{
	unsigned n = **p >= 0xf0 ? 3 : **p >= 0xe0 ? 2 : 1;
	uint32_t c = **p & (0x3fu >> n);

	for ((*p)++; n > 0 && (**p & 0xc0) == 0x80; n--)
		c = c << 6 | (*(*p)++ & 0x3f);
	return c;
}

/* Text as HTML shows it, whatever the character set of the message. */
static void
put_escaped(struct buf *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	while (*p != '\0') {
		for (n = 0; p[n] >= ' ' && p[n] < 0x80 &&
		    strchr("<>&\"'", p[n]) == NULL; n++)
			;
		buf_put(out, p, n);
		p += n;
		if (*p >= 0x80)
			buf_printf(out, "&#%u;", read_utf8(&p));
		else if (*p != '\0')
			buf_printf(out, "&#%u;", *p++);
	}
}

void
button_html(const struct button *b, struct buf *out)
{
	const struct words *w = find(b->lang);

	if (w == NULL)
		w = &languages[0];
	buf_str(out, "<div dir=\"");
	buf_str(out, w->dir);
	buf_str(out, "\" style=\"padding:16px 0;"
	    "font-family:Arial,Helvetica,sans-serif\">\r\n"
	    "<table role=\"presentation\" border=\"0\" cellpadding=\"0\" "
	    "cellspacing=\"0\"><tr>\r\n"
	    "<td style=\"background-color:#0B5CAD;border-radius:6px;"
	    "mso-padding-alt:11px 22px\">\r\n"
	    "<a href=\"");
	buf_str(out, b->url);
	buf_str(out, "\"\r\n"
	    "style=\"display:inline-block;padding:11px 22px;"
	    "border:1px solid #5B9BE0;border-radius:6px;"
	    "background-color:#0B5CAD;color:#FFFFFF;font-size:16px;"
	    "font-weight:bold;text-decoration:none\">\r\n"
	    "<span aria-hidden=\"true\" style=\"color:#FFFFFF\">"
	    "&#9742;&#65038;</span>&nbsp;"
	    "<span style=\"color:#FFFFFF\">");
	put_escaped(out, w->label);
	buf_str(out, "</span></a></td>\r\n"
	    "</tr></table>\r\n"
	    "<div style=\"padding-top:6px;font-size:12px\">");
	put_escaped(out, w->before);
	put_escaped(out, b->name);
	put_escaped(out, w->after);
	buf_str(out, "</div></div>\r\n");
}

void
button_text(const struct button *b, struct buf *out)
{
	const struct words *w = find(b->lang);

	buf_str(out, w != NULL ? w->text : languages[0].text);
	buf_str(out, "\r\n");
	buf_str(out, b->url);
	buf_str(out, "\r\n");
}
