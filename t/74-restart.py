#!/usr/bin/python3
"""Asterisk is killed in the middle of calls, one in every state, and started
again, at once or later: every call ends for the true reason, nothing hangs,
nobody is rung again, the bridges get ready again and there are calls by
themselves."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cells
import stack
import tap

# For how long, and are requests taken by the stream of events?  Each on an
# installation of its own.
DEATHS = ((0, True), (6, False))
# Nobody saw who went: unknown.  Asked for and never seen: the provider's.
ENDS = {
    "starting, not asked": "provider",
    "starting": "provider",
    "ringing-a": "unknown",
    "asking-a": "unknown",
    "ringing-b, not asked": "unknown",
    "ringing-b": "unknown",
    "asking-b": "unknown",
    "bridging, not asked": "provider",
    "bridging": "provider",
    "talking": "talked",
    "parting": "b-busy",
    "closing": "talked",
}


def ends_of(state, by_stream):
    """That the stream fell with the join is told a second later: by then
    both may have been found gone."""
    late = by_stream and state.startswith("bridging")
    return {ENDS[state], "unknown"} if late else {ENDS[state]}


class Round:
    """One death, of which all cells partake."""

    def __init__(self, n):
        self.reached = threading.Semaphore(0)
        self.is_back = threading.Event()
        self.n = n


def run(cell, want, death):
    try:
        try:
            cell.ready()
            cell.reach()
        finally:
            death.reached.release()
        death.is_back.wait()
        cell.wire.mend()
        cell.note("Asterisk is back")
        began = time.monotonic()
        if not stack.wait_for(cell.bridge.is_usable, 15):
            cell.complain("not ready after 15 s: %r" % cell.bridge.health())
        cell.note("ready after %.1f s" % (time.monotonic() - began))
        cell.goes_on()
        tap.note("%s: %s after %.1f s" % (cell.what, cell.end,
                                          time.monotonic() - began))
        cell.judge_rings()
        for number in cell.a, cell.b:
            cell.s.robots.do(number, "hang")    # who was cut off
        if cell.end not in want:
            cell.complain("end: %s, not %s; %s" % (
                cell.end, " or ".join(want), cell.stages))
        cell.goes_again()
        cell.judge_rest()
    except Exception as e:                      # an answer is owed
        cell.complain("%s: %r" % (type(e).__name__, e))
    finally:
        cell.bridge.stop()
        tap.check(cell.tell(), cell.what)


def die(s, down_s, by_stream):
    death = Round(len(cells.STATES))
    todo = []
    for state, how in cells.STATES.items():
        more = {"ring": "5s"} if state.startswith("starting") else {}
        cell = cells.Cell(s, "%s, down for %d s" % (state, down_s), how,
                          by_stream, **more)
        cell.talks = False
        todo.append(threading.Thread(
            target=run, args=(cell, ends_of(state, by_stream), death),
            daemon=True))
    for t in todo:
        t.start()
    for _ in todo:
        death.reached.acquire()
    s.do("asterisk_stop")
    time.sleep(down_s)
    tap.check([] if s.do("asterisk_start") else ["it does not start"],
              "Asterisk is killed, and starts again after %d s" % down_s)
    death.is_back.set()
    for t in todo:
        t.join()


def whole(down_s, by_stream):
    try:
        with stack.Stack(STACK_ACCOUNT=cells.ACCOUNT) as s:
            die(s, down_s, by_stream)
            tap.same((s.channels(), s.ari("GET", "/bridges")), ([], []),
                     "no channel and no bridge is left in Asterisk")
    except BaseException as e:                  # an answer is owed
        tap.check([repr(e)], "down for %d s" % down_s)


def main():
    stack.signals()
    todo = [threading.Thread(target=whole, args=death, daemon=True)
            for death in DEATHS]
    for t in todo:
        t.start()
    for t in todo:
        t.join()
    tap.finish()


main()
