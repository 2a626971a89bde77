"""How more mail programs write, in more languages: beside t/mailtexts.py, and
in the same form.
"""
from mailtexts import HEADER, HERE, OLD, OLD_P, OWN, QUOTE, attribution, \
    headers, page

BOB = "Bob Example <bob@example.net>"
LINK_BOB = "Bob Example &lt;<a href=\"mailto:bob@example.net\">" \
    "bob@example.net</a>&gt;"

# The line above what is quoted with ">".
ATTRIBUTIONS = (
    ("apple-en", "On 2 Nov 2026, at 10:00, %s wrote:" % BOB),
    ("apple-de", "Am 02.11.2026 um 10:00 schrieb %s:" % BOB),
    ("apple-fr", "Le 2 nov. 2026 \u00e0 10:00, %s a \u00e9crit :" % BOB),
    ("apple-it", "Il giorno 2 nov 2026, alle ore 10:00, %s ha scritto:"
     % BOB),
    ("apple-sv", "2 nov. 2026 kl. 10:00 skrev %s:" % BOB),
    ("apple-ja", "2026/11/02 10:00\u3001%s\u306e\u30e1\u30fc\u30eb:" % BOB),
    ("apple-zh", "\u5728 2026\u5e7411\u67082\u65e5\uff0c10:00\uff0c%s "
     "\u5199\u9053\uff1a" % BOB),
    ("apple-ru", "2 \u043d\u043e\u044f\u0431. 2026 \u0433., \u0432 10:00, %s "
     "\u043d\u0430\u043f\u0438\u0441\u0430\u043b(\u0430):" % BOB),
    ("apple-el", "\u03a3\u03c4\u03b9\u03c2 2 \u039d\u03bf\u03b5 2026, 10:00, "
     "\u03bf/\u03b7 %s \u03ad\u03b3\u03c1\u03b1\u03c8\u03b5:" % BOB),
    ("apple-tr", "%s \u015funlar\u0131 yazd\u0131 (2 Kas 2026 10:00):" % BOB),
    ("gmail-hu", "Bob <bob@example.net> ezt \u00edrta (id\u0151pont: 2026. "
     "nov. 2., H, 10:00):"),
    ("gmail-ro", "\u00cen lun., 2 nov. 2026 la 10:00, Bob "
     "<bob@example.net> a scris:"),
    ("gmail-uk", "\u043f\u043d, 2 \u043b\u0438\u0441\u0442. 2026\u202f"
     "\u0440. \u043e 10:00 Bob <bob@example.net> \u043f\u0438\u0448\u0435:"),
    ("gmail-el", "\u03a3\u03c4\u03b9\u03c2 \u0394\u03b5\u03c5 2 \u039d\u03bf"
     "\u03b5 2026, 10:00\u202f\u03c0.\u03bc., \u03bf \u03c7\u03c1\u03ae"
     "\u03c3\u03c4\u03b7\u03c2 Bob\n<bob@example.net> \u03ad\u03b3\u03c1"
     "\u03b1\u03c8\u03b5:"),
    ("gmail-ar", "\u0641\u064a \u0627\u0644\u0627\u062b\u0646\u064a\u0646\u060c "
     "2 \u0646\u0648\u0641\u0645\u0628\u0631 2026 \u0641\u064a 10:00 \u0635 "
     "\u062a\u0645\u062a \u0643\u062a\u0627\u0628\u0629 \u0645\u0627 "
     "\u064a\u0644\u064a \u0628\u0648\u0627\u0633\u0637\u0629\u200f "
     "<\u202abob@example.net\u202c\u200f>:\u202c"),
    ("gmail-fa", "\u202b\u062f\u0631 \u062a\u0627\u0631\u06cc\u062e "
     "\u062f\u0648\u0634\u0646\u0628\u0647 \u06f2 \u0646\u0648\u0627\u0645"
     "\u0628\u0631 \u06f2\u06f0\u06f2\u06f6 \u0633\u0627\u0639\u062a \u06f1"
     "\u06f0:\u06f0\u06f0 \u202aBob <bob@example.net>\u202c \u0646\u0648"
     "\u0634\u062a:\u202c"),
    ("gmail-hi", "\u0938\u094b\u092e, 2 \u0928\u0935\u0970 2026 \u0915\u094b "
     "10:00 am \u092c\u091c\u0947 \u0915\u094b %s \u0928\u0947 \u0932\u093f"
     "\u0916\u093e:" % BOB),
    ("gmail-th", "\u0e40\u0e21\u0e37\u0e48\u0e2d \u0e08. 2 \u0e1e.\u0e22. "
     "2026 \u0e40\u0e27\u0e25\u0e32 10:00 %s \u0e40\u0e02\u0e35\u0e22"
     "\u0e19\u0e27\u0e48\u0e32:" % BOB),
    ("gmail-vi", "V\u00e0o Th 2, 2 thg 11, 2026 v\u00e0o l\u00fac 10:00 "
     "%s \u0111\u00e3 vi\u1ebft:" % BOB),
    ("gmail-id", "Pada tanggal Sen, 2 Nov 2026 pukul 10.00 %s menulis:"
     % BOB),
    ("gmail-bg", "\u041d\u0430 \u043f\u043d, 2.11.2026 \u0433. \u0432 10:00 "
     "\u0447. %s \u043d\u0430\u043f\u0438\u0441\u0430:" % BOB),
    ("thunderbird-pl", "W dniu 2.11.2026 o 10:00, Bob pisze:"),
    ("thunderbird-cs", "Dne 02. 11. 26 v 10:00 Bob napsal(a):"),
    ("thunderbird-ru", "02.11.2026 10:00, Bob \u043f\u0438\u0448\u0435"
     "\u0442:"),
    ("thunderbird-ja", "On 2026/11/02 10:00, Bob wrote:"),
    ("mail.ru", "\u041f\u043e\u043d\u0435\u0434\u0435\u043b\u044c\u043d"
     "\u0438\u043a, 2 \u043d\u043e\u044f\u0431\u0440\u044f 2026, 10:00 "
     "+03:00 \u043e\u0442 %s:" % BOB),
    ("yandex", "02.11.2026, 10:00, \"Bob\" <bob@example.net>:"),
    ("163", "\u5728 2026-11-02 10:00:00\uff0c\"Bob\" <bob@example.net> "
     "\u5199\u9053\uff1a"),
    ("evolution", "On Mon, 2026-11-02 at 10:00 +0000, Bob wrote:"),
    ("claws", "On Mon, 2 Nov 2026 10:00:00 +0100\nBob <bob@example.net> "
     "wrote:"),
    ("alpine", "On Mon, 2 Nov 2026, Bob Example wrote:"),
    ("mailmate", "On 2 Nov 2026, at 10:00, Bob wrote:"),
    ("mu4e", "Bob Example <bob@example.net> writes:"),
    ("emacs-vm", "Bob Example writes:"),
    ("the-bat", "Hello Bob,\n\nMonday, November 2, 2026, 10:00:00 AM, you "
     "wrote:"),
    ("fastmail", "On Mon, 2 Nov 2026, at 10:00 AM, Bob wrote:"),
    ("hey", "On November 2, 2026, Bob <bob@example.net> wrote:"),
    ("proton", "On Monday, November 2nd, 2026 at 10:00 AM, Bob "
     "<bob@example.net> wrote:"),
    ("tutanota", "2. Nov. 2026, 10:00 von bob@example.net:"),
    ("apple-forward-de", "Anfang der weitergeleiteten Nachricht:"),
    ("apple-forward-fr", "D\u00e9but du message r\u00e9exp\u00e9di\u00e9 :"),
    ("apple-forward-es", "Inicio del mensaje reenviado:"),
    ("apple-forward-it", "Inizio messaggio inoltrato:"),
    ("apple-forward-nl", "Begin doorgestuurd bericht:"),
)

