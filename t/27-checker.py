#!/usr/bin/python3
"""The checker of t/27-corpus can fail: what it passes, damaged by hand in one
way after another, must not pass.  No milter is asked."""
import base64
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mailcheck  # noqa: E402
import mailjudge  # noqa: E402
from tap import check, finish  # noqa: E402

URL = b"https://call.example.com/o/AQabc_-1"
OTHER = b"https://call.example.com/o/AQabc_-2"
TEXT = b"\r\nCall me - open this link:\r\n" + URL + b"\r\n"
HTML = b"<div style=\"padding:1px\"><table><tr><td>\r\n<a href=\"" + URL + \
    b"\">Call me</a></td></tr></table></div>\r\n"
SCRIPT = b"<script>var a = 1;</script>"
FILE = b"--o\r\nContent-Type: application/pdf; name=a.pdf\r\n" \
    b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64" \
    b"\r\n\r\nJVBERi0xLjQK\r\n"
MESSAGE = b"--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n" \
    b"\r\nnested words\r\n"


def message(offer, text, html, lengths):
    return b"".join((
        b"From: Alice <alice@example.com>\r\n", offer,
        b"Subject: Gr=?utf-8?q?=C3=BC?=e\r\n folded\r\n", lengths,
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\npreamble\r\n"
        b"--o\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n"
        b"--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        b"The words.  \r\n", text, b"\r\n> quoted\r\n> more\r\n-- \r\nAlice"
        b"\r\n--i\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        b"<html><head><title>t</title></head><body><!-- note -->", SCRIPT,
        b"<p>The words.</p>\r\n", html, b"<blockquote type=\"cite\"><p>quoted"
        b"</p></blockquote></body></html>\r\n--i--\r\n", FILE, MESSAGE,
        b"--o--\r\nepilogue\r\n"))


LENGTHS = b"Content-Length: 1\r\nLines: 9\r\n"
BEFORE = message(b"X-Call-Offer: yes\r\n", b"", b"", LENGTHS)
AFTER = message(b"", TEXT, HTML, b"")


def swap(a, b):
    def change(data):
        if data.count(a) < 1:
            raise ValueError("%r is not there" % a)
        return data.replace(a, b, 1)
    return change


def move(what, before):
    """`what` goes in front of `before`."""
    return lambda data: swap(before, what + before)(data.replace(what, b"", 1))


