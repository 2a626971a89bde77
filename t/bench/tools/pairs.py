"""What the benches of whole programs have in common.

Two sides are measured in interleaved rounds, in turn the one first and the
other; each round gives a pair of figures.  The ratio is the median of what the
pairs say, its 95 % interval that of order statistics (which asks nothing of
the noise): a goal is met when the interval reaches it.

CPU is that of the processes' own accounting: a process's clock counts its
threads, those that have ended too, in nanoseconds; of children that have ended
and were waited for, the parent's account knows in ticks.
"""
import atexit
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
B = os.path.join(ROOT, os.environ.get("B", "build"))
TOOLS = os.path.join(B, "t/bench/tools")
# For a first look while something is being changed: fewer rounds.
ROUNDS = int(os.environ.get("ROUNDS", "15"))
TICK = os.sysconf("SC_CLK_TCK")

sys.path.insert(0, os.path.join(ROOT, "t"))


# CPU

def cpu_of(pid):
    """Seconds of this process and its threads, since its start."""
    return time.clock_gettime(((~pid) << 3) | 2)


def waited_of(pid):
    """Seconds of its children that have ended."""
    with open("/proc/%d/stat" % pid, encoding="latin-1") as f:
        words = f.read().rsplit(")", 1)[1].split()
    return (int(words[13]) + int(words[14])) / TICK


def family_of(pid):
    """The process and all below it."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, encoding="latin-1") as f:
                    parent = int(f.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(name))
    family, i = [pid], 0
    while i < len(family):
        family += parents.get(family[i], [])
        i += 1
    return family


def cpu_of_family(pid):
    """Of all that ever ran below this process, and of itself."""
    total = 0
    for p in family_of(pid):
        try:
            total += cpu_of(p) + waited_of(p)
        except OSError:
            continue    # it has just ended: its parent knows
    return total


def memory_of(pid, what="VmHWM"):
    """Bytes: VmHWM, the most that was resident; VmRSS, what is now."""
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(what + r":\s+(\d+) kB", f.read()).group(1)) * 1024


# Figures

def median(values):
    v = sorted(values)
    n = len(v)
    return (v[(n - 1) // 2] + v[n // 2]) / 2


def interval(values):
    """The 95 % interval of the median: ranks by the binomial distribution."""
    v = sorted(values)
    n, k, tail = len(v), 0, 0
    while k < n // 2:
        tail += math.comb(n, k) / 2 ** n
        if 2 * tail > 0.05:
            break
        k += 1
    k = max(k, 1)
    return v[k - 1], v[n - k]


def say(name, ours, peers, ratios=None, goal=None, unit="us"):
    """One line; `peers`: (who, values) ...; `goal`: such as "<=1.05"."""
    def figure(values):
        return "%.*f%s" % (0 if median(values) >= 1000 else 1,
                           median(values), unit)
    line = ["bench", name, "ours=" + figure(ours)]
    line += ["peer=%s:%s" % (who, figure(values)) for who, values in peers]
    if ratios:
        low, high = interval(ratios)
        line.append("ratio=%.3f" % median(ratios))
        if goal:
            line.append("goal=" + goal)
        line.append("ci=%.3f..%.3f pairs=%d" % (low, high, len(ratios)))
    if ratios and goal:
        limit = float(goal.lstrip("<>="))
        is_met = low <= limit if goal.startswith("<=") else high >= limit
        line.append("met=" + ("yes" if is_met else "no"))
    print(" ".join(line), flush=True)


def rounds(sides, n=None):
    """Runs every side once a round, each time in another order.

    `sides`: name -> function that gives a figure.  name -> list of figures.
    """
    figures = {name: [] for name in sides}
    names = list(sides)
    chance = random.Random(1)
    for i in range(n or ROUNDS):
        chance.shuffle(names)
        for name in names:
            figures[name].append(sides[name]())
    return figures


# Programs

def folder():
    """The bench's own, gone at its end."""
    for signo in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signo, lambda s, f: sys.exit(128 + s))
    path = tempfile.mkdtemp(prefix="calloffer-bench-")
    os.chmod(path, 0o755)
    atexit.register(shutil.rmtree, path, True)
    return path


