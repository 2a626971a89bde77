"""The shipped acceptd, started for a test in a folder of its own.

	with Acceptd(**settings) as a: a.get("/o/" + a.signer.token())

Speaks TAP: ok(), is_(), done().
"""
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import fakeface

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
B = os.environ.get("B", "build")
PROGRAM = os.path.join(ROOT, B, "calloffer-acceptd")

count = failed = 0


def ok(passed, name, seen=None):
    global count, failed
    count += 1
    print("%sok %d - %s" % ("" if passed else "not ", count, name),
          flush=True)
    if not passed:
        failed += 1
        frame = sys._getframe(1)
        while frame.f_code.co_name in ("is_", "ok"):
            frame = frame.f_back
        print("#   at line %d, saw %r" % (frame.f_lineno, seen),
              file=sys.stderr)
    return passed


def is_(got, want, name):
    return ok(got == want, name, got)


def done():
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds=10):
    """Until what() is true; gives whether it became so."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        if what():
            return True
        time.sleep(0.01)
    return False


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8", "replace")

    def page(self):
        mark = 'data-page="'
        at = self.text.find(mark)
        return self.text[at + len(mark):].split('"')[0] if at >= 0 else ""


def say(s, data, wait, pause=None):
    """Says it on this connection, or byte by byte; what comes back until its
    end."""
    s.settimeout(wait)
    got = b""
    try:
        if pause is None:
            s.sendall(data)
        else:
            for i in range(len(data)):
                s.sendall(data[i:i + 1])
                time.sleep(pause)
        while True:
            part = s.recv(65536)
            if not part:
                break
            got += part
    except socket.timeout:
        got += b"[still open]"
    except OSError:
        pass
    s.close()
    return got


class Stream:
    """Server-sent events of this path, gathered by a thread."""

    def __init__(self, a, path):
        self.s = socket.create_connection(("127.0.0.1", a.port))
        self.s.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())
        self.got, self.is_over = b"", False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        try:
            while True:
                part = self.s.recv(65536)
                if not part:
                    break
                self.got += part
        except OSError:
            pass
        self.is_over = True

    def has(self, what):
        return wait_for(lambda: what.encode() in self.got)


class Acceptd:
    def __init__(self, with_face=True, fds=None, **settings):
        self.dir = tempfile.mkdtemp(prefix="acceptd.")
        os.chmod(self.dir, 0o755)
        # As when installed: whoever it becomes can read them again, wherever
        # this checkout lies.
        for what in "lang", "web":
            shutil.copytree("%s/etc/%s" % (ROOT, what),
                            "%s/%s" % (self.dir, what))
        self.signer = fakeface.Signer()
        self.signer.save(self.dir + "/verify.pub")
        self.port, self.metrics = free_port(), free_port()
        self.origin = "http://127.0.0.1:%d" % self.port
        self.settings = {
            "listen": "inet:127.0.0.1:%d" % self.port,
            "metrics": "inet:127.0.0.1:%d" % self.metrics,
            "bridge": "unix:%s/face.sock" % self.dir,
            "base_url": self.origin,
            "verify_keys": [self.dir + "/verify.pub"],
            "lang_dir": self.dir + "/lang",
            "web_dir": self.dir + "/web",
        }
        if os.geteuid() == 0:
            self.settings["user"] = "nobody"
        self.settings.update(settings)
        self.fds = fds
        self.process = None
        self.face = fakeface.Face(self.dir + "/face.sock")
        if with_face:
            self.face_up()
        self.configure()

    def face_up(self):
        self.face.start()
        os.chmod(self.face.path, 0o777)

    def configure(self):
        with open(self.dir + "/acceptd.conf", "w", encoding="utf-8") as f:
            for key, value in self.settings.items():
                if isinstance(value, list):
                    value = "{%s}" % ", ".join('"%s"' % v for v in value)
                elif isinstance(value, str):
                    value = '"%s"' % value
                f.write("%s = %s\n" % (key, value))

    def command(self, *options):
        return [PROGRAM, "-c", self.dir + "/acceptd.conf"] + list(options)

    def launch(self):
        """A process, which may not be ready yet."""
        if self.fds is None:
            self.process = subprocess.Popen(self.command("-d"),
                                            stderr=self.log)
            return
        # As a service manager passes a listening socket (sd_listen_fds).
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"',
             "sh"] + self.command("-d"), stderr=self.log, pass_fds=[3],
            preexec_fn=lambda: os.dup2(self.fds, 3))

    def __enter__(self):
        self.log = open(self.dir + "/log", "wb")
        self.launch()
        if not wait_for(lambda: "started" in self.logged()
                        or self.process.poll() is not None):
            print("# acceptd does not start")
        if self.process.poll() is not None:
            print("# " + self.logged())
        if self.face.listener:
            wait_for(lambda: "connected" in self.logged())
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        if self.face.listener:
            self.face.stop()
        shutil.rmtree(self.dir)

    def logged(self):
        with open(self.dir + "/log", encoding="utf-8") as f:
            return f.read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def ask(self, method, path, body=None, headers=None, port=None):
        c = http.client.HTTPConnection("127.0.0.1", port or self.port,
                                       timeout=20)
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        reply = Reply(r.status, {k.lower(): v for k, v in r.getheaders()},
                      r.read())
        c.close()
        return reply

    def get(self, path, **headers):
        return self.ask("GET", path, None, headers)

    def post(self, path, fields, **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urllib.parse.urlencode(fields), headers)

    def counted(self, name):
        text = self.ask("GET", "/metrics", port=self.metrics).text
        for line in text.splitlines():
            if line.startswith("calloffer_acceptd_" + name + " "):
                return int(line.split()[1])
        return None

    def raw(self, data, wait=5.0, pause=None):
        """Sends bytes as they are; gives what came back until the end."""
        return say(socket.create_connection(("127.0.0.1", self.port)), data,
                   wait, pause)
