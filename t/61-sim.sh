#!/bin/sh
# 20,000 calls in worlds where everything goes wrong; `make sim` makes more.
# That it sees what it is there for is shown by t/61-mutants.py.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh

# A world is the same whenever it is looked at, which a failure relies on.
run "$B/t/sim/sim" -n 1 -s 42
is "one world goes well" $status 0
printf '%s\n' "$out" >"$dir/once"
run "$B/t/sim/sim" -n 1 -s 42
printf '%s\n' "$out" >"$dir/twice"
ok "the same seed is the same world" cmp "$dir/once" "$dir/twice"
# A call may end twice: the first time was not committed when the bridge died.
is "what happens in it is told" \
    "$(printf '%s\n' "$out" | sed -n 's/.*\(call=[^ ]*\) state=.*->ended.*/\1/p' |
	sort -u | wc -l)" \
    "$(printf '%s\n' "$out" | sed -n 's/^sim: \([0-9]*\) calls in 1 .*/\1/p')"

run "$B/t/sim/sim" -n 20000
printf '%s\n' "$out" | sed 's/^/# /'
is "20,000 calls: nothing that must never be" "$err" ""
is "and every state, end and fault has been" $status 0

if [ -x "$B/san/t/sim/sim" ]; then
	run "$B/san/t/sim/sim" -n 2000 -s 1000000
	is "2,000 more under the sanitizers" "$status:$err" "0:"
fi
finish