DAMAGE = (
    ("nothing is inserted, and lengths go", lambda d: message(
        b"", b"", b"", b""), "no text of it"),
    ("the field stays", swap(b"Subject", b"X-Call-Offer: yes\r\nSubject"),
     "is still there"),
    ("a length stays", swap(b"MIME-V", b"Lines: 9\r\nMIME-V"),
     "is still there"),
    ("a field is added", swap(b"MIME-V", b"X-Seen: 1\r\nMIME-V"), "header"),
    ("a field is lost", swap(b"MIME-Version: 1.0\r\n", b""), "header"),
    ("a field is folded anew", swap(b"\r\n folded", b" folded"), "header"),
    ("a field is decoded", swap(b"=?utf-8?q?=C3=BC?=", b"\xc3\xbc"),
     "header"),
    ("fields change places", lambda d: swap(
        b"From:", b"MIME-Version: 1.0\r\nFrom:")(d.replace(
            b"MIME-Version: 1.0\r\n", b"", 1)), "header"),
    ("a part's field changes case", swap(b"Content-Disposition: att",
                                         b"Content-disposition: att"),
     "other bytes"),
    ("a parameter is lost", swap(b"; name=a.pdf", b""), "header"),
    ("a charset is relabelled", swap(b"text/plain; charset=utf-8",
                                     b"text/plain; charset=UTF-8"), "header"),
    ("an encoding is added", swap(
        b"charset=utf-8\r\n\r\nThe", b"charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\nThe"), "header"),
    ("a byte of a file", swap(b"JVBERi0", b"JVBERi1"), "does not decode"),
    ("a file is wrapped anew", swap(b"JVBERi0x", b"JVBE\r\nRi0x"),
     "does not decode"),
    ("a nested message", swap(b"nested words\r\n", b"nested words\r\n" + TEXT),
     "is in message/rfc822"),
    ("the preamble", swap(b"preamble", b"Preamble"), "preamble"),
    ("the epilogue", swap(b"epilogue\r\n", b"epilogue"), "epilogue"),
    ("a boundary is padded", swap(b"--o--", b"--o-- "), "other bytes"),
    ("a boundary is lost", swap(b"--i--\r\n", b""), "other bytes"),
    ("a part is lost", swap(MESSAGE, b""), "another tree"),
    ("parts change places", lambda d: d.replace(
        FILE + MESSAGE, MESSAGE + FILE), "another tree"),
    ("a type changes", swap(b"text/html", b"text/plain"), "another tree"),
    ("white space at a line's end", swap(b"words.  \r\n", b"words.\r\n"),
     "does not decode"),
    ("one letter of the words", swap(b"The words.  ", b"the words.  "),
     "does not decode"),
    ("two blocks in a text", swap(TEXT, TEXT + TEXT), "no sentence and"),
    ("no URL in the text", swap(URL + b"\r\n", b""), "no sentence and"),
    ("another URL in the text", swap(URL, OTHER), "different URLs"),
    ("the URL is not alone", swap(b"\r\n" + URL, b" " + URL),
     "no sentence and"),
    ("no empty line before", swap(TEXT, TEXT[2:]), "before the block"),
    ("a space at a line's end", swap(b"this link:\r\n", b"this link: \r\n"),
     "taken for something"),
    ("a line of dashes", swap(b"Call me - open", b"--Call me - open"),
     "taken for something"),
    ("a line From", swap(b"Call me - open", b"From here - open"),
     "taken for something"),
    ("the block is in the signature", move(TEXT, b"\r\n--i\r\nContent-Type: "
                                           b"text/html"), "signature"),
    ("the block is in the quote", move(TEXT, b"> more"), "in a quote"),
    ("the block is not ASCII", swap(b"Call me - ", b"Call me \xe2\x80\x93 "),
     "not ASCII"),
    ("the block has a bare LF", swap(b"this link:\r\n", b"this link:\n"),
     "bare LF"),
    ("the block has a bare CR", swap(b"this link:", b"this\rlink:"),
     "bare CR"),
    ("a long line", swap(b"Call me - open", b"Call me " + b"x" * 1000),
     "a new line of"),
    ("the link is in a comment", move(HTML, b"note -->"), "links"),
    ("the link is in a script", move(HTML, b"var a"), "links"),
    ("the link is in the title", move(HTML, b"t</title>"), "links"),
    ("the link is in the quote", move(HTML, b"<p>quoted"), "in a quote"),
    ("two links", swap(HTML, HTML + HTML), "not one element"),
    ("two links in a block", swap(b"</td>", b"<a href=\"" + URL +
                                  b"\">x</a></td>"), "2 links"),
    ("no words", swap(b">Call me</a>", b"></a>"), "no words"),
    ("an open block", swap(b"</table></div>", b"</table>"), "not closed"),
    ("an image from elsewhere", swap(b"Call me</a>", b"Call me</a><script>"
                                     b"</script>"), "elements"),
    ("another link in the HTML", lambda d: d.replace(URL + b"\"", OTHER + b"\""
                                                     ), "different URLs"),
    ("a hidden block", swap(b"<div style=\"padding:1px\">", b"<div style=\""
                            b"display: none\">"), "display: none"),
    ("the title is lost", swap(b"<title>t</title>", b""), "does not decode"),
    ("a comment is lost", swap(b"<!-- note -->", b""), "does not decode"),
)


def complaints(before, after):
    return mailcheck.look(before, after).bad


def damage():
    check(complaints(BEFORE, AFTER), "a good one passes")
    check(complaints(BEFORE, mailcheck.without(BEFORE, ("x-call-offer",))),
          "one that is not changed passes")
    for name, change, want in DAMAGE:
        after = change(AFTER)
        bad = complaints(BEFORE, after)
        check([] if after != AFTER and any(want in b for b in bad) else
              ["not seen: %r" % bad], "damage: %s" % name)


# Encoded texts: what the milter writes, and what it must not.

def single(encoding, body, charset="utf-8", more=b""):
    return b"From: a@b.c\r\nContent-Type: text/plain; charset=%s\r\n%s" \
        b"Content-Transfer-Encoding: %s\r\n\r\n%s" % (
            charset.encode(), more, encoding, body)


