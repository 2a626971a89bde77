#!/usr/bin/python3
"""The bridge as shipped dies by SIGKILL at each step of a call, with a real
Asterisk, and is started again.

strace kills it on entering one of the system calls by which it writes: the
journal's pages and their sync, requests, answers, log lines.  What the one
before it did is done, what this one would do is not.  The steps of a whole
call, from acceptance to hang-up, are seen in one that is not disturbed; then
there is a call for each of them.  After the restart and within a bound: no
telephone was rung twice, B's not before A's key; every call in the journal has
ended, no channel is left; the use is spent, or free again, and the offer can
be accepted again exactly when it is free.

	KILL_POINTS=n	spread over the call; 0: every one
	KILL_WIDE=1	what it reads counts too: twice as many points
"""
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import askpeer
import bridges
import stack
import tap

SET = "writev,pwritev,pwrite64,fdatasync,fsync,msync,sendto,sendmsg,write," \
    "connect"
if os.environ.get("KILL_WIDE"):
    SET += ",read,recvfrom,epoll_wait"
POINTS = int(os.environ.get("KILL_POINTS", 0))
AT_ONCE = 5                     # points, side by side
DOUBLE = 8                      # each so many-th dies while it mends, too
BOUND_S = 60                    # ring limit, half a minute, and some
SUDO = [] if os.getuid() == 0 else ["sudo", "-n"]
ACCOUNT = """ring = 5s
	max = 60s
	per_offer_attempts = 10
	per_number_10min = 1000
	per_number_day = 1000
	per_prefix_10min = 100000
	per_day = 100000
	per_offeror_day = 100000"""


