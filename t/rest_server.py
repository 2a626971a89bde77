#!/usr/bin/python3
"""An HTTP server that misbehaves as its path asks it to; for t/48-rest and
t/48-stream.

usage: rest_server.py DIR

Prints "PLAIN TLS DEAD" (ports; nobody listens on the last) and serves until its standard input ends.  DIR
gets a certificate for localhost, cert.pem.
"""
import base64
import hashlib
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
seen = {}                       # path: how many requests came
lock = threading.Lock()


class Gone(Exception):
    pass


class Peer:
    def __init__(self, sock):
        self.sock = sock
        self.buf = b""
        self.masks = set()

    def need(self, n):
        while len(self.buf) < n:
            data = self.sock.recv(65536)
            if not data:
                raise Gone
            self.buf += data

    def take(self, n):
        self.need(n)
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def head(self):
        while b"\r\n\r\n" not in self.buf:
            self.need(len(self.buf) + 1)
        head, self.buf = self.buf.split(b"\r\n\r\n", 1)
        return head.decode("latin-1")

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, body=b"", status="200 OK", more=""):
        self.send(("HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n"
                   % (status, len(body), more)).encode() + body)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        raise Gone


def frame(op, data=b"", first=0x80):
    head = bytes([first | op])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    if len(data) < 65536:
        return head + b"\x7e" + struct.pack(">H", len(data)) + data
    return head + b"\x7f" + struct.pack(">Q", len(data)) + data


def read_frame(p):
    a, b = p.take(2)
    n = b & 127
    if n == 126:
        n = struct.unpack(">H", p.take(2))[0]
    if not b & 128:
        return a & 15, b"not masked"
    mask = p.take(4)
    p.masks.add(mask)
    return a & 15, bytes(c ^ mask[i % 4] for i, c in enumerate(p.take(n)))


def websocket(p, path, head):
    key = [line.split(":", 1)[1].strip() for line in head.split("\r\n")
           if line.lower().startswith("sec-websocket-key:")][0]
    if path == "/ws/badaccept":
        key = "x" + key
    accept = base64.b64encode(
        hashlib.sha1((key + GUID).encode()).digest()).decode()
    p.send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
            % accept).encode() + frame(1, b"hello"))
    if path == "/ws/many":
        p.send(b"".join(frame(1, b"%d" % i) for i in range(2000)))
    if path == "/ws/huge":
        p.send(frame(1, b"x" * 300000))
    if path == "/ws/large":
        p.send(frame(1, b"y" * 200000))
    if path == "/ws/drop":
        time.sleep(0.05)
        raise Gone
    if path == "/ws/parts":
        for part in (frame(1, b"a", 0), frame(9, b"ping"), frame(0, b"b", 0),
                     frame(0, b"c")):
            p.send(part[:1])
            time.sleep(0.02)
            p.send(part[1:])
    while True:
        op, data = read_frame(p)
        if path == "/ws/silent":
            continue
        if op == 9:
            p.send(frame(10, data) + frame(1, b"was pinged"))
        elif op == 1:
            p.send(frame(1, data + b" %d" % len(p.masks)))
        elif op == 10:
            p.send(frame(1, b"pong " + data))


def serve_one(p):
    head = p.head()
    method, path, _ = head.split("\r\n")[0].split(" ")
    body = b""
    for line in head.split("\r\n")[1:]:
        name, value = line.split(":", 1)
        if name.lower() == "content-length":
            body = p.take(int(value))
    with lock:
        seen[path] = n = seen.get(path, 0) + 1
    if path.startswith("/seen"):
        p.answer(b"%d" % seen.get(path[5:], 0))
    elif path == "/echo":
        p.answer(head.encode("latin-1") + b"\n\n" + body)
    elif path == "/big":
        p.answer(b"x" * 65536)
    elif path == "/bigger":
        p.answer(b"x" * 65537)
    elif path == "/endless":
        p.send(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            p.send(b"y" * 65536)
        raise Gone
    elif path == "/head":
        p.send(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2000):
            p.send(b"X-Y: " + b"z" * 1000 + b"\r\n")
        raise Gone
    elif path == "/silent":
        time.sleep(5)
        raise Gone
    elif path == "/half":
        p.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
        raise Gone
    elif path == "/halfhead":
        p.send(b"HTTP/1.1 200 OK\r\nContent-Le")
        raise Gone
    elif path == "/close":
        raise Gone
    elif path == "/reset":
        p.reset()
    elif path == "/garbage":
        p.send(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
        raise Gone
    elif path == "/redirect":
        p.answer(b"elsewhere", "302 Found", "Location: /echo\r\n")
    elif path in ("/stale", "/stale-get"):
        # The first on a connection is answered, the second acted on and not.
        if getattr(p, "was_here", False):
            raise Gone
        p.was_here = True
        p.answer(b"%d" % n)
    elif path == "/ws/401":
        p.answer(b"", "401 Unauthorized")
    elif path.startswith("/ws"):
        websocket(p, path, head)
    else:
        p.answer(b"", "%s Answer" % path[1:] if path[1:].isdigit()
                 else "404 Not Found")


def serve(sock, context):
    try:
        if context is not None:
            sock = context.wrap_socket(sock, server_side=True)
        p = Peer(sock)
        while True:
            serve_one(p)
    except (Gone, OSError, ValueError):
        pass
    finally:
        sock.close()


def listen(context):
    s = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            threading.Thread(target=serve, args=(s.accept()[0], context),
                             daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return s.getsockname()[1]


folder = sys.argv[1]
cert, key = folder + "/cert.pem", folder + "/key.pem"
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
     "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
     "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(cert, key)
dead = socket.socket()          # bound, so that nobody else takes it
dead.bind(("127.0.0.1", 0))
print(listen(None), listen(tls), dead.getsockname()[1], flush=True)
sys.stdin.read()
os._exit(0)