# The message answered to, below the lines of its own header.
HEADED = (
    ("pt-br", ("De:", "Enviada em:", "Para:", "Assunto:")),
    ("pt", ("De:", "Enviado:", "Para:", "Assunto:")),
    ("es", ("De:", "Enviado:", "Para:", "Asunto:")),
    ("pl", ("Od:", "Wys\u0142ano:", "Do:", "Temat:")),
    ("cs", ("Od:", "Odesl\u00e1no:", "Komu:", "P\u0159edm\u011bt:")),
    ("sv", ("Fr\u00e5n:", "Skickat:", "Till:", "\u00c4mne:")),
    ("da", ("Fra:", "Sendt:", "Til:", "Emne:")),
    ("fi", ("L\u00e4hett\u00e4j\u00e4:", "L\u00e4hetetty:",
            "Vastaanottaja:", "Aihe:")),
    ("hu", ("Felad\u00f3:", "K\u00fcldve:", "C\u00edmzett:", "T\u00e1rgy:")),
    ("ro", ("De la:", "Trimis:", "C\u0103tre:", "Subiect:")),
    ("tr", ("Kimden:", "G\u00f6nderildi:", "Kime:", "Konu:")),
    ("ru", ("\u041e\u0442:", "\u041e\u0442\u043f\u0440\u0430\u0432\u043b"
            "\u0435\u043d\u043e:", "\u041a\u043e\u043c\u0443:",
            "\u0422\u0435\u043c\u0430:")),
    ("uk", ("\u0412\u0456\u0434:", "\u041d\u0430\u0434\u0456\u0441\u043b"
            "\u0430\u043d\u043e:", "\u041a\u043e\u043c\u0443:",
            "\u0422\u0435\u043c\u0430:")),
    ("el", ("\u0391\u03c0\u03cc:", "\u03a3\u03c4\u03ac\u03bb\u03b8\u03b7"
            "\u03ba\u03b5:", "\u03a0\u03c1\u03bf\u03c2:",
            "\u0398\u03ad\u03bc\u03b1:")),
    ("he", ("\u05de\u05d0\u05ea:", "\u05e0\u05e9\u05dc\u05d7:",
            "\u05d0\u05dc:", "\u05e0\u05d5\u05e9\u05d0:")),
    ("ar", ("\u0645\u0646:", "\u062a\u0645 \u0627\u0644\u0625\u0631\u0633"
            "\u0627\u0644:", "\u0625\u0644\u0649:",
            "\u0627\u0644\u0645\u0648\u0636\u0648\u0639:")),
    ("ja", ("\u5dee\u51fa\u4eba:", "\u9001\u4fe1\u65e5\u6642:",
            "\u5b9b\u5148:", "\u4ef6\u540d:")),
    ("zh", ("\u53d1\u4ef6\u4eba:", "\u53d1\u9001\u65f6\u95f4:",
            "\u6536\u4ef6\u4eba:", "\u4e3b\u9898:")),
    ("zh-wide", ("\u53d1\u4ef6\u4eba\uff1a", "\u53d1\u9001\u65f6\u95f4\uff1a",
                 "\u6536\u4ef6\u4eba\uff1a", "\u4e3b\u9898\uff1a")),
    ("ko", ("\ubcf4\ub0b8 \uc0ac\ub78c:", "\ubcf4\ub0b8 \ub0a0\uc9dc:",
            "\ubc1b\ub294 \uc0ac\ub78c:", "\uc81c\ubaa9:")),
    ("stars", ("*From:*", "*Sent:*", "*To:*", "*Subject:*")),
    ("notes", ("From:", "To:", "Cc:", "Date:")),
)
NOTES = "From:\tBob Example <bob@example.net>\nTo:\tAlice Example " \
    "<alice@example.com>\nDate:\t02/11/2026 10:00\nSubject:\tRe: t\n\n" + OLD

