#!/usr/bin/python3
"""A real Sendmail with the milter, by the very line of etc/sendmail: what is
asked for is put in, what must go goes, what is refused is told, and the body
that the milter gives arrives byte for byte."""
import os
import re
import shutil
import smtplib
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mta
import tap

MC = """\
divert(-1)
include(`{cf}/m4/cf.m4')
divert(0)dnl
OSTYPE(`linux')dnl
FEATURE(`nocanonify')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
undefine(`ALIAS_FILE')dnl
undefine(`HELP_FILE')dnl
define(`STATUS_FILE', `{dir}/statistics')dnl
define(`QUEUE_DIR', `{dir}/queue')dnl
define(`confPID_FILE', `{dir}/pid')dnl
define(`confDOMAIN_NAME', `post.example')dnl
define(`confSERVICE_SWITCH_FILE', `{dir}/switch')dnl
define(`confTO_IDENT', `0')dnl
define(`confDELIVERY_MODE', `interactive')dnl
define(`confCONNECTION_RATE_THROTTLE', `0')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confQUEUE_LA', `10000')dnl
define(`confREFUSE_LA', `10000')dnl
define(`confDELAY_LA', `0')dnl
define(`confAUTH_MECHANISMS', `PLAIN LOGIN')dnl
define(`confAUTH_OPTIONS', `A')dnl
TRUST_AUTH_MECH(`PLAIN LOGIN')dnl
dnl The folder of a test lies in /tmp.
define(`confDONT_BLAME_SENDMAIL', `TrustStickyBit')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
define(`confEBINDIR', `/nonexistent')dnl
DAEMON_OPTIONS(`Name=MSA, Port={msa}, Addr=127.0.0.1, M=Ea')dnl
DAEMON_OPTIONS(`Name=MTA, Port={mta}, Addr=127.0.0.1, M=E')dnl
{fragment}
MAILER(`smtp')dnl
LOCAL_CONFIG
ESASL_CONF_PATH={dir}/sasl
"""


def named(host):
    """Sendmail waits for a minute where its host has no domain in its name:
    it gets a name of its own, if this machine can."""
    own = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', host]
    can = subprocess.run(mta.as_root() + own + ["true"],
                         stderr=subprocess.DEVNULL).returncode == 0
    return own if can else []


class Sendmail(mta.Child):
    def __init__(self, home, milter, sink):
        self.dir = home + "/sendmail"
        tree = mta.unpacked("sendmail", "sendmail-bin", "sendmail-cf")
        os.makedirs(self.dir + "/queue", 0o700)
        os.makedirs(self.dir + "/sasl")
        with open(self.dir + "/switch", "w") as f:
            f.write("hosts files\npasswd files\naliases files\n")
        self.passwords()
        # Without its group: SASL reads no environment in a set-gid program.
        shutil.copyfile(tree + "/usr/libexec/sendmail/sendmail",
                        self.dir + "/program")
        os.chmod(self.dir + "/program", 0o755)
        msa, port = mta.ports(2)
        self.submission, self.smtp = ("127.0.0.1", msa), ("127.0.0.1", port)
        with open(mta.ROOT + "/etc/sendmail/calloffer.mc") as f:
            fragment = re.sub(r"S=local:[^,]*", "S=local:" + milter, f.read())
        mc = MC.format(cf=tree + "/usr/share/sendmail/cf", dir=self.dir,
                       sink=sink.port, msa=msa, mta=port,
                       fragment=fragment)
        with open(self.dir + "/sendmail.mc", "w") as f:
            f.write(mc)
        with open(self.dir + "/sendmail.cf", "w") as f:
            subprocess.run(["m4", self.dir + "/sendmail.mc"], check=True,
                           cwd=tree + "/usr/share/sendmail/cf/cf", stdout=f)
        mta.Child.__init__(
            self, mta.as_root() + named("post.example") + [
                self.dir + "/program", "-bD", "-C", self.dir + "/sendmail.cf",
                "-X", self.dir + "/traffic"],
            self.dir + "/log", stdin=subprocess.DEVNULL)
        if not mta.wait_for(self.answers, 90):
            raise RuntimeError("Sendmail does not start\n" + self.log())

    def passwords(self):
        with open(self.dir + "/sasl/Sendmail.conf", "w") as f:
            f.write("pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
                    "sasldb_path: %s/sasl/db\nmech_list: PLAIN LOGIN\n"
                    % self.dir)
        subprocess.run(
            ["/usr/sbin/saslpasswd2", "-p", "-c", "-u", "post.example", "-f",
             self.dir + "/sasl/db", mta.LOGIN], check=True,
            input=mta.PASSWORD.encode())

    def stop(self):
        mta.Child.stop(self)
        subprocess.run(mta.as_root() + ["rm", "-rf", self.dir])

    def answers(self):
        try:
            with smtplib.SMTP(*self.submission, timeout=5):
                return True
        except OSError:
            return False


