#!/usr/bin/python3
"""/metrics as a collector reads it (the text format 0.0.4 of Prometheus, and
its conventions for names), and as the manual page has it; /healthz."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import Acceptd, ROOT, is_, ok, done
from fakeface import REFUSALS

PREFIX = "calloffer_acceptd_"
NUMBER = "+442079460123"
SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z_]+)="([^"\\\n]*)"\})? (\d+)')


def families(text):
    """{name: (type, {label value: number})}; raises ValueError."""
    found, name = {}, None
    for line in text.splitlines():
        m = re.fullmatch(r"# HELP ([a-z_]+) \S.*\.", line)
        if m:
            name = m.group(1)
            if name in found:
                raise ValueError("twice: " + name)
            found[name] = (None, {})
            continue
        m = re.fullmatch(r"# TYPE ([a-z_]+) (counter|gauge)", line)
        if m:
            if m.group(1) != name or found[name][1]:
                raise ValueError("out of place: " + line)
            found[name] = (m.group(2), {})
            continue
        m = SAMPLE.fullmatch(line)
        if not m or m.group(1) != name or m.group(3) in found[name][1]:
            raise ValueError("no sample of %s: %s" % (name, line))
        found[name][1][m.group(3)] = int(m.group(4))
    if not text.endswith("\n") or not all(t and s for t, s in found.values()):
        raise ValueError("incomplete")
    return found


def read(a):
    r = a.ask("GET", "/metrics", port=a.metrics)
    is_((r.status, r.headers["content-type"]),
        (200, "text/plain; version=0.0.4; charset=utf-8"), "it is served")
    return families(r.text)


def form(a):
    found = read(a)
    for name, (kind, samples) in sorted(found.items()):
        ok(name.startswith(PREFIX) or name == "process_start_time_seconds",
           "%s has its prefix" % name)
        is_(name.endswith("_total"), kind == "counter",
            "%s ends in _total if it only grows" % name)
    is_(set(found[PREFIX + "refused_total"][1]), set(REFUSALS[1:]),
        "each refusal is there from the beginning")
    ok(abs(found["process_start_time_seconds"][1][None] - time.time()) < 60,
       "the start is a moment ago")
    with open(os.path.join(ROOT, "etc/man/calloffer-acceptd.8")) as f:
        part = re.search(r"^\.Ss Metrics\n(.*?)^\.Ss", f.read(),
                         re.S | re.M).group(1)
    named = {PREFIX + n for n in re.findall(r"^\.It ([a-z_]+)$", part, re.M)}
    is_(sorted(named), sorted(n for n in found if n.startswith(PREFIX)),
        "the manual names what there is, and nothing else")
    is_([w for w in REFUSALS[1:] if not re.search(
        r"\b%s[,.]" % w, part)], [], "and every refusal")


def growth(a):
    path = "/o/" + a.signer.token()
    before = read(a)
    a.get(path)
    a.get("/o/x")
    a.post(path, {"nonce": "n", "number": "020 7946 0123"})
    a.post(path, {"nonce": "n", "number": NUMBER})
    a.post(path, {"nonce": "n", "number": NUMBER, "website": "x"})
    a.post(path, {"nonce": "n", "number": NUMBER}, Origin="https://x.example")
    a.get("/c/c2VjcmV0LW9mLXRoZS1jYWxs")
    a.post("/c/c2VjcmV0LW9mLXRoZS1jYWxs/hangup", {})
    a.ask("POST", "/hook/x/y", "z")
    a.raw(b"GET / HTTP/1.1\r\n\r\n", wait=1)
    after = read(a)

    def grown(name, label=None):
        return after[PREFIX + name][1][label] - before[PREFIX + name][1][label]
    for name, n in (("offer_gets_total", 2), ("offer_posts_total", 4),
                    ("confirms_total", 1), ("accepted_total", 1),
                    ("honeypot_total", 1), ("foreign_total", 1),
                    ("call_gets_total", 1), ("hangups_total", 1),
                    ("hooks_total", 1), ("http_bad_total", 1),
                    ("throttled_total", 0)):
        is_(grown(name), n, "%s grows by %d" % (name, n))
    is_(grown("refused_total", "token-bad"), 1, "a bad token is one refusal")


def elsewhere(a):
    r = a.ask("GET", "/metrics")
    is_(r.status, 404, "visitors see none of it")
    is_(a.ask("HEAD", "/metrics", port=a.metrics).status, 200, "HEAD")
    is_(a.ask("POST", "/metrics", "", port=a.metrics).status, 405, "no POST")
    is_(a.ask("GET", "/o/x", port=a.metrics).status, 404,
        "nothing else is there")
    r = a.get("/healthz")
    is_((r.status, r.text), (200, "ok\n"), "it is well")
    a.face.stop()
    is_(a.get("/healthz").status, 200, "whether or not the bridge is there")


with Acceptd() as main:
    form(main)
    growth(main)
    elsewhere(main)
done()
