#!/usr/bin/python3
"""The bridge as shipped with Vonage: whole calls by inline documents over a
fake that the vendor's specification is put in front of, where it is there;
tokens checked by OpenSSL; webhooks forged, doubled and of another leg; and no
number anywhere but where it is rung."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import fakevonage               # noqa: E402
import sdk                      # noqa: E402
import tap                      # noqa: E402
import trunks                   # noqa: E402
from trunks import (A, COMBINATIONS, DESK, NAME, NUMBERS,  # noqa: E402
                    PROXY, wait)

SPEC = trunks.SPECS + "vonage_voice_prism.json"
PUBLIC = "https://call.example.com"
SECTION = """
provider %(name)s {
	kind = vonage
	url = "%(url)s"
	app = %(app)s
	user = %(user)s
	password_file = "DIR/private.pem"
	hook_secret_file = "DIR/secret"
	prompts = "https://call.example.com/prompts"
	calls_per_second = 20
}
"""


class Play(trunks.Play):
    """Two telephones, and what Vonage tells of them."""
    answers = set()             # documents that were answered
    at = 0                      # webhooks so far

    def hook(self, url, times=1, **what):
        self.at += 1
        what.setdefault("timestamp", "2026-11-23T08:00:00.%03dZ" % self.at)
        path = url[len(PUBLIC):]
        got = [self.bridge.hooked(path, *self.fake.sign(what))
               for _ in range(times)]
        if {g[0] for g in got} != {200}:
            tap.same(got, 200, "taken: " + path)
        return got[0]

    def tell(self, c, status, is_late=False, **more):
        c["status"] = c["status"] if is_late else status
        self.hook(c["hook"], self.times, uuid=c["uuid"], status=status,
                  conversation_uuid=c["conversation_uuid"],
                  direction="outbound", to=c["to"].get("number", "x"),
                  **{"from": c["from"]["number"]}, **more)

    def answer(self, c):
        self.tell(c, "answered")

    def input(self, c):
        """The action that waits for a key, in what the leg is at."""
        return c["documents"][-1][-1]

    def said(self, c):
        return [re.sub(r".*/|\.wav$", "", x["streamUrl"][0])
                if x["action"] == "stream" else x["text"]
                for d in c["documents"] for x in d
                if x["action"] in ("stream", "talk")]

    def told(self, c, digits, is_late):
        status, kind, body = self.hook(
            self.input(c)["eventUrl"][0], self.times, uuid=c["uuid"],
            conversation_uuid=c["conversation_uuid"],
            dtmf={"digits": digits, "timed_out": is_late})
        self.answers.add(body)
        good = kind == "application/json" and \
            json.loads(body)[0]["action"] == "input" and \
            not any(n in body for n in NUMBERS)
        tap.check([] if good else [(status, kind, body)],
                  "\"%s\": a document that waits" % digits)

    def press(self, c, key):
        self.told(c, key, False)

    def spoken(self, c):
        time.sleep(0.3)         # to speak takes longer than to be asked to
        self.told(c, "", True)


def test_talk(b, fake, times):
    p = Play(b, fake, times)
    secret = b.accept(name=NAME, reference="Job 4711")
    a = p.leg("a")
    tap.same((a["to"]["number"], a["from"]["number"]), (A[1:], PROXY[1:]),
             "A is rung, by our number")
    p.tell(a, "started")
    p.tell(a, "ringing")
    b.until(secret, "ringing-a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer", "a-name", NAME, "a-press")
    p.press(a, "5")
    p.heard(a, "a-offer", "a-name", NAME, "a-press")
    p.press(a, "1")
    b.until(secret, "ringing-b")
    p.heard(a, "a-wait")
    c = p.leg("b")
    tap.same((c["to"]["number"], c["from"]["number"]), (DESK[1:], PROXY[1:]),
             "then B, by our number")
    p.answer(c)
    p.tell(c, "ringing", True)
    b.until(secret, "asking-b")
    p.heard(c, "b-offer", "b-reference", "Job 4711", "b-press")
    p.press(c, "1")
    b.until(secret, "talking")
    rooms = [x["documents"][-1][0] for x in (a, c)]
    tap.same((rooms[0]["action"], rooms[0]), ("conversation", rooms[1]),
             "joined")
    p.tell(c, "completed", price="0.0110", rate="0.0165", duration="40")
    b.until(secret, "talked")
    wait(lambda: a["status"] == "completed")
    tap.same(a["status"], "completed", "the other is hung up")
    p.tell(a, "completed", price="0.0090", rate="0.0100", duration="54")
    tap.same(b.idle(), True, "and it is over")
    tap.same(len(fake.calls) - len(p.old), 2, "each was rung once")
    wait(lambda: b.admin.list(most=1)[0]["price_a"])
    tap.same([b.admin.list(most=1)[0]["price_" + x] for x in "ab"],
             ["0.0090", "0.0110"], "the price of each is on record")


def test_silence(b, fake):
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer", "a-name", "Alice Doe", "a-press")
    p.spoken(a)
    wait(lambda: len([x for x in a["documents"][-1]
                      if x["action"] == "stream"]) == 1)
    p.heard(a, "a-press")
    p.spoken(a)
    b.until(secret, "a-no-key")
    p.tell(a, "completed")
    tap.same(b.idle(), True, "over")


def test_ends(b, fake):
    for word, want in (("busy", "a-busy"), ("unanswered", "a-no-answer"),
                       ("rejected", "a-declined"),
                       ("failed", "a-unreachable")):
        p = Play(b, fake)
        secret = b.accept()
        a = p.leg("a")
        p.tell(a, "ringing")
        p.tell(a, word)
        b.until(secret, want)
        tap.same(b.idle(), True, "over")


def test_forged(b, fake):
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    what = {"uuid": a["uuid"], "status": "answered", "timestamp": "x"}
    head, body = fake.sign(what)
    path = a["hook"][len(PUBLIC):]
    now = time.time()
    for name, got in (
            ("unsigned", b.hooked(path, "", body)),
            ("changed", b.hooked(path, head, body + b" ")),
            ("by another", b.hooked(path, *fake.sign(what, secret="x"))),
            ("ten minutes old", b.hooked(path, *fake.sign(what, now - 600)))):
        tap.same(got[0], 403, "refused: " + name)
    tap.same(b.stage(secret) in ("starting", "ringing-a"), True,
             "and nothing has come of it")
    p.answer(a)
    b.until(secret, "asking-a")
    p.press(a, "1")
    c = p.leg("b")
    p.answer(c)
    b.until(secret, "asking-b")
    # A's key, at the place where B's keys are told: authentic, but not B's
    p.hook(p.input(c)["eventUrl"][0], uuid=a["uuid"],
           dtmf={"digits": "1", "timed_out": False})
    wait(lambda: b.stage(secret) != "asking-b", 1)
    tap.same([x[0]["action"] for x in a["documents"] + c["documents"]
              if x[0]["action"] == "conversation"], [],
             "A's key is not B's consent")
    b.hang_up(secret)
    p.tell(c, "completed")
    p.tell(a, "completed")
    tap.same(b.idle(), True, "over")


def test_unknown(b, fake):
    """The answer is lost, and no webhook comes: looked for, not repeated."""
    p = Play(b, fake)
    fake.odd.append((500, True))
    secret = b.accept()
    a = p.leg("a")
    tap.same(b.hang_up(secret), "cancelled", "hung up")
    wait(lambda: a["status"] == "completed")
    tap.same(a["status"], "completed", "found by its numbers")
    p.tell(a, "cancelled")
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
        tap.same(a is not None and a["to"]["number"], A[1:],
                 "HTTP %d: the next provider rings" % status)
        tap.same((len(fake.calls) - n, fake.odd), (0, []), "it alone")
        p.answer(a)
        b.until(secret, "asking-a")
        b.hang_up(secret)
        p.tell(a, "completed")
        tap.same(b.idle(), True, "over")


def test_combinations(b, fake):
    for number, destination, rung in COMBINATIONS:
        p = Play(b, fake)
        secret = b.accept(number, destination=destination)
        a = p.leg("a")
        p.answer(a)
        b.until(secret, "asking-a")
        p.heard(a, "a-offer", "a-name", "Alice Doe", "a-press")
        p.press(a, "1")
        c = p.leg("b")
        to = tuple(x["to"].get("uri") or "+" + x["to"]["number"]
                   for x in (a, c))
        tap.same(to, rung, "%s to %s" % (number, destination))
        tap.same(c["to"].get("dtmfAnswer"),
                 "pp42" if "ext" in destination else None, "its extension")
        b.hang_up(secret)
        p.tell(c, "completed")
        p.tell(a, "completed")
        tap.same(b.idle(), True, "over")


def test_leak(fakes):
    """Neither number is anywhere but where it is rung."""
    bad, n = [], 0
    for fake in fakes:
        for method, path, query, body in fake.asked:
            n += 1
            rest = dict(body)
            if method == "POST":
                rest.pop("to")
            text = path + query + json.dumps(rest)
            bad += [path for one in NUMBERS if one in text]
    tap.check(bad if n > 50 else ["only %d requests" % n],
              "no number in %d requests but to whom they ring" % n)


def test_spec(spec, fakes):
    bad = []
    tap.same(bool(spec.request_faults("POST", "/", {
        "to": [], "ncco": [], "lenght_timer": 3})), True,
             "a misspelt field would be seen")
    tap.same(bool(spec.request_faults("PUT", "/x", {"action": "hangap"})),
             True, "so would a word that is none")
    for fake in fakes:
        for method, path, query, body in fake.asked:
            path = path or "/"
            bad += spec.request_faults(method, path, body)
            bad += spec.query_faults(method, path, query)
    tap.check(sorted(set(bad)), "every request has the vendor's fields")


def test_documents(fakes):
    """By Vonage's own library, in which they must come out the same."""
    asked = [body for fake in fakes for _, _, _, body in fake.asked]
    documents = sdk.kinds(Play.answers | {
        json.dumps(b.get("ncco") or b["destination"]["ncco"]) for b in asked
        if "ncco" in b or "destination" in b})
    sdk.check(documents, sdk.ncco_faults, "maxDigits")


def scenarios(b, fake, spare):
    test_talk(b, fake, 1)
    test_talk(b, fake, 3)
    test_silence(b, fake)
    test_ends(b, fake)
    test_forged(b, fake)
    test_unknown(b, fake)
    test_combinations(b, fake)
    test_failover(b, fake, spare)


def main():
    with tempfile.TemporaryDirectory() as folder:
        key = os.path.join(folder, "private.pem")
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"],
                       check=True, capture_output=True)
        with open(key, encoding="ascii") as f:
            pem = f.read().rstrip("\n")
        fakes = fakevonage.Vonage(key), fakevonage.Vonage(key)
        # (refusals are not in the vendor's specification)
        trunks.play(fakes, lambda *urls: "".join(SECTION % {
            "name": name, "url": url, "app": fakevonage.APP,
            "user": fakevonage.API_KEY}
            for name, url in zip(("phone", "spare"), urls)),
            {"private.pem": pem, "secret": fakevonage.SECRET}, scenarios,
            SPEC, unless="Unable to match the returned status")
    test_leak(fakes)
    test_documents(fakes)
    trunks.against(SPEC, test_spec, fakes)
    tap.finish()


main()
