"""Is a message that went through the milter still the same message?

Two parsers that are not the milter's read it before and after: Python's
`email` and GMime; html5lib, which reads as browsers do, looks at the HTML.
Whatever one of them sees in another way than before, but for the declared
fields and one block in each text that is shown, is a complaint.

	seen = look(before, after)
	seen.bad	complaints
	seen.edits	the texts that changed, in order; none: nothing did
"""
import binascii
import codecs
import email
import re

import gi
gi.require_version("GMime", "3.0")
from gi.repository import GMime  # noqa: E402
import html5lib  # noqa: E402

GMime.init()

URL = re.compile(r"https://call\.example\.com/o/[A-Za-z0-9_-]+")
OFFER = "x-call-offer"
DELETED = (OFFER, "content-length", "lines")	# where the body changes
DIGEST = ("content-md5",)			# of a text that changes
UNTOUCHED = ("multipart/signed", "multipart/encrypted", "multipart/report",
             "multipart/digest")
FIELD = re.compile(rb"[!-9;-~]+[ \t]*:.*?(?:\n(?![ \t])|\Z)", re.S)
LONGEST = 998			# RFC 5322, 2.1.1


class Node:
    """A part as one parser sees it."""

    def __init__(self, depth, kind, header):
        self.depth, self.kind, self.header = depth, kind, header
        self.around = ()	# preamble, epilogue
        self.raw = self.text = None	# of a leaf: as it stands, decoded


class Edit:
    """A text that got a block."""

    def __init__(self, leaf, node):
        self.leaf = leaf		# its number among the leaves
        self.kind = "html" if node.kind == "text/html" else "plain"
        self.url = None
        self.words = ""			# before, as it is read
        self.at = 0			# where in them the block stands
        self.block = ""


class Seen:
    def __init__(self):
        self.bad, self.edits = [], []
        self.icon = None	# joined or wrapped, where it came along


# The header, by the rules of RFC 5322 alone.

def split(data):
    """The fields, each with its folds, as bytes; and what follows."""
    fields, at = [], 0
    while True:
        m = FIELD.match(data, at)
        if not m:
            return fields, data[at:]
        fields.append(m.group(0))
        at = m.end()


def name_of(field):
    return field.split(b":")[0].strip().lower().decode("latin-1")


def without(data, names):
    fields, rest = split(data)
    return b"".join(f for f in fields if name_of(f) not in names) + rest


# Parsers.

def as_bytes(text):
    return text.encode("ascii", "surrogateescape")


def python_tree(data):
    """By Python's email."""
    nodes = []

    def walk(part, depth):
        node = Node(depth, part.get_content_type(),
                    [(n.lower(), v) for n, v in part.raw_items()])
        node.around = (part.preamble, part.epilogue)
        nodes.append(node)
        if part.is_multipart():
            for p in part.get_payload():
                walk(p, depth + 1)
            return
        # get_payload() would decode what is 8bit
        payload = part._payload
        node.raw = as_bytes(payload) if isinstance(payload, str) else b""
        node.text = part.get_payload(decode=True) or b""
        node.charset = charset_of(part)
        node.part = part

    walk(email.message_from_bytes(data), 0)
    return nodes


def charset_of(part):
    try:
        return part.get_content_charset() or "us-ascii"
    except (LookupError, UnicodeError):
        return "x-unreadable"


def drain(write):
    out = GMime.StreamMem.new()
    write(out)
    return bytes(out.get_byte_array())


def gmime_header(part):
    data = drain(lambda out: part.get_header_list().write_to_stream(None, out))
    return [(name_of(f), f) for f in split(data)[0]]


def gmime_string(get):
    try:
        return get()
    except UnicodeDecodeError:
        return "not UTF-8"


