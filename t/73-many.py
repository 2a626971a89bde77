#!/usr/bin/python3
"""Many calls at once, with the programs as shipped and a real Asterisk: all of
them talk at the same time, each side hears the other's tone, and when they
have hung up nothing is left of them.

	MANY=200	calls

The telephones are t/robots.py's, but those of the first pairs are baresips,
which send their tones all the time and record what they hear.
"""
import base64
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import askpeer
import stack
import tap
import tones

MANY = int(os.environ.get("MANY", 200))
REAL = min(2, MANY)             # pairs of baresips
AT_ONCE = 8                     # acceptances on their way
SURE = 5                        # frames: who hears them hears the tone
ACCOUNT = """ring = 60s
	confirm = 30s
	max = 300s
	at_once = 100000
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 100000
	per_offeror_day = 100000
	per_day = 100000"""


def token_offer(token):
    """The offer's id: bytes 15 to 30 (DESIGN, 5)."""
    return base64.urlsafe_b64decode(token[:44])[15:31]


class Pair:
    """A, B, and the offer that brings them together."""

    def __init__(self, s, n):
        self.s, self.n, self.bad = s, n, []
        self.numbers = ["+44207946%04d" % (base + n) for base in (1000, 5000)]
        k = len(tones.ALL)
        self.hz = [tones.ALL[n % k], tones.ALL[(n + 1 + n // k) % k]]
        for side in (0, 1):
            self.plug_in(side)
        link = s.mint("alice@example.com", self.numbers[1])
        self.token = link.rsplit("/", 1)[1]
        self.offer = token_offer(self.token)

    def plug_in(self, side):
        self.s.robot(self.numbers[side], "answer:100 1:200", self.hz[side])

    def sing(self):
        for number in self.numbers:
            self.s.robots.do(number, "sing")

    def hang(self):
        self.s.robots.do(self.numbers[self.n % 2], "hang")

    def judge(self, calls):
        if [c["end"] for c in calls] != ["talked"]:
            self.bad.append("in the journal: %r" % calls)
        for side in (0, 1):
            self.judge_side(self.numbers[side], self.hz[1 - side])
        return ["%d: %s" % (self.n, line) for line in self.bad]

    def judge_side(self, number, other_hz):
        robots = self.s.robots
        if len(robots.invited(number)) != 1:
            self.bad.append("%s was rung %d times" % (
                number, len(robots.invited(number))))
        elif not robots.is_idle(number):
            self.bad.append("%s is still in its call" % number)
        else:
            frames = robots.heard(number)[-SURE:]
            if len(frames) < SURE or min(tones.share(f, other_hz)
                                         for f in frames) < 0.7:
                self.bad.append("%s heard %d frames, and not %d Hz" % (
                    number, len(frames), other_hz))


class RealPair(Pair):
    def name(self, side):
        return "%s%d" % ("ab"[side], self.n)

    def plug_in(self, side):
        if not self.s.do("phone_start %s %s %d answer:100 1:500" % (
                self.name(side), self.numbers[side], self.hz[side])):
            self.bad.append("%s does not start" % self.name(side))

    def sing(self):
        """It does so all the time."""

    def hang(self):
        with open("%s/phone/%s/do" % (self.s.bed, self.name(self.n % 2)),
                  "w") as f:
            f.write("hang\n")

    def judge_side(self, number, other_hz):
        side = self.numbers.index(number)
        r = subprocess.run(
            ["sh", "-c", 'exec "$0"/asterisk/tone "$(ls -S "$1"/*-dec.wav | '
             'head -n 1)" "$2" "$3"', stack.HERE, "%s/phone/%s/rec" % (
                 self.s.bed, self.name(side)), str(other_hz),
             str(self.hz[side])], capture_output=True, text=True)
        tap.note("%s: %s" % (self.name(side), r.stdout.strip()))
        if r.returncode:
            self.bad.append(r.stdout + r.stderr)


def ask(s, question):
    """What the administrator hears."""
    peer = askpeer.Peer(s.stack + "/run/admin.sock")
    try:
        return question(peer)
    finally:
        peer.close()


def n_open(s):
    return ask(s, askpeer.Peer.health)["open"]


def n_talking(s):
    return [c["stage"] for c in ask(s, lambda p: p.list(open_only=1))
            ].count("talking")


def accept_all(s, pairs):
    """As several acceptds would, each with one question at a time."""
    peers = [askpeer.Peer(s.stack + "/run/face.sock")
             for _ in range(AT_ONCE)]
    nonces = {p: peers[0].look(p.token)["nonce"] for p in pairs}
    time.sleep(2.1)

    def run(peer, mine):
        for p in mine:
            got = peer.accept(p.token, nonces[p], p.numbers[0])
            if got["refusal"] != "ok":
                p.bad.append("accepted: %r" % got)

    threads = [threading.Thread(target=run, args=(peer, pairs[i::AT_ONCE]))
               for i, peer in enumerate(peers)]
    began = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return began


def each(pairs, fn):
    """Not all in one moment: people are not so much alike."""
    for p in pairs:
        fn(p)
        time.sleep(0.005)


def main():
    with stack.Stack(STACK_ACCOUNT=ACCOUNT) as s:
        pairs = [(RealPair if n < REAL else Pair)(s, n) for n in range(MANY)]
        began = accept_all(s, pairs)
        stack.wait_for(lambda: n_talking(s) == MANY, 60)
        tap.note("%.1f s until all talk" % (time.monotonic() - began))
        tap.same((n_talking(s), len(s.channels()), len(s.ari(
            "GET", "/bridges"))), (MANY, 2 * MANY, MANY),
            "%d calls talk at the same time" % MANY)
        each(pairs, lambda p: p.sing())
        time.sleep(1.5)         # the baresips' tones last so long
        began = time.monotonic()
        each(pairs, lambda p: p.hang())
        stack.wait_for(lambda: n_open(s) == 0, 30)
        tap.note("%.1f s until all are down" % (time.monotonic() - began))
        time.sleep(0.5)         # the recordings are closed
        calls = ask(s, askpeer.Peer.list)
        of = {p.offer: [] for p in pairs}
        for c in calls:
            of.setdefault(c["offer"], []).append(c)
        tap.check(sum((p.judge(of[p.offer]) for p in pairs), []),
                  "each was rung once, has heard the other's tone, and ended "
                  "as one that talked")
        tap.same(n_open(s), 0, "no call is open in the journal")
        tap.same((s.channels(), s.ari("GET", "/bridges")), ([], []),
                 "no channel and no bridge is left in Asterisk")
    tap.finish()


main()
