#!/usr/bin/python3
"""What the milter makes of real and of hazardous mail, seen by another's eyes.

Every message goes through `calloffer-milter --rewrite`, the very code that
libmilter's callbacks run, and is then read with Python's own parser: the same
tree, untouched parts identical byte for byte, each text the original plus one
block, one URL in all alternatives, ASCII only, no new line over 998.

t/data/hazard-mail always; a corpus in ../shared/corpus when it is there.
"""
import email
import email.policy
import glob
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
B = os.environ.get("B", "build")
URL = re.compile(rb"https://call\.example\.com/o/[A-Za-z0-9_-]+")

# What is expected of each hazard: the texts that get a button, or why none.
HAZARDS = {
    "01-plain-7bit": "plain", "02-html-7bit": "html", "03-alt": "plain,html",
    "04-mixed-alt-att": "plain,html", "05-related-direct-in-mixed": "html",
    "06-signed-smime": "signed", "07-signed-nested-multipart": "signed",
    "08-inline-pgp-signed": "pgp", "09-encrypted": "encrypted",
    "10-base64-text-utf8": "plain", "11-qp-softbreak-end": "plain",
    "12-iso2022jp": "plain", "13-utf16-base64": "plain",
    "14-win1252-8bit": "plain", "15-flowed-delsp": "plain",
    "16-nested-rfc822": "plain", "17-calendar": "plain,html",
    "18-no-mime": "plain", "19-missing-terminator": "plain",
    "20-boundary-prefix": "plain", "21-dup-boundary-nested": "boundary",
    "22-body-in-comment": "html", "23-no-body-tag": "html",
    "24-report-dsn": "report", "25-text-attachment": "plain",
    "26-qp-attachment-longlines": "plain", "27-preamble-epilogue": "plain",
    "28-amp": "plain,html", "29-deep60": "limit", "30-long-line": "html",
    "31-latin1-html-meta": "html", "32-sig-delim": "plain",
    "33-bin-nul": "plain", "34-unknown-charset": "charset",
    "35-smime-opaque": "signed",
}

work = tempfile.mkdtemp(prefix="calloffer-rewrite-")
count = failed = 0


def ok(bad, what):
    global count, failed
    count += 1
    print("%sok %d - %s" % ("not " if bad else "", count, what))
    for line in bad[:20]:
        print("#   " + line)
    failed += bool(bad)


def setup():
    tool = B + "/calloffer"
    subprocess.run([tool, "keygen", "-o", "-d", work + "/keys"], check=True,
                   stdout=subprocess.DEVNULL)
    with open(work + "/offerors", "w") as f:
        f.write('alice@example.com to=+442079460123 name="Alice D\u00f6e"\n')
    subprocess.run([tool, "offerors", work + "/offerors"], check=True,
                   stdout=subprocess.DEVNULL)
    with open(work + "/milter.conf", "w") as f:
        f.write('''base_url = "https://call.example.com"
sign_key = "%s/keys/sign.key"
seal_key = "%s/keys/seal.pub"
offerors = "%s/offerors.lmdb"
refuse_unfit = no
offer_to_lists = yes
offer_in_dkim_signed = yes
''' % (work, work, work))


def crlf(data):
    """Mail as it is on its way: line ends are CRLF."""
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


def split(data):
    """Header fields as bytes, each with its folds; the rest."""
    fields, at = [], 0
    while True:
        m = re.compile(rb"[!-9;-~]+[ \t]*:.*?(?:\n(?![ \t])|\Z)", re.S).match(
            data, at)
        if not m:
            break
        fields.append(m.group(0))
        at = m.end()
    return fields, data[at:]


def name_of(field):
    return field.split(b":")[0].strip().lower()


