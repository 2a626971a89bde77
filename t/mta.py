"""Real mail servers for tests in Python: the milter as shipped, a private
Postfix (t/postfix.sh), a private Sendmail (t/sendmail), and a sink that keeps
what comes out of them byte for byte.

	home = mta.folder()
	milter = mta.Milter(home, OFFERORS, "refuse_unfit = no")
	sink = mta.Sink()
	postfix = mta.Postfix(home, milter, sink)
	mta.submit(postfix.submission, data, "bob@example.net")
	mail = sink.wait(1)[0]
	complaints, links = mta.compare(data, mail.data)
"""
import atexit
import email
import email.header
import getpass
import glob
import os
import re
import smtplib
import socket
import subprocess
import threading

from stack import B, ROOT, folder, wait_for

LOGIN, PASSWORD = "alice", "wonderland"         # as t/postfix.sh has it
ALICE = "alice@example.com"
URL = re.compile(rb"https://call\.example\.com/o/[A-Za-z0-9_-]+")
OFFERORS = """\
alice@example.com to=+442079460123 name="Alice Example" login=alice
@always.example to=+442079460123 name="Always" mode=always login=alice
tag@example.com to=+442079460123 name="Tag" mode=subject:[call] login=alice
"""


def ports(n):
    out = subprocess.run([ROOT + "/t/asterisk/ports", str(n)], check=True,
                         capture_output=True, text=True).stdout
    return [int(p) for p in out.split()]


def unpacked(name, *packages):
    """The folder of packages that are not installed."""
    where = "build/" + name
    subprocess.run(["t/unpack", name, where] + list(packages), cwd=ROOT,
                   check=True)
    return ROOT + "/" + where


def as_root():
    return [] if os.getuid() == 0 else ["sudo"]


def crlf(data):
    return re.sub(rb"\r?\n", b"\r\n", data)


# ---- what goes in, and what comes out

class Session(smtplib.SMTP):
    """Bytes go as they are; each answer is that of the last step."""

    def __init__(self, where, login=LOGIN):
        super().__init__(*where, timeout=60)
        self.ehlo("client.example")
        if login:
            self.login(login, PASSWORD)

    def send_mail(self, data, to="bob@example.net", sender=ALICE):
        """`to`: one address or several."""
        code, said = self.mail(sender, ["BODY=8BITMIME"])
        for address in [to] if isinstance(to, str) else to:
            if code < 400:
                code, said = self.rcpt(address)
        if code < 400:
            try:
                code, said = self.data(data)
            except smtplib.SMTPDataError as e:
                code, said = e.smtp_code, e.smtp_error
        if code >= 400:
            self.rset()
        return code, said.decode("utf-8", "replace").replace("\n", " ")


def submit(where, data, to="bob@example.net", login=LOGIN):
    """One mail by a session of its own."""
    with Session(where, login) as s:
        return s.send_mail(data, to)


class Mail:
    def __init__(self, sender, to):
        self.sender, self.to, self.data = sender, to, b""


