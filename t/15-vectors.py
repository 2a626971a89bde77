#!/usr/bin/python3
"""Tokens by another hand.

Makes and reads tokens with PyNaCl and from DESIGN section 5 alone, and holds
them against t/data/token-vectors and against the programs' own rooms (through
the tool t/60-vectors): whatever one of the two makes, both see the same.

With the argument "make" it prints the vectors anew, with the same keys.
"""
import base64
import hashlib
import os
import re
import subprocess
import sys
import tempfile

from nacl import bindings as nb
from nacl.exceptions import CryptoError

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
B = os.environ.get("B", "build")
CONTEXT = b"calloffer/offer/1\0"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.-@_"
PACKED = ["offeror", "account", "recipient", "reference"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def blake(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


class Keys:
    """Fixed, so that the vectors are the same whenever they are made."""

    def __init__(self, label):
        self.seed = blake(b"test sign " + label)
        self.verify, self.sign = nb.crypto_sign_seed_keypair(self.seed)
        self.unseal = blake(b"test unseal " + label)
        self.seal = nb.crypto_scalarmult_base(self.unseal)
        self.sign_id = blake(self.verify)[:4]
        self.seal_id = blake(self.seal)[:4]


OURS, OTHERS = Keys(b"ours"), Keys(b"others")


# ---- reading

class Refused(Exception):
    pass


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise Refused("malformed")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "big")

    def text(self, most):
        n = self.number(1)
        if not 1 <= n <= most:
            raise Refused("malformed")
        return printable(self.take(n))

    def packed(self, most):
        """Text of LETTERS, three in two bytes."""
        n = self.number(1)
        if not 1 <= n <= most:
            raise Refused("malformed")
        out = ""
        for start in range(0, n, 3):
            count = min(3, n - start)
            group = self.number(1 if count == 1 else 2)
            if group >= 40 ** count:
                raise Refused("malformed")
            out += "".join(LETTERS[group // 40 ** i % 40]
                           for i in reversed(range(count)))
        return out

    def left(self):
        return len(self.data) - self.at


def fits(text):
    return text != "" and set(text) <= set(LETTERS)


def printable(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("malformed")
    for c in map(ord, text):
        if c < 32 or 127 <= c < 160 or c in (0x61c, 0x2028, 0x2029) \
                or 0x200e <= c <= 0x200f or 0x202a <= c <= 0x202e \
                or 0x2066 <= c <= 0x2069:
            raise Refused("malformed")
    return text


def digits(r, n):
    text = r.take((n + 1) // 2).hex()
    if n % 2 and text[-1] != "f" or not re.fullmatch("[0-9]*", text[:n]):
        raise Refused("malformed")
    return text[:n]


def read_tel(r):
    first = r.number(1)
    kind, low = first >> 4, first & 15
    if kind == 1:
        text = "+" + digits(r, low)
        if low < 7 or text[1] == "0":
            raise Refused("malformed")
    elif kind == 2 and low < 2:
        text = ("sips:" if low else "sip:") + r.text(128)
    else:
        raise Refused("malformed")
    ext = digits(r, r.number(1))
    return text + (";ext=" + ext if ext else "")


def read_window(r):
    days, start, end = r.number(1), r.number(2), r.number(2)
    zone = r.text(40)
    if not 0 < days < 128 or start >= end or end > 1440:
        raise Refused("malformed")
    names, i = [], 0
    while i < 7:
        j = i
        while days >> j & 1:
            j += 1
        if j - i > 2:
            names.append(DAYS[i] + "-" + DAYS[j - 1])
        else:
            names += DAYS[i:j]
        i = max(j, i + 1)
    return "%s %02d:%02d-%02d:%02d %s" % (
        ",".join(names), start // 60, start % 60, end // 60, end % 60, zone)


def read_terms(data):
    r = Reader(data)
    present = r.number(2)
    if len(data) % 16 or present >> 12 != 1:
        raise Refused("malformed")

    def text(bit, most):
        """One encoding: what fits is packed."""
        got = r.packed(most) if present >> bit & 1 else r.text(most)
        if fits(got) != present >> bit & 1:
            raise Refused("malformed")
        return got

    def account():
        got = text(8, 32) if present & 64 else "default"
        if (got == "default") == (present & 64 != 0):
            raise Refused("malformed")
        return got
    out = [("destination", read_tel(r)), ("offeror", text(7, 254)),
           ("account", account()), ("tag", r.take(16).hex())]
    readers = [("recipient", lambda: text(9, 254)),
               ("offeree", lambda: read_tel(r)),
               ("window", lambda: read_window(r)),
               ("max_s", lambda: r.number(4)),
               ("reference", lambda: text(10, 40)),
               ("lang", lambda: r.take(2).decode())]
    if present & 0x800 or present & 0x201 == 0x200 \
            or present & 0x410 == 0x400 or present & 0x140 == 0x100:
        raise Refused("malformed")
    for i, (name, reader) in enumerate(readers):
        if present & 1 << i:
            out.append((name, reader()))
    padding = r.take(r.left())
    if not 1 <= len(padding) <= 16 or padding.strip(b"\0") != b"\x80" \
            or padding[0] != 0x80:
        raise Refused("malformed")
    return out


def unseal(sealed, keys):
    """crypto_box_seal from its parts, as libsodium documents it."""
    ephemeral, box = sealed[:32], sealed[32:]
    nonce = blake(ephemeral + keys.seal, 24)
    return nb.crypto_box_open(box, nonce, ephemeral, keys.unseal)


def verify(text, keys):
    if len(text) > 512 or not re.fullmatch("[A-Za-z0-9_-]+", text) \
            or len(text) % 4 == 1:
        raise Refused("malformed")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise Refused("malformed")
    if raw[0] != 1:
        raise Refused("of an unknown version")
    if len(raw) < 98 + 64:
        raise Refused("malformed")
    if raw[2:6] != keys.sign_id:
        raise Refused("signed with an unknown key")
    try:
        nb.crypto_sign_open(raw[-64:] + CONTEXT + raw[:-64], keys.verify)
    except CryptoError:
        raise Refused("forged or damaged")
    return raw[:-64]


def uuid(data):
    h = data.hex()
    return "-".join([h[:8], h[8:12], h[12:16], h[16:20], h[20:]])


def read_token(text, keys):
    """What is seen of a token, as (name, value), in the tool's order."""
    try:
        r = Reader(verify(text, keys))
        r.take(1)
        uses, sign_id, seal_id = r.number(1), r.take(4), r.take(4)
        not_after, offer = r.number(5), r.take(16)
        name = printable(r.take(r.number(1)))
        sealed = r.take(r.number(2))
        if uses == 0 or r.left() or len(sealed) < 64 or len(sealed) % 16 \
                or len(name.encode()) > 64 or offer[6] >> 4 != 7 \
                or offer[8] >> 6 != 2:
            raise Refused("malformed")
    except Refused as why:
        return [("verdict", str(why))]
    terms, seal = [], "good"
    try:
        if seal_id != keys.seal_id:
            seal = "unknown"
        else:
            terms = read_terms(unseal(sealed, keys))
    except (Refused, CryptoError):
        seal = "broken"
    return [("verdict", "good"), ("seal", seal), ("uses", uses),
            ("sign_id", sign_id.hex()), ("seal_id", seal_id.hex()),
            ("not_after", not_after), ("offer", uuid(offer))] \
        + ([("name", name)] if name else []) + terms


def lines(fields):
    return "".join("%s: %s\n" % f for f in fields)


# ---- making

def short(text):
    data = text.encode()
    return bytes([len(data)]) + data


def text40(text):
    """As the vectors' maker packs it; short() where it does not fit."""
    if not fits(text):
        return short(text)
    out = bytes([len(text)])
    for start in range(0, len(text), 3):
        group = 0
        for c in text[start:start + 3]:
            group = group * 40 + LETTERS.index(c)
        out += group.to_bytes(1 if len(text) - start == 1 else 2, "big")
    return out


def packed_digits(text):
    return bytes.fromhex(text + "f" * (len(text) % 2))


def packed_tel(text):
    number, _, ext = text.partition(";ext=")
    if number[0] == "+":
        out = bytes([0x10 | len(number) - 1]) + packed_digits(number[1:])
    else:
        scheme, _, rest = number.partition(":")
        out = bytes([0x20 | (scheme == "sips")]) + short(rest)
    return out + bytes([len(ext)]) + packed_digits(ext)


def packed_window(days, start, end, zone):
    return bytes([days]) + start.to_bytes(2, "big") + end.to_bytes(2, "big") \
        + short(zone)


def make_terms(f):
    optional = [("recipient", text40), ("offeree", packed_tel),
                ("window", lambda w: packed_window(*w)),
                ("max_s", lambda n: n.to_bytes(4, "big")),
                ("reference", text40), ("lang", str.encode)]
    present = sum(1 << i for i, (n, _) in enumerate(optional) if n in f) \
        | sum(128 << i for i, n in enumerate(PACKED) if fits(f.get(n, "")))
    account = text40(f["account"])
    if f["account"] == "default":
        present, account = present & ~256, b""
    else:
        present |= 64
    tag = blake(f["offeror"].lower().encode() + b"\0<1@example.com>", 16)
    out = (4096 + present).to_bytes(2, "big") + packed_tel(f["destination"]) \
        + text40(f["offeror"]) + account + tag
    for name, pack in optional:
        if name in f:
            out += pack(f[name])
    out += b"\x80"
    return out + bytes(-len(out) % 16)


def make_seal(plain, keys, ephemeral):
    public = nb.crypto_scalarmult_base(ephemeral)
    nonce = blake(public + keys.seal, 24)
    return public + nb.crypto_box(plain, nonce, keys.seal, ephemeral)


def make_body(f, keys=OURS, plain=None, sealed=None):
    if sealed is None:
        ephemeral = blake(b"test ephemeral " + repr(sorted(f)).encode())
        sealed = make_seal(plain or make_terms(f), keys, ephemeral)
    offer = bytearray(blake(f["offeror"].encode(), 16))
    offer[:6] = (1790000000000).to_bytes(6, "big")
    offer[6] = 0x70 | offer[6] & 15
    offer[8] = 0x80 | offer[8] & 63
    return bytes([1, f.get("uses", 1)]) + OURS.sign_id + keys.seal_id \
        + f.get("not_after", 1790604800).to_bytes(5, "big") + bytes(offer) \
        + short(f.get("name", "")) + len(sealed).to_bytes(2, "big") + sealed


def text_of(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(body, keys=OURS):
    return text_of(body + nb.crypto_sign(CONTEXT + body, keys.sign)[:64])


FEWEST = {"destination": "+442079460123", "offeror": "a@b.example",
          "account": "default"}
USUAL = dict(FEWEST, name="Alice Doe", offeror="alice@example.com", uses=3,
             account="sales", recipient="bob@example.net", lang="en")
ALL = dict(USUAL, destination="sips:desk@[2001:db8::1]:5061", uses=255,
           offeree="+14155550100;ext=0123456789", max_s=1800,
           window=(0x5b, 540, 1440, "America/Argentina/Buenos_Aires"),
           reference="Ticket \u20ac 7", name="J\u00fcrg \U0001f4de",
           not_after=2 ** 40 - 1)


def vectors():
    """(name, token) of every vector."""
    usual = make_body(USUAL)
    good = signed(usual)
    yield "the fewest fields", signed(make_body(FEWEST))
    yield "the usual ones", good
    yield "all of them", signed(make_body(ALL))
    yield "extension of one digit", signed(make_body(
        dict(FEWEST, destination="+1234567;ext=7")))
    yield "a SIP address", signed(make_body(
        dict(FEWEST, destination="sip:desk@example.com")))
    yield "hours without end", signed(make_body(
        dict(FEWEST, window=(127, 0, 1440, "UTC"))))
    yield "sealed to another key", signed(make_body(USUAL, keys=OTHERS))
    yield "sealed part damaged", signed(usual[:-1] + bytes([usual[-1] ^ 1]))
    yield "no terms", signed(make_body(FEWEST, plain=b"\2" + bytes(15)))
    terms = make_terms(FEWEST)
    yield "terms of version 2", signed(make_body(
        FEWEST, plain=bytes([terms[0] | 0x30]) + terms[1:]))
    yield "an unknown field", signed(make_body(
        FEWEST, plain=bytes([terms[0] | 8]) + terms[1:]))
    unpacked = dict(FEWEST, offeror="A@b.example")
    yield "an address with a capital", signed(make_body(unpacked))
    yield "an address with a plus", signed(make_body(
        dict(FEWEST, offeror="a+c@b.example", recipient="b_-1@c.example")))
    yield "one, two and four letters", signed(make_body(
        dict(FEWEST, offeror="a", account="ab", reference="abcd")))
    yield "packed, and need not be", signed(make_body(
        unpacked, plain=make_terms(unpacked).replace(b"A@b", b"a@b")))
    at = terms.index(bytes([len(FEWEST["offeror"])]))
    yield "packed of no letters", signed(make_body(
        FEWEST, plain=terms[:at + 1] + b"\xff\xff" + terms[at + 3:]))
    sales = dict(FEWEST, account="sale")
    terms = make_terms(sales)
    yield "packed of no last letters", signed(make_body(
        sales, plain=terms.replace(text40("sale"), text40("sale")[:-1]
                                   + b"\x28")))
    yield "an empty text packed", signed(make_body(
        sales, plain=terms.replace(text40("sale"), b"\0\0\0\0")))
    yield "the default account named", signed(make_body(
        sales, plain=terms.replace(text40("sale"), text40("default"))[:48]))
    terms = make_terms(FEWEST)
    yield "a field that is not there packed", signed(make_body(
        FEWEST, plain=bytes([terms[0] | 2]) + terms[1:]))
    yield "padding not of zeros", signed(make_body(
        FEWEST, plain=terms + bytes(15) + b"\1"))
    yield "padding of a block too many", signed(make_body(
        FEWEST, plain=terms + bytes(16)))
    yield "signed by another key", signed(usual, OTHERS)
    yield "another signing key", signed(
        usual[:2] + OTHERS.sign_id + usual[6:], OTHERS)
    yield "without the context", text_of(
        usual + nb.crypto_sign(usual, OURS.sign)[:64])
    yield "another context", text_of(usual + nb.crypto_sign(
        b"calloffer/offer/2\0" + usual, OURS.sign)[:64])
    yield "version 2", signed(b"\2" + usual[1:])
    yield "no uses", signed(usual[:1] + b"\0" + usual[2:])
    yield "an offer id of version 4", signed(
        usual[:21] + bytes([0x40 | usual[21] & 15]) + usual[22:])
    yield "a control in the name", signed(make_body(dict(USUAL, name="A\nB")))
    yield "a name turned around", signed(
        make_body(dict(USUAL, name="A\u202eB")))
    yield "a byte left over", signed(usual + b"\0")
    yield "a byte missing", signed(usual[:-1])
    yield "the signature cut", good[:-1]
    yield "half a token", good[:len(good) // 2]
    yield "padded base64", good + "=" * (-len(good) % 4 or 1)
    yield "the other alphabet", "+" + good[1:]
    body = make_body(dict(USUAL, name="Alice"))
    while len(body) % 3 != 0:       # so that 64 more leave one byte over
        body = make_body(dict(USUAL, name="Alice" + "x" * (len(body) % 3)))
    loose = signed(body)
    yield "stray low bits", loose[:-1] + chr(ord(loose[-1]) + 1)
    yield "too long", good + "A" * (513 - len(good))
    name = "n" * 64
    for n in range(1, 255):         # the longest that fits
        longest = make_body(dict(USUAL, name=name, recipient="r" * n))
        if len(longest) + 64 > 384:
            break
        last = longest
    yield "the longest", signed(last)
    yield "one block longer", signed(longest)


def make_file():
    out = "# Tokens and what is to be seen of them.  Made by t/15-vectors.py" \
        " make.\n"
    for name, key in (("sign", OURS.seed), ("verify", OURS.verify),
                      ("unseal", OURS.unseal), ("seal", OURS.seal)):
        out += "%s: %s\n" % (name, key.hex())
    for name, token in vectors():
        out += "\nvector: %s\ntoken: %s\n%s" % (
            name, token, lines(read_token(token, OURS)))
    return out + "\n"


# ---- testing

count = failed = 0


def check(passed, what, *notes):
    global count, failed
    count += 1
    failed += not passed
    print("ok" if passed else "not ok", count, "-", what)
    for note in notes if not passed else ():
        for line in str(note).splitlines():
            print("#  ", line)


def same(got, want, what):
    check(got == want, what, "got:", got, "want:", want)


class Tool:
    def __init__(self, folder):
        self.run = subprocess.Popen([B + "/t/60-vectors", folder],
                                    stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE)

    def ask(self, line):
        self.run.stdin.write(line.encode() + b"\n")
        self.run.stdin.flush()
        out = b""
        while True:
            line = self.run.stdout.readline()
            if line in (b"\n", b""):
                return out.decode()
            out += line


def write_keys(folder):
    os.umask(0o077)
    for kind, key in (("sign", OURS.seed), ("verify", OURS.verify),
                      ("unseal", OURS.unseal), ("seal", OURS.seal)):
        with open(os.path.join(folder, kind), "w") as f:
            f.write("calloffer-%s-1 %s\n" % (kind, text_of(key)))


def test(folder):
    with open("t/data/token-vectors", encoding="utf-8") as f:
        stored = f.read()
    blocks = re.findall(r"^vector: (.*)\ntoken: (.*)\n((?:.+\n)+)", stored,
                        re.M)
    check(len(blocks) >= 30, "thirty vectors at least")
    for name, token, want in blocks:
        same(lines(read_token(token, OURS)), want, "read here: " + name)
    same(stored, make_file(), "made anew, the vectors are the same")

    write_keys(folder)
    tool = Tool(folder)
    for i in range(40):
        token = tool.ask("mint " + "." * i).strip()
        got = read_token(token, OURS)
        check(len(got) > 8 and ("seal", "good") in got,
              "minted there, read here: %d" % i, token, lines(got))
        same(tool.ask("read " + token), lines(got), "as it is read there")
    for i in range(64):
        f = dict(FEWEST, offeror="%d@example.com" % i, uses=i + 1)
        for bit, name in enumerate(("recipient", "offeree", "window",
                                    "max_s", "reference", "lang")):
            if i >> bit & 1:
                f[name] = ALL[name]
        token = signed(make_body(f))
        got = read_token(token, OURS)
        check(("seal", "good") in got and len(got) == 11 + bin(i).count("1"),
              "made here: fields %s" % bin(i), lines(got))
        same(tool.ask("read " + token), lines(got), "read there the same")
    tool.run.stdin.close()
    check(tool.run.wait() == 0, "the tool ends well")


if __name__ == "__main__":
    if sys.argv[1:] == ["make"]:
        sys.stdout.write(make_file())
        sys.exit(0)
    with tempfile.TemporaryDirectory() as tmp:
        test(tmp)
    print("1..%d" % count)
    sys.exit(failed > 0)
