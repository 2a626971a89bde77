#!/usr/bin/python3
"""Robots on the pages, with the real bridge behind: one that GETs, HEADs,
follows every link and sends every form with what the names of the fields
suggest, one that runs the script, and one that guesses numbers.

ROBOT=10000 OFFERS=100 is the long form; by default it is a tenth.
"""
import html.parser
import http.client
import os
import random
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import is_, ok, done, wait_for     # noqa: E402
from chromium import Chromium                   # noqa: E402
import pair                                     # noqa: E402

VISITS = int(os.environ.get("ROBOT", "1000"))
OFFERS = int(os.environ.get("OFFERS", "20"))
KNOWN = "+442079460199"
# What programs put into fields that are called number, tel, phone; nothing
# that can be rung.  911, 999 and 112 are among them on purpose.
SUGGESTED = ("", "1", "0", "123", "12345", "555-0100", "0123456789",
             "1234567890", "9876543210", "01234 567890", "07777777777", "+1", "+44", "+0000000000", "0000000000", "112",
             "999", "911", "1122334455667788990", "test", "John Smith",
             "john@example.com", "https://example.com/", "' OR 1=1 --",
             "<script>alert(1)</script>", "%s%n", "\0", "é" * 40, "9" * 150,
             "0909 879 0123", "+870773112345", "+8821612345678", "+979123456",
             "sip:x", "sip:x@example.net",
             "tel:+", "+44 (0)", "123;ext=4")


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.forms = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        for name in ("href", "src", "action", "data-events"):
            if a.get(name):
                self.links.add(a[name])
        if tag == "form":
            self.forms.append((a.get("action", ""), []))
        if tag in ("input", "textarea", "button") and self.forms \
                and a.get("name"):
            self.forms[-1][1].append(a)


class Robot:
    """One client that keeps its connection."""

    def __init__(self, port, client=None):
        self.port, self.client = port, client
        self.c = None
        self.seen = {}
        self.last = ""          # typed as a number
        self.dice = random.Random(int(os.environ.get("SEED", "7")))

    def ask(self, method, path, fields=None, **headers):
        h = {"Origin": "http://127.0.0.1:%d" % self.port} if fields else {}
        if self.client:
            h["X-Forwarded-For"] = self.client
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            h["Content-Type"] = "application/x-www-form-urlencoded"
        h.update(headers)
        for _ in range(2):
            try:
                if self.c is None:
                    self.c = http.client.HTTPConnection(
                        "127.0.0.1", self.port, timeout=20)
                self.c.request(method, path, body, h)
                r = self.c.getresponse()
                text = r.read().decode("utf-8", "replace")
                break
            except (OSError, http.client.HTTPException):
                self.c = None
        else:
            return 0, "", ""
        self.seen[r.status] = self.seen.get(r.status, 0) + 1
        return r.status, r.getheader("Location") or "", text

    def fill(self, fields):
        """By type and name: what is hidden comes back as it is."""
        out = []
        for f in fields:
            value = f.get("value") or ""
            if f.get("type") != "hidden":
                value = self.dice.choice(SUGGESTED)
            if f["name"] == "website":
                value = self.dice.choice(("", "", "https://example.com"))
            out.append((f["name"], value))
            self.last = value if f["name"] == "number" else self.last
        return out

    def follow(self, text, base):
        for link in Links(text).links:
            path = urllib.parse.urljoin(base, link)
            if not path.endswith("/events") and "/events?" not in path:
                self.ask(self.dice.choice(("GET", "HEAD")), path)


