"""Mail of many kinds, and what must come of each.

What comes out of a message with a button is learnt once, under the parsers of
t/mailcheck.py; every later message of its kind has its own words, size, name
and recipients, and must come out as that one did.
"""
import base64
import binascii
import os
import re

import mailcheck

LINK = re.compile(rb"https://call\.example\.com/o/([A-Za-z0-9_-]+)")
MARK, FILL = b"@MARK@--------------------", b"@FILL@\r\n"
LINE = b"All work and no play makes a dull boy, said the old proverb.\r\n"
OFFERORS = 50
MAX_TEXT = 4 << 20		# the milter's default
YES = b"X-Call-Offer: yes\r\n"

TEXT = b"Hello " + MARK + b"\r\n" + FILL + b"Bye\r\n-- \r\nOffice\r\n"
HTML = b"<html><body><p>Hello " + MARK + b"</p>\r\n" + FILL + \
    b"<p>Bye</p></body></html>\r\n"


def typed(kind):
    return b"MIME-Version: 1.0\r\nContent-Type: " + kind + b"\r\n"


def part(kind, body):
    return b"--b\r\nContent-Type: " + kind + b"\r\n\r\n" + body


def encoded(how):
    return b"Content-Transfer-Encoding: " + how + b"\r\n"


def to_base64(data):
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def to_qp(data):
    return re.sub(rb"([^\r\n]{1,70})(?=[^\r\n])", rb"\1=\r\n", data)


class Kind:
    def __init__(self, name, share, outcome, more, body, login="alice",
                 to_wire=None, from_wire=None):
        self.name, self.share, self.outcome = name, share, outcome
        self.more, self.body, self.login = more, body, login
        self.to_wire, self.from_wire = to_wire, from_wire
        # Encoding takes long; and in long HTML the button is further up.
        self.lines_max = 500 if to_wire else 1400 if HTML in body else 10 ** 6
        self.learnt = None

    def make(self, who, mark, fill):
        fields = [b"From: o%d@example.com\r\n" % who,
                  b"Message-ID: <%s@example.com>\r\n" % mark.strip(),
                  b"Subject: soaking\r\n"]
        fields += re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", self.more)
        body = put(self.body, mark, fill)
        return fields, self.to_wire(body) if self.to_wire else body

    def clear(self, body):
        return self.from_wire(body) if self.from_wire else body


def put(text, mark, fill):
    return text.replace(MARK, mark).replace(FILL, fill)


MIXED = typed(b"multipart/mixed; boundary=b")
BOTH = part(b"text/plain", TEXT) + part(b"text/html", HTML) + b"--b--\r\n"
FILE = part(b"text/plain", b"Hello " + MARK + b"\r\n") + \
    part(b"application/octet-stream", FILL) + b"--b--\r\n"
KINDS = [
    Kind("plain", 20, "button", YES, TEXT),
    Kind("html", 8, "button", YES + typed(b"text/html"), HTML),
    Kind("both", 10, "button",
         YES + typed(b"multipart/alternative; boundary=b"), BOTH),
    Kind("file", 10, "button", YES + MIXED, FILE),
    Kind("base64", 6, "button", YES + typed(b"text/plain; charset=utf-8") +
         encoded(b"base64"), TEXT, to_wire=to_base64,
         from_wire=binascii.a2b_base64),
    Kind("qp", 6, "button", YES + typed(b"text/html; charset=utf-8") +
         encoded(b"quoted-printable"), HTML, to_wire=to_qp,
         from_wire=binascii.a2b_qp),
    Kind("folded", 4, "button",
         b"X-Call-Offer:\r\n yes; expires=2d;\r\n uses=3\r\n", TEXT),
    Kind("untagged", 20, "none", b"", TEXT),
    Kind("declined", 3, "deleted", b"X-Call-Offer: no\r\n", TEXT),
    Kind("stranger", 3, "deleted", YES, TEXT, login=None),
    Kind("signed", 4, "deleted", YES + typed(
        b"multipart/signed; protocol=\"application/pkcs7-signature\"; "
        b"boundary=b"), FILE),
    Kind("twins", 3, "deleted", YES + MIXED + typed(
        b"multipart/mixed; boundary=c"), FILE),
    Kind("nowhere", 2, "deleted", YES + typed(b"multipart/mixed"), FILE),
    Kind("another", 3, "refused", YES, TEXT, login="mallory"),
    Kind("gibberish", 3, "refused", b"X-Call-Offer: exires=%n%s\r\n", TEXT),
    Kind("twice", 2, "refused", YES + YES, TEXT),
]


