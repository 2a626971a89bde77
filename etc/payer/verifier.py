#!/usr/bin/python3
"""A sample of one who verifies that an account can pay, and keeps what calls
have cost: what calloffer-payer(7) says, and no more.

	verifier.py PORT SECRET-FILE LIMITS-FILE STATE-FILE

LIMITS-FILE has a line for each account, "sales EUR 50.00": so much may be held
and owed at once.  STATE-FILE keeps every hold, in JSON, written before it is
answered.  Listens on 127.0.0.1; put a web server with TLS in front of it, or
let calloffer-bridge speak to it on the same machine.
"""
import decimal
import hashlib
import hmac
import http.server
import json
import os
import re
import sys
import time

SKEW_S = 300            # older or newer requests are not listened to
PATH = re.compile(r"/holds/([0-9a-f]{32})(/capture|/raise)?$")


class Books:
    def __init__(self, limits, path):
        self.path, self.limits, self.holds = path, {}, {}
        with open(limits, encoding="utf-8") as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    account, currency, limit = line.split()
                    self.limits[account, currency] = decimal.Decimal(limit)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                self.holds = json.load(f)

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

    def state(self, call):
        return self.holds[call]["state"] if call in self.holds else "gone"

    def hold(self, call, ask):
        """Asked twice, it is held once; and never again once it was freed."""
        if call not in self.holds:
            account, currency = ask["account"], ask["currency"]
            limit = self.limits.get((account, currency), 0)
            can = self.owed(account, currency) + \
                decimal.Decimal(ask["amount"]) <= limit
            self.holds[call] = {"state": "held" if can else "refused",
                                "account": account, "currency": currency,
                                "amount": ask["amount"]}
            self.keep()
        return self.state(call)

    def more(self, call, ask):
        """Held in all from now on; or all is as before, and he says no."""
        h = self.holds.get(call)
        if not h or h["state"] != "held" or h["currency"] != ask["currency"]:
            return False
        more = decimal.Decimal(ask["amount"]) - decimal.Decimal(h["amount"])
        if more > 0:
            key = h["account"], h["currency"]
            if self.owed(*key) + more > self.limits.get(key, 0):
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


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    books = secret = None

    def answer(self, status, what):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self):
        n = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(n) if 0 <= n <= 65536 else b""
        m = PATH.fullmatch(self.path)
        if not is_signed(self.secret, self.headers.get("Calloffer-Signature"),
                         self.command, self.path, body, time.time()):
            return self.answer(401, {"error": "not signed by who I know"})
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
    port, secret, limits, state = sys.argv[1:]
    with open(secret, "rb") as f:
        Handler.secret = f.read().rstrip(b"\n")
    Handler.books = Books(limits, state)
    http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
