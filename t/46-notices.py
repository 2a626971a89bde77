#!/usr/bin/python3
"""Mails to offerors, by the bridge as shipped, a little of Asterisk, and a mail
server that does what a case wants: one of a call at most, whatever happens."""
import email
import os
import re
import signal
import sys
import tempfile
import threading
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import askpeer as ask           # noqa: E402
import fakeari                  # noqa: E402
import shifted                  # noqa: E402
import tap                      # noqa: E402
from smtpsink import Server     # noqa: E402

OURS = ask.Keys(b"ours")
BUSY, NO_ANSWER, DECLINED = 17, 19, 21
CONF = """smtp = "smtp://127.0.0.1:%d"
smtp_from = "calls@example.com"
smtp_user = calls
smtp_password_file = "DIR/password"
account sales {
	caller_id = "+442079460100"
	region = GB
	languages = {en, de, es, fr, ar, ja}
	providers = {pbx}
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 1000
}
account asked {
	caller_id = "+442079460100"
	region = GB
	languages = {en, ja}
	forwarding = confirm
	providers = {pbx}
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 1000
	per_offer_attempts = 100
}
account paid {
	caller_id = "+442079460100"
	region = GB
	providers = {pbx}
	payer = prepaid
	currency = EUR
	floor = "-100"
	rates = "DIR/rates.csv"
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 1000
}
key main {
	file = "DIR/sign.pub"
	accounts = {"*"}
	from_domains = {"example.com"}
	destinations = {"*"}
}
"""


def configuration(server, ari):
    return shifted.HEAD + CONF % server.port \
        + fakeari.SECTION % ("pbx", ari.url)


class Stage:
    """The bridge, its provider, and calls that go one way or another."""

    def __init__(self, b, ari, server):
        self.b, self.ari, self.server, self.n = b, ari, server, 0
        self.ahead = 0          # seconds, of the bridge's clock

    def legs(self, leg):
        return sum("endpoint" in q and p.endswith("-" + leg)
                   for _, p, q in self.ari.asked)

    def stage(self, p, secret, *wanted):
        for _ in range(500):
            got = p.status(secret)["stage"]
            if got in wanted:
                return
            time.sleep(0.02)
        tap.check(["it is %s, not %s" % (got, wanted)], "it goes on")

    def accept(self, minted, number, code=""):
        token, offer = minted
        p = self.b.face()
        got = p.accept(token, ask.nonce(OURS, offer, 10 - self.ahead), number,
                       code=code)
        p.close()
        return got["refusal"]

    def twice(self, p, body):
        """The page, sent by a double click: both are told the same."""
        frame = (len(body) + 5).to_bytes(4, "big") + bytes(4) + bytes(
            [ask.ACCEPT]) + body
        p.sock.sendall(2 * frame)
        got = [p.accepted(ask.Reader(p.hear()[2])) for _ in range(2)]
        tap.same(got[0], got[1], "a double click")
        return got[0]

    def call(self, a="1", b="1", cause=None, uses=1, minted=None, code="",
             **f):
        """A presses `a` (None: never answers); B presses `b`, or, None, ends
        with this cause; hung up from the page in the end."""
        self.n += 1
        f.setdefault("recipient", "someone@example.net")
        f.setdefault("reference", "order 4711")
        token, offer = minted or ask.mint(OURS, minted=self.ahead, uses=uses,
                                          **f)
        n_a, n_b = self.legs("a"), self.legs("b")
        p = self.b.face()
        got = self.twice(p, p.accept_body(
            token, ask.nonce(OURS, offer, 10 - self.ahead),
            "+4420794601%02d" % self.n, code=code))
        tap.same(got["refusal"], "ok", "accepted")
        leg = leg_a = self.ari.wait_leg("a", n_a + 1)
        self.ari.ring(leg)
        if a is None:
            self.ari.gone(leg, NO_ANSWER)
        else:
            self.ari.pick_up(leg)
            self.stage(p, got["secret"], "asking-a")
            self.ari.press(leg, a)
        if a == "1":
            leg = self.ari.wait_leg("b", n_b + 1)
            self.ari.ring(leg)
            if b is None:
                self.ari.gone(leg, cause)
            else:
                self.ari.pick_up(leg)
                self.stage(p, got["secret"], "asking-b")
                self.ari.press(leg, b)
                self.stage(p, got["secret"], "talking", "ended")
        self.stage(p, got["secret"], "talking", "ended")
        p.status(got["secret"], 0, ask.HANGUP)
        self.stage(p, got["secret"], "ended")
        self.ari.gone(leg_a, 16)        # does not wait for the apology
        p.close()
        return got["call"]

    def idle(self):
        """Until every call is over and what is to be sent was sent."""
        a = ask.Peer(self.b.path("admin"))
        for _ in range(1000):
            if a.health()["open"] == 0:
                break
            time.sleep(0.02)
        a.close()
        time.sleep(0.3)

    def restart(self, how=signal.SIGTERM, later=0):
        self.b.end(how)
        self.ahead += later
        self.b.shift(self.ahead)
        self.b.start()


