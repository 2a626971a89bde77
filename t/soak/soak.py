"""The milter as shipped under a long load with every fault that can be had.

Fifty mail servers at once, laps of messages; meanwhile its table is replaced
and it is told to reload, good and bad.  Between two laps all is quiet, and its
memory, descriptors and threads are looked at.
"""
import concurrent.futures
import math
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import load
import mails
import mta
from miltertalk import Session
from stack import wait_for
from tap import check, finish, note

SESSIONS, PROCESSES = 50, 2
SANITIZER = os.environ.get("SAN")


class Milter(mta.Milter):
    """Two tables, to be put in each other's place."""

    def __init__(self, home):
        super().__init__(home, self.table("A"), "refuse_unfit = no\n")
        self.lmdb = self.dir + "/offerors.lmdb"
        with open(self.conf) as f:
            self.good_conf = f.read()
        self.tables = []
        for name in "AB":
            text = "%s/%s" % (self.dir, name)
            with open(text, "w") as f:
                f.write(self.table(name))
            subprocess.run([mta.B + "/calloffer", "offerors", text],
                           check=True, stdout=subprocess.DEVNULL)
            self.tables.append(text + ".lmdb")
        with open(self.dir + "/bad", "wb") as f:
            f.write(b"no table " * 3000)
        self.tables.append(self.dir + "/bad")

    @staticmethod
    def table(name):
        return "".join('o%d@example.com to=+442079460123 login=alice '
                       'name="Offeror %d %s"\n' % (i, i, name)
                       for i in range(mails.OFFERORS))

    def put_table(self, path):
        shutil.copy(path, self.lmdb + ".new")
        os.rename(self.lmdb + ".new", self.lmdb)

    def put_conf(self, more=""):
        with open(self.conf + ".new", "w") as f:
            f.write(self.good_conf + more)
        os.rename(self.conf + ".new", self.conf)

    def look_up(self):
        """Two reloads: what it does behind the first is done then."""
        for _ in range(2):
            n = self.log().count(" reload")
            self.child.send_signal(signal.SIGHUP)
            wait_for(lambda: self.log().count(" reload") > n, 30)

    def proc(self, name):
        with open("/proc/%d/%s" % (self.child.pid, name)) as f:
            return f.read()

    def status(self, key):
        for line in self.proc("status").splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        return 0

    def n_fds(self):
        return len(os.listdir("/proc/%d/fd" % self.child.pid))

    def fds(self):
        where = "/proc/%d/fd/" % self.child.pid
        return [os.readlink(where + f) for f in os.listdir(where)]


class Meddler(threading.Thread):
    """Who administers it, and has a bad day."""

    def __init__(self, milter, seed):
        super().__init__(daemon=True)
        self.milter, self.rng = milter, random.Random(seed)
        self.quiet, self.is_over = threading.Lock(), False
        self.counts = dict.fromkeys(("table", "bad table", "reload",
                                     "bad reload"), 0)

    def once(self):
        m = self.milter
        what = self.rng.choices(list(self.counts), (4, 1, 4, 1))[0]
        self.counts[what] += 1
        if what == "table":
            m.put_table(self.rng.choice(m.tables[:2]))
        elif what == "bad table":
            m.put_table(m.tables[2])
        else:
            m.put_conf("max_recipients = 50\n" if what == "reload" else
                       "no_such_key = 1\n")
            m.child.send_signal(signal.SIGHUP)

    def run(self):
        while not self.is_over:
            with self.quiet:
                if not self.is_over:
                    self.once()
            time.sleep(self.rng.uniform(0.05, 0.5))

    def calm(self):
        """What it leaves behind is good."""
        self.milter.put_table(self.milter.tables[0])
        self.milter.put_conf()
        self.milter.child.send_signal(signal.SIGHUP)


def settle(milter, fds, threads):
    """All sessions have gone: what is seen once descriptors and threads are
    what they were, or after half a minute if they are not; and the memory,
    once it has been told to look up and sees that there is nothing to do."""
    seen = {}

    def is_idle():
        seen.update(fds=milter.n_fds(), threads=milter.status("Threads"))
        return seen["fds"] <= fds and seen["threads"] <= threads

    wait_for(is_idle, 30)
    milter.look_up()
    seen["rss"] = milter.status("VmRSS")
    return seen


def slope(y):
    """Of a line fitted to it, and its standard error, per step."""
    n = len(y)
    x = [i - (n - 1) / 2 for i in range(n)]
    mean, sxx = sum(y) / n, sum(v * v for v in x)
    b = sum(v * w for v, w in zip(x, y)) / sxx
    rest = sum((w - mean - b * v) ** 2 for v, w in zip(x, y))
    return b, math.sqrt(rest / max(1, n - 2) / sxx)


