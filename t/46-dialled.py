#!/usr/bin/python3
"""What is dialled is what was judged, and what is counted is the telephone,
however it is written: by the program as shipped, against who holds a key, an
offer or a link and would ring what he may not, or more often than he may."""
import os
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

OURS = ask.Keys(b"ours")
KNOWN = "+442079460723"
BOB, DESK, OWN = "+442079460123", "+442079460100", "+442079460177"

CONF = """
%s
key main {
	file = "DIR/sign.pub"
	accounts = {"*"}
	from_domains = {"*"}
	destinations = {"*"}
	max_uses = 255
}
"""
ACCOUNT = """account %(name)s {
	caller_id = "+442079460100"
	region = %(region)s
	countries = {%(region)s}
	providers = {pbx}
	sip_domains = {"example.com"}
	offeree_sip = %(sip)s
	per_number_10min = %(n)d
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 10000
	per_offer_attempts = 100
}
"""


def denied_numbers():
    return [(c, n) for c, n in shifted.denied_numbers()
            if n[0] == "+" and n[1:].isdigit()]


def configuration(url):
    accounts = [("sales", "GB", "yes", 1000), ("strict", "GB", "yes", 2)]
    accounts += [("in-" + c.lower(), c, "no", 1000)
                 for c in sorted({c for c, _ in denied_numbers()})]
    return shifted.HEAD + fakeari.SECTION % ("pbx", url) + CONF % "".join(
        ACCOUNT % dict(zip(("name", "region", "sip", "n"), a))
        for a in accounts)


def accept(b, number=BOB, **f):
    """What becomes of a new offer."""
    token, offer = ask.mint(OURS, **f)
    p = b.face()
    try:
        return p.accept(token, ask.nonce(OURS, offer), number)
    finally:
        p.close()


def dialled(ari, leg="a"):
    return [q["endpoint"][0] for _, p, q in list(ari.asked)
            if "endpoint" in q and p.endswith("-" + leg)]


# ---- destinations

def test_destinations(b, ari):
    """The key may offer any: the account may not ring these."""
    wrong, n = [], 0
    for country, number in denied_numbers():
        n += 1
        try:
            token, offer = ask.mint(OURS, account="in-" + country.lower(),
                                    destination=number)
        except (AssertionError, ValueError):
            continue            # too short to be packed
        p = b.face()
        got = p.look(token)["refusal"], p.accept(
            token, ask.nonce(OURS, offer), BOB)["refusal"]
        p.close()
        if got != ("token-bad", "token-bad"):
            wrong.append("%s %s: %s" % (country, number, got))
    tap.check(wrong, "%d numbers are no destinations" % n)
    tap.check([] if n >= 100 else [n], "they are 100 at least")
    for address in ("sip:desk@example.org", "sip:desk@192.0.2.1",
                    "sip:desk@127.0.0.1:5038", "sip:999@example.com",
                    "sip:+448712345678@example.com",
                    "sip:+4402079460100@example.com"):
        tap.same(accept(b, destination=address)["refusal"], "token-bad",
                 "no destination: " + address)
    tap.same(ari.rung(), [], "none of them is rung")
    for address in (DESK, "sip:desk@example.com", "sip:100@example.com"):
        tap.same(accept(b, destination=address)["refusal"], "ok",
                 "a destination: " + address)
        b.hang_up()


# ---- spelling

def test_canonical(b, ari):
    """With a nought that no telephone needs."""
    for known, want in (("+4402079460113", "ok"), ("+442079460113", "ok"),
                        ("+4402079460113", "too-many")):
        before = len(dialled(ari))
        tap.same(accept(b, "113", offeree=known, account="strict")["refusal"],
                 want, "the number known as " + known)
        if want == "ok":
            ari.wait_leg("a", before + 1)
        tap.same(dialled(ari)[before:], ["PJSIP/+442079460113@trunk"] * (
            want == "ok"), "is dialled as it was judged, or not")
        b.hang_up()


