"""The mail server's side of the milter protocol (version 6), as Postfix and
Sendmail speak it, for tests that want to see every packet.

	with Session(path) as s:
	    s.start()				negotiates, connects, says helo
	    r = s.mail(data, login="alice")	one message
	r.steps		what was answered, by letter, in order
	r.edits		what was asked for at the end, in order
	r.data		the message as the mail server would hand it on
"""
import socket
import struct

CHGHDRS, CHGBODY, SETSYMLIST = 0x10, 0x02, 0x100
ALL_ACTIONS, ALL_STEPS = 0x1ff, 0x1fffff
NR = {"C": 0x1000, "H": 0x2000, "M": 0x4000, "R": 0x8000, "N": 0x40000,
      "L": 0x80, "B": 0x80000}
NO = {"C": 0x1, "H": 0x2, "M": 0x4, "R": 0x8, "B": 0x10, "L": 0x20,
      "N": 0x40, "T": 0x200}
LEADSPC = 0x100000
FINAL = "acrtys"


class Result:
    def __init__(self):
        self.steps, self.edits = [], []
        self.data = self.reply = None


class Session:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, letter, data=b""):
        self.sock.sendall(struct.pack(">I", len(data) + 1) + letter.encode() +
                          data)

    def exactly(self, n):
        out = b""
        while len(out) < n:
            more = self.sock.recv(n - len(out))
            if not more:
                raise EOFError("the milter has closed")
            out += more
        return out

    def get(self):
        n = struct.unpack(">I", self.exactly(4))[0]
        data = self.exactly(n)
        return data[:1].decode(), data[1:]

    def macros(self, letter, **values):
        data = b"".join(k.encode() + b"\0" + v.encode() + b"\0"
                        for k, v in values.items())
        self.send("D", letter.encode() + data)

    def negotiate(self, actions=ALL_ACTIONS, steps=ALL_STEPS):
        self.send("O", struct.pack(">III", 6, actions, steps))
        letter, data = self.get()
        if letter != "O":
            raise RuntimeError("negotiation: %r %r" % (letter, data))
        self.version, self.actions, self.steps = struct.unpack(
            ">III", data[:12])
        return self

    def step(self, result, letter, data=b""):
        """One event; its answer, where one comes.  1: go on."""
        if self.steps & NO.get(letter, 0):
            return 1
        self.send(letter, data)
        if self.steps & NR.get(letter, 0):
            return 1
        got, more = self.get()
        result.steps.append(got)
        if got == "y":
            result.reply = more.rstrip(b"\0").decode()
        return got in "cs"

    def start(self, address="192.0.2.1", **negotiated):
        self.negotiate(**negotiated)
        r = Result()
        self.macros("C", j="mx.example.com")
        self.step(r, "C", b"client.example\x004" + struct.pack(">H", 25) +
                  address.encode() + b"\0")
        self.step(r, "H", b"client.example\0")
        return self

    def envelope(self, r, login, sender, to):
        macros = {"i": "4XyZ"}
        if login:
            macros["{auth_authen}"] = login
        self.macros("M", **macros)
        go = self.step(r, "M", b"<%s>\0" % sender.encode())
        for address in to:
            go = go and self.step(r, "R", b"<%s>\0" % address.encode())
        return go and self.step(r, "T")

    def mail(self, fields, body, login="alice", sender="alice@example.com",
             to=("bob@example.net",), piece=65535, before_end=None):
        """`fields`: as bytes, each with its folds and its CRLF."""
        r = Result()
        whole = b"".join(fields) + b"\r\n" + body
        go = self.envelope(r, login, sender, to)
        for f in fields:
            name, value = f.split(b":", 1)
            # Sendmail and Postfix send folds as LF, and no last line end.
            value = value[:-2].replace(b"\r\n", b"\n")
            if not self.steps & LEADSPC and value[:1] == b" ":
                value = value[1:]
            go = go and self.step(r, "L", name + b"\0" + value + b"\0")
        go = go and self.step(r, "N")
        if not go:
            r.data = whole if r.steps[-1:] == ["a"] else None
            return r
        for i in range(0, len(body), piece):
            if not self.step(r, "B", body[i:i + piece]):
                return r
            if r.steps[-1:] == ["s"]:
                break
        if before_end:
            before_end()
        self.send("E")
        self.finish(r, fields, body)
        return r

    def finish(self, r, fields, body):
        while True:
            letter, data = self.get()
            if letter == "p":
                continue
            if letter in FINAL:
                r.steps.append(letter)
                if letter == "y":
                    r.reply = data.rstrip(b"\0").decode()
                break
            r.edits.append((letter, data))
        r.data = b"".join(apply(fields, r.edits)) + b"\r\n"
        new = [d for letter, d in r.edits if letter == "b"]
        r.data += b"".join(new) if new else body


def name_of(field):
    return field.split(b":")[0].strip().lower()


def apply(fields, edits):
    """As Postfix does: what is gone does not count.  (Sendmail counts it;
    deleted from the last to the first, both come to the same.)"""
    fields = list(fields)
    for letter, data in edits:
        if letter != "m":
            continue
        index = struct.unpack(">I", data[:4])[0]
        name, value = data[4:].rstrip(b"\0").partition(b"\0")[::2]
        at = [i for i, f in enumerate(fields)
              if name_of(f) == name.lower()]
        if len(at) < index:
            raise RuntimeError("change of header %r %d" % (name, index))
        if value:
            fields[at[index - 1]] = name + b":" + \
                value.replace(b"\n", b"\r\n") + b"\r\n"
        else:
            del fields[at[index - 1]]
    return fields