# What a mail program puts above the rest, and it is not marked.
TITLES = (
    ("notes-tabs", NOTES),
    ("notes-title", "-----Bob Example <bob@example.net> wrote: -----\n\nTo: "
     "alice@example.com\nFrom: Bob Example <bob@example.net>\nDate: "
     "02/11/2026 10:00\nSubject: t\n\n" + OLD),
    ("groupwise", ">>> Bob Example <bob@example.net> 02.11.26 10:00 >>>\n" +
     OLD),
    ("em-client", "------ Original Message ------\nFrom \"Bob Example\" "
     "<bob@example.net>\nTo \"Alice\" <alice@example.com>\nDate 02/11/2026 "
     "10:00:00\nSubject Re: t\n\n" + QUOTE),
    ("em-client-colons", "------ Original Message ------\nFrom: \"Bob\" "
     "<bob@example.net>\nTo: \"Alice\" <alice@example.com>\nSent: 02/11/2026 "
     "10:00:00\nSubject: Re: t\n\n" + QUOTE),
    ("samsung", "-------- Original message --------\nFrom: Bob "
     "<bob@example.net> \nDate: 02/11/2026  10:00  (GMT+01:00) \nTo: Alice "
     "<alice@example.com> \nSubject: Re: t \n\n" + OLD),
    ("qq", "------------------ \u539f\u59cb\u90ae\u4ef6 ------------------\n"
     "\u53d1\u4ef6\u4eba: \"Bob\" <bob@example.net>;\n" + OLD),
    ("qq-wide", "------------------ \u539f\u59cb\u90ae\u4ef6 "
     "------------------\n\u53d1\u4ef6\u4eba\uff1a\"Bob\" "
     "<bob@example.net>;\n" + OLD),
    ("roundcube-forward", "-------- Original Message --------\nSubject: t\n"
     "Date: 02.11.2026 10:00\n From: Bob <bob@example.net>\n\n" + OLD),
    ("mutt-forward", "----- Forwarded message from Bob <bob@example.net> "
     "-----\n\nDate: Mon, 2 Nov 2026 10:00:00 +0100\nFrom: Bob "
     "<bob@example.net>\n\n" + OLD + "\n----- End forwarded message -----\n"),
    ("pine-forward", "---------- Forwarded message ----------\nDate: Mon, 2 "
     "Nov 2026 10:00:00\nFrom: Bob <bob@example.net>\n\n" + OLD),
    ("163-unmarked", "At 2026-11-02 10:00:00, \"Bob\" <bob@example.net> "
     "wrote:\n" + OLD),
    ("yahoo-de", "Am Montag, 2. November 2026 um 10:00:00 MEZ hat Bob "
     "<bob@example.net> Folgendes geschrieben:  \n \n \n " + OLD),
    ("yahoo-es", "El lunes, 2 de noviembre de 2026, 10:00:00 CET, Bob "
     "<bob@example.net> escribi\u00f3:  \n \n " + OLD),
    ("yahoo-it", "Il luned\u00ec 2 novembre 2026 alle ore 10:00:00 CET, Bob "
     "<bob@example.net> ha scritto:  \n \n " + OLD),
    ("outlook-lines", "_" * 80 + "\nFrom: Bob <bob@example.net>\nSent: "
     "Monday, November 2, 2026 10:00 AM\n\n" + OLD),
)

