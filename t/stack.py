"""A private installation (t/stack.sh) for tests in Python.

	with Stack() as s:
	    link = s.mint("alice@example.com")
	    s.robot(BOB, "answer:100 1:300")
	    visit = s.visit(link)
	    page = visit.accept(BOB)

Its folder is the test's own and goes with it.
"""
import atexit
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import offeree
import robots
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
B = os.path.join(ROOT, os.environ.get("B", "build"))


def on_signal(signo, frame):
    sys.exit(128 + signo)


def signals():
    """Whoever interrupts us makes us clean up.  For the main thread."""
    for signo in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signo, on_signal)


def folder():
    """The test's own, gone at its end."""
    if threading.current_thread() is threading.main_thread():
        signals()
    path = tempfile.mkdtemp()
    os.chmod(path, 0o755)
    atexit.register(shutil.rmtree, path, True)
    return path


def wait_for(what, seconds=10):
    """Looks each 50 ms until what() is true, which it gives; else None."""
    stop = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > stop:
            return got or None
        time.sleep(0.05)


class Stack:
    def __init__(self, **settings):
        """Settings: STACK_ACCOUNT and others of stack.sh."""
        self.dir = folder()
        self.env = {}
        self.robots = None
        self.child = subprocess.Popen(
            [HERE + "/stack", self.dir + "/stack"], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(self.dir + "/stack.err", "w"),
            env=dict(os.environ, B=B, **settings), start_new_session=True)
        atexit.register(self.stop)
        for line in self.child.stdout:
            m = re.match(r"(\w+)='?(.*?)'?$", line.rstrip())
            if m:
                self.env[m.group(1)] = m.group(2)
            if line in ("ready\n", "failed\n"):
                break
        if "WEB" not in self.env:
            with open(self.dir + "/stack.err") as f:
                sys.exit("stack: it does not start\n" + f.read())
        self.bed = self.env["BED"]
        self.stack = self.dir + "/stack"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        bad = [line for name in ("bridge", "acceptd", "milter")
               for line in self.log(name).splitlines()
               if "Sanitizer" in line or "runtime error" in line]
        if bad:
            tap.check(bad, "no sanitizer complains")

    def stop(self):
        if self.child.poll() is None:
            self.child.stdin.close()
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def do(self, line):
        """A function of stack.sh; did it succeed?"""
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline() == "ok\n"

    # telephones

    def robot(self, number, steps="", hz=400):
        if self.robots is None:
            self.robots = robots.Robots()
            self.robots.start()
        self.robots.has(number, steps, hz)
        path = "%s/exchange/%s" % (self.bed, number)
        with open(path + ".new", "w") as f:
            f.write("%d\n" % self.robots.port)
        os.rename(path + ".new", path)

    def sip(self, *args):
        """t/asterisk/sip: the complaints."""
        r = subprocess.run([HERE + "/asterisk/sip", self.bed] + list(args),
                           capture_output=True, text=True)
        return [] if r.returncode == 0 else \
            (r.stdout + r.stderr).splitlines() or ["sip failed"]

    def sip_log(self):
        with open(self.bed + "/exchange/sip.log", encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    # what the programs say

    def tool(self, *args, **more):
        return subprocess.run(
            [B + "/calloffer", "-C", self.stack + "/etc", "-S",
             self.stack + "/run/admin.sock"] + list(args),
            capture_output=True, text=True, **more)

    def mint(self, offeror="alice@example.com", value=None):
        r = subprocess.run(
            [B + "/calloffer-milter", "-c", self.stack + "/etc/milter.conf",
             "--mint", offeror] + ([value] if value else []),
            capture_output=True, text=True)
        if r.returncode:
            raise RuntimeError(r.stderr)
        return r.stdout.strip()

    def offer_id(self, link):
        r = self.tool("inspect", link)
        return re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", r.stdout).group(0)

    def visit(self, link):
        return offeree.Visit(link, self.env["WEB"])

    def calls(self):
        """Newest first."""
        r = self.tool("calls", "--json", "-n", "0")
        if r.returncode:
            raise RuntimeError(r.stderr)
        return [json.loads(line) for line in r.stdout.splitlines()][::-1]

    def log(self, name):
        with open("%s/%s.out" % (self.bed, name), errors="replace") as f:
            return f.read()

    def ari(self, method, path):
        r = urllib.request.Request(self.env["AST_URL"] + path, method=method)
        r.add_header("Authorization", "Basic " + base64.b64encode(
            ("%(AST_USER)s:%(AST_PASSWORD)s" % self.env).encode()).decode())
        with urllib.request.urlopen(r, timeout=10) as answer:
            return json.loads(answer.read() or b"null")

    def channels(self):
        return [c["id"] for c in self.ari("GET", "/channels")]
