#!/usr/bin/python3
"""The bridge as shipped with Bandwidth: whole calls by documents over a fake
that the vendor's specification is put in front of, where it is there; webhooks
forged, doubled and of another leg; documents that come too early; and no number
anywhere but where it is rung."""
import json
import os
import re
import sys
import time
from urllib.parse import parse_qs, unquote

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import fakebandwidth            # noqa: E402
import sdk                      # noqa: E402
import tap                      # noqa: E402
import trunks                   # noqa: E402
from trunks import (A, COMBINATIONS, DESK, NUMBERS,  # noqa: E402
                    PROXY, wait)

SPEC = trunks.SPECS + "bandwidth_calls_trim.json"
PUBLIC = "https://call.example.com"
SECRET = "of our own, and random"
SECTION = """
provider %(name)s {
	kind = bandwidth
	url = "%(url)s"
	app = %(app)s
	user = %(user)s
	password_file = "DIR/password"
	hook_secret_file = "DIR/secret"
	prompts = "https://call.example.com/prompts"
	calls_per_second = 20
}
"""


class Play(trunks.Play):
    """Two telephones, and what Bandwidth tells of them."""
    answers = set()             # documents that were answered

    def hook(self, c, to, kind, **more):
        """To a URL with the credentials that came with it; and what is
        answered is what the leg does next, unless it was told something else
        meanwhile."""
        url, user, password = to
        n = len(c["documents"])
        body = self.fake.tells(c, kind, **more)
        got = [self.bridge.hooked(url[len(PUBLIC):], self.fake.head(
            user, password), body) for _ in range(self.times)]
        if {g[0] for g in got} != {200}:
            tap.same(got, 200, "taken: " + url)
        _, kind, body = got[0]
        if kind == "application/xml":
            Play.answers.add(body)
            if len(c["documents"]) == n:
                c["documents"].append(fakebandwidth.read(body, "Response"))
        return kind, body

    def of(self, c, name):
        b = c["body"]
        return b[name], b["username"], b["password"]

    def answer(self, c):
        c["state"], c["answered"] = "answered", fakebandwidth.now()
        kind, body = self.hook(c, self.of(c, "answerUrl"), "answer",
                               answerTime=c["answered"])
        if kind != "application/xml":
            tap.same(body, "", "a document that waits")

    def end(self, c, cause):
        if c["state"] != "disconnected":
            self.fake.end(c, cause)
        self.hook(c, self.of(c, "disconnectUrl"), "disconnect",
                  cause=c["cause"], endTime=c["ended"])

    @staticmethod
    def input(c):
        """What waits for a key, in what the leg is at."""
        g = c["documents"][-1][-1]
        return g.get("gatherUrl"), g.get("username"), g.get("password")

    def said(self, c):
        return [re.sub(r".*/|\.wav$", "", e.text)
                for d in list(c["documents"])
                for v in d for e in v.iter("PlayAudio")]

    def told(self, c, digits):
        kind, body = self.hook(c, self.input(c), "gather", digits=digits,
                               terminatingDigit="")
        good = kind == "application/xml" and "<Gather" in body and \
            not any(n in body for n in NUMBERS)
        tap.check([] if good else [(kind, body)],
                  "\"%s\": a document that waits" % digits)

    def press(self, c, key):
        self.told(c, key)

    def spoken(self, c):
        time.sleep(0.3)         # to speak takes longer than to be asked to
        self.told(c, "")

    def is_joined(self, a, b):
        last = a["documents"][-1][-1]
        return last.tag == "Bridge" and last.text == b["callId"]


def test_talk(b, fake, times):
    p = Play(b, fake, times)
    secret = b.accept()
    a = p.leg("a")
    tap.same((a["to"], a["from"]), (A, PROXY), "A is rung, by our number")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer", "a-press")
    p.press(a, "5")
    p.heard(a, "a-offer", "a-press")
    p.press(a, "1")
    b.until(secret, "ringing-b")
    p.heard(a, "a-wait")
    c = p.leg("b")
    tap.same((c["to"], c["from"]), (DESK, PROXY), "then B, by our number")
    tap.same(c["body"]["password"] == a["body"]["password"], False,
             "by another password")
    p.answer(c)
    b.until(secret, "asking-b")
    p.heard(c, "b-offer", "b-press")
    p.press(c, "1")
    b.until(secret, "talking")
    tap.same(p.is_joined(a, c) or p.is_joined(c, a), True, "joined")
    p.end(c, "hangup")
    b.until(secret, "talked")
    wait(lambda: a["state"] == "disconnected")
    tap.same(a["state"], "disconnected", "the other is hung up")
    p.end(a, "hangup")
    tap.same(b.idle(), True, "and it is over")
    tap.same(len(fake.calls) - len(p.old), 2, "each was rung once")