OTHERS = (
    ("ticket-marker", (11,), "##- Please type your reply above this line "
     "-##\n\nYour request (12) has been updated.\n\nThe words of today.\n" +
     HERE),
    ("ticket-marker-below", (29,), OWN + "\nOn Mon, 2 Nov 2026 at 10:00, Help "
     "<help@example.net> wrote:\n> ##- Please type your reply above this "
     "line -##\n> old\n"),
    ("teams-invitation", (11,), "Let us meet.\n\n" + "_" * 80 + "\nMicrosoft "
     "Teams Need help?<https://aka.ms/JoinTeamsMeeting?omkt=en-US>\nJoin the "
     "meeting now<https://teams.example.net/l/meetup-join/1>\nMeeting ID: 123 "
     "456\nPasscode: x\n" + "_" * 32 + "\n" + HERE),
    ("flat-list", (11,), "To do today\n- one\n- two\n-- three\n" + HERE),
    ("details", (29,), "The meeting:\n\nWhen: Monday 10:00\nWhere: room 3\n"
     "Who: all of us\n\nBring a pen.\n" + HERE),
    ("contact", (29,), "Reach me:\n\nMail: alice@example.com\nPhone: 020 "
     "7946 0123\nHours: 9:00 to 17:00\n\nAlice\n" + HERE),
    ("sql", (11,), "> select 1;\n1\n> select 2;\n2\n" + HERE),
    ("prompt", (11,), "Type this:\n\n>>> print(1)\n1\n\nand tell me.\n" +
     HERE),
    ("diff", (11,), "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n" + HERE +
     "-- \n2.39.5\n"),
    ("form-feed", (11,), "one\n\f\ntwo\n" + HERE),
    ("only-quote", (29,), HERE + "\nOn 02/11/2026 10:00, Bob wrote:\n" +
     QUOTE),
    ("only-mark", (29,), HERE + QUOTE),
    ("sentence-with-wrote", (29,), "On 2 May 2026 at 10:00 I wrote: no.\n"
     "That stands.\n" + HERE),
    ("greeting-with-colon", (29,), "Dear Bob:\n\nyes.\n" + HERE),
    ("colon-then-quote", (29,), "You say:\n" + QUOTE + "\nand I agree.\n" +
     HERE),
    ("trailing-quote-of-a-poem", (29,), "My favourite lines:\n" + HERE +
     "\n" + QUOTE),
    ("reply-above", (29,), "The words.\n" + HERE + "\n-----Original "
     "Message-----\nFrom: Help <help@example.net>\n\n##- Please type your "
     "reply above this line -##\nold\n"),
    ("k9", (11,), "The words.\n" + HERE + "-- \nSent from my Android device "
     "with K-9 Mail. Please excuse my brevity.\n"),
    ("blackberry", (29,), "The words.\n" + HERE + "\n-------- Original "
     "Message --------\nFrom: Bob <bob@example.net>\nSent: Monday\n\n" + OLD),
)


def plain():
    for name, line in ATTRIBUTIONS:
        if name == "the-bat":
            yield name, (29,), "Hello Bob,\n" + HERE + "\n" + \
                line.split("\n\n")[1] + "\n\n" + QUOTE
        else:
            yield "world-" + name, (29,), attribution(line)
    for name, names in HEADED:
        if name != "notes":
            yield "headed-" + name, (29,), OWN + "\n" + headers(*names)
    for name, below in TITLES:
        yield "title-" + name, (29,), OWN + "\n" + below
    for name, rows, w in OTHERS:
        yield "other-" + name, rows, w


