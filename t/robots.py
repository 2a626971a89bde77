"""Telephones without people, many in one process, for tests that ring often.

	robots = Robots(); robots.start()
	robots.has("+442079460101", "answer:100 1:300")
	... let the exchange send that number's calls to robots.port ...
	robots.invited("+442079460101")		when it was rung: a list
	robots.do("+442079460101", "hang")

A telephone rings at once and does its steps, words "ACTION:MS" one after the
other, each MS after the one before; the first counts from the moment when it
rings.  ACTION is `answer`, `hang` (a BYE; while it rings: 486), `sNNN` (that
SIP status instead of an answer), a key (0-9, *, #: RFC 4733), or `sing`: its
tone for a fifth of a second.  What it hears is kept (`heard`).
"""
import collections
import heapq
import random
import re
import select
import socket
import struct
import threading
import time

import tones

RESEND = 0.5                    # an answer until it is acknowledged, seconds
EVENTS = "0123456789*#"
SONG = 10                       # frames of 20 ms
KEPT = 2 * SONG                 # of what is heard, the last
BATCH = 100                     # packets read before others have their turn


class Dialog:
    """One call of one telephone, as the side that is called."""

    def __init__(self, number, invite, peer):
        self.number, self.invite, self.peer = number, invite, peer
        self.call = header(invite, "Call-ID")
        self.tag = "%08x" % random.getrandbits(32)
        self.state = "ringing"          # up, over
        self.final = None               # the last answer to the INVITE
        self.is_acked = False
        self.cseq = 0
        m = re.search(r"^m=audio (\d+) .*?\r\n", body(invite), re.M)
        self.rtp = int(m.group(1)) if m else 0
        m = re.search(r"^a=rtpmap:(\d+) telephone-event", body(invite), re.M)
        self.payload = int(m.group(1)) if m else 101
        self.seq = random.getrandbits(15)
        self.heard = collections.deque(maxlen=KEPT)


def header(text, name):
    m = re.search(r"^%s[ \t]*:[ \t]*(.*?)\r?$" % name, text, re.M | re.I)
    return m.group(1) if m else ""


def headers(text, name):
    return [h.rstrip() for h in
            re.findall(r"^%s[ \t]*:.*$" % name, text, re.M | re.I)]


def body(text):
    return text.partition("\r\n\r\n")[2]


