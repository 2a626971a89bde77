"""What ought to become of a message: which of its texts get a button, or why
it gets none.  Read from the rules (hazards, RFC 2046), over the tree that
Python's `email` sees; written without a look at the milter's scan.

	j = judge(data)
	j.leaves	numbers of the leaves that are to change
	j.reasons	why nothing may change; any of them will do
	j.doubts	why nothing need change: faults in the message on which
			readers are known to differ
	j.icon		how an icon comes along, where one is asked for:
			"joined", "wrapped", or None
"""
import binascii
import codecs
import email
import re

import html5lib

import mailcheck

DEPTH, PARTS, HEADER = 20, 1000, 65536
TOKEN = r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+"
TYPE = re.compile(
    r"\s*(?:%s)/(?:%s)((?:\s*;\s*(?:%s\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|"
    r"[^;\"(),\\]*))?)*)\s*\Z" % (TOKEN, TOKEN, TOKEN), re.S)
CODECS = ("", "7bit", "8bit", "binary", "quoted-printable", "base64")
IDENTITY = ("", "7bit", "8bit", "binary")
PGP = re.compile(r"^-----BEGIN PGP (SIGNED )?MESSAGE", re.M)


class Judgement:
    def __init__(self):
        self.leaves, self.reasons, self.doubts = [], set(), set()
        self.icon = None


def judge(data):
    # Python does not unfold a boundary; RFC 5322, 2.2.3 says that it is one
    # line, and so do the other readers.
    data = re.sub(rb'(boundary="[^"\r\n]*)\r\n([ \t][^"\r\n]*")',
                  rb"\1\2", data)
    j = Judgement()
    top = email.message_from_bytes(data)
    Reader(j, top).read()
    j.icon = icon(top, j.leaves)
    if not j.leaves:
        j.reasons.add("no-text")
    return j


PART = {"content-type", "content-transfer-encoding", "content-disposition",
        "content-id", "content-md5", "mime-version"}
OWN = "=_calloffer_"


def icon(top, leaves):
    """Only where it is sure to be right: beside the one HTML text, in the
    multipart/related around it, or in a new one around its part."""
    found, n = [], 0

    def walk(part, above):
        nonlocal n
        if part.is_multipart():
            for p in part.get_payload():
                walk(p, above + [part])
            return
        if n in leaves and part.get_content_type() == "text/html":
            found.append((part, above))
        n += 1

    walk(top, [])
    if len(found) != 1 or not found[0][1]:
        return None
    part, above = found[0]
    if not part._payload:
        return None
    if any(p.get_content_type() == "multipart/related" for p in above):
        return "joined"
    if {k.lower() for k in part.keys()} - PART or len(above) >= DEPTH or \
            encoding_of(part) == "binary":
        return None
    for b in (p.get_boundary() for p in above):
        if len(b) < 48 and (OWN.startswith(b) or b.startswith(OWN)):
            return None
    return "wrapped"


def field(part, name):
    return str(part.get(name, "")).strip().lower()


def encoding_of(part):
    return field(part, "content-transfer-encoding")


def is_file(part):
    disposition = field(part, "content-disposition")
    kind = disposition.split(";")[0].strip()
    return (disposition != "" and kind != "inline") \
        or "filename" in disposition


def has_name(part):
    return re.search(r";\s*name\s*[*=]", field(part, "content-type")) \
        is not None