def test_spellings(b):
    """Two in ten minutes, of one telephone."""
    for first, others in (
            ("+442079460131", ("sip:+442079460131@example.com",
                               "sips:+442079460131@EXAMPLE.com:5062",
                               "+44 (20) 7946-0131",
                               "+442079460131;ext=12")),
            ("sip:bob@example.com", ("sip:BOB@example.com",
                                     "sips:bob@example.com",
                                     "sip:Bob@example.com:5061"))):
        for _ in range(2):
            tap.same(accept(b, first, account="strict")["refusal"], "ok",
                     first)
            b.hang_up()
        for other in (first,) + others:
            tap.same(accept(b, other, account="strict")["refusal"],
                     "too-many", "the third: " + other)
    for odd in ("sip:+44-20-7946-0141@example.com",
                "sip:+442079460141=1@example.com",
                "sip:442079460141_1@example.com",
                "sip:00442079460141~@example.com"):
        tap.check([] if accept(b, odd)["refusal"] in
                  ("number-bad", "number-denied") else [odd],
                  "a number in disguise: " + odd)


# ---- one page, two numbers

def never_again(b, ari, number, **f):
    """Who answers there presses 9."""
    n = len(dialled(ari))
    got = accept(b, number, **f)
    tap.same(got["refusal"], "ok", "rung once: " + number)
    channel = ari.wait_leg("a", n + 1)
    ari.pick_up(channel)
    wait_stage(b, got["secret"], "asking-a")
    ari.press(channel, "9")
    tap.same(wait_stage(b, got["secret"], "ended"), "a-blocked", "and 9")
    ari.gone(channel, 16)
    b.hang_up()
    tap.same(accept(b, number, **f)["refusal"], "number-denied",
             "never again")


def wait_stage(b, secret, stage):
    """How it has ended, if it has."""
    p = b.face()
    for _ in range(500):
        status = p.status(secret)
        if status["stage"] == stage:
            break
        time.sleep(0.02)
    p.close()
    return status["end"]


def test_twins(b, ari):
    """One page sent twice in one breath, with a number that is refused in the
    commit, and with his whom it is to annoy: the caps count him."""
    never_again(b, ari, OWN)
    got = []
    for _ in range(5):
        token, offer = ask.mint(OURS, account="strict", uses=255)
        nonce = ask.nonce(OURS, offer)
        p = b.face()
        p.sock.sendall(b"".join(
            (len(body) + 5).to_bytes(4, "big") + n.to_bytes(4, "big")
            + bytes([ask.ACCEPT]) + body for n, body in enumerate((
                p.accept_body(token, nonce, OWN),
                p.accept_body(token, nonce, "+442079460151")))))
        got.append([p.accepted(ask.Reader(p.hear()[2]))["refusal"]
                    for _ in range(2)])
        p.close()
        b.hang_up()
    rung = dialled(ari).count("PJSIP/+442079460151@trunk")
    tap.check([] if rung <= 2 else [rung, got],
              "nobody is rung more often than he may be")


# ---- longer numbers

def test_longer(b, ari):
    """Networks whose numbers are of any length may ignore what is dialled
    beyond one: it is the same telephone that rings."""
    german = {"account": "in-de", "destination": "+4930123456"}
    never_again(b, ari, "+493012345678", **german)
    for tail in ("0", "99", "017"):
        tap.same(accept(b, "+493012345678" + tail, **german)["refusal"],
                 "number-denied", "nor with %s behind it" % tail)
    for other in ("+493012345679", "+49301234567"):
        tap.same(accept(b, other, **german)["refusal"], "ok",
                 "others are rung: " + other)
        b.hang_up()


# ---- digits of a number that is known

def test_guesses(b):
    """The last three digits are asked of who holds the link; he cannot try
    them all."""
    token, offer = ask.mint(OURS, offeree=KNOWN)
    p = b.face()
    got = [p.accept(token, ask.nonce(OURS, offer), "%03d" % n)["refusal"]
           for n in range(100)]
    tap.check([] if got[0] == "number-wrong" and got.count("number-wrong")
              <= 10 else [got], "wrong digits are taken ten times at most")
    tap.same(p.accept(token, ask.nonce(OURS, offer), "723")["refusal"],
             "too-many", "and then not even the right ones are told apart")
    p.close()
    tap.same(accept(b, "723", offeree=KNOWN)["refusal"], "ok",
             "another offer is another matter")
    b.hang_up()


def main():
    ari = fakeari.Ari()
    with tempfile.TemporaryDirectory() as folder:
        b = shifted.Bridge(folder, configuration(ari.url), OURS)
        try:
            b.start()
            test_destinations(b, ari)
            test_canonical(b, ari)
            test_spellings(b)
            test_twins(b, ari)
            test_longer(b, ari)
            test_guesses(b)
        finally:
            b.stop()
    tap.finish()


threading.excepthook = lambda args: None
main()
