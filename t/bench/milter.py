#!/usr/bin/python3
"""The milter driven directly, over its Unix socket, as Postfix drives it: CPU
for a message, and memory for eight large ones at once.

Beside filters on the same libmilter that do nothing but what any such filter
must (tools/peer_milter.c), and beside OpenDKIM signing with RSA 2048.  One message
a connection, as mail programs send, four connections at a time.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "tools"))
import pairs                                                # noqa: E402
import mta                                                  # noqa: E402

COUNT = int(os.environ.get("COUNT", "500"))     # messages a round
PAIRS = 2 * pairs.ROUNDS + 1
HELD = 8                                        # at once
HELD_SIZE = 20 * 1024 * 1024
DRIVER = pairs.TOOLS + "/milterdrive"
PEER = pairs.TOOLS + "/peer_milter"
MB = 1024 * 1024


def start_ours(home, name="milter", conf=""):
    """The milter as shipped, its log in a file."""
    m = mta.Milter(home, pairs.offerors(), conf, name)
    return m.socket, pairs.start("milter", m.socket, pairs.B +
                                 "/calloffer-milter", "-c", m.conf)


def start_opendkim(home):
    d = home + "/dkim"
    os.mkdir(d, 0o755)
    pairs.run("openssl", "genrsa", "-out", d + "/key", "2048")
    os.chmod(d + "/key", 0o600)
    conf = pairs.write(d + "/conf", """\
Mode s
Domain example.com
Selector bench
KeyFile %s/key
RequireSafeKeys no
Canonicalization relaxed/simple
InternalHosts 192.0.2.0/24
Socket local:%s/sock
Syslog no
Background no
""" % (d, d))
    tree = mta.unpacked("opendkim", "opendkim", "opendkim-tools")
    return d + "/sock", pairs.start("opendkim", d + "/sock", tree +
                                    "/usr/sbin/opendkim", "-f", "-x", conf)


def cpu(milter, mail, *more, count=COUNT):
    """A side: microseconds a message."""
    where, child = milter

    def measure():
        before = pairs.cpu_of(child.pid)
        pairs.run(DRIVER, "-n", str(count), "-c", "4", *more, where, mail)
        return (pairs.cpu_of(child.pid) - before) * 1e6 / count
    return measure


def bench_cpu(home):
    tagged = pairs.write(home + "/tagged", pairs.usual_mail())
    plain = pairs.write(home + "/plain", pairs.usual_mail(tagged=False))
    ours = start_ours(home)
    peer = {}
    for name in ("replace", "seal", "accept"):
        where = home + "/" + name
        peer[name] = where, pairs.start(name, where, PEER, name, where)
    sides = {
        "tagged": cpu(ours, tagged, "-w", "/o/A"),
        "replace": cpu(peer["replace"], tagged, "-w", "Dear Bob"),
        "seal": cpu(peer["seal"], tagged, "-w", "Dear Bob"),
        "plain": cpu(ours, plain),
        "accept": cpu(peer["accept"], plain),
        "opendkim": cpu(start_opendkim(home), tagged, count=COUNT // 4),
    }
    for side in sides.values():
        side()                  # threads and memory as they will be
    f = pairs.rounds(sides, PAIRS)

    # What sealing and signing cost is seen where they are done, in a filter
    # that does nothing else.
    limit = [r + 1.3 * (s - r) for r, s in zip(f["replace"], f["seal"])]
    pairs.say("milter-tagged", f["tagged"],
              [("replace", f["replace"]), ("replace+seal+sign", f["seal"]),
               ("replace+1.3*(seal+sign)", limit)],
              [a / b for a, b in zip(f["tagged"], limit)], "<=1")
    pairs.say("milter-untagged", f["plain"], [("accept", f["accept"])],
              [a / b for a, b in zip(f["plain"], f["accept"])], "<=1.03")
    pairs.say("milter-opendkim", f["tagged"],
              [("opendkim-rsa2048", f["opendkim"])],
              [b / a for a, b in zip(f["tagged"], f["opendkim"])], ">=4")


def bench_large(home):
    """A megabyte: is what it takes to keep it no more than to hold it?"""
    mail = pairs.write(home + "/megabyte", pairs.usual_mail(MB))
    where = home + "/replace-megabyte"
    sides = {
        "ours": cpu(start_ours(home, "megabyte-milter"), mail, "-w", "/o/A",
                    count=COUNT // 10),
        "replace": cpu((where, pairs.start("replace", where, PEER, "replace",
                                          where)),
                       mail, "-w", "Dear Bob", count=COUNT // 10),
    }
    for side in sides.values():
        side()
    f = pairs.rounds(sides)
    pairs.say("milter-tagged-1m", f["ours"], [("replace", f["replace"])],
              [a / b for a, b in zip(f["ours"], f["replace"])])


def memory(start, mail, *more):
    """A side: megabytes that a new process took at most."""
    def measure():
        where, child = start()
        pairs.run(DRIVER, "-n", str(HELD), "-c", str(HELD), "-b", *more,
                  where, mail)
        most = pairs.memory_of(child.pid) / MB
        pairs.end(child)
        if os.path.exists(where):
            os.unlink(where)
        return most
    return measure


def bench_memory(home):
    mail = pairs.write(home + "/large", pairs.usual_mail(HELD_SIZE))
    m = mta.Milter(home, pairs.offerors(), "", "large-milter")

    def ours():
        return m.socket, pairs.start("milter", m.socket, pairs.B +
                                     "/calloffer-milter", "-c", m.conf)

    def peer(mode):
        where = home + "/large-peer"
        return where, pairs.start(mode, where, PEER, mode, where)
    f = pairs.rounds({
        "ours": memory(ours, mail, "-w", "/o/A"),
        "holds": memory(lambda: peer("replace"), mail, "-w", "Dear Bob"),
        "drops": memory(lambda: peer("drop"), mail),
    })
    # Above what libmilter itself takes, with a filter that keeps nothing.
    pairs.say("milter-memory-8x20m", f["ours"],
              [("replace", f["holds"]), ("keeps-nothing", f["drops"])],
              [a - b for a, b in zip(f["ours"], f["drops"])], "<=24",
              unit="MB")


def main():
    home = pairs.folder()
    bench_cpu(home)
    bench_large(home)
    bench_memory(home)


if __name__ == "__main__":
    main()
