"""The bridge as shipped, in a folder of its own, with a clock that can be
shifted while it runs."""
import os
import struct
import subprocess
import time

import askpeer as ask
import home

B = home.B
# How a configuration begins.
HEAD = """
public = "https://call.example.com"
USER
journal = "DIR/journal"
unseal_keys = {"DIR/unseal.key"}
mac_key = "DIR/mac.key"
face = "DIR/face"
face_mode = 0666
face_users = {"UID"}
admin = "DIR/admin"
admin_mode = 0666
admin_users = {"UID"}
"""


def denied_numbers():
    """(region, number) of those that are never rung (t/data)."""
    with open("t/data/denied-numbers", encoding="utf-8") as f:
        for line in f:
            if line.strip() and line[0] != "#":
                country, number = line.rstrip("\n").split("\t")[:2]
                yield "GB" if country == "-" else country, number


class Bridge(home.Home):
    """A folder, and the program in it; its clock can be shifted."""

    def __init__(self, folder, conf, keys, others=()):
        """`conf` is filled in with dir, uid and user; `others` are public
        keys by name."""
        self.keys = keys
        super().__init__(folder, keys, {
            "password": "secret",
            **{name + ".pub": "calloffer-verify-1 " + ask.b64(key.verify)
               for name, key in others}})
        self.write("bridge.conf", conf.replace("DIR", folder).replace(
            "UID", str(os.getuid())).replace("USER", self.user_line()))
        with open(self.path("shift"), "wb") as f:
            f.write(bytes(8))
        subprocess.run(
            ["cc", "-O1", "-shared", "-fPIC", "-o", self.path("shift.so"),
             "t/preload/clockshift.c"], check=True)

    def program(self, *options, **more):
        env = dict(os.environ, LD_PRELOAD=self.path("shift.so"),
                   CLOCKSHIFT=self.path("shift"),
                   ASAN_OPTIONS="verify_asan_link_order=0")
        return subprocess.Popen(
            [B + "/calloffer-bridge", "-c", self.path("bridge.conf"),
             *options], env=env, **more)

    def start(self):
        with open(self.path("log"), "ab") as log:
            self.run = self.program("-d", stderr=log)
        for _ in range(500):
            try:
                peer = ask.Peer(self.path("admin"))
                if any(p[1] for p in peer.health()["providers"]):
                    return peer.close()
                peer.close()
            except OSError:
                pass
            time.sleep(0.02)
        raise SystemExit("the bridge does not start:\n" + self.log()[-3000:])

    def refuses_to_start(self):
        """What it says, or "" when it runs."""
        run = self.program(stderr=subprocess.PIPE, text=True)
        try:
            said = run.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            return ""
        return said if run.returncode != 0 else ""

    def stop(self):
        """At the end of a test, however that came."""
        if self.run is not None and self.run.poll() is None:
            self.run.kill()
            self.run.wait()

    def shift(self, seconds):
        with open(self.path("shift"), "r+b") as f:
            f.write(struct.pack("=q", seconds))

    def tool(self, *args):
        r = subprocess.run(
            [B + "/calloffer", "-C", self.dir, "-S", self.path("admin"),
             *args], capture_output=True, text=True, timeout=30,
            check=False)
        return r.returncode, r.stdout + r.stderr

    def face(self):
        return ask.Peer(self.path("face"))

    def hang_up(self):
        """All calls, and waits until they are over."""
        a, p = ask.Peer(self.path("admin")), self.face()
        for c in a.list(open_only=1):
            p.status(ask.secret_of(self.keys, c["call"]), 0, ask.HANGUP)
        for _ in range(500):
            if a.health()["open"] == 0:
                break
            time.sleep(0.02)
        a.close()
        p.close()