def without_field(fields):
    return b"".join(f for f in fields if not f.startswith(b"X-Call-Offer:"))


def learn(talk):
    """talk(kind, fields, body, to) gives what a session's mail() gives."""
    bad = []
    for kind in KINDS:
        if kind.outcome != "button":
            continue
        fields, body = kind.make(0, MARK, FILL)
        r = talk(kind, fields, body, ["bob@example.net"])
        if r.data is None:
            bad.append("%s: %s %s" % (kind.name, r.steps, r.reply))
            continue
        seen = mailcheck.look(b"".join(fields) + b"\r\n" + body, r.data)
        bad += ["%s: %s" % (kind.name, b) for b in seen.bad]
        if not seen.edits:
            bad.append("%s: no button: %s" % (kind.name, r.steps))
            continue
        new = kind.clear(r.data.split(b"\r\n\r\n", 1)[1])
        kind.learnt = re.sub(rb"Offeror 0 [AB]", b"@WHO@",
                             LINK.sub(b"@LINK@", new))
    return bad


def check_button(kind, who, n_to, r, head, mark, fill):
    """Complaints, and the ids of the offer."""
    if r.data is None or not r.data.startswith(head):
        return "%s: %s %s" % (kind.name, r.steps, r.reply), None
    new = kind.clear(r.data[len(head):])
    links = set(LINK.findall(new))
    if len(links) != 1:
        return "%s: %d links" % (kind.name, len(links)), None
    link = links.pop()
    want = put(kind.learnt, mark, fill)
    want = want.replace(b"@LINK@", b"https://call.example.com/o/" + link)
    new = new.replace(b"Offeror %d A" % who, b"@WHO@") \
        .replace(b"Offeror %d B" % who, b"@WHO@")
    if kind.to_wire == to_base64:	# filled up to its quantum
        new, want = b"".join(new.split()), b"".join(want.split())
    if new != want:
        n = len(os.path.commonprefix([new, want]))
        return "%s: %d bytes for %d, at %d %r is not %r" % (
            kind.name, len(new), len(want), n, new[n:n + 300],
            want[n:n + 300]), None
    token = base64.urlsafe_b64decode(link + b"=" * (-len(link) % 4))
    name = token[32:32 + token[31]].decode()
    if name not in ("Offeror %d A" % who, "Offeror %d B" % who):
        return "%s: offeror %d is named %r" % (kind.name, who, name), None
    if token[1] != (3 if kind.name == "folded" else n_to):
        return "%s: %d uses for %d" % (kind.name, token[1], n_to), None
    return None, token[15:31]


def check(kind, who, n_to, r, fields, body, mark, fill):
    """Complaint or None; offer id or None."""
    steps, edits = "".join(r.steps), "".join(e for e, _ in r.edits)
    if kind.outcome == "refused":
        good = r.reply and r.reply.startswith("550 5.") and not edits and \
            "X-Call-Offer: " in r.reply
        return None if good else "%s: %s %s" % (kind.name, steps,
                                                r.reply), None
    head = without_field(fields) + b"\r\n"
    is_small = kind.body is FILE or len(fill) <= MAX_TEXT
    if kind.outcome == "button" and is_small:
        return check_button(kind, who, n_to, r, head, mark, fill)
    good = steps[-1:] == "a" and r.data == head + body and \
        edits == ("" if kind.outcome == "none" else "m")
    return None if good else "%s: %s %s, %d of %d bytes" % (
        kind.name, steps, edits, len(r.data or b""), len(head + body)), None
