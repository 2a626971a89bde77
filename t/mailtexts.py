"""How mail programs write: texts with signatures, quotes and attributions.
HERE stands where the button belongs: below the author's own words.

Each: a name, the hazards that it is about, the text with LF.
"""
HERE = "\u2316"
OWN = "Dear Bob,\n\nthe words of today.\n" + HERE
QUOTE = "> the words\n> of yesterday\n"
OLD = "the words\nof yesterday\n"
MARK = " <bob@example.net>"


def attribution(line):
    return OWN + "\n" + line + "\n\n" + QUOTE


# The line that says who wrote what is quoted: program and language.
ATTRIBUTIONS = (
    ("gmail-en", "On Mon, Nov 2, 2026 at 10:00 AM Bob%s wrote:" % MARK),
    ("gmail-en-wrapped", "On Mon, Nov 2, 2026 at 10:00 AM Bob Robert Example "
     "<\nbob@example.net> wrote:"),
    ("gmail-de", "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Bob%s:" % MARK),
    ("gmail-de-wrapped", "Am Mo., 2. Nov. 2026 um 10:00 Uhr schrieb Bob "
     "Example <\nbob@example.net>:"),
    ("gmail-fr", "Le lun. 2 nov. 2026 \u00e0 10:00, Bob%s a \u00e9crit :"
     % MARK),
    ("gmail-es", "El lun, 2 nov 2026 a las 10:00, Bob (<bob@example.net>) "
     "escribi\u00f3:"),
    ("gmail-it", "Il giorno lun 2 nov 2026 alle ore 10:00 Bob%s ha scritto:"
     % MARK),
    ("gmail-it-wrapped", "Il giorno lun 2 nov 2026 alle ore 10:00 Bob <\n"
     "bob@example.net> ha scritto:"),
    ("gmail-pt", "Em seg., 2 de nov. de 2026 \u00e0s 10:00, Bob%s escreveu:"
     % MARK),
    ("gmail-nl", "Op ma 2 nov 2026 om 10:00 schreef Bob%s:" % MARK),
    ("gmail-pl", "pon., 2 lis 2026 o 10:00 Bob%s napisa\u0142(a):" % MARK),
    ("gmail-sv", "Den m\u00e5n 2 nov. 2026 kl 10:00 skrev Bob%s:" % MARK),
    ("gmail-da", "Den man. 2. nov. 2026 kl. 10.00 skrev Bob%s:" % MARK),
    ("gmail-nb", "man. 2. nov. 2026 kl. 10:00 skrev Bob%s:" % MARK),
    ("gmail-nb-wrapped", "man. 2. nov. 2026 kl. 10:00 skrev Bob Robert Example "
     "<\nbob@example.net>:"),
    ("gmail-ru-old", "02.11.2026 10:00 \u043f\u043e\u043b\u044c\u0437"
     "\u043e\u0432\u0430\u0442\u0435\u043b\u044c \"Bob\" <\n"
     "bob@example.net> \u043d\u0430\u043f\u0438\u0441\u0430\u043b:"),
    ("gmail-fi", "ma 2. marrask. 2026 klo 10.00 Bob (bob@example.net) "
     "kirjoitti:"),
    ("gmail-cs", "po 2. 11. 2026 v 10:00 odes\u00edlatel Bob%s napsal:"
     % MARK),
    ("gmail-ru", "\u043f\u043d, 2 \u043d\u043e\u044f\u0431. 2026 \u0433. "
     "\u0432 10:00, Bob%s:" % MARK),
    ("gmail-ja", "2026\u5e7411\u67082\u65e5(\u6708) 10:00 Bob%s:" % MARK),
    ("gmail-zh", "Bob%s \u4e8e2026\u5e7411\u67082\u65e5\u5468\u4e00 "
     "10:00\u5199\u9053\uff1a" % MARK),
    ("gmail-ko", "2026\ub144 11\uc6d4 2\uc77c (\uc6d4) \uc624\uc804 10:00, "
     "Bob%s\ub2d8\uc774 \uc791\uc131:" % MARK),
    ("gmail-tr", "Bob%s, 2 Kas 2026 Pzt, 10:00 tarihinde \u015funu "
     "yazd\u0131:" % MARK),
    ("gmail-he", "\u202b\u05d1\u05ea\u05d0\u05e8\u05d9\u05da \u05d9\u05d5"
     "\u05dd \u05d1\u05f3, 2 \u05d1\u05e0\u05d5\u05d1\u05f3 2026 \u05d1-"
     "10:00 \u05de\u05d0\u05ea \u202aBob\u202c\u200f <\u202a"
     "bob@example.net\u202c\u200f>:\u202c"),
    ("thunderbird-en", "On 02/11/2026 10:00, Bob wrote:"),
    ("thunderbird-de", "Am 02.11.26 um 10:00 schrieb Bob:"),
    ("thunderbird-fr", "Le 02/11/2026 \u00e0 10:00, Bob a \u00e9crit\u00a0:"),
    ("thunderbird-nl", "Op 02-11-2026 om 10:00 schreef Bob:"),
    ("mutt", "On Mon, Nov 02, 2026 at 10:00:00AM +0100, Bob Example wrote:"),
    ("horde", "Quoting Bob Example%s:" % MARK),
    ("horde-de", "Zitat von Bob Example%s:" % MARK),
    ("gnus", "Bob Example%s writes:" % MARK),
    ("kmail", "On Monday, 2 November 2026 10:00:00 CET Bob wrote:"),
    ("notes", "Bob Example%s wrote on 02/11/2026 10:00:00:" % MARK),
)