def test_kinds(s):
    for name, subject, words, how in (
            ("busy", "Missed call from your offer", "could not be reached",
             {"b": None, "cause": BUSY}),
            ("no answer, in German", "Verpasster Anruf auf Ihr Angebot",
             "nicht zu erreichen",
             {"b": None, "cause": NO_ANSWER, "lang": "de"}),
            ("the offeree presses 9", "A call from your offer was declined",
             "declined", {"a": "9"}),
            ("the destination declines, in Spanish",
             "Se rechazó una llamada de su oferta", "fue rechazada",
             {"b": None, "cause": DECLINED, "lang": "es"}),
            ("the last use, in French", "Votre offre d'appel est épuisée",
             "autant de fois que permis", {"lang": "fr"}),
            ("no answer, in Japanese", "お誘いからの不在着信",
             "あなたにつながりませんでした",
             {"b": None, "cause": NO_ANSWER, "lang": "ja"}),
            ("the destination declines, in Arabic", "رُفضت مكالمة من عرضك",
             "الرقم: \u200e+44", {"b": None, "cause": DECLINED,
                                  "lang": "ar"})):
        n = s.server.count()
        call = s.call(**how)
        tap.same(s.server.wait(n + 1), n + 1, "a mail: " + name)
        m = s.server.last()
        text = m.get_content()
        tap.same(m["Subject"], subject, "  its subject")
        tap.check([] if words in " ".join(text.split()) else [text],
                  "  its words")
        tap.same((m["From"], m["To"]), ("calls@example.com",
                                        "alice@example.com"), "  from, to")
        tap.same(m["Message-ID"].split("@")[0].replace("-", ""),
                 "<" + call.hex(), "  its id is the call's")
        tap.check([w for w in ("someone@example.net", "order 4711",
                               "+44...%02d" % s.n) if w not in text],
                  "  which mail it was, and what is left of the number")
        tap.check([w for w in ("+4420794601%02d" % s.n, "7946")
                   if w in text], "  and no more")
    tap.same(s.server.envelopes[-1],
             ["MAIL FROM:<>", "RCPT TO:<alice@example.com>"],
             "no envelope sender, so no answers")
    head = s.server.got[-1].split(b"\r\n\r\n")[0]
    tap.check([str(x) for x in s.server.got[-1].split(b"\n")
               if len(x) > 79 or (x and x[-1:] != b"\r")]
              + [str(c) for c in s.server.got[-1] if c > 126],
              "short lines of plain ASCII")
    tap.same(b"Auto-Submitted: auto-generated" in head, True,
             "made by a machine, and says so")


def test_none(s):
    n = s.server.count()
    for name, how in (
            ("they talked, and the offer has more uses", {"uses": 2}),
            ("the offeree does not answer", {"a": None}),
            ("to an address that is none",
             {"b": None, "cause": BUSY, "offeror": "a,b@example.com"})):
        s.call(**how)
        s.idle()
        tap.same(s.server.count(), n, "no mail: " + name)
    s.call(b=None, cause=BUSY, uses=2)
    tap.same(s.server.wait(n + 1), n + 1, "missed, and a use is left")
    tap.same("cannot be used again" in s.server.last().get_content(), False,
             "says nothing of its end")


