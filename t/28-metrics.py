#!/usr/bin/python3
"""What a collector reads of the milter: text format 0.0.4, held against its
grammar; counters that count what happened; and a server that nobody can hold
up for long, or reach from elsewhere."""
import os
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mta  # noqa: E402
from miltertalk import Session  # noqa: E402
from scrape import ask, parse  # noqa: E402
from stack import wait_for  # noqa: E402
from tap import check, finish, same  # noqa: E402

os.chdir(mta.ROOT)

OFFERORS = """\
alice@example.com to=+442079460123 name="Alice Example" login=alice
"""
FROM = b"From: Alice <alice@example.com>\r\n"
YES = b"X-Call-Offer: yes\r\n"
M = "calloffer_milter_"


def read(where):
    samples, _ = parse(ask(where)[1])
    return samples


def messages(samples):
    return {labels.split('"')[1]: int(v) for (name, labels), v in
            samples.items() if name == M + "messages_total" and v}


def counting(milter, port):
    head, body = ask(port)
    check([] if head.startswith("HTTP/1.1 200 ") and
          "Content-Type: text/plain; version=0.0.4" in head and
          "Content-Length: %d" % len(body.encode()) in head else [head],
          "a page")
    samples, bad = parse(body)
    check(bad, "in the text format, version 0.0.4")
    same(messages(samples), {}, "nothing has happened")
    same((samples[M + "offerors", None], samples[M + "sessions", None],
          samples[M + "spooled_total", None],
          samples[M + "build_info", 'version="0.1.0"']), (1, 0, 0, 1),
         "one offeror, no session")
    written = os.stat(milter.dir + "/offerors.lmdb").st_mtime
    same(samples[M + "offerors_written_timestamp_seconds", None],
         int(written), "when the table was written")
    now = time.time()
    check(["%s is %s" % (n, samples[n, None]) for n in (
        "process_start_time_seconds",
        M + "configuration_read_timestamp_seconds")
        if not now - 60 < samples[n, None] <= now + 1], "since when")
    big = b"--b\r\n\r\nHello\r\n--b\r\nContent-Type: a/b\r\n\r\n" + \
        b"x" * 9998 + b"\r\n--b--\r\n"
    with Session(milter.socket) as s:
        s.start()
        s.mail([FROM, YES], b"Hello\r\n")
        s.mail([FROM, YES, b"Content-Type: multipart/mixed; boundary=b\r\n"],
               big)
        s.mail([FROM], b"Hello\r\n")
        s.mail([FROM, YES, b"Content-Type: multipart/signed; boundary=b\r\n"],
               big)
        s.mail([FROM, YES], b"Hello\r\n", login=None)
        s.mail([FROM, b"X-Call-Offer: (\r\n"], b"Hello\r\n")
        samples, bad = parse(ask(port)[1])
        check(bad, "still in the text format")
        same(messages(samples), {"inserted": 2, "none": 1, "refused": 2,
                                 "skipped": 1}, "messages by outcome")
        same({k[1].split('"')[1]: v for k, v in samples.items()
              if k[0] == M + "unoffered_total" and v},
             {"not-asked": 1, "signed": 1, "unauthenticated": 1,
              "header": 1}, "and by reason")
        same((samples[M + "sessions", None],
              samples[M + "spooled_total", None],
              samples[M + "body_bytes_total", None],
              samples[M + "rewrite_seconds_count", None]),
             (1, 1, len(big) + 7, 2), "session, spool, bytes, durations")
        check([] if samples[M + "added_bytes_total", None] > 600 else [
            samples], "bytes that were added")
    check([] if wait_for(lambda: read(port)[M + "sessions", None] == 0)
          else ["it stays"], "the session has ended")


def faults(milter, port):
    def last():
        s = read(port)
        return tuple(int(s[M + n, None]) for n in (
            "reloads_total", "reload_faults_total", "reload_faulty"))

    with open(milter.conf, "a") as f:
        f.write("colour = blue\n")
    milter.child.send_signal(signal.SIGHUP)
    check([] if wait_for(lambda: last() == (0, 1, 1)) else [last()],
          "a reload that was refused")
    text = open(milter.conf).read().replace("colour = blue\n", "")
    with open(milter.conf, "w") as f:
        f.write(text)
    milter.child.send_signal(signal.SIGHUP)
    check([] if wait_for(lambda: last() == (1, 1, 0)) else [last()],
          "and one that was taken")


def abuse(milter, port):
    for request, answer in (
            (b"GET / HTTP/1.1\r\n\r\n", "404"),
            (b"GET /metricsx HTTP/1.1\r\n\r\n", "404"),
            (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", "200"),
            (b"GET /metrics HTTP/1.1\n\n", "200"),
            (b"POST /metrics HTTP/1.1\r\n\r\n", "405"),
            (b"\0\n\r\n\r\n", ""), (b"\r\n\r\n", "405"),
            (b"x" * 5000, "")):
        try:
            head, _ = ask(port, request)
        except OSError:
            head = "HTTP/1.1 "
        same(head[9:12], answer, "asked %r" % request[:30])
    # Who says nothing is held for two seconds, the others wait.
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)):
        same(ask(port)[0][9:12], "200", "one who says nothing")
    check([] if time.monotonic() - start < 8 else ["too long"],
          "is not waited for")
    with Session(milter.socket) as s:
        s.start()
        r = s.mail([FROM, YES], b"Hello\r\n")
        check([] if "b" in [e[0] for e in r.edits] else [r.steps],
              "mail goes its way")


def elsewhere(home, port):
    m = mta.Milter(home, OFFERORS, 'metrics = "inet:0.0.0.0:%d"' % port,
                   name="open")
    for option, wrong in m.refusals(r"`metrics'[^\n]*loopback"):
        check(wrong, "the open network is refused: " + option)
    m = mta.Milter(home, OFFERORS, 'metrics = "unix:%s/unix/run/metrics"'
                   % home, name="unix").start()
    path = home + "/unix/run/metrics"
    same(parse(ask(path)[1])[1], [], "on a Unix socket")
    same(os.stat(path).st_mode & 0o777, 0o666, "with its mode")
    m.stop()


def main():
    home = mta.folder()
    port = mta.ports(1)[0]
    milter = mta.Milter(
        home, OFFERORS, 'refuse_unfit = yes\nspool_threshold = 4096\n'
        'metrics = "inet:127.0.0.1:%d"' % port).start()
    counting(milter, port)
    faults(milter, port)
    abuse(milter, port)
    milter.stop()
    same(milter.child.returncode, 0, "it ends well")
    elsewhere(home, port)


main()
finish()
