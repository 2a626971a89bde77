#!/usr/bin/python3
"""From the mail to two people talking, in a real browser: sent by SMTP through
a real Postfix and the milter, opened, its button clicked, a number typed, the
call watched through every state to its end, over a real Asterisk to two
telephones.  Once with script and the mouse; once without script, by keyboard
alone, narrow, dark, and from right to left.  Pictures are left below
build/shots."""
import email
import email.policy
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chromium import Chromium
import mta
import stack
import tap

SHOTS = os.path.join(stack.ROOT, "build", "shots")
STAGES = "starting ringing-a asking-a ringing-b asking-b talking ended".split()
MAIL = b"""From: Alice Example <alice@example.com>\r
To: bob@example.net\r
Subject: Shall we talk?\r
Message-ID: <%s@example.com>\r
Date: Mon, 23 Nov 2026 10:00:00 +0000\r
X-Call-Offer: yes\r
MIME-Version: 1.0\r
Content-Type: text/html; charset=utf-8\r
\r
<html><body><p>Dear Bob,</p><p>shall we talk about it?</p><p>Alice</p>\r
</body></html>\r
"""
# Every stage that the page shows is written down before anybody can miss it.
WATCH = """addEventListener("DOMContentLoaded", () => {
    const main = document.querySelector("main[data-stage]");
    if (!main) return;
    const note = () => {
        const all = JSON.parse(sessionStorage.stages || "[]");
        const now = main.getAttribute("data-stage");
        if (all[all.length - 1] !== now)
            sessionStorage.stages = JSON.stringify(all.concat(now));
    };
    new MutationObserver(note).observe(main, { attributes: true });
    note();
});"""


def open_mail(s, postfix, sink, c, name):
    code, said = mta.submit(postfix.submission, MAIL % name.encode())
    tap.check([] if code < 400 else [said], name + ": the mail is taken")
    message = email.message_from_bytes(sink.take()[0].data,
                                       policy=email.policy.default)
    path = "%s/%s.html" % (s.dir, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(message.get_body(("html",)).get_content())
    c.open("file://" + path)
    shot(c, name + "-mail")
    # A mail program would open it in a window of its own.
    c.js("document.querySelectorAll('a').forEach(e => e.target = '_self')")


def shot(c, name):
    os.makedirs(SHOTS, exist_ok=True)
    c.shot(os.path.join(SHOTS, "whole-%s.png" % name))


def arrived(c, page):
    return c.until("document.readyState === 'complete' && "
                   "document.body.dataset.page === '%s'" % page)


def stage(c):
    return c.js("(document.querySelector('main') || {dataset: {}})"
                ".dataset.stage")


def click(c, selector):
    """With the mouse, where it is."""
    x, y = c.js("""(r => [r.x + r.width / 2, r.y + r.height / 2])
        (document.querySelector('%s').getBoundingClientRect())""" % selector)
    for kind in "mousePressed", "mouseReleased":
        c.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left",
               clickCount=1)


def with_script(s, postfix, sink):
    a, b = "+442079467101", s.env["ALICE"]
    s.robot(a, "answer:1500 1:1500")
    s.robot(b, "answer:1500 1:1500 hang:3000")
    with Chromium() as c:
        c.size(1280, 800)
        c.languages("en")
        c.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        open_mail(s, postfix, sink, c, "script")
        click(c, "a[href*=\"/o/\"]")
        tap.check([] if arrived(c, "offer") else [c.js("location.href")],
                  "script: the button of the mail leads to the offer")
        shot(c, "script-offer")
        click(c, "#typed")
        c.type("020 7946 7101")
        time.sleep(2.1)         # a robot's haste would be told so
        click(c, "main button")
        tap.check([] if arrived(c, "confirm") else [c.js("location.href")],
                  "script: the number is shown back")
        tap.check([] if "+44 20 7946 7101" in c.js("document.body.innerText")
                  else [c.js("document.body.innerText")], "script: in full")
        shot(c, "script-confirm")
        click(c, "main button")
        tap.check([] if arrived(c, "call") else [c.js("location.href")],
                  "script: one click more, and the call begins")
        for word in "asking-a", "talking":
            c.until("document.querySelector('main').dataset.stage === '%s'"
                    % word, 40)
            shot(c, "script-" + word)
        c.until("document.querySelector('main').dataset.end", 40)
        shot(c, "script-ended")
        # Before A rings it may be too short to be told.
        seen = c.js("JSON.parse(sessionStorage.stages)")
        tap.same([w for w in seen if w != "starting"], STAGES[1:],
                 "script: every state is seen, in its order")
        tap.same(c.js("document.querySelector('main').dataset.end"), "talked",
                 "script: to its end")
        tap.same(c.complaints(), [], "script: the console says nothing")
    judge(s, "script", a, b, 1)


def tab_to(c, expression, most=15):
    for _ in range(most):
        c.tab()
        if c.js("(e => %s)(document.activeElement)" % expression):
            return []
    return ["never reached: " + expression]


def without_script(s, postfix, sink):
    a, b = "+442079467102", s.env["ALICE"]
    # Longer than the three seconds after which the page looks again.
    s.robot(a, "answer:4500 1:4500")
    s.robot(b, "answer:4500 1:4500")
    seen = []
    with Chromium() as c:
        c.size(320, 640)
        c.dark(True)
        c.languages("ar")
        c.script(False)
        open_mail(s, postfix, sink, c, "keyboard")
        bad = tab_to(c, "e.href && e.href.includes('/o/')")
        c.enter()
        tap.check(bad if arrived(c, "offer") else [c.js("location.href")],
                  "keyboard: Tab and Enter on the button of the mail")
        tap.same(c.js("document.documentElement.dir"), "rtl",
                 "keyboard: the page runs from right to left")
        bad = tab_to(c, "e.name === 'number'")
        c.type(a)
        shot(c, "keyboard-offer")
        time.sleep(2.1)
        c.enter()
        tap.check(bad if arrived(c, "call") else [c.js("location.href")],
                  "keyboard: a number in full needs no second look")
        stop = time.monotonic() + 60
        while time.monotonic() < stop and seen[-1:] != ["talking"]:
            now = stage(c)
            if now and now not in seen[-1:]:
                seen.append(now)
            time.sleep(0.05)
        tap.same([w for w in seen if w != "starting"], STAGES[1:6],
                 "keyboard: every state is seen, without script")
        shot(c, "keyboard-talking")
        # The page may load itself anew between two keys.
        for _ in range(5):
            tab_to(c, "e.id === 'stop'")
            c.enter()
            if c.until("document.querySelector('main').dataset.end", 3):
                break
        tap.same(c.js("document.querySelector('main').dataset.end"), "talked",
                 "keyboard: Enter on the button hangs up")
        shot(c, "keyboard-ended")
    judge(s, "keyboard", a, b, 2)


def judge(s, name, a, b, n):
    stack.wait_for(lambda: s.robots.is_idle(a) and s.robots.is_idle(b))
    call = s.calls()[0]
    tap.same((call["end"], len(s.calls())), ("talked", n),
             name + ": the journal says the same")
    tap.same((len(s.robots.invited(a)), len(s.robots.invited(b))), (1, n),
             name + ": each telephone has rung once")
    tap.check(s.sip("private", a, b), name + ": neither learns the other's "
              "number")


with stack.Stack(STACK_LINK="http") as installation:
    out = mta.Sink()
    server = mta.Postfix(installation.dir,
                         "unix:%s/run/milter.sock" % installation.stack, out)
    try:
        with_script(installation, server, out)
        without_script(installation, server, out)
    finally:
        server.stop()
tap.finish()
