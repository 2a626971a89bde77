#!/usr/bin/python3
"""Calls that an independent party pays for, with the programs as shipped, a
real Asterisk, and the sample verifier of etc/payer: who is asked before anybody
rings, and paid for what was talked; who says no, or nothing, is not rung for.
Means of payment are left on his own page.

A minute of talk costs 0.60 on each leg, by the second; a call holds 0.60.
"""
import csv
import hashlib
import hmac
import http.client
import io
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import postbox
import stack
import tap
from ways import browser, link_of, means

RATES = "prefix,minute,rounding\n44,0.60,1/1\n"
YES = "answer:200 1:900"        # picks up, presses 1
A, B, BUSY, C, D = ("+4420794656%02d" % n for n in (10, 20, 30, 40, 50))


class Verifier:
    def __init__(self):
        self.dir = stack.folder()
        self.secret = self.dir + "/secret"
        with open(self.secret, "w") as f:
            f.write(secrets.token_hex(16) + "\n")
        os.chmod(self.secret, 0o600)
        with open(self.dir + "/limits", "w") as f:
            f.write("# so much at once\nsales EUR 1.00\n")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.child = None

    def start(self, secret=None, hook=None):
        self.child = subprocess.Popen(
            ["etc/payer/verifier.py", str(self.port), secret or self.secret,
             self.dir + "/limits", self.dir + "/state"]
            + ([hook] if hook else []), cwd=stack.ROOT)
        return stack.wait_for(self.is_up)

    def is_up(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.child:
            self.child.terminate()
            self.child.wait()
        self.child = None

    def state(self):
        if not os.path.exists(self.dir + "/state"):
            return {}
        with open(self.dir + "/state") as f:
            return json.load(f)

    def holds(self):
        return [h for name, h in self.state().items()
                if not name.startswith("page:")]

    def customers(self):
        return [p["customer"] for name, p in self.state().items()
                if name.startswith("page:") and "customer" in p]

    def ask(self, method, path, fields=None):
        """As the bridge does: the status, and the hold's state."""
        body = json.dumps(fields).encode() if fields else b""
        now = str(int(time.time()))
        with open(self.secret, "rb") as f:
            mac = hmac.new(f.read().strip(), ("%s\n%s\n%s\n" % (
                now, method, path)).encode() + body, hashlib.sha256)
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request(method, path, body, {
            "Calloffer-Signature": "t=%s,v1=%s" % (now, mac.hexdigest())})
        r = c.getresponse()
        return r.status, json.load(r)["state"]

    def states(self):
        return [h["state"] for h in self.holds()]


def rows(s):
    r = s.tool("ledger", "export")
    return list(csv.DictReader(io.StringIO(r.stdout)))


def rung(s, number):
    return len(s.robots.invited(number))


def call(s, b, a=A, limit=60):
    visit = s.visit(s.mint("alice@example.com", b))
    page = visit.accept(a)
    return visit.follow(page, limit=limit)[1]


def test_talk(s, v):
    tap.same(call(s, B), "talked", "both have talked")
    stack.wait_for(lambda: "taken" in v.states(), 5)
    holds = v.holds()
    tap.same([h["state"] for h in holds], ["taken"], "he has been paid")
    tap.same([h["amount"] for h in holds], ["0.60"], "of what was held")
    took = [e for e in rows(s) if e["kind"] == "call"]
    tap.same([(e["debit"], e["credit"], e["amount"]) for e in took],
             [("cash:bank", "revenue", h["taken"]) for h in holds],
             "the ledger says the same")
    cost = float(holds[0]["taken"])
    tap.check([] if 0.02 <= cost <= 0.12 else ["%.2f" % cost],
              "a few seconds: %.2f" % cost)


def test_busy(s, v):
    tap.same(call(s, BUSY), "b-busy", "B is busy")
    stack.wait_for(lambda: "free" in v.states(), 5)
    tap.same(sorted(v.states()), ["free", "taken"], "what was held is free")


def test_no(s, v):
    """Two at once are more than he allows."""
    visit = s.visit(s.mint("alice@example.com", D))
    page = visit.accept(C)
    visit.follow(page, "ringing-b", 40)
    tap.same(call(s, B), "unpaid", "the second one at a time is not paid for")
    tap.same((rung(s, A), rung(s, B)), (2, 1), "and nobody is rung for it")
    visit.ask("POST", page + "/hangup", {})
    tap.same(visit.follow(page)[1], "cancelled", "the first one is cancelled")
    stack.wait_for(lambda: "held" not in v.states(), 5)
    tap.same(sorted(v.states()), ["free", "free", "refused", "taken"],
             "what became of them")


def test_down(s, v):
    v.stop()
    began = time.monotonic()
    tap.same(call(s, B), "unpaid", "he does not answer: not paid for")
    tap.check([] if time.monotonic() - began < 40 else ["too late"],
              "in some seconds")
    tap.same((rung(s, A), rung(s, B)), (2, 1), "and nobody is rung")


def test_stranger(s, v):
    """One who knows another secret takes no signature of ours."""
    other = v.dir + "/other"
    with open(other, "w") as f:
        f.write("another\n")
    before = v.states()
    v.start(other)
    tap.same(call(s, B), "unpaid", "another secret: not paid for")
    tap.same((rung(s, A), rung(s, B)), (2, 1), "and nobody is rung")
    tap.same(v.states(), before, "and nothing is held")
    v.stop()


def test_means(s, v, box):
    """Means of payment are left on a page of his, by a mailed link."""
    v.start(hook="http://%s/hook/bank" % s.env["WEB"])
    r = s.tool("account", "invite", "alice@example.com")
    tap.same((r.returncode, r.stderr), (0, ""), "she is invited")
    ask = browser(s, link_of(box.wait("Leave a way to pay")))
    tap.same(ask("GET")[:2], (200, "way"), "the link leads to a page")
    status, name, text = ask("POST", fields={})
    tap.same((status, name), (200, "way-ready"), "its button to his")
    here = re.search(r'href="(http://127[^"]+)"', text).group(1)
    with urllib.request.urlopen(here, timeout=20) as page:
        tap.check([] if b"IBAN" in page.read() else ["none"],
                  "where something can be left")
    tap.check([] if "no means" in means(s) else [means(s)], "nothing is yet")
    c = http.client.HTTPConnection("127.0.0.1", v.port, timeout=20)
    c.request("POST", urllib.parse.urlsplit(here).path, "iban=XX00",
              {"Content-Type": "application/x-www-form-urlencoded"})
    back = c.getresponse()
    tap.same((back.status, "/p/" in back.getheader("Location")), (303, True),
             "and who has left it is sent back")
    stack.wait_for(lambda: "left with bank" in means(s), 5)
    tap.check([] if "left with bank by alice@example.com" in means(s)
              else [means(s)], "he tells us, and it is bound")
    tap.same(ask("GET")[1], "way-used", "the link is used up")
    hold = {"account": "sales", "currency": "EUR", "amount": "50",
            "customer": v.customers()[0]}
    path = "/holds/" + secrets.token_hex(16)
    tap.same(v.ask("PUT", path, hold), (200, "held"),
             "who has left some pays by them, above his limit")
    tap.same(v.ask("POST", path + "/raise", {"amount": "60",
                                             "currency": "EUR"}),
             (200, "held"), "and more, while they talk")
    tap.same(v.ask("DELETE", path), (200, "free"), "it is free again")
    v.stop()


def test_back(s, v):
    v.start()
    tap.same(call(s, B), "talked", "he is back: they talk")
    stack.wait_for(lambda: v.states().count("taken") == 2, 5)
    tap.same(v.states().count("taken"), 2, "and it is paid")
    tap.same(v.states().count("held"), 0, "nothing is held any more")
    bad = [line for line in s.log("bridge").splitlines()
           if "+4420794656" in line]
    tap.check(bad, "no number in the log")


def main():
    v, box = Verifier(), postbox.Postbox()
    rates = v.dir + "/rates.csv"
    with open(rates, "w") as f:
        f.write(RATES)
    account = """ring = 20s
	max = 30s
	least = 5s
	payer = bank
	currency = EUR
	rates = "%s"
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_client_10min = 1000
	}
	smtp = "%s"
	smtp_from = "calls@example.com"
	payer bank {
	kind = http
	url = "http://127.0.0.1:%d"
	secret_file = "%s"
	connect = 1s""" % (rates, box.url, v.port, v.secret)
    tap.check([] if v.start() else ["no"], "the verifier is up")
    try:
        with stack.Stack(STACK_ACCOUNT=account) as s:
            for number in (A, C):
                s.robot(number, YES)
            s.robot(B, YES + " hang:2500")
            s.robot(BUSY, "s486:200")
            s.robot(D, "")
            test_talk(s, v)
            test_busy(s, v)
            test_no(s, v)
            test_down(s, v)
            test_stranger(s, v)
            test_means(s, v, box)
            test_back(s, v)
    finally:
        v.stop()
    tap.finish()


main()
