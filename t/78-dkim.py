#!/usr/bin/python3
"""OpenDKIM signs behind the milter in a real Postfix, in the very order of
etc/postfix/master.cf: every signature verifies at the receiving end, seen by
a second OpenDKIM in front of the next server and by dkimpy.  In the other
order, none that was signed before the button does; and the milter refuses to
break one, unless it is told to."""
import base64
import email
import os
import re
import subprocess
import sys

import dkim

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mta
import tap

UNSIGNED = """\
Mode                    %s
Socket                  local:%s
UMask                   000
Syslog                  no
RequireSafeKeys         no
"""
SIGN = """\
Domain                  example.com
Selector                sel
KeyFile                 %s
InternalHosts           127.0.0.1
Canonicalization        simple/simple
OversignHeaders         From
"""
VERIFY = """\
InternalHosts           192.0.2.1
TestPublicKeys          %s
AuthservID              verifier.example
AlwaysAddARHeader       yes
"""


class OpenDKIM(mta.Child):
    def __init__(self, home, mode, more):
        tree = mta.unpacked("opendkim", "opendkim", "opendkim-tools")
        self.socket = "%s/dkim-%s" % (home, mode)
        conf = self.socket + ".conf"
        with open(conf, "w") as f:
            f.write(UNSIGNED % (mode, self.socket) + more)
        mta.Child.__init__(self, [tree + "/usr/sbin/opendkim", "-f", "-x",
                                  conf], self.socket + ".log",
                           stdin=subprocess.DEVNULL)
        if not mta.wait_for(lambda: os.path.exists(self.socket)):
            raise RuntimeError("OpenDKIM does not start\n" + self.log())


def make_key(home):
    """Its public half, as the DNS would have it."""
    private = home + "/dkim.key"
    subprocess.run(["openssl", "genrsa", "-out", private, "2048"], check=True,
                   stderr=subprocess.DEVNULL)
    public = subprocess.run(
        ["openssl", "rsa", "-in", private, "-pubout", "-outform", "DER"],
        check=True, capture_output=True).stdout
    record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
    with open(home + "/dkim.public", "w") as f:
        f.write("sel._domainkey.example.com %s\n" % record)
    return record.encode()


def milters(calloffer, signer, reverse=False):
    """The line of the sample, with these sockets."""
    with open(mta.ROOT + "/etc/postfix/master.cf") as f:
        line = re.search(r"smtpd_milters=(\S+)", f.read()).group(1)
    ours, _, theirs = line.rpartition(",")
    ours = ours.replace("unix:calloffer/milter.sock", "unix:" + calloffer)
    theirs = theirs.replace("inet:localhost:8891", "unix:" + signer)
    if calloffer not in ours or signer not in theirs:
        raise RuntimeError("the sample of master.cf is another: " + line)
    return "  -o smtpd_milters=" + ",".join(
        [theirs, ours] if reverse else [ours, theirs])


# ---- what is sent

WORDS = "Shall we talk about the roof?\r\n\r\n-- \r\nAlice\r\n"


def encoded(text, encoding, charset):
    data = text.encode(charset)
    if encoding == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        return b"\r\n".join(
            b"".join(b"%c" % c if 32 <= c < 127 and c != 61 else b"=%02X" % c
                     for c in line) for line in data.split(b"\r\n"))
    return data


def leaf(kind, encoding, charset="utf-8"):
    text = WORDS.replace("talk", "talk, gr\u00fc\u00df dich,")
    if kind == "html":
        text = "<html><body><p>%s</p></body></html>\r\n" % text
    return b"Content-Type: text/%s; charset=%s\r\nContent-Transfer-Encoding:" \
        b" %s\r\n\r\n" % (kind.encode(), charset.encode(), encoding.encode()) \
        + encoded(text, encoding, charset)


def multi(kind, *parts):
    boundary = b"=_%s" % kind.encode()
    return b"Content-Type: multipart/%s; boundary=\"%s\"\r\n\r\n" % (
        kind.encode(), boundary) + b"".join(
        b"--%s\r\n%s\r\n" % (boundary, p) for p in parts) + \
        b"--%s--\r\n" % boundary


