"""Mail of every kind that people send: structure x encoding x charset x habit
of a mail program, each with what is to become of it.  The same each time.

	for case in cases():
	    case.name, case.data	the message, line ends CRLF
	    case.rows			the hazards that it stands for
	    case.site			a configuration: shipped, open, small
	    case.reason			why it gets no button; None: it gets one,
	    case.leaves			in these leaves: None, or the words with
	    				HERE where the button belongs
"""
import codecs

import mailtexts
import mailworld
from mailparts import (Case, Part, alternative, calendar, html, image,
                       message, multi, other, pdf, plain, raw, text,
                       untouched)
from mailtexts import HERE

ENCODINGS = ("8bit", "quoted-printable", "base64")


def habits():
    """How mail programs write, in turn in each encoding and structure."""
    for i, (name, rows, w) in enumerate(
            [*mailtexts.plain(), *mailworld.plain()]):
        for encoding in (ENCODINGS[i % 3], ENCODINGS[(i + 1) % 3]):
            part = text("plain", w, encoding=encoding)
            if i % 5 == 1:
                part = multi("mixed", part, pdf())
            elif i % 5 == 2:
                part = multi("alternative", part, html())
            yield Case("plain-%s-%s" % (name, encoding), part, rows)
    for i, (name, rows, w) in enumerate(
            [*mailtexts.html(), *mailworld.html()]):
        for encoding in (ENCODINGS[i % 3], ENCODINGS[(i + 1) % 3]):
            part = text("html", w, encoding=encoding)
            if i % 5 == 1:
                part = multi("alternative", plain(), part)
            elif i % 5 == 2:
                part = multi("related", part, image())
            elif i % 5 == 3:
                part = multi("mixed", multi("alternative", plain(), multi(
                    "related", part, image())), pdf())
            yield Case("html-%s-%s" % (name, encoding), part, rows)


