#!/usr/bin/python3
"""The shipped acceptd before a bridge of the test's own: what a visitor sees,
and what the bridge is asked."""
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import Acceptd, Stream, is_, ok, done, wait_for
import fakeface
from fakeface import (ACCEPT, CHECK, HANGUP, HOOK, LOOK, STATUS, REFUSALS,
                      STAGES, ENDS)

NUMBER = "+442079460123"
SECRET = "c2VjcmV0LW9mLXRoZS1jYWxs"
FIELDS = ("number-bad", "number-denied", "number-wrong", "nonce-early",
          "nonce-late", "nonce-bad", "code-wanted", "code-wrong")


def configuration():
    a = Acceptd()
    try:
        def check(*options):
            r = subprocess.run(a.command(*options), capture_output=True,
                               text=True, timeout=20)
            return r.returncode, r.stdout, r.stderr

        for name, change, word in (
                ("an unknown key", {"listn": "x"}, "listn"),
                ("a bad address", {"listen": "nowhere"}, ""),
                ("a base URL with a slash", {"base_url": "https://a/"}, ""),
                ("a base URL with the usual port",
                 {"base_url": "https://call.example.com:443"}, ":443"),
                ("the same of http", {"base_url": "http://[::1]:80"}, ":80"),
                ("no key", {"verify_keys": []}, "verify_keys"),
                ("a key that is not there", {"verify_keys": ["/nil"]},
                 "/nil"),
                ("words that are not there", {"lang_dir": "/nil"}, "/nil"),
                ("a style that is not there", {"web_dir": "/nil"}, "/nil"),
                ("a zone that there is none", {"zone": "Mars/Base"}, "Mars"),
                ("a link that runs", {"notice_url": "javascript:x"},
                 "notice_url"),
                ("a proxy that is none", {"trusted_proxies": ["x"]}, ""),
                ("a limit out of bounds", {"max_connections": 0}, ""),
                ("a group that there is none", {"listen_group": "no-such"},
                 "no-such"),
                ("another", {"group": "no-such"}, "no-such"),
                ("the open network", {"listen": "inet:0.0.0.0:8040"},
                 "listen: "),
                ("counters for all", {"metrics": "inet:[::]:8040"},
                 "metrics: "),
                ("too many proxies", {"trusted_proxies":
                                      ["192.0.2.%d" % n for n in range(33)]},
                 "trusted_proxies: "),
                ("a user that there is none", {"user": "no-such"}, "no-such")):
            if "user" in change and os.geteuid() != 0:
                continue
            good = dict(a.settings)
            a.settings.update(change)
            a.configure()
            status, _, err = check("-n")
            ok(status == 78 and err.count("\n") == 1 and word in err,
               "-n refuses " + name, (status, err))
            a.settings = good
        a.configure()
        is_(check("-n")[0], 0, "-n takes a good configuration")
        status, out, _ = check("--facts")
        ok(status == 0 and "verify %s\n" % a.signer.id.hex() in out
           and "bridge unix:" in out, "--facts says what is no secret", out)
        is_(check("-x")[0], 64, "an unknown option")
        status, out, err = check("-h")
        ok(status == 0 and out.startswith("usage: ") and err == "",
           "-h says how it is used", (status, out, err))
    finally:
        a.__enter__().__exit__()


