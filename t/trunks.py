"""What the tests of the bridge with foreign providers have in common: the
program as shipped, and the vendor's specification in front of a fake."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

import askpeer as ask
import home
import openapi
import tap

B = home.B
SPECS = os.environ.get("SPECS", "../shared/providers/")
OURS = ask.Keys(b"ours")
NAME = 'Bo & <Ann> "B"\u0301'
A, DESK, PROXY = "+442079460123", "+442079460199", "+442079460100"
# Both kinds of leg on either side: (offeree, destination, rung so).
ANN, SIP = "sip:ann@example.com", "sip:desk@example.com"
COMBINATIONS = (
    (A, SIP, (A, SIP)), (ANN, DESK, (ANN, DESK)), (ANN, SIP, (ANN, SIP)),
    (A, "sips:desk@example.com", (A, SIP + ";transport=tls")),
    (A, DESK + ";ext=42", (A, DESK)))
NUMBERS = (A[1:], DESK[1:], "ann@example.com", "desk@example.com")
CONF = """
public = "https://call.example.com"
%(user)s
journal = "%(dir)s/journal"
unseal_keys = {"%(dir)s/unseal.key"}
mac_key = "%(dir)s/mac.key"
names = "%(dir)s/names"
face = "%(dir)s/face"
face_mode = 0666
face_users = {"%(uid)d"}
admin = "%(dir)s/admin"
admin_mode = 0666
admin_users = {"%(uid)d"}
%(providers)saccount sales {
	caller_id = "%(proxy)s"
	region = GB
	confirm = 3s
	providers = {phone, spare}
	sip_domains = {"example.com"}
	offeree_sip = yes
	per_number_10min = 100
	per_number_day = 100
	per_prefix_10min = 1000
	per_offeror_day = 1000
}
key main {
	file = "%(dir)s/sign.pub"
	accounts = {"*"}
	from_domains = {"example.com"}
	destinations = {"*"}
}
"""


def wait(look, timeout=10):
    for _ in range(timeout * 50):
        if look():
            return True
        time.sleep(0.02)
    return False


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Bridge(home.Home):
    def __init__(self, folder, providers, secrets):
        """Sections named phone and spare; secrets by the name of the file,
        which the sections call by DIR/name."""
        super().__init__(folder, OURS, secrets)
        self.write("conf", CONF % {
            "dir": folder, "uid": os.getuid(), "proxy": PROXY,
            "providers": providers.replace("DIR", folder),
            "user": self.user_line()})
        with open(self.path("log"), "wb") as log:
            self.run = subprocess.Popen(
                [os.path.join(B, "calloffer-bridge"), "-d", "-c",
                 self.path("conf")], stderr=log)
        if not wait(lambda: os.path.exists(self.path("admin"))):
            raise SystemExit("the bridge does not start:\n" + self.log())
        self.face = ask.Peer(self.path("face"))
        self.admin = ask.Peer(self.path("admin"))

    def ready(self):
        return [p[1] for p in self.admin.health()["providers"]]

    def idle(self):
        return wait(lambda: self.admin.health()["open"] == 0)

    def accept(self, number=A, **f):
        f.setdefault("destination", DESK)
        token, offer = ask.mint(OURS, **f)
        got = self.face.accept(token, ask.nonce(OURS, offer), number)
        tap.same(got["refusal"], "ok", "accepted")
        return got["secret"]

    def stage(self, secret):
        got = self.face.status(secret)
        return got["end"] if got["stage"] == "ended" else got["stage"]

    def until(self, secret, stage):
        wait(lambda: self.stage(secret) == stage)
        tap.same(self.stage(secret), stage, "told: " + stage)

    def hang_up(self, secret):
        return self.face.status(secret, 0, ask.HANGUP)["end"]

    def hooked(self, path, headers, body):
        """(status, type, body) of the answer."""
        r = self.face.ask(ask.HOOK, b"".join(map(ask.text, (
            path.split("/")[2], "POST", path, headers, body))))
        return r.number(2), r.text(), r.text()

    def hook(self, headers, body, name="phone"):
        return self.hooked("/hook/" + name, headers, body)[0]


def find_prism():
    """A validating proxy, installed below build/ where npm can do it."""
    if os.environ.get("PRISM"):
        return os.environ["PRISM"]
    if shutil.which("npm"):
        r = subprocess.run(["t/prism/get"], capture_output=True, text=True,
                           timeout=300, check=False)
        if r.returncode == 0:
            return os.path.abspath(r.stdout.strip()
                                   + "/node_modules/.bin/prism")
    return shutil.which("prism")


class Prism:
    """The vendor's specification between the bridge and the fake."""

    def __init__(self, program, spec, folder, fake):
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.log = os.path.join(folder, "prism.log")
        with open(self.log, "wb") as log:
            self.run = subprocess.Popen(
                [program, "proxy", "--errors", "-h", "127.0.0.1", "-p",
                 str(self.port), os.path.abspath(spec), fake.url],
                stdout=log, stderr=log)
        self.is_up = wait(self.answers, 60)

    def answers(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self):
        self.run.terminate()
        self.run.wait(20)

    def violations(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return [x for x in f.read().splitlines() if "[CLI]" not in x
                    and ("iolation" in x or "rror" in x)]


class Play:
    """Two telephones, and what their network tells of them.  A subclass knows
    what a leg has been asked to say: said(call)."""

    def __init__(self, bridge, fake, times=1, name="phone"):
        self.bridge, self.fake, self.times = bridge, fake, times
        self.old = set(fake.calls)
        self.name = name

    def leg(self, leg):
        return self.fake.leg(leg, self.old)

    def heard(self, c, *prompts):
        want = list(prompts)
        self.fake.wait(lambda: self.said(c)[-len(want):] == want)
        tap.same(self.said(c)[-len(want):], want, "hears " + " ".join(prompts))


def play(fakes, sections, secrets, scenarios, spec=None, no=(), unless=None):
    """The scenarios by a bridge with these two fakes, of whose URLs sections
    are made.  The vendor's specification stands before the first, where it is
    there; it may complain of what has the words of `unless'.  Neither a number
    nor any of `no' is in the log."""
    fake, spare = fakes
    program = find_prism() if spec and os.path.exists(spec) else None
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        prism = Prism(program, spec, folder, fake) if program else None
        if spec and prism is None:
            tap.note("without the vendor's specification in between")
        elif prism:
            tap.same(prism.is_up, True, "the vendor's specification stands "
                     "between the bridge and the fake")
        where = os.path.join(folder, "b")
        os.mkdir(where)
        b = Bridge(where, sections(prism.url if prism else fake.url,
                                  spare.url), secrets)
        try:
            tap.same(wait(lambda: b.ready() == [1, 1], 20), True,
                     "both providers are ready")
            scenarios(b, fake, spare)
        except Exception as e:  # what the program said is worth more
            tap.check([repr(e)] + b.log().splitlines()[-40:], "no fault")
        tap.same(b.end(), 0, "ends")
        log = b.log()
        tap.check([n for n in NUMBERS + tuple(no) if n in log],
                  "no number in the log, and no secret")
        if prism:
            prism.end()
            tap.check([x for x in prism.violations()
                       if unless is None or unless not in x],
                      "no violation, says the proxy")


def against(path, test, fakes):
    """What they were asked, held against the vendor's specification."""
    if os.path.exists(path):
        test(openapi.Spec(path), fakes)
    else:
        tap.note("the vendor's specification is not here")