def is_flat(rss, spare):
    """The second half: complaints."""
    half = rss[len(rss) // 2:]
    if len(half) < 3:
        return ["it broke off"]
    b, error = slope(half)
    grown, sure = b * (len(half) - 1), 2 * error * (len(half) - 1)
    note("RSS of the second half: %d to %d KiB, %+.0f KiB by the line, give "
         "or take %.0f" % (min(half), max(half), grown, sure))
    return [] if grown - sure <= spare else ["it grows"]


class Soak:
    def __init__(self, messages, laps):
        self.messages, self.laps = messages, laps
        self.milter = Milter(mta.folder())
        self.done, self.faults, self.bad = {}, {}, []
        self.ids, self.n_ids, self.samples = set(), 0, []

    def add(self, result):
        done, faults, bad, ids = result
        for all_of, some in ((self.done, done), (self.faults, faults)):
            for k, n in some.items():
                all_of[k] = all_of.get(k, 0) + n
        self.bad += bad
        self.ids.update(ids)
        self.n_ids += len(ids)

    def learn(self):
        def talk(kind, fields, body, to):
            with Session(self.milter.socket) as s:
                s.start()
                return s.mail(fields, body, login=kind.login,
                              sender="o0@example.com", to=to)
        check(mails.learn(talk), "one of each kind, under foreign parsers")

    def run_lap(self, pool, n, number):
        learnt = [k.learnt for k in mails.KINDS]
        jobs = [pool.submit(load.lap, self.milter.socket, n // PROCESSES,
                            SESSIONS // PROCESSES, "%d-%d" % (number, i),
                            learnt) for i in range(PROCESSES)]
        for job in jobs:
            self.add(job.result())

    def run_laps(self, pool):
        m, meddler = self.milter, Meddler(self.milter, 1)
        # Warm: the pool of libmilter has its threads, the table is read anew.
        self.run_lap(pool, 2 * SESSIONS, 0)
        time.sleep(1.5)
        fds, threads = m.n_fds(), m.status("Threads")
        note("idle: %d descriptors, %d threads, RSS %d KiB" % (
            fds, threads, m.status("VmRSS")))
        meddler.start()
        for i in range(self.laps):
            self.run_lap(pool, self.messages // self.laps, i + 1)
            if m.child.poll() is not None:
                meddler.is_over = True
                return check(m.log().splitlines()[-40:], "the milter lives")
            with meddler.quiet:
                self.samples.append(settle(m, fds, threads))
            if self.bad or self.samples[-1]["threads"] > threads:
                break
        with meddler.quiet:
            meddler.is_over = True
            meddler.calm()
        note("meddled: %s" % meddler.counts)
        time.sleep(2)
        self.samples.append(settle(m, fds, threads))
        self.judge(fds, threads)

    def judge(self, fds, threads):
        rss, m = [s["rss"] for s in self.samples], self.milter
        note("messages: %d %s" % (sum(self.done.values()), self.done))
        note("faults: %d %s" % (sum(self.faults.values()), self.faults))
        note("threads: %s" % [s["threads"] for s in self.samples])
        note("RSS at rest, lap by lap: %s; at most %d KiB" % (
            rss, m.status("VmHWM")))
        check(self.bad[:10], "%d whole messages, each answered well" %
              sum(self.done.values()))
        check([] if self.n_ids == len(self.ids) > 0 else
              ["%d of %d" % (len(self.ids), self.n_ids)],
              "every offer has an id of its own")
        if not SANITIZER:	# whose shadow grows
            check(is_flat(rss, 256), "memory is flat")
        check(m.fds() if max(s["fds"] for s in self.samples) > fds else [],
              "no descriptor is left open")
        check(["%d, %d when idle" % (s["threads"], threads)
               for s in self.samples if s["threads"] > threads][:3],
              "no thread is stuck")

    def look_at_log(self):
        log = self.milter.log()
        check([line for line in log.splitlines() if "/o/" in line][:3],
              "no token in the log")
        n = log.count("offer=inserted")
        check([] if n >= self.n_ids else ["%d" % n],
              "a line in the log for every button")
        check(log[log.find("WARNING: Thread"):][:6000].splitlines()
              if "WARNING: Thread" in log else [],
              "no sanitizer complains")


def ends_well(milter):
    """A message that is under way is finished; idle sessions do not matter."""
    idle = [Session(milter.socket).start() for _ in range(5)]
    kind = mails.KINDS[0]
    mark = b"last".ljust(len(mails.MARK), b"-")
    fields, body = kind.make(7, mark, mails.LINE)
    alive = []

    def terminate():
        milter.child.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        alive.append(milter.child.poll() is None)

    with Session(milter.socket).start() as s:
        r = s.mail(fields, body, sender="o7@example.com",
                   before_end=terminate)
        began = time.monotonic()
    bad, _ = mails.check(kind, 7, 1, r, fields, body, mark, mails.LINE)
    check([bad] if bad else [] if all(alive) else ["it did not wait"],
          "SIGTERM: a message that is under way is finished")
    status = wait_end(milter, 5)
    check([] if status == 0 else ["status %s" % status],
          "then it ends, in %.2f s" % (time.monotonic() - began))
    for s in idle:
        s.close()


def wait_end(milter, seconds):
    try:
        return milter.child.wait(seconds)
    except subprocess.TimeoutExpired:
        return "running"


def ends_in_time(milter):
    """A message that never ends is not waited for longer than 30 s."""
    milter.start()
    s = Session(milter.socket).start()
    s.envelope(type("R", (), {"steps": []})(), "alice", "o7@example.com",
               ["bob@example.net"])
    time.sleep(0.2)
    began = time.monotonic()
    milter.child.send_signal(signal.SIGTERM)
    status = wait_end(milter, 40)
    took = time.monotonic() - began
    check([] if status == 0 and 25 < took < 35 else
          ["status %s after %.1f s" % (status, took)],
          "SIGTERM: one that never ends is waited for, 30 s")
    s.close()


def main(messages, is_long):
    os.chdir(mta.ROOT)
    # Before there are threads.
    with concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(len, ["x"] * PROCESSES))
        soak = Soak(messages, 80 if is_long else 8)
        began = time.monotonic()
        soak.milter.start()
        soak.learn()
        soak.run_laps(pool)
        note("in %.0f s" % (time.monotonic() - began))
    if soak.milter.child.poll() is not None:
        finish()
    ends_well(soak.milter)
    soak.look_at_log()
    if is_long:
        ends_in_time(soak.milter)
    finish()
