#!/usr/bin/python3
"""What people have signed or encrypted, with openssl and gpg, still verifies
or decrypts behind the milter, and carries no button.  Who asks for one is
told why there is none; where the table says always, such mail just passes.
Where signed mail is only enclosed, the words beside it may take the button:
what is enclosed still verifies."""
import atexit
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mta
import tap

FIELDS = b"""To: Bob <bob@example.net>\r
Subject: The roof\r
Date: Mon, 23 Nov 2026 09:00:00 +0000\r
Message-ID: <roof@example.com>\r
"""
ALICE = b"From: Alice <alice@example.com>\r\n"
ALWAYS = b"From: Ann <ann@always.example>\r\n"
TAG = b"X-Call-Offer: yes\r\n"
WORDS = b"Shall we talk about the roof?\r\n\r\n.\r\n-- \r\nAlice\r\n"
CLEAR = WORDS.replace(b" \r\n", b"\r\n")     # RFC 4880, 7.1
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + WORDS
HTML = b"Content-Type: text/html\r\n\r\n<html><body>Talk?</body></html>\r\n"
QP = b"Content-Type: text/plain; charset=utf-8\r\n" \
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe, =" \
    b"\r\ntalk?\r\n"


def multi(kind, boundary, *parts):
    return b"Content-Type: multipart/%s; boundary=\"%s\"\r\n\r\n" % (
        kind, boundary) + b"".join(
        b"--%s\r\n%s\r\n" % (boundary, p) for p in parts) + \
        b"--%s--\r\n" % boundary


BOTH = multi(b"alternative", b"both", PLAIN, HTML)


def part(data, boundary, n):
    """The n-th part between these boundaries, as it stands."""
    return re.split(rb"\r\n--%s(?:--)?\r\n" % re.escape(boundary), data)[n + 1]


def run(argv, data=None, **more):
    return subprocess.run(argv, input=data, capture_output=True, **more)


# ---- S/MIME

class Smime:
    def __init__(self, home):
        self.key, self.cert = home + "/smime.key", home + "/smime.crt"
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-subj", "/CN=Alice/emailAddress=alice@example.com", "-days",
             "9", "-addext", "extendedKeyUsage=emailProtection", "-keyout",
             self.key, "-out", self.cert], check=True)

    def cms(self, data, *args):
        r = run(["openssl", "cms"] + list(args), data)
        if r.returncode != 0:
            raise ValueError(r.stderr.decode("utf-8", "replace"))
        return r.stdout

    def sign(self, data, *args):
        out = self.cms(data, "-sign", "-signer", self.cert, "-inkey",
                       self.key, "-binary", "-crlfeol", *args)
        return mta.crlf(out)

    def encrypt(self, data):
        return mta.crlf(self.cms(data, "-encrypt", "-aes128", "-binary",
                                 self.cert))

    def verify(self, data):
        return self.cms(data, "-verify", "-CAfile", self.cert)

    def decrypt(self, data):
        return self.cms(data, "-decrypt", "-inkey", self.key, "-recip",
                        self.cert)


# ---- OpenPGP

class Pgp:
    def __init__(self, home):
        self.home = home + "/gnupg"
        os.mkdir(self.home, 0o700)
        atexit.register(run, ["gpgconf", "--homedir", self.home, "--kill",
                              "all"])
        self.gpg(None, "--passphrase", "", "--quick-generate-key",
                 "alice@example.com", "future-default", "default", "never")

    def gpg(self, data, *args):
        r = run(["gpg", "--homedir", self.home, "--batch", "--quiet",
                 "--trust-model", "always"] + list(args), data)
        if r.returncode != 0:
            raise ValueError(r.stderr.decode("utf-8", "replace"))
        return r.stdout

    def sign(self, data):
        """RFC 3156, 5: over the part with CRLF, but for the last one."""
        s = mta.crlf(self.gpg(data, "--armor", "--detach-sign"))
        return multi(
            b"signed; micalg=pgp-sha512; protocol=\"application/"
            b"pgp-signature\"", b"pgp", data,
            b"Content-Type: application/pgp-signature; name=signature.asc"
            b"\r\n\r\n" + s)

    def encrypt(self, data, *how):
        return mta.crlf(self.gpg(data, "--armor", "--encrypt", "-r",
                                 "alice@example.com", *how))

    def mime_encrypt(self, data):
        return multi(
            b"encrypted; protocol=\"application/pgp-encrypted\"", b"pgp",
            b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
            b"Content-Type: application/octet-stream\r\n\r\n"
            + self.encrypt(data))

    def clearsign(self, data):
        return mta.crlf(self.gpg(data, "--clearsign"))

    def verify(self, data):
        signed, signature = part(data, b"pgp", 0), part(data, b"pgp", 1)
        path = self.home + "/signature"
        with open(path, "wb") as f:
            f.write(signature.split(b"\r\n\r\n", 1)[1])
        self.gpg(signed, "--verify", path, "-")
        return signed

    def decrypt(self, data):
        return self.gpg(data, "--decrypt")


# ---- the messages