def test_receipt(s):
    n = s.server.count()
    s.call(account="paid", uses=2, lang="de")
    tap.same(s.server.wait(n + 1), n + 1, "paid for: a receipt")
    s.idle()
    tap.same(s.server.count(), n + 1, "  one, while it is still open too")
    m = s.server.last()
    said = m.get_content()
    tap.same(m["Subject"], "Beleg für einen Anruf auf Ihr Angebot",
             "  its subject")
    tap.check([w for w in ("Belastet: 0.251 EUR", "Guthaben: -0.251 EUR",
                           "Preis je Minute: 0.1255 EUR + 0.00 EUR (60/60); ",
                           "Gesprächsdauer: 0:00:0", "Zeichen: order 4711")
               if w not in said], "  what it cost, and what is left")
    tap.check(re.findall(r"7946|\+44", said), "  no number")
    s.call(account="paid", uses=1)
    tap.same(s.server.wait(n + 3), n + 3, "the last use, paid for: two mails")
    tap.same(len(set(email.message_from_bytes(g)["Message-ID"]
                     for g in s.server.got[n + 1:n + 3])), 2,
             "  which are not the same one")
    s.call(account="paid", b=None, cause=BUSY)
    tap.same(s.server.wait(n + 4), n + 4, "missed: a mail")
    s.idle()
    tap.same(s.server.count(), n + 4, "  and no receipt")


def minted(s, **f):
    return ask.mint(OURS, minted=s.ahead, uses=9, account="asked", **f)


def test_code(s):
    """Another number than the first, once who got the mail has agreed."""
    offer = minted(s, recipient="someone@example.net", lang="ja")
    s.call(minted=offer)
    s.idle()
    n = s.server.count()
    tap.same(s.accept(offer, "+4420794601%02d" % (s.n + 1)), "code-wanted",
             "another number: a code is wanted")
    tap.same(s.server.wait(n + 1), n + 1, "and is mailed")
    m = s.server.last()
    tap.same((m["To"], m["Subject"], s.server.envelopes[-1][-1]),
             ("someone@example.net",
              "メールで届いた通話のお誘いのためのコード",
              "RCPT TO:<someone@example.net>"),
             "to who got the offer, in its language")
    text = m.get_content()
    code = re.search(r"：(\d{4} \d{4})\s", text).group(1)
    tap.check([w for w in ("Alice Doe", "+44...%02d" % (s.n + 1))
               if w not in text], "it says whose offer, and who wants it")
    tap.check([w for w in ("7946", "example.net") if w in text],
              "and no number")
    tap.same(s.accept(offer, "+4420794601%02d" % (s.n + 1)), "code-wanted",
             "asked again: the same")
    tap.same(s.accept(offer, "+4420794601%02d" % (s.n + 1), "00000000"
                      if code != "0000 0000" else "1"), "code-wrong",
             "a wrong code")
    tap.same(s.accept(offer, "+4420794601%02d" % (s.n + 2), code), "too-many",
             "the code, and another number")
    other, p = ask.mint(OURS, minted=s.ahead, uses=1), s.b.face()
    got = p.accept(other[0], ask.nonce(OURS, other[1], 10 - s.ahead),
                   "+4420794601%02d" % (s.n + 1))
    tap.same(s.accept(offer, "+4420794601%02d" % (s.n + 1), code), "too-many",
             "the code, while that number has a call")
    p.status(got["secret"], 0, ask.HANGUP)
    p.close()
    s.idle()
    s.call(minted=offer, code=code)
    s.idle()
    tap.same(s.accept(offer, "+4420794601%02d" % s.n, code), "too-many",
             "it is good once, and there is not another so soon")
    tap.same(s.accept(offer, "+4420794601%02d" % (s.n + 1)), "too-many",
             "nor for any other number")
    s.n -= 2
    s.call(minted=offer)
    s.n += 1
    s.idle()
    tap.same(s.server.count(), n + 1, "the first goes on as ever: one mail")
    nobody = minted(s)
    s.call(minted=nobody)
    s.idle()
    tap.same(s.accept(nobody, "+4420794601%02d" % (s.n + 1)), "number-denied",
             "nobody knows who got it: no other number")
    tap.same(s.server.count(), n + 1, "and no mail")


