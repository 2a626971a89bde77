"""A little of Asterisk's REST interface, for tests of the bridge: enough to
ring, answer, press keys, join and hang up, and to say what was asked."""
import base64
import hashlib
import json
import socket
import struct
import threading
from urllib.parse import parse_qs, urlsplit

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# The bridge's part of it: its name and where it is.
SECTION = """provider %s {
	kind = asterisk
	url = "%s"
	user = calloffer
	password_file = "DIR/password"
	app = calloffer
	trunk_pstn = "PJSIP/%%s@trunk"
	trunk_sip = "PJSIP/packet/%%s"
	prompts = "/prompts"
}
"""


class Ari:
    def __init__(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Condition(threading.RLock())
        self.asked = []         # (method, path, query)
        self.bodies = []        # of each, as it came
        self.channels = {}      # id: state
        self.events = None      # the stream's socket
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d/ari" % self.port

    def serve(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(sock,),
                             daemon=True).start()

    def talk(self, sock):
        f = sock.makefile("rb")
        while True:
            line = f.readline().decode()
            if not line:
                return
            method, target, _ = line.split()
            head = {}
            for line in iter(f.readline, b"\r\n"):
                name, _, value = line.decode().partition(":")
                head[name.lower()] = value.strip()
            body = f.read(int(head.get("content-length", 0)))
            url = urlsplit(target)
            if "sec-websocket-key" in head:
                return self.stream(sock, f, head["sec-websocket-key"])
            self.answer(sock, *self.react(method, url.path[4:],
                                          parse_qs(url.query), body))

    def answer(self, sock, status, what):
        body = json.dumps(what).encode() if what is not None else b""
        sock.sendall(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % (status, len(body))
                     + body)

    def react(self, method, path, query, body):
        with self.lock:
            self.asked.append((method, path, query))
            self.bodies.append(body.decode())
            self.lock.notify_all()
            parts = path.strip("/").split("/")
            if parts[0] == "applications":
                return (200, {"name": parts[1]}) if self.events \
                    else (404, {"message": "no such application"})
            if parts[:2] == ["events", "user"]:
                self.say({"type": "ChannelUserevent", "eventname": parts[2]})
                return 204, None
            if parts[0] != "channels":
                return 200 if method == "POST" else 204, {}
            if method == "POST" and len(parts) == 2:
                self.channels[parts[1]] = "Down"
                return 200, {"id": parts[1], "state": "Down"}
            if parts[1] not in self.channels:
                return 404, {"message": "Channel not found"}
            if method == "DELETE":
                gone = parts[1]
                threading.Timer(0.01, self.gone, (gone, 16)).start()
                return 204, None
            return 200, {"id": parts[1], "state": self.channels[parts[1]]}

    def stream(self, sock, f, key):
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        sock.sendall(b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\n"
                     b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
                     + accept + b"\r\n\r\n")
        with self.lock:
            self.events = sock
            self.lock.notify_all()
        while True:             # pings are answered, the rest ignored
            head = f.read(2)
            if len(head) < 2:
                break
            mask = f.read(4)
            data = bytes(c ^ mask[i % 4] for i, c in
                         enumerate(f.read(head[1] & 127)))
            if head[0] & 15 == 9:
                sock.sendall(bytes([0x8a, len(data)]) + data)
        with self.lock:
            if self.events is sock:
                self.events = None

    def tell(self, kind, channel, **more):
        self.say(dict(more, type=kind, channel={
            "id": channel, "state": self.channels.get(channel, "Up")}))

    def say(self, event):
        data = json.dumps(event).encode()
        size = bytes([len(data)]) if len(data) < 126 \
            else b"\x7e" + struct.pack(">H", len(data))
        with self.lock:
            if self.events is not None:
                self.events.sendall(b"\x81" + size + data)

    # what the telephones do

    def wait_leg(self, leg, n=1, timeout=10):
        """The id of the n-th channel that was rung for this leg."""
        with self.lock:
            found = []

            def look():
                found[:] = [p.split("/")[2] for m, p, _ in self.asked
                            if m == "POST" and p.count("/") == 2
                            and p.startswith("/channels/")
                            and p.endswith("-" + leg)]
                return len(found) >= n
            self.lock.wait_for(look, timeout)
            return found[n - 1] if len(found) >= n else None

    def ring(self, channel):
        self.channels[channel] = "Ringing"
        self.tell("ChannelStateChange", channel)

    def pick_up(self, channel):
        self.channels[channel] = "Up"
        self.tell("StasisStart", channel, args=[])

    def press(self, channel, key):
        self.tell("ChannelDtmfReceived", channel, digit=key)

    def gone(self, channel, cause):
        if channel in self.channels:
            self.tell("ChannelDestroyed", channel, cause=cause, cause_txt="x")
            self.channels.pop(channel, None)

    def rung(self):
        """Every number that was rung, in order."""
        with self.lock:
            return [q["endpoint"][0] for m, p, q in self.asked
                    if "endpoint" in q]