def test_silence(b, fake):
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer", "a-press")
    p.spoken(a)
    fake.wait(lambda: len(list(a["documents"][-1][-1])) == 1)
    p.heard(a, "a-press")
    p.spoken(a)
    b.until(secret, "a-no-key")
    p.end(a, "hangup")
    tap.same(b.idle(), True, "over")


def test_early(b, fake):
    """While the answer is still on its way, no document is taken."""
    p = Play(b, fake)
    fake.n_busy = 2
    secret = b.accept()
    a = p.leg("a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer", "a-press")
    tap.same(fake.n_busy, 0, "at the third time")
    b.hang_up(secret)
    p.end(a, "hangup")
    tap.same(b.idle(), True, "over")


def test_ends(b, fake):
    for word, want in (("busy", "a-busy"), ("timeout", "a-no-answer"),
                       ("rejected", "a-declined"),
                       ("error", "a-unreachable")):
        p = Play(b, fake)
        secret = b.accept()
        p.end(p.leg("a"), word)
        b.until(secret, want)
        tap.same(b.idle(), True, "over")


def test_forged(b, fake):
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    url, user, password = p.of(a, "answerUrl")
    body = fake.tells(a, "answer")
    old = fakebandwidth.now().replace("20", "19", 1)
    for name, got in (
            ("nothing shown", ("", body)),
            ("another's name", (fake.head("x", password), body)),
            ("another password", (fake.head(user, password[::-1]), body)),
            ("our own secret", (fake.head(user, SECRET), body)),
            ("of another account", (fake.head(user, password), fake.tells(
                a, "answer", accountId="9900001"))),
            ("of long ago", (fake.head(user, password), fake.tells(
                a, "answer", eventTime=old)))):
        tap.same(b.hooked(url[len(PUBLIC):], *got)[0], 403,
                 "refused: " + name)
    tap.same(b.stage(secret) in ("starting", "ringing-a"), True,
             "and nothing has come of it")
    p.answer(a)
    b.until(secret, "asking-a")
    p.press(a, "1")
    c = p.leg("b")
    p.answer(c)
    b.until(secret, "asking-b")
    # A's password, and then A's key, at the place where B's keys are told
    to = p.input(c)[0]
    tap.same(b.hooked(to[len(PUBLIC):], fake.head(user, password),
                      fake.tells(a, "gather", digits="1"))[0], 403,
             "A's password is not B's")
    b.hooked(to[len(PUBLIC):], fake.head(*p.input(c)[1:]),
             fake.tells(a, "gather", digits="1"))
    wait(lambda: b.stage(secret) != "asking-b", 1)
    tap.same(b.stage(secret), "asking-b", "A's key is not B's consent")
    b.hang_up(secret)
    p.end(c, "hangup")
    p.end(a, "hangup")
    tap.same(b.idle(), True, "over")


def test_unknown(b, fake):
    """The answer is lost, and no webhook comes: looked for, not repeated; also
    where it is not to be found at first."""
    for hides in (False, True):
        p = Play(b, fake)
        fake.odd.append((500, True))
        fake.hides = hides
        secret = b.accept()
        a = p.leg("a")
        tap.same(b.hang_up(secret), "cancelled", "hung up")
        if hides:
            tap.same(wait(lambda: a["state"] == "disconnected", 3), False,
                     "not found yet")
            tap.same(b.admin.health()["open"], 1, "and not taken for gone")
            fake.hides = False
        wait(lambda: a["state"] == "disconnected", 20)
        tap.same(a["state"], "disconnected", "found by its numbers")
        p.end(a, "cancel")
        tap.same(b.idle(), True, "over")
        tap.same(len(fake.calls) - len(p.old), 1, "created once")


