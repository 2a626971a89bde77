"""The other side of the bridge's sockets, by DESIGN section 7 alone; and
offers, nonces and key files of the tests' own making."""
import base64
import hashlib
import importlib.util
import os
import socket
import struct
import time


_spec = importlib.util.spec_from_file_location(
    "vectors", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            "15-vectors.py"))
_vectors = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_vectors)

LOOK, CHECK, ACCEPT, STATUS, HANGUP, HOOK = 1, 2, 3, 4, 5, 6
LIST, REVOKE, TEST, HEALTH, ERASE = 64, 65, 66, 67, 68
REFUSALS = ("ok token-bad expired used-up revoked closed in-call number-bad "
            "number-denied number-wrong too-many nonce-early nonce-late "
            "nonce-bad stopped no-provider store-full unreachable "
            "unpaid code-wanted code-wrong").split()
STAGES = ("none starting ringing-a asking-a ringing-b asking-b talking "
          "ended").split()
ENDS = ("none talked a-no-answer a-busy a-declined a-no-key a-blocked "
        "a-unreachable a-left b-no-answer b-busy b-declined b-no-key "
        "b-unreachable cancelled revoked provider unknown unpaid").split()


def text(s):
    raw = s if isinstance(s, bytes) else s.encode()
    return struct.pack(">H", len(raw)) + raw


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, n):
        out, self.data = self.data[:n], self.data[n:]
        assert len(out) == n
        return out

    def number(self, n):
        return int.from_bytes(self.take(n), "big", signed=n == 8)

    def text(self):
        return self.take(self.number(2)).decode()


class Ended(Exception):
    pass