class Sink:
    """A mail server that takes everything and keeps it as it came."""

    def __init__(self):
        self.mails = []
        self.changed = threading.Condition()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.where = self.server.getsockname()
        self.port = self.where[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            peer, _ = self.server.accept()
            threading.Thread(target=self.serve, args=(peer,),
                             daemon=True).start()

    def serve(self, peer):
        with peer, peer.makefile("rb") as f:
            try:
                peer.sendall(b"220 sink.example ESMTP\r\n")
                self.talk(peer, f)
            except OSError:
                pass

    def talk(self, peer, f):
        mail = None
        for line in f:
            verb = line[:4].upper()
            answer = b"250 ok"
            if verb == b"EHLO":
                answer = b"250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8"
            elif verb == b"MAIL":
                mail = Mail(address(line), [])
            elif verb == b"RCPT":
                mail.to.append(address(line))
            elif verb == b"DATA":
                peer.sendall(b"354 go on\r\n")
                mail.data = read_data(f)
                with self.changed:
                    self.mails.append(mail)
                    self.changed.notify_all()
            elif verb == b"QUIT":
                peer.sendall(b"221 bye\r\n")
                return
            peer.sendall(answer + b"\r\n")

    def wait(self, n, seconds=60):
        """All mails, once there are n of them."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.mails) >= n, seconds)
            return list(self.mails)

    def take(self, n=1, seconds=60):
        """As wait; the sink is empty afterwards."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.mails) >= n, seconds)
            mails, self.mails = self.mails, []
            return mails


def address(line):
    return re.search(rb"<([^>]*)>", line).group(1).decode()


def read_data(f):
    """Until CRLF . CRLF and nothing else; dots are taken off."""
    out, at_start = [], True
    for line in f:
        if at_start and line == b".\r\n":
            break
        if at_start and line.startswith(b"."):
            line = line[1:]
        at_start = line.endswith(b"\r\n")
        out.append(line)
    return b"".join(out)


# ---- what the milter may change

def split(data):
    """Header fields as bytes, each with its folds; the body."""
    head, _, body = data.partition(b"\r\n\r\n")
    return re.findall(rb"[^\r\n].*?\r\n(?![ \t])", head + b"\r\n",
                      re.S), body


def name_of(field):
    return field.split(b":")[0].strip().lower()


def inserted(a, b):
    """The one stretch that b has more than a; None where there is none."""
    n, p = len(b) - len(a), 0
    if n <= 0:
        return None
    while p < len(a) and a[p] == b[p]:
        p += 1
    return b[p:p + n] if a[p:] == b[p + n:] else None


def plain(data):
    """Of a text in UTF-16 or UTF-32, what is ASCII in it."""
    return data.replace(b"\0", b"")


def compare_text(old, new):
    block = inserted(old.get_payload(decode=True),
                     new.get_payload(decode=True))
    if block is None:
        return ["a text is not the original and a block"], set()
    links = set(URL.findall(plain(block)))
    return [] if len(links) == 1 else ["%d links" % len(links)], links


GONE = (b"x-call-offer", b"content-length", b"lines", b"content-md5")
ADDED = (b"received", b"return-path", b"dkim-signature", b"date",
         b"message-id", b"authentication-results")


def compare(sent, got, is_offer=True):
    """The complaints, and the links that are new.  Fields that a mail server
    adds are its own affair."""
    old, body = split(sent)
    new, newbody = split(got)
    bad = []
    if [f for f in new if name_of(f) in GONE[:1]]:
        bad.append("X-Call-Offer is still there")
    keep = [f for f in old if name_of(f) not in GONE + ADDED]
    if [f for f in new if name_of(f) not in GONE + ADDED] != keep:
        bad.append("header fields have changed")
    if not is_offer:
        return bad + ([] if newbody == body else ["the body has changed"]), \
            set(URL.findall(newbody)) - set(URL.findall(body))
    links, changed = set(), 0
    olds = list(email.message_from_bytes(sent).walk())
    news = list(email.message_from_bytes(got).walk())
    if [p.get_content_type() for p in olds] != \
            [p.get_content_type() for p in news]:
        return bad + ["another tree"], links
    for a, b in zip(olds, news):
        if (a.preamble, a.epilogue) != (b.preamble, b.epilogue):
            bad.append("preamble or epilogue has changed")
        if a.is_multipart() or a.get_payload() == b.get_payload():
            continue
        worse, more = compare_text(a, b)
        bad += worse
        links |= more
        changed += 1
    if changed == 0 or len(links) != 1:
        bad.append("%d texts with %d links" % (changed, len(links)))
    return bad, links


# Subjects that ask for an offer, and how they read without their tag; the
# last ones keep it.
SUBJECTS = (
    (b"[call] The roof", "The roof"),
    (b"Re: [CALL] The roof", "Re: The roof"),
    (b"The roof [call]", "The roof"),
    (b"=?utf-8?Q?[call]_Gr=C3=BC=C3=9Fe?=", "Gr\u00fc\u00dfe"),
    (b"=?UTF-8?B?W2NhbGxdIEdyw7zDn2U=?=", "Gr\u00fc\u00dfe"),
    (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_[ca?=\r\n =?utf-8?Q?ll]_and_more?=",
     "Gr\u00fc\u00dfe and more"),
    (b"The roof\r\n [call]\r\n leaks", "The roof leaks"),
    (b"[call]", "[call]"),
    (b"=?iso-2022-jp?B?GyRCJDMbKEIgW2NhbGxd?=", "\u3053 [call]"),
)


def with_subject(subject):
    return b"From: Alice <tag@example.com>\r\nTo: bob@example.net\r\n" \
        b"Subject: " + subject + b"\r\nMessage-ID: <s@example.com>\r\n\r\n" \
        b"Talk?\r\n"


def compare_subject(subject, reads, got):
    """The complaints about a mail with_subject(): an offer, its subject as it
    is to be read, and nothing else."""
    def decoded(data):
        text = email.message_from_bytes(data)["Subject"]
        return " ".join(str(email.header.make_header(
            email.header.decode_header(text))).split())

    bad = [] if decoded(got) == reads else ["subject: " + decoded(got)]
    fields, body = split(got)
    mine = [f for f in fields if name_of(f) == b"subject"]
    if len(mine) != 1 or any(not line.strip() for line in
                             mine[0].split(b"\r\n")[1:-1]):
        bad.append("subject: %r" % mine)
    fields = [b"Subject: " + subject + b"\r\n" if name_of(f) == b"subject"
              else f for f in fields]
    return bad + compare(with_subject(subject),
                         b"".join(fields) + b"\r\n" + body)[0]


def all_text(data):
    """Every leaf, decoded."""
    return b"\n".join(plain(p.get_payload(decode=True) or b"")
                      for p in email.message_from_bytes(data).walk()
                      if not p.is_multipart())


def tag(data, more=b"X-Call-Offer: yes\r\n"):
    """Other people's mail as Alice's, and with a field more."""
    fields, body = split(crlf(data))
    fields = [f for f in fields if name_of(f) not in (
        b"from", b"x-call-offer", b"auto-submitted")
        and not name_of(f).startswith(b"resent-")]
    fields.insert(0, b"From: Alice <alice@example.com>\r\n")
    return b"".join(fields) + more + b"\r\n" + body


def hazards(more=b"X-Call-Offer: yes\r\n"):
    for path in sorted(glob.glob(ROOT + "/t/data/hazard-mail/*.eml")):
        with open(path, "rb") as f:
            yield os.path.basename(path)[:-4], tag(f.read(), more)


# ---- the servers

class Child:
    """A process of this test that ends with it."""

    def __init__(self, argv, log, **more):
        self.log_path = log
        self.child = subprocess.Popen(
            argv, cwd=ROOT, stderr=open(log, "w"), start_new_session=True,
            **more)
        atexit.register(self.stop)

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def stop(self):
        if self.child.poll() is not None:
            return
        if self.child.stdin:
            self.child.stdin.close()
        else:
            self.child.terminate()
        try:
            self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Milter(Child):
    """The milter with keys and a table of its own in home/milter."""

    def __init__(self, home, offerors=OFFERORS, conf="", name="milter"):
        self.dir = os.path.join(home, name)
        self.conf = self.dir + "/milter.conf"
        self.socket = self.dir + "/run/milter.sock"
        os.makedirs(self.dir + "/run")
        if os.getuid() == 0:
            subprocess.run(["chown", "nobody", self.dir + "/run"], check=True)
        tool = B + "/calloffer"
        with open(self.dir + "/offerors", "w") as f:
            f.write(offerors)
        for argv in (["keygen", "-o", "-d", self.dir + "/keys"],
                     ["offerors", self.dir + "/offerors"]):
            subprocess.run([tool] + argv, check=True,
                           stdout=subprocess.DEVNULL)
        with open(self.conf, "w") as f:
            f.write('socket = "unix:%s"\nsocket_mode = 0666\nuser = "%s"\n'
                    'base_url = "https://call.example.com"\n'
                    'sign_key = "%s/keys/sign.key"\n'
                    'seal_key = "%s/keys/seal.pub"\n'
                    'offerors = "%s/offerors.lmdb"\n%s\n'
                    % (self.socket, "nobody" if os.getuid() == 0 else
                       getpass.getuser(), self.dir, self.dir, self.dir, conf))

    def start(self):
        Child.__init__(self, [B + "/calloffer-milter", "-d", "-c", self.conf],
                       self.dir + "/log", stdin=subprocess.DEVNULL)
        if not wait_for(lambda: "started" in self.log()):
            raise RuntimeError(self.log())
        return self

    def refusals(self, said):
        """With -n, and at the start: (the option, what is wrong with how it
        is refused); `said`, a pattern, stands behind the file and the line."""
        for option in ("-n", "-d"):
            r = subprocess.run([B + "/calloffer-milter", option, "-c",
                                self.conf], capture_output=True, text=True,
                               timeout=20)
            good = re.fullmatch(r"%s:\d+: [^\n]*%s[^\n]*\n" % (
                re.escape(self.conf), said), r.stderr)
            yield option, [] if r.returncode == 78 and good else [r.stderr]

    def rewrite(self, data, *args):
        """Offline: status, the message, what was said."""
        r = subprocess.run([B + "/calloffer-milter", "--rewrite", "-c",
                            self.conf] + list(args), input=data,
                           capture_output=True)
        return r.returncode, r.stdout, r.stderr.decode("utf-8", "replace")


class Postfix(Child):
    """t/postfix.sh; its mail goes to the sink.  `settings`: submission, main,
    incoming: what POSTFIX_SUBMISSION and so on are to hold."""

    def __init__(self, home, milter, sink, name="postfix", **settings):
        self.dir = os.path.join(home, name)
        main = "relayhost = [127.0.0.1]:%d\n" % sink.port \
            + settings.get("main", "")
        Child.__init__(self, ["sh", "-c", """
            . t/postfix.sh
            trap postfix_stop EXIT
            postfix_start "$1" "$2" || exit 1
            echo "$SUBMIT $SMTP_IN"
            cat >/dev/null
            """, "postfix", self.dir, milter], home + "/" + name + ".log",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, POSTFIX_MAIN=main,
                     POSTFIX_SUBMISSION=settings.get("submission", ""),
                     POSTFIX_IN_MILTER=settings.get("incoming", "")))
        said = self.child.stdout.readline().split()
        if len(said) != 2:
            raise RuntimeError("Postfix does not start\n" + self.log())
        self.submission, self.smtp = (
            (w.split(":")[0], int(w.split(":")[1])) for w in said)

    def maillog(self):
        r = subprocess.run(as_root() + ["cat", self.dir + "/log/maillog"],
                           capture_output=True)
        return r.stdout.decode("utf-8", "replace")