HEAD = b"From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\n" \
    b"Subject: The roof\r\n"
TAG = b"X-Call-Offer: yes\r\n"


def tagged(body, more=b""):
    return HEAD + TAG + more + b"\r\n" + body


def filled(n, line=b"0123456789"):
    """Text lines of n bytes in all, the last one ended by CRLF."""
    text = ((line + b"\r\n") * (n // (len(line) + 2) + 1))[:n - 2]
    if text.endswith(b"\r"):
        text = text[:-1] + b"+"
    return text + b"\r\n"


def offered(s, sink, what, data, **more):
    """Goes through with an offer, and otherwise untouched."""
    code, said = mta.submit(s.submission, data, **more)
    if code != 250:
        tap.check(["%d %s" % (code, said)], what)
        return
    bad, _ = mta.compare(data, sink.take()[0].data)
    tap.check(bad, what)


def refused(s, sink, what, data, pattern):
    code, said = mta.submit(s.submission, data)
    reply = "%d %s" % (code, said)
    tap.check([] if re.fullmatch(pattern, reply) else [reply], what)
    tap.same(len(sink.mails), 0, "  and nothing is delivered")


def shapes():
    plain = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8" \
        b"\r\nContent-Transfer-Encoding: %s\r\n"
    yield "7bit", tagged(b"Shall we talk?\r\n")
    yield "8bit", tagged("Grüße, ça va?\r\n".encode(), plain % b"8bit")
    yield "quoted-printable", tagged(
        b"Gr=C3=BC=C3=9Fe, =\r\nwe talk=3D\r\n",
        plain % b"quoted-printable")
    yield "base64", tagged(b"U2hhbGwgd2UgdGFsaz8NCg==\r\n",
                           plain % b"base64")
    yield "no body at all", HEAD + TAG + b"\r\n"
    yield "empty lines at its end", tagged(b"Talk?\r\n\r\n\r\n")
    yield "dots", tagged(b".\r\n..\r\n.a\r\n\r\n.\r\n-- \r\n.\r\n")
    yield "lines of 990 and of 2000", tagged(
        b"a" * 990 + b"\r\n" + b"b" * 2000 + b"\r\n")
    yield "folded field", HEAD + b"x-call-OFFER:\r\n yes;\r\n\texpires=3d" \
        b"\r\n\r\nTalk?\r\n"
    yield "an attachment of 3 MB", tagged(
        b"--b\r\n\r\nSee this.\r\n--b\r\nContent-Type: image/png\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + filled(3000000, b"iVBORw0KGgoAAAAN" * 4) + b"--b--\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n")


def edges():
    """Line ends, and dots, where one packet of a milter ends (65535 bytes),
    on the way in and on the way out."""
    for n in range(65533, 65539):
        yield "a line ends at %d" % n, tagged(filled(n) + b"On.\r\n" * 9)
        yield "a dot stands at %d" % n, tagged(
            filled(n) + b".\r\n..\r\n.x\r\n")
    signature = b"-- \r\n" + filled(140000, b".") + b"\r\n\r\n"
    yield "behind the button", tagged(b"Talk?\r\n" + signature)


def two_passes(s, sink, name, data):
    """What Sendmail itself does to such a message is no matter of ours: it is
    seen in one without the tag."""
    bare = data.replace(TAG, b"")
    mta.submit(s.submission, bare)
    before = sink.take()[0].data
    code, said = mta.submit(s.submission, data)
    if code == 550:
        tap.check([] if "X-Call-Offer: " in said else [said],
                  name + ": refused")
        return False
    bad, _ = mta.compare(before, sink.take()[0].data)
    tap.check(bad, name + ": offered")
    return True


def fields(s, sink):
    three = HEAD + TAG + b"Lines: 1\r\n" + TAG + b"X-Mailer: hand\r\n" \
        b"X-call-offer:no\r\n\r\nTalk?\r\n"
    mta.submit(s.smtp, three, login=None)
    mail = sink.take()[0].data
    bad, links = mta.compare(three, mail, False)
    tap.check(bad + sorted(links), "from a stranger, all three fields go")
    tap.same([n for n in (b"Lines: 1", b"X-Mailer: hand") if n not in mail],
             [], "  and no other")
    mta.submit(s.submission, b"Resent-From: alice@example.com\r\n" + three)
    mail = sink.take()[0].data
    tap.same([re.search(rb"(?i)call-offer", mail), mta.split(mail)[1]],
             [None, b"Talk?\r\n"], "from a forwarder too")
    data = tagged(b"Talk?\r\n", b"Lines: 1\r\nX-A: 1\r\nLines: 2\r\n"
                  b"Content-Length: 7\r\nLines: 3\r\nX-B: 2\r\n"
                  b"Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n")
    mta.submit(s.submission, data)
    mail = sink.take()[0].data
    tap.check(mta.compare(data, mail)[0], "an offer")
    tap.same([f for f in mta.split(mail)[0]
              if mta.name_of(f) in mta.GONE], [],
             "  takes with it what is no longer true")


def subjects(s, sink):
    for subject, reads in mta.SUBJECTS:
        code, said = mta.submit(s.submission, mta.with_subject(subject))
        tap.check(mta.compare_subject(subject, reads, sink.take()[0].data)
                  if code == 250 else ["%d %s" % (code, said)],
                  "%r reads %r" % (subject, reads))


def refusals(s, sink):
    refused(s, sink, "two fields are refused, with the reason",
            HEAD + TAG + TAG + b"\r\nTalk?\r\n",
            r"550 5\.6\.0 X-Call-Offer: the header is there twice")
    refused(s, sink, "a field that makes no sense",
            HEAD + b"X-Call-Offer: 50% maybe\r\n\r\nTalk?\r\n",
            r"550 5\.6\.0 X-Call-Offer: .+")
    refused(s, sink, "a destination that is another's",
            HEAD + b"X-Call-Offer: +33142685300\r\n\r\nTalk?\r\n",
            r"550 5\.7\.1 X-Call-Offer: this destination is not allowed.*")
    refused(s, sink, "another's address",
            tagged(b"Talk?\r\n").replace(b"alice@", b"carol@"),
            r"550 5\.7\.1 X-Call-Offer: the From address is not regist.*")
    refused(s, sink, "what is signed", tagged(
        b"--b\r\n\r\nTalk?\r\n--b\r\nContent-Type: application/"
        b"pgp-signature\r\n\r\nx\r\n--b--\r\n", b"MIME-Version: 1.0\r\n"
        b"Content-Type: multipart/signed; boundary=b\r\n"),
        r"550 5\.7\.1 X-Call-Offer: a signed message cannot take .*")


def main():
    home = mta.folder()
    milter = mta.Milter(home).start()
    sink = mta.Sink()
    s = Sendmail(home, milter.socket, sink)
    refusals(s, sink)
    fields(s, sink)
    subjects(s, sink)
    for what, data in list(shapes()) + list(edges()):
        offered(s, sink, what, data)
    tap.check([] if "login=alice" in milter.log() else [milter.log()],
              "the login is known")
    offers = [two_passes(s, sink, name, data)
              for name, data in mta.hazards(TAG)]
    tap.same([len(offers), offers.count(True)], [35, 26],
             "hazards, and those that got an offer")
    milter.stop()
    try:
        code, said = mta.submit(s.submission, tagged(b"Talk?\r\n"))
    except smtplib.SMTPResponseException as e:
        code, said = e.smtp_code, e.smtp_error
    tap.check([] if 400 <= code < 500 else ["%d %s" % (code, said)],
              "without the milter the mail waits at its sender")
    s.stop()
    tap.finish()


if __name__ == "__main__":
    main()
