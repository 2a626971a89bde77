"""Calls in every state, each with a bridge of its own behind a line of its own
to the one Asterisk (t/bridges.py, t/wire.py), for tests of what comes from
outside in the middle of a call.

A cell brings its call to a state, lets the test do what it is about, then
behaves as people would (`goes_on`) and judges what has come of it.
"""
import threading
import time
import urllib.parse

import askpeer
import bridges
import stack
import tones
import wire

YES = "answer:50 1:400 1:1500"  # the first may be too early
LEG = r"POST /ari/channels/\S+-%s\?"
JOIN = r"POST /ari/bridges/\S+/addChannel"
HANG = r"DELETE /ari/channels/"
BOUND_S = 100                   # ring limit, half a minute, and some
ACCOUNT = """ring = 60s
	confirm = 20s
	max = 300s
	per_number_10min = 1000
	per_number_day = 1000
	per_prefix_10min = 100000
	per_day = 100000
	per_offeror_day = 100000"""     # for stack.Stack


class State:
    """How a call comes there.  `hold`: what the line holds (t/wire.py);
    `stage`: what the bridge says then; `is_rung`: is A, by then?"""

    def __init__(self, stage, a="", b="", hold=None, deaf=False, ring="60s",
                 **account):
        self.stage, self.a, self.b, self.hold = stage, a, b, hold
        self.deaf, self.account = deaf, dict(account, ring=ring)


STATES = {
    "starting, not asked": State("starting", hold=(LEG % "a", "request"),
                                 deaf=True, ring="5s"),
    "starting": State("starting", hold=(LEG % "a", "answer"), deaf=True),
    "ringing-a": State("ringing-a"),
    "asking-a": State("asking-a", "answer:50"),
    "ringing-b, not asked": State("ringing-b", YES, ring="5s",
                                  hold=(LEG % "b", "request")),
    "ringing-b": State("ringing-b", YES),
    "asking-b": State("asking-b", YES, "answer:50"),
    "bridging, not asked": State("asking-b", YES, YES,
                                 hold=(JOIN, "request")),
    "bridging": State("asking-b", YES, YES, hold=(JOIN, "answer")),
    "talking": State("talking", YES, YES),
    "parting": State("ended", YES, "s486:50"),
    "closing": State("ended", YES, YES + " hang:900",
                     hold=(HANG, "request")),
}


