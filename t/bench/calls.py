#!/usr/bin/python3
"""Calls a second: the bridge as shipped, from the acceptance on, beside a plain
script (tools/plain_ari.py) that does the same ARI calls, both on the same
Asterisk with the same telephones, so many calls at a time.

The bridge verifies each offer and commits its journal to disk; the script
knows nothing of that.
"""
import collections
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "tools"))
import pairs                                                # noqa: E402
import askpeer                                              # noqa: E402
import bridges                                              # noqa: E402
import robots                                               # noqa: E402
import stack                                                # noqa: E402
import tones                                                # noqa: E402

CALLS = int(os.environ.get("CALLS", "150"))     # a round
AT_ONCE = int(os.environ.get("AT_ONCE", "20"))
ACCOUNT = """ring = 25s
	at_once = 100000
	per_offer_attempts = 65535
	per_number_10min = 100000
	per_number_day = 100000
	per_prefix_10min = 100000
	per_offeror_day = 100000
	per_day = 100000"""
A_SINGS_S = 0.05                # a frame, now and then


class Phones(robots.Robots):
    """They press 1 when they are spoken to.  A then sings until it is over; B
    hangs up when it hears that: they are joined.  And they tell when A has
    been put down, which is the end of a call."""

    def __init__(self):
        super().__init__()
        self.on_over = {}               # A's number: what is done then
        self.tone = tones.frame(400)

    def hear_frame(self, d, frame):
        if d.state != "up":
            return
        if not d.heard:
            d.heard.append(frame)
            self.action(d, "1")
            if d.number in self.on_over:
                self.go_on_singing(d)
        elif frame == self.tone and d.number not in self.on_over:
            self.later(0.1, self.action, d, "hang")

    def go_on_singing(self, d):
        if d.state == "up":
            self.sing(d, 1)
            self.later(A_SINGS_S, self.go_on_singing, d)

    def note(self, d, what):
        super().note(d, what)
        if what == "bye" and d.number in self.on_over:
            self.on_over[d.number]()


class Slot:
    """Two telephones and the offer between them: one call at a time."""

    def __init__(self, s, n, asker):
        self.a, self.b = ("+44207946%04d" % (base + n)
                          for base in (1000, 5000))
        s.robot(self.a, "answer:0")
        s.robot(self.b, "answer:0")
        self.token = s.mint("alice@example.com",
                            self.b + "; uses=255").rsplit("/", 1)[1]
        self.asker, self.nonces = asker, []

    def prepare(self, n):
        while len(self.nonces) < n:
            self.nonces.append(self.asker.look(self.token)["nonce"])


class Bench:
    def __init__(self, s):
        self.s = s
        s.robots = self.phones = Phones()
        self.phones.start()
        folder = s.dir + "/prompts"
        bridges.short_prompts(folder)
        self.bridge = bridges.Bridge(s, "bench", prompts=folder)
        self.bridge.start()
        self.script = subprocess.Popen(
            [sys.executable, pairs.HERE + "/plain_ari.py",
             s.env["AST_TRUNK_PSTN"], folder, s.env["PROXY"]], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **s.env, "AST_APP": "plain"})
        self.script.stdout.readline()
        stack.wait_for(self.bridge.is_usable, 20)
        self.face = self.bridge.face()
        # One rests after its call: the bridge ends it a moment later.
        self.slots = collections.deque(Slot(s, n, self.face)
                                       for n in range(2 * AT_ONCE))
        self.cpu = {"bridge": [], "script": []}
        self.lock = threading.Lock()

    def accept(self, slot):
        self.face.send(askpeer.ACCEPT, askpeer.Peer.accept_body(
            slot.token, slot.nonces.pop(), slot.a))

    def order(self, slot):
        self.script.stdin.write("%s %s\n" % (slot.a, slot.b))
        self.script.stdin.flush()

    def run(self, name, pid, begin):
        """Calls a second of one round."""
        left, over = [CALLS], threading.Semaphore(0)

        def again():
            with self.lock:
                if left[0] == 0:
                    return
                left[0] -= 1
                begin(self.slots.popleft())

        def ended(slot):
            over.release()
            self.slots.append(slot)
            again()

        for slot in self.slots:
            self.phones.on_over[slot.a] = lambda slot=slot: ended(slot)
        cpu, start = pairs.cpu_of(pid), time.monotonic()
        for _ in range(AT_ONCE):
            again()
        for _ in range(CALLS):
            if not over.acquire(timeout=30):
                sys.exit("bench: %s: a call does not end" % name)
        took = time.monotonic() - start
        stack.wait_for(lambda: not self.s.channels())
        self.cpu[name].append((pairs.cpu_of(pid) - cpu) / CALLS * 1e6)
        self.phones.on_over.clear()
        return CALLS / took

    def ours(self):
        for slot in self.slots:
            slot.prepare(CALLS // AT_ONCE * 2 + 5)
        time.sleep(2.1)
        figure = self.run("bridge", self.bridge.child.pid, self.accept)
        for _ in range(CALLS):
            _, verb, body = self.face.hear()
            got = askpeer.Peer.accepted(askpeer.Reader(body))
            if verb != askpeer.ACCEPT or got["refusal"] != "ok":
                sys.exit("bench: accepted: %r" % got)
        stack.wait_for(self.bridge.is_idle)
        return figure

    def peer(self):
        return self.run("script", self.script.pid, self.order)

    def judge(self, n):
        """Everybody has talked, on both sides."""
        calls = self.bridge.calls()
        talked = sum(c["end"] == "talked" for c in calls)
        self.script.stdin.close()
        joined = int(self.script.stdout.readline())
        print("bench calls-joined ours=%d peer=plain-script:%d of=%d" % (
            talked, joined, n), flush=True)
        if min(talked, joined) < 0.99 * n:
            sys.exit("bench: not all were joined")


def main():
    with stack.Stack(STACK_ACCOUNT=ACCOUNT) as s:
        bench = Bench(s)
        bench.ours()
        bench.peer()
        for name in bench.cpu:
            bench.cpu[name].clear()     # the first of each warmed it up
        f = pairs.rounds({"ours": bench.ours, "peer": bench.peer})
        ratios = [o / p for o, p in zip(f["ours"], f["peer"])]
        pairs.say("calls-per-second", f["ours"],
                  [("plain-script", f["peer"])], ratios, ">=0.9", unit="")
        pairs.say("calls-cpu-per-call", bench.cpu["bridge"],
                  [("plain-script", bench.cpu["script"])],
                  [o / p for o, p in zip(bench.cpu["bridge"],
                                         bench.cpu["script"])])
        bench.judge(CALLS * (pairs.ROUNDS + 1))


main()