def end(child):
    """At once: libmilter would think about it for seconds."""
    if child.poll() is None:
        child.kill()
        child.wait()


def usual_mail(size=4096, tagged=True):
    """A reply as a mail program writes it: both kinds of text, and a file
    where there is room for one.  Lines end with LF."""
    words = ("Dear Bob, the plans which you asked for are ready now and I "
             "would be glad to go through them with you before Friday. ")
    texts = ["%s The roof is number %d." % (words * 2, i) for i in range(4)]
    plain = "\n\n".join(textwrap.fill(t, 72) for t in texts)
    html = "\n".join("    <p>%s</p>" % textwrap.fill(t, 66) for t in texts)
    if size > 8192:
        kind, inner = "multipart/mixed", BOUNDARY + "a"
        extra = "--%s\nContent-Type: multipart/alternative;\n" \
            " boundary=\"%s\"\n\n" % (BOUNDARY, inner)
    else:
        kind, inner, extra = "multipart/alternative", BOUNDARY, ""
    mail = HEADER % ("X-Call-Offer: yes\n" if tagged else "", kind, BOUNDARY)
    mail += extra + TEXTS % (inner, plain, inner, html, inner)
    if size > 8192:
        line = "JVBERi0xLjcKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0Zpb" \
            "HRlci9GbGF0ZU"
        mail += "--%s\nContent-Type: application/pdf; name=\"plan.pdf\"\n" \
            "Content-Transfer-Encoding: base64\nContent-Disposition: " \
            "attachment; filename=\"plan.pdf\"\n\n" % BOUNDARY
        mail += (line + "\n") * ((size - len(mail)) // (len(line) + 2))
        mail += "--%s--\n" % BOUNDARY
    return mail


BOUNDARY = "------------Zp0b0O0cGmR0cL9kq2sT7yDd"
HEADER = """\
%sMessage-ID: <5f4b7b0e-8c61-4f5e-a7ad-2c8f2d0f9d11@example.com>
Date: Mon, 23 Nov 2026 09:00:00 +0000
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
Subject: Re: The plan for the house by the lake
Content-Language: en-GB
To: Bob Builder <bob@example.net>
Cc: Office <office@example.com>
References: <20261120060933.1@example.net>
In-Reply-To: <20261120060933.1@example.net>
From: Alice Example <alice@example.com>
Organization: Example Ltd.
X-Priority: 3
Content-Type: %s;
 boundary="%s"

This is a multi-part message in MIME format.
"""
TEXTS = """\
--%s
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: 7bit

%s

--\x20
Alice Example
Example Ltd.

--%s
Content-Type: text/html; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

<!DOCTYPE html>
<html>
  <head>
    <meta http-equiv=3D"content-type" content=3D"text/html; charset=3DUTF-8">
  </head>
  <body>
%s
    <div class=3D"moz-signature">-- <br>Alice Example<br>Example Ltd.</div>
  </body>
</html>

--%s--

"""


def write(path, text):
    with open(path, "w") as f:
        f.write(text)
    return path


def offerors(n=1000):
    """A table: Alice, and others beside whom she is found."""
    return "alice@example.com to=+442079460123 name=\"Alice Example\" " \
        "account=sales login=alice\n" + "".join(
            "user%d@example.com to=+44207946%04d name=\"User %d\"\n"
            % (i, i, i) for i in range(n))


def start(name, path, *command):
    """A program that will listen at `path`."""
    log = open(path + ".log", "w")
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                             stderr=log)
    atexit.register(end, child)
    for _ in range(200):
        if os.path.exists(path):
            return child
        if child.poll() is not None:
            break
        time.sleep(0.05)
    with open(path + ".log") as f:
        sys.exit("bench: %s does not start\n%s" % (name, f.read()))


def run(*command, **more):
    r = subprocess.run(command, capture_output=True, text=True, **more)
    if r.returncode:
        sys.exit("bench: %s\n%s%s" % (" ".join(command), r.stdout, r.stderr))
    return r.stdout
