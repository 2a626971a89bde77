#!/usr/bin/python3
"""What the milter asks of a mail server: every packet of it.

t/miltertalk.py is the mail server.  What it would hand on is looked at by
t/mailcheck.py; most of the rest are hazards that no message shows by itself.
"""
import base64
import os
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mailcheck  # noqa: E402
import mta  # noqa: E402
from miltertalk import (CHGBODY, CHGHDRS, LEADSPC, NR, SETSYMLIST,  # noqa
                        Result, Session)
from tap import check, finish, same  # noqa: E402

os.chdir(mta.ROOT)

OFFERORS = """\
alice@example.com to=+442079460123 name="Alice Example" login=alice
@always.example to=+442079460123 name="Always" mode=always login=alice
tag@example.com to=+442079460123 name="Tag" mode=subject:[call] login=alice
"""
FROM = b"From: Alice <alice@example.com>\r\n"
ID = b"Message-ID: <x@example.com>\r\n"
YES = b"X-Call-Offer: yes\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n"
BODY = b"Hello Bob\r\n"
FILE = b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n" \
    b"Content-Type: application/octet-stream\r\n\r\n"


def big(n):
    return FILE + b"x" * 70 * (n // 70) + b"\r\n--b--\r\n"


def letters(r):
    return "".join(letter for letter, _ in r.edits)


def deletions(r):
    out = []
    for letter, data in r.edits:
        if letter == "m":
            index = struct.unpack(">I", data[:4])[0]
            name, value = data[4:].split(b"\0")[:2]
            out.append((name.decode(), index, value))
    return out


def looked(fields, body, r):
    """The checker's complaints on what comes out."""
    seen = mailcheck.look(b"".join(fields) + b"\r\n" + body, r.data)
    return seen.bad + ([] if seen.edits else ["no text has a button"])


def negotiation(path):
    """hazard 34: the envelope is not touched: it is not even asked for."""
    with Session(path) as s:
        s.negotiate()
        same(s.actions & ~SETSYMLIST, CHGHDRS | CHGBODY,
             "hazard 34: only fields and body may be changed, no address, no "
             "parameter of RCPT")
        check([] if s.steps & LEADSPC else ["not asked for"],
              "values come with the blank that stands before them")
        check(["%s is waited for" % k for k in "CMRLB"
               if not s.steps & NR[k] and not s.steps & 1],
              "no event is waited for but the end of header and message")
    with Session(path) as s:
        s.start(steps=0)
        r = s.mail([FROM, ID, YES], BODY)
        check(looked([FROM, ID, YES], BODY, r),
              "a mail server that knows no shortcuts")
    with Session(path) as s:
        try:
            s.start(actions=CHGHDRS)
            r = s.mail([FROM, ID, YES], BODY)
            check(["it goes on: %s" % r.steps] if r.edits else [],
                  "a server that lets no body be changed is refused")
        except (EOFError, RuntimeError):
            check([], "a server that lets no body be changed is refused")


def submitters(path):
    """hazard 27: only who is authenticated offers; the field always goes."""
    with Session(path) as s:
        s.start()
        r = s.mail([FROM, YES, ID], BODY, login=None)
        same((deletions(r), letters(r)), ([("X-Call-Offer", 1, b"")], "m"),
             "hazard 27: not authenticated: the field goes, nothing else")
        r = s.mail([FROM, YES, ID], BODY, login="mallory")
        check([] if r.reply and r.reply.startswith("550 5.7.1 X-Call-Offer")
              and not r.edits else [str(r.reply)],
              "hazard 27: another's address: 550 that says why")
        r = s.mail([FROM, YES, ID], BODY)
        check(looked([FROM, YES, ID], BODY, r), "hazard 27: her own: a button")
        r = s.mail([FROM, YES, ID], BODY, sender="")
        same(letters(r), "m", "hazard 5: the null sender offers nothing")
        r = s.mail([FROM, ID], BODY)
        same((letters(r), r.data), ("", FROM + ID + b"\r\n" + BODY),
             "nobody asked: not a byte")
        always = b"From: x@always.example\r\n"
        r = s.mail([always, ID], BODY, login=None)
        same(letters(r), "", "hazard 27: always, but not authenticated")
        r = s.mail([always, ID], BODY)
        check(looked([always, ID], BODY, r), "always: a button without field")


def removal(path):
    """hazard 28: every instance goes, from the last to the first."""
    three = [b"x-call-offer: no\r\n", FROM, b"X-CALL-OFFER:\r\n yes\r\n", ID,
             YES]
    with Session(path) as s:
        s.start()
        r = s.mail(three, BODY, login=None)
        same(deletions(r), [("X-Call-Offer", i, b"") for i in (3, 2, 1)],
             "hazard 28: three fields go, the last first")
        same(r.data, FROM + ID + b"\r\n" + BODY, "hazard 28: none is left")
        r = s.mail(three, BODY)
        check([] if r.reply and "twice" in r.reply else [str(r.reply)],
              "hazard 28: more than one from the author: refused")
        # hazard 35: with them what counts or digests the body.
        fields = [FROM, YES, b"Lines: 1\r\n", b"Content-MD5: x\r\n",
                  b"lines: 2\r\n", b"Content-Length: 3\r\n"]
        r = s.mail(fields, BODY)
        check(looked(fields, BODY, r), "hazard 35: lengths and digests go")
        same(letters(r).rstrip("b"), "m" * 5, "hazard 35: five deletions")


def subjects(path):
    """A tag in the subject asks for an offer, and goes with it."""
    with Session(path) as s:
        s.start()
        for subject, reads in mta.SUBJECTS:
            data = mta.with_subject(subject)
            fields, body = mta.split(data)
            r = s.mail(fields, body)
            check(mta.compare_subject(subject, reads, r.data),
                  "%r reads %r" % (subject, reads))
            check([] if re.fullmatch("m?b+", letters(r)) else [letters(r)],
                  "  one field at most, then the body")
        fields, body = mta.split(mta.with_subject(b"[call] The roof"))
        for what, more, login in (
                ("not authenticated", [], None),
                ("a file only", [b"Content-Type: image/png\r\n"], "alice"),
                ("declined", [b"X-Call-Offer: no\r\n"], "alice")):
            r = s.mail(fields + more, body, login=login)
            check([] if b"Subject: [call] The roof\r\n" in r.data and
                  "b" not in letters(r) else [r.data],
                  "no offer, so the tag stays: " + what)
        r = s.mail([fields[0], b"Subject: [call] a\r\n",
                    b"Subject: [call] b\r\n"], body)
        same([letters(r), r.data.count(b"[call]")], ["b", 2],
             "two subjects are left alone")
        long = b"Subject: [call] " + b"x" * 2000 + b"\r\n"
        r = s.mail([fields[0], long], body)
        check([] if long in r.data and letters(r) == "b" else [letters(r)],
              "so is one that is too long")


def token_of(r):
    url = mailcheck.URL.search(r.data.decode("latin-1")).group(0)
    text = url.rsplit("/", 1)[1]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def recipients(path):
    """hazard 31: one body for all; nobody learns of the others by it."""
    fields = [FROM, YES, ID]
    with Session(path) as s:
        s.start()
        to = ["r%d@secret.example" % i for i in range(50)]
        r = s.mail(fields, BODY, to=to)
        check(looked(fields, BODY, r), "hazard 31: fifty recipients")
        token = token_of(r)
        same(token[1], 10, "hazard 31: as many uses as recipients, up to "
             "max_uses")
        check([] if b"secret" not in r.data and b"secret" not in token
              else ["a recipient is told"], "hazard 31: none of them is told")
        short = len(token)
        r = s.mail(fields, BODY, to=["bob@" + "a" * 60 + ".example",
                                     "carol@example.net"])
        same(len(token_of(r)), short, "hazard 31: nor by the token's length")
        r = s.mail(fields, BODY, to=to + ["one@more.example"])
        check([] if r.reply and r.reply.startswith("550 5.5.3")
              else [str(r.reply)], "hazard 31: one more than allowed: refused")


def order(path):
    """hazard 44: Postfix takes no field between two pieces of the body."""
    with Session(path) as s:
        s.start()
        for n in (10, 65535, 65536, 200000, 2000000):
            fields, body = [FROM, YES, ID, MIXED], big(n)
            r = s.mail(fields, body)
            check([] if re.fullmatch("m+b+", letters(r)) else [letters(r)],
                  "hazard 44: %d bytes: all fields, then the body in one go"
                  % len(body))
            check(["%d bytes" % len(d) for _, d in r.edits if
                   len(d) > 65535], "hazard 44: no packet is too long")
            check(looked(fields, body, r), "hazard 44: whole")
            same(r.steps[-1], "a", "hazard 44: then it is done")


def untouched():
    """Names of those that are labelled to stay as they are."""
    with open("t/data/hazard-mail/EXPECTED", encoding="utf-8") as f:
        return {line.split("\t")[0] for line in f
                if line.split("\t")[2:3] == ["-"]}


def pieces(path):
    """As the body comes in pieces of any size, so the message comes out."""
    skipped = untouched()
    with Session(path) as s:
        s.start()
        for name, data in mta.hazards():
            fields, body = mta.split(data)
            bare = mailcheck.without(data, (mailcheck.OFFER,))
            bad = []
            for piece in (1 if len(body) < 8000 else 61, 7, 1000, 65535):
                r = s.mail(fields, body, piece=piece)
                if name not in skipped:
                    bad += looked(fields, body, r)
                elif r.data != bare or letters(r) != "m":
                    bad.append("it has changed: " + letters(r))
            check(bad, "%s: in pieces of every size" % name)


def drawn(home):
    """With an icon: the same in pieces of every size."""
    icon = os.path.abspath("etc/templates/telephone.png")
    with open(icon, "rb") as f:
        picture = f.read()
    milter = mta.Milter(home, OFFERORS, 'refuse_unfit = no\nicon = "%s"'
                        % icon, "drawn").start()
    skipped, kinds = untouched(), set()
    with Session(milter.socket) as s:
        s.start()
        for name, data in mta.hazards():
            fields, body = mta.split(data)
            bad, icons = [], set()
            for piece in (1 if len(body) < 8000 else 61, 7, 1000, 65535):
                r = s.mail(fields, body, piece=piece)
                if name in skipped:
                    bad += [letters(r)] if letters(r) != "m" else []
                    continue
                seen = mailcheck.look(b"".join(fields) + b"\r\n" + body,
                                      r.data, picture)
                bad += seen.bad
                icons.add(seen.icon)
            kinds |= icons
            check(bad + ([] if len(icons) < 2 else [icons]),
                  "%s: with an icon" % name)
    same(kinds, {"joined", "wrapped", None}, "icons of all kinds")
    milter.stop()


def again(path):
    """hazard 46: a second pass finds nothing to do."""
    with Session(path) as s:
        s.start()
        fields = [FROM, YES, ID]
        r = s.mail(fields, BODY)
        head, body = mta.split(r.data)
        r = s.mail(head, body)
        same((letters(r), r.data), ("", b"".join(head) + b"\r\n" + body),
             "hazard 46: a second pass: not a byte")


def faults(milter):
    """hazard 45: half an edit never passes, and the next message is well."""
    fields, body = [FROM, YES, ID, MIXED], big(3000000)
    path = milter.socket

    def well(what):
        with Session(path) as s:
            s.start()
            r = s.mail([FROM, YES, ID], BODY)
            check(looked([FROM, YES, ID], BODY, r), "hazard 45: " + what)

    s = Session(path)
    s.start()
    try:
        s.mail(fields, body, before_end=lambda: (s.send("E"), s.close()))
    except OSError:
        pass
    well("the mail server goes away while the body comes back")
    for letter in "OCMRLNB":
        s = Session(path)
        for event in "OCMRLNB":
            if event == "O":
                s.negotiate()
            else:
                s.send(event, {"C": b"x\x004\0\x19127.0.0.1\0",
                               "M": b"<alice@example.com>\0",
                               "R": b"<bob@example.net>\0",
                               "L": b"X-Call-Offer\0 yes\0",
                               "N": b"", "B": BODY}[event])
            if event == letter:
                break
        s.close()
    well("it goes away after each kind of event")
    with Session(path) as s:
        s.start()
        s.macros("M", **{"{auth_authen}": "alice", "i": "4XyZ"})
        s.send("M", b"<alice@example.com>\0")
        s.send("R", b"<bob@example.net>\0")
        s.send("L", b"From\0 alice@example.com\0")
        s.send("L", b"X-Call-Offer\0 yes\0")
        s.send("A")
        r = s.mail([FROM, ID], BODY)
        same(letters(r), "", "hazard 45: an abort leaves nothing behind")
        r = s.mail([FROM, YES, ID], BODY)
        check(looked([FROM, YES, ID], BODY, r),
              "hazard 45: and the session goes on")
    for macros in (b"Mi", b"Mi\0", b"Mi\0Q", b"Mi\0Q\0{auth_authen}\0",
                   b"M\0", b"M\0\0\0", b"Mi\0Q\0x"):
        for _ in range(20):
            with Session(path) as s:
                s.negotiate()
                try:
                    s.send("D", macros)
                    s.send("M", b"<alice@example.com>\0")
                    s.send("R", b"<bob@example.net>\0")
                    s.send("N")
                    s.get()
                    check(["macros %r" % macros], "they are taken")
                except (EOFError, OSError):
                    pass
    well("macros that are no pairs of names and values")
    with Session(path) as s:
        s.sock.sendall(b"\xff\xff\xff\xffO")
        try:
            s.get()
        except (EOFError, OSError, struct.error):
            pass
    well("a packet of four gigabytes")
    check([] if milter.child.poll() is None else ["it has ended"],
          "hazard 45: the milter lives")


def fill(s, body, end=True):
    """A message of alice's, up to its end."""
    s.macros("M", **{"{auth_authen}": "alice", "i": "4XyZ"})
    s.send("M", b"<alice@example.com>\0")
    s.send("R", b"<bob@example.net>\0")
    for f in (FROM, YES, ID, MIXED):
        name, value = f[:-2].split(b":", 1)
        s.send("L", name + b"\0" + value + b"\0")
    s.send("N")
    same(s.get()[0], "c", "the header's end is answered at once")
    for i in range(0, len(body), 65535):
        s.send("B", body[i:i + 65535])
    if end:
        s.send("E")


def stalls(milter):
    """Mail servers that stand still hold up nobody else."""
    body = big(2000000)
    path = milter.socket

    def well(what):
        with Session(path) as s:
            s.start()
            r = s.mail([FROM, YES, ID], BODY)
            check(looked([FROM, YES, ID], BODY, r), what)

    idle = [Session(path).start() for _ in range(200)]
    well("two hundred sessions that are silent")
    deaf = [Session(path).start() for _ in range(4)]
    for s in deaf:
        fill(s, body)
    well("four servers that do not read their new bodies")
    half = [Session(path).start() for _ in range(4)]
    for s in half:
        fill(s, body[:65535], end=False)
        s.sock.sendall(struct.pack(">I", 60001) + b"B" + body[65535:100000])
    well("four that stop in the middle of a long packet")
    r = Result()
    deaf[0].finish(r, [FROM, YES, ID, MIXED], body)
    check(looked([FROM, YES, ID, MIXED], body, r),
          "who reads late gets all of it")
    half[0].sock.sendall(body[100000:125535])
    half[0].send("B", body[125535:140000] + b"\r\n--b--\r\n")
    half[0].send("E")
    body = body[:140000] + b"\r\n--b--\r\n"
    r = Result()
    half[0].finish(r, [FROM, YES, ID, MIXED], body)
    check(looked([FROM, YES, ID, MIXED], body, r),
          "who goes on is understood")
    for s in idle + deaf + half:
        s.close()
    well("all of them leave")


def main():
    home = mta.folder()
    milter = mta.Milter(home, OFFERORS, "refuse_unfit = no\n").start()
    negotiation(milter.socket)
    submitters(milter.socket)
    removal(milter.socket)
    subjects(milter.socket)
    recipients(milter.socket)
    order(milter.socket)
    pieces(milter.socket)
    again(milter.socket)
    drawn(home)
    faults(milter)
    stalls(milter)
    check([line for line in milter.log().splitlines()
           if "/o/" in line], "no token in the log")
    milter.stop()
    same(milter.child.returncode, 0, "it ends well")


main()
finish()
