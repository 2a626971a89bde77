#!/bin/sh
# calloffer calls, revoke, test-call: what they ask of a bridge, and what they
# make of its answers.  The bridge is a stand-in.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
C="$B/calloffer -S $dir/sock"
export TZ=UTC LC_ALL=C

mkfifo "$dir/hold"
echo '{}' >"$dir/state"
/usr/bin/python3 t/fakebridge.py "$dir/sock" "$dir/state" "$dir/log" \
    <"$dir/hold" >"$dir/ready" &
mine $!
exec 9>"$dir/hold"
while ! grep -q ready "$dir/ready"; do sleep 0.05; done

state() { cat >"$dir/state"; : >"$dir/log"; }
# Standard output is a terminal of that many columns.
on_terminal() {
	columns=$1
	shift
	script -qec "stty cols $columns; $*" /dev/null </dev/null |
	    tr -d '\r'
}

state <<'E2'
{}
E2
run $C calls
is "no calls: says so" "$status $out" "0 no calls"
is "asks for the last 20" "$(cat "$dir/log")" \
    "64 00000000000000000000001400$(printf '%032d' 0)"
: >"$dir/log"
run $C calls -o -n 0
is "asks for all open ones" "$(cat "$dir/log")" \
    "64 00000000000000000000000001$(printf '%032d' 0)"

A=0198c0de00007000800000000000000a
state <<E2
{"calls": [
 {"call": "03", "offer": "$A", "stage": 6, "accepted_at": 1700000300,
  "key_at": 1700000310, "talk_at": 1700000320, "account": "sales",
  "offeror": "alice@example.com", "a": "+44...34", "b": "+49...99",
  "provider": "trunk"},
 {"call": "02", "offer": "$A", "stage": 7, "end": 1,
  "accepted_at": 1700000200, "talk_at": 1700000210, "ended_at": 1700000361,
  "offeror": "alice@example.com", "a": "+44...34", "b": "+49...99",
  "account": "sales", "provider": "trunk"},
 {"call": "01", "offer": "$A", "stage": 7, "end": 16,
  "accepted_at": 1700000100, "ended_at": 1700000101, "account": "default",
  "offeror": "a.long.local.part.indeed@subdomain.example.com",
  "a": "+44...34", "b": "sip:d...@example.com", "provider": "trunk",
  "detail": "503 \u001b[31mService\nUnavailable"}]}
E2
run $C calls
is "a table: the newest at the bottom" "$status $(printf '%s\n' "$out" |
    cut -c1-11 | paste -sd'|')" \
    "0 ACCEPTED   |14 Nov 2023|           |14 Nov 2023|14 Nov 2023"
like "how long they talked" "$out" "alice@example.com .*talked 2:31 min"
like "that it goes on" "$out" "talking for [0-9]+ days"
like "the provider's reason below" "$(printf '%s\n' "$out" |
    grep -A1 'provider failed')" '^ +503 '

is "no control character gets through" \
    "$(printf '%s' "$out" | tr -d '\n' | tr -cd '[:cntrl:]' | wc -c)" 0
like "the offer's id in full" "$out" "0198c0de-0000-7000-8000-00000000000a"
is "no escape sequences without a terminal" \
    "$(printf '%s' "$out" | grep -c "$(printf '\033')")" 0

run $C calls --json
ok "JSON: one object on each line" /usr/bin/python3 -c '
import json, sys
rows = [json.loads(l) for l in sys.argv[1].splitlines()]
assert [r["end"] for r in rows] == ["provider", "talked", ""], rows
assert rows[1]["ended_at"] == 1700000361 and rows[2]["ended_at"] is None
assert rows[0]["detail"] == "503 \x1b[31mService\nUnavailable"
assert rows[0]["offer"] == "0198c0de-0000-7000-8000-00000000000a"
' "$out"

