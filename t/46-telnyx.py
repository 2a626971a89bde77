#!/usr/bin/python3
"""The bridge as shipped with Telnyx: whole calls over a fake that the vendor's
specification is put in front of, where it is there; every request held
against that; webhooks forged, late, doubled and out of order; and no number
anywhere but where it is rung."""
import json
import os
import sys
import tempfile
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import nacl.signing             # noqa: E402
import faketelnyx               # noqa: E402
import tap                      # noqa: E402
import trunks                   # noqa: E402
from trunks import (A, COMBINATIONS, DESK, NAME, NUMBERS,  # noqa: E402
                    PROXY, wait)

SPEC = trunks.SPECS + "telnyx_calls_trim.json"
APP = "1684641123236054244"
OTHER = "1684641123236054245"
PROVIDERS = """
provider phone {
	kind = telnyx
	url = "%(url)s"
	password_file = "DIR/password"
	app = %(app)s
	prompts = "https://call.example.com/prompts"
	public_key = "%(key)s"
}
provider spare {
	kind = telnyx
	url = "%(spare)s"
	password_file = "DIR/password"
	app = %(spare_app)s
	prompts = "https://call.example.com/prompts"
	public_key = "%(key)s"
}
"""


class Play(trunks.Play):
    """Two telephones, and what Telnyx tells of them."""

    def tell(self, kind, c, **more):
        head, body = self.fake.sign(self.fake.event(kind, c, **more))
        got = {self.bridge.hook(head, body, self.name)
               for _ in range(self.times)}
        if got != {200}:
            tap.same(got, {200}, "taken: " + kind)

    def answer(self, c):
        c["state"] = "up"
        self.tell("call.answered", c, state="answered")

    def spoken(self, c):
        """Everything that was asked to be played so far is over."""
        for b in self.fake.commands(c, "playback_start"):
            self.tell("call.playback.ended", c, media_url=b["audio_url"],
                      status="completed")

    def press(self, c, key):
        self.tell("call.dtmf.received", c, digit=key)

    def gone(self, c, cause="normal_clearing", sip="unspecified"):
        c["state"] = "gone"
        self.tell("call.hangup", c, hangup_cause=cause, state="hangup",
                  sip_hangup_cause=sip, hangup_source="callee")

    def heard(self, c, prompt):
        def look():
            return any(b["audio_url"].endswith("/%s.wav" % prompt)
                       for b in self.fake.commands(c, "playback_start"))
        self.fake.wait(look)
        tap.same(look(), True, "hears " + prompt)

    def said(self, c, text, language):
        tap.same([(b["payload"], b["language"])
                  for b in self.fake.commands(c, "speak")],
                 [(text, language)], "and " + text)


