#!/usr/bin/python3
"""What fails, fails clearly: Asterisk, the bridge, acceptd, the store, the
configuration.  In each: what the page says, what is recorded, and that it goes
on by itself when the cause is gone."""
import base64
import os
import pwd
import re
import socket
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import askpeer
import offeree
import stack
import tap

ACCOUNT = """ring = 5s
	confirm = 3s
	per_number_10min = 1000
	per_number_day = 1000
	per_prefix_10min = 10000
	per_client_10min = 10000
	per_client_day = 10000
	per_offer_attempts = 1000
	per_offeror_day = 10000
	per_day = 100000"""
A, B = "+442079462001", "+442079462002"
YES = "answer:50 1:300"

THROTTLES = """post_burst = 10000
	offer_burst = 10000
	page_burst = 10000"""

DOWN = "503 The telephone line is down"
AWAY = "503 This service is not available just now"
UNSEEN = "503 We cannot see your call just now"
PAUSED = "503 No calls at the moment"
NO_ROOM = "503 We cannot take this just now"


class Form:
    """A page opened in time, to be sent when its moment has come."""

    def __init__(self, s, link=None):
        self.s = s
        self.link = link or s.mint("alice@example.com", B)
        self.visit = s.visit(self.link)
        _, self.page = self.visit.open()
        self.at = time.monotonic()

    def send(self, number=A):
        """The path of the call's page, or "STATUS heading"."""
        time.sleep(max(0, self.at + 2.05 - time.monotonic()))
        status, headers, text = self.visit.submit(self.page, number)
        if status == 303:
            return headers["location"].replace(self.visit.origin, "")
        return "%d %s" % (status, offeree.Page(text).heading.strip())

    def end(self, path, limit=60):
        return self.visit.follow(path, limit=limit)[1]


def calls_of(s, form):
    offer = s.offer_id(form.link)
    return [c for c in s.calls() if c["offer"] == offer]


def goes_on(s, form, what, limit=15):
    """The same page, sent again, is a call that comes to its end."""
    s.robot(A, YES)
    s.robot(B, YES + " hang:300")
    got = stack.wait_for(lambda: [p for p in [form.send()]
                                  if p.startswith("/c/")], limit)
    end = form.end(got[0]) if got else form.send()
    is_idle(s)
    tap.check([] if end == "talked" else ["%s, not talked" % end,
                                          s.log("bridge")[-2000:]], what)


def is_idle(s):
    """Nobody is in a call: the legs are down, too, and that is recorded."""
    def asks():
        peer = askpeer.Peer(s.stack + "/run/admin.sock")
        is_so = peer.health()["open"] == 0
        peer.close()
        return is_so
    return stack.wait_for(asks)


def talking(s, form):
    s.robot(A, YES)
    s.robot(B, YES)
    path = form.send()
    form.visit.follow(path, "talking")
    return path


def heading(s, link):
    status, page = s.visit(link).open()
    return "%d %s" % (status, page.heading.strip())


# Asterisk

def asterisk_down(s):
    form = Form(s)
    s.do("asterisk_stop")
    tap.same(form.send(), DOWN, "Asterisk is down: the page says so")
    tap.same(calls_of(s, form), [], "nothing is recorded")
    tap.check([] if "WRONG" in s.tool("check").stdout else
              [s.tool("check").stdout], "`calloffer check` finds it")
    s.do("asterisk_start")
    goes_on(s, form, "it comes back: the same page is a call")


