"""A little of Twilio's Programmable Voice, for tests of the bridge: calls that
are created, given documents and ended; and what it would tell, signed."""
import base64
import hashlib
import hmac
import time
import uuid
from urllib.parse import parse_qs, urlencode
import xml.etree.ElementTree as xml

import fakenet

AC = "AC00112233445566778899aabbccddeeff"
PROJECT = "b08dacad-0f6b-4a1e-8f4f-2c1f6b7d3a01"
# dialect: (account, where it is, the header of a signature)
DIALECTS = {
    "twilio": (AC, "/2010-04-01", "x-twilio-signature"),
    "signalwire": (PROJECT, "/api/laml/2010-04-01", "x-signalwire-signature")}
LIVE = ("queued", "ringing", "in-progress")
TOKEN = "12345"


def error(status, code, _=False, retry=None):
    return status, {"code": code, "message": "As the test wants it",
                    "more_info": "https://example.com/", "status": status,
                    "retry": retry}


class Twilio(fakenet.Network):
    def __init__(self, dialect="twilio"):
        super().__init__()      # odd: (status, code, is_done[, retry after])
        self.account, self.base, self.header = DIALECTS[dialect]
        self.root = "%s/Accounts/%s" % (self.base, self.account)
        self.deleted = []
        self.created = []       # when they were asked for

    def react(self, h, raw):
        path, _, query = h.path.partition("?")
        raw = raw.decode()
        fields = parse_qs(raw, keep_blank_values=True)
        with self.lock:
            self.asked.append((h.command, path, query, fields, raw))
            self.lock.notify_all()
            want = base64.b64encode(
                (self.account + ":KEY0123").encode()).decode()
            if h.headers.get("authorization") != "Basic " + want:
                return error(401, 20003)
            if path == self.root + "/Calls.json":
                return self.create(fields) if h.command == "POST" \
                    else self.list(parse_qs(query))
            if path.startswith(self.root + "/Conferences"):
                return self.conference(path, parse_qs(query), fields)
            c = self.calls.get(path[len(self.root + "/Calls/"):-len(".json")])
            if c is None:
                return error(404, 20404)
            if h.command == "DELETE":
                if c["status"] in LIVE:
                    return error(409, 20009)
                self.deleted.append(self.calls.pop(c["sid"])["sid"])
                return 204, {}
            if h.command == "POST":
                if c["status"] not in LIVE:
                    return error(400, 21220)
                if "Status" in fields:
                    c["status"] = "completed"
                elif c["status"] != "in-progress":
                    return error(400, 21220)
                else:
                    c["documents"].append(xml.fromstring(fields["Twiml"][0]))
            return 200, self.describe(c)

    @staticmethod
    def describe(c):
        return {k: c[k] for k in ("sid", "account_sid", "status", "to",
                                  "from")}

    def create(self, fields):
        odd = self.odd.pop(0) if self.odd else None
        self.created.append(time.monotonic())
        if odd and not odd[2]:
            return error(*odd)
        c = {"sid": "CA" + uuid.uuid4().hex, "account_sid": self.account,
             "status": "queued", "to": fields["To"][0],
             "from": fields["From"][0], "fields": fields, "n": 0,
             "hook": fields["StatusCallback"][0], "announced": [],
             "documents": [xml.fromstring(fields["Twiml"][0])]}
        self.calls[c["sid"]] = c
        return error(*odd) if odd else (201, self.describe(c))

    def list(self, query):
        found = [self.describe(c) for c in self.calls.values()
                 if all(c[k.lower()] == query[k][0]
                        for k in ("To", "From", "Status") if k in query)]
        return 200, {"calls": found, "page": 0, "page_size": 50}

    def conference(self, path, query, fields):
        """Those that go on, and what is told to one who is in it."""
        rooms = {}
        for c in self.calls.values():
            room = c["documents"][-1].find("Dial/Conference")
            if room is not None and c["status"] == "in-progress":
                sid = "CF" + hashlib.md5(room.text.encode()).hexdigest()
                rooms.setdefault((sid, room.text), {})[
                    room.get("participantLabel")] = c
        if path == self.root + "/Conferences.json":
            return 200, {"conferences": [
                {"sid": sid, "account_sid": self.account,
                 "friendly_name": name, "status": "in-progress"}
                for sid, name in rooms
                if query["FriendlyName"] == [name]], "page": 0}
        want = path[len(self.root):].replace(".json", "").split("/")[2:]
        c = next((here[want[2]] for (sid, _), here in rooms.items()
                  if sid == want[0] and want[2] in here), None)
        if c is None:
            return error(404, 20404)
        c["announced"].append((fields["AnnounceUrl"],
                               fields["AnnounceMethod"]))
        return 200, {"call_sid": c["sid"], "conference_sid": want[0],
                     "account_sid": self.account, "label": want[2],
                     "status": "connected"}

    # what the telephones do

    @staticmethod
    def is_leg(c, leg):
        return c["hook"].endswith("-%s/status" % leg)

    def sign(self, url, fields):
        """(headers, body) of a webhook at this URL."""
        base = url + "".join(k + fields[k] for k in sorted(fields))
        mac = hmac.new(TOKEN.encode(), base.encode(), hashlib.sha1)
        return ("%s: %s\n" % (self.header, base64.b64encode(
            mac.digest()).decode()),
                urlencode(fields).encode())
