#!/usr/bin/python3
"""The shipped acceptd's door: ambiguous requests, slow clients, too many of
them, and what a connection may be used for."""
import os
import signal
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import Acceptd, is_, ok, done, wait_for
from fakeface import LOOK
import smuggle
from smuggle import head

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def smuggling(a):
    """Each row is refused and its connection ends; a second request behind it
    is never seen.  What the library does not show us (a bare LF, folded lines,
    a NUL) is the proxy's affair: it is taken for one request at most."""
    token = a.signer.token().encode()
    get = b"GET /o/" + token + b" HTTP/1.1"
    host = b"Host: a"
    a.face.asked.clear()
    for name, request in smuggle.rows(token):
        got = a.raw(request + head(get, host), wait=3)
        # The library repeats the head of its own refusals (0.9.75).
        ok((got.startswith(b"HTTP/1.1 4") or got.startswith(b"HTTP/1.1 5")
            or got.startswith(b"HTTP/1.0 4") or got == b"")
           and got.count(b"HTTP/1.") <= (2 if b"<html>" in got else 1)
           and b" 200 OK" not in got and b"[still open]" not in got,
           "refused, and the connection ends: " + name, got[:200])
    is_(len(a.face.asked), 0, "the bridge has heard of none of them")
    ok(a.counted("http_bad_total") >= 15, "they are counted",
       a.counted("http_bad_total"))
    for name, request in smuggle.hidden(token):
        a.face.asked.clear()
        got = a.raw(request, wait=0.5)
        n = got.count(b"HTTP/1.")
        ok((n <= 1 or n == 2 and b"<html>" in got)
           and len(a.face.asked) <= 1,
           "taken for one at most: " + name, got[:200])


