#!/usr/bin/python3
"""The bridge as shipped, over its two sockets: offers by another hand, a
provider that is not there, and one that is a little of Asterisk."""
import os
import pwd
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import askpeer as ask           # noqa: E402
import fakeari                  # noqa: E402
import home                     # noqa: E402
import tap                      # noqa: E402
from tap import same            # noqa: E402

PROGRAM = os.path.join(home.B, "calloffer-bridge")
OURS, OTHERS, BAD = (ask.Keys(label) for label in (b"ours", b"others", b"bad"))
ALICE, BOB, PROXY = "+442079460123", "+442079460199", "+442079460100"
SHOWN = "+44 20 7946 0100"

CONF = """
public = "https://call.example.com"
%(user)s
journal = "%(dir)s/journal"
unseal_keys = {"%(dir)s/unseal.key"}
mac_key = "%(dir)s/mac.key"
stop_file = "%(dir)s/stop"
face = "%(dir)s/face"
face_mode = 0666
face_users = {"%(uid)d"}
admin = "%(dir)s/admin"
admin_mode = 0666
admin_users = {"%(uid)d"}
provider pbx {
	kind = asterisk
	url = "%(url)s"
	user = calloffer
	password_file = "%(dir)s/password"
	app = calloffer
	trunk_pstn = "PJSIP/%%s@trunk"
	trunk_sip = "PJSIP/packet/%%s"
	prompts = "/prompts"
}
account sales {
	caller_id = "%(proxy)s"
	region = GB
	countries = {GB, US}
	providers = {pbx}
	sip_domains = {"example.com"}
	price = "local rate"
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_client_10min = 2
	per_offeror_day = 1000
	per_offer_attempts = 5
}
account small {
	caller_id = "%(proxy)s"
	region = GB
	providers = {pbx}
	per_day = 1
}
key main {
	file = "%(dir)s/sign.pub"
	accounts = {"*"}
	from_domains = {"example.com"}
	destinations = {"+44*", "+1*"}
	max_uses = 3
	max_lifetime = 30d
}
key bad {
	file = "%(dir)s/bad.pub"
	accounts = {"*"}
	from_domains = {"*"}
	destinations = {"*"}
	state = compromised
}
"""


def check(passed, name, *seen):
    tap.check([] if passed else seen or ["it is not so"], name)


class Bridge(home.Home):
    """A folder, and the program in it."""

    def __init__(self, folder):
        super().__init__(folder, OURS, {
            "bad.pub": "calloffer-verify-1 " + ask.b64(BAD.verify),
            "password": "secret"})

    def configure(self, url, edit=lambda s: s):
        self.write("conf", edit(CONF % {
            "dir": self.dir, "uid": os.getuid(), "url": url, "proxy": PROXY,
            "user": self.user_line()}))

    def call(self, *options):
        return subprocess.run([PROGRAM, "-c", self.path("conf"), *options],
                              capture_output=True, text=True, timeout=20,
                              check=False)

    def start(self):
        with open(self.path("log"), "ab") as log:
            self.run = subprocess.Popen(
                [PROGRAM, "-d", "-c", self.path("conf")], stderr=log)
        for _ in range(500):
            try:
                return ask.Peer(self.path("admin")).close()
            except OSError:
                time.sleep(0.02)
        raise SystemExit("the bridge does not start:\n" + self.log())

    def reload(self):
        before = self.log().count("\n")
        self.run.send_signal(signal.SIGHUP)
        for _ in range(500):
            lines = self.log().splitlines()[before:]
            if any("configuration" in line for line in lines):
                return "\n".join(lines)
            time.sleep(0.02)
        return ""

    def face(self):
        return ask.Peer(self.path("face"))

    def admin(self):
        return ask.Peer(self.path("admin"))


# ---- configuration

