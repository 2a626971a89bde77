#!/usr/bin/python3
"""The samples for nginx, Caddy and HAProxy, with the real servers and TLS:
HTTP/2, who the visitor is, live progress, a log without any link; and every
ambiguous request through nginx."""
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from acceptd import (Acceptd, ROOT, is_, ok, done, free_port, say,
                     wait_for)
from fakeface import LOOK, STAGES
import smuggle

NAME = "call.example.com"
SECRET = "c2VjcmV0LW9mLXRoZS1jYWxs"
PROMPTS = "/usr/local/share/calloffer/prompts"
SOCKET = "/run/calloffer-acceptd/acceptd.sock"
# What nginx does not refuse but mends: it passes on one request, in which
# nothing of that is left.
MENDED = ("an absolute target", "version 0.9", "version 1.2",
          "a target of 4 KB", "a header without colon",
          "a body where there is none",
          # which acceptd refuses itself
          "a fragment in the target")
FORM = "nonce=n&number=%2B442079460123"


def unpacked(name, *packages):
    """The folder of packages that are not installed."""
    folder = os.path.join(ROOT, "build", name)
    subprocess.run([os.path.join(ROOT, "t/unpack"), name, folder]
                   + list(packages), check=True)
    return folder


class Proxy:
    def __init__(self, a, kind):
        self.a, self.kind = a, kind
        self.dir = os.path.join(a.dir, kind)
        os.mkdir(self.dir)
        os.chmod(self.dir, 0o777)
        os.makedirs(self.dir + "/prompts/en")
        with open(self.dir + "/prompts/en/a.wav", "wb") as f:
            f.write(b"RIFF")
        self.plain, self.port = free_port(), free_port()
        self.out = os.path.join(self.dir, "out")
        with open(os.path.join(self.dir, "both.pem"), "w") as both:
            for part in "key.pem", "cert.pem":
                with open(os.path.join(a.dir, part)) as f:
                    both.write(f.read())

    def sample(self, path, *changes):
        """The shipped file with its places changed; each must be there."""
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            text = f.read()
        for old, new in ((SOCKET, self.a.dir + "/http.sock"),) + changes:
            if old not in text:
                raise SystemExit("%s: no %r" % (path, old))
            text = text.replace(old, new)
        path = os.path.join(self.dir, "sample")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def nginx(self):
        sample = self.sample(
            "etc/nginx/calloffer.conf",
            ("listen [::]:80;", ""), ("listen [::]:443 ssl http2;", ""),
            ("listen 80;", "listen 127.0.0.1:%d;" % self.plain),
            ("listen 443 ", "listen 127.0.0.1:%d " % self.port),
            ("/etc/ssl/certs/ssl-cert-snakeoil.pem",
             self.a.dir + "/cert.pem"),
            ("/etc/ssl/private/ssl-cert-snakeoil.key",
             self.a.dir + "/key.pem"),
            (PROMPTS, self.dir + "/prompts"),
            ("/var/log/nginx/", self.dir + "/"))
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write("%sdaemon off;\npid %s/pid;\nerror_log %s/error.log;\n"
                    "events {}\nhttp {\naccess_log %s/access.log;\n"
                    % ("user nobody nogroup;\n" if os.geteuid() == 0 else "",
                       self.dir, self.dir, self.dir))
            for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                f.write("%s_temp_path %s/%s;\n" % (what, self.dir, what))
            f.write("include %s;\n}\n" % sample)
        return [unpacked("nginx", "nginx") + "/usr/sbin/nginx", "-p",
                self.dir, "-c", conf, "-e", self.dir + "/error.log"]

    def caddy(self):
        sample = self.sample(
            "etc/caddy/Caddyfile",
            ("\n{\n\tlog {", "\n{\n\tadmin off\n\thttp_port %d\n\t"
             "https_port %d\n\tskip_install_trust\n\tlog {"
             % (self.plain, self.port)),
            ("request_body {", "tls %s/cert.pem %s/key.pem\n\trequest_body {"
             % (self.a.dir, self.a.dir)),
            (PROMPTS, self.dir + "/prompts"),
            ("/var/log/caddy/", self.dir + "/"))
        return [unpacked("caddy", "caddy") + "/usr/bin/caddy", "run",
                "--adapter", "caddyfile", "--config", sample]

    def haproxy(self):
        sample = self.sample(
            "etc/haproxy/haproxy.cfg",
            ("bind :80", "bind 127.0.0.1:%d" % self.plain),
            ("bind :443", "bind 127.0.0.1:%d" % self.port),
            ("/etc/haproxy/call.example.com.pem", self.dir + "/both.pem"),
            ("log /dev/log local0", "log stdout format raw local0"))
        return [unpacked("haproxy", "haproxy", "libopentracing-c-wrapper0",
                         "libopentracing1") + "/usr/sbin/haproxy", "-db",
                "-f", sample]

    def __enter__(self):
        command = getattr(self, self.kind)()
        env = dict(os.environ, HOME=self.dir, XDG_DATA_HOME=self.dir,
                   XDG_CONFIG_HOME=self.dir)
        if self.kind == "haproxy":
            base = os.path.join(ROOT, "build/haproxy/usr/lib")
            env["LD_LIBRARY_PATH"] = ":".join(
                os.path.join(base, d) for d in os.listdir(base))
        self.run = subprocess.Popen(command, env=env, cwd=self.dir,
                                    stdout=open(self.out, "wb"),
                                    stderr=subprocess.STDOUT)
        ok(wait_for(self.answers), self.kind + ": the sample starts",
           self.text())
        return self

    def __exit__(self, *_):
        self.run.terminate()
        try:
            self.run.wait(10)
        except subprocess.TimeoutExpired:
            self.run.kill()
            self.run.wait()

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def text(self):
        """Everything that it has written down."""
        out = ""
        for name in os.listdir(self.dir):
            if name.endswith("log") or name == "out":
                with open(os.path.join(self.dir, name), errors="replace") \
                        as f:
                    out += f.read()
        return out

    def curl(self, path, *options, plain=False):
        """(status, version, head and body)"""
        port, scheme = (self.plain, "http") if plain else (self.port, "https")
        r = subprocess.run(
            ["curl", "-sSik", "--max-time", "20", "--resolve",
             "%s:%d:127.0.0.1" % (NAME, port), "-w",
             "\n%{http_code} %{http_version}", *options,
             "%s://%s:%d%s" % (scheme, NAME, port, path)],
            capture_output=True, text=True, check=False)
        text, _, last = r.stdout.rpartition("\n")
        return (*(last.split() if last else ("0", "0")), text + r.stderr)

    def raw(self, data, wait=3.0):
        """Over TLS, HTTP/1.1: what comes back until the end."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["http/1.1"])
        plain = socket.create_connection(("127.0.0.1", self.port))
        s = context.wrap_socket(plain, server_hostname=NAME)
        return say(s, data, wait)


def usual(p):
    a, kind = p.a, p.kind
    path = "/o/" + a.signer.token()
    a.face.asked.clear()
    status, version, text = p.curl(path, "--http2", "-H",
                                   "X-Forwarded-For: 192.0.2.7")
    is_((status, version), ("200", "2"), kind + ": TLS and HTTP/2")
    ok("strict-transport-security" in text.lower()
       and "content-security-policy" in text.lower(),
       kind + ": with every header", text)
    is_([q["client"] for q in a.face.asked_for(LOOK)], ["127.0.0.0/24"],
        kind + ": the visitor is who he is, not who he says")
    is_(p.curl(path, "-I")[0], "200", kind + ": HEAD")
    status, _, text = p.curl(path, "-H", "Origin: https://" + NAME, "-d",
                             FORM)
    ok(status == "303" and "/c/" + SECRET in text,
       kind + ": a form is accepted", text)
    status, _, _ = p.curl(path, "-H", "Origin: https://evil.example", "-d",
                          FORM)
    is_(status, "403", kind + ": but not from elsewhere")
    is_(p.curl("/hook/x/y?z", "-d", "a")[0], "201", kind + ": a hook")
    status, _, text = p.curl(path, "--http1.1", "-H", "Expect: 100-continue",
                             "-d", "x" * 70000)
    # The others may shut the door before they have said why.
    ok(status == "413" or kind != "nginx" and status in ("100", "502"),
       kind + ": too much", (status, text))
    status, _, text = p.curl(path, plain=True)
    ok(status == "308" and "https://" in text, kind + ": http goes to https",
       text)


def live(p):
    a, kind = p.a, p.kind
    a.face.status = {"stage": 2, "name": "Alice"}
    stream = subprocess.Popen(
        ["curl", "-skN", "--http2", "--resolve",
         "%s:%d:127.0.0.1" % (NAME, p.port), "https://%s:%d/c/%s/events"
         % (NAME, p.port, SECRET)], stdout=subprocess.PIPE)
    os.set_blocking(stream.stdout.fileno(), False)
    got = b""

    def has(word):
        nonlocal got
        got += stream.stdout.read() or b""
        return word in got
    ok(wait_for(lambda: has(b"ringing-a")), kind + ": live progress begins",
       got)
    start = time.monotonic()
    for stage in range(3, 7):
        a.face.push(SECRET, {"stage": stage, "name": "Alice"})
        wait_for(lambda: has(STAGES[stage].encode()))
    ok(has(b"talking") and time.monotonic() - start < 2,
       kind + ": and is not held back", time.monotonic() - start)
    a.face.push(SECRET, {"stage": 7, "end": 1})
    ok(wait_for(lambda: stream.poll() is not None), kind + ": and ends")
    stream.kill()
    stream.wait()


class Behind:
    """In acceptd's place: keeps what a proxy sends, and answers it as long as
    it can be read in one way only."""

    def __init__(self, path):
        self.seen, self.bad, self.half = [], [], []
        self.listener = socket.socket(socket.AF_UNIX)
        if os.path.exists(path):
            os.unlink(path)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                c, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(c,),
                             daemon=True).start()

    def talk(self, c):
        have = b""
        with c:
            while True:
                got = c.recv(65536)
                if not got:
                    if have:
                        self.half.append(have)
                    return
                have += got
                try:
                    request, have = smuggle.one(have)
                except ValueError as e:
                    self.bad.append(str(e))
                    return
                if request:
                    self.seen.append(request)
                    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                              b"\r\nok")


def ambiguous(p):
    """Every row of t/smuggle.py: refused, or mended."""
    token = p.a.signer.token().encode()
    host = NAME.encode()
    last = smuggle.head(b"GET /last HTTP/1.1", b"Host: " + host,
                        b"Connection: close")
    p.a.process.kill()
    p.a.process.wait()
    behind = Behind(p.a.dir + "/http.sock")
    rows = smuggle.rows(token, host)
    hidden = smuggle.hidden(token, host)
    refused = []
    for name, request in rows + hidden:
        behind.seen.clear()
        got = p.raw(request + last)
        is_refused = not behind.seen and b" 200 OK" not in got \
            and b"[still open]" not in got
        if is_refused:
            refused.append(name)
        if name in MENDED or name in [n for n, _ in hidden]:
            # Itself, and the one behind it; or both refused.
            lines = [line for line, _, _ in behind.seen]
            ok(is_refused or not behind.bad and len(lines) <= 2
               and (lines.count(b"GET /last HTTP/1.1") == 1
                    or name == "version 0.9" and len(lines) == 1)
               and got.count(b"HTTP/1.1 ") <= 2,
               "nginx: %s: %s" % ("refused" if is_refused else
                                  "passed on as one clear request", name),
               (got[:200], behind.bad, behind.seen))
            continue
        ok(is_refused, "nginx: refused, and the connection ends: " + name,
           (got[:200], behind.seen))
    is_(behind.bad + behind.half, [],
        "nginx: nothing came through that is not clear and whole")
    is_([n for n in ("a folded line", "a NUL in the target",
                     "a NUL in a value", "a folded length")
         if n not in refused], [],
        "nginx: folded lines and NULs are refused")
    behind.listener.close()


# What HAProxy passes on as it is; acceptd refuses the first, and takes each of
# the others for one request (t/35-http).
PASSED = ("an absolute target", "a NUL in a value", "a trailer")


def in_other_words(p):
    """What the others let through: never more than was sent, and clear.  Half
    a request whose connection ends is none."""
    token = p.a.signer.token().encode()
    host = NAME.encode()
    last = smuggle.head(b"GET /last HTTP/1.1", b"Host: " + host,
                        b"Connection: close")
    behind = Behind(p.a.dir + "/http.sock")
    for name, request in smuggle.rows(token, host) \
            + smuggle.hidden(token, host):
        behind.seen.clear()
        behind.bad.clear()
        got = p.raw(request + last, 1.5)
        lines = [line for line, _, _ in behind.seen]
        ok((not behind.bad or p.kind == "haproxy" and name in PASSED)
           and len(lines) <= 2
           and lines.count(b"GET /last HTTP/1.1") <= 1,
           "%s: refused, or one clear request: %s" % (p.kind, name),
           (got[:200], behind.bad, behind.seen))
    behind.listener.close()


def secrets(p, token):
    """With acceptd away, too, which is what errors are logged about."""
    p.a.process.kill()
    p.a.process.wait()
    status, _, _ = p.curl("/o/" + token)
    ok(status in ("502", "503", "504"), p.kind + ": acceptd away: says so",
       status)
    p.curl("/c/" + SECRET, "-d", "")
    # As a mail program, or who copies it, may have spoilt the link.
    for spoilt in "//o/", "/%6f/", "/x/../o/", "/./o/", "/O/", "/o%2F":
        p.curl(spoilt + token, "--path-as-is")
    p.raw(b"GET /o/" + token.encode() + b"/%zz HTTP/1.1\r\nHost: x y\r\n\r\n",
          1)
    time.sleep(0.3)
    text = p.text()
    ok("/o/..." in text, p.kind + ": requests are logged", text[-2000:])
    ok(token[:40] not in text and token[-40:] not in text
       and SECRET not in text and FORM not in text,
       p.kind + ": but no link, in no log", text[-3000:])


def prompts(p):
    """What providers fetch is on the disk; haproxy shows none."""
    out = subprocess.run(
        ["curl", "-sSk", "-w", "%{http_code} %{content_type}", "--connect-to",
         "::127.0.0.1:%d" % p.port, "https://%s/prompts/en/a.wav" % NAME],
        capture_output=True, text=True).stdout
    ok(out == "RIFF200 audio/wav", p.kind + ": shows the prompts", out)


def keeping(kind, sample):
    """No connection is kept for longer than acceptd keeps it: a form that
    comes on one that is being closed would be lost."""
    with open(os.path.join(ROOT, sample), encoding="utf-8") as f:
        kept = [int(n) for n in re.findall(
            r"^\s*keepalive(?:_timeout)? (\d+)s", f.read(), re.M)]
    with open(os.path.join(ROOT, "etc/acceptd.conf"), encoding="utf-8") as f:
        idle = int(re.search(r"idle_timeout = (\d+)s", f.read()).group(1))
    ok(kept and max(kept) < idle, kind + ": drops idle connections first",
       (kept, idle))


def crowd(p, most):
    """One address has only so many connections, though it says nothing on
    them; the others have theirs."""
    held = []
    for _ in range(most):
        held.append(socket.create_connection(("127.0.0.1", p.port)))
    time.sleep(0.3)
    is_(p.curl("/healthz")[0], "000", p.kind + ": a crowd of one address: "
        "no more are let in")
    is_(p.curl("/healthz", "--interface", "127.0.0.2")[0], "200",
        p.kind + ": but another address is")
    for s in held:
        s.close()
    ok(wait_for(lambda: p.curl("/healthz")[0] == "200"),
       p.kind + ": and the first again, when it has hung up")


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=" + NAME, "-addext", "subjectAltName=DNS:" + NAME, "-keyout",
         folder + "/key.pem", "-out", folder + "/cert.pem"],
        check=True, capture_output=True)
    os.chmod(folder + "/key.pem", 0o644)


for what in "nginx", "caddy", "haproxy":
    a = Acceptd(base_url="https://" + NAME, trusted_proxies=["unix"],
                max_connections_per_client=1000, page_burst=100000,
                post_burst=1000, offer_burst=1000, listen_mode="0666")
    a.settings["listen"] = "unix:%s/http.sock" % a.dir
    os.chmod(a.dir, 0o777)
    a.configure()
    certificate(a.dir)
    with a, Proxy(a, what) as p:
        a.face.hooked = {"status": 201}
        usual(p)
        live(p)
        if what == "haproxy":
            crowd(p, 256)
        secrets(p, a.signer.token())
        if what != "haproxy":
            prompts(p)
        if what == "nginx":
            ambiguous(p)
        else:
            in_other_words(p)
keeping("nginx", "etc/nginx/calloffer.conf")
keeping("caddy", "etc/caddy/Caddyfile")
done()