def no_effect(a):
    token = a.signer.token()
    path = "/o/" + token
    for method, status in (("GET", 200), ("HEAD", 200), ("OPTIONS", 204),
                           ("PUT", 405), ("DELETE", 405), ("TRACE", 405),
                           ("BREW", 405)):
        r = a.ask(method, path)
        is_(r.status, status, "%s is answered %d" % (method, status))
        ok("set-cookie" not in r.headers, "%s sets no cookie" % method)
        if status != 200:
            ok("POST" in r.headers.get("allow", ""),
               "%s says what is allowed" % method, r.headers)
    is_({v for v, _ in a.face.asked}, {LOOK}, "and nothing but LOOK is asked")
    r = a.get(path)
    for header, want in (("cache-control", "no-store"),
                         ("referrer-policy", "no-referrer"),
                         ("x-content-type-options", "nosniff"),
                         ("content-language", "en")):
        is_(r.headers.get(header), want, header)
    ok("default-src 'none'" in r.headers["content-security-policy"]
       and "noindex" in r.headers["x-robots-tag"], "policy, robots")
    ok("alice@example.com" in r.text and "+44 20 7946 0100" in r.text,
       "the page shows who offers and what will ring")
    before = len(a.face.asked)
    other = token[:-8] + ("E" if token[-8] == "A" else "A") + token[-7:]
    for name, path in (("a bit changed", other),
                       ("cut short", token[:-1]), ("one more", token + "A"),
                       ("nothing", ""),
                       ("of another key", fakeface.Signer().token()),
                       ("too long", "A" * 600)):
        r = a.get("/o/" + path)
        is_(r.status, 404, "a token %s: 404" % name)
    r = a.get("/o/" + a.signer.token(not_after=int(time.time()) - 1))
    is_((r.status, r.page()), (410, "expired"), "an expired one: says so")
    is_(len(a.face.asked), before, "and the bridge is not even asked")


def accepting(a):
    path = "/o/" + a.signer.token()
    nonce = a.face.offer["nonce"]
    a.face.asked.clear()
    r = a.post(path, {"nonce": nonce, "number": "020 7946 0123",
                      "website": ""}, Origin=a.origin)
    is_((r.status, r.page()), (200, "confirm"), "a national number: shown")
    ok("+44 20 7946 0123" in r.text, "in full")
    is_([v for v, _ in a.face.asked], [CHECK, LOOK], "checked, not accepted")
    is_(a.face.asked_for(CHECK)[0]["number"], "020 7946 0123", "as typed")
    r = a.post(path, {"nonce": nonce, "number": NUMBER, "website": ""},
               Origin="null", Sec_Fetch_Site="same-origin")
    is_((r.status, r.headers.get("location")), (303, "/c/" + SECRET),
        "confirmed: sent to the call")
    q = a.face.asked_for(ACCEPT)[0]
    is_((q["number"], q["nonce"], q["lang"], q["client"]),
        (NUMBER, nonce, "en", "127.0.0.0/24"), "what the bridge is told")
    for name, fields, headers, page in (
            ("from another site", {"nonce": nonce, "number": NUMBER},
             {"Origin": "https://evil.example"}, "foreign"),
            ("cross-site", {"nonce": nonce, "number": NUMBER},
             {"Sec_Fetch_Site": "cross-site"}, "foreign"),
            ("a robot's", {"nonce": nonce, "number": NUMBER, "website": "x"},
             {}, "offer"),
            ("without nonce", {"number": NUMBER}, {}, "offer"),
            ("without number", {"nonce": nonce}, {}, "offer")):
        a.face.asked.clear()
        r = a.post(path, fields, **headers)
        ok(r.page() == page and r.status in (403, 422)
           and not a.face.asked_for(ACCEPT), "a form %s is not accepted"
           % name, (r.status, r.page()))
    a.face.offer["known_region"] = "DE"
    r = a.get(path)
    ok('name="digits"' in r.text and 'name="number"' not in r.text,
       "a known number: digits are asked")
    r = a.post(path, {"nonce": nonce, "digits": "123"})
    ok(r.status == 303 and a.face.asked_for(ACCEPT)[-1]["number"] == "123",
       "and passed on")
    del a.face.offer["known_region"]


def cards(a):
    offer, call = "/o/" + a.signer.token(), "/c/" + SECRET
    a.face.asked.clear()
    for path in offer, call:
        r = a.get(path + "/contact.vcf")
        is_((r.status, r.headers["content-type"]),
            (200, "text/vcard; charset=utf-8"), "a card of the number")
        ok("TEL;TYPE=WORK,VOICE:+442079460100\r\n" in r.text
           and "attachment" in r.headers["content-disposition"]
           and r.headers["cache-control"] == "no-store"
           and "noindex" in r.headers["x-robots-tag"],
           "to be saved, not to be found", (r.text, r.headers))
        is_(a.ask("POST", path + "/contact.vcf").status, 405, "no POST")
        ok('href="%s/contact.vcf"' % path in a.get(path).text,
           "and its page has a link to it")
    ok({v for v, _ in a.face.asked} <= {LOOK, STATUS}, "without effect",
       a.face.asked)
    is_(a.get("/o/x/contact.vcf").status, 404, "none of a bad token")
    is_(a.get("/c/x/contact.vcf").status, 404, "nor of no call")
    a.face.offer["caller"] = ""
    is_(a.get(offer + "/contact.vcf").status, 404, "none where none is known")
    a.face.offer["caller"] = "+44 20 7946 0100"


