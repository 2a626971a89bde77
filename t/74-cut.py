#!/usr/bin/python3
"""The line between the bridge and Asterisk is cut in the middle of calls, in
every state of a call and in every way, and mended later: every call ends
rightly, who talks goes on talking, nobody is rung twice, nothing is left, and
there are calls again by themselves.

	74-cut.py [WAY [WHEN]]		words of the tables below

Each cell has a bridge and a line of its own; all have one Asterisk.
"""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cells
import stack
import tap

ONLY = sys.argv[1:]


# way | for how long | how | when: these only
WAYS = [
    ("ended", 3, lambda w: w.cut(), ()),
    ("events ended", 3, lambda w: w.cut("events"), ()),
    ("requests reset", 3, lambda w: w.cut("requests", hard=True), ()),
    ("dead for 3 s", 3, lambda w: w.freeze(), ()),
    # A request's limit is 5 s, the stream's 20 s.
    ("dead for 8 s", 8, lambda w: w.freeze(),
     ("starting, not asked", "starting", "asking-a", "ringing-b, not asked",
      "bridging", "talking", "parting", "closing")),
    ("dead for 25 s", 25, lambda w: w.freeze(),
     ("starting", "ringing-a", "asking-a", "ringing-b", "asking-b", "talking",
      "closing")),
]
# when | who does what meanwhile | the end, where it is not "talked"
#	| and where what is on its way comes late, but comes
# Requests go by the stream of events, or by themselves.
LATE = {True: ("dead for 3 s",), False: ("events ended", "dead for 3 s")}
WHEN = [(state, (None, None), None, None) for state in cells.STATES] + [
    ("ringing-a", ("a", "answer"), "unknown", None),
    ("ringing-a", ("page", "hang"), "cancelled", "cancelled"),
    ("asking-a", ("a", "hang"), "unknown", "a-left"),
    ("ringing-b", ("b", "hang"), "unknown", "b-busy"),
    ("talking", ("b", "hang"), None, None),
    ("talking", ("page", "hang"), None, None),
]
ENDS = {                # of calls to which nothing is done meanwhile
    "parting": ("b-busy", "b-busy"),
    "starting, not asked": ("provider", "talked"),
    "ringing-b, not asked": ("provider", "talked"),
    "bridging, not asked": ("provider", "talked"),
    "bridging": ("provider", "talked"),
}



def ends_of(way, state, ends, by_stream):
    """How the call may end."""
    lost, late = ends if ends[0] else ENDS.get(state, ("talked", "talked"))
    if way == "dead for 8 s":           # the request comes, when given up
        return {lost, late or "talked"}
    if by_stream and way == "events ended" and state.startswith("bridging"):
        return {late}                   # asked again, by itself
    if ends[0]:                         # what people did is an event
        return {lost if way in ("ended", "events ended") else late or "talked"}
    if by_stream and way == "requests reset":   # a PROBE may open it anew
        return {late, lost}
    return {late if way in LATE[by_stream] else lost}


def run(cell, way, when):
    _, seconds, cut, _ = way
    try:
        cell.ready()
        cell.reach()
        cut(cell.wire)
        cell.note("cut")
        time.sleep(0.5)
        cell.meanwhile(*when[1])
        time.sleep(seconds - 0.5)
        cell.wire.mend()
        cell.note("mended")
        stack.wait_for(cell.bridge.is_usable, 30)
        cell.note("usable")
        cell.goes_on()
        cell.judge_rings()
        cell.judge_rest()
        ends = ends_of(way[0], when[0], when[2:], cell.by_stream)
        if cell.end not in ends:
            cell.complain("end: %s, not %s; %s" % (
                cell.end, " or ".join(ends), cell.stages))
        cell.goes_again()
    except Exception as e:                      # an answer is owed
        cell.complain("%s: %r" % (type(e).__name__, e))
    finally:
        cell.bridge.stop()
        tap.check(cell.tell(), cell.what)


def main():
    with stack.Stack(STACK_ACCOUNT=cells.ACCOUNT) as s:
        todo = []
        for i, way in enumerate(WAYS):
            for j, when in enumerate(WHEN):
                state, (side, action) = when[:2]
                if ONLY and ONLY != [way[0], state][:len(ONLY)] or \
                        way[3] and (state not in way[3] or side):
                    continue
                what = "%s: %s%s" % (way[0], state, side and ", %s: %s" % (
                    side, action) or "")
                cell = cells.Cell(s, what, cells.STATES[state], (i + j) % 2)
                todo.append(threading.Thread(
                    target=run, args=(cell, way, when), daemon=True))
        for t in todo:
            t.start()
            time.sleep(0.1)
        for t in todo:
            t.join()
        tap.same((s.channels(), s.ari("GET", "/bridges")), ([], []),
                 "no channel and no bridge is left in Asterisk")
    tap.finish()


main()