def gmime_tree(data):
    """By GMime."""
    nodes = []
    parser = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(data))
    message = parser.construct_message(None)

    def walk(part, depth, header):
        kind = gmime_string(part.get_content_type().get_mime_type)
        node = Node(depth, kind.lower(), header + gmime_header(part))
        nodes.append(node)
        if isinstance(part, GMime.Multipart):
            node.around = (gmime_string(part.get_prologue),
                           gmime_string(part.get_epilogue))
            for i in range(part.get_count()):
                walk(part.get_part(i), depth + 1, [])
        elif isinstance(part, GMime.MessagePart):
            inner = part.get_message()
            if inner is not None and inner.get_mime_part() is not None:
                walk(inner.get_mime_part(), depth + 1, gmime_header(inner))
        else:
            content = part.get_content()
            if content is None:
                node.raw = node.text = b""
                return
            stream = content.get_stream()
            stream.reset()
            node.raw = drain(stream.write_to_stream)
            stream.reset()
            node.text = drain(content.write_to_stream)

    if message is not None and message.get_mime_part() is not None:
        walk(message.get_mime_part(), 0, gmime_header(message))
    return nodes


# What is in b and not in a.

def inserted(a, b):
    """(at, length, how far it may be moved to the left); None where b is not
    a with one stretch more."""
    n = len(b) - len(a)
    if n <= 0:
        return None
    low, high = 0, len(a)
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    if a[low:] != b[low + n:]:
        return None
    shift = 0
    while shift < low and b[low - shift - 1] == b[low + n - shift - 1]:
        shift += 1
    return low, n, shift


def compare(who, olds, news, seen):
    """The same tree; which leaves are not what they were."""
    if [(p.depth, p.kind) for p in olds] != [(p.depth, p.kind) for p in news]:
        seen.bad.append("%s: another tree" % who)
        return []
    changed, leaf, above = [], -1, []
    for p, q in zip(olds, news):
        is_top = p is olds[0]
        above[p.depth:] = [p.kind]
        leaf += p.raw is not None
        is_changed = p.raw != q.raw
        gone = DELETED if is_top else ()
        if is_changed:
            gone += DIGEST
        if [h for h in p.header if h[0] not in gone] != \
                [h for h in q.header if h[0] not in gone]:
            seen.bad.append("%s: the header of part %d" % (who, leaf))
        if is_changed and any(h[0] in gone for h in q.header):
            seen.bad.append("%s: a length or digest of part %d stayed"
                            % (who, leaf))
        if p.around != q.around:
            seen.bad.append("%s: preamble or epilogue" % who)
        if is_changed:
            changed.append((leaf, p, q))
            seen.bad += ["%s: changed part %d is in %s" % (who, leaf, k)
                         for k in above[:-1] if k in UNTOUCHED
                         or k.startswith("message/")]
        elif p.text != q.text:
            seen.bad.append("%s: part %d decodes to something else"
                            % (who, leaf))
    return changed


# Characters.

ALIASES = {"iso-8859-8-i": "iso-8859-8", "windows-874": "cp874",
           "windows-31j": "cp932"}


def in_words(text, charset):
    """Bytes as their reader sees them, whatever they are labelled."""
    charset = ALIASES.get(charset, charset)
    try:
        codecs.lookup(charset)
        if charset.replace("_", "-").lower() in ("us-ascii", "ascii"):
            charset = "latin-1"		# what stands above it stays apart
        return text.decode(charset, "replace")
    except (LookupError, ValueError, UnicodeError):
        return text.decode("latin-1")


# Text.