def one_language(a):
    """From the offer to the end of the call a visit speaks one language."""
    path, call = "/o/" + a.signer.token(), "/c/" + SECRET
    form = {"nonce": "n", "number": NUMBER}
    # The telephone's prompts have languages of their own.
    a.face.status = {"stage": 2, "name": "Alice", "lang": "en",
                     "caller": "+44 20 7946 0100"}

    def lang(r):
        return r.headers.get("content-language")

    for name, how, offer, query, want in (
            ("wished", {}, "en", "?lang=fr", "fr"),
            ("accepted", {"Accept_Language": "fr-CA, en;q=0.5"}, "en", "",
             "fr"),
            ("wished against what is accepted",
             {"Accept_Language": "ja"}, "de", "?lang=ar", "ar"),
            ("the offer's", {}, "de", "", "de"),
            ("the offer's, where none is had",
             {"Accept_Language": "nl, pl"}, "es", "", "es")):
        how = {k.replace("_", "-"): v for k, v in how.items()}
        a.face.offer["lang"] = offer
        r = a.get(path + query, **how)
        is_(lang(r), want, name + ": the offer is in " + want)
        action = re.search(r'<form method="post" action="([^"]*)"',
                           r.text).group(1)
        a.face.asked.clear()
        is_(a.post(action, dict(form, number="020 7946 0123"),
                   **how).headers["content-language"], want,
            name + ": the number shown back")
        r = a.post(action, form, **how)
        is_(a.face.asked_for(ACCEPT)[0]["lang"], want,
            name + ": it is asked of the telephone")
        r = a.get(r.headers["location"], **how)
        is_(lang(r), want, name + ": the call's page")
        ok("/events?lang=%s\"" % want in r.text, name + ": its events")
        a.face.offer["refusal"] = REFUSALS.index("used-up")
        is_(lang(a.get(path + query, **how)), want, name + ": a refusal")
        a.face.offer["refusal"] = 0
    a.face.offer["lang"] = "en"
    # In either direction the caller's number is read from left to right.
    stream = stream_of(a, secret="YW5vdGhlci1jYWxscy1zZWNyZXQ", lang="ar")
    ok(stream.has("\u2066+44 20 7946 0100\u2069"),
       "an event from right to left keeps the number whole", stream.got)
    stream.s.shutdown(socket.SHUT_RDWR)
    wait_for(lambda: a.counted("streams") == 0)
    is_(a.get(call, **{"Accept-Language": "ar"}).text.count('dir="rtl"'), 1,
        "Arabic runs from right to left")


def refusals(a):
    path = "/o/" + a.signer.token()
    good = dict(a.face.offer), dict(a.face.accepted)
    for i, word in enumerate(REFUSALS):
        if i == 0:
            continue
        a.face.offer.update(refusal=i, opens_at=int(time.time()) + 7200)
        r = a.get(path)
        ok(r.page() == word and r.status >= 400 and "<h1>" in r.text,
           "GET refused: %s" % word, (r.status, r.page()))
        ok("mailto:alice@example.com\"" in r.text,
           "and whom to write to instead")
        a.face.offer["refusal"] = 0
        a.face.accepted = {"refusal": i}
        r = a.post(path, {"nonce": "n", "number": NUMBER})
        if word in FIELDS:
            ok(r.status == 422 and r.page() == "offer"
               and 'value="%s"' % NUMBER in r.text and 'id="word"' in r.text,
               "POST refused: %s: the form again" % word,
               (r.status, r.page()))
        else:
            ok(r.page() == word and r.status >= 400,
               "POST refused: %s" % word, (r.status, r.page()))
        a.face.offer, a.face.accepted = dict(good[0]), dict(good[1])