# What stands above a message that is quoted or forwarded without marks.
def headers(*names):
    values = ("Bob Example%s" % MARK, "Monday, 2 November 2026 10:00",
              "Alice <alice@example.com>", "Re: t")
    return "".join("%s %s\n" % p for p in zip(names, values)) + "\n" + OLD


EN = headers("From:", "Sent:", "To:", "Subject:")
TITLES = (
    ("outlook-en", "-----Original Message-----\n" + EN),
    ("outlook-de", "-----Urspr\u00fcngliche Nachricht-----\n" +
     headers("Von:", "Gesendet:", "An:", "Betreff:")),
    ("outlook-fr", "-----Message d'origine-----\n" +
     headers("De\u00a0:", "Envoy\u00e9\u00a0:", "\u00c0\u00a0:",
             "Objet\u00a0:")),
    ("outlook-es", "-----Mensaje original-----\n" +
     headers("De:", "Enviado el:", "Para:", "Asunto:")),
    ("outlook-it", "-----Messaggio originale-----\n" +
     headers("Da:", "Inviato:", "A:", "Oggetto:")),
    ("outlook-nl", "-----Oorspronkelijk bericht-----\n" +
     headers("Van:", "Verzonden:", "Aan:", "Onderwerp:")),
    ("outlook-web", "________________________________\n" + EN),
    ("outlook-web-stars", "________________________________\n" +
     headers("*From:*", "*Sent:*", "*To:*", "*Subject:*")),
    ("outlook-new", EN),
    ("outlook-new-de", headers("Von:", "Gesendet:", "An:", "Betreff:")),
    ("outlook-new-fr", headers("De :", "Envoy\u00e9 :", "\u00c0 :",
                               "Objet :")),
    ("outlook-date", headers("From:", "Date:", "To:", "Subject:")),
    ("gmail-forward", "---------- Forwarded message ---------\n" +
     headers("From:", "Date:", "To:", "Subject:")),
    ("gmail-forward-old", "---------- Forwarded message ----------\n" +
     headers("From:", "Date:", "To:", "Subject:")),
    ("thunderbird-forward", "-------- Forwarded Message --------\n" +
     headers("From:", "Date:", "To:", "Subject:")),
    ("thunderbird-forward-de", "-------- Weitergeleitete Nachricht --------\n"
     + headers("Von:", "Datum:", "An:", "Betreff:")),
    ("apple-forward", "Begin forwarded message:\n\n" +
     headers("From:", "Date:", "To:", "Subject:")),
    ("yahoo", "On Monday, November 2, 2026 at 10:00:00 AM GMT+1, Bob "
     "Example%s wrote:  \n \n \n " % MARK + OLD),
    ("yahoo-fr", "Le lundi 2 novembre 2026 \u00e0 10:00:00 UTC+1, Bob%s a "
     "\u00e9crit :\n\n" % MARK + OLD),
)

