"""An installation for the benches of the acceptance page: acceptd and the
bridge as shipped, in a folder of their own, with every cap raised and behind
them telephones that ring and are not answered (tools/ari)."""
import atexit
import os
import pwd
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.request

from pairs import B, ROOT, TOOLS, cpu_of, end, run, start, write

MANY = 1000000
BRIDGE_CONF = """\
public = "https://call.example.com"
user = "{user}"
journal = "{dir}/journal"
journal_size = 64G
unseal_keys = {{"{keys}/unseal.key"}}
mac_key = "{keys}/mac.key"
face = "{dir}/face"
face_mode = 0666
face_users = {{"{user}", "root"}}
admin = "{dir}/admin"
provider pbx {{
	kind = asterisk
	url = "http://{ari}/ari"
	user = calloffer
	password_file = "{dir}/password"
	app = calloffer
	trunk_pstn = "PJSIP/%s@trunk"
	trunk_sip = "PJSIP/packet/%s"
	prompts = "/prompts"
}}
account sales {{
	caller_id = "+442079460100"
	region = GB
	providers = {{pbx}}
	price = "local rate"
	ring = 120s
	{caps}
}}
key main {{
	file = "{keys}/sign.pub"
	accounts = {{"*"}}
	from_domains = {{"example.com"}}
	destinations = {{"+44*"}}
	max_uses = 255
	max_lifetime = 30d
}}
"""
CAPS = ("per_number_10min", "per_number_day", "per_prefix_10min",
        "per_client_10min", "per_client_day", "per_offer_attempts",
        "per_offeror_day", "per_day", "at_once")
ACCEPTD_CONF = """\
listen = "{web}"
bridge = "unix:{dir}/face"
base_url = "https://call.example.com"
verify_keys = {{"{keys}/sign.pub"}}
lang_dir = "{root}/etc/lang"
web_dir = "{root}/etc/web"
user = "{user}"
max_connections = 4096
max_connections_per_client = 4096
max_streams = 11000
max_streams_per_client = 11000
"""
THROTTLES = ("page_burst", "page_per_min", "post_burst", "post_per_min",
             "offer_burst", "offer_per_min")


def free_ports(n):
    return run(os.path.join(ROOT, "t/asterisk/ports"), str(n)).split()


class Stack:
    """acceptd, bridge, telephones.  `keys`: a folder, see make_keys()."""

    def __init__(self, folder, keys, bridge="calloffer-bridge"):
        for name in "/journal", "/journal-keys":
            os.makedirs(folder + name, exist_ok=True)
        self.dir, self.keys = folder, keys
        self.user = "nobody" if os.getuid() == 0 else \
            pwd.getpwuid(os.getuid()).pw_name
        os.chmod(folder, 0o777)
        self.bridge_program = bridge
        self.web, self.ari_at = ("127.0.0.1:" + p for p in free_ports(2))
        self.configure()

    def configure(self):
        names = {"dir": self.dir, "keys": self.keys, "user": self.user,
                 "ari": self.ari_at, "web": self.web, "root": ROOT,
                 "caps": "\n\t".join("%s = %d" % (c, 65535 if "attempts" in c
                                                   else MANY) for c in CAPS)}
        write(self.dir + "/password", "secret\n")
        write(self.dir + "/bridge.conf", BRIDGE_CONF.format(**names))
        write(self.dir + "/acceptd.conf", ACCEPTD_CONF.format(**names) +
              "".join("%s = %d\n" % (t, MANY) for t in THROTTLES))
        os.chmod(self.dir + "/password", 0o600)
        self.own(self.dir + "/password", self.dir + "/journal",
                 self.dir + "/journal-keys")

    def own(self, *paths):
        if os.getuid() == 0:
            for path in paths:
                os.chown(path, pwd.getpwnam(self.user).pw_uid, -1)

    def fill(self, n, seconds):
        """So many offers that were accepted before, one each `seconds`; how
        many bytes they take."""
        line = run(TOOLS + "/filler", self.dir + "/journal",
                   self.dir + "/journal-keys", str(n), str(seconds))
        self.own_all()
        return int(line.split("=")[1])

    def fill_like(self, other):
        for name in "/journal", "/journal-keys":
            shutil.copytree(other.dir + name, self.dir + name,
                            dirs_exist_ok=True)
        self.own_all()

    def own_all(self):
        for name in "/journal", "/journal-keys":
            self.own(*(self.dir + name + "/" + f
                       for f in os.listdir(self.dir + name)))

    def start(self, spared=0):
        """`spared`: so many telephones go on ringing when we hang up."""
        d, self.spared = self.dir, spared
        self.ari = subprocess.Popen([TOOLS + "/ari", self.ari_at,
                                     str(spared)])
        atexit.register(end, self.ari)
        self.bridge = start("bridge", d + "/face", os.path.join(
            B, self.bridge_program), "-c", d + "/bridge.conf")
        wait_until(lambda: "state=ready" in read(d + "/face.log"),
                   "no telephones", 120)
        self.acceptd = self.start_acceptd()
        return self

    def start_acceptd(self):
        log = open(self.dir + "/acceptd.log", "a")
        child = subprocess.Popen([B + "/calloffer-acceptd", "-c",
                                  self.dir + "/acceptd.conf"], stderr=log)
        atexit.register(end, child)
        wait_until(lambda: "connected" in read(self.dir + "/acceptd.log"),
                   "acceptd does not start")
        return child

    def stop(self):
        for child in (self.acceptd, self.bridge, self.ari):
            child.terminate()
            child.wait()

    def cpu(self):
        return cpu_of(self.acceptd.pid), cpu_of(self.bridge.pid)

    def open_calls(self):
        """ASK_HEALTH (lib/ask.h), for a list would read the whole journal."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.connect(self.dir + "/admin")
            admin.sendall(struct.pack(">IIB", 5, 1, 67))
            head = admin.recv(15, socket.MSG_WAITALL)
        return struct.unpack(">IIBBBI", head)[5]

    def rung(self):
        """How many telephones."""
        with urllib.request.urlopen("http://%s/count" % self.ari_at) as r:
            return int(r.read())

    def settle(self):
        """Nobody answers: all calls end, but for those that are spared."""
        self.ari.send_signal(signal.SIGUSR1)
        wait_until(lambda: self.open_calls() <= self.spared,
                   "calls do not end", 60)


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


def wait_until(what, why, seconds=20):
    stop = time.monotonic() + seconds
    while not what():
        if time.monotonic() > stop:
            raise SystemExit("bench: " + why)
        time.sleep(0.02)


def make_keys(folder):
    run(B + "/calloffer", "keygen", "-o", "-d", folder)
    for name in "unseal.key", "mac.key":
        if os.getuid() == 0:
            os.chown(os.path.join(folder, name),
                     pwd.getpwnam("nobody").pw_uid, -1)
    os.chmod(folder, 0o755)
    return folder


def make_offers(keys, n, path):
    run(TOOLS + "/offers", keys + "/sign.key", keys + "/seal.pub", str(n),
        path)
    return path


def visit(address, requests, *options):
    """tools/visitors: its figures by name."""
    line = run(TOOLS + "/visitors", *options, address, requests)
    return {k: float(v) for k, v in re.findall(r"(\w+)=([\d.]+)", line)}
