#!/usr/bin/python3
"""The milter as an administrator runs it: where it listens and who may come,
one line in the log for each message, a dry run, and signals while a message is
under way."""
import grp
import os
import re
import signal
import socket
import stat
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mailcheck  # noqa: E402
import miltertalk  # noqa: E402
import mta  # noqa: E402
from miltertalk import Session  # noqa: E402
from stack import B, wait_for  # noqa: E402
from tap import check, finish, same  # noqa: E402

os.chdir(mta.ROOT)

OFFERORS = """\
alice@example.com to=+442079460123 name="Alice Example" login=alice
tag@example.com to=+442079460123 name="Tag" mode=subject:[call] login=alice
"""
FROM = b"From: Alice <alice@example.com>\r\n"
YES = b"X-Call-Offer: yes\r\n"
BODY = b"Hello Bob\r\n"


class Inet(Session):
    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), 20)


def with_setting(milter, key, value):
    with open(milter.conf) as f:
        text = f.read()
    text = re.sub(r"(?m)^%s = .*\n" % key, "", text)
    with open(milter.conf, "w") as f:
        f.write("%s%s = %s\n" % (text, key, value))


def serves(where):
    with (Inet(where) if isinstance(where, int) else Session(where)) as s:
        s.start()
        r = s.mail([FROM, YES], BODY)
        seen = mailcheck.look(FROM + YES + b"\r\n" + BODY, r.data)
        return seen.bad + ([] if seen.edits else ["no button"])


def spellings(home):
    """Those of Postfix, of Sendmail, and a path alone."""
    port = mta.ports(1)[0]
    for i, (spelling, where) in enumerate((
            ("unix:%s", None), ("local:%s", None), ("%s", None),
            ("inet:127.0.0.1:%d" % port, port),
            ("inet:%d@127.0.0.1" % port, port))):
        m = mta.Milter(home, OFFERORS, name="spelling%d" % i)
        if where is None:
            spelling = spelling % m.socket
        with_setting(m, "socket", '"%s"' % spelling)
        m.start()
        check(serves(where or m.socket), "listens at " +
              re.sub(r"/\S*|\d{4,}", "...", spelling))
        m.stop()
    for spelling, said in (
            ("inet:%d:localhost" % port, "inet:localhost:%d" % port),
            ("inet:localhost@%d" % port, "inet:localhost:%d" % port),
            ("inet:8893", "': not an address"), ("tcp:x", "")):
        with_setting(m, "socket", '"%s"' % spelling)
        r = subprocess.run([B + "/calloffer-milter", "-n", "-c", m.conf],
                           capture_output=True, text=True)
        lines = r.stderr.strip().split("\n")
        check([] if r.returncode == 78 and len(lines) == 1 and
              re.search(r"milter\.conf:\d+: ", lines[0]) and
              said in lines[0] else [r.returncode, r.stderr],
              "refused: " + re.sub(r"\d{4,}", "PORT", spelling))


def shared(home):
    """The socket is given to those who may come, whatever the umask."""
    group = grp.getgrgid(os.getgid()).gr_name
    for mode in (0o660, 0o600, 0o666):
        m = mta.Milter(home, OFFERORS, 'socket_group = "%s"' % group,
                       name="mode%o" % mode)
        with_setting(m, "socket_mode", "0%o" % mode)
        before = os.umask(0o077 if mode == 0o666 else 0)
        m.start()
        os.umask(before)
        st = os.stat(m.socket)
        same((stat.S_IMODE(st.st_mode), st.st_gid), (mode, os.getgid()),
             "the socket's mode %o, and its group" % mode)
        m.stop()
    m = mta.Milter(home, OFFERORS, 'socket_group = "no-such-group"',
                   name="nobody")
    for option, wrong in m.refusals("no-such-group"):
        check(wrong, "a group that is not there: " + option)


LINE = {
    "inserted": r"4XyZ: offer=inserted offer_id=[0-9a-f-]{36} parts=plain "
                r"bytes=\+\d+ from=alice@example\.com login=alice rcpts=2 "
                r"to=\+44\S*23 account=default uses=2 expires=604800s",
    "signed": r"4XyZ: offer=skipped reason=signed sender=alice@example\.com "
              r"login=alice rcpts=1",
    "stranger": r"4XyZ: offer=skipped reason=unauthenticated "
                r"sender=alice@example\.com login=- rcpts=1",
    "header": r"4XyZ: offer=refused reason=header sender=alice@example\.com "
              r"login=alice rcpts=1 told=the header is there twice",
    "untagged": r"4XyZ: offer=none",
    "would": r"4XyZ: offer=would-insert offer_id=[0-9a-f-]{36} parts=plain "
             r"bytes=\+\d+ from=alice@example\.com login=alice rcpts=1 .*",
}


