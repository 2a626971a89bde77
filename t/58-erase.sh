#!/bin/sh
# calloffer erase: what it asks of a bridge, and what it makes of its answers.
# The bridge is a stand-in.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
C="$B/calloffer -S $dir/sock"

mkfifo "$dir/hold"
echo '{}' >"$dir/state"
/usr/bin/python3 t/fakebridge.py "$dir/sock" "$dir/state" "$dir/log" \
    <"$dir/hold" >"$dir/ready" &
mine $!
exec 9>"$dir/hold"
while ! grep -q ready "$dir/ready"; do sleep 0.05; done
state() { cat >"$dir/state"; : >"$dir/log"; }
zeros() { printf "%0$1d" 0; }

state <<'E'
{}
E
for bad in "" 12 020794601 2026-13-01 2026-02-30 2026-1-1 hello 0198c0de; do
	run $C erase "$bad"
	is "refused: '$bad'" "$status $(wc -l <"$dir/log")" "64 0"
done
run $C erase +442079460123 +442079460124
is "refused: two at once" "$status" 64

state <<'E'
{"erased": {"n_calls": 1}}
E
run $C erase '+44 20 7946-0123'
is "a number" "$status $out" "0 erased from 1 call"
is "asks for it packed" "$(cat "$dir/log")" \
    "68 011c44207946012300$(zeros 48)"
: >"$dir/log"
run $C erase 0198c0de-0000-7000-8000-00000000000a
is "an offer" "$status $(cat "$dir/log")" \
    "0 68 02000198c0de00007000800000000000000a$(zeros 16)"
: >"$dir/log"
run $C erase 2026-11-23
is "a day" "$status $(cat "$dir/log")" \
    "0 68 0300$(zeros 32)$(printf '%016x' 1795392000)"
state <<'E'
{"erased": {"n_calls": 12, "pieces": 7}}
E
run $C erase +442079460123
is "until it is done" "$status $out" "0 erased from 12 calls"
ok "in pieces" test "$(wc -l <"$dir/log")" -gt 1
state <<'E'
{"erased": {"n_calls": 2, "n_open": 1}}
E
run $C erase +442079460123
like "a call that goes on: 75" "$status $err" '^75 .*1 call has not ended'
state <<'E'
{"erased": {"refusal": 16}}
E
run $C erase +442079460123
like "a full journal: 75" "$status $err" '^75 .*journal is full'
finish