def bodies(a):
    token = a.signer.token().encode()
    line = b"POST /o/" + token + b" HTTP/1.1"
    body = b"nonce=n&number=%2B442079460123"
    got = a.raw(head(line, b"Host: a", FORM[:-2],
                     b"Transfer-Encoding: chunked", b"Connection: close")
                + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    ok(b" 303 " in got, "a form in chunks", got[:200])
    got = a.raw(head(line, b"Host: a", FORM[:-2],
                     b"Transfer-Encoding: chunked")
                + b"2001\r\n" + b"x" * 0x2001 + b"\r\n0\r\n\r\n")
    ok(b" 303 " not in got and b"[still" not in got,
       "a form in chunks without end: cut", got[:200])
    got = a.raw(head(line, b"Host: a", FORM[:-2], b"Expect: 100-continue",
                     b"Content-Length: 9000"))
    ok(got.startswith(b"HTTP/1.1 413"), "too much, said before it is sent",
       got[:100])


def reuse(a):
    s = socket.create_connection(("127.0.0.1", a.port))
    s.settimeout(10)
    get = head(b"GET /o/" + a.signer.token().encode() + b" HTTP/1.1",
               b"Host: a")
    s.sendall(get * 10)
    got = b""
    while got.count(b"</html>") < 10:
        part = s.recv(65536)
        if not part:
            break
        got += part
    is_(got.count(b"HTTP/1.1 200"), 10, "ten requests in one go")
    s.sendall(get)
    ok(b" 200 OK" in s.recv(65536), "and one more on the same connection")
    s.close()
    # Whoever leaves in the middle harms nobody.
    a.face.mute = True
    gone = [socket.create_connection(("127.0.0.1", a.port))
            for _ in range(20)]
    a.face.asked.clear()
    for s in gone:
        s.sendall(get)
    ok(wait_for(lambda: len(a.face.asked) == 20), "twenty ask")
    for s in gone:
        s.close()
    a.face.mute = False
    is_(a.get("/healthz").status, 200, "and are gone: no harm")
    ok(wait_for(lambda: a.counted("questions") == 0), "nothing is left open")


def unlogged(a):
    """A link is a key, also where an answer cannot be sent any more."""
    token, usual, gate = a.signer.token(), a.face.offer, threading.Event()
    a.face.asked.clear()
    a.face.offer = lambda question: gate.wait(10) and usual
    s = socket.create_connection(("127.0.0.1", a.port))
    s.sendall(head(b"GET /o/" + token.encode() + b" HTTP/1.1", b"Host: a"))
    wait_for(lambda: a.face.asked)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
    gate.set()
    ok(wait_for(lambda: "Failed to send the response" in a.logged()),
       "gone before the answer: that is logged with -d")
    ok(token not in a.logged(), "and the link is not")
    a.face.offer = usual


def slow():
    with Acceptd(header_timeout="2s", body_timeout="4s", idle_timeout="2s",
                 max_connections=400, max_connections_per_client=400,
                 trusted_proxies=["unix"]) as a:
        token = a.signer.token().encode()
        drips = {
            "a dripping header": head(b"GET / HTTP/1.1", b"Host: a",
                                      b"X: " + b"y" * 100),
            "a dripping request line": b"GET /" + b"x" * 100,
            "a dripping body": head(b"POST /o/" + token + b" HTTP/1.1",
                                    b"Host: a", FORM[:-2],
                                    b"Content-Length: 100") + b"y" * 100,
            "silence": b"",
        }
        took = {}

        def drip(name, data):
            start = time.monotonic()
            s = socket.create_connection(("127.0.0.1", a.port))
            s.settimeout(0.2)
            if name == "a dripping body":
                s.sendall(data[:-100])
                data = data[-100:]
            try:
                for i in range(60):
                    if data:
                        s.sendall(data[i:i + 1])
                    try:
                        if s.recv(1000) == b"":
                            break
                    except socket.timeout:
                        pass
            except OSError:
                pass
            took[name] = time.monotonic() - start
            s.close()

        threads = [threading.Thread(target=drip, args=item)
                   for item in drips.items()]
        for t in threads:
            t.start()
        slowest = 0
        while any(t.is_alive() for t in threads):
            start = time.monotonic()
            a.get("/o/" + token.decode())
            slowest = max(slowest, time.monotonic() - start)
            time.sleep(0.02)
        for name in drips:
            least = 3.5 if "body" in name else 1.5
            ok(least < took[name] < least + 2.5,
               "cut at its deadline: " + name, took[name])
        ok(slowest < 1, "nobody else waits for them", slowest)
        is_(a.counted("cut_total"), 4, "four were cut")

        s = socket.create_connection(("127.0.0.1", a.port))
        s.settimeout(10)
        s.sendall(head(b"GET /healthz HTTP/1.1", b"Host: a"))
        s.recv(1000)
        start = time.monotonic()
        is_(s.recv(1000), b"", "an idle connection is closed")
        ok(1 < time.monotonic() - start < 4, "in its time")
        s.close()

        # A reader that takes nothing of a stream does not hold it up.
        s = socket.create_connection(("127.0.0.1", a.port))
        s.sendall(head(b"GET /c/c2VjcmV0LW9mLXRoZS1jYWxs/events HTTP/1.1",
                       b"Host: a"))
        wait_for(lambda: a.counted("streams") == 1)
        s.close()
        ok(wait_for(lambda: a.counted("streams") == 0),
           "a viewer who leaves is noticed")


def is_served(a):
    try:
        return a.get("/healthz").status == 200
    except OSError:
        return False


def crowds():
    with Acceptd(max_connections=64, max_connections_per_client=8,
                 max_streams_per_client=3,
                 trusted_proxies=["unix"]) as a:
        held = []
        for _ in range(8):
            s = socket.create_connection(("127.0.0.1", a.port))
            s.sendall(b"GET")
            held.append(s)
        s = socket.create_connection(("127.0.0.1", a.port))
        s.settimeout(5)
        try:
            s.sendall(head(b"GET /healthz HTTP/1.1", b"Host: a"))
            got = s.recv(1000)
        except OSError:
            got = b""
        is_(got, b"", "a client has no more connections than he may")
        for s in held:
            s.close()
        ok(wait_for(lambda: is_served(a)),
           "and again when he has closed some")
    with Acceptd(max_connections=8, max_connections_per_client=100) as a:
        open_ones = [socket.create_connection(("127.0.0.1", a.port))
                     for _ in range(8)]
        ok(wait_for(lambda: a.counted("connections") == 8),
           "as many connections as there may be at all")
        a.process.send_signal(signal.SIGSTOP)
        for s in open_ones:
            s.close()
        a.process.send_signal(signal.SIGCONT)
        ok(wait_for(lambda: a.counted("connections") == 0),
           "all end at once")
        ok(is_served(a), "and who comes then is served")
    with Acceptd(max_streams_per_client=3) as a:
        events = head(b"GET /c/c2VjcmV0LW9mLXRoZS1jYWxs/events HTTP/1.1",
                      b"Host: a")
        open_streams = []
        for _ in range(3):
            s = socket.create_connection(("127.0.0.1", a.port))
            s.settimeout(5)
            s.sendall(events)
            open_streams.append(s)
            s.recv(100)
        got = a.raw(events, wait=1)
        ok(got.startswith(b"HTTP/1.1 503"), "nor more streams", got[:80])


with Acceptd(page_burst=100000, post_burst=1000) as main:
    smuggling(main)
    bodies(main)
    reuse(main)
    unlogged(main)
    ok(main.process.poll() is None, "it has lived through all of it")
    is_(main.end(), 0, "and ends well")
slow()
crowds()
done()
