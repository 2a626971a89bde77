"""A little of Telnyx Call Control, for tests of the bridge: calls that are
dialled, spoken to, joined and hung up; and what it would tell, signed."""
import base64
import json
import re
import time
import uuid

import nacl.signing

import fakenet

CALL = re.compile(r"^/calls/([^/]+)(?:/actions/(\w+))?$")


def error(status, code, title):
    return status, {"errors": [{"code": code, "title": title}]}


class Telnyx(fakenet.Network):
    def __init__(self, *apps):
        super().__init__()      # odd: (path's end, status, code, is_done)
        self.app, self.apps = apps[0], apps
        self.key = nacl.signing.SigningKey(b"\7" * 32)

    @property
    def public_key(self):
        return base64.b64encode(bytes(self.key.verify_key)).decode()

    def react(self, h, raw):
        path, _, query = h.path.partition("?")
        path = path.replace("%3A", ":")
        body = json.loads(raw) if raw else {}
        with self.lock:
            self.asked.append((h.command, path, query, body))
            self.lock.notify_all()
            if h.headers.get("authorization") != "Bearer KEY0123":
                return error(401, "10009", "Authentication failed")
            for odd in self.odd:
                if path.endswith(odd[0]):
                    self.odd.remove(odd)
                    if odd[3]:
                        self.do(h.command, path, body)
                    return error(odd[1], odd[2], "As the test wants it")
            return self.do(h.command, path, body)

    def do(self, method, path, body):
        if path in ["/call_control_applications/" + a for a in self.apps]:
            return 200, {"data": {
                "id": path.split("/")[2], "record_type": "call_control_application",
                "application_name": "offers", "active": True,
                "webhook_api_version": "2",
                "webhook_event_url": "https://call.example.com/"}}
        if path in ["/connections/%s/active_calls" % a for a in self.apps]:
            live = [{"record_type": "call", "call_duration": 0,
                     **{k: c[k] for k in ("call_control_id", "call_leg_id",
                                          "call_session_id",
                                          "client_state")}}
                    for c in self.calls.values() if c["state"] != "gone"]
            return 200, {"data": live, "meta": {"total_items": len(live)}}
        if (method, path) == ("POST", "/calls"):
            return self.dial(body)
        m = CALL.match(path)
        c = self.calls.get(m.group(1)) if m else None
        if c is None:
            return error(404, "10005", "Resource not found")
        if m.group(2) is None:
            return 200, {"data": self.describe(c)}
        if c["state"] == "gone":
            return error(422, "90018", "Call has already ended")
        if m.group(2) == "hangup":
            c["state"] = "gone"
        elif c["state"] != "up":
            return error(422, "90034", "Call not answered yet")
        return 200, {"data": {"result": "ok"}}

    @staticmethod
    def describe(c):
        out = {"record_type": "call", "is_alive": c["state"] != "gone",
               **{k: c[k] for k in ("call_control_id", "call_leg_id",
                                    "call_session_id")}}
        if c["state"] == "gone":
            out["end_time"] = "2026-11-23T08:00:00.000Z"
        return out

    def dial(self, body):
        c = {"call_control_id": "v3:" + uuid.uuid4().hex,
             "call_leg_id": str(uuid.uuid4()),
             "call_session_id": str(uuid.uuid4()),
             "client_state": body["client_state"], "state": "ringing",
             "body": body}
        self.calls[c["call_control_id"]] = c
        return 200, {"data": dict(self.describe(c), is_alive=False)}

    # what the telephones do

    @staticmethod
    def is_leg(c, leg):
        mine = base64.b64decode(c["client_state"]).decode()
        return mine.endswith("-" + leg)

    def commands(self, c, action):
        return [b for m, p, _, b in self.asked
                if p == "/calls/%s/actions/%s" % (c["call_control_id"],
                                                  action)]

    def event(self, kind, c, **more):
        payload = {k: c[k] for k in ("call_control_id", "call_leg_id",
                                     "call_session_id", "client_state")}
        payload.update(more, connection_id=self.app)
        return {"data": {"event_type": kind, "id": str(uuid.uuid4()),
                         "occurred_at": "2026-11-23T08:00:00.000000Z",
                         "payload": payload, "record_type": "event"},
                "meta": {"attempt": 1}}

    def sign(self, event, at=None, key=None):
        """(headers, body) of the webhook."""
        body = json.dumps(event).encode()
        at = b"%d" % (time.time() if at is None else at)
        signature = (key or self.key).sign(at + b"|" + body).signature
        return ("content-type: application/json\n"
                "telnyx-signature-ed25519: %s\ntelnyx-timestamp: %s\n"
                % (base64.b64encode(signature).decode(), at.decode()), body)
