#!/usr/bin/python3
"""What a collector reads of the bridge: the text format, held against its
grammar and the conventions for names; as the manual page has it; counters that
count what happened; a server that nobody can hold up for long."""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.path.insert(0, "t")
import askpeer as ask           # noqa: E402
import fakeari                  # noqa: E402
import tap                      # noqa: E402
import trunks                   # noqa: E402
from scrape import ask as get   # noqa: E402
from scrape import parse        # noqa: E402

M = "calloffer_bridge_"
SPARE = """provider spare {
	kind = signalwire
	url = "http://127.0.0.1:1/laml"
	user = project
	app = project
	password_file = "DIR/password"
	hook_secret_file = "DIR/token"
	prompts = "https://call.example.com/prompts"
}
"""


MANY = "".join("""account a%d {
	caller_id = "+442079460100"
	region = GB
	providers = {spare}
}
""" % i for i in range(1000))


class Bridge(trunks.Bridge):
    """With a place for its metrics."""

    def __init__(self, folder, ari, where, more=""):
        self.where = where
        super().__init__(folder, fakeari.SECTION % ("phone", ari.url) + SPARE
                         + more,
                         {"password": "secret", "token": "token"})

    def write(self, name, text, mode=0o644):
        if name == "conf":
            text = 'metrics = "%s"\n' % (
                self.where if isinstance(self.where, str) else
                "inet:127.0.0.1:%d" % self.where) + text
        super().write(name, text, mode)

    def read(self):
        return parse(get(self.where)[1])[0]


def value(samples, name, **labels):
    return samples.get((M + name, ",".join(
        '%s="%s"' % kv for kv in labels.items()) or None))


def form(b):
    head, body = get(b.where)
    tap.check([] if head.startswith("HTTP/1.1 200 ") and
              "Content-Type: text/plain; version=0.0.4" in head and
              "Content-Length: %d" % len(body.encode()) in head else [head],
              "a page")
    samples, bad = parse(body)
    tap.check(bad, "in the text format, with proper names")
    names = {re.sub(r"_(bucket|sum|count)\Z", "", n) for n, _ in samples}
    with open("etc/man/calloffer-bridge.8", encoding="utf-8") as f:
        part = re.search(r"^\.Ss Metrics\n(.*?)^\.S[sh]", f.read(),
                         re.S | re.M).group(1)
    told = {M + n for n in re.findall(r"^\.It ([a-z_]+)$", part, re.M)}
    tap.same(sorted(told), sorted(n for n in names if n.startswith(M)),
             "the manual page has them all, and no other")
    tap.same({k[1].split('"')[1] for k in samples
              if k[0] == M + "acceptances_total"},
             set(ask.REFUSALS) | {"again"}, "each outcome from the beginning")
    tap.same({k[1].split('"')[1] for k in samples
              if k[0] == M + "calls_ended_total"},
             set(ask.ENDS) - {"none"}, "and each end")
    tap.same([value(samples, "build_info", version="0.1.0"),
              value(samples, "open_calls"), value(samples, "stopped"),
              value(samples, "journal_up"),
              value(samples, "journal_size_bytes")],
             [1, 0, 0, 1, 1 << 30], "what is the case")
    tap.check([] if 0 < value(samples, "journal_used_bytes") < 1 << 24 and
              abs(samples["process_start_time_seconds", None] - time.time())
              < 60 else [samples], "in its bounds")