def asterisk_dies(s):
    """In the middle of calls: one rings, one is asked, one talks."""
    shapes = [("", "ringing-a", "unknown"),
              ("answer:50", "asking-a", "unknown"),
              (YES, "talking", "talked")]
    forms, paths, numbers = [], [], []
    for i, (steps, stage, _) in enumerate(shapes):
        a, b = "+44207946220%d" % i, "+44207946230%d" % i
        s.robot(a, steps)
        s.robot(b, YES)
        numbers += [a, b]
        forms.append(Form(s, s.mint("alice@example.com", b)))
    for i, (_, stage, _) in enumerate(shapes):
        paths.append(forms[i].send(numbers[2 * i]))
    for form, path, (_, stage, _) in zip(forms, paths, shapes):
        form.visit.follow(path, stage)
    s.do("asterisk_stop")
    time.sleep(0.5)
    s.do("asterisk_start")
    ends = [form.end(path) for form, path in zip(forms, paths)]
    tap.same(ends, [end for _, _, end in shapes],
             "Asterisk dies while one rings, one is asked, one talks")
    tap.same([[c["end"] for c in calls_of(s, f)] for f in forms],
             [[e] for e in ends], "the journal says the same")
    tap.check(["%s: %d times" % (n, len(s.robots.invited(n)))
               for n in numbers if len(s.robots.invited(n)) > 1],
              "nobody is rung again")
    for n in numbers:
        s.robots.do(n, "hang")


def asterisk_hangs(s):
    """It is there and does not answer."""
    s.robot(A, YES)
    with open(s.bed + "/asterisk/run/asterisk.pid") as f:
        pid = int(f.read())
    form = Form(s)
    time.sleep(2.1)
    before = len(s.robots.invited(A))
    os.kill(pid, 19)
    try:
        path = form.send()
        tap.same(form.end(path), "provider", "Asterisk hangs: the call ends")
    finally:
        os.kill(pid, 18)
    call = calls_of(s, form)[0]
    tap.check([] if call["end"] == "provider" and call["detail"] in (
        "no answer from Asterisk", "the provider cannot be reached")
        else [call], "with the true reason")
    time.sleep(1)
    tap.same(len(s.robots.invited(A)), before,
             "and nobody is rung when it goes on")
    goes_on(s, Form(s), "afterwards there are calls again", 30)


def events_taken(s):
    """Another program takes over our application's events."""
    form = Form(s)
    host, port = re.search(r"//(.*):(\d+)/", s.env["AST_URL"]).groups()
    time.sleep(1.1)     # sooner, it could be one of the bridge's own
    other = socket.create_connection((host, int(port)))
    other.sendall((
        "GET /ari/events?app=%s HTTP/1.1\r\nHost: x\r\nAuthorization: Basic "
        "%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % (
            s.env["AST_APP"], base64.b64encode((
                "%(AST_USER)s:%(AST_PASSWORD)s" % s.env).encode()).decode())
    ).encode())
    other.recv(4096)
    time.sleep(0.3)
    tap.same(form.send(), DOWN, "another program has taken our events: the "
             "page says so")
    tap.check([] if "another program has taken over" in s.tool("check").stdout
              else [s.tool("check").stdout], "and `calloffer check` says why")
    other.close()
    goes_on(s, form, "when it is gone there are calls again", 30)


def provider_wrong(s):
    """The configuration does not fit Asterisk's."""
    conf = s.stack + "/etc/bridge.conf"
    with open(conf) as f:
        good = f.read()
    rows = [("the password", lambda: put(s.stack + "/etc/wrong", "no"),
             (s.stack + "/etc/asterisk.password", s.stack + "/etc/wrong"),
             "the password"),
            ("the port", None, (s.env["AST_URL"], "http://127.0.0.1:1/ari"),
             "connect")]
    for what, make, (old, new), why in rows:
        if make:
            make()
        put(conf, good.replace(old, new))
        start_bridge(s, "is=x")
        form = Form(s)
        tap.same(form.send(), DOWN, "%s is wrong: the page says so" % what)
        said = s.tool("check").stdout
        tap.check([] if "WRONG" in said and why in said else [said],
                  "and `calloffer check` says why")
    s.robot(A, YES)
    for what, old, new, why, rings in (
            ("leg A's endpoint", s.env["AST_TRUNK_PSTN"], "PJSIP/%s@nowhere",
             "endpoint", 0),
            ("leg A's technology", s.env["AST_TRUNK_PSTN"], "Nothing/%s",
             "no channel made", 0)):
        put(conf, good.replace(old, new))
        start_bridge(s)
        before = len(s.robots.invited(A))
        form = Form(s)
        end = form.end(form.send())
        is_idle(s)
        detail = calls_of(s, form)[0]["detail"]
        tap.same((end, why in detail, len(s.robots.invited(A)) - before),
                 ("provider", True, rings), "%s is wrong: the call ends so"
                 % what)
        tap.note(detail)
    put(conf, good)
    start_bridge(s)
    goes_on(s, Form(s, form.link), "it is mended: the offer is still good")


