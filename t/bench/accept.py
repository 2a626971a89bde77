#!/usr/bin/python3
"""The acceptance page: POSTs that accept and GETs of the offer's page, beside
real peers.

Ours are acceptd and the bridge as shipped, with 10^6 offers in the journal,
every cap raised by configuration, and an Asterisk that rings at once and is
never answered (tools/ari).  An acceptance is answered when it is durable, and
a round is over when its last telephone rings.  Each form is sent once: its page
was fetched before, and is at least two seconds old.  Ours and one commit for
each are asked for the page by themselves: acceptd has then verified the token
and the bridge has opened its box a moment ago, as it is with people.  "Unseen"
is told beside it: another acceptd and bridge served the page.

Peers: Express on PostgreSQL and Fastify on SQLite, which take the same forms
by the same steps to the same rows and ring the same way (peers/offer.js says
what is the same); the same bridge with one commit for each acceptance; nginx
with a static page; bare libsodium and libphonenumber.

All share two processors with who loads them (tools/visitors).  A round takes
every side once, in another order each time.  Rates are answers a second, CPU
that of a side's processes but for those of telephones and load.

	ROUNDS=7 OFFERS=1000000 LARGE=10000000 STREAMS=10000 SECONDS=2.5
"""
import os
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "tools"))
import accepting as a                                       # noqa: E402
import peers                                                # noqa: E402
from pairs import (ROOT, TOOLS, B, folder, interval, median,  # noqa: E402
                   memory_of, run)

ROUNDS = int(os.environ.get("ROUNDS", "7"))
OFFERS = int(os.environ.get("OFFERS", "1000000"))
LARGE = int(os.environ.get("LARGE", "10000000"))
STREAMS = int(os.environ.get("STREAMS", "10000"))
SECONDS = os.environ.get("SECONDS", "2.5")
FORMS = int(os.environ.get("FORMS", "36000"))   # of a round: more than it needs
EACH_S = 4                  # between two acceptances of the past
KEEP = {}                   # side -> figure's name -> values
bad = False


def note(side, **figures):
    for name, value in figures.items():
        KEEP.setdefault(side, {}).setdefault(name, []).append(value)


def say(name, ours, peer, goal=None, what="rate", unit="/s", turn=False):
    """One line: the ratio is ours by the peer's, or the other way round."""
    global bad
    x, y = (KEEP[side][what] for side in (ours, peer))
    pairs = list(zip(x, y))
    ratios = [q / p if turn else p / q for p, q in pairs]
    low, high = interval(ratios)
    digits = 0 if median(x) >= 100 else 1
    line = "bench %s ours=%.*f%s peer=%s:%.*f%s ratio=%.3f" % (
        name, digits, median(x), unit, peer, digits, median(y), unit,
        median(ratios))
    if goal:
        line += " goal=" + goal
        limit = float(goal.lstrip("<>="))
        bad |= low > limit if goal.startswith("<=") else high < limit
    print("%s ci=%.3f..%.3f pairs=%d" % (line, low, high, len(ratios)),
          flush=True)


def figure(name, value, goal=None, ratio=None, unit=""):
    global bad
    line = "bench %s ours=%s%s" % (name, value, unit)
    if goal:
        line += " ratio=%.2f goal=%s" % (ratio, goal)
        limit = float(goal.lstrip("<>="))
        bad |= ratio > limit if goal.startswith("<=") else ratio < limit
    print(line, flush=True)


# One round of one side

def load(side, web, forms, connections, cpu, rung, wait=True):
    """Forms for some seconds; returns when all who accepted are rung."""
    before, ring_before = cpu(), rung()
    start = time.monotonic()
    r = a.visit(web, forms, "-c", str(connections), "-s", SECONDS, "-e",
                "303")
    if r["bad"]:
        sys.exit("bench: %s: %d of %d were not accepted" % (
            side, r["bad"], r["n"]))
    a.wait_until(lambda: rung() - ring_before >= r["n"] or not wait,
                 side + ": not all are rung", 60)
    took = time.monotonic() - start
    used = sum(cpu()) - sum(before)
    note(side, rate=r["n"] / max(took, r["s"]), p99=r["p99_us"] / 1000,
         p50=r["p50_us"] / 1000, cpu=used / r["n"] * 1e6)
    return r


