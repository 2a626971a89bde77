#!/usr/bin/python3
"""A real Chromium on the shipped pages: by keyboard alone, with script and
without, narrow, dark, magnified.  Pictures are left below build/shots."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import Acceptd, ROOT, is_, ok, done, wait_for
from chromium import Chromium
from fakeface import ACCEPT, HANGUP, STATUS, REFUSALS, STAGES, ENDS

SHOTS = os.path.join(ROOT, "build", "shots")
SECRET = "c2VjcmV0LW9mLXRoZS1jYWxs"
PAGE = "document.body.dataset.page === '%s'"
ICON = """new Promise(r => { const i = new Image();
    i.onload = () => r(i.naturalWidth); i.onerror = () => r("none");
    i.src = document.querySelector("link[rel=icon]").href; })"""
STAGE = "document.querySelector('main').dataset.stage === '%s'"


def shot(c, name):
    os.makedirs(SHOTS, exist_ok=True)
    c.shot(os.path.join(SHOTS, name + ".png"))


def status(stage, end=0):
    return {"stage": STAGES.index(stage), "end": end, "name": "Alice Doe",
            "caller": "+44 20 7946 0100", "since": int(time.time()),
            "talk_s": 75 if stage == "ended" else 0, "lang": "en"}


def fits(c, name):
    """Nothing has to be scrolled sideways."""
    ok(c.js("document.documentElement.scrollWidth <= innerWidth"),
       "%s: nothing sticks out" % name,
       c.js("document.documentElement.scrollWidth"))


def unexpected(c, *more):
    """What the console had to say but the statuses of refusals."""
    expected = ("status of 422", "status of 410", "status of 403",
                "status of 429") + more
    return [s for s in c.complaints() if not any(e in s for e in expected)]


def focused(c):
    return c.js("(e => e.name || e.id || e.textContent.trim())"
                "(document.activeElement)")


def accept_by_keyboard(a, c):
    c.size(390, 844)
    c.open(a.origin + "/o/" + a.signer.token())
    shot(c, "offer")
    is_(c.js("document.querySelectorAll('h1').length"), 1, "one heading")
    is_(c.js(ICON), 32, "an icon for the tab, which the policy lets in")
    c.tab()
    is_(focused(c), "English", "the first stop of Tab is the language")
    c.tab()
    is_(focused(c), "number", "the second is the number")
    c.enter()
    ok(c.until("!!document.querySelector('.error')"), "nothing typed: told so")
    # Chromium moves there when it has drawn the page.
    ok(c.until("document.activeElement.name === 'number'"),
       "and the field is at hand")
    shot(c, "error")
    c.type("020 7946 0123")
    c.tab()
    is_(focused(c), "Call me now", "then comes the button")
    c.enter()
    ok(c.until(PAGE % "confirm"), "the number is shown back")
    ok("+44 20 7946 0123" in c.js("document.body.innerText"), "in full")
    shot(c, "confirm")
    c.tab()
    c.tab()
    is_(focused(c), "Yes, call me now", "Tab goes to the yes")
    c.enter()
    ok(c.until(PAGE % "call"), "and Enter is enough")
    is_(len(a.face.asked_for(ACCEPT)), 1, "one acceptance")


def watch_with_script(a, c):
    ok(c.until(STAGE % "starting"), "a call begins")
    c.js("window.stays = true")
    wait_for(lambda: a.face.subscribers)
    for stage in STAGES[2:7]:
        a.face.status = status(stage)
        a.face.push(SECRET, a.face.status)
        ok(c.until(STAGE % stage, 5), "by events: " + stage)
        if stage == "asking-a":
            shot(c, "call")
    ok(c.js("window.stays"), "without loading the page anew")
    ok(not is_seen(c, ".look"), "nobody is asked to look again himself")
    is_(c.js("document.getElementById('stop').textContent"), "Hang up",
        "the button says what it does now")
    ok(c.until("/^0:0[1-9]$/.test(document.getElementById('lasts')"
               ".textContent)", 4), "seconds are counted")
    a.face.status = status("ended", ENDS.index("talked"))
    a.face.push(SECRET, a.face.status)
    ok(c.until("document.querySelector('main').dataset.end === 'talked'", 5),
       "and the end")
    ok("1:15" in c.js("document.body.innerText"), "with the time talked")
    shot(c, "ended")


def back_again(a, c):
    """Who comes back to the page asks anew; who hears nothing looks again."""
    a.face.status = status("ringing-a")
    c.open(a.origin + "/c/" + SECRET)
    wait_for(lambda: a.counted("streams") == 1)
    begun = a.counted("streams_begun_total")
    a.face.status = status("asking-a")
    c.js("window.stays = true; document.dispatchEvent("
         "new Event('visibilitychange'))")
    ok(wait_for(lambda: a.counted("streams_begun_total") == begun + 1),
       "back on the page: it listens anew")
    ok(wait_for(lambda: a.counted("streams") == 1), "and no longer twice")
    ok(c.js("window.stays"), "without loading itself")
    # A subscription that is never answered: an open stream with no event.
    answers = a.face.take
    a.face.take = lambda peer, frame: None if frame[4] == STATUS \
        and frame[-1] == 1 else answers(peer, frame)
    a.face.status = status("ringing-b")
    c.open(a.origin + "/c/c3RyZWFtLXRoYXQtaXMtaGVsZC1iYWNr")
    is_(c.js("document.querySelector('main').dataset.stage"), "ringing-b",
        "no event comes through")
    a.face.status = status("talking")
    ok(c.until(STAGE % "talking", 12), "and the page looks again by itself")
    a.face.take = answers


def out_of_reach(a, c):
    """What is seen stays until there is something else to be seen."""
    def offline(is_off):
        c.call("Network.emulateNetworkConditions", offline=is_off, latency=0,
               downloadThroughput=-1, uploadThroughput=-1)
    is_(unexpected(c), [], "the console has had no complaint")
    answers = a.face.take
    a.face.take = lambda peer, frame: None if frame[4] == STATUS \
        and frame[-1] == 1 else answers(peer, frame)
    a.face.status = status("ringing-a")
    c.open(a.origin + "/c/b2ZmbGluZS1mb3ItYS13aGlsZQ")
    offline(True)
    # Longer than a page that hears nothing waits before it looks again.
    time.sleep(7)
    ok(c.js("location.protocol") == "http:" and c.js(STAGE % "ringing-a"),
       "offline: the page stays")
    a.face.take = answers
    a.face.status = status("talking")
    offline(False)
    ok(c.until(STAGE % "talking"), "and goes on with the network")
    c.complaints()
    a.face.stop()
    wait_for(lambda: a.counted("bridge_up") == 0)
    c.open(a.origin + "/c/" + SECRET)
    ok(c.until(PAGE % "call-unseen"), "bridge away: told so")
    shot(c, "unseen")
    a.face_up()
    ok(c.until(STAGE % "talking"), "and shown the call when it is back")
    is_(unexpected(c, "status of 503"), [], "and has no other")


def watch_without_script(a, c):
    c.script(False)
    a.face.status = status("ringing-a")
    c.open(a.origin + "/c/" + SECRET)
    ok(c.until(STAGE % "ringing-a"), "without script: a call's page")
    ok(is_seen(c, ".look"), "without script: he can look again himself")
    a.face.status = status("talking")
    ok(c.until(STAGE % "talking", 8), "without script: loads itself anew")
    a.face.asked.clear()
    c.js("document.getElementById('stop').focus()")
    c.enter()
    ok(wait_for(lambda: a.face.asked_for(HANGUP)),
       "without script: the button hangs up")
    a.face.status = status("ended", ENDS.index("cancelled"))
    ok(c.until(STAGE % "ended", 8), "without script: and the end")
    c.open(a.origin + "/o/" + a.signer.token())
    ok("UTC" in c.js("document.querySelector('time').textContent"),
       "without script: dates have their zone")
    c.script(True)


def is_seen(c, what):
    return c.js("(r => r.width * r.height > 0)(document.querySelector('%s')"
                ".getBoundingClientRect())" % what)


def masked(a, c, offer):
    """Where the offeror gave the number: dots, and a field for three."""
    a.face.offer["known_region"] = "DE"
    for name, lang, width in ("known", "en", 390), ("known-ar", "ar", 320):
        c.size(width, 640)
        c.open(offer + "?lang=" + lang)
        fits(c, name)
        ok(c.js("""(() => { const r = e => document.querySelector(e)
            .getBoundingClientRect(), a = r(".masked span"), b = r("#typed");
            return a.right < b.left && b.top < a.top && a.bottom < b.bottom;
            })()"""), name + ": the dots are left of the field")
        shot(c, name)
    a.face.offer["known_region"] = ""


def for_thumbs(a, c, offer):
    """WCAG 2.2, 2.5.5: what is to be hit is 44 pixels high at least."""
    for url in (offer, a.origin + "/c/" + SECRET, "confirm"):
        if url == "confirm":
            c.open(offer)
            c.js("document.getElementById('typed').value = '020 7946 0123'")
            c.js("document.querySelector('form').submit()")
            c.until(PAGE % "confirm")
        else:
            c.open(url)
        c.js("document.querySelectorAll('details')"
             ".forEach(e => { e.open = true; })")
        low = c.js("""[...document.querySelectorAll(
            "a, button, summary, input:not([type=hidden])")].filter(e => {
            const r = e.getBoundingClientRect();
            return r.height > 0 && r.height < 44 && !e.closest(".trap"); })
            .map(e => e.outerHTML.slice(-60)).join()""")
        is_(low, "", "nothing is too small for a thumb")


def code(a, c, offer):
    """A code is asked for: what it is about, and a field like the other."""
    a.face.accepted = {"refusal": REFUSALS.index("code-wanted")}
    c.open(offer)
    c.js("document.getElementById('typed').value = '+442079460123'")
    c.js("document.querySelector('form').submit()")
    ok(c.until("!!document.getElementById('code')"), "a code is asked for")
    tops = c.js("""["#typed", ".notice", "#code", "button"].map(e =>
        document.querySelector(e).getBoundingClientRect().top)""")
    is_(tops, sorted(tops), "first the number, then why a code, and its field")
    is_(c.js("document.getElementById('code').offsetHeight"),
        c.js("document.getElementById('typed').offsetHeight"),
        "the field of the code is as high as that of the number")
    ok(not c.js("document.querySelector('.error')"),
       "to be asked is not to be wrong")
    fits(c, "code")
    shot(c, "code")
    a.face.accepted = {"secret": SECRET}


def on_paper(a, c, offer):
    c.open(offer)
    seen = {w: is_seen(c, w) for w in ("form", ".langs", ".facts", "h1")}
    ok(all(seen.values()), "on the screen: form, switch and facts", seen)
    c.call("Emulation.setEmulatedMedia", media="print")
    is_([w for w in seen if is_seen(c, w)], [".facts", "h1"],
        "on paper: whose offer, and the facts")
    shot(c, "paper")
    c.call("Emulation.setEmulatedMedia", media="")


def many_shapes(a, c):
    offer = a.origin + "/o/" + a.signer.token()
    for name, width, height, scale in (("narrow", 320, 640, 1),
                                       ("telephone", 390, 844, 2),
                                       ("desk", 1280, 800, 1)):
        c.size(width, height, scale)
        c.open(offer)
        fits(c, name)
        shot(c, name)
    masked(a, c, offer)
    code(a, c, offer)
    for_thumbs(a, c, offer)
    # 400 % on a screen of 1280 leaves 320 (WCAG 1.4.10).
    c.size(320, 256, 4)
    c.open(offer + "?lang=de")
    fits(c, "magnified four times, in German")
    shot(c, "magnified")
    c.size(390, 844)
    on_paper(a, c, offer)
    c.dark(True)
    c.open(offer)
    dark = c.js("getComputedStyle(document.documentElement).backgroundColor")
    shot(c, "dark")
    c.dark(False)
    c.call("Emulation.setEmulatedMedia", features=[
        {"name": "forced-colors", "value": "active"}])
    c.open(offer)
    ok(is_seen(c, "button"), "in colours of the visitor's own")
    shot(c, "forced")
    c.dark(False)
    c.open(offer)
    ok(dark != c.js("getComputedStyle(document.documentElement)"
                    ".backgroundColor"), "dark is dark")
    c.js("document.documentElement.dir = 'rtl'")
    fits(c, "right to left")
    shot(c, "rtl")
    for word in ("closed", "used-up", "too-many"):
        a.face.offer.update(refusal=REFUSALS.index(word),
                            opens_at=int(time.time()) + 7200)
        c.open(offer)
        ok(c.until(PAGE % word), "the page of " + word)
        shot(c, word)
    a.face.offer["refusal"] = 0


def languages(a, c):
    offer = a.origin + "/o/" + a.signer.token()
    c.languages("nl, de;q=0.7, en;q=0.3")
    c.open(offer)
    is_(c.js("document.documentElement.lang"), "de",
        "the language that the browser prefers, of those we have")
    shot(c, "german")
    ok(c.js("document.querySelector('.langs summary')"
            ".getBoundingClientRect().bottom < 100"),
       "the switch is seen at once")
    is_open = "document.querySelector('.langs details').open"
    c.js("document.querySelector('.langs summary').click()")
    c.js("document.querySelector('h1').click()")
    is_(c.js(is_open), False, "a click elsewhere closes it")
    c.js("document.querySelector('.langs summary').click()")
    c.js("document.querySelector('.langs a').focus()")
    c.key("Escape", 27)
    is_((c.js(is_open), c.js("document.activeElement.tagName")),
        (False, "SUMMARY"), "so does Escape, and the focus stays by it")
    c.js("document.querySelector('.langs summary').click()")
    shot(c, "switch")
    c.js("[...document.querySelectorAll('.langs a')]"
         ".find(e => e.lang === 'en').click()")
    ok(c.until("document.documentElement.lang === 'en'"), "the switch")
    ok(c.js("document.querySelector('form').action").endswith("?lang=en"),
       "and it stays")


with Acceptd() as main, Chromium() as browser:
    main.face.status = status("starting")
    accept_by_keyboard(main, browser)
    watch_with_script(main, browser)
    back_again(main, browser)
    out_of_reach(main, browser)
    watch_without_script(main, browser)
    many_shapes(main, browser)
    languages(main, browser)
    is_(unexpected(browser), [], "the console has no complaint")
    is_(browser.js("document.cookie"), "", "there is no cookie")
done()
