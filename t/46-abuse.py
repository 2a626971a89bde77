#!/usr/bin/python3
"""What must be refused, and what must be nowhere, by the programs as shipped:
keys beyond their scope, tokens out of their time, numbers that cost somebody
dearly, an older journal, a clock that was set back, the administrator's verbs
from the face's user, and a number that was erased."""
import os
import shutil
import struct
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

OURS, NARROW, RETIRED, BAD = (ask.Keys(k) for k in (
    b"ours", b"narrow", b"retired", b"bad"))
for other in (NARROW, RETIRED, BAD):
    other.mac, other.unseal = OURS.mac, OURS.unseal
    other.seal, other.seal_id = OURS.seal, OURS.seal_id
BOB, DESK = "+442079460123", "+442079460100"
OTHER_UID = 12345               # the face's user, but not the administrator
DAY = 86400

CONF = """
%(accounts)s
key main {
	file = "DIR/sign.pub"
	accounts = {"*"}
	from_domains = {"*"}
	destinations = {"*"}
	max_lifetime = 30d
}
key narrow {
	file = "DIR/narrow.pub"
	accounts = {sales}
	from_domains = {"example.com"}
	destinations = {"+442079460100"}
	max_lifetime = 1d
	max_uses = 2
}
key retired {
	file = "DIR/retired.pub"
	accounts = {"*"}
	from_domains = {"*"}
	destinations = {"*"}
	state = retired
	retired_at = "%(retired)s"
}
key bad {
	file = "DIR/bad.pub"
	accounts = {"*"}
	from_domains = {"*"}
	destinations = {"*"}
	state = compromised
}
"""
ACCOUNT = """account %s {
	caller_id = "+442079460100"
	region = %s
	providers = {pbx}
	sip_domains = {"example.com"}
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 10000
}
"""


def configuration(url):
    regions = sorted({c for c, _ in shifted.denied_numbers()})
    users = 'face_users = {"UID", "%d"}' % OTHER_UID
    return shifted.HEAD.replace('face_users = {"UID"}', users) \
        + fakeari.SECTION % ("pbx", url) + CONF % {
        "retired": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                 time.gmtime(time.time() - 3600)),
        "accounts": ACCOUNT % ("sales", "GB") + (ACCOUNT % (
            "strict", "GB")).replace("{pbx}", "{pbx}\n\tforwarding = deny")
        + "".join(
            ACCOUNT % ("in-" + c.lower(), c) for c in regions)}


def refusals(b, token, offer, number=BOB):
    """Of its page, and of its acceptance."""
    p = b.face()
    seen = p.look(token)["refusal"], p.accept(
        token, ask.nonce(OURS, offer), number)["refusal"]
    p.close()
    return seen


# ---- keys

def test_scope(b, ari):
    """Each token is genuine, and says one thing too much."""
    both = ("token-bad", "token-bad")
    for name, keys, f in (
            ("another account", NARROW, {"account": "in-us"}),
            ("another domain", NARROW, {"offeror": "a@example.org"}),
            ("a domain that ends alike", NARROW,
             {"offeror": "a@notexample.com"}),
            ("another destination", NARROW, {"destination": "+442079460101"}),
            ("too many uses", NARROW, {"uses": 3}),
            ("a life that is too long", NARROW, {"lives": DAY + 1}),
            ("an end before its beginning", NARROW, {"lives": -1}),
            ("minted in the future", NARROW, {"minted": 400}),
            ("minted far in the future", OURS, {"minted": 30 * DAY}),
            ("by a key that was retired before", RETIRED, {"minted": -1800}),
            ("by a key that is compromised", BAD, {"minted": -DAY / 2})):
        token, offer = ask.mint(keys, **f)
        tap.same(refusals(b, token, offer), both, "refused: " + name)
    tap.same(ari.rung(), [], "nobody is rung")
    for name, keys, f in (
            ("all within the scope", NARROW, {"uses": 2, "lives": DAY}),
            ("minted before the key was retired", RETIRED,
             {"minted": -7200}),
            ("by a mail server whose clock is fast", OURS, {"minted": 200})):
        token, offer = ask.mint(keys, **f)
        p = b.face()
        tap.same(p.look(token)["refusal"], "ok", "not refused: " + name)
        p.close()


def test_numbers(b, ari):
    """Toll fraud: none of them reaches a provider."""
    offers, wrong, n = {}, [], 0
    p = b.face()
    for country, number in shifted.denied_numbers():
        account = "in-" + country.lower()
        if account not in offers:
            token, offer = ask.mint(OURS, account=account,
                                    destination="sip:desk@example.com")
            offers[account] = token, ask.nonce(OURS, offer)
        token, nonce = offers[account]
        n += 1
        checked = p.check(token, number)
        typed = checked[1] or number
        got = p.accept(token, nonce, typed)["refusal"]
        if got not in ("number-bad", "number-denied") \
                or checked[0] not in ("number-bad", "number-denied"):
            wrong.append("%s %s: %s, %s" % (country, number, checked, got))
    p.close()
    tap.check(wrong, "%d numbers are refused" % n)
    tap.check([] if n >= 200 else ["only %d" % n], "they are 200 at least")
    tap.same(ari.rung(), [], "none of them reaches the provider")
    token, offer = ask.mint(OURS, account="sales")
    tap.same(refusals(b, token, offer)[1], "ok", "a usual one is rung")
    ari.wait_leg("a")
    b.hang_up()