def test_talk(b, fake, times):
    p = Play(b, fake, times)
    secret = b.accept(name=NAME, reference="Job 4711", lang="ar")
    a = p.leg("a")
    p.tell("call.initiated", a, direction="outgoing", state="bridging")
    b.until(secret, "ringing-a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.heard(a, "a-offer")
    p.heard(a, "a-name")
    p.heard(a, "a-press")
    p.said(a, NAME, "en-GB")
    p.press(a, "5")
    b.until(secret, "asking-a")
    p.press(a, "1")
    b.until(secret, "ringing-b")
    c = p.leg("b")
    p.answer(c)                 # before it is told to ring
    p.tell("call.initiated", c, direction="outgoing", state="bridging")
    b.until(secret, "asking-b")
    p.heard(c, "b-reference")
    p.heard(c, "b-press")
    p.said(c, "Job 4711", "arb")
    p.press(c, "1")
    b.until(secret, "talking")
    bridged = fake.commands(a, "bridge")
    tap.same([(x["call_control_id"], x["prevent_double_bridge"])
              for x in bridged], [(c["call_control_id"], True)],
             "joined, once")
    p.gone(c)
    b.until(secret, "talked")
    wait(lambda: a["state"] == "gone")
    tap.same(a["state"], "gone", "the other is hung up")
    p.gone(a)
    tap.same(b.idle(), True, "and it is over")
    tap.same([x["body"]["to"] for n, x in fake.calls.items()
              if n not in p.old], [A, DESK], "each was rung once")
    for x, cost in ((a, "0.0106"), (c, "0.0074")):
        p.tell("call.cost", x, status="success", total_cost=cost,
               billed_duration_secs=60, cost_parts=[{
                   "call_part": "sip-trunking", "cost": cost,
                   "currency": "USD", "rate": cost}])
    wait(lambda: b.admin.list(most=1)[0]["price_b"])
    tap.same([b.admin.list(most=1)[0]["price_" + x] for x in "ab"],
             ["0.0106 USD", "0.0074 USD"], "their prices are on record, "
             "though they came after the end")


def test_hooks(b, fake):
    """Whose it is, and when."""
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    key = nacl.signing.SigningKey(b"\x09" * 32)
    event = fake.event("call.answered", a, state="answered")
    head, body = fake.sign(event)
    now = time.time()
    for name, got in (
            ("unsigned", b.hook("", body)),
            ("signed by another", b.hook(*fake.sign(event, key=key))),
            ("changed", b.hook(head, body.replace(b"answered", b"ANSWERED"))),
            ("ten minutes old", b.hook(*fake.sign(event, now - 600))),
            ("of the future", b.hook(*fake.sign(event, now + 600)))):
        tap.same(got, 403, "refused: " + name)
    tap.same(b.hook(head, body, "nobody"), 404, "of no provider")
    tap.same(b.stage(secret) in ("starting", "ringing-a"), True,
             "and nothing has come of it")
    tap.same(b.log().count("hook=refused"), 1, "a person is told once")
    p.answer(a)
    b.until(secret, "asking-a")
    # a wrong key, thrice repeated by Telnyx, is one wrong key
    head, body = fake.sign(fake.event("call.dtmf.received", a, digit="7"))
    tap.same([b.hook(head, body) for _ in range(5)], [200] * 5,
             "one that is repeated is taken each time")
    b.until(secret, "asking-a")
    for key in "77":
        p.press(a, key)
    b.until(secret, "a-no-key")
    p.gone(a)
    tap.same(b.idle(), True, "three wrong keys are three")


def test_ends(b, fake):
    for cause, sip, want in (
            ("user_busy", "486", "a-busy"), ("timeout", "487", "a-no-answer"),
            ("call_rejected", "603", "a-declined"),
            ("not_found", "404", "a-unreachable")):
        p = Play(b, fake)
        secret = b.accept()
        a = p.leg("a")
        p.tell("call.initiated", a, direction="outgoing", state="bridging")
        p.gone(a, cause, sip)
        b.until(secret, want)
        tap.same(b.idle(), True, "over")
    # B does not come: A is told, then put down
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    p.answer(a)
    b.until(secret, "asking-a")
    p.press(a, "1")
    c = p.leg("b")
    p.gone(c, "user_busy", "486")
    b.until(secret, "b-busy")
    p.heard(a, "a-busy")
    p.spoken(a)
    wait(lambda: a["state"] == "gone")
    tap.same(a["state"], "gone", "A is put down when the apology is over")
    p.gone(a)
    tap.same(b.idle(), True, "over")


def test_unknown(b, fake):
    """The answer to Dial is lost: never dialled again, but found."""
    p = Play(b, fake)
    fake.odd.append(("/calls", 500, "10007", True))
    secret = b.accept()
    a = p.leg("a")
    wait(lambda: any("active_calls" in x[1] for x in fake.asked))
    p.answer(a)
    b.until(secret, "asking-a")
    tap.same(b.hang_up(secret), "cancelled", "hung up from the page")
    wait(lambda: a["state"] == "gone")
    tap.same(a["state"], "gone", "by the name that the event told")
    p.gone(a)
    tap.same(b.idle(), True, "over")
    # no event either: the leg is found by our own name
    p = Play(b, fake)
    fake.odd.append(("/calls", 500, "10007", True))
    secret = b.accept()
    a = p.leg("a")
    tap.same(b.hang_up(secret), "cancelled", "hung up before any event")
    wait(lambda: a["state"] == "gone")
    tap.same(a["state"], "gone", "found among the active calls")
    p.gone(a)
    tap.same(b.idle(), True, "over")
    tap.same(len(fake.calls) - len(p.old), 1, "dialled once")


def test_failover(b, fake, spare):
    for status, code, tries in ((422, "10016", 1), (429, "10011", 3)):
        p = Play(b, spare, name="spare")
        n = len(fake.asked)
        fake.odd += [("/calls", status, code, False)] * tries
        secret = b.accept()
        a = p.leg("a")
        tap.same(a is not None and a["body"]["to"], A,
                 "HTTP %d: the next provider rings" % status)
        tap.same(len([x for x in fake.asked[n:] if x[1] == "/calls"]), tries,
                 "asked so often before")
        fake.odd.clear()
        p.answer(a)
        b.until(secret, "asking-a")
        b.hang_up(secret)
        p.gone(a)
        tap.same(b.idle(), True, "over")


def test_two_connections(folder):
    """Of one account: their legs can be joined, so B goes by the other."""
    fake = faketelnyx.Telnyx(APP, OTHER)
    b = trunks.Bridge(folder, PROVIDERS % {
        "url": fake.url, "spare": fake.url, "app": APP, "spare_app": OTHER,
        "key": fake.public_key}, {"password": "KEY0123"})
    wait(lambda: b.ready() == [1, 1], 20)
    p = Play(b, fake)
    secret = b.accept()
    a = p.leg("a")
    p.answer(a)
    b.until(secret, "asking-a")
    fake.odd.append(("/calls", 422, "10016", False))
    p.press(a, "1")
    c = p.leg("b")
    tap.same([x and x["body"]["connection_id"] for x in (a, c)], [APP, OTHER],
             "B is refused, and rung by the next connection")
    p.name = "spare"
    p.answer(c)
    b.until(secret, "asking-b")
    p.press(c, "1")
    b.until(secret, "talking")
    tap.same([x["call_control_id"] for x in fake.commands(a, "bridge")],
             [c["call_control_id"]], "and joined with A")
    b.hang_up(secret)
    wait(lambda: (a["state"], c["state"]) == ("gone", "gone"))
    tap.same((a["state"], c["state"]), ("gone", "gone"),
             "both are put down, each by its own")
    p.gone(c)
    p.name = "phone"
    p.gone(a)
    tap.same(b.idle(), True, "over")
    tap.same(b.end(), 0, "ends")
    return fake


def test_combinations(b, fake):
    for number, destination, rung in COMBINATIONS:
        p = Play(b, fake)
        secret = b.accept(number, destination=destination)
        a = p.leg("a")
        p.answer(a)
        b.until(secret, "asking-a")
        p.press(a, "1")
        c = p.leg("b")
        tap.same(tuple(x["body"][k] for k in ("to", "from") for x in (a, c)),
                 rung + (PROXY, PROXY), "%s to %s" % (number, destination))
        tap.same(c["body"].get("send_digits_on_answer"),
                 "W42" if "ext" in destination else None, "its extension")
        b.hang_up(secret)
        p.gone(c)
        p.gone(a)
        tap.same(b.idle(), True, "over")


def test_leak(fakes):
    """Neither number is anywhere but where it is rung."""
    bad, n = [], 0
    for fake in fakes:
        for method, path, query, body in fake.asked:
            n += 1
            rest = dict(body)
            if (method, path) == ("POST", "/calls"):
                rest.pop("to")
            text = path + query + json.dumps(rest)
            bad += [path for one in NUMBERS if one in text]
    tap.check(bad if n > 50 else ["only %d requests" % n],
              "no number in %d requests but to whom they ring" % n)


# ---- the specification

def lines(name):
    with open("t/data/telnyx/" + name, encoding="utf-8") as f:
        return f.read().splitlines()


def test_spec(spec, fakes):
    tap.same(bool(spec.request_faults("POST", "/calls", {
        "connection_id": "1", "to": "+1", "from": "+1",
        "time_limit_sec": 60})), True, "a misspelt field would be seen")
    bad = []
    for fake in fakes:
        for method, path, _, body in fake.asked:
            bad += spec.request_faults(method, path, body)
    tap.check(sorted(set(bad)), "every request has the vendor's fields")
    schemas = spec.doc["components"]["schemas"]
    events = {}
    for name, schema in schemas.items():
        data = spec.properties(schema).get("data", {})
        kind = spec.properties(data).get("event_type", {})
        if name.endswith("Event") and "enum" in kind:
            events[kind["enum"][0]] = schema
    for line in lines("events"):
        name, _, text = line.partition("\t")
        event = json.loads(text)
        event.pop("meta")
        kind = event["data"]["event_type"]
        tap.check(spec.faults(event, events[kind]) if kind in events
                  else ["no event " + kind], "our transcript: " + name)
    asked = {"app": ("GET", "/call_control_applications/1"),
             "dial": ("POST", "/calls"), "find": ("GET", "/calls/v3:x"),
             "list": ("GET", "/connections/1/active_calls")}
    for line in lines("replies"):
        name, _, text = line.partition("\t")
        status, _, text = text.partition(" ")
        op = asked.get(name.split(".")[0],
                       ("POST", "/calls/v3:x/actions/hangup"))
        if name in ("dial.nameless", "app.503", "list.404"):
            continue            # not as it should be, and so meant
        tap.check(spec.answer_faults(*op, int(status), json.loads(text)),
                  "our transcript: " + name)


def scenarios(b, fake, spare):
    test_talk(b, fake, 1)
    test_talk(b, fake, 3)
    test_hooks(b, fake)
    test_ends(b, fake)
    test_unknown(b, fake)
    test_failover(b, fake, spare)
    test_combinations(b, fake)


def main():
    fakes = fake, spare = faketelnyx.Telnyx(APP), faketelnyx.Telnyx(APP)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        joined = test_two_connections(folder)
    trunks.play(fakes, lambda url, spare_url: PROVIDERS % {
        "url": url, "spare": spare_url, "app": APP, "spare_app": APP,
        "key": fake.public_key}, {"password": "KEY0123"}, scenarios, SPEC)
    test_leak((fake, spare, joined))
    trunks.against(SPEC, test_spec, fakes)
    tap.finish()


main()