def test_failover(b, fake, spare):
    for status, tries, retry in ((400, 1, None), (429, 3, None),
                                 (429, 1, "30")):
        p = Play(b, spare)
        n = len(fake.calls)
        fake.odd += [(status, False, retry)] * tries
        secret = b.accept()
        a = p.leg("a")
        tap.same(a is not None and a["to"], A,
                 "HTTP %d: the next provider rings" % status)
        tap.same((len(fake.calls) - n, fake.odd), (0, []), "it alone")
        p.answer(a)
        b.until(secret, "asking-a")
        b.hang_up(secret)
        p.end(a, "hangup")
        tap.same(b.idle(), True, "over")


def test_combinations(b, fake):
    for number, destination, rung in COMBINATIONS:
        p = Play(b, fake)
        secret = b.accept(number, destination=destination)
        a = p.leg("a")
        p.answer(a)
        b.until(secret, "asking-a")
        p.heard(a, "a-offer", "a-press")
        p.press(a, "1")
        c = p.leg("b")
        tap.same((a["to"], c["to"]), rung, "%s to %s" % (number,
                                                          destination))
        p.answer(c)
        b.until(secret, "asking-b")
        p.heard(c, "b-offer", "b-press")
        tap.same([v.text for d in c["documents"] for v in d
                  if v.tag == "SendDtmf"],
                 ["W42"] if "ext" in destination else [], "its extension")
        b.hang_up(secret)
        p.end(c, "hangup")
        p.end(a, "hangup")
        tap.same(b.idle(), True, "over")


def test_leak(fakes):
    """Neither number is anywhere but where it is rung, or looked for."""
    bad, n = [], 0
    for fake in fakes:
        for method, path, query, body in fake.asked:
            n += 1
            rest = body if isinstance(body, str) else json.dumps(
                {k: v for k, v in body.items() if k != "to"})
            find = {k: v for k, v in parse_qs(query).items() if k != "to"}
            text = unquote(path) + json.dumps(find) + rest
            bad += [path for one in NUMBERS + (SECRET,) if one in text]
            bad += ["a bare + in " + query] if "+" in query else []
        bad += fake.bad
    bad += [d for d in Play.answers if any(x in d for x in NUMBERS)]
    tap.check(bad if n > 50 else ["only %d requests" % n],
              "no number in %d requests but to whom they ring" % n)


def test_spec(spec, fakes):
    bad = []
    where = fakebandwidth.BASE + "/calls"
    tap.same(bool(spec.request_faults("POST", where, {
        "to": A, "from": PROXY, "applicationId": "x", "answerUrl": "x",
        "calltimeout": 3})), True, "a misspelt field would be seen")
    tap.same(bool(spec.request_faults("POST", where + "/x", {
        "state": "complete"})), True, "so would a word that is none")
    for fake in fakes:
        for method, path, query, body in fake.asked:
            kind = "application/xml" if isinstance(body, str) \
                else "application/json"
            bad += spec.request_faults(method, path, body, kind)
            bad += spec.query_faults(method, path, query)
    tap.check(sorted(set(bad)), "every request has the vendor's fields")


def test_documents(fakes):
    """By Bandwidth's own library, in which they must come out the same."""
    documents = sdk.kinds(
        re.sub("c-[-0-9a-f]{45}", "c-0", re.sub('word="[^"]*"', 'word="x"', d))
        for d in Play.answers.union(
            d for fake in fakes for c in fake.calls.values()
            for d in c["texts"]))
    sdk.check(documents, sdk.bxml_faults, "maxDigits")


def scenarios(b, fake, spare):
    test_talk(b, fake, 1)
    test_talk(b, fake, 3)
    test_silence(b, fake)
    test_early(b, fake)
    test_ends(b, fake)
    test_forged(b, fake)
    test_unknown(b, fake)
    test_combinations(b, fake)
    test_failover(b, fake, spare)


def main():
    fakes = fakebandwidth.Bandwidth(), fakebandwidth.Bandwidth()
    trunks.play(fakes, lambda *urls: "".join(SECTION % {
        "name": name, "url": url + fakebandwidth.BASE,
        "app": fakebandwidth.APP, "user": fakebandwidth.USER}
        for name, url in zip(("phone", "spare"), urls)),
        {"password": fakebandwidth.PASSWORD, "secret": SECRET}, scenarios,
        SPEC, (SECRET,))
    test_leak(fakes)
    test_documents(fakes)
    trunks.against(SPEC, test_spec, fakes)
    tap.finish()


main()