def put(path, text):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o600)


def start_bridge(s, until="state=ready", command=None):
    s.do("bed_kill bridge TERM")
    s.do("bed_run bridge " + (command or "%s/calloffer-bridge -d -c "
                              "%s/etc/bridge.conf" % (stack.B, s.stack)))
    stack.wait_for(lambda: " ready " in s.log("bridge") and (
        until in s.log("bridge") or until == "is=x"))
    link = s.mint("alice@example.com", B)
    stack.wait_for(lambda: "200" in heading(s, link), 5)


# Ours

def bridge_down(s):
    form = Form(s)
    path = talking(s, Form(s))
    s.do("bed_kill bridge TERM")
    tap.same((form.send(), heading(s, form.link),
              "%d %s" % look(form, path)), (AWAY, AWAY, UNSEEN),
             "the bridge is down: the pages of offer and call say so")
    time.sleep(0.3)
    before = len(s.robots.invited(A))
    s.do("bridge_start")
    tap.same((calls_of(s, form), len(s.robots.invited(A))), ([], before),
             "nothing was recorded, nobody is rung")
    stage = stack.wait_for(lambda: form.visit.look(path)[0], 10)
    tap.same(stage, "talking", "who was talking still talks")
    s.robots.do(A, "hang")
    tap.same(form.end(path), "talked", "and hangs up as ever")
    is_idle(s)
    goes_on(s, form, "the page that was refused is a call now")


def look(form, path):
    status, _, text = form.visit.ask("GET", path)
    return status, offeree.Page(text).heading.strip()


def acceptd_restarted(s):
    form = Form(s)
    path = talking(s, form)
    other = Form(s)
    s.do("bed_kill acceptd KILL")
    s.do("acceptd_start")
    tap.same(form.visit.look(path)[0], "talking",
             "acceptd is killed and started: the call's page goes on")
    status, _, _ = form.visit.ask("POST", path + "/hangup", {})
    tap.same((status, form.end(path)), (303, "talked"),
             "and can hang up")
    is_idle(s)
    goes_on(s, other, "a page from before can be sent")


def stopped(s):
    form = Form(s)
    path = talking(s, Form(s))
    stop = s.stack + "/etc/stop"
    put(stop, "")
    tap.same((form.send(), heading(s, form.link)), (PAUSED, PAUSED),
             "the kill switch: no offer can be accepted")
    tap.same(calls_of(s, form), [], "nothing is recorded")
    tap.check([] if "WRONG" in s.tool("check").stdout else
              [s.tool("check").stdout], "`calloffer check` finds it")
    tap.same(form.visit.look(path)[0], "talking", "who talks goes on")
    s.robots.do(A, "hang")
    form.end(path)
    is_idle(s)
    os.unlink(stop)
    goes_on(s, form, "without it the same page is a call")


# The store

SMALL = """#!/bin/sh
# The bridge, with its journal on a file system of its own that is small; and
# somebody who fills it up and makes room again.
mount -t tmpfs -o size=512k,mode=700,uid=%(uid)d journal %(s)s/journal || exit 1
setpriv %(become)s --pdeathsig KILL sh -c '
while read -r what <%(s)s/do; do
	case $what in
	fill) cat /dev/zero >%(s)s/journal/fill 2>/dev/null ;;
	room) rm -f %(s)s/journal/fill ;;
	esac
	echo done >%(s)s/done
done' &
exec %(b)s/calloffer-bridge -d -c %(s)s/etc/bridge.conf
"""