def test_refused(s):
    s.server.odd = {"RCPT": "550 5.1.1 no such user"}
    n = s.server.count()
    s.call(b=None, cause=BUSY)
    s.idle()
    tap.same((s.server.count(), "notice=missed outcome=refused"
              in s.b.log()), (n, True), "refused for good")
    s.server.odd = {}
    s.restart(later=7200)
    time.sleep(0.5)
    tap.same(s.server.count(), n, "is not tried again")


def test_later(s):
    """What certainly was not sent is sent later, once."""
    for name, odd in (
            ("it is busy", {"hello": "421 4.3.2 come later"}),
            ("it does not take our password", {
                "EHLO": "250-mail.example.com\r\n250 AUTH PLAIN",
                "AUTH": "535 5.7.8 not you"}),
            ("no room for the recipient", {"RCPT": "452 4.2.2 full"}),
            ("it ends before the message", {"DATA": None}),
            ("it does not want the message now", {".": "451 4.3.0 later"})):
        s.server.odd = odd
        n = s.server.count()
        s.call(b=None, cause=BUSY)
        s.idle()
        n = s.server.count() if "." in odd else n
        tap.same((s.server.count(), "outcome=not" in s.b.log()), (n, True),
                 "not yet: " + name)
        s.server.odd = {}
        s.restart(later=30)
        time.sleep(0.3)
        tap.same(s.server.count(), n, "  not before its time")
        s.restart(later=40)
        tap.same(s.server.wait(n + 1), n + 1, "  then it is sent")
        s.restart(later=3600)
        time.sleep(0.5)
        tap.same(s.server.count(), n + 1, "  once")


def test_unknown(s):
    """Nobody knows whether it was taken: never again."""
    held = threading.Event()

    def hold():
        held.wait(20)
        return None

    for name, what, how in (
            ("the server is gone when all was said", None, signal.SIGTERM),
            ("the bridge is killed when all was said", hold,
             signal.SIGKILL)):
        s.server.odd = {".": what}
        n = s.server.count()
        s.call(b=None, cause=BUSY)
        tap.same(s.server.wait(n + 1), n + 1, name)
        time.sleep(0.3)
        s.server.odd = {}
        s.restart(how, 3600)
        held.set()
        time.sleep(0.5)
        tap.same(s.server.count(), n + 1, "  it is not sent again")


def test_killed(s):
    """The bridge dies before anything is sent: it is sent by the next."""
    s.server.odd = {"hello": "421 4.3.2 come later"}
    n = s.server.count()
    s.call(b=None, cause=BUSY)
    s.idle()
    s.server.odd = {}
    s.restart(signal.SIGKILL, 70)
    tap.same(s.server.wait(n + 1), n + 1, "killed before: sent after")
    s.restart()
    time.sleep(0.5)
    tap.same(s.server.count(), n + 1, "once")


def main():
    ari, server = fakeari.Ari(), Server()
    with tempfile.TemporaryDirectory() as folder:
        b = shifted.Bridge(folder, configuration(server, ari), OURS)
        try:
            b.write("rates.csv", "prefix,minute,setup,rounding\n"
                    "44,0,0.1255,60/60\n")
            b.start()
            s = Stage(b, ari, server)
            test_kinds(s)
            test_none(s)
            test_receipt(s)
            test_code(s)
            test_refused(s)
            test_later(s)
            test_unknown(s)
            test_killed(s)
            tap.same(b.end(), 0, "ends well")
            tap.check([line for line in b.log().splitlines()
                       if "+4420794601" in line or "Sanitizer" in line],
                      "no number in the log, and nothing amiss")
        finally:
            b.stop()
    tap.finish()


threading.excepthook = lambda args: None
main()
