#!/usr/bin/python3
"""The bridge as shipped with Twilio, and SignalWire, its dialect: whole calls
by inline documents over a fake that the vendor's specification is put in front
of, where it is there; every field held against that; and no number anywhere but where it
is rung."""
from email.utils import formatdate
import json
import os
import re
import subprocess
import sys
import time
from urllib.parse import parse_qs, unquote
import xml.etree.ElementTree as xml

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import askpeer as ask           # noqa: E402
import faketwilio               # noqa: E402
import sdk                      # noqa: E402
import tap                      # noqa: E402
import trunks                   # noqa: E402
from trunks import (A, COMBINATIONS, DESK, NAME, NUMBERS,  # noqa: E402
                    PROXY, wait)

SPEC = trunks.SPECS + "twilio_calls_prism.json"
PUBLIC = "https://call.example.com"
SECTION = """
provider %(name)s {
	kind = %(kind)s
	url = "%(url)s"
	app = %(app)s
	user = %(app)s
	password_file = "DIR/password"
	hook_secret_file = "DIR/token"
	prompts = "https://call.example.com/prompts"
	erase = %(erase)s
}
"""

# Prepaid, and may owe; so half a minute before the end comes a word.
PAID = """
account paid {
	caller_id = "%s"
	region = GB
	confirm = 3s
	providers = {phone}
	payer = prepaid
	currency = EUR
	floor = "-1"
	rates = "DIR/rates"
	max = 60s
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 1000
}
""" % PROXY
RATES = "prefix,minute\n44,0.01"


class Play(trunks.Play):
    """Two telephones, and what Twilio tells of them."""
    answers = set()             # documents that were answered

    def hook(self, url, times=1, **fields):
        head, body = self.fake.sign(url, fields)
        path = url[len(PUBLIC):]
        got = [self.bridge.hooked(path, head, body) for _ in range(times)]
        if {g[0] for g in got} != {200}:
            tap.same(got, 200, "taken: " + path)
        return got[0]

    def tell(self, c, status, is_late=False, **more):
        c["status"] = c["status"] if is_late else status
        c["n"] += 1
        self.hook(c["hook"], self.times, CallSid=c["sid"], CallStatus=status,
                  To=c["to"], From=c["from"], SequenceNumber=str(c["n"]),
                  **more)

    def answer(self, c):
        self.tell(c, "in-progress")

    def document(self, c):
        return c["documents"][-1]

    def said(self, c):
        return [re.sub(r".*/|\.wav$", "", p.text)
                for d in c["documents"] for p in d.iter()
                if p.tag in ("Play", "Say")]

    def press(self, c, key):
        """Where the document that it is at wants keys to be told."""
        url = self.document(c).find("Gather").get("action")
        status, kind, body = self.hook(url, Digits=key, CallSid=c["sid"],
                                       CallStatus="in-progress",
                                       To=c["to"], From=c["from"])
        self.answers.add(body)
        good = kind == "text/xml" and xml.fromstring(body).find("Gather") \
            is not None and A not in body and DESK not in body
        tap.check([] if good else [(status, kind, body)],
                  "key %s: a document that waits" % key)

    def spoken(self, c):
        time.sleep(0.3)         # to speak takes longer than to be asked to
        self.hook(self.document(c).find("Redirect").text, CallSid=c["sid"])


def test_talk(b, fake, times):
    p = Play(b, fake, times)
    secret = b.accept(name=NAME, reference="Job 4711")
    a = p.leg("a")
    tap.same((a["to"], a["from"]), (A, PROXY), "A is rung, by our number")
    p.tell(a, "initiated")
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
    tap.same((c["to"], c["from"]), (DESK, PROXY), "then B, by our number")
    p.answer(c)
    p.tell(c, "ringing", True)
    b.until(secret, "asking-b")
    p.heard(c, "b-offer", "b-reference", "Job 4711", "b-press")
    p.press(c, "1")
    b.until(secret, "talking")
    rooms = [p.document(x).find("Dial/Conference") for x in (a, c)]
    tap.same(rooms[0] is not None and rooms[1] is not None
             and rooms[0].text == rooms[1].text
             and rooms[0].get("maxParticipants"), "2", "joined")
    p.tell(c, "completed")
    b.until(secret, "talked")
    wait(lambda: a["status"] == "completed")
    tap.same(a["status"], "completed", "the other is hung up")
    p.tell(a, "completed")
    tap.same(b.idle(), True, "and it is over")
    tap.same(len(fake.calls) - len(p.old), 2, "each was rung once")


