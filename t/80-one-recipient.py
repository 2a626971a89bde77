#!/usr/bin/python3
"""etc/postfix/one-recipient.cf in a real Postfix: every recipient gets a mail
of his own with an offer of his own, which tells the bridge who he is; those
in Bcc are disclosed to nobody; and no login offers as another."""
import base64
import importlib.util
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mta
import tap

spec = importlib.util.spec_from_file_location(
    "vectors", mta.ROOT + "/t/15-vectors.py")
vectors = importlib.util.module_from_spec(spec)
spec.loader.exec_module(vectors)

SAMPLE = mta.ROOT + "/etc/postfix/one-recipient.cf"
OFFERORS = """\
alice@example.com to=+442079460123 name="Alice Example"
always@example.com to=+442079460123 mode=always
"""
SENDERS = """\
alice@example.com alice
always@example.com alice
bob@example.com bob
"""
BOB, CAROL, DAVE = ("%s@example.net" % n for n in ("bob", "carol", "dave"))
MAIL = b"""From: %s\r
To: Bob <bob@example.net>\r
Cc: carol@example.net\r
Bcc: Dave <dave@example.net>\r
Subject: The roof\r
Message-ID: <roof@example.com>\r
%s\r
Shall we talk?\r
"""
TAG = b"X-Call-Offer: yes\r\n"


class Keys:
    """The test's own bridge: what the milter's keys lead to."""

    def __init__(self, folder):
        self.verify = read_key(folder + "/sign.pub")
        self.unseal = read_key(folder + "/unseal.key")
        self.seal = read_key(folder + "/seal.pub")
        self.sign_id = vectors.blake(self.verify)[:4]
        self.seal_id = vectors.blake(self.seal)[:4]


def read_key(path):
    with open(path) as f:
        return base64.urlsafe_b64decode(f.read().split()[1] + "=")


def sample(home, socket, limit=True):
    """The sample's two parts, for the private Postfix."""
    with open(SAMPLE) as f:
        _, main, master = re.split(r"(?m)^# ---- .*$", f.read())
    port = str(mta.ports(1)[0])
    with open(home + "/senders", "w") as f:
        f.write(SENDERS)
    for old, new in (
            (r"(?m)^submission inet .*\n", ""),
            (r"(?m)^  -o smtpd_tls_(security_level=encrypt|auth_only=yes)\n",
             ""),
            (r"lmdb:/etc/postfix/senders", "texthash:" + home + "/senders"),
            (r"127\.0\.0\.1(\]?):10026", r"127.0.0.1\1:" + port),
            (r"(?m)^(127\S+ inet n +- +)y ", r"\1n "),
            (r"unix:calloffer/milter\.sock", "unix:" + socket),
            (r",inet:localhost:8891", "")):
        master, n = re.subn(old, new, master)
        if n == 0:
            raise RuntimeError("the sample is another: no " + old)
    return {"main": main if limit else "", "submission": master.strip("\n")}


def offers(keys, mails):
    """By recipient of the envelope: what the bridge reads in the link."""
    found = {}
    for mail in mails:
        links = set(mta.URL.findall(mail.data))
        read = [dict(vectors.read_token(link.decode().rsplit("/", 1)[1], keys))
                for link in links]
        found[",".join(mail.to)] = read[0] if len(read) == 1 else read
    return found


def everybody(session, sink, sender=b"alice@example.com", tag=TAG, n=3,
              envelope="alice@example.com"):
    """What was sent, and what came of it: n mails."""
    data = MAIL % (sender, tag)
    session.send_mail(data, (BOB, CAROL, DAVE), envelope)
    return data, sink.take(n, 20)


