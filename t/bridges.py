"""Bridges beside that of an installation (t/stack.py): each with a journal,
sockets and an application in Asterisk of its own, so that one test can do many
things to many of them at once.

	b = Bridge(s, "one", ring="60s")
	b.start(); wait_for(b.is_ready)
"""
import atexit
import os
import re
import subprocess
import threading
import wave

import askpeer
import stack

PROMPTS = "a-offer a-press a-wait a-busy a-no-answer a-declined a-failed " \
    "a-blocked a-ending a-name b-offer b-known b-reference b-press b-ending"
bridges = []
is_over = threading.Event()


def stop_all():
    is_over.set()
    for b in bridges:
        b.stop()


def short_prompts(folder):
    """So short that most of the call is steps, not words."""
    os.makedirs(folder + "/en")
    for name in PROMPTS.split():
        with wave.open("%s/en/%s.wav" % (folder, name), "w") as w:
            w.setparams((1, 2, 8000, 0, "NONE", ""))
            w.writeframes(b"\0\0" * 1600)


class Bridge:
    def __init__(self, s, name, url=None, prompts=None, **account):
        """`account`: keys of its account that are not the installation's."""
        self.s, self.dir = s, "%s/%s" % (s.dir, name)
        folders = [self.dir + "/journal", self.dir + "/journal-keys"]
        for folder in folders:
            os.makedirs(folder)
        os.chmod(self.dir, 0o755)
        if os.getuid() == 0:
            subprocess.run(["chown", s.env["STACK_USER"], *folders],
                           check=True)
        self.app = "%s-%s" % (s.env["AST_APP"], name)
        with open(s.stack + "/etc/bridge.conf") as f:
            text = f.read()
        for old, new in ((s.stack + "/journal", self.dir + "/journal"),
                         (s.stack + "/run", self.dir),
                         ('app = "%s"' % s.env["AST_APP"],
                          'app = "%s"' % self.app),
                         ('url = "%s"' % s.env["AST_URL"],
                          'url = "%s"' % (url or s.env["AST_URL"]))):
            assert old in text
            text = text.replace(old, new)
        if prompts:
            text = re.sub(r'prompts = ".*"', 'prompts = "%s"' % prompts, text)
        for key, value in account.items():
            text, n = re.subn(r"(?m)^\s*%s = .*$" % key,
                              "\t\t%s = %s" % (key, value), text)
            assert n == 1
        with open(self.dir + "/bridge.conf", "w") as f:
            f.write(text)
        self.child = None
        self.starts = 0
        if not bridges:
            atexit.register(stop_all)
        bridges.append(self)

    def start(self):
        if is_over.is_set():
            raise RuntimeError("interrupted")
        self.starts += 1
        self.log = "%s/log.%d" % (self.dir, self.starts)
        with open(self.log, "w") as f:
            self.child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", stack.B
                 + "/calloffer-bridge", "-d", "-c", self.dir
                 + "/bridge.conf"], stdin=subprocess.DEVNULL, stderr=f)

    def said(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def is_ready(self):
        return "state=ready" in self.said()

    def is_dead(self):
        return self.child.poll() is not None

    def stop(self):
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def face(self):
        return askpeer.Peer(self.dir + "/face.sock")

    def admin(self, question):
        """What the administrator hears; None from a dead bridge."""
        try:
            p = askpeer.Peer(self.dir + "/admin.sock")
            try:
                return question(p)
            finally:
                p.close()
        except (OSError, askpeer.Ended):
            return None

    def calls(self):
        return self.admin(askpeer.Peer.list)

    def health(self):
        return self.admin(askpeer.Peer.health) or {}

    def is_idle(self):
        """No call is open: it is over for people, and both legs are down."""
        return self.health().get("open") == 0

    def is_usable(self):
        """It says itself that it can make calls."""
        return [ready for _, ready, _ in self.health().get("providers", ())
                ] == [1]

    def left(self, call):
        """Channels and bridges of this call in Asterisk."""
        ids = self.s.channels() + [b["id"] for b in
                                   self.s.ari("GET", "/bridges")]
        return [i for i in ids if call.hex() in i]
