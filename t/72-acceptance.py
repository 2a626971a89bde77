#!/usr/bin/python3
"""Looking accepts nothing, and one acceptance is one call: with the programs
as shipped, a real Asterisk, and everybody at once."""
import http.client
import os
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import offeree
import stack
import tap

LOOKS = 1000                    # scanners, previews, people
AT_ONCE = 50
A, B, C, D = ("+44207946010%d" % n for n in range(4))
DEST = "+442079460123"


def calls_of(s, link):
    offer = s.offer_id(link)
    return [c for c in s.calls() if c["offer"] == offer]


def look(s, link, n, found):
    """A connection that looks at the link n times, GET and HEAD in turn."""
    web = http.client.HTTPConnection(s.env["WEB"], timeout=20)
    host = urllib.parse.urlsplit(link)
    for i in range(n):
        method = "HEAD" if i % 2 else "GET"
        web.request(method, host.path, headers={
            "Host": host.netloc, "User-Agent": "scanner/1.0"})
        r = web.getresponse()
        body = r.read()
        found.append((method, r.status, bool(body) == (method == "GET"),
                      r.getheader("Set-Cookie")))
    web.close()


def looks(s, link):
    found = []
    threads = [threading.Thread(target=look, args=(s, link, LOOKS // 8,
                                                   found))
               for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return found


class Click(threading.Thread):
    """One POST of a page that was opened before, all at the same time."""

    def __init__(self, s, link, page, number, barrier):
        super().__init__()
        form = next(f for f in page.forms if f["method"] == "post")
        fields = dict(form["fields"])
        for name in form["typed"]:
            fields[name] = number
        self.link = urllib.parse.urlsplit(link)
        self.body = urllib.parse.urlencode(fields)
        self.barrier = barrier
        self.web = http.client.HTTPConnection(s.env["WEB"], timeout=30)
        self.web.connect()
        self.status, self.location, self.heading = 0, "", ""

    def run(self):
        self.barrier.wait()
        self.web.request("POST", self.link.path, self.body, {
            "Host": self.link.netloc, "Accept-Language": "en",
            "Origin": "https://" + self.link.netloc,
            "Content-Type": "application/x-www-form-urlencoded"})
        r = self.web.getresponse()
        page = offeree.Page(r.read().decode())
        self.status = r.status
        self.location = r.getheader("Location") or ""
        self.heading = page.heading.strip()
        self.words = page.text()
        self.web.close()


def click_all(s, link, pages, number):
    barrier = threading.Barrier(len(pages))
    clicks = [Click(s, link, p, number, barrier) for p in pages]
    for c in clicks:
        c.start()
    for c in clicks:
        c.join()
    return clicks


def tally(clicks):
    out = {}
    for c in clicks:
        key = "%d %s" % (c.status, c.heading)
        out[key] = out.get(key, 0) + 1
    return out


def pages_of(s, link, n):
    pages = [s.visit(link).open()[1] for _ in range(n)]
    time.sleep(2.1)             # younger ones are a machine's doing
    return pages


def end_of(s, link):
    stack.wait_for(lambda: calls_of(s, link)[0]["stage"] == "ended", 20)
    return calls_of(s, link)[0]["end"]


def test_looking(s):
    link = s.mint("alice@example.com", DEST)
    start = time.monotonic()
    found = looks(s, link)
    tap.check([f for f in found if f[1:] != (200, True, None)][:5]
              + ([] if len(found) == LOOKS else ["%d answers" % len(found)]),
              "%d GETs and HEADs are answered, without a cookie" % LOOKS)
    tap.note("%.1f s" % (time.monotonic() - start))
    tap.same(s.calls(), [], "and accept nothing")
    s.robot(A, "s486:100")
    page = s.visit(link).accept(A)
    tap.same((page[:3], end_of(s, link)), ("/c/", "a-busy"),
             "one POST after them is an acceptance")
    tap.same((len(s.calls()), len(s.robots.invited(A))), (1, 1),
             "one call, and the telephone rang once")


def test_double_click(s):
    link = s.mint("alice@example.com", DEST)
    s.robot(B, "answer:100 1:200")
    s.robot(DEST, "answer:100 1:200 hang:500")
    pages = pages_of(s, link, 1)
    clicks = click_all(s, link, pages * 2, B)
    time.sleep(0.5)
    clicks += click_all(s, link, pages, B)      # and an impatient third
    end_of(s, link)
    clicks += click_all(s, link, pages, B)      # back, and again
    tap.same((len({c.location for c in clicks}), {c.status for c in clicks}),
             (1, {303}), "a double click is the same call")
    tap.same((len(calls_of(s, link)), len(s.robots.invited(B))), (1, 1),
             "and rings once")


def test_same_page(s):
    link = s.mint("alice@example.com", DEST)
    s.robot(C, "answer:100 1:200")
    clicks = click_all(s, link, pages_of(s, link, 1) * AT_ONCE, C)
    tap.same((len({c.location for c in clicks}), {c.status for c in clicks}),
             (1, {303}), "%d POSTs of one page at once: one call's page"
             % AT_ONCE)
    end = end_of(s, link)
    tap.same((len(calls_of(s, link)), len(s.robots.invited(C)), end),
             (1, 1, "talked"), "one call, and the telephone rang once")


def test_other_pages(s):
    link = s.mint("alice@example.com", DEST)
    s.robot(D, "answer:300 1:1500")
    pages = pages_of(s, link, AT_ONCE + 5)
    late = pages[AT_ONCE:]
    clicks = click_all(s, link, pages[:AT_ONCE], D)
    tap.same(tally(clicks), {"303 ": 1, "409 " + IN_CALL: AT_ONCE - 1},
             "%d pages of a single-use link at once: one call, the others "
             "hear of it" % AT_ONCE)
    tap.check([c.words for c in clicks if c.status != 303
               and len(c.words) < 60][:3], "in whole sentences")
    time.sleep(0.5)
    tap.same(tally(click_all(s, link, late[:2], D)), {"409 " + IN_CALL: 2},
             "likewise while it rings")
    end = end_of(s, link)
    tap.same((len(calls_of(s, link)), len(s.robots.invited(D)), end),
             (1, 1, "talked"), "one call, and the telephone rang once")
    tap.same(tally(click_all(s, link, late[2:], D)), {"410 " + USED_UP: 3},
             "afterwards the link is used up")
    tap.same(len(calls_of(s, link)), 1, "and no call came of it")


IN_CALL = "This call is already under way"
USED_UP = "This offer has been used"

with stack.Stack(STACK_ACCEPTD="""post_burst = 10000
	offer_burst = 10000
	page_burst = 10000""") as installation:
    for test in (test_looking, test_double_click, test_same_page,
                 test_other_pages):
        test(installation)
    tap.same(installation.channels(), [], "nothing is left in Asterisk")
tap.finish()
