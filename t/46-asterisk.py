#!/usr/bin/python3
"""The bridge as shipped with Asterisk's interface: whole calls of all kinds of
legs over a fake; every request held against the interface's own description,
where that is there; and no number anywhere but where it is rung."""
import hashlib
import json
import os
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import fakeari                  # noqa: E402
import tap                      # noqa: E402
import trunks                   # noqa: E402
from trunks import (A, ANN, DESK, NAME, NUMBERS, PROXY,  # noqa: E402
                    SIP, wait)

SPEC = trunks.SPECS + "asterisk-ari/"
COMBINATIONS = (
    (A, DESK, "PJSIP/%s@trunk" % A, "PJSIP/%s@trunk" % DESK),
    (A, SIP, "PJSIP/%s@trunk" % A, "PJSIP/packet/" + SIP),
    (ANN, DESK, "PJSIP/packet/" + ANN, "PJSIP/%s@trunk" % DESK),
    (ANN, "sips:desk@example.com", "PJSIP/packet/" + ANN,
     "PJSIP/packet/sips:desk@example.com"),
    (A, DESK + ";ext=42", "PJSIP/%s@trunk" % A, "PJSIP/%s@trunk" % DESK))


def rung(fake, channel):
    return next(q for m, p, q in fake.asked
                if (m, p) == ("POST", "/channels/" + channel))


def played(fake, channel):
    return [q["media"][0] for m, p, q in fake.asked
            if p.startswith("/channels/%s/play" % channel)]


def test_talk(b, fake, n, case):
    number, destination, *want = case
    secret = b.accept(number, destination=destination, name=NAME)
    a = fake.wait_leg("a", n)
    fake.ring(a)
    b.until(secret, "ringing-a")
    fake.pick_up(a)
    b.until(secret, "asking-a")
    fake.press(a, "1")
    c = fake.wait_leg("b", n)
    fake.ring(c)
    fake.pick_up(c)
    b.until(secret, "asking-b")
    tap.same([rung(fake, x)["endpoint"][0] for x in (a, c)], want,
             "%s to %s" % (number, destination))
    tap.same([rung(fake, x)["callerId"][0] for x in (a, c)],
             ['"" <%s>' % PROXY] * 2, "each sees our number")
    wait(lambda: played(fake, c))
    tap.same(played(fake, c),
             ["sound:/prompts/en/b-offer,sound:/prompts/en/b-press"],
             "what B hears")
    dialled = [q["dtmf"][0] for m, p, q in fake.asked
               if p == "/channels/%s/dtmf" % c]
    tap.same(dialled, ["42"] if "ext" in destination else [],
             "its extension, before")
    fake.press(c, "1")
    b.until(secret, "talking")
    joined = [q for m, p, q in fake.asked if p.endswith("/addChannel")][-1]
    tap.same((joined["channel"], joined["inhibitConnectedLineUpdates"]),
             (["%s,%s" % (a, c)], ["true"]), "joined, and nobody is told")
    b.hang_up(secret)
    tap.same(b.idle(), True, "over")