def one_each(keys, session, sink):
    data, mails = everybody(session, sink)
    tap.same(sorted(m.to for m in mails), [[BOB], [CAROL], [DAVE]],
             "three recipients, three mails")
    found = offers(keys, mails)
    tap.same({to: o.get("recipient") for to, o in found.items()},
             {BOB: BOB, CAROL: CAROL, DAVE: DAVE},
             "each link tells the bridge whose it is")
    tap.same([len({o["offer"] for o in found.values()}),
              {o["uses"] for o in found.values()},
              {o["offeror"] for o in found.values()},
              {o["verdict"] + o["seal"] for o in found.values()}],
             [3, {1}, {"alice@example.com"}, {"goodgood"}],
             "three offers, each for one call, all by Alice")
    tap.same(len({o["tag"] for o in found.values()}), 1,
             "which one Message-ID revokes")
    sent = data.replace(b"Bcc: Dave <dave@example.net>\r\n", b"")
    tap.check([b for m in mails for b in mta.compare(sent, m.data)[0]],
              "and otherwise they are the same mail")
    tap.same([m.to for m in mails if b"dave" in m.data.lower()], [[DAVE]],
             "Dave is in his own copy only")


def without(session, sink):
    _, mails = everybody(session, sink, tag=b"")
    tap.same([len(mails), [m for m in mails if mta.URL.search(m.data)]],
             [3, []], "without the field: no offer")
    _, mails = everybody(session, sink, tag=b"X-Call-Offer: no\r\n")
    tap.same([len(mails), [m for m in mails if b"all-Offer" in m.data]],
             [3, []], "with no: none either, and it does not leave")


def always(keys, session, sink):
    _, mails = everybody(session, sink, b"always@example.com", b"",
                            envelope="always@example.com")
    tap.same({to: o.get("recipient") for to, o in
              offers(keys, mails).items()},
             {BOB: BOB, CAROL: CAROL, DAVE: DAVE},
             "where the table says always, too")


def unfolded(mail):
    return re.sub(rb"\s+", b" ", mail.data)


def refused(session, sink):
    _, mails = everybody(session, sink, tag=b"X-Call-Offer: 5\r\n", n=1)
    tap.same([len(mails), mails[0].sender, mails[0].to,
              b"550 5.6.0 X-Call-Offer: " in unfolded(mails[0])],
             [1, "", ["alice@example.com"], True],
             "a field that is refused comes back, with the reason")


def others(postfix, sink):
    """Bob has a login as well, and no entry in the table."""
    subprocess.run(
        mta.as_root() + ["saslpasswd2", "-p", "-c", "-u", "post.example",
                         "-f", postfix.dir + "/etc/sasl/db", "bob"],
        input=mta.PASSWORD.encode(), check=True)
    with mta.Session(postfix.submission, "bob") as s:
        said = s.send_mail(MAIL % (b"alice@example.com", TAG), BOB)
        tap.check([] if said[0] == 553 else [said],
                  "no login sends as another")
        _, mails = everybody(s, sink, n=1, envelope="bob@example.com")
        tap.same([mails[0].to, b"your login may not offer" in
                  unfolded(mails[0])], [["bob@example.com"], True],
                 "or offers as another whose address he writes in From")
        _, mails = everybody(s, sink, b"always@example.com", b"",
                                   envelope="bob@example.com")
        tap.same([len(mails), [m for m in mails if mta.URL.search(m.data)]],
                 [3, []], "even where the table says always")
    tap.same(len(sink.mails), 0, "and no mail is left over")


def main():
    home = mta.folder()
    milter = mta.Milter(home, OFFERORS, 'trusted_networks = {"127.0.0.1"}\n'
                        "sender_is_login = yes").start()
    keys = Keys(milter.dir + "/keys")
    sink = mta.Sink()
    postfix = mta.Postfix(home, "unix:" + milter.socket, sink,
                          **sample(home, milter.socket))
    with mta.Session(postfix.submission) as s:
        one_each(keys, s, sink)
        without(s, sink)
        always(keys, s, sink)
        refused(s, sink)
    others(postfix, sink)
    postfix.stop()
    postfix = mta.Postfix(home, "unix:" + milter.socket, sink, "shared",
                          **sample(home, milter.socket, False))
    with mta.Session(postfix.submission) as s:
        _, mails = everybody(s, sink, n=1)
        tap.same([(len(m.to), o["uses"], o.get("recipient")) for m, o in
                  zip(mails, offers(keys, mails).values())], [(3, 3, None)],
                 "without the limit of the sample: one mail, one link")
    tap.finish()


if __name__ == "__main__":
    main()