def calls(a):
    path = "/c/" + SECRET
    for i, word in enumerate(STAGES[1:-1], 1):
        a.face.status["stage"] = i
        r = a.get(path)
        ok(r.status == 200 and 'data-stage="%s"' % word in r.text
           and "refresh" in r.text, "a call's page: %s" % word)
    a.face.status["stage"] = len(STAGES) - 1
    for i, word in enumerate(ENDS[1:], 1):
        a.face.status["end"] = i
        r = a.get(path)
        ok('data-end="%s"' % word in r.text and "refresh" not in r.text,
           "a call's page: %s" % word)
    a.face.status = {"stage": 0}
    is_(a.get(path).page(), "call-gone", "no such call")
    a.face.status = {"stage": 2, "name": "Alice", "since": int(time.time())}
    a.face.asked.clear()
    r = a.post(path + "/hangup", {}, Origin="https://evil.example")
    ok(r.status == 403 and not a.face.asked, "hanging up from elsewhere")
    r = a.post(path + "/hangup", {}, Origin=a.origin)
    ok(r.status == 303 and len(a.face.asked_for(HANGUP)) == 1,
       "hanging up from the page", r.status)


def stream_of(a, secret=SECRET, lang="en"):
    return Stream(a, "/c/%s/events?lang=%s" % (secret, lang))


def streams(a):
    a.face.status = {"stage": 1, "name": "Alice", "since": int(time.time())}
    a.face.asked.clear()
    one, two = stream_of(a), stream_of(a)
    ok(one.has("text/event-stream") and one.has('"stage":"starting"'),
       "a stream begins with what is", one.got)
    ok(two.has('"stage":"starting"'), "a second one, too")
    is_(len(a.face.asked_for(STATUS)), 1, "one subscription for both")
    for i in range(2, 7):
        a.face.push(SECRET, {"stage": i, "name": "Alice"})
        word = '"stage":"%s"' % STAGES[i]
        ok(one.has(word) and two.has(word), "both hear of " + STAGES[i])
    two.s.close()
    is_(a.counted("streams"), 2, "two streams are counted")
    a.face.push(SECRET, {"stage": 7, "end": 1, "name": "Alice"})
    ok(one.has('"end":"talked"') and wait_for(lambda: one.is_over),
       "the end ends the stream")
    ok(wait_for(lambda: a.counted("streams") == 0), "none is left")
    # The bridge goes and comes back while somebody watches.
    three = stream_of(a)
    three.has('"stage":"starting"')
    a.face.stop()
    time.sleep(0.3)
    a.face.status = {"stage": 6, "name": "Alice"}
    a.face_up()
    ok(three.has('"stage":"talking"'), "a stream outlives the bridge")
    a.face.push(SECRET, {"stage": 7, "end": 1})
    ok(wait_for(lambda: three.is_over), "and hears of the end")
    a.face.status = {"stage": 0}
    four = stream_of(a)
    ok(four.has('"stage":"none"') and wait_for(lambda: four.is_over),
       "the stream of no call ends at once")
    is_(a.ask("GET", "/c/short/events").status, 404, "nor of no secret")


