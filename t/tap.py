"""TAP for tests in Python.  `check` passes when the list of complaints is
empty; `finish` is the last line.  Complaints go to standard error: a runner
that hides what passes still shows them."""
import sys
import threading

count = failed = 0
lock = threading.Lock()


def check(bad, what):
    global count, failed
    with lock:
        count += 1
        print("not ok" if bad else "ok", count, "-", what)
        for line in bad:
            for part in str(line).splitlines():
                print("#  ", part, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        failed += bool(bad)


def same(got, want, what):
    check([] if got == want else ["got:  %r" % (got,), "want: %r" % (want,)],
          what)


def note(text):
    print("#", text, flush=True)


def finish():
    print("1..%d" % count, flush=True)
    sys.exit(1 if failed else 0)
