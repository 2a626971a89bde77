#!/bin/sh
# Click to ring: from the first byte of the POST that accepts, sent on a new
# connection, to leg A's INVITE on the wire (as the next SIP hop gets it).
# Through the shipped programs and a real Asterisk; one call at a time, each
# of an offer of its own, to a number that is busy.  CALLS=1000.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
STACK_ACCEPTD='page_burst = 1000000
	page_per_min = 1000000
	post_burst = 1000000
	post_per_min = 1000000'
STACK_ACCOUNT='per_number_10min = 100000
		per_number_day = 100000
		per_prefix_10min = 100000
		per_client_10min = 100000
		per_client_day = 100000
		per_offeror_day = 100000
		per_day = 100000
		at_once = 10000'
. t/stack.sh
D=$(mktemp -d /tmp/calloffer-bench.XXXXXX)
over() {
	stack_stop
	rm -rf "$D"
}
stack_start "$D"
trap over EXIT
trap 'exit 130' INT TERM

n=${CALLS:-1000}
i=0
while [ $i -lt "$n" ]; do
	stack_mint alice@example.com yes
	i=$((i + 1))
done >"$D/links"

python3 - "$D/links" "$WEB" "$BED/exchange/sip.log" <<'X'
import json
import sys
import time

sys.path.insert(0, "t")
from offeree import Page, Visit                            # noqa: E402

links, web, log = sys.argv[1:]
visits = [Visit(line.strip(), web) for line in open(links)]
took = []
BATCH = 250
# Several, for a number that is being called is not called a second time.
BUSY = ["+44207946%d486" % c for c in range(10)]
tail = open(log)


def invite(number, since):
    """When the INVITE to this number came by, after `since`."""
    stop = time.time() + 5
    while time.time() < stop:
        at = tail.tell()
        line = tail.readline()
        if not line.endswith("\n"):         # not yet, or not yet whole
            tail.seek(at)
            time.sleep(0.0005)
            continue
        m = json.loads(line)
        if m["t"] >= since - 0.001 and m["number"] == number \
                and m["text"].startswith("INVITE "):
            return m["t"]
    raise SystemExit("bench: no INVITE came")


for at in range(0, len(visits), BATCH):
    batch = [(v, v.open()[1]) for v in visits[at:at + BATCH]]
    time.sleep(2.1)
    for i, (visit, page) in enumerate(batch):
        number = BUSY[i % len(BUSY)]
        t = time.time()
        status, _, text = visit.submit(page, number)
        if status != 303:
            raise SystemExit("bench: %d %s" % (status, Page(text).heading))
        took.append((invite(number, t) - t) * 1000)
        time.sleep(0.02)
took.sort()


def at(share):
    return took[min(len(took) - 1, int(len(took) * share))]


print("bench click-to-invite-p50 ours=%.1fms ratio=%.1f goal=<=10 calls=%d"
      % (at(.5), at(.5), len(took)))
print("bench click-to-invite-p99 ours=%.1fms max=%.1fms" % (at(.99), took[-1]))
X