# ---- who asks

def as_other(fn):
    """What it says in a child of the face's user."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setuid(OTHER_UID)
            os.write(w, fn().encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(w)
    with os.fdopen(r) as f:
        return f.read()


def test_admin_verbs(b):
    verbs = (("list", ask.LIST, struct.pack(">qIB", 0, 0, 0) + bytes(16)),
             ("revoke", ask.REVOKE, b"\1" + bytes(32) + b"\0\0\0"),
             ("test", ask.TEST, ask.text("sales") + b"\0\0"),
             ("health", ask.HEALTH, b""),
             ("erase", ask.ERASE, b"\3\0" + bytes(16) + bytes(8)))
    def knock(socket_name, verb, body):
        p = ask.Peer(b.path(socket_name))
        try:
            p.send(verb, body)
        except OSError:
            return "refused"
        return "refused" if p.is_ended() else "served"

    for name, verb, body in verbs:
        for where in ("face", "admin"):
            if os.getuid() != 0 and where == "admin":
                continue        # nobody else can be played
            knocked = as_other(lambda: knock(where, verb, body)) \
                if os.getuid() == 0 else knock(where, verb, body)
            tap.same(knocked, "refused", "%s, by the face's user on the "
                     "%s's socket" % (name, where))
    tap.same([v for v in range(64, 256) if knock("face", v, b"") != "refused"], [],
             "no verb of the administrator's range on the face's socket")


# ---- passed on

def test_forwarding(b):
    """The offer has two uses, and the mail was passed on."""
    for account, want in (("strict", "number-denied"), ("sales", "ok")):
        start_call(b, uses=2, account=account)
        token, offer = b.last
        b.hang_up()
        tap.same(refusals(b, token, offer, "+442079460188"), ("ok", want),
                 "used by one number, then by another: " + account)
        b.hang_up()
        tap.same(refusals(b, token, offer)[1], "ok", "and by the same")
        b.hang_up()


# ---- time

def test_clock(b):
    token, offer = ask.mint(OURS)
    talking = start_call(b)
    b.shift(-3600)
    time.sleep(0.1)
    p = b.face()
    late = ask.mint(OURS, minted=-7200)
    got = p.accept(late[0], ask.nonce(OURS, late[1], 3610),
                   "+442079460124")["refusal"]
    tap.same(got, "stopped", "the clock was set back: nothing is accepted")
    tap.same(b.tool("check")[1].count("the clock"), 1, "check says so")
    status = p.status(talking)
    tap.same(status["stage"], "talking", "they talk on")
    p.status(talking, 0, ask.HANGUP)
    for _ in range(200):
        status = p.status(talking)
        if status["stage"] == "ended":
            break
        time.sleep(0.02)
    tap.same((status["stage"], status["end"]), ("ended", "talked"),
             "and hang up")
    b.shift(0)
    time.sleep(0.1)
    tap.same(p.accept(token, ask.nonce(OURS, offer), "+442079460124")
             ["refusal"], "ok", "it is right again: accepted")
    p.close()
    b.hang_up()


def start_call(b, uses=1, **f):
    """Two people talk: the address of their page."""
    ari = b.ari
    n = [len([p for m, p, q in ari.asked if "endpoint" in q
              and p.endswith("-" + leg)]) for leg in "ab"]
    token, offer = ask.mint(OURS, uses=uses, **f)
    b.last = token, offer
    p = b.face()
    got = p.accept(token, ask.nonce(OURS, offer), BOB)
    for i, leg in enumerate("ab"):
        channel = ari.wait_leg(leg, n[i] + 1)
        ari.ring(channel)
        ari.pick_up(channel)
        wait_stage(p, got["secret"], "asking-" + leg)
        ari.press(channel, "1")
    wait_stage(p, got["secret"], "talking")
    p.close()
    return got["secret"]


def wait_stage(p, secret, stage):
    for _ in range(500):
        if p.status(secret)["stage"] == stage:
            return
        time.sleep(0.02)
    tap.check([stage], "this stage is reached")


# ---- the journal

def put_in_place(b, source):
    for name in os.listdir(b.path("journal")):
        os.unlink(b.path("journal/" + name))
    shutil.copy(source, b.path("journal/data.mdb"))
    os.chown(b.path("journal/data.mdb"), b.uid, -1)


def test_backup(b):
    talking = start_call(b)
    status, said = b.tool("backup", b.path("copy"))
    tap.same(status, 0, "a backup while they talk: " + said.strip())
    tap.same(os.stat(b.path("copy")).st_mode & 0o777, 0o600, "for its owner")
    tap.same(b.tool("backup", b.path("copy"))[0], 73, "never over another")
    tap.same([n for n in os.listdir(b.dir) if n.startswith("copy")],
             ["copy"], "nothing else is left")
    p = b.face()
    p.status(talking, 0, ask.HANGUP)
    used, offer = ask.mint(OURS, uses=1)
    p.close()
    b.hang_up()
    start_call(b)
    used, offer = b.last
    b.hang_up()
    tap.same(refusals(b, used, offer), ("used-up", "used-up"),
             "after it an offer is used up")
    early = ask.mint(OURS)
    tap.same(b.end(), 0, "the bridge ends")
    shutil.copy(b.path("journal/data.mdb"), b.path("older"))
    b.shift(60)                 # a minute later
    b.start()
    start_call(b)
    b.hang_up()
    tap.same(b.end(), 0, "it has gone on, and ends")

    for name, word in (("copy", "backup"), ("older", "older")):
        put_in_place(b, b.path(name))
        said = b.refuses_to_start()
        tap.check([] if word in said and "calloffer restored" in said
                  else [said], "it does not start with what is " + word)
    shutil.move(b.path("journal-keys/high-water"), b.path("mark"))
    said = b.refuses_to_start()
    tap.check([] if "missing" in said else [said],
              "nor when nothing says how far it had come")
    shutil.move(b.path("mark"), b.path("journal-keys/high-water"))

    put_in_place(b, b.path("copy"))
    status, said = b.tool("restored")
    tap.check([] if status == 0 and "1 open call" in said else [said],
              "calloffer restored: " + said.strip())
    tap.same("nothing to do" in b.tool("restored")[1], True, "once")
    b.start()
    tap.same(refusals(b, used, offer), ("revoked", "revoked"),
             "what was used up since is not used again")
    tap.same(refusals(b, *early), ("revoked", "revoked"),
             "nor any offer of before")
    later = ask.mint(OURS, minted=450)
    b.shift(500)
    p = b.face()
    tap.same(p.look(later[0])["refusal"], "ok", "newer ones are good")
    a = ask.Peer(b.path("admin"))
    calls = [c for c in a.list() if c["end"] == "unknown"]
    tap.same(len(calls), 1, "the call that was open has ended, unknown how")
    a.close()
    p.close()
    b.hang_up()
    tap.same(b.end(), 0, "the bridge ends")
    b.start()
    tap.same(b.end(), 0, "and starts again")


# ---- numbers

def raw(b):
    data = b""
    for name in os.listdir(b.path("journal")):
        with open(b.path("journal/" + name), "rb") as f:
            data += f.read()
    return data


def forms(number):
    """As text, packed, and in the other order of a byte's halves."""
    digits = number[1:] + "f" * (len(number) % 2 == 0)
    packed = bytes.fromhex(digits)
    return {"text": number[1:].encode(), "packed": packed, "swapped": bytes(
        (c >> 4 | c << 4) & 255 for c in packed)}


