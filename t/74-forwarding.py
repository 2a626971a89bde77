#!/usr/bin/python3
"""A mail that was passed on, with the programs as shipped, a real Asterisk and
a mail server: the second number is called when who got the mail has told its
owner the code that he was sent, and not before; in each language of the pages,
without a script."""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import offeree
import smtpsink
import stack
import tap

ACCOUNT = """confirm = 5s
	forwarding = confirm
	per_number_10min = 100
	per_prefix_10min = 1000
	per_offer_attempts = 100"""
FIRST, SECOND, DESK = "+442079462001", "+442079462002", "+442079462003"
GOT = "joe@example.net"


def mint(s):
    r = subprocess.run(
        [stack.B + "/calloffer-milter", "-c", s.stack + "/etc/milter.conf",
         "--mint", "-r", GOT, "alice@example.com", DESK + "; uses=3; lang=fr"],
        capture_output=True, text=True, check=True)
    return r.stdout.strip()


def answer(visit, page, **typed):
    """What the form brings, filled in so: (status, headers, page)."""
    form = next(f for f in page.forms if f["method"] == "post")
    status, headers, text = visit.ask("POST", form["action"],
                                      dict(form["fields"], **typed))
    return status, headers, offeree.Page(text)


def call(s, link, number):
    visit = s.visit(link)
    _, end = visit.follow(visit.accept(number), limit=60)
    tap.same(end, "talked", "%s is called" % number)


def test_code(s, link, server):
    n = server.count()
    visit = s.visit(link)
    _, page = visit.open()
    time.sleep(2.1)
    status, _, page = answer(visit, page, number=SECOND)
    tap.same((status, page.data["page"]), (422, "offer"),
             "another number: the form again")
    form = next(f for f in page.forms if f["method"] == "post")
    tap.same((form["fields"]["number"], form["fields"]["code"]),
             (SECOND, ""), "with the number, and a field for a code")
    tap.check([] if "already been used with another number" in page.text()
              else [page.text()], "which says why")
    tap.check([w for w in (GOT, "joe") if w in page.text()],
              "but not whom the mail went to")
    tap.same(server.wait(n + 1), n + 1, "a mail")
    tap.same(server.envelopes[-1], ["MAIL FROM:<>", "RCPT TO:<%s>" % GOT],
             "to who got the offer")
    text = server.last().get_content()
    code = re.search(r"(\d{4} \d{4})\s", text).group(1)
    status, _, page = answer(visit, page, code="1" + code[2:])
    tap.same(status, 422, "another code")
    tap.same(len(s.robots.invited(SECOND)), 0, "nobody was called")
    for lang in ("en", "de", "es", "fr", "ar", "ja"):
        form["action"] = re.sub(r"\?.*", "", form["action"]) + \
            "?lang=" + lang
        page.forms = [form]
        status, _, page = answer(visit, page)
        tap.same((status, any("code" in f["fields"] for f in page.forms)),
                 (422, True), "the same in " + lang)
    status, headers, _ = answer(visit, page, code=code)
    tap.same(status, 303, "the code: accepted")
    _, end = visit.follow(headers["location"].split("?")[0], limit=60)
    tap.same(end, "talked", "and called")
    tap.same(len(s.robots.invited(SECOND)), 1, "once")
    page = offeree.Page(visit.ask("GET", visit.path)[2])
    time.sleep(2.1)
    status, headers, page = answer(visit, page, number=SECOND, code=code)
    tap.same((status, page.data["page"], server.count()),
             (429, "too-many", n + 1), "the code is good once: no third mail")
    tap.same(len(s.robots.invited(SECOND)), 1, "and nobody is called")


def main():
    server = smtpsink.Server()
    with stack.Stack(STACK_ACCOUNT=ACCOUNT, STACK_BRIDGE=(
            'smtp = "smtp://127.0.0.1:%d"\n\tsmtp_from = '
            '"calls@example.com"' % server.port)) as s:
        for number in (FIRST, SECOND):
            s.robot(number, "answer:200 1:900")
        s.robot(DESK, "answer:200 1:900 hang:1500")
        link = mint(s)
        call(s, link, FIRST)
        test_code(s, link, server)
        call(s, link, FIRST)
        tap.check([w for w in (SECOND, GOT) if w in s.log("bridge")],
                  "neither number nor address in the log")
    tap.finish()


main()