SIGNATURE = "-- \nAlice Example\nExample Ltd\n"
BUTTON = "Call me - open this link to be connected by phone:\n" \
    "https://call.example.com/o/AAAA-old-one\n"

# Everything else.
OTHERS = (
    ("empty", (41,), HERE),
    ("one-line-end", (41,), HERE + "\n"),
    ("no-line-end", (11,), "Hello" + HERE),
    ("only-signature", (41,), HERE + SIGNATURE),
    ("signature", (11,), OWN + SIGNATURE),
    ("signature-without-space", (11,), OWN + "--\nAlice\n"),
    ("signature-then-quote", (29,), OWN + "\n" + SIGNATURE + "\n" +
     "On 02/11/2026 10:00, Bob wrote:\n" + QUOTE),
    ("quote-then-signature", (29,), OWN + "\nOn 02/11/2026 10:00, Bob wrote:"
     "\n" + QUOTE + "\n" + SIGNATURE),
    ("two-signatures", (11,), OWN + SIGNATURE + "\n-- \nThe list\n"),
    ("bottom-post", (29,), "On 02/11/2026 10:00, Bob wrote:\n" + QUOTE +
     "\n" + OWN + "\n" + SIGNATURE),
    ("interleaved", (29,), "On 02/11/2026 10:00, Bob wrote:\n" + QUOTE +
     "\nYes.\n\n> and this?\n\nNo.\n" + HERE),
    ("interleaved-signature", (29,), "> this?\n\nYes.\n\n> and this?\n\nNo.\n"
     + HERE + SIGNATURE),
    ("quote-without-attribution", (29,), OWN + "\n" + QUOTE),
    ("nested-quotes", (29,), OWN + "\nOn 02/11/2026 10:00, Bob wrote:\n"
     "> On 01/11/2026 09:00, Alice wrote:\n>> older\n>\n> old\n"),
    ("apple-quoted-attribution", (29,), OWN + "\n> On 2 Nov 2026, at 10:00, "
     "Bob <bob@example.net> wrote:\n> \n> the words\n> of yesterday\n"),
    ("older-button-in-quote", (29,), OWN + "\nOn 02/11/2026 10:00, Bob wrote:"
     "\n> Hello\n> \n" + "".join("> %s\n" % s for s in BUTTON.split("\n")[:2])),
    ("older-button-below-title", (29,), OWN + "\n-----Original Message-----\n"
     + EN + "\n" + BUTTON),
    ("quoted-signature", (29,), OWN + "\nOn 02/11/2026 10:00, Bob wrote:\n"
     "> Hello\n> -- \n> Bob\n"),
    ("outlook-mobile", (29,), "The words.\n\nGet Outlook for iOS"
     "<https://aka.ms/o0ukef>\n" + HERE + "________________________________\n"
     + EN),
    ("iphone", (29,), "The words.\n\nSent from my iPhone\n" + HERE +
     "\n> On 2 Nov 2026, at 10:00, Bob <bob@example.net> wrote:\n> \n" + QUOTE),
    ("ruler-of-the-author", (29,), "Prices\n-----------\nTen euro: one\n\n"
     "____________________\n\nand two.\n" + HERE),
    ("dashed-title-of-the-author", (29,), "----- News -----\n\nNone today\n"
     + HERE),
    ("colon-of-the-author", (29,), "Two things I said on 1 May:\n\none\ntwo\n"
     + HERE),
    ("on-of-the-author", (29,), "On 3 May I wrote:\n\nno more\n" + HERE),
    ("from-of-the-author", (14,), "From here to there: far.\n.\n..\nFrom \n"
     + HERE),
    ("from-and-to-of-the-author", (29,), "From: here\nSee: there\n" + HERE),
    ("quote-mark-in-words", (29,), "if a\n> b\nthen c\n" + HERE),
    ("tabs-and-spaces", (14,), "one \n\ttwo\t\n \n" + HERE),
    ("trailing-blank-lines", (41,), "Hello\n" + HERE + "\n\n\n"),
    ("a-dot", (14,), ".\n" + HERE + SIGNATURE),
    ("dashes", (25,), "--x\n--=_\n---\n" + HERE),
    ("long-line", (21,), "x" * 990 + "\nend\n" + HERE),
    ("pgp-mentioned", (3,), "I sent -----BEGIN PGP MESSAGE----- to you.\n"
     "> -----BEGIN PGP SIGNED MESSAGE-----\nSee?\n" + HERE),
)