def bridge_away(a):
    path = "/o/" + a.signer.token()
    a.face.status = {"stage": 2}
    a.face.stop()
    for name, page, r in (
            ("GET", "unreachable", a.get(path)),
            ("POST", "unreachable", a.post(path, {"nonce": "n",
                                                  "number": NUMBER})),
            ("a call", "call-unseen", a.get("/c/" + SECRET))):
        is_((r.status, r.page()), (503, page),
            "bridge down: %s says so" % name)
        ok(int(r.headers.get("retry-after", 0)) > 0, "and when to try again")
    is_(a.ask("POST", "/hook/x/y", "z").status, 503, "a hook: 503")
    is_(a.get("/healthz").status, 200, "acceptd itself is well")
    is_(a.counted("bridge_up"), 0, "and counts what is the case")
    a.face_up()
    ok(wait_for(lambda: a.counted("bridge_up") == 1),
       "bridge back: found without anybody asking")
    is_(a.get(path).status, 200, "and works without restart")
    a.face.stop()
    wait_for(lambda: a.counted("bridge_up") == 0)
    time.sleep(0.5)
    a.face_up()
    is_(a.get(path).status, 200, "or by the first who asks")
    # It dies with a question in hand: nobody knows; the same goes again.
    a.face.mute = True
    thread = threading.Thread(target=lambda: (time.sleep(0.3),
                                              a.face.stop()))
    thread.start()
    r = a.post(path, {"nonce": "n", "number": NUMBER})
    thread.join()
    ok(r.status == 503 and 'name="number" value="%s"' % NUMBER in r.text
       and 'name="nonce" value="n"' in r.text,
       "bridge dies with an acceptance in hand: the same form again", r.text)
    a.face.mute = False
    a.face_up()
    ok(wait_for(lambda: a.post(path, {"nonce": "n", "number": NUMBER}).status
                == 303), "and it goes through")
    a.face.offer["refusal"] = 99
    is_(a.get(path).status, 503, "an answer that there is none: 503")
    ok(wait_for(lambda: "does not speak" in a.logged()),
       "and that connection ends")
    a.face.offer["refusal"] = 0
    ok(wait_for(lambda: a.get(path).status == 200), "but not the next")
    a.face.babble = True
    is_(a.get(path).status, 503, "a bridge that babbles: 503")
    a.face.babble = False
    ok(wait_for(lambda: a.get(path).status == 200), "and is asked again")
    a.face.mute = True
    start = time.monotonic()
    is_(a.get(path).status, 503, "a bridge that is silent: 503")
    ok(1.5 < time.monotonic() - start < 4, "in time",
       time.monotonic() - start)
    a.face.mute = False
    is_(a.get(path).status, 200, "and it need not reconnect")


def hooks(a):
    a.face.hooked = {"status": 201, "type": "text/xml", "body": b"<ok/>"}
    a.face.asked.clear()
    body = bytes(range(256)) * 192
    r = a.ask("POST", "/hook/asterisk/a%20b?c=d", body,
              {"X-Signature": "abc", "Content-Type": "x/y"})
    is_((r.status, r.headers.get("content-type"), r.text),
        (201, "text/xml", "<ok/>"), "a hook is answered as the bridge says")
    q = a.face.asked_for(HOOK)[0]
    ok(q["provider"] == "asterisk" and q["path"] == "/hook/asterisk/a%20b?c=d"
       and q["method"] == "POST" and q["body"] == body
       and "x-signature: abc\n" in q["headers"], "and passed on unopened")
    is_(a.ask("POST", "/hook/asterisk/x", body + b"x").status, 413,
        "a byte too many")
    is_(a.ask("POST", "/o/" + a.signer.token(), b"x" * 8193,
              {"Content-Type": "application/x-www-form-urlencoded"}).status,
        413, "a form too long")


def many(a):
    path = "/o/" + a.signer.token()
    a.face.asked.clear()
    wrong = 0
    for i in range(1000):
        wrong += a.ask("HEAD" if i % 2 else "GET", path).status != 200
    is_(wrong, 0, "1,000 GETs and HEADs are answered")
    r = a.post(path, {"nonce": "n", "number": NUMBER})
    is_((r.status, len(a.face.asked_for(ACCEPT))), (303, 1),
        "then one POST: one acceptance")


def throttles():
    with Acceptd(page_burst=5, page_per_min=1, post_burst=3, post_per_min=1,
                 offer_burst=2, offer_per_min=1) as a:
        path = "/o/" + a.signer.token()

        def page(n):
            return a.get(path, **{"X-Forwarded-For": "192.0.2.%d" % n})

        is_([page(n).status for n in range(6)], [200] * 5 + [429],
            "a prefix may so often and no oftener")
        r = page(7)
        ok(r.page() == "too-many" and int(r.headers["retry-after"]) > 30,
           "and is told when", r.headers)
        is_(a.get(path, **{"X-Forwarded-For": "198.51.100.1"}).status, 200,
            "another prefix is not concerned")
        form = {"nonce": "n", "number": NUMBER}
        got = [a.post(path, form, X_Forwarded_For="203.0.113.%d" % i).status
               for i in range(3)]
        is_(got, [303, 303, 429], "an offer may so often")
        other = "/o/" + a.signer.token()
        got = [a.post(other, form, X_Forwarded_For="203.0.113.9").status
               for i in range(2)]
        is_(got, [429, 429], "a prefix may so often, whatever the offer")
        is_(a.post(other, form).status, 303, "the owner's own click works")