def check_plain(edit, after):
    """The block in plain text: lines of its own, the URL alone on its."""
    bad = []
    lines = edit.block.split("\r\n")
    if any(ord(c) > 126 or (c < " " and c not in "\r\n") for c in edit.block):
        bad.append("the block is not ASCII")
    if "\r" in "".join(lines) or "\n" in "".join(lines):
        bad.append("a bare line end in the block")
    words = [line for line in lines if line]
    if len(words) != 2 or not URL.fullmatch(words[1]) or not words[0].strip():
        return bad + ["the block is no sentence and a URL: %r" % edit.block]
    if any(w[0] in " >.-" or w.startswith("From ") or w[-1] == " " or
           len(w) > 500 for w in words) or len(words[0]) > 78:
        bad.append("a line that may be taken for something else")
    edit.url = words[1]
    at = after.index(words[0], edit.at - 2 if edit.at > 1 else 0)
    before = after[:at].replace("\r\n", "\n")
    behind = after[at + len(words[0]):].split(edit.url, 1)[1]
    behind = behind.replace("\r\n", "\n")
    if before and not before.endswith("\n"):
        bad.append("the block begins within a line")
    if before.strip() and not re.search(r"\n[ \t]*\n\Z|\A\n\Z", before):
        bad.append("no empty line before the block")
    if behind and not re.match(r"\n(?:[ \t]*(?:\n|\Z)|-- ?\n)", behind):
        bad.append("no empty line behind the block")
    return bad + check_plain_place(before, behind)


def check_plain_place(before, behind):
    """What holds in every text: not in a quote, not in a signature."""
    bad = []
    above = [line for line in before.split("\n") if line.strip()]
    below = [line for line in behind.split("\n") if line.strip()]
    if "-- " in above:
        bad.append("the block is in the signature")
    if above and below and above[-1][0] == ">" and below[0][0] == ">":
        bad.append("the block is in a quote")
    return bad


# HTML.

HIDDEN = {"head", "script", "style", "title", "textarea", "template", "svg",
          "math", "noscript", "iframe", "noembed", "noframes", "xmp",
          "plaintext", "select", "datalist", "object", "video", "audio",
          "canvas", "button"}
QUOTES = {"gmail_quote", "gmail_quote_container", "yahoo_quoted",
          "moz-cite-prefix", "moz-forward-container", "protonmail_quote",
          "gmail_signature", "moz-signature", "gmail_attr"}
PLAIN_TAGS = {"div", "table", "tbody", "tr", "td", "a", "span", "b", "br",
              "img", "p", "strong"}


def fragment(text):
    return html5lib.parseFragment(text, namespaceHTMLElements=False)


def events(node, skip=None):
    """A tree as a flat list; white space does not count."""
    out, text = [], []

    def say(more):
        if more:
            text.append(more)

    def flush():
        t = re.sub(r"[ \t\r\n\f]+", "", "".join(text))
        del text[:]
        if t:
            out.append(t)

    def walk(e):
        if e is skip:
            say(e.tail)
            return
        if isinstance(e.tag, str):
            flush()
            out.append((e.tag, tuple(sorted(e.attrib.items()))))
            say(e.text)
            for child in e:
                walk(child)
            flush()
            out.append("/" + e.tag)
        else:
            flush()
            out.append(("comment", e.text))
        if e is not node:
            say(e.tail)

    walk(node)
    flush()
    return out


def is_quoted(e):
    classes = set(e.get("class", "").split())
    return (e.tag == "blockquote" and e.get("type", "").lower() == "cite") \
        or bool(classes & QUOTES)


def is_unseen(e):
    style = re.sub(r"\s", "", e.get("style", "")).lower()
    return e.tag in HIDDEN or "hidden" in e.attrib or \
        "display:none" in style or "visibility:hidden" in style


def check_block(block, edit):
    """The block by itself: balanced, plain elements, one link."""
    tree = fragment(block + "<i>behind</i>")
    bad = []
    top = [e.tag for e in tree]
    if len(top) != 2 or top[1] != "i":
        return ["the block is not one element, or it is not closed: %r"
                % block[:80]]
    tags = {e.tag for e in tree[0].iter()}
    if tags - PLAIN_TAGS:
        bad.append("elements %s in the block" % (tags - PLAIN_TAGS))
    links = [a.get("href", "") for a in tree[0].iter("a")]
    if len(links) != 1 or not URL.fullmatch(links[0]):
        return bad + ["the block has %d links" % len(links)]
    edit.url = links[0]
    if not "".join(tree[0].find(".//a").itertext()).strip():
        bad.append("the link has no words")
    return bad