IMAGE = b"Content-Type: image/png\r\nContent-ID: <i@example.com>\r\n" \
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b"iVBORw0KGgo=\r\n" * 40


def shapes():
    for encoding in ("8bit", "quoted-printable", "base64"):
        plain, html = leaf("plain", encoding), leaf("html", encoding)
        both = multi("alternative", plain, html)
        related = multi("related", html, IMAGE)
        for name, part in (
                ("plain", plain), ("html", html), ("alternative", both),
                ("mixed", multi("mixed", plain, IMAGE)),
                ("related", related),
                ("alternative of related", multi("alternative", plain,
                                                 related)),
                ("mixed of all", multi("mixed", multi(
                    "alternative", plain, related), IMAGE)),
                ("latin-1", leaf("plain", encoding, "iso-8859-1"))):
            yield "%s, %s" % (name, encoding), part
    for name, body in (
            ("nothing", b""), ("an empty line", b"\r\n"),
            ("empty lines at the end", b"Talk?\r\n\r\n\r\n"),
            ("white space at line ends", b"Talk? \r\n\t\r\nYes  \r\n"),
            ("dots", b".\r\n..\r\n.a\r\n-- \r\n.\r\n"),
            ("From at line starts", b"From here\r\n>From there\r\n"),
            ("lines of 998", (b"a" * 998 + b"\r\n") * 4),
            ("a reply", b"Yes.\r\n\r\nOn Monday, Bob wrote:\r\n> Talk?\r\n")):
        yield name, b"\r\n" + body
    for n in range(65533, 65537):
        text = (b"0123456789\r\n" * 5500)[:n - 2].rstrip(b"\r")
        yield "%d bytes" % len(text), b"\r\n" + text + b"\r\nOn.\r\n"
    yield "1 MB", multi("mixed", leaf("plain", "8bit"),
                        IMAGE + b"iVBORw0KGgo=\r\n" * 75000)
    yield "flowed", b"Content-Type: text/plain; format=flowed; delsp=yes" \
        b"\r\n\r\nA line \r\nthat flows\r\n\r\n-- \r\nAlice\r\n"


FIELDS = b"""From: Alice <alice@example.com>\r
To: Bob <bob@example.net>,\r
\tCarol <carol@example.net>\r
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= and a\r
 folded   subject\r
Date: Mon, 23 Nov 2026 09:00:00 +0000\r
Message-ID: <roof@example.com>\r
Content-Length: 17\r
X-Call-Offer: yes; expires=3d\r
MIME-Version: 1.0\r
"""


def messages():
    yield from mta.hazards()
    for name, part in shapes():
        yield name, FIELDS + part


# ---- where it goes

# Long lines are cut where mail leaves, behind every milter.
MAIN = "smtp_line_length_limit = 0"


class Route:
    """A submission service, and what leaves it."""

    def __init__(self, home, name, milter, reverse=False):
        self.sink = mta.Sink()
        line = milters(milter.socket, home + "/dkim-s", reverse)
        self.postfix = mta.Postfix(home, "unix:" + milter.socket, self.sink,
                                   "post-" + name, submission=line,
                                   main=MAIN)
        self.session = mta.Session(self.postfix.submission)

    def send(self, data):
        """The answer, and the mail as it left; None where it did not."""
        code, said = self.session.send_mail(data)
        return "%d %s" % (code, said), \
            self.sink.take()[0].data if code == 250 else None


class Receiver:
    """The next server, with a verifier in front of it."""

    def __init__(self, home, record):
        self.record = record
        verifier = OpenDKIM(home, "v", VERIFY % (home + "/dkim.public"))
        self.sink = mta.Sink()
        self.postfix = mta.Postfix(home, "", self.sink, "next", main=MAIN,
                                   incoming="unix:" + verifier.socket)
        self.session = mta.Session(self.postfix.smtp, None)

    def verdicts(self, data):
        """Of OpenDKIM and of dkimpy."""
        code, said = self.session.send_mail(data)
        if code != 250:
            return [said]
        found = re.findall(
            rb"(?m)^Authentication-Results: verifier\.example;\s+dkim=(\w+)",
            self.sink.take()[0].data)
        try:
            good = dkim.verify(data,
                               dnsfunc=lambda name, timeout=5: self.record)
        except dkim.DKIMException as e:
            good = str(e)
        return [f.decode() for f in found] + [
            {True: "pass", False: "fail"}.get(good, good)]