def test_ending(b, fake):
    """Who talks hears that it ends soon, and goes on talking."""
    p = Play(b, fake)
    secret = b.accept(account="paid")
    a = p.leg("a")
    p.answer(a)
    p.heard(a, "a-press")
    p.press(a, "1")
    c = p.leg("b")
    p.answer(c)
    p.heard(c, "b-press")
    p.press(c, "1")
    b.until(secret, "talking")
    began, n = time.monotonic(), [len(x["documents"]) for x in (a, c)]
    fake.wait(lambda: a["announced"] and c["announced"], 40)
    after = time.monotonic() - began
    for x, name in ((a, "a-ending"), (c, "b-ending")):
        tap.same(x["announced"], [(["https://call.example.com/prompts/en/%s"
                                    ".wav" % name], ["GET"])],
                 "%s, to him alone" % name)
    tap.check([] if 28 < after < 32 else ["%.1f s" % after],
              "half a minute before the end")
    tap.same([len(x["documents"]) for x in (a, c)], n, "both stay")
    b.hang_up(secret)
    p.tell(c, "completed")
    p.tell(a, "completed")
    tap.same(b.idle(), True, "over")


def test_silence(b, fake):
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer", "a-name", "Alice Doe", "a-press")
    p.spoken(a)
    wait(lambda: len(p.document(a).findall(".//Play")) == 1)
    p.heard(a, "a-press")
    p.spoken(a)
    b.until(secret, "a-no-key")
    p.tell(a, "completed")
    tap.same(b.idle(), True, "over")