class Bridge(bridges.Bridge):
    def trace(self, step=None):
        """Under strace from now on; dies on entering ("write", 3)."""
        self.traced = "%s/trace.%d" % (self.dir, self.starts)
        more = ["-e", "inject=%s:signal=KILL:when=%d" % step] if step else []
        self.strace = subprocess.Popen(
            SUDO + ["strace", "-f", "-o", self.traced, "-e", "trace=" + SET]
            + more + ["-p", str(self.child.pid)], stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        stack.wait_for(self.is_traced, 10)

    def is_traced(self):
        try:
            with open("/proc/%d/status" % self.child.pid) as f:
                return re.search(r"TracerPid:\t([1-9]\d*)", f.read())
        except OSError:
            return True

    def did(self):
        """The system calls seen, by name."""
        with open(self.traced) as f:
            return re.findall(r"^\d+ +(\w+)\(", f.read(), re.M)


class Call:
    """One acceptance of one offer, and what is right and wrong with it."""

    def __init__(self, s, main, n):
        self.s, self.bad = s, []
        self.a = "+44207946%04d" % (1000 + n)
        self.b = "+44207946%04d" % (5000 + n)
        s.robot(self.a, "answer:30 1:120")
        s.robot(self.b, "answer:30 1:120")
        self.token = s.mint("alice@example.com",
                            self.b + "; expires=1h").rsplit("/", 1)[1]
        self.nonces = [main.look(self.token)["nonce"] for _ in range(2)]
        self.got = None

    def accept(self, bridge, nonce):
        """The answer; None where there was none."""
        try:
            p = bridge.face()
        except OSError:
            return None
        try:
            return p.accept(self.token, nonce, self.a)
        except (OSError, askpeer.Ended):
            return None
        finally:
            p.close()

    def rung(self, number):
        return self.s.robots.invited(number)

    def has_ended(self, bridge):
        for c in bridge.calls() or []:
            if c["stage"] == "talking":
                self.s.robots.do(self.a, "hang")
        return bridge.is_idle()

    def is_down(self):
        return self.s.robots.is_idle(self.a) and self.s.robots.is_idle(self.b)

    def complain(self, text):
        self.bad.append(text)

    def judge_rings(self):
        for who, number in (("A", self.a), ("B", self.b)):
            if len(self.rung(number)) > 1:
                self.complain("%s was rung %d times" % (
                    who, len(self.rung(number))))
        keys = self.s.robots.times(self.a, "key")
        if self.rung(self.b) and not (
                keys and keys[0] < self.rung(self.b)[0]):
            self.complain("B was rung before A's key")


class Point(threading.Thread):
    """Kills one bridge at one point, and sees what comes of it."""

    def __init__(self, bridge, call, at, again, end):
        super().__init__(daemon=True)
        self.bridge, self.call, self.at, self.again = bridge, call, at, again
        self.ends_by_page = end
        self.what = "not reached: %s %d" % at
        self.is_reached = False

    def run(self):
        try:
            with gate:
                self.die()
            self.mend()
        except Exception as e:                  # an answer is owed
            self.call.complain("%s: %r" % (type(e).__name__, e))
        finally:
            self.bridge.stop()

    def ready(self):
        self.bridge.start()
        if not stack.wait_for(self.bridge.is_ready, 20):
            self.call.complain("the bridge does not become ready:\n"
                               + self.bridge.said())

    def hangs(self):
        """The end of a call, where it has come so far."""
        if self.ends_by_page:
            p = self.bridge.face()
            p.send(askpeer.HANGUP, askpeer.text(self.call.got["secret"])
                   + b"\0")
            p.close()
        else:
            self.call.s.robots.do(self.call.a, "hang")

    def die(self):
        b, c = self.bridge, self.call
        self.ready()
        b.trace(self.at)
        c.got = c.accept(b, c.nonces[0])
        stop = time.monotonic() + 15
        hung = False
        while not b.is_dead() and time.monotonic() < stop:
            calls = b.calls()
            if calls and calls[0]["stage"] == "talking" and not hung:
                hung = True
                self.hangs()
            elif calls and b.is_idle():
                break
            time.sleep(0.03)
        stack.wait_for(b.is_dead, 1)
        self.is_reached = b.is_dead()
        if self.is_reached:
            self.what = "killed on entering %s %d" % self.at

    def mend(self):
        b, c = self.bridge, self.call
        b.stop()
        b.strace.wait()
        self.restart()
        if c.got is None:
            self.retry()
        if not stack.wait_for(lambda: c.has_ended(b), BOUND_S):
            c.complain("a call has no end: %r" % b.calls())
        if not stack.wait_for(c.is_down, 2):
            c.complain("a telephone is still in its call")
        self.judge()

    def restart(self):
        """It may die once more while it mends."""
        if self.again:
            self.bridge.start()
            stack.wait_for(lambda: os.path.getsize(self.bridge.log), 5)
            self.bridge.trace(self.again)
            stack.wait_for(self.bridge.is_dead, 3)
            self.what += ", and again" if self.bridge.is_dead() else ""
            self.bridge.stop()
            self.bridge.strace.wait()
        self.ready()

    def retry(self):
        """Without an answer the same page is sent again, as people do."""
        c = self.call
        c.got = c.accept(self.bridge, c.nonces[0])
        if c.got is None or c.got["refusal"] != "ok":
            c.complain("sent again: %r" % c.got)
            return
        calls = self.bridge.calls()
        if len(calls) != 1:
            c.complain("sent again, there are %d calls" % len(calls))

    def judge(self):
        b, c = self.bridge, self.call
        calls = b.calls()
        c.judge_rings()
        if len(calls) != 1:
            c.complain("%d calls in the journal" % len(calls))
            return
        call = calls[0]
        if call["end"] == "none":
            c.complain("the call has no end word")
        if c.rung(c.b) and not call["key_at"]:
            c.complain("B was rung, and the journal knows of no key")
        # What was asked to go is gone a moment later.
        stack.wait_for(lambda: not b.left(call["call"]), 2)
        if b.left(call["call"]):
            c.complain("left in Asterisk: %s" % " ".join(b.left(call["call"])))
        status = b.face().status(c.got["secret"])
        if (status["stage"], status["end"]) != ("ended", call["end"]):
            c.complain("the page says %r" % status)
        self.ended_at = time.time()
        want = "used-up" if call["key_at"] else "ok"
        got = c.accept(b, c.nonces[1])
        if got is None or got["refusal"] != want:
            c.complain("accepted again: %r, not %s" % (got, want))
        if got and got["refusal"] == "ok":
            b.face().status(got["secret"], verb=askpeer.HANGUP)
            stack.wait_for(lambda: c.has_ended(b), BOUND_S)


def count(s, main, n):
    """The steps of an undisturbed call."""
    bridge = Bridge(s, "count%d" % n, prompts=s.dir + "/prompts")
    call = Call(s, main, n)
    p = Point(bridge, call, ("", 0), None, n % 2)
    time.sleep(2.1)
    p.ready()
    bridge.trace()
    call.got = call.accept(bridge, call.nonces[0])
    stack.wait_for(lambda: (bridge.calls() or [{}])[0].get("stage")
                   == "talking")
    before = len(bridge.did())
    p.hangs()
    stack.wait_for(lambda: call.has_ended(bridge))
    time.sleep(0.2)
    if call.rung(call.a) and call.rung(call.b):
        call.judge_rings()
    else:
        call.complain("not both were rung")
    bridge.stop()
    bridge.strace.wait()
    return call, before, numbered(bridge.did())


def numbered(names):
    """strace counts each system call for itself."""
    return [(name, names[:i + 1].count(name)) for i, name in enumerate(names)]


def plan(counted):
    """(step, ends by the page) of each point."""
    steps = [(step, 0) for step in counted[0][2]]
    steps += [(step, 1) for step in counted[1][2][counted[1][1]:]]
    if 0 < POINTS < len(steps):
        steps = [steps[i * len(steps) // POINTS] for i in range(POINTS)]
    return steps


def judge_log(s, points):
    """The exchange's log says the same: one INVITE dialogue a telephone."""
    log = {}
    for m in s.sip_log():
        if m["text"].startswith("INVITE ") and m["from"] == "asterisk":
            call = re.search(r"^Call-ID: *(\S+)", m["text"], re.M | re.I)
            log.setdefault(m["number"], {}).setdefault(call.group(1), m["t"])
    bad = []
    for p in points:
        for number in (p.call.a, p.call.b):
            dialogs = [t for t in log.get(number, {}).values()
                       if t < getattr(p, "ended_at", 1e12)]
            if len(dialogs) > 1:
                bad.append("%s: %d dialogues, %s" % (number, len(dialogs),
                                                     p.what))
    return bad


def main():
    s = stack.Stack(STACK_ACCOUNT=ACCOUNT)
    bridges.short_prompts(s.dir + "/prompts")
    asker = askpeer.Peer(s.stack + "/run/face.sock")
    counted = [count(s, asker, n) for n in (0, 1)]
    tap.check(counted[0][0].bad + counted[1][0].bad,
              "an undisturbed call: %d steps" % len(counted[0][2]))
    points = []
    for i, (at, by_page) in enumerate(plan(counted)):
        again = (SET.split(",")[i % 9], i // DOUBLE % 5 + 1) \
            if i % DOUBLE == 0 else None
        bridge = Bridge(s, "p%d" % i, prompts=s.dir + "/prompts")
        points.append(Point(bridge, Call(s, asker, i + 10), at, again,
                            by_page))
    time.sleep(2.1)
    for p in points:
        p.start()
    for p in points:
        p.join()
        tap.check(p.call.bad and p.call.bad + p.call.s.robots.story(p.call.a)
                  + p.call.s.robots.story(p.call.b), p.what)
    reached = sum(p.is_reached for p in points)
    tap.check([] if reached >= min(40, len(points)) else
              ["%d only" % reached], "%d points were reached" % reached)
    tap.check(judge_log(s, points), "by the exchange's log nobody was rung "
              "twice for one acceptance")
    tap.same(s.channels(), [], "nothing is left in Asterisk")
    s.stop()
    tap.finish()


gate = threading.Semaphore(AT_ONCE)
main()