class Robots(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sip.bind(("127.0.0.1", 0))
        self.port = self.sip.getsockname()[1]
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.rtp.setblocking(False)
        self.media = self.rtp.getsockname()[1]
        self.wake, self.woken = socket.socketpair()
        self.lock = threading.RLock()
        self.steps = {}         # number: [(action, ms), ...]
        self.tones = {}         # number: Hz
        self.dialogs = {}       # Call-ID
        self.by_rtp = {}        # the other side's port
        self.of = {}            # number: its dialogs, in their order
        self.log = {}           # number: [(time, what), ...]
        self.todo = []          # (when, n, function, arguments)
        self.n = 0

    # asked by tests

    def has(self, number, steps="", hz=400):
        with self.lock:
            self.tones[number] = tones.frame(hz)
            self.steps[number] = [(a, int(ms) / 1000) for a, ms in
                                  (s.split(":") for s in steps.split())]

    def do(self, number, action):
        """To the newest call of that telephone which is not over."""
        self.later(0, self.act, number, action)

    def times(self, number, what):
        with self.lock:
            return [t for t, w in self.log.get(number, ())
                    if w.split()[0] == what]

    def invited(self, number):
        return self.times(number, "rings")

    def heard(self, number):
        """The last frames of its newest call that were heard."""
        with self.lock:
            return list(self.of[number][-1].heard)

    def forget(self, number):
        """What it has heard so far."""
        with self.lock:
            self.of[number][-1].heard.clear()

    def is_idle(self, number):
        with self.lock:
            return all(d.state == "over" for d in self.of.get(number, ()))

    def story(self, number):
        with self.lock:
            return ["%.3f %s" % line for line in self.log.get(number, ())]

    # the thread

    def note(self, d, what):
        self.log.setdefault(d.number, []).append((time.time(), what))

    def later(self, seconds, fn, *args):
        with self.lock:
            self.n += 1
            heapq.heappush(self.todo, (time.monotonic() + seconds, self.n, fn,
                                       args))
        self.wake.send(b"x")

    def run(self):
        while True:
            with self.lock:
                wait = max(0, self.todo[0][0] - time.monotonic()) \
                    if self.todo else None
            ready = select.select([self.sip, self.rtp, self.woken], [], [],
                                  wait)[0]
            if self.woken in ready:
                self.woken.recv(4096)
            with self.lock:
                if self.rtp in ready:
                    self.listen()
                if self.sip in ready:
                    data, peer = self.sip.recvfrom(65535)
                    if len(data) > 10:
                        self.hear(data.decode("utf-8", "replace"), peer)
                while self.todo and self.todo[0][0] <= time.monotonic():
                    _, _, fn, args = heapq.heappop(self.todo)
                    fn(*args)

    def listen(self):
        for _ in range(BATCH):
            try:
                data, peer = self.rtp.recvfrom(2048)
            except BlockingIOError:
                return
            d = self.by_rtp.get(peer[1])
            if d and len(data) == 12 + tones.FRAME and data[1] & 127 == 0:
                self.hear_frame(d, data[12:])

    def hear_frame(self, d, frame):
        d.heard.append(frame)

    def hear(self, text, peer):
        d = self.dialogs.get(header(text, "Call-ID"))
        method = text.split(" ", 1)[0]
        if method == "INVITE" and d is None:
            self.rings(text, peer)
        elif d is None or method.startswith("SIP/"):
            return
        elif method == "INVITE":
            if d.final:
                self.sip.sendto(d.final, d.peer)
        elif method == "ACK":
            d.is_acked = True
        elif method == "CANCEL":
            self.answer(d, text, "200 OK")
            if d.state == "ringing":
                self.note(d, "cancelled")
                self.finish(d, "487 Request Terminated")
        elif method == "BYE":
            self.answer(d, text, "200 OK")
            if d.state != "over":
                self.note(d, "bye")
                d.state = "over"
        else:
            self.answer(d, text, "200 OK")

    def rings(self, text, peer):
        number = re.match(r"INVITE sips?:([^@;> ]+)", text).group(1)
        d = Dialog(number.replace("%2B", "+"), text, peer)
        self.dialogs[d.call] = d
        self.of.setdefault(d.number, []).append(d)
        self.by_rtp[d.rtp] = d
        self.note(d, "rings")
        self.answer(d, text, "180 Ringing")
        self.schedule(d, self.steps.get(d.number, []))

    def schedule(self, d, steps):
        if steps:
            action, seconds = steps[0]
            self.later(seconds, self.step, d, action, steps[1:])

    def step(self, d, action, left):
        if d.state != "over":
            self.action(d, action)
            self.schedule(d, left)

    def act(self, number, action):
        for d in reversed(self.of.get(number, ())):
            if d.state != "over":
                self.action(d, action)
                return

    def action(self, d, action):
        if action == "answer" and d.state == "ringing":
            self.pick_up(d)
        elif re.fullmatch(r"s[3-6]\d\d", action) and d.state == "ringing":
            self.note(d, action)
            self.finish(d, action[1:] + " As Asked")
        elif action == "hang" and d.state == "ringing":
            self.note(d, "s486")
            self.finish(d, "486 Busy Here")
        elif action == "hang":
            self.hang(d)
        elif action in EVENTS and d.state == "up":
            self.press(d, action)
        elif action == "sing" and d.state == "up":
            self.note(d, "sings")
            self.sing(d, SONG)

    def answer(self, d, request, status, more="", sdp=""):
        lines = ["SIP/2.0 " + status]
        for name in ("Via", "Record-Route", "From"):
            lines += headers(request, name)
        to = header(request, "To")
        lines.append("To: " + to + ("" if ";tag=" in to else
                                    ";tag=" + d.tag))
        for name in ("Call-ID", "CSeq"):
            lines += headers(request, name)
        lines.append("Contact: <sip:127.0.0.1:%d>" % self.port)
        lines += [more] if more else []
        lines.append("Content-Length: %d" % len(sdp))
        data = ("\r\n".join(lines) + "\r\n\r\n" + sdp).encode()
        self.sip.sendto(data, d.peer)
        return data

    def finish(self, d, status):
        d.state = "over"
        d.final = self.answer(d, d.invite, status)
        self.later(RESEND, self.again, d, 10)

    def again(self, d, left):
        """The network may have lost it."""
        if not d.is_acked and left > 0:
            self.sip.sendto(d.final, d.peer)
            self.later(RESEND, self.again, d, left - 1)

    def pick_up(self, d):
        sdp = "\r\n".join([
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1",
            "t=0 0", "m=audio %d RTP/AVP 0 %d" % (self.media, d.payload),
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:%d telephone-event/8000" % d.payload,
            "a=fmtp:%d 0-15" % d.payload, "a=sendrecv", ""])
        d.state = "up"
        self.note(d, "up")
        d.final = self.answer(d, d.invite, "200 OK",
                              "Content-Type: application/sdp", sdp)
        self.later(RESEND, self.again, d, 10)

    def press(self, d, key):
        """RFC 4733, 2.5.1: the event as it grows, its end three times."""
        self.note(d, "key " + key)
        stamp = int(time.monotonic() * 8000) & 0xffffffff
        for i, (end, length) in enumerate(
                ((0, 160), (0, 480), (0, 800), (1, 960), (1, 960),
                 (1, 960))):
            d.seq = d.seq + 1 & 0xffff
            self.rtp.sendto(struct.pack(
                ">BBHIIBBH", 0x80, d.payload | (0x80 if i == 0 else 0), d.seq,
                stamp, 0x0ca11, EVENTS.index(key), end << 7 | 10, length),
                ("127.0.0.1", d.rtp))

    def sing(self, d, left):
        d.seq = d.seq + 1 & 0xffff
        self.rtp.sendto(struct.pack(
            ">BBHII", 0x80, 0, d.seq, int(time.monotonic() * 8000)
            & 0xffffffff, 0x0ca11) + self.tones[d.number],
            ("127.0.0.1", d.rtp))
        if left > 1:
            self.later(0.02, self.sing, d, left - 1)

    def hang(self, d):
        self.note(d, "hangs")
        d.state = "over"
        d.cseq += 1
        to = header(d.invite, "To")
        contact = re.search(r"<(.*?)>", header(d.invite, "Contact")).group(1)
        lines = ["BYE %s SIP/2.0" % contact,
                 "Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%016x"
                 % (self.port, random.getrandbits(64))]
        lines += [h.replace("Record-Route", "Route", 1)
                  for h in headers(d.invite, "Record-Route")]
        lines += ["From: %s;tag=%s" % (to, d.tag),
                  "To: " + header(d.invite, "From"), "Call-ID: " + d.call,
                  "CSeq: %d BYE" % d.cseq, "Max-Forwards: 70",
                  "Content-Length: 0", "", ""]
        self.sip.sendto("\r\n".join(lines).encode(), d.peer)