class Reader:
    def __init__(self, j, top):
        self.j, self.top = j, top
        # Parts, and the numbers of those that are leaves.
        self.leaf, self.parts = {}, 0
        for part in top.walk():
            self.parts += 1
            if not part.is_multipart():
                self.leaf[id(part)] = len(self.leaf)

    def read(self):
        if self.parts > PARTS:
            self.j.reasons.add("limit")
        if self.top.get_content_type() in ("message/partial",
                                           "message/external-body"):
            self.j.reasons.add("message")
        self.part(self.top, [], None)

    def part(self, part, above, parent):
        """Is there text in it that is shown?"""
        kind = part.get_content_type()
        self.doubt(part, parent)
        if part.get_content_maintype() == "multipart" and not (
                parent is not None and is_file(part)):
            return self.multipart(part, above, kind)
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime",
                    "application/pgp-encrypted"):
            self.j.reasons |= {"signed" if "signed-data" in
                               field(part, "content-type") else "encrypted"}
        elif kind == "text/calendar":
            if (part.get_param("method") or "").lower() in (
                    "reply", "cancel", "counter", "declinecounter"):
                self.j.reasons.add("calendar")
        elif kind in ("text/plain", "text/html") and not part.is_multipart():
            return self.text(part, parent)
        return False

    def multipart(self, part, above, kind):
        subtype = kind.split("/")[1]
        if subtype in ("signed", "encrypted", "report"):
            self.j.reasons.add(subtype)
            return False
        if subtype not in ("mixed", "parallel", "alternative", "related"):
            return False
        if len(above) >= DEPTH:
            self.j.reasons.add("limit")
        boundary = part.get_boundary()
        self.boundary(part, boundary, above)
        children = part.get_payload() if part.is_multipart() else []
        below = above + [boundary]
        if subtype == "alternative":
            return any([self.part(p, below, subtype) for p in children])
        if subtype == "related":
            root = self.root(part, children)
            return root is not None and self.part(root, below, subtype)
        for p in children:
            if self.part(p, below, subtype):
                return True
        return False

    def root(self, part, children):
        start = part.get_param("start")
        for p in children:
            if not start:
                return p
            if field(p, "content-id").strip("<> ") == \
                    str(start).strip("<> ").lower():
                return p
        return None

    def boundary(self, part, boundary, above):
        """RFC 2046, 5.1.1."""
        defects = {type(d).__name__ for d in part.defects}
        raw = re.search(r"boundary\s*=\s*(\"[^\"]*\"|[^;\s]*)",
                        str(part.get("content-type", "")), re.I)
        if boundary is None or not 0 < len(boundary) <= 70 or \
                boundary in above or (raw and re.search(
                    r"[ \t]\"?\Z", raw.group(1))):
            self.j.reasons.add("boundary")
        if defects & {"CloseBoundaryNotFoundDefect",
                      "StartBoundaryNotFoundDefect",
                      "NoBoundaryInMultipartDefect",
                      "MultipartInvariantViolationDefect"}:
            self.j.doubts |= {"boundary", "ambiguous"}

    def doubt(self, part, parent):
        """Faults in a header on which readers differ."""
        names = [n.lower() for n in part.keys()]
        known = ("content-type", "content-transfer-encoding", "mime-version",
                 "content-disposition", "content-id", "content-md5")
        if any(names.count(n) > 1 for n in known):
            self.j.doubts.add("ambiguous")
        kind = part.get("content-type")
        if kind is not None:
            m = TYPE.match(str(kind))
            if m is None:
                self.j.doubts.add("ambiguous")
            elif self.is_double(m.group(1)):
                self.j.doubts.add("ambiguous")
        if part.get_content_maintype() == "multipart" and \
                encoding_of(part) not in IDENTITY:
            self.j.doubts.add("ambiguous")
        if parent == "alternative" and part.get_content_type() in (
                "text/plain", "text/html") and (is_file(part) or
                                                has_name(part)):
            self.j.doubts.add("ambiguous")
        if part.defects and {type(d).__name__ for d in part.defects} & {
                "MissingHeaderBodySeparatorDefect",
                "FirstHeaderLineIsContinuationDefect",
                "MisplacedEnvelopeHeaderDefect"}:
            self.j.doubts |= {"ambiguous", "boundary"}

    def is_double(self, params):
        """A parameter that matters: twice, or in pieces."""
        names = [n.lower() for n in re.findall(
            r";\s*(%s)\s*=" % TOKEN, re.sub(r"\"[^\"]*\"", '""', params))]
        for n in ("charset", "boundary", "start", "method"):
            if sum(x == n or x.startswith(n + "*") for x in names) > 1:
                return True
        return any(x.startswith(("boundary*", "start*", "method*"))
                   for x in names)

    def text(self, part, parent):
        if is_file(part) or has_name(part):
            return False
        leaf = self.leaf[id(part)]
        encoding = encoding_of(part)
        raw = mailcheck.as_bytes(part._payload)
        if encoding not in CODECS or ("content-transfer-encoding" in part and
                                      not encoding):
            self.j.reasons.add("encoding")
            return True
        if encoding == "base64":
            try:
                mailcheck.strict_base64(raw)
            except binascii.Error:
                self.j.reasons.add("encoding")
        self.j.leaves.append(leaf)
        data = part.get_payload(decode=True)
        self.words(part.get_content_type() == "text/html", data,
                   mailcheck.charset_of(part), encoding)
        return True

    def words(self, is_html, data, charset, encoding):
        try:
            name = codecs.lookup(charset).name
        except (LookupError, ValueError):
            self.j.doubts.add("charset")
            return
        if name == "hz" or (name == "utf-7" and is_html) or \
                name.startswith(("utf-16", "utf-32")) and \
                encoding in IDENTITY:
            self.j.reasons.add("charset")
            return
        try:
            text = data.decode(charset)
        except (UnicodeError, ValueError):
            text = mailcheck.in_words(data, charset)
            if name.startswith(("iso2022", "utf-16", "utf-32")):
                self.j.doubts.add("charset")
        if PGP.search(text):
            self.j.reasons.add("pgp")
        if is_html and not is_seen_at_end(text):
            self.j.doubts.add("html")


def is_seen_at_end(text):
    """Would a browser show what is put behind this?"""
    tree = html5lib.parse(text + '<i id="probe">here</i>',
                          namespaceHTMLElements=False)
    parents = {c: p for p in tree.iter() for c in p}
    for e in tree.iter("i"):
        if e.get("id") == "probe":
            while e in parents:
                e = parents[e]
                if mailcheck.is_unseen(e):
                    return False
            return True
    return False