def b64(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def encoded():
    words = b"The words that are long enough for more than one line of it." \
        b"\r\n"
    quoted = TEXT.replace(b"=", b"=3D")
    rows = (
        ("base64", b"base64", b64(words), b64(words + TEXT), ""),
        ("base64: encoded anew", b"base64", b64(words + b"x" * 90).replace(
            b"\r\n", b"") + b"\r\n", b64(words + b"x" * 90 + TEXT),
         "bytes were lost"),
        ("base64: glued", b"base64", b64(words), b64(words) + b64(TEXT),
         ""),
        ("base64: padding inside", b"base64", b64(words[:-1]),
         b64(words[:-1]) + b64(b"\n" + TEXT), "does not decode"),
        ("base64: a long line", b"base64", b64(words), b64(words) +
         base64.b64encode(TEXT + b" ") + b"\r\n", ""),
        ("qp", b"quoted-printable", words, words + quoted, ""),
        ("qp: a long line", b"quoted-printable", words, words +
         TEXT.replace(b"this link", b"this link" + b"!" * 60), "over 76"),
        ("qp: white space", b"quoted-printable", words, words +
         TEXT.replace(b"link:\r\n", b"link: \r\n"), "white space at"),
        ("qp: a line of dashes", b"quoted-printable", words, words +
         TEXT.replace(b"AQabc_-1", b"AQ=\r\n-abc"), "something else"),
        ("qp: a soft break swallows it", b"quoted-printable", words + b"x=",
         words + b"x=\r\n" + quoted[2:], "within a line"),
    )
    for name, encoding, a, b, want in rows:
        bad = complaints(single(encoding, a).replace(
            b"\r\n", b"\r\nX-Call-Offer: yes\r\n", 1),
            single(encoding, b))
        if name in ("base64", "qp"):
            check(bad, "%s: a good one passes" % name)
        else:
            check([] if any(want in x for x in bad) else
                  ["not seen: %r" % bad], "damage: %s" % name)


def charsets():
    rows = (
        ("utf-16le", "abc\r\n".encode("utf-16-le"), TEXT),
        ("iso-2022-jp", b"\x1b$B$3$s", b"\r\n" + TEXT),
        ("shift_jis", b"abc\x83", TEXT[2:]),
    )
    for charset, a, block in rows:
        before = single(b"base64", b64(a), charset,
                        b"X-Call-Offer: yes\r\n")
        after = single(b"base64", b64(a + block), charset)
        bad = complaints(before, after)
        check([] if bad else ["not seen"],
              "damage: ASCII where %s does not have it" % charset)
    good = "Gr\u00fc\u00dfe\r\n".encode("utf-16-le")
    check(complaints(
        single(b"base64", b64(good), "utf-16le",
               b"X-Call-Offer: yes\r\n"),
        single(b"base64", b64(good + TEXT.decode().encode(
            "utf-16-le")), "utf-16le")), "utf-16le: a good one passes")


def judged():
    """The judge knows what is to be left alone."""
    rows = (
        (b"multipart/signed; boundary=b", "signed"),
        (b"multipart/encrypted; boundary=b", "encrypted"),
        (b"multipart/report; boundary=b", "report"),
        (b"application/pkcs7-mime; smime-type=signed-data", "signed"),
        (b"message/partial", "message"), (b"image/png", "no-text"),
        (b"text/plain; name=a.txt", "no-text"),
        (b"multipart/mixed; boundary=\"" + b"x" * 71 + b"\"", "boundary"),
    )
    body = b"\r\n\r\n--b\r\n\r\nwords\r\n--b--\r\n"
    for kind, want in rows:
        j = mailjudge.judge(b"Content-Type: " + kind + body)
        check([] if want in j.reasons and not j.leaves else
              ["%s %s" % (j.leaves, j.reasons)], "judge: %s is %s"
              % (re.match(rb"[\w/.-]+", kind).group(0).decode(), want))
    j = mailjudge.judge(BEFORE)
    check([] if j.leaves == [0, 1] and not j.reasons | j.doubts else
          ["%s %s %s" % (j.leaves, j.reasons, j.doubts)],
          "judge: both texts of an alternative")


damage()
encoded()
charsets()
judged()
finish()