def test_erase(b):
    number = "+442079460777"
    token, offer = ask.mint(OURS, recipient="erase.me@example.net")
    p = b.face()
    got = p.accept(token, ask.nonce(OURS, offer), number)
    tap.same(got["refusal"], "ok", "a number is given")
    tap.same(b.tool("erase", number)[0], 75, "its call goes on: left")
    p.close()
    b.hang_up()
    keys = set(os.listdir(b.path("journal-keys")))
    status, said = b.tool("erase", number)
    tap.same((status, said), (0, "erased from 1 call\n"), "erased")
    tap.check(keys & set(os.listdir(b.path("journal-keys")))
              - {"high-water"}, "the key that sealed it is gone")
    a = ask.Peer(b.path("admin"))
    one = [c for c in a.list() if c["call"] == got["call"]][0]
    tap.same((one["a"], one["b"], one["end"]),
             ("+44...77", "+44...00", "cancelled"), "what is left of it")
    a.close()
    for kind, form in forms(number).items():
        tap.same(raw(b).count(form), 0, "nowhere in the journal: " + kind)
        tap.same(b.log().encode().count(form), 0, "nor in the log: " + kind)
    tap.same(raw(b).count(b"erase.me@example.net"), 0,
             "nor whom the mail went to")
    tap.same(sum(f in raw(b) for f in forms(DESK).values()), 1,
             "(the account's own number, which is no secret, is found)")
    tap.same(b.tool("erase", number), (0, "erased from 0 calls\n"),
             "nothing is left to be erased")


def main():
    ari = fakeari.Ari()
    with tempfile.TemporaryDirectory() as folder:
        b = shifted.Bridge(folder, configuration(ari.url), OURS, (
            ("narrow", NARROW), ("retired", RETIRED), ("bad", BAD)))
        b.ari = ari
        try:
            b.start()
            test_scope(b, ari)
            test_numbers(b, ari)
            test_admin_verbs(b)
            test_forwarding(b)
            test_clock(b)
            test_erase(b)
            test_backup(b)
        finally:
            b.stop()
    tap.finish()


threading.excepthook = lambda args: None
main()
