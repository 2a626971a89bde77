#!/usr/bin/python3
"""The shapes of a call, with the programs as shipped, a real Asterisk and
telephones: however it goes, the page and `calloffer calls` say how it ended, B
is rung after A's key or not at all, neither side learns the other's number,
and nothing is left behind.

All calls go at the same time, each between two telephones of its own.
"""
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stack
import tap

ACCOUNT = """ring = 5s
	confirm = 3s
	max = 12s
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_client_10min = 1000
	per_client_day = 1000
	per_offeror_day = 1000"""
YES = "answer:200 1:900"        # picks up, presses 1
PICKS_UP = "answer:200"
KEYS = "answer:200 5:500 6:1500 7:1500"

# what | A does | B does | the end | is B rung | more
SHAPES = [
    ("A is busy", "s486:200", YES, "a-busy", 0, {}),
    ("A declines", "s603:200", YES, "a-declined", 0, {}),
    ("A does not answer", "", YES, "a-no-answer", 0, {}),
    ("A does not exist", "s404:100", YES, "a-unreachable", 0, {}),
    ("A's network fails", "s503:100", YES, "a-unreachable", 0, {}),
    ("A presses wrong keys", KEYS, YES, "a-no-key", 0, {}),
    ("A is a mailbox", PICKS_UP, YES, "a-no-key", 0, {}),
    ("A hangs up when asked", PICKS_UP + " hang:1500", YES, "a-left", 0, {}),
    ("A presses 9", "answer:200 9:900", YES, "a-blocked", 0, {}),
    ("B is busy", YES, "s486:200", "b-busy", 1, {}),
    ("B declines", YES, "s603:200", "b-declined", 1, {}),
    ("B does not answer", YES, "", "b-no-answer", 1, {}),
    ("B does not exist", YES, "s404:100", "b-unreachable", 1, {}),
    ("B presses wrong keys", YES, KEYS, "b-no-key", 1, {}),
    ("B is a mailbox", YES, PICKS_UP, "b-no-key", 1, {}),
    ("B hangs up when asked", YES, PICKS_UP + " hang:1500", "b-declined", 1,
     {}),
    ("A hangs up while B rings", YES + " hang:1500", "", "a-left", 1, {}),
    ("A presses a wrong key first", "answer:200 4:900 1:1500",
     YES + " hang:1500", "talked", 1, {}),
    ("A hangs up while they talk", YES + " hang:4000", YES, "talked", 1, {}),
    ("B hangs up while they talk", YES, YES + " hang:1500", "talked", 1, {}),
    ("nobody hangs up, the longest duration ends it", YES, YES, "talked", 1,
     {}),
    ("cancelled at once", YES, YES, "cancelled", 0, {"stop": "starting"}),
    ("cancelled while A rings", "", YES, "cancelled", 0,
     {"stop": "ringing-a"}),
    ("cancelled while A is asked", PICKS_UP, YES, "cancelled", 0,
     {"stop": "asking-a"}),
    ("cancelled while B rings", YES, "", "cancelled", 1,
     {"stop": "ringing-b"}),
    ("cancelled while B is asked", YES, PICKS_UP, "cancelled", 1,
     {"stop": "asking-b"}),
    ("hung up from the page", YES, YES, "talked", 1, {"stop": "talking"}),
    ("revoked while A rings", "", YES, "revoked", 0,
     {"revoke": "ringing-a"}),
    ("revoked, with --hangup, while they talk", YES, YES, "revoked", 1,
     {"revoke": "talking", "args": ["--hangup"]}),
    ("revoked while they talk: they go on", YES, YES + " hang:6000",
     "talked", 1, {"revoke": "talking"}),
    ("a SIP address as the destination", YES, YES + " hang:1500", "talked",
     1, {"b": "sip:ann@example.com"}),
    ("the offeree by SIP", YES, YES + " hang:1500", "talked", 1,
     {"a": "sip:desk@example.com"}),
    ("both by SIP", YES, YES + " hang:1500", "talked", 1,
     {"a": "sip:hall@example.com", "b": "sip:shop@example.com"}),
    ("the offeror gave A's number", YES, YES + " hang:1500", "talked", 1,
     {"value": '%s; to="%s"', "typed": lambda a: a[-3:]}),
    ("A types a national number", YES, YES + " hang:1500", "talked", 1,
     {"typed": lambda a: "020 " + a[5:9] + " " + a[9:]}),
]