def prepare(data):
    """The corpus is other people's: the offeror takes their place."""
    if data.startswith(b"From "):
        data = data.split(b"\n", 1)[1]
    fields, rest = split(crlf(data))
    fields = [f for f in fields if name_of(f) not in (
        b"from", b"x-call-offer", b"auto-submitted")
        and not name_of(f).startswith(b"resent-")]
    fields.insert(0, b"From: Alice <alice@example.com>\r\n")
    fields.insert(len(fields) // 2, b"X-Call-Offer: yes\r\n")
    return fields, rest


def rewrite(data):
    r = subprocess.run([B + "/calloffer-milter", "--rewrite", "-c",
                        work + "/milter.conf", "-r", "bob@example.net"],
                       input=data, capture_output=True)
    said = r.stderr.decode("utf-8", "replace")
    m = re.search(r"offer=(\S+)(?: reason=(\S+))?(?:.* parts=(\S+))?", said)
    return r.returncode, r.stdout, m.groups() if m else (None, said, None)


class Links(html.parser.HTMLParser):
    """How often the URL is a visible link, and inside what."""
    RAW = ("script", "style", "title", "textarea", "template", "svg")

    def __init__(self, url):
        super().__init__()
        self.url, self.links, self.quoted, self.raw = url, 0, [], 0

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag in self.RAW:
            self.raw += 1
        if tag == "blockquote" and a.get("type") == "cite":
            self.quoted.append(tag)
        if tag == "a" and a.get("href") == self.url and not self.raw \
                and not self.quoted:
            self.links += 1

    def handle_endtag(self, tag):
        if tag in self.RAW:
            self.raw -= 1
        if tag == "blockquote" and self.quoted:
            self.quoted.pop()


def leaves(m):
    return [p for p in m.walk() if not p.is_multipart()]


def inserted(a, b):
    """The one stretch that b has more than a; None where there is none."""
    n = len(b) - len(a)
    if n <= 0:
        return None
    p = 0
    while p < len(a) and a[p] == b[p]:
        p += 1
    return b[p:p + n] if a[p:] == b[p + n:] else None


def check_text(old, new, is_html):
    """One text that got a button.  The complaints, and its URL."""
    a, b = old.get_payload(decode=True), new.get_payload(decode=True)
    block = inserted(a, b)
    if block is None:
        return ["the decoded text is not the original and a block"], None
    charset = (old.get_content_charset() or "us-ascii").lower()
    wide = charset.startswith(("utf-16", "utf-32"))
    text = block.replace(b"\0", b"") if wide else block
    bad = []
    if any(c > 126 or (c < 32 and c not in (10, 13)) for c in text):
        bad.append("the block is not ASCII: %r" % text[:80])
    urls = set(URL.findall(text))
    if len(urls) != 1:
        return bad + ["%d URLs in the block" % len(urls)], None
    url = urls.pop()
    if is_html:
        links = Links(url.decode())
        links.feed((b.replace(b"\0", b"") if wide else b)
                   .decode("latin-1"))
        if links.links != 1:
            bad.append("%d visible links" % links.links)
    elif not re.search(rb"(?:^|\n)%s(?:\r\n|$)" % re.escape(url), text):
        bad.append("the URL is not alone on its line")
    return bad, url


def check_lines(old, new, n_texts):
    """All lines stay, in order, but for one at each button (an encoded line
    may be cut there); none is new and too long."""
    a, b = old.split(b"\n"), new.split(b"\n")
    i, missing = 0, 0
    for line in a:
        try:
            i = b.index(line, i) + 1
        except ValueError:
            missing += 1
    bad = []
    if missing > 2 * n_texts:
        bad.append("%d lines are gone" % missing)
    known = set(a)
    for line in b:
        if len(line) > 999 and line not in known and not any(
                line.rstrip(b"\r") in k for k in known):
            bad.append("a new line of %d bytes" % len(line))
    return bad


def check_parts(old, new, parts):
    """The same tree, the same headers, and only the texts changed."""
    bad, urls, changed = [], set(), []
    olds, news = list(old.walk()), list(new.walk())
    if [p.get_content_type() for p in olds] != \
            [p.get_content_type() for p in news]:
        return ["another tree"]
    for p, q in zip(olds, news):
        drop = () if p is old else ("content-md5",)
        if p is not old and [i for i in p.raw_items()
                             if i[0].lower() not in drop] != \
                [i for i in q.raw_items() if i[0].lower() not in drop]:
            bad.append("a part's header changed")
        if (p.preamble, p.epilogue) != (q.preamble, q.epilogue):
            bad.append("preamble or epilogue changed")
        if p.is_multipart() or p.get_payload() == q.get_payload():
            continue
        kind = p.get_content_type()
        # what cannot be read is text/plain to Python
        changed.append("html" if kind == "text/html" else "plain")
        worse, url = check_text(p, q, kind == "text/html")
        bad += worse
        urls.add(url)
    if changed != parts.split(","):
        bad.append("changed are %s, told %s" % (changed, parts))
    if len(urls) != 1:
        bad.append("%d different URLs" % len(urls))
    return bad


def check(data_fields, rest):
    """One message through the milter: complaints, outcome."""
    data = b"".join(data_fields) + rest
    rc, out, (offer, reason, parts) = rewrite(data)
    if rc != 0:
        return ["exit status %d: %s" % (rc, reason)], "failed"
    fields, body = split(out)
    gone = {b"x-call-offer"}
    if offer == "inserted":
        gone |= {b"content-length", b"lines", b"content-md5"}
    want = [f for f in data_fields if name_of(f) not in gone]
    bad = []
    if [f for f in fields if name_of(f) not in gone] != want:
        bad.append("header fields changed")
    if any(name_of(f) == b"x-call-offer" for f in fields):
        bad.append("X-Call-Offer is still there")
    if offer != "inserted":
        if body != rest:
            bad.append("skipped for %s, and changed" % reason)
        if URL.search(out) and not URL.search(data):
            bad.append("skipped, and a link is in it")
        return bad, reason
    if len(set(fields)) == len(fields) and b"".join(fields) + body != out:
        bad.append("the header ends elsewhere")
    old = email.message_from_bytes(data)
    new = email.message_from_bytes(out)
    bad += check_parts(old, new, parts)
    bad += check_lines(rest, body, len(parts.split(",")))
    return bad, parts


def main():
    setup()
    known = {os.path.basename(f)[:-4]: f
             for f in glob.glob("t/data/hazard-mail/*.eml")}
    ok(sorted(set(HAZARDS) ^ set(known)), "every hazard is labelled")
    for name in sorted(known):
        fields, rest = prepare(open(known[name], "rb").read())
        bad, outcome = check(fields, rest)
        if outcome != HAZARDS.get(name):
            bad.append("%s, expected %s" % (outcome, HAZARDS.get(name)))
        ok(bad, "%s: %s" % (name, outcome))

    corpus = sorted(glob.glob("../shared/corpus/*"))
    corpus = [f for f in corpus if not f.endswith((".md", ".tsv"))]
    outcomes, complaints = Counter(), []
    for f in corpus:
        fields, rest = prepare(open(f, "rb").read())
        bad, outcome = check(fields, rest)
        outcomes[outcome] += 1
        complaints += ["%s: %s" % (os.path.basename(f), b) for b in bad]
        if os.environ.get("VERBOSE"):
            print("# %s: %s" % (os.path.basename(f), outcome))
    if corpus:
        ok(complaints, "%d messages of the corpus" % len(corpus))
        for outcome, n in outcomes.most_common():
            print("#   %4d %s" % (n, outcome))
    print("1..%d" % count)


try:
    main()
finally:
    shutil.rmtree(work)
sys.exit(1 if failed else 0)