def store(s, what):
    with open(s.stack + "/do", "w") as f:
        f.write(what + "\n")
    with open(s.stack + "/done") as f:
        f.read()


def store_full(s):
    uid = pwd.getpwnam(s.env["STACK_USER"]).pw_uid
    # The death of whom the bridge has become may be told to his like only.
    become = "--reuid=%d --clear-groups" % uid if os.getuid() == 0 else ""
    put(s.stack + "/small.sh", SMALL % {"s": s.stack, "b": stack.B,
                                        "uid": uid, "become": become})
    for name in "do", "done":
        os.mkfifo("%s/%s" % (s.stack, name))
        os.chmod("%s/%s" % (s.stack, name), 0o666)
    how = "unshare -m" if os.getuid() == 0 else \
        "unshare -U --map-current-user --keep-caps -m"
    start_bridge(s, command="%s sh %s/small.sh" % (how, s.stack))
    fill_up(s)
    start_bridge(s)


def fill_up(s):
    forms = [Form(s) for _ in range(60)]
    s.robot(A, "s486:0")
    first = Form(s)
    tap.same(first.end(first.send()), "a-busy", "a small store takes calls")
    rings = Form(s)
    s.robot(A)
    path = rings.send()
    rings.visit.follow(path, "ringing-a")
    store(s, "fill")
    s.robot(B, YES)
    tap.same(until_full(s, forms), NO_ROOM, "it is full: acceptances are "
             "refused")
    before = s.calls()
    numbers = ["+44207946240%d" % i for i in range(3)]
    late = [Form(s) for _ in numbers]
    for n in numbers:
        s.robot(n, YES)
    tap.same([f.send(n) for f, n in zip(late, numbers)], [NO_ROOM] * 3,
             "all of them")
    tap.same((s.calls(), sum(len(s.robots.invited(n)) for n in numbers)),
             (before, 0), "nothing is half recorded, nobody is rung")
    tap.check([] if "WRONG" in s.tool("check").stdout else
              [s.tool("check").stdout], "`calloffer check` finds it")
    rung = len(s.robots.invited(B))
    s.robots.do(A, "answer")
    time.sleep(0.5)
    s.robots.do(A, "1")
    time.sleep(1)
    # LMDB may have a page left for the key, though none for an acceptance.
    is_kept = any(c["key_at"] for c in s.calls() if c["stage"] != "ended")
    tap.same(len(s.robots.invited(B)) > rung, is_kept,
             "a key that cannot be written down rings nobody")
    store(s, "room")
    tap.same(rings.visit.follow(path, "talking")[0], "talking",
             "room is made: that call goes on")
    s.robots.do(A, "hang")
    tap.same(rings.end(path), "talked", "to its end")
    goes_on(s, late[0], "and the page that was refused is a call, without a "
            "restart")


def until_full(s, forms):
    """
    Pages of the tree are used again, so some are still taken; but with nothing
    written in between it stays full.  It tries again once a second.
    """
    refused = 0
    for i, form in enumerate(forms):
        n = "+44207946%04d" % (2500 + i)
        s.robot(n, "s486:0")
        got = form.send(n)
        if got.startswith("/c/"):
            refused = 0
            stack.wait_for(lambda: len([c for c in s.calls()
                                        if c["stage"] != "ended"]) == 1)
            continue
        refused += 1
        if got != NO_ROOM or refused == 3:
            return got
        time.sleep(1.1)
    return "60 were taken"


# The configuration

