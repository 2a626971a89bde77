"""Fifty mail servers at once: one lap of them, by some processes of threads."""
import random
import threading

import faults
import mails
from miltertalk import Session

FAULTS = 0.06			# of all sessions' turns
WAIT_S = 120			# the machine may be busy
SIZES = [(700, 1000), (200, 20000), (93, 200000), (6, 1000000), (1, 5000000)]


class Lap:
    def __init__(self, path, n, seed):
        self.path, self.left, self.seed = path, n, seed
        self.lock = threading.Lock()
        self.done, self.faults, self.bad, self.ids = {}, {}, [], []

    def take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def note(self, kind, complaint, offer):
        with self.lock:
            self.done[kind] = self.done.get(kind, 0) + 1
            if complaint:
                self.bad.append(complaint)
            if offer:
                self.ids.append(offer)


class Server:
    """One thread: one session after the other."""

    def __init__(self, lap, number):
        self.lap, self.number, self.sent = lap, number, 0
        self.rng = random.Random("%s %d" % (lap.seed, number))

    def fill(self):
        size = self.rng.choices([s for _, s in SIZES],
                                [w for w, _ in SIZES])[0]
        n = self.rng.randint(size // 10, size)
        return mails.LINE * (n // len(mails.LINE) + 1)

    def message(self, s):
        rng = self.rng
        kind = rng.choices(mails.KINDS, [k.share for k in mails.KINDS])[0]
        who, n_to = rng.randrange(mails.OFFERORS), rng.randint(1, 4)
        self.sent += 1
        mark = (b"%s.%d.%d" % (self.lap.seed.encode(), self.number,
                               self.sent)).ljust(len(mails.MARK), b"-")
        fill = self.fill()
        fill = fill[:len(mails.LINE) * kind.lines_max]
        fields, body = kind.make(who, mark, fill)
        r = s.mail(fields, body, login=kind.login,
                   sender="o%d@example.com" % who,
                   to=["r%d@example.net" % i for i in range(n_to)],
                   piece=rng.choice((65535, 65535, 4096)))
        complaint, offer = mails.check(kind, who, n_to, r, fields, body,
                                       mark, fill)
        self.lap.note(kind.name, complaint, offer)
        if rng.random() < 0.5:
            s.send("A")

    def session(self):
        with Session(self.lap.path) as s:
            s.sock.settimeout(WAIT_S)
            s.start(steps=self.rng.choice((0x1fffff, 0x1fffff, 0)))
            for _ in range(self.rng.randint(1, 30)):
                if self.rng.random() < FAULTS / 10:
                    return	# without a word
                if not self.lap.take():
                    break
                self.message(s)
            s.send("Q")

    def fault(self):
        f = self.rng.choice(faults.ALL)
        try:
            f(self.lap.path, self.rng, self.message)
        except (BrokenPipeError, ConnectionResetError):
            if f in (faults.aborts, faults.hands_over, faults.drip):
                raise
        with self.lap.lock:
            n = self.lap.faults
            n[f.__name__] = n.get(f.__name__, 0) + 1

    def run(self):
        try:
            while self.lap.left > 0:
                for _ in range(self.rng.choice((0, 0, 1, 2))):
                    self.fault()
                self.session()
        except Exception as e:	# of whatever kind: it is the milter's fault
            with self.lap.lock:
                self.lap.bad.append("%d: %r" % (self.number, e))


def lap(path, n, n_threads, seed, learnt):
    """In a process of its own: counts, complaints, ids of offers."""
    for kind, text in zip(mails.KINDS, learnt):
        kind.learnt = text
    one = Lap(path, n, seed)
    threads = [threading.Thread(target=Server(one, i).run, daemon=True)
               for i in range(n_threads)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return one.done, one.faults, one.bad[:20], one.ids
