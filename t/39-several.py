#!/usr/bin/python3
"""Several acceptd before one bridge, as shipped: two on its socket, one that
comes through a tunnel from elsewhere.  Any of them may serve any request of a
visit, and the death of one is no affair of the others'."""
import os
import re
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import (Acceptd, Stream, is_, ok, done, free_port,  # noqa: E402
                     wait_for)
import pair                                                      # noqa: E402

NUMBER = "+442079460123"


def pump(a, b):
    try:
        while True:
            data = a.recv(65536)
            if not data:
                break
            b.sendall(data)
    except OSError:
        pass
    for s in a, b:
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tunnel(port, path):
    """What ssh -L or a VPN does: a TCP port here, the bridge's socket there."""
    listener = socket.create_server(("127.0.0.1", port))

    def serve():
        while True:
            here, _ = listener.accept()
            there = socket.socket(socket.AF_UNIX)
            there.connect(path)
            for a, b in (here, there), (there, here):
                threading.Thread(target=pump, args=(a, b),
                                 daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()


def another(p, bridge):
    a = Acceptd(with_face=False)
    a.settings.update(bridge=bridge,
                      verify_keys=p.web.settings["verify_keys"])
    a.configure()
    a.__enter__()
    ok(wait_for(lambda: "connected" in a.logged()),
       "one more is connected to the bridge", a.logged())
    return a


def nonce_of(text):
    return re.search('name="nonce" value="([^"]*)"', text).group(1)


def visit(p, faces):
    """The form from one, sent to the next, doubled at the third."""
    one, two, three = faces
    path, _ = p.offer()
    nonce = nonce_of(one.get(path).text)
    early = two.post(path, {"nonce": nonce, "number": NUMBER})
    is_(early.status, 422, "too early at one is too early at the other")
    is_(nonce_of(early.text), nonce, "and the form keeps what it has")
    pair.ripe()
    shown = two.post(path, {"nonce": nonce, "number": "020 7946 0123"})
    is_((shown.status, shown.page()), (200, "confirm"),
        "the number is shown back by the second")
    got = [a.post(path, {"nonce": nonce, "number": NUMBER})
           for a in (three, one, two)]
    is_([r.status for r in got], [303] * 3, "all three take the click")
    where = {r.headers["location"] for r in got}
    is_(len(where), 1, "and lead to the same call")
    is_(len(p.calls()), 1, "of which there is one")
    return where.pop()


def watch(p, faces, where):
    one, two, three = faces
    leg = p.ari.wait_leg("a")
    p.ari.ring(leg)
    streams = [Stream(a, where + "/events") for a in faces]
    ok(all(s.has('"ringing-a"') for s in streams), "each shows it ringing",
       [s.got for s in streams])
    p.ari.pick_up(leg)
    ok(all(s.has('"asking-a"') for s in streams), "each hears the news")
    two.process.kill()
    two.process.wait()
    ok(wait_for(lambda: streams[1].is_over), "one is killed")
    is_([a.get(where).status for a in (one, three)], [200, 200],
        "the others show the call")
    two.launch()
    ok(wait_for(lambda: "asking-a" in two.get(where).text)
       if wait_for(lambda: two.logged().count("connected") >= 2) else False,
       "so does the one that was killed, when it is back")
    is_(two.post(where + "/hangup", {}).status, 303, "it hangs up")
    ok(all(streams[i].has('"cancelled"') for i in (0, 2)),
       "and the others hear of that", [s.got for s in streams])
    is_(len(p.ari.rung()), 1, "one telephone has rung, once")


with pair.Pair(pair.OPEN_BRIDGE, **pair.OPEN_WEB) as main:
    face = main.bridge.path("face")
    far = free_port()
    tunnel(far, face)
    more = [another(main, "unix:" + face),
            another(main, "inet:127.0.0.1:%d" % far)]
    try:
        everyone = [main.web] + more
        watch(main, everyone, visit(main, everyone))
    finally:
        for extra in more:
            extra.__exit__()
done()