def test_configuration(b):
    def line_of(word):
        with open(b.path("conf"), encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                if word in line:
                    return n

    cases = (
        ("unknown key", "per_day = 1", "per_dya = 1"),
        ("bad value", "per_day = 1", "per_day = one"),
        ("out of bounds", "max_uses = 3", "max_uses = 300"),
        ("missing file", "/unseal.key", "/nothing.key"),
        ("missing password", "/password", "/no-password"),
        ("loose key", "/mac.key", "/loose.key"),
        ("no such kind", "kind = asterisk", "kind = asteriks"),
        ("no such provider", "providers = {pbx}", "providers = {pxb}"),
        ("no such user", 'face_users = {"', 'face_users = {"no-such-user'),
        ("a trunk that dials nothing", "PJSIP/%s@trunk", "PJSIP/trunk"))
    b.write("loose.key", open(b.path("mac.key"), encoding="utf-8").read())
    for name, old, new in cases:
        b.configure("http://127.0.0.1:1/ari", lambda s: s.replace(old, new))
        got = b.call("-n")
        want = r"%s:(\d+): [^\n]+\n" % re.escape(b.path("conf"))
        match = re.fullmatch(want, got.stderr)
        check(got.returncode == 78 and match, "refused with 78: " + name,
              got.returncode, got.stderr)
        if name.startswith("a trunk"):
            continue
        same(int(match.group(1)) if match else 0, line_of(new),
             "with the line")
        same(b.call().returncode, 78, "not started either")
    for kind in "asterisk telnyx twilio signalwire vonage bandwidth".split():
        b.configure("http://127.0.0.1:1/ari", lambda s: s.replace(
            b.path("password"), "").replace("asterisk", kind))
        for got in b.call("-n"), b.call():
            check(got.returncode == 78 and got.stderr.startswith(
                "%s:%d: password_file: " % (
                    b.path("conf"), line_of("password_file"))),
                "no password: " + kind, got.returncode, got.stderr)
    same(subprocess.run([PROGRAM, "-x"], capture_output=True,
                        check=False).returncode, 64, "a wrong option")
    b.configure("http://127.0.0.1:1/ari")
    got = b.call("-n")
    same((got.returncode, got.stderr), (0, ""), "a good configuration")
    facts = b.call("--facts").stdout.splitlines()
    for want in ("url https://call.example.com", "face " + b.path("face"),
                 "verify %s live" % OURS.sign_id.hex(),
                 "verify %s compromised" % BAD.sign_id.hex(),
                 "unseal %s %s" % (OURS.seal_id.hex(), b.path("unseal.key")),
                 "scope %s accounts *" % OURS.sign_id.hex(),
                 "scope %s from_domains example.com" % OURS.sign_id.hex(),
                 "scope %s destinations +44*" % OURS.sign_id.hex(),
                 "scope %s destinations +1*" % OURS.sign_id.hex(),
                 "account sales", "account small",
                 "lifetime 2592000"):
        check(want in facts, "--facts: " + want.split()[0], facts)
    check(not any(f.startswith("unheard") for f in facts),
          "--facts: everybody can be warned", facts)
    got = b.call("--accounts", "small").stdout
    check("account small {" in got and "per_day = 1\n" in got
          and "sales" not in got, "--accounts NAME", got)
    same(b.call("--accounts", "none").returncode, 64, "no such account")


def test_sample(b):
    """Every key of the program is in the sample and in the manual."""
    with open("etc/bridge.conf", encoding="utf-8") as f:
        sample = re.sub(r"(?m)^(\s*)#([a-z_0-9]+ = )", r"\1\2", f.read())
    with open("etc/man/calloffer-bridge.conf.5", encoding="utf-8") as f:
        manual = f.read()
    with open("bridge-client/contract/contract.c", encoding="utf-8") as f:
        code = f.read()
    keys = re.findall(r"(?:STRING|LIST|COUNT|TIME)\([^\"]*?\"(\w+)\"|"
                      r"\{ \"(\w+)\", CONF_(?!SECTION)", code)
    keys = {a or c for a, c in keys if (a or c)[0] != "_"} | {
        s + part for s in ("face", "admin")
        for part in ("", "_group", "_mode", "_users")}
    check(len(keys) > 40, "the program has keys (%d)" % len(keys))
    for key in sorted(keys):
        check(re.search(r"(?m)^\s*%s = " % key, sample)
              and re.search(r"\.It Ic (.* )?%s\b" % key, manual),
              "in the sample and in the manual: " + key)
    user = pwd.getpwuid(os.getuid()).pw_name
    for old, new in ((r"/etc/calloffer/keys/asterisk.", b.path("")),
                     (r"/etc/calloffer/keys", b.dir),
                     (r"/etc/calloffer/deny", "/dev/null"),
                     (r"/etc/calloffer/rates.csv", b.path("rates.csv")),
                     (r"(?m)^(face_|admin_)?group = .*", ""),
                     (r"calloffer-(acceptd|bridge)", b.user or user)):
        sample = re.sub(old, new, sample)
    b.write("conf", sample)
    b.write("rates.csv", "prefix,minute\n44,0.01\n")
    got = b.call("-n")
    same((got.returncode, got.stderr), (0, ""),
         "the sample with every key, at these places")


# ---- offers

def token(keys=OURS, **f):
    return ask.mint(keys, **f)


def test_look(b):
    p = b.face()
    good, offer = token(lang="de")
    got = p.look(good, "192.0.2.0/24")
    first = got.pop("nonce")
    check(0 < got.pop("not_after") - time.time() <= 86401, "not after")
    same(got, {"refusal": "ok", "name": "Alice Doe",
               "address": "alice@example.com", "opens_at": 0,
               "caller": SHOWN, "region": "GB", "known_region": "",
               "price": "local rate", "lang": "de"}, "a good offer")
    check(len(first) == 43 and p.look(good)["nonce"] != first,
          "a nonce, another each time")
    same(p.look(token(offeree="+12015550123")[0])["known_region"], "US",
         "where the number is known: its country")
    closed = token(window=(127, 0, 1, "Etc/GMT%+d" % (
        (time.gmtime().tm_hour + 12) % 24 - 12)))
    open_now = token(window=(127, 0, 1440, "Europe/Berlin"))
    hour = time.gmtime(time.time() + 7200).tm_hour
    later = token(window=(127, hour * 60, hour * 60 + 1, "UTC"))
    del closed
    same(p.look(open_now[0])["refusal"], "ok", "within its hours")
    got = p.look(later[0])
    check(got["refusal"] == "closed"
          and 0 < got["opens_at"] - time.time() <= 86400
          and got["nonce"] == "", "outside: when it opens", got)
    got = p.look(token(window=(127, 0, 1440, "No/Where"))[0])
    same((got["refusal"], got["opens_at"]), ("closed", 0),
         "in no known zone: closed")
    got = p.look(token(minted=-86401)[0])
    same((got["refusal"], got["name"], got["nonce"]),
         ("expired", "Alice Doe", ""), "expired")
    forged = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
    for name, bad in (
            ("nothing", ""), ("no token", "hello"),
            ("a changed one", forged), ("a cut one", good[:-1]),
            ("of another key", token(OTHERS)[0]),
            ("of a compromised key", token(BAD)[0]),
            ("sealed to another key",
             ask.mint(OURS, sealed=b"\0" * 112)[0]),
            ("no such account", token(account="none")[0]),
            ("another domain", token(offeror="a@example.org")[0]),
            ("another destination", token(destination="+33142345678")[0]),
            ("too many uses", token(uses=4)[0]),
            ("too long a life", token(lives=30 * 86400 + 1)[0]),
            ("minted in the future", token(minted=3600)[0])):
        got = p.look(bad)
        same((got["refusal"], got["name"], got["address"], got["caller"],
              got["nonce"]), ("token-bad", "", "", "", ""),
             "token: " + name)
    p.close()
    return offer


def test_check(b):
    p = b.face()
    good, _ = token()
    for number, region, want in (
            ("020 7946 0123", "", ("ok", "+442079460123",
                                   "+44 20 7946 0123", "GB")),
            ("201 555 0123", "US", ("ok", "+12015550123",
                                    "+1 201-555-0123", "US")),
            ("0871 234 5678", "", ("number-denied", "", "", "")),
            ("+33142345678", "", ("number-denied", "", "", "")),
            ("999", "", ("number-denied", "", "", "")),
            ("sip:bob@example.com", "", ("number-denied", "", "", "")),
            ("12", "", ("number-bad", "", "", "")),
            ("", "", ("number-bad", "", "", ""))):
        same(p.check(good, number, region), want, "number: %r" % number)
    same(p.check("x", "+442079460123")[0], "token-bad", "without an offer")
    p.close()


def test_refused(b):
    """All the ways in which an acceptance is refused before a call."""
    p = b.face()
    good, offer = token()
    other, other_offer = token()
    known, known_offer = token(offeree=BOB)
    packet, packet_offer = token(offeree="sip:bob@example.org")
    denied, denied_offer = token(offeree="+448712345678")
    far, far_offer = token(destination="+448712345678")
    old, old_offer = token(minted=-86401)
    del other, far
    n = ask.nonce(OURS, offer)
    for name, want, args in (
            ("no token", "token-bad", ("x", n, BOB)),
            ("expired", "expired", (old, ask.nonce(OURS, old_offer), BOB)),
            ("no nonce", "nonce-bad", (good, "", BOB)),
            ("a nonce of another offer", "nonce-bad",
             (good, ask.nonce(OURS, other_offer), BOB)),
            ("a nonce of another key", "nonce-bad",
             (good, ask.nonce(OTHERS, offer), BOB)),
            ("too soon", "nonce-early",
             (good, ask.nonce(OURS, offer, 1), BOB)),
            ("from the future", "nonce-early",
             (good, ask.nonce(OURS, offer, -60), BOB)),
            ("too late", "nonce-late",
             (good, ask.nonce(OURS, offer, 1801), BOB)),
            ("no number", "number-bad", (good, n, "")),
            ("a national number", "number-bad", (good, n, "02079460199")),
            ("three digits", "number-bad", (good, n, "199")),
            ("a premium number", "number-denied",
             (good, n, "+448712345678")),
            ("a satellite", "number-denied", (good, n, "+881612345678")),
            ("a SIP address", "number-denied",
             (good, n, "sip:bob@example.com")),
            ("other digits of the known number", "number-wrong",
             (known, ask.nonce(OURS, known_offer), "123")),
            ("the whole known number", "number-wrong",
             (known, ask.nonce(OURS, known_offer), BOB)),
            ("digits of a known address", "number-wrong",
             (packet, ask.nonce(OURS, packet_offer), "com")),
            ("another than the known address", "number-wrong",
             (packet, ask.nonce(OURS, packet_offer), "sip:eve@example.com")),
            ("a known address that may not be rung", "number-denied",
             (packet, ask.nonce(OURS, packet_offer), "sip:bob@example.org")),
            ("a known number that may not be rung", "number-denied",
             (denied, ask.nonce(OURS, denied_offer), "678"))):
        got = p.accept(*args)
        same((got["refusal"], got["secret"], got["call"]),
             (want, "", bytes(16)), "refused: " + name)
    del far_offer
    b.write("stop", "")
    same(p.accept(good, n, BOB)["refusal"], "stopped", "the kill switch")
    same(p.look(good)["refusal"], "stopped", "and its page")
    os.unlink(b.path("stop"))
    same(p.look(good)["refusal"], "ok", "which is lifted")
    p.close()


def test_unreachable(b):
    """Nobody is there to place the call."""
    p, a = b.face(), b.admin()
    for when in ("refused", "and not counted"):
        good, offer = token(account="small")
        got = p.accept(good, ask.nonce(OURS, offer), BOB)
        same(got["refusal"], "no-provider", "without a provider: " + when)
    same(a.list(), [], "and nothing is recorded")
    health = a.health()
    check(health["journal_ok"] == 1 and health["stopped"] == 0
          and len(health["providers"]) == 1
          and health["providers"][0][:2] == ("pbx", 0)
          and health["providers"][0][2] != "", "health", health)
    p.close()
    a.close()


def wait_end(p, secret):
    for _ in range(500):
        got = p.status(secret)
        if got["stage"] in ("ended", "none"):
            return got
        time.sleep(0.02)
    return got


# ---- calls

def wait_ready(b):
    a = b.admin()
    for _ in range(500):
        if a.health()["providers"][0][1]:
            break
        time.sleep(0.02)
    a.close()


def test_call(b, ari):
    p, q = b.face(), b.face()
    good, offer = token(uses=1)
    n = ask.nonce(OURS, offer)
    got = p.accept(good, n, BOB, lang="de")
    same(got["refusal"], "ok", "accepted")
    secret = got["secret"]
    same(secret, ask.secret_of(OURS, got["call"]), "the page's address")
    again = p.accept(good, n, BOB)
    same((again["refusal"], again["secret"]), ("ok", secret),
         "a double click is the same call")
    same(p.accept(good, ask.nonce(OURS, offer, 1801, got["call"]), BOB)
         ["secret"], secret, "even from a page that has grown old")
    same(p.accept(good, ask.nonce(OURS, offer), ALICE)["refusal"],
         "in-call", "another page of the offer: a call goes on")
    same(p.look(good)["refusal"], "in-call", "and so says its page")

    status = q.status(secret, 1)
    check(status["stage"] in ("starting", "ringing-a"), "subscribed", status)
    same((status["name"], status["caller"], status["lang"]),
         ("Alice Doe", SHOWN, "de"), "what the page tells")
    leg_a = ari.wait_leg("a")
    ari.ring(leg_a)
    seen = until(q, status, "ringing-a")
    ari.pick_up(leg_a)
    seen = until(q, seen, "asking-a")
    same(len(ari.rung()), 1, "B is not rung before A's key")
    ari.press(leg_a, "1")
    seen = until(q, seen, "ringing-b")
    leg_b = ari.wait_leg("b")
    ari.ring(leg_b)
    ari.pick_up(leg_b)
    seen = until(q, seen, "asking-b")
    ari.press(leg_b, "1")
    seen = until(q, seen, "talking")
    same(ari.rung(), ["PJSIP/%s@trunk" % BOB, "PJSIP/%s@trunk" % PROXY],
         "A's number, then the destination, once each")
    got = p.status(secret, 0, ask.HANGUP)
    same((got["stage"], got["end"]), ("ended", "talked"),
         "hung up from the page")
    until(q, seen, "ended")
    same(p.look(good)["refusal"], "used-up", "used up")
    same(p.accept(good, ask.nonce(OURS, offer), BOB)["refusal"], "used-up",
         "and not accepted again")
    same(p.status(secret)["stage"], "ended", "the page is still there")
    other = secret[:-1] + ("E" if secret[-1] == "A" else "A")
    same(p.status(other)["stage"], "none", "no other page is")
    same(p.status("")["stage"], "none", "nor one without an address")
    p.close()
    q.close()


def test_language(b, ari):
    """A language without prompts: the first that has some is spoken."""
    p = b.face()
    good, offer = token(uses=1)
    got = p.accept(good, ask.nonce(OURS, offer), "+442079460298", lang="it")
    same(got["refusal"], "ok", "accepted in Italian")
    same(p.status(got["secret"])["lang"], "en", "no prompts in this language")
    p.status(got["secret"], 0, ask.HANGUP)
    p.close()
    wait_idle(b)


def test_crowd(b):
    """So many watch on one connection that no more can: it is hung up."""
    p, q = b.face(), b.face()
    good, offer = token(uses=1)
    secret = p.accept(good, ask.nonce(OURS, offer), "+442079460299")["secret"]
    for _ in range(16384):
        p.send(ask.STATUS, ask.text(secret) + b"\1")
        p.hear()
    p.send(ask.HANGUP, ask.text(secret) + b"\0")
    for _ in range(250):
        stage = q.status(secret)["stage"]
        if stage == "ended":
            break
        time.sleep(0.02)
    same(stage, "ended", "hung up, whoever else watches")
    p.close()
    q.close()
    wait_idle(b)


def wait_idle(b):
    """Until every leg of every call is down."""
    a = b.admin()
    for _ in range(500):
        if a.health()["open"] == 0:
            break
        time.sleep(0.02)
    a.close()


def until(p, status, stage):
    """The next answers of a subscription, until this stage."""
    seen = [status["stage"]]
    while status["stage"] != stage and seen[-1] != "ended":
        status = p.next_status()
        seen.append(status["stage"])
    check(status["stage"] == stage, "told: " + stage, seen)
    return status


def test_at_once(b):
    """Fifty acceptances of one single-use link in one breath."""
    good, offer = token(uses=1)
    peers = [b.face() for _ in range(5)]
    bodies = [ask.Peer.accept_body(good, ask.nonce(OURS, offer), "+4420794602"
                                   "%02d" % i) for i in range(50)]
    for i, body in enumerate(bodies):
        peers[i % 5].send(ask.ACCEPT, body)
    got = [ask.Peer.accepted(ask.Reader(peers[i % 5].hear()[2]))
           for i in range(50)]
    words = sorted(g["refusal"] for g in got)
    same(words, ["in-call"] * 49 + ["ok"], "50 at once: one call, 49 answers")
    same(len({g["secret"] for g in got}), 2, "one address")
    p = peers[0]
    secret = [g["secret"] for g in got if g["secret"]][0]
    status = p.status(secret, 0, ask.HANGUP)
    same((status["stage"], status["end"]), ("ended", "cancelled"),
         "cancelled before it was answered")
    wait_idle(b)
    same(p.look(good)["refusal"], "ok", "the use is given back")

    # the same page, fifty times
    n = ask.nonce(OURS, offer)
    for q in peers:
        for _ in range(10):
            q.send(ask.ACCEPT, ask.Peer.accept_body(good, n, BOB))
    got = [ask.Peer.accepted(ask.Reader(q.hear()[2]))
           for q in peers for _ in range(10)]
    same({g["refusal"] for g in got}, {"ok"}, "one page fifty times: fine")
    same(len({g["secret"] for g in got}), 1, "and one call")
    p.status(got[0]["secret"], 0, ask.HANGUP)
    wait_idle(b)
    for q in peers:
        q.close()


def test_caps(b):
    p = b.face()
    for i, want in enumerate(("ok", "ok", "too-many")):
        good, offer = token()
        got = p.accept(good, ask.nonce(OURS, offer), "+4420794603%02d" % i,
                       client="198.51.100.0/24")
        same(got["refusal"], want, "from one network: %d" % i)
        if want == "ok":
            p.status(got["secret"], 0, ask.HANGUP)
    check(500 < got["retry_at"] - time.time() <= 600, "and when again")
    good, offer = token(account="small")
    got = p.accept(good, ask.nonce(OURS, offer), "+442079460401")
    same(got["refusal"], "ok", "the one of a small account")
    first = token()
    got = p.accept(first[0], ask.nonce(OURS, first[1]), "+442079460401")
    same(got["refusal"], "too-many", "one call to a number at a time")
    p.status(ask.secret_of(OURS, b.admin().list(most=1)[0]["call"]), 0,
             ask.HANGUP)
    good, offer = token(account="small")
    got = p.accept(good, ask.nonce(OURS, offer), "+442079460402")
    same(got["refusal"], "too-many", "no second in a day")
    p.close()


def test_admin(b, ari):
    a, p = b.admin(), b.face()
    calls = a.list()
    check(len(calls) >= 5 and all(c["stage"] == "ended" for c in calls),
          "a list of calls", calls)
    same([c["call"] for c in a.list(most=2)], [c["call"] for c in calls[:2]],
         "the newest first, as many as wanted")
    one = calls[-1]
    same([c["call"] for c in a.list(offer=one["offer"])], [one["call"]],
         "of one offer")
    same(a.list(since=int(time.time()) + 3600), [], "since a moment")
    wait_idle(b)
    same(a.list(open_only=1), [], "none is open")
    same((one["account"], one["offeror"], one["end"], one["provider"]),
         ("sales", "alice@example.com", "talked", "pbx"), "its facts")
    check(BOB not in str(calls) and PROXY not in str(calls)
          and one["a"].endswith("99"), "numbers are redacted", one)
    for name, by in (("offer", 1), ("tag", 2), ("sender", 3)):
        sender = name + "@example.com"
        good, offer = token(offeror=sender, minted=-5)
        same(p.look(good)["refusal"], "ok", "an offer")
        got = a.revoke(by, offer=offer if by == 1 else bytes(16),
                       tag=ask.tag_of(sender) if by == 2 else bytes(16),
                       sender=sender if by == 3 else "")
        same(got, ("ok", 0), "revoked by its " + name)
        same(p.look(good)["refusal"], "revoked", "and so says its page")
        same(p.accept(good, ask.nonce(OURS, offer), BOB)["refusal"],
             "revoked", "and it is not accepted")
    good, offer = token()
    got = p.accept(good, ask.nonce(OURS, offer), "+442079460501")
    same(got["refusal"], "ok", "a call")
    same(len(a.list(open_only=1)), 1, "which is open")
    same(a.health()["open"], 1, "and counted")
    same(a.revoke(1, offer=offer, hangup=1), ("ok", 1),
         "its offer revoked, with hang-up")
    status = wait_end(p, got["secret"])
    same(status["end"], "revoked", "ends the call")

    several = []
    for i in range(5):
        good, offer = token()
        got = p.accept(good, ask.nonce(OURS, offer), "+44207946051%d" % i)
        several.append((offer, got["secret"]))
    listed = a.list(open_only=1)
    same({c["offer"] for c in listed}, {o for o, _ in several},
         "five are open")
    same([c["call"] for c in listed],
         sorted((c["call"] for c in listed), reverse=True), "newest first")
    same([c["call"] for c in a.list(open_only=1, most=2)],
         [c["call"] for c in listed[:2]], "as many as wanted")
    same([c["offer"] for c in a.list(open_only=1, offer=several[2][0])],
         [several[2][0]], "of one offer")
    for _, secret in several:
        p.status(secret, 0, ask.HANGUP)
        wait_end(p, secret)

    n = len(ari.rung())
    for args, want in (
            (("none", ALICE, BOB), "token-bad"),
            (("sales", "+448712345678", BOB), "number-denied"),
            (("sales", ALICE, "+881612345678"), "number-denied"),
            (("sales", ALICE, BOB), "ok")):
        got = a.test(*args)
        same(got["refusal"], want, "test call %s %s %s" % args)
    ari.wait_leg("a", len([r for r in ari.rung()]) - n)
    status = p.status(got["secret"], 0, ask.HANGUP)
    same(status["end"], "cancelled", "which can be hung up")
    a.close()
    p.close()


# ---- peers that misbehave

def test_peers(b):
    def cut(peer, verb, body, name):
        peer.send(verb, body)
        check(peer.is_ended(), name)
        peer.close()

    for verb in (ask.LIST, ask.REVOKE, ask.TEST, ask.HEALTH, ask.ERASE):
        cut(b.face(), verb, b"", "the face asks the administrator's %d" % verb)
    good = ask.text("x")
    for verb in (ask.LOOK, ask.CHECK, ask.ACCEPT, ask.STATUS, ask.HANGUP,
                 ask.HOOK):
        cut(b.admin(), verb, good + b"\0\0",
            "the administrator asks the face's %d" % verb)
    for name, verb, body in (
            ("verb 0", 0, b""), ("verb 255", 255, b""),
            ("an empty question", ask.LOOK, b""),
            ("bytes left over", ask.LOOK, good + good + b"!"),
            ("a length beyond", ask.LOOK, b"\xff\xff"),
            ("a token too long", ask.LOOK,
             ask.text("A" * 513) + ask.text("")),
            ("a flag of two", ask.STATUS, good + b"\2")):
        cut(b.face(), verb, body, "cut: " + name)
    for name, raw in (("HTTP", b"GET / HTTP/1.0\r\n\r\n"),
                      ("a frame too long", b"\0\1\0\1"),
                      ("a frame too short", b"\0\0\0\4")):
        p = b.face()
        p.sock.sendall(raw)
        check(p.is_ended(), "cut: " + name)
        p.close()

    p = b.face()
    one = struct.pack(">IIB", 5 + 4, 7, ask.LOOK) + ask.text("") * 2
    for i in range(len(one) - 1):
        p.sock.sendall(one[i:i + 1])
    p.sock.sendall(one[-1:] + one + one[:3])
    same([p.hear()[0], p.hear()[0]], [7, 7], "frames in bits and pieces")
    p.close()

    p = b.face()
    hook = b"".join(map(ask.text, ("pbx", "POST", "/hook/pbx", "a: b\n",
                                   b"body")))
    r = p.ask(ask.HOOK, hook)
    same((r.number(2), r.text(), r.data), (404, "", b"\0\0"),
         "a hook that nobody wants")

    # one that asks and never listens
    deaf = b.face()
    deaf.sock.settimeout(0.5)
    data = one * 20000
    try:
        for _ in range(50):
            deaf.sock.sendall(data)
        check(False, "a deaf peer is no longer read")
    except OSError as e:
        check(True, "a deaf peer is no longer read (%s)" % e)
    same(p.look("x")["refusal"], "token-bad", "the others are still served")
    for _ in range(150):        # ten seconds of patience
        try:
            deaf.sock.send(b"\0")
        except socket.timeout:
            continue
        except OSError:
            break
    check("stuck" in b.log() or "does not fetch" in b.log(),
          "and it is cut in the end")
    deaf.close()
    p.close()
    test_greedy(b)

    if os.getuid() == 0:
        for name in ("face", "admin"):
            same(knock_as_other(b.path(name)), b"refused",
                 "another user is refused on the %s's socket" % name)
    else:
        same(knock_by_list(b), True, "a user not on the list is refused")


def test_greedy(b):
    """One that asks faster than anybody could answer: what he has not been
    answered waits with him, and not in the bridge."""
    def used():
        with open("/proc/%d/status" % b.run.pid, encoding="utf-8") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    n, p, body = 20000, b.face(), ask.text(token()[0]) + ask.text("")
    frame = struct.pack(">IIB", 5 + len(body), 7, ask.LOOK) + body
    before = most = used()
    threading.Thread(target=p.sock.sendall, args=(frame * n,),
                     daemon=True).start()
    heard = 0
    try:
        while heard < n:
            p.hear()
            heard += 1
            if heard % 1000 == 0:
                most = max(most, used())
    except (ask.Ended, OSError) as e:
        check(False, "the connection lasts", repr(e))
    same(heard, n, "%d questions in one breath are answered" % n)
    check(most - before < 12000, "and do not fill the memory", before, most)
    p.close()


def knock_as_other(path):
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setuid(12345)
        p = ask.Peer(path)
        os.write(w, b"refused" if p.is_ended() else b"served")
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(w)
    return os.read(r, 100)


def knock_by_list(b):
    b.configure(b.url, lambda s: s.replace(
        'face_users = {"%d"}' % os.getuid(), 'face_users = {"12345"}'))
    b.reload()
    p = b.face()
    refused = p.is_ended()
    b.configure(b.url)
    b.reload()
    return refused


# ---- reload, restart

def test_reload(b, url):
    p = b.face()
    good, _ = token()
    same(p.look(good)["refusal"], "ok", "before")
    b.configure(url, lambda s: s.replace("max_uses = 3", "max_uses = 0"))
    check("refused" in b.reload(), "a bad configuration is refused")
    same(p.look(good)["refusal"], "ok", "and the old one holds")
    b.configure(url, lambda s: s.replace("/journal", "/other"))
    check("needs a restart" in b.reload(), "another journal needs a restart")
    b.configure(url, lambda s: s.replace(
        "max_uses = 3", "max_uses = 3\n\tstate = compromised"))
    check("read again" in b.reload(), "a good one is taken")
    same(p.look(good)["refusal"], "token-bad", "and holds")
    for _ in range(3):
        b.configure(url)
        b.reload()
    same(p.look(good)["refusal"], "ok", "and back")
    p.close()


def test_account_gone(b, url):
    """Acceptances are refused in the turn in which their account goes."""
    p = b.face()
    good, offer = token(uses=1)
    bodies = [ask.Peer.accept_body(good, ask.nonce(OURS, offer), "+4420794606"
                                   "%02d" % i) for i in range(30)]
    b.configure(url, lambda s: re.sub(r"account sales {.*?\n}\n", "", s,
                                      flags=re.S))
    before = b.log().count("read again")
    for body in bodies:
        p.send(ask.ACCEPT, body)
        if body is bodies[15]:
            b.run.send_signal(signal.SIGHUP)
    got = [ask.Peer.accepted(ask.Reader(p.hear()[2])) for _ in bodies]
    refused = [g["refusal"] for g in got if g["refusal"] != "ok"]
    check(len(refused) >= 29, "one acceptance of many is good", refused)
    while b.log().count("read again") == before:
        time.sleep(0.02)
    same(p.look(good)["refusal"], "token-bad", "its account is gone")
    b.configure(url)
    b.reload()
    for answer in got:
        if answer["secret"]:
            p.status(answer["secret"], 0, ask.HANGUP)
    wait_idle(b)
    got = []
    for i in range(30):
        good, offer = token()
        answer = p.accept(good, ask.nonce(OURS, offer),
                          "+4420794606%02d" % i)
        got.append(answer["refusal"])
        if answer["secret"]:
            p.status(answer["secret"], 0, ask.HANGUP)
    same(got, ["ok"] * 30, "and back: none of their numbers is busy")
    wait_idle(b)
    p.close()


def test_restart(b, ari):
    p = b.face()
    good, offer = token(uses=1)
    got = p.accept(good, ask.nonce(OURS, offer), "+442079460601")
    same(got["refusal"], "ok", "a call that will be cut")
    leg = ari.wait_leg("a", sum(r.endswith("@trunk") for r in ari.rung()))
    p.close()
    same(b.end(signal.SIGKILL), -9, "killed")
    rung = len(ari.rung())
    ari.channels.clear()
    b.start()
    wait_ready(b)
    p = b.face()
    status = wait_end(p, got["secret"])
    same(status["stage"], "ended", "after the start it has ended (%s)"
         % status["end"])
    same(len(ari.rung()), rung, "and nobody was rung again")
    good, offer = token(account="small")
    got = p.accept(good, ask.nonce(OURS, offer), "+442079460402")
    same(got["refusal"], "too-many", "the caps are remembered")
    del leg
    p.close()
    same(b.end(), 0, "ends well")
    check("AddressSanitizer" not in b.log() and "runtime error" not in b.log(),
          "nothing amiss in the log", b.log()[-2000:])


def test_full(b, ari):
    """A journal without room."""
    def roomy(size):
        return lambda s: s.replace(
            "stop_file", "journal_size = %s\nstop_file" % size).replace(
            "/journal\"", "/full\"").replace(
            "per_offeror_day = 1000", "per_offeror_day = 100000\n"
            "\tper_day = 100000\n\tat_once = 100000")

    b.configure(ari.url, roomy("1M"))
    if b.user:
        for name in ("full", "full-keys"):
            os.mkdir(b.path(name), 0o700)
            os.chown(b.path(name), b.uid, -1)
    b.start()
    wait_ready(b)
    p, a = b.face(), b.admin()
    n, refused = 0, []
    while n < 10000 and len(refused) < 3:
        good, offer = token()
        got = p.accept(good, ask.nonce(OURS, offer), "+442079%06d"
                       % (460000 + n))
        if got["refusal"] == "ok":
            n += 1
        else:
            refused.append((got["refusal"], got["secret"]))
    same(refused, [("store-full", "")] * 3, "full: acceptances are refused")
    same(p.look(good)["refusal"], "ok", "their offers are as they were")
    same(len(a.list()), n, "and nothing is half recorded (%d calls)" % n)
    p.close()
    a.close()
    same(b.end(), 0, "ends well")
    b.configure(ari.url, roomy("4M"))
    b.start()
    wait_ready(b)
    p = b.face()
    for _ in range(200):        # thousands of calls are being ended
        got = p.accept(good, ask.nonce(OURS, offer), "+442079469999")
        if got["refusal"] != "no-provider":
            break
        time.sleep(0.05)
    same(got["refusal"], "ok", "with more room they are accepted")
    p.close()
    same(b.end(), 0, "ends well")


def main():
    with tempfile.TemporaryDirectory() as folder:
        b = Bridge(folder)
        test_configuration(b)
        test_sample(b)
        b.configure("http://127.0.0.1:1/ari")
        b.start()
        test_look(b)
        test_check(b)
        test_refused(b)
        test_unreachable(b)
        same(b.end(), 0, "ends well")
        ari = fakeari.Ari()
        b.url = ari.url
        b.configure(ari.url)
        b.start()
        wait_ready(b)
        test_call(b, ari)
        test_language(b, ari)
        test_crowd(b)
        test_at_once(b)
        test_caps(b)
        test_admin(b, ari)
        test_peers(b)
        test_reload(b, ari.url)
        test_account_gone(b, ari.url)
        test_restart(b, ari)
        test_full(b, ari)
    tap.finish()


threading.excepthook = lambda args: None
if __name__ == "__main__":
    main()