def ours(stack, connections, forms, name=None, web=None):
    load((name or stack.name) + "-%d" % connections, web or stack.web, forms,
         connections, stack.cpu, stack.rung)
    stack.settle()


def theirs(peer, connections, forms, ari):
    load(peer.name + "-%d" % connections, peer.web, forms, connections,
         lambda: (peer.cpu(),), ari.rung)


def pages(stack, connections, d, numbers=0):
    """The pages of offers that nobody has seen, and from them the forms."""
    get, post = d + "/get", d + "/post"
    for path in get, post:
        if os.path.exists(path):
            os.unlink(path)
    a.make_offers(stack.keys, FORMS, get)
    before = stack.cpu()
    r = a.visit(stack.web, get, "-c", str(connections), "-s", "60", "-N",
                str(numbers), "-o", post)
    if r["bad"]:
        sys.exit("bench: %d pages of %d are none" % (r["bad"], r["n"]))
    used = sum(stack.cpu()) - sum(before)
    note("get-%d" % connections, rate=r["n"] / r["s"],
         p99=r["p99_us"] / 1000, cpu=used / r["n"] * 1e6)
    return post


def seen_by(stack, connections, d):
    """The same pages from another: what it has worked out for them then."""
    r = a.visit(stack.web, d + "/get", "-c", str(connections), "-s", "60")
    if r["bad"]:
        sys.exit("bench: %d pages of %d are none" % (r["bad"], r["n"]))


def bare(connections):
    """Beside the pages and forms of so many connections."""
    words = dict(w.split("=") for w in run(TOOLS + "/bare").split())
    verify, unseal, hashes, number = (float(words[w]) for w in (
        "verify", "unseal", "hash", "number"))
    note("libsodium-%d" % connections, rate=1e6 / verify)
    note("crypto+number-%d" % connections,
         cpu=verify + unseal + hashes + number)
    note("crypto-%d" % connections, cpu=2 * verify + unseal)


def ripe():
    time.sleep(2.05)        # no form is filled in sooner


# The parts

