"""A little of Vonage's Voice API, for tests of the bridge: calls that are
created, given documents and ended; and what it would tell, signed."""
import base64
import hashlib
import hmac
import json
import subprocess
import time
import uuid
from urllib.parse import parse_qs

import fakenet

APP = "00000000-0000-4000-8000-000000000000"
API_KEY = "abcd1234"
SECRET = "sigsecret"
LIVE = ("started", "ringing", "answered")


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def error(status, title, retry=None):
    return status, {"type": "https://developer.vonage.com/api-errors",
                    "title": title, "detail": "As the test wants it",
                    "instance": "x", "retry": retry}


class Vonage(fakenet.Network):
    def __init__(self, key_file):
        """With the application's private key, of which the public half is
        known here."""
        self.public = "%s.%d" % (key_file, id(self))
        subprocess.run(["openssl", "rsa", "-in", key_file, "-pubout", "-out",
                        self.public], check=True, capture_output=True)
        super().__init__()      # odd: (status, is_done[, retry after])
        self.tokens = {}        # token: are it and its claims good?

    def is_allowed(self, header):
        """By openssl, and not by what is tested."""
        kind, _, token = (header or "").partition(" ")
        if token not in self.tokens:
            head, claims, signature = (token + "..").split(".")[:3]
            with open(self.public + ".sig", "wb") as f:
                f.write(unb64(signature))
            r = subprocess.run(
                ["openssl", "dgst", "-sha256", "-verify", self.public,
                 "-signature", self.public + ".sig"],
                input=("%s.%s" % (head, claims)).encode(), check=False,
                capture_output=True)
            said = json.loads(unb64(claims) or b"{}")
            self.tokens[token] = kind == "Bearer" and r.returncode == 0 \
                and json.loads(unb64(head)) == {"alg": "RS256",
                                                "typ": "JWT"} \
                and said["application_id"] == APP and bool(said["jti"]) \
                and abs(said["iat"] - time.time()) < 60 \
                and said["exp"] > time.time()
        return self.tokens[token]

    def react(self, h, raw):
        path, _, query = h.path.partition("?")
        body = json.loads(raw) if raw else {}
        with self.lock:
            self.asked.append((h.command, path, query, body))
            self.lock.notify_all()
            if not self.is_allowed(h.headers.get("authorization")):
                return error(401, "Unauthorized")
            if path in ("", "/"):
                return self.create(body) if h.command == "POST" \
                    else self.list(parse_qs(query))
            c = self.calls.get(path[1:])
            if c is None:
                return error(404, "Not Found")
            if h.command == "GET":
                return 200, self.describe(c)
            if c["status"] not in LIVE:
                return error(404, "Not Found")
            if body["action"] == "hangup":
                c["status"] = "completed"
            elif c["status"] != "answered":
                return error(400, "Bad Request")
            else:
                c["documents"].append(body["destination"]["ncco"])
            return 204, {}

    @staticmethod
    def describe(c):
        return {k: c[k] for k in ("uuid", "conversation_uuid", "status", "to",
                                  "from", "direction")}

    def create(self, body):
        odd = self.odd.pop(0) if self.odd else None
        if odd and not odd[1]:
            return error(odd[0], "Odd", *odd[2:])
        c = {"uuid": str(uuid.uuid4()), "direction": "outbound",
             "conversation_uuid": "CON-" + str(uuid.uuid4()),
             "status": "started", "to": body["to"][0], "from": body["from"],
             "hook": body["event_url"][0], "body": body,
             "documents": [body["ncco"]]}
        self.calls[c["uuid"]] = c
        if odd:
            return error(odd[0], "Odd")
        return 201, {k: c[k] for k in ("uuid", "status", "direction",
                                       "conversation_uuid")}

    def list(self, query):
        found = [self.describe(c) for c in self.calls.values()
                 if c["status"] in query.get("status", LIVE)]
        return 200, {"count": len(found), "page_size": 100,
                     "record_index": 0, "_embedded": {"calls": found}}

    # what the telephones do

    @staticmethod
    def is_leg(c, leg):
        return c["hook"].endswith("-%s/status" % leg)

    @staticmethod
    def sign(what, at=None, secret=SECRET):
        """(headers, body) of a webhook."""
        body = json.dumps(what).encode()
        head = b64(b'{"alg":"HS256","typ":"JWT"}')
        claims = b64(json.dumps({
            "iat": int(time.time() if at is None else at),
            "jti": str(uuid.uuid4()), "iss": "Vonage", "api_key": API_KEY,
            "payload_hash": hashlib.sha256(body).hexdigest(),
            "application_id": APP}).encode())
        text = head + "." + claims
        mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256)
        return ("content-type: application/json\nauthorization: Bearer %s.%s"
                "\n" % (text, b64(mac.digest())), body)
