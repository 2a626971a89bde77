"""A little of Bandwidth's Programmable Voice, for tests of the bridge: calls
that are created, given documents and ended; and what it would tell, with the
name and password that it was given for that."""
import base64
import json
import time
import uuid
from urllib.parse import parse_qs
import xml.etree.ElementTree as xml

import fakenet

ACCOUNT = "9900000"
APP = "04e88489-df02-4e34-a0ee-27a91849555f"
USER, PASSWORD = "api", "of the API"
BASE = "/accounts/" + ACCOUNT
LIVE = ("queued", "initiated", "answered")
VERBS = ("Gather", "PlayAudio", "SendDtmf", "Bridge")


def basic(user, password):
    return "Basic " + base64.b64encode(
        ("%s:%s" % (user, password)).encode()).decode()


def now(add_ms=0):
    t = time.time() + add_ms / 1000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) \
        + ".%03dZ" % (t * 1000 % 1000)


def error(status, text="As the test wants it", retry=None):
    return status, {"type": "validation", "description": text, "id": None,
                    "retry": retry}


def read(text, root):
    """The verbs of a document, which has this root."""
    document = xml.fromstring(text)
    bad = [e.tag for e in document.iter() if e.tag not in VERBS + (root,)]
    if document.tag != root or bad:
        raise ValueError(text)
    return list(document)


class Bandwidth(fakenet.Network):
    def __init__(self):
        super().__init__()      # odd: (status, is_done[, retry after])
        self.n_busy = 0         # documents that come too early
        self.bad = []           # documents that are none
        self.told = 0           # no two webhooks are of one moment
        self.hides = False      # what lives is not in the list yet

    def react(self, h, raw):
        path, _, query = h.path.partition("?")
        is_xml = h.headers.get("content-type") == "application/xml"
        body = raw.decode() if is_xml else json.loads(raw) if raw else {}
        with self.lock:
            self.asked.append((h.command, path, query, body))
            self.lock.notify_all()
            if h.headers.get("authorization") != basic(USER, PASSWORD):
                return error(401)
            if not path.startswith(BASE):
                return error(404)
            if path == BASE + "/statistics":
                return 200, {"currentCallQueueSize": 0,
                             "maxCallQueueSize": 1500}
            parts = path[len(BASE):].split("/")[2:]
            if not parts:
                return self.create(body) if h.command == "POST" \
                    else self.list(parse_qs(query))
            return self.about(h.command, self.calls.get(parts[0]),
                              parts[1:], body)

    def about(self, method, c, rest, body):
        if c is None:
            return error(404, "Call not found")
        if method == "GET":
            return 200, self.describe(c)
        if c["state"] not in LIVE:
            return error(404, "Call not found")
        if method == "POST":
            if body != {"state": "completed"}:
                return error(400)
            self.end(c, "hangup" if c["state"] == "answered" else "cancel")
            return 200, {}
        if rest != ["bxml"] or c["state"] != "answered" or self.n_busy:
            self.n_busy = max(self.n_busy - 1, 0)
            return error(409, "Call cannot be modified in its current state")
        try:
            c["documents"].append(read(body, "Bxml"))
        except (ValueError, xml.ParseError) as e:
            self.bad.append(repr(e))
        c["texts"].append(body)
        return 204, {}

    @staticmethod
    def end(c, cause):
        c["state"], c["cause"], c["ended"] = "disconnected", cause, now()

    @staticmethod
    def describe(c):
        return {"accountId": ACCOUNT, "applicationId": APP,
                "callId": c["callId"], "parentCallId": None, "to": c["to"],
                "from": c["from"], "direction": "outbound",
                "state": c["state"], "enqueuedTime": c["enqueued"],
                "startTime": c["enqueued"], "answerTime": c["answered"],
                "endTime": c["ended"], "disconnectCause": c["cause"],
                "errorMessage": None, "errorId": None, "lastUpdate": now()}

    def create(self, body):
        odd = self.odd.pop(0) if self.odd else None
        if odd and not odd[1]:
            return error(odd[0], "Odd", *odd[2:])
        c = {"callId": "c-15ac29a2-" + str(uuid.uuid4()), "to": body["to"],
             "from": body["from"], "body": body, "state": "initiated",
             "enqueued": now(), "answered": None, "ended": None,
             "cause": None, "documents": [], "texts": []}
        self.calls[c["callId"]] = c
        if odd:
            return error(odd[0], "Odd")
        return 201, dict(
            {k: body[k] for k in (
                "to", "from", "applicationId", "answerUrl", "answerMethod",
                "disconnectUrl", "disconnectMethod", "username", "password",
                "callTimeout", "priority", "tag")},
            accountId=ACCOUNT, callId=c["callId"], enqueuedTime=c["enqueued"],
            callbackTimeout=15, callUrl="https://voice.bandwidth.com/api/v2"
            + BASE + "/calls/" + c["callId"])

    def list(self, query):
        """From the oldest on, and those that have ended among them."""
        since = query["minStartTime"][0]
        return 200, [self.describe(c) for c in self.calls.values()
                     if c["to"] == query["to"][0]
                     and c["from"] == query["from"][0]
                     and c["enqueued"] >= since and not self.hides
                     ][:int(query["pageSize"][0])]

    # what the telephones do

    @staticmethod
    def is_leg(c, leg):
        return c["body"]["tag"].endswith("-" + leg)

    def tells(self, c, kind, **more):
        """The body of a webhook."""
        self.told += 1
        what = {"eventType": kind, "eventTime": now(self.told),
                "accountId": ACCOUNT,
                "applicationId": APP, "to": c["to"], "from": c["from"],
                "direction": "outbound", "callId": c["callId"],
                "startTime": c["enqueued"], "tag": c["body"]["tag"]}
        what.update(more)
        return json.dumps(what).encode()

    @staticmethod
    def head(user, password):
        """The headers of a webhook."""
        return "content-type: application/json\nauthorization: %s\n" \
            % basic(user, password)