def configurations(s):
    """(program, what, where the line is, from, to, in the complaint)."""
    keys = s.stack + "/etc/keys/"
    out = []
    for name, text, old, bad in (
            ("milter", "socket_mode", "0666", "0999"),
            ("milter", "base_url", s.env["LINK"], "gopher://x"),
            ("acceptd", "listen", s.env["WEB"], "nowhere"),
            ("acceptd", "base_url", s.env["LINK"], s.env["LINK"] + "/"),
            ("bridge", "caller_id", s.env["PROXY"], "0207"),
            ("bridge", "ring", "5s", "5fortnights")):
        out.append((name, "a bad value of " + text, text, old, bad, text))
    for name, key, path in (("milter", "sign_key", keys + "sign.key"),
                            ("milter", "seal_key", keys + "seal.pub"),
                            ("acceptd", "verify_keys", keys + "sign.pub"),
                            ("bridge", "mac_key", keys + "mac.key"),
                            ("bridge", "unseal_keys", keys + "unseal.key"),
                            ("bridge", "file", keys + "sign.pub")):
        loose = s.dir + "/" + os.path.basename(path)
        with open(path) as f:
            put(loose, f.read())
        if os.getuid() == 0 and name != "milter":
            subprocess.run(["chown", s.env["STACK_USER"], loose], check=True)
        os.chmod(loose, 0o666)
        out.append((name, "a %s that is not there" % key, key, path,
                    "/nonexistent/key", "/nonexistent/key"))
        out.append((name, "a %s that everybody can change" % key, key, path,
                    loose, loose))
    for name in "milter", "acceptd", "bridge":
        out.append((name, "an unknown key", "nonsense", "", "nonsense = 1",
                    "nonsense"))
    return out


def wrong_configuration(s):
    for name, what, key, old, new, word in configurations(s):
        with open("%s/etc/%s.conf" % (s.stack, name)) as f:
            text = f.read()
        bad = "%s/bad.conf" % s.dir
        lines = text.splitlines() if old else text.splitlines() + [new]
        line = [i for i, t in enumerate(lines, 1)
                if t.split()[:2] == [key, "="] and (old or new) in t][0]
        lines[line - 1] = lines[line - 1].replace(old or new, new)
        put(bad, "\n".join(lines) + "\n")
        complain(name, what, bad, line, word)
    for name in "milter", "acceptd", "bridge":
        complain(name, "no configuration", "/nonexistent/conf", 0,
                 "/nonexistent/conf")


def complain(name, what, conf, line, word):
    """Exit status 78 and one line, checked and started."""
    bad = []
    for options in (["-n"], []):
        r = subprocess.run([stack.B + "/calloffer-" + name] + options
                           + ["-c", conf], capture_output=True, text=True,
                           timeout=10)
        want = conf + (":%d: " % line if line else "")
        if r.returncode != 78 or r.stderr.count("\n") != 1 or \
                want not in r.stderr or word not in r.stderr:
            bad.append("%s: %d, line %d: %s" % (options, r.returncode, line,
                                               r.stderr))
    tap.check(bad, "%s, %s: 78 and the line" % (name, what))


# Those of a row one after the other, on an installation of their own.
TESTS = [[asterisk_hangs, asterisk_down],
         [asterisk_dies, events_taken, provider_wrong],
         [bridge_down, acceptd_restarted, stopped, wrong_configuration],
         [store_full]]


def run(tests):
    tests = [t for t in tests if len(sys.argv) == 1
             or t.__name__ in sys.argv[1:]]
    if not tests:
        return
    try:
        account = ACCOUNT
        if store_full in tests:         # it rings until there is no room
            account = account.replace("ring = 5s", "ring = 60s")
        with stack.Stack(STACK_ACCOUNT=account, STACK_ACCEPTD=THROTTLES) as s:
            for test in tests:
                test(s)
    except BaseException as e:                  # an answer is owed
        tap.check([traceback.format_exc()], "%s: %r" % (tests[0].__name__, e))


def main():
    stack.signals()
    rows = [threading.Thread(target=run, args=(row,), daemon=True)
            for row in TESTS]
    for row in rows:
        row.start()
    for row in rows:
        row.join()
    tap.finish()


main()