def plain():
    for name, line in ATTRIBUTIONS:
        yield name, (29,), attribution(line)
    for name, below in TITLES:
        yield name, (29,), OWN + "\n" + below
    yield from OTHERS


# HTML.

P = "<p>The words of today.</p>\n" + HERE
OLD_P = "<p>the words of yesterday</p>"
HEADER = "<b>From:</b> Bob<br><b>Sent:</b> Monday<br><b>To:</b> Alice<br>" \
    "<b>Subject:</b> t"
OLD_BUTTON = "<div><table><tr><td><a href=\"https://call.example.com/o/" \
    "AAAA-old-one\">Call me</a></td></tr></table></div>"


def page(body):
    return "<html><head><title>t</title></head><body>\n" + body + \
        "\n</body></html>\n"


REPLIES = (
    ("gmail", "<div dir=\"ltr\">The words.</div><br>" + HERE +
     "<div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" "
     "class=\"gmail_attr\">On Mon, Nov 2, 2026 at 10:00 AM Bob &lt;<a "
     "href=\"mailto:bob@example.net\">bob@example.net</a>&gt; wrote:<br>"
     "</div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px "
     "0.8ex\">%s</blockquote></div>\n" % OLD_P),
    ("gmail-old", "<div dir=\"ltr\">The words.</div><div class=\""
     "gmail_extra\"><br>" + HERE + "<div class=\"gmail_quote\">On Mon "
     "wrote:<br><blockquote class=\"gmail_quote\">%s</blockquote></div><br>"
     "</div>\n" % OLD_P),
    ("gmail-signature", "<div dir=\"ltr\">The words.<div><br clear=\"all\">"
     "<div><br></div>" + HERE + "<span class=\"gmail_signature_prefix\">-- "
     "</span><br><div dir=\"ltr\" class=\"gmail_signature\">Alice</div>"
     "</div></div>\n"),
    ("gmail-signature-and-quote", "<div dir=\"ltr\">The words." + HERE +
     "<div class=\"gmail_signature\" data-smartmail=\"gmail_signature\">"
     "Alice</div></div><br><div class=\"gmail_quote\">%s</div>\n" % OLD_P),
    ("gmail-forward", "<div dir=\"ltr\">The words.<br><br>" + HERE +
     "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">"
     "---------- Forwarded message ---------<br>From: Bob<br></div>%s</div>"
     "</div>\n" % OLD_P),
    ("outlook", page("<div class=\"WordSection1\"><p class=\"MsoNormal\">The "
     "words.<o:p></o:p></p>\n<p class=\"MsoNormal\"><o:p>&nbsp;</o:p></p>\n"
     "<div>\n" + HERE + "<div style=\"border:none;border-top:solid #E1E1E1 "
     "1.0pt;padding:3.0pt 0cm 0cm 0cm\">\n<p class=\"MsoNormal\">%s<o:p>"
     "</o:p></p></div></div>%s</div>" % (HEADER, OLD_P))),
    ("outlook-2007", page("<div class=Section1><p class=MsoNormal>The words."
     "</p><div>" + HERE + "<div style='border:none;border-top:solid #B5C4DF "
     "1.0pt;padding:3.0pt 0cm 0cm 0cm'><p>%s</p></div></div>%s</div>"
     % (HEADER, OLD_P))),
    ("outlook-web", page("<div style=\"font-family:Calibri\">The words.</div>"
     "\n" + HERE + "<div id=\"appendonsend\"></div>\n<hr style=\"display:"
     "inline-block;width:98%%\" tabindex=\"-1\"><div id=\"divRplyFwdMsg\" "
     "dir=\"ltr\">%s</div>%s" % (HEADER, OLD_P))),
    ("outlook-web-signature", page("<div>The words.</div>" + HERE +
     "<div id=\"Signature\">Alice</div><div id=\"appendonsend\"></div><div "
     "id=\"divRplyFwdMsg\">%s</div>%s" % (HEADER, OLD_P))),
    ("outlook-web-ruler", page("<div>The words.</div>\n" + HERE + "<hr "
     "tabindex=\"-1\" style=\"display:inline-block; width:98%%\">\n<div "
     "id=\"divRplyFwdMsg\" dir=\"ltr\">%s</div>%s" % (HEADER, OLD_P))),
    ("outlook-new", page("<div>The words.</div>" + HERE + "<div id=\""
     "mail-editor-reference-message-container\"><div>%s</div>%s</div>"
     % (HEADER, OLD_P))),
    ("outlook-mac", page("<p>The words.</p>" + HERE + "<span id=\""
     "OLK_SRC_BODY_SECTION\"><div>%s</div>%s</span>" % (HEADER, OLD_P))),
    ("outlook-mobile-signature", page("<div>The words.</div>" + HERE +
     "<div id=\"ms-outlook-mobile-signature\">Get Outlook for iOS</div><hr>"
     "<div id=\"divRplyFwdMsg\">%s</div>%s" % (HEADER, OLD_P))),
    ("yahoo", page("<div class=\"ydp1yahoo-style-wrap\"><div dir=\"ltr\">The "
     "words.</div><div><br></div></div>" + HERE + "<div id=\""
     "ydp1yahoo_quoted_12\" class=\"ydp1yahoo_quoted\"><div>On Monday, Bob "
     "wrote:</div>%s</div>" % OLD_P)),
    ("yahoo-plain-class", page("<div>The words.</div>" + HERE + "<div "
     "class=\"yahoo_quoted\" id=\"yahoo_quoted_12\">%s</div>" % OLD_P)),
    ("thunderbird", page("<p>The words.</p>\n" + HERE + "<div class=\""
     "moz-cite-prefix\">On 02/11/2026 10:00, Bob wrote:<br></div>\n"
     "<blockquote type=\"cite\" cite=\"mid:x@example.net\">%s</blockquote>"
     % OLD_P)),
    ("thunderbird-typed-above", page("<div class=\"moz-cite-prefix\">Hi Bob:"
     "</div>\n<div class=\"moz-cite-prefix\"><br></div>\n<div class=\""
     "moz-cite-prefix\">The words.<br></div>\n" + HERE + "<div class=\""
     "moz-cite-prefix\">On 02/11/2026 10:00, Bob wrote:<br></div>\n"
     "<blockquote type=\"cite\">%s</blockquote>" % OLD_P)),
    ("thunderbird-no-colon", page("<p>The words.</p>\n" + HERE + "<div class="
     "\"moz-cite-prefix\">Bob, 2026-11-02<br></div>\n<blockquote type=\"cite"
     "\">%s</blockquote>" % OLD_P)),
    ("words-behind-a-block", page("<div>The words.</div>" + HERE + "On Mon, "
     "Bob wrote:<blockquote type=\"cite\">%s</blockquote>" % OLD_P)),
    ("signature-delimiter", page("<div>The words.<br clear=\"all\"><div><br>"
     "</div>" + HERE + "-- <br>Regards,<br>Alice</div>")),
    ("signature-delimiter-and-quote", page("<p>The words.</p>" + HERE + "<div>"
     "--&nbsp;<br>Alice</div><div class=\"gmail_quote\">%s</div>" % OLD_P)),
    ("image-below-ruler", page("<p>The words.</p><hr><img src=\"cid:i\"><br>"
     + HERE + "<div class=\"moz-signature\">Alice</div>")),
    ("thunderbird-signature", page("<p>The words.</p>\n" + HERE + "<pre "
     "class=\"moz-signature\" cols=\"72\">-- \nAlice</pre>\n<div class=\""
     "moz-cite-prefix\">Bob wrote:<br></div><blockquote type=\"cite\">%s"
     "</blockquote>" % OLD_P)),
    ("signature-and-attribution", page("<p>The words.</p>" + HERE + "<div "
     "class=\"moz-signature\">Alice</div><p>On Mon, Bob wrote:</p><blockquote "
     "type=\"cite\">%s</blockquote>" % OLD_P)),
    ("thunderbird-below", page("<div class=\"moz-cite-prefix\">Bob wrote:"
     "</div><blockquote type=\"cite\">%s</blockquote><p>The words.</p>"
     % OLD_P + HERE + "<div class=\"moz-signature\">-- <br>Alice</div>")),
    ("thunderbird-forward", page("<p>The words.</p>\n" + HERE + "<div class="
     "\"moz-forward-container\"><br>-------- Forwarded Message --------"
     "<table class=\"moz-email-headers-table\"><tr><th>From:</th><td>Bob</td>"
     "</tr></table>%s</div>" % OLD_P)),
    ("apple", page("The words.<div><br>" + HERE + "<blockquote type=\"cite\">"
     "<div>On 2 Nov 2026, at 10:00, Bob &lt;bob@example.net&gt; wrote:</div>"
     "<br><div>%s</div></blockquote></div><br>" % OLD_P)),
    ("apple-attribution-outside", page("<div>The words.</div>" + HERE +
     "<div>On 2 Nov 2026, at 10:00, Bob wrote:</div><blockquote type=\"cite"
     "\">%s</blockquote>" % OLD_P)),
    ("apple-iphone", page("The words.<br id=\"x\"><div dir=\"ltr\">Sent from "
     "my iPhone</div><div dir=\"ltr\"><br>" + HERE + "<blockquote type=\""
     "cite\">On 2 Nov 2026, Bob wrote:<br><br></blockquote></div><blockquote "
     "type=\"cite\"><div dir=\"ltr\">%s</div></blockquote>" % OLD_P)),
    ("apple-signature", page("The words.<br>" + HERE + "<div class=\""
     "AppleMailSignature\" id=\"AppleMailSignature\">Alice</div>")),
    ("proton", page("<div>The words.</div>" + HERE + "<div class=\""
     "protonmail_signature_block\">Alice</div><div class=\"protonmail_quote"
     "\">On Monday, Bob wrote:<br><blockquote class=\"protonmail_quote\" "
     "type=\"cite\">%s</blockquote></div>" % OLD_P)),
    ("zoho", page("<div>The words.</div>" + HERE + "<div class=\"zmail_extra"
     "\">---- On Mon, Bob wrote ----<br><blockquote>%s</blockquote></div>"
     % OLD_P)),
    ("tutanota", page("<div>The words.</div>" + HERE + "<blockquote class=\""
     "tutanota_quote\">%s</blockquote>" % OLD_P)),
    ("roundcube", page("<p>The words.</p>\n" + HERE + "<p id=\"reply-intro\">"
     "On 2026-11-02 10:00, Bob wrote:</p>\n<blockquote type=\"cite\" style=\""
     "padding: 0 0.4em\">%s</blockquote>" % OLD_P)),
    ("interleaved", page("<blockquote type=\"cite\">this?</blockquote><p>Yes."
     "</p><blockquote type=\"cite\">and this?</blockquote><p>No.</p>\n"
     + HERE)),
    ("older-button", page(P + "<div class=\"gmail_quote\">" + OLD_BUTTON +
     "</div>")),
    ("older-button-of-the-author", page(OLD_BUTTON + P)),
    ("attribution-only", page("On Monday, Bob wrote:<blockquote type=cite>%s"
                              "</blockquote>" % OLD_P).replace(
                                  "<body>\n", "<body bgcolor=white>\n" + HERE)),
    ("quoted-row", page("<table><tr><td>The words." + HERE + "</td></tr><tr "
     "class=\"gmail_quote\"><td>%s</td></tr></table>" % OLD_P)),
    ("quoted-cell", page("<table><tr><td>The words." + HERE + "</td></tr><tr>"
     "<td class=\"gmail_quote\">%s</td></tr></table>" % OLD_P)),
    ("attribution-in-cell", page("<table><tr><td>The words.</td></tr><tr><td>"
     + HERE + "On Mon, Bob wrote:</td></tr></table><blockquote type=cite>%s"
     "</blockquote>" % OLD_P)),
    ("attribution-in-item", page("<p>The words.</p><ul>" + HERE + "<li>On Mon, "
     "Bob wrote:</li></ul><blockquote type=cite>%s</blockquote>" % OLD_P)),
    ("attribution-in-paragraph", page("<p class=x>The words.<br>" + HERE + "On "
     "Mon, Bob wrote:</p><blockquote type=cite>%s</blockquote>" % OLD_P)),
    ("signature-in-paragraph", page("<p class=x>The words.<br>" + HERE +
     "<span class=gmail_signature>Alice</span></p>")),
    ("signature-in-bold", page("<b>The words.<br>" + HERE +
     "<span class=gmail_signature>Alice</span></b>")),
    ("blockquote-of-the-author", page("<p>He said:</p><blockquote>so"
     "</blockquote>\n" + HERE)),
)

