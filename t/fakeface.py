"""A bridge for tests of acceptd: its face socket, spoken by a thread.

	face = Face(path); face.start(); ...; face.stop()

What is answered is told by `face.offer`, `.checked`, `.accepted`, `.status`,
`.hooked` (dictionaries of the fields of lib/ask.h; absent ones are zero), or
by a function of the question in their place.  What was asked is in
`face.asked`, a list of (verb, dictionary).  `face.push(secret, status)` sends
news to those who have subscribed.  `face.mute` says nothing, `face.babble`
says what is no frame.

Also: keys and tokens, by PyNaCl, so that no code of ours vouches for itself.
"""
import base64
import os
import socket
import struct
import threading
import time

import nacl.encoding
import nacl.hash
import nacl.public
import nacl.signing

LOOK, CHECK, ACCEPT, STATUS, HANGUP, HOOK, MEANS = range(1, 8)
REFUSALS = ("ok token-bad expired used-up revoked closed in-call number-bad "
            "number-denied number-wrong too-many nonce-early nonce-late "
            "nonce-bad stopped no-provider store-full unreachable "
            "unpaid code-wanted code-wrong").split()
STAGES = ("none starting ringing-a asking-a ringing-b asking-b talking "
          "ended").split()
ENDS = ("none talked a-no-answer a-busy a-declined a-no-key a-blocked "
        "a-unreachable a-left b-no-answer b-busy b-declined b-no-key "
        "b-unreachable cancelled revoked provider unknown unpaid").split()

QUESTIONS = {
    LOOK: "s:token s:client", CHECK: "s:token s:number s:region",
    ACCEPT: "s:token s:nonce s:number s:client s:lang s:code",
    STATUS: "s:secret B:is_subscription",
    HANGUP: "s:secret B:is_subscription",
    HOOK: "s:provider s:method s:path s:headers b:body",
    MEANS: "s:secret B:is_wanted",
}
ANSWERS = {
    LOOK: "B:refusal s:name s:address q:not_after q:opens_at s:caller "
          "s:region s:known_region s:price s:lang s:nonce",
    CHECK: "B:refusal s:number s:shown s:region",
    ACCEPT: "B:refusal s:secret q:retry_at 16:call",
    STATUS: "B:stage B:end q:since q:talk_s s:name s:caller s:lang",
    HANGUP: "B:stage B:end q:since q:talk_s s:name s:caller s:lang",
    HOOK: "H:status s:type b:body",
    MEANS: "B:state s:payer s:url s:lang q:until",
}
DEFAULTS = {LOOK: "offer", CHECK: "checked", ACCEPT: "accepted",
            STATUS: "status", HANGUP: "status", HOOK: "hooked",
            MEANS: "way"}


def encode(layout, values):
    out = b""
    for item in layout.split():
        kind, name = item.split(":")
        v = values.get(name)
        if kind in "sb":
            raw = v or b""
            raw = raw.encode() if isinstance(raw, str) else raw
            out += struct.pack(">H", len(raw)) + raw
        elif kind == "16":
            out += (v or b"").ljust(16, b"\0")
        else:
            out += struct.pack(">" + kind, v or 0)
    return out


def decode(layout, body):
    values = {}
    for item in layout.split():
        kind, name = item.split(":")
        if kind in "sb":
            n = struct.unpack(">H", body[:2])[0]
            raw, body = body[2:2 + n], body[2 + n:]
            values[name] = raw.decode() if kind == "s" else raw
        else:
            n = struct.calcsize(">" + kind)
            values[name] = struct.unpack(">" + kind, body[:n])[0]
            body = body[n:]
    assert not body, "bytes left over"
    return values