class Shape(threading.Thread):
    def __init__(self, s, n, row):
        super().__init__()
        self.s = s
        self.what, a_steps, b_steps, self.want, self.rings_b, more = row
        self.more = more
        self.a = more.get("a", "+44207946%04d" % (2000 + n))
        self.b = more.get("b", "+44207946%04d" % (3000 + n))
        self.key_a, self.key_b = robot(s, self.a, a_steps), \
            robot(s, self.b, b_steps)
        value = more.get("value", "%s")
        self.link = s.mint("alice@example.com", value % (
            (self.b, self.a)[:value.count("%s")]))
        self.bad, self.end, self.page = [], None, None

    def run(self):
        try:
            self.go()
        except Exception as e:                  # an answer is owed
            self.bad.append("%s: %s" % (type(e).__name__, e))

    def go(self):
        visit = self.s.visit(self.link)
        self.page = visit.accept(self.more.get("typed", str)(self.a))
        stage = self.more.get("stop") or self.more.get("revoke")
        if stage and stage != "starting":
            visit.follow(self.page, stage, 40)
        if "stop" in self.more:
            status, _, _ = visit.ask("POST", self.page + "/hangup", {})
            if status != 303:
                self.bad.append("hangup: %d" % status)
        if "revoke" in self.more:
            r = self.s.tool("revoke", *self.more.get("args", []),
                            self.s.offer_id(self.link))
            if r.returncode:
                self.bad.append(r.stdout + r.stderr)
        _, self.end = visit.follow(self.page, limit=60)

    def judge(self, calls):
        robots = self.s.robots
        offer = self.s.offer_id(self.link)
        mine = [c["end"] for c in calls if c["offer"] == offer]
        if mine != [self.want] or self.end != self.want:
            self.bad.append("the page: %s; calls: %s; want %s"
                            % (self.end, mine, self.want))
        n = len(robots.invited(self.key_b))
        if n > 1 or (n == 0 and self.rings_b) or (n and not self.rings_b):
            self.bad.append("B was rung %d times" % n)
        if len(robots.invited(self.key_a)) > 1:
            self.bad.append("A was rung again")
        keys = robots.times(self.key_a, "key")
        if n and not (keys and keys[-1] < robots.invited(self.key_b)[0]):
            self.bad.append("B was rung before A's key")
        for key in (self.key_a, self.key_b):
            if not robots.is_idle(key):
                self.bad.append("%s is still in its call" % key)
        if n:
            self.bad += self.s.sip("private", self.a, self.b)
        if self.bad:
            self.bad += ["A " + line for line in robots.story(self.key_a)] \
                + ["B " + line for line in robots.story(self.key_b)]
        tap.check(self.bad, "%s: %s" % (self.what, self.want))


def robot(s, number, steps):
    key = number.split("@")[0].replace("sip:", "")
    s.robot(key, steps)
    return key


def heard(s, phone, own, others):
    """Does its recording hold the other's tone, and not its own?"""
    wav = subprocess.run(
        ["sh", "-c", 'ls -S "$1"/phone/"$2"/rec/*-dec.wav | head -n 1',
         "sh", s.bed, phone], capture_output=True, text=True).stdout.strip()
    r = subprocess.run([stack.HERE + "/asterisk/tone", wav, others, own],
                       capture_output=True, text=True)
    return [] if r.returncode == 0 else [phone + ": " + r.stdout + r.stderr]


class Talk(threading.Thread):
    """Two real telephones: tones both ways."""

    def __init__(self, s):
        super().__init__()
        self.s, self.end = s, None
        self.a, self.b = s.env["BOB"], s.env["ALICE"]
        self.is_ready = s.do("phone_start bob %s 400 answer:300 1:1500"
                             % self.a) and \
            s.do("phone_start alice %s 1000 answer:300 1:1500" % self.b)
        self.link = s.mint("alice@example.com")

    def run(self):
        visit = self.s.visit(self.link)
        page = visit.accept(self.a)
        visit.follow(page, "talking", 40)
        time.sleep(3)
        with open(self.s.bed + "/phone/alice/do", "w") as f:
            f.write("hang\n")
        _, self.end = visit.follow(page)

    def judge(self):
        s = self.s
        tap.same((self.is_ready, self.end), (True, "talked"),
                 "two telephones talk")
        tap.check(s.sip("order", self.a, self.b), "A was rung before B")
        tap.check(s.sip("private", self.a, self.b),
                  "neither learns the other's number")
        time.sleep(0.5)         # the recordings are closed
        tap.check(heard(s, "bob", "400", "1000")
                  + heard(s, "alice", "1000", "400"),
                  "each hears the other, and not itself")


class Trial(threading.Thread):
    """calloffer test-call."""

    def __init__(self, s):
        super().__init__()
        self.s = s
        self.a, self.b = "+442079464001", "+442079464002"
        s.robot(self.a, YES)
        s.robot(self.b, YES + " hang:1500")

    def run(self):
        self.r = self.s.tool("test-call", "sales", self.a, self.b)

    def judge(self):
        bad = [] if self.r.returncode == 0 else \
            ["%d" % self.r.returncode, self.r.stdout, self.r.stderr]
        bad += self.s.sip("order", self.a, self.b)
        tap.check(bad + self.s.sip("private", self.a, self.b),
                  "calloffer test-call rings both and joins them")


def never_again(s, shape):
    """Who pressed 9 is not rung by any other offer either."""
    try:
        page = s.visit(s.mint("alice@example.com")).accept(shape.a)
    except RuntimeError as e:
        page = str(e)
    tap.same(page.split(" ")[0], "422", "who pressed 9 is refused afterwards")
    time.sleep(0.5)
    tap.same(len(s.robots.invited(shape.key_a)), 1, "and not rung")


with stack.Stack(STACK_ACCOUNT=ACCOUNT) as installation:
    talk, trial = Talk(installation), Trial(installation)
    shapes = [Shape(installation, n, row) for n, row in enumerate(SHAPES)]
    for t in [talk, trial] + shapes:
        t.start()
    for t in [talk, trial] + shapes:
        t.join()
    stack.wait_for(lambda: not installation.channels(), 3)
    listed = installation.calls()
    for shape in shapes:
        shape.judge(listed)
    talk.judge()
    trial.judge()
    never_again(installation, next(x for x in shapes if x.want ==
                                   "a-blocked"))
    tap.same(len(installation.calls()), len(SHAPES) + 2,
             "every call is in the journal once")
    tap.same(installation.channels(), [], "no channel is left in Asterisk")
    tap.same(installation.ari("GET", "/bridges"), [], "and no bridge")
tap.finish()