class Cell(threading.Thread):
    n_cells = 0

    def __init__(self, s, what, state, by_stream=False, **account):
        """`by_stream`: Asterisk takes requests by its stream of events."""
        super().__init__(daemon=True)
        Cell.n_cells += 1
        self.n = n = Cell.n_cells
        self.s, self.what, self.state, self.bad = s, what, state, []
        u = urllib.parse.urlsplit(s.env["AST_URL"])
        self.wire = wire.Wire((u.hostname, u.port), by_stream)
        self.by_stream = by_stream
        self.wire.start()
        self.bridge = bridges.Bridge(
            s, "cell%d" % n, url="http://127.0.0.1:%d/ari" % self.wire.port,
            **dict(state.account, **account))
        self.a, self.b = ("+44207946%04d" % (base + n)
                          for base in (1000, 5000))
        s.robot(self.a, state.a, tones.ALL[0])
        s.robot(self.b, state.b, tones.ALL[5])
        self.links = [s.mint("alice@example.com", self.b) for _ in "12"]
        self.story, self.stages, self.end = [], [], None
        self.talks = True               # and is listened to

    def note(self, text):
        self.story.append("%.3f - %s" % (time.time(), text))

    def complain(self, text):
        self.bad.append(text)

    # the call

    def call(self):
        """As the bridge says."""
        calls = [c for c in self.bridge.calls() or []
                 if c["call"] == self.id]
        if not calls:
            return {"stage": "none", "end": "none"}
        c = calls[0]
        if self.stages[-1:] != [c["stage"]]:
            self.stages.append(c["stage"])
            self.note("%s %s %s" % (c["stage"], c["end"], c["detail"]))
        return c

    def ready(self):
        self.bridge.start()
        if not stack.wait_for(self.bridge.is_usable, 30):
            raise RuntimeError("the bridge does not become ready:\n"
                               + self.bridge.said()[-2000:])

    def accept(self, link):
        peer = self.bridge.face()
        token = link.rsplit("/", 1)[1]
        got = peer.look(token)
        if got["refusal"] == "ok":
            time.sleep(2.1)
            got = peer.accept(token, got["nonce"], self.a)
            self.id, self.secret = got["call"], got["secret"]
        peer.close()
        return got

    def reach(self):
        """Brings the call to its state."""
        st = self.state
        if st.deaf and not self.by_stream:
            self.wire.freeze("events")
        if st.hold:
            self.wire.hold(*st.hold)
        got = self.accept(self.links[0])
        if got["refusal"] != "ok":
            raise RuntimeError("accepted: %r" % got)
        if not stack.wait_for(self.is_there, 20):
            raise RuntimeError("it does not come to %s: %s" % (
                st.stage, self.stages))
        self.note("it is there")

    def is_there(self):
        """At its stage; what is to be held is, who is to be rung rings."""
        stage, robots = self.call()["stage"], self.s.robots
        if stage != self.state.stage:
            return False
        if self.state.hold:
            return self.wire.held()
        return stage != "ringing-b" or robots.invited(self.b)

    def goes_on(self):
        """What people do: each what he is asked for, again and again."""
        stop = time.monotonic() + BOUND_S
        while time.monotonic() < stop:
            c = self.call()
            todo = {"ringing-a": (self.a, "answer"), "asking-a": (self.a, "1"),
                    "ringing-b": (self.b, "answer"), "asking-b": (self.b, "1"),
                    "talking": (self.a, "hang")}.get(c["stage"])
            if c["stage"] == "talking" and self.talks and \
                    self.is_whole() and not self.hears():
                self.complain("they do not hear each other")
            if todo:
                self.s.robots.do(*todo)
            elif c["stage"] == "ended" and self.bridge.is_idle():
                self.end = c["end"]
                return
            time.sleep(0.5)
        self.complain("it has no end: %s" % self.stages)

    def is_whole(self):
        robots = self.s.robots
        return not (robots.is_idle(self.a) or robots.is_idle(self.b))

    def hears(self):
        """Do both hear the other's tone?"""
        robots = self.s.robots
        for number in (self.a, self.b):
            robots.forget(number)
            robots.do(number, "sing")
        return stack.wait_for(lambda: all(
            [tones.share(f, hz) > 0.7 for f in robots.heard(number)].count(
                True) >= 5 for number, hz in (
                    (self.a, tones.ALL[5]), (self.b, tones.ALL[0]))), 2)

    # what has come of it

    def meanwhile(self, side, action):
        """While nobody is listening."""
        if side == "page":
            peer = self.bridge.face()
            peer.status(self.secret, 0, askpeer.HANGUP)
            peer.close()
        elif side:
            self.s.robots.do({"a": self.a, "b": self.b}[side], action)

    def judge_rings(self):
        robots = self.s.robots
        for who, number in (("A", self.a), ("B", self.b)):
            if len(robots.invited(number)) > 1:
                self.complain("%s was rung %d times" % (
                    who, len(robots.invited(number))))
        keys, rung = robots.times(self.a, "key"), robots.invited(self.b)
        if rung and not (keys and keys[0] < rung[0]):
            self.complain("B was rung before A's key")

    def judge_rest(self):
        robots = self.s.robots
        if not stack.wait_for(lambda: robots.is_idle(self.a)
                              and robots.is_idle(self.b), 3):
            self.complain("a telephone is still in its call")
        stack.wait_for(lambda: not self.bridge.left(self.id), 3)
        if self.bridge.left(self.id):
            self.complain("left in Asterisk: %r" % self.bridge.left(self.id))

    def goes_again(self):
        """A call of another offer, without anybody's help."""
        if not stack.wait_for(self.bridge.is_usable, 30):
            self.complain("the bridge does not become ready again: %r"
                          % self.bridge.health())
            return
        self.s.robots.has(self.a, YES, tones.ALL[0])
        self.s.robots.has(self.b, YES, tones.ALL[5])
        got = self.accept(self.links[1])
        if got["refusal"] != "ok":
            self.complain("accepted afterwards: %r" % got)
            return
        first, self.end = self.end, None
        self.goes_on()
        if self.end != "talked":
            self.complain("a call afterwards: %s" % self.end)
        self.end = first

    def tell(self):
        robots = self.s.robots
        lines = ["A " + t for t in robots.story(self.a)] + \
            ["B " + t for t in robots.story(self.b)]
        lines += ["  " + t for t in self.story]
        return self.bad and self.bad + sorted(lines, key=lambda t: t[2:]) + \
            [line for line in self.bridge.said().splitlines()
             if "socket=" not in line][-40:]