def calls(b, ari):
    before = b.read()
    tap.same([value(before, "provider_stream_up", provider="phone"),
              value(before, "provider_up", provider="phone"),
              value(before, "provider_up", provider="spare"),
              value(before, "provider_stream_up", provider="spare")],
             [1, 1, 0, None], "who is up; a stream where there is one")
    token, offer = ask.mint(trunks.OURS, destination=trunks.DESK)
    nonce = ask.nonce(trunks.OURS, offer)
    tap.same([b.face.accept(token, nonce, trunks.A)["refusal"]
              for _ in range(2)], ["ok", "ok"], "accepted, twice the same")
    tap.same(b.face.accept("x", nonce, trunks.A)["refusal"], "token-bad",
             "refused")
    a = ari.wait_leg("a")
    ari.ring(a)
    ari.pick_up(a)
    tap.check([] if trunks.wait(lambda: value(
        b.read(), "legs_answered_total", provider="phone") == 1) else
        [b.read()], "answered")
    now = b.read()
    tap.same([value(now, "open_calls"),
              value(now, "account_open_calls", account="sales"),
              value(now, "account_open_calls_limit", account="sales"),
              value(now, "caps_events_limit")], [1, 1, 50, 8000000],
             "a call is open")
    tap.check([] if value(now, "caps_events") >= 4 else [now],
              "and counts against the caps")
    ari.gone(a, 16)
    b.idle()
    tap.same(b.hook("x-signalwire-signature: x\n", "CallSid=x", "spare"),
             403, "a webhook of somebody else's")
    after = b.read()

    def grown(name, **labels):
        return value(after, name, **labels) - value(before, name, **labels)
    for name, labels, n in (
            ("acceptances_total", {"outcome": "ok"}, 1),
            ("acceptances_total", {"outcome": "again"}, 1),
            ("acceptances_total", {"outcome": "token-bad"}, 1),
            ("calls_ended_total", {"end": "a-left"}, 1),
            ("legs_total", {"provider": "phone", "outcome": "done"}, 1),
            ("legs_total", {"provider": "spare", "outcome": "done"}, 0),
            ("provider_requests_total", {"provider": "phone",
                                         "status": "5xx"}, 0),
            ("provider_hooks_total", {"provider": "spare",
                                      "verdict": "forged"}, 1)):
        tap.same(grown(name, **labels), n, "%s %s: %d more" % (
            name, " ".join(labels.values()), n))
    for name, labels, least in (
            ("journal_commit_seconds_count", {}, 3),
            ("journal_commit_calls_sum", {}, 3),
            ("provider_requests_total", {"provider": "phone",
                                         "status": "2xx"}, 3),
            ("provider_request_seconds_count", {"provider": "phone"}, 3)):
        tap.check([] if grown(name, **labels) >= least else [grown(
            name, **labels)], "%s: at least %d more" % (name, least))
    tap.same(value(after, "journal_commit_seconds_count"),
             value(after, "journal_commit_calls_count"),
             "both say how many commits there were")
    tap.check([] if value(after, "provider_requests_total", provider="spare",
                          status="none") >= 1 else [after],
              "whom nobody can reach does not answer")
    tap.check(parse(get(b.where)[1])[1], "still in the text format")


def abuse(b):
    for request, answer in (
            (b"GET / HTTP/1.1\r\n\r\n", "404"),
            (b"GET /metricsx HTTP/1.1\r\n\r\n", "404"),
            (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", "200"),
            (b"POST /metrics HTTP/1.1\r\n\r\n", "405"),
            (b"x" * 5000, "")):
        try:
            head, _ = get(b.where, request)
        except OSError:
            head = "HTTP/1.1 "
        tap.same(head[9:12], answer, "asked %r" % request[:30])
    silent = [socket.create_connection(("127.0.0.1", b.where))
              for _ in range(20)]
    start = time.monotonic()
    tap.same(b.admin.health()["open"], 0, "twenty who say nothing hold up "
             "no question")
    tap.check([] if time.monotonic() - start < 1 else ["late"], "at all")
    tap.same(get(b.where)[0][9:12], "200", "and are given up in time")
    for s in silent:
        s.close()


def elsewhere(folder, ari):
    """The program's end, where it would be open to the network."""
    b = Bridge.__new__(Bridge)
    b.dir, b.where = folder, "inet:0.0.0.0:%d" % trunks.free_port()
    with open(folder + "/conf", encoding="utf-8") as f:
        text = re.sub(r"^metrics.*\n", "", f.read())
    trunks.Bridge.write(b, "conf", 'metrics = "%s"\n' % b.where + text)
    for option in ("-n", "-d"):
        r = subprocess.run([os.path.join(trunks.B, "calloffer-bridge"), option,
                            "-c", folder + "/conf"], capture_output=True,
                           text=True, timeout=20, check=False)
        tap.check([] if r.returncode == 78 and r.stderr.startswith(
            folder + "/conf:1: key `metrics'") and "loopback" in r.stderr else
            [r.returncode, r.stderr], "the open network is refused: " + option)


def main():
    ari = fakeari.Ari()
    with tempfile.TemporaryDirectory() as folder:
        b = Bridge(folder, ari, trunks.free_port())
        trunks.wait(lambda: b.ready() == [1, 0])
        form(b)
        calls(b, ari)
        abuse(b)
        tap.same(b.end(), 0, "it ends well")
        elsewhere(folder, ari)
    with tempfile.TemporaryDirectory() as folder:
        b = Bridge(folder, ari, folder + "/metrics", MANY)
        samples, bad = parse(get(b.where)[1])
        tap.check(bad, "on a Unix socket")
        tap.same(value(samples, "account_open_calls", account="a999"), 0,
                 "of a thousand accounts")
        tap.same(b.end(), 0, "it ends well")


main()
tap.finish()