run $C calls --csv
ok "CSV: a head, and a line for each" /usr/bin/python3 -c '
import csv, io, sys
rows = list(csv.DictReader(io.StringIO(sys.argv[1])))
assert [r["end"] for r in rows] == ["provider", "talked", ""], rows
assert [r["talk_s"] for r in rows] == ["0", "151", "0"], rows
assert rows[1]["ended_at"] == "2023-11-14T22:19:21Z", rows
assert rows[2]["ended_at"] == "" and rows[2]["a"] == "+44...34"
assert rows[0]["detail"] == "503  [31mService Unavailable", rows[0]
' "$out"
state <<'E2'
{"calls": [{"call": "01", "offeror": "=1+1@example.com", "a": "a\",\"b"}]}
E2
run $C calls --csv
like "no formula, and quotes doubled" "$out" \
    ',"'"'"'=1\+1@example.com","a"",""b",'
state <<E2
{"calls": [{"call": "01", "offer": "$A", "stage": 7, "end": 1,
  "accepted_at": 1700000100, "offeror": "alice@example.com"}]}
E2

narrow=$(on_terminal 80 $C calls)
is "a terminal of 80 columns is kept to" "$(printf '%s\n' "$narrow" |
    sed 's/\x1b\[[0-9;]*m//g' | awk 'length > 80')" ""
like "and has tones" "$narrow" "$(printf '\033')"
is "but not where NO_COLOR is set" "$(NO_COLOR=1 on_terminal 80 $C calls |
    grep -c "$(printf '\033')")" 0
like "a wide one shows the offer's id" "$(on_terminal 160 $C calls)" \
    "0198c0de-0000"
state <<E2
{"calls": [{"call": "01", "offer": "$A", "stage": 7, "end": 1,
  "accepted_at": 1700000100, "talk_at": 1700000110, "ended_at": 1700000261,
  "offeror": "purchasing-team@example.com", "a": "+44...34", "b": "+49...99"}]}
E2
plain() { sed 's/\x1b\[[0-9;]*m//g' | tail -n 1; }
like "what is short leaves its room to what is long" \
    "$(on_terminal 80 $C calls | plain)" \
    '  purchasing-team@example\.com  .*  talked 2:31 min$'
like "what does not fit is cut, and nothing else" \
    "$(on_terminal 75 $C calls | plain)" \
    '  purchasing-team@example\.\.  \+44\.\.\.34  .*  talked 2:31 min$'

# calls -f: first what there is, then each change, once.
until_said() {	# FILE PATTERN: for 10 s at most
	i=0
	until grep -q -e "$2" "$1"; do
		i=$((i + 1))
		[ $i -lt 200 ] || return 1
		sleep 0.05
	done
}
now=$(date +%s)
one() { echo "{\"calls\": [{\"call\": \"0$1\", \"stage\": $2, \"end\": $3,
  \"accepted_at\": $now, \"offeror\": \"f@example.com\"}]}" >"$dir/state"; }
one 1 2 0
$C calls -f >"$dir/followed" &
follower=$!
mine $follower
ok "-f tells what there is" until_said "$dir/followed" 'ringing the offeree'
one 1 7 3
ok "and what changes" until_said "$dir/followed" 'offeree was busy'
one 2 2 0
ok "and what comes" sh -c "i=0; while [ \$(wc -l <$dir/followed) -lt 4 ]; do
	i=\$((i + 1)); [ \$i -lt 100 ] || exit 1; sleep 0.1; done"
is "each once, the heads once" "$(wc -l <"$dir/followed") $(grep -c ACCEPTED \
    "$dir/followed")" "4 1"
kill $follower
wait $follower 2>/dev/null

# revoke
state <<'E2'
{"revoked": {"n_hung_up": 1}}
E2
run $C revoke 0198c0de-0000-7000-8000-00000000000a
is "revoke by id" "$status $out" "0 revoked"
is "asks for that offer" "$(cat "$dir/log")" \
    "65 01$A$(printf '%032d' 0)000000"
: >"$dir/log"
run $C revoke --hangup -s Alice@Example.COM
is "revoke by sender" "$status $out" \
    "0 revoked: all offers made until now; 1 call hung up"
is "asks in lower case" "$(cat "$dir/log")" \
    "65 03$(printf '%064d' 0)0011$(printf alice@example.com |
    od -An -tx1 | tr -d ' \n')01"