# Where a </body> is one, and where it only looks so.
SHAPES = (
    ("upper-case", "<HTML><BODY><P>Hi</P>" + HERE + "</BODY></HTML>\n"),
    ("space-in-end-tag", "<html><body>Hi" + HERE + "</body ></html >\n"),
    ("newline-in-end-tag", "<html><body>Hi" + HERE + "</body\n></html>\n"),
    ("attribute-in-end-tag", "<html><body>Hi" + HERE + "</body x=\">\">"
     "</html>\n"),
    ("no-end-tags", "<html><body><p>Hi\n" + HERE),
    ("only-html-end", "<html><p>Hi</p>" + HERE + "</html>\n"),
    ("fragment", "<div>Hi</div>\n" + HERE),
    ("no-markup", "Hi\n" + HERE),
    ("empty-body", "<html><body>" + HERE + "</body></html>"),
    ("two-bodies", "<html><body>Hi</body><body>there" + HERE + "</body>"
     "</html>\n"),
    ("body-in-comment", page("<p>Hi</p><!-- </body> -->" + HERE)),
    ("body-in-comment-behind", "<html><body>Hi" + HERE + "</body><!-- </body>"
     " --></html>\n"),
    ("markup-in-comment-behind", "<html><body>Hi" + HERE + "</body><!-- <b> "
     "</body> --></html>\n"),
    ("markup-in-comment-last", "<p>Hi</p><!-- <b></body></html> -->" + HERE),
    ("conditional-behind", "<html><body>Hi" + HERE + "</body><!--[if mso]><p>"
     "</p></body><![endif]--></html>\n"),
    ("body-in-script-behind", "<html><body>Hi" + HERE + "</body><script>'<b>"
     "</body>'</script></html>\n"),
    ("body-in-script", page("<script>var a = '</body>';</script><p>Hi</p>" +
                            HERE)),
    ("body-in-style", page("<style>a { content: '</body>' }</style>Hi" +
                           HERE)),
    ("body-in-textarea", page("Hi<textarea></body></textarea>" + HERE)),
    ("body-in-title", "<html><head><title></body></title></head><body>Hi" +
     HERE + "</body></html>\n"),
    ("body-in-attribute", page("<a title=\"</body>\" href='</body>'>Hi</a>" +
                               HERE)),
    ("body-in-noscript", page("Hi<noscript></body></noscript>" + HERE)),
    ("body-in-iframe", page("Hi<iframe></body></iframe>" + HERE)),
    ("body-in-xmp", page("Hi<xmp></body></xmp>" + HERE)),
    ("comment-with-dashes", page("Hi<!-- a -- b --- </body> -->" + HERE)),
    ("comment-short", page("Hi<!--><!---><!-- x --!>" + HERE)),
    ("comment-bogus", page("Hi<!x </body ><?x?></ x>" + HERE)),
    ("cdata", page("Hi<![CDATA[ </body ]]>" + HERE)),
    ("doctype", "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\">\n" +
     page(P)),
    ("less-than", page("a < b, 1<2, <> &lt; <3" + HERE)),
    ("quotes-in-attributes", page("<p title='a\">b' data-x=\"'>\">Hi</p>" +
                                  HERE)),
    ("bare-attributes", page("<p class=a>b</p><a href=x/>Hi</a>" + HERE)),
    ("svg", page("Hi<svg><title></body></title><path d=\"M0\"/></svg>" +
                 HERE)),
    ("template", page("Hi<template><div></body></div></template>" + HERE)),
    ("select", page("Hi<select><option>a</select>" + HERE)),
    ("entities", page("Hi &lt;/body&gt; &amp; &#60;/body&#62;" + HERE)),
    ("meta-charset", "<html><head><meta http-equiv=\"Content-Type\" content="
     "\"text/html; charset=utf-8\"></head><body>Hi" + HERE +
     "</body></html>\n"),
    ("hidden-preheader", page("<div style=\"display:none;max-height:0\">"
                              "<div>peek</div></div><p>Hi</p>" + HERE)),
    ("hidden-in-quote", page("<p>Hi</p>" + HERE + "<blockquote type=cite>"
                             "<div style=display:none>x</blockquote>")),
    ("svg-self-closed", page("Hi<svg/>" + HERE)),
    ("hidden-image", page("Hi<img src=x style=\"display:none\">" + HERE)),
    ("nested-tables", page("<table><tr><td><table><tr><td>Hi</table></table>"
                           + HERE)),
    ("formatting-left-open", page("<b><i><font color=red>Hi" + HERE)),
    ("link-left-open", page("<p><a href=\"x\">Hi</p>" + HERE)),
    ("list", page("<ul><li>one<li>two</ul>" + HERE)),
    ("long-line", page("<p>" + "x" * 980 + "</p>" + HERE)),
)

