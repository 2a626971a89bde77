"""The line between a program and an HTTP server, which a test can cut.

	w = Wire(("127.0.0.1", 8088)); w.start()
	... let the program ask w.port instead ...
	w.hold(r"POST /ari/channels/\\S+-a\\?")	such a request does not arrive
	w.hold(r"POST ...", "answer")		it does, its answer does not
	w.held(): how many are held; w.release()
	w.freeze()	nothing passes any more, nothing ends
	w.cut()		connections end, new ones are refused
	w.mend()	all is well again

freeze and cut concern all connections, or those of one kind: "events", those
that become WebSockets, or "requests".  (New ones of the other kind go on; the
kind is known by the first request, at which a connection that is cut ends.)
Half of what is held is forgotten when its connection is cut.

A request may come by the stream of events, too, as Asterisk takes them there:
it is held as "POST /ari/...", with all that is said behind it.  With takes=False
none gets through, and so the server is one that takes none there.
"""
import json
import re
import select
import socket
import struct
import threading

REQUEST = "RESTRequest"
HEAD = re.compile(rb"(GET|POST|PUT|DELETE) (\S+) HTTP/1\.[01]\r\n")


class Frames:
    """What a client says by a WebSocket (RFC 6455, 5.2), frame by frame."""

    def __init__(self):
        self.data = b""

    def take(self, data):
        """[(a whole frame, what it asks as "METHOD target", or None)]"""
        self.data += data
        frames = []
        while len(self.data) >= 8:
            n, at = self.data[1] & 127, 6
            if n == 126:
                n, at = struct.unpack(">H", self.data[2:4])[0], 8
            if len(self.data) < at + n:
                break
            frame, self.data = self.data[:at + n], self.data[at + n:]
            frames.append((frame, self.read(frame, at)))
        return frames

    @staticmethod
    def read(frame, at):
        if frame[0] & 15 != 1:
            return None
        mask = frame[at - 4:at]
        said = json.loads(bytes(c ^ mask[i % 4]
                                for i, c in enumerate(frame[at:])))
        return "%s /ari/%s" % (said["method"], said["uri"]) \
            if said["type"] == REQUEST else None


class Link:
    """One connection: its two ends, and what is on its way."""

    def __init__(self, near, to):
        self.near = near
        self.far = socket.create_connection(to)
        self.out = {self.near: b"", self.far: b""}      # to be sent there
        self.kind = None
        self.stops = set()              # ends that get nothing, by a hold
        self.frames = Frames()          # of a WebSocket's client

    def other(self, end):
        return self.far if end is self.near else self.near

    def close(self, is_hard):
        for end in (self.near, self.far):
            if is_hard:                 # RST: what is on its way is lost
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
            end.close()


class Wire(threading.Thread):
    def __init__(self, to, takes=True):
        super().__init__(daemon=True)
        self.to, self.takes = to, takes
        self.lock = threading.RLock()
        self.links = []
        self.holds = []                 # [(pattern, which)]
        self.frozen, self.is_cut = set(), set()
        self.asked = []                 # "METHOD target" of all requests
        self.listener = None
        self.port = 0
        self.listen()
        self.wake, self.woken = socket.socketpair()

    def listen(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]

    # asked by tests

    def hold(self, pattern, which="request"):
        with self.lock:
            self.holds.append((re.compile(pattern.encode()), which))

    def held(self):
        with self.lock:
            return sum(bool(link.stops) for link in self.links)

    def release(self):
        with self.lock:
            self.holds = []
            for link in self.links:
                link.stops = set()
        self.stir()

    def freeze(self, *kinds):
        with self.lock:
            self.frozen = set(kinds or ("events", "requests", None))

    def cut(self, *kinds, hard=False):
        with self.lock:
            self.is_cut = set(kinds or ("events", "requests", None))
            if None in self.is_cut:
                self.listener.close()
                self.listener = None
            for link in list(self.links):
                if link.kind in self.is_cut:
                    self.end(link, hard)
        self.stir()

    def mend(self):
        with self.lock:
            self.frozen, self.is_cut, self.holds = set(), set(), []
            for link in self.links:
                link.stops = set()
            if self.listener is None:
                self.listen()
        self.stir()

    # the thread

    def stir(self):
        self.wake.send(b"x")

    def end(self, link, is_hard=False):
        """What has come this far goes on, unless it ends hard."""
        self.links.remove(link)
        for end, data in link.out.items():
            if data and end not in link.stops and not is_hard:
                try:
                    end.sendall(data)
                except OSError:
                    pass
        link.close(is_hard)

    def run(self):
        while True:
            with self.lock:
                reads, writes = self.wants()
            try:
                reads, writes, _ = select.select(reads, writes, [])
            except (OSError, ValueError):
                continue                # one was closed by cut()
            with self.lock:
                if self.woken in reads:
                    self.woken.recv(4096)
                if self.listener is not None and self.listener in reads:
                    self.take()
                for link in list(self.links):
                    self.turn(link, reads, writes)

    def wants(self):
        reads = [self.woken]
        writes = []
        if self.listener is not None and None not in self.frozen:
            reads.append(self.listener)
        for link in self.links:
            if link.kind in self.frozen:
                continue
            for end in (link.near, link.far):
                reads.append(end)
                if link.out[end] and end not in link.stops:
                    writes.append(end)
        return reads, writes

    def take(self):
        near, _ = self.listener.accept()
        try:
            self.links.append(Link(near, self.to))
        except OSError:                 # the server is not there
            near.close()

    def turn(self, link, reads, writes):
        try:
            for end in (link.near, link.far):
                if link not in self.links or link.kind in self.frozen:
                    return
                if end in reads:
                    self.read(link, end)
                if link in self.links and end in writes:
                    n = end.send(link.out[end])
                    link.out[end] = link.out[end][n:]
        except OSError:
            if link in self.links:
                self.end(link)

    def read(self, link, end):
        data = end.recv(65536)
        if not data:
            self.end(link)
            return
        if end is link.near and link.kind == "events":
            data = self.sift(link, data)
        elif end is link.near:
            self.look(link, data)
        if link in self.links:
            link.out[link.other(end)] += data
            # At once where it may go, so that nothing waits a round.
            self.stir()

    def look(self, link, data):
        m = HEAD.match(data)
        if not m:
            return
        if link.kind is None:
            link.kind = "events" if b"/events?" in m.group(2) else "requests"
        what = m.group(1) + b" " + m.group(2)
        self.asked.append(what.decode())
        if link.kind in self.is_cut:
            self.end(link)
            return
        self.stop(link, what)

    def stop(self, link, what):
        for pattern, which in self.holds:
            if pattern.match(what):
                link.stops.add(link.far if which == "request"
                               else link.near)

    def sift(self, link, data):
        """What goes on: before what is held goes what came before it."""
        on = b""
        for frame, what in link.frames.take(data):
            if what and not self.takes:
                continue
            if what:
                self.asked.append(what)
                stops = set(link.stops)
                self.stop(link, what.encode())
                if link.far in link.stops - stops:
                    link.far.sendall(link.out[link.far] + on)
                    link.out[link.far] = on = b""
            on += frame
        return on