# A name that is written in the header, Python's, words, and a row.
WESTERN = "Gr\u00fc\u00dfe, caf\u00e9"
CHARSETS = (
    ("us-ascii", "ascii", "Hello"), ("US-ASCII", "ascii", "Hello"),
    ("ansi_x3.4-1968", "ascii", "Hello"),
    ("utf-8", "utf-8", WESTERN + " \u2603 \U0001f4de"),
    ("iso-8859-1", "iso-8859-1", WESTERN), ("ISO-8859-1", "latin-1", WESTERN),
    ("iso-8859-2", "iso-8859-2", "\u017elu\u0165ou\u010dk\u00fd"),
    ("iso-8859-5", "iso-8859-5", "\u041f\u0440\u0438\u0432\u0435\u0442"),
    ("iso-8859-7", "iso-8859-7", "\u0393\u03b5\u03b9\u03ac"),
    ("iso-8859-8-i", "iso-8859-8", "\u05e9\u05dc\u05d5\u05dd"),
    ("iso-8859-15", "iso-8859-15", WESTERN + " \u20ac"),
    ("windows-1250", "cp1250", "\u017elu\u0165ou\u010dk\u00fd"),
    ("windows-1251", "cp1251", "\u041f\u0440\u0438\u0432\u0435\u0442"),
    ("windows-1252", "cp1252", WESTERN + " \u20ac \u201ea\u201c"),
    ("windows-1255", "cp1255", "\u05e9\u05dc\u05d5\u05dd"),
    ("windows-1256", "cp1256", "\u0633\u0644\u0627\u0645"),
    ("windows-874", "cp874", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"),
    ("tis-620", "tis-620", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"),
    ("koi8-r", "koi8-r", "\u041f\u0440\u0438\u0432\u0435\u0442"),
    ("koi8-u", "koi8-u", "\u041f\u0440\u0438\u0432\u0456\u0442"),
    ("macintosh", "mac-roman", WESTERN),
    ("ibm850", "cp850", WESTERN),
    ("gb2312", "gb2312", "\u4f60\u597d"), ("gbk", "gbk", "\u4f60\u597d"),
    ("gb18030", "gb18030", "\u4f60\u597d \U00020000"),
    ("big5", "big5", "\u4f60\u597d \u529f\u8a31"),
    ("big5-hkscs", "big5hkscs", "\u4f60\u597d"),
    ("euc-jp", "euc-jp", "\u3053\u3093\u306b\u3061\u306f"),
    ("euc-kr", "euc-kr", "\uc548\ub155"),
    ("ks_c_5601-1987", "euc-kr", "\uc548\ub155"),
    ("shift_jis", "shift_jis", "\u8868\u793a \u30bd"),
    ("windows-31j", "cp932", "\u8868\u793a \u2460"),
    ("iso-2022-jp", "iso2022_jp", "\u3053\u3093\u306b\u3061\u306f"),
    ("iso-2022-jp-2", "iso2022_jp_2", "\u3053\u3093 caf\u00e9"),
    ("iso-2022-kr", "iso2022_kr", "\uc548\ub155"),
    ("utf-7", "utf-7", WESTERN + " 1+1"),
)
WIDE = (
    ("utf-16le", "utf-16-le", b""), ("utf-16be", "utf-16-be", b""),
    ("utf-32le", "utf-32-le", b""), ("utf-32be", "utf-32-be", b""),
    ("utf-16", "utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16", "utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-32", "utf-32-le", codecs.BOM_UTF32_LE),
    ("utf-32", "utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-16le", "utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-8", "utf-8", codecs.BOM_UTF8),
)


def in_charset(kind, sample):
    if kind == "plain":
        return "%s,\n%s.\n%s-- \n%s\n" % (sample, sample, HERE, sample)
    return "<html><body><p>%s</p>%s</body></html>\n" % (sample, HERE)


def charsets():
    for i, (label, name, sample) in enumerate(CHARSETS):
        for kind in ("plain", "html"):
            rows, reason = {17}, None
            if label == "utf-7" and kind == "html":
                reason = "charset"	# markup may hide in it
            encoding = ENCODINGS[(i + (kind == "html")) % 3]
            if name.startswith(("iso2022", "utf-7", "ascii")) and \
                    encoding == "8bit":
                encoding = "7bit"
            yield Case("charset-%s-%s-%s" % (label, kind, encoding), text(
                kind, in_charset(kind, sample), name, encoding, label=label),
                rows, reason)
    for label, name, mark in WIDE:
        for kind, encoding in (("plain", "base64"), ("html", "base64"),
                               ("plain", "quoted-printable")):
            yield Case("charset-%s-%s-%s-%s" % (name, kind, encoding, len(mark)
                                                and label), text(
                kind, in_charset(kind, WESTERN), name, encoding, label=label,
                mark=mark), (17,))
    for name, part in (
            ("unknown", text("plain", "x" + HERE, label="x-foo")),
            ("unknown-8bit", text("plain", "x" + HERE, label="unknown-8bit")),
            ("ebcdic", text("plain", "x" + HERE, "cp037", "base64",
                            label="ibm037")),
            ("hz", text("plain", "\u4f60\u597d" + HERE, "hz", "7bit",
                        label="hz-gb-2312")),
            ("utf-16-bare", text("plain", "x" + HERE, "utf-16-le", "8bit",
                                 label="utf-16le")),
            ("utf-16-no-order", text("plain", "x" + HERE, "utf-16-le",
                                     "base64", label="utf-16")),
            ("utf-16-odd", raw("Content-Type: text/plain; charset=utf-16le\n"
                               "Content-Transfer-Encoding: base64\n\n"
                               "YQBi\n", None)),
            ("iso-2022-jp-left", raw("Content-Type: text/plain; charset="
                                     "iso-2022-jp\n\n\x1b$B$3$s\n", None)),
            ("iso-2022-jp-half", raw(
                "Content-Type: text/plain; charset=iso-2022-jp\n\n"
                "\x1b$B$3$\x1b(B\n", None)),
            ("iso-2022-jp-escape", raw(
                "Content-Type: text/plain; charset=iso-2022-jp\n\n"
                "\x1b$B$3$s\x1b(B\x1b", None)),
            ("html-unknown", multi("alternative", plain(), text(
                "html", "x" + HERE, label="x-foo")))):
        rows = (17, 8) if name == "html-unknown" else (17,)
        yield Case("charset-" + name, part, rows, "charset")
    for end in ("\n", ""):
        yield Case("charset-utf-7-open" + end.replace("\n", "-line"), raw(
            "Content-Type: text/plain; charset=utf-7\n\nGr+APwA3w" + end,
            "Gr\u00fc\u00df" + HERE), (17,))
    yield Case("charset-quoted", text("plain", "x" + HERE, label='"UTF-8"'),
               (17,))
    yield Case("charset-2231", raw(
        "Content-Type: text/plain; charset*=us-ascii'en'utf-8\n\nx\n",
        "x\n" + HERE), (17, 19))
    yield Case("charset-continued", raw(
        "Content-Type: text/plain; charset*0=ut; charset*1=f-8\n\nx\n",
        "x\n" + HERE), (17, 19))


def encodings():
    """base64 at every quantum offset, quoted-printable at every end."""
    for n in range(9):
        for below in ("", mailtexts.SIGNATURE):
            for style in ("", "no-end", "one-line", "narrow", "odd"):
                if bool(below) != (n % 2 == 1) and style:
                    continue
                yield Case("base64-%d-%s-%s" % (n, style or "usual",
                                                below and "middle" or "end"),
                           text("plain", "x" * n + "yz\n" + HERE + below,
                                "utf-8", "base64", style=style), (15,))
                yield Case("base64-html-%d-%s-%s" % (
                    n, style or "usual", below and "middle" or "end"),
                    text("html", "<p>" + "x" * n + HERE + (
                        below and "</body></html>\n"), "utf-8", "base64",
                        style=style), (15,))
    yield Case("base64-spaces", text("plain", "abc\n" * 30 + HERE, "utf-8",
                                     "base64", style="spaces"), (15,))
    yield Case("base64-empty", text("plain", HERE, "utf-8", "base64"), (15,))
    for style in ("", "lower", "soft", "soft-space", "soft-line"):
        for i, w in enumerate((
                "Gr\u00fc\u00dfe" + HERE, "Hello Bob \n" + HERE,
                "x" * 74 + HERE, "x" * 75 + "\n" + HERE,
                "x" * 76 + "\n" + HERE + mailtexts.SIGNATURE,
                "a = b" + HERE)):
            # Python takes "= " at the very end for a "=" that is meant.
            yield Case("qp-%s-%d" % (style or "usual", i), text(
                "plain", w, "utf-8", "quoted-printable", style=style), (14,))
            yield Case("qp-html-%s-%d" % (style or "usual", i), text(
                "html", "<p>" + w.replace(HERE, "") + HERE, "utf-8",
                "quoted-printable", style=style), (14,))
    yield Case("qp-loose", raw(
        "Content-Type: text/plain\nContent-Transfer-Encoding: "
        "Quoted-Printable\n\na=zz = b=\nlong" + "x" * 90 + "\n",
        "a=zz = blong" + "x" * 90 + "\n" + HERE), (14,))
    for encoding in ("7bit", "8bit", "binary", "BINARY", None):
        yield Case("identity-%s" % encoding, text(
            "plain", "Gr\u00fc\u00dfe\n" + HERE, "utf-8", encoding), (16,))
    for name, line in (("two", "base64, 7bit"), ("unknown", "x-uuencode"),
                       ("empty", ""), ("hyphen", "7-bit"),
                       ("comment", "7bit (plain)")):
        yield Case("encoding-" + name, raw(
            "Content-Type: text/plain\nContent-Transfer-Encoding: %s\n\nx\n"
            % line, None), (19,), "encoding")
    for name, body in (("short", "YQ\n"), ("dash", "YW-j\n"),
                       ("behind-end", "YQ==\nYQ==\n"), ("text", "Hello!\n")):
        yield Case("base64-bad-" + name, raw(
            "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
            + body, None), (15,), "encoding")


def flowed():
    soft = "A line that flows \nand ends.\n"
    for delsp in ("", "; delsp=yes", "; DelSp=No"):
        for name, w in (("end", soft + HERE), ("soft-end", "It flows \n" +
                                               HERE),
                        ("soft-no-end", "It flows " + HERE),
                        ("signature", soft + HERE + mailtexts.SIGNATURE),
                        ("quote", soft + HERE + "\nOn 02/11/2026 10:00, Bob "
                         "wrote:\n> old \n> words\n"),
                        ("stuffed", " From here\n >x\n" + HERE)):
            for encoding in ("8bit", "quoted-printable"):
                yield Case("flowed-%s%s-%s" % (name, delsp[2:], encoding),
                           text("plain", w, encoding=encoding,
                                params="; format=flowed" + delsp), (13,))


def wide(n, inner):
    for _ in range(n):
        inner = multi("mixed", inner)
    return inner


def structures():
    for name, part, rows in (
            ("alternative", alternative(), (8,)),
            ("alternative-reversed", multi("alternative", html(), plain()),
             (8,)),
            ("alternative-one", multi("alternative", html()), (8,)),
            ("alternative-two-plain", multi("alternative", plain(), plain()),
             (8,)),
            ("alternative-mixed-encodings", multi("alternative", plain(
                encoding="base64"), html(encoding="quoted-printable")), (8,)),
            ("alternative-related", multi("alternative", plain(), multi(
                "related", html(), image())), (8, 10)),
            ("alternative-mixed", multi("alternative", plain(), multi(
                "mixed", html(), pdf())), (8, 11)),
            ("alternative-calendar", multi("alternative", plain(), html(),
                                           calendar()), (7,)),
            ("alternative-calendar-first", multi(
                "alternative", calendar(), plain(), html()), (7,)),
            ("alternative-calendar-publish", multi(
                "alternative", plain(), calendar("PUBLISH")), (7,)),
            ("mixed-calendar", multi("mixed", multi(
                "alternative", plain(), html(), calendar()), other(
                "application/ics; name=invite.ics")), (7,)),
            ("alternative-amp", multi("alternative", plain(), other(
                "text/x-amp-html; charset=utf-8", b"<!doctype html><html "
                b"amp4email><body>x</body></html>\r\n"), html()), (9, 8)),
            ("alternative-enriched", multi("alternative", plain(), other(
                "text/enriched", b"<bold>x</bold>\r\n"), html()), (39, 8)),
            ("alternative-watch", multi("alternative", plain(), other(
                "text/watch-html", b"<b>x</b>\r\n"), html()), (8,)),
            ("alternative-rtf", multi("alternative", plain(), other(
                "text/rtf", b"{\\rtf1}\r\n")), (39,)),
            ("alternative-markdown", multi("alternative", plain(), other(
                "text/markdown", b"*x*\r\n"), html()), (39,)),
            ("related", multi("related", html(), image()), (10,)),
            ("related-alternative", multi("related", alternative(), image()),
             (10,)),
            ("related-text-part", multi("related", html(), untouched(
                fields="Content-ID: <t>\r\n"), image()), (10,)),
            ("related-html-part", multi("related", html(), untouched(
                "html", fields="Content-ID: <f>\r\n")), (10,)),
            ("related-start", multi("related", image(), html(
                fields="Content-ID: <root>\r\n"), params="; start=\"<root>\"",
                ), (10,)),
            ("related-start-first", multi("related", html(
                fields="Content-ID: <root>\r\n"), untouched("html"),
                params="; start=\"<root>\"; type=\"text/html\""), (10,)),
            ("mixed-file", multi("mixed", plain(), pdf()), (11,)),
            ("mixed-alternative-file", multi("mixed", alternative(), pdf()),
             (11,)),
            ("mixed-related", multi("mixed", multi("related", html(),
                                                   image()), pdf()), (11,)),
            ("mixed-everything", multi("mixed", multi("alternative", plain(),
             multi("related", html(), image())), pdf(), image()), (11,)),
            ("apple-text-image-text", multi("mixed", plain(), image(),
                                            untouched()), (11,)),
            ("list-footer", multi("mixed", plain(), untouched()), (11,)),
            ("mailman-footer", multi("mixed", alternative(), untouched(
                fields="Content-Disposition: inline\r\n")), (11,)),
            ("file-first", multi("mixed", pdf(), plain()), (11,)),
            ("text-file-first", multi("mixed", untouched(
                params="; name=a.txt"), plain()), (11, 42)),
            ("parallel", multi("parallel", plain(), image()), (11,)),
            ("mixed-mixed", multi("mixed", multi("mixed", plain()), pdf()),
             (11,)),
            ("mixed-with-empty", multi("mixed", multi("mixed", pdf()),
                                       plain()), (11,)),
            ("message-behind", multi("mixed", plain(), message()), (6,)),
            ("message-first", multi("mixed", message(), plain()), (6,)),
            ("message-multipart", multi("mixed", plain(), message(multi(
                "alternative", untouched(), untouched("html")))), (6,)),
            ("message-global", multi("mixed", plain(), other(
                "message/global", b"Subject: \xc3\xa9\r\n\r\nx\r\n")),
             (6, 32)),
            ("external-body-below", multi("mixed", plain(), other(
                "message/external-body; access-type=URL", b"Content-Type: "
                b"text/plain\r\n\r\nx\r\n")), (6,)),
            ("tnef", multi("mixed", plain(), other(
                "application/ms-tnef; name=winmail.dat", b"eJ8+Ig==\r\n",
                "Content-Transfer-Encoding: base64\r\n")), (12,)),
            ("vcard", multi("mixed", plain(), other(
                "text/x-vcard; name=a.vcf", b"BEGIN:VCARD\r\n")), (11,)),
            ("attached-text", multi("mixed", plain(), untouched(
                fields="Content-Disposition: attachment\r\n")), (42,)),
            ("inline-named-text", multi("mixed", plain(), untouched(
                fields="Content-Disposition: inline; filename=a.txt\r\n")),
             (42,)),
            ("inline-named-html-first", multi("mixed", untouched(
                "html", fields="Content-Disposition: inline;\r\n "
                "filename*=utf-8''a.html\r\n"), plain()), (42,)),
            ("signed-behind", multi("mixed", plain(), multi(
                "signed", untouched(), other("application/pgp-signature"))),
             (1,)),
            ("report-behind", multi("mixed", plain(), multi(
                "report", untouched())), (5,)),
            ("deep", wide(19, plain()), (24,)),
            ("many", multi("mixed", *([image()] * 300 + [plain()])), (24,)),
            ("nul", text("plain", "a\0b\0\n" + HERE), (22,)),
            ("nul-html", text("html", "<p>a\0b</p>" + HERE), (22,)),
            ("controls", text("plain", "a\x01\x7f\x0c\x1bb\n" + HERE), (22,)),
            ("no-mime", Part("", b"Hello\r\n", ["Hello\r\n" + HERE]), (18,)),
            ("no-type", Part("Content-Transfer-Encoding: 7bit\r\n",
                             b"Hello\r\n", ["Hello\r\n" + HERE]), (18,)),
            ("no-charset", raw("Content-Type: text/plain\n\nHello\n",
                               "Hello\n" + HERE), (18,)),
            ("8bit-no-charset", Part("Content-Type: text/plain\r\n",
                                     b"caf\xe9\r\n",
                                     ["caf\u00e9\r\n" + HERE]), (18, 17)),
            ("part-without-header", raw(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n"
                "--b--\n", "Hello" + HERE), (18, 23))):
        yield Case("structure-" + name, part, rows)
    yield Case("structure-no-version", alternative(), (18,), version=False)


def boundaries():
    """RFC 2046, 5.1.1, and those who do not keep to it."""
    def two(**more):
        return multi("mixed", plain(), pdf(), **more)

    for name, part in (
            ("preamble", two(before=b"This is MIME.", behind=b"bye\r\n")),
            ("boundary-in-preamble", two(
                boundary="b", before=b"x --b\r\n--bb\r\n -- b")),
            ("boundary-within-line", multi("mixed", text(
                "plain", "x --b\n--bx\n--b--x\n-b\n" + HERE), pdf(),
                boundary="b")),
            ("prefix", multi("mixed", multi("alternative", plain(), html(),
                                            boundary="bnd2"), pdf(),
                             boundary="bnd")),
            ("prefix-inside", multi("mixed", multi(
                "alternative", plain(), html(), boundary="bnd"), pdf(),
                boundary="bnd2")),
            ("trailing-space", two(pad=b" \t ")),
            ("specials", two(boundary="'()+_,-./:=? b")),
            ("bare-equals", two(boundary="=_a", quote="")),
            ("dashes", two(boundary="----=_Part--")),
            ("longest", two(boundary="x" * 70)),
            ("no-end", two(is_closed=False)),
            ("inner-no-end", multi("mixed", multi(
                "alternative", plain(), html(), is_closed=False), pdf())),
            ("empty-parts", multi("mixed", Part("", b""), pdf())),
            ("lf-only-boundary", Part(
                "Content-Type: multipart/mixed; boundary=b\r\n",
                b"--b\nContent-Type: text/plain\n\nHello\nBob\n--b--\n",
                ["Hello\nBob" + HERE])),
            ("bare-line-ends", text("plain", "Hello\n" + HERE)),
            ("looks-like-ours", multi("mixed", plain(
                encoding="quoted-printable"), pdf(),
                boundary="Call me - open this link")),
            ):
        if name == "empty-parts":
            part.leaves[0] = HERE
        yield Case("boundary-" + name, part, (23, 25) if name in (
            "dashes", "looks-like-ours", "specials") else (20, 23)
            if name == "lf-only-boundary" else (23,))
    for boundary in " b", "=", "=2", "=20", "=20=":
        yield Case("boundary-first-%r" % boundary, two(boundary=boundary),
                   (23,), "boundary")
    yield Case("boundary-like-qp", two(boundary="=20b"), (23,))
    for name, encoding, mark in (("7bit", "7bit", "-- "),
                                 ("7bit-cut", "7bit", "--"),
                                 ("qp", "quoted-printable", "--=20")):
        yield Case("mark-midline-" + name, raw(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
            "Content-Type: text/html\nContent-Transfer-Encoding: %s\n\n"
            "<p>Hello</p><br />%s\n<br />Bob\n--b--\n" % (encoding, mark),
            "<p>Hello</p><br/>" + HERE + "--<br/>Bob"), (23, 25, 29))
    for encoding in ("7bit", "quoted-printable"):
        yield Case("boundary-cut-" + encoding, raw(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
            "Content-Type: text/html\nContent-Transfer-Encoding: %s\n\n"
            "<html><body><p>Hello</p>\n--b--</body></html>\n--b--\n"
            % encoding, None), (23, 25), "boundary")
    for encoding in ENCODINGS:
        # No line end of its own stands between its header and the boundary.
        yield Case("boundary-open-" + encoding, raw(
            "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
            "Content-Type: text/plain\nContent-Transfer-Encoding: %s\n\n"
            "--b\nContent-Type: text/html\nContent-Transfer-Encoding: %s\n\n"
            "--b--\n" % (encoding, encoding), HERE, HERE), (23, 41))
    for name, part in (
            ("same-nested", multi("mixed", multi(
                "alternative", plain(), html(), boundary="same"), pdf(),
                boundary="same")),
            ("too-long", two(boundary="x" * 71)),
            ("empty", two(boundary="")),
            ("missing", raw("Content-Type: multipart/mixed\n\n--b\n\nx\n"
                            "--b--\n", None)),
            ("ends-in-space", two(boundary="b ")),
            ("text-no-end", multi("mixed", plain(), is_closed=False)),
            ("header-no-end", raw(
                "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
                "Content-Type: text/plain\n", None))):
        yield Case("boundary-" + name, part, (23,), "boundary")


def skipped():
    """What must not be touched, and what may be read in two ways."""
    signed = "; protocol=\"application/pgp-signature\"; micalg=pgp-sha512"
    key = other("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----"
                b"\r\n")
    for name, part in (
            ("flat", multi("signed", plain(), key, params=signed)),
            ("alternative", multi("signed", alternative(), key,
                                  params=signed)),
            ("mixed", multi("signed", multi("mixed", plain(), pdf()), key,
                            params=signed)),
            ("related", multi("signed", multi("related", html(), image()),
                              key, params=signed)),
            ("below-mixed", multi("mixed", multi(
                "signed", alternative(), key, params=signed), untouched())),
            ("below-alternative", multi("alternative", plain(), multi(
                "signed", html(), key, params=signed))),
            ("deep", multi("mixed", multi("mixed", multi(
                "signed", multi("mixed", alternative()), key)))),
            ("upper-case", multi("SIGNED", plain(), key))):
        yield Case("signed-" + name, part, (1,), "signed")
    for kind in ("pkcs7-mime", "x-pkcs7-mime"):
        yield Case("opaque-" + kind, other(
            "application/%s; smime-type=signed-data" % kind), (2,), "signed")
        yield Case("enveloped-" + kind, other(
            "application/%s; smime-type=enveloped-data; name=smime.p7m"
            % kind), (2,), "encrypted")
    yield Case("opaque-below", multi("mixed", other(
        "application/pkcs7-mime; smime-type=enveloped-data"), plain()), (2,),
        "encrypted")
    yield Case("pgp-mime", multi("encrypted", other(
        "application/pgp-encrypted", b"Version: 1\r\n"), other(
        "application/octet-stream")), (2,), "encrypted")
    yield Case("pgp-mime-mixed", multi("mixed", other(
        "application/pgp-encrypted", b"Version: 1\r\n"), plain()), (2,),
        "encrypted")
    for name, w in (("signed", "-----BEGIN PGP SIGNED MESSAGE-----\nx\n"),
                    ("message", "Hi\n-----BEGIN PGP MESSAGE-----\nx\n")):
        for encoding in ("7bit", "quoted-printable", "base64"):
            yield Case("pgp-%s-%s" % (name, encoding), text(
                "plain", w, encoding=encoding), (3,), "pgp")
        yield Case("pgp-%s-alternative" % name, multi(
            "alternative", text("plain", w), html()), (3, 8), "pgp")
        yield Case("pgp-%s-html" % name, text(
            "html", "<pre>" + w + "</pre>"), (3,), "pgp")
    for kind in ("delivery-status", "disposition-notification",
                 "feedback-report"):
        yield Case("report-" + kind, multi("report", untouched(), other(
            "message/" + kind), message(), params="; report-type=" + kind),
            (5,), "report")
    yield Case("delivery-status-alone", other("message/delivery-status"),
               (5,), "no-text")
    for method in ("REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER"):
        yield Case("calendar-" + method, multi(
            "alternative", plain(), html(), calendar(method)), (7,),
            "calendar")
    yield Case("partial", other("message/partial; id=x; number=1"), (6,),
               "message")
    yield Case("external", other("message/external-body; access-type=URL"),
               (6,), "message")
    yield Case("message-alone", message(), (6,), "no-text")
    yield Case("digest", multi("digest", message(), message()), (6,),
               "no-text")
    for name, part in (
            ("image", image()), ("pdf", pdf()),
            ("mixed", multi("mixed", pdf(), image())),
            ("form", multi("form-data", untouched())),
            ("named", untouched(params="; name=a.txt")),
            ("attached", untouched(
                fields="Content-Disposition: attachment\r\n")),
            ("related-root", multi("related", image(), untouched())),
            ("related-lost", multi("related", untouched(), params=
                                   "; start=\"<nowhere>\"")),
            ("tnef", other("application/ms-tnef")),
            ("empty-multipart", multi("mixed"))):
        row = {"tnef": 12, "named": 42, "attached": 42}.get(
            name, 10 if name.startswith("related") else 40)
        yield Case("no-text-" + name, part, (row, 40), "no-text")
    for kind in ("enriched", "richtext", "rtf", "markdown", "calendar",
                 "x-amp-html"):
        yield Case("only-" + kind, other("text/" + kind), (39,), "no-text")
    for name, w in mailtexts.BROKEN + mailworld.BROKEN:
        yield Case("broken-" + name, text("html", w), (36,), "html")
        yield Case("broken-alternative-" + name, multi(
            "alternative", plain(), text("html", w)), (36, 8), "html")
    two = "Content-Type: text/plain\n"
    for name, header in (
            ("two-types", two + two),
            ("two-types-cased", two + "CONTENT-type: text/html\n"),
            ("two-encodings", two + "Content-Transfer-Encoding: 7bit\n"
             "Content-Transfer-Encoding: base64\n"),
            ("two-versions", "MIME-Version: 1.0\n" + two),
            ("comment", "Content-Type: text/plain (x)\n"),
            ("comment-front", "Content-Type: (x) text/plain\n"),
            ("no-subtype", "Content-Type: text\n"),
            ("no-type", "Content-Type:\n"),
            ("slash", "Content-Type: text/plain/html\n"),
            ("space-at-slash", "Content-Type: text /plain\n"),
            ("space-behind-slash", "Content-Type: text/ plain\n"),
            ("two-charsets", "Content-Type: text/plain; charset=utf-8; "
             "charset=iso-8859-1\n"),
            ("quote-open", "Content-Type: text/plain; charset=\"utf-8\n"),
            ("space-before-colon", "Content-Type : text/plain\n"),
            ("boundary-2231", "Content-Type: multipart/mixed; "
             "boundary*=us-ascii''b\n"),
            ("boundary-pieces", "Content-Type: multipart/mixed; "
             "boundary*0=b; boundary*1=c\n"),
            ("two-boundaries", "Content-Type: multipart/mixed; boundary=b; "
             "boundary=c\n"),
            ("encoded-multipart", "Content-Type: multipart/mixed; boundary=b"
             "\nContent-Transfer-Encoding: base64\n")):
        body = "\n--b\n\nx\n--b--\n"
        yield Case("ambiguous-" + name, raw(header + body, None), (19,),
                   "ambiguous")
        if not name.startswith("two-versions"):
            yield Case("ambiguous-part-" + name, raw(
                "Content-Type: multipart/mixed; boundary=o\n\n--o\n" +
                header + body + "\n--o--\n", None), (19,), "ambiguous")
    yield Case("ambiguous-no-colon", raw(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nhello\n\nx\n"
        "--b--\n", None), (19, 23), "ambiguous")
    yield Case("ambiguous-header-ends-at-boundary", raw(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
        "text/plain\n--b--\n", None), (19, 23), "ambiguous")
    yield Case("ambiguous-named-alternative", multi(
        "alternative", plain(), untouched("html", params="; name=a.html")),
        (8, 42), "ambiguous")


def clipped():
    """HTML of which Gmail shows the first 102 kB only, the button included:
    long pages have it at their top."""
    short, long = "<p>words</p>\n" * 6000, "<p>words</p>\n" * 8000
    page = "<html><head><title>t</title></head><body>"
    for name, part in (
            ("no", text("html", page + short + HERE + "</body></html>\n")),
            ("page", text("html", page + HERE + long + "</body></html>\n")),
            ("base64", text("html", page + HERE + long + "</body></html>\n",
                            encoding="base64")),
            ("qp", text("html", page + HERE + long + "</body></html>\n",
                        encoding="quoted-printable")),
            ("fragment", text("html", HERE + "<div>" + long + "</div>")),
            ("utf-16", text("html", page + HERE + long, "utf-16-le",
                            "base64", label="utf-16le")),
            ("quote", text("html", page + "<p>Hi</p>" + HERE +
                           "<div class=gmail_quote>" + long + "</div>")),
            ("alternative", multi("alternative", plain(), text(
                "html", page + HERE + long + "</body></html>\n")))):
        yield Case("clipped-" + name, part, (36,))


def limits():
    yield Case("limit-depth", wide(21, plain()), (24,), "limit")
    yield Case("limit-depth-60", wide(60, plain()), (24,), "limit")
    yield Case("limit-parts", multi("mixed", *([image()] * 1001 + [plain()])),
               (24,), "limit")
    yield Case("limit-part-header", multi("mixed", Part(
        "X: y\r\n" * 15000, b"x\r\n")), (24,), "limit")
    yield Case("limit-texts", multi("alternative", *[plain()] * 9), (24,),
               "limit")
    yield Case("texts-8", multi("alternative", *[plain()] * 8), (24,))
    yield Case("small-depth", wide(3, plain()), (24,), site="small")
    yield Case("small-limit-depth", wide(4, plain()), (24,), "limit", "small")
    yield Case("small-limit-parts", multi("mixed", *([image()] * 10 +
                                                     [plain()])), (24,),
               "limit", "small")
    yield Case("small-body", multi("mixed", plain(), other(
        "application/octet-stream", b"x" * 30000)), (43,), site="small")
    yield Case("small-limit-body", multi("mixed", plain(), other(
        "application/octet-stream", b"x" * 40000)), (43,), "size", "small")
    long = "words without an end,\n" * 2000
    for name, part in (
            ("text", text("plain", long + HERE + mailtexts.SIGNATURE)),
            ("alternative", multi("alternative", text(
                "plain", long + HERE), text("html", "<pre>" + long + "</pre>"
                                            + HERE, encoding="base64"))),
            ("file-first", multi("mixed", other(
                "application/octet-stream", long.encode()), plain(), pdf()))):
        yield Case("spooled-" + name, part, (43,), site="open")
    yield Case("small-limit-text", text("plain", "x\n" * 5000), (43,), "size",
               "small")
    yield Case("small-limit-html", multi("alternative", plain(), text(
        "html", "<p>x</p>\n" * 2000)), (43, 8), "size", "small")


def headers():
    """The message's own header."""
    for name, row, fields, reason in (
            ("list-id", 30, "List-Id: <l.example.net>\r\n", "list"),
            ("list-post", 30, "List-Post: <mailto:l@example.net>\r\n",
             "list"),
            ("precedence-list", 30, "Precedence: list\r\n", "list"),
            ("precedence-bulk", 30, "Precedence: bulk\r\n", "list"),
            ("auto-replied", 30, "Auto-Submitted: auto-replied\r\n",
             "auto-submitted"),
            ("auto-generated", 30, "auto-submitted: auto-generated (x)\r\n",
             "auto-submitted"),
            ("resent", 30, "Resent-From: <a@example.net>\r\n", "resent"),
            ("resent-id", 30, "Resent-Message-ID: <a@b>\r\n", "resent"),
            ("dkim", 4, "DKIM-Signature: v=1; d=example.com\r\n", "dkim"),
            ("arc", 4, "ARC-Seal: i=1\r\n", "dkim")):
        for part in (plain(), alternative()):
            yield Case("header-%s-%d" % (name, len(part.leaves)), part,
                       (row,), reason, fields=fields)
        if reason in ("list", "dkim"):
            yield Case("header-%s-open" % name, alternative(), (row,),
                       site="open", fields=fields)
    yield Case("header-auto-no", alternative(), (30,),
               fields="Auto-Submitted: no\r\n")
    yield Case("header-precedence-first", plain(), (30,),
               fields="Precedence: first-class\r\n")
    lengths = "Content-MD5: x==\r\nLines: 1\r\nContent-Length: 3\r\n" \
        "LINES: 2\r\n"
    yield Case("header-lengths", plain(), (35,), fields=lengths)
    yield Case("header-lengths-multipart", multi(
        "alternative", plain(fields="Content-MD5:\r\n y==\r\n"), html(
            fields="X-A: b\r\nContent-MD5: z==\r\nX-C: d\r\n"),
        ), (35,), fields="Lines: 1\r\nContent-Length: 3\r\n")
    yield Case("header-digest-of-a-file", multi("mixed", plain(), other(
        "application/octet-stream", fields="Content-MD5: x==\r\n")), (35,))
    yield Case("header-lengths-skipped", image(), (35, 40), "no-text",
               fields=lengths)
    utf8 = "Subject: Gr\u00fc\u00dfe \u2603\r\nX-E: \u00e9\r\n"
    yield Case("header-smtputf8", alternative(), (32,), fields=utf8,
               sender="\u00c9l\u00e8ve \u2603 <alice@example.com>")
    yield Case("header-encoded-name", plain(), (33,),
               sender="=?utf-8?B?4oCuQWxpY2U=?= <alice@example.com>")
    yield Case("header-name-of-markup", alternative(), (33,),
               sender="\"<b>\" <eve@example.com>")
    yield Case("header-folded", alternative(), (26,), fields="X-Long: a\r\n"
               "\tb\r\n  c\r\nReferences: <a@b>\r\n <c@d>\r\n")
    for name, offer in (
            ("lower", "x-call-offer:yes\r\n"),
            ("folded", "X-Call-Offer:\r\n yes;\r\n\tuses=3\r\n"),
            ("number", "X-Call-Offer: +442079460123; expires=7d; max=30m\r\n"
             ),
            ("quoted", "X-Call-Offer: yes; ref=\"a;b\\\"c\"\r\n"),
            ("spaced", "X-Call-Offer:   YES  \r\n")):
        yield Case("offer-" + name, alternative(), (26,), offer=offer)
    for lang in ("de", "fr", "es", "it", "nl", "pt", "ar", "he", "ja", "xx"):
        yield Case("offer-in-" + lang, multi("alternative", plain(
            encoding="quoted-printable"), html(charset="iso-8859-1")), (17,),
            offer="X-Call-Offer: yes; lang=%s\r\n" % lang)
    for name, value in (
            ("twice", "yes\r\nX-Call-Offer: yes"), ("comment", "yes (x)"),
            ("control", "yes\x01"), ("non-ascii", "y\u00e9s"),
            ("encoded", "=?utf-8?Q?yes?="), ("long", "yes; ref=" + "x" * 600),
            ("lines", "yes;\r\n\tref=\"a\r\n\tX: y\"\r\n (x"),
            ("unknown", "yes; bcc=x@y"), ("empty", "")):
        yield Case("offer-refused-" + name, plain(), (26,), "refused",
                   offer="X-Call-Offer: %s\r\n" % value)
    yield Case("offer-none", plain(), (46,), "none", offer="")
    yield Case("offer-no", plain(), (26,), "declined",
               offer="X-Call-Offer: no\r\n")
    yield Case("offer-none-of-many", alternative(), (46,), "none", offer="",
               fields="X-Call-Offered: yes\r\nX-Call: yes\r\n" + lengths)


def cases():
    for some in (habits, charsets, encodings, flowed, structures, boundaries,
                 skipped, clipped, limits, headers):
        yield from some()