class Case:
    """What stands below the fields, and what a reader does with it: `read`
    gives what was signed or encrypted, or raises ValueError."""

    def __init__(self, name, reason, mime, read, words):
        self.name, self.reason, self.mime = name, reason, mime
        self.read, self.words = read, words


def enclosed(read, boundary, n):
    return lambda data: read(part(data, boundary, n))


def text_of(data):
    """The first text, decoded."""
    m = mta.email.message_from_bytes(data)
    return next(p for p in m.walk() if p.get_content_type() == "text/plain"
                ).get_payload(decode=True)


def smime_cases(s):
    for name, what in (("text", PLAIN), ("quoted-printable", QP),
                       ("alternative", BOTH),
                       ("mixed", multi(b"mixed", b"m", BOTH, HTML))):
        yield Case("S/MIME, detached, " + name, "signed", s.sign(what),
                   s.verify, what)
    opaque = s.sign(PLAIN, "-nodetach")
    hidden = s.encrypt(PLAIN)
    yield Case("S/MIME, opaque", "signed", opaque, s.verify, PLAIN)
    yield Case("S/MIME, encrypted", "encrypted", hidden, s.decrypt, PLAIN)
    yield Case("S/MIME, signed, then encrypted", "encrypted",
               s.encrypt(s.sign(BOTH)),
               lambda d: s.verify(s.decrypt(d)), BOTH)
    yield Case("S/MIME, as a file", "no-text", re.sub(
        rb"application/pkcs7-mime;[^;]*;", b"application/octet-stream;",
        hidden), lambda d: s.decrypt(d.replace(
            b"application/octet-stream", b"application/pkcs7-mime")), PLAIN)
    yield Case("S/MIME, old names", "signed", opaque.replace(
        b"application/pkcs7-mime", b"application/x-pkcs7-mime"), s.verify,
               PLAIN)
    signed = s.sign(BOTH)
    for kind in (b"mixed", b"alternative", b"related"):
        yield Case("S/MIME, first of %s" % kind.decode(), "signed",
                   multi(kind, b"out", signed, PLAIN),
                   enclosed(s.verify, b"out", 0), BOTH)
    yield Case("S/MIME, deep in mixed", "signed", multi(
        b"mixed", b"o1", multi(b"mixed", b"out", signed, HTML), PLAIN),
               enclosed(s.verify, b"out", 0), BOTH)
    yield Case("S/MIME, opaque in mixed", "signed", multi(
        b"mixed", b"out", opaque, HTML), enclosed(s.verify, b"out", 0),
               PLAIN)
    yield Case("S/MIME, encrypted in mixed", "encrypted", multi(
        b"mixed", b"out", hidden, HTML), enclosed(s.decrypt, b"out", 0),
               PLAIN)


def pgp_cases(g):
    for name, what in (("text", PLAIN), ("quoted-printable", QP),
                       ("alternative", BOTH)):
        yield Case("PGP/MIME, " + name, "signed", g.sign(what), g.verify,
                   what)
        yield Case("PGP/MIME, encrypted " + name, "encrypted",
                   g.mime_encrypt(what), g.decrypt, what)
    signed = g.sign(BOTH)
    yield Case("PGP/MIME, in a list's mixed", "signed", multi(
        b"mixed", b"out", signed, PLAIN), enclosed(g.verify, b"out", 0), BOTH)
    inline, hidden = g.clearsign(WORDS), g.encrypt(WORDS)
    clear = lambda d: g.decrypt(text_of(d))
    for name, body, words in (
            ("signed", inline, CLEAR), ("encrypted", hidden, WORDS),
            ("encrypted and signed", g.encrypt(WORDS, "--sign"), WORDS)):
        for encoding in ("7bit", "quoted-printable", "base64"):
            yield Case("inline PGP, %s, %s" % (name, encoding), "pgp",
                       text(body, encoding), clear, words)
    greeting = b"Hello Bob,\r\n\r\nthis is for you:\r\n\r\n"
    yield Case("inline PGP, signed in part", "pgp",
               text(greeting + inline + b"\r\nBye\r\n"), clear, CLEAR)
    yield Case("inline PGP, encrypted in part", "pgp",
               text(greeting + hidden + b"\r\nBye\r\n"), clear, WORDS)
    yield Case("inline PGP, one of alternatives", "pgp", multi(
        b"alternative", b"a", text(inline), HTML), clear, CLEAR)
    yield Case("inline PGP, above a file", "pgp", multi(
        b"mixed", b"m", text(hidden), HTML), clear, WORDS)


def text(body, encoding="7bit"):
    if encoding == "base64":
        body = mta.crlf(mta.email.base64mime.body_encode(body).encode())
    elif encoding == "quoted-printable":
        body = body.replace(b"=", b"=3D").replace(b" \r\n", b"=20\r\n")
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-" \
        b"Encoding: %s\r\n\r\n" % encoding.encode() + body