WORDS = "<div>The words.</div>"
CITE = "<blockquote style=\"border-left:1px solid #0857A6; margin:10px; " \
    "padding:0 0 0 10px;\">%s</blockquote>" % OLD_P
BARE = "<blockquote>%s</blockquote>" % OLD_P
OUTLOOK = "<b>From:</b> Bob &lt;bob@example.net&gt;<br><b>Sent:</b> Monday, " \
    "November 2, 2026 10:00 AM<br><b>To:</b> Alice<br><b>Subject:</b> t<br>"

REPLIES = (
    ("gmx", page(WORDS + HERE + "<div name=\"quote\" style=\"margin:10px 5px "
     "5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5; "
     "word-wrap: break-word;\"><div style=\"margin:0 0 10px 0;\"><b>Gesendet:"
     "</b>&nbsp;Montag, 02. November 2026 um 10:00 Uhr<br/><b>Von:</b>&nbsp;"
     "Bob</div>%s</div>" % OLD_P)),
    ("gmx-signature", page(WORDS + HERE + "<div class=\"signature\">--<br/>"
     "Alice</div>")),
    ("zimbra", page(WORDS + HERE + "<hr id=\"zwchr\" data-marker=\""
     "__DIVIDER__\"><div data-marker=\"__HEADERS__\"><b>From: </b>\"Bob\" "
     "&lt;bob@example.net&gt;<br></div><div data-marker=\"__QUOTED_TEXT__\">"
     "%s</div>" % OLD_P)),
    ("zimbra-signature", page(WORDS + HERE + "<div data-marker=\""
     "__SIG_POST__\">-- <br></div><div>Alice</div>")),
    ("zimbra-signature-above", page(WORDS + HERE + "<div data-marker=\""
     "__SIG_PRE__\"><div>Alice</div></div>")),
    ("mail.ru", page(WORDS + HERE + "<blockquote style=\"border-left:1px "
     "solid #0857A6; margin:10px; padding:0 0 0 10px;\">2 November 2026, "
     "10:00 +03:00 from %s:<br><br>%s</blockquote>" % (LINK_BOB, OLD_P))),
    ("yandex", page(WORDS + HERE + "<div>02.11.2026, 10:00, \"Bob\" &lt;<a "
     "href=\"mailto:bob@example.net\">bob@example.net</a>&gt;:</div>" + BARE)),
    ("163", page(WORDS + HERE + "<div>At 2026-11-02 10:00:00, \"Bob\" &lt;"
     "bob@example.net&gt; wrote:</div><blockquote id=\"isReplyContent\" "
     "style=\"PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: "
     "#ccc 1px solid\">%s</blockquote>" % OLD_P)),
    ("163-new", page(WORDS + HERE + "<p>At 2026-11-02 10:00:00, \"Bob\" &lt;"
     "bob@example.net&gt; wrote:</p><blockquote id=\"isReplyContent\" class="
     "\"ntes-mailmaster-quote\">%s</blockquote>" % OLD_P)),
    ("qq", page(WORDS + HERE + "<div style=\"font-size: 12px;font-family: "
     "Arial Narrow;padding:2px 0 2px 0;\">------------------&nbsp;Original"
     "&nbsp;------------------</div><div style=\"font-size: 12px;background:"
     "#efefef;padding:8px;\"><div><b>From: </b>&nbsp;\"Bob\"&lt;"
     "bob@example.net&gt;;</div><div><b>Date: </b>&nbsp;Mon, Nov 2, 2026 "
     "10:00 AM</div></div><div>%s</div>" % OLD_P)),
    ("em-client", page(WORDS + HERE + "<div>------ Original Message ------"
     "</div>\n<div>From \"Bob\" &lt;<a href=\"mailto:bob@example.net\">"
     "bob@example.net</a>&gt;</div>\n<div>To \"Alice\"</div>\n<div>Date "
     "02/11/2026 10:00:00</div>\n<div>Subject Re: t</div><div><br /></div>"
     "<div id=\"x1\"><blockquote cite=\"x\" type=\"cite\" class=\"cite2\">%s"
     "</blockquote></div>" % OLD_P)),
    ("samsung", page(WORDS + "<div><br></div><div id=\"composer_signature\">"
     "<div style=\"font-size:85%%\">Sent from my Galaxy</div></div>" .replace(
         "<div id=\"composer", HERE + "<div id=\"composer") +
     "<div style=\"font-size:100%%;color:#000000\"><!-- originalMessage -->"
     "<div>-------- Original message --------</div><div>From: Bob &lt;"
     "bob@example.net&gt; </div><div>Date: 02/11/2026  10:00  </div>%s</div>"
     % OLD_P)),
    ("samsung-no-signature", page(WORDS + HERE + "<div style=\"font-size:"
     "100%%;color:#000000\"><!-- originalMessage --><div>-------- Original "
     "message --------</div><div>From: Bob &lt;bob@example.net&gt; </div>"
     "%s</div>" % OLD_P)),
    ("outlook-express", page("<DIV>The words.</DIV>" + HERE + "<BLOCKQUOTE "
     "style=\"PADDING-RIGHT: 0px; PADDING-LEFT: 5px; MARGIN-LEFT: 5px; "
     "BORDER-LEFT: #000000 2px solid; MARGIN-RIGHT: 0px\"><DIV style=\"FONT: "
     "10pt arial\">----- Original Message ----- </DIV><DIV style=\""
     "BACKGROUND: #e4e4e4; FONT: 10pt arial\"><B>From:</B> Bob </DIV>%s"
     "</BLOCKQUOTE>" % OLD_P)),
    ("live-mail", page("<div dir=\"ltr\">The words.</div>" + HERE + "<div "
     "style=\"FONT: 10pt tahoma; BACKGROUND: #f5f5f5\"><div><b>From:</b> Bob "
     "</div><div><b>Sent:</b> Monday, November 2, 2026 10:00 AM</div><div>"
     "<b>To:</b> Alice </div></div>%s" % OLD_P)),
    ("outlook-bare", page("<p class=MsoNormal>The words.</p>" + HERE +
     "<p class=MsoNormal>" + OUTLOOK + "</p>" + OLD_P)),
    ("outlook-pt-border", page("<p>The words.</p>" + HERE + "<div style=\""
     "border-right:none;border-bottom:none;border-left:none;border-image:none;"
     "border-top:1pt solid rgb(225,225,225);padding:3pt 0cm 0cm\"><p>" +
     OUTLOOK + "</p></div>" + OLD_P)),
    ("outlook-mobile-reference", page(WORDS + HERE + "<div class=\""
     "ms-outlook-mobile-reference-message skipProofing\" id=\"x\"><hr><div "
     "id=\"divRplyFwdMsg\">%s</div>%s</div>" % (HEADER, OLD_P))),
    ("outlook-bare-de", page("<p>Die Worte.</p>" + HERE + "<p><b>Von:</b> Bob "
     "&lt;bob@example.net&gt; <br><b>Gesendet:</b> Montag, 2. November 2026 "
     "10:00<br><b>An:</b> Alice<br><b>Betreff:</b> t</p>" + OLD_P)),
    ("spark", page("<div name=\"messageBodySection\">The words.</div>" + HERE +
     "<div name=\"messageSignatureSection\"><br />Alice</div><div name=\""
     "messageReplySection\">On 2 Nov 2026, 10:00, Bob wrote:<br /><blockquote "
     "type=\"cite\">%s</blockquote></div>" % OLD_P)),
    ("spark-reply", page("<div name=\"messageBodySection\">The words.</div>" +
     HERE + "<div name=\"messageReplySection\">On 2 Nov 2026, Bob wrote:"
     "<br /><blockquote class=\"spark_quote\">%s</blockquote></div>" % OLD_P)),
    ("notes", page("<font size=2>The words.</font><br><br><br>" + HERE +
     "<font size=1 color=#5f5f5f face=\"sans-serif\">From: &nbsp; &nbsp;"
     "</font><font size=1>\"Bob\" &lt;bob@example.net&gt;</font><br><font "
     "size=1 color=#5f5f5f>To: &nbsp; &nbsp;</font><font size=1>Alice</font>"
     "<br><font size=1 color=#5f5f5f>Date: &nbsp;</font><font size=1>"
     "02/11/2026 10:00</font><br><font size=1 color=#5f5f5f>Subject: &nbsp;"
     "</font><font size=1>Re: t</font><br><hr noshade>" + OLD_P)),
    ("inotes", page(WORDS + HERE + "<font color=\"#990099\">-----Bob Example "
     "&lt;bob@example.net&gt; wrote: -----</font><div class=\"iNotesHistory\" "
     "style=\"padding-left:5px;\">To: Alice<br>From: Bob<br>%s</div>"
     % OLD_P)),
    ("sogo", page(WORDS + "<br>" + HERE + "On Monday, November 02, 2026 10:00 CET, "
     "Bob wrote:<br>&nbsp;<blockquote type=\"cite\" cite=\"x\">%s"
     "</blockquote>" % OLD_P)),
    ("horde", page("<p>The words.</p>" + HERE + "<p>Quoting Bob &lt;"
     "bob@example.net&gt;:</p><blockquote type=\"cite\">%s</blockquote>"
     % OLD_P)),
    ("evolution", "<html><head></head><body><div>The words.</div>" + HERE +
     "<div>On Mon, 2026-11-02 at 10:00 +0000, Bob wrote:</div><blockquote "
     "type=\"cite\" style=\"margin:0 0 0 .8ex; border-left:2px #729fcf solid;"
     "padding-left:1ex\">%s</blockquote><div><span></span></div></body>"
     "</html>" % OLD_P),
    ("evolution-signature", "<html><body><div>The words.</div><div><span>" +
     HERE + "<pre>-- <br></pre>Alice</span></div></body></html>"),
    ("kmail", page("<p style=\"margin-top:0\">The words.</p>" + HERE + "<p "
     "style=\"margin-top:0\">On Monday, 2 November 2026 10:00:00 CET Bob "
     "wrote:</p>\n<p>&gt; the <b>words</b></p>\n<p>&gt; of yesterday</p>")),
    ("hotmail", page("<div>The words.<br><br>" + HERE + "&gt; Subject: t<br>"
     "&gt; From: bob@example.net<br>&gt; Date: Mon, 2 Nov 2026 10:00:00 +0000"
     "<br>&gt; <br>&gt; the words</div>")),
    ("arrows-interleaved", page("<div>&gt; this?<br>Yes.<br>&gt; and <i>this"
     "</i>?<br>No.</div>" + HERE)),
    ("fastmail", page(WORDS + "<div id=\"sig1\">" + HERE + "<div class=\""
     "signature\">-- <br></div><div class=\"signature\">Alice</div></div>"
     "<div>On Mon, 2 Nov 2026, at 10:00, Bob wrote:</div><blockquote type=\""
     "cite\" id=\"qt\">%s</blockquote>" % OLD_P)),
    ("superhuman", page(WORDS + HERE + "<div class=\"gmail_signature\">Alice"
     "</div><div class=\"gmail_quote\">%s</div>" % OLD_P)),
    ("front", page(WORDS + HERE + "<div class=\"front-signature\">Alice"
     "</div><blockquote type=\"cite\" class=\"front-blockquote\">%s"
     "</blockquote>" % OLD_P)),
    ("missive", page(WORDS + HERE + "<div class=\"missive_quote\">On Mon, "
     "Bob wrote:<blockquote type=\"cite\">%s</blockquote></div>" % OLD_P)),
    ("freshdesk", page(WORDS + HERE + "<div class=\"freshdesk_quote\">"
     "<blockquote class=\"freshdesk_quote\">%s</blockquote></div>" % OLD_P)),
    ("hubspot", page(WORDS + "<div class=\"hs_reply\">" + HERE + "<blockquote "
     "style=\"margin:0 0 0 0.8ex;border-left:1px solid #ccc;padding-left:1ex"
     "\">%s</blockquote></div>" % OLD_P)),
    ("blockquote-of-the-author-last", page("<p>He said so:</p><blockquote>"
     "never</blockquote>" + HERE)),
    ("blockquote-indent", page("<p>See:</p><blockquote style=\"margin:0 0 0 "
     "40px;border:none;padding:0px\">indented</blockquote>" + HERE)),
    ("dashes-of-the-author", page("<div>----- News -----</div><div>None "
     "today</div>" + HERE)),
    ("from-of-the-author", page("<p>From: here<br>to there</p>" + HERE)),
    ("details-of-the-author", page("<p><b>When:</b> Monday 10:00<br><b>Where:"
     "</b> room 3</p>" + HERE)),
    ("rtl-quote", page("<div dir=\"rtl\">\u05e9\u05dc\u05d5\u05dd</div>" +
     HERE + "<div class=\"gmail_quote\" dir=\"rtl\">%s</div>" % OLD_P)),
    ("rtl-page", "<html dir=rtl><body>\u05e9\u05dc\u05d5\u05dd" + HERE +
     "</body></html>"),
)