def check_html(edit, after):
    """The block in HTML: seen once, and all else as it was."""
    bad = []
    if any(ord(c) > 126 or (c < " " and c not in "\r\n") for c in edit.block):
        bad.append("the block is not ASCII")
    bad += check_block(edit.block, edit)
    if edit.url is None:
        return bad
    old = html5lib.parse(edit.words, namespaceHTMLElements=False)
    new = html5lib.parse(after, namespaceHTMLElements=False)
    parents = {c: p for p in new.iter() for c in p}
    links = [a for a in new.iter("a") if a.get("href") == edit.url]
    if len(links) != 1:
        return bad + ["%d visible links" % len(links)]
    path = [links[0]]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    top = fragment(edit.block)[0]
    depth = 0
    while depth < len(path) and path[depth].attrib != top.attrib:
        depth += 1
    if depth == len(path) or path[depth].tag != top.tag:
        return bad + ["the block is torn apart"]
    bad += ["the link is in <%s %s>" % (e.tag, e.attrib) for e in path
            if is_unseen(e)]
    bad += ["the link is in a quote" for e in path if is_quoted(e)]
    if events(path[depth]) != events(top):
        bad.append("the block is not seen as it was made")
    was, now = events(old), events(new, path[depth])
    if was != now:
        bad += difference(was, now)
    return bad


def difference(was, now):
    """A paragraph that is open where the block stands is cut in two by it:
    so it is by any block."""
    def rest(seen):
        return [e for e in seen if e != "/p" and not (
            isinstance(e, tuple) and e[0] == "p")]

    if rest(was) == rest(now):
        return []
    i = 0
    while i < min(len(was), len(now)) and was[i] == now[i]:
        i += 1
    return ["the rest of the HTML is another: %r, was %r"
            % (now[i:i + 3], was[i:i + 3])]


# One text.

LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def check_raw(node, new, seen):
    """As it stands in the message: a stretch more, and nothing less but one
    base64 quantum."""
    a, b = node.raw, new.raw
    n = 0
    while n < len(a) and n < len(b) and a[n] == b[n]:
        n += 1
    tail = 0
    while tail < min(len(a), len(b)) - n and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    lost = a[n:len(a) - tail]
    codec = node.part.get("content-transfer-encoding", "").strip().lower()
    if lost and (codec != "base64" or len(lost.split()) > 1 or
                 len(lost.strip()) > 4):
        seen.bad.append("encoded bytes were lost: %r" % lost[:40])
    more = b[n:len(b) - tail]
    if codec in ("base64", "quoted-printable"):
        lines = more.split(b"\r\n")
        if any(len(line) > 76 and line not in a for line in
               (x.rstrip(b"\r\n") for x in LINE.findall(b))):
            seen.bad.append("an encoded line over 76")
        if any(line.endswith((b" ", b"\t")) for line in lines[:-1]):
            seen.bad.append("white space at the end of an encoded line")
        if any(line[:1] in (b"-", b".") or line.startswith(b"From ")
               for line in lines[1:]):
            seen.bad.append("an encoded line that may be something else")
    if any(c > 126 or (c < 32 and c not in b"\r\n") for c in more):
        seen.bad.append("inserted bytes are not ASCII")


def strict_base64(raw):
    return binascii.a2b_base64(b"".join(raw.split()), strict_mode=True)


