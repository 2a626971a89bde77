#!/usr/bin/python3
"""t/soak/kills.py [KILLS]: the bridge as shipped, under load, against a real
Asterisk; kill -9 at random moments, KILLS (500) times.

Many people accept offers meanwhile, of one to three uses, again and again:
busy, silent, pressing 1 or hanging up.  Who gets no answer sends his page
again.  At the end, by the journal, by Asterisk's own record of its channels
and by what the telephones know: nobody was rung twice for one acceptance, B
never before A's key, nothing is left up, and each offer could be used as often
as it says, not once more or less.
"""
import collections
import os
import random
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE)]
import askpeer      # noqa: E402
import bridges      # noqa: E402
import stack        # noqa: E402
import tap          # noqa: E402

PEOPLE = int(os.environ.get("PEOPLE", 20))      # offers in use at a time
UP_S = 1.5                      # the bridge lives so long at most
PATIENCE_S = 10                 # with an offer that is in a call
BOUND_S = int(os.environ.get("BOUND_S", 90))
ACCOUNT = """ring = 5s
	confirm = 5s
	max = 60s
	at_once = 100000
	per_offer_attempts = 100
	per_number_10min = 1000
	per_number_day = 1000
	per_prefix_10min = 1000000
	per_day = 1000000
	per_offeror_day = 1000000"""
YES = "answer:30 1:300"
A_DOES = [YES] * 6 + ["s486:100", "", "answer:30", "answer:30 hang:500",
                      YES + " hang:300"]
B_DOES = [YES] * 5 + ["s486:100", "", YES + " hang:400"]
ENDED = threading.Event()       # the kills are over
numbers = iter(range(100000))
lock = threading.Lock()


def number(kind):
    with lock:
        return "+44207%d%05d" % (kind, next(numbers))


class Acceptance:
    """One, under one id: `call` once it is known to be made."""

    def __init__(self, s, a):
        self.s, self.a, self.call, self.secret = s, a, None, None
        self.refusals = collections.Counter()


class Offer:
    def __init__(self, s, rng):
        self.uses = rng.randint(1, 3)
        self.b = number(96)
        self.token = s.mint("alice@example.com", "%s; uses=%d; expires=2h" % (
            self.b, self.uses)).rsplit("/", 1)[1]
        self.taken, self.is_used_up = [], False


class Person(threading.Thread):
    """Accepts one offer after the other, each until it is used up."""

    def __init__(self, soak, seed):
        super().__init__(daemon=True)
        self.soak, self.rng, self.error = soak, random.Random(seed), None

    def run(self):
        try:
            while not ENDED.is_set() and not self.soak.error:
                offer = Offer(self.soak.s, self.rng)
                with lock:
                    self.soak.offers.append(offer)
                while not ENDED.is_set() and \
                        self.soak.once(offer, self.rng):
                    pass
        except Exception:                       # an answer is owed
            self.soak.error = self.soak.error or traceback.format_exc()


