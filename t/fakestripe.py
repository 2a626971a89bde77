"""A little of Stripe: customers' PaymentIntents, the pages of Checkout on which
a card is left, its idempotency keys and its webhooks.

	f = FakeStripe()
	f.start()		f.url
	f.next = "lose"		the next POST is done, and not answered
	f.declines = "..."	what comes of the next PaymentIntents
	f.asked			[(method, path, fields)]
	f.answered		[(method, path, status, object)]
	f.heard			[(method, target, headers, body)], as they came
	f.again			what the next requests are answered instead
	f.intents		{id: intent}, f.sessions, f.setups
	f.leave(session)	somebody leaves a card on that page
	f.hook(kind, object)	(headers, body) of a webhook, signed
"""
import hashlib
import hmac
import html
import http.server
import json
import threading
import time
import urllib.parse

KEY = "sk_test_calloffer"
HOOK_SECRET = "whsec_calloffer"
NOW = 1790000000


def sign(secret, body, at=None):
    """The value of a Stripe-Signature header."""
    at = int(time.time()) if at is None else at
    return "t=%d,v1=%s" % (at, hmac.new(
        secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def send(self, status, kind, body, location=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def page(self, fake, session):
        """What a browser is shown, and where it goes from there."""
        s = fake.sessions.get(session)
        if s is None:
            return self.send(404, "text/plain", b"")
        if self.command == "POST":
            fake.leave(s["id"])
            return self.send(303, "text/plain", b"", s["success_url"])
        return self.send(200, "text/html; charset=utf-8", (
            "<!doctype html><html lang=\"en\"><title>Stripe</title>"
            "<h1>A card for %s</h1><form method=\"post\"><button>Save"
            "</button></form>" % html.escape(s["customer_email"] or
                                             s["customer"])).encode())

    def do(self):
        fake = self.server.fake
        url = urllib.parse.urlsplit(self.path)
        n = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(n)
        form = dict(urllib.parse.parse_qsl(body.decode()))
        query = dict(urllib.parse.parse_qsl(url.query))
        key = self.headers.get("Idempotency-Key")
        if fake.again:
            status, what = fake.again.pop(0)
            return self.send(status, "application/json",
                             json.dumps(what).encode())
        if url.path.startswith("/c/pay/"):
            return self.page(fake, url.path[7:])
        with fake.lock:
            fake.asked.append((self.command, url.path, form or query))
            fake.heard.append((self.command, self.path, {
                k: v for k, v in self.headers.items()
                if k not in ("Host", "Content-Length")}, body))
            if self.headers.get("Authorization") != "Bearer " + KEY:
                status, what = 401, {"error": {
                    "type": "invalid_request_error"}}
            elif key in fake.keys and self.command == "POST":
                status, what = fake.keys[key]
            else:
                status, what = fake.do(self.command, url.path, form, query)
                if key:
                    fake.keys[key] = (status, what)
            fake.answered.append((self.command, url.path, status,
                                  json.loads(json.dumps(what))))
            trick, fake.next = (fake.next, None) \
                if self.command == "POST" else (None, fake.next)
        if trick == "lose":
            self.close_connection = True
            return None
        return self.send(status, "application/json",
                         json.dumps(what).encode())

    do_GET = do_POST = do

    def log_message(self, *args):
        pass


class FakeStripe(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.lock = threading.Lock()
        self.asked, self.answered, self.keys = [], [], {}
        self.heard, self.again = [], []
        self.intents, self.sessions, self.setups = {}, {}, {}
        self.next = self.declines = None
        self.n_events = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.fake = self
        self.url = "http://127.0.0.1:%d" % self.server.server_port

    def run(self):
        self.server.serve_forever()

    def statuses(self):
        with self.lock:
            return sorted(i["status"] for i in self.intents.values())

    def wrong(self, intent):
        return 400, {"error": {
            "type": "invalid_request_error",
            "code": "payment_intent_unexpected_state",
            "payment_intent": intent}}

    def create(self, form):
        i = {"id": "pi_%d" % (len(self.intents) + 1),
             "object": "payment_intent", "amount": int(form["amount"]),
             "amount_received": 0, "currency": form["currency"],
             "amount_capturable": int(form["amount"]),
             "capture_method": form["capture_method"],
             "confirmation_method": "automatic", "created": NOW,
             "livemode": False, "payment_method_types": ["card"],
             "customer": form["customer"],
             "payment_method": form["payment_method"],
             "metadata": {"call": form["metadata[call]"]},
             "status": "requires_capture"}
        self.intents[i["id"]] = i
        if self.declines:
            i["status"] = "requires_payment_method"
            i["amount_capturable"] = 0
            return 402, {"error": {"type": "card_error",
                                   "code": self.declines,
                                   "payment_intent": i}}
        return 200, i

    # Checkout

    def new_session(self, form):
        n = len(self.sessions) + 1
        setup = {"id": "seti_%d" % n, "object": "setup_intent",
                 "created": NOW, "livemode": False, "usage": "off_session",
                 "payment_method_types": ["card"], "customer": None,
                 "payment_method": None,
                 "status": "requires_payment_method", "metadata": {
                     "invitation":
                         form["setup_intent_data[metadata][invitation]"]}}
        s = {"id": "cs_test_%d" % n, "object": "checkout.session",
             "mode": form["mode"], "status": "open", "created": NOW,
             "livemode": False, "customer": form.get("customer"),
             "customer_email": form.get("customer_email"),
             "client_reference_id": form["client_reference_id"],
             "success_url": form["success_url"],
             "cancel_url": form["cancel_url"], "setup_intent": setup["id"],
             "metadata": {"invitation": form["metadata[invitation]"]},
             "url": "%s/c/pay/cs_test_%d" % (self.url, n)}
        self.sessions[s["id"]], self.setups[setup["id"]] = s, setup
        return s

    def leave(self, session):
        """A card is left: the customer's, who is made where there is none."""
        with self.lock:
            s = self.sessions[session]
            n = session.split("_")[-1]
            setup = self.setups[s["setup_intent"]]
            s["customer"] = s["customer"] or "cus_left" + n
            s["status"], s["url"] = "complete", None
            setup.update(status="succeeded", customer=s["customer"],
                         payment_method="pm_left" + n)
            return s, setup

    def shown(self, s, query):
        s = dict(s)
        if query.get("expand[]") == "setup_intent":
            s["setup_intent"] = self.setups[s["setup_intent"]]
        return s

    def checkout(self, method, parts, form, query):
        if method == "POST" and len(parts) == 3:
            return 200, self.new_session(form)
        s = self.sessions.get(parts[3]) if len(parts) == 4 else None
        return (200, self.shown(s, query)) if s else \
            (404, {"error": {"code": "resource_missing"}})

    def hook(self, kind, what, at=None, secret=HOOK_SECRET, event=None):
        self.n_events += 1
        body = json.dumps({
            "id": event or "evt_%d" % self.n_events, "object": "event",
            "api_version": "2023-08-16", "created": NOW, "livemode": False,
            "pending_webhooks": 1, "type": kind,
            "data": {"object": what}}).encode()
        return {"Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": sign(secret, body, at)}, body

    def do(self, method, path, form, query):
        parts = path.strip("/").split("/")
        if parts[:3] == ["v1", "checkout", "sessions"]:
            return self.checkout(method, parts, form, query)
        if parts[:2] != ["v1", "payment_intents"]:
            return 404, {"error": {"type": "invalid_request_error"}}
        if len(parts) == 2 and method == "POST":
            return self.create(form)
        if len(parts) == 2:
            return 200, {"object": "list", "has_more": False,
                         "url": "/v1/payment_intents", "data": [
                             i for i in reversed(self.intents.values())
                             if i["customer"] == query["customer"]]}
        i = self.intents.get(parts[2])
        if i is None:
            return 404, {"error": {"type": "invalid_request_error",
                                   "code": "resource_missing"}}
        if len(parts) == 3:
            return 200, i
        if i["status"] != "requires_capture":
            return self.wrong(i)
        i["amount_capturable"] = 0
        if parts[3] == "capture":
            i["status"] = "succeeded"
            i["amount_received"] = int(form["amount_to_capture"])
        else:
            i["status"] = "canceled"
        return 200, i