def lifecycle():
    with Acceptd(bridge_timeout="2s") as a:
        path = "/o/" + a.signer.token()
        is_(a.get(path).status, 200, "a token of the first key")
        new = fakeface.Signer()
        os.unlink(a.dir + "/verify.pub")
        new.save(a.dir + "/verify.pub")
        a.process.send_signal(signal.SIGHUP)
        ok(wait_for(lambda: a.get("/o/" + new.token()).status == 200),
           "SIGHUP reads the keys anew")
        is_(a.get(path).status, 404, "and forgets the old ones")
        with open(a.dir + "/acceptd.conf", "a", encoding="ascii") as f:
            f.write("nonsense = 1\n")
        a.process.send_signal(signal.SIGHUP)
        ok(wait_for(lambda: "all stays as it was" in a.logged()),
           "a faulty configuration is not taken")
        is_(a.get("/o/" + new.token()).status, 200, "and nothing is lost")
        a.face.mute = True
        result = []
        thread = threading.Thread(target=lambda: result.append(
            a.get("/o/" + new.token())))
        thread.start()
        wait_for(lambda: a.face.asked_for(LOOK)[2:])
        time.sleep(0.1)
        is_(a.end(), 0, "SIGTERM ends it with 0")
        thread.join()
        is_(result[0].status, 503, "after what was under way")
    with Acceptd() as a:
        stream = stream_of(a)
        stream.has("data:")
        start = time.monotonic()
        is_(a.end(), 0, "a stream does not keep it")
        ok(time.monotonic() - start < 2, "at all")
        ok(wait_for(lambda: stream.is_over), "and ends with it")


def listeners():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(16)
        with Acceptd(fds=s.fileno(), listen="unix:/nowhere/x.sock") as a:
            a.port = s.getsockname()[1]
            is_(a.get("/healthz").status, 200, "a passed socket is served")
    a = Acceptd()
    a.settings["listen"] = "unix:%s/http.sock" % a.dir
    a.settings["listen_mode"] = "0666"
    os.chmod(a.dir, 0o777)
    a.configure()
    with a:
        s = socket.socket(socket.AF_UNIX)
        s.connect(a.dir + "/http.sock")
        s.sendall(b"GET /o/%s HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: "
                  b"2001:db8:1:2:3::4\r\nConnection: close\r\n\r\n"
                  % a.signer.token().encode())
        got = b""
        while True:
            part = s.recv(65536)
            if not part:
                break
            got += part
        ok(b" 200 OK" in got, "a Unix socket is served", got[:80])
        is_(a.face.asked_for(LOOK)[0]["client"], "2001:db8:1:2::/64",
            "and its proxy is believed")
    for spelling in "unix:", "local:", "":
        a = Acceptd()
        a.settings["bridge"] = spelling + a.face.path
        a.configure()
        with a:
            is_(a.get("/o/" + a.signer.token()).status, 200,
                "the bridge is found at %s/path" % spelling)
    a = Acceptd()
    a.settings["listen"] = "inet:0.0.0.0:%d" % a.port
    a.configure()
    r = subprocess.run(a.command(), capture_output=True, text=True,
                       timeout=20)
    ok(r.returncode == 78 and "listen: " in r.stderr
       and "loopback" in r.stderr,
       "the open network is refused", (r.returncode, r.stderr))
    a.__enter__().__exit__()


configuration()
with Acceptd(bridge_timeout="2s", post_burst=1000, offer_burst=1000) as main:
    no_effect(main)
    accepting(main)
    cards(main)
    one_language(main)
    refusals(main)
    calls(main)
    streams(main)
    hooks(main)
    many(main)
    bridge_away(main)
    ok(main.process.poll() is None, "it has lived through all of it")
    is_(main.end(), 0, "and ends well")
throttles()
lifecycle()
listeners()
done()