class Soak:
    def __init__(self, s, kills):
        self.s, self.kills, self.error = s, kills, None
        bridges.short_prompts(s.dir + "/prompts")
        self.bridge = bridges.Bridge(s, "soak", prompts=s.dir + "/prompts")
        self.asker = s.stack + "/run/face.sock"
        self.offers, self.states = [], collections.Counter()
        self.rng = random.Random(1)

    def nonce(self, offer):
        """From the bridge beside: it has the same key, and is not killed."""
        peer = askpeer.Peer(self.asker)
        got = peer.look(offer.token)["nonce"]
        peer.close()
        time.sleep(2.05)
        return got

    def ask(self, question):
        """What the bridge says to it, sooner or later."""
        stop, last = time.monotonic() + BOUND_S, None
        while time.monotonic() < stop and not self.error:
            try:
                peer = self.bridge.face()
                try:
                    return question(peer)
                finally:
                    peer.close()
            except (OSError, askpeer.Ended, AssertionError) as e:
                last = e
                time.sleep(0.05)
        raise RuntimeError("no answer for %d s: %r" % (BOUND_S, last))

    def accept(self, offer, a):
        """Sends one page until it is taken, or refused for good."""
        nonce = self.nonce(offer)
        begun = time.monotonic()
        stop = time.monotonic() + BOUND_S
        while time.monotonic() < stop:
            got = self.ask(lambda p: p.accept(offer.token, nonce, a))
            if got["refusal"] == "ok":
                return got
            if got["refusal"] == "used-up":
                offer.is_used_up = True
                return None
            if got["refusal"] not in ("in-call", "no-provider", "stopped"):
                raise RuntimeError("refused: %r" % got)
            if got["refusal"] == "in-call" and not ENDED.is_set() and \
                    time.monotonic() > begun + PATIENCE_S:
                return None             # it is looked for, start after start
            time.sleep(0.2)
        raise RuntimeError("refused for %d s: %r" % (BOUND_S, got))

    def once(self, offer, rng):
        acc = Acceptance(self.s, number(95))
        self.s.robot(acc.a, rng.choice(A_DOES))
        self.s.robot(offer.b, rng.choice(B_DOES))
        got = self.accept(offer, acc.a)
        if got is None:
            return False
        acc.call, acc.secret = got["call"], got["secret"]
        offer.taken.append(acc)
        self.follow(acc, rng)
        return True

    def follow(self, acc, rng):
        """As its page does; who talks hangs up some time, or not at all."""
        stop = time.monotonic() + BOUND_S
        talks = rng.uniform(0, 2)
        while time.monotonic() < stop:
            now = self.ask(lambda p: p.status(acc.secret))
            if now["stage"] == "ended":
                return
            if now["stage"] == "talking":
                time.sleep(talks)
                self.s.robots.do(acc.a, "hang")
            time.sleep(0.1)
        raise RuntimeError("call %s does not end: %r" % (acc.call.hex(), now))

    # the kills

    def kill(self):
        b = self.bridge
        if self.rng.random() < 0.8:
            stack.wait_for(b.is_ready, 10)
        time.sleep(self.rng.uniform(0, UP_S))
        for c in b.calls() or []:
            if c["stage"] != "ended":
                self.states[c["stage"]] += 1
        if b.is_dead():
            self.error = "it died by itself:\n" + b.said()[-2000:]
        b.child.kill()
        b.child.wait()
        log = b.log
        b.start()
        os.unlink(log)

    def run(self):
        self.bridge.start()
        stack.wait_for(self.bridge.is_ready, 20)
        people = [Person(self, n) for n in range(PEOPLE)]
        for p in people:
            p.start()
        began = time.monotonic()
        for n in range(self.kills):
            if self.error:
                break
            self.kill()
            if n % 50 == 49:
                tap.note("%d kills, %d acceptances, %.0f s" % (
                    n + 1, sum(len(o.taken) for o in self.offers),
                    time.monotonic() - began))
        if not self.error and not stack.wait_for(self.bridge.is_usable, 30):
            self.error = "not ready after the last kill"
        ENDED.set()
        for p in people:
            p.join(2 * BOUND_S)
        tap.check([self.error] if self.error else [], "%d kills in %.0f s" % (
            self.kills, time.monotonic() - began))
        tap.note("open calls when killed: %s" % dict(self.states))

    def use_up(self):
        """What is left of each offer can be used, and no more."""
        def rest(offers):
            try:
                for offer in offers:
                    while not offer.is_used_up:
                        acc = Acceptance(self.s, number(95))
                        self.s.robot(acc.a, YES + " hang:200")
                        self.s.robot(offer.b, "s486:50")
                        got = self.accept(offer, acc.a)
                        if got is None:
                            break
                        acc.call, acc.secret = got["call"], got["secret"]
                        offer.taken.append(acc)
                        self.follow(acc, self.rng)
            except Exception:                   # an answer is owed
                self.error = self.error or traceback.format_exc()

        todo = [threading.Thread(target=rest, args=(self.offers[i::PEOPLE],),
                                 daemon=True) for i in range(PEOPLE)]
        for t in todo:
            t.start()
        for t in todo:
            t.join(1200)
        tap.check([self.error] if self.error else [],
                  "every offer can be used until it is used up")
        stack.wait_for(self.bridge.is_idle, BOUND_S)

    # what has come of it

    def judge(self):
        time.sleep(1)
        calls = {c["call"]: c for c in self.bridge.admin(
            lambda p: p.list(most=0))}
        known = {a.call: (o, a) for o in self.offers for a in o.taken}
        ends = collections.Counter(c["end"] for c in calls.values())
        tap.note("calls: %d; ends: %s" % (len(calls), dict(ends)))
        tap.check(["%s: %s" % (i.hex(), "not in the journal" if i in known
                               else "of nobody") for i in
                   set(calls) ^ set(known)][:20],
                  "the journal has every acceptance, and no other")
        tap.check(["%s: %r" % (i.hex(), c) for i, c in calls.items()
                   if c["stage"] != "ended" or c["end"] == "none"][:20],
                  "every call has ended, and says how")
        self.judge_rings(calls, known)
        self.judge_channels(calls)
        self.judge_uses(calls)
        robots = self.s.robots
        tap.check([n for n in list(robots.log) if not robots.is_idle(n)][:20],
                  "no telephone is still in a call")
        tap.same((self.s.channels(), self.s.ari("GET", "/bridges")), ([], []),
                 "no channel and no bridge is left in Asterisk")

    def judge_rings(self, calls, known):
        robots, bad, rung = self.s.robots, [], 0
        for o, a in known.values():
            n = len(robots.invited(a.a))
            rung += n
            if n > 1:
                bad += ["A rung %d times:" % n] + robots.story(a.a)
        for o in self.offers:
            spent = sum(calls[a.call]["key_at"] > 0 for a in o.taken
                        if a.call in calls)
            n = len(robots.invited(o.b))
            rung += n
            if n > spent:
                bad += ["B rung %d times, for %d keys:" % (n, spent)] + \
                    robots.story(o.b)
        tap.note("telephones rung: %d" % rung)
        tap.check(bad[:40], "nobody was rung twice, by the telephones")

    def judge_channels(self, calls):
        """By Asterisk's record: (event, channel) -> when."""
        seen = collections.defaultdict(list)
        with open(self.s.bed + "/asterisk/log/cel-custom/channels") as f:
            for line in f:
                event, when, channel = line.split()[:3]
                if channel.startswith("co-"):
                    seen[event, channel].append(float(when))
        starts = [c for event, c in seen if event == "CHAN_START"]
        ends = [c for event, c in seen if event == "CHAN_END"]
        tap.note("channels: %d" % len(starts))
        tap.check(["%s: %r" % (k, t) for k, t in seen.items()
                   if len(t) > 1][:20] or (not starts) * ["no record"],
                  "no channel was made twice, by Asterisk's record")
        tap.check(sorted(set(starts) ^ set(ends))[:20], "and each has ended")
        bad, robots = [], self.s.robots
        for o in self.offers:
            for a in o.taken:
                b = seen.get(("CHAN_START", "co-%s-b" % a.call.hex()))
                keys = robots.times(a.a, "key")
                if b and not (keys and keys[0] < b[0]):
                    bad.append("%s: B rung, A's keys %r" % (a.call.hex(),
                                                            keys))
                if b and not calls[a.call]["key_at"]:
                    bad.append("%s: B rung, no key in the journal"
                               % a.call.hex())
        tap.check(bad[:20], "B was never rung before A's key")

    def judge_uses(self, calls):
        bad, n, robots = [], 0, self.s.robots
        for o in self.offers:
            spent = 0
            for a in o.taken:
                if calls[a.call]["key_at"]:
                    spent += 1
                    if not robots.times(a.a, "key"):
                        bad.append("%s: spent without a key" % a.call.hex())
            n += spent
            if spent != o.uses:
                bad.append("%d uses, %d spent, in %d acceptances" % (
                    o.uses, spent, len(o.taken)))
        tap.check(bad[:20], "%d offers, %d uses: each spent by one key, none "
                  "lost and none twice" % (len(self.offers), n))


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    os.chdir(stack.ROOT)
    with stack.Stack(STACK_ACCOUNT=ACCOUNT, ASTERISK_CEL="yes") as s:
        soak = Soak(s, kills)
        soak.run()
        soak.use_up()
        soak.judge()
    tap.finish()


main()