def harmless(p, offers):
    """Robots that scan and send forms; the throttles are out of the way."""
    robot = Robot(p.web.port)
    pages = []
    for path, _ in offers:
        pages.append((path, robot.ask("GET", path)[2]))
    pair.ripe()
    sent = 0
    taken = []
    for i in range(VISITS):
        path, text = pages[i % len(pages)]
        method = robot.dice.choice(("GET", "GET", "HEAD", "OPTIONS", "PUT",
                                    "PROPFIND", "DELETE"))
        robot.ask(method, path)
        if i < 2 * len(pages):
            robot.follow(text, path)
        for action, fields in Links(text).forms:
            status, where, reply = robot.ask(
                "POST", urllib.parse.urljoin(path, action),
                robot.fill(fields))
            sent += 1
            if status == 200 or where:
                taken.append(robot.last)
            # And the form that comes of it, once more.
            for action, fields in Links(reply).forms[:1]:
                where = robot.ask("POST", urllib.parse.urljoin(path, action),
                                  robot.fill(fields))[1]
                sent += 1
                if where:
                    taken.append(robot.last)
    ok(sent >= VISITS, "%d visits sent %d forms: %r" % (
        VISITS, sent, dict(sorted(robot.seen.items()))))
    is_(sorted(set(taken)), [], "no form of a robot was taken")
    is_((len(p.calls()), p.ari.rung()), (0, []),
        "no use is spent, no telephone rings")


def with_script(p, offers):
    """A robot that is a browser: runs, clicks and fills in whatever it sees."""
    with Chromium() as c:
        for path, _ in offers[:5]:
            c.open(p.web.origin + path)
            time.sleep(2.1)
            for text in "123", "0909 879 0123", "John Smith":
                c.js("""document.querySelectorAll("input").forEach(e => {
                    if (e.type !== "hidden") e.value = "%s"; })""" % text)
                c.js("document.querySelector('button').click()")
                c.until("document.readyState === 'complete'")
                c.js("document.querySelectorAll('summary')"
                     ".forEach(e => e.click())")
            links = c.js("[...document.links].map(e => e.href).join(' ')")
            for link in links.split():
                c.call("Page.navigate", url=link)
    is_((len(p.calls()), p.ari.rung()), (0, []),
        "nor of one that runs the script")


def owners(p, offers):
    """After all of that every offer is as good as new."""
    wanted = pair.numbers(len(offers))
    answers = []
    for (path, ident), number in zip(offers, wanted):
        r = p.web.post(path, {"nonce": p.nonce(ident), "number": number})
        answers.append(r.status)
    is_(answers, [303] * len(offers), "every owner's click works")
    ok(wait_for(lambda: len(p.ari.rung()) >= len(offers), 20)
       and sorted(p.ari.rung())
       == sorted("PJSIP/%s@trunk" % n for n in wanted),
       "and rings his telephone, once")
    legs = [p.ari.wait_leg("a", n + 1) for n in range(len(offers))]
    p.ari.pick_up(legs[0])
    p.ari.press(legs[0], "1")
    ok(p.ari.wait_leg("b"), "the key 1 rings the offeror")
    for leg in legs:
        p.ari.gone(leg, 16)


def test_harmless():
    with pair.Pair(pair.OPEN_BRIDGE, **pair.OPEN_WEB) as p:
        offers = [p.offer() for _ in range(OFFERS)]
        start = time.monotonic()
        harmless(p, offers)
        print("# %.0f s" % (time.monotonic() - start), flush=True)
        # Where the offeror gave the number, a guess is one in a thousand.
        known = [p.offer(offeree=KNOWN) for _ in range(3)]
        robot = Robot(p.web.port)
        for path, ident in known:
            for word in ("123", "000", "111", "", "abc", "1234",
                         "+442079460199"):
                robot.ask("POST", path, [("nonce", p.nonce(ident)),
                                         ("digits", word)])
                robot.ask("POST", path, [("nonce", p.nonce(ident)),
                                         ("number", word)])
        is_((robot.seen.get(303), p.ari.rung()), (None, []),
            "digits that do not fit ring nobody")
        with_script(p, offers)
        owners(p, offers)


def no_people(ari, stop):
    """Whoever is rung does not press 1: busy, or an answering machine."""
    done_with = set()
    while not stop.is_set():
        with ari.lock:
            legs = [q.split("/")[2] for m, q, _ in list(ari.asked)
                    if m == "POST" and q.startswith("/channels/")
                    and q.count("/") == 2]
        for n, leg in enumerate(legs):
            if leg not in done_with:
                done_with.add(leg)
                if n % 3 == 0:
                    ari.pick_up(leg)
                ari.gone(leg, 16 if n % 3 == 0 else 17)
        time.sleep(0.02)


