#!/bin/sh
# calloffer: usage, help, exit statuses, and nothing said on the wrong output.
cd "$(dirname "$0")/.." || exit 1
. t/tap.sh
C=$B/calloffer
COMMANDS="keygen offerors account rates check test-call calls revoke mint rewrite
inspect ledger"

# Wrong use: status, and a word of what is told on standard error.
while IFS='|' read -r want word args; do
	# shellcheck disable=SC2086
	eval "run \"$C\" $args"
	is "calloffer $args: $want" "$status" "$want"
	like "  says why" "$err" "$word"
	is "  and nothing else" "$out" ""
done <<'E2'
64|usage|
64|invalid option|-x
64|calloffer -h. says more|-x
64|Every day|
64|requires an argument|-C
64|no command nonsense|nonsense
64|did you mean keygen?|keyge
64|usage: calloffer keygen|keygen -x
64|usage: calloffer keygen|keygen sign seal
64|usage: calloffer account|account a b
64|usage: calloffer account|account -x
64|usage: calloffer account|account means
64|usage: calloffer restored|restored a
66|nowhere.*; write it|offerors /nowhere/offerors
73|directory above it is not there; make it|keygen -d /nowhere/keys
64|usage: calloffer offerors|offerors a b c
64|usage: calloffer offerors|offerors -n a b
64|usage: calloffer rates|rates
64|usage: calloffer ledger|ledger balance
64|usage: calloffer ledger|ledger -f x
64|usage: calloffer ledger|ledger topup a
64|an amount is a number|ledger topup a 5x
69|no bridge answers|-S /nonexistent/sock ledger
64|usage: calloffer rates|rates -t x f
65|nonexistent|rates /nonexistent/rates
64|usage: calloffer inspect|inspect
64|usage: calloffer inspect|inspect a b
64|usage: calloffer inspect|inspect -k
64|usage: calloffer check|check now
64|usage: calloffer calls|calls -n x
64|usage: calloffer calls|calls -n 99999999999
64|usage: calloffer calls|calls -n -1
64|usage: calloffer calls|calls 5
64|usage: calloffer revoke|revoke
64|usage: calloffer revoke|revoke -m x
64|usage: calloffer revoke|revoke -s a@b.example x
64|not an offer's id|revoke 0198c0de
64|wants an address|revoke -s alice
64|wants a Message-ID|revoke -s a@b.example -m 'a b'
64|wants a Message-ID|revoke -s a@b.example -m '<>'
64|usage: calloffer test-call|test-call
64|usage: calloffer test-call|test-call sales +442079460123
64|cannot be rung|test-call sales 020 +442079460123
64|cannot be rung|test-call sales +442079460123 sip:@
65|not a token|inspect AQ
66|.|inspect -k /nonexistent AQ
66|nonexistent|offerors /nonexistent/offerors
69|no bridge answers|-S /nonexistent/sock calls
69|no bridge answers|-S /nonexistent/sock revoke -s a@b.example
69|no bridge answers|-S /nonexistent/sock test-call a +442079460123 +442079460124
E2

run "$C" -V
like "-V tells the version" "$status $out" '^0 calloffer [0-9]+\.[0-9]+\.[0-9]+$'
for h in -h --help; do
	run "$C" $h
	like "$h: on standard output" "$status$err $out" '^0 usage: calloffer'
done
lines=$out
for c in $COMMANDS; do
	like "$c is listed" "$lines" "^  $c +[a-z]"
	run "$C" "$c" -h
	like "$c -h explains" "$status$err $out" "^0 usage: calloffer $c"
	is "  within 80 columns" "$(printf '%s\n' "$out" | awk 'length > 80')" ""
	ok "  and the manual has it" grep -q "^\.\(It\|Ic\) .*Ic $c\|^\.Ic $c" \
	    etc/man/calloffer.8
done
is "all of it within 80 columns" "$(printf '%s\n' "$lines" |
    awk 'length > 80')" ""

"$C" -h >/dev/full 2>"$dir/err"
is "a full disk is noticed: 74" $? 74

# Programs of the same installation are found beside it, or in ../sbin.
mkdir -p "$dir/usr/bin" "$dir/usr/sbin" "$dir/build"
cp "$C" "$dir/usr/bin/calloffer"
cp "$C" "$dir/build/calloffer"
run "$dir/usr/bin/calloffer" mint
like "a program that is not there: 69" "$status $err" \
    '^69 .*calloffer-milter is not installed'
for p in usr/sbin build; do
	printf '#!/bin/sh\nfor a; do printf "<%%s>" "$a"; done\nexit 9\n' \
	    >"$dir/$p/calloffer-milter"
	chmod 755 "$dir/$p/calloffer-milter"
done
for p in usr/bin build; do
	run "$dir/$p/calloffer" -C /x mint --from 'a b' -- c
	is "mint from $p is the milter's own program" "$status $out" \
	    "9 <--mint><-c></x/milter.conf><--from><a b><--><c>"
done
run "$dir/build/calloffer" rewrite
is "rewrite likewise" "$status $out" \
    "9 <--rewrite><-c></etc/calloffer/milter.conf>"
finish