def new_lines(milter, do):
    """What is said of messages meanwhile."""
    before = len(milter.log())
    r = do()
    wait_for(lambda: " offer=" in milter.log()[before:], 5)
    return r, [line.split(": ", 1)[1] for line in
               milter.log()[before:].splitlines() if " offer=" in line]


def logged(milter):
    signed = b"Content-Type: multipart/signed; boundary=b\r\n"
    for name, do in (
            ("inserted", lambda s: s.mail([FROM, YES], BODY, to=(
                "bob@example.net", "carol@example.net"))),
            ("signed", lambda s: s.mail([FROM, YES, signed], BODY)),
            ("stranger", lambda s: s.mail([FROM, YES], BODY, login=None)),
            ("header", lambda s: s.mail([FROM, YES, YES], BODY)),
            ("untagged", lambda s: s.mail([FROM], BODY))):
        with Session(milter.socket) as s:
            s.start()
            _, lines = new_lines(milter, lambda: do(s))
            check([] if len(lines) == 1 and re.fullmatch(
                LINE[name], lines[0]) else lines or ["nothing"],
                "one line in the log: " + name)
    with Session(milter.socket) as s:
        s.start()
        forged = FROM.replace(b"Alice", b"=?x?q?a?=") + \
            b"Subject: 4XyZ: offer=inserted\r\n"
        _, lines = new_lines(milter, lambda: s.mail(
            [forged, YES, YES], BODY,
            sender="a\n4XyZ: offer=inserted b@example.com"))
        check([] if len(lines) == 1 else lines,
              "nobody writes a line of his own into it")


def dry(home):
    m = mta.Milter(home, OFFERORS, "dry_run = yes", name="dry").start()
    with Session(m.socket) as s:
        s.start()
        r, lines = new_lines(m, lambda: s.mail([FROM, YES], BODY))
        same(r.data, FROM + b"\r\n" + BODY,
             "a dry run: the field goes, and nothing else changes")
        check([] if len(lines) == 1 and re.fullmatch(LINE["would"], lines[0])
              else lines, "the log says what would have been done")
        data = mta.with_subject(b"[call] The roof")
        r, lines = new_lines(m, lambda: s.mail(*mta.split(data)))
        same(r.data, data, "and the subject stays")
    status, out, said = m.rewrite(FROM + YES + b"\r\n" + BODY)
    same((status, out), (0, FROM + b"\r\n" + BODY), "by hand, the same")
    m.stop()


def begin(s):
    """A message up to the middle of its body."""
    r = miltertalk.Result()
    s.envelope(r, "alice", "alice@example.com", ["bob@example.net"])
    for name, value in ((b"From", b" Alice <alice@example.com>"),
                        (b"X-Call-Offer", b" yes")):
        s.step(r, "L", name + b"\0" + value + b"\0")
    s.step(r, "N")
    s.step(r, "B", BODY)
    return r


def end(s):
    """The letters of what is answered at its end."""
    s.send("E")
    letters = ""
    while letters[-1:] not in tuple("acrty") or not letters:
        letters += s.get()[0]
    return letters


def signals(milter):
    """What is under way ends well, as it began."""
    with Session(milter.socket) as s, Session(milter.socket) as idle:
        s.start()
        idle.start()
        begin(s)
        with_setting(milter, "dry_run", "yes")
        milter.child.send_signal(signal.SIGHUP)
        check([] if wait_for(lambda: "reloaded" in milter.log()) else
              [milter.log()], "SIGHUP while a message is under way")
        same(end(s), "mba", "it ends as it began")
        r = s.mail([FROM, YES], BODY)
        same(r.data, FROM + b"\r\n" + BODY, "the next one as it is said now")
        with_setting(milter, "dry_run", "no")
        milter.child.send_signal(signal.SIGHUP)
        wait_for(lambda: milter.log().count("reloaded") == 2)
        begin(s)
        milter.child.send_signal(signal.SIGTERM)
        check([] if not wait_for(lambda: milter.child.poll() is not None, 1)
              else ["it has ended"], "SIGTERM: a message is waited for")
        same(end(s), "mba", "and ends well")
    check([] if wait_for(lambda: milter.child.poll() is not None, 5)
          else ["it runs"], "then the milter is gone")
    same(milter.child.returncode, 0, "without a complaint")
    check([] if milter.log().rstrip().endswith("stopped") else
          [milter.log()[-200:]], "as its log says")


def main():
    home = mta.folder()
    spellings(home)
    shared(home)
    dry(home)
    milter = mta.Milter(home, OFFERORS, "refuse_unfit = no").start()
    logged(milter)
    signals(milter)


main()
finish()
