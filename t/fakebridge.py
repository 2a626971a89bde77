#!/usr/bin/python3
"""A bridge for tests of the tool: answers the administrator's verbs from a
file, which it reads anew at each question, and writes down what it was asked.

	t/fakebridge.py SOCKET STATE.json LOG

State: calls (a list, newest first), accepted, revoked, health, erased (in so
many pieces): the fields of the answers of lib/ask.h, absent ones zero; steps: the [stage, end] that the
first call takes at one LIST after the other; mute: it says nothing; babble: it
says what is no frame.  It ends when its standard input is closed.
"""
import json
import os
import socket
import struct
import sys
import threading

LIST, REVOKE, TEST, HEALTH, ERASE = 64, 65, 66, 67, 68


def text(value):
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def call(c):
    return (bytes.fromhex(c.get("call", "")).ljust(16, b"\0")
            + bytes.fromhex(c.get("offer", "")).ljust(16, b"\0")
            + bytes([c.get("stage", 0), c.get("end", 0)])
            + b"".join(struct.pack(">q", c.get(k, 0)) for k in
                       ("accepted_at", "key_at", "talk_at", "ended_at"))
            + b"".join(text(c.get(k, "")) for k in
                       ("account", "offeror", "a", "b", "provider", "detail",
                        "price_a", "price_b")))


def accepted(a):
    return (bytes([a.get("refusal", 0)]) + text(a.get("secret", ""))
            + struct.pack(">q", a.get("retry_at", 0))
            + bytes.fromhex(a.get("call", "")).ljust(16, b"\0"))


def health(h):
    providers = h.get("providers", [])
    return (bytes([h.get("is_journal_ok", 1), h.get("is_stopped", 0)])
            + struct.pack(">IQQH", h.get("n_open_calls", 0),
                          h.get("used", 10), h.get("max", 1000),
                          len(providers))
            + b"".join(text(n) + bytes([r]) + text(d)
                       for n, r, d in providers))


class Bridge:
    def __init__(self, path, state, log):
        self.state, self.log, self.looks = state, log, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()

    def answers(self, verb, body):
        with open(self.state) as f:
            s = json.load(f)
        if s.get("mute"):
            return
        if verb == LIST:
            calls = s.get("calls", [])
            if s.get("steps"):
                calls = [dict(calls[0])] + calls[1:]
                i = min(self.looks, len(s["steps"]) - 1)
                calls[0]["stage"], calls[0]["end"] = s["steps"][i]
                self.looks += 1
            most = struct.unpack(">I", body[8:12])[0]
            if body[12]:
                calls = [c for c in calls if c.get("stage") != 7]
            for c in calls[:most or None]:
                yield call(c)
            yield call({})
        elif verb == REVOKE:
            r = s.get("revoked", {})
            yield bytes([r.get("refusal", 0)]) \
                + struct.pack(">I", r.get("n_hung_up", 0))
        elif verb == TEST:
            yield accepted(s.get("accepted", {}))
        elif verb == HEALTH:
            yield health(s.get("health", {}))
        elif verb == ERASE:
            e = s.get("erased", {})
            self.looks += 1
            yield struct.pack(">BBII", e.get("refusal", 0),
                              self.looks < e.get("pieces", 0),
                              e.get("n_calls", 0), e.get("n_open", 0))

    def serve(self, conn):
        data = b""
        while True:
            part = conn.recv(65536)
            if not part:
                return
            data += part
            while len(data) >= 4:
                (n,) = struct.unpack(">I", data[:4])
                if len(data) < 4 + n:
                    break
                ident, verb, body = data[4:8], data[8], data[9:4 + n]
                data = data[4 + n:]
                with open(self.log, "a") as f:
                    f.write("%d %s\n" % (verb, body.hex()))
                with open(self.state) as f:
                    if json.load(f).get("babble"):
                        conn.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                        return
                for answer in self.answers(verb, body):
                    frame = ident + bytes([verb]) + answer
                    conn.sendall(struct.pack(">I", len(frame)) + frame)

    def run(self):
        while True:
            conn, _ = self.listener.accept()
            threading.Thread(target=self.guard, args=(conn,),
                             daemon=True).start()

    def guard(self, conn):
        try:
            with conn:
                self.serve(conn)
        except OSError:
            pass


if __name__ == "__main__":
    bridge = Bridge(*sys.argv[1:4])
    threading.Thread(target=bridge.run, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    os.unlink(sys.argv[1])
