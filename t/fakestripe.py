"""A little of Stripe: customers' PaymentIntents, with its idempotency keys.

	f = FakeStripe()
	f.start()		f.url
	f.next = "lose"		the next POST is done, and not answered
	f.asked			[(method, path, fields)]
	f.intents		{id: intent}
"""
import http.server
import json
import threading
import urllib.parse

KEY = "sk_test_calloffer"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, what):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self):
        fake = self.server.fake
        url = urllib.parse.urlsplit(self.path)
        n = int(self.headers.get("Content-Length") or 0)
        form = dict(urllib.parse.parse_qsl(self.rfile.read(n).decode()))
        query = dict(urllib.parse.parse_qsl(url.query))
        key = self.headers.get("Idempotency-Key")
        with fake.lock:
            fake.asked.append((self.command, url.path, form or query))
            if self.headers.get("Authorization") != "Bearer " + KEY:
                status, what = 401, {"error": {"type": "invalid_request"}}
            elif key in fake.keys and self.command == "POST":
                status, what = fake.keys[key]
            else:
                status, what = fake.do(self.command, url.path, form, query)
                if key:
                    fake.keys[key] = (status, what)
            trick, fake.next = (fake.next, None) \
                if self.command == "POST" else (None, fake.next)
        if trick == "lose":
            self.close_connection = True
            return
        self.answer(status, what)

    do_GET = do_POST = do

    def log_message(self, *args):
        pass


class FakeStripe(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.lock = threading.Lock()
        self.asked, self.intents, self.keys, self.next = [], {}, {}, None
        self.declines = None            # the code of an error
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
             "customer": form["customer"],
             "metadata": {"call": form["metadata[call]"]},
             "status": "requires_capture"}
        self.intents[i["id"]] = i
        if self.declines:
            i["status"] = "requires_payment_method"
            return 402, {"error": {"type": "card_error",
                                   "code": self.declines,
                                   "payment_intent": i}}
        return 200, i

    def do(self, method, path, form, query):
        parts = path.strip("/").split("/")
        if parts[:2] != ["v1", "payment_intents"]:
            return 404, {"error": {}}
        if len(parts) == 2 and method == "POST":
            return self.create(form)
        if len(parts) == 2:
            return 200, {"object": "list", "data": [
                i for i in reversed(self.intents.values())
                if i["customer"] == query["customer"]]}
        i = self.intents.get(parts[2])
        if i is None:
            return 404, {"error": {"code": "resource_missing"}}
        if len(parts) == 3:
            return 200, i
        if i["status"] != "requires_capture":
            return self.wrong(i)
        if parts[3] == "capture":
            i["status"] = "succeeded"
            i["amount_received"] = int(form["amount_to_capture"])
        else:
            i["status"] = "canceled"
        return 200, i