def test_said(b, fake, n):
    """What there is a recording of, or can be spelled, is heard."""
    os.mkdir(b.path("names"))
    os.chmod(b.path("names"), 0o755)
    word = "name-" + hashlib.blake2b(NAME.encode(),
                                     digest_size=32).hexdigest()[:32]
    b.write("names/%s.wav" % word, "")
    for name, reference, lang, to, a_hears, b_hears in (
            (NAME, "Job-47", "de", "", "@a-name " + word,
             "de/b-offer @b-reference x-j x-o x-b x-4 x-7"),
            ("Somebody else", "0123456789abcdefg", "de", "", "",
             "de/b-offer"),
            (NAME, "Gr\u00fc\u00dfe", "xx", A, "@a-name " + word,
             "en/b-known")):
        n += 1
        more = {"offeree": to} if to else {}
        secret = b.accept(to[-3:] or A, name=name, reference=reference,
                          lang=lang, **more)
        a = fake.wait_leg("a", n)
        fake.pick_up(a)
        b.until(secret, "asking-a")
        fake.press(a, "1")
        c = fake.wait_leg("b", n)
        fake.pick_up(c)
        b.until(secret, "asking-b")
        wait(lambda: played(fake, c))
        tongue = b_hears[:2]
        tap.same(heard(b, fake, a)[0], (
            "en/a-offer %s en/a-press" % a_hears.replace("@", "en/")
        ).replace("  ", " "), "A hears whose offer it is")
        tap.same(heard(b, fake, c)[0], (
            b_hears.replace("@", tongue + "/").replace(
                " x-", " %s/x-" % tongue) + " %s/b-press" % tongue),
            "B hears who accepts, and the reference")
        b.hang_up(secret)
        tap.same(b.idle(), True, "over")


def heard(b, fake, channel):
    return [m.replace("sound:/prompts/", "").replace(
        "sound:%s/" % b.path("names"), "").replace(",", " ")
            for m in played(fake, channel)]


def test_leak(fake):
    bad = []
    for (method, path, query), body in zip(fake.asked, fake.bodies):
        rest = {k: v for k, v in query.items() if k != "endpoint"}
        text = path + json.dumps(rest) + body
        bad += [path for one in NUMBERS if one in text]
    tap.check(bad if len(fake.asked) > 50 else ["only %d requests"
                                                % len(fake.asked)],
              "no number in %d requests but to whom they ring"
              % len(fake.asked))


def operations():
    """{(method, parts of the path): its parameters by name}"""
    out = {}
    for name in os.listdir(SPEC):
        with open(SPEC + name, encoding="utf-8") as f:
            for api in json.load(f).get("apis", ()):
                for op in api.get("operations", ()):
                    out[op["httpMethod"], tuple(api["path"].split("/"))] = {
                        p["name"]: p for p in op.get("parameters", ())}
    return out


def faults(known, method, path, query, body):
    parts = path.split("/")
    for (verb, mine), parameters in known.items():
        if verb == method and len(mine) == len(parts) and all(
                m == p or m.startswith("{") and p
                for m, p in zip(mine, parts)):
            break
    else:
        return ["%s %s: there is no such operation" % (method, path)]
    given = set(query)
    if body:
        given |= {n for n, p in parameters.items()
                  if p["paramType"] == "body"} or {"a body"}
    bad = ["%s %s: no %s" % (method, path, n)
           for n in given - set(parameters)]
    return bad + ["%s %s: %s is missing" % (method, path, n)
                  for n, p in parameters.items() if p.get("required")
                  and p["paramType"] in ("query", "body") and n not in given]


def test_spec(fake):
    known = operations()
    tap.same((bool(faults(known, "POST", "/channels/x",
                          {"endpoint": 1, "calerId": 1}, "")),
              bool(faults(known, "POST", "/channels/x", {}, "")),
              bool(faults(known, "PUT", "/channels/x", {}, ""))),
             (True, True, True), "a fault would be seen")
    bad = set()
    for (method, path, query), body in zip(fake.asked, fake.bodies):
        bad |= set(faults(known, method, path, query, body))
    tap.check(sorted(bad), "every request has the interface's fields")


def scenarios(b, fake, _):
    for n, case in enumerate(COMBINATIONS):
        test_talk(b, fake, n + 1, case)
    test_said(b, fake, len(COMBINATIONS))


def main():
    fakes = fake, _ = fakeari.Ari(), fakeari.Ari()
    trunks.play(fakes, lambda *urls: "".join(
        fakeari.SECTION % one for one in zip(("phone", "spare"), urls)),
        {"password": "KEY0123"}, scenarios)
    test_leak(fake)
    if os.path.exists(SPEC):
        test_spec(fake)
    else:
        tap.note("the interface's description is not here")
    tap.finish()


main()
