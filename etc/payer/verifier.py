#!/usr/bin/python3
"""A sample of one who verifies that an account can pay, and keeps what calls
have cost: what calloffer-payer(7) says, and no more.

	verifier.py PORT SECRET-FILE LIMITS-FILE STATE-FILE [HOOK-URL]

LIMITS-FILE has a line for each account, "sales EUR 50.00": so much may be held
and owed at once.  STATE-FILE keeps every hold, in JSON, written before it is
answered.  Listens on 127.0.0.1; put a web server with TLS in front of it, or
let calloffer-bridge speak to it on the same machine.

With HOOK-URL, https://call.example.com/hook/bank, it has pages on which means
of payment are left as well: here a form with one field, where a real one would
ask for a bank account.  Who has been known to leave some pays by them, above
what his limit says.
"""
import decimal
import hashlib
import hmac
import html
import http.server
import json
import os
import re
import sys
import threading
import time
import urllib.parse
import urllib.request

SKEW_S = 300            # older or newer requests are not listened to
PATH = re.compile(r"/holds/([0-9a-f]{32})(/capture|/raise)?$")
PAGE = re.compile(r"/pages/([0-9a-f]{32})$")
LEAVE = re.compile(r"/leave/([0-9a-f]{64})$")
FORM = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Means of payment</title>
<h1>Means of payment for %s</h1>
<form method="post"><p><label>IBAN <input name="iban" required></label></p>
<p><button>Leave it</button></p></form></html>
"""


class Books:
    def __init__(self, limits, path):
        self.path, self.limits, self.holds = path, {}, {}
        self.lock = threading.Lock()
        with open(limits, encoding="utf-8") as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    account, currency, limit = line.split()
                    self.limits[account, currency] = decimal.Decimal(limit)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                self.holds = json.load(f)

    # Pages are kept beside the holds: "page:ID".

    def page(self, page, ask, here):
        """Asked twice, it is the same; its address nobody can guess."""
        if "page:" + page not in self.holds:
            self.holds["page:" + page] = {
                "state": "open", "account": ask["account"],
                "back": ask["back"], "key": os.urandom(32).hex()}
            self.keep()
        return self.told(page, here)

    def told(self, page, here):
        p = self.holds.get("page:" + page, {"state": "gone"})
        out = {"state": p["state"]}
        if p["state"] == "open":
            out["url"] = "%s/leave/%s" % (here, p["key"])
        if p["state"] == "left":
            out["customer"] = p["customer"]
        return out

    def has_left(self, customer):
        return any(p.get("customer") == customer != ""
                   for name, p in self.holds.items()
                   if name.startswith("page:"))

    def find(self, key):
        """The page with this address."""
        for name, p in self.holds.items():
            if hmac.compare_digest(p.get("key", ""), key):
                return name[5:], p
        return None, None

    def leave(self, page, iban):
        p = self.holds["page:" + page]
        if p["state"] == "open":
            p.update(state="left", iban=iban, customer="c" + page[-12:])
            self.keep()

    def keep(self):
        with open(self.path + ".new", "w", encoding="utf-8") as f:
            json.dump(self.holds, f, indent=1)
            f.flush()
            os.fsync(f.fileno())
        os.rename(self.path + ".new", self.path)

    def owed(self, account, currency):
        return sum((decimal.Decimal(h["taken"] if h["state"] == "taken"
                                    else h["amount"])
                    for h in self.holds.values()
                    if h.get("account") == account
                    and h.get("currency") == currency
                    and h["state"] in ("held", "taken")), decimal.Decimal(0))

    def limit(self, hold):
        """Who has left means of payment pays by them, above it."""
        return decimal.Decimal("Infinity") if self.has_left(
            hold.get("customer", "")) else self.limits.get(
                (hold["account"], hold["currency"]), 0)

    def state(self, call):
        return self.holds[call]["state"] if call in self.holds else "gone"

    def hold(self, call, ask):
        """Asked twice, it is held once; and never again once it was freed."""
        if call not in self.holds:
            hold = {what: ask[what] for what in
                    ("account", "currency", "customer", "amount")}
            can = self.owed(hold["account"], hold["currency"]) + \
                decimal.Decimal(hold["amount"]) <= self.limit(hold)
            hold["state"] = "held" if can else "refused"
            self.holds[call] = hold
            self.keep()
        return self.state(call)

    def more(self, call, ask):
        """Held in all from now on; or all is as before, and he says no."""
        h = self.holds.get(call)
        if not h or h["state"] != "held" or h["currency"] != ask["currency"]:
            return False
        more = decimal.Decimal(ask["amount"]) - decimal.Decimal(h["amount"])
        if more > 0:
            if self.owed(h["account"], h["currency"]) + more > self.limit(h):
                return False
            h["amount"] = ask["amount"]
            self.keep()
        return True

    def capture(self, call, ask):
        h = self.holds.get(call)
        if h and h["state"] == "held" and h["currency"] == ask["currency"] \
                and decimal.Decimal(ask["amount"]) <= \
                decimal.Decimal(h["amount"]):
            h["state"], h["taken"] = "taken", ask["amount"]
            self.keep()
        return self.state(call)

    def free(self, call):
        """What was never heard of is remembered too: it may come yet."""
        if self.state(call) in ("gone", "held"):
            self.holds.setdefault(call, {})["state"] = "free"
            self.keep()
        return self.state(call)


def is_signed(secret, header, method, path, body, now):
    m = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", header or "")
    if not m or abs(now - int(m.group(1))) > SKEW_S:
        return False
    base = ("%s\n%s\n%s\n" % (m.group(1), method, path)).encode() + body
    want = hmac.new(secret, base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(want, m.group(2))


def tell(hook_url, secret, what):
    """That there is something to be asked about.  A real one would tell it
    again where the answer is not 200."""
    body = json.dumps(what).encode()
    now = str(int(time.time()))
    path = urllib.parse.urlsplit(hook_url).path
    mac = hmac.new(secret, ("%s\nPOST\n%s\n" % (now, path)).encode() + body,
                   hashlib.sha256).hexdigest()
    r = urllib.request.Request(hook_url, body, {
        "Content-Type": "application/json",
        "Calloffer-Signature": "t=%s,v1=%s" % (now, mac)})
    try:
        urllib.request.urlopen(r, timeout=20).close()
    except OSError as e:
        print("verifier: %s: %s" % (hook_url, e), file=sys.stderr)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    books = secret = hook_url = None

    def answer(self, status, what):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def show(self, status, text, location=None):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def leave(self, key, body):
        """A browser, on a page of ours: nobody signs that."""
        name, page = self.books.find(key)
        if page is None or page["state"] != "open":
            return self.show(404, "There is nothing here.\n")
        if self.command == "GET":
            return self.show(200, FORM % html.escape(page["account"]))
        form = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace")))
        if not form.get("iban"):
            return self.show(422, FORM % html.escape(page["account"]))
        self.books.leave(name, form["iban"])
        threading.Thread(target=tell, args=(
            self.hook_url, self.secret, {"page": name})).start()
        return self.show(303, "", page["back"])

    def pages(self, page, body):
        here = "http://%s" % self.headers["Host"]
        if self.command == "PUT":
            return self.answer(200, self.books.page(page, json.loads(body),
                                                    here))
        return self.answer(200, self.books.told(page, here))

    def do(self):
        n = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(n) if 0 <= n <= 65536 else b""
        with self.books.lock:
            self.act(body)

    def act(self, body):
        m = PATH.fullmatch(self.path)
        page, leave = PAGE.fullmatch(self.path), LEAVE.fullmatch(self.path)
        if leave and self.command in ("GET", "POST"):
            return self.leave(leave.group(1), body)
        if not is_signed(self.secret, self.headers.get("Calloffer-Signature"),
                         self.command, self.path, body, time.time()):
            return self.answer(401, {"error": "not signed by who I know"})
        if page and self.hook_url and self.command in ("GET", "PUT"):
            return self.pages(page.group(1), body)
        if not m:
            return self.answer(404, {"error": "there is no such thing"})
        call, is_capture = m.group(1), m.group(2) == "/capture"
        is_raise, is_no = m.group(2) == "/raise", False
        try:
            if self.command == "POST" and is_raise:
                is_no = not self.books.more(call, json.loads(body))
                state = self.books.state(call)
            elif is_raise:
                return self.answer(405, {"error": "not so"})
            elif self.command == "PUT" and not is_capture:
                state = self.books.hold(call, json.loads(body))
            elif self.command == "POST" and is_capture:
                state = self.books.capture(call, json.loads(body))
            elif self.command == "DELETE" and not is_capture:
                state = self.books.free(call)
            elif self.command == "GET" and not is_capture:
                state = self.books.state(call)
            else:
                return self.answer(405, {"error": "not so"})
        except (KeyError, ValueError, decimal.InvalidOperation):
            return self.answer(400, {"error": "this cannot be read"})
        return self.answer(402 if is_no or state == "refused" else 200,
                           {"state": state})

    do_GET = do_PUT = do_POST = do_DELETE = do

    def log_message(self, *args):
        pass


def main():
    port, secret, limits, state = sys.argv[1:5]
    Handler.hook_url = sys.argv[5] if len(sys.argv) > 5 else None
    with open(secret, "rb") as f:
        Handler.secret = f.read().rstrip(b"\n")
    Handler.books = Books(limits, state)
    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)),
                                    Handler).serve_forever()


if __name__ == "__main__":
    main()
