#!/usr/bin/python3
"""axe-core on every page in every language, in a real Chromium at the width
of 320 (which is what 400 % leaves of 1280): no violation, nothing sticks out.
The whole way by keyboard alone, from right to left and in the dark.  Pictures
are left below build/shots."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import Acceptd, ROOT, is_, ok, done, wait_for
from chromium import Chromium
from fakeface import ACCEPT, HANGUP, REFUSALS, STAGES, ENDS

SHOTS = os.path.join(ROOT, "build", "shots")
SECRET = "c2VjcmV0LW9mLXRoZS1jYWxs"
CALL = "/c/" + SECRET
WAY = "/p/" + SECRET
LANGS = sorted(f[:-5] for f in os.listdir(os.path.join(ROOT, "etc/lang")))
NAMES = {"ar": "مؤسسة النور", "ja": "山田 花子", "fr": "Zoé d’Été"}
RUN = """axe.run(document, { resultTypes: ["violations"], runOnly: {
    type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
    "wcag22aa", "best-practice"] } }).then(r => JSON.stringify(
    r.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html + " " +
    n.failureSummary).slice(0, 2)])))"""
# What is wider than its sheet of paper, or beside it.
OUTSIDE = """(() => { const main = document.querySelector("main"),
    sheet = main.getBoundingClientRect();
    return [...main.querySelectorAll("*")].filter(e => {
        const r = e.getBoundingClientRect();
        return r.width && !e.closest(".trap") &&
            (r.left < sheet.left || r.right > sheet.right);
    }).map(e => e.outerHTML.slice(0, 80)).join(); })()"""
# The last line of a heading: one letter that was torn off its word.
TORN = """(() => { const h = document.querySelector("h1"), tops = [],
    r = document.createRange(), w = document.createTreeWalker(h, 4);
    for (let n; n = w.nextNode();)
        for (let i = 0; i < n.length; i++) {
            r.setStart(n, i); r.setEnd(n, i + 1);
            if (n.data[i].trim()) tops.push(r.getBoundingClientRect().top);
        }
    const [a, b] = tops.slice(-2); return b > a + 5; })()"""
SUBMIT = "document.querySelector('form').submit()"


class Tour:
    """Opens every page there is, one after the other."""

    def __init__(self, a, c, axe):
        self.a, self.c, self.axe = a, c, axe
        self.offer = a.origin + "/o/" + a.signer.token()
        self.good = dict(a.face.offer)
        self.pages = 0
        self.bad = []

    def arrived(self, page, seconds=20):
        if not self.c.until("document.readyState === 'complete' && "
                            "document.body.dataset.page === '%s'" % page,
                            seconds):
            self.bad.append("%s does not come: %s" % (page, self.c.js(
                "document.body.dataset.page")))

    def judge(self, name):
        self.pages += 1
        self.c.js(self.axe)
        found = self.c.js(RUN)
        if found is None or json.loads(found):
            self.bad.append("%s: %s" % (name, found))
        width = self.c.js("document.documentElement.scrollWidth")
        if width > 320:
            self.bad.append("%s: %d wide" % (name, width))
        if self.c.js(TORN):
            self.bad.append("%s: a heading's last letter alone" % name)
        outside = self.c.js(OUTSIDE)
        if outside != "":
            self.bad.append("%s: sticks out: %s" % (name, outside))

    def shot(self, name, lang):
        os.makedirs(SHOTS, exist_ok=True)
        self.c.shot(os.path.join(SHOTS, "%s-%s.png" % (name, lang)))

    def set_offer(self, **more):
        self.a.face.offer = dict(self.good, **more)

    def forms(self, lang):
        c, face = self.c, self.a.face
        good = dict(face.accepted)
        c.open(self.offer)
        self.arrived("offer")
        self.judge("offer")
        self.shot("offer", lang)
        c.js(SUBMIT)
        c.until("!!document.querySelector('.error')")
        self.judge("error")
        self.shot("error", lang)
        c.js("document.getElementById('typed').value = '020 7946 0123'")
        c.js(SUBMIT)
        self.arrived("confirm")
        c.js("document.querySelector('main details').open = true")
        self.judge("confirm")
        self.shot("confirm", lang)
        c.js("document.querySelector('.langs details').open = true")
        self.judge("switch")
        self.shot("switch", lang)
        self.set_offer(known_region="DE")
        c.open(self.offer)
        self.judge("digits")
        self.set_offer(price="0.10")
        c.open(self.offer)
        face.mute = True
        c.js("document.getElementById('typed').value = '+442079460123'")
        c.js(SUBMIT)
        self.arrived("unreachable")
        face.mute = False
        self.judge("retry")
        for word in "code-wanted", "code-wrong":
            face.accepted = dict(good, refusal=REFUSALS.index(word))
            c.open(self.offer)
            c.js("document.getElementById('typed').value = '+442079460123'")
            c.js(SUBMIT)
            c.until("!!document.getElementById('code')")
            self.judge(word)
            self.shot(word, lang)
        face.accepted = good

    def refusals(self, lang):
        for i, word in enumerate(REFUSALS[1:], 1):
            self.set_offer(refusal=i, opens_at=int(time.time()) + 7200)
            self.c.open(self.offer)
            self.arrived(word)
            self.judge(word)
            if word in ("closed", "used-up"):
                self.shot(word, lang)
        self.set_offer()

    def form(self, page, action, **more):
        """A form of no page of ours, from where the browser is."""
        self.c.js("""(() => { const f = document.createElement("form");
            Object.assign(f, %s); f.method = "post";
            document.body.append(f); f.submit(); })()"""
                  % json.dumps(dict(more, action=action)))
        self.arrived(page)
        self.judge(page)

    def notes(self):
        c = self.c
        c.open(self.a.origin + "/nothing")
        self.arrived("not-found")
        self.judge("not-found")
        self.form("method", CALL)
        self.form("broken", self.offer, enctype="text/plain")
        c.open("data:text/html,<body>")
        self.form("foreign", self.offer)
        self.a.face.status = {"stage": 0}
        c.open(self.a.origin + CALL)
        self.arrived("call-gone")
        self.judge("call-gone")
        self.a.face.stop()
        c.open(self.a.origin + CALL)
        self.arrived("call-unseen")
        self.judge("call-unseen")
        self.a.face_up()
        wait_for(lambda: self.a.counted("bridge_up") == 1)

    def calls(self, lang):
        c, face = self.c, self.a.face
        words = [(s, "none") for s in STAGES[1:-1]] + [
            ("ended", e) for e in ENDS[1:]]
        for stage, end in words:
            face.status = status(stage, end, self.good["name"])
            c.open(self.a.origin + CALL)
            self.arrived("call")
            self.judge("call: %s %s" % (stage, end))
            if (stage, end) in (("asking-a", "none"), ("ended", "talked"),
                                ("ended", "a-declined")):
                self.shot("call-%s" % (end if stage == "ended" else stage),
                          lang)


    def ways(self, lang):
        """Where means of payment are left: seen, pressed, and its ends."""
        c, face = self.c, self.a.face
        way = dict(face.way)
        c.open(self.a.origin + WAY)
        self.arrived("way")
        self.judge("way")
        self.shot("way", lang)
        face.way = dict(way, url="https://checkout.stripe.com/c/pay/cs_1#f")
        c.js(SUBMIT)
        self.arrived("way-ready")
        self.judge("way-ready")
        self.shot("way-ready", lang)
        for state, page in enumerate(("way-none", None, "way-used",
                                      "way-later")):
            face.way = dict(way, state=state)
            if page:
                c.open(self.a.origin + WAY)
                self.arrived(page)
                self.judge(page)
        face.way = way


def status(stage, end="none", name="Alice Doe"):
    return {"stage": STAGES.index(stage), "end": ENDS.index(end),
            "name": name, "caller": "+44 20 7946 0100",
            "since": int(time.time()),
            "talk_s": 75 if stage == "ended" else 0, "lang": "en"}


def every_page(a, c, axe, lang):
    t = Tour(a, c, axe)
    t.good["name"] = NAMES.get(lang, "Alice Doe")
    t.set_offer()
    c.languages(lang)
    t.forms(lang)
    t.refusals(lang)
    t.notes()
    t.calls(lang)
    t.ways(lang)
    ok(not t.bad and t.pages >= 50, "%s: %d pages, no violation, nothing "
       "sticks out" % (lang, t.pages), "\n#   ".join(t.bad))
    a.face.offer = dict(t.good, name="Alice Doe")


def in_the_dark(a, c, axe):
    c.dark(True)
    c.languages("ar")
    t = Tour(a, c, axe)
    t.good["name"] = NAMES["ar"]
    t.set_offer()
    t.forms("ar-dark")
    for stage, end in (("ringing-a", "none"), ("talking", "none"),
                       ("ended", "b-busy")):
        a.face.status = status(stage, end)
        c.open(a.origin + CALL)
        t.judge(stage)
    t.set_offer(refusal=REFUSALS.index("too-many"))
    c.open(t.offer)
    t.judge("too-many")
    t.set_offer()
    ok(not t.bad, "in the dark: no violation", "\n#   ".join(t.bad))


def focused(c):
    return c.js("(e => e.name || e.id || e.textContent.trim())"
                "(document.activeElement)")


def tab_to(c, what, most=12):
    """How often Tab must be pressed to get there; 0: never."""
    for n in range(1, most):
        c.tab()
        if focused(c) == what:
            return n
    return 0


def by_keyboard(a, c):
    """From right to left, in the dark, narrow: no mouse, no script."""
    c.script(False)
    a.face.status = status("ringing-a", name=NAMES["ar"])
    a.face.asked.clear()
    c.open(a.origin + "/o/" + a.signer.token())
    is_(c.js("document.documentElement.dir"), "rtl", "from right to left")
    is_(tab_to(c, "number"), 2, "Tab: the language, the number")
    ok(c.js("getComputedStyle(document.activeElement).outlineStyle")
       != "none", "what has the focus is seen")
    c.type("٠٢٠ ٧٩٤٦ ٠١٢٣")
    c.tab()
    c.enter()
    ok(c.until("document.body.dataset.page === 'confirm'"),
       "digits of the language are taken")
    c.tab()
    c.tab()
    c.enter()
    ok(c.until("document.body.dataset.page === 'call'"), "the call's page")
    is_(a.face.asked_for(ACCEPT)[0]["lang"], "ar", "in Arabic")
    ok(tab_to(c, "stop") > 0, "Tab: the button that ends it")
    c.enter()
    ok(wait_for(lambda: a.face.asked_for(HANGUP)), "and Enter ends it")
    a.face.status = status("ended", "cancelled")
    ok(c.until("document.querySelector('main').dataset.end === 'cancelled'"),
       "and its page says so")
    c.script(True)
    c.open(a.origin + "/o/" + a.signer.token())
    link = c.js("document.querySelector('.langs a[lang=en]').textContent")
    c.tab()
    c.enter()
    ok(tab_to(c, link, 20) > 0, "Tab: the switch of language")
    c.enter()
    ok(c.until("document.documentElement.lang === 'en'"), "and Enter turns it")


def numbers(a, c):
    """As it is seen: the plus sign is left of the digits, in either way."""
    a.face.status = status("ringing-a", name=NAMES["ar"])
    for lang in "en", "ar":
        c.languages(lang)
        c.open(a.origin + CALL)
        wait_for(lambda: a.face.subscribers)
        a.face.push(SECRET, a.face.status)
        time.sleep(0.3)
        for where in "#text", ".facts .number":
            ok(c.js("""(() => { const r = document.createRange(), walk =
                document.createTreeWalker(document.querySelector("%s"), 4);
                for (let n; n = walk.nextNode();) {
                    const i = n.data.indexOf("+44");
                    if (i < 0) continue;
                    const x = at => { r.setStart(n, at); r.setEnd(n, at + 1);
                        return r.getBoundingClientRect().left; };
                    return x(i) < x(i + 1) && x(i + 2) < x(i + 5);
                } })()""" % where), "%s: the number from left to right in %s"
               % (lang, where))


axe_path = subprocess.run([os.path.join(ROOT, "t/axe/get")], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()
with open(os.path.join(ROOT, axe_path), encoding="utf-8") as source:
    axe_source = source.read()
with Acceptd(bridge_timeout="1s", post_burst=1000, offer_burst=1000,
             notice_url="https://example.com/privacy") as main, \
        Chromium() as browser:
    browser.size(320, 640)
    for code in LANGS:
        every_page(main, browser, axe_source, code)
    in_the_dark(main, browser, axe_source)
    by_keyboard(main, browser)
    browser.dark(False)
    numbers(main, browser)
done()