PASS, FAIL = ["pass", "pass"], ["fail", "fail"]


def right_order(route, receiver):
    n = offers = 0
    for name, data in messages():
        n += 1
        said, mail = route.send(data)
        if mail is None:
            tap.check([said], name)
            continue
        offer = bool(mta.URL.search(mta.all_text(mail)))
        offers += offer
        bad, _ = mta.compare(data, mail, offer)
        seen = receiver.verdicts(mail)
        if seen != PASS:
            bad.append("OpenDKIM, dkimpy: %s" % seen)
        tap.check(bad, "%s: %s" % (name, "offered" if offer else "as it was"))
    for subject, reads in mta.SUBJECTS:
        said, mail = route.send(mta.with_subject(subject))
        bad = mta.compare_subject(subject, reads, mail) if mail else [said]
        seen = receiver.verdicts(mail or b"")
        tap.check(bad + ([] if seen == PASS else [seen]),
                  "%r reads %r" % (subject, reads))
    tap.same([n, offers], [73, 64], "messages, and those with an offer")


def drawn(home, receiver):
    """An icon comes along: the new parts are signed, too."""
    icon = 'icon = "%s/etc/templates/telephone.png"' % mta.ROOT
    route = Route(home, "drawn", mta.Milter(home, conf=icon,
                                            name="drawn").start())
    for encoding in ("8bit", "quoted-printable", "base64"):
        plain, html = leaf("plain", encoding), leaf("html", encoding)
        for part, kinds in (
                (multi("alternative", plain, html), [
                    "multipart/alternative", "text/plain",
                    "multipart/related", "text/html", "image/png"]),
                (multi("related", html, IMAGE), [
                    "multipart/related", "text/html", "image/png",
                    "image/png"]),
                (html, ["text/html"])):
            said, mail = route.send(FIELDS + part)
            if mail is None:
                tap.check([said], "with an icon")
                continue
            tap.same([p.get_content_type() for p in
                      email.message_from_bytes(mail).walk()], kinds,
                     "with an icon, %s: %s" % (encoding, kinds[0]))
            tap.same(receiver.verdicts(mail), PASS, "  signed as a whole")
    route.session.close()


def wrong_order(home, strict, careless, receiver):
    tagged = FIELDS + leaf("plain", "8bit")
    untagged = re.sub(rb"X-Call-Offer.*\r\n", b"", tagged)
    route = Route(home, "wrong", strict, True)
    said, _ = route.send(tagged)
    tap.check([] if re.match(r"550 5\.7\.1 X-Call-Offer: .* DKIM", said) else
              [said], "signed before the milter: refused, with the reason")
    said, mail = route.send(untagged)
    tap.same(receiver.verdicts(mail or b""), PASS,
             "  and without the field it passes unbroken")
    route.session.close()
    route = Route(home, "careless", careless, True)
    for what, part in (("plain", leaf("plain", "8bit")),
                       ("base64", leaf("html", "base64"))):
        said, mail = route.send(FIELDS + part)
        tap.same(receiver.verdicts(mail or b""), FAIL,
                 "told to offer in what is signed, it breaks: " + what)
    route.session.close()


def main():
    home = mta.folder()
    record = make_key(home)
    OpenDKIM(home, "s", SIGN % (home + "/dkim.key"))
    receiver = Receiver(home, record)
    passing = mta.Milter(home, conf="refuse_unfit = no").start()
    strict = mta.Milter(home, name="strict").start()
    careless = mta.Milter(home, conf="offer_in_dkim_signed = yes",
                          name="careless").start()
    route = Route(home, "right", passing)
    right_order(route, receiver)
    route.session.close()
    drawn(home, receiver)
    wrong_order(home, strict, careless, receiver)
    receiver.session.close()
    tap.finish()


if __name__ == "__main__":
    main()