def guess(p, offers, clients, tries):
    """Sends numbers that can be dialled, from so many address prefixes."""
    robots = [Robot(p.web.port, c) for c in clients]
    victims = pair.numbers(7, start=5000)
    for i in range(tries):
        path, ident = offers[i % len(offers)]
        number = victims[i % len(victims)] if i % 2 \
            else pair.numbers(1, start=100 + i)[0]
        robots[i % len(robots)].ask("POST", path, [
            ("nonce", p.nonce(ident)), ("number", number)])
    seen = {}
    for r in robots:
        for k, n in r.seen.items():
            seen[k] = seen.get(k, 0) + n
    return seen


def is_held(p, offers, name):
    rung = p.ari.rung()
    most = max(rung.count(n) for n in rung) if rung else 0
    by_offer = {}
    for c in p.calls():
        by_offer[c["offer"]] = by_offer.get(c["offer"], 0) + 1
    ok(most <= 2, name + ": no number rang more than twice", most)
    ok(max(by_offer.values(), default=0) <= 3,
       name + ": no offer rang more than three times", by_offer)
    is_([m for m, q, _ in p.ari.asked if q.endswith("-b")], [],
        name + ": the offeror never rings")
    ok(all(c["end"] != "talked" for c in p.calls()),
       name + ": and nobody talks")
    return len(rung)


def test_guesses():
    # Everything as it comes, but that ten offerors share the offers.
    with pair.Pair() as p:
        offers = [p.offer(offeror="user%d@example.com" % (i % 10))
                  for i in range(OFFERS)]
        stop = threading.Event()
        thread = threading.Thread(target=no_people, args=(p.ari, stop))
        thread.start()
        seen = guess(p, offers, ["192.0.2.9"], VISITS // 2)
        p.settled()
        rung = is_held(p, offers, "one prefix")
        ok(0 < rung <= 10 and seen.get(429), "one prefix: held to ten calls "
           "(%d of %d forms: %r)" % (rung, VISITS // 2, seen), rung)
        before = rung
        crowd = ["198.51.%d.9" % i for i in range(100)]
        seen = guess(p, offers, crowd, VISITS // 2)
        p.settled()
        rung = is_held(p, offers, "a hundred prefixes")
        ok(rung <= 3 * OFFERS, "a hundred prefixes: held by the offers' own "
           "limit (%d calls of %d forms: %r)" % (rung - before, VISITS // 2,
                                                 seen), rung)
        fresh = p.offer(offeror="fresh@example.com")
        r = p.web.post(fresh[0], {"nonce": p.nonce(fresh[1]),
                                  "number": "+442079460123"},
                       X_Forwarded_For="203.0.113.1")
        is_(r.status, 303, "and whoever is none of them gets through")
        ok(wait_for(lambda: "PJSIP/+442079460123@trunk" in p.ari.rung()),
           "his telephone rings")
        stop.set()
        thread.join()


def test_digits():
    """Where the offeror gave the number: all three digits that there are."""
    with pair.Pair() as p:
        offers = [p.offer(offeree=KNOWN) for _ in range(3)]
        stop = threading.Event()
        thread = threading.Thread(target=no_people, args=(p.ari, stop))
        thread.start()
        robots = [Robot(p.web.port, "198.51.%d.9" % i) for i in range(100)]
        for i in range(1000):
            for n, (path, ident) in enumerate(offers):
                robots[(3 * i + n) % len(robots)].ask("POST", path, [
                    ("nonce", p.nonce(ident)), ("digits", "%03d" % i)])
        p.settled()
        late = sum(r.seen.get(429, 0) for r in robots)
        ok(late >= 2700, "three digits are guessed at an offer's pace only "
           "(%d of 3000 came too often)" % late, late)
        rung = p.ari.rung()
        ok(len(rung) <= 2 and set(rung) <= {"PJSIP/%s@trunk" % KNOWN},
           "nobody but their owner could be rung, twice at most", rung)
        is_([m for m, q, _ in p.ari.asked if q.endswith("-b")], [],
            "and never the offeror")
        stop.set()
        thread.join()


test_harmless()
test_guesses()
test_digits()
done()