def prepare(d):
    """All sides, filled and started."""
    keys = a.make_keys(d + "/keys")
    s = {name: a.Stack(d + "/" + name, keys) for name in (
        "ours", "plain", "front", "streams", "small", "large")}
    s["each"] = a.Stack(d + "/each", keys, TOOLS + "/bridge-each")
    print("bench: filling journals", file=sys.stderr)
    used = s["large"].fill(LARGE, EACH_S)
    figure("accept-bytes-per-offer", "%.0f" % (used / LARGE), "<=500",
           used / LARGE)
    s["small"].fill(OFFERS // 10, EACH_S)
    s["ours"].fill(OFFERS, EACH_S)
    for name in "plain", "front", "streams", "each":
        s[name].fill_like(s["ours"])
    for name, stack in s.items():
        stack.name = name
        stack.start(STREAMS if name == "streams" else 0)
    for name, kind in (("express", peers.Express),
                       ("fastify", peers.Fastify)):
        s[name] = kind(d + "/" + name, keys, s["ours"].ari_at)
        s[name].name = name
        s[name].fill(OFFERS)
        s[name].start()
    s["nginx"] = peers.Nginx(d + "/nginx", s["front"].web)
    warm(s, d)
    return s


def warm(s, d):
    """Nobody has the first seconds of a program that compiles itself."""
    forms = pages(s["ours"], 64, d)
    ripe()
    for name in "express", "fastify":
        theirs(s[name], 64, forms, s["ours"])
    KEEP.clear()


def posts(s, connections, names, d, chance):
    forms = pages(s["ours"], connections, d)
    seen_by(s["each"], connections, d)
    if connections == 64:
        note("nginx-static", rate=s["nginx"].static())
    bare(connections)
    ripe()
    chance.shuffle(names)
    for name in names:
        if name in ("express", "fastify"):
            theirs(s[name], connections, forms, s["ours"])
        elif name == "front":
            ours(s["front"], connections, forms, web=s["nginx"].web)
        else:
            ours(s[name], connections, forms)


def memory(s):
    kb = memory_of(s["ours"].acceptd.pid, "RssAnon") / 1024
    figure("acceptd-private-memory-256", "%.0f" % kb, "<=8", kb / 1024,
           "kB")
    figure("bridge-private-memory", "%.0f" % (memory_of(
        s["ours"].bridge.pid, "RssAnon") / 1024), unit="kB")


def streams(s, d, chance):
    """With so many people watching, and without any."""
    forms, places = [], d + "/places"
    for _ in range(ROUNDS):
        forms.append(d + "/forms%d" % len(forms))
        os.rename(pages(s["ours"], 64, d), forms[-1])
    first = pages(s["streams"], 64, d, 900000)
    ripe()
    a.visit(s["streams"].web, first, "-c", "64", "-s", "60", "-n",
            str(STREAMS), "-e", "303", "-l", places)
    watchers = subprocess.Popen([TOOLS + "/watchers", s["streams"].web,
                                 places], stdout=subprocess.PIPE, text=True)
    if watchers.stdout.readline() != "ready\n":
        sys.exit("bench: the streams do not open")
    for name in "streams", "plain":
        KEEP.pop(name + "-64", None)
    for f in forms:
        names = ["streams", "plain"]
        chance.shuffle(names)
        for name in names:
            ours(s[name], 64, f)
    if watchers.poll() is not None:
        sys.exit("bench: streams have ended")
    kb = memory_of(s["streams"].acceptd.pid, "RssAnon") / 1024
    watchers.kill()
    watchers.wait()
    figure("acceptd-private-memory-streams", "%.0f" % kb, unit="kB")
    say("accept-rate-with-%d-streams" % STREAMS, "streams-64", "plain-64",
        ">=0.95")


def report():
    for c in 64, 256:
        me = "ours-%d" % c
        for who in "express", "fastify":
            say("accept-rate-%d" % c, me, "%s-%d" % (who, c), ">=4")
        say("accept-rate-%d" % c, me, "each-%d" % c, ">=5")
        say("accept-p99-%d" % c, me, "each-%d" % c, "<=0.25", "p99", "ms")
        for who in "express", "fastify":
            say("accept-p99-%d" % c, me, "%s-%d" % (who, c), None, "p99",
                "ms")
            say("accept-cpu-%d" % c, me, "%s-%d" % (who, c), None, "cpu",
                "us")
        say("accept-cpu-%d" % c, me, "crypto+number-%d" % c, "<=1.5", "cpu",
            "us")
        say("page-rate-%d" % c, "get-%d" % c, "libsodium-%d" % c, ">=0.4")
        say("page-cpu-%d" % c, "get-%d" % c, "crypto-%d" % c, None, "cpu",
            "us")
    for who in "express-64", "fastify-64", "each-64":
        say("accept-rate-unseen-64", "plain-64", who)
    say("accept-cpu-unseen-64", "plain-64", "crypto+number-64", None, "cpu",
        "us")
    say("accept-rate-64", "ours-64", "nginx-static")
    say("page-rate-64", "get-64", "nginx-static")
    say("accept-rate-behind-nginx", "front-64", "plain-64", ">=0.7")
    for name in "small", "large":
        say("accept-rate-of-%s-journal" % name, name + "-64", "plain-64",
            ">=0.87")
        say("accept-cpu-of-%s-journal" % name, name + "-64", "plain-64",
            "<=1.15", "cpu", "us")


def main():
    d = folder()
    peers.fetch()
    s = prepare(d)
    chance = random.Random(1)
    for i in range(ROUNDS):
        print("bench: round %d of %d" % (i + 1, ROUNDS), file=sys.stderr)
        posts(s, 64, ["ours", "each", "express", "fastify", "plain", "front",
                      "small", "large"], d, chance)
        posts(s, 256, ["ours", "each", "express", "fastify"], d, chance)
    memory(s)
    report()
    streams(s, d, chance)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