SHAPES = (
    ("details-quote", page("<p>Hi</p><details><summary>Quoted</summary>"
     "<blockquote type=cite>%s</blockquote></details>" % OLD_P + HERE)),
    ("details-signature", page("<p>Hi</p><details><summary>More</summary>"
     "<div class=gmail_signature>Alice</div></details><p>Bye</p>" + HERE)),
    ("dialog", page("<p>Hi</p><dialog>x</dialog>" + HERE)),
    ("button", page("<p>Hi</p><button>x</button>" + HERE)),
    ("progress", page("<p>Hi</p><progress>x</progress>" + HERE)),
    ("base", "<html><head><base href=\"http://example.net/\" target=x></head>"
     "<body>Hi" + HERE + "</body></html>"),
    ("style-in-body", page("Hi<style>body{display:block}</style>" + HERE)),
    ("amp", "<!doctype html><html amp4email><head><style amp4email-boilerplate"
     ">body{visibility:hidden}</style></head><body>Hi" + HERE +
     "</body></html>"),
    ("dark", "<html><head><meta name=\"color-scheme\" content=\"light dark\">"
     "<style>@media (prefers-color-scheme: dark) { body { background: #000 }}"
     "</style></head><body bgcolor=\"#000\" text=\"#fff\">Hi" + HERE +
     "</body></html>"),
    ("xml-declaration", "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//"
     "W3C//DTD XHTML 1.0 Strict//EN\" \"x\"><html xmlns=\"http://www.w3.org/"
     "1999/xhtml\"><body><p>Hi<br /></p>" + HERE + "</body></html>"),
    ("comment-dashes-end", page("Hi<!-- --><!----><!-- - -- --->" + HERE)),
    ("comment-bang", page("Hi<!--x--!>there" + HERE)),
    ("comment-nested", page("Hi<!-- <!-- --> there" + HERE)),
    ("comment-in-quote", page("Hi" + HERE + "<div class=gmail_quote><!-- "
     "</div> -->%s</div>" % OLD_P)),
    ("null-in-tag", page("<p cl\0ass=x>Hi</p>" + HERE)),
    ("form", page("<form action=x><input name=y></form>Hi" + HERE)),
    ("marquee", page("<marquee>Hi</marquee>" + HERE)),
    ("center", page("<center>Hi</center>" + HERE)),
    ("pre", page("<pre>Hi\n  there</pre>" + HERE)),
    ("font-open", page("<font color=white><font size=1>Hi" + HERE)),
    ("no-html-body-only", "<body>Hi" + HERE + "</body>"),
    ("head-only-start", "<head><title>x</title><body>Hi" + HERE),
    ("text-behind", "<html><body>Hi" + HERE + "</body></html>\n\n"),
    ("cell-with-quote", page("<table><tr><td><p>Hi</p>" + HERE + "<blockquote "
     "type=cite>%s</blockquote></td></tr></table>" % OLD_P)),
    ("attribute-without-space", page("<a href=\"x\"title=\"y\">Hi</a>" +
                                     HERE)),
    ("attribute-newlines", page("<a\nhref\n=\n\"x\"\n>Hi</a\n>" + HERE)),
    ("upper-class", page("<P>Hi</P>" + HERE + "<DIV CLASS=\"gmail_quote\">%s"
                         "</DIV>" % OLD_P)),
    ("entities-in-class", page("<p>Hi</p><div class=\"gmail&#95;quote\">x"
                               "</div>" + HERE)),
    ("preheader-spacer", page("<div style=\"display:none\">peek&zwnj;&nbsp;"
     "&zwnj;</div><table><tr><td>Hi</td></tr></table>" + HERE)),
    ("mso-hide", page("<div style=\"mso-hide:all;max-height:0;overflow:hidden"
                      "\">peek</div>Hi" + HERE)),
    ("tracking-pixel", page("Hi" + HERE + "<img width=1 height=1 src=x>")
     .replace(HERE, "").replace("src=x>", "src=x>" + HERE)),
    ("vml", page("<!--[if mso]><v:rect xmlns:v=\"urn:x\"></v:rect><![endif]"
     "--><!--[if !mso]><!-->Hi<!--<![endif]-->" + HERE)),
    ("plain-less-than", page("if a<b and c>d then Hi" + HERE)),
    ("caption", page("<table><caption>x</caption><tr><td>Hi</td></tr></table>"
                     + HERE)),
    ("table-text-between", page("<table>Hi<tr><td>x</td></tr></table>" +
                                HERE)),
    ("select-open-in-table", page("<table><tr><td><select><option>a</select>"
                                  "</td></tr></table>" + HERE)),
    ("ruby", page("<ruby>x<rp>(</rp><rt>y</rt></ruby>" + HERE)),
    ("frameset-in-text", page("Hi<frame src=x>" + HERE)),
)

BROKEN = (
    ("frameset", "<html><frameset cols=\"*\"><frame src=\"x\"></frameset>"
     "</html>"),
    ("in-button", "<html><body>Hi<button>there</body></html>"),
    ("in-details", "<html><body><details><summary>x</summary>Hi</body>"
     "</html>"),
    ("in-dialog", "<html><body><dialog>Hi</body></html>"),
    ("in-object", "<html><body><object data=x>Hi</body></html>"),
    ("in-noscript", "<html><body>Hi<noscript>there</body></html>"),
    ("in-select", "<html><body>Hi<select><option>there</body></html>"),
)


def html():
    for name, words in REPLIES:
        yield "world-" + name, (29,), words
    for name, words in SHAPES:
        yield "world-" + name, (36,), words