class Face:
    def __init__(self, path):
        self.path = path
        self.asked = []
        self.mute = self.babble = False
        self.subscribers = []
        self.listener = None
        self.peers = []
        self.lock = threading.Lock()
        self.offer = {"name": "Alice Doe", "address": "alice@example.com",
                      "not_after": int(time.time()) + 86400,
                      "caller": "+44 20 7946 0100", "region": "GB",
                      "lang": "en", "nonce": "bm9uY2Utb2YtdGhlLW9mZmVy"}
        self.checked = {"number": "+442079460123",
                        "shown": "+44 20 7946 0123", "region": "GB"}
        self.accepted = {"secret": "c2VjcmV0LW9mLXRoZS1jYWxs"}
        self.status = {"stage": 2, "since": int(time.time()),
                       "name": "Alice Doe", "caller": "+44 20 7946 0100",
                       "lang": "en"}
        self.hooked = {"status": 200}
        self.way = {"state": 1, "payer": "Stripe", "lang": "en",
                    "until": int(time.time()) + 604800}

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        threading.Thread(target=self.serve, args=(self.listener,),
                         daemon=True).start()

    def stop(self):
        """As if the bridge had been killed."""
        listener, self.listener = self.listener, None
        os.unlink(self.path)
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for c in self.peers:
            try:
                c.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            c.close()
        self.peers, self.subscribers = [], []

    def serve(self, listener):
        while True:
            try:
                c, _ = listener.accept()
            except OSError:
                return
            self.peers.append(c)
            threading.Thread(target=self.talk, args=(c,),
                             daemon=True).start()

    def talk(self, c):
        have = b""
        try:
            while True:
                got = c.recv(65536)
                if not got:
                    return
                have += got
                while len(have) >= 4:
                    n = struct.unpack(">I", have[:4])[0]
                    if len(have) < 4 + n:
                        break
                    frame, have = have[4:4 + n], have[4 + n:]
                    self.take(c, frame)
        except OSError:
            return

    def take(self, c, frame):
        ident, verb = struct.unpack(">IB", frame[:5])
        question = decode(QUESTIONS[verb], frame[5:])
        self.asked.append((verb, question))
        if self.mute:
            return
        if self.babble:
            c.sendall(b"\0\0\0\1this is no frame at all")
            return
        if verb == STATUS and question["is_subscription"]:
            with self.lock:
                self.subscribers.append((c, ident, question["secret"]))
        answer = getattr(self, DEFAULTS[verb])
        if callable(answer):
            answer = answer(question)
        self.send(c, ident, verb, answer)

    def send(self, c, ident, verb, answer):
        body = encode(ANSWERS[verb], answer)
        with self.lock:
            c.sendall(struct.pack(">IIB", 5 + len(body), ident, verb) + body)

    def push(self, secret, status):
        for c, ident, whose in list(self.subscribers):
            if whose == secret:
                self.send(c, ident, STATUS, status)

    def asked_for(self, verb):
        return [q for v, q in self.asked if v == verb]


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Signer:
    """A signing key, its public file, and tokens."""

    def __init__(self):
        self.key = nacl.signing.SigningKey.generate()
        self.public = bytes(self.key.verify_key)
        self.id = nacl.hash.blake2b(
            self.public, digest_size=32,
            encoder=nacl.encoding.RawEncoder)[:4]
        self.seal = nacl.public.PrivateKey.generate().public_key

    def save(self, path):
        with open(path, "w", encoding="ascii") as f:
            f.write("calloffer-verify-1 %s\n" % b64(self.public))
        os.chmod(path, 0o444)

    def raw(self, not_after=None, name="Alice Doe", offer=None):
        ms = int(time.time() * 1000)
        if offer is None:
            offer = bytearray(ms.to_bytes(6, "big") + os.urandom(10))
            offer[6] = 0x70 | offer[6] & 0x0f
            offer[8] = 0x80 | offer[8] & 0x3f
        if not_after is None:
            not_after = int(time.time()) + 86400
        sealed = nacl.public.SealedBox(self.seal).encrypt(b"\0" * 80)
        text = name.encode()
        body = (bytes([1, 1]) + self.id + b"\0\0\0\1"
                + not_after.to_bytes(5, "big") + bytes(offer)
                + bytes([len(text)]) + text
                + struct.pack(">H", len(sealed)) + sealed)
        return body + self.key.sign(b"calloffer/offer/1\0" + body).signature

    def token(self, **fields):
        return b64(self.raw(**fields))
