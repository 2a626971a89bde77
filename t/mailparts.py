"""Making messages byte by byte, with what is to become of them.

A part knows its leaves: None for one that must stay as it is; else its words
with HERE where the button belongs.
"""
import base64
import itertools

import mailtexts
from mailtexts import HERE


class Part:
    """A part, or the content of a whole message."""

    def __init__(self, header, body, leaves=(None,)):
        self.header, self.body, self.leaves = header, body, list(leaves)

    def bytes(self):
        return self.header.encode() + b"\r\n" + self.body


class Case:
    def __init__(self, name, part, rows, reason=None, site="shipped",
                 fields="", offer="X-Call-Offer: yes\r\n", version=True,
                 sender="Alice <alice@example.com>"):
        self.name, self.rows, self.reason = name, set(rows), reason
        self.site = site
        self.leaves = part.leaves
        self.data = (
            "From: %s\r\nTo: bob@example.net\r\nSubject: t\r\n%s"
            "Date: Sun, 22 Nov 2026 18:00:00 +0000\r\n"
            "Message-ID: <%s@example.com>\r\n%s%s" % (
                sender, offer, name, fields,
                "MIME-Version: 1.0\r\n" if version else "")
            ).encode() + part.bytes()


# Transfer encodings, as one program or another writes them.

def wrapped(data, width):
    return b"".join(data[i:i + width] + b"\r\n"
                    for i in range(0, len(data), width))


def in_base64(data, style):
    text = base64.b64encode(data)
    width = {"one-line": 900, "narrow": 60, "odd": 75}.get(style, 76)
    out = wrapped(text, width)
    if style == "spaces":
        out = out.replace(b"\r\n", b" \r\n\t")
    return out[:-2] if style == "no-end" else out


def in_qp(data, style):
    out, line = b"", b""
    hexa = b"=%02x" if style == "lower" else b"=%02X"
    for i, c in enumerate(data):
        if data[i:i + 2] == b"\r\n":
            continue
        if data[i - 1:i + 1] == b"\r\n":
            out += line + b"\r\n"
            line = b""
            continue
        is_end = data[i + 1:i + 3] == b"\r\n" or i + 1 == len(data)
        bare = 33 <= c <= 126 and c != 61 or c in b" \t" and not is_end
        text = bytes([c]) if bare else hexa % c
        if len(line) + len(text) > 75:
            out += line + b"=\r\n"
            line = b""
        line += text
    return out + line + {"soft": b"=", "soft-space": b"= ",
                         "soft-line": b"=\r\n"}.get(style, b"")


def text(kind, words, charset="utf-8", encoding="8bit", params="", fields="",
         style="", label=None, mark=b""):
    """text/plain or text/html.  `words` have LF; `label`: the charset's name
    in the header; `mark`: bytes in front."""
    words = words.replace("\n", "\r\n")
    data = mark + words.replace(HERE, "").encode(charset)
    if encoding == "base64":
        data = in_base64(data, style)
    elif encoding == "quoted-printable":
        data = in_qp(data, style)
        if style == "soft-space":
            words = words.replace(HERE, "=" + HERE) if words[-1] == HERE \
                else words + "="
    header = "Content-Type: text/%s" % kind
    if charset:
        header += "; charset=%s" % (label or charset)
    header += params + "\r\n"
    if encoding:
        header += "Content-Transfer-Encoding: %s\r\n" % encoding
    return Part(header + fields, data, [words if HERE in words else None])


def other(kind, body=b"AAAA\r\n", fields=""):
    return Part("Content-Type: %s\r\n%s" % (kind, fields), body)


def raw(data, *leaves):
    """A part whose every byte matters."""
    header, body = data.replace("\n", "\r\n").split("\r\n\r\n", 1)
    return Part(header + "\r\n" if header else "",
                body.replace(HERE, "").encode(),
                [x and x.replace("\n", "\r\n") for x in leaves])


numbers = itertools.count(1)


def multi(subtype, *parts, boundary=None, params="", before=b"", behind=b"",
          fields="", quote='"', pad=b"", is_closed=True):
    if boundary is None:
        boundary = "=_%d" % next(numbers)
    b = b"\r\n--" + boundary.encode()
    body = before
    for p in parts:
        body += b + pad + b"\r\n" + p.bytes()
    if is_closed:
        body += b + b"--" + pad + b"\r\n"
    if not before:
        body = body[2:]
    header = "Content-Type: multipart/%s; boundary=%s%s%s%s\r\n%s" % (
        subtype, quote, boundary, quote, params, fields)
    return Part(header, body + behind, [x for p in parts for x in p.leaves])


# The usual parts.

def words(kind, here=True, **more):
    w = mailtexts.OWN if kind == "plain" else mailtexts.page(mailtexts.P)
    return text(kind, w if here else w.replace(HERE, ""), **more)


def plain(**more):
    return words("plain", **more)


def html(**more):
    return words("html", **more)


def untouched(kind="plain", **more):
    return words(kind, here=False, **more)


def pdf():
    return other("application/pdf; name=a.pdf", b"JVBERi0xLjQK\r\n",
                 "Content-Transfer-Encoding: base64\r\n"
                 "Content-Disposition: attachment; filename=a.pdf\r\n")


def image(name="i"):
    return other("image/png", b"iVBORw0KGgo=\r\n",
                 "Content-Transfer-Encoding: base64\r\nContent-ID: <%s>\r\n"
                 "Content-Disposition: inline\r\n" % name)


def message(part=None):
    part = part or untouched()
    inner = b"From: bob@example.net\r\nMIME-Version: 1.0\r\n" + part.bytes()
    return Part("Content-Type: message/rfc822\r\n", inner,
                [None] * len(part.leaves))


def calendar(method="REQUEST"):
    return other("text/calendar; charset=utf-8; method=" + method,
                 b"BEGIN:VCALENDAR\r\nMETHOD:%s\r\nEND:VCALENDAR\r\n"
                 % method.encode())


def alternative(**more):
    return multi("alternative", plain(), html(), **more)