WORD = (
    ("conditional-comment", page("<!--[if mso]><p>Hi</body></p><![endif]-->"
                                 "<p>Hi</p>" + HERE), 37),
    ("conditional-comment-last", page("<p>Hi</p><!--[if gte mso 9]><xml>"
     "</body></xml><![endif]-->" + HERE), 37),
    ("conditional-revealed", page("<![if !mso]><p>Hi</p><![endif]>" + HERE),
     37),
    ("conditional-head", "<html xmlns:o=\"urn:schemas-microsoft-com:office:"
     "office\"><head><!--[if gte mso 9]><xml></head><body></body></xml>"
     "<![endif]--></head><body lang=EN-US>" + P + "</body></html>\n", 37),
    ("office-paragraphs", page("<div class=WordSection1><p class=MsoNormal>"
     "Hi<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p></div>\n" +
     HERE), 38),
    ("unclosed-paragraphs", page("<p>one<p>two<o:p>" + HERE), 38),
    ("unclosed-row", page("<table><tr><td>Hi" + HERE + "</td>"), 38),
    ("unclosed-table", page("<table><tr><td>Hi" + HERE + "</td></tr>"), 38),
    ("unclosed-cell", page("<table><tr><td>Hi" + HERE), 38),
)

# Ends where nothing would be seen.
BROKEN = (
    ("in-comment", "<html><body>Hi <!-- and"),
    ("in-script", "<html><body>Hi<script>var a = 1;"),
    ("in-script-comment", "<html><body>Hi<script><!-- </script> x"),
    ("in-style", "<html><body>Hi<style>p { }"),
    ("in-title", "<html><head><title>Hi"),
    ("in-textarea", "<html><body>Hi<textarea>"),
    ("in-tag", "<html><body>Hi<p class=\"a"),
    ("in-end-tag", "<html><body>Hi</p"),
    ("in-bogus-comment", "<html><body>Hi<!x"),
    ("in-plaintext", "<html><body><plaintext>Hi"),
    ("in-template", "<html><body><template>Hi</body></html>"),
    ("in-template-self-closed", "<html><body><template/>Hi</body></html>"),
    ("in-svg", "<html><body><svg><text>Hi</text></body></html>"),
    ("in-iframe", "<html><body><iframe>Hi"),
    ("in-hidden", "<html><body><div style=\"color:red; display: none\">Hi"
     "</body></html>"),
    ("in-hidden-attribute", "<html><body><div hidden>Hi</body></html>"),
    ("in-hidden-body", "<body style='visibility : Hidden'>Hi</body></html>"),
)


def html():
    for name, words in REPLIES:
        yield name, (29,), words
    for name, words in SHAPES:
        yield name, (36,), words
    for name, words, row in WORD:
        yield name, (row,), words