def beside(s, g):
    """Signed or encrypted mail that is only enclosed."""
    def forwarded(signed):
        return b"Content-Type: message/rfc822\r\n\r\n" + ALWAYS + FIELDS + \
            b"MIME-Version: 1.0\r\n" + signed
    after = lambda read: lambda d: read(part(d, b"out", 1).split(
        b"MIME-Version: 1.0\r\n", 1)[-1])
    sm, pg = mta.split(s.sign(BOTH)), g.sign(BOTH)
    sm = b"".join(f for f in sm[0] if mta.name_of(f) != b"mime-version") \
        + b"\r\n" + sm[1]
    for name, inner in (("a signed part", lambda x: x),
                        ("a forwarded mail", forwarded)):
        yield Case("words above %s, S/MIME" % name, None, multi(
            b"mixed", b"out", PLAIN, inner(sm)), after(s.verify), BOTH)
        yield Case("words above %s, PGP" % name, None, multi(
            b"mixed", b"out", PLAIN, inner(pg)), after(g.verify), BOTH)


def message(case, sender=ALICE, tag=b""):
    mime = b"" if case.mime.startswith(b"MIME-Version") else \
        b"MIME-Version: 1.0\r\n"
    return sender + FIELDS + tag + mime + case.mime


def reads(case, data):
    """The complaints of a reader."""
    try:
        got = case.read(data)
    except (ValueError, IndexError, StopIteration) as e:
        return ["it cannot be read any more: %s" % e]
    return [] if got.rstrip() == case.words.rstrip() else \
        ["it says something else: %r" % got]
def spoiled(case, data):
    """One letter of what is signed or encrypted is another: it is seen."""
    for old, new in ((b"roof?", b"rooF?"), (b"Gr=C3", b"gr=C3")):
        at = data.find(old)
        if at >= 0 and case.reason == "signed":
            return data[:at] + new + data[at + len(old):]
    return None


# ---- what the milter does

REASON = {
    "signed": "a signed message cannot take a button",
    "encrypted": "an encrypted message cannot take a button",
    "pgp": "a message with inline PGP cannot take a button",
    "no-text": "the message has no text that could take a button",
}


def asked(milter, case):
    """An explicit header: refused, with the reason."""
    status, out, said = milter.rewrite(message(case, tag=TAG))
    bad = [] if status == 77 and not out else ["status %d" % status]
    if not re.search(r"(?m)^550 5\.\d\.\d X-Call-Offer: "
                     + re.escape(REASON[case.reason]), said):
        bad.append(said)
    return bad


def always(milter, case):
    """The table says always: every byte passes as it is."""
    data = message(case, ALWAYS)
    status, out, said = milter.rewrite(data)
    bad = [] if (status, out) == (0, data) else ["status %d, %d bytes of %d"
                                                 % (status, len(out),
                                                    len(data))]
    if "offer=skipped reason=%s " % case.reason not in said:
        bad.append(said)
    return bad


def lenient(milter, case):
    """Told not to refuse: the field goes, and nothing else."""
    status, out, said = milter.rewrite(message(case, tag=TAG))
    bad = [] if (status, out) == (0, message(case)) else [said]
    return bad + reads(case, out)


def offline(strict, milter, case):
    bad = reads(case, message(case))
    other = spoiled(case, message(case))
    if other is not None and not reads(case, other):
        bad.append("a change is not seen")
    tap.check(bad + asked(strict, case) + always(strict, case)
              + lenient(milter, case), "%s: %s" % (case.name, case.reason))


def taken(strict, case):
    """The words beside it get the button."""
    data = message(case, tag=TAG)
    status, out, said = strict.rewrite(data)
    bad = ["status %d" % status] if status else mta.compare(data, out)[0]
    tap.check(bad + reads(case, out) + reads(case, message(case)), case.name)


def by_mail(home, milter, cases):
    sink = mta.Sink()
    postfix = mta.Postfix(home, "unix:" + milter.socket, sink)
    with mta.Session(postfix.submission) as s:
        for case in cases:
            if case.reason:
                code, said = s.send_mail(message(case, tag=TAG))
                bad = [] if code == 550 and REASON[case.reason] in said \
                    else ["%d %s" % (code, said)]
                s.send_mail(message(case, ALWAYS))
            else:
                bad = []
                s.send_mail(message(case, tag=TAG))
            mail = sink.take()[0].data
            links = mta.URL.search(mta.all_text(mail))
            if bool(links) == bool(case.reason):
                bad.append("link: %s" % links)
            tap.check(bad + reads(case, mail), "by Postfix: " + case.name)
    tap.same(len(sink.mails), 0, "nothing that was refused has passed")


def main():
    home = mta.folder()
    strict = mta.Milter(home).start()
    milter = mta.Milter(home, conf="refuse_unfit = no", name="lenient")
    smime, pgp = Smime(home), Pgp(home)
    closed = list(smime_cases(smime)) + list(pgp_cases(pgp))
    enclosing = list(beside(smime, pgp))
    for case in closed:
        offline(strict, milter, case)
    for case in enclosing:
        taken(strict, case)
    by_mail(home, strict, closed + enclosing)
    tap.finish()


if __name__ == "__main__":
    main()
