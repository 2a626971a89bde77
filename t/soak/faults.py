"""Mail servers that misbehave: each function is one session of such a one.

They speak without waiting, so that the milter's answers lie unread.  Those
that take `well` end with a whole message which must come out well.
"""
import socket
import struct
import time

from miltertalk import Session

BODY = b"x" * 60 + b"\r\n"
MULTI = b"Content-Type\0 multipart/mixed; boundary=b\0"
FILE = b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n" \
    b"Content-Type: application/octet-stream\r\n\r\n"


def events(rng):
    """One message, every event of the protocol, none left out."""
    out = [("D", b"Cj\0mx.example.com\0"),
           ("C", b"client.example\x004\0\x19192.0.2.1\0"),
           ("H", b"client.example\0"),
           ("D", b"M{auth_authen}\0alice\0i\x004XyZ\0"),
           ("M", b"<o1@example.com>\0SIZE=100\0")]
    out += [("R", b"<bob@example.net>\0")] * rng.randint(1, 3)
    out += [("T", b""), ("L", b"From\0 o1@example.com\0"),
            ("L", b"X-Call-Offer\0 yes\0"), ("L", MULTI), ("N", b""),
            ("B", FILE)]
    out += [("B", BODY * rng.choice((1, 10, 1000)))] * rng.randint(1, 9)
    return out + [("E", b"")]


def begin(path, rng, n=None):
    """A session that has said the first n events, or some of them."""
    s = Session(path)
    if n != 0:
        s.negotiate(steps=rng.choice((0, 0x1fffff)))
    all_events = events(rng)
    if n is None:
        n = rng.randint(0, len(all_events))
    for letter, data in all_events[:n]:
        s.send(letter, data)
    return s, (all_events + [("Q", b"")])[n]


def packet(letter, data):
    return struct.pack(">I", len(data) + 1) + letter.encode() + data


def vanish(path, rng, well):
    begin(path, rng)[0].close()


def vanish_unseen(path, rng, well):
    begin(path, rng, 0)[0].close()


def half_packet(path, rng, well):
    s, event = begin(path, rng)
    data = packet(*event)
    s.sock.sendall(data[:rng.randint(1, len(data) - 1)])
    if rng.random() < 0.3:
        time.sleep(0.05)
    s.close()


def garbage(path, rng, well):
    s, _ = begin(path, rng)
    s.sock.sendall(rng.randbytes(rng.choice((1, 5, 100, 70000))))
    s.close()


def bad_packet(path, rng, well):
    """Well framed, and no sense in it."""
    s, _ = begin(path, rng)
    for _ in range(rng.randint(1, 5)):
        s.send(rng.choice("ABCDEHKLMNORTUZ\xff"[:15]),
               rng.randbytes(rng.choice((0, 1, 7, 300))))
    s.close()


def bad_length(path, rng, well):
    """Too long, or nothing: the milter hangs up, whatever is to come."""
    s, _ = begin(path, rng)
    n = rng.choice((0, 0xffffffff, 0x80000000, 0x7fffffff, 0x100000, 66000))
    s.sock.sendall(struct.pack(">I", n) + b"B" + b"x" * 2000)
    s.close()


def wrong_order(path, rng, well):
    s, _ = begin(path, rng, 1)
    all_events = events(rng)
    rng.shuffle(all_events)
    for event in all_events:
        s.send(*event)
    s.close()


def quit_early(path, rng, well):
    s, _ = begin(path, rng)
    s.send("Q")
    s.close()


def half_close(path, rng, well):
    """No more will come: the milter must hang up too."""
    s, _ = begin(path, rng)
    s.sock.shutdown(socket.SHUT_WR)
    while s.sock.recv(65536):
        pass
    s.close()


def deaf(path, rng, well):
    """Goes away while the new body comes."""
    s = Session(path)
    s.negotiate()
    for letter, data in events(rng)[:-1]:
        s.send(letter, data)
    for _ in range(rng.choice((0, 20))):
        s.send("B", BODY * 1000)
    s.send("E")
    s.sock.recv(rng.choice((1, 1000, 100000)))
    s.close()


def aborts(path, rng, well):
    """The client of the mail server leaves, its next one is well served."""
    s = Session(path).start()
    for _ in range(rng.randint(1, 4)):
        all_events = events(rng)[3:-1]
        for letter, data in all_events[:rng.randint(1, len(all_events))]:
            if letter not in "NT":	# which are answered
                s.send(letter, data)
        s.send("A")
    well(s)
    s.send("Q")
    s.close()


def hands_over(path, rng, well):
    """The next client of the mail server on the same connection."""
    s = Session(path).start()
    well(s)
    s.send("K")
    s.macros("C", j="mx.example.com")
    well(s)
    s.close()


class Drip(Session):
    """Every packet comes in two halves."""

    def send(self, letter, data=b""):
        whole = packet(letter, data)
        n = len(whole) * 2 // 5 + 1
        self.sock.sendall(whole[:n])
        time.sleep(0.005)
        self.sock.sendall(whole[n:])


def drip(path, rng, well):
    s = Drip(path).start()
    well(s)
    s.close()


ALL = [vanish, vanish, vanish, vanish_unseen, half_packet, half_packet,
       garbage, bad_packet, bad_length, wrong_order, quit_early, half_close,
       deaf, aborts, hands_over, drip]