def test_ends(b, fake):
    for word, want in (("busy", "a-busy"), ("no-answer", "a-no-answer"),
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
    head, body = fake.sign(a["hook"], {"CallSid": a["sid"],
                                       "CallStatus": "in-progress"})
    path = a["hook"][len(PUBLIC):]
    for name, got in (
            ("unsigned", b.hooked(path, "", body)),
            ("changed", b.hooked(path, head, body + b"&a=b")),
            ("of another leg", b.hooked(path.replace("-a/", "-b/"), head,
                                        body)),
            ("with a query", b.hooked(path + "?x=y", head, body))):
        tap.same(got[0], 403, "refused: " + name)
    tap.same(b.stage(secret) in ("starting", "ringing-a"), True,
             "and nothing has come of it")
    b.hang_up(secret)
    p.tell(a, "canceled")
    tap.same(b.idle(), True, "over")


def test_unknown(b, fake):
    """The answer is lost, and no webhook comes: looked for, not repeated."""
    p = Play(b, fake)
    fake.odd.append((500, 20500, True))
    secret = b.accept()
    a = p.leg("a")
    tap.same(b.hang_up(secret), "cancelled", "hung up")
    wait(lambda: a["status"] == "completed")
    tap.same(a["status"], "completed", "found by its numbers")
    p.tell(a, "canceled")
    tap.same(b.idle(), True, "over")
    tap.same(len(fake.calls) - len(p.old), 1, "created once")


def test_failover(b, fake, spare):
    for status, code, tries in ((400, 21211, 1), (429, 20429, 3)):
        p = Play(b, spare)
        n = len(fake.calls)
        fake.odd += [(status, code, False)] * tries
        secret = b.accept()
        a = p.leg("a")
        tap.same(a is not None and a["to"], A,
                 "HTTP %d: the next provider rings" % status)
        tap.same((len(fake.calls) - n, fake.odd), (0, []), "it alone")
        p.answer(a)
        b.until(secret, "asking-a")
        b.hang_up(secret)
        p.tell(a, "completed")
        tap.same(b.idle(), True, "over")


def test_pace(b, fake, spare):
    """429 is heeded, said in seconds or as a date; and none is rung twice."""
    for kind, least in (("seconds", 3), ("a date", 2.9)):
        retry = "3" if kind == "seconds" else \
            formatdate(time.time() + 4, usegmt=True)
        p = Play(b, fake)
        n = len(fake.created)
        fake.odd.append((429, 20429, False, retry))
        secret = b.accept()
        a = p.leg("a")
        first, second = fake.created[n:]
        tap.check([] if second - first >= least else [second - first],
                  "asked again after Retry-After, as " + kind)
        b.hang_up(secret)
        p.tell(a, "canceled")
        tap.same(b.idle(), True, "over")
    p = Play(b, spare)
    n = len(fake.created)
    fake.odd.append((429, 20429, False, "30"))
    secret = b.accept()
    a = p.leg("a")
    tap.same((a is not None and a["to"], len(fake.created) - n), (A, 1),
             "who wants to be left alone for long is: the next rings")
    b.hang_up(secret)
    p.tell(a, "canceled")
    tap.same(b.idle(), True, "over")
    gaps = [y - x for x, y in zip(fake.created, fake.created[1:])]
    tap.check([g for g in gaps if g < 0.3],
              "calls begin a second apart, but for the way to here")


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
        tap.same((a["to"], c["to"], a["from"], c["from"]),
                 rung + (PROXY, PROXY), "%s to %s" % (number, destination))
        tap.same(c["fields"].get("SendDigits"),
                 ["w42"] if "ext" in destination else None, "its extension")
        b.hang_up(secret)
        p.tell(c, "completed")
        p.tell(a, "completed")
        tap.same(b.idle(), True, "over")


def test_leak(fakes):
    bad, n = [], 0
    for fake in fakes:
        for method, path, query, fields, raw in fake.asked:
            n += 1
            rest = {k: v for k, v in fields.items() if k != "To"}
            find = {k: v for k, v in parse_qs(query).items() if k != "To"}
            text = path + json.dumps(rest) + json.dumps(find)
            bad += [path for one in NUMBERS if one in unquote(text)]
            bad += ["a bare + in " + raw] if "+" in raw + query else []
    tap.check(bad if n > 30 else ["only %d requests" % n],
              "no number in %d requests but to whom they ring" % n)


def test_spec(spec, fakes):
    """SignalWire has no specification of its own here: it is held against
    Twilio's, but for the limit that it does not know."""
    bad = []
    for fake in fakes:
        for method, path, query, fields, _ in fake.asked:
            path = path[path.index("/2010"):]
            if fields:
                op = spec.operation(method, path)
                schema = op["requestBody"]["content"][
                    "application/x-www-form-urlencoded"]["schema"]
                names = set(spec.properties(schema))
                if fake.account == faketwilio.PROJECT:
                    names.remove("TimeLimit")
                bad += [path + " " + f for f in set(fields) - names]
            bad += spec.query_faults(method, path, query)
    tap.check(sorted(set(bad)), "every request has the vendor's fields")


def test_documents(fakes):
    """By Twilio's own library, in which they must come out the same."""
    documents = sdk.kinds(Play.answers | {
        d for fake in fakes for _, _, _, fields, _ in fake.asked
        for d in fields.get("Twiml", ())})
    sdk.check(documents, sdk.twiml_faults, "numDigits")


def test_erase(b, fake):
    """What is erased is deleted there: both legs of the one call."""
    p = Play(b, fake)
    b.accept()
    a = p.leg("a")
    p.answer(a)
    p.heard(a, "a-press")
    p.press(a, "1")
    c = p.leg("b")
    p.tell(c, "ringing")
    p.tell(c, "busy")
    p.heard(a, "a-busy")
    p.spoken(a)
    p.tell(a, "completed")
    tap.same(b.idle(), True, "over")
    tap.same(fake.deleted, [], "nothing has been deleted so far")
    offer = b.admin.list(most=1)[0]["offer"]
    r = b.admin.ask(ask.ERASE, b"\2\0" + offer + bytes(8))
    tap.same((ask.REFUSALS[r.number(1)], r.number(1), r.number(4)),
             ("ok", 0, 1), "one call erased")
    wait(lambda: len(fake.deleted) == 2, 20)
    tap.same(sorted(fake.deleted), sorted((a["sid"], c["sid"])),
             "both its legs are deleted there, and no other")


def test_facts(b, is_heard):
    said = subprocess.run([trunks.B + "/calloffer-bridge", "--facts",
                           "-c", b.path("conf")], capture_output=True,
                          text=True, check=False).stdout.splitlines()
    tap.same([f for f in said if f.startswith("unheard")],
             [] if is_heard else ["unheard phone"],
             "--facts: with whom nobody is warned who pays")


def scenarios(b, fake, spare):
    test_talk(b, fake, 1)
    test_talk(b, fake, 3)
    test_silence(b, fake)
    test_ends(b, fake)
    test_forged(b, fake)
    test_unknown(b, fake)
    test_failover(b, fake, spare)
    test_combinations(b, fake)


def run(dialect):
    """Every scenario by this dialect; the fakes that were asked."""
    tap.note(dialect)
    is_twilio = dialect == "twilio"
    fakes = [faketwilio.Twilio(dialect), faketwilio.Twilio(dialect)]

    def all_scenarios(b, fake, spare):
        test_facts(b, is_twilio)
        scenarios(b, fake, spare)
        if is_twilio:
            test_ending(b, fake)
            test_erase(b, fake)
            test_pace(b, fake, spare)

    # (refusals are not in the vendor's specification)
    trunks.play(fakes, lambda *urls: "".join(SECTION % {
        "kind": dialect, "name": name, "url": url + fakes[0].base,
        "erase": "yes" if is_twilio and name == "phone" else "no",
        "app": fakes[0].account}
        for name, url in zip(("phone", "spare"), urls)) + PAID,
        {"password": "KEY0123", "token": faketwilio.TOKEN, "rates": RATES},
        all_scenarios, SPEC if is_twilio else None,
        unless="Unable to match the returned status")
    return fakes


def main():
    fakes = run("twilio") + run("signalwire")
    test_leak(fakes)
    test_documents(fakes)
    trunks.against(SPEC, test_spec, fakes)
    tap.finish()


main()