def check_text(leaf, node, new, seen):
    """One text that has changed; its Edit, or None."""
    edit = Edit(leaf, node)
    if inserted(node.text, new.text) is None:
        seen.bad.append("part %d does not decode to what it was and a block"
                        % leaf)
        return None
    check_raw(node, new, seen)
    if node.part.get("content-transfer-encoding", "").strip().lower() == \
            "base64":
        try:
            strict_base64(new.raw)
        except binascii.Error as e:
            seen.bad.append("base64 that is no longer strict: %s" % e)
    edit.words = in_words(node.text, node.charset)
    after = in_words(new.text, new.charset)
    got = inserted(edit.words, after)
    if got is None:
        seen.bad.append("part %d: the words are not what they were" % leaf)
        return None
    at, n, shift = got
    starts = [at - i for i in range(shift + 1)]
    clean = [i for i in starts if re.match(r"(?:\r\n)*[<A-Z]", after[i:i + n])
             and after[i:i + n].rstrip(" ").endswith("\r\n")]
    edit.at = min(clean or [at])
    edit.block = after[edit.at:edit.at + n]
    bad = check_html(edit, after) if edit.kind == "html" else \
        check_plain(edit, after)
    if URL.findall(edit.block) != [edit.url]:
        bad.append("the URL is not once in the block")
    seen.bad += ["part %d: %s" % (leaf, b) for b in bad]
    return edit


# The whole.

def undo(after, changed, at=0):
    """All that the message may have been before its texts changed."""
    if not changed:
        return [after]
    _, old, new = changed[0]
    start = after.find(new.raw, at)
    if start < 0:
        return []
    ways = [new.raw]
    # Where there was no text at all, its boundary may have needed a line end
    # of its own.
    if not old.raw and old.depth > 0 and \
            after.startswith(new.raw + b"\r\n", start):
        ways.append(new.raw + b"\r\n")
    return [u for way in ways for u in undo(
        after[:start] + old.raw + after[start + len(way):], changed[1:],
        start + len(old.raw))]


def check_rest(before, after, changed, seen):
    """Takes the texts back to what they were: then all is as it was."""
    undone = undo(after, changed)
    if not undone:
        seen.bad.append("a text that has changed is not found")
        return
    gone = DELETED
    if changed and changed[0][1].depth == 0:
        gone += DIGEST
    want = without(before, gone)
    digests = sum(h[0] == "content-md5" for _, old, _ in changed
                  for h in old.header if old.depth > 0)
    if digests:
        want, n = lose_digests(want, undone[0])
        if n != digests:
            seen.bad.append("%d digests are gone, not %d" % (n, digests))
    if want not in undone:
        seen.bad.append("other bytes have changed")


def lose_digests(want, after):
    """`want` without the Content-MD5 fields that `after` does not have."""
    a, b = LINE.findall(want), LINE.findall(after)
    out, i, n = [], 0, 0
    for line in b:
        while i < len(a) and a[i] != line and \
                re.match(rb"content-md5\s*:", a[i], re.I):
            i += 1
            n += 1
            while i < len(a) and a[i][:1] in (b" ", b"\t"):
                i += 1
        if i < len(a):
            out.append(a[i])
        i += 1
    return b"".join(out + a[i:]), n


def check_lines(before, after, seen):
    known = [line.rstrip(b"\r\n") for line in LINE.findall(before)
             if len(line) > LONGEST]
    for line in LINE.findall(after):
        line = line.rstrip(b"\r\n")
        if len(line) > LONGEST and not any(line in k for k in known):
            seen.bad.append("a new line of %d bytes" % len(line))
    for what, pattern in (("LF", rb"(?<!\r)\n"), ("CR", rb"\r(?!\n)")):
        if len(re.findall(pattern, after)) > len(re.findall(pattern, before)):
            seen.bad.append("a new bare " + what)


# The icon, where one comes along.

CID = re.compile(rb"^Content-ID: <(icon\.[0-9a-f-]{36}@call\.example\.com)>"
                 rb"\r\n", re.M)
ICON = rb"--%s\r\nContent-Type: image/png\r\n" \
    rb"Content-Transfer-Encoding: base64\r\nContent-ID: <%s>\r\n" \
    rb"Content-Disposition: inline; filename=\"telephone\.png\"\r\n\r\n" \
    rb"(?:[A-Za-z0-9+/=]{1,76}\r\n)+"
