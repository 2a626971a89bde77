#!/usr/bin/python3
"""acceptd restarted under load with its listening socket kept, as a service
manager keeps it: nobody is turned away.  Killed at random under load, with the
real bridge: no click is lost, none is counted twice.

CLICKS=2000 RESTARTS=50 is a long form."""
import http.client
import os
import random
import signal
import socket
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import Acceptd, is_, ok, done, wait_for    # noqa: E402
import askpeer                                          # noqa: E402
import pair                                             # noqa: E402

CLICKS = int(os.environ.get("CLICKS", "300"))
RESTARTS = int(os.environ.get("RESTARTS", "6"))
SECRET = "c2VjcmV0LW9mLXRoZS1jYWxs"


def listener():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(1024)
    return s


def ask(port, method, path, fields=None):
    """On a connection of its own: (status, location)."""
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        c.request(method, path, fields and urllib.parse.urlencode(fields),
                  {"Content-Type": "application/x-www-form-urlencoded"}
                  if fields else {})
        r = c.getresponse()
        r.read()
        return r.status, r.getheader("Location")
    finally:
        c.close()


def graceful():
    with listener() as s, Acceptd(fds=s.fileno(), post_burst=1000000,
                                  offer_burst=1000000, page_burst=1000000,
                                  max_connections_per_client=1000) as a:
        port = s.getsockname()[1]
        path = "/o/" + a.signer.token()
        seen, stop = [], threading.Event()

        def visitor(kind):
            while not stop.is_set():
                start = time.monotonic()
                try:
                    got = ask(port, "GET", path)[0] if kind else \
                        ask(port, "POST", path, {
                            "nonce": "n", "number": "+442079460123"})[0]
                except (OSError, http.client.HTTPException) as e:
                    got = repr(e)
                seen.append((got, time.monotonic() - start))
        threads = [threading.Thread(target=visitor, args=(i % 2,))
                   for i in range(8)]
        for t in threads:
            t.start()
        ends = []
        for _ in range(RESTARTS):
            time.sleep(0.4)
            ends.append(a.end())
            a.launch()
        time.sleep(0.5)
        stop.set()
        for t in threads:
            t.join()
        is_(ends, [0] * RESTARTS, "it ends well each time")
        bad = sorted({str(got) for got, _ in seen if got not in (200, 303)})
        ok(not bad and len(seen) > 50 * RESTARTS, "%d restarts under load: "
           "each of %d visits is answered" % (RESTARTS, len(seen)), bad)
        ok(max(t for _, t in seen) < 5, "none waits for long (%.2f s)"
           % max(t for _, t in seen), max(t for _, t in seen))


def kept_alive():
    """Who is under way is answered; who has a connection is told to leave."""
    with listener() as s, Acceptd(fds=s.fileno()) as a:
        port = s.getsockname()[1]
        path = "/o/" + a.signer.token()
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        c.request("GET", path)
        c.getresponse().read()
        late = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        late.connect()
        late.sock.sendall(b"GET %s HTTP/1.1\r\n" % path.encode())
        wait_for(lambda: a.counted("connections") == 2)
        a.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "ending" in a.logged())
        c.request("GET", path)
        r = c.getresponse()
        is_((r.status, r.getheader("Connection")), (200, "close"),
            "a connection that was kept: one more answer, the last")
        late.sock.sendall(b"Host: a\r\n\r\n")
        got = late.sock.recv(65536)
        ok(got.startswith(b"HTTP/1.1 200"), "half a request: its answer", got)
        is_(a.process.wait(10), 0, "then it ends")
        queued = socket.create_connection(("127.0.0.1", port))
        queued.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)
        a.launch()
        queued.settimeout(10)
        ok(queued.recv(1000).startswith(b"HTTP/1.1 200"),
           "who came meanwhile is served by the next")


class Clicks:
    """Visitors who press the button until they are told that it worked."""

    def __init__(self, p, port, n):
        self.p, self.port = p, port
        self.todo = [(*p.offer(), number) for number in pair.numbers(n)]
        self.offers = {ident for _, ident, _ in self.todo}
        self.went, self.tries, self.bad = {}, 0, []
        self.lock = threading.Lock()

    def press(self, path, ident, number):
        form = {"nonce": self.p.nonce(ident), "number": number}
        for _ in range(100):
            self.tries += 1
            try:
                status, where = ask(self.port, "POST", path, form)
            except (OSError, http.client.HTTPException):
                status, where = 0, None
            if status == 303:
                self.went[ident] = where
                # Impatient, and back again: the same call.
                if random.random() < 0.3:
                    form["again"] = "1"
                    continue
                return
            if status not in (0, 503):
                self.bad.append((status, number))
                return
            time.sleep(0.01)

    def visitor(self):
        while True:
            with self.lock:
                if not self.todo:
                    return
                one = self.todo.pop()
            self.press(*one)

    def run(self):
        threads = [threading.Thread(target=self.visitor) for _ in range(8)]
        for t in threads:
            t.start()
        return threads


def killed():
    with listener() as s, pair.Pair(
            pair.OPEN_BRIDGE, max_connections_per_client=1000,
            **pair.OPEN_WEB) as p:
        p.web.process.kill()
        p.web.process.wait()
        p.web.fds = s.fileno()
        p.web.launch()
        clicks = Clicks(p, s.getsockname()[1], CLICKS)
        threads = clicks.run()
        kills = 0
        while any(t.is_alive() for t in threads) and kills < 50 * RESTARTS:
            time.sleep(random.uniform(0.02, 0.1))
            p.web.process.kill()
            p.web.process.wait()
            p.web.launch()
            kills += 1
        ok(p.bridge.run.poll() is None, "the bridge is well",
           p.bridge.log()[-1500:])
        is_(clicks.bad, [], "no answer but yes and not now")
        is_(len(clicks.went), CLICKS, "killed %d times: %d clicks got through "
            "in %d tries" % (kills, CLICKS, clicks.tries))
        ok(kills >= 3 and clicks.tries > CLICKS, "and it hurt", (kills,
                                                                clicks.tries))
        calls = p.calls()
        is_(len(calls), CLICKS, "as many calls as clicks")
        is_({c["offer"] for c in calls}, clicks.offers, "one for each offer")
        told = {"/c/" + askpeer.secret_of(pair.service.OURS, c["call"])
                for c in calls}
        is_(set(clicks.went.values()), told,
            "each was led to the page of his own call")
        wait_for(lambda: len(p.ari.rung()) >= CLICKS, 20)
        is_(sorted(p.ari.rung()),
            sorted("PJSIP/%s@trunk" % n for n in pair.numbers(CLICKS)),
            "each telephone rang once")


random.seed(int(os.environ.get("SEED", "1")))
graceful()
kept_alive()
killed()
done()
