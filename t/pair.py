"""Bridge and acceptd as shipped, with a little of Asterisk behind them.

	with Pair() as p:
	    path, offer = p.offer(name="Alice Doe")	# "/o/TOKEN", its id
	    p.web.get(path); p.ari.rung(); p.calls()

`edit` changes the bridge's configuration (t/46-service.py has it), settings
are acceptd's.  OPEN_BRIDGE and OPEN_WEB raise every throttle.
"""
import importlib.util
import os
import re
import tempfile
import time

import askpeer
import fakeari
from acceptd import Acceptd, wait_for

_spec = importlib.util.spec_from_file_location(
    "service", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            "46-service.py"))
service = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(service)

LIMITS = re.compile(r"\tper_\w+ = \d+\n")
OPEN_WEB = {k: 1000000 for k in ("page_burst", "page_per_min", "post_burst",
                                 "post_per_min", "offer_burst",
                                 "offer_per_min")}


def usual(conf):
    """Every limit of the account as it is by default."""
    return LIMITS.sub("", conf)


def OPEN_BRIDGE(conf):
    return LIMITS.sub("", conf).replace("account sales {", """account sales {
	per_number_10min = 1000000
	per_number_day = 1000000
	per_prefix_10min = 1000000
	per_client_10min = 1000000
	per_client_day = 1000000
	per_offeror_day = 1000000
	per_day = 1000000
	at_once = 100000""")


class Pair:
    def __init__(self, edit=usual, **settings):
        self.folder = tempfile.TemporaryDirectory()
        self.ari = fakeari.Ari()
        self.bridge = service.Bridge(self.folder.name)
        me = os.getuid()

        def all_edits(conf):
            return edit(conf).replace(
                'face_users = {"%d"}' % me, 'face_users = {"%d"%s}'
                % (me, ', "nobody"' if me == 0 else ""))

        self.bridge.configure(self.ari.url, all_edits)
        self.web = Acceptd(with_face=False)
        self.web.settings.update(settings,
                                 bridge="unix:" + self.bridge.path("face"),
                                 verify_keys=[self.bridge.path("sign.pub")])
        self.web.configure()

    def __enter__(self):
        self.bridge.start()
        wait_for(lambda: "state=ready" in self.bridge.log())
        self.web.__enter__()
        wait_for(lambda: "connected" in self.web.logged())
        return self

    def __exit__(self, *_):
        self.web.__exit__()
        if self.bridge.run.poll() is None:
            self.bridge.end()
        self.folder.cleanup()

    def offer(self, **fields):
        token, ident = askpeer.mint(service.OURS, **fields)
        return "/o/" + token, ident

    def nonce(self, offer, **more):
        """As of a page that was opened a while ago."""
        return askpeer.nonce(service.OURS, offer, **more)

    def calls(self, **which):
        p = self.bridge.admin()
        got = p.list(**which)
        p.close()
        return got

    def settled(self, seconds=10):
        """Whether no call goes on any more."""
        return wait_for(lambda: not self.calls(open_only=1), seconds)


def numbers(n, start=0):
    """Numbers in use by their form, each with a prefix of its own."""
    return ["+4420%d" % (70000000 + 7919 * (start + i) % 9999999)
            for i in range(n)]


def ripe():
    """A form that is filled in by people is two seconds old."""
    time.sleep(2.1)
