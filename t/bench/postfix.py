#!/usr/bin/python3
"""What a tagged mail of 4 KB costs Postfix and its filter together.

One Postfix (t/postfix.sh) with a submission service for each side, all alike
but for the filter: none, the milter, the filter that only replaces bodies, and
alterMIME as a simple content filter (FILTER_README), put back by SMTP.  Each
mail is a session of its own with SMTP AUTH, and is delivered by smtp(8) to a
sink.  CPU of all processes below master(8), those that have ended too, and of
the milter.  Queue and logs are in memory where that can be: what a disk takes
is the same for all.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "tools"))
import pairs                                                # noqa: E402
import mta                                                  # noqa: E402

COUNT = int(os.environ.get("COUNT", "100"))      # mails a round
PAIRS = 5 * pairs.ROUNDS
CLIENTS = 2

FILTER = """\
#!/bin/sh
# alterMIME as FILTER_README's simple content filter has it.
cd %(dir)s || exit 75
trap 'rm -f in.$$' 0
cat >in.$$ || exit 75
./program --input=in.$$ --disclaimer=%(dir)s/text \\
    --disclaimer-html=%(dir)s/html || exit 75
/usr/sbin/smtp-source -f "$1" -t "$2" -F in.$$ 127.0.0.1:%(port)d || exit 75
"""

SERVICE = """\
%(port)d inet n - n - - smtpd
  -o syslog_name=postfix/%(name)s
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o milter_macro_daemon_name=ORIGINATING
  -o smtpd_milters=%(milters)s
%(more)s"""

# Nobody ends in the middle of a round for having served long enough.
MAIN = """\
max_use = 1000000
max_idle = 1h
smtpd_client_connection_rate_limit = 0
altermime_destination_recipient_limit = 1
"""


def milters(path):
    return "{unix:%s,default_action=tempfail}" % path


def services(ports, replace, home):
    d = home + "/altermime"
    os.mkdir(d, 0o777)
    os.chmod(d, 0o777)
    pairs.write(d + "/text", "\nCall me - open this link: %s\n" % ("x" * 340))
    pairs.write(d + "/html", "<p>Call me: %s</p>\n" % ("x" * 1400))
    # Its user may look into no folder of another's.
    shutil.copy(mta.unpacked("altermime", "altermime") + "/usr/bin/altermime",
                d + "/program")
    pairs.write(d + "/filter", FILTER % {"dir": d, "port": ports["back"]})
    os.chmod(d + "/filter", 0o755)
    out = SERVICE % {"name": "none", "port": ports["none"], "milters": "",
                     "more": ""}
    out += SERVICE % {"name": "replace", "port": ports["replace"],
                      "milters": milters(replace), "more": ""}
    out += SERVICE % {"name": "altermime", "port": ports["altermime"],
                      "milters": "",
                      "more": "  -o content_filter=altermime:dummy\n"}
    out += "%d inet n - n - - smtpd\n" % ports["back"]
    out += "  -o smtpd_relay_restrictions=permit_mynetworks,reject\n"
    out += "altermime unix - n n - 4 pipe\n" \
        "  flags=Rq user=nobody argv=%s/filter ${sender} ${recipient}\n" % d
    # The variable's last line ends where the next service begins.
    return out.rstrip("\n")


class Side:
    """Mails by one of the services; `milter`: its process, or None."""

    def __init__(self, port, family, sink, milter=None):
        self.where = ("127.0.0.1", port)
        self.family, self.sink, self.milter = family, sink, milter
        self.mail = mta.crlf(pairs.usual_mail().encode())

    def submit(self, n):
        for _ in range(n):
            code, said = mta.submit(self.where, self.mail)
            if code != 250:
                sys.exit("bench: Postfix says %d %s" % (code, said))

    def cpu(self):
        own = pairs.cpu_of(self.milter.pid) if self.milter else 0
        return own + pairs.cpu_of_family(self.family)

    def measure(self, n=COUNT):
        """Microseconds a mail, from the connection to its delivery."""
        before = self.cpu()
        clients = [threading.Thread(target=self.submit, args=(n // CLIENTS,))
                   for _ in range(CLIENTS)]
        for c in clients:
            c.start()
        for c in clients:
            c.join()
        mails = self.sink.take(n)
        if len(mails) != n:
            sys.exit("bench: %d of %d mails have come" % (len(mails), n))
        self.last = mails[-1].data
        time.sleep(0.05)        # what qmgr(8) has still to do with the last
        return (self.cpu() - before) * 1e6 / n


def check(sides):
    """Each does what it stands for."""
    for name, words in (("none", b""), ("ours", b"/o/A"), ("replace", b""),
                        ("altermime", b"Call me")):
        sides[name].measure(2 * CLIENTS)
        if words not in sides[name].last:
            sys.exit("bench: %s has not changed the mail" % name)
    if b"/o/A" in sides["none"].last or b"X-Call-Offer" in sides["ours"].last:
        sys.exit("bench: a mail is not what it should be")


def begin(home):
    ports = dict(zip(("none", "replace", "altermime", "back"), mta.ports(4)))
    m = mta.Milter(home, pairs.offerors())
    ours = pairs.start("milter", m.socket, pairs.B + "/calloffer-milter",
                       "-c", m.conf)
    where = home + "/replace"
    replace = pairs.start("replace", where, pairs.TOOLS + "/peer_milter",
                          "replace", where)
    subprocess.run(["chmod", "666", where], check=True)
    sink = mta.Sink()
    postfix = mta.Postfix(home, "unix:" + m.socket, sink, main=MAIN,
                          submission=services(ports, where, home))
    with open(postfix.dir + "/queue/pid/master.pid") as f:
        master = int(f.read())
    return {
        "none": Side(ports["none"], master, sink),
        "ours": Side(postfix.submission[1], master, sink, ours),
        "replace": Side(ports["replace"], master, sink, replace),
        "altermime": Side(ports["altermime"], master, sink),
    }


def main():
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    home = pairs.folder()
    sides = begin(home)
    check(sides)
    few = ("none", "ours", "replace")
    f = pairs.rounds({name: sides[name].measure for name in few}, PAIRS)
    pairs.say("postfix-tagged", f["ours"],
              [("replace", f["replace"]), ("no-milter", f["none"])],
              [a / b for a, b in zip(f["ours"], f["replace"])], "<=1.05")
    most = ("none", "ours", "altermime")
    f = pairs.rounds({name: sides[name].measure for name in most})
    added = {name: [a - b for a, b in zip(f[name], f["none"])]
             for name in most}
    pairs.say("postfix-added", added["ours"],
              [("altermime", added["altermime"])],
              [a / b for a, b in zip(added["altermime"], added["ours"])],
              ">=10")


if __name__ == "__main__":
    main()