WRAP = rb"Content-Type: multipart/related; type=\"text/html\";\r\n" \
    rb"\tboundary=\"(=_calloffer_[0-9a-f-]{36})\"\r\n" \
    rb"(?:Content-Transfer-Encoding: 8bit\r\n)?\r\n--\1\r\n"


def icon_tree(after, cid, picture, seen):
    """As readers see it: one picture, beside the root that shows it."""
    top = email.message_from_bytes(after)
    found = [(p, q) for p in top.walk() if p.is_multipart()
             for q in p.get_payload()
             if q.get("content-id", "").strip("<> ") == cid]
    if len(found) != 1:
        seen.bad.append("%d pictures" % len(found))
        return
    parent, part = found[0]
    if part.get_content_type() != "image/png" or \
            part.get_payload(decode=True) != picture:
        seen.bad.append("it is not the picture")
    if parent.get_content_type() != "multipart/related":
        seen.bad.append("the picture is in " + parent.get_content_type())
        return
    parts = parent.get_payload()
    start = (parent.get_param("start") or "").strip("<> ")
    root = [p for p in parts if p.get("content-id", "").strip("<> ") ==
            start] if start else parts[:1]
    shows = [p for p in top.walk() if p.get_content_type() == "text/html" and
             ("cid:" + cid) in in_words(p.get_payload(decode=True),
                                        charset_of(p))]
    if len(shows) != 1 or len(root) != 1 or \
            not any(p is shows[0] for p in root[0].walk()):
        seen.bad.append("the picture is not shown once, by the root")


def icon_taken_out(before, after, picture, seen):
    """Without the part of the picture, and what was put around the HTML."""
    cids = [c for c in CID.findall(after) if c not in before]
    if not cids or picture is None:
        return after
    icon_tree(after, cids[0].decode(), picture, seen)
    m = re.search(WRAP, after)
    if m and m.group(1) not in before:
        seen.icon = "wrapped"
        b = re.escape(m.group(1))
        new = ["image/png", "multipart/related"]
        whole, after = after, after[:m.start()] + after[m.end():]
        behind = rb"\r\n" + ICON % (b, re.escape(cids[0])) + rb"--%s--" % b
    else:
        seen.icon, new, whole = "joined", ["image/png"], after
        behind = ICON % (rb"([^\r\n]+)", re.escape(cids[0])) + \
            rb"(?=--\1(?:--)?[ \t]*\r?\n)"
    if sorted(n.kind for n in gmime_tree(whole)) != \
            sorted([n.kind for n in gmime_tree(before)] + new):
        seen.bad.append("GMime sees another tree")
    out, n = re.subn(behind, b"", after)
    if n != 1:
        seen.bad.append("the part with the picture is there %d times" % n)
    return out


def look(before, after, picture=None):
    """`picture`: the icon that the milter may send along."""
    seen = Seen()
    if after == without(before, (OFFER,)):
        return seen
    after = icon_taken_out(before, after, picture, seen)
    fields, _ = split(after)
    seen.bad += ["%s is still there" % name_of(f) for f in fields
                 if name_of(f) in DELETED]
    check_lines(before, after, seen)
    changed = compare("email", python_tree(before), python_tree(after), seen)
    others = compare("GMime", gmime_tree(before), gmime_tree(after), seen)
    if len(changed) != len(others):
        seen.bad.append("%d texts changed for email, %d for GMime"
                        % (len(changed), len(others)))
    for (_, old, new), (_, p, q) in zip(changed, others):
        if inserted(p.text, q.text) is None:
            seen.bad.append("GMime: not what it was and a block")
    if not changed:
        seen.bad.append("changed, and no text of it")
    check_rest(before, after, changed, seen)
    for leaf, old, new in changed:
        edit = check_text(leaf, old, new, seen)
        if edit is not None:
            seen.edits.append(edit)
    urls = {e.url for e in seen.edits}
    if len(urls) > 1:
        seen.bad.append("%d different URLs" % len(urls))
    return seen