class Peer:
    """One connection."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(path)
        self.buf, self.id = b"", 0

    def close(self):
        self.sock.close()

    def send(self, verb, body):
        self.id += 1
        self.sock.sendall(struct.pack(">IIB", len(body) + 5, self.id, verb)
                          + body)
        return self.id

    def read(self, n):
        while len(self.buf) < n:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Ended
            self.buf += data
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def hear(self):
        """(id, verb, body) of the next answer."""
        size = int.from_bytes(self.read(4), "big")
        data = self.read(size)
        return int.from_bytes(data[:4], "big"), data[4], data[5:]

    def ask(self, verb, body):
        asked = self.send(verb, body)
        got, answered, data = self.hear()
        assert (got, answered) == (asked, verb)
        return Reader(data)

    def is_ended(self):
        try:
            self.read(1)
            return False
        except Ended:
            return True

    # the verbs

    def look(self, token, client=""):
        r = self.ask(LOOK, text(token) + text(client))
        out = {"refusal": REFUSALS[r.number(1)], "name": r.text(),
               "address": r.text(), "not_after": r.number(8),
               "opens_at": r.number(8)}
        for name in "caller region known_region price lang nonce".split():
            out[name] = r.text()
        assert r.data == b""
        return out

    def check(self, token, number, region=""):
        r = self.ask(CHECK, text(token) + text(number) + text(region))
        return REFUSALS[r.number(1)], r.text(), r.text(), r.text()

    @staticmethod
    def accept_body(token, nonce, number, client="", lang="en", code=""):
        return b"".join(map(text, (token, nonce, number, client, lang,
                                   code)))

    @staticmethod
    def accepted(r):
        out = {"refusal": REFUSALS[r.number(1)], "secret": r.text(),
               "retry_at": r.number(8), "call": r.take(16)}
        assert r.data == b""
        return out

    def accept(self, *args, **more):
        return self.accepted(self.ask(ACCEPT, self.accept_body(*args,
                                                               **more)))

    @staticmethod
    def status_of(r):
        out = {"stage": STAGES[r.number(1)], "end": ENDS[r.number(1)],
               "since": r.number(8), "talk_s": r.number(8), "name": r.text(),
               "caller": r.text(), "lang": r.text()}
        assert r.data == b""
        return out

    def status(self, secret, subscribe=0, verb=STATUS):
        return self.status_of(self.ask(verb, text(secret)
                                       + bytes([subscribe])))

    def next_status(self):
        return self.status_of(Reader(self.hear()[2]))

    def list(self, since=0, most=0, open_only=0, offer=bytes(16)):
        self.send(LIST, struct.pack(">qIB", since, most, open_only) + offer)
        calls = []
        while True:
            r = Reader(self.hear()[2])
            c = {"call": r.take(16), "offer": r.take(16),
                 "stage": STAGES[r.number(1)], "end": ENDS[r.number(1)]}
            for name in "accepted_at key_at talk_at ended_at".split():
                c[name] = r.number(8)
            for name in "account offeror a b provider detail price_a price_b" \
                    .split():
                c[name] = r.text()
            assert r.data == b""
            if c["call"] == bytes(16):
                return calls
            calls.append(c)

    def revoke(self, by, offer=bytes(16), tag=bytes(16), sender="", hangup=0):
        r = self.ask(REVOKE, bytes([by]) + offer + tag + text(sender)
                     + bytes([hangup]))
        return REFUSALS[r.number(1)], r.number(4)

    def test(self, account, a, b):
        return self.accepted(self.ask(TEST, text(account)
                                      + _vectors.packed_tel(a)
                                      + _vectors.packed_tel(b)))

    def health(self):
        r = self.ask(HEALTH, b"")
        out = {"journal_ok": r.number(1), "stopped": r.number(1),
               "open": r.number(4), "used": r.number(8), "max": r.number(8)}
        out["providers"] = [(r.text(), r.number(1), r.text())
                            for _ in range(r.number(2))]
        return out


class Keys(_vectors.Keys):
    """One signing key, one sealing key, and the MAC key."""

    def __init__(self, label):
        super().__init__(label)
        self.mac = hashlib.blake2b(label, digest_size=32).digest()

    def save(self, folder):
        """sign.pub, unseal.key and mac.key."""
        for name, kind, key, mode in (
                ("sign.pub", "verify", self.verify, 0o444),
                ("unseal.key", "unseal", self.unseal, 0o400),
                ("mac.key", "mac", self.mac, 0o400)):
            path = os.path.join(folder, name)
            with open(path, "w") as f:
                f.write("calloffer-%s-1 %s\n" % (kind, _vectors.text_of(key)))
            os.chmod(path, mode)


_made = 0


def new_id(at):
    """A UUIDv7 of this time (Unix seconds)."""
    global _made
    _made += 1
    raw = bytearray(int(at * 1000).to_bytes(6, "big") + b"\x70\0\x80\0"
                    + _made.to_bytes(6, "big"))
    return bytes(raw)


def mint(keys, minted=0, lives=86400, offer=None, sealed=None, **f):
    """(token, offer id); `minted` beside now."""
    now = time.time()
    f.setdefault("destination", "+442079460100")
    f.setdefault("offeror", "alice@example.com")
    f.setdefault("account", "sales")
    offer = offer or new_id(now + minted)
    if sealed is None:
        sealed = _vectors.make_seal(_vectors.make_terms(f), keys,
                                    os.urandom(32))
    body = bytes([1, f.get("uses", 1)]) + keys.sign_id + keys.seal_id \
        + int(now + minted + lives).to_bytes(5, "big") + offer \
        + _vectors.short(f.get("name", "Alice Doe")) \
        + len(sealed).to_bytes(2, "big") + sealed
    return _vectors.signed(body, keys), offer


def tag_of(sender):
    """Of the message that mint() speaks of."""
    return hashlib.blake2b(sender.encode() + b"\0<1@example.com>",
                           digest_size=16).digest()


def nonce(keys, offer, age=10, call=None):
    call = call or new_id(time.time() - age)
    tag = hashlib.blake2b(b"calloffer/nonce/1\0" + offer + call,
                          key=keys.mac, digest_size=16).digest()
    return base64.urlsafe_b64encode(call + tag).decode().rstrip("=")


def secret_of(keys, call):
    tag = hashlib.blake2b(b"calloffer/secret/1\0" + call, key=keys.mac,
                          digest_size=16).digest()
    return base64.urlsafe_b64encode(call + tag).decode().rstrip("=")


b64 = _vectors.text_of