: >"$dir/log"
run $C revoke -s alice@BÜCHER.example
is "a domain as the DNS writes it" "$(cut -c1-105 "$dir/log" | cut -c74-105)" \
    "$(printf alice@xn--bcher- | od -An -tx1 | tr -d ' \n')"
tag() {
	/usr/bin/python3 -c 'import hashlib, sys
print(hashlib.blake2b(sys.argv[1].encode() + b"\0" + sys.argv[2].encode(),
                      digest_size=16).hexdigest())' "$1" "$2"
}
for m in '<x.1@example.com>' x.1@example.com; do
	: >"$dir/log"
	run $C revoke -s Alice@example.com -m "$m"
	is "revoke by Message-ID $m" "$status $(cut -c1-68 "$dir/log" |
	    cut -c36-67)" "0 $(cut -c36-67 <<-E3
		65 02$(printf '%032d' 0)$(tag alice@example.com '<x.1@example.com>')
	E3
	)"
done
state <<'E2'
{"revoked": {"refusal": 16}}
E2
run $C revoke -s alice@example.com
like "a full journal: 75, and what to do" "$status $err" '^75 .*journal is full'

# test-call
state <<'E2'
{"accepted": {"call": "05"}, "calls": [{"call": "05", "offer": "06",
  "accepted_at": 1, "talk_at": 100, "ended_at": 107}],
 "steps": [[1,0],[2,0],[3,0],[4,0],[5,0],[6,0],[7,1]]}
E2
run $C test-call sales +442079460123 '+44 (20) 7946-0124'
is "a test call that came about: 0" "$status" 0
is "each step is told" "$(printf '%s\n' "$out" | sed -n 's/^ .* s  //p' |
    cut -c1-11 | paste -sd'|')" "starting|ringing the|offeree ask|\
ringing des|destination|talking for|talked 7 s"
is "asks with the numbers packed" "$(head -n 1 "$dir/log")" \
    "66 000573616c65731c442079460123001c44207946012400"
state <<'E2'
{"accepted": {"call": "05"}, "calls": [{"call": "05", "detail": "486 Busy"}],
 "steps": [[1,0],[7,3]]}
E2
run $C test-call sales +442079460123 sip:desk@example.com
like "one that did not: 1, and why" "$status $out" 'offeree was busy.*486 Busy'
is "  status" "$status" 1
state <<'E2'
{"accepted": {"call": "05"}, "calls": [{"call": "05", "offer": "06",
  "stage": 2}]}
E2
$C test-call sales +442079460123 +442079460124 >"$dir/ringing" &
ringing=$!
mine $ringing
ok "a test call that rings" until_said "$dir/ringing" 'ringing the offeree'
# A shell's background jobs ignore INT; TERM is the same to the tool.
kill -TERM $ringing
ok "interrupted, it asks to hang up" until_said "$dir/log" \
    "^65 0106$(printf '%062d' 0)000001"
cat >"$dir/state" <<'E2'
{"calls": [{"call": "05", "stage": 7, "end": 15}]}
E2
wait $ringing
is "and waits for the end" "$? $(grep -c revoked "$dir/ringing")" "1 1"
state <<'E2'
{"accepted": {"refusal": 15}}
E2
run $C test-call sales +442079460123 +442079460124
like "no provider: 69, and where to look" "$status $err" '^69 .*calloffer check'
state <<'E2'
{"accepted": {"refusal": 1}}
E2
run $C test-call sales +442079460123 +442079460124
like "no such account: 64" "$status $err" '^64 .*no such account'
state <<'E2'
{"accepted": {"refusal": 8}}
E2
run $C test-call sales +442079460123 +442079460124
like "a number that is not rung: 77" "$status $err" '^77 .*by policy'

# a bridge of another mind
state <<'E2'
{"babble": 1}
E2
run $C calls
like "what is no bridge: 69" "$status $err" '^69 .*does not speak as a bridge'
state <<'E2'
{"mute": 1}
E2
run $C calls
like "silence has a deadline: 69" "$status $err" '^69 .*did not answer within'
finish
