#!/usr/bin/python3
"""How long a tagged mail of 4 KB takes to be submitted where Postfix reaches
its filter over TCP, one mail after the other.

Short words that Postfix writes one behind the other rest in the systems of
both sides, unless one of them sees to it: filters that know nothing of it are
many times slower than over a Unix socket.  The milter, beside the filter that
only replaces bodies, and beside itself over a Unix socket.
"""
import os
import socket
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "tools"))
import pairs                                                # noqa: E402
import mta                                                  # noqa: E402
import postfix                                              # noqa: E402

COUNT = int(os.environ.get("COUNT", "10"))      # mails a round


def reaches(where):
    try:
        socket.create_connection(where).close()
    except OSError:
        return False
    return True


def service(name, port, address):
    return postfix.SERVICE % {
        "name": name, "port": port, "more": "",
        "milters": "{%s,default_action=tempfail}" % address}


class Side:
    def __init__(self, where):
        self.where = where
        self.mail = mta.crlf(pairs.usual_mail().encode())

    def measure(self):
        """Microseconds a mail."""
        began = time.monotonic()
        for _ in range(COUNT):
            code, said = mta.submit(self.where, self.mail)
            if code != 250:
                sys.exit("bench: Postfix says %d %s" % (code, said))
        return (time.monotonic() - began) * 1e6 / COUNT


def begin(home):
    ports = dict(zip(("ours", "replace", "unix", "ours-in", "replace-in"),
                     mta.ports(5)))
    unix = mta.Milter(home, pairs.offerors(), name="unix").start()
    tcp = mta.Milter(home, pairs.offerors(), name="tcp")
    with open(tcp.conf) as f:
        conf = f.read()
    pairs.write(tcp.conf, conf.replace(
        "unix:" + tcp.socket, "inet:%d@127.0.0.1" % ports["ours"]))
    tcp.start()
    pairs.start("replace", pairs.write(home + "/replace", ""),
                pairs.TOOLS + "/peer_milter", "replace",
                "inet:%d@127.0.0.1" % ports["replace"])
    if not mta.wait_for(lambda: reaches(("127.0.0.1", ports["replace"]))):
        sys.exit("bench: the other filter does not start")
    server = mta.Postfix(
        home, "inet:127.0.0.1:%d" % ports["ours"], mta.Sink(),
        main=postfix.MAIN, submission="\n".join(s.rstrip() for s in (
            service("replace", ports["replace-in"],
                    "inet:127.0.0.1:%d" % ports["replace"]),
            service("unix", ports["unix"], "unix:" + unix.socket))))
    return {"ours": Side(server.submission),
            "replace": Side(("127.0.0.1", ports["replace-in"])),
            "unix": Side(("127.0.0.1", ports["unix"]))}


def main():
    if os.access("/dev/shm", os.W_OK):
        tempfile.tempdir = "/dev/shm"
    sides = begin(pairs.folder())
    for side in sides.values():
        side.measure()
    f = pairs.rounds({name: s.measure for name, s in sides.items()})
    pairs.say("postfix-inet", f["ours"],
              [("replace", f["replace"]), ("itself-unix", f["unix"])],
              [a / b for a, b in zip(f["ours"], f["replace"])])


if __name__ == "__main__":
    main()
